"""Saying something: from an event to a sealed, padded append, and again when that is needed.

The way out: event -> signed header -> MLS -> frame. The message id and the author counter stay
the same however often something must be sealed again; the keys and the header's view of the log
are always the newest.
"""

from __future__ import annotations

from holdspace.protocol import frames
from holdspace.protocol.meeting.events import (
    AskForIdeas,
    CoverSlot,
    Envelope,
    Event,
    GiveIdea,
    Heartbeat,
    Share,
    Whisper,
    encode_envelope,
    encode_event,
)
from holdspace.protocol.mls.secret_tree import Window
from holdspace.protocol.refusals import REFUSALS, Refusal
from holdspace.protocol.translation import N_, _

from . import sealing
from .alarm import MUTED, alarm
from .outbox import Outgoing
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Notice

MESSAGE_ID_BYTES = 16
SILENT_SECONDS = 45.0
NOT_ARRIVING = N_(
    "The relay is there, but what you sent has not come back from it for a while. Nobody may have "
    "read it yet. It is kept here."
)
HEARTBEAT_SECONDS = 15.0
PADDING_STEPS = (840, 3_850, 16_000, 60_000)
SIGNATURE_AND_LENGTHS = 72
# R2: nobody follows a ratchet over more steps than this that the log does not show.
LONGEST_LEAP = Window().forward


def say(seat: Seat, event: Event, moment: Moment) -> Seat:
    """Put an event in the outbox and send it as soon as the connection allows."""
    item = Outgoing(
        message_id=moment.random(MESSAGE_ID_BYTES),
        counter=seat.counter + 1,
        event=event,
        at=moment.now,
    )
    seat = replace(
        seat, counter=item.counter, outbox=seat.outbox.with_new(item), last_spoke=moment.now
    )
    # What was said before goes first: whatever came into the log after it would be void, and said anew.
    return send_waiting(seat, moment) if seat.is_caught_up else seat


def send_waiting(seat: Seat, moment: Moment) -> Seat:
    """Send everything that is not in the log and was not sent on this connection yet."""
    for item in seat.outbox.waiting:
        is_under_way = item.is_given_back or seat.has_asked("append", item.message_id)
        if not (is_under_way or _waits_for_a_slot(seat, item)):
            seat = _send(seat, item, moment)
    return seat


def void_sealed(seat: Seat) -> Seat:
    """Forget how waiting messages were sealed: their epoch is over and they are not in its log."""
    if any(isinstance(item.event, Heartbeat) for item in seat.outbox.waiting):
        # Nobody heard it. Whoever just came back would be shown as away for as long again.
        seat = replace(seat, last_spoke=0.0)
    lasting = seat.outbox.lasting().waiting
    waiting = tuple(replace(item, payload=b"", riding=None) for item in lasting)
    seat = replace(seat, outbox=replace(seat.outbox, waiting=waiting))
    return seat.no_longer_asking("append")


def refused(seat: Seat, message_id: bytes, refusal: Refusal | None, moment: Moment) -> Seat:
    """Keep what can be sent again; give back what cannot."""
    if refusal in _SENT_AGAIN:
        return seat
    item = seat.outbox.find_id(message_id)
    if item is None or isinstance(item.event, Heartbeat):
        return seat
    if isinstance(item.event, CoverSlot):
        seat = replace(seat, outbox=seat.outbox.giving_back(message_id))
        carried = {part.message_id for part in item.event.parts}
        waiting = seat.outbox.waiting
        inside = [i for i in waiting if i.message_id in carried and i.rides_in(item)]
    else:
        inside = [item]
    for one in inside:
        seat = _give_back(seat, one, refusal, moment)
    return seat


def _give_back(seat: Seat, item: Outgoing, refusal: Refusal | None, moment: Moment) -> Seat:
    words = REFUSALS[refusal].sentence if refusal else _("The relay did not take that.")
    event = item.event
    text, aside = event.text if isinstance(event, Share | AskForIdeas | GiveIdea) else "", b""
    if isinstance(event, Whisper):
        text, aside = seat.apart.text_of(event.sealed)
    moment.notices.append(Notice(words, kept=text, aside=aside))
    return replace(seat, outbox=seat.outbox.giving_back(item.message_id))


