"""What somebody in the room, or the relay, can send to a whole program: a seat reads it and shows the room.

The decoders before it have targets of their own (fuzz_rooms.py); here whatever they let through has
its effect, and the picture is made that both front ends draw. A seat and a relay refuse by going on,
so nothing at all may be raised. They are values: every input meets the same ones.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import msgspec

from fuzz_judge import Target
from fuzz_rooms import PEER, ROOM, filled_up, host, notes, read_frame, sealing_key
from holdspace.client.seat import intents as i
from holdspace.client.seat import saying
from holdspace.client.seat.people import member_with
from holdspace.client.seat.sealing import _purpose
from holdspace.client.seat.step import World
from holdspace.client.seat.view import RoomView
from holdspace.protocol import frames, invite
from holdspace.protocol.meeting import events, letters, slips, slots, values
from holdspace.protocol.mls.testing import NOW, seeded_random
from quick_sealing import quick_sealing
from seat_forging import next_entry, seat_of
from seat_table import Guest, Table
from small_flow import SMALL_FLOW

INVITATION = invite.Invitation(
    relays=("wss://relay.example",),
    room=ROOM,
    host_key_hash=invite.hash_host_key(host().public),
    secret=bytes(16),
    expires_minute=int(NOW // 60) + 60,
)
ID = bytes(range(16))
# Longer ones fit no frame, so nobody can send them.
LONGEST = 50_000


class Room(NamedTuple):
    """A host and a member at one moment of a meeting."""

    table: Table
    ana: Guest
    ben: Guest


@cache
def rooms() -> tuple[Room, ...]:
    """Return rooms without an agenda, in a round, and with cover slots."""
    found = []
    for flow, mode, is_covered in (("", "", False), (SMALL_FLOW, "round", False), ("", "", True)):
        table = Table(7)
        ana = table.host(flow=flow, is_covered=is_covered)
        ben = table.join("Ben", ana)
        if mode == "round":
            table.do(ana, i.NextStage())
            table.do(ana, i.ChangeMode("round"))
        table.wait(3)
        found.append(Room(table, ana, ben))
    return tuple(found)


def pick(data: bytes) -> tuple[Room, Guest, Guest, bytes]:
    """Let the first byte choose a room, and who of the two is the attacker."""
    chosen = data[0] if data else 0
    room = rooms()[chosen % len(rooms())]
    pair = (room.ana, room.ben) if chosen & 0x80 else (room.ben, room.ana)
    return room, *pair, data[1:]


def say_in_a_seat(data: bytes) -> None:
    """Let somebody in the room send any event, sealed as it should be; let the other one read it."""
    room, attacker, reader, event = pick(data)
    hear(room, attacker, reader, event)


def hear(room: Room, attacker: Guest, reader: Guest, event: bytes) -> RoomView | None:
    """Show the reader an entry with this event in it, and return their picture of the room."""
    if len(event) > LONGEST:
        return None
    seat = seat_of(attacker)
    envelope = events.Envelope(
        room=seat.facts.room,
        meeting=seat.facts.meeting,
        epoch=seat.group.epoch,
        counter=seat.counter + 1,
        message_id=ID,
        seen=seat.position.seq,
        chain=seat.position.chain,
        event=event,
    )
    encoded = events.encode_envelope(envelope)
    with quick_sealing():
        padding = saying._padding(len(encoded))
        sealed = seat.group.protect(encoded, random=seeded_random(5), padded_to=padding)
        return show(room, reader, next_entry(reader, sealed.message))


def show(room: Room, reader: Guest, frame: frames.RelayFrame) -> RoomView:
    """Let a program take a frame, show the room, and live on for a while."""
    world = World(room.table.now, seeded_random(6))
    step = reader.machine.receive(frame, world)
    view = step.machine.view()
    later = replace(world, now=world.now + 30)
    step.machine.tick(later).machine.view()
    return view


def write_in_a_seat(data: bytes) -> None:
    """Let somebody in the room write any letter to another one."""
    room, attacker, reader, note = pick(data)
    if len(note) + 2 > letters.SIZES[-1]:
        return
    seat, other = seat_of(attacker), seat_of(reader).facts.identity
    purpose = _purpose(seat, author=seat.facts.identity, reader=other)
    member = member_with(seat.group, other)
    if member is None:
        raise AssertionError("both are in the room")
    sealed = seat.group.seal_to_member(
        member.leaf_index, purpose, filled_up(note), random=seeded_random(4)
    )
    hear(room, attacker, reader, events.encode_event(events.Letter(sealed)))


def tell_a_seat(data: bytes) -> None:
    """Let the relay send any frame to somebody in the room."""
    room, _, reader, rest = pick(data)
    decoded: list[frames.RelayFrame | None] = []
    read_frame(lambda padded: decoded.append(frames.decode_relay_frame(padded)), rest)
    for frame in decoded:
        if frame is not None:
            show(room, reader, frame)


def acts() -> Iterable[bytes]:
    """Return acts of many kinds, by the member and by the host, in each room."""
    state = values.encode_state(seat_of(rooms()[1].ana).state or values.MeetingState())
    part = events.SlotPart(ID, 0, True, events.encode_event(events.Share("Hello")))
    kinds: tuple[events.Event, ...] = (
        events.Share("Hello"),
        events.RaiseHand("share", "later"),
        events.Pass(1),
        events.Ready(),
        events.Nod(ID),
        events.Whisper(ID, b"sealed"),
        events.CoverSlot((part,)),
        events.OpenFlow(SMALL_FLOW),
        events.GoToStage(0, 0),
        events.SetTurnMode("gather", 0),
        events.Snapshot(1, bytes(32), state),
    )
    encoded = [events.encode_event(kind) for kind in kinds]
    return [bytes([who | at]) + one for one in encoded for at in range(3) for who in (0, 0x80)]


def letters_to_us() -> Iterable[bytes]:
    """Return letters of several kinds to the host and to the member."""
    return [bytes([who]) + note for note in notes() for who in (0, 0x80)]


def told() -> Iterable[bytes]:
    """Return what a relay says to somebody in a meeting."""
    seen = (frames.Ack(1, 1), frames.Refuse(1, 100), frames.MeetingClosed(ID))
    return [bytes([at]) + frames._encoder.encode(one) for one in seen for at in range(3)]


def read_card(data: bytes) -> None:
    """Read what a host tells at the door, signed by the host and sealed as it should be."""
    signature = host().sign(invite._CARD_LABEL + data)
    if 0 < len(data) < 11 * 1024:
        read_sealed_card(invite._filled(invite._SignedCard(data, signature), invite._CARD_STEP))


def read_sealed_card(data: bytes) -> None:
    """Read what whoever has the invitation can put in the place of the card."""
    bound_to = invite._CARD_LABEL + INVITATION.room
    sealed = invite._seal(INVITATION.card_key, bound_to, data, seeded_random(8))
    invite.open_card(sealed, INVITATION)


def cards() -> Iterable[bytes]:
    """Return a card as its host signs it."""
    card = invite.RoomCard(
        host_key=host().public,
        room=ROOM,
        room_name="Tuesday circle",
        host_name="Mara",
        standing="a peer",
        agreements=("What is shared stays here.",),
        agreements_version=1,
        about="About pain.",
        sealing_key=sealing_key().public_key,
        knock_key=INVITATION.knock_key.public,
        expires_minute=INVITATION.expires_minute,
    )
    yield msgspec.msgpack.encode(card)


def signed_cards() -> Iterable[bytes]:
    """Return a card with its signature."""
    for card in cards():
        signed = invite._SignedCard(card, host().sign(invite._CARD_LABEL + card))
        yield invite._filled(signed, invite._CARD_STEP)


def open_slots(data: bytes) -> None:
    """Put together what one author sends in slots, however it is cut."""
    rest, at = None, 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 2])
        event = events.decode_event(data[at + 2 : at + 2 + size])
        at += 2 + size
        if isinstance(event, events.CoverSlot):
            rest = slots.open_slot(rest, event).rest


def slots_in_a_row() -> Iterable[bytes]:
    """Return something long in three slots."""
    parts = [events.SlotPart(ID, number, number == 2, b"piece of it") for number in range(3)]
    encoded = [events.encode_event(events.CoverSlot((part,))) for part in parts]
    yield b"".join(len(one).to_bytes(2) + one for one in encoded)


def read_vouch(data: bytes) -> None:
    """Read what a leaf says of the person behind it."""
    slips.read_leaf_vouch.__wrapped__(data, room=ROOM, signature_key=bytes(32))


SEAT_TARGETS: dict[str, Target] = {
    "act of a member, in a seat": Target(say_in_a_seat, acts, ()),
    "letter of a member, in a seat": Target(write_in_a_seat, letters_to_us, ()),
    "frame of a relay, in a seat": Target(tell_a_seat, told, PEER),
    "card of a host": Target(read_card, cards, PEER),
    "card of whoever is invited": Target(read_sealed_card, signed_cards, PEER),
    "slots of a member": Target(open_slots, slots_in_a_row, PEER),
    "vouch of a leaf": Target(
        read_vouch, lambda: [slips.vouch_leaf(host(), room=ROOM, signature_key=bytes(32))], ()
    ),
}
