"""What a leaf, a key package and a whole tree must be before we let them in.

RFC 9420 sections 7.3, 10.1, 11.1 and 12.4.3.1. Every check quotes or names its rule, and each has a
test that breaks it alone. What concerns all members at once is asked of what the tree keeps: its
survey, and its keys.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.ciphersuite import CipherSuite
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.ratchet_tree import Branch, RatchetTree, descend, keys_in_use, survey
from holdspace.protocol.mls.structs import (
    GREASE_VALUES,
    Extension,
    ExtensionType,
    ExternalSenders,
    KeyPackage,
    LeafNode,
    LeafNodeSource,
    Lifetime,
    ParentNode,
    ProtocolVersion,
    RequiredCapabilities,
)
from holdspace.protocol.mls.tree_hash import invalid_parent
from holdspace.protocol.mls.treemath import LeafIndex, NodeIndex

# 7.2: "Extension types ... defined in this document are considered 'default' and MUST NOT be
# listed"; every client supports them. Likewise the proposal types of section 12.1.
DEFAULT_EXTENSIONS = frozenset(int(kind) for kind in ExtensionType)
DEFAULT_PROPOSALS = frozenset(range(1, 8))
# What a lifetime may span when we add somebody: 84 days, and the hour before for clocks that differ.
LONGEST_LIFETIME = 84 * 24 * 3600 + 3600


def extension_data(extensions: Iterable[Extension], extension_type: int) -> bytes | None:
    """Return the data of an extension, None if it is not in the list."""
    return next((e.extension_data for e in extensions if e.extension_type == extension_type), None)


def required_capabilities(extensions: Iterable[Extension]) -> RequiredCapabilities:
    """Return what a group asks of its members (11.1)."""
    data = extension_data(extensions, ExtensionType.required_capabilities)
    return RequiredCapabilities() if data is None else RequiredCapabilities.decode(data)


def check_extension_list(extensions: Sequence[Extension]) -> None:
    """Refuse a list with two extensions of one type."""
    # 13.4: "the extension_type ... there MUST NOT be more than one extension of any given type"
    types = [extension.extension_type for extension in extensions]
    if len(set(types)) != len(types):
        raise ValidationError("an extension stands twice in one list (RFC 9420, 13.4)")


def check_group_extensions(extensions: Sequence[Extension]) -> None:
    """Refuse extensions that a GroupContext cannot carry."""
    check_extension_list(extensions)
    required_capabilities(extensions)
    senders = extension_data(extensions, ExtensionType.external_senders)
    if senders is not None:
        ExternalSenders.decode(senders)


def check_leaf_node(
    suite: CipherSuite,
    leaf_node: LeafNode,
    *,
    source: LeafNodeSource,
    group_id: bytes = b"",
    leaf_index: int = 0,
) -> None:
    """Refuse a leaf that is wrong in itself, whatever the group (7.3)."""
    # 7.3: "Verify that the leaf_node_source field is set to" what its place demands.
    if leaf_node.leaf_node_source != source:
        raise ValidationError(f"the leaf should come from a {source.name} (RFC 9420, 7.3)")
    check_extension_list(leaf_node.extensions)
    _check_own_capabilities(suite, leaf_node)
    # R13: malformed keys are refused before anything is sealed to them, and signature keys of small
    # order by the verification itself.
    suite.kem.check_public_key(leaf_node.encryption_key)
    # 7.3: "Verify that the signature on the LeafNode is valid using signature_key."
    suite.verify_with_label(
        leaf_node.signature_key,
        "LeafNodeTBS",
        leaf_node.tbs(group_id, leaf_index),
        signature=leaf_node.signature,
    )


def _check_own_capabilities(suite: CipherSuite, leaf_node: LeafNode) -> None:
    listed = leaf_node.capabilities
    # 7.3: "Verify that the extensions in the LeafNode are supported by checking that the ID for
    # each extension in the extensions field is listed in the capabilities.extensions field".
    carried = {extension.extension_type for extension in leaf_node.extensions}
    if not carried <= DEFAULT_EXTENSIONS | set(listed.extensions):
        raise ValidationError("the leaf carries an extension it does not list (RFC 9420, 7.3)")
    # 13.5: GREASE values "MUST NOT" be used for anything real.
    if carried & GREASE_VALUES:
        raise ValidationError("the leaf carries a reserved extension (RFC 9420, 13.5)")
    # 7.2: the leaf must support what it is used with.
    if ProtocolVersion.mls10 not in listed.versions or suite.id not in listed.cipher_suites:
        raise ValidationError("the leaf does not list this version and suite (RFC 9420, 7.2)")
    # 5.3: "the credential type of the leaf MUST be listed in its own capabilities".
    if leaf_node.credential.credential_type not in listed.credentials:
        raise ValidationError("the leaf does not list its own credential type (RFC 9420, 7.3)")


def check_lifetime(lifetime: Lifetime | None, *, now: float, longest: float) -> None:
    """Refuse a key package outside its time, or one that claims too much of it (7.2, 7.3)."""
    if lifetime is None:
        raise ValidationError("a key package needs a lifetime (RFC 9420, 7.2)")
    if lifetime.not_after < lifetime.not_before:
        raise ValidationError("the lifetime ends before it begins (RFC 9420, 7.2)")
    # 7.2: "Applications MUST define a maximum total lifetime that is acceptable".
    if lifetime.not_after - lifetime.not_before > longest:
        raise ValidationError("the lifetime is longer than we accept (RFC 9420, 7.2)")
    if not lifetime.not_before <= now <= lifetime.not_after:
        raise ValidationError("the key package is not valid at this time (RFC 9420, 7.3)")


def check_key_package(suite: CipherSuite, key_package: KeyPackage) -> None:
    """Refuse a key package that is wrong in itself (10.1); its time is `check_lifetime`'s."""
    # 10.1: "Verify that the cipher suite and protocol version of the KeyPackage match those in the
    # GroupContext."
    if key_package.cipher_suite != suite.id:
        raise ValidationError("the key package is for another cipher suite (RFC 9420, 10.1)")
    # 10.1: "Verify that the leaf_node of the KeyPackage is valid for a KeyPackage".
    check_leaf_node(suite, key_package.leaf_node, source=LeafNodeSource.key_package)
    check_extension_list(key_package.extensions)
    suite.kem.check_public_key(key_package.init_key)
    # 10.1: "Verify that the value of leaf_node.encryption_key is different from the value of the
    # init_key field."
    if key_package.init_key == key_package.leaf_node.encryption_key:
        raise ValidationError("the key package uses one key twice (RFC 9420, 10.1)")
    # 10.1: "Verify that the signature on the KeyPackage is valid".
    suite.verify_with_label(
        key_package.leaf_node.signature_key,
        "KeyPackageTBS",
        key_package.tbs(),
        signature=key_package.signature,
    )


