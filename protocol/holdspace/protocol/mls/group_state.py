"""One member's view of one epoch, as a value (RFC 9420 section 8).

Everything another chapter needs to know of a group is here, and nothing here changes. commit.py and
welcome.py make the next epoch's state from this one; group.py is the door for callers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, TypedDict, TypeVar

from holdspace.protocol.mls import framing
from holdspace.protocol.mls.ciphersuite import CipherSuite, RandomSource, SignatureKeyPair
from holdspace.protocol.mls.errors import PolicyRefused, UsageError, ValidationError
from holdspace.protocol.mls.key_schedule import EpochSecrets, exporter
from holdspace.protocol.mls.messages import (
    AuthenticatedContent,
    FramedContent,
    MLSMessage,
    PreSharedKeyID,
    PSKType,
    ReInit,
    WireFormat,
)
from holdspace.protocol.mls.past_epochs import (
    NOTHING_KEPT,
    PastEpoch,
    Retention,
    past_epoch,
    signature_key_in,
    still_kept,
)
from holdspace.protocol.mls.proposals import ProposalPlace, SentProposal
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.secret_tree import SecretTree
from holdspace.protocol.mls.structs import Extension, GroupContext, LeafNode
from holdspace.protocol.mls.treekem import PrivateKeys
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import extension_data
from holdspace.protocol.values import replace, value

# Where pre-shared keys come from (8.4): external ones, and resumption keys of past epochs, of which
# a group itself keeps none.
PreSharedKeys = Callable[[PreSharedKeyID], bytes | None]
PsksInOrder = Sequence[tuple[PreSharedKeyID, bytes]]
# No exporter value of ours is near this; it keeps a caller's mistake from costing memory.
LONGEST_EXPORT = 8160


@value()
class Member:
    """Who sits at a leaf, by the leaf's own word; whether to believe it is the policy's matter."""

    leaf_index: LeafIndex
    leaf_node: LeafNode = field(repr=False)

    @property
    def identity(self) -> bytes:
        """The identity in a basic credential; empty for other credentials."""
        return self.leaf_node.credential.identity or b""

    @property
    def signature_key(self) -> bytes:
        """The public key that this member signs with."""
        return self.leaf_node.signature_key


@value(kw_only=True, eq=False, repr=False)
class GroupState:
    """Hold one epoch; nothing of it shows in a repr."""

    suite: CipherSuite
    group_context: GroupContext
    tree: RatchetTree
    own_leaf_index: LeafIndex
    private_keys: PrivateKeys
    signature_key_pair: SignatureKeyPair
    secrets: EpochSecrets
    secret_tree: SecretTree
    confirmation_tag: bytes
    interim_transcript_hash: bytes
    # 12.4: proposals of this epoch that a commit may name, by their ProposalRef.
    proposals: Mapping[bytes, SentProposal] = field(default_factory=dict)
    # Those that we sign with once a commit has put their public halves, by which they are found
    # here, into our leaf.
    next_signature_keys: Mapping[bytes, SignatureKeyPair] = field(default_factory=dict)
    # 11.2: what the last commit has decided on, if it was the end of this group.
    reinit: ReInit | None = None
    # 15.3: epochs before this one that late messages are still read in, newest first.
    past: tuple[PastEpoch, ...] = ()
    retention: Retention = NOTHING_KEPT

    @property
    def group_id(self) -> bytes:
        """The name of the group."""
        return self.group_context.group_id

    @property
    def epoch(self) -> int:
        """The number of commits before this state."""
        return self.group_context.epoch

    @property
    def extensions(self) -> tuple[Extension, ...]:
        """What the group has agreed on beside its members."""
        return self.group_context.extensions

    @property
    def epoch_authenticator(self) -> bytes:
        """A value that is equal for all who are in the same epoch, for comparing aloud (8.7)."""
        return self.secrets.epoch_authenticator

    @property
    def resumption_psk(self) -> bytes:
        """A secret of this epoch that a later group or epoch can be tied to (8.6)."""
        return self.secrets.resumption_psk

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody in the group, by leaf."""
        return tuple(Member(leaf, leaf_node) for leaf, leaf_node in self.tree.members())

    def member(self, leaf: LeafIndex) -> Member:
        """Return who sits at a leaf."""
        leaf_node = self.tree.leaf(leaf)
        if leaf_node is None:
            raise UsageError(f"nobody is at leaf {leaf}")
        return Member(leaf, leaf_node)

    def extension(self, extension_type: int) -> bytes | None:
        """Return the data of one of the group's extensions."""
        return extension_data(self.extensions, extension_type)

    def export(self, label: bytes | str, context: bytes, length: int) -> bytes:
        """Derive a secret that all members of this epoch share (8.5)."""
        if not 0 < length <= LONGEST_EXPORT:
            raise UsageError(f"an exported secret has 1 to {LONGEST_EXPORT} bytes")
        text = label.decode() if isinstance(label, bytes) else label
        secret = self.secrets.exporter_secret
        return exporter(self.suite, secret, text, context=context, length=length)

    def signer(self, another: bytes | None = None) -> SignatureKeyPair:
        """Return what we sign with, or the key pair of another private key."""
        return self.signature_key_pair if another is None else self.suite.signature.load(another)

    def framing(self) -> framing.Epoch:
        """Return what framing needs to know of this epoch."""
        signature_key = signature_key_in(self.tree)
        return framing.Epoch(self.suite, self.group_context, self.secrets, signature_key)

    def place(self, committer: LeafIndex | None) -> ProposalPlace:
        """Return where a commit of this epoch is judged; None commits from outside."""
        return ProposalPlace(
            suite=self.suite,
            tree=self.tree,
            group_id=self.group_id,
            extensions=self.extensions,
            committer=committer,
        )


