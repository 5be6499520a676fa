"""One member's view of one epoch, as a value (RFC 9420 section 8).

Everything another chapter needs to know of a group is here, and nothing here changes. commit.py and
welcome.py make the next epoch's state from this one; group.py is the door for callers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from holdspace.protocol.mls import framing
from holdspace.protocol.mls.ciphersuite import CipherSuite, SignatureKeyPair
from holdspace.protocol.mls.errors import PolicyRefused, UsageError, ValidationError
from holdspace.protocol.mls.key_schedule import EpochSecrets, exporter
from holdspace.protocol.mls.messages import PreSharedKeyID, PSKType
from holdspace.protocol.mls.proposals import ProposalPlace, SentProposal
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.secret_tree import SecretTree
from holdspace.protocol.mls.structs import Extension, GroupContext, LeafNode
from holdspace.protocol.mls.treekem import PrivateKeys
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.validation import extension_data

# Where pre-shared keys come from (8.4): external ones, and resumption keys of past epochs, of which
# a group itself keeps none.
PreSharedKeys = Callable[[PreSharedKeyID], bytes | None]
PsksInOrder = Sequence[tuple[PreSharedKeyID, bytes]]
# No exporter value of ours is near this; it keeps a caller's mistake from costing memory.
LONGEST_EXPORT = 8160


@dataclass(frozen=True)
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


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
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

    def framing(self) -> framing.Epoch:
        """Return what framing needs to know of this epoch."""
        return framing.Epoch(self.suite, self.group_context, self.secrets, self._signature_key)

    def place(self, committer: LeafIndex) -> ProposalPlace:
        """Return where a member's commit of this epoch is judged."""
        return ProposalPlace(
            suite=self.suite,
            tree=self.tree,
            group_id=self.group_id,
            extensions=self.extensions,
            committer=committer,
        )

    def _signature_key(self, leaf: LeafIndex) -> bytes | None:
        leaf_node = self.tree.leaf(leaf)
        return None if leaf_node is None else leaf_node.signature_key


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
        if psk is None and state is not None and _is_resumption_of(psk_id, state):
            psk = state.secrets.resumption_psk
        # 12.4.2: "If any of the PSKs ... is not available to the client, reject the commit."
        if psk is None:
            raise ValidationError(
                "a pre-shared key is asked for that we do not have (RFC 9420, 8.4)"
            )
        found.append((psk_id, psk))
    return found


def _is_resumption_of(psk_id: PreSharedKeyID, state: GroupState) -> bool:
    place = (psk_id.psk_group_id, psk_id.psk_epoch)
    return psk_id.psktype == PSKType.resumption and place == (state.group_id, state.epoch)


def refuse_change_of_identity(before: LeafNode, after: LeafNode) -> None:
    """Refuse a member who comes back from a key renewal as somebody else (5.3.1)."""
    if (before.credential, before.signature_key) != (after.credential, after.signature_key):
        raise PolicyRefused("a member tried to change who they are")


def refuse_proposal(prior: Any, sent: SentProposal) -> None:
    """Refuse proposals that come without a commit: one could silence the group (12.4, 15.2)."""
    raise PolicyRefused("only commits change this group")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What an application allows, as pure functions that return nothing or raise PolicyRefused.

    `judge_commit(prior group, committer, proposals)` sees a commit that is signed by the committer
    and well-formed, before anything of it takes effect. `judge_welcome(group, signer)` sees the
    group we would be in and the member who let us in. `judge_successor(before, after)` sees a leaf
    that a member replaces by a path or an Update.
    """

    judge_commit: Callable[[Any, LeafIndex, Sequence[SentProposal]], None]
    judge_welcome: Callable[[Any, Member], None]
    judge_successor: Callable[[LeafNode, LeafNode], None] = refuse_change_of_identity
    judge_proposal: Callable[[Any, SentProposal], None] = refuse_proposal


def _anything(*_: object) -> None:
    """Allow it."""


unsafe_accept_everything = Policy(
    judge_commit=_anything,
    judge_welcome=_anything,
    judge_successor=_anything,
    judge_proposal=_anything,
)
