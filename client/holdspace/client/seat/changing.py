"""Changing who is here: wishes become commits, commits become bundles, one at a time.

A wish waits until the log is read; then a commit is built, staged, and sent as one bundle. Only
when it comes back in the log does it count. When somebody else's came first, ours is dropped with
its Welcome and built again from the wish, if the wish still makes sense.
"""

from __future__ import annotations

from collections.abc import Sequence

from holdspace.protocol.frames import MAX_PAYLOAD, Bundle, SealedWelcome
from holdspace.protocol.invite import Reply, seal_reply
from holdspace.protocol.keys import Purpose, SigningKey, bundle_digest, prove
from holdspace.protocol.meeting.events import Snapshot
from holdspace.protocol.meeting.roles import (
    CO_FACILITATOR,
    HOST,
    MEMBER,
    ROLES_EXTENSION,
    RoleEntry,
    RolesExtension,
    encode_roles,
    identity_of,
    make_roles,
    vouch,
)
from holdspace.protocol.mls import (
    Add,
    Extension,
    GroupContextExtensions,
    KeyPackage,
    MLSError,
    PolicyRefused,
    Proposal,
    Remove,
    SentProposal,
)
from holdspace.protocol.mls.messages import ProposalType, Sender
from holdspace.protocol.refusals import REFUSALS, Refusal
from holdspace.protocol.translation import N_, _

from . import catching_up, returning, room_keeping, saying
from .people import member_with, slot_in, slot_of
from .policy import room_policy
from .replacing import replace
from .seat import (
    Admission,
    Checkpoint,
    Letter,
    OwnChange,
    Removal,
    Restoration,
    RoleChange,
    Seat,
    Wish,
    access_key,
    roles_of,
)
from .step import Moment
from .view import Notice

SNAPSHOT_PATIENCE = 8.0
# Commits are padded so that their size says nothing about how many are here.
COMMIT_PADDING = 10_000
_TYPES: dict[type, ProposalType] = {
    Add: ProposalType.add,
    Remove: ProposalType.remove,
    GroupContextExtensions: ProposalType.group_context_extensions,
}


def wish(seat: Seat, wanted: Wish, moment: Moment) -> Seat:
    """Remember what should change and start on it as soon as possible."""
    if wanted in seat.wishes:
        return seat
    return advance(replace(seat, wishes=(*seat.wishes, wanted)), moment)


def advance(seat: Seat, moment: Moment) -> Seat:
    """Work on the first wish that still makes sense, if nothing of ours is under way."""
    if not seat.is_caught_up:
        return seat
    if seat.change is not None:
        sent = seat.has_asked("bundle", seat.change.message_id)
        return seat if sent else _send(seat, seat.change, moment)
    while seat.wishes:
        change = _build(seat, seat.wishes[0], moment)
        if change is not None:
            # R14: this epoch's next step is used up, whatever becomes of the commit.
            steps = replace(seat.steps, commits=seat.steps.commits + 1)
            seat = replace(seat, group=change.pending.current, change=change, steps=steps)
            return _send(seat, change, moment)
        seat = replace(seat, wishes=seat.wishes[1:])
    return seat


def adopted(seat: Seat, change: OwnChange, moment: Moment) -> Seat:
    """Finish what an own commit was for, now that it counts."""
    rest = tuple(other for other in seat.wishes if other != change.wish)
    seat = replace(seat.no_longer_asking("bundle"), wishes=rest)
    if isinstance(change.wish, Admission):
        knock = change.wish.letter.knock
        letters = tuple(one for one in seat.letters if one.knock != knock)
        seat = replace(seat, letters=letters).having_answered(knock)
        seat = returning.let_in(seat, change.wish.letter)
        seat = catching_up.tell_the_time(tell_newcomers(seat, moment), moment)
        return _welcome_back(seat, change.wish.letter, moment)
    if isinstance(change.wish, RoleChange):
        return room_keeping.note_role(seat, change.wish.identity, moment)
    return seat


