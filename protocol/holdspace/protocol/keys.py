"""Keys and proofs between a client and the relay: what it means to be let in without an account.

A proof is a signature over everything it is good for (R3): purpose, relay, room, meeting, epoch,
the nonce of one connection, and a digest of what the frame carries. So nothing that was overheard
opens a second connection, another room, another relay, or another request. Pure.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import field
from enum import StrEnum, unique
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from holdspace.protocol.frames import Bundle
from holdspace.protocol.translation import _
from holdspace.protocol.values import value

# The MLS exporter gives the seed of an epoch's access key; its context is room || meeting.
ACCESS_LABEL = "holdspace access"
_PROOF_LABEL = b"holdspace relay proof v1"
_BUNDLE_LABEL = b"holdspace bundle v1"
_BEGIN_LABEL = b"holdspace begin v1"
_ROOM_CODE_LABEL = b"holdspace room code v1"
# Crockford's base 32: no letter that looks like a digit. 25 of them hold 125 bits.
_ROOM_CODE_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_ROOM_CODE_LENGTH = 25
_READ_ALIKE = str.maketrans("oil", "011", "- ")
_KEY_BYTES = 32
_DEFAULT_PORTS = {"ws": 80, "wss": 443}

# Edwards25519: y coordinates below the field's prime; d of the curve equation (RFC 8032, 5.1).
_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
_ORDER_8_Y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _PRIME - 1, _ORDER_8_Y, _PRIME - _ORDER_8_Y})


@unique
class Purpose(StrEnum):
    """Name what one proof is good for, and nothing else."""

    OPEN = "open"
    BEGIN = "begin"
    ATTACH = "attach"
    BUNDLE = "bundle"
    INVITE = "invite"
    REVOKE = "revoke"
    CARD = "card"
    KNOCK = "knock"
    LOBBY = "lobby"
    CLOSE = "close"
    CODE = "code"


@value()
class Occasion:
    """Say where and when a proof holds; `nonce` is the one in the connection's Greeting."""

    origin: str
    room: bytes = b""
    meeting: bytes = b""
    epoch: int = 0
    nonce: bytes = b""


@value()
class SigningKey:
    """Hold an Ed25519 private key that signs relay proofs."""

    public: bytes = field(repr=False)
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """Return the key of a 32-byte seed."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(private.public_key().public_bytes_raw(), private)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        return self._private.sign(message)


def is_safe_public_key(public: bytes) -> bool:
    """Tell whether `public` is a canonical point of the curve that is not of small order."""
    return _is_large(public) and _is_on_curve(_y_of(public))


def _y_of(public: bytes) -> int:
    return int.from_bytes(public, "little") & (2**255 - 1)


def _is_large(public: bytes) -> bool:
    # R13: with a small-order key one constant signature fits any message.
    y = _y_of(public)
    return len(public) == _KEY_BYTES and y < _PRIME and y not in _SMALL_ORDER_Y


@lru_cache(maxsize=1024)  # slots stay the same over many bundles, and this is slow
def _is_on_curve(y: int) -> bool:
    # x^2 = (y^2 - 1) / (d y^2 + 1) needs a square root (RFC 8032, 5.1.3); Euler's criterion.
    numerator, denominator = y * y - 1, _D * y * y + 1
    return pow(numerator * denominator, (_PRIME - 1) // 2, _PRIME) == 1


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether `signature` is of `message` by a safe key; False on anything wrong."""
    # A key that is no point of the curve is refused below, with everything it seems to have signed.
    if not _is_large(public):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def prove(key: SigningKey, purpose: Purpose, occasion: Occasion, digest: bytes = b"") -> bytes:
    """Return the proof that the holder of `key` asks for `purpose` on this occasion."""
    return key.sign(_proof_message(purpose, occasion, digest))


def check_proof(
    public: bytes, proof: bytes, purpose: Purpose, occasion: Occasion, *, digest: bytes = b""
) -> bool:
    """Tell whether `proof` was made by the key behind `public` for exactly this."""
    return verify(public, proof, _proof_message(purpose, occasion, digest))


