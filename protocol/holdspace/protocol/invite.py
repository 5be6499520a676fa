"""Invitations: the code one pastes, the card one reads before saying yes, and the knock.

A code carries a secret that two keys come from: one to knock with at the relay, one to read the
card with. It pins the host by a hash of their key, so who holds a code can pose as a newcomer to
the host, never as the host to a newcomer (R8). Codes are pasted at a prompt; there is no web link.
Pure: `now` and the random source are arguments.
"""

import base64
import binascii
import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import field
from typing import Annotated, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Meta, Struct

from holdspace.protocol.frames import Handle, Key, Minute, Signature
from holdspace.protocol.keys import SigningKey, origin, verify
from holdspace.protocol.mls.ciphersuite import DEFAULT_SUITE, HPKEKeyPair
from holdspace.protocol.mls.errors import MLSError
from holdspace.protocol.mls.messages import HPKECiphertext
from holdspace.protocol.overriding import override
from holdspace.protocol.refusals import LocalError, PeerError
from holdspace.protocol.text import NameRefused, check_name, clean, clean_line
from holdspace.protocol.translation import N_, shown
from holdspace.protocol.values import value

RandomSource = Callable[[int], bytes]

PREFIX = "holdspace"
# A code for one relay is written in version 1, which every client reads; one for several in 2. They
# differ in how many bytes say how long the addresses are together.
LENGTH_BYTES = {1: 1, 2: 2}
MOST_RELAYS = 4
MAX_INTRODUCTION = 280
MAX_DECLINE = 280
REPLY_SECRET_BYTES = 32
_MAX_RELAY_BYTES = 200
# Far above the longest code, which has about 1,400 characters; nothing is computed beyond it.
_MAX_PASTED = 4000
_HASH_BYTES = 16
_SECRET_BYTES = 16
_EXPIRY_BYTES = 5
_CHECKSUM_BYTES = 4
_FIXED_BYTES = 16 + _HASH_BYTES + _SECRET_BYTES + _EXPIRY_BYTES + _CHECKSUM_BYTES
_NONCE_BYTES = 12


class InvitationError(PeerError):
    """A code, card, letter or reply is not what it should be; the text is for the person."""


_NOT_A_CODE = N_(
    'That is not an invitation code. A code begins with "{prefix}1:" and is pasted whole.'
).filled(prefix=PREFIX)
_MISTYPED = N_(
    "That code has a typing mistake or a part is missing. Nothing was sent. Please paste it again."
)
_NEWER = N_(
    "That code is for a newer version of holdspace. Nothing was sent. Please update holdspace, or "
    "ask for a code for this version."
)
_EXPIRED = N_(
    "That invitation has expired. Nothing was sent. Ask whoever invited you for a new one."
)
_NOT_ITS_CARD = N_(
    "The relay answered with a card that does not belong to this invitation. Nothing of yours was "
    "sent. Ask whoever invited you for a new code."
)
_OTHER_HOST = N_(
    "The card at this relay is signed by somebody who is not the host that invited you. Nothing "
    "of yours was sent. Tell whoever invited you."
)
_NO_LETTER = N_("Somebody knocked with a letter that cannot be read. It was put aside.")
_NO_REPLY = N_("The answer to your knock cannot be read. Please knock again.")


@value()
class Invitation:
    """What a code says: where, which room, whose, and until when.

    Several relays are one cluster: each of them leads to the same room.
    """

    relays: tuple[str, ...]
    room: bytes
    host_key_hash: bytes
    secret: bytes = field(repr=False)
    expires_minute: int

    @property
    def knock_key(self) -> SigningKey:
        """Return the key that lets one see the card and knock."""
        return SigningKey.from_seed(self._derived(b"holdspace invitation knock"))

    @property
    def card_key(self) -> bytes:
        """Return the key that the room's card is sealed with."""
        return self._derived(b"holdspace invitation card")

    def _derived(self, label: bytes) -> bytes:
        return HKDF(SHA256(), length=32, salt=self.room, info=label).derive(self.secret)


def hash_host_key(host_key: bytes) -> bytes:
    """Return what an invitation pins the host by."""
    return hashlib.sha256(b"holdspace host key" + host_key).digest()[:_HASH_BYTES]


def encode_invitation(invitation: Invitation) -> str:
    """Return the code to hand over; its relays must be in the form `origin()` gives."""
    if not _are_relays(invitation.relays):
        raise LocalError("An invitation needs one to four relay addresses in their normal form.")
    relays = " ".join(invitation.relays).encode()
    version = 1 if len(invitation.relays) == 1 else 2
    fixed = (invitation.room, 16), (invitation.host_key_hash, 16), (invitation.secret, 16)
    if any(len(value) != size for value, size in fixed):
        raise LocalError("An invitation's room, host hash and secret have 16 bytes each.")
    body = b"".join(
        (
            len(relays).to_bytes(LENGTH_BYTES[version], "big"),
            relays,
            *(value for value, _ in fixed),
            invitation.expires_minute.to_bytes(_EXPIRY_BYTES, "big"),
        )
    )
    return f"{PREFIX}{version}:" + _base32(body + _checksum(version, body))


