"""A circle of members in one process, for tests of the engine and of what stands on it.

Randomness comes from a seed and time stands still, so a run can be repeated to the byte (but for
ML-KEM, whose library draws its own).
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import count

from holdspace.protocol.mls.ciphersuite import CipherSuite, RandomSource
from holdspace.protocol.mls.entry import create_group, join_group
from holdspace.protocol.mls.group import Group
from holdspace.protocol.mls.group_state import (
    Policy,
    PreSharedKeys,
    no_psks,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.key_package import OwnKeyPackage, create_key_package
from holdspace.protocol.mls.messages import Add, Proposal, Remove
from holdspace.protocol.mls.outcomes import (
    ApplicationData,
    EpochChange,
    OwnMessage,
    PendingCommit,
    Removed,
)
from holdspace.protocol.mls.structs import Extension
from holdspace.protocol.mls.treemath import LeafIndex

NOW = 1_800_000_000.0


def seeded_random(seed: int) -> RandomSource:
    """Return a random source that gives the same bytes in every run. Never use it for real."""
    calls = count()
    start = b"holdspace test randomness" + seed.to_bytes(8)

    def random(length: int) -> bytes:
        return hashlib.shake_256(start + next(calls).to_bytes(8)).digest(length)

    return random


class Circle:
    """Members by name, all in the same epoch."""

    def __init__(self, suite: CipherSuite, *, seed: int = 0) -> None:
        self.suite, self.random = suite, seeded_random(seed)
        self.groups: dict[str, Group] = {}

    @classmethod
    def of(cls, suite: CipherSuite, names: Sequence[str], *, seed: int = 0) -> "Circle":
        """Make a circle; the first of the names founds it and adds the others in one commit."""
        circle = cls(suite, seed=seed)
        circle.found(names[0])
        if names[1:]:
            circle.add(names[0], names[1:])
        return circle

    def person(
        self,
        name: str,
        *,
        leaf_extensions: tuple[Extension, ...] = (),
        capabilities_extensions: tuple[int, ...] = (),
    ) -> OwnKeyPackage:
        """Make a key package with a signature key of its own."""
        return create_key_package(
            self.suite,
            identity=name.encode(),
            signature_private_key=self.suite.generate_signature_key_pair(self.random).private_key,
            now=NOW,
            random=self.random,
            leaf_extensions=leaf_extensions,
            capabilities_extensions=capabilities_extensions,
        )

    def found(self, name: str, extensions: Sequence[Extension] = ()) -> None:
        """Start the group."""
        types = tuple(extension.extension_type for extension in extensions)
        own = self.person(name, capabilities_extensions=types)
        self.groups[name] = create_group(
            own, group_id=b"circle", random=self.random, extensions=extensions
        )

    def add(self, by: str, names: Sequence[str]) -> PendingCommit:
        """Add people in one commit, which all follow."""
        packages = {name: self.person(name) for name in names}
        proposals = [Proposal.of(Add(own.key_package)) for own in packages.values()]
        pending = self.commit(by, proposals)
        for name, own in packages.items():
            self.groups[name] = self.join(pending, own)
        return pending

    def join(
        self,
        pending: PendingCommit,
        own: OwnKeyPackage,
        *,
        policy: Policy = unsafe_accept_everything,
        psks: PreSharedKeys = no_psks,
    ) -> Group:
        """Enter by the Welcome of a commit."""
        if pending.welcome is None:
            raise ValueError("this commit welcomes nobody")
        return join_group(pending.welcome, own, now=NOW, policy=policy, psks=psks)

    def remove(self, by: str, name: str) -> PendingCommit:
        """Remove one member by a commit, which the others follow."""
        return self.commit(by, [Proposal.of(Remove(self.leaf(name)))])

    def commit(self, by: str, proposals: Sequence[Proposal] = ()) -> PendingCommit:
        """Commit; everybody follows, and whoever was removed leaves the circle."""
        pending = self.groups[by].commit(proposals, now=NOW, random=self.random)
        for name, group in list(self.groups.items()):
            outcome = group.process(pending.message, policy=unsafe_accept_everything)
            if isinstance(outcome, EpochChange):
                self.groups[name] = outcome.group
            elif isinstance(outcome, Removed):
                del self.groups[name]
        self.groups[by] = pending.group
        return pending

    def say(self, by: str, data: bytes) -> bytes:
        """Say something that all others read; return the message."""
        protected = self.groups[by].protect(data, random=self.random)
        self.groups[by] = protected.group
        for name, group in self.groups.items():
            outcome = group.process(protected.message, policy=unsafe_accept_everything)
            if name == by:
                if not isinstance(outcome, OwnMessage):
                    raise AssertionError("an echo was not recognised")
            elif not isinstance(outcome, ApplicationData) or outcome.data != data:
                raise AssertionError(f"{name} did not read what {by} said")
            else:
                self.groups[name] = outcome.group
        return protected.message

    def leaf(self, name: str) -> LeafIndex:
        """Return where a member sits."""
        return self.groups[name].own_leaf_index

    def agree(self) -> bool:
        """Tell whether all are in the same epoch, with the same secrets."""
        return len({self._secrets(group) for group in self.groups.values()}) == 1

    def _secrets(self, group: Group) -> Iterable[bytes]:
        context = group.group_context.encoded
        return context, group.epoch_authenticator, group.export("testing", b"", 32)
