"""The line of hands, and everything that moves somebody in it (product.md T2, T3, T11, T12)."""

import pytest

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import leading, rights, speaking
from holdspace.protocol.meeting.effects import (
    HandLowered,
    HandMoved,
    HandsLowered,
    InviteAnswered,
    Invited,
    LastWordGiven,
    Rested,
    WentLater,
    WritingPaused,
)
from holdspace.protocol.meeting.values import decode_state, encode_state
from meeting_room import Meeting, has, identity, reason

MEMBERS = ("Ana", "Ben", "Cem", "Dua")


def waiting_room() -> Meeting:
    """Return a room in which Ana speaks and Ben, Cem and Dua wait."""
    room = Meeting(*MEMBERS).mode("hands")
    room.raises(*MEMBERS)
    return room


def basis(room: Meeting) -> int:
    """Return what a control act made now is decided on."""
    return room.state.version


# ---- one's own place


def test_later_lets_everybody_go_first() -> None:
    room = waiting_room()
    assert has(room.does("Ben", ev.Later()), WentLater)
    assert room.queue == ["Cem", "Dua", "Ben"]


def test_later_with_the_floor_is_a_turn_kept_for_the_end() -> None:
    room = waiting_room()
    room.does("Ana", ev.Later())
    assert (room.floor, room.queue) == ("Ben", ["Cem", "Dua", "Ana"])


@pytest.mark.parametrize("event", [ev.Later(), ev.StepBack()])
@pytest.mark.parametrize("hands", [[], ["Cem"]])
def test_where_nobody_waits_in_line_a_floor_stays_where_it_is(
    event: ev.Event, hands: list[str]
) -> None:
    """It raised an error on every client at once, or put the last hand up twice."""
    room = Meeting(*MEMBERS).mode("listen")
    for name in hands:
        room.raises(name)
    room.does("Mara", ev.GiveFloor(identity("Ana"), basis(room)))
    assert reason(room.does("Ana", event)) == speaking.NOBODY_BEHIND
    assert (room.floor, room.queue) == ("Ana", hands)


def test_step_back_lets_one_go_first() -> None:
    room = waiting_room()
    room.does("Ben", ev.StepBack())
    assert room.queue == ["Cem", "Ben", "Dua"]
    room.does("Ana", ev.StepBack())
    assert (room.floor, room.queue) == ("Cem", ["Ana", "Ben", "Dua"])


def test_nobody_steps_back_behind_nobody() -> None:
    room = waiting_room()
    assert reason(room.does("Dua", ev.StepBack())) == speaking.NOBODY_BEHIND
    alone = Meeting(*MEMBERS).mode("hands")
    alone.raises("Ana")
    assert reason(alone.does("Ana", ev.Later())) == speaking.NOBODY_BEHIND
    assert reason(alone.does("Ben", ev.Later())) == speaking.NOT_WAITING
    assert alone.floor == "Ana"


def test_later_in_a_round_is_a_turn_at_its_end() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.does("Mara", ev.Later())
    room.does("Ben", ev.StepBack())
    heard = []
    while room.floor:
        heard.append(room.floor)
        room.says(room.floor)
    assert heard == ["Ana", "Cem", "Ben", "Dua", "Mara"]


# ---- the facilitators' hands on the line


def test_all_hands_go_down_and_come_back_as_they_were() -> None:
    room = Meeting(*MEMBERS).mode("listen")
    room.raises("Ana", "Ben")
    room.raises("Cem", note="to ask about sleep")
    before = room.state.queue
    assert room.does("Mara", ev.LowerAll(basis(room))).effects == (HandsLowered(identity("Mara")),)
    assert room.queue == []
    room.raises("Dua")
    room.does("Mara", ev.RestoreHands(basis(room)))
    assert room.queue == ["Ana", "Ben", "Cem", "Dua"]
    assert room.state.queue[:3] == before
    again = room.does("Mara", ev.RestoreHands(basis(room)))
    assert reason(again) == leading.NOTHING_TO_RESTORE


