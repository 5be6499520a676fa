"""Reading the log: from an entry of the relay to something everybody agrees on.

The way in: entry -> place in the log -> epoch fence -> MLS -> signed header -> event -> reducer.
Whatever fails a check has no effect, on this client as on every other, because each check depends
only on the log. A check that only a dishonest relay or a fork can fail raises an alarm.
"""

from __future__ import annotations

from holdspace.protocol.frames import Entry
from holdspace.protocol.meeting.events import (
    CoverSlot,
    Envelope,
    Leaving,
    NotAnEvent,
    Snapshot,
    decode_envelope,
    decode_event,
)
from holdspace.protocol.meeting.roles import identity_of
from holdspace.protocol.meeting.slots import Partial
from holdspace.protocol.meeting.state import apply, apply_membership
from holdspace.protocol.meeting.values import NotAState, Person, decode_state, encode_state
from holdspace.protocol.mls import ApplicationData, EpochChange, Group, MLSError, Policy, Removed
from holdspace.protocol.translation import N_

from . import (
    changing,
    connecting,
    covering,
    holding,
    ladder,
    letterbox,
    logbook,
    offers,
    pairs,
    readying,
    returning,
    saying,
    taking_up,
    telling,
    unled,
)
from .alarm import BROKEN_CHANGE, FALSE_PICTURE, FORK, SKIPPED, alarm
from .apart import Apart
from .outbox import Outgoing
from .people import came_back, people_of, room_key_in
from .policy import room_policy
from .replacing import replace
from .sealing import Unsealed
from .seat import Agreed, Author, Changed, Checkpoint, Seat, Spoken, Steps, roles_of
from .step import Moment
from .view import Place

HELD_BACK = 512
# So many changes may let somebody in one after the other while whoever made them is gone.
MOST_UNANSWERED = 8
LEFT = N_("You have left the meeting. Go gently.")
NOT_SHOWN_IN = N_(
    "Nobody showed you where the meeting stands, so you could not be shown in. Nothing you wrote "
    "was lost. Please knock again."
)


def on_entry(seat: Seat, entry: Entry, moment: Moment) -> Seat:
    """Take in one entry of the log."""
    if entry.seq <= seat.position.seq or seat.place is not Place.ROOM:
        return seat
    if entry.seq != seat.position.seq + 1:
        return alarm(seat, SKIPPED, moment)
    # Entries are kept whole until the snapshot is here; a relay must not fill our memory with them.
    if len(seat.position.unchained) >= HELD_BACK:
        return _over(seat, Place.ENDED, NOT_SHOWN_IN)
    epoch, seat = seat.group.epoch, replace(seat, position=seat.position.after(entry))
    # R2: an entry whose epoch is not the current one at its place in the log is void for everybody.
    if entry.epoch == seat.group.epoch:
        seat = (_read_commit if entry.commit else _read_message)(seat, entry, moment)
    if seat.group.epoch != epoch or entry.seq == seat.wire.head:
        seat = connecting.resume(seat, moment)
    return seat


def _read_message(seat: Seat, entry: Entry, moment: Moment) -> Seat:
    own = seat.outbox.find_sealed(entry.payload)
    if own is not None:
        return _read_own(seat, own, moment)
    try:
        outcome = seat.group.process(entry.payload, policy=_policy(seat))
    except MLSError:
        return seat
    # R1: a commit or proposal that travels as a message is void.
    if not isinstance(outcome, ApplicationData):
        return seat
    seat = replace(seat, group=outcome.group)
    try:
        envelope = decode_envelope(outcome.data)
    except NotAnEvent:
        return seat
    return _read_envelope(seat, identity_of(outcome.sender.signature_key), envelope, moment)


def _read_own(seat: Seat, own: Outgoing, moment: Moment) -> Seat:
    """Take in an own message by the rules that everybody else judges it by."""
    me = seat.facts.identity
    known = seat.author(me)
    seat = replace(seat, outbox=seat.outbox.without(own.message_id))
    seat = seat.no_longer_asking("append", own.message_id)
    steps = replace(seat.steps, heard=max(seat.steps.heard, own.step + 1))
    seat = replace(seat, steps=steps)
    event = own.event
    if known and own.counter <= known.counter:
        if isinstance(event, CoverSlot):
            return covering.void(seat, own, event)
        # A relay that turns our messages around makes this one void for everybody: it is said anew.
        return seat if own.is_fleeting else saying.say(seat, event, moment)
    seat = seat.remembering(me, Author(own.counter, moment.now))
    if isinstance(event, CoverSlot):
        return _read_slot(covering.seen(seat, own, event), me, event, moment)
    return _own_takes_effect(seat, Spoken(me, own.message_id, event), moment)


