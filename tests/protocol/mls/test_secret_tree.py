"""The secret tree: each key once, in any order, within a window; and nothing spent left behind."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.ciphersuite import DEFAULT_SUITE as SUITE
from holdspace.protocol.mls.ciphersuite import CipherSuite
from holdspace.protocol.mls.errors import UsageError, ValidationError
from holdspace.protocol.mls.secret_tree import (
    MAX_GENERATION,
    MessageKey,
    Ratchet,
    RatchetKind,
    SecretTree,
    Window,
)
from holdspace.protocol.mls.treemath import LeafIndex

APPLICATION, HANDSHAKE = RatchetKind.application, RatchetKind.handshake
LEAF = LeafIndex(0)
Request = tuple[LeafIndex, RatchetKind, int]
requests: st.SearchStrategy[Request] = st.tuples(
    st.integers(0, 4).map(LeafIndex), st.sampled_from(RatchetKind), st.integers(0, 9)
)


def new_tree(window: Window | None = None) -> SecretTree:
    return SecretTree.create(SUITE, b"e" * 32, 5, window or Window())


def secrets_in(value: Any) -> Iterator[bytes]:
    """Walk all that a tree holds."""
    match value:
        case bytes():
            yield value
        case SecretTree():
            yield from secrets_in([value.secrets, value.ratchets])
        case Ratchet():
            yield from secrets_in([value.secret, value.skipped])
        case MessageKey():
            yield from (value.key, value.nonce)
        case dict():
            for held in value.values():
                yield from secrets_in(held)
        case list():
            for held in value:
                yield from secrets_in(held)


@given(order=st.lists(requests, unique=True, max_size=12))
def test_keys_do_not_depend_on_the_order_they_are_taken_in(order: list[Request]) -> None:
    tree, keys = new_tree(), []
    for request in order:
        tree, key = tree.take(*request)
        keys.append(key)
    assert keys == [new_tree().take(*request)[1] for request in order]
    assert len({key.key for key in keys}) == len(keys)


@given(order=st.lists(requests, unique=True, min_size=1, max_size=8))
def test_checklist_11_each_key_is_there_once(order: list[Request]) -> None:
    tree, spent = new_tree(), []
    for request in order:
        tree, key = tree.take(*request)
        spent += [key.key, key.nonce]
    for request in order:
        with pytest.raises(ValidationError, match="read already"):
            tree.take(*request)
    assert not set(spent) & set(secrets_in(tree))


def test_checklist_11_what_children_were_derived_from_is_gone() -> None:
    tree, _ = new_tree().take(LEAF, APPLICATION, 0)
    path = treemath.direct_path(treemath.node_of(LEAF), tree.leaf_count)
    assert not set(path) & set(tree.secrets)
    assert b"e" * 32 not in set(secrets_in(tree))
    for leaf in range(5):
        tree, _ = tree.take(LeafIndex(leaf), HANDSHAKE, 0)
    # What is left belongs to leaves that have not spoken: 5 and the pair 6, 7.
    assert set(tree.secrets) == {10, 13}


def test_taking_changes_nothing_but_what_is_returned() -> None:
    tree = new_tree()
    before = list(secrets_in(tree))
    assert tree.take(LEAF, APPLICATION, 3) == tree.take(LEAF, APPLICATION, 3)
    assert list(secrets_in(tree)) == before


def test_checklist_14_the_two_ratchets_are_apart() -> None:
    tree, first = new_tree().take(LEAF, APPLICATION, 5)
    _, second = tree.take(LEAF, HANDSHAKE, 5)
    assert first.key != second.key
    assert tree.take_next(LEAF, HANDSHAKE)[1].generation == 0
    assert tree.take_next(LEAF, APPLICATION)[1].generation == 6


@pytest.mark.parametrize("kind", RatchetKind)
def test_checklist_13_14_the_jump_is_bounded(kind: RatchetKind) -> None:
    tree = new_tree(Window(forward=4))
    assert tree.take(LEAF, kind, 4)[1].generation == 4
    for generation in (5, 6, MAX_GENERATION):
        with (
            patch.object(CipherSuite, "derive_tree_secret") as derived,
            pytest.raises(ValidationError, match="skips too many"),
        ):
            tree.take(LEAF, kind, generation)
        derived.assert_not_called()


@pytest.mark.parametrize("kind", RatchetKind)
def test_checklist_13_14_skipped_keys_are_bounded_and_the_oldest_go_first(
    kind: RatchetKind,
) -> None:
    tree, _ = new_tree(Window(forward=32, skipped=3)).take(LEAF, kind, 10)
    for generation in range(7, 10):
        tree, _ = tree.take(LEAF, kind, generation)
    with pytest.raises(ValidationError, match="came too late"):
        tree.take(LEAF, kind, 6)
    for jump in (15, 20, 25):
        tree, _ = tree.take(LEAF, kind, jump)
    assert sorted(tree.ratchets[LEAF, kind].skipped) == [22, 23, 24]


def test_a_sender_outside_the_tree_is_refused() -> None:
    tree = new_tree()
    for leaf in (5, 8, 2**32 - 1):
        with pytest.raises(ValidationError, match="outside the tree"):
            tree.take(LeafIndex(leaf), APPLICATION, 0)


def test_writing_stops_before_a_generation_comes_twice() -> None:
    # The generation travels as a uint32.
    assert MAX_GENERATION.to_bytes(4) == b"\xff" * 4
    last = Ratchet(b"s" * 32, MAX_GENERATION)
    tree = new_tree().take(LEAF, APPLICATION, 0)[0]
    tree = SecretTree(
        SUITE, 5, Window(), tree.secrets, {**tree.ratchets, (LEAF, APPLICATION): last}
    )
    tree, key = tree.take_next(LEAF, APPLICATION)
    assert key.generation == MAX_GENERATION
    with pytest.raises(UsageError, match="commit first"):
        tree.take_next(LEAF, APPLICATION)


def test_keys_do_not_show() -> None:
    tree, key = new_tree().take(LEAF, APPLICATION, 2)
    shown = f"{tree!r} {key!r} {tree.ratchets!r}"
    for secret in (*secrets_in(tree), key.key, key.nonce):
        assert repr(secret) not in shown
        assert secret.hex() not in shown
