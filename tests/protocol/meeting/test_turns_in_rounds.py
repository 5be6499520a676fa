"""What a round, and a line of hands, remember while the floor goes its way (T5, T10, T12)."""

import pytest
from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import rights, turns
from holdspace.protocol.meeting.effects import Arrived, RoundEnded
from holdspace.protocol.meeting.state import Person, apply_membership
from holdspace.protocol.meeting.values import MAX_NAME, Hand, Round
from meeting_room import FLOW, Meeting, has, identity, reason


def going(room: Meeting) -> Round:
    """Return the round that goes on."""
    assert room.state.round is not None
    return room.state.round


def in_a_round(*names: str) -> Meeting:
    """Return a round in which Mara has said her words."""
    room = Meeting(*names).mode("round")
    room.says("Mara")
    return room


def test_who_joins_again_leaves_the_others_who_passed_their_second_chance() -> None:
    room = in_a_round("Ana", "Ben", "Cem")
    room.passes("Ana")
    room.passes("Ben")
    room.raises("Ana")
    assert going(room).passed == (identity("Ben"),)


def test_a_hand_keeps_what_it_is_for_when_the_floor_is_given_in_a_round() -> None:
    room = in_a_round("Ana", "Ben", "Cem")
    room.says("Ana")
    room.raises("Ana", kind="question", note="about sleep")
    room.gives("Ana")
    assert room.state.floor is not None
    assert (room.state.floor.kind, room.state.floor.note) == ("question", "about sleep")


def test_who_came_late_and_was_given_the_floor_is_in_the_round_only_if_they_ask() -> None:
    room = in_a_round("Ana", "Ben")
    room.arrange("Mara", "Ana", "Ben", "Eva")
    room.gives("Eva")
    room.gives("Ben")
    assert identity("Eva") not in going(room).to_come
    room.gives("Eva")
    room.passes("Eva")
    assert identity("Eva") not in going(room).passed


def test_who_passed_is_in_line_again_when_all_others_had_their_turn() -> None:
    room = in_a_round("Ana", "Ben")
    room.passes("Ana")
    room.passes("Ben")
    ana, ben = identity("Ana"), identity("Ben")
    assert (room.floor, going(room).to_come) == ("Ana", (ben,))
    assert (going(room).passed, going(room).again) == ((), (ana, ben))
    assert reason(room.raises("Ben")) == rights.COMES_BY_ITSELF


def test_after_a_round_hands_wait_for_a_facilitator() -> None:
    room = in_a_round("Ana")
    assert has(room.says("Ana"), RoundEnded)
    room.raises("Ana")
    assert (room.floor, room.queue) == (None, ["Ana"])
    room.next()
    assert room.floor == "Ana"


def test_hands_raised_by_who_has_spoken_change_places_within_a_round() -> None:
    room = in_a_round("Ana", "Ben", "Cem")
    for name in ("Ana", "Ben"):
        room.says(name)
        room.raises(name)
    room.does("Ana", ev.StepBack())
    assert (room.floor, room.queue) == ("Cem", ["Ben", "Ana"])


def test_who_passed_and_then_says_yes_to_speaking_is_next() -> None:
    room = in_a_round("Ana", "Ben", "Cem", "Dua")
    room.passes("Ana")
    room.does("Mara", ev.Invite(identity("Ana")))
    room.does("Ana", ev.AnswerInvite(is_yes=True))
    assert going(room).passed == ()
    room.says("Ben")
    assert room.floor == "Ana"


# ---- the line


def test_a_hand_stepped_over_keeps_what_it_is_for() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    room.raises("Ana", kind="question", note="about sleep")
    room.raises("Ben")
    room.next()
    assert room.state.queue == (Hand(identity("Ana"), "question", "about sleep", True),)


def test_who_is_stepped_over_alone_gives_the_floor_up() -> None:
    room = Meeting("Ana").mode("hands")
    room.raises("Ana")
    room.next()
    assert (room.floor, room.queue) == (None, [])


