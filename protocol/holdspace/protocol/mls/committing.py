"""Commits, made: RFC 9420 section 12.4.1.

The next epoch is worked out before anything is sent, beside the present one; which of the two counts
is for others to say.
"""

from collections.abc import Sequence
from dataclasses import field
from typing import Generic

from holdspace.protocol.mls import framing
from holdspace.protocol.mls.ciphersuite import RandomSource, SignatureKeyPair
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.group_state import (
    GroupState,
    PreSharedKeys,
    State,
    expecting,
    found_psks,
    framed,
    no_psks,
)
from holdspace.protocol.mls.messages import (
    Add,
    AuthenticatedContent,
    Commit,
    ContentType,
    FramedContent,
    Proposal,
    ProposalOrRef,
    ResumptionPSKUsage,
    Sender,
    SenderType,
    UpdatePath,
    WireFormat,
)
from holdspace.protocol.mls.next_epoch import (
    next_state,
    outcome_of,
    path_place,
    refuse_after_end,
    resolved,
    turn_of,
)
from holdspace.protocol.mls.proposals import (
    Applied,
    ProposalPlace,
    SentProposal,
    apply_proposals,
    check_proposals,
    committable,
    path_required,
)
from holdspace.protocol.mls.treekem import CreatedPath, create_path
from holdspace.protocol.mls.validation import LONGEST_LIFETIME, check_lifetime, check_members
from holdspace.protocol.mls.welcome import make_welcome
from holdspace.protocol.values import replace, value

EXTERNAL = Sender(sender_type=SenderType.new_member_commit)


@value(kw_only=True)
class CommitOptions:
    """What a committer may choose beside the proposals.

    `references` names proposals of this epoch by their ProposalRef; None takes all that may stand
    together. Without `renew_keys` there is a path only where section 12.4 demands one. The path may
    bring another key to sign with.
    """

    authenticated_data: bytes = b""
    pad_to: int = 1
    longest_lifetime: float = LONGEST_LIFETIME
    psks: PreSharedKeys = no_psks
    references: Sequence[bytes] | None = None
    renew_keys: bool = True
    signature_private_key: bytes | None = field(default=None, repr=False)
    wire_format: WireFormat = WireFormat.mls_private_message
    psk_usage: ResumptionPSKUsage = ResumptionPSKUsage.application


@value(kw_only=True)
class MadeCommit(Generic[State]):
    """Our commit: what to send, where it leads, and where we are until it is accepted."""

    message: bytes
    welcome: bytes | None
    current: State
    next: State


@value(kw_only=True)
class Plan:
    """What a committer has decided on, judged and applied, before any key is renewed."""

    sender: Sender
    listed: Sequence[ProposalOrRef]
    applied: Applied
    with_path: bool = True


def make_commit(
    prior: State,
    proposals: Sequence[Proposal],
    *,
    now: float,
    random: RandomSource,
    options: CommitOptions,
) -> MadeCommit[State]:
    """Commit proposals, by reference and by value, as a member."""
    refuse_after_end(prior)
    place = replace(prior.place(prior.own_leaf_index), psk_usage=options.psk_usage)
    judging = _Judging(prior, place, proposals, now, options.longest_lifetime)
    references = judging.all_that_fit() if options.references is None else options.references
    sent = judging.sent(references)
    plan = Plan(
        sender=judging.sender,
        listed=judging.listed(references),
        applied=apply_proposals(place, sent),
        with_path=options.renew_keys
        or options.signature_private_key is not None
        or path_required(sent),
    )
    return complete_commit(prior, plan, random=random, options=options)


@value()
class _Judging:
    """Proposals that are to be committed by value, and what may stand beside them by reference."""

    prior: GroupState
    place: ProposalPlace
    proposals: Sequence[Proposal]
    now: float
    longest: float

    @property
    def sender(self) -> Sender:
        return Sender.member(self.prior.own_leaf_index)

    def listed(self, references: Sequence[bytes]) -> list[ProposalOrRef]:
        """Return them as a commit lists them."""
        return [ProposalOrRef.of(item) for item in (*references, *self.proposals)]

    def sent(self, references: Sequence[bytes]) -> tuple[SentProposal, ...]:
        """Return them as they were sent; refuse a list that may not be committed."""
        listed = self.listed(references)
        sent = tuple(resolved(self.prior, item, self.sender) for item in listed)
        _check_lifetimes(sent, now=self.now, longest=self.longest)
        check_proposals(self.place, sent)
        return sent

    def all_that_fit(self) -> Sequence[bytes]:
        """Return the references of all that waits and can be committed together."""
        references = committable(self.place, self.prior.proposals, self.proposals)
        if not references or self._fits(references):
            return references
        # Nobody who proposes what cannot stand, such as a key that is in use, keeps others from it.
        kept: list[bytes] = []
        for reference in references:
            if self._fits([*kept, reference]):
                kept.append(reference)
        return kept

    def _fits(self, references: Sequence[bytes]) -> bool:
        try:
            applied = apply_proposals(self.place, self.sent(references))
            check_members(applied.tree, applied.extensions, self.prior.tree)
        except ValidationError:
            return False
        return True


def complete_commit(
    prior: State, plan: Plan, *, random: RandomSource, options: CommitOptions
) -> MadeCommit[State]:
    """Renew our keys, sign and frame; from outside, `prior` is what a GroupInfo tells."""
    own_leaf, applied = prior.own_leaf_index, plan.applied
    signer = prior.signer(options.signature_private_key)
    path = _created_path(prior, applied, signer, random) if plan.with_path else None
    outcome = path or outcome_of(prior, applied, own_leaf, path=None)
    signed = _signed(prior, plan, path.update_path if path else None, options)
    turn = turn_of(prior, signed, outcome, psks=found_psks(applied.psks, options.psks, prior))
    complete = framing.with_confirmation_tag(signed, turn.confirmation_tag)
    current, message = framed(prior, complete, random=random, pad_to=options.pad_to)
    following = next_state(expecting(prior, signer), outcome, turn, applied)
    return MadeCommit(
        message=message,
        welcome=make_welcome(
            following,
            turn.welcome,
            applied.joiners,
            path_secrets=path.path_secrets if path else {},
            random=random,
        ),
        current=current,
        next=following,
    )


def _created_path(
    prior: GroupState, applied: Applied, signer: SignatureKeyPair, random: RandomSource
) -> CreatedPath:
    return create_path(
        path_place(prior, applied, prior.own_leaf_index),
        signature_key_pair=signer,
        private_keys=prior.private_keys,
        random=random,
    )


def _signed(
    prior: GroupState, plan: Plan, path: UpdatePath | None, options: CommitOptions
) -> AuthenticatedContent:
    content = FramedContent(
        group_id=prior.group_id,
        epoch=prior.epoch,
        sender=plan.sender,
        authenticated_data=options.authenticated_data,
        content_type=ContentType.commit,
        content=Commit(tuple(plan.listed), path),
    )
    # 6.1: by the key of the present epoch, whatever the path brings.
    return framing.sign(prior.framing(), prior.signature_key_pair, content, options.wire_format)


def _check_lifetimes(proposals: Sequence[SentProposal], *, now: float, longest: float) -> None:
    # 7.3: "If the LeafNode appears in a message being sent by the client, ... the application MUST
    # verify that the current time is within the range of the lifetime field."
    for sent in proposals:
        if isinstance(sent.body, Add):
            lifetime = sent.body.key_package.leaf_node.lifetime
            check_lifetime(lifetime, now=now, longest=longest)
