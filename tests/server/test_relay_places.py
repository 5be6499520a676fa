"""What a shared log hands out is judged at its place: what came too late, or never could be, is void."""

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import Ack, MeetingClosed, Refuse
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.effects import HangUp, Send, Settled, Store
from holdspace.server.limits import Limits
from holdspace.server.log import Noted, NotPlaced, Placed
from holdspace.server.log import records as r
from holdspace.server.relay import Relay
from relay_papers import Circle, id16, welcome
from relay_table import ORIGIN, START, Caller, Table, refused

FAR = int(START // 60) + 1000
HERE, OTHER = Circle(), Circle("other")
OPENED = r.RoomOpened(HERE.room, HERE.root.public, FAR)
BEGUN = r.MeetingBegun(HERE.room, HERE.meeting, HERE.access(0).public, HERE.slots, FAR)
INVITED = r.InvitationPut(HERE.room, HERE.knock_key.public, b"card", FAR)
ENTRY = r.EntryAppended(
    meeting=HERE.meeting, epoch=0, message_id=id16("one"), payload=b"words", cost=1100
)


@pytest.fixture
def relay() -> Relay:
    """Return a relay of a cluster that has heard of a room and its meeting."""
    relay = Relay(Limits(), [ORIGIN], is_alone=False)
    assert voids(relay, OPENED, BEGUN) == [False, False]
    return relay


def voids(relay: Relay, *records: r.Record) -> list[bool]:
    """Hand records out, and return which of them had no effect."""
    placed = Placed(tuple((None, record, at) for at, record in enumerate(records, 1)))
    effects = relay.heard(placed, START)
    return [effect.is_void for effect in effects if isinstance(effect, Settled)]


@pytest.mark.parametrize(
    "record",
    [
        r.RoomOpened(HERE.room, OTHER.root.public, FAR),
        r.MeetingBegun(OTHER.room, OTHER.meeting, HERE.access(0).public, HERE.slots, FAR),
        r.MeetingBegun(HERE.room, id16("late"), HERE.access(0).public, HERE.slots, FAR),
        r.MeetingClosed(meeting=OTHER.meeting, slot_key=HERE.slots[0]),
        r.MeetingClosed(meeting=HERE.meeting, slot_key=OTHER.slots[0]),
        r.EntryAppended(
            meeting=OTHER.meeting, epoch=0, message_id=id16("one"), payload=b"words", cost=1100
        ),
        r.InvitationPut(OTHER.room, HERE.knock_key.public, b"card", FAR),
        r.InvitationRevoked(room=OTHER.room, knock_key=HERE.knock_key.public),
        r.InvitationRevoked(room=HERE.room, knock_key=HERE.knock_key.public),
        r.Forgotten(minute=FAR - 1, rooms=(HERE.room, OTHER.room)),
        r.Forgotten(minute=FAR - 1, meetings=(HERE.meeting, OTHER.meeting)),
        r.Forgotten(minute=FAR - 1, invitations=((HERE.room, b"k"), (OTHER.room, b"k"))),
        r.Forgotten(minute=FAR - 1, welcomes=((HERE.room, b"w"), (OTHER.room, b"w"))),
    ],
)
def test_what_does_not_fit_what_came_before_it_is_void(relay: Relay, record: r.Record) -> None:
    sizes = relay.sizes
    assert voids(relay, record) == [True]
    assert relay.sizes == sizes
    assert voids(relay, ENTRY, r.MeetingClosed(meeting=HERE.meeting, slot_key=HERE.slots[0])) == [
        False,
        False,
    ]


def test_what_comes_twice_takes_effect_once(relay: Relay) -> None:
    assert voids(relay, BEGUN, ENTRY, BEGUN, ENTRY) == [False]
    assert relay.sizes == (0, 1, 1)


def test_who_is_gone_is_told_nothing_of_what_was_not_placed(relay: Relay) -> None:
    assert relay.heard(NotPlaced((404,), Refusal.NOT_SAVED), START) == []


@pytest.mark.parametrize(
    "note",
    [
        r.KnockEnded(room=OTHER.room, knock=id16("knock")),
        r.KnockEnded(room=HERE.room, knock=id16("knock")),
        r.KnockEnded(room=HERE.room, knock=id16("knock"), declined=b"no"),
        r.KnockMade(
            room=HERE.room,
            knock=id16("knock"),
            knock_key=OTHER.knock_key.public,
            sealed=b"sealed",
            until_minute=FAR,
        ),
        r.KnockMade(
            room=HERE.room,
            knock=id16("knock"),
            knock_key=HERE.knock_key.public,
            sealed=b"sealed",
            until_minute=int(START // 60),
        ),
    ],
)
def test_a_note_of_somebody_who_is_not_at_this_door_changes_nothing(
    relay: Relay, note: r.Note
) -> None:
    voids(relay, INVITED)
    assert relay.heard(Noted(note), START) == []
    assert relay._world.knock_count == 0


def test_other_relays_knocks_count_and_are_gone_with_their_room() -> None:
    relay = Relay(Limits(knocks=1), [ORIGIN], is_alone=False)
    soon = int(START // 60) + 10
    opened = replace(OPENED, expires_minute=soon)
    voids(relay, opened, replace(INVITED, expires_minute=soon))
    for who in ("one", "two"):
        note = r.KnockMade(
            room=HERE.room,
            knock=id16("knock", who),
            knock_key=HERE.knock_key.public,
            sealed=b"sealed",
            until_minute=soon,
        )
        relay.heard(Noted(note), START)
        assert relay._world.knock_count == 1
    assert voids(relay, r.Forgotten(minute=soon, rooms=(HERE.room,))) == [False]
    assert relay._world.knock_count == 0


# ---- a relay alone


def test_a_room_is_opened_only_by_who_has_its_root_key(table: Table, circle: Circle) -> None:
    caller = table.call()
    mine, theirs = caller.papers.open(circle), caller.papers.open(Circle("other"))
    caller.news()
    forged = type(mine)(mine.ref, mine.room, mine.root_key, theirs.proof)
    assert refused(caller.send(forged)) == [Refusal.NOT_HERE]
    assert table.relay.sizes[1] == 0


def test_an_invitation_is_revoked_once(table: Table, circle: Circle, host: Caller) -> None:
    host.send(host.papers.invite(circle, FAR))
    assert refused(host.send(host.papers.revoke(circle))) == []
    assert refused(host.send(host.papers.revoke(circle))) == [Refusal.NOT_HERE]


def test_a_bundle_too_finds_an_end_of_the_space(circle: Circle) -> None:
    table = Table(Limits(meeting_bytes=3000))
    table_host = table.call()
    for frame in (table_host.papers.open(circle), table_host.papers.begin(circle)):
        table_host.send(frame)
    table_host.attach(circle)
    table_host.news()
    bundle = table_host.papers.bundle(circle, 0, commit="c" * 3000)
    assert refused(table_host.send(bundle)) == [Refusal.MEETING_FULL_OF_WORDS]
    assert refused(table_host.send(table_host.papers.append("a few words"))) == []


def test_who_sends_too_fast_is_told_and_who_reads_too_slowly_goes(
    table: Table, circle: Circle, host: Caller
) -> None:
    frame = host.papers.append("words")
    [told] = table.relay.too_fast(host.number, frame)
    assert told == Send((host.number,), (Refuse(frame.ref, Refusal.TOO_FAST),))
    assert table.relay.too_slow(host.number, table.now) == [HangUp(host.number, Close.TOO_SLOW)]
    assert table.relay.too_slow(host.number, table.now) == []
    other = table.call()
    hung_up = HangUp(other.number, Close.NOT_UNDERSTOOD)
    assert table.relay.not_understood(other.number, table.now) == [hung_up]


def test_a_log_that_answers_out_of_order_is_not_believed(table: Table, host: Caller) -> None:
    table.hold()
    said = host.papers.append("words")
    host.send(said)
    with pytest.raises(LookupError, match="out of order"):
        table.relay.saved([404], table.now)
    table.let_go()
    assert Ack(said.ref, 1) in host.news()
    with pytest.raises(LookupError, match="out of order"):
        table.relay.saved([404], table.now)


def test_a_room_that_was_kept_longer_since_is_not_forgotten(relay: Relay) -> None:
    sooner = r.RoomOpened(OTHER.room, OTHER.root.public, FAR - 100)
    later = r.RoomOpened(OTHER.room, OTHER.root.public, FAR)
    forgotten = r.Forgotten(minute=FAR - 50, rooms=(OTHER.room,))
    assert voids(relay, sooner, later, forgotten) == [False, False, True]
    assert voids(relay, r.Forgotten(minute=FAR, rooms=(OTHER.room,))) == [False]


def test_a_room_is_not_forgotten_without_the_meeting_in_it(relay: Relay) -> None:
    assert voids(relay, r.Forgotten(minute=FAR, rooms=(HERE.room,))) == [True]
    both = r.Forgotten(minute=FAR, rooms=(HERE.room,), meetings=(HERE.meeting,))
    assert voids(relay, both) == [False]
    assert relay.sizes == (0, 0, 0)


def test_an_entry_moves_the_end_of_a_meeting_only_to_later(relay: Relay) -> None:
    for message, end in (("sooner", FAR - 500), ("later", FAR + 500)):
        entry = replace(ENTRY, message_id=id16(message), expires_minute=end)
        assert voids(relay, entry) == [False]
        over = r.Forgotten(minute=FAR - 200, meetings=(HERE.meeting,))
        assert voids(relay, over) == [True]
    assert voids(relay, r.Forgotten(minute=FAR + 499, meetings=(HERE.meeting,))) == [True]
    assert voids(relay, r.Forgotten(minute=FAR + 500, meetings=(HERE.meeting,))) == [False]


def test_a_meeting_that_nobody_comes_back_to_is_over_for_its_readers_once_that_is_kept(
    table: Table, circle: Circle, host: Caller
) -> None:
    table.disk_is_full = True
    table.wait(table.limits.meeting_minutes * 60 + 120)
    assert table.relay.sizes[2] == 1  # taken back: it was not kept that it is over
    table.disk_is_full = False
    reader = table.call()
    reader.attach(circle)
    table.wait(table.limits.sweep_seconds + 60)
    assert table.relay.sizes[2] == 0
    assert reader.closed is Close.MEETING_OVER


@pytest.mark.parametrize("is_bundle", [False, True])
def test_a_meeting_goes_on_for_as_long_as_something_is_said_or_changed(
    table: Table, circle: Circle, host: Caller, is_bundle: bool
) -> None:
    hours = table.limits.meeting_minutes * 60
    table.wait(hours - 600)
    host.send(host.papers.bundle(circle, 0) if is_bundle else host.papers.append("words"))
    if is_bundle:
        host.send(host.papers.prove(circle, 1))
    table.wait(hours - 600)
    assert host.closed is None
    table.wait(1200)
    assert host.closed is Close.MEETING_OVER


def test_the_end_of_a_meeting_is_not_written_anew_with_every_word(
    table: Table, host: Caller
) -> None:
    ends = []
    for minutes in (0, 14, 2):
        table.now += minutes * 60
        [store] = table.relay.receive(host.number, host.papers.append(f"{minutes}"), table.now)
        assert isinstance(store, Store)
        assert isinstance(store.record, r.EntryAppended)
        ends.append(store.record.expires_minute)
    assert ends == [None, None, table.minute + table.limits.meeting_minutes]


def test_a_bundle_that_was_kept_when_its_room_was_forgotten_does_no_harm(
    table: Table, circle: Circle, host: Caller
) -> None:
    table.hold()
    host.send(host.papers.bundle(circle, 0, welcomes=(welcome(),)))
    # The disk stood still for so long.
    table.wait((table.limits.room_minutes + 60) * 60)
    assert table.relay.sizes[1:] == (0, 0)
    table.let_go()
    assert host.got[-1] == MeetingClosed(circle.meeting)
    assert host.closed is Close.MEETING_OVER


def test_who_left_before_showing_anything_is_forgotten(table: Table) -> None:
    table.call().hang_up()
    assert table.relay._world.strangers == {}
