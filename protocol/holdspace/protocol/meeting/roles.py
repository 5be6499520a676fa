"""Who may do what: role names, the one table of rights, and the roles a commit carries.

Roles live in one GroupContext extension, keyed by identity. Each entry is vouched for by the
host's root key, so even a facilitator cannot make a facilitator. Two functions judge a commit:
`check_roles` looks at the list it carries, `judge_commit` at who may make that change. Both know
only the roles *before* the commit (R6).
"""

import hashlib
from collections.abc import Collection, Iterable
from enum import StrEnum, unique
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from holdspace.protocol.frames import SLOT_COUNT
from holdspace.protocol.keys import SigningKey, is_safe_public_key, verify
from holdspace.protocol.meeting.events import Identity
from holdspace.protocol.refusals import PeerError

ROLES_EXTENSION = 0xF0A0
MAX_PEOPLE = 24
_MAX_BYTES = 8 * 1024
_VOUCH_LABEL = b"holdspace vouch v1"
_IDENTITY_LABEL = b"holdspace identity"

Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
RoleName = Literal["host", "co-facilitator", "member"]
FacilitatorRole = Literal["host", "co-facilitator"]

HOST: FacilitatorRole = "host"
CO_FACILITATOR: FacilitatorRole = "co-facilitator"
MEMBER: RoleName = "member"

_EVERYBODY: frozenset[RoleName] = frozenset({"host", "co-facilitator", "member"})
_FACILITATORS: frozenset[RoleName] = frozenset({"host", "co-facilitator"})
_ONLY_HOST: frozenset[RoleName] = frozenset({"host"})


@unique
class Act(StrEnum):
    """Name everything the rights table decides about; events and parts of commits alike."""

    SHARE = "share"
    RAISE_HAND = "raise a hand"
    LOWER_HAND = "lower the own hand"
    PASS = "pass"
    NOD = "nod"
    HEARTBEAT = "heartbeat"
    LEAVE = "leave"
    BE_READY = "mark words ready"
    LATER = "go later"
    STEP_BACK = "step back"
    ANSWER_INVITE = "answer an invitation to speak"
    TAKE_BACK = "take own words back"
    FOLD = "fold words"
    REST = "rest"
    LETTER = "write to one person"
    WHISPER = "talk aside"
    OPEN_FLOW = "open a flow"
    GO_TO_STAGE = "change the stage"
    SET_TURN_MODE = "change how turns are taken"
    GIVE_FLOOR = "give the floor"
    NEXT_TURN = "move the floor on"
    LOWER_HAND_OF = "lower somebody's hand"
    ADD_TIME = "add time"
    HOLD = "hold the room"
    RESUME = "resume the room"
    RELEASE = "release what was written"
    SKIP_PAUSE = "skip the reading pause"
    LOWER_ALL = "lower all hands"
    RESTORE_HANDS = "put hands up again"
    CLOSE_QUEUE = "close the queue"
    MOVE_HAND = "change the order of hands"
    LAST_WORD = "give the last word"
    INVITE_TO_SPEAK = "invite somebody to speak"
    SET_ORDER = "change how hands are called"
    PAUSE_WRITING = "pause somebody's writing"
    LET_WRITE = "let somebody write again"
    SEND_BACK = "ask somebody back to the door"
    HAND_OVER = "hand the room over"
    UNDO = "undo"
    REPLAN = "shorten later stages"
    TELL_THE_TIME = "tell how long the stage has run"
    BE_WILLING = "say yes to a pair"
    COME_BACK = "come back from a pair"
    CALL_FACILITATOR = "call a facilitator"
    FORM_PAIRS = "form pairs"
    RETURN_ALL = "bring everybody back"
    JOIN_PAIR = "go to a pair"
    OFFER = "offer an idea"
    ANSWER_OFFER = "answer an offer"
    STEP_OVER_AWAY = "step over somebody who is away"
    SET_SCHEDULE = "say when the room meets"
    SNAPSHOT = "tell newcomers where the meeting stands"
    OPEN_POLL = "open a poll"
    BE_COUNTED = "be counted"
    CLOSE_COUNT = "close a count"
    ASK_FOR_IDEAS = "ask for ideas"
    LIST_IDEAS = "begin or end a list of ideas"
    GIVE_IDEA = "list an idea"
    CHOOSE_IDEA = "choose among ideas"
    PUT_BOARD_AWAY = "put a list of ideas away"
    ADD = "let somebody in"
    REMOVE = "remove a member"
    REMOVE_FACILITATOR = "remove a facilitator"
    CHANGE_ROLES = "change roles"
    CHANGE_SLOTS = "change the relay keys of the facilitators"


