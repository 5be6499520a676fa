"""Fetch single messages of the stream again, from whichever node is near."""

import base64
import json
from typing import NamedTuple

from nats.aio.client import Client
from nats.errors import Error as NatsError

from holdspace.server.log.jetstream.api import ASK_SECONDS, Api, ApiError


class Page(NamedTuple):
    """Hold a message as it stands in the stream."""

    subject: str
    data: bytes


async def fetch(client: Client, api: Api, stream: str, message: int) -> Page | None:
    """Return one message; None if it was erased."""
    page = await _fetch_near(client, stream, message)
    if page is not None:
        return page
    try:
        # A node that lags may not have it yet; the leader has, unless it was erased.
        found = (await api.ask(f"STREAM.MSG.GET.{stream}", seq=message))["message"]
    except ApiError:
        return None
    return Page(found["subject"], base64.b64decode(found.get("data", "")))


async def _fetch_near(client: Client, stream: str, message: int) -> Page | None:
    try:
        reply = await client.request(
            f"$JS.API.DIRECT.GET.{stream}", json.dumps({"seq": message}).encode(), ASK_SECONDS
        )
    except (NatsError, TimeoutError, OSError):
        return None
    headers = reply.headers or {}
    subject = headers.get("Nats-Subject")
    return Page(subject, reply.data) if subject and "Status" not in headers else None
