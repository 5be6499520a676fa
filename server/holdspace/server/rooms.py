"""Rooms and the beginning and end of their meetings.

The root key of a room is above everything in it (R4): it begins a meeting, and beginning one ends
the one before. That is how a room goes on after its host lost a device.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from holdspace.protocol.frames import BeginMeeting, CloseMeeting, Done, MeetingClosed, OpenRoom
from holdspace.protocol.frames import Welcomed as WelcomedFrame
from holdspace.protocol.keys import Purpose, begin_digest, is_safe_public_key
from holdspace.protocol.refusals import Close, Refusal, Refused
from holdspace.server import lobby
from holdspace.server.connections import Connection
from holdspace.server.effects import Effect
from holdspace.server.log import records
from holdspace.server.state import Invitation, KnockAnswer, Meeting, Room
from holdspace.server.world import Claim, World, minute_of


class _Expired(NamedTuple):
    rooms: list[Room]
    meetings: list[Meeting]
    invitations: list[tuple[Room, Invitation]]
    answers: list[tuple[Room, bytes, KnockAnswer]]


def open_room(
    world: World, connection: Connection, frame: OpenRoom, now: float
) -> Iterator[Effect]:
    """Make a room known; doing it again with the same root key keeps it longer."""
    if not is_safe_public_key(frame.root_key):
        raise Refused(Refusal.BAD_KEY)
    world.check(connection, Claim(frame.root_key, frame.proof, Purpose.OPEN, room=frame.room))
    before = world.rooms.get(frame.room)
    if before is not None and before.root_key != frame.root_key:
        raise Refused(Refusal.ALREADY_THERE)
    if before is None and len(world.rooms) >= world.limits.rooms:
        raise Refused(Refusal.RELAY_FULL)
    expires = minute_of(now) + world.limits.room_minutes
    room = before or Room(frame.room, frame.root_key, expires)
    expires_before, room.expires_minute = room.expires_minute, expires
    world.rooms[frame.room] = room

    def undo() -> None:
        room.expires_minute = expires_before
        if before is None:
            lobby.forget_knocks(world, room)
            del world.rooms[frame.room]

    record = records.RoomOpened(room=frame.room, root_key=frame.root_key, expires_minute=expires)
    yield world.store(record, waiter=(connection.number, frame.ref), undo=undo)


def begin_meeting(
    world: World, connection: Connection, frame: BeginMeeting, now: float
) -> Iterator[Effect]:
    """Start a room's meeting; the one that ran before, if any, is over."""
    room = world.rooms.get(frame.room)
    key = room.root_key if room else None
    digest = begin_digest(frame.access_key, frame.slots)
    claim = Claim(
        key,
        frame.proof,
        Purpose.BEGIN,
        room=frame.room,
        meeting=frame.meeting,
        digest=digest,
    )
    world.check(connection, claim)
    if room is None:
        raise Refused(Refusal.NOT_HERE)
    if not all(is_safe_public_key(key) for key in (frame.access_key, *frame.slots)):
        raise Refused(Refusal.BAD_KEY)
    running = world.meetings.get(frame.meeting)
    if running is not None:
        yield from _begun_already(world, connection, frame, running)
        return
    if world.cost >= world.limits.words(world.limits.total_bytes):
        raise Refused(Refusal.RELAY_FULL)
    yield _store_beginning(world, room, frame, now, waiter=(connection.number, frame.ref))


def _begun_already(
    world: World, connection: Connection, frame: BeginMeeting, running: Meeting
) -> Iterator[Effect]:
    # The same request again, after its answer was lost, gets the same answer.
    is_same = running.room == frame.room and running.epochs[0].access_key == frame.access_key
    if not is_same or running.saved_epoch < 0:
        raise Refused(Refusal.ALREADY_THERE)
    yield from world.send((connection.number,), Done(frame.ref))


def close_meeting(
    world: World, connection: Connection, frame: CloseMeeting, now: float
) -> Iterator[Effect]:
    """End a meeting and delete its log."""
    meeting = world.meetings.get(frame.meeting)
    is_slot = meeting is not None and frame.slot_key in meeting.slots
    claim = Claim(
        frame.slot_key if is_slot else None, frame.proof, Purpose.CLOSE, meeting=frame.meeting
    )
    if not world.is_proved(connection, claim):
        is_member = meeting is not None and connection.meeting is meeting
        raise Refused(Refusal.NOT_FACILITATOR if is_member else Refusal.NOT_HERE)
    if meeting is None:
        raise Refused(Refusal.NOT_HERE)
    _hide(world, meeting)
    yield world.store(
        records.MeetingClosed(meeting=meeting.handle),
        waiter=(connection.number, frame.ref),
        undo=lambda: _show(world, meeting),
        then=lambda now: _end(world, meeting, now),
        misled=meeting,
    )


def sweep(world: World, now: float) -> Iterator[Effect]:
    """Delete what nobody came back to."""
    expired = _take_expired(world, minute_of(now))
    if not any(expired):
        return

    def then(now: float) -> Iterator[Effect]:
        for meeting in expired.meetings:
            yield from _end(world, meeting, now)

    record = records.Forgotten(
        rooms=tuple(room.handle for room in expired.rooms),
        meetings=tuple(meeting.handle for meeting in expired.meetings),
        invitations=tuple((room.handle, one.knock_key) for room, one in expired.invitations),
        welcomes=tuple((room.handle, knock_id) for room, knock_id, _ in expired.answers),
    )
    yield world.store(record, waiter=None, undo=partial(_put_back, world, expired), then=then)


