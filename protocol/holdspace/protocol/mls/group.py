"""The engine's door: change a group, speak and listen in it (entry.py has the ways in).

A Group is one epoch, as a value. Every operation returns what comes next and leaves the Group it
was asked of as it was; whoever calls keeps one of the two. So what is refused has changed nothing,
and a commit of ours takes effect when the caller takes its `group`, not before.
"""

from collections.abc import Sequence

from holdspace.protocol.mls import framing
from holdspace.protocol.mls.ciphersuite import RandomSource
from holdspace.protocol.mls.commit import TakenCommit, take_commit
from holdspace.protocol.mls.committing import CommitOptions, make_commit
from holdspace.protocol.mls.errors import UsageError, ValidationError
from holdspace.protocol.mls.external import exported_group_info
from holdspace.protocol.mls.framing import Unprotected, Verified
from holdspace.protocol.mls.group_state import (
    GroupState,
    Member,
    Policy,
    PreSharedKeys,
    expecting,
    framed,
    member_in,
    no_psks,
    remembering,
)
from holdspace.protocol.mls.messages import (
    AuthenticatedContent,
    Commit,
    ContentType,
    FramedContent,
    MLSMessage,
    PrivateMessage,
    Proposal,
    PublicMessage,
    Sender,
    Update,
    WireFormat,
)
from holdspace.protocol.mls.next_epoch import refuse_after_end
from holdspace.protocol.mls.outcomes import (
    ApplicationData,
    EpochChange,
    Outcome,
    OwnMessage,
    PendingCommit,
    ProposalReceived,
    Proposed,
    Protected,
    Removed,
)
from holdspace.protocol.mls.past_epochs import PastEpoch, Retention, still_kept
from holdspace.protocol.mls.proposals import SentProposal, check_proposal
from holdspace.protocol.mls.targeted import (
    Purpose,
    open_at_leaf,
    seal_to_leaf,
    sign_with_leaf,
    verify_leaf,
)
from holdspace.protocol.mls.treekem import updated_leaf
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import LONGEST_LIFETIME
from holdspace.protocol.values import replace

# Proposals kept per epoch; a group that lets members propose has no use for more.
MAX_PROPOSALS = 4096