def _own_takes_effect(seat: Seat, spoken: Spoken, moment: Moment) -> Seat:
    if isinstance(spoken.event, Leaving):
        return _over(seat, Place.LEFT, LEFT)
    # A letter changes nothing that all agree on, and of ours we have only what is in it.
    if isinstance(spoken.event, Unsealed):
        seat = logbook.own_letter(seat, moment.now)
        return letterbox.arrived(seat, spoken.event, moment)
    return letterbox.take(_agree(seat, spoken, moment), spoken, moment)


def _read_slot(seat: Seat, author: bytes, slot: CoverSlot, moment: Moment) -> Seat:
    """Let everything take effect that this slot makes whole."""
    seat, whole = covering.arrived(seat, author, slot)
    for one in whole:
        if seat.place is Place.ROOM:
            seat = _read_whole(seat, author, one, moment)
    return seat


def _read_whole(seat: Seat, author: bytes, whole: Partial, moment: Moment) -> Seat:
    own = seat.outbox.find_id(whole.message_id) if author == seat.facts.identity else None
    if own is not None:
        seat = replace(seat, outbox=seat.outbox.without(own.message_id))
        return _own_takes_effect(seat, Spoken(author, own.message_id, own.event), moment)
    try:
        spoken = Spoken(author, whole.message_id, decode_event(whole.data))
    except NotAnEvent:
        return seat
    return letterbox.take(_agree(seat, spoken, moment), spoken, moment)


def _read_envelope(seat: Seat, who: bytes, envelope: Envelope, moment: Moment) -> Seat:
    known = seat.author(who)
    # R7: MLS does not stop a member from sealing another's signed words again; the counter does.
    if not _belongs(seat, envelope) or (known and envelope.counter <= known.counter):
        return seat
    seat = seat.remembering(who, Author(envelope.counter, moment.now))
    if not seat.position.agrees_with(envelope.seen, envelope.chain):
        seat = alarm(seat, FORK, moment)
    try:
        event = decode_event(envelope.event)
    except NotAnEvent:
        return seat
    if isinstance(event, CoverSlot):
        return _read_slot(seat, who, event, moment)
    # What is sealed to this epoch's keys is opened now, also by who waits for a snapshot.
    spoken = Spoken(who, envelope.message_id, event)
    return letterbox.take(_agree(seat, spoken, moment), spoken, moment)


def _policy(seat: Seat) -> Policy:
    return room_policy(seat.facts.room, seat.facts.meeting)


def _belongs(seat: Seat, envelope: Envelope) -> bool:
    here = (seat.facts.room, seat.facts.meeting, seat.group.epoch)
    return (envelope.room, envelope.meeting, envelope.epoch) == here


def _read_commit(seat: Seat, entry: Entry, moment: Moment) -> Seat:
    changes = (one for one in (seat.change, *seat.turned_back) if one is not None)
    change = next((one for one in changes if one.pending.message == entry.payload), None)
    if change is not None:
        by, group = seat.facts.identity, change.pending.group
        seat = _enter_epoch(replace(seat, change=None), group, moment, by=by)
        return changing.adopted(seat, change, moment)
    try:
        outcome = seat.group.process(entry.payload, policy=_policy(seat))
    except MLSError:
        # R5: the relay has moved on and we have not; there is one way back, and it is to knock.
        return alarm(seat, BROKEN_CHANGE, moment)
    if isinstance(outcome, Removed):
        by = identity_of(outcome.sender.signature_key)
        if _goes_on(seat, outcome):
            return ladder.goes_on_elsewhere(seat, by)
        return ladder.taken_out(seat, by, moment)
    if not isinstance(outcome, EpochChange):
        return alarm(seat, BROKEN_CHANGE, moment)
    # Somebody else's change came first: ours was built on what is over, so it is built again.
    by = identity_of(outcome.sender.signature_key)
    return _enter_epoch(replace(seat, change=None), outcome.group, moment, by=by)


def _goes_on(seat: Seat, outcome: Removed) -> bool:
    """Tell whether this person's seat is another program's from now on, by the same key for the room."""
    mine, room = returning.key_of(seat, seat.facts.identity), seat.facts.room
    return bool(mine) and mine in (room_key_in(one.leaf_node, room) for one in outcome.added)


def _over(seat: Seat, place: Place, words: str) -> Seat:
    return replace(
        seat, place=place, ended_words=words, state=None, letters=(), wishes=(), apart=Apart()
    )


