"""Commits, made and taken: RFC 9420 section 12.4.

Each function takes one epoch's state and returns the next one's; the state it was given stays as it
is, so a commit that is refused has left no trace.
"""

from collections.abc import Sequence
from typing import Generic

from holdspace.protocol.mls import framing, key_schedule
from holdspace.protocol.mls.ciphersuite import RandomSource
from holdspace.protocol.mls.errors import MLSError, UsageError, ValidationError
from holdspace.protocol.mls.framing import Verified
from holdspace.protocol.mls.group_state import (
    GroupState,
    Member,
    Policy,
    PreSharedKeys,
    PsksInOrder,
    State,
    epoch_start,
    found_psks,
    framed,
    no_psks,
)
from holdspace.protocol.mls.key_schedule import EpochSecrets
from holdspace.protocol.mls.messages import (
    Add,
    AuthenticatedContent,
    Commit,
    ContentType,
    ExternalInit,
    FramedContent,
    Proposal,
    ProposalOrRef,
    Remove,
    ResumptionPSKUsage,
    Sender,
    SenderType,
    Update,
    UpdatePath,
    WireFormat,
)
from holdspace.protocol.mls.proposals import (
    Applied,
    SentProposal,
    apply_proposals,
    check_proposals,
    committable,
    path_required,
)
from holdspace.protocol.mls.structs import GroupContext, LeafNode, LeafNodeSource
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.treekem import (
    AppliedPath,
    CreatedPath,
    PathPlace,
    apply_path,
    create_path,
    kept_keys,
)
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import (
    LONGEST_LIFETIME,
    check_leaf_node,
    check_lifetime,
    check_members,
)
from holdspace.protocol.mls.values import replace, value
from holdspace.protocol.mls.welcome import WelcomeSecrets, make_welcome

EXTERNAL = Sender(sender_type=SenderType.new_member_commit)


@value(kw_only=True)
class CommitOptions:
    """What a committer may choose beside the proposals.

    `references` names proposals of this epoch by their ProposalRef; None takes all that may stand
    together. Without `renew_keys` there is a path only where section 12.4 demands one.
    """

    authenticated_data: bytes = b""
    pad_to: int = 1
    longest_lifetime: float = LONGEST_LIFETIME
    psks: PreSharedKeys = no_psks
    references: Sequence[bytes] | None = None
    renew_keys: bool = True
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
class TakenCommit(Generic[State]):
    """Another's commit: where it leads, or None where it removed us, and who sent it.

    The sender of an external commit is at a leaf of the tree after it, all others of that before.
    """

    next: State | None
    sender: Member
    applied: Applied
    proposals: tuple[SentProposal, ...]
    is_external: bool = False


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
    sender, references = Sender.member(prior.own_leaf_index), options.references
    place = replace(prior.place(prior.own_leaf_index), psk_usage=options.psk_usage)
    if references is None:
        references = committable(place, prior.proposals, proposals)
    listed = [ProposalOrRef.of(item) for item in (*references, *proposals)]
    sent = tuple(_resolved(prior, item, sender) for item in listed)
    _check_lifetimes(sent, now=now, longest=options.longest_lifetime)
    check_proposals(place, sent)
    plan = Plan(
        sender=sender,
        listed=listed,
        applied=apply_proposals(place, sent),
        with_path=options.renew_keys or path_required(sent),
    )
    return complete_commit(prior, plan, random=random, options=options)


def complete_commit(
    prior: State, plan: Plan, *, random: RandomSource, options: CommitOptions
) -> MadeCommit[State]:
    """Renew our keys, sign and frame; from outside, `prior` is what a GroupInfo tells."""
    own_leaf, applied = prior.own_leaf_index, plan.applied
    path = _created_path(prior, applied, random) if plan.with_path else None
    outcome = path or _outcome(prior, applied, own_leaf, path=None)
    signed = _signed(prior, plan, path.update_path if path else None, options)
    turn = _turn(prior, signed, outcome, psks=found_psks(applied.psks, options.psks, prior))
    complete = framing.with_confirmation_tag(signed, turn.confirmation_tag)
    current, message = framed(prior, complete, random=random, pad_to=options.pad_to)
    following = _next_state(prior, outcome, turn, applied)
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


