"""Tree hashes and parent hashes: RFC 9420 sections 7.8 and 7.9.

A tree hash commits to everything under a node and is kept with the subtree it belongs to, so an
epoch hashes only what it changed. A parent hash lets a joiner check that each parent's key came
from a member below it, not from whoever handed over the tree.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Sequence

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.ciphersuite import CipherSuite
from holdspace.protocol.mls.codec import Struct
from holdspace.protocol.mls.ratchet_tree import (
    Leaf,
    PathStep,
    RatchetTree,
    Subtree,
    descend,
    resolution,
)
from holdspace.protocol.mls.structs import LeafNode, NodeType, ParentNode
from holdspace.protocol.mls.treemath import LeafIndex, NodeIndex
from holdspace.protocol.mls.wire import Opaque, UInt32
from holdspace.protocol.values import replace


# 7.8
class LeafNodeHashInput(Struct):
    """Be what the hash of a leaf is taken over, after its node type."""

    node_type: NodeType
    leaf_index: UInt32
    leaf_node: LeafNode | None


# 7.8
class ParentNodeHashInput(Struct):
    """Be what the hash of a parent is taken over, after its node type."""

    node_type: NodeType
    parent_node: ParentNode | None
    left_hash: Opaque
    right_hash: Opaque


# 7.9
class ParentHashInput(Struct):
    """Be what a parent hash is taken over."""

    encryption_key: Opaque
    parent_hash: Opaque
    original_sibling_tree_hash: Opaque


def tree_hash(suite: CipherSuite, subtree: Subtree) -> bytes:
    """Return the hash of everything under a node, taking it only once per subtree."""
    if subtree.memo.tree_hash is None:
        subtree.memo.tree_hash = _hash(suite, subtree, tree_hash)
    return subtree.memo.tree_hash


def fresh_tree_hash(suite: CipherSuite, subtree: Subtree) -> bytes:
    """Return the same as `tree_hash` while trusting nothing that was kept."""
    return _hash(suite, subtree, fresh_tree_hash)


def _hash(
    suite: CipherSuite, subtree: Subtree, hash_of: Callable[[CipherSuite, Subtree], bytes]
) -> bytes:
    if isinstance(subtree, Leaf):
        return _leaf_hash(suite, subtree.index, subtree.content)
    left, right = hash_of(suite, subtree.left), hash_of(suite, subtree.right)
    return suite.hash(ParentNodeHashInput(NodeType.parent, subtree.content, left, right).encode())


def _leaf_hash(suite: CipherSuite, node: NodeIndex, content: LeafNode | None) -> bytes:
    leaf_index = treemath.leaf_of(node)
    return suite.hash(LeafNodeHashInput(NodeType.leaf, leaf_index, content).encode())


def _original_tree_hash(suite: CipherSuite, subtree: Subtree, absent: Sequence[NodeIndex]) -> bytes:
    """Return the tree hash as if the `absent` leaves, in order, had never been added."""
    if not absent:
        return tree_hash(suite, subtree)
    first = bisect_left(absent, treemath.leftmost(subtree.index))
    absent = absent[first : bisect_right(absent, treemath.rightmost(subtree.index))]
    if not absent:
        return tree_hash(suite, subtree)
    if isinstance(subtree, Leaf):
        return _leaf_hash(suite, subtree.index, None)
    left = _original_tree_hash(suite, subtree.left, absent)
    right = _original_tree_hash(suite, subtree.right, absent)
    content = _without(subtree.content, {treemath.leaf_of(node) for node in absent})
    return suite.hash(ParentNodeHashInput(NodeType.parent, content, left, right).encode())


def _without(parent: ParentNode | None, absent: Container[int]) -> ParentNode | None:
    if parent is None:
        return None
    kept = tuple(leaf for leaf in parent.unmerged_leaves if leaf not in absent)
    return replace(parent, unmerged_leaves=kept)


def parent_hash(suite: CipherSuite, parent: ParentNode, copath_child: Subtree) -> bytes:
    """Return the hash by which the next node below vouches for `parent` (7.9)."""
    # "original_sibling_tree_hash ... is the tree hash of S ... computed with the unmerged leaves of
    # P removed": the sibling as it was when P got its key.
    absent = [treemath.node_of(LeafIndex(leaf)) for leaf in parent.unmerged_leaves]
    sibling_hash = _original_tree_hash(suite, copath_child, absent)
    return suite.hash(
        ParentHashInput(parent.encryption_key, parent.parent_hash, sibling_hash).encode()
    )


def parents_of_path(
    suite: CipherSuite, steps: Sequence[PathStep], encryption_keys: Sequence[bytes]
) -> tuple[dict[NodeIndex, ParentNode], bytes]:
    """Return a new path's parents with their parent hashes, and the parent hash of its leaf."""
    parents: dict[NodeIndex, ParentNode] = {}
    above = b""  # "If P is the root ... parent_hash is the zero-length octet string"
    for step, encryption_key in zip(reversed(steps), reversed(encryption_keys), strict=True):
        parents[step.node] = ParentNode(encryption_key=encryption_key, parent_hash=above)
        above = parent_hash(suite, parents[step.node], step.sibling)
    return parents, above


def invalid_parent(suite: CipherSuite, tree: RatchetTree) -> NodeIndex | None:
    """Return a parent whose key no member below it vouches for; None if there is none (7.9.2)."""
    for branch in tree.parents():
        parent = branch.content
        if parent is not None and not (
            _vouched(suite, parent, branch.left, branch.right)
            or _vouched(suite, parent, branch.right, branch.left)
        ):
            return branch.index
    return None


def _vouched(suite: CipherSuite, parent: ParentNode, child: Subtree, sibling: Subtree) -> bool:
    # "D is in the resolution of C, and the intersection of P's unmerged_leaves with the subtree
    # under C is equal to the resolution of C with D removed." So D is the one node of the
    # resolution that is not an unmerged leaf of P; there is at most one.
    unmerged = {treemath.node_of(LeafIndex(leaf)) for leaf in parent.unmerged_leaves}
    unmerged = {node for node in unmerged if treemath.covers(child.index, node)}
    below = set(resolution(child))
    candidates = below - unmerged
    if len(candidates) != 1 or not unmerged <= below:
        return False
    vouching = descend(child, candidates.pop()).content
    # "D's parent_hash field is equal to the parent hash of P with copath child S."
    return vouching is not None and vouching.parent_hash == parent_hash(suite, parent, sibling)
