"""What facilitators can do: what is told about each act, and when it does nothing."""

import pytest

from holdspace.protocol.meeting import effects, gathering, leading, rights, speaking
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.flow import MAX_FLOW_BYTES
from holdspace.protocol.meeting.values import MAX_EXTRA_SECONDS, Hand
from meeting_room import FLOW, Meeting, identity, reason

ANA, BEN, EVA, MARA = (identity(name) for name in ("Ana", "Ben", "Eva", "Mara"))


def with_hands() -> Meeting:
    """Return a room in which Ana speaks and Ben waits; Cem has no hand up."""
    room = Meeting("Ana", "Ben", "Cem").mode("hands")
    room.raises("Ana", "Ben")
    return room


def basis(room: Meeting) -> int:
    """Return what a control act made now is decided on."""
    return room.state.version


# ---- what is told


def test_what_facilitators_do_is_told_with_who_did_it() -> None:
    room = with_hands()
    told = [
        (ev.SetOrder("not-yet-heard", basis(room)), effects.OrderSet("not-yet-heard", MARA)),
        (ev.AddTime(60, basis(room)), effects.TimeAdded(60, MARA)),
        (ev.CloseQueue(True, basis(room)), effects.QueueClosed(True, MARA)),
        (ev.Invite(identity("Cem")), effects.Invited(identity("Cem"), MARA)),
        (ev.PauseWriting(BEN, 60), effects.WritingPaused(BEN, 60, MARA)),
        (ev.LetWrite(BEN), effects.WritingResumed(BEN, MARA)),
        (ev.SendBack(BEN), effects.SentBack(BEN, MARA)),
        (ev.StageClock(3, 120), effects.ClockTold(3, 120)),
        (ev.MoveHand(BEN, 7), effects.HandMoved(BEN, 1, MARA)),
        (ev.LowerAll(basis(room)), effects.HandsLowered(MARA)),
        (ev.RestoreHands(basis(room)), effects.HandsRestored(MARA)),
        (ev.LastWord(identity("Cem"), basis(room)), effects.LastWordGiven(identity("Cem"), MARA)),
        (ev.Hold(), effects.Held(MARA)),
    ]
    for event, effect in told:
        assert room.does("Mara", event).effects == (effect,)
    assert room.does("Mara", ev.Resume()).effects == (effects.Resumed(MARA),)


def test_a_pause_that_is_skipped_and_a_release_are_told() -> None:
    room = with_hands()
    room.says("Ana")
    assert room.does("Mara", ev.SkipPause(basis(room))).effects == (effects.PauseSkipped(MARA),)
    room.mode("gather")
    released = room.does("Mara", ev.Release("together", basis(room)))
    assert released.effects == (effects.Released("together", MARA),)


def test_a_floor_that_was_empty_moves_on_from_nobody() -> None:
    room = Meeting("Ana").mode("listen")
    room.raises("Ana")
    assert room.next().effects == (effects.FloorMoved(None, ANA),)


# ---- what does nothing, and why


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (ev.GiveFloor(ANA, 0), leading.HAS_FLOOR),
        (ev.GiveFloor(EVA, 0), leading.NOT_IN_THE_ROOM),
        (ev.LastWord(ANA, 0), leading.HAS_FLOOR),
        (ev.LastWord(EVA, 0), leading.NOT_IN_THE_ROOM),
        (ev.Invite(ANA), leading.HAS_FLOOR),
        (ev.Invite(EVA), leading.NOT_IN_THE_ROOM),
        (ev.PauseWriting(EVA, 60), leading.NOT_IN_THE_ROOM),
        (ev.PauseWriting(MARA, 60), "Facilitators cannot be paused."),
        (ev.LetWrite(BEN), speaking.AS_BEFORE),
        (ev.SendBack(EVA), leading.NOT_IN_THE_ROOM),
        (ev.SendBack(MARA), leading.NOT_IN_THE_ROOM),
        (ev.MoveHand(ANA, 1), leading.NO_HAND),
        (ev.RestoreHands(0), leading.NOTHING_TO_RESTORE),
        (ev.CloseQueue(False, 0), speaking.AS_BEFORE),
        (ev.SetOrder("first-come", 0), speaking.AS_BEFORE),
        (ev.SetTurnMode("hands", 0), "Turns are taken that way already."),
        (ev.Release("together", 0), gathering.RELEASED_ALREADY),
        (ev.GoToStage(0, 0), "The flow has no such stage."),
        (ev.Resume(), "The room is not on hold."),
    ],
)
def test_an_act_that_fits_nothing_changes_nothing_and_says_why(event: ev.Event, why: str) -> None:
    room = with_hands()
    if hasattr(event, "basis"):
        event = type(event)(
            *(getattr(event, name) for name in event.__struct_fields__[:-1]), basis(room)
        )
    before = room.state
    assert reason(room.does("Mara", event)) == why
    assert room.state == before


