"""Which keys stand in a tree, so that "each only once" costs what a commit changed.

RFC 9420 sections 7.3 and 12.4.2 demand that no two nodes share an encryption key and no two members
a signature key. A bag of keys is a value like the tree itself: the one after a commit shares all
but a few branches with the one before, where a copy would take as long as the group is large.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TypeAlias

from holdspace.protocol.mls.structs import LeafNode, ParentNode
from holdspace.protocol.values import value

# A bag branches sixteenfold by the bits of its keys' hashes, which nobody outside can foretell.
STEP = 4
FURTHEST = 60
LARGEST_BUCKET = 128

Branches: TypeAlias = "Mapping[bytes, int] | tuple[Branches, ...]"


@value()
class KeyBag:
    """Keys, with how often each was put in."""

    branches: Branches = field(default_factory=dict, repr=False)
    count: int = 0
    distinct: int = 0

    @classmethod
    def of(cls, keys: Iterable[bytes]) -> "KeyBag":
        """Return a bag of these keys."""
        counts = Counter(keys)
        return cls(_branched(counts, 0), counts.total(), len(counts))

    @property
    def each_once(self) -> bool:
        """Whether no key was put in twice."""
        return self.distinct == self.count

    def __contains__(self, key: bytes) -> bool:
        branches, bits = self.branches, hash(key)
        while isinstance(branches, tuple):
            branches, bits = branches[bits % 2**STEP], bits >> STEP
        return key in branches

    def changed(self, gone: Sequence[bytes], come: Sequence[bytes]) -> "KeyBag":
        """Return the bag with some keys, which are in it, once less, and others once more."""
        if gone == come:
            return self
        changes: dict[bytes, int] = {}
        for by, keys in ((-1, gone), (1, come)):
            for key in keys:
                changes[key] = changes.get(key, 0) + by
        branches, grown = _changed(self.branches, changes, 0)
        return KeyBag(branches, self.count + len(come) - len(gone), self.distinct + grown)


def _changed(branches: Branches, changes: Mapping[bytes, int], depth: int) -> tuple[Branches, int]:
    """Return the branches after some changes, and how many more keys they have."""
    if isinstance(branches, tuple):
        inner, grown = list(branches), 0
        for at, part in enumerate(_parted(changes, depth)):
            if part:
                inner[at], more = _changed(branches[at], part, depth + STEP)
                grown += more
        return tuple(inner), grown
    counts = {**branches}
    for key, by in changes.items():
        counts[key] = counts.get(key, 0) + by
        if not counts[key]:
            del counts[key]
    return _branched(counts, depth), len(counts) - len(branches)


def _parted(counts: Mapping[bytes, int], depth: int) -> list[dict[bytes, int]]:
    parts: list[dict[bytes, int]] = [{} for _ in range(2**STEP)]
    for key, count in counts.items():
        parts[(hash(key) >> depth) % 2**STEP][key] = count
    return parts


def _branched(counts: Mapping[bytes, int], depth: int) -> Branches:
    if len(counts) <= LARGEST_BUCKET or depth > FURTHEST:
        return counts
    return tuple(_branched(part, depth + STEP) for part in _parted(counts, depth))


Content: TypeAlias = LeafNode | ParentNode | None


@value()
class KeysInUse:
    """The keys of a tree's nodes."""

    encryption: KeyBag
    signature: KeyBag

    @classmethod
    def of(cls, contents: Iterable[Content]) -> "KeysInUse":
        """Return the keys of these nodes."""
        return cls(*map(KeyBag.of, _keys(contents)))

    def after(self, gone: Iterable[Content], come: Iterable[Content]) -> "KeysInUse":
        """Return the keys once some nodes are gone and others come."""
        bags = (self.encryption, self.signature)
        changes = zip(bags, _keys(gone), _keys(come), strict=True)
        return KeysInUse(*(bag.changed(old, new) for bag, old, new in changes))


def _keys(contents: Iterable[Content]) -> tuple[list[bytes], list[bytes]]:
    """Return encryption keys and signature keys."""
    nodes = [content for content in contents if content is not None]
    members = [node for node in nodes if isinstance(node, LeafNode)]
    return [node.encryption_key for node in nodes], [node.signature_key for node in members]
