"""What can be asked of a meeting's state, with an agenda and without."""

import hashlib

import pytest
from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import undoing
from holdspace.protocol.meeting.effects import Undone
from holdspace.protocol.meeting.flow import read_flow
from holdspace.protocol.meeting.values import (
    MAX_SPOKEN,
    MAX_STATE_BYTES,
    MeetingState,
    NotAState,
    decode_state,
    encode_state,
    state_digest,
)
from meeting_room import FLOW, Meeting, has, identity, reason

TALK = read_flow(FLOW).stages[2].seconds(2)


def test_before_there_is_an_agenda_nothing_is_planned() -> None:
    state = replace(MeetingState(), extra_seconds=60)
    assert (state.stage_seconds, state.seconds_of(0), state.next_stage) == (60, 0, None)
    assert state.left_out == ()


def test_an_open_agenda_plans_every_stage_and_added_time_comes_on_top() -> None:
    room = Meeting("Ana")
    room.does("Mara", ev.OpenFlow(FLOW))
    assert room.state.stage_seconds == 0
    assert [room.state.seconds_of(stage) > 0 for stage in (-1, 0, 3, 4)] == [
        False,
        True,
        True,
        False,
    ]
    assert room.state.next_stage == 0
    room.stage(2)
    room.does("Mara", ev.AddTime(60, room.state.version))
    assert room.state.stage_seconds == TALK + 60


def test_a_stage_left_out_is_passed_by_and_has_its_length_again_for_who_goes_there() -> None:
    room = Meeting("Ana").stage(1)
    room.does("Mara", ev.Replan(((2, 0),), room.state.version))
    assert (room.state.left_out, room.state.next_stage) == ((2,), 3)
    assert room.state.seconds_of(2) == 0
    assert room.stage(2).state.stage_seconds == TALK


def test_another_length_is_the_length() -> None:
    room = Meeting("Ana").stage(1)
    room.does("Mara", ev.Replan(((2, 77),), room.state.version))
    assert (room.state.left_out, room.stage(2).state.stage_seconds) == ((), 77)


def test_the_last_stage_has_none_after_it() -> None:
    assert Meeting("Ana").stage(3).state.next_stage is None


def test_who_speaks_is_counted_alone_and_only_so_far() -> None:
    room = Meeting("Ana", "Ben")
    room.says("Ana")
    assert [person.spoken for person in room.state.people] == [0, 1, 0]
    people = tuple(replace(person, spoken=MAX_SPOKEN) for person in room.state.people)
    room.state = replace(room.state, people=people)
    room.says("Ana")
    assert room.state.people == people


def test_people_and_places_are_found_or_are_not_there() -> None:
    room = Meeting("Ana", "Ben").mode("listen")
    room.raises("Ben", "Ana")
    names = ("Ana", "Ben", "Eva")
    assert [room.state.place_of(identity(name)) for name in names] == [2, 1, 0]
    assert [room.state.has_floor(identity(name)) for name in names] == [False] * 3
    room.gives("Ana")
    assert [room.state.has_floor(identity(name)) for name in names] == [True, False, False]
    assert [room.state.person(identity(name)) is None for name in names] == [False, False, True]


def test_a_snapshot_has_one_spelling_and_one_bound() -> None:
    data = encode_state(Meeting("Ana").state)
    start, version, rest = data[:3], data[3:4], data[4:]
    assert (start[:1], version) == (b"\xdc", b"\0")
    for spoilt, words in (
        (start + b"\xcc" + version + rest, "the one way"),
        (data[:-1], "cannot be read"),
        (data.ljust(MAX_STATE_BYTES, b"\0"), "cannot be read"),
        (data.ljust(MAX_STATE_BYTES + 1, b"\0"), "too long"),
    ):
        with pytest.raises(NotAState, match=words):
            decode_state(spoilt)


# ---- undo


def test_a_stage_begun_while_nobody_had_the_floor_goes_back_to_that() -> None:
    room = Meeting("Ana").stage(0)
    room.does("Mara", ev.GoToStage(2, room.state.version))
    outcome = room.does("Mara", ev.Undo(room.state.version))
    assert has(outcome, Undone)
    assert (room.state.stage, room.state.mode, room.floor) == (0, "silent", None)


def test_a_gathering_that_was_left_by_mistake_goes_on_with_all_that_was_marked() -> None:
    room = Meeting("Ana", "Ben", "Cem").stage(1)
    room.does("Ana", ev.Ready())
    room.passes("Ben")
    gathering = room.state.gather
    room.does("Mara", ev.GoToStage(2, room.state.version))
    room.does("Mara", ev.Undo(room.state.version))
    assert room.state.gather == gathering
    room.does("Mara", ev.Undo(room.state.version))
    assert reason(room.does("Mara", ev.Undo(room.state.version))) == undoing.NOTHING_TO_UNDO


