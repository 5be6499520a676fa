"""What a configuration comes to: the names proofs hold at, who gets in, and who may open a room."""

from pathlib import Path

import pytest

from holdspace.server.config import (
    Config,
    ConfigError,
    Listen,
    LogSettings,
    RoomCode,
    Rooms,
    Tls,
    admin_socket_of,
    allowed_origins,
    folder_of,
    in_effect,
    is_local,
    is_loopback,
    rooms_are_open,
    state_folder,
)
from holdspace.server.config.effect import problems_together

EVERYWHERE = "0.0.0.0"  # noqa: S104  # refused unless an origin is given
HERE = ("ws://127.0.0.1:8787", "ws://localhost:8787", "ws://[::1]:8787")
NAMED = ("wss://r.example",)


@pytest.mark.parametrize(
    ("listen", "origins"),
    [
        (Listen(), HERE),
        (Listen(host="::1"), HERE),
        (Listen(host="10.0.0.7"), ("ws://10.0.0.7:8787",)),
        (Listen(host="relay.internal"), ("ws://relay.internal:8787",)),
        (Listen(host=EVERYWHERE, origins=NAMED), NAMED),
        (Listen(host="::", origins=NAMED), NAMED),
        (Listen(host="", socket=Path("/run/r.sock"), origins=NAMED), NAMED),
        (Listen(origins=NAMED), NAMED + HERE),
    ],
)
def test_proofs_hold_at_the_addresses_people_use(listen: Listen, origins: tuple[str, ...]) -> None:
    assert allowed_origins(Config(listen=listen), 8787) == origins


def test_with_tls_the_derived_names_have_it_too() -> None:
    config = Config(Listen(host="10.0.0.7"), Tls(Path("/c"), Path("/k")))
    assert allowed_origins(config, 443) == ("wss://10.0.0.7",)


def test_no_name_at_all_is_refused() -> None:
    with pytest.raises(ConfigError):
        allowed_origins(Config(Listen(host=EVERYWHERE)), 8787)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.9", True), ("::1", True), (EVERYWHERE, False), ("a.b", False)],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        (Listen(), True),
        (Listen(origins=("ws://localhost:9000", "ws://[::1]")), True),
        (Listen(origins=NAMED), False),
        (Listen(origins=("ws://127.0.0.1", "wss://r.example")), False),
        (Listen(host="10.0.0.7"), False),
        (Listen(host=EVERYWHERE, origins=("ws://127.0.0.1",)), False),
        (Listen(socket=Path("/run/r.sock")), False),
    ],
)
def test_a_relay_that_strangers_reach_opens_rooms_by_code_only(
    listen: Listen, expected: bool
) -> None:
    assert is_local(Config(listen)) is expected
    assert rooms_are_open(Config(listen)) is expected
    for decided in (True, False):
        assert rooms_are_open(Config(listen, rooms=Rooms(open=decided))) is decided


def test_without_a_folder_it_takes_a_private_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "holdspace" / "relay"
    monkeypatch.setattr("sys.platform", "darwin")
    assert state_folder().parts[-4:] == ("Library", "Application Support", "holdspace", "relay")


def test_who_has_no_home_is_asked_for_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert [place for place, _ in problems_together(Config())] == ["log.folder"]
    assert "Keeps its log: nowhere yet" in in_effect(Config())
    given = Config(log=LogSettings(folder=Path("/x")))
    assert [*problems_together(given)] == []


def test_in_memory_there_is_no_folder_and_no_socket() -> None:
    config = Config(log=LogSettings(kind="memory", folder=Path("/x")))
    assert folder_of(config) is None
    assert admin_socket_of(config) is None
    kept = Config(log=LogSettings(folder=Path("/x")))
    assert admin_socket_of(kept) == Path("/x/admin.sock")


@pytest.mark.parametrize(
    ("config", "where"),
    [
        (Config(tls=Tls(certificate=Path("/c"))), "tls"),
        (Config(Listen(host="", origins=NAMED)), "listen"),
        (Config(Listen(host=EVERYWHERE)), "listen.origins"),
        (Config(log=LogSettings(kind="jetstream")), "log.servers"),
    ],
)
def test_settings_that_do_not_go_together_are_said(config: Config, where: str) -> None:
    assert where in {place for place, _ in problems_together(config)}


def test_what_is_in_effect_is_said_in_words() -> None:
    here = "\n".join(in_effect(Config()))
    assert "programs on this machine only" in here
    assert "open to everybody, at most 120 rooms an hour" in here
    codes = Rooms(codes=(RoomCode(bytes(32), 3, "Anna"),))
    there = "\n".join(in_effect(Config(Listen(origins=NAMED), rooms=codes)))
    assert "whoever your reverse proxy or onion service lets through" in there
    assert "codes only (1 code given out, no declared hosts)" in there
    none = "\n".join(in_effect(Config(Listen(origins=NAMED))))
    assert "make one: holdspace-relay code new" in none