def test_what_was_asked_or_paused_once_is_not_asked_or_paused_again() -> None:
    room = with_hands()
    for event, why in (
        (ev.Invite(BEN), "That person was asked already; give them time."),
        (ev.PauseWriting(BEN, 60), speaking.AS_BEFORE),
    ):
        room.does("Mara", event)
        assert reason(room.does("Mara", event)) == why


def test_no_hands_go_down_where_none_is_up() -> None:
    room = Meeting("Ana")
    assert reason(room.does("Mara", ev.LowerAll(basis(room)))) == leading.NO_HANDS


@pytest.mark.parametrize("event", [ev.GiveFloor(BEN, 1), ev.NextTurn(1), ev.Release("round", 1)])
def test_on_hold_neither_the_floor_nor_words_go_anywhere(event: ev.Event) -> None:
    room = Meeting("Ana", "Ben")
    room.does("Mara", ev.Hold())
    assert basis(room) == 1
    assert reason(room.does("Mara", event)) == rights.ON_HOLD


def test_where_everybody_may_write_there_is_no_floor_to_give_or_to_move() -> None:
    room = Meeting("Ana", "Ben")
    room.raises("Ana")
    for event in (ev.GiveFloor(ANA, basis(room)), ev.NextTurn(basis(room))):
        assert reason(room.does("Mara", event)) == ("Everybody may write now; there are no turns.")
    assert (room.floor, room.queue) == (None, ["Ana"])


def test_the_floor_stays_where_nobody_waits_for_it() -> None:
    room = Meeting("Ana").mode("listen")
    assert reason(room.next()) == "Nobody is waiting for a turn."


# ---- turns


def test_a_round_that_is_over_and_a_gathering_that_is_released_can_begin_anew() -> None:
    room = Meeting("Ana").mode("round")
    assert reason(room.does("Mara", ev.SetTurnMode("round", basis(room)))).endswith("already.")
    room.says("Mara")
    room.says("Ana")
    assert room.mode("round").floor == "Mara"
    room.mode("gather")
    assert reason(room.does("Mara", ev.SetTurnMode("gather", basis(room)))).endswith("already.")
    room.does("Mara", ev.Release("together", basis(room)))
    assert gathering.is_writing(room.mode("gather").state)


def test_the_last_word_is_behind_all_hands_and_no_more_are_taken() -> None:
    room = with_hands()
    room.raises("Cem")
    room.does("Mara", ev.LastWord(BEN, basis(room)))
    assert room.state.queue == (Hand(identity("Cem")), Hand(BEN))
    assert room.state.is_queue_closed


def test_who_may_write_again_is_the_only_one_who_may() -> None:
    room = with_hands()
    for who in (ANA, BEN):
        room.does("Mara", ev.PauseWriting(who, 60))
    room.does("Mara", ev.LetWrite(ANA))
    assert room.state.quiet == (BEN,)


# ---- the agenda


