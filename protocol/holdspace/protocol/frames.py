"""What travels between a client and the relay, and how it is put into bytes.

Frames are positional MessagePack arrays, padded to one of five sizes so that a length says
little. Everything the relay must not read is already sealed when it arrives here: `payload`,
`commit`, `sealed`. Rules: only ever append fields, with defaults; clients ignore frame types
they do not know, the relay refuses them.
"""

import struct
from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from .refusals import PeerError

VERSION = 1
# The largest holds a commit and the Welcome to a full room, which a message on its own never needs.
SIZE_CLASSES = (1024, 4 * 1024, 16 * 1024, 64 * 1024, 128 * 1024)
MAX_FRAME = SIZE_CLASSES[-1]
MAX_PAYLOAD = 60 * 1024
SLOT_COUNT = 8
_SIZES = frozenset(SIZE_CLASSES)
_LENGTH_BYTES = 4
_length_of = struct.Struct("!I").unpack_from
_ZEROS = bytes(MAX_FRAME)
_NO_HEADS = (b"",) * len(SIZE_CLASSES)

Handle = Annotated[bytes, Meta(min_length=16, max_length=16)]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
MessageId = Annotated[bytes, Meta(min_length=16, max_length=16)]
Ref = Annotated[int, Meta(ge=0, lt=2**32)]
Epoch = Annotated[int, Meta(ge=0, lt=2**48)]
Seq = Annotated[int, Meta(ge=0, lt=2**48)]
Minute = Annotated[int, Meta(ge=0, lt=2**40)]
Payload = Annotated[bytes, Meta(min_length=1, max_length=MAX_PAYLOAD)]
Sealed = Annotated[bytes, Meta(min_length=1, max_length=12 * 1024)]
Slots = Annotated[tuple[Key, ...], Meta(min_length=SLOT_COUNT, max_length=SLOT_COUNT)]