def test_two_who_compare_their_states_by_a_hash_see_any_difference() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    digest = state_digest(room.state)
    assert digest == state_digest(decode_state(encode_state(room.state)))
    room.raises("Ana")
    assert state_digest(room.state) != digest
    assert hashlib.sha256(encode_state(room.state)).digest() != state_digest(room.state)
    assert len(digest) == 32


def test_the_first_stage_has_its_length_too() -> None:
    assert Meeting("Ana").stage(0).state.stage_seconds == read_flow(FLOW).stages[0].seconds(2)


@pytest.mark.parametrize(
    "change",
    [
        {"replanned": ((1, 60),), "flow_toml": "", "stage": -1},
        {"replanned": ((2, 60), (1, 60))},
        {"replanned": ((1, 60), (1, 60))},
        {"leading": identity("Zoe")},
        {"resting": (identity("Zoe"),)},
    ],
    ids=str,
)
def test_a_snapshot_of_a_meeting_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    room = Meeting("Ana").stage(2)
    assert decode_state(encode_state(room.state)) == room.state
    with pytest.raises(NotAState, match=r"^The snapshot.*\.$"):
        decode_state(encode_state(replace(room.state, **change)))


def test_a_snapshot_with_a_false_undo_or_a_floor_that_was_never_given_is_refused() -> None:
    room = Meeting("Ana").mode("round")
    room.passes("Mara")
    assert room.state.undo is not None
    assert room.state.floor is not None
    for spoiled in (
        replace(room.state, undo=replace(room.state.undo, by=identity("Zoe"))),
        replace(room.state, floor=replace(room.state.floor, number=0)),
        replace(room.state, floors_given=0),
    ):
        with pytest.raises(NotAState):
            decode_state(encode_state(spoiled))


def refused(state: MeetingState) -> bool:
    """Tell whether a snapshot of this state is refused by everybody."""
    try:
        return decode_state(encode_state(state)) != state
    except NotAState:
        return True


def test_a_snapshot_of_pairs_has_everybody_once_and_each_number_once() -> None:
    room = Meeting("Ana", "Ben", "Cem", "Dua", "Eva").mode("pairs")
    for name in ("Ana", "Ben", "Cem", "Dua"):
        room.does(name, ev.BeWilling())
    room.does("Mara", ev.FormPairs(room.state.version))
    room.does("Eva", ev.BeWilling())
    room.does("Mara", ev.BeWilling())
    pairs = room.state.pairs
    assert pairs is not None
    one, other = pairs.pairs
    assert not refused(room.state)
    for spoiled in (
        replace(pairs, willing=(identity("Ana"),)),
        replace(pairs, willing=(identity("Zoe"),)),
        replace(pairs, willing=(identity("Eva"), identity("Eva"))),
        replace(pairs, pairs=(one, replace(other, people=one.people))),
        replace(pairs, pairs=(one, replace(other, number=one.number))),
        replace(pairs, pairs=(one, replace(other, number=room.state.pairs_made + 1))),
        replace(pairs, pairs=(one, replace(other, number=0))),
    ):
        assert refused(replace(room.state, pairs=spoiled)), spoiled
    assert refused(replace(room.state, pairs=None))
    assert refused(replace(room.state, mode="hands"))


def test_a_snapshot_of_a_round_has_nobody_waiting_who_is_not_in_it() -> None:
    room = Meeting("Ana", "Ben").mode("round")
    room.passes("Mara")
    going = room.state.round
    assert going is not None
    assert not refused(room.state)
    without_ana = tuple(who for who in going.order if who != identity("Ana"))
    for spoiled in (
        replace(going, order=without_ana, to_come=(identity("Ana"),)),
        replace(going, again=going.passed),
        replace(going, to_come=going.to_come * 2),
        replace(going, order=(*going.order, identity("Zoe"))),
    ):
        assert refused(replace(room.state, round=spoiled)), spoiled


def test_a_snapshot_of_a_gathering_is_of_one_that_goes_on_or_is_released_by_turns() -> None:
    room = Meeting("Ana", "Ben").mode("gather")
    for name in ("Ana", "Ben", "Mara"):
        room.does(name, ev.Ready())
    assert not refused(room.state)
    assert room.state.gather is not None
    twice = replace(room.state.gather, shared=(identity("Ana"),))
    assert refused(replace(room.state, gather=twice))
    room.does("Mara", ev.Release("round", room.state.version))
    assert not refused(room.state)
    assert room.state.gather is not None
    assert refused(replace(room.state, gather=replace(room.state.gather, is_released=False)))
    assert refused(replace(room.state, mode="hands", round=None))


def test_everybody_may_be_the_one_who_can_undo_a_thing_and_whose_turn_it_was() -> None:
    room = Meeting("Ana").mode("round")
    room.says("Mara")
    room.gives("Ana")
    room.next()
    assert room.state.undo is not None
    assert room.state.undo.floor is not None
    assert not refused(room.state)
    floor = replace(room.state.undo.floor, identity=identity("Zoe"))
    assert refused(replace(room.state, undo=replace(room.state.undo, floor=floor)))
