"""Letting people in, and being let in: RFC 9420 section 12.4.3.

A newcomer knows nothing of the group but what the Welcome says, so nothing in it is believed before
the signature, the tree, the confirmation tag and our own place in the tree all agree.
"""

from collections.abc import Callable, Mapping, Sequence

from holdspace.protocol.mls import key_schedule, treemath
from holdspace.protocol.mls.ciphersuite import CipherSuite, RandomSource
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.group_state import (
    GroupState,
    Policy,
    PreSharedKeys,
    PsksInOrder,
    State,
    epoch_start,
    found_psks,
)
from holdspace.protocol.mls.key_package import OwnKeyPackage
from holdspace.protocol.mls.messages import (
    EncryptedGroupSecrets,
    GroupInfo,
    GroupSecrets,
    MLSMessage,
    PathSecret,
    PreSharedKeyID,
    ResumptionPSKUsage,
    Welcome,
)
from holdspace.protocol.mls.proposals import Joiner
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.structs import Extension, ExtensionType
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.treekem import kept_keys, keys_from_welcome
from holdspace.protocol.mls.treemath import LeafIndex, NodeIndex
from holdspace.protocol.mls.validation import (
    check_extension_list,
    check_group_extensions,
    check_tree,
    extension_data,
)
from holdspace.protocol.values import replace, value


@value(repr=False)
class WelcomeSecrets:
    """What newcomers are told so that they can derive the epoch."""

    joiner_secret: bytes
    psk_secret: bytes
    psks: tuple[PreSharedKeyID, ...] = ()


def make_welcome(
    state: GroupState,
    secrets: WelcomeSecrets,
    joiners: Sequence[Joiner],
    *,
    path_secrets: Mapping[NodeIndex, bytes],
    random: RandomSource,
) -> bytes | None:
    """Return one Welcome for all whom a commit has added; None if it added nobody."""
    if not joiners:
        return None
    suite = state.suite
    welcome_secret = key_schedule.welcome_secret(suite, secrets.joiner_secret, secrets.psk_secret)
    key, nonce = key_schedule.welcome_key_and_nonce(suite, welcome_secret)
    # We always send the tree along: nobody else could give it to a newcomer.
    ratchet_tree = Extension(ExtensionType.ratchet_tree, state.tree.encode())
    group_info = make_group_info(state, [ratchet_tree])
    encrypted_group_info = suite.aead_seal(key, nonce, b"", group_info.encode())
    own = treemath.node_of(state.own_leaf_index)
    told = _told(secrets, path_secrets)
    seal = suite.sealer("Welcome", encrypted_group_info, random)
    to_all = []
    for joiner in joiners:
        shared = treemath.common_ancestor(own, treemath.node_of(joiner.leaf))
        sealed = seal(joiner.key_package.init_key, told[shared if path_secrets else None])
        new_member = suite.key_package_ref(joiner.key_package.encoded)
        to_all.append(EncryptedGroupSecrets(new_member, sealed))
    return MLSMessage.of(Welcome(suite.id, tuple(to_all), encrypted_group_info)).encode()


def _told(
    secrets: WelcomeSecrets, path_secrets: Mapping[NodeIndex, bytes]
) -> dict[NodeIndex | None, bytes]:
    """Return what newcomers are told, by the lowest node they share with us; None without a path."""
    told: dict[NodeIndex | None, PathSecret | None] = {
        node: PathSecret(secret) for node, secret in path_secrets.items()
    } or {None: None}
    return {
        node: GroupSecrets(secrets.joiner_secret, path_secret, secrets.psks).encode()
        for node, path_secret in told.items()
    }


def make_group_info(state: GroupState, extensions: Sequence[Extension]) -> GroupInfo:
    """Return what newcomers are told of a group, signed by us (12.4.3)."""
    unsigned = GroupInfo(
        group_context=state.group_context,
        extensions=tuple(extensions),
        confirmation_tag=state.confirmation_tag,
        signer=state.own_leaf_index,
    )
    signature = state.suite.sign_with_label(
        state.signature_key_pair, "GroupInfoTBS", unsigned.tbs()
    )
    return replace(unsigned, signature=signature)