def test_who_says_yes_to_speaking_keeps_what_their_hand_is_for() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.raises("Ana", "Ben")
    room.raises("Cem", kind="question", note="about sleep")
    room.does("Mara", ev.Invite(identity("Cem")))
    room.does("Cem", ev.AnswerInvite(is_yes=True))
    assert room.state.queue[0] == Hand(identity("Cem"), "question", "about sleep")


def test_one_response_leaves_room_for_one_more() -> None:
    room = Meeting("Ana", "Ben", "Cem", "Dua").mode("hands")
    room.raises("Ana")
    room.raises("Ben", kind="respond")
    room.says("Ana")
    assert (room.floor, room.state.responses) == ("Ben", 1)
    room.raises("Cem", kind="respond")
    assert reason(room.raises("Dua", kind="respond")) == rights.ENOUGH_RESPONSES


def test_hands_are_put_up_again_only_for_who_has_no_other_turn_coming() -> None:
    room = Meeting("Ana", "Ben").mode("listen")
    room.raises("Ana")
    room.does("Mara", ev.LowerAll(room.state.version))
    room.does("Mara", ev.SetTurnMode("round", room.state.version))
    assert room.state.lowered == ()
    room.says("Mara")
    room.says("Ana")
    room.raises("Ana")
    room.does("Mara", ev.LowerAll(room.state.version))
    room.does("Mara", ev.LastWord(identity("Ana"), room.state.version))
    room.does("Mara", ev.RestoreHands(room.state.version))
    assert (room.queue, going(room).to_come) == ([], (identity("Ana"),))


def test_another_way_of_taking_turns_begins_with_nothing_of_the_last_one() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.raises("Ana", "Ben")
    room.does("Mara", ev.LowerAll(room.state.version))
    room.raises("Ben", kind="respond")
    room.says("Ana")
    room.does("Mara", ev.Invite(identity("Cem")))
    room.does("Mara", ev.CloseQueue(is_closed=True, basis=room.state.version))
    state = room.state
    assert state.lowered
    assert state.invited
    assert state.is_queue_closed
    assert state.responses == 1
    assert state.pause_seconds
    state = room.mode("listen").state
    assert (state.lowered, state.invited, state.offers) == ((), (), ())
    assert (state.is_queue_closed, state.responses, state.pause_seconds) == (False, 0, 0)


def test_who_left_and_comes_again_comes_as_somebody_new() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    room.raises("Ben", "Ana")
    room.does("Mara", ev.LowerAll(room.state.version))
    room.does("Mara", ev.Invite(identity("Ana")))
    room.does("Mara", ev.PauseWriting(identity("Ana"), 60))
    room.does("Ana", ev.Rest())
    room.arrange("Mara", "Ben")
    assert room.state.lowered == ()
    assert (room.state.invited, room.state.quiet, room.state.resting) == ((), (), ())


def test_the_hands_of_all_others_are_still_there_to_be_put_up_again() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("listen")
    room.raises("Ana", "Ben")
    room.does("Mara", ev.LowerAll(room.state.version))
    room.arrange("Mara", "Ben", "Cem")
    assert room.state.lowered == (Hand(identity("Ben")),)


# ---- time to read


def test_a_stage_can_go_without_time_to_read() -> None:
    room = Meeting("Ana", "Ben")
    brisk = FLOW.replace('title = "Talk"', 'title = "Talk"\nreading_pause = false')
    room.does("Mara", ev.OpenFlow(brisk))
    room.mode("hands")
    room.raises("Ana")
    room.says("Ana")
    assert room.state.pause_seconds == 8  # no stage has begun
    room.stage(2)
    room.raises("Ana")
    room.says("Ana")
    assert room.state.pause_seconds == 0


def test_every_line_is_a_word_more_to_read() -> None:
    room = Meeting("Ana").mode("hands")
    room.raises("Ana")
    room.says("Ana", "a\nb c\n" * 10)
    assert room.state.pause_seconds == 31 * 60 // 200


# ---- commits