State = TypeVar("State", bound=GroupState)


def expecting(state: State, key_pair: SignatureKeyPair) -> State:
    """Return the state ready for a commit that gives our leaf this signature key."""
    expected = {**state.next_signature_keys, key_pair.public_key: key_pair}
    return replace(state, next_signature_keys=expected)


def member_in(tree: RatchetTree, content: FramedContent) -> Member:
    """Return the member who sent something, as the tree of its epoch has them."""
    sender = content.sender.leaf_index
    leaf_node = None if sender is None else tree.leaf(LeafIndex(sender))
    if sender is None or leaf_node is None:
        raise AssertionError("framing has found the sender's signature key in this tree")
    return Member(LeafIndex(sender), leaf_node)


def framed(
    state: State, signed: AuthenticatedContent, *, random: RandomSource, pad_to: int
) -> tuple[State, bytes]:
    """Return signed content as it travels, and the state without the key that it took."""
    epoch = state.framing()
    if signed.wire_format == WireFormat.mls_public_message:
        return state, MLSMessage.of(framing.protect_public(epoch, signed)).encode()
    secret_tree, sealed = framing.protect_private(
        epoch, signed, state.secret_tree, random=random, pad_to=pad_to
    )
    return replace(state, secret_tree=secret_tree), MLSMessage.of(sealed).encode()


def remembering(prior: GroupState, following: State, now: float | None) -> State:
    """Return the next state with as much of the prior epochs as our retention allows."""
    if not prior.retention.epochs:
        return following
    if now is None:
        raise UsageError("a group that keeps past epochs needs to know the time")
    ended = past_epoch(prior.framing(), prior.tree, prior.secret_tree, ended_at=now)
    return replace(following, past=still_kept((ended, *prior.past), prior.retention, now))


class EpochStart(TypedDict):
    """The two fields of a state that come from fresh epoch secrets."""

    secrets: EpochSecrets
    secret_tree: SecretTree


def epoch_start(suite: CipherSuite, secrets: EpochSecrets, tree: RatchetTree) -> EpochStart:
    """Turn the encryption secret into a secret tree and forget it (9.2)."""
    return EpochStart(
        secrets=replace(secrets, encryption_secret=b""),
        secret_tree=SecretTree.create(suite, secrets.encryption_secret, tree.leaf_count),
    )


def no_psks(_: PreSharedKeyID) -> bytes | None:
    """Have no pre-shared keys."""
    return None


def found_psks(
    psk_ids: Sequence[PreSharedKeyID], psks: PreSharedKeys, state: GroupState | None = None
) -> PsksInOrder:
    """Return the pre-shared keys that a commit or a Welcome asks for."""
    found = []
    for psk_id in psk_ids:
        psk = psks(psk_id)
        if psk is None and state is not None:
            psk = _resumption_psk(psk_id, state)
        # 12.4.2: "If any of the PSKs ... is not available to the client, reject the commit."
        if psk is None:
            raise ValidationError(
                "a pre-shared key is asked for that we do not have (RFC 9420, 8.4)"
            )
        found.append((psk_id, psk))
    return found


def _resumption_psk(psk_id: PreSharedKeyID, state: GroupState) -> bytes | None:
    if psk_id.psktype != PSKType.resumption or psk_id.psk_group_id != state.group_id:
        return None
    of_epochs = {one.number: one.resumption_psk for one in state.past}
    return (of_epochs | {state.epoch: state.resumption_psk}).get(psk_id.psk_epoch or 0)


def refuse_change_of_identity(before: LeafNode, after: LeafNode) -> None:
    """Refuse a member who comes back from a key renewal as somebody else (5.3.1)."""
    if (before.credential, before.signature_key) != (after.credential, after.signature_key):
        raise PolicyRefused("a member tried to change who they are")


def refuse_external_commit(
    prior: Any, leaf_node: LeafNode, proposals: Sequence[SentProposal]
) -> None:
    """Refuse people who let themselves in: whoever holds a GroupInfo could (12.4.3.2)."""
    raise PolicyRefused("only members commit in this group")


def refuse_proposal(prior: Any, sent: SentProposal) -> None:
    """Refuse proposals that come without a commit: one could silence the group (12.4, 15.2)."""
    raise PolicyRefused("only commits change this group")


@value(kw_only=True)
class Policy:
    """What an application allows, as pure functions that return nothing or raise PolicyRefused.

    `judge_commit(prior group, committer, proposals)` sees a commit that is signed by the committer
    and well-formed, before anything of it takes effect; `judge_external_commit(prior group, leaf,
    proposals)` sees one by somebody who would be at that leaf. `judge_welcome(group, signer)` sees the
    group we would be in and the member who let us in. `judge_successor(before, after)` sees a leaf
    that a member replaces by a path or an Update.
    """

    judge_commit: Callable[[Any, LeafIndex, Sequence[SentProposal]], None]
    judge_welcome: Callable[[Any, Member], None]
    judge_successor: Callable[[LeafNode, LeafNode], None] = refuse_change_of_identity
    judge_proposal: Callable[[Any, SentProposal], None] = refuse_proposal
    judge_external_commit: Callable[[Any, LeafNode, Sequence[SentProposal]], None] = (
        refuse_external_commit
    )


def _anything(*_: object) -> None:
    """Allow it."""


unsafe_accept_everything = Policy(
    judge_commit=_anything,
    judge_welcome=_anything,
    judge_successor=_anything,
    judge_proposal=_anything,
    judge_external_commit=_anything,
)