def refused(seat: Seat, message_id: bytes, refusal: Refusal | None, moment: Moment) -> Seat:
    """Drop a commit that the relay did not take; what came first arrives in the log."""
    change = seat.change
    if change is None or change.message_id != message_id:
        return seat
    if refusal in _TRIED_AGAIN:
        return seat
    rest = tuple(other for other in seat.wishes if other != change.wish)
    words = REFUSALS[refusal].sentence if refusal else _("The relay did not take the change.")
    moment.notices.append(Notice(words))
    # Known again if the relay lets it count after all: everybody else would follow it.
    turned_back = (*seat.turned_back, change)
    return replace(seat, change=None, wishes=rest, turned_back=turned_back)


def _welcome_back(seat: Seat, letter: Letter, moment: Moment) -> Seat:
    """Give somebody who belongs to the room a new slip, if theirs says what is not so any more."""
    if returning.has_newest_slip(seat, letter):
        return seat
    package = KeyPackage.decode(letter.key_package)
    return room_keeping.give(seat, identity_of(package.leaf_node.signature_key), moment)


# The same commit is sent again until the log shows it or another's: each new one would use up a
# step of the ratchet, and nobody follows a ratchet over more than a few steps it never saw.
_TRIED_AGAIN = frozenset(
    {Refusal.LOST_RACE, Refusal.STALE_EPOCH, Refusal.NOT_SAVED, Refusal.TOO_FAST}
)
HERE_ALREADY = N_("They are in the room already. Nothing was changed.")
UNFIT = N_("That change cannot be made: everybody's client would refuse it. Nothing was changed.")
TOO_LARGE = N_(
    "That change is larger than a relay carries. Nothing was changed, and whoever waits still does. "
    "It can be made when fewer people are here."
)
TOO_OFTEN = N_(
    "The relay turned back so many changes that people here could not follow another. Nobody can "
    "come in or be removed until another facilitator changes something."
)


def tell_newcomers(seat: Seat, moment: Moment) -> Seat:
    """Send the picture of the newest commit to whoever it let in."""
    point = seat.checkpoint
    if point is None or point.is_answered:
        return seat
    seat = replace(seat, checkpoint=replace(point, is_answered=True))
    return _show(seat, point, moment)


def _show(seat: Seat, point: Checkpoint, moment: Moment) -> Seat:
    return saying.say(seat, Snapshot(point.seq, point.chain, point.state), moment)


def tick(seat: Seat, moment: Moment) -> Seat:
    """Take up what waits, and step in for a facilitator who let somebody in and then vanished."""
    seat = advance(seat, moment)
    if not seat.is_staff:
        return seat
    # They may have vanished before others changed who is here.
    late = tuple(point for point in seat.unanswered if _is_late(point, moment))
    rest = tuple(point for point in seat.unanswered if point not in late)
    seat = replace(seat, unanswered=rest) if late else seat
    for point in late:
        seat = _show(seat, point, moment)
    newest = seat.checkpoint
    is_late = newest is not None and newest.is_awaited and _is_late(newest, moment)
    return tell_newcomers(seat, moment) if is_late else seat


def _is_late(point: Checkpoint, moment: Moment) -> bool:
    return moment.now - point.at >= SNAPSHOT_PATIENCE


def is_first_facilitator(seat: Seat, but: bytes) -> bool:
    """Tell whether, of the facilitators to be reached but `but`, this seat is the first in the circle."""
    people = seat.state.people if seat.state else ()
    away = {but, *seat.silent}
    staff = [p.identity for p in people if p.role != MEMBER and p.identity not in away]
    return staff[:1] == [seat.facts.identity]


def is_worth_trying(seat: Seat, wanted: Wish, tries: int = 1) -> bool:
    """Tell whether to make a change that no hand asked for, if the relay refused it in this epoch."""
    # Each try uses up a step of the ratchet (R14), and people's own acts need some, too.
    refused = sum(change.wish == wanted for change in seat.turned_back)
    return refused < tries and seat.steps.commits <= saying.LONGEST_LEAP


