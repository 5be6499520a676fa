"""How fast the MLS engine is, beside what its cryptography alone must cost: `./dev bench mls`.

For each operation and size of group: our time; the floor, which is how often RFC 9420 needs each
primitive times what that primitive costs here (measured in the same minute); and the ratio. On a
shared machine the times come and go, the ratios stay.
"""

import hashlib
import hmac
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdspace.protocol.mls import (
    Add,
    ApplicationData,
    EpochChange,
    Group,
    OwnKeyPackage,
    Proposal,
    cipher_suite,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.testing import NOW, Circle

SUITE = cipher_suite(0x0001)
SIZES = (2, 8, 32, 128, 512)
# The more each member's path costs all others, the longer a tree takes to be filled.
LARGEST_WARM = 32
TEXT = bytes(100)


@dataclass(frozen=True)
class Costs:
    """What each primitive costs, in seconds."""

    sign: float
    verify: float
    seal: float
    open: float
    derive: float
    hkdf: float
    aead: float
    hash: float


@dataclass(frozen=True)
class Row:
    """One operation in a group of one size: what it took, and what its cryptography must cost."""

    operation: str
    members: int
    took: float
    floor: float


def seconds(work: Callable[[], object], *, at_least: float = 0.15) -> float:
    """Return the least processor time of many runs: what others on the machine do counts least."""
    took: list[float] = []
    end = time.process_time() + at_least
    while len(took) < 3 or time.process_time() < end:
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return min(took)


def costs() -> Costs:
    """Measure the primitives, as the library and Python offer them."""
    signer, message = Ed25519PrivateKey.generate(), bytes(300)
    signature, verifier = signer.sign(message), signer.public_key()
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
    opener = X25519PrivateKey.generate()
    sealer, secret = opener.public_key(), bytes(32)
    sealed = suite.encrypt(secret, sealer, message)
    return Costs(
        sign=seconds(lambda: signer.sign(message)),
        verify=seconds(lambda: verifier.verify(signature, message)),
        seal=seconds(lambda: suite.encrypt(secret, sealer, message)),
        open=seconds(lambda: suite.decrypt(sealed, opener, message)),
        derive=seconds(_derive_key_pair),
        hkdf=seconds(lambda: hmac.digest(secret, message[:50], "sha256")),
        aead=seconds(lambda: AESGCM(secret[:16]).encrypt(secret[:12], TEXT, secret)),
        hash=seconds(lambda: hashlib.sha256(message).digest()),
    )


def _derive_key_pair() -> bytes:
    prk = hmac.digest(bytes(32), bytes(50), "sha256")
    private = hmac.digest(prk, bytes(50), "sha256")
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


class Room:
    """A group of one size, just made: its founder has added all others in one commit."""

    def __init__(self, members: int) -> None:
        self.members, self.levels = members, math.ceil(math.log2(members))
        self.circle = Circle(SUITE)
        self.circle.found("0")
        self.founded = self.circle.groups["0"]
        self.packages = [self.circle.person(str(number)) for number in range(1, members)]
        self.adds = [Proposal.of(Add(own.key_package)) for own in self.packages]
        self.added = self.founded.commit(self.adds, now=NOW, random=self.circle.random)
        self.founder, self.last = self.added.group, self.join(self.packages[-1])

    def join(self, own: OwnKeyPackage) -> Group:
        """Enter by the Welcome."""
        return self.circle.join(self.added, own)

    def rows(self, cost: Costs) -> Iterator[Row]:
        """Measure each operation once."""
        others, levels = self.members - 1, self.levels
        random, founder, last = self.circle.random, self.founder, self.last
        row = partial(self._row)
        derive, tree_hash = cost.derive, 2 * self.members * cost.hash
        yield row(
            "add all others",
            lambda: self.founded.commit(self.adds, now=NOW, random=random),
            others * (2 * cost.verify + cost.seal)
            + (levels + 1) * derive
            + 3 * cost.sign
            + tree_hash,
        )
        yield row(
            "join",
            lambda: self.join(self.packages[-1]),
            cost.open + (self.members + 1) * cost.verify + levels * derive + tree_hash,
        )
        renew = (levels + 1) * derive + 2 * cost.sign
        yield row(
            "renew keys, cold tree",
            lambda: founder.commit(now=NOW, random=random),
            others * cost.seal + renew,
        )
        follow = 2 * cost.verify + cost.open + levels * derive
        message = founder.commit(now=NOW, random=random).message
        yield row("follow that", lambda: self.follow(last, message), follow)
        if self.members <= LARGEST_WARM:
            first, second = self.warm()
            yield row(
                "renew keys, warm tree",
                lambda: first.commit(now=NOW, random=random),
                levels * cost.seal + renew,
            )
            message = first.commit(now=NOW, random=random).message
            yield row("follow that, warm tree", lambda: self.follow(second, message), follow)
        yield from self.messages(cost)

    def messages(self, cost: Costs) -> Iterator[Row]:
        """Measure what is done in every epoch many times."""
        random, founder, last = self.circle.random, self.founder, self.last
        ratchet = 5 * cost.hkdf + 2 * cost.aead
        # The first message of a sender also grows the secret tree down to its leaf.
        founder = founder.protect(TEXT, random=random).group
        first = founder.protect(TEXT, random=random)
        last = self.follow(last, first.message)
        message = first.group.protect(TEXT, random=random).message
        yield self._row(
            "send 100 bytes", lambda: founder.protect(TEXT, random=random), cost.sign + ratchet
        )
        yield self._row(
            "receive 100 bytes", lambda: self.follow(last, message), cost.verify + ratchet
        )
        yield self._row(
            "export a secret",
            lambda: founder.export("a label", b"context", 32),
            2 * cost.hkdf + cost.hash,
        )

    def follow(self, group: Group, message: bytes) -> Group:
        """Process a message that must be good."""
        heard = group.process(message, policy=unsafe_accept_everything)
        if not isinstance(heard, EpochChange | ApplicationData):
            raise TypeError("only commits and what was said are measured")
        return heard.group

    def warm(self) -> tuple[Group, Group]:
        """Return two members of the group in which every parent has a key."""
        groups = [self.founder, *(self.join(own) for own in self.packages)]
        for committer in range(0, self.members, 2):
            pending = groups[committer].commit(now=NOW, random=self.circle.random)
            for number, group in enumerate(groups):
                if number != committer:
                    groups[number] = self.follow(group, pending.message)
            groups[committer] = pending.group
        return groups[0], groups[-1]

    def _row(self, operation: str, work: Callable[[], object], floor: float) -> Row:
        return Row(operation, self.members, seconds(work), floor)


def main() -> None:
    """Measure every size, then print one line for each operation."""
    rows: list[Row] = []
    for size in SIZES:
        room = Room(size)
        rows.extend(room.rows(costs()))
        sys.stderr.write(f"{size} members measured\n")
    say(f"suite {SUITE.name}; milliseconds, ours / floor (ratio)\n")
    say(f"{'members':24}" + "".join(f"{size:>22}" for size in SIZES))
    for operation in dict.fromkeys(row.operation for row in rows):
        cells = {row.members: cell(row) for row in rows if row.operation == operation}
        say(f"{operation:24}" + "".join(f"{cells.get(size, '-'):>22}" for size in SIZES))


def cell(row: Row) -> str:
    """Write one measurement."""
    return f"{row.took * 1000:.2f}/{row.floor * 1000:.2f} ({row.took / row.floor:.2f})"


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line.rstrip() + "\n")


if __name__ == "__main__":
    main()
