"""Tree hashes that are kept, and parent hashes that somebody vouches for."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdspace.protocol.mls import Add, LeafIndex, MLSError, Proposal, cipher_suite
from holdspace.protocol.mls.ratchet_tree import Content, RatchetTree
from holdspace.protocol.mls.structs import LeafNode, ParentNode
from holdspace.protocol.mls.testing import NOW, Circle
from holdspace.protocol.mls.tree_hash import fresh_tree_hash, invalid_parent, tree_hash
from holdspace.protocol.mls.validation import check_tree

SUITE = cipher_suite(0x0001)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("amrc"), st.integers(0, 99)), max_size=10))
def test_30_after_any_history_all_hold_the_same_sound_tree(history: list[tuple[str, int]]) -> None:
    circle = Circle.of(SUITE, ["0", "1", "2"])
    for number, (act, choice) in enumerate(history):
        names = sorted(circle.groups)
        by = names[choice % len(names)]
        others = [name for name in names if name != by]
        if act == "r" and others:
            circle.remove(by, others[choice // 7 % len(others)])
        elif act in "am":
            circle.add(by, [f"new {number}.{each}" for each in range(1 if act == "a" else 3)])
        else:
            circle.commit(by)
        check_all(circle)


def check_all(circle: Circle) -> None:
    assert circle.agree()
    for group in circle.groups.values():
        root = group.tree.root
        assert tree_hash(SUITE, root) == fresh_tree_hash(SUITE, root)
        assert group.group_context.tree_hash == tree_hash(SUITE, root)
    some = next(iter(circle.groups.values()))
    received = RatchetTree.decode(some.tree.encode())
    assert tree_hash(SUITE, received.root) == some.group_context.tree_hash
    check_tree(SUITE, received, group_id=some.group_id, extensions=())


def test_two_trees_with_the_same_people_in_other_places_differ() -> None:
    circle = Circle.of(SUITE, ["ada", "ben", "cleo"])
    nodes = list(circle.groups["ada"].tree.nodes())
    nodes[2], nodes[4] = nodes[4], nodes[2]
    swapped = RatchetTree.of_nodes(nodes)
    assert tree_hash(SUITE, swapped.root) != tree_hash(SUITE, circle.groups["ada"].tree.root)


def grown_tree() -> tuple[RatchetTree, bytes]:
    """Return a tree with every kind of node: full, unmerged leaves, blank leaf, blank parent."""
    circle = Circle.of(SUITE, [f"m{number}" for number in range(12)])
    for name in ("m1", "m3", "m5", "m7", "m11", "m9"):
        circle.commit(name)
    circle.remove("m0", "m2")
    circle.remove("m8", "m10")
    circle.commit("m6")
    circle.add("m9", ["late 0", "late 1"])
    group = circle.groups["m0"]
    return group.tree, group.group_id


TREE, GROUP_ID = grown_tree()


def broken_trees() -> Iterator[tuple[str, list[Content]]]:
    """Yield every tree that differs from the sound one in one thing that somebody vouches for."""
    nodes = list(TREE.nodes())
    for index, node in enumerate(nodes):
        for what, changed in broken_nodes(node):
            yield f"{what} at {index}", [*nodes[:index], changed, *nodes[index + 1 :]]
    parents = [index for index, node in enumerate(nodes) if isinstance(node, ParentNode)]
    for first, second in pairwise(parents):
        swapped = list(nodes)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        yield f"swapped {first} and {second}", swapped


def broken_nodes(node: Content) -> Iterator[tuple[str, Content]]:
    if node is None:
        return
    flipped_key = bytes([node.encryption_key[0] ^ 1]) + node.encryption_key[1:]
    yield "other key", replace(node, encryption_key=flipped_key)
    if node.parent_hash:
        flipped = bytes([node.parent_hash[0] ^ 1]) + node.parent_hash[1:]
        yield "other parent hash", replace(node, parent_hash=flipped)
        yield "no parent hash", replace(node, parent_hash=b"")
    if isinstance(node, LeafNode):
        return
    for leaf in node.unmerged_leaves:
        kept = tuple(other for other in node.unmerged_leaves if other != leaf)
        yield f"unmerged {leaf} dropped", replace(node, unmerged_leaves=kept)
        yield "unmerged twice", replace(node, unmerged_leaves=(leaf, *node.unmerged_leaves))
    for leaf in range(0, 17, 2):
        if leaf not in node.unmerged_leaves:
            more = tuple(sorted((*node.unmerged_leaves, leaf)))
            yield f"unmerged {leaf} claimed", replace(node, unmerged_leaves=more)


BROKEN = [pytest.param(nodes, id=what) for what, nodes in broken_trees()]


def test_24_the_sound_tree_has_what_the_broken_ones_lack() -> None:
    parents = [node for node in TREE.nodes() if isinstance(node, ParentNode)]
    assert sum(bool(parent.unmerged_leaves) for parent in parents) >= 2
    assert sum(bool(parent.parent_hash) for parent in parents) >= 2
    assert any(leaf not in TREE for leaf in map(LeafIndex, range(TREE.leaf_count)))
    assert invalid_parent(SUITE, TREE) is None
    assert len(BROKEN) > 60
    check_tree(SUITE, TREE, group_id=GROUP_ID, extensions=())


def test_24_a_member_vouches_for_a_parent_beside_somebody_unmerged() -> None:
    circle = Circle.of(SUITE, ["ada", "ben", "cleo", "dan"])
    circle.remove("ada", "ben")
    newcomer = Proposal.of(Add(circle.person("eve").key_package))
    added = circle.groups["dan"].commit([newcomer], now=NOW, random=circle.random, renew_keys=False)
    root = added.group.tree.root.content
    assert isinstance(root, ParentNode)
    # Eve has ben's leaf, beside ada, who gave the root its key.
    assert root.unmerged_leaves == (1,)
    # "If P is the root ... parent_hash is the zero-length octet string" (7.9)
    assert root.parent_hash == b""
    check_tree(SUITE, added.group.tree, group_id=added.group.group_id, extensions=())


@pytest.mark.parametrize("nodes", BROKEN)
def test_24_a_tree_that_nobody_vouches_for_is_refused(nodes: list[Content]) -> None:
    with pytest.raises(MLSError):
        check_tree(SUITE, RatchetTree.of_nodes(nodes), group_id=GROUP_ID, extensions=())


@pytest.mark.parametrize(
    ("index", "changes", "why"),
    [
        (7, {"unmerged_leaves": (2, 2)}, "out of order"),
        (3, {"unmerged_leaves": (2, 9)}, "not below its node"),
        (7, {"unmerged_leaves": (0, 2)}, "merged further down"),
        (15, {"unmerged_leaves": (13,)}, "is blank"),
        (3, {"encryption_key": bytes(31)}, "32 bytes"),
        (3, {"parent_hash": bytes(32)}, "nobody vouches"),
    ],
    ids=["25 order", "25 elsewhere", "25 merged", "25 blank", "45 short key", "24 parent hash"],
)
def test_each_rule_about_parents_has_its_own_refusal(
    index: int, changes: dict[str, Any], why: str
) -> None:
    nodes = list(TREE.nodes())
    nodes[index] = replace(nodes[index], **changes)  # type: ignore[type-var]
    with pytest.raises(MLSError, match=why):
        check_tree(SUITE, RatchetTree.of_nodes(nodes), group_id=GROUP_ID, extensions=())
