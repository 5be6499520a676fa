"""From what changed in the meeting to what this person reads: transcript lines and notices.

One table says, for every kind of effect, the line in the transcript and the notice for this
person. Names and texts are cleaned here, once, on their way to both front ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting.events import Event, NodKind, Share
from holdspace.protocol.meeting.roles import CO_FACILITATOR, MEMBER
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean, clean_line

from . import changing
from .display import shown_name, shown_person, shown_stage, why_tagged
from .seat import Author, Removal, Seat
from .step import Moment
from .view import Line, Notice, Passage, Urgency

MOST_PASSAGES = 20_000
# Each takes the kind of effect it stands beside in the table at the end.
Teller = Callable[[Seat, Any, Moment], Seat]
PASSAGE_KEY_BYTES = 8


def tell(seat: Seat, before: MeetingState, effects: tuple[fx.Effect, ...], moment: Moment) -> Seat:
    """Write down what happened and tell the person what concerns them."""
    for effect in effects:
        teller = _TELLERS.get(type(effect))
        if teller is not None:
            seat = teller(seat, effect, moment)
    return _tell_place(seat, before, moment)


def give_back(event: Event, own: tuple[fx.Effect, ...], moment: Moment) -> None:
    """Tell the person why something of theirs had no effect, and give back what they wrote."""
    text = event.text if isinstance(event, Share) else ""
    for effect in own:
        if isinstance(effect, fx.NoEffect):
            moment.notices.append(Notice(effect.reason, kept=text))


def welcome(seat: Seat, moment: Moment) -> Seat:
    """Show somebody who just came in where the meeting stands: stage, turn, and no earlier words."""
    people = seat.state.people if seat.state else ()
    # Remembered, so that somebody who leaves later can still be named.
    names = tuple((person.identity, shown_name(seat, person.identity)) for person in people)
    seat = replace(seat, stage_started=moment.now, names=names)
    for person in people:
        seat = _heard(seat, person.identity, moment)
    seat = _line(seat, Line.ROOM, "You are in the room. What was said before is not shown.", moment)
    seat = _tell_tags(seat, (person.identity for person in people), moment)
    stage = shown_stage(seat)
    if stage is not None:
        seat = _line(seat, Line.STAGE, stage.title, moment)
    state = seat.state
    if state is not None and state.floor is not None:
        text = _floor_words(seat, state.floor.identity)
        seat = _line(seat, Line.TURN, text, moment)
    return seat


def _line(seat: Seat, line: Line, text: str, moment: Moment) -> Seat:
    key = b"line" + seat.passages.to_bytes(PASSAGE_KEY_BYTES, "big")
    return _add(seat, Passage(key=key, line=line, text=text, at=moment.now))


def _add(seat: Seat, passage: Passage) -> Seat:
    transcript = (*seat.transcript[-MOST_PASSAGES:], passage)
    return replace(seat, transcript=transcript, passages=seat.passages + 1)


def _is_me(seat: Seat, identity: bytes) -> bool:
    return identity == seat.facts.identity


_NO_FACILITATOR = (
    "No facilitator is here now: you can go on writing or leave, and nobody new can come in."
)


def _see_off(seat: Seat, goodbye: fx.SaidGoodbye, moment: Moment) -> Seat:
    """Turn a goodbye into a removal; of several facilitators the first in the circle does it."""
    seat = replace(seat, goodbyes=seat.goodbyes | {goodbye.identity})
    name, state = shown_name(seat, goodbye.identity), seat.state
    staff = [p.identity for p in (state.people if state else ()) if p.role != MEMBER]
    if not set(staff) - {goodbye.identity}:
        # Nobody is left who could take them out, so this is all that the room will hear of it.
        return _line(seat, Line.ROOM, f"{name} has left. {_NO_FACILITATOR}", moment)
    if goodbye.fine and seat.facts.identity in staff:
        seat = _line(seat, Line.ROOM, f"{name} is fine, and just going.", moment)
    if _is_me(seat, goodbye.identity) or not changing.is_first_facilitator(seat, goodbye.identity):
        return seat
    return changing.wish(seat, Removal(goodbye.identity), moment)


def _spoke(seat: Seat, effect: fx.Spoke, moment: Moment) -> Seat:
    return _add(
        seat,
        Passage(
            key=_passage_key(seat, effect.message_id),
            line=Line.SHARE,
            text=clean(effect.text),
            at=moment.now,
            author=shown_person(seat, effect.identity),
            is_mine=_is_me(seat, effect.identity),
        ),
    )


def _passage_key(seat: Seat, message_id: bytes) -> bytes:
    # An author chooses the id. One that was used before must not hide words from those who saw the
    # first, while whoever came later reads them: every share is shown, under a key of its own.
    if all(passage.key != message_id for passage in seat.transcript):
        return message_id
    count = len(seat.transcript).to_bytes(PASSAGE_KEY_BYTES, "big")
    return sha256(b"again" + count + message_id).digest()[: len(message_id)]


def _nodded(seat: Seat, effect: fx.Nodded, moment: Moment) -> Seat:
    key = (effect.identity, effect.to, effect.kind)
    if key in seat.nods:
        return seat
    counted = tuple(
        replace(passage, nods=_one_more(passage.nods, effect))
        if passage.key == effect.to
        else passage
        for passage in seat.transcript
    )
    return replace(seat, nods=seat.nods | {key}, transcript=counted)


def _one_more(
    nods: tuple[tuple[NodKind, int], ...], effect: fx.Nodded
) -> tuple[tuple[NodKind, int], ...]:
    counts = dict(nods)
    counts[effect.kind] = counts.get(effect.kind, 0) + 1
    return tuple(counts.items())


def _stage_began(seat: Seat, effect: fx.StageBegan, moment: Moment) -> Seat:
    seat = replace(seat, stage_started=moment.now)
    stage = shown_stage(seat)
    return _line(seat, Line.STAGE, stage.title if stage else "", moment)


def _floor_words(seat: Seat, identity: bytes) -> str:
    if _is_me(seat, identity):
        return "You have the floor. Take the time you need."
    return f"{shown_name(seat, identity)} has the floor."


def _floor_moved(seat: Seat, effect: fx.FloorMoved, moment: Moment) -> Seat:
    if effect.after is None:
        return seat
    if _is_me(seat, effect.after):
        moment.notices.append(Notice("It is your turn.", Urgency.BELL))
    return _line(seat, Line.TURN, _floor_words(seat, effect.after), moment)


def _role_changed(seat: Seat, effect: fx.RoleChanged, moment: Moment) -> Seat:
    if effect.role == CO_FACILITATOR and _is_me(seat, effect.identity):
        moment.notices.append(Notice("You are a co-facilitator now.", Urgency.LINE))
    name = shown_name(seat, effect.identity)
    return _line(seat, Line.ROOM, f"{name} is a {effect.role} now.", moment)


def _left(seat: Seat, effect: fx.Left, moment: Moment) -> Seat:
    # They are not in the state any more; their name is in what they said, or nowhere.
    name = next((who for identity, who in seat.names if identity == effect.identity), "Somebody")
    # Who removes somebody must not make it look like leaving.
    left = effect.identity in seat.goodbyes
    words = f"{name} has left." if left else f"{_whoever_did_it(seat)} removed {name}."
    return _line(seat, Line.ROOM, words, moment)


def _whoever_did_it(seat: Seat) -> str:
    if _is_me(seat, seat.changed_by):
        return "You have"
    return f"{shown_name(seat, seat.changed_by)} has"


def _arrived(seat: Seat, effect: fx.Arrived, moment: Moment) -> Seat:
    name = shown_name(seat, effect.identity)
    seat = _heard(
        replace(seat, names=(*seat.names, (effect.identity, name))), effect.identity, moment
    )
    by = seat.changed_by
    who = "you" if _is_me(seat, by) else shown_name(seat, by)
    seat = _line(seat, Line.ROOM, f"{name} is here; {who} let them in.", moment)
    return _tell_tags(seat, (effect.identity,), moment)


def _tell_tags(seat: Seat, identities: Iterable[bytes], moment: Moment) -> Seat:
    """Say why there are letters behind somebody's name, once for all whose names look alike."""
    for words in dict.fromkeys(why_tagged(seat, identity) for identity in identities):
        seat = _line(seat, Line.ROOM, words, moment) if words else seat
    return seat