def check_members(
    tree: RatchetTree, extensions: Sequence[Extension], former: RatchetTree | None = None
) -> None:
    """Refuse a tree whose members do not fit together (7.3, 11.1, 12.2).

    If it came of a `former` one that was checked, only the keys that changed are looked at.
    """
    found, keys = survey(tree.root), keys_in_use(tree, former)
    # 7.3: "Verify that the following fields are unique among the members of the group:
    # signature_key, encryption_key"; 12.4.3.1: and that no parent's key is used elsewhere.
    if not keys.encryption.each_once:
        raise ValidationError("two nodes share an encryption key (RFC 9420, 7.3)")
    if not keys.signature.each_once:
        raise ValidationError("two members share a signature key (RFC 9420, 7.3)")
    if found.support is None:
        raise ValidationError("a group has at least one member")
    # 7.3: "Verify that the credential type is supported by all members of the group".
    _check_supported("credential type", found.credential_types, found.support.credentials)
    # 12.1.7, 13.4: every member supports every extension in the GroupContext.
    in_use = {extension.extension_type for extension in extensions}
    understood = found.support.extensions | DEFAULT_EXTENSIONS
    _check_supported("extension", in_use, understood)
    # 11.1: required_capabilities hold for every member.
    required = required_capabilities(extensions)
    proposals = found.support.proposals | DEFAULT_PROPOSALS
    _check_supported("extension", required.extension_types, understood)
    _check_supported("proposal type", required.proposal_types, proposals)
    _check_supported("credential type", required.credential_types, found.support.credentials)


def _check_supported(what: str, needed: Iterable[int], supported: frozenset[int]) -> None:
    if not supported.issuperset(needed):
        raise ValidationError(f"not every member supports each {what} in use (RFC 9420, 7.3)")


def check_tree(
    suite: CipherSuite, tree: RatchetTree, *, group_id: bytes, extensions: Sequence[Extension]
) -> None:
    """Refuse a tree from a stranger unless everything in it is accounted for (12.4.3.1)."""
    for branch in tree.parents():
        if branch.content is not None:
            _check_unmerged(branch, branch.content)
            suite.kem.check_public_key(branch.content.encryption_key)
    check_members(tree, extensions)
    # 12.4.3.1: "For each non-empty parent node, verify that it is "parent-hash valid"".
    unfounded = invalid_parent(suite, tree)
    if unfounded is not None:
        raise ValidationError(f"nobody vouches for node {unfounded} (RFC 9420, 7.9.2)")
    # 12.4.3.1: "For each non-empty leaf node, validate the LeafNode as described in Section 7.3."
    for leaf, leaf_node in tree.members():
        check_leaf_node(
            suite,
            leaf_node,
            source=leaf_node.leaf_node_source,
            group_id=group_id,
            leaf_index=leaf,
        )


def _check_unmerged(branch: Branch, parent_node: ParentNode) -> None:
    unmerged_leaves = parent_node.unmerged_leaves
    # 7.1: "the leaf indices ... sorted in increasing order"; so none stands twice.
    if any(a >= b for a, b in pairwise(unmerged_leaves)):
        raise ValidationError("unmerged leaves are out of order (RFC 9420, 7.1)")
    for leaf in unmerged_leaves:
        _check_one_unmerged(branch, LeafIndex(leaf))


def _check_one_unmerged(branch: Branch, leaf: LeafIndex) -> None:
    # 12.4.3.1: "verify that the entry represents a non-blank leaf node that is a descendant of the
    # parent node", and "that every non-blank intermediate node between the leaf node and the parent
    # node contains [it] in its own unmerged_leaves array".
    node = treemath.node_of(leaf)
    if not treemath.covers(branch.index, node):
        raise ValidationError("an unmerged leaf is not below its node (RFC 9420, 12.4.3.1)")
    here = descend(branch, _below(branch.index, node))
    while isinstance(here, Branch):
        if here.content is not None and leaf not in here.content.unmerged_leaves:
            raise ValidationError("an unmerged leaf is merged further down (RFC 9420, 12.4.3.1)")
        here = descend(here, _below(here.index, node))
    if here.content is None:
        raise ValidationError("an unmerged leaf is blank (RFC 9420, 12.4.3.1)")


def _below(above: NodeIndex, node: NodeIndex) -> NodeIndex:
    return treemath.left(above) if node < above else treemath.right(above)
