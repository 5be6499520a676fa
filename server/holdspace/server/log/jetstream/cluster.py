"""Come to a cluster, and make sure that it keeps what it acknowledges before anybody relies on it.

A node that syncs every two minutes, JetStream's default, loses up to two minutes of acknowledged
entries when all nodes lose power together. Only the system account sees how nodes are set up.
"""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from holdspace.server.log import UnusableLogError
from holdspace.server.log.jetstream.api import Api, ApiError, UnreachableError
from holdspace.server.log.jetstream.credentials import connect_options
from holdspace.server.log.jetstream.settings import JetStreamSettings
from holdspace.server.log.jetstream.subjects import Subjects
from holdspace.server.log.jetstream.wire import VERSION

PATIENCE_SECONDS = 20.0
REPLICAS = 3
_SECOND = 1_000_000_000
_MIB = 1024 * 1024
_LOBBY_SECONDS = 16 * 60
_NO_SUCH_STREAM = 10059
_NODES_ANSWER_SECONDS = 3.0
_VERSION_LABEL = "holdspace.version"
_SAFE = "Nothing was changed."


async def connected(settings: JetStreamSettings, credentials: str) -> Client:
    """Return a client that finds its way back to the cluster by itself."""
    client = Client()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await client.connect(
                servers=[*settings.servers],
                name="holdspace-relay",
                error_cb=_silent,
                connect_timeout=2,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.25,  # type: ignore[arg-type]
                ping_interval=2,
                max_outstanding_pings=2,
                **connect_options(credentials),
            )
    except (NatsError, OSError, TimeoutError):
        await client.close()
        raise UnusableLogError(
            "No server of the NATS cluster lets this relay in. Nothing was changed. Check that "
            "the cluster runs, the addresses under log.servers and the credentials."
        ) from None
    return client


async def prepare(api: Api, subjects: Subjects, settings: JetStreamSettings) -> None:
    """Make the two streams, or check that those there are what a relay can rely on."""
    replicas = 1 if settings.development else REPLICAS
    try:
        for wanted in (_log_stream(subjects, replicas), _lobby_stream(subjects, replicas)):
            await _prepare(api, wanted, settings)
    except UnreachableError:
        raise UnusableLogError(
            "The NATS cluster does not answer: is JetStream on for this account, and are most of "
            "its nodes up? Nothing was changed."
        ) from None
    except ApiError as error:
        raise UnusableLogError(
            f"The NATS cluster refuses to keep this relay's log: {error}. {_SAFE}"
        ) from None


async def check_durability(settings: JetStreamSettings, info: dict[str, Any]) -> frozenset[str]:
    """Refuse a cluster whose nodes acknowledge what they have not synced (RL20).

    Return the nodes that are away: they acknowledge nothing now, and are asked when they are back.
    """
    if settings.development:
        return frozenset()
    here, away = nodes_of(info)
    told = await check_nodes(settings, here | away)
    unknown = here - told
    if unknown:
        saves = "saves to disk before it acknowledges"
        if len(unknown) > 1:
            saves = "save to disk before they acknowledge"
        raise UnusableLogError(
            f"This relay cannot see whether {_many(len(unknown), 'node')} of the NATS cluster "
            f"{saves}. {_SAFE} Give log.system_credentials a user of the system account."
        )
    return away - told


async def check_nodes(settings: JetStreamSettings, nodes: frozenset[str]) -> frozenset[str]:
    """Refuse a node that acknowledges before it syncs; return those that do not."""
    client = await connected(settings, settings.system_credentials or settings.credentials)
    try:
        told = await _node_settings(client, nodes)
    finally:
        await client.close()
    lax = [node for node, syncs in told.items() if not syncs]
    if lax:
        raise UnusableLogError(
            f"{_many(len(lax), 'node').capitalize()} of the NATS cluster would lose acknowledged "
            f"messages when the power fails. {_SAFE} Set 'sync_interval: always' in the jetstream "
            "section of every node."
        )
    return frozenset(told)


