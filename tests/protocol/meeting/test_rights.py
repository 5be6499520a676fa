"""What somebody may do is asked in one place, and each answer is a yes or one sentence."""

from dataclasses import FrozenInstanceError

import pytest

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import gathering, rights
from holdspace.protocol.meeting.rights import Rights
from meeting_room import FLOW, Meeting, identity, reason


def asked(room: Meeting, name: str) -> Rights:
    """Return what somebody may do now."""
    return rights.rights(room.state, identity(name))


def test_a_yes_is_an_empty_sentence() -> None:
    yes, no = Rights(), Rights(*("Not now.",) * 5)
    for answer in ("can_write", "can_raise", "can_pass", "can_nod", "can_be_ready"):
        assert getattr(yes, answer) is True
        assert getattr(no, answer) is False


def test_where_everybody_writes_nobody_is_asked_to_wait() -> None:
    answers = asked(Meeting("Ana"), "Ana")
    assert (answers.why_not, answers.why_not_raise, answers.why_not_pass) == ("", "", "")
    assert (answers.why_not_nod, answers.why_not_ready) == ("", gathering.NOT_GATHERING)


def test_a_hand_that_is_up_keeps_nobody_from_writing_where_everybody_does() -> None:
    room = Meeting("Ana")
    room.raises("Ana")
    assert asked(room, "Ana").can_write


def test_what_somebody_may_do_is_an_answer_and_no_place_to_write_to() -> None:
    with pytest.raises(FrozenInstanceError):
        Rights().why_not = "Not now."  # type: ignore[misc]


def test_a_facilitator_may_write_even_while_somebody_else_speaks_and_on_hold() -> None:
    room = Meeting("Ana").mode("hands")
    room.raises("Ana")
    room.does("Mara", ev.Hold())
    assert asked(room, "Mara").why_not == ""
    assert asked(room, "Ana").why_not == rights.ON_HOLD


def test_who_has_the_floor_may_write_and_one_more_hand_says_nothing() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    room.raises("Ana")
    assert (asked(room, "Ana").why_not, asked(room, "Ana").why_not_raise) == ("", rights.HAS_FLOOR)
    assert asked(room, "Ana").why_not_pass == ""
    assert asked(room, "Ben").why_not_pass == rights.NO_FLOOR_TO_PASS


def test_where_the_queue_is_closed_a_round_is_still_open_to_who_passed_or_came_late() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("round")
    room.says("Mara")
    room.passes("Ana")
    room.says("Ben")
    room.arrange("Mara", "Ana", "Ben", "Cem", "Dua")
    room.does("Mara", ev.CloseQueue(is_closed=True, basis=room.state.version))
    answers = {name: asked(room, name).why_not_raise for name in ("Ana", "Ben", "Dua")}
    assert answers == {"Ana": "", "Ben": rights.QUEUE_CLOSED, "Dua": ""}


def test_outside_a_round_a_closed_queue_is_closed() -> None:
    room = Meeting("Ana", "Ben").mode("listen")
    room.raises("Ben")
    room.does("Mara", ev.CloseQueue(is_closed=True, basis=room.state.version))
    assert asked(room, "Ana").why_not_raise == rights.QUEUE_CLOSED
    assert asked(room, "Ben").why_not_raise == ""  # it may say something else now


def test_in_gather_a_pass_means_reading_until_the_own_words_were_read() -> None:
    room = Meeting("Ana", "Ben").mode("gather")
    assert asked(room, "Ana").why_not_pass == ""
    room.does("Mara", ev.Release("together", room.state.version))
    room.says("Ana")
    assert asked(room, "Ana").why_not_pass == gathering.ALREADY_SHARED
    assert asked(room, "Ben").why_not_pass == ""
    room.gives("Ana")
    assert asked(room, "Ana").why_not_pass == ""


def why_not_respond(room: Meeting) -> str:
    """Return why Ben cannot respond."""
    return rights.why_not_respond(room.state, identity("Ben"))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("none", rights.NO_RESPONSES),
        ("nods", rights.NO_RESPONSES),
        ("ask-first", rights.ASK_FIRST),
        ("own-experience", ""),
        ("open", ""),
    ],
)
def test_a_stage_says_whether_people_respond(rule: str, why: str) -> None:
    """The first stage too; before any stage began, no stage says anything."""
    room = Meeting("Ana", "Ben")
    assert why_not_respond(room) == ""
    flow = FLOW.replace('title = "Agreements"', f'title = "Agreements"\nresponse = "{rule}"')
    flow = flow.replace('title = "Closing"', 'title = "End"').replace(
        'turn = "hands"', 'turn = "hands"\nresponse = "none"'
    )
    room.does("Mara", ev.OpenFlow(flow))
    assert room.state.flow_toml == flow
    assert why_not_respond(room) == ""
    assert why_not_respond(room.stage(0)) == why


def test_who_responds_already_may_change_the_note_of_it() -> None:
    room = Meeting("Ana", "Ben", "Cem", "Dua").mode("hands")
    room.raises("Ana")
    room.raises("Ben", "Cem", kind="respond")
    assert why_not_respond(room) == ""
    assert reason(room.raises("Dua", kind="respond")) == rights.ENOUGH_RESPONSES
