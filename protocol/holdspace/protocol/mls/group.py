"""The engine's door: make or join a group, change it, speak and listen in it.

A Group is one epoch, as a value. Every operation returns what comes next and leaves the Group it
was asked of as it was; whoever calls keeps one of the two. So what is refused has changed nothing,
and a commit of ours takes effect when the caller takes its `group`, not before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import TypeAlias

from holdspace.protocol.mls import framing, key_schedule
from holdspace.protocol.mls.ciphersuite import RandomSource
from holdspace.protocol.mls.commit import CommitOptions, make_commit, take_commit
from holdspace.protocol.mls.errors import UsageError, ValidationError
from holdspace.protocol.mls.framing import Unprotected, Verified
from holdspace.protocol.mls.group_state import (
    GroupState,
    Member,
    Policy,
    PreSharedKeys,
    epoch_start,
    no_psks,
)
from holdspace.protocol.mls.key_package import OwnKeyPackage
from holdspace.protocol.mls.messages import (
    Commit,
    ContentType,
    FramedContent,
    MLSMessage,
    PrivateMessage,
    Proposal,
    PublicMessage,
    Sender,
    WireFormat,
)
from holdspace.protocol.mls.proposals import SentProposal, check_proposal
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.structs import Extension, GroupContext
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import (
    LONGEST_LIFETIME,
    check_group_extensions,
    check_lifetime,
    check_members,
)
from holdspace.protocol.mls.welcome import open_welcome

# Proposals kept per epoch; a group that lets members propose has no use for more.
MAX_PROPOSALS = 4096


@dataclass(frozen=True)
class PendingCommit:
    """A commit of ours that nobody has accepted yet.

    Go on from `current` at once: it is the same epoch with the key that the commit took spent. Go
    on from `group` when the commit was accepted; drop it when another's commit was.
    """

    message: bytes
    welcome: bytes | None
    current: "Group" = field(repr=False)
    group: "Group" = field(repr=False)


@dataclass(frozen=True)
class Protected:
    """A message ready to send, and the group to go on from before it is sent."""

    group: "Group" = field(repr=False)
    message: bytes


@dataclass(frozen=True)
class ApplicationData:
    """Somebody said something in this epoch."""

    group: "Group" = field(repr=False)
    sender: Member
    data: bytes = field(repr=False)
    authenticated_data: bytes


@dataclass(frozen=True)
class EpochChange:
    """Somebody's commit was good, and `group` is the next epoch."""

    group: "Group" = field(repr=False)
    sender: Member
    added: tuple[Member, ...]
    removed: tuple[Member, ...]
    extensions_changed: bool
    authenticated_data: bytes


@dataclass(frozen=True)
class ProposalReceived:
    """Somebody proposed something; the next commit may name it."""

    group: "Group" = field(repr=False)
    proposal: SentProposal


@dataclass(frozen=True)
class Removed:
    """Somebody's commit took us out: signed by them, allowed by the policy; no group is left."""

    sender: Member
    authenticated_data: bytes


@dataclass(frozen=True)
class OwnMessage:
    """A message that says it is ours, so nothing of it was opened or checked and no key was used.

    Any member could make one: whoever sent it knows it again by its bytes, and takes no other for
    their own.
    """

    content_type: ContentType


Outcome: TypeAlias = ApplicationData | EpochChange | ProposalReceived | Removed | OwnMessage


