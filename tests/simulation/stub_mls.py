"""A stand-in for the MLS engine that keeps the rules and only pretends to encrypt.

Kept: who is a member, epochs, that only a member can read or write and only in their epoch, that a
removed member gets no further, one use per ratchet step and how far a ratchet is followed, the
sender's leaf, the policies, what a Welcome is bound to, secrets that all members of an epoch and
nobody else derive. Pretended: signatures (anybody in the group could forge them), the tree and its
paths (a fresh secret travels readable for whoever holds the epoch's), the sealing of a Welcome, and
all cryptography that anybody could not undo with an afternoon and this file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256, shake_128
from struct import Struct
from typing import cast

from holdspace.client.seat.replacing import replace
from holdspace.protocol.mls import (
    Add,
    ApplicationData,
    EpochChange,
    Extension,
    Group,
    GroupContextExtensions,
    LeafIndex,
    Member,
    Outcome,
    OwnKeyPackage,
    OwnMessage,
    PendingCommit,
    Policy,
    Proposal,
    Protected,
    Purpose,
    RandomSource,
    Remove,
    Removed,
    SentProposal,
    ValidationError,
)
from holdspace.protocol.mls.messages import ContentType, Sender
from holdspace.protocol.mls.secret_tree import DEFAULT_WINDOW
from holdspace.protocol.mls.structs import LeafNode
from holdspace.protocol.mls.validation import check_lifetime

_HEAD = Struct(">4sBQII")
_MAGIC = b"stub"
_TAG = 16
_SAID, _COMMIT = 0, 1


class KeyUsedTwice(Exception):
    """I5: a ratchet step was taken for two different texts."""


@dataclass
class Steps:
    """Every step of every ratchet that was ever taken, in all groups of one simulation."""

    taken: dict[tuple[bytes, int, int, int, int], bytes] = field(default_factory=dict)

    def take(self, place: tuple[bytes, int, int, int, int], text: bytes) -> None:
        """Note what a step sealed."""
        if self.taken.setdefault(place, sha256(text).digest()) != sha256(text).digest():
            raise KeyUsedTwice("one key sealed two texts")


def _xored(key: bytes, text: bytes) -> bytes:
    mask = int.from_bytes(shake_128(key).digest(len(text)))
    return (int.from_bytes(text) ^ mask).to_bytes(len(text))


@dataclass(frozen=True, eq=False, repr=False)
class StubGroup:
    """One member's view of one epoch, with the face of `mls.Group`."""

    steps: Steps
    group_id: bytes
    epoch: int
    secret: bytes
    leaves: tuple[LeafNode | None, ...]
    extensions: tuple[Extension, ...]
    own_leaf_index: LeafIndex
    members: tuple[Member, ...]
    # Two ratchets for each leaf, as RFC 9420, 9 has them: what is said, and commits.
    next_steps: tuple[int, int] = (0, 0)
    # By leaf and ratchet: the next generation, and those that were passed over.
    heard: tuple[tuple[tuple[int, int], int, frozenset[int]], ...] = ()

    @property
    def epoch_authenticator(self) -> bytes:
        return sha256(self.secret + b"authenticator").digest()

    def member(self, leaf: LeafIndex) -> Member:
        there = self.leaves[leaf] if 0 <= leaf < len(self.leaves) else None
        if there is None:
            raise ValidationError("nobody is at that leaf")
        return Member(leaf, there)

    def extension(self, extension_type: int) -> bytes | None:
        for one in self.extensions:
            if one.extension_type == extension_type:
                return one.extension_data
        return None

    def export(self, label: bytes | str, context: bytes, length: int) -> bytes:
        text = label if isinstance(label, bytes) else label.encode()
        return shake_128(self.secret + text + b"|" + context).digest(length)

    def protect(
        self, data: bytes, *, random: RandomSource, padded_to: int | None = None
    ) -> Protected:
        group, message = self._sealed(_SAID, data, padded_to or 1)
        return Protected(cast(Group, group), message)

    def commit(
        self,
        proposals: Sequence[Proposal] = (),
        *,
        now: float,
        random: RandomSource,
        padded_to: int | None = None,
        spoiled_for: tuple[int, ...] = (),
    ) -> PendingCommit:
        """Change the group; `spoiled_for` are leaves that could not follow (RFC 9420, 16.12)."""
        fresh = random(32)
        spoiled = bytes((len(spoiled_for), *spoiled_for))
        listed = b"".join(
            len(data).to_bytes(4) + data for data in (proposal.encode() for proposal in proposals)
        )
        current, message = self._sealed(_COMMIT, fresh + spoiled + listed, padded_to or 1)
        following = self._after(tuple(proposals), fresh)
        welcome = following._welcome(proposals) if _added(proposals) else None
        return PendingCommit(message, welcome, cast(Group, current), cast(Group, following))

    def process(self, message: bytes, *, policy: Policy, now: float | None = None) -> Outcome:
        kind, leaf, step, data = self._opened(message)
        if leaf == self.own_leaf_index:
            commit = kind == _COMMIT
            return OwnMessage(ContentType.commit if commit else ContentType.application)
        read, sender = self._heard((leaf, kind), step), self.member(LeafIndex(leaf))
        if kind == _SAID:
            return ApplicationData(cast(Group, read), sender, data, b"", self.epoch)
        proposals = _listed(data[33 + data[32] :])
        sent = tuple(SentProposal(one, Sender.member(leaf)) for one in proposals)
        policy.judge_commit(self, LeafIndex(leaf), sent)
        for one in proposals:
            if isinstance(one.body, Remove):
                self.member(LeafIndex(one.body.removed))
        if self.own_leaf_index in _removed(proposals):
            return Removed(sender, b"")
        if self.own_leaf_index in data[33 : 33 + data[32]]:
            raise ValidationError("the path does not open for us")
        following = self._after(proposals, data[:32])
        changed = following.extensions != self.extensions
        return EpochChange(cast(Group, following), sender, (), (), changed, b"")

    def seal_to_member(
        self, leaf: LeafIndex, purpose: Purpose, plaintext: bytes, *, random: RandomSource
    ) -> bytes:
        key = self._letter_key(leaf, purpose)
        return sha256(key + plaintext).digest() + _xored(key, plaintext)

    def open_sealed(self, purpose: Purpose, sealed: bytes) -> bytes:
        key = self._letter_key(self.own_leaf_index, purpose)
        plaintext = _xored(key, sealed[32:])
        if sha256(key + plaintext).digest() != sealed[:32]:
            raise ValidationError("this is not for us")
        return plaintext

    def sign_as_member(self, purpose: Purpose, content: bytes) -> bytes:
        key = self.member(self.own_leaf_index).signature_key
        return _signed(key, self.group_id, purpose, content)

    def verify_of_member(
        self, leaf: LeafIndex, purpose: Purpose, content: bytes, *, signature: bytes
    ) -> None:
        if _signed(self.member(leaf).signature_key, self.group_id, purpose, content) != signature:
            raise ValidationError("this was not signed")

    def _letter_key(self, leaf: LeafIndex, purpose: Purpose) -> bytes:
        place = b"%d/%d/" % (self.epoch, leaf)
        bound = purpose.label.encode() + b"/" + purpose.context
        return sha256(self.group_id + place + self.member(leaf).signature_key + bound).digest()

    def _sealed(self, kind: int, data: bytes, pad_to: int) -> tuple["StubGroup", bytes]:
        leaf, step = self.own_leaf_index, self.next_steps[kind]
        self.steps.take((self.group_id, self.epoch, leaf, kind, step), data)
        head = _HEAD.pack(_MAGIC, kind, self.epoch, leaf, step)
        body = len(data).to_bytes(4) + data
        sealed = _xored(self.secret + head, body.ljust(-(-len(body) // pad_to) * pad_to, b"\0"))
        tag = sha256(self.secret + head + sealed).digest()[:_TAG]
        said, commits = self.next_steps
        following = (said, step + 1) if kind == _COMMIT else (step + 1, commits)
        return replace(self, next_steps=following), b"".join((self.group_id, head, tag, sealed))

    def _opened(self, message: bytes) -> tuple[int, int, int, bytes]:
        kind, leaf, step, data = _open(self.group_id, self.secret, message)
        self.member(LeafIndex(leaf))
        return kind, leaf, step, data

    def _heard(self, ratchet: tuple[int, int], step: int) -> "StubGroup":
        """Return the group that has used up this step of a sender's ratchet."""
        others, following, skipped = [], 0, frozenset[int]()
        for one in self.heard:
            if one[0] == ratchet:
                _, following, skipped = one
            else:
                others.append(one)
        if step < following:
            if step not in skipped:
                raise ValidationError("this message was read before")
            return replace(self, heard=(*others, (ratchet, following, skipped - {step})))
        if step - following > DEFAULT_WINDOW.forward:
            raise ValidationError("the message skips too many generations")
        passed = skipped if step == following else skipped | {*range(following, step)}
        if len(passed) > DEFAULT_WINDOW.skipped:
            passed = frozenset(sorted(passed)[-DEFAULT_WINDOW.skipped :])
        return replace(self, heard=(*others, (ratchet, step + 1, passed)))

    def _after(self, proposals: Sequence[Proposal], fresh: bytes) -> "StubGroup":
        leaves, extensions = _applied(self.leaves, self.extensions, tuple(proposals))
        return replace(
            self,
            epoch=self.epoch + 1,
            secret=sha256(self.secret + fresh).digest(),
            leaves=leaves,
            members=_members(leaves),
            extensions=extensions,
            next_steps=(0, 0),
            heard=(),
        )

    def _welcome(self, proposals: Sequence[Proposal]) -> bytes:
        keys = [add.key_package.init_key for add in _added(proposals)]
        parts = [
            b"".join(sha256(key).digest() for key in keys),
            self.group_id,
            self.epoch.to_bytes(8) + self.own_leaf_index.to_bytes(4) + self.secret,
            *(leaf.encode() if leaf else b"" for leaf in self.leaves),
        ]
        extensions = [e.encode() for e in self.extensions]
        return b"".join(
            len(part).to_bytes(4) + part
            for part in (*parts, len(extensions).to_bytes(1), *extensions)
        )


# All members of an epoch open the same message with the same secret.
@lru_cache(maxsize=64)
def _open(group_id: bytes, secret: bytes, message: bytes) -> tuple[int, int, int, bytes]:
    at = len(group_id)
    head, sealed = message[at : at + _HEAD.size], message[at + _HEAD.size + _TAG :]
    tag = message[at + _HEAD.size : at + _HEAD.size + _TAG]
    if message[:at] != group_id or len(head) < _HEAD.size:
        raise ValidationError("this message is of no group of ours")
    if sha256(secret + head + sealed).digest()[:_TAG] != tag:
        raise ValidationError("this message does not open")
    _, kind, _, leaf, step = _HEAD.unpack(head)
    body = _xored(secret + head, sealed)
    return kind, leaf, step, body[4 : 4 + int.from_bytes(body[:4])]


def _signed(key: bytes, group_id: bytes, purpose: Purpose, content: bytes) -> bytes:
    bound = purpose.label.encode() + b"/" + purpose.context
    return sha256(key + group_id + bound + content).digest()


def _added(proposals: Sequence[Proposal]) -> list[Add]:
    return [one.body for one in proposals if isinstance(one.body, Add)]


def _removed(proposals: Sequence[Proposal]) -> list[int]:
    return [one.body.removed for one in proposals if isinstance(one.body, Remove)]


@lru_cache(maxsize=64)
def _listed(data: bytes) -> tuple[Proposal, ...]:
    return tuple(Proposal.decode(part) for part in _parts(data))


def _parts(data: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        parts.append(data[at + 4 : end])
        at = end
    return parts


@lru_cache(maxsize=256)
def _members(leaves: tuple[LeafNode | None, ...]) -> tuple[Member, ...]:
    return tuple(Member(LeafIndex(at), leaf) for at, leaf in enumerate(leaves) if leaf)


@lru_cache(maxsize=64)
def _applied(
    leaves: tuple[LeafNode | None, ...],
    extensions: tuple[Extension, ...],
    proposals: tuple[Proposal, ...],
) -> tuple[tuple[LeafNode | None, ...], tuple[Extension, ...]]:
    gone = set(_removed(proposals))
    there = [None if at in gone else leaf for at, leaf in enumerate(leaves)]
    for add in _added(proposals):
        free = next((at for at, leaf in enumerate(there) if leaf is None), len(there))
        there[free:] = [add.key_package.leaf_node, *there[free + 1 :]]
    for one in proposals:
        if isinstance(one.body, GroupContextExtensions):
            extensions = tuple(one.body.extensions)
    return tuple(there), extensions


class StubEngine:
    """The two ways into a group."""

    def __init__(self) -> None:
        self.steps = Steps()

    def create_group(
        self,
        own: OwnKeyPackage,
        *,
        group_id: bytes,
        random: RandomSource,
        extensions: Sequence[Extension] = (),
    ) -> Group:
        group = StubGroup(
            self.steps,
            group_id,
            0,
            random(32),
            (own.key_package.leaf_node,),
            tuple(extensions),
            LeafIndex(0),
            _members((own.key_package.leaf_node,)),
        )
        return cast(Group, group)

    def join_group(
        self, welcome: bytes, own: OwnKeyPackage, *, now: float, policy: Policy
    ) -> Group:
        check_lifetime(own.key_package.leaf_node.lifetime, now=now, longest=float("inf"))
        parts = _parts(welcome)
        if len(parts) < 4 or sha256(own.key_package.init_key).digest() not in parts[0]:
            raise ValidationError("this Welcome is for somebody else")
        count = next(at for at in range(3, len(parts)) if len(parts[at]) == 1)
        leaves = tuple(LeafNode.decode(part) if part else None for part in parts[3:count])
        mine = own.key_package.leaf_node
        if mine not in leaves:
            raise ValidationError("this Welcome does not seat us")
        group = StubGroup(
            self.steps,
            parts[1],
            int.from_bytes(parts[2][:8]),
            parts[2][12:],
            leaves,
            tuple(Extension.decode(part) for part in parts[count + 1 :]),
            LeafIndex(leaves.index(mine)),
            _members(leaves),
        )
        policy.judge_welcome(group, group.member(LeafIndex(int.from_bytes(parts[2][8:12]))))
        return cast(Group, group)
