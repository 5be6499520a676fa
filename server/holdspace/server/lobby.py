"""The lobby of a room: invitations, knocks, and the answers to them.

A knock needs the key of an open invitation, lives in memory only, and is counted apart from
meetings, so that no number of knocks can touch what members say to each other.
"""

from collections.abc import Iterable, Iterator

from holdspace.protocol.frames import (
    Bundle,
    Card,
    Declined,
    DeclineKnock,
    Done,
    GetCard,
    Knock,
    KnockGone,
    Knocking,
    PutInvitation,
    RevokeInvitation,
    WatchLobby,
    Welcomed,
)
from holdspace.protocol.keys import (
    Purpose,
    invitation_digest,
    is_safe_public_key,
    knock_digest,
    revocation_digest,
)
from holdspace.protocol.refusals import Refusal, Refused
from holdspace.server.connections import Connection
from holdspace.server.effects import Effect, Send, Share, TellWhenTaken
from holdspace.server.log.records import (
    InvitationPut,
    InvitationRevoked,
    KnockEnded,
    KnockMade,
    Note,
    WelcomeKept,
)
from holdspace.server.state import Change, Invitation, KnockAnswer, Meeting, PendingKnock, Room
from holdspace.server.world import MINUTE, Claim, World, minute_of, nothing_more

# All knocks of a room are more than may wait unread for anybody: a facilitator who is slow for a moment
# is shown so many, and the next ones when these are taken.
_SHOWN_AT_ONCE = 4


def put_invitation(
    world: World, connection: Connection, frame: PutInvitation, now: float
) -> Iterator[Effect]:
    """Open an invitation, or change the card and expiry of one."""
    room = world.rooms.get(frame.room)
    digest = invitation_digest(frame.knock_key, frame.expires, frame.card)
    key = room.root_key if room else None
    claim = Claim(key, frame.proof, Purpose.INVITE, room=frame.room, digest=digest)
    if not world.is_proved(connection, claim) or room is None:
        raise Refused(Refusal.NOT_HERE)
    if not is_safe_public_key(frame.knock_key):
        raise Refused(Refusal.BAD_KEY)
    if frame.expires <= minute_of(now):
        raise Refused(Refusal.INVITATION_OVER)
    is_new = frame.knock_key not in room.invitations
    if is_new and len(room.invitations) >= world.limits.invitations_per_room:
        raise Refused(Refusal.LOBBY_FULL)
    # Anybody can open rooms, and cards are kept for weeks: all of them together are bounded too.
    if is_new and sum(len(one.invitations) for one in world.rooms.values()) >= (
        world.limits.invitations
    ):
        raise Refused(Refusal.RELAY_FULL)
    record = InvitationPut(
        room=room.handle,
        knock_key=frame.knock_key,
        card=frame.card,
        expires_minute=min(frame.expires, minute_of(now) + world.limits.invitation_minutes),
    )
    yield from world.ask(record, (connection.number, frame.ref))


def place_invitation(world: World, record: InvitationPut) -> Change:
    """Open an invitation, or open it longer."""
    room = _room(world, record.room)
    before = room.invitations.get(record.knock_key)
    room.invitations[record.knock_key] = Invitation(
        record.knock_key, record.card, record.expires_minute
    )

    def undo() -> None:
        if before is None:
            del room.invitations[record.knock_key]
        else:
            room.invitations[record.knock_key] = before

    return Change(record, undo, nothing_more)


def revoke_invitation(
    world: World, connection: Connection, frame: RevokeInvitation, now: float
) -> Iterator[Effect]:
    """Forget an invitation, and everybody who knocks with it."""
    room = world.rooms.get(frame.room)
    key = room.root_key if room else None
    digest = revocation_digest(frame.knock_key)
    claim = Claim(key, frame.proof, Purpose.REVOKE, room=frame.room, digest=digest)
    if not world.is_proved(connection, claim):
        raise Refused(Refusal.NOT_HERE)
    yield from world.ask(
        InvitationRevoked(room=frame.room, knock_key=frame.knock_key),
        (connection.number, frame.ref),
    )


def place_revocation(world: World, record: InvitationRevoked) -> Change:
    """Forget an invitation, and everybody who knocks with it."""
    room = _room(world, record.room)
    invitation = room.invitations.pop(record.knock_key, None)
    if invitation is None:
        raise Refused(Refusal.NOT_HERE)

    def undo() -> None:
        room.invitations[record.knock_key] = invitation

    def then(now: float) -> Iterator[Effect]:
        gone = [id_ for id_, knock in room.knocks.items() if knock.knock_key == record.knock_key]
        for knock_id in gone:
            yield from _forget_knock(world, room, knock_id)

    return Change(record, undo, then)