class Group(GroupState):
    """One member's view of one epoch."""

    def commit(
        self,
        proposals: Sequence[Proposal],
        *,
        now: float,
        random: RandomSource,
        authenticated_data: bytes = b"",
        padded_to: int | None = None,
        longest_lifetime: float = LONGEST_LIFETIME,
        psks: PreSharedKeys = no_psks,
    ) -> PendingCommit:
        """Change the group by these proposals and renew our keys.

        What is encrypted is padded to a multiple of `padded_to` bytes.
        """
        options = CommitOptions(
            authenticated_data=authenticated_data,
            pad_to=padded_to or 1,
            longest_lifetime=longest_lifetime,
            psks=psks,
        )
        made = make_commit(self, proposals, now=now, random=random, options=options)
        return PendingCommit(made.message, made.welcome, made.current, made.next)

    def protect(
        self,
        data: bytes,
        *,
        random: RandomSource,
        authenticated_data: bytes = b"",
        padded_to: int | None = None,
    ) -> Protected:
        """Encrypt something to say; keep the group returned before the message is sent."""
        # 15.2 says that a member who has seen a proposal "SHOULD commit ... before sending".
        if self.proposals:
            raise UsageError("a proposal of this epoch is not committed yet (RFC 9420, 15.2)")
        content = FramedContent(
            group_id=self.group_id,
            epoch=self.epoch,
            sender=Sender.member(self.own_leaf_index),
            authenticated_data=authenticated_data,
            content_type=ContentType.application,
            content=data,
        )
        epoch = self.framing()
        signed = framing.sign(
            epoch, self.signature_key_pair, content, WireFormat.mls_private_message
        )
        secret_tree, sealed = framing.protect_private(
            epoch, signed, self.secret_tree, random=random, pad_to=padded_to or 1
        )
        message = MLSMessage.of(sealed).encode()
        return Protected(replace(self, secret_tree=secret_tree), message)

    def process(self, message: bytes, *, policy: Policy, psks: PreSharedKeys = no_psks) -> Outcome:
        """Take a message of this epoch; anything wrong with it raises an MLSError."""
        opened = self._opened(MLSMessage.decode(message))
        if isinstance(opened, OwnMessage):
            return opened
        read, unprotected = opened
        verified = framing.verify(self.framing(), unprotected)
        match verified.content.content:
            case Proposal() as proposal:
                return _proposed(read, verified, proposal, policy=policy)
            case Commit():
                return _committed(self, verified, policy, psks)
            case data:
                return _said(read, verified, data)

    def _opened(self, message: MLSMessage) -> "OwnMessage | tuple[Group, Unprotected]":
        epoch = self.framing()
        match message.body:
            case PrivateMessage() as private_message:
                sender_data = framing.open_sender_data(epoch, private_message)
                if sender_data.leaf_index == self.own_leaf_index:
                    return OwnMessage(private_message.content_type)
                secret_tree, unprotected = framing.unprotect_private(
                    epoch, private_message, self.secret_tree
                )
                return replace(self, secret_tree=secret_tree), unprotected
            case PublicMessage() as public_message:
                if public_message.content.sender == Sender.member(self.own_leaf_index):
                    return OwnMessage(public_message.content.content_type)
                return self, framing.unprotect_public(epoch, public_message)
            case _:
                raise ValidationError("this message is not for members of a group")


def _said(read: Group, verified: Verified, data: bytes) -> ApplicationData:
    leaf = verified.content.sender.leaf_index
    if leaf is None:
        raise AssertionError("framing lets only members send application data")
    sender = read.member(LeafIndex(leaf))
    return ApplicationData(read, sender, data, verified.content.authenticated_data)


def _proposed(
    read: Group, verified: Verified, proposal: Proposal, *, policy: Policy
) -> ProposalReceived:
    sent = SentProposal(proposal, verified.content.sender, by_reference=True)
    check_proposal(read.place(read.own_leaf_index), sent)
    policy.judge_proposal(read, sent)
    if len(read.proposals) >= MAX_PROPOSALS:
        raise ValidationError("there are too many proposals in this epoch")
    # 5.2: ProposalRef is the RefHash of the AuthenticatedContent that carried the proposal.
    reference = read.suite.proposal_ref(verified.authenticated.encode())
    return ProposalReceived(replace(read, proposals={**read.proposals, reference: sent}), sent)


def _committed(
    prior: Group, verified: Verified, policy: Policy, psks: PreSharedKeys
) -> EpochChange | Removed:
    taken = take_commit(prior, verified, policy=policy, psks=psks)
    sender, authenticated_data = prior.member(taken.committer), verified.content.authenticated_data
    if taken.next is None:
        return Removed(sender, authenticated_data)
    return EpochChange(
        group=taken.next,
        sender=sender,
        added=tuple(taken.next.member(joiner.leaf) for joiner in taken.applied.joiners),
        removed=tuple(prior.member(leaf) for leaf in taken.applied.removed),
        extensions_changed=taken.next.extensions != prior.extensions,
        authenticated_data=authenticated_data,
    )


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


def join_group(
    welcome: bytes,
    own: OwnKeyPackage,
    *,
    now: float,
    policy: Policy,
    psks: PreSharedKeys = no_psks,
    ratchet_tree: bytes | None = None,
) -> Group:
    """Enter a group by a Welcome; afterwards drop `own`, which must not be used again."""
    # 7.3: our own key package must still be good. Others' leaves were checked by those who added
    # them, and may well have been here for longer than their packages were valid.
    check_lifetime(own.key_package.leaf_node.lifetime, now=now, longest=inf)
    return open_welcome(Group, welcome, own, policy=policy, psks=psks, ratchet_tree=ratchet_tree)