def nodes_of(info: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the nodes of a stream that are there, and those that are away."""
    cluster = info.get("cluster", {})
    replicas = cluster.get("replicas", ())
    # A node that dies without a word is called offline only after minutes, but not current.
    away = frozenset(one["name"] for one in replicas if not one.get("current"))
    names = (cluster.get("leader"), *(one["name"] for one in replicas))
    return frozenset(name for name in names if name) - away, away


async def _prepare(api: Api, wanted: dict[str, Any], settings: JetStreamSettings) -> None:
    name = wanted["name"]
    try:
        info = await api.ask_patiently(f"STREAM.INFO.{name}", PATIENCE_SECONDS)
    except ApiError as error:
        if error.code != _NO_SUCH_STREAM:
            raise
        info = await api.ask_patiently(f"STREAM.CREATE.{name}", PATIENCE_SECONDS, **wanted)
    _check(info["config"], wanted, settings)


def _check(there: dict[str, Any], wanted: dict[str, Any], settings: JetStreamSettings) -> None:
    version = there.get("metadata", {}).get(_VERSION_LABEL, "")
    if not version.isdecimal():
        raise UnusableLogError(
            f"The stream {there['name']} belongs to another program. {_SAFE} Choose another "
            "log.name."
        )
    if int(version) > VERSION:
        raise UnusableLogError(
            f"The stream {there['name']} was written by a newer relay. {_SAFE} Install that "
            "version again, or a newer one."
        )
    if there.get("num_replicas", 1) < REPLICAS and not settings.development:
        raise UnusableLogError(
            f"The stream {there['name']} has {_many(there.get('num_replicas', 1), 'replica')}: "
            f"losing one node would lose it. {_SAFE} Give it {REPLICAS}."
        )
    for key in wanted.keys() - {"num_replicas", "metadata", "duplicate_window"}:
        if there.get(key, wanted[key]) != wanted[key]:
            raise UnusableLogError(
                f"The stream {there['name']} was set up with another {key} than a relay's. "
                f"{_SAFE} Choose another log.name, or set it to {json.dumps(wanted[key])}."
            )


def _log_stream(subjects: Subjects, replicas: int) -> dict[str, Any]:
    return {
        "name": subjects.log_stream,
        "subjects": [subjects.log],
        "storage": "file",
        "num_replicas": replicas,
        "retention": "limits",
        "discard": "new",
        "max_age": 0,
        "max_msgs": -1,
        "max_msgs_per_subject": -1,
        "duplicate_window": 120 * _SECOND,
        "allow_direct": True,
        "deny_delete": False,
        "deny_purge": False,
        "persist_mode": "default",
        "metadata": {_VERSION_LABEL: str(VERSION)},
    }


def _lobby_stream(subjects: Subjects, replicas: int) -> dict[str, Any]:
    # Knocks are never on a disk, and a knock has one latest state.
    return {
        "name": subjects.lobby_stream,
        "subjects": [subjects.lobby],
        "storage": "memory",
        "num_replicas": replicas,
        "retention": "limits",
        "discard": "old",
        "max_age": _LOBBY_SECONDS * _SECOND,
        "max_msgs_per_subject": 1,
        "max_bytes": 32 * _MIB,
        "metadata": {_VERSION_LABEL: str(VERSION)},
    }


async def _node_settings(client: Client, nodes: Iterable[str]) -> dict[str, bool]:
    """Ask every node whether it syncs always; who does not answer in time is left out."""
    told: dict[str, bool] = {}
    missing, all_there = set(nodes), asyncio.Event()

    async def take(message: Msg) -> None:
        answer = json.loads(message.data or b"{}")
        name = answer.get("server", {}).get("name")
        if name in missing:
            missing.discard(name)
            told[name] = bool(answer.get("data", {}).get("config", {}).get("sync_always"))
        if not missing:
            all_there.set()

    inbox = client.new_inbox()
    await client.subscribe(inbox, cb=take)
    await client.publish("$SYS.REQ.SERVER.PING.JSZ", b"{}", reply=inbox)
    try:
        async with asyncio.timeout(_NODES_ANSWER_SECONDS):
            await all_there.wait()
    except TimeoutError:
        pass
    return told


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


async def _silent(_error: Exception) -> None:
    # The client would write addresses into a log.
    return