def test_a_flow_longer_than_a_flow_may_be_is_opened_on_no_client() -> None:
    """Its bytes count, not its letters: who decodes it counts bytes too."""
    long = FLOW + "# " + "é" * (MAX_FLOW_BYTES // 2)
    assert len(long) < MAX_FLOW_BYTES
    assert reason(Meeting().does("Mara", ev.OpenFlow(long))) == "That flow is too long."
    longest = FLOW.ljust(MAX_FLOW_BYTES, "\n")
    assert Meeting().does("Mara", ev.OpenFlow(longest)).state.flow_toml == longest


def test_another_flow_begins_before_its_first_stage_with_its_own_order_of_hands() -> None:
    room = Meeting("Ana").stage(1)
    room.does("Mara", ev.AddTime(60, basis(room)))
    room.does("Mara", ev.Replan(((2, 60),), basis(room)))
    entered = room.state.stage_entered
    quiet_first = FLOW.replace("[policy]", '[policy]\norder = "not-yet-heard"')
    opened = room.does("Mara", ev.OpenFlow(quiet_first))
    state = opened.state
    assert (state.stage, state.stage_entered) == (-1, entered + 1)
    assert (state.extra_seconds, state.replanned) == (0, ())
    assert state.order == "not-yet-heard"
    assert opened.effects[0] == effects.FlowOpened(MARA)


def test_a_stage_begins_without_the_added_time_of_the_last_and_is_told() -> None:
    room = Meeting("Ana").stage(1)
    room.does("Mara", ev.AddTime(60, basis(room)))
    entered = room.state.stage_entered
    begun = room.does("Mara", ev.GoToStage(2, basis(room)))
    assert (begun.state.stage, begun.state.stage_entered) == (2, entered + 1)
    assert begun.state.extra_seconds == 0
    assert begun.effects[0] == effects.StageBegan(2, MARA)
    beyond = ev.GoToStage(4, basis(room))
    assert reason(room.does("Mara", beyond)) == "The flow has no such stage."


def test_a_stage_can_have_an_order_of_hands_of_its_own() -> None:
    room = Meeting("Ana")
    flow = FLOW.replace('title = "Talk"', 'title = "Talk"\norder = "not-yet-heard"')
    room.does("Mara", ev.OpenFlow(flow))
    assert room.stage(2).state.order == "not-yet-heard"
    assert room.stage(1).state.order == "first-come"


def test_time_is_added_up_to_the_last_second_there_is() -> None:
    room = Meeting()
    for _ in range(MAX_EXTRA_SECONDS // 3600):
        room.does("Mara", ev.AddTime(3600, basis(room)))
    assert room.state.extra_seconds == MAX_EXTRA_SECONDS
    assert "all the time there is" in reason(room.does("Mara", ev.AddTime(1, basis(room))))


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ((), "nothing"),
        (((2, 60), (2, 120)), "twice the same"),
        (((1, 60),), "it has begun"),
        (((0, 60),), "it is over"),
        (((3, 60),), "the closing is never shortened"),
        (((2, 60), (3, 0)), "nor beside another"),
        (((4, 60),), "there is no such stage"),
    ],
)
def test_only_stages_still_to_come_get_another_length(
    plan: tuple[tuple[int, int], ...], why: str
) -> None:
    room = Meeting("Ana").stage(1)
    outcome = room.does("Mara", ev.Replan(plan, basis(room)))
    assert reason(outcome) == "That plan does not fit the stages that are still to come.", why


def test_a_new_length_stands_beside_the_earlier_ones_in_the_order_of_the_stages() -> None:
    talks = FLOW.replace(
        '[[stage]]\nid = "closing"',
        '[[stage]]\nid = "more"\nkind = "discussion"\ntitle = "More"\nminutes = { base = 5 }\n'
        'turn = "hands"\n\n[[stage]]\nid = "closing"',
    )
    room = Meeting("Ana")
    room.does("Mara", ev.OpenFlow(talks))
    room.does("Mara", ev.Replan(((3, 300),), basis(room)))
    outcome = room.does("Mara", ev.Replan(((2, 0),), basis(room)))
    assert room.state.replanned == ((2, 0), (3, 300))
    assert outcome.effects == (effects.Replanned(MARA),)
    no_plan = Meeting("Ana").does("Mara", ev.Replan(((2, 60),), 0))
    assert "does not fit" in reason(no_plan)