def decode_invitation(pasted: str, now: float) -> Invitation:
    """Return what a pasted code says; raise InvitationError with one kind sentence if it is none.

    Forgives spaces, line breaks, quotes and capitals, as mail programs and people add them.
    """
    version, payload = _payload(_compact(pasted))
    addresses, parts = _checked_parts(version, payload)
    try:
        relays = tuple(addresses.decode("ascii").split(" "))
    except UnicodeDecodeError:
        raise InvitationError(shown(_MISTYPED)) from None
    invitation = Invitation(
        relays=relays,
        room=parts[:16],
        host_key_hash=parts[16:32],
        secret=parts[32:48],
        expires_minute=int.from_bytes(parts[48:], "big"),
    )
    # The checksum is not a signature: anybody can make a code that names anything as its relay.
    if not _are_relays(relays) or (len(relays) == 1) != (version == 1):
        raise InvitationError(shown(_NOT_A_CODE))
    if now >= invitation.expires_minute * 60:
        raise InvitationError(shown(_EXPIRED))
    return invitation


def is_unfinished(pasted: str) -> bool:
    """Return whether this is the beginning of a code whose own length says that more follows.

    A code copied off a screen comes in the lines that the screen broke it into.
    """
    try:
        version, payload = _payload(_compact(pasted))
        # Eight letters are five bytes, and the first two are all that is needed.
        start = base64.b32decode(payload[:8].upper()) if len(payload) >= 8 else bytes(2)
    except (InvitationError, binascii.Error, ValueError):
        return False
    return len(payload) * 5 // 8 < _whole_length(version, start)


def _compact(pasted: str) -> str:
    if len(pasted) > _MAX_PASTED:
        raise InvitationError(shown(_NOT_A_CODE))
    return "".join(c for c in pasted if not _is_wrapping(c)).lower()


def _is_wrapping(character: str) -> bool:
    # White space, invisible characters, and the quotes and brackets of any language.
    if character in "\"'`<>" or character.isspace():
        return True
    return unicodedata.category(character) in {"Cf", "Cc", "Pi", "Pf", "Ps", "Pe"}


def _payload(code: str) -> tuple[int, str]:
    head, colon, payload = code.partition(":")
    version = head.removeprefix(PREFIX)
    if not (colon and head.startswith(PREFIX) and version.isascii() and version.isdigit()):
        raise InvitationError(shown(_NOT_A_CODE))
    if version not in map(str, LENGTH_BYTES):
        raise InvitationError(shown(_NEWER))
    return int(version), payload


def _whole_length(version: int, data: bytes) -> int:
    size = LENGTH_BYTES[version]
    return size + int.from_bytes(data[:size], "big") + _FIXED_BYTES


