"""T5: a turn that reaches somebody who is away moves on once, and they are first again after that."""

from holdspace.protocol.meeting import away
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import Outcome, RoundEnded, SteppedOverAway
from holdspace.protocol.meeting.rights import ON_HOLD
from holdspace.protocol.meeting.values import Hand
from meeting_room import Meeting, has, identity, reason


def steps_over(room: Meeting, who: str, *, is_over: bool = False, by: str = "Mara") -> Outcome:
    """Let a facilitator's client say that this turn reached somebody who is away."""
    number = room.state.floor.number if room.state.floor else 0
    return room.does(by, ev.StepOverAway(identity(who), number, is_over))


def test_in_the_queue_the_next_one_speaks_and_who_was_away_is_first_again() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.raises("Ana", note="about sleep")
    room.raises("Ben", "Cem")
    assert has(steps_over(room, "Ana"), SteppedOverAway)
    assert (room.floor, room.queue) == ("Ben", ["Ana", "Cem"])
    assert room.state.queue[0].note == "about sleep"
    room.says("Ben")
    assert room.floor == "Ana"


def test_everybody_is_told_who_was_stepped_over_and_whether_it_is_over() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.raises("Ana", "Ben")
    for is_over in (False, True):
        told = SteppedOverAway(identity("Ana"), is_over, identity("Mara"))
        assert told in steps_over(room, "Ana", is_over=is_over).effects


def test_where_nobody_has_the_floor_nobody_is_stepped_over() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    assert reason(steps_over(room, "Ana")) == away.NOT_THEIR_TURN


def test_a_turn_that_was_passed_and_a_pair_are_places_that_wait() -> None:
    room = Meeting("Ana", "Ben").mode("round")
    room.says("Mara")
    room.passes("Ana")
    assert away.has_place(room.state, identity("Ana"))
    room = Meeting("Ana", "Ben", "Cem").mode("pairs")
    for name in ("Ana", "Ben"):
        room.does(name, ev.BeWilling())
    room.does("Mara", ev.FormPairs(room.state.version))
    places = {name: away.has_place(room.state, identity(name)) for name in ("Ana", "Cem")}
    assert places == {"Ana": True, "Cem": False}


def test_still_away_they_are_stepped_over_again_and_keep_their_place() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.raises("Ana", "Ben", "Cem")
    steps_over(room, "Ana")
    room.says("Ben")
    steps_over(room, "Ana")
    assert (room.floor, room.queue) == ("Cem", ["Ana"])


def test_a_turn_waits_when_nobody_else_does() -> None:
    room = Meeting("Ana").mode("hands")
    room.raises("Ana")
    assert reason(steps_over(room, "Ana")) == away.NOBODY_ELSE
    assert room.floor == "Ana"


def test_two_clients_that_say_it_at_once_move_on_once() -> None:
    room = Meeting("Ana", "Ben", "Cem", "Eva").mode("hands")
    room.arrange("Mara", "Ana", "Ben", "Cem", "Eva", co=("Eva",))
    room.raises("Ana", "Ben", "Cem")
    said = ev.StepOverAway(identity("Ana"), 1)
    room.does("Mara", said)
    assert reason(room.does("Eva", said)) == away.NOT_THEIR_TURN
    assert room.floor == "Ben"


def test_in_a_round_they_come_after_the_next_one_and_at_last_with_those_who_passed() -> None:
    room = Meeting("Ana", "Ben").mode("round")
    room.says("Mara")
    steps_over(room, "Ana")
    assert room.floor == "Ben"
    room.passes("Ben")
    assert room.floor == "Ana"
    # Only who passed is left: the turn is offered to both once more, and then the round ends.
    steps_over(room, "Ana")
    assert room.floor == "Ben"
    room.says("Ben")
    assert room.floor == "Ana"
    assert has(steps_over(room, "Ana"), RoundEnded)


def test_a_floor_that_was_given_is_kept_as_a_hand() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    room.gives("Ana")
    room.raises("Ben")
    steps_over(room, "Ana")
    assert (room.floor, room.queue) == ("Ben", ["Ana"])


def test_where_facilitators_call_people_nobody_is_called_in_their_stead() -> None:
    room = Meeting("Ana", "Ben").mode("listen")
    room.raises("Ana", "Ben")
    room.gives("Ana")
    assert reason(steps_over(room, "Ana")) == away.NOBODY_ELSE
    assert (room.floor, room.queue) == ("Ana", ["Ben"])


def test_a_place_is_kept_only_so_long() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.raises("Ana", "Ben", "Cem")
    steps_over(room, "Ana")
    assert has(steps_over(room, "Ana", is_over=True), SteppedOverAway)
    assert room.queue == ["Cem"]
    assert reason(steps_over(room, "Ana", is_over=True)) == away.NO_PLACE


def test_nothing_moves_on_hold_and_members_cannot_say_it() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    room.raises("Ana", "Ben")
    assert "Only a facilitator" in reason(steps_over(room, "Ana", by="Ben"))
    room.does("Mara", ev.Hold())
    assert reason(steps_over(room, "Ana")) == ON_HOLD


def test_whoever_is_away_keeps_what_their_hand_is_for_and_is_kept_once() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    room.raises("Ana", kind="question", note="about sleep")
    room.raises("Ben")
    steps_over(room, "Ana")
    assert room.state.queue == (
        Hand(identity("Ana"), "question", "about sleep", stepped_over=True),
    )


def test_a_turn_that_was_given_waits_as_a_hand_to_share() -> None:
    room = Meeting("Ana", "Ben").mode("hands")
    room.gives("Ana")
    room.raises("Ben")
    steps_over(room, "Ana")
    assert room.state.queue == (Hand(identity("Ana"), "share", stepped_over=True),)


def test_in_a_round_the_turn_of_who_is_away_is_kept_once_and_a_hand_stays_a_hand() -> None:
    room = Meeting("Ana", "Ben", "Cem").mode("round")
    room.says("Mara")
    steps_over(room, "Ana")
    assert room.state.round is not None
    assert room.state.round.to_come == (identity("Ana"), identity("Cem"))
    room.says("Ben")
    room.says("Ana")
    room.raises("Ana", kind="question")
    room.raises("Ben")
    room.gives("Ana")
    steps_over(room, "Ana")
    assert room.state.round is not None
    assert identity("Ana") not in room.state.round.to_come
    assert "Ana" in room.queue


def test_who_came_late_and_is_away_gets_no_turn_of_a_round_by_that() -> None:
    room = Meeting("Ana", "Ben").mode("round")
    room.says("Mara")
    room.arrange("Mara", "Ana", "Ben", "Eva")
    room.gives("Eva")
    steps_over(room, "Eva")
    assert room.state.round is not None
    assert identity("Eva") not in room.state.round.to_come
