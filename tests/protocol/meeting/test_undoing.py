"""Taking back a pass, a floor moved on, a stage begun (M31, T10)."""

import pytest

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import undoing
from holdspace.protocol.meeting.effects import Undone
from holdspace.protocol.meeting.state import decode_state, encode_state
from meeting_room import Meeting, has, identity, reason

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
    from msgspec.structs import replace  # noqa: PLC0415

    assert room.state.undo is not None
    assert room.state.undo.by == identity("Mara")
    return replace(room.state, undo=replace(room.state.undo, **facts))
