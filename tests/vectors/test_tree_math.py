"""Official family tree-math: our array tree answers as everybody's does."""

from collections.abc import Callable
from typing import Any

import pytest

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.treemath import NodeIndex


@pytest.mark.vectors("tree-math", 10)
def test_tree_math(case: dict[str, Any]) -> None:
    leaf_count = case["n_leaves"]
    assert treemath.node_width(leaf_count) == case["n_nodes"]
    assert treemath.root(leaf_count) == case["root"]
    questions: dict[str, Callable[[NodeIndex], NodeIndex]] = {
        "left": treemath.left,
        "right": treemath.right,
        "parent": lambda node: treemath.parent(node, leaf_count),
        "sibling": lambda node: treemath.sibling(node, leaf_count),
    }
    for question, answer in questions.items():
        for node, expected in enumerate(case[question]):
            if expected is None:
                with pytest.raises(ValueError, match=r"no (children|parent)"):
                    answer(NodeIndex(node))
            else:
                assert answer(NodeIndex(node)) == expected
