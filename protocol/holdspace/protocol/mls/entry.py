"""The ways into a group: found it, take a Welcome, or commit oneself in.

RFC 9420 sections 11, 12.4.3.1 and 12.4.3.2, for callers; what they check is in the chapters.
"""

from collections.abc import Sequence
from math import inf

from holdspace.protocol.mls import key_schedule
from holdspace.protocol.mls.ciphersuite import RandomSource
from holdspace.protocol.mls.committing import CommitOptions
from holdspace.protocol.mls.external import make_external_commit, read_group_info
from holdspace.protocol.mls.group import Group
from holdspace.protocol.mls.group_state import Policy, PreSharedKeys, epoch_start, no_psks
from holdspace.protocol.mls.key_package import OwnKeyPackage
from holdspace.protocol.mls.messages import PreSharedKey, PreSharedKeyID, Proposal
from holdspace.protocol.mls.outcomes import ExternalCommit
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.structs import Extension, GroupContext
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import check_group_extensions, check_lifetime, check_members
from holdspace.protocol.mls.welcome import open_welcome


def create_group(
    own: OwnKeyPackage,
    *,
    group_id: bytes,
    random: RandomSource,
    extensions: Sequence[Extension] = (),
) -> Group:
    """Start a group with nobody in it but us (RFC 9420, 11)."""
    suite, tree = own.suite, RatchetTree.of_one(own.key_package.leaf_node)
    check_group_extensions(extensions)
    check_members(tree, extensions)
    secrets = key_schedule.epoch_secrets_of(suite, random(suite.n_h))
    # 11: "confirmed_transcript_hash: The zero-length octet string"; the interim one follows from
    # a confirmation tag taken over it.
    tag = key_schedule.confirmation_tag(suite, secrets.confirmation_key, b"")
    key_pair = suite.kem.load(own.encryption_private_key)
    return Group(
        suite=suite,
        group_context=GroupContext(
            cipher_suite=suite.id,
            group_id=group_id,
            epoch=0,
            tree_hash=tree_hash(suite, tree.root),
            confirmed_transcript_hash=b"",
            extensions=tuple(extensions),
        ),
        tree=tree,
        own_leaf_index=LeafIndex(0),
        private_keys={key_pair.public_key: key_pair},
        signature_key_pair=suite.signature.load(own.signature_private_key),
        **epoch_start(suite, secrets, tree),
        confirmation_tag=tag,
        interim_transcript_hash=key_schedule.interim_transcript_hash(suite, b"", tag),
    )


def join_by_external_commit(
    group_info: bytes,
    own: OwnKeyPackage,
    *,
    now: float,
    random: RandomSource,
    policy: Policy,
    psk_ids: Sequence[PreSharedKeyID] = (),
    psks: PreSharedKeys = no_psks,
    ratchet_tree: bytes | None = None,
    authenticated_data: bytes = b"",
) -> ExternalCommit:
    """Commit ourselves into a group, in the place of our former self if we are in it (12.4.3.2)."""
    check_lifetime(own.key_package.leaf_node.lifetime, now=now, longest=inf)
    read = read_group_info(group_info)
    made = make_external_commit(
        Group,
        read,
        own,
        proposals=[Proposal.of(PreSharedKey(psk_id)) for psk_id in psk_ids],
        ratchet_tree=ratchet_tree,
        random=random,
        options=CommitOptions(authenticated_data=authenticated_data, psks=psks),
    )
    policy.judge_welcome(made.next, made.next.member(LeafIndex(read.signer)))
    return ExternalCommit(made.message, made.next)


def join_group(
    welcome: bytes,
    own: OwnKeyPackage,
    *,
    now: float,
    policy: Policy,
    psks: PreSharedKeys = no_psks,
    ratchet_tree: bytes | None = None,
    former: Group | None = None,
) -> Group:
    """Enter a group by a Welcome; afterwards drop `own`, which must not be used again.

    If the new group should continue one that we are in, `former` is that one (see successors.py).
    """
    # 7.3: our own key package must still be good. Others' leaves were checked by those who added
    # them, and may well have been here for longer than their packages were valid.
    check_lifetime(own.key_package.leaf_node.lifetime, now=now, longest=inf)
    return open_welcome(
        Group,
        welcome,
        own,
        policy=policy,
        psks=psks,
        ratchet_tree=ratchet_tree,
        former=former,
    )
