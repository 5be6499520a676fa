"""What a record that took effect means for the stream: what is found where, and what is erased."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from holdspace.server.log import records as r
from holdspace.server.log.jetstream import wire
from holdspace.server.log.jetstream.eraser import Eraser, Erasure
from holdspace.server.log.jetstream.index import Begun, Index, Pages, message_of
from holdspace.server.log.jetstream.subjects import Subjects


@dataclass(slots=True)
class Contents:
    """Hold all that is known of the stream's contents, and who erases them."""

    subjects: Subjects
    index: Index
    pages: Pages
    eraser: Eraser


def settle(contents: Contents, record: r.Record, place: int, *, is_ours: bool) -> None:
    """Take in a record; `is_ours` tells that this relay asked for it, and cleans up after it."""
    _SETTLERS[type(record)](contents, record, place, is_ours)


def leave(contents: Contents, record: r.Record, place: int, *, is_ours: bool) -> None:
    """Take in that a record had no effect.

    It must not have one later, for a relay that starts when what stood before it is erased.
    """
    if isinstance(record, r.MeetingBegun | r.Forgotten | r.RoomOpened):
        contents.eraser.erase(Erasure((message_of(place),)), is_ours=is_ours)
    if isinstance(record, r.MeetingBegun) and record.meeting not in contents.index.meetings:
        contents.index.drop_key(record.meeting, message_of(place))


def _room_opened(contents: Contents, record: r.RoomOpened, place: int, is_ours: bool) -> None:
    """Nothing has to be found again, and nothing ends."""


def _meeting_begun(contents: Contents, record: r.MeetingBegun, place: int, is_ours: bool) -> None:
    message = message_of(place)
    contents.index.meetings[record.meeting] = Begun(record.room, message, epochs=[message])
    if record.replaces is not None:
        # A beginning is erased with its meeting, so it cannot be the gravestone of another one.
        stone = wire.put_open((r.MeetingClosed(meeting=record.replaces),))
        gravestone = (contents.subjects.room(record.room), stone)
        _end_meeting(contents, record.replaces, place, is_ours=is_ours, gravestone=gravestone)


def _entry_appended(contents: Contents, record: r.EntryAppended, place: int, is_ours: bool) -> None:
    contents.index.entry(record, place)


def _epoch_changed(contents: Contents, record: r.EpochChanged, place: int, is_ours: bool) -> None:
    contents.index.epoch(record, place)


def _invitation_put(contents: Contents, record: r.InvitationPut, place: int, is_ours: bool) -> None:
    invitations, message = contents.index.invitations, message_of(place)
    before = invitations.get((record.room, record.knock_key), message)
    invitations[record.room, record.knock_key] = message
    if before != message:
        contents.eraser.erase(Erasure((before,)), is_ours=is_ours)


def _invitation_revoked(
    contents: Contents, record: r.InvitationRevoked, place: int, is_ours: bool
) -> None:
    _end_invitation(contents, (record.room, record.knock_key), is_ours=is_ours)


def _meeting_closed(contents: Contents, record: r.MeetingClosed, place: int, is_ours: bool) -> None:
    _end_meeting(contents, record.meeting, place, is_ours=is_ours)


def _forgotten(contents: Contents, record: r.Forgotten, place: int, is_ours: bool) -> None:
    index = contents.index
    for meeting in record.meetings:
        _end_meeting(contents, meeting, place, is_ours=is_ours)
    in_rooms = [key for key in index.invitations if key[0] in record.rooms]
    for invitation in (*record.invitations, *in_rooms):
        _end_invitation(contents, invitation, is_ours=is_ours)
    for room in record.rooms:
        subject = contents.subjects.room(room)
        index.newest.pop(subject, None)
        erasure = Erasure(subject=subject, before=message_of(place))
        contents.eraser.erase(erasure, is_ours=is_ours)


def _end_invitation(contents: Contents, key: tuple[bytes, bytes], *, is_ours: bool) -> None:
    message = contents.index.invitations.pop(key, None)
    if message is not None:
        contents.eraser.erase(Erasure((message,)), is_ours=is_ours)


def _end_meeting(
    contents: Contents,
    meeting: bytes,
    place: int,
    *,
    is_ours: bool,
    gravestone: tuple[str, bytes] | None = None,
) -> None:
    index, subjects = contents.index, contents.subjects
    begun = index.meetings.pop(meeting, None)
    if begun is None:
        return
    index.drop_key(meeting, begun.message)
    index.newest.pop(subjects.epochs(meeting), None)
    contents.pages.drop(message_of(place) for place in begun.places)
    # With the beginning goes the key of all the rest.
    erasure = Erasure(
        (begun.message,), subjects.meeting(meeting), message_of(place), gravestone=gravestone
    )
    contents.eraser.erase(erasure, is_ours=is_ours)


_SETTLERS: dict[type[r.Record], Callable[[Contents, Any, int, bool], None]] = {
    r.RoomOpened: _room_opened,
    r.MeetingBegun: _meeting_begun,
    r.EntryAppended: _entry_appended,
    r.EpochChanged: _epoch_changed,
    r.InvitationPut: _invitation_put,
    r.InvitationRevoked: _invitation_revoked,
    r.MeetingClosed: _meeting_closed,
    r.Forgotten: _forgotten,
}
