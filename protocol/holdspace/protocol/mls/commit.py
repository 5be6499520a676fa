"""Commits, made and taken: RFC 9420 section 12.4.

Each function takes one epoch's state and returns the next one's; the state it was given stays as it
is, so a commit that is refused has left no trace.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from holdspace.protocol.mls import framing, key_schedule
from holdspace.protocol.mls.ciphersuite import RandomSource
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.framing import Verified
from holdspace.protocol.mls.group_state import (
    GroupState,
    Policy,
    PreSharedKeys,
    PsksInOrder,
    epoch_start,
    found_psks,
    no_psks,
)
from holdspace.protocol.mls.key_schedule import EpochSecrets
from holdspace.protocol.mls.messages import (
    Add,
    AuthenticatedContent,
    Commit,
    ContentType,
    FramedContent,
    MLSMessage,
    Proposal,
    ProposalOrRef,
    Sender,
    Update,
    UpdatePath,
    WireFormat,
)
from holdspace.protocol.mls.proposals import (
    Applied,
    SentProposal,
    apply_proposals,
    check_proposals,
    path_required,
)
from holdspace.protocol.mls.structs import GroupContext, LeafNodeSource
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.treekem import (
    AppliedPath,
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
from holdspace.protocol.mls.welcome import WelcomeSecrets, make_welcome

State = TypeVar("State", bound=GroupState)


@dataclass(frozen=True, kw_only=True)
class CommitOptions:
    """What a committer may choose beside the proposals."""

    authenticated_data: bytes = b""
    pad_to: int = 1
    longest_lifetime: float = LONGEST_LIFETIME
    psks: PreSharedKeys = no_psks


@dataclass(frozen=True, kw_only=True)
class MadeCommit(Generic[State]):
    """Our commit: what to send, where it leads, and where we are until it is accepted."""

    message: bytes
    welcome: bytes | None
    current: State
    next: State


@dataclass(frozen=True, kw_only=True)
class TakenCommit(Generic[State]):
    """Another's commit: where it leads, or None where it removed us."""

    next: State | None
    committer: LeafIndex
    applied: Applied
    proposals: tuple[SentProposal, ...]


def make_commit(
    prior: State,
    proposals: Sequence[Proposal],
    *,
    now: float,
    random: RandomSource,
    options: CommitOptions,
) -> MadeCommit[State]:
    """Commit proposals by value, with a path, as a PrivateMessage."""
    own_leaf = prior.own_leaf_index
    sent = tuple(SentProposal(proposal, Sender.member(own_leaf)) for proposal in proposals)
    _check_lifetimes(proposals, now=now, longest=options.longest_lifetime)
    applied = _judged(prior, own_leaf, sent)
    path = create_path(
        _path_place(prior, applied, own_leaf),
        signature_key_pair=prior.signature_key_pair,
        private_keys=prior.private_keys,
        random=random,
    )
    signed = _signed(prior, proposals, path.update_path, options.authenticated_data)
    turn = _turn(prior, signed, path, psks=found_psks(applied.psks, options.psks, prior))
    complete = framing.with_confirmation_tag(signed, turn.confirmation_tag)
    secret_tree, sealed = framing.protect_private(
        prior.framing(), complete, prior.secret_tree, random=random, pad_to=options.pad_to
    )
    following = _next_state(prior, path, turn)
    return MadeCommit(
        message=MLSMessage.of(sealed).encode(),
        welcome=make_welcome(
            following, turn.welcome, applied.joiners, path_secrets=path.path_secrets, random=random
        ),
        current=replace(prior, secret_tree=secret_tree),
        next=following,
    )