def get_card(world: World, connection: Connection, frame: GetCard, now: float) -> Iterator[Effect]:
    """Show the card of an invitation to somebody who has its key."""
    room = world.rooms.get(frame.room)
    key = frame.knock_key if room and frame.knock_key in room.invitations else None
    claim = Claim(key, frame.proof, Purpose.CARD, room=frame.room)
    if not world.is_proved(connection, claim) or room is None:
        raise Refused(Refusal.NOT_HERE)
    invitation = _open_invitation(room, frame.knock_key, now)
    yield from world.send((connection.number,), Card(frame.ref, invitation.card))


def knock(world: World, connection: Connection, frame: Knock, now: float) -> Iterator[Effect]:
    """Wait at the door; the same knock again, on a new connection, takes the old one's place."""
    room = world.rooms.get(frame.room)
    digest = knock_digest(frame.knock, frame.sealed)
    key = frame.knock_key if room and _knows(room, frame) else None
    claim = Claim(key, frame.proof, Purpose.KNOCK, room=frame.room, digest=digest)
    if not world.is_proved(connection, claim) or room is None:
        raise Refused(Refusal.NOT_HERE)
    here = (connection.number,)
    answer = _answer_for(room, frame, now)
    if answer is not None:
        yield from world.send(here, Done(frame.ref))
        yield from world.send(here, answer.frame)
        return
    _open_invitation(room, frame.knock_key, now)
    waiting = room.knocks.get(frame.knock)
    if waiting is None:
        _check_lobby_space(world, room, frame.knock_key, connection.number)
        waiting = PendingKnock(
            frame.knock_key, frame.sealed, None, until=now + world.limits.knock_seconds
        )
        room.knocks[frame.knock] = waiting
        world.knock_count += 1
    elif waiting.knock_key != frame.knock_key or waiting.sealed != frame.sealed:
        raise Refused(Refusal.ALREADY_THERE)
    waiting.connection = connection.number
    waiting.lost_until = None
    connection.knocks.add((room.handle, frame.knock))
    yield from _share(world, _made(room, frame.knock, waiting))
    yield from world.send(here, Done(frame.ref))
    yield from _show(world, room, frame.knock)


def watch_lobby(
    world: World, connection: Connection, frame: WatchLobby, now: float
) -> Iterator[Effect]:
    """Tell a facilitator who is at the door, from now on."""
    room = world.rooms.get(frame.room)
    meeting = room.meeting if room else None
    is_named = meeting is not None and meeting.handle == frame.meeting
    is_slot = meeting is not None and is_named and frame.slot_key in meeting.slots
    claim = Claim(
        frame.slot_key if is_slot else None,
        frame.proof,
        Purpose.LOBBY,
        room=frame.room,
        meeting=frame.meeting,
    )
    if not world.is_proved(connection, claim) or room is None:
        # Only somebody who already reads this meeting is told that it is there.
        is_member = is_named and connection.meeting is meeting
        raise Refused(Refusal.NOT_FACILITATOR if is_member else Refusal.NOT_HERE)
    world.unwatch(connection)
    room.watchers[connection.number] = frame.slot_key
    connection.watched_room = room
    here = (connection.number,)
    yield from world.send(here, Done(frame.ref))
    connection.unseen = dict.fromkeys(room.knocks)
    yield from _show_next(connection)


def taken(connection: Connection) -> Iterator[Effect]:
    """Show who else is at the door to somebody who has taken what they were shown."""
    connection.is_taking = False
    yield from _show_next(connection)


def decline_knock(
    world: World, connection: Connection, frame: DeclineKnock, now: float
) -> Iterator[Effect]:
    """Answer a knock with no."""
    room = connection.watched_room
    if room is None:
        raise Refused(Refusal.NOT_FACILITATOR)
    waiting = room.knocks.get(frame.knock)
    if waiting is None:
        raise Refused(Refusal.NOT_HERE)
    answer = KnockAnswer(
        waiting.knock_key, Declined(frame.knock, frame.sealed), _answer_ends(world, now)
    )
    yield from world.send((connection.number,), Done(frame.ref))
    yield from _answer_knock(world, room, frame.knock, answer)
    yield from _share(world, KnockEnded(room=room.handle, knock=frame.knock, declined=frame.sealed))


def welcomes_to_keep(
    world: World, meeting: Meeting, frame: Bundle, now: float
) -> tuple[WelcomeKept, ...]:
    """Return a bundle's welcomes as they are kept for whoever knocked."""
    room = world.rooms[meeting.room]
    return tuple(
        WelcomeKept(
            room=room.handle,
            meeting=meeting.handle,
            knock=welcome.knock,
            knock_key=_key_of_knock(room, welcome.knock),
            sealed=welcome.sealed,
            expires_minute=_answer_ends(world, now),
        )
        for welcome in frame.welcomes
    )


