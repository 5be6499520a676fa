"""What is wrong is answered in a clear sentence, keeps what was there, and ends with the right code."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

from holdspace.client.link import SUBPROTOCOL
from holdspace.protocol import frames
from holdspace.protocol.invite import decode_invitation, encode_invitation
from holdspace.protocol.refusals import Close

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.scenario.conftest import House, Meeting, Relay

WELL, FAILED, ASKED_WRONGLY, LOG_UNUSABLE = 0, 1, 2, 3
LONG_AGO = 1_000_000
BROKEN_FLOW = """format = 1
id = "mine"
lang = "en"
title = "Mine"
minutes = "sixty"
"""


def host_at(relay: str) -> tuple[str, ...]:
    """Return the command that hosts a room at this address."""
    return ("holdspace", "host", "--plain", "--relay", relay, "--room", "Mine", "--name", "Mara")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("my dog is called kestrel", "not .*code|no .*code"),
        ("holdspace9:abcdefgh", "newer"),
        ("", "code"),
    ],
)
def test_what_is_no_code_is_said_and_asked_again(house: House, code: str, sentence: str) -> None:
    guest = house.start("guest", "holdspace", "join", "--plain")
    guest.expect("^Invitation code")
    guest.type(code)
    guest.expect(sentence)
    guest.expect("^Invitation code")
    guest.hang_up()
    assert guest.ends() == FAILED
    assert not guest.matching("Traceback")


def test_a_mistyped_code_can_be_put_right(
    relay: Relay, meet: Callable[[str, str], Meeting], house: House
) -> None:
    code = meet(relay.url, "Mara").code
    letter = "a" if code[40] != "a" else "b"
    guest = house.start("guest", "holdspace", "join", "--plain")
    guest.expect("^Invitation code")
    guest.type(code[:40] + letter + code[41:])
    guest.expect("typ")
    guest.expect("^Invitation code")
    guest.type(f'  "{code.upper()}" ')
    guest.expect("^Type y to accept")


def test_an_expired_code_is_told_from_a_wrong_one(
    relay: Relay, meet: Callable[[str, str], Meeting], house: House
) -> None:
    invitation = decode_invitation(meet(relay.url, "Mara").code, now=0.0)
    expired = type(invitation)(
        relays=invitation.relays,
        room=invitation.room,
        host_key_hash=invitation.host_key_hash,
        secret=invitation.secret,
        expires_minute=LONG_AGO,
    )
    guest = house.start("guest", "holdspace", "join", "--plain")
    guest.expect("^Invitation code")
    guest.type(encode_invitation(expired))
    guest.expect("expired|no longer valid|over")
    guest.expect("^Invitation code")


def test_a_code_on_the_command_line_is_refused_and_not_repeated(house: House) -> None:
    guest = house.start("guest", "holdspace", "join", "holdspace1:kestrelkestrel")
    assert guest.ends() == ASKED_WRONGLY
    [line] = guest.lines
    assert "must not stand on the command line" in line
    assert "kestrel" not in line


def test_a_relay_that_cannot_be_reached(house: House, closed_port: int) -> None:
    host = house.start("host", *host_at(f"ws://127.0.0.1:{closed_port}"))
    host.expect("The relay cannot be reached. Nothing was sent.")
    assert host.ends() == FAILED
    assert not host.matching("Traceback|holdspace1:")


def test_a_relay_on_another_machine_without_tls_is_not_even_tried(house: House) -> None:
    host = house.start("host", *host_at("ws://relay.example"))
    assert host.ends() == FAILED
    [line] = host.lines
    assert "wss://" in line


def test_a_relay_of_another_version(house: House, newer_relay: str) -> None:
    host = house.start("host", *host_at(newer_relay))
    host.expect("another version of holdspace")
    assert host.ends() == FAILED


def test_a_client_of_another_version(house: House, relay: Relay) -> None:
    # The other way round: what the real relay answers to somebody newer.
    with connect(relay.url, subprotocols=[SUBPROTOCOL], proxy=None) as newer:
        newer.send(frames.encode(frames.Hello(7, 9)))
        with pytest.raises(ConnectionClosed) as closed:
            newer.recv(timeout=10)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == Close.WRONG_VERSION


def test_a_refused_name_is_asked_for_again(
    relay: Relay, meet: Callable[[str, str], Meeting], house: House
) -> None:
    meeting = meet(relay.url, "Mara")
    guest = house.start("guest", "holdspace", "join", "--plain")
    guest.expect("^Invitation code")
    guest.type(meeting.code)
    guest.expect("^Type y to accept")
    guest.type("y")
    guest.expect("^What shall people here call you")
    for name in ("x" * 60, "An\u202ea", "\u0410na", ""):
        guest.type(name)
        guest.expect("Nothing was sent. Type a name")
    guest.type("Ana", "")
    guest.expect("^room: You knocked")
    meeting.host.expect("^door: Ana is at the door")


def test_a_broken_flow_names_the_line(house: House, tmp_path: Path) -> None:
    flow = tmp_path / "mine.toml"
    flow.write_text(BROKEN_FLOW)
    check = house.start("check", "holdspace", "flow", "check", str(flow))
    check.expect(r"mine\.toml:5: ")
    assert check.ends() == FAILED
    host = house.start("host", *host_at("ws://127.0.0.1:1"), "--flow", str(flow))
    host.expect(r"mine\.toml:5: ")
    host.expect("no room was opened")
    assert host.ends() == FAILED
    assert flow.read_text() == BROKEN_FLOW


def test_a_flow_that_is_not_there(house: House, tmp_path: Path) -> None:
    check = house.start("check", "holdspace", "flow", "check", str(tmp_path / "none.toml"))
    assert check.ends() == ASKED_WRONGLY
    assert len(check.lines) == 1
    assert not check.matching("Traceback")


def test_a_port_that_is_taken(house: House, relay: Relay) -> None:
    second = house.start("second", "holdspace-relay", "--memory", "--port", relay.port)
    assert second.ends() == FAILED
    [line] = second.lines
    assert f"Port {relay.port} is taken" in line


def test_a_database_that_cannot_be_read(house: House, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    database = data / "relay.db"
    database.write_bytes(b"this is a shopping list, not a database. " * 200)
    broken = house.start("broken", "holdspace-relay", "--port", "0", "--data", str(data))
    assert broken.ends() == LOG_UNUSABLE
    [line] = broken.lines
    assert line.startswith("holdspace-relay: ")
    assert database.read_bytes().startswith(b"this is a shopping list")


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture
def newer_relay() -> Iterator[str]:
    """A stand-in for a relay of the future: it greets in a version nobody knows yet."""

    def greet(connection: ServerConnection) -> None:
        connection.recv()
        connection.send(frames.encode(frames.Greeting(version=9, nonce=bytes(32))))
        for _ in connection:
            pass

    with serve(greet, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL]) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
    thread.join()
