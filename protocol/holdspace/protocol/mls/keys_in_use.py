"""Which keys stand in a tree, so that "each only once" costs what a commit changed.

RFC 9420 sections 7.3 and 12.4.2 demand that no two nodes share an encryption key and no two members
a signature key. A bag of keys is a value like the tree itself: the one after a commit shares all
but a few branches with the one before, where a copy would take as long as the group is large.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from holdspace.protocol.mls.structs import LeafNode, ParentNode

# A bag branches sixteenfold by the bits of its keys' hashes, which nobody outside can foretell.
STEP = 4
FURTHEST = 60
LARGEST_BUCKET = 32

Branches: TypeAlias = "Mapping[bytes, int] | tuple[Branches, ...]"


@dataclass(frozen=True, slots=True)
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
        return _counted(self.branches, key) > 0

    def changed(self, gone: Sequence[bytes], come: Sequence[bytes]) -> "KeyBag":
        """Return the bag with some keys, which are in it, once less, and others once more."""
        if gone == come:
            return self
        branches, distinct = self.branches, self.distinct
        for by, keys in ((-1, gone), (1, come)):
            for key in keys:
                before = _counted(branches, key)
                branches = _changed(branches, key, 0, before + by)
                distinct += (before + by > 0) - (before > 0)
        return KeyBag(branches, self.count + len(come) - len(gone), distinct)


def _counted(branches: Branches, key: bytes) -> int:
    bits = hash(key)
    while isinstance(branches, tuple):
        branches, bits = branches[bits % 2**STEP], bits >> STEP
    return branches.get(key, 0)


def _changed(branches: Branches, key: bytes, depth: int, count: int) -> Branches:
    if isinstance(branches, tuple):
        at = (hash(key) >> depth) % 2**STEP
        inner = _changed(branches[at], key, depth + STEP, count)
        return (*branches[:at], inner, *branches[at + 1 :])
    changed = {**branches, key: count}
    if not count:
        del changed[key]
    return _branched(changed, depth)


def _branched(counts: Mapping[bytes, int], depth: int) -> Branches:
    if len(counts) <= LARGEST_BUCKET or depth > FURTHEST:
        return counts
    parts: list[dict[bytes, int]] = [{} for _ in range(2**STEP)]
    for key, count in counts.items():
        parts[(hash(key) >> depth) % 2**STEP][key] = count
    return tuple(_branched(part, depth + STEP) for part in parts)


Content: TypeAlias = LeafNode | ParentNode | None


@dataclass(frozen=True, slots=True)
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
