"""From what changed in the meeting to what this person reads: transcript lines and notices.

One table says, for every kind of effect, the line in the transcript and the notice for this
person. Names and texts are cleaned here, once, on their way to both front ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting.events import (
    AskForIdeas,
    Event,
    GiveIdea,
    OpenOffer,
    Share,
)
from holdspace.protocol.meeting.kinds import NodKind
from holdspace.protocol.meeting.roles import CO_FACILITATOR, HOST, MEMBER
from holdspace.protocol.meeting.schedule import schedule_words
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean, clean_line
from holdspace.protocol.translation import N_, _

from . import (
    boards,
    catching_up,
    changing,
    ladder,
    offers,
    pairs,
    pausing,
    stepping_over,
    telling_counts,
    telling_turns,
    undoing,
)
from .display import shown_name, shown_person, shown_stage, why_tagged
from .lines import PASSAGE_KEY_BYTES, Teller, add, is_me, line, named, said
from .replacing import replace
from .seat import Author, Removal, Seat
from .step import Moment
from .view import Line, Notice, Passage, Urgency


def tell(seat: Seat, before: MeetingState, effects: tuple[fx.Effect, ...], moment: Moment) -> Seat:
    """Write down what happened and tell the person what concerns them."""
    for effect in effects:
        teller = _TELLERS.get(type(effect))
        if teller is not None:
            seat = teller(seat, effect, moment)
    return undoing.offer(_tell_place(seat, before, moment), before, effects, moment)


def give_back(event: Event, own: tuple[fx.Effect, ...], moment: Moment) -> None:
    """Tell the person why something of theirs had no effect, and give back what they wrote."""
    text = event.text if isinstance(event, Share | OpenOffer | AskForIdeas | GiveIdea) else ""
    for effect in own:
        if isinstance(effect, fx.NoEffect):
            moment.notices.append(Notice(effect.reason, kept=text))


def welcome(seat: Seat, moment: Moment) -> Seat:
    """Show somebody who just came in where the meeting stands: stage, turn, and no earlier words."""
    people = seat.state.people if seat.state else ()
    # Remembered, so that somebody who leaves later can still be named.
    names = tuple((person.identity, shown_name(seat, person.identity)) for person in people)
    seat = replace(seat, stage_started=moment.now, names=names, came_in_between=True)
    for person in people:
        seat = _heard(seat, person.identity, moment)
    seat = line(
        seat, Line.ROOM, _("You are in the room. What was said before is not shown."), moment
    )
    seat = _tell_tags(seat, (person.identity for person in people), moment)
    stage = shown_stage(seat)
    if stage is not None:
        seat = line(seat, Line.STAGE, stage.title, moment)
    state = seat.state
    if state is not None and state.floor is not None:
        seat = telling_turns.tell_floor(seat, state.floor.identity, moment)
    return seat


_NO_FACILITATOR = N_(
    "No facilitator is here now: the room rests. You can read back, and leave whenever you like."
)


def _see_off(seat: Seat, goodbye: fx.SaidGoodbye, moment: Moment) -> Seat:
    """Turn a goodbye into a removal; of several facilitators the first in the circle does it."""
    seat = replace(seat, goodbyes=seat.goodbyes | {goodbye.identity})
    name, state = shown_name(seat, goodbye.identity), seat.state
    staff = [p.identity for p in (state.people if state else ()) if p.role != MEMBER]
    if not set(staff) - {goodbye.identity}:
        # Nobody is left who could take them out, so this is all that the room will hear of it.
        words = f"{_('{name} has left.').format(name=name)} {_(_NO_FACILITATOR)}"
        return line(seat, Line.ROOM, words, moment)
    if goodbye.fine and seat.facts.identity in staff:
        seat = line(seat, Line.ROOM, _("{name} is fine, and just going.").format(name=name), moment)
    if is_me(seat, goodbye.identity) or not changing.is_first_facilitator(seat, goodbye.identity):
        return seat
    return changing.wish(seat, Removal(goodbye.identity), moment)


def _spoke(seat: Seat, effect: fx.Spoke, moment: Moment) -> Seat:
    pause = seat.state.pause_seconds if seat.state else 0
    seat = replace(seat, pause_until=moment.now + pause)
    return add(
        seat,
        Passage(
            key=_passage_key(seat, effect.message_id),
            line=Line.SHARE,
            text=clean(effect.text),
            at=moment.now,
            author=shown_person(seat, effect.identity),
            is_mine=is_me(seat, effect.identity),
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
    # Only what is in sight can be nodded to: who nods to made-up ids fills nobody's memory.
    if key in seat.nods or all(passage.key != effect.to for passage in seat.transcript):
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


# So long after a new connection, and not right after coming in, the connection explains a hold.
LATELY = 60.0
TAKEN_BACK = N_("(taken back)")
FOLDED = N_("no label")


def _taken_back(seat: Seat, effect: fx.TakenBack, moment: Moment) -> Seat:
    mine = [p for p in seat.transcript if _is_by(p, effect.message_id, effect.identity)]
    if not mine or mine[0].is_taken_back:
        return seat
    seat = _changed(seat, replace(mine[0], text=_(TAKEN_BACK), fold="", is_taken_back=True))
    words = N_("{name} took something back. Whoever had read it, has read it.")
    return line(seat, Line.ROOM, named(seat, words, effect), moment)


def _folded(seat: Seat, effect: fx.Folded, moment: Moment) -> Seat:
    found = next((p for p in seat.transcript if p.key == effect.message_id), None)
    is_theirs = found is not None and _is_by(found, effect.message_id, effect.identity)
    if found is None or not (is_theirs or effect.is_by_facilitator) or found.is_taken_back:
        return seat
    if found.is_mine and not is_theirs:
        who = shown_name(seat, effect.identity)
        moment.notices.append(
            Notice(_("{who} folded what you said; anybody can still open it.").format(who=who))
        )
    label = clean_line(effect.label) or _(FOLDED)
    if is_me(seat, effect.identity):
        moment.notices.append(
            Notice(
                _("That stands behind a label now ({label}); anybody can open it.").format(
                    label=label
                )
            )
        )
    return _changed(seat, replace(found, fold=label))


def _is_by(passage: Passage, key: bytes, identity: bytes) -> bool:
    author = passage.author
    is_share = passage.line is Line.SHARE and author is not None
    return is_share and passage.key == key and author is not None and author.identity == identity


def _changed(seat: Seat, passage: Passage) -> Seat:
    others = (passage if p.key == passage.key else p for p in seat.transcript)
    return replace(seat, transcript=tuple(others))


def _flow_opened(seat: Seat, effect: fx.FlowOpened, moment: Moment) -> Seat:
    return line(replace(seat, flow_started=0.0), Line.ROOM, _("The agenda is laid out."), moment)


def _stage_began(seat: Seat, effect: fx.StageBegan, moment: Moment) -> Seat:
    seat = replace(seat, stage_before=seat.stage_started, stage_started=moment.now)
    # Whoever sees the first stage begin knows from then on how late it gets.
    began = seat.flow_started or (moment.now if effect.stage == 0 else 0.0)
    seat = replace(seat, came_in_between=False, flow_started=began)
    stage = shown_stage(seat)
    seat = line(seat, Line.STAGE, stage.title if stage else "", moment)
    return telling_turns.tell_hands_up(seat, moment)


def _schedule_set(seat: Seat, effect: fx.ScheduleSet, moment: Moment) -> Seat:
    schedule = seat.state.schedule if seat.state else None
    words = (
        _("This room meets on {when}.").format(when=schedule_words(schedule))
        if schedule
        else _("When this room meets again is open.")
    )
    return line(seat, Line.ROOM, words, moment)


_UNTIL = N_("The connection was gone for a while, so it waits until {by} lets it go on.")


def _held(seat: Seat, effect: fx.Held, moment: Moment) -> Seat:
    words = _("The room is on hold. Drafts and places are kept.")
    was_cut_off = moment.now - seat.wire.since < LATELY and seat.wire.since - seat.came_at > LATELY
    if was_cut_off and not is_me(seat, effect.by):
        # A facilitator's client holds the room when the relay was away; others should know why.
        words = f"{words} {named(seat, _UNTIL, effect)}"
    return line(seat, Line.ROOM, words, moment)


def _role_changed(seat: Seat, effect: fx.RoleChanged, moment: Moment) -> Seat:
    if effect.role == CO_FACILITATOR and is_me(seat, effect.identity):
        moment.notices.append(Notice(_("You are a co-facilitator now."), Urgency.LINE))
    words = _IS_NOW.get(effect.role, _IS_NOW[MEMBER])
    return line(seat, Line.ROOM, named(seat, words, effect), moment)


_IS_NOW = {
    HOST: N_("{name} is a host now."),
    CO_FACILITATOR: N_("{name} is a co-facilitator now."),
    MEMBER: N_("{name} is a member now."),
}


def _left(seat: Seat, effect: fx.Left, moment: Moment) -> Seat:
    # They are not in the state any more; their name is in what they said, or nowhere.
    known = (name for identity, name in seat.names if identity == effect.identity)
    name = next(known, _("Somebody"))
    if effect.identity in seat.goodbyes:
        words = _("{name} has left.").format(name=name)
    elif (effect.identity, seat.changed_by) in seat.sent_back:
        words = _by_whom(seat, _OUTSIDE, name)
    else:
        # Who removes somebody must not make it look like leaving.
        words = _by_whom(seat, _REMOVED, name)
    return line(seat, Line.ROOM, words, moment)


# Each as it is said when it was this person's own doing, and when it was somebody else's.
_OUTSIDE = (
    N_(
        "{name} is outside the room for a moment: you asked them back to the door. They can knock again."
    ),
    N_(
        "{name} is outside the room for a moment: {by} asked them back to the door. They can knock again."
    ),
)
_REMOVED = (N_("You have removed {name}."), N_("{by} has removed {name}."))
# Who lets a seat go on under other keys is named: it could be an old knock of whoever sits there.
_IS_BACK = (
    N_("{name} is back, at the same place."),
    N_("{name} is back, at the same place; {by} let them in."),
)
_LET_IN = (N_("{name} is here; you let them in."), N_("{name} is here; {by} let them in."))


def _by_whom(seat: Seat, words: tuple[str, str], name: str) -> str:
    own, others = words
    is_mine = is_me(seat, seat.changed_by)
    return _(own if is_mine else others).format(name=name, by=shown_name(seat, seat.changed_by))


def _arrived(seat: Seat, effect: fx.Arrived, moment: Moment) -> Seat:
    name = shown_name(seat, effect.identity)
    seat = _heard(
        replace(seat, names=(*seat.names, (effect.identity, name))), effect.identity, moment
    )
    seat = line(seat, Line.ROOM, _by_whom(seat, _LET_IN, name), moment)
    return _tell_tags(seat, (effect.identity,), moment)


def _came_back(seat: Seat, effect: fx.SeatCarriedOn, moment: Moment) -> Seat:
    name, until = shown_name(seat, effect.identity), dict(seat.paused_until)
    if effect.before in until:
        until[effect.identity] = until.pop(effect.before)
    names = (*seat.names, (effect.identity, name))
    seat = replace(seat, names=names, paused_until=tuple(until.items()))
    seat = _heard(seat, effect.identity, moment)
    return line(seat, Line.ROOM, _by_whom(seat, _IS_BACK, name), moment)


def _tell_tags(seat: Seat, identities: Iterable[bytes], moment: Moment) -> Seat:
    """Say why there are letters behind somebody's name, once for all whose names look alike."""
    for words in dict.fromkeys(why_tagged(seat, identity) for identity in identities):
        seat = line(seat, Line.ROOM, words, moment) if words else seat
    return seat