def _send(seat: Seat, change: OwnChange, moment: Moment) -> Seat:
    seat, ref = seat.asking("bundle", change.message_id)
    epoch = seat.group.epoch
    frame = Bundle(
        ref=ref,
        message_id=change.message_id,
        base_epoch=epoch,
        commit=change.pending.message,
        welcomes=change.welcomes,
        next_access_key=access_key(seat.facts, change.pending.group).public,
        slots=change.slots,
        slot_key=seat.slot.public,
        access_proof=bytes(64),
        slot_proof=bytes(64),
    )
    occasion, digest = seat.occasion(epoch), bundle_digest(frame)
    access = prove(access_key(seat.facts, seat.group), Purpose.BUNDLE, occasion, digest)
    slot = prove(seat.slot, Purpose.BUNDLE, occasion, digest)
    moment.frames.append(_with_proofs(frame, access, slot))
    return seat


def _with_proofs(frame: Bundle, access: bytes, slot: bytes) -> Bundle:
    return Bundle(
        **{name: getattr(frame, name) for name in frame.__struct_fields__[:-2]},
        access_proof=access,
        slot_proof=slot,
    )


def _build(seat: Seat, wanted: Wish, moment: Moment) -> OwnChange | None:
    """Return the staged commit for a wish, or None if there is nothing left to do for it."""
    if seat.steps.commits > saying.LONGEST_LEAP:
        moment.notices.append(Notice(TOO_OFTEN))
        return None
    try:
        proposals = _proposals(seat, wanted, moment)
        if not proposals:
            return None
        _judge(seat, proposals)
        pending = seat.group.commit(
            proposals, random=moment.random, now=moment.now, padded_to=COMMIT_PADDING
        )
    except MLSError:
        moment.notices.append(Notice(UNFIT))
        return None
    welcomes = _welcomes(wanted, pending.welcome, moment)
    # People of ordinary clients never come near it; somebody's changed client may have a long leaf.
    if any(len(data) > MAX_PAYLOAD for data in (pending.message, *(w.sealed for w in welcomes))):
        moment.notices.append(Notice(TOO_LARGE))
        return None
    return OwnChange(
        wish=wanted,
        pending=pending,
        message_id=moment.random(saying.MESSAGE_ID_BYTES),
        welcomes=welcomes,
        slots=roles_of(pending.group).slots,
    )


def _judge(seat: Seat, proposals: Sequence[Proposal]) -> None:
    # H2: an own commit counts as soon as the log shows it, so what others would refuse must not go.
    own = seat.group.own_leaf_index
    sent = tuple(SentProposal(proposal, Sender.member(own)) for proposal in proposals)
    policy = room_policy(seat.facts.room, seat.facts.meeting)
    policy.judge_commit(seat.group, own, sent)


def _proposal(body: Add | Remove | GroupContextExtensions) -> Proposal:
    return Proposal(_TYPES[type(body)], body)


def _welcomes(wanted: Wish, welcome: bytes | None, moment: Moment) -> tuple[SealedWelcome, ...]:
    if not isinstance(wanted, Admission) or welcome is None:
        return ()
    letter = wanted.letter
    reply = seal_reply(Reply(welcome=welcome), letter.reply_secret, moment.random)
    return (SealedWelcome(letter.knock, reply),)


def _proposals(seat: Seat, wanted: Wish, moment: Moment) -> Sequence[Proposal]:
    if isinstance(wanted, Admission):
        return _admission(seat, wanted, moment)
    if isinstance(wanted, Removal):
        return _removal(seat, wanted.identity, moment)
    if isinstance(wanted, Restoration):
        return _restoration(seat, wanted.entry)
    return _role_change(seat, wanted.identity, wanted.role, moment)


