"""Update paths: who can follow one, who cannot, and which keys are kept afterwards."""

from dataclasses import replace

import pytest

from holdspace.protocol.mls import CryptoError, LeafIndex, ValidationError, cipher_suite, treekem
from holdspace.protocol.mls.ciphersuite import CipherSuite
from holdspace.protocol.mls.group import Group
from holdspace.protocol.mls.hpke import HPKEKeyPair
from holdspace.protocol.mls.testing import Circle
from holdspace.protocol.mls.treekem import (
    CreatedPath,
    PathPlace,
    apply_path,
    create_path,
    kept_keys,
    keys_from_welcome,
    node_key_pair,
)
from holdspace.protocol.mls.treemath import NodeIndex

SUITE = cipher_suite(0x0001)
NAMES = [f"m{number}" for number in range(6)]


@pytest.fixture
def circle() -> Circle:
    circle = Circle.of(SUITE, NAMES)
    for name in NAMES:
        circle.commit(name)
    return circle


def place(group: Group, *joiners: int) -> PathPlace:
    return PathPlace(
        suite=SUITE,
        tree=group.tree,
        group_context=group.group_context,
        sender=group.own_leaf_index,
        joiners=[LeafIndex(leaf) for leaf in joiners],
    )


def created(circle: Circle, group: Group, *joiners: int) -> CreatedPath:
    return create_path(
        place(group, *joiners),
        signature_key_pair=group.signature_key_pair,
        private_keys=group.private_keys,
        random=circle.random,
    )


def test_everybody_but_the_author_comes_to_the_same_secret(circle: Circle) -> None:
    author = circle.groups["m2"]
    path = created(circle, author)
    for name in NAMES:
        group = circle.groups[name]
        if group is author:
            continue
        taken = apply_path(
            place(author),
            path.update_path,
            own_leaf=group.own_leaf_index,
            private_keys=group.private_keys,
        )
        assert taken.commit_secret == path.commit_secret
        assert taken.group_context == path.group_context


def test_a_path_shows_none_of_its_secrets(circle: Circle) -> None:
    path = created(circle, circle.groups["m0"])
    for secret in (path.commit_secret, *path.path_secrets.values()):
        assert repr(secret)[2:-1] not in repr(path)
    assert "private_key" not in repr(path)


def test_in_a_full_tree_a_path_is_sealed_once_per_level(circle: Circle) -> None:
    path = created(circle, circle.groups["m0"])
    assert [len(node.encrypted_path_secret) for node in path.update_path.nodes] == [1, 1, 1]


def test_27_a_path_is_not_sealed_to_those_who_join_with_it(circle: Circle) -> None:
    group = circle.groups["m0"]
    counts = [
        [
            len(node.encrypted_path_secret)
            for node in created(circle, group, *joiners).update_path.nodes
        ]
        for joiners in ((), (1,))
    ]
    assert counts == [[1, 1, 1], [0, 1, 1]]


def test_31_keys_from_before_a_removal_open_nothing_after_it(circle: Circle) -> None:
    gone = circle.groups["m3"]
    circle.remove("m0", "m3")
    author = circle.groups["m5"]
    with pytest.raises(ValidationError, match=r"no path secret is sealed to us"):
        apply_path(
            place(author),
            created(circle, author).update_path,
            own_leaf=LeafIndex(3),
            private_keys=gone.private_keys,
        )


def test_29_a_path_opens_only_under_the_context_it_was_made_for(circle: Circle) -> None:
    author, reader = circle.groups["m1"], circle.groups["m4"]
    path = created(circle, author)
    elsewhere = replace(place(author), group_context=replace(author.group_context, epoch=99))
    with pytest.raises(CryptoError, match="does not open"):
        apply_path(
            elsewhere,
            path.update_path,
            own_leaf=reader.own_leaf_index,
            private_keys=reader.private_keys,
        )


@pytest.mark.parametrize("bad", [bytes(31), bytes(32)])
@pytest.mark.parametrize("level", [0, 1], ids=["lowest", "highest"])
def test_r13_a_path_brings_no_key_that_nobody_can_seal_to(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, level: int, bad: bytes
) -> None:
    author, reader = circle.groups["m0"], circle.groups["m5"]
    made = iter(range(9))

    def forged(suite: CipherSuite, path_secret: bytes) -> HPKEKeyPair:
        key_pair = node_key_pair(suite, path_secret)
        return replace(key_pair, public_key=bad) if next(made) == level else key_pair

    # A key that only the author's side has, who could be friends: the reader cannot derive it.
    with monkeypatch.context() as patched:
        patched.setattr(treekem, "node_key_pair", forged)
        path = created(circle, author)
    with pytest.raises(CryptoError, match=r"small order|32 bytes"):
        apply_path(
            place(author),
            path.update_path,
            own_leaf=reader.own_leaf_index,
            private_keys=reader.private_keys,
        )


def test_the_author_takes_no_path_of_its_own(circle: Circle) -> None:
    author = circle.groups["m1"]
    with pytest.raises(ValidationError, match="leaves us out"):
        apply_path(
            place(author),
            created(circle, author).update_path,
            own_leaf=author.own_leaf_index,
            private_keys=author.private_keys,
        )


def test_11_only_keys_of_our_own_path_are_kept(circle: Circle) -> None:
    for name in NAMES:
        group = circle.groups[name]
        nodes = [
            NodeIndex(2 * group.own_leaf_index),
            *(s.node for s in group.tree.path(group.own_leaf_index)),
        ]
        contents = [group.tree.subtree(node).content for node in nodes]
        public = {content.encryption_key for content in contents if content is not None}
        assert set(group.private_keys) == public
    old = circle.groups["m0"]
    circle.commit("m0")
    fresh = circle.groups["m0"]
    assert not old.private_keys.keys() & fresh.private_keys.keys()
    assert kept_keys(fresh.tree, LeafIndex(0), old.private_keys, ()) == {}


def test_39_a_path_secret_for_a_node_without_a_key_is_refused() -> None:
    circle = Circle.of(SUITE, NAMES)
    tree = circle.groups["m4"].tree
    with pytest.raises(ValidationError, match="path is blank"):
        keys_from_welcome(
            SUITE, tree, signer=LeafIndex(4), own_leaf=LeafIndex(5), path_secret=bytes(32)
        )
    lonely = tree.remove(LeafIndex(5))
    with pytest.raises(ValidationError, match="has no key"):
        keys_from_welcome(
            SUITE, lonely, signer=LeafIndex(4), own_leaf=LeafIndex(5), path_secret=bytes(32)
        )


def test_somebody_alone_can_renew_too() -> None:
    circle = Circle.of(SUITE, ["ada"])
    before = circle.groups["ada"].epoch_authenticator
    circle.commit("ada")
    assert circle.groups["ada"].epoch_authenticator != before
    circle.add("ada", ["ben"])
    assert circle.agree()


def test_39_a_path_secret_from_nobody_else_is_refused() -> None:
    alone = Circle.of(SUITE, ["ada"]).groups["ada"]
    with pytest.raises(ValidationError, match="for a node that has no key"):
        keys_from_welcome(
            SUITE,
            alone.tree,
            signer=LeafIndex(0),
            own_leaf=LeafIndex(0),
            path_secret=bytes(SUITE.n_h),
        )
