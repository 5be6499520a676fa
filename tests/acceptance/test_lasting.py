"""What is left behind, what it costs, and how it is reached: rows M27, M30, M34 and M36."""

import re
import stat
from collections import Counter
from pathlib import Path
from typing import Any

from typing_extensions import override

from holdspace.client.act_table import ACTS
from holdspace.client.library import read_flow
from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Line
from holdspace.protocol import frames
from plain_people import Evening, contents
from relay_process import RelayProcess
from seat_table import Guest, Table

HOST, MARA, JON = "Ottilie", "Marabelle", "Jonquille"
MEGABYTE, MINUTE = 1_000_000, 60
# A frame's, with the mask that clients put on theirs (RFC 6455, 5.2).
WEBSOCKET_HEADER = 14


async def test_m27_to_others_a_quick_exit_is_a_lost_connection(evening: Evening) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    mara.type("/exit")
    assert await mara.ends() == 0
    jon.cut()
    before = len(host.said)
    await evening.pass_time(120)
    told = [line for line in host.said[before:] if MARA in line]
    assert told == [line.replace(JON, MARA) for line in host.said[before:] if JON in line]
    assert {one.name for one in host.view.people if one.is_away} == {MARA, JON}


def test_m30_every_act_has_a_key_without_a_chord_and_a_command_in_help() -> None:
    for act in ACTS:
        assert re.fullmatch(r"\S|enter|f\d{1,2}|1-9", act.key), act.id
        assert act.slash
        assert act.sentence


async def test_m34_after_closing_nothing_of_the_meeting_is_on_the_relays_disk(
    evening: Evening, relay: RelayProcess, relay_data: Path
) -> None:
    host, mara = await evening.circle(HOST, MARA)
    assert host.seat
    meeting = host.seat.facts.meeting
    host.type("/mode open", "Words of this evening.")
    await mara.expect(f"^{HOST}: Words")
    assert [name for name, data in contents(relay_data).items() if meeting in data]
    host.type("/close", "y")
    for person in evening.people:
        assert await person.ends() == 0
    await evening.until(
        lambda: not any(meeting in data for data in contents(relay_data).values()), "forgetting"
    )


async def test_m34_a_keepsake_holds_ones_own_words_only(evening: Evening, tmp_path: Path) -> None:
    host, mara = await evening.circle(HOST, MARA)
    host.type("/mode open", "Not yours to keep.")
    await evening.settled()
    mara.type("Mine to keep.")
    await evening.settled()
    file = tmp_path / "evening.txt"
    mara.type(f"/keepsake {file}")
    await mara.expect("^room: .*evening.txt|^room: .*kept|^room: .*wr")
    kept = file.read_text()
    assert "Mine to keep." in kept
    assert "yours" not in kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


class SlowTable(Table):
    """A table at the end of a bad line: two seconds there and back, and one frame in twenty is lost.

    Websockets run on TCP: what is lost on the way is sent again, and comes late, in its order.
    """

    def __init__(self) -> None:
        self._on_their_way: list[tuple[float, int, bool, Any]] = []
        super().__init__()

    @override
    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            super().wait(1)
            due = [item for item in self._on_their_way if item[0] <= self.now]
            self._on_their_way = [item for item in self._on_their_way if item[0] > self.now]
            for _at, number, is_up, frame in due:
                self._arrives(number, frame, is_up=is_up)

    @override
    def _send(self, guest: Guest, frame: frames.ClientFrame) -> None:
        if guest.connection:
            self._takes_time(guest.connection, frame, is_up=True)

    @override
    def _deliver(self, number: int, frame: frames.RelayFrame) -> None:
        self._takes_time(number, frame, is_up=False)

    def _takes_time(self, number: int, frame: Any, *, is_up: bool) -> None:
        before = (at for at, *way, _ in self._on_their_way if way == [number, is_up])
        is_lost = self.random.random() < 0.05
        due = max((self.now + (3 if is_lost else 1), *before))
        self._on_their_way.append((due, number, is_up, frame))

    def _arrives(self, number: int, frame: Any, *, is_up: bool) -> None:
        guest = self._guest_on(number)
        if guest is None:
            return
        if is_up:
            super()._send(guest, frame)
        else:
            super()._deliver(number, frame)


def test_m36_usable_over_a_slow_and_lossy_line() -> None:
    table = SlowTable()
    ana = table.host("Ana")
    table.wait(12)
    guests = [ana]
    for name in ("Ben", "Cleo"):
        guest = table.visitor(name, ana.view.invitation)
        table.wait(12)
        assert table.do(guest, i.Accept(name)) is None
        table.wait(12)
        assert table.do(ana, i.Admit(ana.view.knocks[0].knock)) is None
        table.wait(20)
        guests.append(guest)
    assert table.do(ana, i.ChangeMode("open")) is None
    table.wait(12)
    for number in range(20):
        assert table.do(guests[number % 3], i.Say(f"Share {number}.")) is None
        table.wait(8)
    table.wait(30)
    said = [[p.text for p in guest.view.transcript if p.line is Line.SHARE] for guest in guests]
    assert said[0] == said[1] == said[2]
    assert sorted(said[0]) == sorted(f"Share {number}." for number in range(20))
    assert not any(guest.view.is_held for guest in guests)
    assert not any(person.is_away for guest in guests for person in guest.view.people)


class CountingTable(Table):
    """A table that counts what each person's line carries, frames and websocket headers alike."""

    def __init__(self) -> None:
        self.carried: Counter[str] = Counter()
        super().__init__()

    @override
    def _send(self, guest: Guest, frame: frames.ClientFrame) -> None:
        if guest.connection:
            self.carried[guest.name] += len(frames.encode(frame)) + WEBSOCKET_HEADER
        super()._send(guest, frame)

    @override
    def _deliver(self, number: int, frame: frames.RelayFrame) -> None:
        guest = self._guest_on(number)
        if guest is not None:
            self.carried[guest.name] += len(frames.encode(frame)) + WEBSOCKET_HEADER
        super()._deliver(number, frame)


def test_m36_an_hour_of_eight_people_costs_each_a_few_megabytes() -> None:
    # One megabyte would be less than silence costs: eight people who are each heard every 20 seconds
    # (security.md, EV07) in frames of at least 1 KiB (R16) are 1.5 MB. Safety has the last word.
    table = CountingTable()
    ana = table.host("Ana", read_flow("intro-60.en"))
    guests = [
        ana,
        *(table.join(name, ana) for name in ("Ben", "Cleo", "Dov", "Eli", "Fay", "Gil", "Hal")),
    ]
    coming_in = Counter(table.carried)
    table.wait(5 * MINUTE)
    quiet = table.carried - coming_in
    before = Counter(table.carried)
    table.do(ana, i.ToStage(7))
    for guest in guests:
        for intent in (i.Raise(), i.NodTo(), i.NodTo("thank-you")):
            table.do(guest, intent)
        table.do(guest, i.Say("Eighty words or so. " * 20))
        table.do(ana, i.SkipThePause())
    stage = table.carried - before
    hour = {name: coming_in[name] + 12 * quiet[name] + 10 * stage[name] for name in coming_in}
    assert max(hour.values()) < 5 * MEGABYTE, hour