def welcome(world: World, meeting: Meeting, welcomes: tuple[WelcomeKept, ...]) -> Iterator[Effect]:
    """Hand over the welcomes of a bundle that was accepted and saved (RL04: and of no other)."""
    room = world.rooms.get(meeting.room)
    if room is None:
        return
    for kept in welcomes:
        yield from _answer_knock(world, room, kept.knock, as_answer(kept))


def as_answer(kept: WelcomeKept) -> KnockAnswer:
    """Return a kept welcome as the answer to its knock."""
    frame = Welcomed(kept.knock, kept.meeting, kept.seq, kept.sealed)
    return KnockAnswer(kept.knock_key, frame, kept.expires_minute)


def keep_watchers(world: World, meeting: Meeting, slots: tuple[bytes, ...]) -> None:
    """Show the door to nobody whose slot is gone."""
    room = world.rooms.get(meeting.room)
    if room is None:
        return
    for number in [number for number, key in room.watchers.items() if key not in slots]:
        world.unwatch(world.connections[number])


def expire(world: World, now: float) -> Iterator[Effect]:
    """Forget knocks that waited too long, and those whose knocker did not come back."""
    # Done all the time, and nearly always there are thousands of rooms and nobody at a door.
    for room in [room for room in world.rooms.values() if room.knocks]:
        over = [
            knock_id
            for knock_id, waiting in room.knocks.items()
            if waiting.until <= now
            or (waiting.lost_until is not None and waiting.lost_until <= now)
        ]
        for knock_id in over:
            yield from _forget_knock(world, room, knock_id)
            yield from _share(world, KnockEnded(room=room.handle, knock=knock_id))


def hear(world: World, note: Note, now: float) -> Iterator[Effect]:
    """Take in what another relay of the cluster said of somebody at the door."""
    room = world.rooms.get(note.room)
    if room is None:
        return
    waiting = room.knocks.get(note.knock)
    if isinstance(note, KnockMade):
        yield from _hear_knock(world, room, note, waiting, now=now)
    elif isinstance(note, KnockEnded) and note.declined and waiting is not None:
        frame = Declined(note.knock, note.declined)
        answer = KnockAnswer(waiting.knock_key, frame, _answer_ends(world, now))
        yield from _answer_knock(world, room, note.knock, answer)
    elif waiting is not None and waiting.connection is None:
        yield from _forget_knock(world, room, note.knock)


def _hear_knock(
    world: World, room: Room, note: KnockMade, waiting: PendingKnock | None, *, now: float
) -> Iterator[Effect]:
    if waiting is not None:
        # Whoever knocked came back to another relay.
        _let_go_of(world, room, note.knock, waiting)
        return
    is_over = note.until_minute * MINUTE <= now or note.knock in room.answers
    is_full = world.knock_count >= world.limits.knocks
    if is_over or is_full or note.knock_key not in room.invitations:
        return
    waiting = PendingKnock(note.knock_key, note.sealed, None, until=note.until_minute * MINUTE)
    room.knocks[note.knock] = waiting
    world.knock_count += 1
    yield from _show(world, room, note.knock)


def _let_go_of(world: World, room: Room, knock_id: bytes, waiting: PendingKnock) -> None:
    connection = world.connections.get(waiting.connection or 0)
    if connection is not None:
        connection.knocks.discard((room.handle, knock_id))
    waiting.connection = waiting.lost_until = None


def _made(room: Room, knock_id: bytes, waiting: PendingKnock) -> KnockMade:
    return KnockMade(
        room=room.handle,
        knock=knock_id,
        knock_key=waiting.knock_key,
        sealed=waiting.sealed,
        until_minute=minute_of(waiting.until),
    )


def _share(world: World, note: Note) -> Iterator[Effect]:
    if not world.is_alone:
        yield Share(note)


def _room(world: World, handle: bytes) -> Room:
    room = world.rooms.get(handle)
    if room is None:
        raise Refused(Refusal.NOT_HERE)
    return room


def _knows(room: Room, frame: Knock) -> bool:
    # A key that anybody could have made proves nothing, and keeps no connection open.
    answer = room.answers.get(frame.knock)
    was_answered = answer is not None and answer.knock_key == frame.knock_key
    return was_answered or frame.knock_key in room.invitations


