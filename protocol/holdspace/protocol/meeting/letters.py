"""What one person can write to another alone: the notes inside a letter.

A letter (events.Letter) is sealed to one person; what is in it is one of the notes below, in its
one spelling, filled up to one of four sizes. So a letter tells everybody else no more than that
somebody wrote one, and which of the four sizes it has. Each chapter of a meeting that needs private
notes adds its own kinds here, with tags of its own ten.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from holdspace.protocol.meeting.events import Digest, Handle, Identity
from holdspace.protocol.meeting.kinds import MAX_WORDS, AsideKind
from holdspace.protocol.overriding import override
from holdspace.protocol.refusals import PeerError

LABEL = "holdspace letter"
MAX_ASIDE = 4
# Ours have 3 KB. A key package and a Welcome are what the larger sizes are for.
MAX_KEY_PACKAGE = 4 * 1024
MAX_WELCOME = 14_000
# Sealed, the first two go into the second frame size, the others into the third. In cover slots each
# KiB takes two seconds more: a flag goes in three slots, keys for two people in twelve.
SIZES = (640, 2_400, 6_144, 14_336)
_LENGTH_BYTES = 2

NudgeStep = Literal["nudge", "pause", "door", "remove"]
Words = Annotated[str, Meta(max_length=MAX_WORDS)]


class Note(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Anything one person writes to another alone; its words never show in a repr."""

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @override
    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class NotOk(Note, frozen=True, tag=1):
    """Tell a facilitator that one is not OK."""

    words: Words = ""


class OkAgain(Note, frozen=True, tag=2):
    """Take that back."""


class AsideAsk(Note, frozen=True, tag=3):
    """Ask for a word apart with these people; the key package is fresh, and for this aside only."""

    aside: Handle
    kind: AsideKind
    people: Annotated[tuple[Identity, ...], Meta(min_length=2, max_length=MAX_ASIDE)]
    key_package: Annotated[bytes, Meta(min_length=1, max_length=MAX_KEY_PACKAGE)]


class AsideOpen(Note, frozen=True, tag=4):
    """Say yes: the small group is made, and this lets the reader in."""

    aside: Handle
    welcome: Annotated[bytes, Meta(min_length=1, max_length=MAX_WELCOME)]


class AsideNo(Note, frozen=True, tag=5):
    """Say no, or take the question back."""

    aside: Handle


class Nudge(Note, frozen=True, tag=40):
    """A few words from a facilitator, by themselves or as the reason for what they do next (A1)."""

    step: NudgeStep
    words: Words = ""


class Answer(Note, frozen=True, tag=30):
    """Show the facilitators what one answered at a stage: numbers with what they are of, and words."""

    where: Annotated[str, Meta(max_length=60)]
    numbers: Annotated[
        tuple[tuple[Annotated[str, Meta(max_length=60)], Annotated[int, Meta(ge=0, le=10)]], ...],
        Meta(max_length=10),
    ]
    words: Words = ""


class KeepAsk(Note, frozen=True, tag=50):
    """Ask the host to be known in this room, so as to come back without a code."""


class KeepGive(Note, frozen=True, tag=51):
    """Host: know somebody from now on. Their slip, the room's pass, and where the room is."""

    slip: Annotated[bytes, Meta(min_length=1, max_length=512)]
    pass_secret: Handle
    relays: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
        Meta(min_length=1, max_length=4),
    ]
    minute: Annotated[int, Meta(ge=0, lt=2**40)]


class KeepNo(Note, frozen=True, tag=52):
    """Host: rather not."""


class AttendanceGive(Note, frozen=True, tag=53):
    """Host: a slip that says somebody was here, neither who nor where."""

    text: Annotated[str, Meta(min_length=1, max_length=600)]


class DoorKey(Note, frozen=True, tag=60):
    """Host: what opens the letters of people who knock, for another facilitator."""

    private_key: Digest
    expires_minute: Annotated[int, Meta(ge=0, lt=2**40)]
    agreements_digest: Digest


class HostAgain(Note, frozen=True, tag=61):
    """Say that one is the host, whose program had died, under a new identity: `vouch` is the root key's."""

    vouch: Annotated[bytes, Meta(min_length=64, max_length=64)]


# Tags: 1-19 private words, 20-29 pairs, 30-39 counts, 40-49 care, 50-59 rooms, 60-69 the door.
AnyNote = (
    NotOk | OkAgain | AsideAsk | AsideOpen | AsideNo | Nudge | Answer
    | KeepAsk | KeepGive | KeepNo | AttendanceGive | DoorKey | HostAgain
)  # fmt: skip


class Said(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=1):
    """Something said in an aside."""

    text: Annotated[str, Meta(min_length=1, max_length=4000)]

    @override
    def __repr__(self) -> str:
        return "<Said>"


class Ended(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=2):
    """Say that one has left the aside, which ends it."""


AsideWord = Said | Ended


class NotALetter(PeerError):
    """The bytes are no note or word of this version; they have no effect."""


_encoder = msgspec.msgpack.Encoder()
_notes: msgspec.msgpack.Decoder[AnyNote] = msgspec.msgpack.Decoder(AnyNote)
_words: msgspec.msgpack.Decoder[AsideWord] = msgspec.msgpack.Decoder(AsideWord)


def letter_context(room: bytes, meeting: bytes, author: bytes, recipient: bytes) -> bytes:
    """Return what a letter is bound to; sealed again by somebody else, it opens for nobody."""
    # All four have a fixed length: there is one reading only.
    return b"".join((room, meeting, author, recipient))


def encode_note(note: Note) -> bytes:
    """Return the note filled up with zeros to the smallest size that holds it."""
    data = _encoder.encode(note)
    size = next(size for size in SIZES if size >= len(data) + _LENGTH_BYTES)
    return (len(data).to_bytes(_LENGTH_BYTES) + data).ljust(size, b"\0")


def decode_note(data: bytes) -> AnyNote:
    """Return the note; raise NotALetter on any deviation."""
    end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES])
    if len(data) not in SIZES:
        raise NotALetter("The letter is not as long as letters are.")
    try:
        note = _notes.decode(data[_LENGTH_BYTES:end])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotALetter("The letter is not one this version knows.") from error
    # R12: of all its spellings, a note has one; that goes for the size it was filled up to, too.
    if encode_note(note) != data:
        raise NotALetter("The letter is not written the one way letters are written.")
    return note


def encode_word(word: AsideWord) -> bytes:
    """Return the one spelling of something said in an aside."""
    return _encoder.encode(word)


def decode_word(data: bytes) -> AsideWord:
    """Return what was said in an aside; raise NotALetter on any deviation."""
    try:
        word = _words.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotALetter("What was said aside is not in words this version knows.") from error
    if _encoder.encode(word) != data:
        raise NotALetter("What was said aside is not written the one way it is written.")
    return word
