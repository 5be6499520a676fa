"""Under which subject, in which lane and how guarded each kind of record is published."""

from holdspace.server.log import records as r
from holdspace.server.log.jetstream.index import Index
from holdspace.server.log.jetstream.lanes import Wish
from holdspace.server.log.jetstream.subjects import Subjects

# What an entry weighs besides its payload, about.
_RECORD_BYTES = 128


def wish_for(record: r.Record, ticket: int, subjects: Subjects, index: Index) -> tuple[bytes, Wish]:
    """Return the lane of a record, and how it goes there."""
    match record:
        case r.EntryAppended():
            size = len(record.payload) + _RECORD_BYTES
            return record.meeting, Wish(ticket, record, subjects.words(record.meeting), size)
        case r.EpochChanged():
            meeting, opened_by = record.commit.meeting, index.opened_by(record.commit)
            return meeting, Wish(ticket, record, subjects.epochs(meeting), only_after=opened_by)
        case r.MeetingBegun():
            subject = subjects.epochs(record.meeting)
            return record.meeting, Wish(ticket, record, subject, only_after=0)
        case r.RoomOpened() | r.InvitationPut() | r.InvitationRevoked():
            return _in_room(record.room, record, ticket, subjects)
        case r.MeetingClosed():
            begun = index.meetings.get(record.meeting)
            if begun is not None:
                return _in_room(begun.room, record, ticket, subjects)
    return b"", Wish(ticket, record, subjects.forgotten)


def _in_room(room: bytes, record: r.Record, ticket: int, subjects: Subjects) -> tuple[bytes, Wish]:
    # A late copy must not bring back an invitation that was revoked meanwhile.
    return room, Wish(ticket, record, subjects.room(room), is_guarded=True)
