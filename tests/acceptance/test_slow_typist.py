"""A whole introductory session beside somebody who writes twelve words a minute with one hand.

Real seats and the relay's real core under one clock: an hour passes in seconds. Everybody else is
quick, and the facilitator presses one key to go on, or gives a minute more while somebody writes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from holdspace.client.library import read_flow
from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Line, Part, RoomView
from holdspace.protocol.meeting.flow import parse_flow, timetable
from seat_table import Guest, Table

FLOW = read_flow("intro-60.en")
SLOW, QUICK = 12, 70
STEP = 5
WORDS = {
    "Check-in": 4,
    "Who we are": 140,
    "What helps a little": 60,
    "Closing round": 25,
}


def text_of(name: str, title: str) -> str:
    """Return what somebody wants to say in a stage."""
    return " ".join(f"{name.lower()}{number}" for number in range(WORDS[title])) + f" ({title})"


@dataclass
class Writer:
    """Somebody at a keyboard: words come one by one, and are sent when all of them are there."""

    guest: Guest
    words_a_minute: int
    typed: float = 0.0
    writes: str = ""
    sent: list[str] = field(default_factory=list)

    def live(self, title: str, seconds: float) -> Iterator[i.Intent]:
        """Yield what they do in the next moment of this stage."""
        if not self.writes and title in WORDS and text_of(self.name, title) not in self.sent:
            # The stage before may be over: what was being written stays until it is sent.
            self.writes, self.typed = text_of(self.name, title), 0.0
        if not self.writes:
            return
        self.typed = min(self.typed + self.words_a_minute * seconds / 60, len(self.writes.split()))
        is_done = self.typed >= len(self.writes.split())
        if not (is_done or title == "What helps a little"):
            return
        view = self.guest.view
        if view.can_raise and view.mode == "hands" and not self.is_in_line(view):
            yield i.Raise()
        if is_done and (view.can_write or self.may_be_ready(view)):
            yield i.Say(self.writes)

    @property
    def name(self) -> str:
        return self.guest.name

    @staticmethod
    def is_in_line(view: RoomView) -> bool:
        return bool(view.me and (view.me.has_floor or view.me.place_in_queue))

    @staticmethod
    def may_be_ready(view: RoomView) -> bool:
        is_writing = view.gather is not None and not view.gather.is_released
        return is_writing and view.gather is not None and view.gather.mine is Part.WRITING

    def sends(self, text: str) -> None:
        self.sent.append(text)
        self.writes = ""


class Session:
    """The hour, and what was seen of it."""

    def __init__(self) -> None:
        self.table = Table()
        ana = self.table.host("Ana", FLOW)
        names = ("Ben", "Cleo", "Tomi", "Dov", "Eli")
        guests = [ana, *(self.table.join(name, ana) for name in names)]
        self.ana = ana
        self.writers = [Writer(one, SLOW if one.name == "Tomi" else QUICK) for one in guests[1:]]
        self.tomi = next(one for one in self.writers if one.name == "Tomi")
        self.granted = 0
        self.began = self.table.now
        self.floors: list[tuple[str, str]] = []
        self.early: list[str] = []

    def run(self) -> None:
        """Live through the session until its last stage is used."""
        for _ in range(2 * 3600 // STEP):
            stage = self.ana.view.stage
            for writer in self.writers:
                for intent in writer.live(stage.title if stage else "", STEP):
                    refusal = self.table.do(writer.guest, intent)
                    if isinstance(intent, i.Say) and refusal is None:
                        writer.sends(intent.text)
            if not self.lead():
                return
            self.table.now += STEP - 1
            self.table.wait(1)
            self.watch()
        pytest.fail("the session never ended")

    def lead(self) -> bool:
        """Let Ana do the one thing she does; tell whether the meeting goes on."""
        view, now = self.ana.view, self.table.now
        if view.floor and view.floor.is_me:
            self.table.do(self.ana, i.Say("Thank you for being here."))
        is_used = not view.stage or now >= view.stage_started + view.stage_seconds
        gather = view.gather
        is_writing = gather is not None and not gather.is_released
        all_ready = is_writing and gather is not None and not gather.writing
        if all_ready:
            self.table.do(self.ana, i.NextStage())
        elif is_used and self.is_busy(view):
            self.table.do(self.ana, i.MoreTime())
            self.granted += 60
        elif is_used:
            if view.stages and view.stages[-1].is_current:
                return False
            self.table.do(self.ana, i.NextStage())
        return True

    @staticmethod
    def is_busy(view: RoomView) -> bool:
        """Tell whether anybody writes, waits or has the floor, as the facilitator can see it."""
        gather = view.gather
        is_writing = gather is not None and not gather.is_released and gather.writing > 0
        return bool(is_writing or view.floor or view.going_around or view.hands)

    def watch(self) -> None:
        """Note who has the floor, and whatever is read before its author sent it."""
        view = self.ana.view
        title = view.stage.title if view.stage else ""
        if view.floor and (title, view.floor.name) not in self.floors[-1:]:
            self.floors.append((title, view.floor.name))
        sent = {text for writer in self.writers for text in writer.sent}
        self.early += [
            p.text for p in view.transcript if p.text.startswith("tomi") and p.text not in sent
        ]


def read_by(guest: Guest) -> list[str]:
    said = (p for p in guest.view.transcript if p.line is Line.SHARE)
    return [p.text for p in said if not (p.is_sending or p.is_ready)]


# One test, because the hour is lived through once.
@pytest.mark.long
def test_a_slow_hand_gets_through_the_session_with_nothing_lost_skipped_or_cut() -> None:
    session = Session()
    session.run()

    # Everything the slow typist wrote is read whole, by everybody, once, and not before it was sent.
    wanted = [text_of("Tomi", title) for title in WORDS]
    for guest in session.table.guests.values():
        assert [text for text in read_by(guest) if text.startswith("tomi")] == wanted
    assert session.early == []

    # Each turn was offered once, and stayed until it was used.
    turns = [title for title, name in session.floors if name == "Tomi"]
    assert turns == ["Who we are", "What helps a little", "Closing round"]

    # Nobody else lost anything for it, and the session ended within its time and what was given.
    for writer in session.writers:
        assert {text_of(writer.name, title) for title in WORDS} <= set(read_by(session.ana))
    planned = sum(slot.seconds for slot in timetable(parse_flow(FLOW), 6))
    took = session.table.now - session.began
    assert took <= planned + session.granted + STEP * len(parse_flow(FLOW).stages)
    assert 0 < session.granted <= 10 * 60
