"""Lists of proposals: which may stand together, and what they do to a tree.

RFC 9420 sections 12.1 to 12.3. Judging a list and applying it look only at the state before it.
"""

from collections.abc import Mapping, Sequence

from holdspace.protocol.mls.ciphersuite import CipherSuite
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.messages import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    PreSharedKeyID,
    Proposal,
    ProposalType,
    PSKType,
    ReInit,
    Remove,
    ResumptionPSKUsage,
    Sender,
    SenderType,
    Update,
)
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.structs import Extension, KeyPackage, LeafNode, LeafNodeSource
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import (
    check_group_extensions,
    check_key_package,
    check_leaf_node,
)
from holdspace.protocol.values import value

ProposalBody = Add | Update | Remove | PreSharedKey | ReInit | ExternalInit | GroupContextExtensions

# 17.4, column "Path Required": a commit of proposals that are all in this set may do without.
NO_PATH_NEEDED = frozenset({ProposalType.add, ProposalType.psk, ProposalType.reinit})

# 12.1.8 and table 7: what each kind of sender may propose.
MAY_PROPOSE = {
    SenderType.member: frozenset(ProposalType) - {ProposalType.external_init},
    SenderType.external: frozenset(ProposalType)
    - {ProposalType.update, ProposalType.external_init},
    SenderType.new_member_proposal: frozenset({ProposalType.add}),
    # 12.2: what may stand in an external commit.
    SenderType.new_member_commit: frozenset(
        {ProposalType.external_init, ProposalType.remove, ProposalType.psk}
    ),
}


@value()
class SentProposal:
    """A proposal, with whoever made it."""

    proposal: Proposal
    sender: Sender
    by_reference: bool = False

    @property
    def body(self) -> ProposalBody:
        """The proposal itself, for `match`."""
        return self.proposal.body


@value()
class Joiner:
    """Somebody whom a commit adds, and where."""

    leaf: LeafIndex
    key_package: KeyPackage


@value(kw_only=True)
class Applied:
    """What a list of proposals comes to, before any path."""

    tree: RatchetTree
    extensions: tuple[Extension, ...]
    joiners: tuple[Joiner, ...]
    removed: tuple[LeafIndex, ...]
    psks: tuple[PreSharedKeyID, ...]
    reinit: ReInit | None


@value(kw_only=True)
class ProposalPlace:
    """Where a list of proposals is judged: the group before it, and which member commits it.

    Nobody does where somebody from outside commits. `psk_usage` is another only in the first commit
    of a group that continues an older one (11.2, 11.3).
    """

    suite: CipherSuite
    tree: RatchetTree
    group_id: bytes
    extensions: tuple[Extension, ...]
    committer: LeafIndex | None
    psk_usage: ResumptionPSKUsage = ResumptionPSKUsage.application


def path_required(proposals: Sequence[SentProposal]) -> bool:
    """Tell whether a commit of these proposals must renew the committer's keys."""
    # 12.4: "The path field ... MUST be populated if ... the proposals vector is empty" or holds any
    # type that requires a path.
    types = {sent.proposal.proposal_type for sent in proposals}
    return not types or not types <= NO_PATH_NEEDED


def check_proposal(place: ProposalPlace, sent: SentProposal) -> None:
    """Refuse a proposal that is wrong in itself (12.1)."""
    sender_type = sent.sender.sender_type
    if sent.proposal.proposal_type not in MAY_PROPOSE.get(sender_type, ()):
        raise ValidationError("this sender may not propose this (RFC 9420, 12.1.8)")
    match sent.body:
        case Add(key_package):
            check_key_package(place.suite, key_package)
        case Update(leaf_node):
            _check_update(place, sent.sender.leaf_index, leaf_node)
        case Remove(removed):
            # 12.1.3: "removed ... MUST identify a non-blank leaf".
            if LeafIndex(removed) not in place.tree:
                raise ValidationError("nobody is at the leaf to be removed (RFC 9420, 12.1.3)")
        case PreSharedKey(psk):
            _check_psk(place, psk)
        case GroupContextExtensions(extensions):
            check_group_extensions(extensions)
        case ReInit(extensions=extensions):
            # 12.1.5: the version cannot be lower than ours, for there is but one.
            check_group_extensions(extensions)
        # An ExternalInit is opened when the commit's keys are worked out.


def _check_update(place: ProposalPlace, leaf: int | None, leaf_node: LeafNode) -> None:
    before = None if leaf is None else place.tree.leaf(LeafIndex(leaf))
    if leaf is None or before is None:
        raise ValidationError("an update comes from a member (RFC 9420, 12.1.2)")
    check_leaf_node(
        place.suite,
        leaf_node,
        source=LeafNodeSource.update,
        group_id=place.group_id,
        leaf_index=leaf,
    )
    # 12.1.2: "the encryption_key ... MUST be different from the one it replaces".
    if leaf_node.encryption_key == before.encryption_key:
        raise ValidationError("an update must bring a new key (RFC 9420, 7.3)")


def _check_psk(place: ProposalPlace, psk: PreSharedKeyID) -> None:
    # 12.1.4: "the psktype is resumption and usage is reinit or branch" makes it invalid here, as
    # does a psk_nonce that is not of length KDF.Nh.
    allowed = (ResumptionPSKUsage.application, place.psk_usage)
    if psk.psktype == PSKType.resumption and psk.usage not in allowed:
        raise ValidationError("this pre-shared key is for another use (RFC 9420, 12.1.4)")
    if len(psk.psk_nonce) != place.suite.n_h:
        raise ValidationError("the pre-shared key's nonce has a wrong length (RFC 9420, 12.1.4)")


