"""Ask a JetStream cluster for what it offers, in its own words (JSON over NATS requests)."""

import asyncio
import json
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError

ASK_SECONDS = 2.0
NO_MESSAGE = 10037
# What nodes answer while they elect a leader, or have not heard of it yet.
_BUSY = frozenset({503, 408})


class ApiError(Exception):
    """The cluster said no; `code` is one of JetStream's error codes."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


class UnreachableError(Exception):
    """Nobody who could answer did, in time."""


class Api:
    """Put requests to JetStream."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def ask(self, what: str, **body: object) -> dict[str, Any]:
        """Return the answer to one request, such as `STREAM.INFO.name`."""
        payload = json.dumps(body).encode() if body else b""
        return await self._request(f"$JS.API.{what}", payload)

    async def store(self, subject: str, message: bytes) -> dict[str, Any]:
        """Put a message into the stream of its subject."""
        return await self._request(subject, message)

    async def _request(self, subject: str, payload: bytes) -> dict[str, Any]:
        try:
            reply = await self._client.request(subject, payload, timeout=ASK_SECONDS)
        except (NatsError, TimeoutError, OSError):
            raise UnreachableError from None
        answer: dict[str, Any] = json.loads(reply.data)
        error = answer.get("error")
        if error is not None:
            status, words = error.get("code", 500), error.get("description", "")
            if status in _BUSY:
                raise UnreachableError
            raise ApiError(error.get("err_code", 0), words)
        return answer

    async def ask_patiently(self, what: str, seconds: float, **body: object) -> dict[str, Any]:
        """Ask again while nobody answers, for at most so long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            try:
                return await self.ask(what, **body)
            except UnreachableError:
                if loop.time() >= deadline:
                    raise
                await asyncio.sleep(0.2)
