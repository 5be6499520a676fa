"""Commits, taken: RFC 9420 section 12.4.2.

Everything about another's commit is judged before it takes effect, and the state it is judged by
stays as it is; so a commit that is refused has left no trace.
"""

from collections.abc import Sequence
from typing import Generic

from holdspace.protocol.mls import key_schedule
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.framing import Verified
from holdspace.protocol.mls.group_state import (
    GroupState,
    Member,
    Policy,
    PreSharedKeys,
    State,
    found_psks,
)
from holdspace.protocol.mls.messages import (
    Commit,
    ExternalInit,
    Proposal,
    Remove,
    Update,
    UpdatePath,
)
from holdspace.protocol.mls.next_epoch import (
    entered,
    next_state,
    outcome_of,
    refuse_after_end,
    resolved,
    turn_of,
)
from holdspace.protocol.mls.proposals import (
    Applied,
    SentProposal,
    apply_proposals,
    check_proposals,
    path_required,
)
from holdspace.protocol.mls.structs import LeafNode, LeafNodeSource
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import check_leaf_node
from holdspace.protocol.values import replace, value


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


def take_commit(
    prior: State, verified: Verified, commit: Commit, *, policy: Policy, psks: PreSharedKeys
) -> TakenCommit[State]:
    """Follow a commit of another member, once its signature was checked."""
    sender = verified.content.sender
    refuse_after_end(prior, ValidationError)
    committer = None if sender.leaf_index is None else LeafIndex(sender.leaf_index)
    proposals = tuple(resolved(prior, item, sender) for item in commit.proposals)
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


def _followed(
    prior: State,
    verified: Verified,
    commit: Commit,
    *,
    applied: Applied,
    committer: LeafIndex,
    psks: PreSharedKeys,
) -> State:
    outcome = outcome_of(prior, applied, committer, path=commit.path)
    before = _with_external_init(prior, commit)
    turn = turn_of(
        before, verified.authenticated, outcome, psks=found_psks(applied.psks, psks, prior)
    )
    # 12.4.2: "Verify the confirmation_tag ... If it is not valid, reject": compared whole and in
    # constant time, before anything is replaced.
    prior.suite.verify_mac(
        turn.secrets.confirmation_key,
        turn.group_context.confirmed_transcript_hash,
        verified.authenticated.auth.confirmation_tag,
    )
    return next_state(prior, outcome, turn, applied)


def _with_external_init(prior: State, commit: Commit) -> State:
    # 8.3: an external commit brings its own init secret, sealed to the group's external key.
    for item in commit.proposals:
        if isinstance(item.body, Proposal) and isinstance(item.body.body, ExternalInit):
            kem_output = item.body.body.kem_output
            key_pair = key_schedule.external_key_pair(prior.suite, prior.secrets.external_secret)
            init_secret = prior.suite.external_init_receiver(key_pair, kem_output)
            return replace(prior, secrets=replace(prior.secrets, init_secret=init_secret))
    return prior


def _judged(
    prior: GroupState, committer: LeafIndex | None, proposals: Sequence[SentProposal]
) -> Applied:
    place = prior.place(committer)
    check_proposals(place, proposals)
    return apply_proposals(place, proposals)


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