class Group(GroupState):
    """One member's view of one epoch."""

    def commit(
        self,
        proposals: Sequence[Proposal] = (),
        *,
        now: float,
        random: RandomSource,
        authenticated_data: bytes = b"",
        padded_to: int | None = None,
        longest_lifetime: float = LONGEST_LIFETIME,
        psks: PreSharedKeys = no_psks,
        references: Sequence[bytes] | None = None,
        renew_keys: bool = True,
        signature_private_key: bytes | None = None,
        public: bool = False,
    ) -> PendingCommit:
        """Change the group by these proposals and by those that wait, and renew our keys.

        What is encrypted is padded to a multiple of `padded_to` bytes. `references` chooses among
        the proposals that wait. `signature_private_key` is what we sign with from then on, if it is
        another. A `public` commit is framed in the clear (6.2).
        """
        options = CommitOptions(
            authenticated_data=authenticated_data,
            pad_to=padded_to or 1,
            longest_lifetime=longest_lifetime,
            psks=psks,
            references=references,
            renew_keys=renew_keys,
            signature_private_key=signature_private_key,
            wire_format=_wire_format(public),
        )
        made = make_commit(self, proposals, now=now, random=random, options=options)
        # What is read until the commit is accepted counts too, so `accepted` remembers this epoch.
        following = replace(made.next, past=())
        return PendingCommit(made.message, made.welcome, made.current, following)

    def accepted(self, pending: PendingCommit, *, now: float) -> "Group":
        """Return the epoch after our own commit, with what our retention keeps of those before."""
        if (self.group_id, self.epoch) != (pending.current.group_id, pending.current.epoch):
            raise UsageError("this commit of ours is not of the present epoch")
        return remembering(self, pending.group, now)

    def propose(
        self,
        proposal: Proposal,
        *,
        random: RandomSource,
        authenticated_data: bytes = b"",
        padded_to: int | None = None,
        public: bool = False,
    ) -> Proposed:
        """Propose something that somebody else may commit, or we."""
        refuse_after_end(self)
        sent = SentProposal(proposal, Sender.member(self.own_leaf_index), by_reference=True)
        check_proposal(self.place(self.own_leaf_index), sent)
        content = self._content(ContentType.proposal, proposal, authenticated_data)
        wire_format = _wire_format(public)
        signed = framing.sign(self.framing(), self.signature_key_pair, content, wire_format)
        group, message = framed(self, signed, random=random, pad_to=padded_to or 1)
        waiting, reference = _waiting(group, signed, sent)
        return Proposed(waiting, message, reference)

    def propose_update(
        self,
        *,
        random: RandomSource,
        authenticated_data: bytes = b"",
        padded_to: int | None = None,
        signature_private_key: bytes | None = None,
        public: bool = False,
    ) -> Proposed:
        """Propose fresh keys for ourselves; they wait until a commit takes them or does not.

        `signature_private_key` is what we sign with from then on, if it is another.
        """
        key_pair = self.suite.generate_key_pair(random)
        signer = self.signer(signature_private_key)
        leaf_node = updated_leaf(
            self.suite,
            self.member(self.own_leaf_index).leaf_node,
            signer,
            encryption_key=key_pair.public_key,
            group_id=self.group_id,
            leaf_index=self.own_leaf_index,
        )
        # Private keys are found by their public keys, so this one waits beside the one in use.
        held = replace(
            expecting(self, signer),
            private_keys={**self.private_keys, key_pair.public_key: key_pair},
        )
        return held.propose(
            Proposal.of(Update(leaf_node)),
            random=random,
            authenticated_data=authenticated_data,
            padded_to=padded_to,
            public=public,
        )

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
        refuse_after_end(self)
        content = self._content(ContentType.application, data, authenticated_data)
        signed = framing.sign(
            self.framing(), self.signature_key_pair, content, WireFormat.mls_private_message
        )
        return Protected(*framed(self, signed, random=random, pad_to=padded_to or 1))

    def process(
        self,
        message: bytes,
        *,
        policy: Policy,
        psks: PreSharedKeys = no_psks,
        now: float | None = None,
    ) -> Outcome:
        """Take a message of this epoch; anything wrong with it raises an MLSError.

        A group that keeps past epochs must be told the time, and reads what was said in them too.
        """
        decoded = MLSMessage.decode(message).body
        past = self._past_of(decoded, now)
        if past is not None and isinstance(decoded, PrivateMessage):
            return _said_late(self, past, decoded)
        opened = self._opened(decoded)
        if isinstance(opened, OwnMessage):
            return opened
        read, unprotected = opened
        verified = framing.verify(self.framing(), unprotected)
        match verified.content.content:
            case Proposal() as proposal:
                return _proposed(read, verified, proposal, policy=policy)
            case Commit() as commit:
                taken = take_commit(self, verified, commit, policy=policy, psks=psks)
                return _committed(self, taken, verified, now)
            case data:
                return _said(read, verified, data)

    def seal_to_member(
        self, leaf: LeafIndex, purpose: Purpose, plaintext: bytes, *, random: RandomSource
    ) -> bytes:
        """Seal something to the key of one member, who alone can open it in this epoch."""
        return seal_to_leaf(self, leaf, purpose, plaintext, random=random)

    def open_sealed(self, purpose: Purpose, sealed: bytes) -> bytes:
        """Open what was sealed to our own key; anything else raises an MLSError."""
        return open_at_leaf(self, purpose, sealed)

    def sign_as_member(self, purpose: Purpose, content: bytes) -> bytes:
        """Sign something outside the group's messages, for others to check against our leaf."""
        return sign_with_leaf(self, purpose, content)

    def verify_of_member(
        self, leaf: LeafIndex, purpose: Purpose, content: bytes, *, signature: bytes
    ) -> None:
        """Raise an MLSError unless the member at this leaf has signed that."""
        verify_leaf(self, leaf, purpose, content, signature=signature)

    def group_info(self, *, with_ratchet_tree: bool = True) -> bytes:
        """Return what lets whoever has it commit themselves in (12.4.3.2); so guard it."""
        refuse_after_end(self)
        return exported_group_info(self, with_ratchet_tree=with_ratchet_tree)

    def retaining(self, retention: Retention) -> "Group":
        """Return the group with another bound on what it keeps of past epochs."""
        return replace(self, retention=retention, past=self.past[: retention.epochs])

    def _content(
        self, content_type: ContentType, content: bytes | Proposal, authenticated_data: bytes
    ) -> FramedContent:
        return FramedContent(
            group_id=self.group_id,
            epoch=self.epoch,
            sender=Sender.member(self.own_leaf_index),
            authenticated_data=authenticated_data,
            content_type=content_type,
            content=content,
        )

    def _past_of(self, message: object, now: float | None) -> PastEpoch | None:
        # Only what was said is read late: a proposal or a commit of the past can change nothing.
        if (
            now is None
            or not isinstance(message, PrivateMessage)
            or message.content_type != ContentType.application
            or message.group_id != self.group_id
        ):
            return None
        kept = still_kept(self.past, self.retention, now)
        return next((one for one in kept if one.number == message.epoch), None)

    def _opened(self, message: object) -> "OwnMessage | tuple[Group, Unprotected]":
        epoch = self.framing()
        match message:
            case PrivateMessage() as private_message:
                sender_data = framing.open_sender_data(epoch, private_message)
                if sender_data.leaf_index == self.own_leaf_index:
                    return OwnMessage(private_message.content_type)
                secret_tree, unprotected = framing.unprotect_private(
                    epoch, private_message, self.secret_tree, sender_data
                )
                return replace(self, secret_tree=secret_tree), unprotected
            case PublicMessage() as public_message:
                if public_message.content.sender == Sender.member(self.own_leaf_index):
                    return OwnMessage(public_message.content.content_type)
                return self, framing.unprotect_public(epoch, public_message)
            case _:
                raise ValidationError("this message is not for members of a group")