def _heard(seat: Seat, identity: bytes, moment: Moment) -> Seat:
    """Count somebody who just came as heard, so that nobody is away before they said a word."""
    known = seat.author(identity)
    counter = known.counter if known else -1
    return seat.remembering(identity, Author(counter, moment.now))


_TELLERS: dict[type[fx.Effect], Teller] = {
    fx.Arrived: _arrived,
    fx.SeatCarriedOn: _came_back,
    fx.Left: _left,
    fx.SaidGoodbye: _see_off,
    fx.RoleChanged: _role_changed,
    fx.Spoke: _spoke,
    fx.Nodded: _nodded,
    fx.StageBegan: _stage_began,
    fx.FlowOpened: _flow_opened,
    fx.Replanned: said(
        Line.ROOM, N_("Later stages are shorter now, or left out: /agenda has them.")
    ),
    fx.TimeAdded: said(Line.ROOM, N_("There is a little more time.")),
    fx.Held: _held,
    fx.Resumed: said(Line.ROOM, N_("The room goes on where it was.")),
    fx.TakenBack: _taken_back,
    fx.Folded: _folded,
    fx.WritingPaused: pausing.paused,
    fx.WritingResumed: pausing.resumed,
    fx.SentBack: ladder.asked_back,
    fx.Rested: pausing.rested,
    fx.Undone: undoing.undone,
    fx.HandedOver: said(Line.ROOM, N_("{by} hands the room over: {name} leads now.")),
    fx.ScheduleSet: _schedule_set,
    fx.ClockTold: catching_up.told,
    **telling_turns.TELLERS,
    **telling_counts.TELLERS,
    **pairs.TELLERS,
    **offers.TELLERS,
    **stepping_over.TELLERS,
    **boards.TELLERS,
}


def _tell_place(seat: Seat, before: MeetingState, moment: Moment) -> Seat:
    """Tell once that one is next, when that has just become so (M4)."""
    state, me = seat.state, seat.facts.identity
    if state is None or state.place_of(me) != 1 or before.place_of(me) == 1:
        return seat
    if state.floor is not None:
        moment.notices.append(Notice(_("You are next."), Urgency.LINE))
    return seat