def take_commit(
    prior: State, verified: Verified, *, policy: Policy, psks: PreSharedKeys
) -> TakenCommit[State]:
    """Follow a commit of another member, once its signature was checked."""
    commit, sender = verified.content.content, verified.content.sender.leaf_index
    if not isinstance(commit, Commit) or sender is None:
        raise ValidationError("this engine does not follow external commits")
    committer = LeafIndex(sender)
    proposals = tuple(_resolved(prior, item, committer) for item in commit.proposals)
    applied = _judged(prior, committer, proposals)
    # 12.4: "If the path value is not populated" where a proposal requires one, the commit is bad.
    if commit.path is None and path_required(proposals):
        raise ValidationError("the commit must renew keys and does not (RFC 9420, 12.4)")
    _check_successors(prior, committer, proposals, path=commit.path, policy=policy)
    policy.judge_commit(prior, committer, proposals)
    if prior.own_leaf_index in applied.removed:
        return TakenCommit(next=None, committer=committer, applied=applied, proposals=proposals)
    outcome = _outcome(prior, applied, committer, path=commit.path)
    turn = _turn(prior, verified.authenticated, outcome, psks=found_psks(applied.psks, psks, prior))
    # 12.4.2: "Verify the confirmation_tag ... If it is not valid, reject": compared whole and in
    # constant time, before anything is replaced.
    prior.suite.verify_mac(
        turn.secrets.confirmation_key,
        turn.group_context.confirmed_transcript_hash,
        verified.authenticated.auth.confirmation_tag,
    )
    following = _next_state(prior, outcome, turn)
    return TakenCommit(next=following, committer=committer, applied=applied, proposals=proposals)


@dataclass(frozen=True, kw_only=True, repr=False)
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


def _next_state(prior: State, outcome: AppliedPath, turn: _Turn) -> State:
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
    )


def _judged(prior: GroupState, committer: LeafIndex, proposals: Sequence[SentProposal]) -> Applied:
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
    )


def _outcome(
    prior: GroupState, applied: Applied, committer: LeafIndex, *, path: UpdatePath | None
) -> AppliedPath:
    place, own_leaf = _path_place(prior, applied, committer), prior.own_leaf_index
    if path is not None:
        return apply_path(place, path, own_leaf=own_leaf, private_keys=prior.private_keys)
    check_members(applied.tree, applied.extensions)
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
    committer: LeafIndex,
    proposals: Sequence[SentProposal],
    *,
    path: UpdatePath | None,
    policy: Policy,
) -> None:
    if path is not None:
        before = prior.member(committer).leaf_node
        check_leaf_node(
            prior.suite,
            path.leaf_node,
            source=LeafNodeSource.commit,
            group_id=prior.group_id,
            leaf_index=committer,
        )
        # 12.4.2: "the encryption_key ... MUST be different from the committer's current leaf node".
        if path.leaf_node.encryption_key == before.encryption_key:
            raise ValidationError("a path must bring a new leaf key (RFC 9420, 12.4.2)")
        policy.judge_successor(before, path.leaf_node)
    for sent in proposals:
        if isinstance(sent.body, Update) and sent.sender.leaf_index is not None:
            updated = prior.member(LeafIndex(sent.sender.leaf_index)).leaf_node
            policy.judge_successor(updated, sent.body.leaf_node)


def _resolved(prior: GroupState, item: ProposalOrRef, committer: LeafIndex) -> SentProposal:
    if isinstance(item.body, Proposal):
        return SentProposal(item.body, Sender.member(committer))
    # 12.4: a reference is only good for a proposal "that was sent in the current epoch".
    if item.body not in prior.proposals:
        raise ValidationError("the commit names a proposal we never saw (RFC 9420, 12.4.2)")
    return prior.proposals[item.body]


def _signed(
    prior: GroupState,
    proposals: Sequence[Proposal],
    path: UpdatePath,
    authenticated_data: bytes,
) -> AuthenticatedContent:
    content = FramedContent(
        group_id=prior.group_id,
        epoch=prior.epoch,
        sender=Sender.member(prior.own_leaf_index),
        authenticated_data=authenticated_data,
        content_type=ContentType.commit,
        content=Commit(tuple(ProposalOrRef.of(proposal) for proposal in proposals), path),
    )
    return framing.sign(
        prior.framing(), prior.signature_key_pair, content, WireFormat.mls_private_message
    )


def _check_lifetimes(proposals: Sequence[Proposal], *, now: float, longest: float) -> None:
    # 7.3: "If the LeafNode appears in a message being sent by the client, ... the application MUST
    # verify that the current time is within the range of the lifetime field."
    for proposal in proposals:
        if isinstance(proposal.body, Add):
            lifetime = proposal.body.key_package.leaf_node.lifetime
            check_lifetime(lifetime, now=now, longest=longest)