def test_who_raised_a_hand_again_or_has_the_floor_is_not_put_up_twice() -> None:
    room = Meeting(*MEMBERS).mode("listen")
    room.raises("Ana", "Ben", "Cem")
    room.does("Mara", ev.LowerAll(basis(room)))
    room.raises("Cem")
    room.gives("Ben")
    room.does("Mara", ev.RestoreHands(basis(room)))
    assert (room.floor, room.queue) == ("Ben", ["Ana", "Cem"])


def test_a_closed_queue_takes_no_new_hands_and_keeps_the_old() -> None:
    room = Meeting(*MEMBERS).mode("listen")
    room.raises("Ana")
    room.does("Mara", ev.CloseQueue(is_closed=True, basis=basis(room)))
    assert reason(room.raises("Ben")) == rights.QUEUE_CLOSED
    assert not rights.rights(room.state, identity("Ben")).can_raise
    room.raises("Ana", note="about sleep")
    assert (room.queue, room.state.queue[0].note) == (["Ana"], "about sleep")
    room.does("Mara", ev.CloseQueue(is_closed=False, basis=basis(room)))
    room.raises("Ben")
    assert room.queue == ["Ana", "Ben"]


def test_the_last_word_closes_the_queue_and_comes_last() -> None:
    room = waiting_room()
    outcome = room.does("Mara", ev.LastWord(identity("Ben"), basis(room)))
    assert outcome.effects == (LastWordGiven(identity("Ben"), identity("Mara")),)
    assert room.queue == ["Cem", "Dua", "Ben"]
    assert room.state.is_queue_closed


def test_the_last_word_in_a_round_is_its_end() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.does("Mara", ev.LastWord(identity("Ana"), basis(room)))
    heard = []
    while room.floor:
        heard.append(room.floor)
        room.says(room.floor)
    assert heard == ["Mara", "Ben", "Cem", "Dua", "Ana"]


def test_a_hand_moved_by_a_facilitator_stays_where_it_was_put() -> None:
    room = waiting_room()
    outcome = room.does("Mara", ev.MoveHand(identity("Dua"), 1))
    assert outcome.effects == (HandMoved(identity("Dua"), 1, identity("Mara")),)
    assert room.queue == ["Dua", "Ben", "Cem"]
    room.does("Mara", ev.MoveHand(identity("Dua"), 30))
    assert room.queue == ["Ben", "Cem", "Dua"]
    assert room.state.order == "facilitator"
    assert reason(room.does("Mara", ev.MoveHand(identity("Ana"), 1))) == leading.NO_HAND


def test_who_has_not_been_heard_comes_first_and_everybody_sees_the_same_places() -> None:
    room = waiting_room()
    room.says("Ana")
    room.says("Ben")
    room.raises("Ana", "Ben")
    room.does("Mara", ev.SetOrder("not-yet-heard", basis(room)))
    assert (room.floor, room.queue) == ("Cem", ["Dua", "Ana", "Ben"])
    room.says("Cem")
    room.raises("Mara")
    assert room.queue == ["Mara", "Ana", "Ben"]


def test_a_response_stays_right_behind_the_speaker_in_every_order() -> None:
    room = waiting_room()
    room.does("Mara", ev.SetOrder("not-yet-heard", basis(room)))
    room.says("Ana")
    room.raises("Ana", kind="respond")
    assert (room.floor, room.queue) == ("Ben", ["Ana", "Cem", "Dua"])


# ---- being asked


def test_who_says_yes_to_speaking_is_next() -> None:
    room = waiting_room()
    room.arrange(*room.seats, "Eva")
    outcome = room.does("Mara", ev.Invite(identity("Eva")))
    assert outcome.effects == (Invited(identity("Eva"), identity("Mara")),)
    assert room.queue == ["Ben", "Cem", "Dua"]
    room.does("Eva", ev.AnswerInvite(is_yes=True))
    assert room.queue == ["Eva", "Ben", "Cem", "Dua"]


def test_a_no_changes_nothing_and_can_be_said_once() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    room.does("Mara", ev.Invite(identity("Ana")))
    outcome = room.does("Ana", ev.AnswerInvite(is_yes=False))
    assert outcome.effects == (InviteAnswered(identity("Ana"), is_yes=False),)
    assert (room.floor, room.queue) == (None, [])
    again = room.does("Ana", ev.AnswerInvite(is_yes=True))
    assert reason(again) == speaking.NOT_INVITED