def take_commit(
    prior: State, verified: Verified, commit: Commit, *, policy: Policy, psks: PreSharedKeys
) -> TakenCommit[State]:
    """Follow a commit of another member, once its signature was checked."""
    sender = verified.content.sender
    refuse_after_end(prior, ValidationError)
    committer = None if sender.leaf_index is None else LeafIndex(sender.leaf_index)
    proposals = tuple(_resolved(prior, item, sender) for item in commit.proposals)
    applied = _judged(prior, committer, proposals)
    # 12.4: "If the path value is not populated" where a proposal requires one, the commit is bad.
    if commit.path is None and path_required(proposals):
        raise ValidationError("the commit must renew keys and does not (RFC 9420, 12.4)")
    if committer is not None:
        member = prior.member(committer)
        _check_successors(prior, member, proposals, path=commit.path, policy=policy)
        policy.judge_commit(prior, committer, proposals)
    elif commit.path is not None:
        applied, member = entered(applied, commit.path.leaf_node)
        _check_entering(prior, member, proposals, policy=policy)
        policy.judge_external_commit(prior, member.leaf_node, proposals)
    else:
        raise AssertionError("an ExternalInit requires a path")
    following = None
    if prior.own_leaf_index not in applied.removed:
        following = _followed(
            prior, verified, commit, applied=applied, committer=member.leaf_index, psks=psks
        )
    return TakenCommit(
        next=following,
        sender=member,
        applied=applied,
        proposals=proposals,
        is_external=committer is None,
    )


def entered(applied: Applied, leaf_node: LeafNode) -> tuple[Applied, Member]:
    """Return the tree with somebody in it who commits from outside, as whom they sit there."""
    # 12.4.2: "the leftmost blank leaf in the new ratchet tree", after the proposals were applied.
    tree, leaf = applied.tree.add(leaf_node)
    return replace(applied, tree=tree), Member(leaf, leaf_node)


def refuse_after_end(state: GroupState, blame: type[MLSError] = UsageError) -> None:
    """Refuse to go on in a group that has decided to end."""
    # 11.2: after the commit of a ReInit, "the group ... MUST NOT be used for further messages".
    if state.reinit is not None:
        raise blame("this group has ended and goes on in a new one (RFC 9420, 11.2)")


def _followed(
    prior: State,
    verified: Verified,
    commit: Commit,
    *,
    applied: Applied,
    committer: LeafIndex,
    psks: PreSharedKeys,
) -> State:
    outcome = _outcome(prior, applied, committer, path=commit.path)
    before = _with_external_init(prior, commit)
    turn = _turn(
        before, verified.authenticated, outcome, psks=found_psks(applied.psks, psks, prior)
    )
    # 12.4.2: "Verify the confirmation_tag ... If it is not valid, reject": compared whole and in
    # constant time, before anything is replaced.
    prior.suite.verify_mac(
        turn.secrets.confirmation_key,
        turn.group_context.confirmed_transcript_hash,
        verified.authenticated.auth.confirmation_tag,
    )
    return _next_state(prior, outcome, turn, applied)


def _with_external_init(prior: State, commit: Commit) -> State:
    # 8.3: an external commit brings its own init secret, sealed to the group's external key.
    for item in commit.proposals:
        if isinstance(item.body, Proposal) and isinstance(item.body.body, ExternalInit):
            kem_output = item.body.body.kem_output
            key_pair = key_schedule.external_key_pair(prior.suite, prior.secrets.external_secret)
            init_secret = prior.suite.external_init_receiver(key_pair, kem_output)
            return replace(prior, secrets=replace(prior.secrets, init_secret=init_secret))
    return prior


@value(kw_only=True, repr=False)
class _Turn:
    """What the key schedule makes of a commit (8)."""

    group_context: GroupContext
    welcome: WelcomeSecrets
    secrets: EpochSecrets
    confirmation_tag: bytes


def _turn(
    prior: GroupState, commit: AuthenticatedContent, outcome: AppliedPath, *, psks: PsksInOrder
) -> _Turn:
    suite = prior.suite
    confirmed = key_schedule.confirmed_transcript_hash(suite, prior.interim_transcript_hash, commit)
    group_context = replace(outcome.group_context, confirmed_transcript_hash=confirmed)
    joiner_secret = key_schedule.joiner_secret(
        suite, prior.secrets.init_secret, outcome.commit_secret, group_context
    )
    psk_secret = key_schedule.psk_secret(suite, psks)
    secrets = key_schedule.epoch_secrets(suite, joiner_secret, psk_secret, group_context)
    return _Turn(
        group_context=group_context,
        welcome=WelcomeSecrets(joiner_secret, psk_secret, tuple(psk_id for psk_id, _ in psks)),
        secrets=secrets,
        confirmation_tag=key_schedule.confirmation_tag(suite, secrets.confirmation_key, confirmed),
    )


def _next_state(prior: State, outcome: AppliedPath, turn: _Turn, applied: Applied) -> State:
    suite, confirmed = prior.suite, turn.group_context.confirmed_transcript_hash
    return replace(
        prior,
        group_context=turn.group_context,
        tree=outcome.tree,
        private_keys=outcome.private_keys,
        **epoch_start(suite, turn.secrets, outcome.tree),
        confirmation_tag=turn.confirmation_tag,
        interim_transcript_hash=key_schedule.interim_transcript_hash(
            suite, confirmed, turn.confirmation_tag
        ),
        proposals={},
        reinit=applied.reinit,
    )


