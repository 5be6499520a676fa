"""Gather as the people in it feel it: write together, say when you are ready, be read in turn."""

import pytest

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import gathering
from holdspace.protocol.meeting.effects import MarkedReady, Reads, Released, RoundEnded
from holdspace.protocol.meeting.kinds import ReleaseHow
from holdspace.protocol.meeting.rights import rights
from holdspace.protocol.meeting.values import decode_state, encode_state
from meeting_room import Meeting, has, identity, reason

MEMBERS = ("Ana", "Ben", "Cem", "Dua")


def gather(*ready: str) -> Meeting:
    """Return a room that gathers, in which these people are ready."""
    room = Meeting(*MEMBERS).mode("gather")
    for name in ready:
        room.does(name, ev.Ready())
    return room


def release(room: Meeting, how: ReleaseHow) -> Meeting:
    """Let Mara release what was written."""
    room.does("Mara", ev.Release(how, room.state.version))
    return room


def still_writing(room: Meeting) -> list[str]:
    """Return the names of those who are still writing."""
    return [who.rstrip(b".").decode() for who in gathering.writing(room.state)]


# ---- writing


def test_nothing_can_be_shared_before_it_is_released() -> None:
    room = gather("Ana")
    assert "writes for themselves" in reason(room.says("Ana"))
    assert room.floor is None


def test_where_nobody_gathers_nobody_is_waited_for() -> None:
    assert still_writing(Meeting(*MEMBERS)) == []


def test_ready_is_all_that_travels_and_can_be_taken_back() -> None:
    room = gather()
    assert room.does("Ana", ev.Ready()).effects == (MarkedReady(identity("Ana"), is_ready=True),)
    assert reason(room.does("Ana", ev.Ready())) == gathering.READY_ALREADY
    assert still_writing(room) == ["Ben", "Cem", "Dua"]
    room.does("Ana", ev.Ready(is_ready=False))
    assert still_writing(room) == ["Ana", "Ben", "Cem", "Dua"]
    assert reason(room.does("Ana", ev.Ready(is_ready=False))) == gathering.NOT_READY_YET


def test_a_pass_is_to_be_here_and_read_and_can_be_undone_by_being_ready() -> None:
    room = gather("Ana")
    assert room.passes("Ben").effects == (Reads(identity("Ben")),)
    room.passes("Ana")
    assert still_writing(room) == ["Cem", "Dua"]
    room.does("Ana", ev.Ready())
    assert room.state.gather
    assert room.state.gather.ready == (identity("Ana"),)
    assert room.state.gather.reading == (identity("Ben"),)


def test_who_passed_and_shares_after_all_leaves_a_meeting_that_others_can_come_into() -> None:
    """They were in two lists, so the picture of the room was refused by whoever came then."""
    room = gather("Ben")
    room.does("Ana", ev.Pass(room.state.version))
    release(room, "together")
    room.says("Ana")
    assert room.state.gather is not None
    assert (room.state.gather.reading, room.state.gather.shared) == ((), (identity("Ana"),))
    assert decode_state(encode_state(room.state)) == room.state


def test_a_facilitator_is_waited_for_only_if_they_write_too() -> None:
    room = gather(*MEMBERS)
    assert still_writing(room) == []
    release(room, "round")
    assert room.state.round
    assert identity("Mara") not in room.state.round.order
    with_mara = gather("Mara")
    release(with_mara, "round")
    assert with_mara.floor == "Mara"


def test_words_that_guide_are_not_the_facilitators_share() -> None:
    room = gather("Mara", "Ana")
    room.says("Mara", "Take your time.")
    release(room, "round")
    assert room.floor == "Mara"


def test_ready_means_nothing_where_nothing_is_gathered() -> None:
    room = Meeting(*MEMBERS).mode("hands")
    assert reason(room.does("Ana", ev.Ready())) == gathering.NOT_GATHERING
    assert not rights(room.state, identity("Ana")).can_be_ready


# ---- released one at a time


def test_who_is_ready_is_read_before_who_still_writes() -> None:
    room = gather("Cem", "Dua")
    outcome = room.does("Mara", ev.Release("round", room.state.version))
    assert Released("round", identity("Mara")) in outcome.effects
    heard = []
    while room.floor:
        heard.append(room.floor)
        room.says(room.floor)
    assert heard == ["Cem", "Dua", "Ana", "Ben"]


def test_who_becomes_ready_in_the_meantime_comes_before_who_does_not() -> None:
    room = release(gather("Dua"), "round")
    room.does("Cem", ev.Ready())
    room.says("Dua")
    assert room.floor == "Cem"
    room.says("Cem")
    assert room.floor == "Ana"


def test_who_reads_is_not_called_but_can_still_join_by_a_hand() -> None:
    room = gather("Ana")
    for name in ("Ben", "Cem", "Dua"):
        room.passes(name)
    release(room, "round")
    room.raises("Cem")
    room.says("Ana")
    assert room.floor == "Cem"
    assert has(room.says("Cem"), RoundEnded)
    assert room.state.gather is None


def test_nobody_is_read_twice() -> None:
    room = release(gather("Ana", "Ben"), "round")
    room.says("Ana")
    assert reason(room.does("Ana", ev.Ready())) == gathering.ALREADY_SHARED