def test_a_yes_in_a_round_is_the_next_turn() -> None:
    room = Meeting(*MEMBERS).mode("round")
    room.does("Mara", ev.Invite(identity("Dua")))
    room.does("Dua", ev.AnswerInvite(is_yes=True))
    room.says("Mara")
    assert room.floor == "Dua"


# ---- reading pause, rest, a pause of writing


LONG = " ".join(["word"] * 120)


@pytest.mark.parametrize(
    ("text", "seconds"), [(LONG, 36), ("Hello.", 8), (LONG + LONG, 40), ("痛" * 400, 12)]
)
def test_a_share_gives_people_time_to_read_it(text: str, seconds: int) -> None:
    room = waiting_room()
    room.says("Ana", text)
    assert room.state.pause_seconds == seconds


def test_a_facilitator_ends_the_pause_once() -> None:
    room = waiting_room()
    room.says("Ana", LONG)
    room.does("Mara", ev.SkipPause(basis(room)))
    assert room.state.pause_seconds == 0
    assert reason(room.does("Mara", ev.SkipPause(basis(room)))) == leading.NO_PAUSE


def test_where_everybody_writes_there_is_no_pause() -> None:
    room = Meeting(*MEMBERS)
    room.says("Ana", LONG)
    assert room.state.pause_seconds == 0


def test_who_rests_is_passed_over_and_comes_back_by_a_hand() -> None:
    room = Meeting(*MEMBERS)
    assert has(room.does("Ben", ev.Rest()), Rested)
    room.mode("round")
    room.does("Cem", ev.Rest())
    for name in ("Mara", "Ana", "Dua"):
        assert room.floor == name
        if name == "Dua":
            room.does("Ben", ev.Rest(is_resting=False))
            room.raises("Ben")
        room.says(name)
    assert room.floor == "Ben"


def test_who_begins_to_rest_lets_go_of_floor_and_hand() -> None:
    room = waiting_room()
    room.does("Ana", ev.Rest())
    room.does("Cem", ev.Rest())
    assert (room.floor, room.queue) == ("Ben", ["Dua"])
    assert reason(room.does("Cem", ev.Rest())) == speaking.AS_BEFORE


def test_paused_writing_keeps_place_and_draft_and_ends() -> None:
    room = waiting_room()
    outcome = room.does("Mara", ev.PauseWriting(identity("Ana"), 120))
    assert outcome.effects == (WritingPaused(identity("Ana"), 120, identity("Mara")),)
    assert reason(room.says("Ana")) == rights.PAUSED
    assert room.floor == "Ana"
    room.does("Mara", ev.LetWrite(identity("Ana")))
    room.says("Ana")
    assert room.floor == "Ben"


def test_a_facilitator_cannot_be_paused() -> None:
    room = Meeting(*MEMBERS)
    room.arrange(*room.seats, co=("Ana",))
    assert "cannot be paused" in reason(room.does("Mara", ev.PauseWriting(identity("Ana"), 60)))


def test_a_hand_that_goes_down_is_told_by_whom() -> None:
    room = waiting_room()
    outcome = room.does("Mara", ev.LowerHandOf(identity("Ben")))
    assert outcome.effects == (HandLowered(identity("Ben"), identity("Mara")),)


def test_who_joins_a_round_once_more_and_once_more_is_in_it_once() -> None:
    """They were listed twice, so the picture of the room was refused by whoever came then."""
    room = Meeting(*MEMBERS).mode("round")
    for _ in range(3):
        room.does("Mara", ev.GiveFloor(identity("Ana"), basis(room)))
        room.says("Ana")
        room.does("Mara", ev.LastWord(identity("Ana"), basis(room)))
    assert room.state.round is not None
    assert room.state.round.again == (identity("Ana"),)
    assert decode_state(encode_state(room.state)) == room.state


def test_what_changes_nothing_gives_the_very_same_state() -> None:
    """Most entries are signs of life: nothing is copied, compared or hashed because of them."""
    room = waiting_room()
    room.does("Mara", ev.SetOrder("not-yet-heard", basis(room)))
    before = room.state
    room.does("Ben", ev.Heartbeat())
    assert room.state is before
