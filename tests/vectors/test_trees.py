"""Official families tree-operations, tree-validation and treekem, for suite 0x0001."""

import os
from typing import Any

import pytest

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.ciphersuite import CipherSuite, cipher_suite
from holdspace.protocol.mls.messages import Add, Proposal, Remove, Update, UpdatePath
from holdspace.protocol.mls.ratchet_tree import RatchetTree, resolution
from holdspace.protocol.mls.structs import GroupContext
from holdspace.protocol.mls.tree_hash import fresh_tree_hash, invalid_parent, tree_hash
from holdspace.protocol.mls.treekem import (
    PathPlace,
    PrivateKeys,
    apply_path,
    create_path,
    node_key_pair,
)
from holdspace.protocol.mls.treemath import LeafIndex, NodeIndex


def decoded(case: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(case[name])


@pytest.mark.vectors("tree-operations", 5)
def test_tree_operations(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    before = RatchetTree.decode(decoded(case, "tree_before"))
    assert before.encode() == decoded(case, "tree_before")
    assert tree_hash(suite, before.root) == decoded(case, "tree_hash_before")
    after = applied(before, Proposal.decode(decoded(case, "proposal")), case["proposal_sender"])
    assert after.encode() == decoded(case, "tree_after")
    assert tree_hash(suite, after.root) == decoded(case, "tree_hash_after")


def applied(tree: RatchetTree, proposal: Proposal, sender: int) -> RatchetTree:
    match proposal.body:
        case Add(key_package):
            return tree.add(key_package.leaf_node)[0]
        case Update(leaf_node):
            return tree.update(LeafIndex(sender), leaf_node)
        case Remove(removed):
            return tree.remove(LeafIndex(removed))
        case _:
            raise AssertionError("the family has no other proposals")


@pytest.mark.vectors("tree-validation", 14, suites=(1,))
def test_tree_validation(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    tree = RatchetTree.decode(decoded(case, "tree"))
    group_id = decoded(case, "group_id")
    assert tree.encode() == decoded(case, "tree")
    subtrees = [
        tree.subtree(NodeIndex(node)) for node in range(treemath.node_width(tree.leaf_count))
    ]
    assert [list(resolution(subtree)) for subtree in subtrees] == case["resolutions"]
    for hash_of in (tree_hash, fresh_tree_hash):
        assert [hash_of(suite, subtree).hex() for subtree in subtrees] == case["tree_hashes"]
    assert invalid_parent(suite, tree) is None
    for leaf, leaf_node in tree.members():
        tbs = leaf_node.tbs(group_id, leaf)
        suite.verify_with_label(
            leaf_node.signature_key, "LeafNodeTBS", tbs, signature=leaf_node.signature
        )


@pytest.mark.vectors("treekem", 11, suites=(1,))
def test_treekem(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    tree = RatchetTree.decode(decoded(case, "ratchet_tree"))
    held = {leaf["index"]: private_keys(suite, tree, leaf) for leaf in case["leaves_private"]}
    for given in case["update_paths"]:
        place = place_of(suite, tree, given["sender"], case)
        update_path = UpdatePath.decode(decoded(given, "update_path"))
        for own_leaf, keys in held.items():
            if own_leaf == given["sender"]:
                continue
            result = apply_path(place, update_path, own_leaf=LeafIndex(own_leaf), private_keys=keys)
            assert result.commit_secret.hex() == given["commit_secret"]
            assert result.group_context.tree_hash.hex() == given["tree_hash_after"]
            secret = bytes.fromhex(given["path_secrets"][own_leaf])
            assert node_key_pair(suite, secret).public_key in result.private_keys


@pytest.mark.vectors("treekem", 11, suites=(1,))
def test_treekem_with_paths_of_our_own(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    tree = RatchetTree.decode(decoded(case, "ratchet_tree"))
    held = {leaf["index"]: private_keys(suite, tree, leaf) for leaf in case["leaves_private"]}
    for leaf in case["leaves_private"]:
        sender = leaf["index"]
        place = place_of(suite, tree, sender, case)
        signature_key_pair = suite.signature.load(bytes.fromhex(leaf["signature_priv"]))
        created = create_path(
            place,
            signature_key_pair=signature_key_pair,
            private_keys=held[sender],
            random=os.urandom,
        )
        assert invalid_parent(suite, created.tree) is None
        for own_leaf in held.keys() - {sender}:
            result = apply_path(
                place,
                UpdatePath.decode(created.update_path.encode()),
                own_leaf=own_leaf,
                private_keys=held[own_leaf],
            )
            assert result.commit_secret == created.commit_secret
            assert result.group_context == created.group_context


def private_keys(suite: CipherSuite, tree: RatchetTree, leaf: dict[str, Any]) -> PrivateKeys:
    own = suite.kem.load(bytes.fromhex(leaf["encryption_priv"]))
    leaf_node = tree.leaf(LeafIndex(leaf["index"]))
    assert leaf_node is not None
    assert leaf_node.encryption_key == own.public_key
    keys = {own.public_key: own}
    for known in leaf["path_secrets"]:
        key_pair = node_key_pair(suite, bytes.fromhex(known["path_secret"]))
        content = tree.subtree(known["node"]).content
        assert content is not None
        assert content.encryption_key == key_pair.public_key
        keys[key_pair.public_key] = key_pair
    return keys


def place_of(suite: CipherSuite, tree: RatchetTree, sender: int, case: dict[str, Any]) -> PathPlace:
    context = GroupContext(
        cipher_suite=suite.id,
        group_id=decoded(case, "group_id"),
        epoch=case["epoch"],
        tree_hash=b"",
        confirmed_transcript_hash=decoded(case, "confirmed_transcript_hash"),
    )
    return PathPlace(suite=suite, tree=tree, group_context=context, sender=LeafIndex(sender))