def test_a_hold_stops_the_release_and_what_was_ready_stays_ready() -> None:
    room = gather("Ana")
    room.does("Mara", ev.Hold())
    assert "on hold" in reason(room.does("Mara", ev.Release("round", room.state.version)))
    room.does("Mara", ev.Resume())
    assert release(room, "round").floor == "Ana"


def test_words_that_are_out_are_not_ready_any_more_and_count_once() -> None:
    room = release(gather("Ana", "Ben"), "round")
    assert room.state.gather is not None
    assert room.state.gather.is_released
    room.says("Ana")
    assert room.state.gather is not None
    assert (room.state.gather.ready, room.state.gather.shared) == (
        (identity("Ben"),),
        (identity("Ana"),),
    )
    room.gives("Ana")
    room.says("Ana", "One more thing.")
    assert room.state.gather is not None
    assert room.state.gather.shared == (identity("Ana"),)
    assert decode_state(encode_state(room.state)) == room.state


@pytest.mark.parametrize("leaves", ["Ana", "Ben"])
def test_who_shared_or_only_reads_and_leaves_is_in_no_list_any_more(leaves: str) -> None:
    room = gather("Ana", "Cem")
    room.passes("Ben")
    release(room, "round")
    room.says("Ana")
    room.arrange(*(name for name in room.seats if name != leaves))
    assert decode_state(encode_state(room.state)) == room.state


def test_there_is_a_reason_or_an_empty_one() -> None:
    room = gather("Ana")
    assert gathering.why_not_ready(room.state, identity("Ana")) == ""
    release(room, "round")
    reasons = {name: gathering.why_not_ready(room.state, identity(name)) for name in MEMBERS}
    assert set(reasons.values()) == {""}
    room.says("Ana")
    assert gathering.why_not_ready(room.state, identity("Ana")) == gathering.ALREADY_SHARED
    assert gathering.why_not_pass(Meeting().state, identity("Ana")) == ""


def test_who_has_the_floor_of_a_release_can_still_be_ready() -> None:
    room = release(gather("Ana"), "round")
    assert room.floor == "Ana"
    assert room.state.round is not None
    assert identity("Ana") not in room.state.round.to_come
    assert gathering.why_not_ready(room.state, identity("Ana")) == ""


# ---- released together, or by hands


def test_together_everybody_shares_once_in_whatever_order_it_comes() -> None:
    room = release(gather("Ana", "Ben"), "together")
    room.says("Ben")
    room.says("Ana")
    assert reason(room.says("Ana")) == gathering.ALREADY_SHARED
    room.says("Dua")
    assert still_writing(room) == ["Cem"]
    assert not room.passes("Cem").state.floor


def test_together_too_nobody_is_ready_for_what_they_have_said() -> None:
    room = release(gather("Ana", "Ben"), "together")
    room.says("Ana")
    assert reason(room.does("Ana", ev.Ready())) == gathering.ALREADY_SHARED


def test_by_hands_the_written_words_wait_for_their_owner_to_raise_one() -> None:
    room = release(gather("Ana", "Ben"), "hands")
    assert (room.state.mode, room.state.gather) == ("hands", None)
    room.raises("Ben")
    assert room.floor == "Ben"


def test_who_was_given_the_floor_while_all_wrote_has_one_turn_in_the_round() -> None:
    room = gather("Ana", "Ben")
    room.does("Mara", ev.GiveFloor(identity("Ben"), room.state.version))
    assert room.state.has_floor(identity("Ben"))
    release(room, "round")
    assert room.floor == "Ana"
    room.does("Mara", ev.GiveFloor(identity("Cem"), room.state.version))
    going = room.state.round
    assert going is not None
    assert len(set(going.to_come)) == len(going.to_come) == 3
    assert decode_state(encode_state(room.state)) == room.state


def test_what_is_released_is_not_released_again() -> None:
    room = release(gather("Ana"), "together")
    again = room.does("Mara", ev.Release("round", room.state.version))
    assert reason(again) == gathering.RELEASED_ALREADY


def test_two_facilitators_who_release_at_once_release_once() -> None:
    room = gather("Ana")
    both_saw = room.state.version
    room.does("Mara", ev.Release("together", both_saw))
    assert reason(room.does("Mara", ev.Release("round", both_saw))) == "already moved on"


def test_gathering_again_begins_with_empty_pages() -> None:
    room = release(gather("Ana", "Ben"), "together")
    room.says("Ana")
    room.mode("gather")
    assert still_writing(room) == list(MEMBERS)


@pytest.mark.parametrize("leaves", ["Ana", "Ben"])
def test_who_leaves_is_waited_for_no_more(leaves: str) -> None:
    room = gather("Ana")
    room.arrange(*(name for name in room.seats if name != leaves))
    assert leaves not in still_writing(room)
    release(room, "round")
    assert room.floor != leaves


def test_who_comes_while_all_write_can_write_too() -> None:
    room = gather("Ana")
    room.arrange(*room.seats, "Eva")
    assert "Eva" in still_writing(room)
    room.does("Eva", ev.Ready())
    release(room, "round")
    room.says("Ana")
    assert room.floor == "Eva"