def _enter_epoch(seat: Seat, group: Group, moment: Moment, *, by: bytes) -> Seat:
    before, seat = seat.group, saying.void_sealed(replace(seat, group=group, steps=Steps()))
    # R7: a signature is of one epoch, so counters begin anew with each: who came in with this
    # commit knows no earlier one, and must judge as everybody else does.
    authors = tuple((who, replace(known, counter=-1)) for who, known in seat.authors)
    seat = covering.new_epoch(replace(seat, authors=authors, turned_back=()))
    seat = taking_up.remembered(seat, before)
    people = people_of(group, roles_of(group))
    carried = came_back(before, group, seat.facts.room)
    seat = _agree(seat, Changed(people, by, carried), moment)
    return connecting.walk_on(_checkpoint(seat, before, moment), moment)


def _checkpoint(seat: Seat, before: Group, moment: Moment) -> Seat:
    """Keep the picture of this moment, in case whoever came in must be told it by us."""
    if seat.state is None:
        return seat
    here = {identity_of(member.signature_key) for member in before.members}
    passed = tuple(point for point in (seat.checkpoint,) if point is not None and point.is_awaited)
    return replace(
        seat,
        unanswered=(*seat.unanswered, *passed)[-MOST_UNANSWERED:],
        checkpoint=Checkpoint(
            seat.position.seq,
            seat.position.chain,
            encode_state(seat.state),
            moment.now,
            lets_in=any(person.identity not in here for person in seat.state.people),
        ),
    )


def _agree(seat: Seat, agreed: Agreed, moment: Moment) -> Seat:
    """Let what everybody agrees on take effect, or keep it until the snapshot is here."""
    if isinstance(agreed, Spoken) and isinstance(agreed.event, Snapshot):
        return _read_snapshot(seat, agreed.author, agreed.event, moment)
    if seat.state is None:
        # All of it or none: `on_entry` bounds how many entries, a slot how many events there are in one.
        return replace(seat, held_back=(*seat.held_back, agreed))
    if isinstance(agreed, Changed):
        outcome = apply_membership(seat.state, agreed.people, agreed.came_back)
    else:
        outcome = apply(seat.state, agreed.event, agreed.author, agreed.message_id)
    before = seat.state
    if isinstance(agreed, Spoken) and agreed.author == seat.facts.identity:
        telling.give_back(agreed.event, outcome.effects, moment)
    by = agreed.by if isinstance(agreed, Changed) else b""
    seat = replace(seat, state=outcome.state, changed_by=by)
    seat = telling.tell(seat, before, outcome.effects, moment)
    seat = logbook.record(seat, before, agreed, outcome.effects, now=moment.now)
    seat = offers.settle(pairs.settle(seat, before, agreed, moment), moment)
    return readying.settle(holding.settle(unled.settle(seat, moment), moment), moment)


def _read_snapshot(seat: Seat, author: bytes, snapshot: Snapshot, moment: Moment) -> Seat:
    if not seat.roles.is_facilitator(author):
        return seat
    if seat.state is not None:
        return _compare_snapshot(seat, snapshot, moment)
    # Only the picture of the moment we came in fits what follows it.
    if snapshot.seq != seat.joined_at:
        return seat
    try:
        state = decode_state(snapshot.state)
    except NotAState:
        return seat
    if not _same_people(state.people, seat.joined_with):
        return alarm(seat, FALSE_PICTURE, moment)
    point = Checkpoint(snapshot.seq, snapshot.chain, snapshot.state, moment.now, is_answered=True)
    seat = replace(seat, checkpoint=point)
    held_back, position = seat.held_back, seat.position.anchored(snapshot.chain)
    seat = replace(seat, state=state, held_back=(), position=position)
    seat = telling.welcome(seat, moment)
    for agreed in held_back:
        seat = _agree(seat, agreed, moment)
    return seat


def _compare_snapshot(seat: Seat, snapshot: Snapshot, moment: Moment) -> Seat:
    newest = seat.checkpoint
    points = seat.unanswered if newest is None else (*seat.unanswered, newest)
    own = next((point for point in points if point.seq == snapshot.seq), None)
    if own is None:
        return seat
    # A picture that differs answers nothing: a facilitator's client goes on to send its own.
    if (own.chain, own.state) != (snapshot.chain, snapshot.state):
        return alarm(seat, FORK, moment)
    if own is newest:
        return replace(seat, checkpoint=replace(own, is_answered=True))
    return replace(seat, unanswered=tuple(point for point in seat.unanswered if point is not own))


def _same_people(shown: tuple[Person, ...], known: tuple[Person, ...]) -> bool:
    """Tell whether a snapshot seats exactly the group, with the names and roles its keys carry."""
    return {(p.identity, p.name, p.role) for p in shown} == {
        (p.identity, p.name, p.role) for p in known
    }
