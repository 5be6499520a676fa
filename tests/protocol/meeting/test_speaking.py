"""What everybody can do, and what exactly is told about it afterwards."""

import pytest

from holdspace.protocol.meeting import effects, gathering, rights
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.values import Hand
from meeting_room import Meeting, identity, reason

SHARE = b"the message id.."


def told(name: str, event: ev.Event) -> tuple[effects.Effect, ...]:
    """Return what is told about this in an open room."""
    return Meeting("Ana", "Ben").does(name, event).effects


@pytest.mark.parametrize(
    ("event", "effect"),
    [
        (ev.Share("Hello."), effects.Spoke(identity("Ana"), "Hello.", b"message id......")),
        (ev.Nod(SHARE, "me-too"), effects.Nodded(identity("Ana"), SHARE, "me-too")),
        (ev.TakeBack(SHARE), effects.TakenBack(identity("Ana"), SHARE)),
        (ev.Rest(), effects.Rested(identity("Ana"), is_resting=True)),
        (ev.Leaving(fine=True), effects.SaidGoodbye(identity("Ana"), fine=True)),
    ],
)
def test_each_act_is_told_with_who_and_what(event: ev.Event, effect: effects.Effect) -> None:
    assert told("Ana", event) == (effect,)


@pytest.mark.parametrize(("name", "is_by_facilitator"), [("Ana", False), ("Mara", True)])
def test_a_fold_says_whether_a_facilitator_did_it(name: str, is_by_facilitator: bool) -> None:
    """Clients let a facilitator fold anything, and anybody else only what is theirs."""
    folded = effects.Folded(identity(name), SHARE, "about loss", is_by_facilitator)
    assert told(name, ev.Fold(SHARE, "about loss")) == (folded,)


def test_who_rested_and_is_back_is_not_passed_over_any_more() -> None:
    room = Meeting("Ana", "Ben")
    for name in ("Ana", "Ben"):
        room.does(name, ev.Rest())
    assert {*room.state.resting} == {identity("Ana"), identity("Ben")}
    room.does("Ana", ev.Rest(is_resting=False))
    assert room.state.resting == (identity("Ben"),)


def test_a_turn_that_came_by_itself_is_not_a_hand_to_take_down() -> None:
    room = Meeting("Ana", "Ben").mode("listen")
    room.gives("Ana")
    assert reason(room.does("Ana", ev.LowerHand())) == "That hand is not up."
    assert room.floor == "Ana"


def test_a_closed_queue_takes_no_responses_either() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    room.raises("Ana")
    room.does("Mara", ev.CloseQueue(is_closed=True, basis=room.state.version))
    assert reason(room.raises("Ben", kind="respond")) == rights.QUEUE_CLOSED


def test_responses_wait_in_front_of_everybody_else() -> None:
    room = Meeting("Ana", "Ben", "Cem", "Dua").mode("hands")
    room.raises("Ana", "Ben", "Cem")
    room.raises("Dua", kind="respond")
    assert room.queue == ["Dua", "Ben", "Cem"]


def test_a_hand_that_says_something_else_now_says_only_that() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.raises("Ana", "Ben")
    room.raises("Ben", kind="question", note="about sleep")
    assert room.state.queue == (Hand(identity("Ben"), "question", "about sleep"),)


# ---- gather


def released(*writers: str) -> Meeting:
    """Return a room in which everybody wrote, and the words are read by seats."""
    room = Meeting("Ana", "Ben").mode("gather")
    for name in writers:
        room.does(name, ev.Ready())
    room.does("Mara", ev.Release("round", room.state.version))
    return room


def shared(room: Meeting) -> tuple[bytes, ...]:
    """Return whose words were read."""
    assert room.state.gather is not None
    return room.state.gather.shared


def test_words_read_by_seats_count_as_shared_and_a_facilitators_remark_does_not() -> None:
    room = released("Ana", "Ben")
    room.says("Mara")
    assert shared(room) == ()
    room.says("Ana")
    assert shared(room) == (identity("Ana"),)
    assert room.floor == "Ben"


def test_whoever_passes_when_their_words_are_due_has_passed_a_turn() -> None:
    room = released("Ana", "Ben")
    assert effects.Passed(identity("Ana")) in room.passes("Ana").effects
    assert room.floor == "Ben"


def test_where_nothing_is_gathered_there_is_nothing_to_be_ready_for() -> None:
    room = Meeting("Ana")
    for is_ready in (True, False):
        outcome = room.does("Ana", ev.Ready(is_ready=is_ready))
        assert reason(outcome) == gathering.NOT_GATHERING


def test_what_is_gathered_is_gone_when_turns_are_taken_in_another_way() -> None:
    assert Meeting("Ana").mode("gather").mode("listen").state.gather is None
