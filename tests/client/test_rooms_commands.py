"""The commands for kept rooms, as they are typed; what they refuse, and what they never show."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from holdspace.client import prompt
from holdspace.client.cli import main
from holdspace.client.commands import open_room
from holdspace.client.commands.open_room import port_here, was_here
from holdspace.client.kept_rooms import HostPart, KeptRoom
from holdspace.client.notebook import Draft, Notebook
from holdspace.client.room_keys import recovered
from holdspace.client.vault import LEAST_COST, Vault
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting.schedule import read_schedule
from holdspace.protocol.meeting.slips import (
    Attendance,
    Move,
    encode_attendance,
    encode_move,
    read_move,
)
from holdspace.protocol.recovery import phrase_of, secrets_of

WORDS = "heron over quiet water"
SEED = bytes(range(16))
OWN = recovered(SEED, ("wss://relay.example",), room_name="Kestrels", my_name="Mara")
HOST_ELSEWHERE = SigningKey.from_seed(b"h" * 32)
THEIRS = KeptRoom(
    room=b"r" * 16,
    host_key=HOST_ELSEWHERE.public,
    relays=("wss://relay.example",),
    room_name="Herons",
    my_name="Ana",
    my_role="member",
    my_key_seed=b"k" * 32,
    pass_secret=b"p" * 16,
    schedule=read_schedule("2046-12-04 18:00 weekly", zone="UTC"),
)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "notebook"
    vault = Vault.create(path, WORDS, LEAST_COST)
    drafts = (Draft(THEIRS.room, "not sent yet"), Draft(OWN.room, "mine"))
    vault.write(Notebook(rooms=(OWN, THEIRS), drafts=drafts))
    vault.close()
    return path


@pytest.fixture
def run(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    secret = tmp_path / "passphrase"
    secret.touch(mode=0o600)
    secret.write_text(WORDS)
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)

        def run(*words: str, typed: tuple[str, ...] = ()) -> tuple[int, str]:
            lines = iter(typed)
            monkeypatch.setattr(prompt, "_read_line", lambda: next(lines))
            where = ("--notebook", str(path), "--passphrase-file", str(secret))
            code = main([words[0], *where, *words[1:]])
            said = capsys.readouterr()
            return code, said.out + said.err

        yield run


def kept(path: Path) -> Notebook:
    vault = Vault.open(path, WORDS)
    vault.close()
    return vault.read()


def test_rooms_are_listed_with_numbers_and_no_secret(run: Run) -> None:
    code, said = run("rooms")
    assert code == 0
    assert "rooms: 1. Kestrels, you are its host, at wss://relay.example." in said
    assert "2. Herons, you are Ana there" in said
    assert "The next meeting: Tuesday 4 December 2046, 18:00 (UTC)." in said


def test_without_rooms_it_says_how_one_comes_to_be_kept(run: Run, path: Path) -> None:
    vault = Vault.open(path, WORDS)
    vault.write(Notebook())
    vault.close()
    for command in (("rooms",), ("open",), ("next",), ("forget",)):
        code, said = run(*command)
        assert (code, "/keeproom asks to keep it" in said) == (1, True)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ((), "Its flow this time: Introductory session. --flow takes another."),
        (("--flow", "weekly-60.de"), "Its flow this time: Wöchentliche Sitzung."),
        (("--flow", "none"), "It has no flow this time; --flow takes one."),
    ],
)
def test_opening_says_which_flow_it_is_for_a_room_remembers_none(
    run: Run, monkeypatch: pytest.MonkeyPatch, chosen: tuple[str, ...], words: str
) -> None:
    monkeypatch.setattr(open_room, "lead", lambda *_: 0)
    code, said = run("open", "1", *chosen)
    assert (code, f"rooms: Opening Kestrels again. {words}" in said) == (0, True)


def test_only_the_host_opens_moves_and_sees_words(run: Run) -> None:
    for command in (
        ("open", "2", "--flow", "none"),
        ("rooms", "phrase", "2"),
        ("rooms", "move", "2", "wss://other.example"),
    ):
        code, said = run(*command)
        assert (code, "Only the host" in said) == (1, True)
    code, said = run("join", "1")
    assert (code, "`holdspace open` opens it" in said) == (1, True)


def test_a_number_that_no_room_has_is_asked_again(run: Run) -> None:
    code, said = run("forget", typed=("7", "two", "00012", "2", "n"))
    assert code == 0
    assert said.count("There is no kept room with that number; there are 1 to 2.") == 3
    assert "Nothing was changed." in said


def test_the_phrase_is_shown_after_a_yes_only(run: Run) -> None:
    first = phrase_of(SEED).split()[0]
    assert first not in run("rooms", "phrase", "1", typed=("",))[1].split()
    code, said = run("rooms", "phrase", "1", typed=("y",))
    assert code == 0
    shown = [word for word in said.split() if word in phrase_of(SEED).split()]
    assert shown == phrase_of(SEED).split()


def test_moving_makes_a_note_that_its_members_can_check(run: Run, path: Path) -> None:
    code, said = run("rooms", "move", "1", "wss://other.example")
    assert code == 0
    note = next(line for line in said.splitlines() if line.startswith("holdspacemoved1:"))
    move = read_move(note, host_key=OWN.host_key)
    assert (move.room, move.relays) == (OWN.room, ("wss://other.example",))
    assert kept(path).rooms[0].relays == ("wss://other.example",)
    assert run("rooms", "move", "1", "ws://other.example")[0] == 1


def test_a_note_of_somebody_else_moves_nothing(run: Run, path: Path) -> None:
    stranger = SigningKey.from_seed(b"s" * 32)
    forged = encode_move(stranger, Move(THEIRS.room, ("wss://evil.example",), 9))
    unknown = encode_move(stranger, Move(b"u" * 16, ("wss://evil.example",), 9))
    right = encode_move(HOST_ELSEWHERE, Move(THEIRS.room, ("wss://new.example",), 9))
    older = encode_move(HOST_ELSEWHERE, Move(THEIRS.room, ("wss://old.example",), 8))
    with pytest.raises(StopIteration):
        run("join", typed=(forged, unknown, forged[:-1], right, older))
    assert kept(path).rooms[1].relays == ("wss://new.example",)


def test_forgetting_takes_keys_and_words_of_that_room_alone(run: Run, path: Path) -> None:
    code, said = run("forget", "2", typed=("y",))
    assert (code, "It is forgotten on this device." in said) == (0, True)
    left = kept(path)
    assert left.rooms == (OWN,)
    assert [draft.room for draft in left.drafts] == [OWN.room]
    code, said = run("forget", typed=("n",))
    assert "nobody can ever open it again" in said


def test_recovering_keeps_who_is_known_where_the_notebook_still_knows(run: Run, path: Path) -> None:
    wrong = phrase_of(SEED).rsplit(" ", 1)[0] + " acorn"
    answers = (wrong, phrase_of(SEED), "Kestrels", "Mara", "wss://new.example")
    code, said = run("recover", typed=answers)
    assert code == 0
    assert "do not belong together" in said
    assert not set(phrase_of(SEED).split()[:4]) <= set(said.split())
    found = kept(path).room(secrets_of(SEED).handle)
    assert found is not None
    assert found.relays == ("wss://new.example",)
    assert isinstance(found.host, HostPart)


def test_recovering_on_a_new_device_makes_the_notebook_first(run: Run, path: Path) -> None:
    path.unlink()
    answers = (phrase_of(SEED), "Kestrels", "Mara", "wss://new.example")
    code, said = run("recover", typed=answers)
    assert (code, "so one is made first" in said) == (0, True)
    assert [one.room for one in kept(path).rooms] == [secrets_of(SEED).handle]


@pytest.mark.parametrize("what", [("phrase", "Kestrels"), ("move", "Kestrels", "wss://a.example")])
def test_a_rooms_name_has_no_place_on_the_command_line(
    run: Run, capsys: pytest.CaptureFixture[str], what: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit):
        run("rooms", *what)
    assert "other programs can read this line" in capsys.readouterr().err


def test_the_next_meeting_and_its_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "next.ics"
    code, said = run("next", "2", "--ics", str(file))
    assert code == 0
    assert "names" not in said
    assert b"BEGIN:VEVENT\r\n" in file.read_bytes()
    assert run("next", "2", "--ics", str(file))[0] == 1
    assert run("next", "1")[0] == 1


def test_an_attendance_slip_is_checked_with_the_key_it_names(run: Run) -> None:
    slip = encode_attendance(
        HOST_ELSEWHERE, Attendance(HOST_ELSEWHERE.public, 20_000, 60, b"n" * 16)
    )
    code, said = run("rooms", "verify", typed=(slip,))
    assert (code, "its signature is right. Day 2024-10-04" in said) == (0, True)
    code, said = run(
        "rooms", "verify", typed=(slip.replace(slip[40], "a" if slip[40] != "a" else "b"),)
    )
    assert code == 1


def test_nothing_of_a_kept_room_is_in_its_repr() -> None:
    text = io.StringIO()
    text.write(repr(OWN) + repr(OWN.host) + repr(THEIRS))
    assert "Kestrels" not in text.getvalue()
    assert "Ana" not in text.getvalue()


@pytest.mark.parametrize(
    ("relay", "port"),
    [
        ("ws://127.0.0.1:41234", 41234),
        ("ws://127.0.0.1", 0),
        ("wss://relay.example:8443", 0),
        ("wss://127.0.0.1.example:8443", 0),
    ],
)
def test_a_room_that_had_its_relay_here_has_it_at_the_same_port_again(
    relay: str, port: int
) -> None:
    assert port_here((relay,)) == port
    kept = recovered(bytes(16), (relay,), room_name="R", my_name="Mara")
    assert kept.host
    assert not was_here(kept)
    here = replace(kept, host=replace(kept.host, is_relay_here=True))
    # A room that was moved to a relay elsewhere is looked for there.
    assert was_here(here) is bool(port)