def check_proposals(place: ProposalPlace, proposals: Sequence[SentProposal]) -> None:
    """Refuse a list that may not be committed together (12.2)."""
    for sent in proposals:
        check_proposal(place, sent)
    _check_kinds(place, proposals)
    changed = [leaf for sent in proposals for leaf in _leaves_changed(sent)]
    # 12.2: "It contains an Update proposal generated by the committer"; "a Remove proposal that
    # removes the committer".
    if place.committer in changed:
        raise ValidationError("a committer cannot update or remove itself (RFC 9420, 12.2)")
    # 12.2: "It contains multiple Update and/or Remove proposals that apply to the same leaf."
    if len(set(changed)) != len(changed):
        raise ValidationError("two proposals change one leaf (RFC 9420, 12.2)")
    # 12.2: "It contains multiple PreSharedKey proposals that reference the same PreSharedKeyID."
    psks = [sent.body.psk for sent in proposals if isinstance(sent.body, PreSharedKey)]
    if len(set(psks)) != len(psks):
        raise ValidationError("one pre-shared key stands twice in a commit (RFC 9420, 12.2)")


def _check_kinds(place: ProposalPlace, proposals: Sequence[SentProposal]) -> None:
    kinds = [sent.proposal.proposal_type for sent in proposals]
    # 12.2: "It contains multiple GroupContextExtensions proposals."
    if kinds.count(ProposalType.group_context_extensions) > 1:
        raise ValidationError("the extensions are replaced twice (RFC 9420, 12.2)")
    # 12.2: "It contains a ReInit proposal together with any other proposal."
    if ProposalType.reinit in kinds and len(kinds) > 1:
        raise ValidationError("a reinitialisation stands alone in its commit (RFC 9420, 12.2)")
    if place.committer is not None:
        return
    # 12.2, on external commits: "exactly one ExternalInit", "at most one Remove", "no other
    # proposals" but PreSharedKey, and none by reference. That others are refused is MAY_PROPOSE's.
    if kinds.count(ProposalType.external_init) != 1 or kinds.count(ProposalType.remove) > 1:
        raise ValidationError(
            "an external commit has one ExternalInit and at most one Remove (RFC 9420, 12.2)"
        )
    if any(sent.by_reference for sent in proposals):
        raise ValidationError("an external commit refers to nothing (RFC 9420, 12.2)")


def _leaves_changed(sent: SentProposal) -> tuple[int, ...]:
    match sent.body, sent.sender.leaf_index:
        case Remove(removed), _:
            return (removed,)
        case Update(), int(leaf):
            return (leaf,)
        case _:
            return ()


def apply_proposals(place: ProposalPlace, proposals: Sequence[SentProposal]) -> Applied:
    """Apply a list that was judged, in the order of section 12.3."""
    bodies = [(sent.body, sent.sender.leaf_index) for sent in proposals]
    tree, extensions = place.tree, place.extensions
    for body, _ in bodies:
        if isinstance(body, GroupContextExtensions):
            extensions = body.extensions
    for body, leaf in bodies:
        if isinstance(body, Update) and leaf is not None:
            tree = tree.update(LeafIndex(leaf), body.leaf_node)
    removed = [LeafIndex(body.removed) for body, _ in bodies if isinstance(body, Remove)]
    for gone in removed:
        tree = tree.remove(gone)
    added = [body.key_package for body, _ in bodies if isinstance(body, Add)]
    tree, leaves = tree.add_all([key_package.leaf_node for key_package in added])
    return Applied(
        tree=tree,
        extensions=extensions,
        joiners=tuple(map(Joiner, leaves, added)),
        removed=tuple(removed),
        psks=tuple(body.psk for body, _ in bodies if isinstance(body, PreSharedKey)),
        reinit=next((body for body, _ in bodies if isinstance(body, ReInit)), None),
    )


def committable(
    place: ProposalPlace, waiting: Mapping[bytes, SentProposal], beside: Sequence[Proposal] = ()
) -> list[bytes]:
    """Return the references that a member may commit, of all that wait, beside some by value."""
    by_value = [SentProposal(proposal, Sender.member(0)) for proposal in beside]
    if any(isinstance(sent.body, ReInit) for sent in by_value):
        return []
    settled = {_subject(sent) for sent in by_value} | {place.committer}
    # 12.2: "the committer chooses one and includes only that one in the Commit ... The committer
    # MUST prefer any Remove received, or the most recent Update for the leaf if there are no
    # Removes." So the last one about each subject is kept, unless a Remove was there before it.
    chosen: dict[object, bytes] = {}
    for reference, sent in waiting.items():
        subject = _subject(sent)
        if subject in settled or isinstance(sent.body, ReInit):
            continue
        before = chosen.pop(subject, None)
        stays = before is not None and isinstance(waiting[before].body, Remove)
        chosen[subject] = before if before is not None and stays else reference
    return list(chosen.values())


def _subject(sent: SentProposal) -> object:
    """Return what a proposal is about: a list has at most one proposal about each."""
    match sent.body:
        case Update() | Remove():
            return next(iter(_leaves_changed(sent)), None)
        case Add(key_package):
            return key_package.leaf_node.signature_key
        case PreSharedKey(psk):
            return psk
        case other:
            return type(other)
