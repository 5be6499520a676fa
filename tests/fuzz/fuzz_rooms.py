"""What people send inside a room and before they are in it, and the function of ours that reads it.

Beside fuzz_targets.py, which has the encryption. Where something is sealed or signed, the attacker is
who may seal and sign it: somebody with the invitation, another member, or the host.
"""

from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fuzz_judge import Target
from holdspace.protocol import frames, invite
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.meeting import events, letters, roles, slips, values
from holdspace.protocol.meeting.flow import parse_flow
from holdspace.protocol.mls import DEFAULT_SUITE, HPKEKeyPair
from holdspace.protocol.mls.testing import NOW, seeded_random
from holdspace.protocol.refusals import PeerError

PEER = (PeerError,)
ROOT = Path(__file__).parent.parent.parent
FLOWS = ROOT / "client" / "holdspace" / "client" / "library" / "flows"
ROOM = KNOCK = bytes(16)
REPLY_SECRET = bytes(32)


def read_frame(decode: Callable[[bytes], object], data: bytes) -> None:
    """Read a frame; the padding that the relay and its clients add is added here."""
    size = len(data).to_bytes(frames._LENGTH_BYTES)
    fitting = next((size for size in frames.SIZE_CLASSES if size >= len(data) + 8), 0)
    decode((size + data).ljust(fitting, b"\0"))


def invitations() -> Iterable[bytes]:
    """Return a code such as people paste."""
    invitation = invite.Invitation(
        relays=("wss://relay.example",),
        room=bytes(16),
        host_key_hash=bytes(16),
        secret=bytes(16),
        expires_minute=int(NOW),
    )
    yield invite.encode_invitation(invitation).encode()


def event_seeds() -> Iterable[bytes]:
    """Return things that people do in a meeting."""
    acts = (events.Share("Hello"), events.RaiseHand("share", "later"), events.LowerHand())
    return [events.encode_event(act) for act in acts]


def envelopes() -> Iterable[bytes]:
    """Return an event in its inner header."""
    envelope = events.Envelope(
        room=bytes(16),
        meeting=bytes(16),
        epoch=1,
        counter=1,
        message_id=bytes(16),
        seen=1,
        chain=bytes(32),
        event=next(iter(event_seeds())),
    )
    yield events.encode_envelope(envelope)


def client_frames() -> Iterable[bytes]:
    """Return what a client says first, without its padding."""
    yield msgspec.msgpack.encode(frames.Hello(1, 1))


def relay_frames() -> Iterable[bytes]:
    """Return what a relay says, without its padding."""
    said = (
        frames.Ack(1, 2),
        frames.Attached(1, 0, 2, 1),
        frames.Entry(1, 0, False, b"sealed"),
        frames.Refuse(1, 101),
    )
    return [msgspec.msgpack.encode(frame) for frame in said]


def role_lists() -> Iterable[bytes]:
    """Return a list with one facilitator."""
    entry = roles.RoleEntry(bytes(32), "host", bytes(64))
    yield roles.encode_roles(
        roles.RolesExtension(bytes(32), (entry,), (bytes(32),) * frames.SLOT_COUNT)
    )


def flow_files() -> Iterable[bytes]:
    """Return the flows that are shipped."""
    return [file.read_bytes() for file in FLOWS.glob("*.toml")]


@cache
def host() -> SigningKey:
    """Return the key that a room's papers are signed with."""
    return SigningKey.from_seed(bytes(32))


@cache
def sealing_key() -> HPKEKeyPair:
    """Return the key that people who knock seal their letters to."""
    return DEFAULT_SUITE.generate_key_pair(seeded_random(2))


def read_note(data: bytes) -> None:
    """Read a note that was filled up as letters are."""
    letters.decode_note(filled_up(data))


def filled_up(data: bytes) -> bytes:
    framed = len(data).to_bytes(2) + data
    return framed.ljust(next((size for size in letters.SIZES if size >= len(framed)), 0), b"\0")


def notes() -> Iterable[bytes]:
    """Return notes of several kinds, not filled up."""
    kinds = (
        letters.NotOk("not today"),
        letters.OkAgain(),
        letters.AsideAsk(bytes(16), "word", (bytes(32), b"\1" * 32), b"a key package"),
        letters.AsideNo(bytes(16)),
        letters.Nudge("pause", "in a minute"),
        letters.Answer("check-in", (("sleep", 4),), "so so"),
        letters.KeepGive(b"a slip", bytes(16), ("wss://relay.example",), 1),
    )
    return [msgspec.msgpack.encode(note) for note in kinds]


