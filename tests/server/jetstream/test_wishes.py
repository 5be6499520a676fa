"""What goes where in the cluster: what must come one after the other shares a lane."""

import pytest

from holdspace.server.log import records as r
from holdspace.server.log.jetstream.index import Begun, Index
from holdspace.server.log.jetstream.lanes import Wish
from holdspace.server.log.jetstream.subjects import Subjects, meeting_in
from holdspace.server.log.jetstream.wishes import wish_for
from relay_papers import Circle, id16

HERE, OTHER = Circle(), Circle("other")
SUBJECTS = Subjects("test")
INDEX = Index(meetings={HERE.meeting: Begun(HERE.room, 3, epochs=[3, 9])})
ENTRY = r.EntryAppended(
    meeting=HERE.meeting, epoch=1, message_id=id16("one"), payload=b"w" * 1000, cost=2024
)
EPOCH = r.EpochChanged(ENTRY, HERE.access(1).public, HERE.slots)
BEGUN = r.MeetingBegun(HERE.room, HERE.meeting, HERE.access(0).public, HERE.slots, 1000)
OPENED = r.RoomOpened(HERE.room, HERE.root.public, 1000)
INVITED = r.InvitationPut(HERE.room, HERE.knock_key.public, b"card", 1000)
REVOKED = r.InvitationRevoked(room=HERE.room, knock_key=HERE.knock_key.public)
CLOSED, UNKNOWN = r.MeetingClosed(meeting=HERE.meeting), r.MeetingClosed(meeting=OTHER.meeting)
FORGOTTEN = r.Forgotten(minute=1000)
WORDS, EPOCHS = SUBJECTS.words(HERE.meeting), SUBJECTS.epochs(HERE.meeting)
ROOM = SUBJECTS.room(HERE.room)


@pytest.mark.parametrize(
    ("record", "lane", "wish"),
    [
        (ENTRY, HERE.meeting, Wish(7, ENTRY, WORDS, 1128)),
        # Only the first commit of an epoch, and only one beginning.
        (EPOCH, HERE.meeting, Wish(7, EPOCH, EPOCHS, only_after=9)),
        (BEGUN, HERE.meeting, Wish(7, BEGUN, EPOCHS, only_after=0)),
        (OPENED, HERE.room, Wish(7, OPENED, ROOM, is_guarded=True)),
        (INVITED, HERE.room, Wish(7, INVITED, ROOM, is_guarded=True)),
        (REVOKED, HERE.room, Wish(7, REVOKED, ROOM, is_guarded=True)),
        (CLOSED, HERE.room, Wish(7, CLOSED, ROOM, is_guarded=True)),
        (UNKNOWN, b"", Wish(7, UNKNOWN, SUBJECTS.forgotten)),
        (FORGOTTEN, b"", Wish(7, FORGOTTEN, SUBJECTS.forgotten)),
    ],
)
def test_each_record_has_its_lane_and_its_guard(record: r.Record, lane: bytes, wish: Wish) -> None:
    assert wish_for(record, 7, SUBJECTS, INDEX) == (lane, wish)


def test_a_meeting_is_read_from_its_subjects_alone() -> None:
    assert meeting_in(WORDS) == meeting_in(EPOCHS) == HERE.meeting
    for subject in (ROOM, SUBJECTS.forgotten, SUBJECTS.knock(HERE.room, HERE.meeting)):
        assert meeting_in(subject) is None
