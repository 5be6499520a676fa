"""The room's own rules over MLS: who may commit what, and whose Welcome counts.

The engine can do more than a room allows. Everything here is judged by the roles *before* the
commit (R6), alike on every client, from the group alone; nothing of it is asked of the relay.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from holdspace.protocol.invite import hash_host_key
from holdspace.protocol.meeting import roles
from holdspace.protocol.meeting.roles import (
    ROLES_EXTENSION,
    RolesExtension,
    check_roles,
    decode_roles,
    identity_of,
    judge_commit,
)
from holdspace.protocol.mls import (
    Add,
    Extension,
    GroupContextExtensions,
    LeafIndex,
    Member,
    Policy,
    PolicyRefused,
    Remove,
    SentProposal,
)
from holdspace.protocol.mls.group_state import refuse_change_of_identity
from holdspace.protocol.mls.structs import ExtensionType, LeafNode
from holdspace.protocol.values import value

from .people import slot_in

MAX_NAME_BYTES = 160


@lru_cache(maxsize=8)
def room_policy(room: bytes, meeting: bytes) -> Policy:
    """Return what members of this meeting accept from each other."""
    judge = _Judge(room, meeting, b"")
    return _policy(judge)


def newcomer_policy(room: bytes, meeting: bytes, host_key_hash: bytes) -> Policy:
    """Return what somebody with an invitation accepts as their way in (R9)."""
    return _policy(_Judge(room, meeting, host_key_hash))


def _policy(judge: _Judge) -> Policy:
    return Policy(
        judge_commit=judge.commit, judge_welcome=judge.welcome, judge_successor=_judge_successor
    )


def _judge_successor(before: LeafNode, after: LeafNode) -> None:
    refuse_change_of_identity(before, after)
    # The leaf names its owner's relay key: a facilitator cannot take another's by renewing keys.
    if before.extensions != after.extensions:
        raise PolicyRefused("A facilitator tried to change their relay key.")


@value()
class _Judge:
    room: bytes
    meeting: bytes
    host_key_hash: bytes

    def commit(self, prior: Any, committer: LeafIndex, proposals: Sequence[SentProposal]) -> None:
        """Refuse a commit that the roles before it do not allow."""
        before = _roles_in(prior.extensions)
        extensions = _next_extensions(prior.extensions, proposals)
        following = _roles_in(extensions)
        added, removed = _added(proposals), _removed(prior, proposals)
        here = {identity_of(member.signature_key) for member in prior.members}
        _refuse_used_packages(prior, proposals)
        sender = identity_of(prior.member(committer).signature_key)
        if set(added) & (here - set(removed)) or len(set(added)) != len(added):
            raise PolicyRefused("A commit seats somebody twice.")
        try:
            judge_commit(before, sender, added=added, removed=removed, following=following)
            check_roles(
                before,
                following,
                members=(here - set(removed)) | set(added),
                room=self.room,
                meeting=self.meeting,
            )
        except roles.PolicyRefused as refused:
            raise PolicyRefused(str(refused)) from None
        _check_slots(following, _leaves_after(prior, proposals))

    def welcome(self, group: Any, signer: Member) -> None:
        """Refuse a group that the invited host does not vouch for, or a Welcome from a member."""
        carried = _roles_in(group.extensions)
        if hash_host_key(carried.host_key) != self.host_key_hash:
            raise PolicyRefused("This is not the room of whoever made the invitation.")
        # R9: only the host, or somebody the host vouched for, can let people in.
        if not carried.is_facilitator(identity_of(signer.signature_key)):
            raise PolicyRefused("Somebody who is no facilitator tried to let you in.")
        members = [identity_of(member.signature_key) for member in group.members]
        if len(set(members)) != len(members):
            raise PolicyRefused("The room seats somebody twice.")
        try:
            check_roles(None, carried, members=members, room=self.room, meeting=self.meeting)
        except roles.PolicyRefused as refused:
            raise PolicyRefused(str(refused)) from None


def _leaves_after(prior: Any, proposals: Sequence[SentProposal]) -> list[LeafNode]:
    gone = {s.body.removed for s in proposals if isinstance(s.body, Remove)}
    stay = [member.leaf_node for member in prior.members if member.leaf_index not in gone]
    return [*stay, *(s.body.key_package.leaf_node for s in proposals if isinstance(s.body, Add))]


def _check_slots(following: RolesExtension, leaves: Sequence[LeafNode]) -> None:
    # Nobody can take the door, the bundles or the end of the meeting from a facilitator: the relay
    # key in each facilitator's own leaf is among the slots, and is nobody else's.
    slots = [
        slot_in(leaf)
        for leaf in leaves
        if following.is_facilitator(identity_of(leaf.signature_key))
    ]
    if not set(slots) <= set(following.slots):
        raise PolicyRefused("A commit takes a facilitator's relay key away.")
    if len(set(slots)) != len(slots):
        raise PolicyRefused("Two facilitators would have the same relay key.")


def _refuse_used_packages(prior: Any, proposals: Sequence[SentProposal]) -> None:
    # Removed and added again by the package they came in with, somebody would be locked out while
    # everybody still saw them sitting there.
    used = {member.leaf_node.encryption_key for member in prior.members}
    for sent in proposals:
        if isinstance(sent.body, Add):
            package = sent.body.key_package
            if used & {package.leaf_node.encryption_key, package.init_key}:
                raise PolicyRefused("A commit lets somebody in by a key package that was used.")


def _roles_in(extensions: Sequence[Extension]) -> RolesExtension:
    _check_extensions(extensions)
    carried = (e.extension_data for e in extensions if e.extension_type == ROLES_EXTENSION)
    try:
        return decode_roles(next(carried, b""))
    except roles.PolicyRefused as refused:
        raise PolicyRefused(str(refused)) from None


def _check_extensions(extensions: Sequence[Extension]) -> None:
    # R1: no external senders, and nothing this version does not know.
    if {extension.extension_type for extension in extensions} != GROUP_EXTENSIONS:
        raise PolicyRefused("The group carries something that rooms do not have.")


GROUP_EXTENSIONS = frozenset({ROLES_EXTENSION, int(ExtensionType.required_capabilities)})


def _next_extensions(
    before: Sequence[Extension], proposals: Sequence[SentProposal]
) -> Sequence[Extension]:
    for sent in proposals:
        # R1: by value only, and only these three kinds.
        if sent.by_reference or not isinstance(sent.body, Add | Remove | GroupContextExtensions):
            raise PolicyRefused("A commit does something that rooms do not allow.")
    changed = [s.body for s in proposals if isinstance(s.body, GroupContextExtensions)]
    if len(changed) > 1:
        raise PolicyRefused("A commit changes the roles twice.")
    kept = [e for e in before if e.extension_type != ROLES_EXTENSION]
    following = changed[0].extensions if changed else before
    if [e for e in following if e.extension_type != ROLES_EXTENSION] != kept:
        raise PolicyRefused("A commit changes more than the roles.")
    return following


def _added(proposals: Sequence[SentProposal]) -> list[bytes]:
    leaves = [s.body.key_package.leaf_node for s in proposals if isinstance(s.body, Add)]
    for leaf in leaves:
        if not 0 < len(leaf.credential.identity or b"") <= MAX_NAME_BYTES:
            raise PolicyRefused("Somebody is let in without a name.")
    return [identity_of(leaf.signature_key) for leaf in leaves]


def _removed(prior: Any, proposals: Sequence[SentProposal]) -> list[bytes]:
    leaves = [LeafIndex(s.body.removed) for s in proposals if isinstance(s.body, Remove)]
    return [identity_of(prior.member(leaf).signature_key) for leaf in leaves]