def restore(world: World, kept: records.Kept) -> None:
    """Put back what the log kept, as it was when the last record was saved."""
    for opened in kept.rooms:
        world.rooms[opened.room] = Room(opened.room, opened.root_key, opened.expires_minute)
    for one in kept.meetings:
        _restore_meeting(world, one)
    for put in kept.invitations:
        invitation = Invitation(put.knock_key, put.card, put.expires_minute)
        world.rooms[put.room].invitations[put.knock_key] = invitation
    for welcome in kept.welcomes:
        world.rooms[welcome.room].answers[welcome.knock] = lobby.as_answer(welcome)


def _restore_meeting(world: World, kept: records.MeetingKept) -> None:
    meeting = Meeting(
        kept.room,
        kept.meeting,
        list(kept.epochs),
        kept.slots,
        kept.expires_minute,
        head=kept.head,
        saved_head=kept.head,
        saved_epoch=len(kept.epochs) - 1,
        cost=kept.cost,
        seqs=kept.message_ids,
    )
    world.meetings[kept.meeting] = meeting
    world.rooms[kept.room].meeting = meeting
    world.cost += kept.cost


def _store_beginning(
    world: World, room: Room, frame: BeginMeeting, now: float, *, waiter: tuple[int, int]
) -> Effect:
    replaced = room.meeting
    expires = minute_of(now) + world.limits.meeting_minutes
    first = records.EpochKept(frame.access_key, 0)
    meeting = Meeting(room.handle, frame.meeting, [first], frame.slots, expires)
    if replaced is not None:
        _hide(world, replaced)
    _show(world, meeting)

    def undo() -> None:
        _hide(world, meeting)
        if replaced is not None:
            _show(world, replaced)

    def then(now: float) -> Iterator[Effect]:
        meeting.saved_epoch = 0
        if replaced is not None:
            yield from _end(world, replaced, now)

    record = records.MeetingBegun(
        room=room.handle,
        meeting=frame.meeting,
        access_key=frame.access_key,
        slots=frame.slots,
        expires_minute=expires,
        replaces=replaced.handle if replaced else None,
    )
    return world.store(record, waiter=waiter, undo=undo, then=then, misled=replaced)


def _hide(world: World, meeting: Meeting) -> None:
    # From now on nobody can attach to it or write; those who read it are told when that is saved.
    meeting.is_closing = True
    world.cost -= meeting.cost
    world.meetings.pop(meeting.handle, None)
    room = world.rooms.get(meeting.room)
    if room is not None and room.meeting is meeting:
        room.meeting = None


def _show(world: World, meeting: Meeting) -> None:
    meeting.is_closing = False
    world.cost += meeting.cost
    world.meetings[meeting.handle] = meeting
    world.rooms[meeting.room].meeting = meeting


def _end(world: World, meeting: Meeting, now: float) -> Iterator[Effect]:
    room = world.rooms.get(meeting.room)
    watchers: list[int] = []
    if room is not None:
        _forget_welcomes(room, meeting.handle)
        watchers = [number for number, slot in room.watchers.items() if slot in meeting.slots]
    everybody = [*dict.fromkeys((*meeting.readers, *watchers))]
    yield from world.send(everybody, MeetingClosed(meeting.handle))
    for number in everybody:
        yield from world.hang_up(number, Close.MEETING_OVER, now)


def _forget_welcomes(room: Room, meeting: bytes) -> None:
    for knock_id, answer in [*room.answers.items()]:
        if isinstance(answer.frame, WelcomedFrame) and answer.frame.meeting == meeting:
            del room.answers[knock_id]


def _is_over(room: Room, minute: int) -> bool:
    # Whoever is at the door is let go first: knocks are counted over all rooms.
    is_in_use = bool(room.meeting or room.knocks) or any(
        invitation.expires_minute > minute for invitation in room.invitations.values()
    )
    return room.expires_minute <= minute and not is_in_use


def _take_expired(world: World, minute: int) -> _Expired:
    meetings = [one for one in world.meetings.values() if one.expires_minute <= minute]
    for meeting in meetings:
        _hide(world, meeting)
    rooms = [room for room in world.rooms.values() if _is_over(room, minute)]
    for room in rooms:
        del world.rooms[room.handle]
    expired = _Expired(rooms, meetings, [], [])
    for room in world.rooms.values():
        for invitation in [*room.invitations.values()]:
            if invitation.expires_minute <= minute:
                del room.invitations[invitation.knock_key]
                expired.invitations.append((room, invitation))
        for knock_id, answer in [*room.answers.items()]:
            if answer.expires_minute <= minute:
                del room.answers[knock_id]
                expired.answers.append((room, knock_id, answer))
    return expired


def _put_back(world: World, expired: _Expired) -> None:
    for room in expired.rooms:
        world.rooms[room.handle] = room
    for meeting in expired.meetings:
        _show(world, meeting)
    for room, invitation in expired.invitations:
        room.invitations[invitation.knock_key] = invitation
    for room, knock_id, answer in expired.answers:
        room.answers[knock_id] = answer
