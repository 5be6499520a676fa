"""What took effect has its place in the index; what is over is erased, and nothing else."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from holdspace.server.log import records as r
from holdspace.server.log.jetstream import wire
from holdspace.server.log.jetstream.eraser import Erasure
from holdspace.server.log.jetstream.index import Begun, Index, Pages, place_of
from holdspace.server.log.jetstream.settling import Contents, leave, settle
from holdspace.server.log.jetstream.subjects import Subjects
from relay_papers import Circle, id16, key

FAR = 1000
HERE, LATER, OTHER = Circle(), Circle(time=2), Circle("other")
SUBJECTS = Subjects("test")
KNOCK_KEY, OTHER_KNOCK_KEY = key("knock").public, key("another").public


@dataclass
class Erased:
    """Hold what was to be erased."""

    ours: list[Erasure] = field(default_factory=list)
    others: list[Erasure] = field(default_factory=list)

    def erase(self, erasure: Erasure, *, is_ours: bool) -> None:
        (self.ours if is_ours else self.others).append(erasure)


class Stream:
    """A stream whose messages are settled one after the other, each with one record."""

    def __init__(self) -> None:
        self.erased = Erased()
        eraser: Any = self.erased
        self.contents = Contents(SUBJECTS, Index(), Pages(), eraser)
        self.message = 0

    @property
    def index(self) -> Index:
        return self.contents.index

    def take(self, record: r.Record, *, is_ours: bool = True, is_void: bool = False) -> int:
        """Settle a record, and return its place."""
        self.message += 1
        place = place_of(self.message, 0)
        (leave if is_void else settle)(self.contents, record, place, is_ours=is_ours)
        return place

    def begin(self, circle: Circle, replaces: bytes | None = None) -> int:
        """Begin a meeting, whose key comes with the message."""
        self.index.keys[circle.meeting] = (self.message + 1, b"key")
        return self.take(begun(circle, replaces))


@pytest.fixture
def stream() -> Stream:
    return Stream()


def begun(circle: Circle, replaces: bytes | None = None) -> r.MeetingBegun:
    access = circle.access(0).public
    return r.MeetingBegun(circle.room, circle.meeting, access, circle.slots, FAR, replaces)


def entry(circle: Circle, seq: int, epoch: int = 0) -> r.EntryAppended:
    return r.EntryAppended(
        meeting=circle.meeting,
        epoch=epoch,
        message_id=id16(seq),
        payload=b"words",
        cost=1100,
        seq=seq,
    )


def epoch(circle: Circle, seq: int) -> r.EpochChanged:
    return r.EpochChanged(entry(circle, seq), circle.access(1).public, circle.slots)


def invited(circle: Circle, knock_key: bytes = KNOCK_KEY) -> r.InvitationPut:
    return r.InvitationPut(circle.room, knock_key, b"card", FAR)


def test_entries_are_found_where_they_stand_and_a_commit_opens_an_epoch(stream: Stream) -> None:
    stream.begin(HERE)
    places = [stream.take(one) for one in (entry(HERE, 1), epoch(HERE, 2), entry(HERE, 3, 1))]
    assert stream.index.meetings[HERE.meeting] == Begun(HERE.room, 1, places, epochs=[1, 3])
    assert stream.index.opened_by(entry(HERE, 4, 1)) == 3
    assert stream.index.opened_by(entry(OTHER, 1)) == 0
    assert stream.erased == Erased()


def test_what_comes_twice_or_for_no_meeting_has_no_place(stream: Stream) -> None:
    stream.begin(HERE)
    place = stream.take(entry(HERE, 1))
    for record in (entry(HERE, 1), entry(HERE, 3), entry(OTHER, 1), epoch(OTHER, 1)):
        stream.take(record)
    assert stream.index.meetings == {HERE.meeting: Begun(HERE.room, 1, [place], epochs=[1])}


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_closed_meeting_leaves_nothing(stream: Stream, is_ours: bool) -> None:
    stream.begin(HERE)
    stream.index.newest[SUBJECTS.epochs(HERE.meeting)] = 1
    place = stream.take(entry(HERE, 1))
    stream.contents.pages.put(2, (entry(HERE, 1),), 10)
    stream.take(r.MeetingClosed(meeting=HERE.meeting), is_ours=is_ours)
    erasure = Erasure((1,), SUBJECTS.meeting(HERE.meeting), 3)
    assert stream.erased == (Erased([erasure]) if is_ours else Erased(others=[erasure]))
    assert stream.index == Index()
    assert stream.contents.pages.get(place >> 12) is None
    stream.take(r.MeetingClosed(meeting=HERE.meeting))
    assert [*stream.erased.ours, *stream.erased.others] == [erasure]


def test_a_meeting_that_was_replaced_gets_a_gravestone_before_it_is_erased(stream: Stream) -> None:
    stream.begin(HERE)
    stream.begin(LATER, replaces=HERE.meeting)
    stone = wire.put_open((r.MeetingClosed(meeting=HERE.meeting),))
    assert stream.erased.ours == [
        Erasure(
            (1,), SUBJECTS.meeting(HERE.meeting), 2, gravestone=(SUBJECTS.room(HERE.room), stone)
        )
    ]
    assert [*stream.index.meetings] == [*stream.index.keys] == [LATER.meeting]


def test_an_invitation_that_is_put_again_takes_the_place_of_the_one_before(stream: Stream) -> None:
    for record in (invited(HERE), invited(HERE, OTHER_KNOCK_KEY), invited(HERE)):
        stream.take(record)
    assert stream.erased.ours == [Erasure((1,))]
    stream.take(r.InvitationRevoked(room=HERE.room, knock_key=KNOCK_KEY))
    assert stream.erased.ours == [Erasure((1,)), Erasure((3,))]
    assert stream.index.invitations == {(HERE.room, OTHER_KNOCK_KEY): 2}
    # Another relay may have asked for the same.
    stream.take(r.InvitationRevoked(room=HERE.room, knock_key=KNOCK_KEY))
    assert len(stream.erased.ours) == 2


def test_what_is_forgotten_goes_with_all_that_hangs_on_it(stream: Stream) -> None:
    stream.begin(HERE)
    for record in (invited(HERE), invited(OTHER), invited(OTHER, OTHER_KNOCK_KEY)):
        stream.take(record)
    stream.index.newest[SUBJECTS.room(HERE.room)] = 2
    forgotten = r.Forgotten(
        minute=FAR,
        rooms=(HERE.room,),
        meetings=(HERE.meeting,),
        invitations=((OTHER.room, KNOCK_KEY),),
    )
    stream.take(forgotten, is_ours=False)
    assert stream.erased == Erased(
        others=[
            Erasure((1,), SUBJECTS.meeting(HERE.meeting), 5),
            Erasure((3,)),
            Erasure((2,)),
            Erasure(subject=SUBJECTS.room(HERE.room), before=5),
        ]
    )
    assert stream.index == Index(invitations={(OTHER.room, OTHER_KNOCK_KEY): 4})


def test_an_opening_takes_no_place(stream: Stream) -> None:
    stream.take(r.RoomOpened(HERE.room, HERE.root.public, FAR))
    assert (stream.index, stream.erased) == (Index(), Erased())


class TestWhatHadNoEffect:
    """It must not have one later, when what stood before it is erased."""

    @pytest.mark.parametrize(
        "record",
        [
            r.RoomOpened(HERE.room, HERE.root.public, FAR),
            r.Forgotten(minute=FAR, rooms=(HERE.room,)),
            begun(OTHER),
        ],
    )
    def test_what_could_have_one_is_erased(self, stream: Stream, record: r.Record) -> None:
        stream.take(record, is_void=True)
        assert stream.erased.ours == [Erasure((1,))]

    @pytest.mark.parametrize("record", [entry(HERE, 1), epoch(HERE, 1), invited(HERE)])
    def test_the_rest_stays(self, stream: Stream, record: r.Record) -> None:
        stream.take(record, is_void=True)
        assert (stream.index, stream.erased) == (Index(), Erased())

    def test_a_meeting_that_did_not_begin_has_no_key(self, stream: Stream) -> None:
        stream.index.keys[HERE.meeting] = (1, b"key")
        stream.take(begun(HERE), is_void=True)
        assert stream.index == Index()

    def test_one_that_did_begin_keeps_its_own(self, stream: Stream) -> None:
        stream.begin(HERE)
        stream.take(begun(HERE), is_void=True)
        assert stream.index.keys == {HERE.meeting: (1, b"key")}

    def test_only_the_key_that_came_with_it_is_forgotten(self, stream: Stream) -> None:
        stream.index.keys[HERE.meeting] = (7, b"newer")
        stream.take(begun(HERE), is_void=True)
        assert stream.index.keys == {HERE.meeting: (7, b"newer")}