def _wire_format(public: bool) -> WireFormat:
    return WireFormat.mls_public_message if public else WireFormat.mls_private_message


def _said(read: Group, verified: Verified, data: bytes) -> ApplicationData:
    sender = member_in(read.tree, verified.content)
    authenticated_data = verified.content.authenticated_data
    return ApplicationData(read, sender, data, authenticated_data, read.epoch)


def _said_late(
    group: Group, past: PastEpoch, message: PrivateMessage
) -> ApplicationData | OwnMessage:
    sender_data = framing.open_sender_data(past.epoch, message)
    if sender_data.leaf_index == group.own_leaf_index:
        return OwnMessage(message.content_type)
    secret_tree, unprotected = framing.unprotect_private(
        past.epoch, message, past.secret_tree, sender_data
    )
    content = framing.verify(past.epoch, unprotected).content
    if content.content_type != ContentType.application or not isinstance(content.content, bytes):
        raise AssertionError("only application messages are read late")
    used = replace(past, secret_tree=secret_tree)
    read = replace(group, past=tuple(used if one is past else one for one in group.past))
    return ApplicationData(
        group=read,
        # Checklist 9: whoever sat there then, not whoever sits there now.
        sender=member_in(past.tree, content),
        data=content.content,
        authenticated_data=content.authenticated_data,
        epoch=past.number,
    )


def _proposed(
    read: Group, verified: Verified, proposal: Proposal, *, policy: Policy
) -> ProposalReceived:
    refuse_after_end(read, ValidationError)
    sent = SentProposal(proposal, verified.content.sender, by_reference=True)
    check_proposal(read.place(read.own_leaf_index), sent)
    policy.judge_proposal(read, sent)
    group, reference = _waiting(read, verified.authenticated, sent)
    return ProposalReceived(group, sent, reference)


def _waiting(group: Group, signed: AuthenticatedContent, sent: SentProposal) -> tuple[Group, bytes]:
    if len(group.proposals) >= MAX_PROPOSALS:
        raise ValidationError("there are too many proposals in this epoch")
    # 5.2: ProposalRef is the RefHash of the AuthenticatedContent that carried the proposal.
    reference = group.suite.proposal_ref(signed.encode())
    return replace(group, proposals={**group.proposals, reference: sent}), reference


def _committed(
    prior: Group, taken: TakenCommit[Group], verified: Verified, now: float | None
) -> EpochChange | Removed:
    authenticated_data = verified.content.authenticated_data
    came = taken.applied.joiners
    if taken.next is None:
        added = tuple(Member(one.leaf, one.key_package.leaf_node) for one in came)
        return Removed(taken.sender, authenticated_data, added)
    joiners = [taken.next.member(joiner.leaf) for joiner in came]
    return EpochChange(
        group=remembering(prior, taken.next, now),
        sender=taken.sender,
        added=(*joiners, taken.sender) if taken.is_external else tuple(joiners),
        removed=tuple(prior.member(leaf) for leaf in taken.applied.removed),
        extensions_changed=taken.next.extensions != prior.extensions,
        authenticated_data=authenticated_data,
        is_external=taken.is_external,
        reinit=taken.next.reinit,
    )
