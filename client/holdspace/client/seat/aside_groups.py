"""The small MLS group behind an aside: its keys, who may be in it, and what is said in it.

Everybody in it has a signature key made for it alone, and vouches for that key with their key of the
room: for this aside, among these people, in this meeting. A leaf without that is nobody's. The group
has one commit, the one that makes it; nobody is ever added to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from holdspace.protocol.meeting.kinds import AsideKind
from holdspace.protocol.meeting.letters import (
    AsideWord,
    NotALetter,
    decode_word,
    encode_word,
)
from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    Add,
    ApplicationData,
    Extension,
    Group,
    KeyPackage,
    MLSError,
    OwnKeyPackage,
    Policy,
    PolicyRefused,
    Proposal,
    Purpose,
    create_key_package,
    generate_signature_key,
    read_key_package,
)
from holdspace.protocol.mls.structs import LeafNode
from holdspace.protocol.values import value

from .people import member_with
from .seat import Seat
from .step import World

VOUCH_EXTENSION = 0xF0A2
_LABEL = "holdspace aside"
_LIFETIME = 24 * 3600
# What is said in an aside is padded in steps of this, so that its length tells little.
PADDING = 256


class NotThisAside(Exception):
    """The package or the group is not the one that was agreed on; nothing of it is taken over."""


@value()
class Circle:
    """Which aside of which kind, and who is meant to be in it; the first of them asked."""

    handle: bytes
    people: tuple[bytes, ...]
    kind: AsideKind = "word"


def own_package(seat: Seat, circle: Circle, world: World) -> OwnKeyPackage:
    """Return fresh keys for this aside alone, vouched for by our key of the room."""
    private_key = generate_signature_key(world.random)
    public_key = DEFAULT_SUITE.signature.load(private_key).public_key
    vouch = seat.group.sign_as_member(_purpose(seat, circle), public_key)
    return create_key_package(
        DEFAULT_SUITE,
        identity=seat.facts.identity,
        signature_private_key=private_key,
        now=world.now,
        random=world.random,
        lifetime_seconds=_LIFETIME,
        leaf_extensions=(Extension(VOUCH_EXTENSION, vouch),),
        capabilities_extensions=(VOUCH_EXTENSION,),
    )


def read_package(
    seat: Seat, circle: Circle, owner: bytes, message: bytes, *, now: float
) -> KeyPackage:
    """Return somebody's package for this aside; raise NotThisAside for any other bytes."""
    try:
        package = read_key_package(DEFAULT_SUITE, message, now=now)
    except MLSError as error:
        raise NotThisAside("The keys cannot be read.") from error
    if _vouched_for(seat, circle, package.leaf_node) != owner:
        raise NotThisAside("The keys are not vouched for by whoever sent them.")
    return package


def found(
    seat: Seat, circle: Circle, packages: Mapping[bytes, bytes], world: World
) -> tuple[Group, bytes]:
    """Make the group of exactly these people; return it, and the Welcome that lets the others in."""
    others = [who for who in circle.people if who != seat.facts.identity]
    read = [read_package(seat, circle, who, packages[who], now=world.now) for who in others]
    own = own_package(seat, circle, world)
    group = world.engine.create_group(own, group_id=circle.handle, random=world.random)
    adds = [Proposal.of(Add(package)) for package in read]
    made = group.commit(adds, now=world.now, random=world.random)
    if made.welcome is None:
        raise AssertionError("a commit that adds somebody has a Welcome")
    return made.group, made.welcome


def enter(seat: Seat, circle: Circle, own: OwnKeyPackage, welcome: bytes, *, world: World) -> Group:
    """Take a Welcome into exactly this group; raise NotThisAside for any other."""

    def judge(group: Group, _signer: object) -> None:
        leaves = [_vouched_for(seat, circle, member.leaf_node) for member in group.members]
        if group.group_id != circle.handle or sorted(leaves) != sorted(circle.people):
            raise PolicyRefused("This is not the circle that was agreed on.")

    policy = Policy(judge_commit=_refuse, judge_welcome=judge)
    try:
        return world.engine.join_group(welcome, own, now=world.now, policy=policy)
    except MLSError as error:
        raise NotThisAside("It cannot be entered.") from error


def sealed(group: Group, word: AsideWord, world: World) -> tuple[Group, bytes]:
    """Return what is said, sealed for the small group; the group returned has used up that key."""
    protected = group.protect(encode_word(word), random=world.random, padded_to=PADDING)
    return protected.group, protected.message


def opened(group: Group, author: bytes, message: bytes) -> tuple[Group, AsideWord] | None:
    """Return what somebody said aside; None for any other bytes, and for words that are not theirs."""
    try:
        outcome = group.process(message, policy=Policy(judge_commit=_refuse, judge_welcome=_refuse))
        if not isinstance(outcome, ApplicationData) or outcome.sender.identity != author:
            # R7: who sends another's sealed words again must not use up the key to the real ones.
            return None
        return outcome.group, decode_word(outcome.data)
    except (MLSError, NotALetter):
        return None


def _vouched_for(seat: Seat, circle: Circle, leaf_node: LeafNode) -> bytes:
    """Return who in the room vouches for this leaf, empty if nobody does."""
    identity = leaf_node.credential.identity or b""
    member = member_with(seat.group, identity)
    extensions = leaf_node.extensions
    vouch = next((e.extension_data for e in extensions if e.extension_type == VOUCH_EXTENSION), b"")
    if member is None or identity not in circle.people:
        return b""
    key, purpose = leaf_node.signature_key, _purpose(seat, circle)
    try:
        seat.group.verify_of_member(member.leaf_index, purpose, key, signature=vouch)
    except MLSError:
        return b""
    return identity


def _purpose(seat: Seat, circle: Circle) -> Purpose:
    # Fixed lengths, and the people last: there is one reading only.
    facts = seat.facts
    return Purpose(
        _LABEL, b"".join((facts.room, facts.meeting, circle.handle, *sorted(circle.people)))
    )


def _refuse(*_: object) -> None:
    raise PolicyRefused("An aside is made once, and nobody comes to it later.")
