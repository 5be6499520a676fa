"""Index arithmetic of the array tree: RFC 9420 appendix C, and nothing else.

Kept apart so that every other file can talk about leaves, parents and paths without a formula.

                             7                          level 3, the root
                 3                       11             level 2
           1           5           9           13       level 1
        0     2     4     6     8    10    12     14    level 0, the leaves
leaf    0     1     2     3     4     5     6      7

A tree always has a power of two leaves (section 4.1.2); missing members are blank leaves. Leaves
sit at the even indices, so leaf i is node 2i, and a tree grows to the right without moving anything
that is already there.
"""

from typing import NewType

LeafIndex = NewType("LeafIndex", int)
NodeIndex = NewType("NodeIndex", int)


def node_of(leaf: LeafIndex) -> NodeIndex:
    """Return the array index of a leaf."""
    return NodeIndex(2 * leaf)


def leaf_of(node: NodeIndex) -> LeafIndex:
    """Return the leaf index of a node at level 0."""
    if not is_leaf(node):
        raise ValueError(f"node {node} is not a leaf")
    return LeafIndex(node // 2)


def is_leaf(node: NodeIndex) -> bool:
    """Tell whether the node is at level 0."""
    return node % 2 == 0


def level(node: NodeIndex) -> int:
    """Return the height of a node above the leaves: the number of its trailing one bits."""
    return (~node & (node + 1)).bit_length() - 1


def leaf_width(leaf_count: int) -> int:
    """Return the number of leaves of the smallest full tree with room for `leaf_count`."""
    if leaf_count < 1:
        raise ValueError("a tree has at least one leaf")
    return 1 << (leaf_count - 1).bit_length()


def node_width(leaf_count: int) -> int:
    """Return the number of nodes of a full tree with `leaf_count` leaves."""
    return 2 * leaf_count - 1


def root(leaf_count: int) -> NodeIndex:
    """Return the root of a full tree with `leaf_count` leaves."""
    return NodeIndex(leaf_width(leaf_count) - 1)


def left(node: NodeIndex) -> NodeIndex:
    """Return the left child of a parent."""
    return NodeIndex(node ^ (1 << _child_level(node)))


def right(node: NodeIndex) -> NodeIndex:
    """Return the right child of a parent."""
    return NodeIndex(node ^ (3 << _child_level(node)))


def parent(node: NodeIndex, leaf_count: int) -> NodeIndex:
    """Return the parent of a node that is not the root."""
    if node == root(leaf_count):
        raise ValueError("the root has no parent")
    return _above(node, level(node))


def sibling(node: NodeIndex, leaf_count: int) -> NodeIndex:
    """Return the other child of the node's parent."""
    above = parent(node, leaf_count)
    return right(above) if node < above else left(above)


def direct_path(node: NodeIndex, leaf_count: int) -> tuple[NodeIndex, ...]:
    """Return the ancestors of a node, lowest first, the root included."""
    path = []
    for height in range(level(node), level(root(leaf_count))):
        node = _above(node, height)
        path.append(node)
    return tuple(path)


def copath(node: NodeIndex, leaf_count: int) -> tuple[NodeIndex, ...]:
    """Return the siblings of the node and of its ancestors but the root, lowest first."""
    below_root = (node, *direct_path(node, leaf_count)[:-1]) if node != root(leaf_count) else ()
    return tuple(sibling(step, leaf_count) for step in below_root)


def leftmost(node: NodeIndex) -> NodeIndex:
    """Return the first leaf under a node."""
    return NodeIndex(node - _reach(node))


def rightmost(node: NodeIndex) -> NodeIndex:
    """Return the last leaf under a node."""
    return NodeIndex(node + _reach(node))


def leaf_span(node: NodeIndex) -> int:
    """Return the number of leaves under a node."""
    return 1 << level(node)


def covers(ancestor: NodeIndex, node: NodeIndex) -> bool:
    """Tell whether `node` lies in the subtree under `ancestor` (or is it)."""
    return leftmost(ancestor) <= node <= rightmost(ancestor)


def common_ancestor(first: NodeIndex, second: NodeIndex) -> NodeIndex:
    """Return the lowest node whose subtree holds both."""
    if covers(first, second):
        return first
    if covers(second, first):
        return second
    shift = (first ^ second).bit_length()
    return NodeIndex(((first >> shift) << shift) + (1 << (shift - 1)) - 1)


def _above(node: NodeIndex, height: int) -> NodeIndex:
    return NodeIndex((node | (1 << height)) & ~(1 << (height + 1)))


def _child_level(node: NodeIndex) -> int:
    height = level(node)
    if height == 0:
        raise ValueError("a leaf has no children")
    return height - 1


def _reach(node: NodeIndex) -> int:
    return (1 << level(node)) - 1