class ClientFrame(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Anything a client may send. `ref` is the client's own number, given back in the answer."""


class Hello(ClientFrame, frozen=True, tag=1):
    """Offer the range of protocol versions this client speaks; always the first frame."""

    lowest: Annotated[int, Meta(ge=0, lt=2**16)]
    highest: Annotated[int, Meta(ge=0, lt=2**16)]


class OpenRoom(ClientFrame, frozen=True, tag=2):
    """Make a room known to the relay; proof by `root_key`, purpose "open".

    Where the relay asks for a room code: `code_key` is the public half of the key that comes from
    it, `code_proof` by that key, purpose "code", digest SHA-256(root_key). Both, or neither.
    """

    ref: Ref
    room: Handle
    root_key: Key
    proof: Signature
    code_key: Annotated[bytes, Meta(max_length=32)] = b""
    code_proof: Annotated[bytes, Meta(max_length=64)] = b""

    def __post_init__(self) -> None:
        if (len(self.code_key), len(self.code_proof)) not in {(0, 0), (32, 64)}:
            raise ValueError("A room code is proved with a whole key and a whole proof, or not.")


class BeginMeeting(ClientFrame, frozen=True, tag=3):
    """Start a meeting's log at epoch 0; proof by the room's root key, purpose "begin".

    Digest: `keys.begin_digest`, so that nobody on the way can put other keys in.
    """

    ref: Ref
    room: Handle
    meeting: Handle
    access_key: Key
    slots: Slots
    proof: Signature


class Attach(ClientFrame, frozen=True, tag=4):
    """Read a meeting from the entry after `after`, and write to it while `epoch` is current.

    Proof by the access key of `epoch`, purpose "attach".
    """

    ref: Ref
    meeting: Handle
    epoch: Epoch
    after: Seq
    proof: Signature


class Prove(ClientFrame, frozen=True, tag=5):
    """Walk on to the next epoch after its commit was read; proof by its access key, purpose "attach"."""

    ref: Ref
    epoch: Epoch
    proof: Signature


class Append(ClientFrame, frozen=True, tag=6):
    """Add one sealed message to the log. A repeated `message_id` is answered with its first seq."""

    ref: Ref
    message_id: MessageId
    epoch: Epoch
    payload: Payload


class SealedWelcome(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The answer to one knock, to be handed over only if the bundle it rides in is accepted."""

    knock: MessageId
    sealed: Payload


class Bundle(ClientFrame, frozen=True, tag=7):
    """Change the epoch: all of it happens, or none.

    `access_proof` by the access key of `base_epoch`, `slot_proof` by one of the slots in force;
    both over `bundle_digest`, purpose "bundle".
    """

    ref: Ref
    message_id: MessageId
    base_epoch: Epoch
    commit: Payload
    welcomes: Annotated[tuple[SealedWelcome, ...], Meta(max_length=8)]
    next_access_key: Key
    slots: Slots
    slot_key: Key
    access_proof: Signature
    slot_proof: Signature


class PutInvitation(ClientFrame, frozen=True, tag=8):
    """Let holders of `knock_key` see `card` and knock until `expires` (minutes since 1970).

    Proof by the room's root key, purpose "invite", digest SHA-256(knock_key || expires(8) || card).
    """

    ref: Ref
    room: Handle
    knock_key: Key
    expires: Minute
    card: Sealed
    proof: Signature


class RevokeInvitation(ClientFrame, frozen=True, tag=9):
    """Forget an invitation; proof by the room's root key, purpose "revoke", digest SHA-256(knock_key)."""

    ref: Ref
    room: Handle
    knock_key: Key
    proof: Signature


class GetCard(ClientFrame, frozen=True, tag=10):
    """Ask for the sealed card of an invitation; proof by its knock key, purpose "card"."""

    ref: Ref
    room: Handle
    knock_key: Key
    proof: Signature


class Knock(ClientFrame, frozen=True, tag=11):
    """Ask to come in, and wait on this connection for the answer.

    Proof by the knock key, purpose "knock", digest SHA-256(knock || sealed). The same `knock` id may be
    sent again after a lost connection: it is the same knock.
    """

    ref: Ref
    room: Handle
    knock_key: Key
    knock: MessageId
    sealed: Sealed
    proof: Signature


class WatchLobby(ClientFrame, frozen=True, tag=12):
    """Be told of knocks at this room; proof by a facilitator slot of its meeting, purpose "lobby"."""

    ref: Ref
    room: Handle
    meeting: Handle
    slot_key: Key
    proof: Signature


class DeclineKnock(ClientFrame, frozen=True, tag=13):
    """Answer a knock with no. Only on a connection that watches the lobby."""

    ref: Ref
    knock: MessageId
    sealed: Sealed


class CloseMeeting(ClientFrame, frozen=True, tag=14):
    """End the meeting and delete its log; proof by a facilitator slot, purpose "close"."""

    ref: Ref
    meeting: Handle
    slot_key: Key
    proof: Signature


class RelayFrame(Struct, frozen=True, array_like=True):
    """Anything the relay may send."""


class OperatorCard(Struct, frozen=True, array_like=True):
    """Who runs the relay, how to reach them, what they say it keeps, and their rules.

    Nobody signs it: it is the relay's own word, and hostile text like any other.
    """

    runs_it: Annotated[str, Meta(max_length=200)] = ""
    contact: Annotated[str, Meta(max_length=200)] = ""
    keeps: Annotated[str, Meta(max_length=400)] = ""
    rules: Annotated[str, Meta(max_length=800)] = ""


class Greeting(RelayFrame, frozen=True, tag=101):
    """Answer Hello: the version chosen, a fresh nonce for proofs, and who runs the relay."""

    version: int
    nonce: Key
    operator: OperatorCard | None = None


class Done(RelayFrame, frozen=True, tag=102):
    """The request `ref` took effect and is durable."""

    ref: Ref


class Refuse(RelayFrame, frozen=True, tag=103):
    """The request `ref` was answered no; `code` is a Refusal. Nothing changed."""

    ref: Ref
    code: int


class Ack(RelayFrame, frozen=True, tag=104):
    """The entry `ref` asked for is durable at `seq`."""

    ref: Ref
    seq: Seq


class Attached(RelayFrame, frozen=True, tag=105):
    """Reading starts after `after`, which is later than asked for if the key's epoch began later.

    `head` is the newest entry that the key of `epoch` reads: the log may go on, in a later epoch.
    """

    ref: Ref
    after: Seq
    head: Seq
    epoch: Epoch


class Entry(RelayFrame, frozen=True, tag=106):
    """One record of the log, in order, without gaps. `commit` entries end their epoch."""

    seq: Seq
    epoch: Epoch
    commit: bool
    payload: Payload


class Card(RelayFrame, frozen=True, tag=107):
    """The sealed card of an invitation."""

    ref: Ref
    card: Sealed


class Knocking(RelayFrame, frozen=True, tag=108):
    """Somebody knocks (again, after a lost connection, with the same id)."""

    knock: MessageId
    knock_key: Key
    sealed: Sealed


class KnockGone(RelayFrame, frozen=True, tag=109):
    """A knock is over: answered, withdrawn, timed out, or its invitation revoked.

    Whoever knocked hears an answer instead, if there is one. `is_over`: the meeting ended meanwhile.
    """

    knock: MessageId
    is_over: bool = False


class Welcomed(RelayFrame, frozen=True, tag=110):
    """Your knock was answered with yes: the log entry of the commit is `seq`, in `meeting`."""

    knock: MessageId
    meeting: Handle
    seq: Seq
    sealed: Payload


class Declined(RelayFrame, frozen=True, tag=111):
    """Your knock was answered with no."""

    knock: MessageId
    sealed: Sealed


class MeetingClosed(RelayFrame, frozen=True, tag=112):
    """A facilitator ended the meeting; its log is deleted."""

    meeting: Handle


AnyClientFrame = (
    Hello | OpenRoom | BeginMeeting | Attach | Prove | Append | Bundle | PutInvitation
    | RevokeInvitation | GetCard | Knock | WatchLobby | DeclineKnock | CloseMeeting
)  # fmt: skip
AnyRelayFrame = (
    Greeting | Done | Refuse | Ack | Attached | Entry | Card | Knocking | KnockGone | Welcomed
    | Declined | MeetingClosed
)  # fmt: skip

_encoder = msgspec.msgpack.Encoder()
_client_decoder: msgspec.msgpack.Decoder[ClientFrame] = msgspec.msgpack.Decoder(AnyClientFrame)
_relay_decoder: msgspec.msgpack.Decoder[RelayFrame] = msgspec.msgpack.Decoder(AnyRelayFrame)
_RELAY_TAGS = frozenset(range(101, 113))
FrameType = TypeVar("FrameType")


class FrameTooLong(PeerError):
    """A frame does not fit the largest size class."""


class FrameEncoder:
    """Put frames into bytes; `heads` are what is to stand before a frame of each size."""

    def __init__(self, heads: Sequence[bytes] = _NO_HEADS) -> None:
        # A struct's text is filled up with zeros: one call, where a relay does this for every word.
        self._classes = [
            (
                size - _LENGTH_BYTES,
                head,
                struct.Struct(f"!{len(head)}sI{size - _LENGTH_BYTES}s").pack,
            )
            for size, head in zip(SIZE_CLASSES, heads, strict=True)
        ]

    def encode(self, frame: ClientFrame | RelayFrame) -> bytes:
        """Return the frame padded with zeros to the smallest size class that holds it."""
        body = _encoder.encode(frame)
        length = len(body)
        for longest, head, pack in self._classes:
            if length <= longest:
                return pack(head, length, body)
        raise FrameTooLong("The frame does not fit the largest size.")


encode = FrameEncoder().encode


def decode_client_frame(data: bytes) -> ClientFrame:
    """Return what a client sent; any deviation is a PeerError."""
    return _decode(_client_decoder, _unpad(data))


def decode_relay_frame(data: bytes) -> RelayFrame | None:
    """Return what the relay sent, or None for a frame type that is newer than this client."""
    body = _unpad(data)
    if _unknown_relay_type(body):
        return None
    return _decode(_relay_decoder, body)


def _unpad(data: bytes) -> bytes:
    size = len(data)
    if size not in _SIZES:
        raise PeerError("The frame has a length that no frame has.")
    end = _LENGTH_BYTES + _length_of(data)[0]
    if end > size or data[end:] != _ZEROS[: size - end]:
        raise PeerError("The frame is padded wrongly.")
    return data[_LENGTH_BYTES:end]


def _decode(decoder: "msgspec.msgpack.Decoder[FrameType]", body: bytes) -> FrameType:
    try:
        frame = decoder.decode(body)
        is_canonical = _encoder.encode(frame) == body or _is_canonical(body)
    # R12: msgspec's own errors, and RecursionError on deep nesting, become the one declared error.
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise PeerError("The frame is not one this version knows.") from error
    # R12: refuse what is not written the one canonical way (longer integers, trailing bytes).
    if not is_canonical:
        raise PeerError("The frame is not written the one way frames are written.")
    return frame


def _is_canonical(body: bytes) -> bool:
    # A peer of another age has fewer fields, or a newer relay more: its bytes are judged alone.
    return _encoder.encode(msgspec.msgpack.decode(body)) == body


def _unknown_relay_type(body: bytes) -> bool:
    # A frame is a MessagePack array whose first item is its tag; read no further than that.
    if len(body) < 2 or body[0] & 0xF0 != 0x90:
        return False
    return body[1] < 0x80 and body[1] not in _RELAY_TAGS
