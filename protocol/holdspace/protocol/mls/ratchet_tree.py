"""The ratchet tree as a value: RFC 9420 sections 4.1, 7.7 and 12.4.3.3.

A tree is never changed. Adding, updating or removing a member rewrites the nodes between one leaf
and the root and shares all the rest with the tree before, so staging a commit costs O(log N), and
what was once worked out about a subtree (its hash, its resolution) stays with that subtree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import NamedTuple, TypeAlias

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.keys_in_use import KeysInUse
from holdspace.protocol.mls.structs import (
    LeafNode,
    Node,
    NodeType,
    ParentNode,
    RatchetTreeExtension,
)
from holdspace.protocol.mls.survey import Survey
from holdspace.protocol.mls.treemath import LeafIndex, NodeIndex
from holdspace.protocol.values import replace, value


class Memo:
    """What was worked out about a subtree; it cannot go stale because the subtree cannot change."""

    tree_hash: bytes | None = None
    resolution: tuple[NodeIndex, ...] | None = None
    resolution_keys: tuple[bytes, ...] | None = None
    survey: Survey | None = None
    keys_in_use: KeysInUse | None = None


@value()
class Leaf:
    """A leaf of the tree; `content` is None where the leaf is blank."""

    index: NodeIndex
    content: LeafNode | None
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    @property
    def occupied(self) -> int:
        """The number of members under this node."""
        return 0 if self.content is None else 1


@value()
class Branch:
    """A parent with its two subtrees; `content` is None where the parent is blank."""

    index: NodeIndex
    content: ParentNode | None
    left: "Subtree"
    right: "Subtree"
    occupied: int = field(init=False, compare=False)
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "occupied", self.left.occupied + self.right.occupied)


Subtree: TypeAlias = Leaf | Branch
Content: TypeAlias = LeafNode | ParentNode | None


class PathStep(NamedTuple):
    """A parent on a leaf's direct path, and its child on the copath."""

    node: NodeIndex
    sibling: Subtree


