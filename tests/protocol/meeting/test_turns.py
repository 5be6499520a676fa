"""What each way of taking turns feels like to the people in it (product.md section 3)."""

import pytest

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import (
    FloorMoved,
    HandLowered,
    HandRaised,
    JoinedRound,
    Passed,
    RoundEnded,
    SteppedOver,
)
from holdspace.protocol.meeting.kinds import TurnMode
from holdspace.protocol.meeting.modes import MODES
from holdspace.protocol.meeting.rights import rights
from meeting_room import Meeting, has, identity, reason

MEMBERS = ("Ana", "Ben", "Cem", "Dua")


# ---- hands


def test_a_raised_hand_gets_a_free_floor_at_once() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    outcome = room.raises("Ana")
    assert room.floor == "Ana"
    assert room.queue == []
    assert FloorMoved(None, identity("Ana")) in outcome.effects


def test_a_share_is_one_turn_and_the_floor_goes_on() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben", "Cem")
    assert room.queue == ["Ben", "Cem"]
    room.says("Ana")
    assert (room.floor, room.queue) == ("Ben", ["Cem"])
    assert "You are in the queue" in reason(room.says("Cem"))
    assert "raise a hand to be next" in reason(room.says("Ana"))


def test_raising_again_keeps_the_place_and_changes_the_note() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben", "Cem")
    outcome = room.raises("Ben", kind="question", note="to ask about sleep")
    assert room.queue == ["Ben", "Cem"]
    assert outcome.effects == (
        HandRaised(identity("Ben"), "question", "to ask about sleep", place=1),
    )


def test_a_lowered_hand_leaves_the_queue() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben", "Cem")
    outcome = room.does("Ben", ev.LowerHand())
    assert room.queue == ["Cem"]
    assert outcome.effects == (HandLowered(identity("Ben"), by=identity("Ben")),)
    assert reason(room.does("Ben", ev.LowerHand())) == "That hand is not up."


def test_lowering_a_hand_just_as_the_floor_came_gives_the_floor_on() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben")
    room.does("Ana", ev.LowerHand())
    assert room.floor == "Ben"


def test_a_pass_moves_the_floor_and_needs_no_reason() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben")
    assert has(room.passes("Ana"), Passed)
    assert room.floor == "Ben"
    assert "nothing to pass" in reason(room.passes("Cem"))


def test_a_response_comes_right_after_the_speaker_and_at_most_twice() -> None:
    room = Meeting(*MEMBERS, "Eva").mode("hands")
    room.raises("Ana", "Ben")
    room.raises("Cem", "Dua", kind="respond")
    assert room.queue == ["Cem", "Dua", "Ben"]
    assert "Two people respond" in reason(room.raises("Eva", kind="respond"))
    for name in ("Ana", "Cem"):
        room.says(name)
    assert "Two people respond" in reason(room.raises("Eva", kind="respond"))
    room.says("Dua")
    assert room.floor == "Ben"
    room.raises("Eva", kind="respond")
    assert room.queue == ["Eva"]


def test_a_stage_can_go_without_responses() -> None:
    room = Meeting(*MEMBERS).stage(3).mode("hands")
    room.raises("Ana")
    assert "without responses" in reason(room.raises("Ben", kind="respond"))


def test_who_is_stepped_over_is_first_again_once() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben", "Cem")
    outcome = room.next()
    assert SteppedOver(identity("Ana"), by=identity("Mara")) in outcome.effects
    assert (room.floor, room.queue) == ("Ben", ["Ana", "Cem"])
    room.says("Ben")
    assert room.floor == "Ana"
    room.next()
    assert (room.floor, room.queue) == ("Cem", [])


def test_a_given_floor_keeps_the_place_of_who_had_it() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben", note="about the week")
    room.gives("Dua")
    assert (room.floor, room.queue) == ("Dua", ["Ana", "Ben"])
    room.says("Dua")
    assert room.floor == "Ana"
    assert room.state.floor is not None
    assert room.state.floor.note == "about the week"


