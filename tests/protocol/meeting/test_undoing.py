"""Taking back a pass, a floor moved on, a stage begun (M31, T10)."""

import pytest
from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import undoing
from holdspace.protocol.meeting.effects import Undone
from holdspace.protocol.meeting.state import decode_state, encode_state
from holdspace.protocol.meeting.values import Pairing, SeatedRound
from meeting_room import FLOW, Meeting, has, identity, reason

MEMBERS = ("Ana", "Ben", "Cem")


def undo(room: Meeting, name: str):  # type: ignore[no-untyped-def]
    return room.does(name, ev.Undo(room.state.version))


def test_a_pass_taken_back_is_the_turn_it_was() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.says("Mara")
    assert room.floor == "Ana"
    before = room.state
    room.passes("Ana")
    assert room.floor == "Ben"
    assert has(undo(room, "Ana"), Undone)
    assert room.floor == "Ana"
    assert room.state.round == before.round
    assert room.state.floors_given > before.floors_given


def test_a_raised_hand_that_passed_comes_back_and_nobody_loses_a_place() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises(*MEMBERS)
    room.passes("Ana")
    assert (room.floor, room.queue) == ("Ben", ["Cem"])
    undo(room, "Ana")
    assert (room.floor, room.queue) == ("Ana", ["Ben", "Cem"])


def test_the_last_pass_of_a_round_opens_it_again() -> None:
    room = Meeting("Ana").mode("round")
    room.says("Mara")
    room.passes("Ana")
    room.passes("Ana")
    assert room.state.round is None
    undo(room, "Ana")
    assert room.floor == "Ana"


def test_a_floor_moved_on_by_mistake_goes_back() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises(*MEMBERS)
    room.next()
    assert (room.floor, room.queue) == ("Ben", ["Ana", "Cem"])
    undo(room, "Mara")
    assert (room.floor, room.queue) == ("Ana", ["Ben", "Cem"])


def test_a_stage_begun_too_soon_leaves_everything_as_it_was() -> None:
    room = Meeting(*MEMBERS).stage(2)
    room.raises(*MEMBERS)
    room.does("Mara", ev.CloseQueue(is_closed=True, basis=room.state.version))
    room.does("Mara", ev.AddTime(60, room.state.version))
    before = room.state
    room.stage(3)
    assert room.state.mode == "round"
    outcome = undo(room, "Mara")
    assert has(outcome, Undone)
    state = room.state
    assert (state.stage, state.mode, state.extra_seconds) == (2, "hands", 60)
    assert (room.floor, room.queue) == ("Ana", ["Ben", "Cem"])
    assert state.is_queue_closed
    assert state.round == before.round


@pytest.mark.parametrize(
    "event",
    [ev.Share("Hello."), ev.Pass(0), ev.Leaving(), ev.Rest()],
    ids=lambda event: type(event).__name__,
)
def test_when_the_room_has_moved_on_there_is_nothing_to_undo(event: ev.Event) -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.says("Mara")
    room.passes("Ana")
    event = ev.Pass(room.state.version) if isinstance(event, ev.Pass) else event
    room.does("Ben", event)
    assert reason(undo(room, "Ana")) == undoing.NOTHING_TO_UNDO
    assert room.floor != "Ana"


def test_somebody_who_comes_in_ends_the_undo() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.passes("Mara")
    room.arrange("Mara", *MEMBERS, "Dua")
    assert room.state.undo is None


def test_nobody_undoes_for_another_and_nothing_twice() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.passes("Mara")
    assert reason(undo(room, "Ana")) == undoing.NOTHING_TO_UNDO
    undo(room, "Mara")
    assert reason(undo(room, "Mara")) == undoing.NOTHING_TO_UNDO


def test_an_undo_travels_in_the_snapshot_and_means_the_same_there() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.says("Mara")
    room.passes("Ana")
    room.state = decode_state(encode_state(room.state))
    undo(room, "Ana")
    assert room.floor == "Ana"


def test_a_false_undo_in_a_snapshot_has_no_effect() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.passes("Mara")
    kept = room.state.undo
    assert kept is not None
    room.state = replace_undo(room, mode="open")
    assert reason(undo(room, "Mara")) == undoing.NOTHING_TO_UNDO
    assert room.floor == "Ana"


def replace_undo(room: Meeting, **facts: object):  # type: ignore[no-untyped-def]
    assert room.state.undo is not None
    assert room.state.undo.by == identity("Mara")
    return replace(room.state, undo=replace(room.state.undo, **facts))


