"""Attending for real: a relay process, real sockets, and what survives when the relay is killed."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from holdspace.client.attend import (
    NO_NOTEBOOK,
    Attendance,
    CannotStart,
    addresses_to_join,
    check_address,
    check_addresses,
)
from holdspace.client.clock import CLOCK, Clock
from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.seat import covering
from holdspace.client.seat import intents as i
from holdspace.client.seat.host import Opening
from holdspace.client.seat.view import Connection, Place, RoomView
from holdspace.client.socks import TOR
from holdspace.protocol.invite import InvitationError

ONION = "a2" * 28 + ".onion"
OPENING = Opening("Tuesday circle", "Ana", ("What is shared stays here.",))


class RelayProcess:
    """A real relay process that can be killed and started again on the same port and data."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._process: asyncio.subprocess.Process | None = None
        self.url = "ws://127.0.0.1:0"

    async def start(self) -> None:
        port = self.url.rpartition(":")[2]
        command = ("-m", "holdspace.server", "--port", port, "--data", str(self._data))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.url = (await self._process.stdout.readline()).decode().split()[-1]

    async def kill(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[RelayProcess]:
    """Return a running relay."""
    process = RelayProcess(tmp_path / "relay")
    await process.start()
    yield process
    await process.kill()


async def until(person: Attendance, holds: Callable[[RoomView], object]) -> None:
    async with asyncio.timeout(20):
        while not holds(person.view):
            await asyncio.sleep(0.01)


def has_line(text: str) -> Callable[[RoomView], bool]:
    return lambda view: any(p.text == text and not p.is_sending for p in view.transcript)


async def meet(relay: RelayProcess) -> tuple[Attendance, Attendance]:
    ana = await Attendance.host([relay.url], OPENING)
    await until(ana, lambda view: view.invitation)
    ben = await Attendance.join(ana.view.invitation)
    await until(ben, lambda view: view.place is Place.LOBBY)
    assert ben.do(i.Accept("Ben")) is None
    await until(ana, lambda view: view.knocks)
    assert ana.do(i.Admit(ana.view.knocks[0].knock)) is None
    await until(ben, lambda view: view.people)
    return ana, ben


async def test_two_people_meet_talk_and_part(relay: RelayProcess) -> None:
    ana, ben = await meet(relay)
    async with ana, ben:
        assert ben.do(i.Say("hello")) is None
        await until(ana, has_line("hello"))
        await ben.leave()
        assert ben.view.place is Place.LEFT
        await until(ana, lambda view: len(view.people) == 1)


async def test_everybody_is_back_by_themselves_after_the_relay_was_killed(
    relay: RelayProcess,
) -> None:
    ana, ben = await meet(relay)
    async with ana, ben:
        ben.do(i.Say("before"))
        await until(ana, has_line("before"))
        await relay.kill()
        await until(ben, lambda view: view.connection is Connection.LOST)
        ben.do(i.Say("while it was away"))
        await relay.start()
        await until(ana, has_line("while it was away"))
        await until(ben, has_line("while it was away"))


async def test_changes_end_when_the_meeting_does(relay: RelayProcess) -> None:
    ana, ben = await meet(relay)
    async with ana, ben:
        ana.do(i.CloseTheMeeting())
        last = None
        async with asyncio.timeout(20):
            async for view, _ in ben.changes():
                last = view.place
        assert last is Place.CLOSED


async def test_a_host_waits_for_the_relays_answer_and_misses_nothing_by_it(
    relay: RelayProcess,
) -> None:
    async with await Attendance.host([relay.url], OPENING) as ana:
        view = await ana.settled()
        assert view.connection is Connection.CONNECTED
        async with asyncio.timeout(20):
            async for told, _ in ana.changes():
                if told.invitation:
                    break
    async with await Attendance.host(["ws://127.0.0.1:9"], OPENING) as cut_off:
        assert (await cut_off.settled()).connection is Connection.LOST


async def test_a_code_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(InvitationError):
        await Attendance.join("hello")


@pytest.mark.parametrize(
    "address",
    [
        "ws://relay.example",
        "ws://127.0.0.1.relay.example",
        "ws://x.onion.example",
        "ws://abc.onion",
        "wss://abc.onion",
        "wss://relay.onion.",
        f"ws://{ONION}.example",
        "https://relay.example",
        "relay",
    ],
)
def test_a_relay_that_others_could_listen_to_is_refused(address: str) -> None:
    with pytest.raises(CannotStart):
        check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "wss://relay.example",
        "ws://localhost:8787",
        "ws://[::1]:1",
        f"ws://{ONION}",
        f"ws://a.{ONION}:81",
    ],
)
def test_a_relay_behind_tls_or_tor_or_on_this_machine_is_taken(address: str) -> None:
    assert check_address(address) == address


