"""What a dishonest person needs at the table: entries, messages and commits no honest client makes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from holdspace.client.seat.saying import say
from holdspace.client.seat.seat import OwnChange, Removal, Seat, access_key, roles_of
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import Line
from holdspace.protocol import frames
from holdspace.protocol.keys import Purpose, bundle_digest, prove
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.mls import Add, Extension, GroupContextExtensions, Proposal, Remove
from holdspace.protocol.mls.messages import ProposalType
from holdspace.protocol.refusals import Refusal
from seat_table import Guest, Table

Frame = TypeVar("Frame", bound=frames.ClientFrame)


def seat_of(guest: Guest) -> Seat:
    return guest.seat.seat


def me(guest: Guest) -> bytes:
    return seat_of(guest).facts.identity


def shares(guest: Guest) -> list[str]:
    """Return what was said, as this person reads it; what is still being sent was not said yet."""
    passages = guest.view.transcript
    return [p.text for p in passages if p.line is Line.SHARE and not p.is_sending]


def is_calm(guest: Guest) -> bool:
    return guest.view.trust_words == "end-to-end encrypted"


def show(table: Table, guest: Guest, entry: frames.Entry) -> None:
    """Let the relay show one person an entry that it made up or chose."""
    table._take(guest, guest.machine.receive(entry, table.world()))


def next_entry(guest: Guest, payload: bytes, *, commit: bool = False) -> frames.Entry:
    """Return an entry that would come next in this person's log."""
    seat = seat_of(guest)
    return frames.Entry(seat.position.seq + 1, seat.group.epoch, commit, payload)


def send_event(table: Table, guest: Guest, event: ev.Event) -> None:
    """Send an event that the guest's own client would never send."""
    moment = Moment.of(table.world())
    seat = say(seat_of(guest), event, moment)
    guest.machine = replace(guest.seat, seat=seat)
    for frame in moment.frames:
        table._send(guest, frame)


def send_envelope(
    table: Table, guest: Guest, event: ev.Event, *, counter: int, message_id: bytes
) -> None:
    """Say something under a counter and an id of one's own choice."""
    seat = seat_of(guest)
    envelope = ev.Envelope(
        room=seat.facts.room,
        meeting=seat.facts.meeting,
        epoch=seat.group.epoch,
        counter=counter,
        message_id=message_id,
        seen=seat.position.seq,
        chain=seat.position.chain,
        event=ev.encode_event(event),
    )
    data = ev.encode_envelope(envelope)
    sealed = seat.group.protect(data, random=table.random.randbytes, padded_to=840)
    guest.machine = replace(guest.seat, seat=replace(seat, group=sealed.group))
    relay_id = table.random.randbytes(16)
    table._send(guest, frames.Append(9_999, relay_id, seat.group.epoch, sealed.message))


def keep(table: Table, guest: Guest, kind: type[Frame]) -> list[Frame]:
    """Let the relay keep what this person sends of one kind, until `release`."""
    kept: list[Frame] = []

    def send(who: Guest, frame: frames.ClientFrame) -> None:
        if who is guest and isinstance(frame, kind):
            kept.append(frame)
        else:
            Table._send(table, who, frame)

    vars(table)["_send"] = send
    return kept


def turn_back(table: Table, guest: Guest, why: Refusal) -> list[frames.Bundle]:
    """Let the relay refuse every change this person makes, until `release`; return what it refused."""
    refused: list[frames.Bundle] = []

    def send(who: Guest, frame: frames.ClientFrame) -> None:
        if who is guest and isinstance(frame, frames.Bundle):
            refused.append(frame)
            answer = frames.Refuse(frame.ref, why)
            table._take(guest, guest.machine.receive(answer, table.world()))
        else:
            Table._send(table, who, frame)

    vars(table)["_send"] = send
    return refused


def take_back_nothing_once(table: Table, why: Refusal) -> list[frames.RevokeInvitation]:
    """Let the relay refuse to forget the next code it is asked to; return what it refused then."""
    refused: list[frames.RevokeInvitation] = []

    def send(who: Guest, frame: frames.ClientFrame) -> None:
        if refused or not isinstance(frame, frames.RevokeInvitation):
            Table._send(table, who, frame)
            return
        refused.append(frame)
        answer = frames.Refuse(frame.ref, why)
        table._take(who, who.machine.receive(answer, table.world()))

    vars(table)["_send"] = send
    return refused


def release(table: Table) -> None:
    """Let the relay be honest again; what it kept it goes on keeping."""
    vars(table).pop("_send", None)


def proposal(body: Add | Remove | GroupContextExtensions) -> Proposal:
    kinds = {
        Add: ProposalType.add,
        Remove: ProposalType.remove,
        GroupContextExtensions: ProposalType.group_context_extensions,
    }
    return Proposal(kinds[type(body)], body)


def with_extension(seat: Seat, extension_type: int, data: bytes) -> Proposal:
    """Return the proposal that replaces one of the group's extensions."""
    others = (e for e in seat.group.extensions if e.extension_type != extension_type)
    return proposal(GroupContextExtensions((*others, Extension(extension_type, data))))


def force_commit(table: Table, guest: Guest, proposals: Sequence[Proposal]) -> None:
    """Send a bundle with a commit that the guest's own client would refuse to make."""
    seat = seat_of(guest)
    made = seat.group.commit(
        proposals, random=table.random.randbytes, now=table.now, padded_to=10_000
    )
    frame = frames.Bundle(
        ref=9_998,
        message_id=table.random.randbytes(16),
        base_epoch=seat.group.epoch,
        commit=made.message,
        welcomes=(),
        next_access_key=access_key(seat.facts, made.group).public,
        slots=roles_of(seat.group).slots,
        slot_key=seat.slot.public,
        access_proof=bytes(64),
        slot_proof=bytes(64),
    )
    occasion, digest = seat.occasion(seat.group.epoch), bundle_digest(frame)
    fields = {name: getattr(frame, name) for name in frame.__struct_fields__[:-2]}
    access = prove(access_key(seat.facts, seat.group), Purpose.BUNDLE, occasion, digest)
    slot = prove(seat.slot, Purpose.BUNDLE, occasion, digest)
    # Who forges a commit believes it.
    change = OwnChange(Removal(b""), made, frame.message_id)
    seat = replace(seat, group=made.current, change=change)
    guest.machine = replace(guest.seat, seat=seat)
    table._send(guest, frames.Bundle(**fields, access_proof=access, slot_proof=slot))
