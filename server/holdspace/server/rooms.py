"""Rooms and the beginning and end of their meetings.

The root key of a room is above everything in it (R4): it begins a meeting, and beginning one ends
the one before. That is how a room goes on after its host lost a device.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from holdspace.protocol.frames import BeginMeeting, CloseMeeting, Done, MeetingClosed, OpenRoom
from holdspace.protocol.frames import Welcomed as WelcomedFrame
from holdspace.protocol.keys import Purpose, begin_digest, code_digest, is_safe_public_key
from holdspace.protocol.refusals import Close, Refusal, Refused
from holdspace.server import lobby
from holdspace.server.connections import Connection
from holdspace.server.effects import Effect
from holdspace.server.log import records
from holdspace.server.state import Again, Change, Invitation, KnockAnswer, Meeting, Room
from holdspace.server.world import Claim, World, minute_of, nothing_more

_HOUR = 3600.0
# One visitor may open this part of the rooms of an hour, where anybody may open rooms.
VISITOR_SHARE = 12
_EXPIRY_STEP_MINUTES = 15


class _Over(NamedTuple):
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
    # Anybody makes a root key: until a room is taken by it, it keeps no connection open.
    claim = Claim(frame.root_key, frame.proof, Purpose.OPEN, room=frame.room)
    if not world.is_right(connection, claim):
        raise Refused(Refusal.NOT_HERE)
    before = world.rooms.get(frame.room)
    if before is not None and before.root_key != frame.root_key:
        raise Refused(Refusal.ALREADY_THERE)
    if before is None and len(world.rooms) >= world.limits.rooms:
        raise Refused(Refusal.RELAY_FULL)
    code = _code_of(world, connection, frame, now)
    record = records.RoomOpened(
        room=frame.room,
        root_key=frame.root_key,
        expires_minute=minute_of(now) + world.limits.room_minutes,
        code=code,
        most=world.terms.codes.get(code, 0),
    )
    connection.has_proved = True
    if before is not None and not world.is_alone and _says_nothing_new(before, record):
        yield from world.send((connection.number,), Done(frame.ref))
        return
    yield from world.ask(record, (connection.number, frame.ref))


def _says_nothing_new(room: Room, record: records.RoomOpened) -> bool:
    # In a log that relays share, every opening stays until the room is forgotten.
    is_as_long = record.expires_minute < room.expires_minute + _EXPIRY_STEP_MINUTES
    return is_as_long and record.code == room.code


def count_of(world: World, code: bytes) -> int:
    """Return how many rooms a code keeps."""
    return sum(room.code == code for room in world.rooms.values())


def _code_of(world: World, connection: Connection, frame: OpenRoom, now: float) -> bytes:
    """Return the code that vouches for a room, if any does; refuse it if one has to."""
    terms, before = world.terms, world.rooms.get(frame.room)
    if frame.code_key and _holds_code(world, connection, frame):
        kept = _kept_by(world, frame.code_key)
        if frame.room not in kept and len(kept) >= terms.codes[frame.code_key]:
            raise Refused(Refusal.CODE_IN_USE)
        return frame.code_key
    code = before.code if before else b""
    if code in terms.codes or frame.root_key in terms.declared:
        return code
    if not terms.rooms_are_open:
        raise Refused(Refusal.NEEDS_CODE)
    if before is None:
        _count_opening(world, connection, now)
    return code


def _kept_by(world: World, code: bytes) -> set[bytes]:
    """Return the rooms that a code keeps, and those it will when what was asked for has its place."""
    asked = (one.record for one in world.asked.values())
    soon = (one for one in asked if isinstance(one, records.RoomOpened) and one.code == code)
    kept = {room.handle for room in world.rooms.values() if room.code == code}
    return kept | {one.room for one in soon}


def _holds_code(world: World, connection: Connection, frame: OpenRoom) -> bool:
    key = frame.code_key if frame.code_key in world.terms.codes else None
    digest = code_digest(frame.root_key)
    claim = Claim(key, frame.code_proof, Purpose.CODE, room=frame.room, digest=digest)
    return world.is_proved(connection, claim)


def _count_opening(world: World, connection: Connection, now: float) -> None:
    openings, most, who = world.openings, world.terms.rooms_per_hour, connection.visitor
    while openings and openings[0][0] <= now - _HOUR:
        openings.popleft()
    if most is not None:
        # A visitor is forgotten after ten minutes of silence: six times this is half of the hour's.
        mine = sum(visitor == who for _, visitor in openings) if who is not None else 0
        if len(openings) >= most or mine >= max(1, most // VISITOR_SHARE):
            raise Refused(Refusal.RELAY_FULL)
        openings.append((now, who))


def place_room(world: World, record: records.RoomOpened) -> Change:
    """Make a room known, or keep it longer; its root key never changes."""
    before = world.rooms.get(record.room)
    if before is not None and before.root_key != record.root_key:
        raise Refused(Refusal.ALREADY_THERE)
    is_new_to_code = before is None or before.code != record.code
    if record.most and is_new_to_code and count_of(world, record.code) >= record.most:
        raise Refused(Refusal.CODE_IN_USE)
    room = before or Room(record.room, record.root_key, record.expires_minute)
    expires_before, code_before = room.expires_minute, room.code
    room.code = record.code
    room.expires_minute = max(expires_before, record.expires_minute)
    world.rooms[record.room] = room

    def undo() -> None:
        room.expires_minute, room.code = expires_before, code_before
        if before is None:
            lobby.forget_knocks(world, room)
            del world.rooms[record.room]

    return Change(record, undo, nothing_more)


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
    if not world.is_proved(connection, claim) or room is None:
        raise Refused(Refusal.NOT_HERE)
    if not all(is_safe_public_key(key) for key in (frame.access_key, *frame.slots)):
        raise Refused(Refusal.BAD_KEY)
    begun = records.MeetingBegun(
        room=frame.room,
        meeting=frame.meeting,
        access_key=frame.access_key,
        slots=frame.slots,
        expires_minute=minute_of(now) + world.limits.meeting_minutes,
        replaces=room.meeting.handle if room.meeting else None,
    )
    waiter = (connection.number, frame.ref)
    running = world.meetings.get(frame.meeting)
    if running is not None:
        yield from world.wait_for(_begun_before(running, begun), waiter)
        return
    if world.cost >= world.limits.words(world.limits.total_bytes):
        raise Refused(Refusal.RELAY_FULL)
    yield from world.ask(begun, waiter)


def place_beginning(world: World, record: records.MeetingBegun) -> Change | Again:
    """Start a meeting, in the place of the one that ran when it was asked for, and of no other."""
    room = world.rooms.get(record.room)
    if room is None:
        raise Refused(Refusal.NOT_HERE)
    running = world.meetings.get(record.meeting)
    if running is not None:
        return _begun_before(running, record)
    replaced = room.meeting
    if replaced is not None and replaced.handle != record.replaces:
        raise Refused(Refusal.LOST_RACE)
    first = records.EpochKept(record.access_key, 0)
    meeting = Meeting(room.handle, record.meeting, [first], record.slots, record.expires_minute)
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

    return Change(record, undo, then, misled=replaced)


def _begun_before(running: Meeting, record: records.MeetingBegun) -> Again:
    # The same request again, after its answer was lost, gets the same answer.
    is_same = running.room == record.room and running.epochs[0].access_key == record.access_key
    if not is_same or running.saved_epoch < 0:
        raise Refused(Refusal.ALREADY_THERE)
    return Again()


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
    record = records.MeetingClosed(meeting=frame.meeting, slot_key=frame.slot_key)
    yield from world.ask(record, (connection.number, frame.ref))


def place_closing(world: World, record: records.MeetingClosed) -> Change:
    """End a meeting, if the slot that asked is still in force."""
    meeting = world.meetings.get(record.meeting)
    if meeting is None:
        raise Refused(Refusal.NOT_HERE)
    # Without a slot it is a gravestone that a relay set for a meeting it saw replaced.
    if record.slot_key and record.slot_key not in meeting.slots:
        raise Refused(Refusal.NOT_FACILITATOR)
    _hide(world, meeting)
    return Change(
        record,
        undo=partial(_show, world, meeting),
        then=partial(_end, world, meeting),
        misled=meeting,
    )


def sweep(world: World, now: float) -> Iterator[Effect]:
    """Delete what nobody came back to."""
    minute = minute_of(now)
    over = _over(world, minute)
    if over.meetings or over.invitations or over.answers:
        yield from world.ask(_forgotten(minute, over._replace(rooms=[])), None)
    # One by one: what has no effect as a whole can be left out when the log is read again.
    for room in over.rooms:
        yield from world.ask(records.Forgotten(minute=minute, rooms=(room.handle,)), None)


def place_forgetting(world: World, record: records.Forgotten) -> Change:
    """Delete what had run out at that minute and was not kept longer since."""
    over = _take_over(world, record)
    if not any(over):
        raise Refused(Refusal.NOT_HERE)

    def then(now: float) -> Iterator[Effect]:
        for meeting in over.meetings:
            yield from _end(world, meeting, now)
        for room in over.rooms:
            lobby.forget_knocks(world, room)

    return Change(_forgotten(record.minute, over), partial(_put_back, world, over), then)


def restore(world: World, kept: records.Kept) -> None:
    """Put back what the log kept, as it was when the last record was saved."""
    for opened in kept.rooms:
        room = Room(opened.room, opened.root_key, opened.expires_minute, opened.code)
        world.rooms[opened.room] = room
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


def _hide(world: World, meeting: Meeting) -> None:
    # From now on nobody can attach to it or write; those who read it are told when that is saved.
    meeting.is_closing = True
    world.cost -= meeting.cost
    world.meetings.pop(meeting.handle, None)
    world.rooms[meeting.room].meeting = None


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
    # A meeting that takes the place of this one has a door of its own.
    if room is not None and room.meeting is None:
        yield from lobby.turn_away(world, room)


def _forget_welcomes(room: Room, meeting: bytes) -> None:
    for knock_id, answer in [*room.answers.items()]:
        if isinstance(answer.frame, WelcomedFrame) and answer.frame.meeting == meeting:
            del room.answers[knock_id]


def _over(world: World, minute: int) -> _Over:
    """Return what has run out; who is at the door is let go first: knocks are counted over all."""
    rooms = [room for room in world.rooms.values() if not room.knocks and _is_over(room, minute)]
    return _Over(
        rooms,
        [one for one in world.meetings.values() if one.expires_minute <= minute],
        [
            (room, invitation)
            for room in world.rooms.values()
            for invitation in room.invitations.values()
            if invitation.expires_minute <= minute
        ],
        [
            (room, knock_id, answer)
            for room in world.rooms.values()
            for knock_id, answer in room.answers.items()
            if answer.expires_minute <= minute
        ],
    )


def _is_over(room: Room, minute: int) -> bool:
    is_meeting = room.meeting is not None and room.meeting.expires_minute > minute
    is_open = any(one.expires_minute > minute for one in room.invitations.values())
    return room.expires_minute <= minute and not is_meeting and not is_open


def _take_over(world: World, record: records.Forgotten) -> _Over:
    minute = record.minute
    over = _Over([], [], [], [])
    for handle in record.meetings:
        meeting = world.meetings.get(handle)
        if meeting is not None and meeting.expires_minute <= minute:
            _hide(world, meeting)
            over.meetings.append(meeting)
    for handle in record.rooms:
        room = world.rooms.get(handle)
        if room is not None and room.meeting is None and _is_over(room, minute):
            del world.rooms[handle]
            over.rooms.append(room)
    for handle, knock_key in record.invitations:
        room = world.rooms.get(handle)
        invitation = room.invitations.get(knock_key) if room else None
        if room is not None and invitation is not None and invitation.expires_minute <= minute:
            del room.invitations[knock_key]
            over.invitations.append((room, invitation))
    for handle, knock_id in record.welcomes:
        room = world.rooms.get(handle)
        answer = room.answers.get(knock_id) if room else None
        if room is not None and answer is not None and answer.expires_minute <= minute:
            del room.answers[knock_id]
            over.answers.append((room, knock_id, answer))
    return over


def _forgotten(minute: int, over: _Over) -> records.Forgotten:
    return records.Forgotten(
        minute=minute,
        rooms=tuple(room.handle for room in over.rooms),
        meetings=tuple(meeting.handle for meeting in over.meetings),
        invitations=tuple((room.handle, one.knock_key) for room, one in over.invitations),
        welcomes=tuple((room.handle, knock_id) for room, knock_id, _ in over.answers),
    )


def _put_back(world: World, over: _Over) -> None:
    for room in over.rooms:
        world.rooms[room.handle] = room
    for meeting in over.meetings:
        _show(world, meeting)
    for room, invitation in over.invitations:
        room.invitations[invitation.knock_key] = invitation
    for room, knock_id, answer in over.answers:
        room.answers[knock_id] = answer