def _checked_parts(version: int, payload: str) -> tuple[bytes, bytes]:
    """Return the addresses and what follows them, if not a letter is wrong."""
    try:
        data = base64.b32decode(payload.upper() + "=" * (-len(payload) % 8))
    except (binascii.Error, ValueError):
        raise InvitationError(shown(_MISTYPED)) from None
    body, checksum = data[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
    # Also refused: a second spelling of the same bytes in the unused bits of the last letter.
    is_whole = len(data) == _whole_length(version, data)
    if not is_whole or _base32(data) != payload or _checksum(version, body) != checksum:
        raise InvitationError(shown(_MISTYPED))
    fixed = len(body) - (_FIXED_BYTES - _CHECKSUM_BYTES)
    return body[LENGTH_BYTES[version] : fixed], body[fixed:]


def _checksum(version: int, body: bytes) -> bytes:
    # A CRC and not a hash: it detects every change within 32 bits in a row, so any one wrong
    # letter, and any two next to each other, for certain.
    return binascii.crc32(PREFIX.encode() + bytes((version,)) + body).to_bytes(4, "big")


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()


def _are_relays(relays: tuple[str, ...]) -> bool:
    is_each_once = len(set(relays)) == len(relays) <= MOST_RELAYS
    return bool(relays) and is_each_once and all(map(_is_origin, relays))


def _is_origin(relay: str) -> bool:
    try:
        return len(relay) <= _MAX_RELAY_BYTES and origin(relay) == relay
    except ValueError:
        return False


_CARD_LABEL = b"holdspace room card v1"
_MAX_CARD_TEXT = 600
# The host's crisis card, as the text of its file; what is in it is the client's business.
_MAX_CRISIS = 2_000


class RoomCard(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a newcomer reads before consenting. Signed by the host's root key.

    `is_covered`: in live stages, everybody sends in cover slots.
    """

    host_key: Key
    room: Handle
    room_name: Annotated[str, Meta(min_length=1, max_length=80)]
    host_name: Annotated[str, Meta(min_length=1, max_length=96)]
    standing: Annotated[str, Meta(max_length=_MAX_CARD_TEXT)]
    agreements: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=280)], ...], Meta(max_length=12)
    ]
    agreements_version: Annotated[int, Meta(ge=0, lt=2**32)]
    about: Annotated[str, Meta(max_length=_MAX_CARD_TEXT)]
    sealing_key: Annotated[bytes, Meta(min_length=1, max_length=2048)]
    knock_key: Key
    expires_minute: Minute
    crisis: Annotated[str, Meta(max_length=_MAX_CRISIS)] = ""
    is_covered: bool = False


# R16: the relay sees how long something sealed is; in steps this large it does not tell two cards apart.
_CARD_STEP = 4_000


class _SignedCard(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    card: Annotated[bytes, Meta(min_length=1, max_length=11 * 1024)]
    signature: Signature
    padding: Annotated[bytes, Meta(max_length=2 * _CARD_STEP)] = b""


def agreements_digest(card: RoomCard) -> bytes:
    """Return what accepting this card's agreements means, for the letter and the host's check."""
    terms = _encoder.encode((card.room, card.agreements_version, card.agreements))
    return hashlib.sha256(b"holdspace agreements v1" + terms).digest()


def seal_card(card: RoomCard, root: SigningKey, card_key: bytes, random: RandomSource) -> bytes:
    """Return the card signed by the host and sealed for the holders of the invitation."""
    # Both sides must hash the same agreements, and the newcomer's client shows only clean ones.
    if card != _with_clean_text(card) or root.public != card.host_key:
        raise LocalError("A card needs clean text and the key of the host that signs it.")
    body = _encoder.encode(card)
    signed = _SignedCard(body, root.sign(_CARD_LABEL + body))
    return _seal(card_key, _CARD_LABEL + card.room, _filled(signed, _CARD_STEP), random)


def open_card(sealed: bytes, invitation: Invitation, *, is_pass: bool = False) -> RoomCard:
    """Return the card with clean text, if it is this invitation's and its host signed it.

    A room's pass has no expiry of its own: its card is new with every meeting and says until when.
    """
    try:
        opened = _open(invitation.card_key, _CARD_LABEL + invitation.room, sealed)
        signed = _decode(_SignedCard, opened)
        card = _decode(RoomCard, signed.card)
        DEFAULT_SUITE.kem.check_public_key(card.sealing_key)
    except (_NotReadableError, MLSError):
        raise InvitationError(shown(_NOT_ITS_CARD)) from None
    # JN06: a holder of the invitation can seal a card, but not sign one that the hash fits.
    is_host = hmac.compare_digest(hash_host_key(card.host_key), invitation.host_key_hash)
    if not (is_host and verify(card.host_key, signed.signature, _CARD_LABEL + signed.card)):
        raise InvitationError(shown(_OTHER_HOST))
    belongs = (
        card.room == invitation.room
        and card.knock_key == invitation.knock_key.public
        and (is_pass or card.expires_minute == invitation.expires_minute)
    )
    if not belongs:
        raise InvitationError(shown(_NOT_ITS_CARD))
    return _with_clean_text(card)


def _with_clean_text(card: RoomCard) -> RoomCard:
    return msgspec.structs.replace(
        card,
        room_name=clean_line(card.room_name, 80),
        host_name=clean_line(card.host_name, 96),
        standing=clean_line(card.standing, _MAX_CARD_TEXT),
        agreements=tuple(clean_line(item, 280) for item in card.agreements),
        about=clean(card.about, _MAX_CARD_TEXT),
        crisis=clean(card.crisis, _MAX_CRISIS),
    )


_LETTER_LABEL = "holdspace knock letter v1"
_REPLY_LABEL = b"holdspace knock reply v1"
# A Welcome grows with every member; in steps this large it does not tell how many there are.
_REPLY_STEP = 8_000
# R16: nor do a word at the door, a no, a name or an introduction tell how long they are.
_WORDS_STEP = 600
_LETTER_STEP = 5_000
_LONGEST_SHORT = 255


class KnockLetter(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a newcomer tells the facilitators, and how they may be answered."""

    key_package: Annotated[bytes, Meta(min_length=1, max_length=8 * 1024)]
    name: Annotated[str, Meta(min_length=1, max_length=96)]
    introduction: Annotated[str, Meta(max_length=MAX_INTRODUCTION)]
    agreements_digest: Key
    reply_secret: Key
    slip: Annotated[bytes, Meta(max_length=512)] = b""
    padding: Annotated[bytes, Meta(max_length=2 * _LETTER_STEP)] = b""

    @override
    def __repr__(self) -> str:
        return "KnockLetter(...)"


class Reply(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The answer to a knock: a Welcome is yes; none is no, perhaps with kind words.

    `is_word`: no answer yet, but a word before it; whoever reads it knocks again to stay at the door.
    """

    welcome: Annotated[bytes, Meta(max_length=56 * 1024)] = b""
    words: Annotated[str, Meta(max_length=MAX_DECLINE)] = ""
    padding: Annotated[bytes, Meta(max_length=2 * _REPLY_STEP)] = b""
    is_word: bool = False

    @override
    def __repr__(self) -> str:
        return f"Reply(is_yes={bool(self.welcome)})"


def new_sealing_key(random: RandomSource) -> HPKEKeyPair:
    """Return the key pair that knocks by one invitation are sealed to."""
    return DEFAULT_SUITE.generate_key_pair(random)


def seal_letter(
    letter: KnockLetter, card: RoomCard, *, knock: bytes, random: RandomSource
) -> bytes:
    """Return the letter sealed to the card's key, good for this room and this knock only."""
    sealed = DEFAULT_SUITE.encrypt_with_label(
        card.sealing_key,
        _LETTER_LABEL,
        card.room + knock,
        plaintext=_filled(letter, _LETTER_STEP),
        random=random,
    )
    return _encoder.encode(_SealedLetter(sealed.kem_output, sealed.ciphertext))


def open_letter(
    sealed: bytes, sealing_key: HPKEKeyPair, *, room: bytes, knock: bytes
) -> KnockLetter:
    """Return the letter with a checked name and clean introduction, or raise InvitationError."""
    try:
        opened = DEFAULT_SUITE.decrypt_with_label(
            sealing_key,
            _LETTER_LABEL,
            room + knock,
            ciphertext=_ciphertext(sealed),
        )
        letter = _decode(KnockLetter, opened)
        name = check_name(letter.name)
    except (_NotReadableError, MLSError, NameRefused):
        raise InvitationError(shown(_NO_LETTER)) from None
    introduction = clean_line(letter.introduction, MAX_INTRODUCTION)
    return msgspec.structs.replace(letter, name=name, introduction=introduction, padding=b"")


class _SealedLetter(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    kem_output: Annotated[bytes, Meta(min_length=1, max_length=2048)]
    ciphertext: Annotated[bytes, Meta(min_length=1, max_length=11 * 1024)]


def _ciphertext(sealed: bytes) -> HPKECiphertext:
    letter = _decode(_SealedLetter, sealed)
    return HPKECiphertext(letter.kem_output, letter.ciphertext)


def seal_reply(reply: Reply, reply_secret: bytes, random: RandomSource) -> bytes:
    """Return the reply sealed with the secret that came in the letter, in a length that says little."""
    step = _REPLY_STEP if reply.welcome else _WORDS_STEP
    return _seal(reply_secret, _REPLY_LABEL, _filled(reply, step), random)


def open_reply(sealed: bytes, reply_secret: bytes) -> Reply:
    """Return the reply with clean words, or raise InvitationError."""
    try:
        reply = _decode(Reply, _open(reply_secret, _REPLY_LABEL, sealed))
    except _NotReadableError:
        raise InvitationError(shown(_NO_REPLY)) from None
    return msgspec.structs.replace(reply, words=clean_line(reply.words, MAX_DECLINE), padding=b"")


_encoder = msgspec.msgpack.Encoder()
_Struct = TypeVar("_Struct", bound=Struct)


class _NotReadableError(Exception):
    pass


def _filled(value: "_SignedCard | KnockLetter | Reply", step: int) -> bytes:
    """Return the value's bytes with padding up to a multiple of `step`."""
    spare = -len(_encoder.encode(value)) % step
    # MessagePack writes more than 255 bytes with one more in front; 256 more there cannot be.
    spare += step if spare == _LONGEST_SHORT + 1 else 0
    padding = bytes(spare - (spare > _LONGEST_SHORT))
    return _encoder.encode(msgspec.structs.replace(value, padding=padding))


def _seal(key: bytes, aad: bytes, plaintext: bytes, random: RandomSource) -> bytes:
    nonce = random(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def _open(key: bytes, aad: bytes, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
    # ValueError: what was sent is shorter than a nonce.
    except (InvalidTag, ValueError):
        raise _NotReadableError from None


def _decode(kind: type[_Struct], data: bytes) -> _Struct:
    try:
        value = msgspec.msgpack.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise _NotReadableError from None
    # R12: bytes are judged as they came; a second spelling of the same value is refused.
    if _encoder.encode(value) != data:
        raise _NotReadableError
    return value
