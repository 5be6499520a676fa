"""The array tree of RFC 9420 appendix C: every answer checked against the drawing's own laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.treemath import LeafIndex, NodeIndex

leaf_counts = st.integers(0, 9).map(lambda exponent: 1 << exponent)


@st.composite
def nodes_in_trees(draw: st.DrawFn) -> tuple[NodeIndex, int]:
    leaf_count = draw(leaf_counts)
    return NodeIndex(draw(st.integers(0, treemath.node_width(leaf_count) - 1))), leaf_count


def test_the_drawing_at_the_head_of_the_file() -> None:
    assert treemath.root(8) == 7
    assert [treemath.left(NodeIndex(n)) for n in (7, 11, 9)] == [3, 9, 8]
    assert [treemath.right(NodeIndex(n)) for n in (7, 11, 9)] == [11, 13, 10]
    assert treemath.direct_path(NodeIndex(4), 8) == (5, 3, 7)
    assert treemath.copath(NodeIndex(4), 8) == (6, 1, 11)


def test_whoever_is_above_both_is_their_common_ancestor() -> None:
    # A node is an ancestor of itself, so one of the two may be the answer.
    for leaf in (0, 2, 4, 6):
        for above in (3, 7):
            assert treemath.common_ancestor(NodeIndex(leaf), NodeIndex(above)) == above
            assert treemath.common_ancestor(NodeIndex(above), NodeIndex(leaf)) == above
    assert treemath.common_ancestor(NodeIndex(2), NodeIndex(4)) == 3
    assert treemath.common_ancestor(NodeIndex(0), NodeIndex(12)) == 7


def test_what_lies_under_a_node() -> None:
    spans = {7: (0, 14, 8), 11: (8, 14, 4), 5: (4, 6, 2), 6: (6, 6, 1)}
    for node, (first, last, leaves) in spans.items():
        assert treemath.leftmost(NodeIndex(node)) == first
        assert treemath.rightmost(NodeIndex(node)) == last
        assert treemath.leaf_span(NodeIndex(node)) == leaves


def test_leaves_sit_at_even_indices() -> None:
    assert [treemath.node_of(LeafIndex(i)) for i in range(4)] == [0, 2, 4, 6]
    assert [treemath.leaf_of(NodeIndex(i)) for i in (0, 2, 4, 6)] == [0, 1, 2, 3]


@pytest.mark.parametrize(("members", "leaves"), [(1, 1), (2, 2), (3, 4), (5, 8), (8, 8), (9, 16)])
def test_a_tree_is_always_full(members: int, leaves: int) -> None:
    assert treemath.leaf_width(members) == leaves


@given(nodes_in_trees())
def test_a_child_of_a_node_has_that_node_as_parent(case: tuple[NodeIndex, int]) -> None:
    node, leaf_count = case
    if treemath.is_leaf(node):
        return
    for child in (treemath.left(node), treemath.right(node)):
        assert treemath.parent(child, leaf_count) == node
        assert treemath.level(child) == treemath.level(node) - 1
    assert treemath.sibling(treemath.left(node), leaf_count) == treemath.right(node)


@given(nodes_in_trees())
def test_direct_path_and_copath_cover_the_tree(case: tuple[NodeIndex, int]) -> None:
    node, leaf_count = case
    path, siblings = treemath.direct_path(node, leaf_count), treemath.copath(node, leaf_count)
    assert (
        len(path)
        == len(siblings)
        == treemath.level(treemath.root(leaf_count)) - treemath.level(node)
    )
    beside = [
        n
        for n in range(treemath.node_width(leaf_count))
        if any(treemath.covers(s, NodeIndex(n)) for s in siblings)
    ]
    under = [
        n for n in range(treemath.node_width(leaf_count)) if treemath.covers(node, NodeIndex(n))
    ]
    assert sorted([*beside, *under, *path]) == list(range(treemath.node_width(leaf_count)))


@given(leaf_counts, st.data())
def test_common_ancestor_is_the_lowest_shared_step(leaf_count: int, data: st.DataObject) -> None:
    nodes = st.integers(0, treemath.node_width(leaf_count) - 1).map(NodeIndex)
    first, second = data.draw(nodes), data.draw(nodes)
    above_second = {second, *treemath.direct_path(second, leaf_count)}
    expected = next(
        n for n in (first, *treemath.direct_path(first, leaf_count)) if n in above_second
    )
    assert treemath.common_ancestor(first, second) == expected


def test_questions_without_an_answer_raise() -> None:
    with pytest.raises(ValueError, match="no children"):
        treemath.left(NodeIndex(2))
    with pytest.raises(ValueError, match="no children"):
        treemath.right(NodeIndex(2))
    with pytest.raises(ValueError, match="no parent"):
        treemath.parent(NodeIndex(7), 8)
    with pytest.raises(ValueError, match="not a leaf"):
        treemath.leaf_of(NodeIndex(3))
    with pytest.raises(ValueError, match="at least one leaf"):
        treemath.leaf_width(0)
