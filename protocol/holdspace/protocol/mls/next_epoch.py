"""What a commit comes to, for whoever made it and whoever takes it: RFC 9420 section 12.4.

Both sides apply the same list to the same state and must arrive at the same secrets; so this is one
chapter, and each function of it takes one epoch's state and leaves that as it is.
"""

from holdspace.protocol.mls import key_schedule
from holdspace.protocol.mls.ciphersuite import SignatureKeyPair
from holdspace.protocol.mls.errors import MLSError, UsageError, ValidationError
from holdspace.protocol.mls.group_state import GroupState, Member, PsksInOrder, State, epoch_start
from holdspace.protocol.mls.key_schedule import EpochSecrets
from holdspace.protocol.mls.messages import (
    AuthenticatedContent,
    Proposal,
    ProposalOrRef,
    Sender,
    UpdatePath,
)
from holdspace.protocol.mls.proposals import Applied, SentProposal
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.structs import GroupContext, LeafNode
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.treekem import AppliedPath, PathPlace, apply_path, kept_keys
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import check_members
from holdspace.protocol.mls.welcome import WelcomeSecrets
from holdspace.protocol.values import replace, value


def refuse_after_end(state: GroupState, blame: type[MLSError] = UsageError) -> None:
    """Refuse to go on in a group that has decided to end."""
    # 11.2: after the commit of a ReInit, "the group ... MUST NOT be used for further messages".
    if state.reinit is not None:
        raise blame("this group has ended and goes on in a new one (RFC 9420, 11.2)")


def resolved(prior: GroupState, item: ProposalOrRef, sender: Sender) -> SentProposal:
    """Return a proposal of a commit, with whoever made it."""
    if isinstance(item.body, Proposal):
        return SentProposal(item.body, sender)
    # 12.4: a reference is only good for a proposal "that was sent in the current epoch".
    if item.body not in prior.proposals:
        raise ValidationError("the commit names a proposal we never saw (RFC 9420, 12.4.2)")
    return prior.proposals[item.body]


def entered(applied: Applied, leaf_node: LeafNode) -> tuple[Applied, Member]:
    """Return the tree with somebody in it who commits from outside, as whom they sit there."""
    # 12.4.2: "the leftmost blank leaf in the new ratchet tree", after the proposals were applied.
    tree, leaf = applied.tree.add(leaf_node)
    return replace(applied, tree=tree), Member(leaf, leaf_node)


def path_place(prior: GroupState, applied: Applied, sender: LeafIndex) -> PathPlace:
    """Return where a path of this commit goes."""
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


def outcome_of(
    prior: GroupState, applied: Applied, committer: LeafIndex, *, path: UpdatePath | None
) -> AppliedPath:
    """Return what a commit makes of the tree, by its path or without one."""
    place, own_leaf = path_place(prior, applied, committer), prior.own_leaf_index
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


@value(kw_only=True, repr=False)
class Turn:
    """What the key schedule makes of a commit (8)."""

    group_context: GroupContext
    welcome: WelcomeSecrets
    secrets: EpochSecrets
    confirmation_tag: bytes


def turn_of(
    prior: GroupState, commit: AuthenticatedContent, outcome: AppliedPath, *, psks: PsksInOrder
) -> Turn:
    """Work out the next epoch's secrets, and what members compare to see that they agree."""
    suite = prior.suite
    confirmed = key_schedule.confirmed_transcript_hash(suite, prior.interim_transcript_hash, commit)
    group_context = replace(outcome.group_context, confirmed_transcript_hash=confirmed)
    joiner_secret = key_schedule.joiner_secret(
        suite, prior.secrets.init_secret, outcome.commit_secret, group_context
    )
    psk_secret = key_schedule.psk_secret(suite, psks)
    secrets = key_schedule.epoch_secrets(suite, joiner_secret, psk_secret, group_context)
    return Turn(
        group_context=group_context,
        welcome=WelcomeSecrets(joiner_secret, psk_secret, tuple(psk_id for psk_id, _ in psks)),
        secrets=secrets,
        confirmation_tag=key_schedule.confirmation_tag(suite, secrets.confirmation_key, confirmed),
    )


def next_state(prior: State, outcome: AppliedPath, turn: Turn, applied: Applied) -> State:
    """Return the next epoch."""
    suite, confirmed = prior.suite, turn.group_context.confirmed_transcript_hash
    return replace(
        prior,
        group_context=turn.group_context,
        tree=outcome.tree,
        private_keys=outcome.private_keys,
        signature_key_pair=_own_signature_key_pair(prior, outcome.tree),
        next_signature_keys={},
        **epoch_start(suite, turn.secrets, outcome.tree),
        confirmation_tag=turn.confirmation_tag,
        interim_transcript_hash=key_schedule.interim_transcript_hash(
            suite, confirmed, turn.confirmation_tag
        ),
        proposals={},
        reinit=applied.reinit,
    )


def _own_signature_key_pair(prior: GroupState, tree: RatchetTree) -> SignatureKeyPair:
    """Return what we sign with in this tree: another key, if an Update or a path of ours said so."""
    leaf_node, present = tree.leaf(prior.own_leaf_index), prior.signature_key_pair
    if leaf_node is None:
        raise AssertionError("no next epoch is worked out for those who were removed")
    if leaf_node.signature_key == present.public_key:
        return present
    if leaf_node.signature_key not in prior.next_signature_keys:
        raise ValidationError("our place was given a signature key that is not ours")
    return prior.next_signature_keys[leaf_node.signature_key]
