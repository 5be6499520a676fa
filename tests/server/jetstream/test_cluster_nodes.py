"""Coming to a cluster: what a relay asks of its nodes and streams before it relies on them.

Nodes are played here; what real ones do is asked in test_refusals.py.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from holdspace.server.log import UnusableLogError
from holdspace.server.log.jetstream import cluster as joining
from holdspace.server.log.jetstream.api import Api
from holdspace.server.log.jetstream.cluster import (
    check_durability,
    check_nodes,
    connected,
    nodes_of,
    prepare,
)
from holdspace.server.log.jetstream.subjects import Subjects
from played_nats import NODES, RELAY, SETTINGS, Answer, PlayedNats, RefusedError

SUBJECTS = Subjects("test")
LOG, LOBBY = SUBJECTS.log_stream, SUBJECTS.lobby_stream
ALONE = replace(SETTINGS, development=True)
ALL_HERE = frozenset(NODES)


@pytest.fixture
def nats(monkeypatch: pytest.MonkeyPatch) -> PlayedNats:
    played = PlayedNats()
    monkeypatch.setattr(joining, "Client", played.client)
    monkeypatch.setattr(joining, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(joining, "_NODES_ANSWER_SECONDS", 0.05)
    return played


async def prepared(nats: PlayedNats, settings: Any = SETTINGS) -> None:
    client: Any = nats.client()
    await prepare(Api(client), SUBJECTS, settings)


async def test_a_client_goes_on_looking_for_its_cluster_and_writes_no_log(nats: PlayedNats) -> None:
    client: Any = await connected(SETTINGS, "somebody:with:colons")
    options = client.options
    silent = options.pop("error_cb")
    assert options == {
        "servers": ["nats://played"],
        "name": "holdspace-relay",
        "connect_timeout": 2,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.25,
        "ping_interval": 2,
        "max_outstanding_pings": 2,
        "user": "somebody",
        "password": "with:colons",
    }
    assert await silent(ValueError("nats://10.0.0.1")) is None
    assert not client.is_closed


async def test_who_is_not_let_in_leaves_no_client_behind(nats: PlayedNats) -> None:
    nats.is_shut = True
    with pytest.raises(
        UnusableLogError, match=r"^No server of the NATS cluster lets this relay in"
    ):
        await connected(SETTINGS, RELAY)
    assert [client.is_closed for client in nats.clients] == [True]


async def test_the_streams_are_made_as_a_relay_needs_them(nats: PlayedNats) -> None:
    await prepared(nats)
    assert nats.streams[LOG].config == {
        "name": "holdspace_test",
        "subjects": ["holdspace.test.log.>"],
        "storage": "file",
        "num_replicas": 3,
        "retention": "limits",
        # Full, it says no. Nothing that was acknowledged makes place for something new.
        "discard": "new",
        "max_age": 0,
        "max_msgs": -1,
        "max_msgs_per_subject": -1,
        # Ten times as long as anything is sent again.
        "duplicate_window": 120_000_000_000,
        "allow_direct": True,
        "deny_delete": False,
        "deny_purge": False,
        "persist_mode": "default",
        "metadata": {"holdspace.version": "1"},
    }
    assert nats.streams[LOBBY].config == {
        "name": "holdspace_test_lobby",
        "subjects": ["holdspace.test.lobby.>"],
        # Knocks are on no disk.
        "storage": "memory",
        "num_replicas": 3,
        "retention": "limits",
        "discard": "old",
        "max_age": 960_000_000_000,
        "max_msgs_per_subject": 1,
        "max_bytes": 33_554_432,
        "metadata": {"holdspace.version": "1"},
    }


async def test_streams_that_are_there_are_taken_as_they_are(nats: PlayedNats) -> None:
    await prepared(nats)
    # Whoever runs the cluster may keep more copies, and remember sent messages for longer.
    nats.streams[LOG].config |= {"num_replicas": 5, "duplicate_window": 1, "description": "ours"}
    del nats.streams[LOG].config["persist_mode"]
    nats.asked.clear()
    await prepared(nats)
    assert [what for what, _ in nats.asked] == [f"STREAM.INFO.{LOG}", f"STREAM.INFO.{LOBBY}"]


async def test_in_development_one_copy_is_enough(nats: PlayedNats) -> None:
    await prepared(nats, ALONE)
    assert [stream.config["num_replicas"] for stream in nats.streams.values()] == [1, 1]
    await prepared(nats, ALONE)


async def test_a_stream_that_forgets_what_was_acknowledged_is_refused(nats: PlayedNats) -> None:
    await prepared(nats)
    for key, value, shown in (
        ("max_age", 3600, "0"),
        ("discard", "old", '"new"'),
        ("subjects", ["x"], "a list"),
        ("deny_purge", True, "false"),
    ):
        before = nats.streams[LOG].config[key]
        nats.streams[LOG].config[key] = value
        with pytest.raises(UnusableLogError) as refused:
            await prepared(nats)
        wanted = '["holdspace.test.log.>"]' if shown == "a list" else shown
        assert str(refused.value) == (
            f"The stream holdspace_test was set up with another {key} than a relay's. Nothing was "
            f"changed. Choose another log.name, or set it to {wanted}."
        )
        nats.streams[LOG].config[key] = before
    await prepared(nats)


@pytest.mark.parametrize(
    ("copies", "said"), [({}, "1 replica"), ({"num_replicas": 2}, "2 replicas")]
)
async def test_a_stream_that_one_node_can_lose_is_refused(
    nats: PlayedNats, copies: Answer, said: str
) -> None:
    await prepared(nats)
    del nats.streams[LOG].config["num_replicas"]
    nats.streams[LOG].config |= copies
    with pytest.raises(UnusableLogError) as refused:
        await prepared(nats)
    assert str(refused.value) == (
        f"The stream holdspace_test has {said}: losing one node would lose it. Nothing was changed."
        " Give it 3."
    )
    await prepared(nats, ALONE)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({}, "belongs to another program"),
        ({"holdspace.version": "one"}, "belongs to another program"),
        ({"holdspace.version": "2"}, "was written by a newer relay"),
    ],
)
async def test_a_stream_of_somebody_else_or_of_tomorrow_is_left_alone(
    nats: PlayedNats, metadata: Answer, said: str
) -> None:
    await prepared(nats)
    nats.streams[LOBBY].config["metadata"] = metadata
    with pytest.raises(UnusableLogError, match=f"The stream holdspace_test_lobby {said}"):
        await prepared(nats)


async def test_what_the_cluster_refuses_is_said_in_its_words(nats: PlayedNats) -> None:
    nats.refused["STREAM.CREATE"] = RefusedError(10074, "replicas > 1 not supported")
    with pytest.raises(UnusableLogError) as refused:
        await prepared(nats)
    assert str(refused.value) == (
        "The NATS cluster refuses to keep this relay's log: replicas > 1 not supported. Nothing "
        "was changed."
    )
    # A no to the question whether it is there makes no stream.
    nats.refused = {"STREAM.INFO": RefusedError(10039, "JetStream not enabled for account")}
    with pytest.raises(UnusableLogError, match="not enabled for account"):
        await prepared(nats)
    assert nats.streams == {}


async def test_a_cluster_that_does_not_answer_is_not_waited_for_without_end(
    nats: PlayedNats,
) -> None:
    nats.is_silent = True
    with pytest.raises(UnusableLogError, match=r"^The NATS cluster does not answer"):
        await prepared(nats)


@pytest.mark.parametrize(
    ("info", "here", "away"),
    [
        ({}, (), ()),
        ({"cluster": {"leader": "n1"}}, ("n1",), ()),
        ({"cluster": {"replicas": [{"name": "n2"}]}}, (), ("n2",)),
        (
            {"cluster": {"leader": "n1", "replicas": [{"name": "n2", "current": True}]}},
            ("n1", "n2"),
            (),
        ),
        # One that was the leader a moment ago may be called both.
        (
            {"cluster": {"leader": "n1", "replicas": [{"name": "n1", "current": False}]}},
            (),
            ("n1",),
        ),
    ],
)
def test_a_node_is_there_when_it_is_current(
    info: Answer, here: tuple[str, ...], away: tuple[str, ...]
) -> None:
    assert nodes_of(info) == (frozenset(here), frozenset(away))


def seen(*away: str) -> Answer:
    """Return what a stream tells of its nodes."""
    others = [{"name": name, "current": name not in away} for name in NODES[1:]]
    return {"cluster": {"leader": "n1", "replicas": others}}


async def test_rl20_every_node_is_asked_with_the_eyes_of_the_system(nats: PlayedNats) -> None:
    assert await check_durability(SETTINGS, seen()) == frozenset()
    (client,) = nats.clients
    assert (client.options["user"], client.is_closed) == ("system", True)
    # A node that is away may answer all the same, and then counts; if not, it is asked later.
    assert await check_durability(SETTINGS, seen("n3")) == frozenset()


async def test_rl20_a_node_that_is_away_and_silent_is_to_be_asked_later(nats: PlayedNats) -> None:
    nats.mute = {"n3"}
    assert await check_durability(SETTINGS, seen("n3")) == {"n3"}
    with pytest.raises(UnusableLogError) as refused:
        await check_durability(SETTINGS, seen())
    assert str(refused.value).startswith(
        "This relay cannot see whether 1 node of the NATS cluster saves to disk before it "
        "acknowledges."
    )


async def test_rl20_one_lax_node_is_enough_to_refuse(nats: PlayedNats) -> None:
    nats.lax = {"n2"}
    for check in (check_durability(SETTINGS, seen()), check_nodes(SETTINGS, ALL_HERE)):
        with pytest.raises(UnusableLogError) as refused:
            await check
        assert str(refused.value) == (
            "1 node of the NATS cluster would lose acknowledged messages when the power fails. "
            "Nothing was changed. Set 'sync_interval: always' in the jetstream section of every "
            "node."
        )
    assert all(client.is_closed for client in nats.clients)
    # The operator has said that this may lose what it acknowledged; nobody is asked.
    nats.clients.clear()
    assert await check_durability(replace(SETTINGS, development=True), seen()) == frozenset()
    assert nats.clients == []


async def test_rl20_when_all_have_told_nobody_waits_for_more(
    nats: PlayedNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "_NODES_ANSWER_SECONDS", 1000.0)
    async with asyncio.timeout(20):
        assert await check_nodes(SETTINGS, ALL_HERE) == ALL_HERE


async def test_rl20_only_the_nodes_that_were_asked_for_count(nats: PlayedNats) -> None:
    nats.lax = {"n2"}
    assert await check_nodes(SETTINGS, frozenset({"n1", "n3"})) == {"n1", "n3"}


async def test_rl20_who_has_no_eyes_of_the_system_asks_with_its_own(nats: PlayedNats) -> None:
    blind = replace(SETTINGS, system_credentials="")
    with pytest.raises(UnusableLogError) as refused:
        await check_durability(blind, seen())
    assert str(refused.value) == (
        "This relay cannot see whether 3 nodes of the NATS cluster save to disk before they "
        "acknowledge. Nothing was changed. Give log.system_credentials a user of the system "
        "account."
    )
    assert nats.clients[0].options["user"] == "relay"


@pytest.mark.parametrize("data", [b"", b"{}", b'{"server": {"name": "n1"}}'])
async def test_rl20_what_says_nothing_of_syncing_is_no_promise(
    nats: PlayedNats, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell: Callable[[str], None] = nats.nodes_tell

    def told(inbox: str) -> None:
        deliver = nats.deliver
        monkeypatch.setattr(nats, "deliver", lambda to, said: deliver(to, replace(said, data=data)))
        tell(inbox)

    monkeypatch.setattr(nats, "nodes_tell", told)
    if b"n1" in data:
        with pytest.raises(UnusableLogError, match=r"^1 node of the NATS cluster would lose"):
            await check_nodes(SETTINGS, frozenset({"n1"}))
    else:
        assert await check_nodes(SETTINGS, frozenset({"n1"})) == frozenset()
