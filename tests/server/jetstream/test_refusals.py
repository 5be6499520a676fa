"""A relay starts only on a cluster that keeps what it acknowledges, and says what is missing."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdspace.server.log import CutOff, Outcome, UnusableLogError
from holdspace.server.log.jetstream import cluster as joining
from holdspace.server.log.jetstream.log import JetStreamLog
from holdspace.server.log.jetstream.settings import JetStreamSettings
from nats_cluster import RELAY, SYSTEM, NatsCluster
from relay_houses import variables
from relay_process import RelayProcess


@pytest.fixture(scope="module")
def lax_cluster(
    cluster: NatsCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NatsCluster]:
    """Nodes as they are by default: they sync every two minutes."""
    with NatsCluster(tmp_path_factory.mktemp("lax"), sync="2m") as lax:
        yield lax


async def refusal_of(settings: JetStreamSettings) -> str:
    """Return why a log does not start."""
    log = JetStreamLog(settings)
    with pytest.raises(UnusableLogError) as refused:
        await log.start(lambda _outcome: None)
    return str(refused.value)


async def starts(settings: JetStreamSettings) -> None:
    log = JetStreamLog(settings)
    await log.start(lambda _outcome: None)
    await log.close()


def named(cluster: NatsCluster, *, development: bool = False) -> JetStreamSettings:
    return cluster.settings(f"test-{secrets.token_hex(4)}", development=development)


async def test_rl20_nodes_that_acknowledge_before_they_sync_are_refused(
    lax_cluster: NatsCluster,
) -> None:
    sentence = await refusal_of(named(lax_cluster))
    assert sentence == (
        "3 nodes of the NATS cluster would lose acknowledged messages when the power fails. "
        "Nothing was changed. Set 'sync_interval: always' in the jetstream section of every node."
    )
    await starts(named(lax_cluster, development=True))


def test_rl20_the_command_says_so_and_ends(lax_cluster: NatsCluster, tmp_path: Path) -> None:
    settings = variables(lax_cluster, "test") | {"log_folder": str(tmp_path)}
    relay = RelayProcess("--port", "0", **settings)
    code, said = relay.end()
    assert code == 3
    assert said.startswith("holdspace-relay: 3 nodes of the NATS cluster would lose")


async def test_who_cannot_see_how_nodes_sync_does_not_trust_them(cluster: NatsCluster) -> None:
    settings = named(cluster)
    blind = JetStreamSettings(settings.servers, settings.name, RELAY)
    sentence = await refusal_of(blind)
    assert sentence.startswith("This relay cannot see whether 3 nodes of the NATS cluster save")
    assert "log.system_credentials" in sentence
    await starts(settings)


@pytest.mark.long
async def test_rl20_a_node_that_is_away_is_asked_when_it_is_back(
    cluster: NatsCluster, tmp_path: Path
) -> None:
    with NatsCluster(tmp_path) as own:
        settings = named(own)
        await starts(settings)
        own.kill("n3")

        async def is_missed() -> bool:
            info = await own.ask(f"STREAM.INFO.holdspace_{settings.name}")
            return "n3" in joining.nodes_of(info)[1]

        await own.until(is_missed)
        outcomes: list[Outcome] = []
        log = JetStreamLog(settings)
        await log.start(outcomes.append)
        own.be_careless()
        own.start("n3")
        await own.until(lambda: _is_told(outcomes))
        await log.close()


async def _is_told(outcomes: list[Outcome]) -> bool:
    return CutOff() in outcomes


async def test_rl20_a_stream_with_one_replica_is_refused(cluster: NatsCluster) -> None:
    alone = named(cluster, development=True)
    await starts(alone)
    strict = JetStreamSettings(alone.servers, alone.name, RELAY, SYSTEM)
    assert "has 1 replica: losing one node would lose it" in await refusal_of(strict)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"metadata": {}}, "belongs to another program"),
        ({"metadata": {"holdspace.version": "99"}}, "was written by a newer relay"),
        ({"max_msgs": 1000, "discard": "old"}, "was set up with another"),
        ({"storage": "memory"}, "was set up with another storage"),
    ],
)
async def test_a_stream_that_no_relay_made_is_left_alone(
    cluster: NatsCluster, changes: dict[str, object], sentence: str
) -> None:
    settings = named(cluster)
    name = f"holdspace_{settings.name}"
    config: dict[str, object] = {
        "name": name,
        "subjects": [f"holdspace.{settings.name}.log.>"],
        "num_replicas": 3,
        "storage": "file",
        "discard": "new",
        "allow_direct": True,
        "metadata": {"holdspace.version": "1"},
    }
    made = await cluster.ask(f"STREAM.CREATE.{name}", **config | changes)
    assert "error" not in made
    said = await refusal_of(settings)
    assert sentence in said
    assert "Nothing was changed." in said


@pytest.mark.parametrize("credentials", ["relay:wrong", ""])
async def test_who_is_not_let_in_says_so(
    cluster: NatsCluster, credentials: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "PATIENCE_SECONDS", 1.5)
    settings = JetStreamSettings(cluster.servers, "test", credentials)
    sentence = await refusal_of(settings)
    assert sentence.startswith("No server of the NATS cluster lets this relay in.")
    assert "wrong" not in sentence


async def test_nobody_there_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "PATIENCE_SECONDS", 0.5)
    settings = JetStreamSettings(("nats://127.0.0.1:9",), "test", RELAY)
    assert (await refusal_of(settings)).startswith("No server of the NATS cluster")
