"""What the rules about *all* members need to know, gathered subtree by subtree.

RFC 9420 demands that keys are unique across the tree and that every member supports what the group
uses (sections 7.3, 11.1 and 12.2). A survey answers those questions for a whole subtree; it is kept
with the subtree, so that an epoch surveys only the nodes it changed.
"""

from dataclasses import dataclass
from functools import lru_cache

from holdspace.protocol.mls.structs import Capabilities, LeafNode, ParentNode

NONE: frozenset[int] = frozenset()
NO_KEYS: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Support:
    """What every member under a node understands, as they list it themselves."""

    versions: frozenset[int]
    cipher_suites: frozenset[int]
    extensions: frozenset[int]
    proposals: frozenset[int]
    credentials: frozenset[int]

    @classmethod
    # Most members of a group run one program and list the same.
    @lru_cache(maxsize=16)
    def of(cls, capabilities: Capabilities) -> "Support":
        """Return what one member lists."""
        return cls(
            frozenset(capabilities.versions),
            frozenset(capabilities.cipher_suites),
            frozenset(capabilities.extensions),
            frozenset(capabilities.proposals),
            frozenset(capabilities.credentials),
        )

    def shared_with(self, other: "Support") -> "Support":
        """Return what the members on both sides understand."""
        if self == other:
            return self
        return Support(
            self.versions & other.versions,
            self.cipher_suites & other.cipher_suites,
            self.extensions & other.extensions,
            self.proposals & other.proposals,
            self.credentials & other.credentials,
        )


@dataclass(frozen=True, slots=True)
class Survey:
    """What stands under a node: how many nodes, which keys, which needs, which abilities."""

    node_count: int = 0
    member_count: int = 0
    encryption_keys: frozenset[bytes] = NO_KEYS
    signature_keys: frozenset[bytes] = NO_KEYS
    credential_types: frozenset[int] = NONE
    support: Support | None = None

    @classmethod
    def of_leaf(cls, leaf_node: LeafNode | None) -> "Survey":
        """Survey one leaf."""
        if leaf_node is None:
            return NOTHING
        return cls(
            1,
            1,
            frozenset((leaf_node.encryption_key,)),
            frozenset((leaf_node.signature_key,)),
            frozenset((leaf_node.credential.credential_type,)),
            Support.of(leaf_node.capabilities),
        )

    def with_parent(self, parent_node: ParentNode | None) -> "Survey":
        """Return the survey with the parent of both sides counted in."""
        if parent_node is None:
            return self
        return Survey(
            self.node_count + 1,
            self.member_count,
            self.encryption_keys | {parent_node.encryption_key},
            self.signature_keys,
            self.credential_types,
            self.support,
        )

    def joined(self, other: "Survey") -> "Survey":
        """Return the survey of two sides together."""
        if other.node_count == 0:
            return self
        if self.node_count == 0:
            return other
        return Survey(
            self.node_count + other.node_count,
            self.member_count + other.member_count,
            self.encryption_keys | other.encryption_keys,
            self.signature_keys | other.signature_keys,
            self.credential_types | other.credential_types,
            _shared(self.support, other.support),
        )


NOTHING = Survey()


def _shared(first: Support | None, second: Support | None) -> Support | None:
    if first is None or second is None:
        return first or second
    return first.shared_with(second)
