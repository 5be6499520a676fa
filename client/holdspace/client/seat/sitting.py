"""A seat as a machine: each frame, intent and tick goes to the chapter that handles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol import frames
from holdspace.protocol.meeting.events import Event, Heartbeat
from holdspace.protocol.refusals import Close
from holdspace.protocol.translation import N_
from holdspace.protocol.values import value

from . import (
    asides,
    catching_up,
    changing,
    connecting,
    counting,
    covering,
    cut_off,
    doing,
    door_keys,
    door_talk,
    holding,
    jumping,
    ladder,
    lobby,
    not_ok,
    pairs,
    pausing,
    picture,
    quiet,
    reading,
    readying,
    room_keeping,
    saying,
    stepping_over,
    taking_up,
    unled,
)
from .intents import Intent
from .replacing import replace
from .seat import Seat
from .step import Moment, Step, World
from .view import Place, Refusal, RoomView

SNAPSHOT_SECONDS = 60.0
NOT_SHOWN_IN = N_(
    "You were let in, but nobody could show you where the meeting stands. "
    "Nothing of yours was sent. Please knock again with the same code."
)

Chapter = Callable[[Seat, Any, Moment], Seat]
_CHAPTERS: dict[type[frames.RelayFrame], Chapter] = {
    frames.Greeting: connecting.on_greeting,
    frames.Attached: connecting.on_attached,
    frames.Done: connecting.on_done,
    frames.Ack: connecting.on_ack,
    frames.Refuse: connecting.on_refuse,
    frames.MeetingClosed: connecting.on_closed,
    frames.Entry: reading.on_entry,
    frames.Knocking: lobby.on_knocking,
    frames.KnockGone: lobby.on_knock_gone,
}


@value()
class Sitting:
    """One person in a meeting; answers frames, intents and time with the next Sitting."""

    seat: Seat
    now: float = 0.0
    ticked: float = 0.0

    def receive(self, frame: frames.RelayFrame, world: World) -> Step:
        """Take in one frame; one that fits nothing changes nothing."""
        chapter = _CHAPTERS.get(type(frame))
        if chapter is None or self.seat.place is not Place.ROOM:
            return Step(self)
        moment = Moment.of(world)
        return self._step(chapter(self.seat, frame, moment), moment)

    def do(self, intent: Intent, world: World) -> Step | Refusal:
        """Do what the person wants, or say why not."""
        moment = Moment.of(world)
        outcome = doing.do(self.seat, intent, moment)
        return outcome if isinstance(outcome, Refusal) else self._step(outcome, moment)

    def tick(self, world: World) -> Step:
        """Send what waits, be heard from now and then, and notice who went quiet."""
        moment, seat, ticked = Moment.of(world), self.seat, _coarse(world.now)
        if seat.place is Place.ROOM and jumping.has_jumped(self.ticked or seat.came_at, world.now):
            step = self._step(jumping.after_jump(seat, world.now), moment, ticked)
            return replace(step, goes_elsewhere=True)
        if seat.place is Place.ROOM and seat.is_caught_up:
            if not seat.is_covering and saying.is_heartbeat_due(seat, moment):
                seat = saying.say(seat, Heartbeat(), moment)
            seat = saying.send_waiting(seat, moment)
            seat = connecting.tick(changing.tick(seat, moment), moment)
            seat = pausing.tick(seat, moment)
            seat = ladder.tick(seat, moment)
            seat = catching_up.tick(seat, moment)
            seat = quiet.tick(seat, moment)
            seat = asides.settle(not_ok.settle(seat, moment), moment)
            seat = door_keys.settle(taking_up.tick(seat, moment), moment)
            seat = lobby.settle(door_talk.settle(seat, moment), moment)
            seat = counting.tick(seat, moment)
            seat = stepping_over.tick(seat, moment)
            seat = covering.tick(seat, moment)
        if seat.place is Place.ROOM:
            seat = holding.settle(unled.settle(seat, moment), moment)
            seat = cut_off.tick(seat, moment)
            seat = saying.tell_kept(seat, moment)
            seat = pairs.tick(seat, moment)
            seat = readying.settle(seat, moment)
            seat = _give_up(seat, moment)
        return self._step(seat, moment, ticked)

    def reached(self, relay: str) -> Step:
        """Learn where the connection leads; proofs and the card name this relay from now on."""
        return Step(replace(self, seat=connecting.reached(self.seat, relay)))

    def lost(self, words: str) -> Step:
        """Forget the connection; everything else is kept."""
        return Step(replace(self, seat=connecting.lost(self.seat, words)))

    def ended(self, words: str, code: int) -> Step:
        """Learn that the connection will not come back, and why."""
        if self.seat.place is not Place.ROOM:
            return Step(self)
        place = _PLACES.get(code, Place.ENDED)
        return Step(replace(self, seat=replace(self.seat, place=place, ended_words=words)))

    def saying(self, event: Event, world: World) -> Sitting:
        """Return the sitting with an event that goes out as soon as there is a connection."""
        return replace(self, seat=saying.say(self.seat, event, Moment.of(world)))

    @property
    def kept(self) -> KeptRoom | None:
        """Return the room as it is kept beyond the meeting, if it is."""
        return self.seat.lasting.kept

    def view(self) -> RoomView:
        """Return what a front end may draw."""
        return picture.room_view(self.seat, self.now)

    def _step(self, seat: Seat, moment: Moment, ticked: float | None = None) -> Step:
        seat, now = room_keeping.settle(seat), _coarse(moment.now)
        ticked = self.ticked if ticked is None else ticked
        same = seat is self.seat and (now, ticked) == (self.now, self.ticked)
        machine = self if same else replace(self, seat=seat, now=now, ticked=ticked)
        frames, notices = tuple(moment.frames), tuple(moment.notices)
        if seat.is_sent_back and seat.way_back is not None:
            return seat.way_back(seat, moment).also(notices=notices)
        return Step(machine, frames, notices, goes_elsewhere=seat.wire.turned_away)


def _give_up(seat: Seat, moment: Moment) -> Seat:
    """End what nobody finishes: somebody let in whom no facilitator shows where the meeting is."""
    if seat.state is not None or moment.now - seat.came_at < SNAPSHOT_SECONDS:
        return seat
    return replace(seat, place=Place.ENDED, ended_words=NOT_SHOWN_IN)


_PLACES = {
    int(Close.MEETING_OVER): Place.CLOSED,
}


def _coarse(now: float) -> float:
    # The picture depends on time only through who went quiet; finer steps would redraw for nothing.
    return now // 5 * 5
