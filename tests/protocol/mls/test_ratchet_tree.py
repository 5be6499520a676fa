"""The ratchet tree: every change makes a new tree and leaves the old one as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdspace.protocol.mls import LeafIndex, ValidationError, cipher_suite
from holdspace.protocol.mls.ratchet_tree import RatchetTree, keys_in_use, resolution, survey
from holdspace.protocol.mls.structs import (
    LeafNode,
    Node,
    NodeType,
    ParentNode,
    RatchetTreeExtension,
)
from holdspace.protocol.mls.testing import Circle
from holdspace.protocol.mls.treemath import NodeIndex

PEOPLE = Circle(cipher_suite(0x0001))
LEAVES = [PEOPLE.person(f"member {number}").key_package.leaf_node for number in range(9)]


def parent(name: str, *unmerged_leaves: int) -> ParentNode:
    return ParentNode(
        encryption_key=name.encode(), parent_hash=b"", unmerged_leaves=unmerged_leaves
    )


def tree_of(members: int) -> RatchetTree:
    tree = RatchetTree.of_one(LEAVES[0])
    for leaf_node in LEAVES[1:members]:
        tree, _ = tree.add(leaf_node)
    return tree


@pytest.mark.parametrize(("members", "width"), [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (9, 16)])
def test_a_tree_grows_by_doubling(members: int, width: int) -> None:
    tree = tree_of(members)
    assert (tree.member_count, tree.leaf_count) == (members, width)
    assert [leaf for leaf, _ in tree.members()] == list(range(members))


def test_27_a_newcomer_takes_the_leftmost_blank_leaf() -> None:
    tree = tree_of(6).remove(LeafIndex(4)).remove(LeafIndex(1))
    tree, first = tree.add(LEAVES[6])
    tree, second = tree.add(LEAVES[7])
    tree, third = tree.add(LEAVES[8])
    assert (first, second, third) == (1, 4, 6)


def test_27_a_newcomer_is_unmerged_in_every_parent_above_and_in_order() -> None:
    tree = tree_of(4).remove(LeafIndex(1))
    tree = tree.set_path(
        LeafIndex(0), LEAVES[0], {NodeIndex(1): parent("low"), NodeIndex(3): parent("root", 2)}
    )
    grown, _ = tree.add(LEAVES[5])
    low, root = grown.subtree(NodeIndex(1)).content, grown.subtree(NodeIndex(3)).content
    assert isinstance(low, ParentNode)
    assert isinstance(root, ParentNode)
    assert low.unmerged_leaves == (1,)
    assert root.unmerged_leaves == (1, 2)
    assert resolution(grown.root) == (3, 2, 4)


def test_27_those_who_come_together_are_unmerged_only_above_their_own_leaves() -> None:
    tree = tree_of(8).remove(LeafIndex(1)).remove(LeafIndex(5))
    tree = tree.set_path(
        LeafIndex(4), LEAVES[4], {NodeIndex(11): parent("right"), NodeIndex(7): parent("root")}
    )
    tree = tree.set_path(
        LeafIndex(0), LEAVES[0], {NodeIndex(3): parent("left"), NodeIndex(7): parent("root")}
    )
    grown, places = tree.add_all([LEAVES[8], PEOPLE.person("last").key_package.leaf_node])
    assert places == [1, 5]
    unmerged = {branch.index: branch.content for branch in grown.parents() if branch.content}
    assert {index: node.unmerged_leaves for index, node in unmerged.items()} == {
        3: (1,),
        7: (1, 5),
        11: (5,),
    }


def test_children_come_before_their_parents() -> None:
    assert [branch.index for branch in tree_of(4).parents()] in ([1, 5, 3], [5, 1, 3])


def test_an_empty_tree_has_no_nodes_to_send() -> None:
    assert RatchetTree.of_nodes([None]).nodes() == ()


def test_what_a_tree_remembers_of_itself_is_no_part_of_it() -> None:
    one, other = tree_of(4), tree_of(4)
    assert one == other
    keys_in_use(one)
    survey(one.root)
    assert one == other
    assert "memo" not in repr(one)


def test_an_update_and_a_remove_blank_what_is_above() -> None:
    named = {NodeIndex(1): parent("low"), NodeIndex(3): parent("root")}
    tree = tree_of(4).set_path(LeafIndex(0), LEAVES[0], named)
    for changed in (tree.update(LeafIndex(1), LEAVES[5]), tree.remove(LeafIndex(1))):
        assert changed.subtree(NodeIndex(1)).content is None
        assert changed.subtree(NodeIndex(3)).content is None
    assert tree.update(LeafIndex(1), LEAVES[5]).leaf(LeafIndex(1)) is LEAVES[5]
    # Leaf 2 is not under node 1, so that one stays.
    assert tree.update(LeafIndex(2), LEAVES[5]).subtree(NodeIndex(1)).content == parent("low")


@pytest.mark.parametrize(("members", "removed", "width"), [(9, 8, 8), (5, 4, 4), (5, 3, 8)])
def test_26_removing_cuts_the_tree_to_its_members(members: int, removed: int, width: int) -> None:
    tree = tree_of(members).remove(LeafIndex(removed))
    assert (tree.member_count, tree.leaf_count) == (members - 1, width)


def test_26_removing_can_cut_more_than_one_half() -> None:
    tree = tree_of(9)
    for leaf in (1, 2, 3, 4, 5, 6, 7):
        tree = tree.remove(LeafIndex(leaf))
    assert tree.leaf_count == 16
    assert tree.remove(LeafIndex(8)).leaf_count == 1


def test_a_change_leaves_the_tree_before_as_it_was_and_shares_the_rest() -> None:
    tree = tree_of(8)
    before = tree.encode()
    removed = tree.remove(LeafIndex(7))
    assert tree.encode() == before
    assert removed.subtree(NodeIndex(3)) is tree.subtree(NodeIndex(3))


def test_a_leaf_outside_the_tree_is_nobody() -> None:
    tree = tree_of(3)
    assert [tree.leaf(LeafIndex(leaf)) for leaf in (-1, 3, 4, 2**32)] == [None] * 4
    assert LeafIndex(2) in tree
    assert LeafIndex(3) not in tree
    with pytest.raises(ValueError, match="not in this tree"):
        tree.subtree(NodeIndex(99))


def test_the_filtered_path_leaves_out_parents_that_add_nobody() -> None:
    tree = tree_of(5).remove(LeafIndex(1))
    assert [step.node for step in tree.path(LeafIndex(0))] == [1, 3, 7]
    assert [step.node for step in tree.filtered_direct_path(LeafIndex(0))] == [3, 7]
    assert [step.node for step in tree.filtered_direct_path(LeafIndex(4))] == [7]


@pytest.mark.parametrize(
    ("nodes", "why"),
    [
        ([LEAVES[0], None], "ends with a blank"),
        ([], "ends with a blank"),
        ([LEAVES[0], parent("nobody on its right")], "ends with a parent"),
        ([LEAVES[0], None, LEAVES[1], parent("nobody on its right")], "ends with a parent"),
        ([LEAVES[0], LEAVES[1], LEAVES[2]], "node 1 of the ratchet tree must be a parent"),
        ([LEAVES[0], None, parent("misplaced")], "node 2 of the ratchet tree must be a leaf"),
    ],
    ids=[
        "blank end",
        "empty",
        "half a tree",
        "half a tree of two",
        "leaf as parent",
        "parent as leaf",
    ],
)
def test_26_a_tree_that_was_not_cut_or_is_mixed_up_is_refused(
    nodes: list[LeafNode | ParentNode | None], why: str
) -> None:
    wrapped = tuple(
        None
        if node is None
        else Node(NodeType.leaf if isinstance(node, LeafNode) else NodeType.parent, node)
        for node in nodes
    )
    with pytest.raises(ValidationError, match=why):
        RatchetTree.decode(RatchetTreeExtension(wrapped).encode())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 8), max_size=12))
def test_any_tree_survives_its_encoding(removals: list[int]) -> None:
    tree = tree_of(9)
    for leaf in removals:
        if LeafIndex(leaf) in tree and tree.member_count > 1:
            tree = tree.remove(LeafIndex(leaf))
    again = RatchetTree.decode(tree.encode())
    assert again.encode() == tree.encode()
    assert (again.leaf_count, list(again.members())) == (tree.leaf_count, list(tree.members()))
    assert survey(again.root) == survey(tree.root)
    assert keys_in_use(tree) == keys_in_use(again)
    assert keys_in_use(tree).signature.count == tree.member_count


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["add", "remove", "path"]), st.integers(0, 40)), max_size=9)
)
def test_keys_counted_from_a_former_tree_are_those_counted_afresh(
    changes: list[tuple[str, int]],
) -> None:
    tree = former = tree_of(9)
    keys_in_use(former)
    for what, number in changes:
        leaves = [leaf for leaf, _ in tree.members()]
        leaf = leaves[number % len(leaves)]
        if what == "add":
            tree, _ = tree.add_all([LEAVES[(number + more) % 9] for more in range(number % 7)])
        elif what == "remove" and tree.member_count > 1:
            tree = tree.remove(leaf)
        else:
            parents = {step.node: parent(f"{number}-{step.node}") for step in tree.path(leaf)}
            tree = tree.set_path(leaf, LEAVES[number % 9], parents)
    keys, afresh = keys_in_use(tree, former), keys_in_use(RatchetTree.of_nodes(tree.nodes()))
    for bag, other in ((keys.encryption, afresh.encryption), (keys.signature, afresh.signature)):
        assert (bag.count, bag.distinct) == (other.count, other.distinct)