def words_aside() -> Iterable[bytes]:
    """Return what is said in an aside."""
    return [letters.encode_word(word) for word in (letters.Said("hello"), letters.Ended())]


def signed(label: bytes, paper: bytes) -> bytes:
    """Return any bytes as a paper that the host has signed."""
    return msgspec.msgpack.encode([paper, host().sign(label + paper)])


def read_slip(data: bytes) -> None:
    """Read what a host gives its members."""
    paper = signed(slips._SLIP_LABEL, data)
    slips.read_slip(paper, room=ROOM, host_key=host().public)


def read_move(data: bytes) -> None:
    """Read where a host says that the room has gone."""
    pasted = slips.MOVE_PREFIX + slips._base32(signed(slips._MOVE_LABEL, data))
    slips.read_move(pasted, host_key=host().public)


def read_attendance(data: bytes) -> None:
    """Read that somebody was there."""
    slips.read_attendance(slips.HERE_PREFIX + slips._base32(signed(slips._HERE_LABEL, data)))


def papers() -> dict[str, msgspec.Struct]:
    """Return one of each kind of paper."""
    return {
        "slip": slips.Slip(ROOM, host().public, "Mara", "member", 1),
        "move": slips.Move(ROOM, ("wss://relay.example",), 1),
        "attendance": slips.Attendance(host().public, 1, 45, bytes(16)),
    }


def paper(name: str) -> Iterable[bytes]:
    yield msgspec.msgpack.encode(papers()[name])


def read_knock(data: bytes) -> None:
    """Read a letter of somebody who has the invitation."""
    sealed = DEFAULT_SUITE.encrypt_with_label(
        sealing_key().public_key,
        invite._LETTER_LABEL,
        ROOM + KNOCK,
        plaintext=data,
        random=seeded_random(3),
    )
    letter = msgspec.msgpack.encode([sealed.kem_output, sealed.ciphertext])
    invite.open_letter(letter, sealing_key(), room=ROOM, knock=KNOCK)


def knocks() -> Iterable[bytes]:
    """Return a letter as it is before it is sealed."""
    yield msgspec.msgpack.encode(
        invite.KnockLetter(b"a key package", "Mara", "Hello", bytes(32), bytes(32))
    )


def replies() -> Iterable[bytes]:
    """Return a yes and a no, as they are before they are sealed."""
    yield msgspec.msgpack.encode(invite.Reply(welcome=b"a welcome", padding=bytes(40)))
    yield msgspec.msgpack.encode(invite.Reply(words="Not today"))


def read_reply(data: bytes) -> None:
    """Read what a host answers to a knock."""
    nonce = bytes(12)
    sealed = AESGCM(REPLY_SECRET).encrypt(nonce, data, invite._REPLY_LABEL)
    invite.open_reply(nonce + sealed, REPLY_SECRET)


ROOM_TARGETS: dict[str, Target] = {
    "client frame": Target(partial(read_frame, frames.decode_client_frame), client_frames, PEER),
    "relay frame": Target(partial(read_frame, frames.decode_relay_frame), relay_frames, PEER),
    "invitation": Target(
        lambda data: invite.decode_invitation(data.decode(errors="replace"), NOW),
        invitations,
        PEER,
    ),
    "event": Target(events.decode_event, event_seeds, PEER),
    "envelope": Target(events.decode_envelope, envelopes, PEER),
    "roles": Target(roles.decode_roles, role_lists, PEER),
    "meeting state": Target(
        values.decode_state, lambda: [values.encode_state(values.MeetingState())], PEER
    ),
    "flow file": Target(lambda data: parse_flow(data.decode(errors="replace")), flow_files, PEER),
    "note in a letter": Target(read_note, notes, PEER),
    "word aside": Target(letters.decode_word, words_aside, PEER),
    "slip": Target(read_slip, partial(paper, "slip"), PEER),
    "move": Target(read_move, partial(paper, "move"), PEER),
    "attendance": Target(read_attendance, partial(paper, "attendance"), PEER),
    "letter of a knock": Target(read_knock, knocks, PEER),
    "reply to a knock": Target(read_reply, replies, PEER),
}