def test_a_facilitator_lowers_one_hand() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben", "Cem")
    outcome = room.does("Mara", ev.LowerHandOf(identity("Cem")))
    assert room.queue == ["Ben"]
    assert outcome.effects == (HandLowered(identity("Cem"), by=identity("Mara")),)


def test_a_facilitator_writes_without_taking_anybodys_turn() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben")
    room.says("Mara")
    assert (room.floor, room.queue) == ("Ana", ["Ben"])


# ---- round


def test_a_round_offers_everybody_a_turn_and_passers_one_more() -> None:
    """M7: 8 seats, 2 passes, 1 away: everyone offered once, passers again, then it closes."""
    others = ("Ana", "Ben", "Cem", "Dua", "Eva", "Fay", "Gil")
    room = Meeting(*others).mode("round")
    offered, outcome = [], None
    while room.floor:
        name = room.floor
        offered.append(name)
        if name in ("Ben", "Fay"):
            outcome = room.passes(name)
        elif name == "Dua":
            outcome = room.next()
        else:
            outcome = room.says(name)
    assert offered == ["Mara", *others, "Ben", "Dua", "Fay"]
    assert outcome
    assert outcome.effects[-1] == RoundEnded()
    assert room.state.round is None
    assert "The round is over" in rights(room.state, identity("Ana")).why_not


def test_a_pass_is_undone_by_raising_a_hand() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.passes("Mara")
    assert has(room.raises("Mara"), JoinedRound)
    for name in MEMBERS:
        room.says(name)
    assert room.floor == "Mara"
    assert has(room.passes("Mara"), RoundEnded)


def test_who_comes_late_gets_a_turn_only_by_asking() -> None:
    room = Meeting("Ana", "Ben").mode("round")
    room.arrange("Mara", "Ana", "Ben", "Lea", "Max")
    assert "Raise a hand to be offered a turn" in reason(room.says("Lea"))
    assert has(room.raises("Lea"), JoinedRound)
    offered = []
    while room.floor:
        offered.append(room.floor)
        room.says(room.floor)
    assert offered == ["Mara", "Ana", "Ben", "Lea"]


def test_in_a_round_a_turn_comes_by_itself() -> None:
    room = Meeting(*MEMBERS).mode("round")
    assert "comes by itself" in reason(room.raises("Dua"))
    assert "still to come" in reason(room.says("Dua"))
    room.says("Mara")
    room.says("Ana")
    assert "had your turn" in reason(room.says("Ana"))


def test_a_hand_raised_in_a_round_waits_until_after_it() -> None:
    room = Meeting("Ana").mode("round")
    room.says("Mara")
    room.raises("Mara", note="one more thing")
    assert room.queue == ["Mara"]
    assert has(room.says("Ana"), RoundEnded)
    assert room.floor is None
    room.next()
    assert room.floor == "Mara"


def test_a_given_floor_in_a_round_is_that_persons_turn() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.gives("Cem")
    offered = []
    while room.floor:
        offered.append(room.floor)
        room.says(room.floor)
    assert offered == ["Cem", "Mara", "Ana", "Ben", "Dua"]


def test_a_given_floor_is_the_second_chance_of_who_passed() -> None:
    room = Meeting("Ana", "Ben").mode("round")
    room.passes("Mara")
    room.gives("Mara")
    room.passes("Mara")
    room.says("Ana")
    assert has(room.says("Ben"), RoundEnded)


# ---- open, listen, silent


def test_when_it_is_open_everybody_writes_and_a_pass_is_only_said() -> None:
    room = Meeting(*MEMBERS)
    room.says("Ana")
    before = room.state
    assert room.passes("Ben").effects == (Passed(identity("Ben")),)
    assert room.state == before
    assert "no turns" in reason(room.next())
    assert "no turns" in reason(room.gives("Ana"))


@pytest.mark.parametrize("mode", ["listen", "silent"])
def test_hands_wait_while_nobody_has_turns_until_they_are_called(mode: TurnMode) -> None:
    room = Meeting(*MEMBERS).mode(mode)
    room.raises("Ben", "Ana")
    assert (room.floor, room.queue) == (None, ["Ben", "Ana"])
    assert "in the queue" in reason(room.says("Ben"))
    room.next()
    room.says("Ben")
    assert (room.floor, room.queue) == (None, ["Ana"])