# An act that is not here is nobody's right.
RIGHTS: dict[Act, frozenset[RoleName]] = {
    Act.SHARE: _EVERYBODY,
    Act.RAISE_HAND: _EVERYBODY,
    Act.LOWER_HAND: _EVERYBODY,
    Act.PASS: _EVERYBODY,
    Act.NOD: _EVERYBODY,
    Act.HEARTBEAT: _EVERYBODY,
    Act.LEAVE: _EVERYBODY,
    Act.BE_READY: _EVERYBODY,
    Act.LATER: _EVERYBODY,
    Act.STEP_BACK: _EVERYBODY,
    Act.ANSWER_INVITE: _EVERYBODY,
    Act.TAKE_BACK: _EVERYBODY,
    Act.FOLD: _EVERYBODY,
    Act.REST: _EVERYBODY,
    Act.LETTER: _EVERYBODY,
    Act.WHISPER: _EVERYBODY,
    Act.OPEN_FLOW: _FACILITATORS,
    Act.GO_TO_STAGE: _FACILITATORS,
    Act.SET_TURN_MODE: _FACILITATORS,
    Act.GIVE_FLOOR: _FACILITATORS,
    Act.NEXT_TURN: _FACILITATORS,
    Act.LOWER_HAND_OF: _FACILITATORS,
    Act.ADD_TIME: _FACILITATORS,
    Act.HOLD: _FACILITATORS,
    Act.RESUME: _FACILITATORS,
    Act.RELEASE: _FACILITATORS,
    Act.SKIP_PAUSE: _FACILITATORS,
    Act.LOWER_ALL: _FACILITATORS,
    Act.RESTORE_HANDS: _FACILITATORS,
    Act.CLOSE_QUEUE: _FACILITATORS,
    Act.MOVE_HAND: _FACILITATORS,
    Act.LAST_WORD: _FACILITATORS,
    Act.INVITE_TO_SPEAK: _FACILITATORS,
    Act.SET_ORDER: _FACILITATORS,
    Act.PAUSE_WRITING: _FACILITATORS,
    Act.LET_WRITE: _FACILITATORS,
    Act.SEND_BACK: _FACILITATORS,
    Act.HAND_OVER: _FACILITATORS,
    Act.UNDO: _EVERYBODY,
    Act.REPLAN: _FACILITATORS,
    Act.TELL_THE_TIME: _FACILITATORS,
    Act.BE_WILLING: _EVERYBODY,
    Act.COME_BACK: _EVERYBODY,
    Act.CALL_FACILITATOR: _EVERYBODY,
    Act.FORM_PAIRS: _FACILITATORS,
    Act.RETURN_ALL: _FACILITATORS,
    Act.JOIN_PAIR: _FACILITATORS,
    Act.OFFER: _EVERYBODY,
    Act.ANSWER_OFFER: _EVERYBODY,
    Act.STEP_OVER_AWAY: _FACILITATORS,
    Act.SET_SCHEDULE: _ONLY_HOST,
    Act.SNAPSHOT: _FACILITATORS,
    Act.OPEN_POLL: _FACILITATORS,
    Act.BE_COUNTED: _EVERYBODY,
    Act.CLOSE_COUNT: _FACILITATORS,
    Act.ASK_FOR_IDEAS: _EVERYBODY,
    Act.LIST_IDEAS: _FACILITATORS,
    Act.GIVE_IDEA: _EVERYBODY,
    Act.CHOOSE_IDEA: _EVERYBODY,
    Act.PUT_BOARD_AWAY: _EVERYBODY,
    Act.ADD: _FACILITATORS,
    Act.REMOVE: _FACILITATORS,
    # A host whose device was lost must be removable, or their keys would stay in the room.
    Act.REMOVE_FACILITATOR: _FACILITATORS,
    Act.CHANGE_ROLES: _ONLY_HOST,
    Act.CHANGE_SLOTS: _FACILITATORS,
}


