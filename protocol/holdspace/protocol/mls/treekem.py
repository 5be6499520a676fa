"""Update paths, made and taken: RFC 9420 sections 7.4 to 7.6.

A committer gives every node above its leaf a new key and seals each path secret to the members on
the other side. Whoever can open one of them derives all keys from there up to the root, and with
them the commit secret.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.ciphersuite import (
    CipherSuite,
    HPKEKeyPair,
    RandomSource,
    SignatureKeyPair,
)
from holdspace.protocol.mls.errors import CryptoError, ValidationError
from holdspace.protocol.mls.messages import HPKECiphertext, UpdatePath, UpdatePathNode
from holdspace.protocol.mls.ratchet_tree import (
    PathStep,
    RatchetTree,
    descend,
    resolution,
    resolution_keys,
)
from holdspace.protocol.mls.structs import GroupContext, LeafNode, LeafNodeSource, ParentNode
from holdspace.protocol.mls.tree_hash import parents_of_path, tree_hash
from holdspace.protocol.mls.treemath import LeafIndex, NodeIndex
from holdspace.protocol.mls.validation import check_members
from holdspace.protocol.values import replace, value

# The private keys we hold, found by their public keys: a node that was given a new key cannot be
# mistaken for what it was before.
PrivateKeys = Mapping[bytes, HPKEKeyPair]


@value(kw_only=True)
class PathPlace:
    """Where an update path goes.

    `tree` has the commit's proposals applied already; `group_context` is the next epoch's but for
    its tree hash; `joiners` are the leaves the same commit adds, who get path secrets by Welcome;
    `former` is the tree that it all began with.
    """

    suite: CipherSuite
    tree: RatchetTree
    group_context: GroupContext
    sender: LeafIndex
    joiners: Collection[LeafIndex] = ()
    former: RatchetTree | None = None

    def steps(self) -> tuple[PathStep, ...]:
        """Return the parents that get a new key, lowest first."""
        return self.tree.filtered_direct_path(self.sender)

    def recipients(self, step: PathStep) -> Sequence[bytes]:
        """Return the public keys that a step's path secret is sealed to."""
        public_keys = resolution_keys(step.sibling)
        if not self.joiners:
            return public_keys
        # 7.6: the resolution of the copath child, less "any new leaf nodes added in this Commit"
        left_out = {treemath.node_of(leaf) for leaf in self.joiners}
        nodes = zip(resolution(step.sibling), public_keys, strict=True)
        return [public_key for node, public_key in nodes if node not in left_out]

    def merged(
        self, leaf_node: LeafNode, parents: Mapping[NodeIndex, ParentNode]
    ) -> tuple[RatchetTree, GroupContext]:
        """Return the tree with the path in it and the GroupContext that path secrets seal to."""
        tree = self.tree.set_path(self.sender, leaf_node, parents)
        # 12.4.2: the new keys must be "different from" every other in the tree, which is cheaper to
        # find out before anything is opened.
        check_members(tree, self.group_context.extensions, self.former)
        # 12.4.2: the provisional GroupContext has the new tree hash, the new epoch and extensions,
        # and still the old confirmed transcript hash.
        hashed = replace(self.group_context, tree_hash=tree_hash(self.suite, tree.root))
        return tree, hashed


@value(kw_only=True)
class AppliedPath:
    """What an update path comes to, for its author and for those who take it."""

    tree: RatchetTree
    group_context: GroupContext
    private_keys: PrivateKeys = field(repr=False)
    commit_secret: bytes = field(repr=False)


@value(kw_only=True)
class CreatedPath(AppliedPath):
    """An update path of our own, with the path secrets that newcomers are given."""

    update_path: UpdatePath
    path_secrets: Mapping[NodeIndex, bytes] = field(repr=False)


def create_path(
    place: PathPlace,
    *,
    signature_key_pair: SignatureKeyPair,
    private_keys: PrivateKeys,
    random: RandomSource,
) -> CreatedPath:
    """Renew every key from our own leaf up; whose key signs the leaf, that one it names."""
    suite, steps = place.suite, place.steps()
    path_secrets, commit_secret = _path_secrets(suite, random(suite.n_h), len(steps))
    key_pairs = [node_key_pair(suite, path_secret) for path_secret in path_secrets]
    parents, leaf_parent_hash = parents_of_path(suite, steps, [k.public_key for k in key_pairs])
    leaf_key_pair = suite.generate_key_pair(random)
    leaf_node = _renewed_leaf(place, leaf_key_pair.public_key, leaf_parent_hash, signature_key_pair)
    tree, group_context = place.merged(leaf_node, parents)
    seal = suite.sealer("UpdatePathNode", group_context.encoded, random)
    sealed = [
        tuple(seal(public_key, path_secret) for public_key in place.recipients(step))
        for step, path_secret in zip(steps, path_secrets, strict=True)
    ]
    nodes = zip(key_pairs, sealed, strict=True)
    return CreatedPath(
        tree=tree,
        group_context=group_context,
        private_keys=kept_keys(tree, place.sender, private_keys, [leaf_key_pair, *key_pairs]),
        commit_secret=commit_secret,
        update_path=UpdatePath(
            leaf_node, tuple(UpdatePathNode(key.public_key, to_all) for key, to_all in nodes)
        ),
        path_secrets={s.node: secret for s, secret in zip(steps, path_secrets, strict=True)},
    )