def begin_digest(access_key: bytes, slots: Iterable[bytes]) -> bytes:
    """Return what the proof of BeginMeeting covers besides its occasion."""
    return hashlib.sha256(_joined((_BEGIN_LABEL, access_key, *slots))).digest()


def bundle_digest(frame: Bundle) -> bytes:
    """Return what both proofs of a bundle cover: all of it but its ref and the proofs."""
    welcomes = (part for welcome in frame.welcomes for part in (welcome.knock, welcome.sealed))
    fields = (
        _BUNDLE_LABEL,
        frame.message_id,
        frame.base_epoch.to_bytes(8, "big"),
        frame.commit,
        _joined(welcomes),
        frame.next_access_key,
        _joined(frame.slots),
        frame.slot_key,
    )
    return hashlib.sha256(_joined(fields)).digest()


def invitation_digest(knock_key: bytes, expires: int, card: bytes) -> bytes:
    """Return what the proof of PutInvitation covers besides its occasion."""
    return hashlib.sha256(knock_key + expires.to_bytes(8, "big") + card).digest()


def revocation_digest(knock_key: bytes) -> bytes:
    """Return what the proof of RevokeInvitation covers besides its occasion."""
    return hashlib.sha256(knock_key).digest()


def knock_digest(knock: bytes, sealed: bytes) -> bytes:
    """Return what the proof of Knock covers besides its occasion."""
    return hashlib.sha256(knock + sealed).digest()


def code_digest(root_key: bytes) -> bytes:
    """Return what the proof of a room code covers besides its occasion."""
    return hashlib.sha256(root_key).digest()


def new_room_code(random: Callable[[int], bytes]) -> str:
    """Return a code that an operator hands out: five groups of five letters and digits."""
    number = int.from_bytes(random(16), "big") >> 3
    letters = [_ROOM_CODE_LETTERS[number >> at & 31] for at in range(0, 5 * _ROOM_CODE_LENGTH, 5)]
    groups = ("".join(letters[at : at + 5]) for at in range(0, _ROOM_CODE_LENGTH, 5))
    return "-".join(groups)


def room_code_key(code: str) -> SigningKey:
    """Return the key that a room code stands for; the relay knows its public half only."""
    # Longer than any code with spaces between all of its letters.
    plain = code[:200].strip().lower().translate(_READ_ALIKE)
    if len(plain) != _ROOM_CODE_LENGTH or not set(plain) <= set(_ROOM_CODE_LETTERS):
        raise NotARoomCodeError
    seed = HKDF(SHA256(), length=32, salt=None, info=_ROOM_CODE_LABEL).derive(plain.encode())
    return SigningKey.from_seed(seed)


class NotARoomCodeError(ValueError):
    """A text does not have the form of a room code; the text itself is not repeated."""

    def __init__(self) -> None:
        super().__init__(
            _("That is not a room code. It has 25 letters and digits, in five groups of five.")
        )


def origin(url: str) -> str:
    """Return a relay address as "wss://host[:port]", the one form that proofs are bound to."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise NotAnAddressError(url) from None
    host = parts.hostname or ""
    bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in _DEFAULT_PORTS or not bare or not _is_host(host):
        raise NotAnAddressError(url)
    shown = f"[{host}]" if ":" in host else host
    is_default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{shown}" + ("" if is_default else f":{port}")


class NotAnAddressError(ValueError):
    """A text is not the address of a relay."""

    def __init__(self, url: str) -> None:
        super().__init__(
            _(
                "That is not the address of a relay. It looks like wss://relay.example or "
                "ws://127.0.0.1:8787, without anything after it."
            )
        )
        self.url = url


def _is_host(host: str) -> bool:
    return 0 < len(host) <= 253 and all(c.isascii() and (c.isalnum() or c in "-.:") for c in host)


def _proof_message(purpose: Purpose, occasion: Occasion, digest: bytes) -> bytes:
    return _joined(
        (
            _PROOF_LABEL,
            purpose.encode(),
            occasion.origin.encode(),
            occasion.room,
            occasion.meeting,
            occasion.epoch.to_bytes(8, "big"),
            occasion.nonce,
            digest,
        )
    )


def _joined(parts: Iterable[bytes]) -> bytes:
    # A length before each part: no two lists of parts have the same bytes.
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
