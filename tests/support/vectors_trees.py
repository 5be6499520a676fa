"""Check cases of the official families tree-operations, tree-validation and treekem."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any, cast

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.ciphersuite import CipherSuite, HPKEKeyPair, cipher_suite
from holdspace.protocol.mls.hpke import Kem
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
from holdspace.protocol.mls.validation import check_members
from vectors_encoding import Case, unhex

KeyPairOf = Callable[[bytes], HPKEKeyPair]


class KeepingKem:
    """A suite's KEM that derives each key pair once.

    Many members of a case know the same secrets, and deriving a key pair is what takes time.
    """

    def __init__(self, kem: Kem) -> None:
        self.kem = kem
        self.derive_key_pair = cache(kem.derive_key_pair)
        self.derive_known_key_pair = cache(kem.derive_known_key_pair)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kem, name)


def verify_tree_operations(case: Case) -> None:
    """Apply one proposal to a tree."""
    suite = cipher_suite(case["cipher_suite"])
    before = RatchetTree.decode(unhex(case, "tree_before"))
    assert before.encode() == unhex(case, "tree_before")
    assert tree_hash(suite, before.root) == unhex(case, "tree_hash_before")
    after = applied(before, Proposal.decode(unhex(case, "proposal")), case["proposal_sender"])
    assert after.encode() == unhex(case, "tree_after")
    assert tree_hash(suite, after.root) == unhex(case, "tree_hash_after")


def applied(tree: RatchetTree, proposal: Proposal, sender: int) -> RatchetTree:
    """Return the tree that a proposal makes of a tree."""
    match proposal.body:
        case Add(key_package):
            return tree.add(key_package.leaf_node)[0]
        case Update(leaf_node):
            return tree.update(LeafIndex(sender), leaf_node)
        case Remove(removed):
            return tree.remove(LeafIndex(removed))
        case _:
            raise AssertionError("the family has no other proposals")


def verify_tree_validation(case: Case) -> None:
    """Check a tree as somebody does who was just let in."""
    suite, group_id = cipher_suite(case["cipher_suite"]), unhex(case, "group_id")
    tree = RatchetTree.decode(unhex(case, "tree"))
    assert tree.encode() == unhex(case, "tree")
    subtrees = [
        tree.subtree(NodeIndex(node)) for node in range(treemath.node_width(tree.leaf_count))
    ]
    assert [list(resolution(subtree)) for subtree in subtrees] == case["resolutions"]
    assert [tree_hash(suite, subtree).hex() for subtree in subtrees] == case["tree_hashes"]
    # Once from nothing that was kept; the nodes below it are hashed on the way.
    assert fresh_tree_hash(suite, tree.root) == tree_hash(suite, tree.root)
    assert invalid_parent(suite, tree) is None
    for leaf, leaf_node in tree.members():
        tbs = leaf_node.tbs(group_id, leaf)
        suite.verify_with_label(
            leaf_node.signature_key, "LeafNodeTBS", tbs, signature=leaf_node.signature
        )


def verify_treekem(case: Case) -> None:
    """Take every path as every member, then make one as every member and take that."""
    suite = cipher_suite(case["cipher_suite"])
    suite = replace(suite, kem=cast("Kem", KeepingKem(suite.kem)))
    tree = RatchetTree.decode(unhex(case, "ratchet_tree"))
    check_members(tree, ())
    key_pair_of = partial(node_key_pair, suite)
    held = {
        leaf["index"]: private_keys(suite, tree, leaf, key_pair_of)
        for leaf in case["leaves_private"]
    }
    for given in case["update_paths"]:
        their_path(place_of(suite, tree, given["sender"], case), given, held, key_pair_of)
    for leaf in case["leaves_private"]:
        our_path(place_of(suite, tree, leaf["index"], case), unhex(leaf, "signature_priv"), held)


def their_path(
    place: PathPlace, given: Case, held: dict[int, PrivateKeys], key_pair_of: KeyPairOf
) -> None:
    """Take a path of the case."""
    update_path = UpdatePath.decode(unhex(given, "update_path"))
    for own_leaf in held.keys() - {given["sender"]}:
        result = apply_path(
            place, update_path, own_leaf=LeafIndex(own_leaf), private_keys=held[own_leaf]
        )
        assert result.commit_secret == unhex(given, "commit_secret")
        assert result.group_context.tree_hash == unhex(given, "tree_hash_after")
        secret = bytes.fromhex(given["path_secrets"][own_leaf])
        assert key_pair_of(secret).public_key in result.private_keys


def our_path(place: PathPlace, signature_priv: bytes, held: dict[int, PrivateKeys]) -> None:
    """Make a path of our own, and take it as everybody else."""
    created = create_path(
        place,
        signature_key_pair=place.suite.signature.load(signature_priv),
        private_keys=held[place.sender],
        random=os.urandom,
    )
    assert invalid_parent(place.suite, created.tree) is None
    update_path = UpdatePath.decode(created.update_path.encode())
    for own_leaf in held.keys() - {place.sender}:
        result = apply_path(
            place, update_path, own_leaf=LeafIndex(own_leaf), private_keys=held[own_leaf]
        )
        assert result.commit_secret == created.commit_secret
        assert result.group_context == created.group_context


def private_keys(
    suite: CipherSuite, tree: RatchetTree, leaf: Case, key_pair_of: KeyPairOf
) -> PrivateKeys:
    """Return the private keys of one member, which must fit the tree."""
    own = suite.kem.load(unhex(leaf, "encryption_priv"))
    leaf_node = tree.leaf(LeafIndex(leaf["index"]))
    assert leaf_node is not None
    assert leaf_node.encryption_key == own.public_key
    keys = {own.public_key: own}
    for known in leaf["path_secrets"]:
        key_pair = key_pair_of(unhex(known, "path_secret"))
        content = tree.subtree(known["node"]).content
        assert content is not None
        assert content.encryption_key == key_pair.public_key
        keys[key_pair.public_key] = key_pair
    return keys


def place_of(suite: CipherSuite, tree: RatchetTree, sender: int, case: Case) -> PathPlace:
    """Return where a path of the case goes."""
    context = GroupContext(
        cipher_suite=suite.id,
        group_id=unhex(case, "group_id"),
        epoch=case["epoch"],
        tree_hash=b"",
        confirmed_transcript_hash=unhex(case, "confirmed_transcript_hash"),
    )
    return PathPlace(
        suite=suite, tree=tree, group_context=context, sender=LeafIndex(sender), former=tree
    )