def test_a_false_undo_that_names_seats_there_are_not_brings_nobody_in() -> None:
    room = Meeting("Ana").mode("round")
    room.passes("Mara")
    assert room.state.undo is not None
    assert room.state.undo.round is not None
    seats = SeatedRound(order=(0, 1, 2), to_come=(1, 2, 9), passed=(), again=())
    room.state = replace_undo(room, round=seats)
    assert has(undo(room, "Mara"), Undone)
    assert room.state.round is not None
    assert room.state.round.order == (identity("Mara"), identity("Ana"))


def test_everybody_is_told_what_was_undone_and_by_whom() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.passes("Mara")
    assert Undone(identity("Mara"), "pass") in undo(room, "Mara").effects


def test_a_turn_that_is_back_is_a_new_turn_and_its_pass_cannot_be_undone_again() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.passes("Mara")
    given = room.state.floors_given
    undo(room, "Mara")
    assert room.state.floor is not None
    assert room.state.floor.number == room.state.floors_given == given + 1
    assert room.state.undo is None


def test_a_round_at_its_end_is_put_back_with_who_passed_and_who_was_asked_again() -> None:
    room = Meeting("Ana", "Ben").mode("round")
    for name in ("Mara", "Ana"):
        room.passes(name)
    before = room.state.round
    assert before is not None
    assert before.passed
    room.passes("Ben")
    room.does("Ben", ev.Undo(room.state.version))
    assert (room.state.round, room.queue) == (before, [])
    room.passes("Ben")
    room.passes("Mara")
    assert room.floor is not None
    before = room.state.round
    assert before is not None
    assert before.again
    name = room.floor
    room.passes(name)
    undo(room, name)
    assert (room.floor, room.state.round) == (name, before)


def test_a_gathering_is_put_back_with_what_was_shared_and_released() -> None:
    room = Meeting(*MEMBERS).mode("gather")
    for name in MEMBERS:
        room.does(name, ev.Ready())
    room.does("Mara", ev.Release("round", room.state.version))
    room.says("Ana")
    before = room.state.gather
    assert before is not None
    assert before.shared == (identity("Ana"),)
    assert before.is_released
    room.passes("Ben")
    undo(room, "Ben")
    assert (room.floor, room.state.gather) == ("Ben", before)


def test_a_stage_that_is_back_is_entered_anew_and_the_same_in_all_else() -> None:
    room = Meeting(*MEMBERS).stage(2)
    room.does("Mara", ev.SetOrder("not-yet-heard", room.state.version))
    room.raises("Ana", "Ben", kind="respond")
    before = room.state
    assert before.responses == 1
    room.stage(3)
    entered = room.state.stage_entered
    undo(room, "Mara")
    assert room.state.stage_entered == entered + 1
    assert (room.state.order, room.state.responses) == (before.order, before.responses)
    room.next()
    undo(room, "Mara")
    assert room.state.stage_entered == entered + 1


PAIRS = """
[[stage]]
id = "pairs"
kind = "pairs"
title = "In pairs"
minutes = { base = 10 }
turn = "pairs"

[stage.pairs]
assign = "opt-in"

"""


def in_pairs() -> Meeting:
    room = Meeting(*MEMBERS)
    flow = FLOW.replace('[[stage]]\nid = "closing"', PAIRS + '[[stage]]\nid = "closing"')
    room.does("Mara", ev.OpenFlow(flow))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    for name in ("Ana", "Ben"):
        room.does(name, ev.BeWilling())
    return room


def test_pairs_that_a_stage_ended_are_asked_anew() -> None:
    room = in_pairs()
    room.does("Mara", ev.GoToStage(4, room.state.version))
    undo(room, "Mara")
    assert (room.state.mode, room.state.pairs) == ("pairs", Pairing())


def test_a_floor_that_is_back_leaves_the_pairs_as_they_are() -> None:
    room = in_pairs()
    room.does("Mara", ev.FormPairs(room.state.version))
    pairs = room.state.pairs
    room.gives("Cem")
    room.next()
    assert has(undo(room, "Mara"), Undone)
    assert (room.floor, room.state.pairs) == ("Cem", pairs)


def test_a_nod_takes_no_undo_away_and_the_time_to_read_is_over_with_it() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.passes("Mara")
    room.does("Ben", ev.Nod(b"message id......"))
    room.state = replace(room.state, pause_seconds=5)
    assert has(undo(room, "Mara"), Undone)
    assert room.state.pause_seconds == 0