def apply_path(
    place: PathPlace, update_path: UpdatePath, *, own_leaf: LeafIndex, private_keys: PrivateKeys
) -> AppliedPath:
    """Take another member's path; everything in it that we can check is checked."""
    steps = place.steps()
    check_shape(place, steps, update_path)
    parents, leaf_parent_hash = parents_of_path(
        place.suite, steps, [node.encryption_key for node in update_path.nodes]
    )
    # 12.4.2: "Verify that the parent_hash in the leaf node of the path is right."
    if update_path.leaf_node.parent_hash != leaf_parent_hash:
        raise ValidationError("the path's leaf has a wrong parent hash (RFC 9420, 7.9)")
    tree, group_context = place.merged(update_path.leaf_node, parents)
    at = _entry(steps, own_leaf)
    key_pair, ciphertext = _sealed_to_us(
        place.recipients(steps[at]), update_path.nodes[at], private_keys
    )
    # R13: those above us we derive; whoever vouches for those below may be the author's friend, and
    # a key that nobody can seal to would let nobody commit any more.
    for node in update_path.nodes[:at]:
        place.suite.kem.check_public_key(node.encryption_key)
    path_secret = place.suite.decrypt_with_label(
        key_pair, "UpdatePathNode", group_context.encoded, ciphertext=ciphertext
    )
    path_secrets, commit_secret = _path_secrets(place.suite, path_secret, len(steps) - at)
    key_pairs = [
        checked_key_pair(place.suite, secret, node.encryption_key)
        for secret, node in zip(path_secrets, update_path.nodes[at:], strict=True)
    ]
    return AppliedPath(
        tree=tree,
        group_context=group_context,
        private_keys=kept_keys(tree, own_leaf, private_keys, key_pairs),
        commit_secret=commit_secret,
    )


def keys_from_welcome(
    suite: CipherSuite,
    tree: RatchetTree,
    *,
    signer: LeafIndex,
    own_leaf: LeafIndex,
    path_secret: bytes,
) -> list[HPKEKeyPair]:
    """Return the keys of the nodes above both the committer and us (12.4.3.1)."""
    shared = treemath.common_ancestor(treemath.node_of(signer), treemath.node_of(own_leaf))
    steps = [s for s in tree.filtered_direct_path(signer) if treemath.covers(s.node, shared)]
    if not steps or steps[0].node != shared:
        raise ValidationError("a path secret came for a node that has no key (RFC 9420, 12.4.3.1)")
    path_secrets, _ = _path_secrets(suite, path_secret, len(steps))
    key_pairs = []
    for step, secret in zip(steps, path_secrets, strict=True):
        content = descend(tree.root, step.node).content
        if content is None:
            raise ValidationError("the committer's path is blank (RFC 9420, 12.4.3.1)")
        key_pairs.append(checked_key_pair(suite, secret, content.encryption_key))
    return key_pairs


def sign_leaf_node(
    suite: CipherSuite,
    leaf_node: LeafNode,
    signature_key_pair: SignatureKeyPair,
    *,
    group_id: bytes = b"",
    leaf_index: int = 0,
) -> LeafNode:
    """Return the leaf signed for its place (7.2)."""
    tbs = leaf_node.tbs(group_id, leaf_index)
    signature = suite.sign_with_label(signature_key_pair, "LeafNodeTBS", tbs)
    return replace(leaf_node, signature=signature)


def updated_leaf(
    suite: CipherSuite,
    leaf_node: LeafNode,
    signature_key_pair: SignatureKeyPair,
    *,
    encryption_key: bytes,
    group_id: bytes,
    leaf_index: int,
) -> LeafNode:
    """Return a member's leaf with another key, for an Update (12.1.2), naming who signs it."""
    renewed = replace(
        leaf_node,
        encryption_key=encryption_key,
        signature_key=signature_key_pair.public_key,
        leaf_node_source=LeafNodeSource.update,
        lifetime=None,
        parent_hash=None,
        signature=b"",
    )
    return sign_leaf_node(
        suite, renewed, signature_key_pair, group_id=group_id, leaf_index=leaf_index
    )


