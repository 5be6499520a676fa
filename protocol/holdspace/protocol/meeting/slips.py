"""Papers that outlive a meeting: how somebody is known again, where a room went, that one was there.

Everybody has one lasting key for each room, made for it alone, so that nobody can tell that two
rooms have the same member. It signs the leaf of every meeting (`vouch_leaf`), and that is what
carries a seat from a crashed client to the one that came after it. The host's root key signs the
rest: a slip says "I know this key", a move says "the room is there now", an attendance says
"somebody was here". Canonical, bounded, each under a label of its own. Pure.
"""

import base64
import binascii
from functools import lru_cache
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from holdspace.protocol.frames import Handle, Key, Minute, Signature
from holdspace.protocol.keys import SigningKey, is_safe_public_key, origin, verify
from holdspace.protocol.meeting.kinds import SlipRole
from holdspace.protocol.overriding import override
from holdspace.protocol.refusals import PeerError
from holdspace.protocol.text import NameRefused, check_name
from holdspace.protocol.translation import N_, _

MOST_RELAYS = 4
MOVE_PREFIX, HERE_PREFIX = "holdspacemoved1:", "holdspacehere1:"
_SLIP_LABEL = b"holdspace slip v1"
_LEAF_LABEL = b"holdspace room key v1"
_MOVE_LABEL = b"holdspace move v1"
_HERE_LABEL = b"holdspace attendance v1"
_KEY_BYTES = 32
_MAX_SLIP, _MAX_PASTED = 512, 4000


class NotASlip(PeerError):
    """A paper is not one that this room's host signed; the text is for the person."""


_NOT_YOURS = N_("That slip is not one that the host of this room gave out.")
_NOT_A_MOVE = N_(
    "That note cannot be read: a letter is wrong or a part is missing. Nothing was changed. "
    "Please paste it again, whole."
)
_OTHER_HOST = N_(
    "That note was not signed by the host of any room you keep. Nothing was changed. Please ask "
    "your host another way."
)
_NOT_ATTENDANCE = N_(
    "That attendance slip cannot be read, or a letter of it is wrong. Please paste it again, whole."
)