def _heard(seat: Seat, identity: bytes, moment: Moment) -> Seat:
    """Count somebody who just came as heard, so that nobody is away before they said a word."""
    known = seat.author(identity)
    counter = known.counter if known else -1
    return seat.remembering(identity, Author(counter, moment.now))


def _already_moved_on(seat: Seat, effect: fx.AlreadyMovedOn, moment: Moment) -> Seat:
    if _is_me(seat, effect.identity):
        moment.notices.append(
            Notice("The room had already moved on, so nothing was changed twice.")
        )
    return seat


def _hand_raised(seat: Seat, effect: fx.HandRaised, moment: Moment) -> Seat:
    note = clean_line(effect.note)
    words = f"{shown_name(seat, effect.identity)} raises a hand"
    return _line(seat, Line.TURN, f"{words}: {note}" if note else f"{words}.", moment)


def _said(line: Line, words: str) -> Teller:
    """Return a teller of one sentence, in which {name} is whoever the effect is about."""

    def teller(seat: Seat, effect: Any, moment: Moment) -> Seat:
        identity: bytes = getattr(effect, "identity", b"")
        # A name is data: put in by replacing, never by formatting.
        return _line(seat, line, words.replace("{name}", shown_name(seat, identity)), moment)

    return teller


def _mode_changed(seat: Seat, effect: fx.ModeChanged, moment: Moment) -> Seat:
    return _line(seat, Line.TURN, MODE_WORDS[effect.mode], moment)