CLEAR, HIDDEN, HERE = "wss://relay.example", f"ws://{ONION}", "ws://127.0.0.1:8787"


def test_a_room_opens_at_onion_addresses_or_at_others_never_at_both() -> None:
    with pytest.raises(CannotStart, match="of one kind"):
        check_addresses([CLEAR, HIDDEN])
    for alike in ((CLEAR, "wss://another.example"), (HIDDEN, f"ws://a.{ONION}"), (HIDDEN, HERE)):
        assert check_addresses(alike) == alike


def test_who_comes_by_an_onion_address_comes_by_no_other_unless_all_go_through_a_proxy() -> None:
    # A code like this can only come from an older or a changed program.
    assert addresses_to_join((CLEAR, HIDDEN), None) == (HIDDEN,)
    assert addresses_to_join((CLEAR, HIDDEN), TOR) == (CLEAR, HIDDEN)
    assert addresses_to_join((CLEAR, HERE), None) == (CLEAR, HERE)


async def test_a_room_is_kept_only_where_there_is_a_notebook(relay: RelayProcess) -> None:
    async with await Attendance.host([relay.url], OPENING) as ana:
        await until(ana, lambda view: view.invitation)
        refusal = ana.do(i.KeepTheRoom())
        assert refusal is not None
        assert refusal.words == NO_NOTEBOOK
        notebook: list[KeptRoom] = []
        ana.keep_rooms(notebook.append)
        assert ana.do(i.KeepTheRoom()) is None
        assert [kept.room_name for kept in notebook] == ["Tuesday circle"]
        assert ana.do(i.ScheduleTheRoom("2046-12-04 18:00")) is None
        await until(ana, lambda view: view.keeping.meets)
        assert notebook[-1].schedule is not None


async def test_a_room_that_is_not_open_says_so_to_who_keeps_it(relay: RelayProcess) -> None:
    notebook: list[KeptRoom] = []
    async with await Attendance.host([relay.url], OPENING) as ana:
        ana.keep_rooms(notebook.append)
        await until(ana, lambda view: view.invitation)
        assert ana.do(i.KeepTheRoom()) is None
        await until(ana, lambda view: view.keeping.is_kept)
        assert ana.do(i.CloseTheMeeting()) is None
        await until(ana, lambda view: view.place is Place.CLOSED)
    async with await Attendance.come_again(notebook[-1]) as early:
        view = await early.arrived()
        assert view.is_not_open
        assert view.place is Place.ENDED


class QuickClock(Clock):
    """A clock on which an evening passes in minutes: cover slots come five times a second."""

    @override
    def now(self) -> float:
        return CLOCK.now() * 10

    @override
    async def beat(self) -> None:
        await asyncio.sleep(0.1)


async def test_in_cover_slots_long_words_arrive_whole_and_a_goodbye_waits_for_them(
    relay: RelayProcess,
) -> None:
    clock, words = QuickClock(), "It was a long day. " * 150
    opening = replace(OPENING, is_covered=True)
    async with await Attendance.host([relay.url], opening, clock=clock) as ana:
        await until(ana, lambda view: view.invitation)
        ben = await Attendance.join(ana.view.invitation, clock=clock)
        await until(ben, lambda view: view.card)
        ben.do(i.Accept("Ben"))
        await until(ana, lambda view: view.knocks)
        ana.do(i.Admit(ana.view.knocks[0].knock))
        await until(ben, has_line(covering.BEGIN))
        assert ben.do(i.Say(words)) is None
        assert ben.view.sending == 1
        await ben.leave(fine=True)
        assert ben.view.place is Place.LEFT
        await until(ana, has_line(words.strip()))
        await until(ana, lambda view: len(view.people) == 1)