def _judged(
    prior: GroupState, committer: LeafIndex | None, proposals: Sequence[SentProposal]
) -> Applied:
    place = prior.place(committer)
    check_proposals(place, proposals)
    return apply_proposals(place, proposals)


def _path_place(prior: GroupState, applied: Applied, sender: LeafIndex) -> PathPlace:
    following = replace(
        prior.group_context, epoch=prior.epoch + 1, tree_hash=b"", extensions=applied.extensions
    )
    joiners = frozenset(joiner.leaf for joiner in applied.joiners)
    return PathPlace(
        suite=prior.suite,
        tree=applied.tree,
        group_context=following,
        sender=sender,
        joiners=joiners,
        former=prior.tree,
    )


def _created_path(prior: GroupState, applied: Applied, random: RandomSource) -> CreatedPath:
    return create_path(
        _path_place(prior, applied, prior.own_leaf_index),
        signature_key_pair=prior.signature_key_pair,
        private_keys=prior.private_keys,
        random=random,
    )


def _outcome(
    prior: GroupState, applied: Applied, committer: LeafIndex, *, path: UpdatePath | None
) -> AppliedPath:
    place, own_leaf = _path_place(prior, applied, committer), prior.own_leaf_index
    if path is not None:
        return apply_path(place, path, own_leaf=own_leaf, private_keys=prior.private_keys)
    check_members(applied.tree, applied.extensions, prior.tree)
    group_context = replace(
        place.group_context, tree_hash=tree_hash(prior.suite, applied.tree.root)
    )
    return AppliedPath(
        tree=applied.tree,
        group_context=group_context,
        private_keys=kept_keys(applied.tree, own_leaf, prior.private_keys, ()),
        # 8: "if the commit has no path, commit_secret is a zero-length... string of length Nh".
        commit_secret=bytes(prior.suite.n_h),
    )


def _check_successors(
    prior: GroupState,
    committer: Member,
    proposals: Sequence[SentProposal],
    *,
    path: UpdatePath | None,
    policy: Policy,
) -> None:
    if path is not None:
        _check_path_leaf(prior, committer.leaf_index, path.leaf_node)
        _judge_successor(committer.leaf_node, path.leaf_node, policy)
    for sent in proposals:
        if isinstance(sent.body, Update) and sent.sender.leaf_index is not None:
            updated = prior.member(LeafIndex(sent.sender.leaf_index)).leaf_node
            policy.judge_successor(updated, sent.body.leaf_node)


def _check_entering(
    prior: GroupState, newcomer: Member, proposals: Sequence[SentProposal], *, policy: Policy
) -> None:
    _check_path_leaf(prior, newcomer.leaf_index, newcomer.leaf_node)
    # 12.2: "If there is a Remove proposal, then the credential in the LeafNode of the path ... MUST
    # present a set of identifiers that is acceptable ... for the removed participant".
    for sent in proposals:
        if isinstance(sent.body, Remove):
            before = prior.member(LeafIndex(sent.body.removed)).leaf_node
            _judge_successor(before, newcomer.leaf_node, policy)


def _check_path_leaf(prior: GroupState, leaf: LeafIndex, leaf_node: LeafNode) -> None:
    check_leaf_node(
        prior.suite,
        leaf_node,
        source=LeafNodeSource.commit,
        group_id=prior.group_id,
        leaf_index=leaf,
    )


def _judge_successor(before: LeafNode, after: LeafNode, policy: Policy) -> None:
    # 12.4.2: "the encryption_key ... MUST be different from the committer's current leaf node".
    if after.encryption_key == before.encryption_key:
        raise ValidationError("a path must bring a new leaf key (RFC 9420, 12.4.2)")
    policy.judge_successor(before, after)


def _resolved(prior: GroupState, item: ProposalOrRef, sender: Sender) -> SentProposal:
    if isinstance(item.body, Proposal):
        return SentProposal(item.body, sender)
    # 12.4: a reference is only good for a proposal "that was sent in the current epoch".
    if item.body not in prior.proposals:
        raise ValidationError("the commit names a proposal we never saw (RFC 9420, 12.4.2)")
    return prior.proposals[item.body]


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
    return framing.sign(prior.framing(), prior.signature_key_pair, content, options.wire_format)


def _check_lifetimes(proposals: Sequence[SentProposal], *, now: float, longest: float) -> None:
    # 7.3: "If the LeafNode appears in a message being sent by the client, ... the application MUST
    # verify that the current time is within the range of the lifetime field."
    for sent in proposals:
        if isinstance(sent.body, Add):
            lifetime = sent.body.key_package.leaf_node.lifetime
            check_lifetime(lifetime, now=now, longest=longest)