def is_words(event: Event) -> bool:
    """Tell whether an event is something that a person wrote for the room or for few."""
    return isinstance(event, Share | AskForIdeas | GiveIdea | Whisper)


def tell_kept(seat: Seat, moment: Moment) -> Seat:
    """Tell once on each connection that what was said does not come back."""
    if not seat.outbox.waiting:
        return seat
    # EV07: a relay that keeps what is said to itself must not look like a quiet room.
    late = [i for i in seat.outbox.waiting if moment.now - i.at > SILENT_SECONDS]
    # What waits for its slot was not sent yet: there, a slot that stays away is the sign.
    is_kept = any(not item.is_fleeting and not item.is_given_back for item in late)
    if seat.is_covering:
        is_kept = is_kept and any(item.payload for item in late)
    if not seat.wire.nonce or seat.wire.told_kept or not is_kept:
        return seat
    moment.notices.append(Notice(NOT_ARRIVING))
    return replace(seat, wire=replace(seat.wire, told_kept=True))


def is_heartbeat_due(seat: Seat, moment: Moment) -> bool:
    """Tell whether this seat was silent so long that others would begin to wonder."""
    is_waiting = any(item.is_fleeting for item in seat.outbox.waiting)
    return not is_waiting and moment.now - seat.last_spoke >= HEARTBEAT_SECONDS


# The epoch moved on, or the connection was not ready: the commit or the next attach sends again.
_SENT_AGAIN = frozenset(
    {Refusal.STALE_EPOCH, Refusal.NOT_ATTACHED, Refusal.TOO_FAST, Refusal.NOT_SAVED}
)


def _send(seat: Seat, item: Outgoing, moment: Moment) -> Seat:
    if not item.payload:
        if sealing.is_in_vain(seat, item.event):
            return replace(seat, outbox=seat.outbox.without(item.message_id))
        if not is_followed(seat):
            return wait_to_be_followed(seat, moment)
        seat, item = _seal(*_counted_on(seat, item), moment)
    seat, ref = seat.asking("append", item.message_id)
    moment.frames.append(frames.Append(ref, item.message_id, seat.group.epoch, item.payload))
    return seat


def _waits_for_a_slot(seat: Seat, item: Outgoing) -> bool:
    return seat.is_covering and item.may_ride


def is_followed(seat: Seat) -> bool:
    """Tell whether everybody could still open what we would seal next."""
    return seat.steps.sealed - seat.steps.heard <= LONGEST_LEAP


def wait_to_be_followed(seat: Seat, moment: Moment) -> Seat:
    """Keep what is unsealed until sealed messages show in the log, if there is one that can."""
    is_hope = any(item.payload and not item.is_given_back for item in seat.outbox.waiting)
    return seat if is_hope else alarm(seat, MUTED, moment)


def _counted_on(seat: Seat, item: Outgoing) -> tuple[Seat, Outgoing]:
    """Return the message with a counter above those of the slots that went before it."""
    if item.counter > seat.cover.newest:
        return seat, item
    counter = seat.counter + 1
    return replace(seat, counter=counter), replace(item, counter=counter)


def _padding(length: int) -> int:
    """Return the step that makes the sealed message just fit one of the frame sizes (R16)."""
    needed = length + SIGNATURE_AND_LENGTHS
    return next(step for step in PADDING_STEPS if step >= needed or step == PADDING_STEPS[-1])


def _seal(seat: Seat, item: Outgoing, moment: Moment) -> tuple[Seat, Outgoing]:
    envelope = Envelope(
        room=seat.facts.room,
        meeting=seat.facts.meeting,
        epoch=seat.group.epoch,
        counter=item.counter,
        message_id=item.message_id,
        seen=seat.position.seq,
        chain=seat.position.chain,
        event=encode_event(sealing.sealed(seat, item.event, moment)),
    )
    # The group that comes back has used up this step of its ratchet (R14); it replaces ours at once.
    data = encode_envelope(envelope)
    protected = seat.group.protect(data, random=moment.random, padded_to=_padding(len(data)))
    steps = replace(seat.steps, sealed=seat.steps.sealed + 1)
    item = replace(item, payload=protected.message, step=seat.steps.sealed)
    outbox = seat.outbox.with_newest(item)
    return replace(seat, group=protected.group, steps=steps, outbox=outbox), item