def check_shape(place: PathPlace, steps: Sequence[PathStep], update_path: UpdatePath) -> None:
    """Refuse a path with more or fewer keys or ciphertexts than its place asks for."""
    # 12.4.2: "The number of entries in nodes MUST be equal to the length of the filtered direct
    # path"; 7.6: one ciphertext for each node of the resolution.
    if len(update_path.nodes) != len(steps):
        raise ValidationError("the update path has the wrong length (RFC 9420, 7.5)")
    for step, node in zip(steps, update_path.nodes, strict=True):
        if len(node.encrypted_path_secret) != len(place.recipients(step)):
            raise ValidationError("the update path seals to the wrong nodes (RFC 9420, 7.6)")


def node_key_pair(suite: CipherSuite, path_secret: bytes) -> HPKEKeyPair:
    """Return the key pair of a node, given its path secret (7.4)."""
    return suite.derive_key_pair(suite.derive_secret(path_secret, "node"))


def checked_key_pair(suite: CipherSuite, path_secret: bytes, public_key: bytes) -> HPKEKeyPair:
    """Return the key pair of a node, or refuse it if the tree says otherwise."""
    # 7.5: "The recipient of an UpdatePath MUST verify that the derived public keys are equal".
    try:
        return suite.derive_known_key_pair(suite.derive_secret(path_secret, "node"), public_key)
    except CryptoError:
        raise CryptoError(
            "a path secret does not belong to its public key (RFC 9420, 7.5)"
        ) from None


def kept_keys(
    tree: RatchetTree, leaf: LeafIndex, held: PrivateKeys, fresh: Iterable[HPKEKeyPair]
) -> PrivateKeys:
    """Return the private keys that are of use in this tree, forgetting all others."""
    known = {**held, **{key_pair.public_key: key_pair for key_pair in fresh}}
    node, here, in_use = treemath.node_of(leaf), tree.root, {}
    while True:
        if here.content is not None and here.content.encryption_key in known:
            in_use[here.content.encryption_key] = known[here.content.encryption_key]
        if here.index == node:
            return in_use
        here = descend(here, _towards(here.index, node))


def _towards(above: NodeIndex, node: NodeIndex) -> NodeIndex:
    return treemath.left(above) if node < above else treemath.right(above)


def _path_secrets(suite: CipherSuite, first: bytes, count: int) -> tuple[list[bytes], bytes]:
    # 7.4: path_secret[n] = DeriveSecret(path_secret[n-1], "path"); 8: the commit secret is the one
    # after the root's.
    secrets = [first]
    for _ in range(count):
        secrets.append(suite.derive_secret(secrets[-1], "path"))
    return secrets[:-1], secrets[-1]


def _renewed_leaf(
    place: PathPlace,
    encryption_key: bytes,
    parent_hash: bytes,
    signature_key_pair: SignatureKeyPair,
) -> LeafNode:
    leaf_node = place.tree.leaf(place.sender)
    if leaf_node is None:
        raise AssertionError("no list of proposals removes its committer")
    renewed = replace(
        leaf_node,
        encryption_key=encryption_key,
        signature_key=signature_key_pair.public_key,
        leaf_node_source=LeafNodeSource.commit,
        lifetime=None,
        parent_hash=parent_hash,
        signature=b"",
    )
    group_id = place.group_context.group_id
    return sign_leaf_node(
        place.suite, renewed, signature_key_pair, group_id=group_id, leaf_index=place.sender
    )


def _entry(steps: Sequence[PathStep], own_leaf: LeafIndex) -> int:
    """Return the step whose copath side we are on."""
    own = treemath.node_of(own_leaf)
    for at, step in enumerate(steps):
        if treemath.covers(step.sibling.index, own):
            return at
    raise ValidationError("the update path leaves us out (RFC 9420, 7.6)")


def _sealed_to_us(
    recipients: Sequence[bytes], node: UpdatePathNode, private_keys: PrivateKeys
) -> tuple[HPKEKeyPair, HPKECiphertext]:
    for public_key, ciphertext in zip(recipients, node.encrypted_path_secret, strict=True):
        if public_key in private_keys:
            return private_keys[public_key], ciphertext
    raise ValidationError("no path secret is sealed to us (RFC 9420, 7.6)")