def turn_away(world: World, room: Room) -> Iterator[Effect]:
    """Tell everybody at the door that the meeting is over: nobody is left who could let them in."""
    for knock_id in [*room.knocks]:
        yield from _forget_knock(world, room, knock_id, is_over=True)


def forget_knocks(world: World, room: Room) -> None:
    """Forget everybody at the door of a room that is not there after all."""
    for knock_id in [*room.knocks]:
        _take_knock(world, room, knock_id)


def _open_invitation(room: Room, knock_key: bytes, now: float) -> Invitation:
    """Return the invitation by which somebody who has proved its key can come in now."""
    invitation = room.invitations.get(knock_key)
    if invitation is None:
        raise Refused(Refusal.NOT_HERE)
    if invitation.expires_minute * MINUTE <= now:
        raise Refused(Refusal.INVITATION_OVER)
    # Letters are opened by keys of the meeting's facilitators: after it nobody would ever answer.
    if room.meeting is None:
        raise Refused(Refusal.NO_MEETING)
    return invitation


def _answer_for(room: Room, frame: Knock, now: float) -> KnockAnswer | None:
    answer = room.answers.get(frame.knock)
    if answer is None or answer.expires_minute * MINUTE <= now:
        return None
    # The invitation may be used up by now; the key that knocked still gets its answer.
    if answer.knock_key:
        return answer if answer.knock_key == frame.knock_key else None
    return answer if frame.knock_key in room.invitations else None


def _check_lobby_space(world: World, room: Room, knock_key: bytes, connection: int) -> None:
    limits = world.limits
    same = [one for one in room.knocks.values() if one.knock_key == knock_key]
    # Who talks at the door knocks again with their answer, and holds both knocks until it is read.
    is_answering = sum(one.connection == connection for one in same) == 1
    if (
        (len(same) >= limits.knocks_per_invitation and not is_answering)
        or len(room.knocks) >= limits.knocks_per_room
        or world.knock_count >= limits.knocks
    ):
        raise Refused(Refusal.LOBBY_FULL)


def _key_of_knock(room: Room, knock_id: bytes) -> bytes:
    waiting = room.knocks.get(knock_id)
    return waiting.knock_key if waiting else b""


def _answer_ends(world: World, now: float) -> int:
    return minute_of(now + world.limits.knock_seconds) + 1


def _answer_knock(
    world: World, room: Room, knock_id: bytes, answer: KnockAnswer
) -> Iterator[Effect]:
    waiting = room.knocks.get(knock_id)
    while len(room.answers) >= world.limits.answers_per_room:
        del room.answers[next(iter(room.answers))]
    room.answers[knock_id] = answer
    if waiting is not None and waiting.connection is not None:
        yield from world.send((waiting.connection,), answer.frame)
        yield from world.send(room.watchers, KnockGone(knock_id))
        _take_knock(world, room, knock_id)
    else:
        yield from _forget_knock(world, room, knock_id)


def _forget_knock(
    world: World, room: Room, knock_id: bytes, *, is_over: bool = False
) -> Iterator[Effect]:
    waiting = _take_knock(world, room, knock_id)
    if waiting is None:
        return
    told = [*room.watchers] if waiting.connection is None else [waiting.connection, *room.watchers]
    yield from world.send(dict.fromkeys(told), KnockGone(knock_id, is_over=is_over))


def _take_knock(world: World, room: Room, knock_id: bytes) -> PendingKnock | None:
    waiting = room.knocks.pop(knock_id, None)
    if waiting is None:
        return None
    world.knock_count -= 1
    if waiting.connection is not None:
        world.connections[waiting.connection].knocks.discard((room.handle, knock_id))
    return waiting


def _show(world: World, room: Room, knock_id: bytes) -> Iterator[Effect]:
    for number in room.watchers:
        connection = world.connections[number]
        connection.unseen[knock_id] = None
        yield from _show_next(connection)


def _show_next(connection: Connection) -> Iterator[Effect]:
    room = connection.watched_room
    if room is None or connection.is_taking:
        return
    # Whoever is gone from the door meanwhile is not shown any more.
    there = [knock_id for knock_id in connection.unseen if knock_id in room.knocks]
    now, later = there[:_SHOWN_AT_ONCE], there[_SHOWN_AT_ONCE:]
    connection.unseen = dict.fromkeys(later)
    if now:
        connection.is_taking = True
        yield Send((connection.number,), [*_knocking(room, now)])
        yield TellWhenTaken(connection.number)


def _knocking(room: Room, knock_ids: Iterable[bytes]) -> Iterator[Knocking]:
    for knock_id in knock_ids:
        waiting = room.knocks[knock_id]
        yield Knocking(knock_id, waiting.knock_key, waiting.sealed)