MODE_WORDS = {
    "listen": "The facilitators speak now; everybody can nod.",
    "open": "Everybody can write now.",
    "hands": "Hands up when you like; one at a time.",
    "round": "We go around once. You can always pass.",
    "silent": "A quiet time now.",
}

_TELLERS: dict[type[fx.Effect], Teller] = {
    fx.Arrived: _arrived,
    fx.Left: _left,
    fx.SaidGoodbye: _see_off,
    fx.RoleChanged: _role_changed,
    fx.Spoke: _spoke,
    fx.Nodded: _nodded,
    fx.StageBegan: _stage_began,
    fx.ModeChanged: _mode_changed,
    fx.FloorMoved: _floor_moved,
    fx.HandRaised: _hand_raised,
    fx.HandLowered: _said(Line.TURN, "{name}'s hand is down."),
    fx.JoinedRound: _said(Line.TURN, "{name} joins the round."),
    fx.Passed: _said(Line.TURN, "{name} passes."),
    fx.SteppedOver: _said(Line.TURN, "We come back to {name} later."),
    fx.RoundEnded: _said(Line.TURN, "The round is complete."),
    fx.FlowOpened: _said(Line.ROOM, "The agenda is laid out."),
    fx.TimeAdded: _said(Line.ROOM, "There is a little more time."),
    fx.Held: _said(Line.ROOM, "The room is on hold. Drafts and places are kept."),
    fx.Resumed: _said(Line.ROOM, "The room goes on where it was."),
    fx.AlreadyMovedOn: _already_moved_on,
}


def _tell_place(seat: Seat, before: MeetingState, moment: Moment) -> Seat:
    """Tell once that one is next, when that has just become so (M4)."""
    state, me = seat.state, seat.facts.identity
    if state is None or state.place_of(me) != 1 or before.place_of(me) == 1:
        return seat
    if state.floor is not None:
        moment.notices.append(Notice("You are next.", Urgency.LINE))
    return seat