def _admission(seat: Seat, wanted: Admission, moment: Moment) -> Sequence[Proposal]:
    """Return what lets somebody in; a seat that their crashed client left goes in the same commit."""
    package = KeyPackage.decode(wanted.letter.key_package)
    here = {identity_of(member.signature_key): member for member in seat.group.members}
    # Another facilitator opened the door first.
    if identity_of(package.leaf_node.signature_key) in here:
        moment.notices.append(Notice(HERE_ALREADY))
        return ()
    add = _proposal(Add(package))
    old = [here[identity] for identity in returning.sitting_by(seat, wanted.letter.room_key)]
    removes = tuple(_proposal(Remove(member.leaf_index)) for member in old)
    roles, gone = seat.roles, {identity_of(member.signature_key) for member in old}
    entries = tuple(entry for entry in roles.entries if entry.identity not in gone)
    slots = roles.slots
    for member in old:
        slots = _slots_without(slots, slot_of(member), moment)
    if wanted.role == CO_FACILITATOR and seat.host is not None:
        leaf = package.leaf_node
        entries = (*entries, _vouched(seat, seat.host.root, identity_of(leaf.signature_key)))
        slots = _slots_with(seat, slots, slot_in(leaf))
    if (entries, slots) == (roles.entries, roles.slots):
        return (*removes, add)
    return (_extensions(seat, make_roles(roles.host_key, entries, slots)), *removes, add)


def _removal(seat: Seat, identity: bytes, moment: Moment) -> Sequence[Proposal]:
    member = member_with(seat.group, identity)
    if member is None or identity == seat.facts.identity:
        return ()
    remove = _proposal(Remove(member.leaf_index))
    roles = seat.roles
    if not roles.is_facilitator(identity):
        return (remove,)
    # R6: removal drops the role, and with it the relay key, in the same commit.
    entries = tuple(entry for entry in roles.entries if entry.identity != identity)
    slots = _slots_without(roles.slots, slot_of(member), moment)
    return (_extensions(seat, make_roles(roles.host_key, entries, slots)), remove)


def _role_change(seat: Seat, identity: bytes, role: str, moment: Moment) -> Sequence[Proposal]:
    member, roles = member_with(seat.group, identity), seat.roles
    if member is None or seat.host is None or roles.role_of(identity) == role:
        return ()
    entries = tuple(entry for entry in roles.entries if entry.identity != identity)
    slots = _slots_without(roles.slots, slot_of(member), moment)
    if role == CO_FACILITATOR:
        entries = (*entries, _vouched(seat, seat.host.root, identity))
        slots = _slots_with(seat, slots, slot_of(member))
    return (_extensions(seat, make_roles(roles.host_key, entries, slots)),)


def _restoration(seat: Seat, entry: RoleEntry) -> Sequence[Proposal]:
    member, roles = member_with(seat.group, entry.identity), seat.roles
    if member is None or any(one.role == HOST for one in roles.entries):
        return ()
    slots = _slots_with(seat, roles.slots, slot_of(member))
    return (_extensions(seat, make_roles(roles.host_key, (*roles.entries, entry), slots)),)


def _vouched(seat: Seat, root: SigningKey, identity: bytes) -> RoleEntry:
    facts = seat.facts
    return vouch(root, identity, CO_FACILITATOR, room=facts.room, meeting=facts.meeting)


def _slots_without(slots: tuple[bytes, ...], slot: bytes, moment: Moment) -> tuple[bytes, ...]:
    decoy = SigningKey.from_seed(moment.random(32)).public
    return tuple(decoy if one == slot else one for one in slots)


def _slots_with(seat: Seat, slots: tuple[bytes, ...], slot: bytes) -> tuple[bytes, ...]:
    """Return the slots with a decoy replaced, so that their number never changes."""
    taken = {slot_of(member) for member in seat.group.members}
    decoy = next((index for index, one in enumerate(slots) if one not in taken), None)
    if decoy is None:
        raise PolicyRefused("No relay key is left for another facilitator.")
    return (*slots[:decoy], slot, *slots[decoy + 1 :])


def _extensions(seat: Seat, roles: RolesExtension) -> Proposal:
    # GroupContextExtensions replaces the whole list: everything else is carried over unchanged.
    others = tuple(e for e in seat.group.extensions if e.extension_type != ROLES_EXTENSION)
    return _proposal(
        GroupContextExtensions((*others, Extension(ROLES_EXTENSION, encode_roles(roles))))
    )