def test_a_hand_keeps_its_place_when_turns_are_taken_in_another_way() -> None:
    room = Meeting(*MEMBERS).mode("listen")
    room.raises("Ben", "Ana")
    room.mode("hands")
    assert (room.floor, room.queue) == ("Ben", ["Ana"])
    room.mode("silent")
    assert (room.floor, room.queue) == (None, ["Ben", "Ana"])


NODS = {
    "open": True,
    "listen": True,
    "hands": True,
    "round": True,
    "gather": True,
    "silent": False,
    "pairs": True,
}


@pytest.mark.parametrize("mode", MODES)
def test_nods_are_heard_in_every_mode_but_silence(mode: TurnMode) -> None:
    room = Meeting(*MEMBERS)
    room = room if mode == "open" else room.mode(mode)
    assert rights(room.state, identity("Ana")).can_nod is NODS[mode]
    nod = ev.Nod(b"of a share......", "me-too")
    assert (room.does("Ana", nod).effects[0].__class__.__name__ == "Nodded") is NODS[mode]


@pytest.mark.parametrize("mode", MODES)
def test_a_facilitator_can_always_write(mode: TurnMode) -> None:
    room = Meeting(*MEMBERS)
    room = room if mode == "open" else room.mode(mode)
    assert rights(room.state, identity("Mara")).can_write
    room.does("Mara", ev.Hold())
    assert rights(room.state, identity("Mara")).can_write


# ---- hold


@pytest.mark.parametrize("mode", MODES)
def test_hold_overrides_every_mode_and_keeps_every_place(mode: TurnMode) -> None:
    room = Meeting(*MEMBERS)
    room = room if mode == "open" else room.mode(mode)
    room.raises("Ana", "Ben")
    before = (room.floor, room.queue)
    room.does("Mara", ev.Hold())
    for name in MEMBERS:
        assert "on hold" in reason(room.says(name))
        assert "on hold" in reason(room.passes(name))
    assert "on hold" in reason(room.does("Ana", ev.Nod(bytes(16))))
    assert (room.floor, room.queue) == before
    room.does("Mara", ev.Resume())
    assert (room.floor, room.queue) == before


def test_what_a_facilitator_says_while_holding_uses_up_no_turn() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.does("Mara", ev.Hold())
    room.says("Mara", "I'm pausing us.")
    room.does("Mara", ev.Resume())
    assert room.floor == "Mara"


def test_a_hand_raised_while_held_gets_the_floor_when_the_room_goes_on() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.does("Mara", ev.Hold())
    room.raises("Ana")
    assert (room.floor, room.queue) == (None, ["Ana"])
    assert "on hold" in reason(room.next())
    room.does("Mara", ev.Resume())
    assert room.floor == "Ana"


# ---- leaving


def test_the_floor_moves_on_from_somebody_who_left() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben", "Cem")
    outcome = room.arrange("Mara", "Cem", "Dua")
    assert (room.floor, room.queue) == ("Cem", [])
    assert FloorMoved(identity("Ana"), identity("Cem")) in outcome.effects


def test_saying_goodbye_gives_up_hand_and_floor_before_the_keys_change() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.raises("Ana", "Ben", "Cem")
    room.does("Ben", ev.Leaving())
    room.does("Ana", ev.Leaving(fine=True))
    assert (room.floor, room.queue) == ("Cem", [])


def test_a_round_goes_on_without_who_left() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.passes("Mara")
    room.arrange("Mara", "Cem", "Dua")
    assert room.floor == "Cem"
    room.arrange("Cem", "Dua")
    room.says("Cem")
    assert has(room.says("Dua"), RoundEnded)


def test_nobody_outside_has_any_right() -> None:
    room = Meeting(*MEMBERS)
    stranger = rights(room.state, identity("Zed"))
    can = (stranger.can_write, stranger.can_raise, stranger.can_pass, stranger.can_nod)
    assert not any(can)
