"""What the members of a tree can do, gathered subtree by subtree.

RFC 9420 demands that every member supports what the group and the others use (sections 7.3, 11.1
and 12.2). A survey answers that for a whole subtree; it is kept with the subtree, so that an epoch
surveys only the nodes it changed.
"""

from functools import lru_cache

from holdspace.protocol.mls.structs import Capabilities, LeafNode
from holdspace.protocol.values import value

NONE: frozenset[int] = frozenset()


@value()
class Support:
    """What every member under a node understands, as they list it themselves."""

    versions: frozenset[int]
    cipher_suites: frozenset[int]
    extensions: frozenset[int]
    proposals: frozenset[int]
    credentials: frozenset[int]

    @classmethod
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


@value()
class Survey:
    """What the members under a node need of each other, and what each of them can do."""

    credential_types: frozenset[int] = NONE
    support: Support | None = None

    @classmethod
    def of_leaf(cls, leaf_node: LeafNode | None) -> "Survey":
        """Survey one leaf."""
        if leaf_node is None:
            return NOTHING
        return _of_member(leaf_node.credential.credential_type, leaf_node.capabilities)

    def joined(self, other: "Survey") -> "Survey":
        """Return the survey of two sides together."""
        if other is self or other.support is None:
            return self
        if self.support is None:
            return other
        return Survey(
            self.credential_types | other.credential_types,
            self.support.shared_with(other.support),
        )


NOTHING = Survey()


# Most members of a group run one program and list the same.
@lru_cache(maxsize=16)
def _of_member(credential_type: int, capabilities: Capabilities) -> Survey:
    return Survey(frozenset((credential_type,)), Support.of(capabilities))