@value()
class RatchetTree:
    """All members' leaves and the parents above them."""

    root: Subtree

    @classmethod
    def of_one(cls, leaf_node: LeafNode) -> "RatchetTree":
        """Return the tree of a group with one member."""
        return cls(Leaf(NodeIndex(0), leaf_node))

    @classmethod
    def decode(cls, data: bytes) -> "RatchetTree":
        """Return the tree in a ratchet_tree extension."""
        nodes = RatchetTreeExtension.decode(data).nodes
        # Section 12.4.3.3: "The receiver MUST check that the last node in ratchet_tree is
        # non-blank"; an empty tree has no such node either.
        if not nodes or nodes[-1] is None:
            raise ValidationError("the ratchet tree ends with a blank node (RFC 9420, 12.4.3.3)")
        # 7.7: a parent with nobody on its right side would have been cut off; so the last is a leaf.
        if len(nodes) % 2 == 0:
            raise ValidationError("the ratchet tree ends with a parent node (RFC 9420, 7.7)")
        return cls.of_nodes([None if node is None else node.node for node in nodes])

    def encode(self) -> bytes:
        """Return the tree as a ratchet_tree extension."""
        return RatchetTreeExtension(tuple(map(_optional_node, self.nodes()))).encode()

    @classmethod
    def of_nodes(cls, contents: Sequence[Content]) -> "RatchetTree":
        """Return the tree with these nodes in array order, widened with blanks to a full tree."""
        leaf_count = treemath.leaf_width((len(contents) + 1) // 2)
        return cls(_built(treemath.root(leaf_count), contents))

    @property
    def leaf_count(self) -> int:
        """The number of leaves, blank ones included."""
        return self.root.index + 1

    @property
    def member_count(self) -> int:
        """The number of leaves that are not blank."""
        return self.root.occupied

    def __contains__(self, leaf: LeafIndex) -> bool:
        return self.leaf(leaf) is not None

    def subtree(self, node: NodeIndex) -> Subtree:
        """Return the node with all below it."""
        return descend(self.root, node)

    def leaf(self, leaf: LeafIndex) -> LeafNode | None:
        """Return the member at a leaf; None where it is blank or beyond the tree."""
        if not 0 <= leaf < self.leaf_count:
            return None
        found = self.subtree(treemath.node_of(leaf))
        return found.content if isinstance(found, Leaf) else None

    def members(self) -> Iterator[tuple[LeafIndex, LeafNode]]:
        """Yield every occupied leaf, leftmost first."""
        for node in _leaves(self.root):
            if node.content is not None:
                yield treemath.leaf_of(node.index), node.content

    def parents(self) -> Iterator[Branch]:
        """Yield every parent, blank or not, children before their parent."""
        return _branches(self.root)

    def nodes(self) -> tuple[Content, ...]:
        """Return the contents in array order, without the blanks at the end."""
        contents = [node.content for node in _in_order(self.root)]
        while contents and contents[-1] is None:
            contents.pop()
        return tuple(contents)

    def path(self, leaf: LeafIndex) -> tuple[PathStep, ...]:
        """Return the direct path of a leaf with its copath, lowest first."""
        node, here, steps = treemath.node_of(leaf), self.root, []
        while isinstance(here, Branch):
            below, sibling = (
                (here.left, here.right) if node < here.index else (here.right, here.left)
            )
            steps.append(PathStep(here.index, sibling))
            here = below
        return tuple(reversed(steps))

    def filtered_direct_path(self, leaf: LeafIndex) -> tuple[PathStep, ...]:
        """Return the direct path less the parents that add nobody.

        Section 4.1.2: "removing any node whose child on the copath of the leaf has an empty
        resolution".
        """
        return tuple(step for step in self.path(leaf) if resolution(step.sibling))

    def add(self, leaf_node: LeafNode) -> tuple["RatchetTree", LeafIndex]:
        """Return the tree with one more member, and where that member sits."""
        tree, [leaf] = self.add_all([leaf_node])
        return tree, leaf

    def add_all(self, leaf_nodes: Sequence[LeafNode]) -> tuple["RatchetTree", list[LeafIndex]]:
        """Return the tree with more members, and where they sit, in their order."""
        root = self.root
        # Section 7.7: "If there are no blank leaves in the tree", it is doubled.
        while treemath.leaf_span(root.index) < self.member_count + len(leaf_nodes):
            root = _doubled(root)
        places: list[LeafIndex] = []
        return RatchetTree(_filled(root, leaf_nodes, places)), places

    def update(self, leaf: LeafIndex, leaf_node: LeafNode) -> "RatchetTree":
        """Return the tree with a member's leaf replaced and the parents above it blank."""
        return self._rewrite(leaf, leaf_node, _blank)

    def remove(self, leaf: LeafIndex) -> "RatchetTree":
        """Return the tree with a leaf and the parents above it blank, cut to the members left."""
        root = self._rewrite(leaf, None, _blank).root
        # Section 7.7: truncate "by removing the right subtree until either the tree has only one
        # node, or the right subtree has one or more non-blank nodes".
        while isinstance(root, Branch) and root.right.occupied == 0:
            root = root.left
        return RatchetTree(root)

    def set_path(
        self, leaf: LeafIndex, leaf_node: LeafNode, parents: Mapping[NodeIndex, ParentNode]
    ) -> "RatchetTree":
        """Return the tree with a leaf and its direct path replaced; parents not named are blank."""
        return self._rewrite(leaf, leaf_node, lambda branch: parents.get(branch.index))

    def _rewrite(
        self,
        leaf: LeafIndex,
        leaf_node: LeafNode | None,
        parent_of: Callable[[Branch], ParentNode | None],
    ) -> "RatchetTree":
        return RatchetTree(_rewritten(self.root, treemath.node_of(leaf), leaf_node, parent_of))


def descend(subtree: Subtree, node: NodeIndex) -> Subtree:
    """Return the node at an index at or under this one."""
    while subtree.index != node:
        if isinstance(subtree, Leaf):
            raise ValueError(f"node {node} is not in this tree")  # noqa: TRY004  (a wrong index)
        subtree = subtree.left if node < subtree.index else subtree.right
    return subtree


def resolution(subtree: Subtree) -> tuple[NodeIndex, ...]:
    """Return the nodes that together hold the keys of all members under this node (4.1.1)."""
    if subtree.memo.resolution is None:
        subtree.memo.resolution = _resolution(subtree)
    return subtree.memo.resolution


def _resolution(subtree: Subtree) -> tuple[NodeIndex, ...]:
    if isinstance(subtree, Leaf):
        return () if subtree.content is None else (subtree.index,)
    if subtree.content is None:
        return resolution(subtree.left) + resolution(subtree.right)
    unmerged = (treemath.node_of(LeafIndex(leaf)) for leaf in subtree.content.unmerged_leaves)
    return (subtree.index, *unmerged)


def resolution_keys(subtree: Subtree) -> tuple[bytes, ...]:
    """Return the public keys of the resolution's nodes, in its order."""
    if subtree.memo.resolution_keys is None:
        subtree.memo.resolution_keys = _resolution_keys(subtree)
    return subtree.memo.resolution_keys


def _resolution_keys(subtree: Subtree) -> tuple[bytes, ...]:
    if isinstance(subtree, Branch) and subtree.content is None:
        return resolution_keys(subtree.left) + resolution_keys(subtree.right)
    contents = (descend(subtree, node).content for node in resolution(subtree))
    return tuple(content.encryption_key for content in contents if content is not None)


def survey(subtree: Subtree) -> Survey:
    """Return what the members under a node need and can do (see survey.py)."""
    if subtree.memo.survey is None:
        if isinstance(subtree, Leaf):
            subtree.memo.survey = Survey.of_leaf(subtree.content)
        else:
            subtree.memo.survey = survey(subtree.left).joined(survey(subtree.right))
    return subtree.memo.survey


def keys_in_use(tree: RatchetTree, former: RatchetTree | None = None) -> KeysInUse:
    """Return the keys of a tree; what it shares with a former one is not counted again."""
    memo = tree.root.memo
    if memo.keys_in_use is None:
        known = _known_keys(tree, former)
        if former is None or known is None:
            memo.keys_in_use = KeysInUse.of(node.content for node in _in_order(tree.root))
        else:
            memo.keys_in_use = known.after(*_changes(former.root, tree.root))
    return memo.keys_in_use


def _known_keys(tree: RatchetTree, former: RatchetTree | None) -> KeysInUse | None:
    # Where most members are new, counting all is faster.
    if former is None or 2 * former.member_count < tree.member_count:
        return None
    return former.root.memo.keys_in_use


def _changes(before: Subtree, after: Subtree) -> tuple[list[Content], list[Content]]:
    """Return what only one of two trees has: the contents gone, and those come."""
    gone: list[Content] = []
    come: list[Content] = []
    waiting: list[tuple[Subtree | None, Subtree | None]] = [(before, after)]
    while waiting:
        old, new = waiting.pop()
        if old is new:
            continue
        index = max(old.index if old else -1, new.index if new else -1)
        was, old_left, old_right = _opened(old, index)
        now, new_left, new_right = _opened(new, index)
        if was is not now:
            gone.append(was)
            come.append(now)
        waiting += ((old_left, new_left), (old_right, new_right))
    return gone, come


def _opened(subtree: Subtree | None, index: int) -> tuple[Content, Subtree | None, Subtree | None]:
    """Return what a tree has at a node, and on its sides; a tree grows and is cut on the right."""
    if subtree is None:
        return None, None, None
    if subtree.index < index:
        return None, subtree, None
    if isinstance(subtree, Leaf):
        return subtree.content, None, None
    return subtree.content, subtree.left, subtree.right


def _rewritten(
    subtree: Subtree,
    leaf: NodeIndex,
    leaf_node: LeafNode | None,
    parent_of: Callable[[Branch], ParentNode | None],
) -> Subtree:
    if isinstance(subtree, Leaf):
        return Leaf(subtree.index, leaf_node)
    left, right = subtree.left, subtree.right
    if leaf < subtree.index:
        left = _rewritten(left, leaf, leaf_node, parent_of)
    else:
        right = _rewritten(right, leaf, leaf_node, parent_of)
    return Branch(subtree.index, parent_of(subtree), left, right)


def _optional_node(content: Content) -> Node | None:
    if content is None:
        return None
    kind = NodeType.leaf if isinstance(content, LeafNode) else NodeType.parent
    return Node(kind, content)


def _blank(_: Branch) -> None:
    return None


def _unmerged(parent_node: ParentNode | None, leaves: Sequence[LeafIndex]) -> ParentNode | None:
    # Section 7.7: "For each non-blank intermediate node along the path from the leaf L to the root
    # of the tree, add L's leaf index to the unmerged_leaves list for the node."
    if parent_node is None:
        return None
    unmerged_leaves = tuple(sorted((*parent_node.unmerged_leaves, *leaves)))
    return replace(parent_node, unmerged_leaves=unmerged_leaves)


def _doubled(root: Subtree) -> Branch:
    above = NodeIndex(2 * root.index + 1)
    return Branch(above, None, root, _built(treemath.right(above), ()))


def _filled(subtree: Subtree, newcomers: Sequence[LeafNode], places: list[LeafIndex]) -> Subtree:
    """Give each of the newcomers that have no place yet the leftmost blank leaf."""
    room = treemath.leaf_span(subtree.index) - subtree.occupied
    if not room or len(places) == len(newcomers):
        return subtree
    seated = len(places)
    if isinstance(subtree, Leaf):
        places.append(treemath.leaf_of(subtree.index))
        return Leaf(subtree.index, newcomers[seated])
    left = _filled(subtree.left, newcomers, places)
    right = _filled(subtree.right, newcomers, places)
    return Branch(subtree.index, _unmerged(subtree.content, places[seated:]), left, right)


def _built(index: NodeIndex, contents: Sequence[Content]) -> Subtree:
    content = contents[index] if index < len(contents) else None
    if treemath.is_leaf(index):
        if isinstance(content, ParentNode):
            raise ValidationError(f"node {index} of the ratchet tree must be a leaf")
        return Leaf(index, content)
    if isinstance(content, LeafNode):
        raise ValidationError(f"node {index} of the ratchet tree must be a parent")
    left = _built(treemath.left(index), contents)
    return Branch(index, content, left, _built(treemath.right(index), contents))


# Loops, because a generator that calls itself hands every node up through every level.
def _in_order(subtree: Subtree) -> Iterator[Subtree]:
    above: list[Branch] = []
    while True:
        while isinstance(subtree, Branch):
            above.append(subtree)
            subtree = subtree.left
        yield subtree
        if not above:
            return
        branch = above.pop()
        yield branch
        subtree = branch.right


def _leaves(subtree: Subtree) -> Iterator[Leaf]:
    return (node for node in _in_order(subtree) if isinstance(node, Leaf))


def _branches(subtree: Subtree) -> Iterator[Branch]:
    waiting, parents_first = [subtree], []
    while waiting:
        here = waiting.pop()
        if isinstance(here, Branch):
            parents_first.append(here)
            waiting += (here.left, here.right)
    return reversed(parents_first)