class _Paper(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Something the host signs."""


class Slip(_Paper, frozen=True):
    """The host knows this key, under this name and in this role, in one room."""

    room: Handle
    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=96)]
    role: SlipRole
    minute: Minute

    @override
    def __repr__(self) -> str:
        return f"Slip(role={self.role})"


class Move(_Paper, frozen=True):
    """The room is at these relays since this minute; a later one counts."""

    room: Handle
    relays: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
        Meta(min_length=1, max_length=MOST_RELAYS),
    ]
    minute: Minute


class Attendance(_Paper, frozen=True):
    """Somebody was at a meeting of this host's on this day; it says neither who nor which room.

    `number` makes each one its own, so that one handed in twice can be told.
    """

    host_key: Key
    day: Annotated[int, Meta(ge=0, lt=2**24)]
    minutes: Annotated[int, Meta(ge=0, le=24 * 60)]
    number: Handle


class _Signed(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    paper: Annotated[bytes, Meta(min_length=1, max_length=1024)]
    signature: Signature


def sign_slip(root: SigningKey, slip: Slip) -> bytes:
    """Return the slip under the host's signature, as its holder keeps it."""
    return _signed(root, _SLIP_LABEL, slip)


def read_slip(data: bytes, *, room: bytes, host_key: bytes) -> Slip:
    """Return a slip of this room by this host with a checked name, or raise NotASlip."""
    slip = _read(Slip, data, _SLIP_LABEL, host_key) if len(data) <= _MAX_SLIP else None
    if slip is None or slip.room != room or not is_safe_public_key(slip.key):
        raise NotASlip(_(_NOT_YOURS))
    try:
        is_clean = check_name(slip.name) == slip.name
    except NameRefused:
        is_clean = False
    if not is_clean:
        raise NotASlip(_(_NOT_YOURS))
    return slip


def vouch_leaf(room_key: SigningKey, *, room: bytes, signature_key: bytes) -> bytes:
    """Return what a leaf carries: the person's key for this room, and its word for this leaf."""
    return room_key.public + room_key.sign(_leaf_message(room, signature_key))


@lru_cache(maxsize=256)  # leaves stay the same over many pictures of a room, and this is slow
def read_leaf_vouch(data: bytes, *, room: bytes, signature_key: bytes) -> bytes:
    """Return the room key that vouches for a leaf; empty for anything else, on every client alike."""
    key, signature = data[:_KEY_BYTES], data[_KEY_BYTES:]
    return key if verify(key, signature, _leaf_message(room, signature_key)) else b""


def _leaf_message(room: bytes, signature_key: bytes) -> bytes:
    # The handle has a fixed length and the key comes last: one reading only.
    return _LEAF_LABEL + room + signature_key


def encode_move(root: SigningKey, move: Move) -> str:
    """Return the note that members paste to find the room at its new relays."""
    return MOVE_PREFIX + _base32(_signed(root, _MOVE_LABEL, move))


def moved_room(pasted: str) -> bytes:
    """Return the handle of the room a note speaks of, before anybody knows who signed it."""
    signed = _decode(_Signed, _unfolded(pasted, MOVE_PREFIX))
    move = _decode(Move, signed.paper) if signed else None
    if move is None:
        raise NotASlip(_(_NOT_A_MOVE))
    return move.room


def read_move(pasted: str, *, host_key: bytes) -> Move:
    """Return a pasted note if the host signed it; raise NotASlip with a sentence if not."""
    data = _unfolded(pasted, MOVE_PREFIX)
    if _decode(_Signed, data) is None:
        raise NotASlip(_(_NOT_A_MOVE))
    move = _read(Move, data, _MOVE_LABEL, host_key)
    if move is None or not are_relays(move.relays):
        raise NotASlip(_(_OTHER_HOST))
    return move


def encode_attendance(root: SigningKey, attendance: Attendance) -> str:
    """Return the attendance slip as its holder can hand it on."""
    return HERE_PREFIX + _base32(_signed(root, _HERE_LABEL, attendance))


def read_attendance(pasted: str) -> Attendance:
    """Return an attendance slip that the key it names signed; raise NotASlip if it did not."""
    data = _unfolded(pasted, HERE_PREFIX)
    signed = _decode(_Signed, data)
    named = _decode(Attendance, signed.paper) if signed else None
    found = _read(Attendance, data, _HERE_LABEL, named.host_key) if named else None
    if found is None:
        raise NotASlip(_(_NOT_ATTENDANCE))
    return found


def is_as_written(text: str) -> bool:
    """Tell whether an attendance slip has the one spelling that a host's program gives it."""
    data = _unfolded(text, HERE_PREFIX)
    return bool(data) and text == HERE_PREFIX + _base32(data)


_encoder = msgspec.msgpack.Encoder()
_Value = TypeVar("_Value", bound=Struct)


def _signed(root: SigningKey, label: bytes, paper: _Paper) -> bytes:
    body = _encoder.encode(paper)
    return _encoder.encode(_Signed(body, root.sign(label + body)))


def _read(kind: type[_Value], data: bytes, label: bytes, host_key: bytes) -> _Value | None:
    signed = _decode(_Signed, data)
    if signed is None or not verify(host_key, signed.signature, label + signed.paper):
        return None
    return _decode(kind, signed.paper)


def _decode(kind: type[_Value], data: bytes) -> _Value | None:
    try:
        value = msgspec.msgpack.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    # R12: a second spelling of the same paper is none.
    return value if _encoder.encode(value) == data else None


def _base32(data: bytes) -> str:
    checked = data + binascii.crc32(data).to_bytes(4, "big")
    return base64.b32encode(checked).decode("ascii").rstrip("=").lower()


def _unfolded(pasted: str, prefix: str) -> bytes:
    """Return the bytes of a pasted paper, empty if a letter is wrong."""
    text = "".join(pasted[:_MAX_PASTED].split()).lower().removeprefix(prefix)
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return b""
    return data[:-4] if _base32(data[:-4]) == text else b""


def are_relays(relays: tuple[str, ...]) -> bool:
    """Tell whether these are addresses of relays in their one form, each once."""
    return len(set(relays)) == len(relays) and all(map(_is_origin, relays))


def _is_origin(relay: str) -> bool:
    try:
        return origin(relay) == relay
    except ValueError:
        return False