def test_who_comes_in_was_not_heard_yet_whatever_the_commit_says() -> None:
    room = Meeting()
    here = [Person(identity("Mara"), "Mara", "host"), Person(identity("Ana"), "Ana", spoken=7)]
    outcome = apply_membership(room.state, here)
    assert Arrived(identity("Ana")) in outcome.effects
    assert [person.spoken for person in outcome.state.people] == [0, 0]


def test_a_name_as_long_as_a_name_may_be_stays_whole() -> None:
    longest = "n" * MAX_NAME
    state = apply_membership(Meeting().state, [Person(identity("Ana"), longest)]).state
    assert [person.name for person in state.people] == [longest]


def test_who_has_the_floor_when_they_say_yes_to_speaking_speaks() -> None:
    room = Meeting("Ana", "Ben").mode("listen")
    room.does("Mara", ev.Invite(identity("Ana")))
    room.gives("Ana")
    room.does("Ana", ev.AnswerInvite(is_yes=True))
    assert (room.floor, room.queue) == ("Ana", [])


def test_where_no_round_goes_on_nobody_joins_one() -> None:
    state = Meeting("Ana").mode("hands").state
    assert turns.join_round(state, identity("Ana")) == state


def test_who_responds_is_behind_those_who_respond_already() -> None:
    room = Meeting("Ana", "Ben", "Cem", "Dua").mode("hands")
    room.raises("Ana", "Ben")
    room.raises("Cem", kind="respond")
    room.does("Mara", ev.MoveHand(identity("Cem"), 2))
    room.raises("Dua", kind="respond")
    assert room.queue == ["Ben", "Cem", "Dua"]


def test_of_those_not_heard_yet_who_was_stepped_over_is_first() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.does("Mara", ev.SetOrder("not-yet-heard", room.state.version))
    room.raises("Ana", "Ben", "Cem")
    room.next()
    assert (room.floor, room.queue) == ("Ben", ["Ana", "Cem"])


def test_a_turn_of_a_round_is_no_answer_to_a_hand_that_was_up_as_well() -> None:
    room = Meeting("Ana", "Ben").mode("round")
    room.raises("Ben", kind="question", note="about sleep")
    room.gives("Ben")
    assert room.state.floor is not None
    assert (room.state.floor.kind, room.state.floor.note) == ("turn", "")


def test_who_is_asked_to_speak_and_says_yes_is_the_next_of_the_round() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("round")
    room.does("Mara", ev.Invite(identity("Cem")))
    room.does("Cem", ev.AnswerInvite(is_yes=True))
    assert room.state.round is not None
    assert room.state.round.to_come == tuple(identity(name) for name in ("Cem", "Ana", "Ben"))


@pytest.mark.parametrize(
    ("words", "seconds"), [(1, 8), (26, 8), (27, 8), (30, 9), (100, 30), (133, 39), (200, 40)]
)
def test_a_share_is_read_at_two_hundred_words_a_minute(words: int, seconds: int) -> None:
    assert turns.pause_after(" ".join(["a"] * words)) == seconds


def test_there_is_no_time_to_read_where_facilitators_call_people_or_the_stage_has_none() -> None:
    off = "\nreading_pause = false"
    without = FLOW.replace('turn = "hands"', f'turn = "hands"{off}')
    at_last = FLOW.replace('turn = "round"', f'turn = "round"{off}')
    for mode, flow, stage, is_there in (
        ("hands", "", -1, True),
        ("listen", "", -1, False),
        ("hands", FLOW, 2, True),
        ("hands", without, -1, True),
        ("hands", at_last, -1, True),
        ("hands", without, 2, False),
    ):
        room = Meeting("Ana")
        if flow:
            room.does("Mara", ev.OpenFlow(flow))
        if stage >= 0:
            room.stage(stage)
        state = replace(room.state, mode=mode)
        assert turns.has_reading_pause(state) is is_there, (mode, stage)


def test_the_first_stage_can_be_without_time_to_read() -> None:
    flow = FLOW.replace('turn = "silent"', 'turn = "silent"\nreading_pause = false')
    room = Meeting("Ana")
    room.does("Mara", ev.OpenFlow(flow))
    room.stage(0)
    assert not turns.has_reading_pause(replace(room.state, mode="hands"))