def open_welcome(
    kind: type[State],
    message: bytes,
    own: OwnKeyPackage,
    *,
    policy: Policy,
    psks: PreSharedKeys,
    ratchet_tree: bytes | None,
    former: GroupState | None = None,
) -> State:
    """Return the group that a Welcome lets us into, once everything in it agrees."""
    suite, welcome = own.suite, read_welcome(message)
    # 12.4.3.1: "Verify that the cipher suite is one the client supports" and that of our package.
    if welcome.cipher_suite != suite.id:
        raise ValidationError("the welcome is for another cipher suite (RFC 9420, 12.4.3.1)")
    group_secrets = open_group_secrets(welcome, own)
    known_psks = _psks(group_secrets.psks, psks, former)
    secrets = WelcomeSecrets(
        group_secrets.joiner_secret, key_schedule.psk_secret(suite, known_psks)
    )
    group_info = open_group_info(suite, welcome, secrets)
    tree = checked_tree(suite, group_info, ratchet_tree)
    state = _entered(kind, own, group_info, tree=tree, secrets=secrets)
    if group_secrets.path_secret is not None:
        state = _with_path_keys(state, group_info, group_secrets.path_secret.path_secret)
    check_continuation(state, group_secrets.psks, former)
    policy.judge_welcome(state, state.member(LeafIndex(group_info.signer)))
    return state


def read_welcome(message: bytes) -> Welcome:
    """Return the Welcome in an MLSMessage."""
    welcome = MLSMessage.decode(message).body
    if not isinstance(welcome, Welcome):
        raise ValidationError("this message is no welcome")
    return welcome


def open_group_secrets(welcome: Welcome, own: OwnKeyPackage) -> GroupSecrets:
    """Return what the Welcome tells us alone."""
    # 12.4.3.1: "Identify an entry in the secrets array where the new_member value corresponds to
    # one of this client's KeyPackages".
    new_member = own.suite.key_package_ref(own.key_package.encoded)
    for sealed in welcome.secrets:
        if sealed.new_member == new_member:
            opened = own.suite.decrypt_with_label(
                own.suite.kem.load(own.init_private_key),
                "Welcome",
                welcome.encrypted_group_info,
                ciphertext=sealed.encrypted_group_secrets,
            )
            return GroupSecrets.decode(opened)
    raise ValidationError("the welcome is for somebody else (RFC 9420, 12.4.3.1)")


def _psks(
    psk_ids: Sequence[PreSharedKeyID], psks: PreSharedKeys, former: GroupState | None
) -> PsksInOrder:
    # 12.4.3.1: "If a PreSharedKeyID is part of the GroupSecrets and the client is not in possession
    # of the corresponding PSK, return an error."
    if len(set(psk_ids)) != len(psk_ids):
        raise ValidationError("one pre-shared key stands twice in a welcome (RFC 9420, 12.2)")
    return found_psks(psk_ids, psks, former)


def check_continuation(
    state: GroupState, psk_ids: Sequence[PreSharedKeyID], former: GroupState | None
) -> None:
    """Refuse a group that says it continues another one, and does not (11.2, 11.3, 12.4.3.1)."""
    links = [psk for psk in psk_ids if psk.usage in CONTINUATIONS]
    if former is None and not links:
        return
    # 12.4.3.1: "If a PreSharedKeyID has type resumption with usage reinit or branch, verify that
    # it is the only such PSK."
    if len(links) != 1 or former is None:
        raise ValidationError("the welcome does not continue the group we know (RFC 9420, 11)")
    # 11.2, 11.3: the key names "the group_id ... of the old group" and its epoch, and "The epoch in
    # the Welcome message MUST be 1".
    place = (links[0].psk_group_id, links[0].psk_epoch, state.epoch)
    if place != (former.group_id, former.epoch, 1):
        raise ValidationError("the welcome continues another epoch (RFC 9420, 11)")
    if _parameters(state) != CONTINUATIONS[links[0].usage](former, state):
        raise ValidationError("the new group is not what was agreed (RFC 9420, 11)")
    before = {member.leaf_node.credential for member in former.members}
    if not {member.leaf_node.credential for member in state.members} <= before:
        raise ValidationError("the new group has somebody new in it (RFC 9420, 11)")


Parameters = tuple[bytes, int, tuple[Extension, ...]]


def _parameters(state: GroupState) -> Parameters:
    return state.group_id, state.suite.id, state.extensions


def _reinit_parameters(former: GroupState, _: GroupState) -> Parameters | None:
    # 11.2: "The version, cipher_suite, group_id, and extensions fields ... MUST be the same as the
    # corresponding fields in the ReInit proposal".
    reinit = former.reinit
    if reinit is None:
        return None
    return reinit.group_id, reinit.cipher_suite, reinit.extensions


def _branch_parameters(former: GroupState, state: GroupState) -> Parameters:
    # 11.3: "The version and ciphersuite values in the Welcome MUST be the same as those used by the
    # old group".
    return state.group_id, former.suite.id, state.extensions


# What a group that continues another must be, by what its pre-shared key is for.
CONTINUATIONS: Mapping[
    ResumptionPSKUsage | None, Callable[[GroupState, GroupState], Parameters | None]
] = {
    ResumptionPSKUsage.reinit: _reinit_parameters,
    ResumptionPSKUsage.branch: _branch_parameters,
}