class PolicyRefused(PeerError):
    """A commit breaks the rules of the room; nothing it would change is taken over."""


class RoleEntry(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Say that the host vouches for this identity in this role, in one meeting."""

    identity: Identity
    role: FacilitatorRole
    vouch: Signature


class RolesExtension(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The facilitators of a meeting, and the relay keys some of the slots of which are theirs."""

    host_key: Key
    entries: Annotated[tuple[RoleEntry, ...], Meta(min_length=1, max_length=SLOT_COUNT)]
    slots: Annotated[tuple[Key, ...], Meta(min_length=SLOT_COUNT, max_length=SLOT_COUNT)]

    def role_of(self, identity: bytes) -> RoleName:
        """Return the role of anybody in the group; who is not listed is a member."""
        for entry in self.entries:
            if entry.identity == identity:
                return entry.role
        return MEMBER

    def is_facilitator(self, identity: bytes) -> bool:
        """Tell whether the list names `identity`."""
        return self.role_of(identity) in _FACILITATORS


def may(role: RoleName, act: Act) -> bool:
    """Tell whether people in this role have the right."""
    return role in RIGHTS.get(act, frozenset())


# Asked of every leaf with every entry; keys and their hashes are public.
@lru_cache(maxsize=256)
def identity_of(signature_key: bytes) -> bytes:
    """Return who a leaf is: the hash of its signature key, for the life of the room (R6)."""
    return hashlib.sha256(_IDENTITY_LABEL + signature_key).digest()


def vouch(
    root: SigningKey, identity: bytes, role: FacilitatorRole, *, room: bytes, meeting: bytes
) -> RoleEntry:
    """Return the entry by which the host makes `identity` a facilitator of one meeting."""
    message = _vouch_message(identity, role, room, meeting)
    return RoleEntry(identity, role, root.sign(message))


def is_vouched(entry: RoleEntry, host_key: bytes, *, room: bytes, meeting: bytes) -> bool:
    """Tell whether the host vouches for this entry, in this meeting."""
    message = _vouch_message(entry.identity, entry.role, room, meeting)
    return _is_vouched(host_key, entry.vouch, message)


def make_roles(
    host_key: bytes, entries: Iterable[RoleEntry], slots: Iterable[bytes]
) -> RolesExtension:
    """Return the extension with its entries in their one order."""
    ordered = tuple(sorted(entries, key=lambda entry: entry.identity))
    return RolesExtension(host_key, ordered, tuple(slots))


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(RolesExtension)


def encode_roles(roles: RolesExtension) -> bytes:
    """Return the extension's one canonical form."""
    return _encoder.encode(roles)


# Asked with every entry and every tick, and the same bytes for a whole epoch.
@lru_cache(maxsize=8)
def decode_roles(data: bytes) -> RolesExtension:
    """Return the roles; raise PolicyRefused for anything not written exactly that way."""
    if len(data) > _MAX_BYTES:
        raise PolicyRefused("The list of facilitators is too long.")
    try:
        roles = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise PolicyRefused("The list of facilitators cannot be read.") from error
    # R12: a second spelling of the same list is refused.
    if _encoder.encode(roles) != data:
        raise PolicyRefused("The list of facilitators is not written the one way it is written.")
    return roles


def check_roles(
    prior: RolesExtension | None,
    following: RolesExtension,
    *,
    members: Collection[bytes],
    room: bytes,
    meeting: bytes,
) -> None:
    """Raise PolicyRefused unless this list can stand for `members` after a commit.

    `prior` is None for the first list of a meeting; the caller then compares `host_key` with the
    hash in the invitation.
    """
    if len(members) > MAX_PEOPLE:
        raise PolicyRefused("The meeting would have more people than it can hold.")
    if not is_safe_public_key(following.host_key):
        raise PolicyRefused("The host's key is not one that can be trusted.")
    if prior is not None and prior.host_key != following.host_key:
        raise PolicyRefused("Somebody tried to replace the host's key.")
    if len(set(following.slots)) != SLOT_COUNT:
        raise PolicyRefused("Two relay keys of the facilitators are the same.")
    _check_entries(following.entries, members)
    for entry in following.entries:
        if not is_vouched(entry, following.host_key, room=room, meeting=meeting):
            raise PolicyRefused("The list names a facilitator the host did not vouch for.")


def judge_commit(
    prior: RolesExtension,
    sender: bytes,
    *,
    added: Collection[bytes],
    removed: Collection[bytes],
    following: RolesExtension,
) -> None:
    """Raise PolicyRefused unless the roles before a commit allow `sender` all that it changes.

    Somebody both removed and added came back with the same key: nobody left, no role changes.
    """
    role = prior.role_of(sender)
    touched = _touched(prior, following, added=set(added), removed=set(removed))
    if role not in _FACILITATORS:
        raise PolicyRefused("Only facilitators can change who is in the room.")
    for act, what in touched.items():
        if what and not may(role, act):
            raise PolicyRefused(f"A {role} tried to {act}, which is not theirs to do.")


def _touched(
    prior: RolesExtension, following: RolesExtension, *, added: set[bytes], removed: set[bytes]
) -> dict[Act, bool]:
    gone = removed - added
    before = {entry.identity: entry.role for entry in prior.entries if entry.identity not in gone}
    # Nobody but the holder of the root key is vouched for as host (`check_roles`). So where there is
    # none, whoever is was not made one by the sender: a host whose program had died is put back (A5).
    is_hostless = HOST not in before.values()
    after = {
        entry.identity: entry.role
        for entry in following.entries
        if not (is_hostless and entry.role == HOST)
    }
    facilitators_gone = {identity for identity in gone if prior.is_facilitator(identity)}
    return {
        Act.ADD: bool(added),
        Act.REMOVE: bool(gone - facilitators_gone),
        Act.REMOVE_FACILITATOR: bool(facilitators_gone),
        # Who leaves loses the role with the place; everything else in the list is the host's.
        Act.CHANGE_ROLES: before != after,
        Act.CHANGE_SLOTS: prior.slots != following.slots,
    }


def _check_entries(entries: tuple[RoleEntry, ...], members: Collection[bytes]) -> None:
    identities = [entry.identity for entry in entries]
    if not identities:
        raise PolicyRefused("The room would be left without a facilitator.")
    if len(identities) > SLOT_COUNT:
        raise PolicyRefused("There are more facilitators than there are keys for them.")
    if any(one >= other for one, other in pairwise(identities)):
        raise PolicyRefused("The list of facilitators names somebody twice or is out of order.")
    if not set(identities) <= set(members):
        raise PolicyRefused("The list names a facilitator who is not in the room.")
    if sum(entry.role == HOST for entry in entries) > 1:
        raise PolicyRefused("The list names two hosts.")


# The same vouches come with every commit of a meeting, and are slow to check.
@lru_cache(maxsize=64)
def _is_vouched(host_key: bytes, signature: bytes, message: bytes) -> bool:
    return verify(host_key, signature, message)


def _vouch_message(identity: bytes, role: str, room: bytes, meeting: bytes) -> bytes:
    # The two handles have a fixed length and the role comes last: one reading only.
    return b"".join((_VOUCH_LABEL, room, meeting, identity, role.encode()))
