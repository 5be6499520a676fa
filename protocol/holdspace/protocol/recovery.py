"""The seed of a room, and the words one can write down to have it again.

Everything that makes a host the host comes from sixteen random bytes: the root key, the room's
handle, and the secret of its pass. Whoever has the seed can open the same room at any relay, so
one written page is enough after a lost device or a lost relay. Pure.
"""

import hashlib
from dataclasses import field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from holdspace.protocol.keys import SigningKey
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.translation import _
from holdspace.protocol.values import value
from holdspace.protocol.words import WORDS

# 128 bits: as many as anybody must guess to forge the Ed25519 signature that the seed stands for.
SEED_BYTES = 16
_CHECK_BYTES = 2
PHRASE_WORDS = SEED_BYTES + _CHECK_BYTES
_MOST_TYPED = 1000
_NUMBER_OF = {word: number for number, word in enumerate(WORDS)}


class NotAPhrase(LocalError):
    """What was typed is no recovery phrase; the words themselves are not repeated."""


@value()
class RoomSecrets:
    """What comes from a room's seed."""

    handle: bytes
    root_seed: bytes = field(repr=False)
    pass_secret: bytes = field(repr=False)

    @property
    def root(self) -> SigningKey:
        """Return the host's root key."""
        return SigningKey.from_seed(self.root_seed)


def secrets_of(seed: bytes) -> RoomSecrets:
    """Return the keys and the handle of the room with this seed."""
    return RoomSecrets(
        handle=_derived(seed, b"room", 16),
        root_seed=_derived(seed, b"root", 32),
        pass_secret=_derived(seed, b"pass", 16),
    )


def phrase_of(seed: bytes) -> str:
    """Return the words to write down: one for each byte of the seed, and two to notice a mistake."""
    if len(seed) != SEED_BYTES:
        raise LocalError(f"A room's seed has {SEED_BYTES} bytes.")
    return " ".join(WORDS[byte] for byte in seed + _check(seed))


def seed_of(typed: str) -> bytes:
    """Return the seed that a typed phrase stands for; raise NotAPhrase with a sentence if none.

    Forgives capitals, commas, line breaks and the numbers people write beside the words.
    """
    parts = typed[:_MOST_TYPED].lower().replace(",", " ").replace(".", " ").split()
    words = [part for part in parts if not part.isdigit()]
    for place, word in enumerate(words, 1):
        if word not in _NUMBER_OF:
            raise NotAPhrase(
                _(
                    "Word {place} is not one of the words that phrases are made of. "
                    "Nothing was changed. Please look at it again and type the whole "
                    "phrase."
                ).format(place=place)
            )
    if len(words) != PHRASE_WORDS:
        raise NotAPhrase(
            _(
                "A recovery phrase has {most} words; these are {number}. Nothing "
                "was changed. Please type the whole phrase."
            ).format(most=PHRASE_WORDS, number=len(words))
        )
    data = bytes(_NUMBER_OF[word] for word in words)
    seed, check = data[:SEED_BYTES], data[SEED_BYTES:]
    if _check(seed) != check:
        raise NotAPhrase(
            _(
                "The words are right ones, but they do not belong together: one is another word, or two "
                "changed places. Nothing was changed. Please type the whole phrase again."
            )
        )
    return seed


def _check(seed: bytes) -> bytes:
    return hashlib.sha256(b"holdspace recovery phrase v1" + seed).digest()[:_CHECK_BYTES]


def _derived(seed: bytes, what: bytes, length: int) -> bytes:
    info = b"holdspace room v1 " + what
    return HKDF(SHA256(), length=length, salt=None, info=info).derive(seed)