def open_group_info(suite: CipherSuite, welcome: Welcome, secrets: WelcomeSecrets) -> GroupInfo:
    """Return what the Welcome tells all newcomers; nothing in it is verified yet."""
    welcome_secret = key_schedule.welcome_secret(suite, secrets.joiner_secret, secrets.psk_secret)
    key, nonce = key_schedule.welcome_key_and_nonce(suite, welcome_secret)
    opened = suite.aead_open(key, nonce, b"", welcome.encrypted_group_info)
    group_info = GroupInfo.decode(opened)
    check_group_info(suite, group_info)
    return group_info


def check_group_info(suite: CipherSuite, group_info: GroupInfo) -> None:
    """Refuse a GroupInfo that is wrong in itself, whoever signed it."""
    # 12.4.3.1: "Verify that the cipher_suite field in the GroupInfo matches that in the KeyPackage."
    if group_info.group_context.cipher_suite != suite.id:
        raise ValidationError("the group uses another cipher suite (RFC 9420, 12.4.3.1)")
    check_extension_list(group_info.extensions)
    check_group_extensions(group_info.group_context.extensions)


def checked_tree(
    suite: CipherSuite, group_info: GroupInfo, ratchet_tree: bytes | None
) -> RatchetTree:
    """Return the tree of a group, once GroupInfo, signer and tree vouch for each other."""
    # 12.4.3.3: the tree comes in the GroupInfo or by another way; without it nobody can join.
    data = extension_data(group_info.extensions, ExtensionType.ratchet_tree)
    encoded = data if data is not None else ratchet_tree
    if encoded is None:
        raise ValidationError("the welcome brings no ratchet tree (RFC 9420, 12.4.3.3)")
    tree, group_context = RatchetTree.decode(encoded), group_info.group_context
    # 12.4.3.1: "Verify the signature on the GroupInfo object ... computed by the member at signer".
    signer = tree.leaf(LeafIndex(group_info.signer))
    if signer is None:
        raise ValidationError("the welcome's signer is not in the group (RFC 9420, 12.4.3.1)")
    suite.verify_with_label(
        signer.signature_key, "GroupInfoTBS", group_info.tbs(), signature=group_info.signature
    )
    # 12.4.3.1: "Verify that the tree hash of the ratchet tree matches the tree_hash field".
    if tree_hash(suite, tree.root) != group_context.tree_hash:
        raise ValidationError("the ratchet tree has a wrong hash (RFC 9420, 12.4.3.1)")
    check_tree(suite, tree, group_id=group_context.group_id, extensions=group_context.extensions)
    return tree


def _entered(
    kind: type[State],
    own: OwnKeyPackage,
    group_info: GroupInfo,
    *,
    tree: RatchetTree,
    secrets: WelcomeSecrets,
) -> State:
    suite, group_context = own.suite, group_info.group_context
    epoch_secrets = key_schedule.epoch_secrets(
        suite, secrets.joiner_secret, secrets.psk_secret, group_context
    )
    confirmed = group_context.confirmed_transcript_hash
    # 12.4.3.1: "Verify the confirmation tag in the GroupInfo".
    suite.verify_mac(epoch_secrets.confirmation_key, confirmed, group_info.confirmation_tag)
    own_leaf_index = _own_leaf(tree, own)
    key_pair = suite.kem.load(own.encryption_private_key)
    return kind(
        suite=suite,
        group_context=group_context,
        tree=tree,
        own_leaf_index=own_leaf_index,
        private_keys=kept_keys(tree, own_leaf_index, {}, [key_pair]),
        signature_key_pair=suite.signature.load(own.signature_private_key),
        **epoch_start(suite, epoch_secrets, tree),
        confirmation_tag=group_info.confirmation_tag,
        interim_transcript_hash=key_schedule.interim_transcript_hash(
            suite, confirmed, group_info.confirmation_tag
        ),
    )


def _own_leaf(tree: RatchetTree, own: OwnKeyPackage) -> LeafIndex:
    # 12.4.3.1: "Identify a leaf whose LeafNode is identical to the one in the KeyPackage. If no
    # such field exists, return an error."
    for leaf, leaf_node in tree.members():
        if leaf_node.encoded == own.key_package.leaf_node.encoded:
            return leaf
    raise ValidationError("the welcome's group does not have us in it (RFC 9420, 12.4.3.1)")


def _with_path_keys(state: State, group_info: GroupInfo, path_secret: bytes) -> State:
    key_pairs = keys_from_welcome(
        state.suite,
        state.tree,
        signer=LeafIndex(group_info.signer),
        own_leaf=state.own_leaf_index,
        path_secret=path_secret,
    )
    held = kept_keys(state.tree, state.own_leaf_index, state.private_keys, key_pairs)
    return replace(state, private_keys=held)
