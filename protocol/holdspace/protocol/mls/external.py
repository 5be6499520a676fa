"""From outside a group: committing oneself in, and proposing (RFC 9420 12.1.8, 12.4.3.2).

Whoever holds a GroupInfo with its external key can commit themselves in. So a group that does not
want that never publishes one, and its policy refuses such commits (`Policy.judge_external_commit`).
"""

from collections.abc import Sequence

from holdspace.protocol.mls import framing, key_schedule
from holdspace.protocol.mls.ciphersuite import CipherSuite, RandomSource
from holdspace.protocol.mls.committing import (
    EXTERNAL,
    CommitOptions,
    MadeCommit,
    Plan,
    complete_commit,
)
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.group_state import GroupState, State, epoch_start
from holdspace.protocol.mls.key_package import OwnKeyPackage
from holdspace.protocol.mls.key_schedule import NO_SECRETS
from holdspace.protocol.mls.messages import (
    Add,
    ContentType,
    ExternalInit,
    FramedContent,
    GroupInfo,
    MLSMessage,
    Proposal,
    ProposalOrRef,
    Remove,
    Sender,
    SenderType,
    WireFormat,
)
from holdspace.protocol.mls.next_epoch import entered
from holdspace.protocol.mls.proposals import SentProposal, apply_proposals, check_proposals
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.structs import Extension, ExtensionType, ExternalPub, GroupContext
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import extension_data
from holdspace.protocol.mls.welcome import check_group_info, checked_tree, make_group_info
from holdspace.protocol.values import replace


# 12.4.3.2
def exported_group_info(state: GroupState, *, with_ratchet_tree: bool) -> bytes:
    """Return the GroupInfo that an external commit starts from, as an MLSMessage."""
    external = key_schedule.external_key_pair(state.suite, state.secrets.external_secret)
    external_pub = ExternalPub(external.public_key).encode()
    extensions = [Extension(ExtensionType.external_pub, external_pub)]
    if with_ratchet_tree:
        extensions.append(Extension(ExtensionType.ratchet_tree, state.tree.encode()))
    return MLSMessage.of(make_group_info(state, extensions)).encode()


def read_group_info(message: bytes) -> GroupInfo:
    """Return the GroupInfo in an MLSMessage."""
    group_info = MLSMessage.decode(message).body
    if not isinstance(group_info, GroupInfo):
        raise ValidationError("this message is no group info")
    return group_info


def make_external_commit(
    kind: type[State],
    group_info: GroupInfo,
    own: OwnKeyPackage,
    *,
    proposals: Sequence[Proposal],
    ratchet_tree: bytes | None,
    random: RandomSource,
    options: CommitOptions,
) -> MadeCommit[State]:
    """Commit ourselves into a group; what the GroupInfo says is checked as a Welcome's is."""
    suite = own.suite
    check_group_info(suite, group_info)
    tree = checked_tree(suite, group_info, ratchet_tree)
    kem_output, init_secret = suite.external_init_sender(_external_pub(group_info), random)
    removed = _former_self(tree, own)
    listed = [Proposal.of(ExternalInit(kem_output)), *removed, *proposals]
    sent = tuple(SentProposal(proposal, EXTERNAL) for proposal in listed)
    outside = _outside(kind, group_info, own, tree=tree, init_secret=init_secret)
    place = outside.place(None)
    check_proposals(place, sent)
    applied, newcomer = entered(apply_proposals(place, sent), own.key_package.leaf_node)
    plan = Plan(
        sender=EXTERNAL,
        listed=[ProposalOrRef.of(proposal) for proposal in listed],
        applied=applied,
    )
    prior = replace(outside, own_leaf_index=newcomer.leaf_index)
    # 12.4.3.2: "External Commits ... MUST be sent in the PublicMessage format".
    public = replace(options, wire_format=WireFormat.mls_public_message)
    return complete_commit(prior, plan, random=random, options=public)


def _external_pub(group_info: GroupInfo) -> bytes:
    data = extension_data(group_info.extensions, ExtensionType.external_pub)
    if data is None:
        raise ValidationError("the group info brings no external key (RFC 9420, 12.4.3.2)")
    return ExternalPub.decode(data).external_pub


def _former_self(tree: RatchetTree, own: OwnKeyPackage) -> list[Proposal]:
    # 12.4.3.2: "the joiner removes an old version of themselves" (a resync): whoever lost their
    # state comes back with the same signature key, which nobody else may have.
    own_key = own.key_package.leaf_node.signature_key
    return [
        Proposal.of(Remove(leaf))
        for leaf, leaf_node in tree.members()
        if leaf_node.signature_key == own_key
    ]


def _outside(
    kind: type[State],
    group_info: GroupInfo,
    own: OwnKeyPackage,
    *,
    tree: RatchetTree,
    init_secret: bytes,
) -> State:
    """Return the epoch as it looks from outside: no secret of it but the one we bring."""
    suite, group_context = own.suite, group_info.group_context
    confirmed = group_context.confirmed_transcript_hash
    return kind(
        suite=suite,
        group_context=group_context,
        tree=tree,
        own_leaf_index=LeafIndex(0),
        private_keys={},
        signature_key_pair=suite.signature.load(own.signature_private_key),
        **epoch_start(suite, replace(NO_SECRETS, init_secret=init_secret), tree),
        confirmation_tag=group_info.confirmation_tag,
        interim_transcript_hash=key_schedule.interim_transcript_hash(
            suite, confirmed, group_info.confirmation_tag
        ),
    )


# 12.1.8
def propose_self(own: OwnKeyPackage, *, group_id: bytes, epoch: int) -> bytes:
    """Return a message by which somebody outside asks to be added."""
    proposal = Proposal.of(Add(own.key_package))
    sender = Sender(sender_type=SenderType.new_member_proposal)
    content = _proposal_content(group_id, epoch, sender, proposal=proposal)
    return _framed_outside(own.suite, own.signature_private_key, content)


# 12.1.8.1
def propose_as_external_sender(
    suite: CipherSuite,
    signature_private_key: bytes,
    proposal: Proposal,
    *,
    sender_index: int,
    group_id: bytes,
    epoch: int,
) -> bytes:
    """Return a proposal by one of the senders listed in the group's external_senders."""
    sender = Sender(sender_type=SenderType.external, sender_index=sender_index)
    content = _proposal_content(group_id, epoch, sender, proposal=proposal)
    return _framed_outside(suite, signature_private_key, content)


def _proposal_content(
    group_id: bytes, epoch: int, sender: Sender, *, proposal: Proposal
) -> FramedContent:
    return FramedContent(
        group_id=group_id,
        epoch=epoch,
        sender=sender,
        content_type=ContentType.proposal,
        content=proposal,
    )


def _framed_outside(
    suite: CipherSuite, signature_private_key: bytes, content: FramedContent
) -> bytes:
    # 6.1: outside proposals are signed without the GroupContext, which outsiders need not know.
    named = GroupContext(
        cipher_suite=suite.id,
        group_id=content.group_id,
        epoch=content.epoch,
        tree_hash=b"",
        confirmed_transcript_hash=b"",
    )
    epoch = framing.Epoch(suite, named, NO_SECRETS, lambda _: None)
    key_pair = suite.signature.load(signature_private_key)
    signed = framing.sign(epoch, key_pair, content, WireFormat.mls_public_message)
    return MLSMessage.of(framing.protect_public(epoch, signed)).encode()
