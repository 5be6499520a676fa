"""The board: who asks is given ideas, which are listed before anybody discusses them; then one chooses."""

import pytest
from msgspec.structs import replace

from holdspace.protocol.meeting import boarding
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import (
    BoardPutAway,
    IdeaChosen,
    IdeaListed,
    IdeasAsked,
    ListBegan,
    ListEnded,
    Spoke,
)
from holdspace.protocol.meeting.kinds import IdeaOutcome
from holdspace.protocol.meeting.rights import LISTING, ON_HOLD, PAUSED
from holdspace.protocol.meeting.values import MAX_IDEAS, Board, broken_law
from meeting_room import Meeting, has, identity, reason

PROBLEM = ev.AskForIdeas("How do I sleep in a flare?")


@pytest.fixture
def meeting() -> Meeting:
    return Meeting("Ana", "Ben", "Cem").mode("open")


def begin(meeting: Meeting) -> Meeting:
    """Let Ana ask, and Mara begin the list."""
    meeting.does("Ana", PROBLEM)
    meeting.does("Mara", ev.BeginList(meeting.state.version))
    return meeting


def listed(meeting: Meeting) -> Meeting:
    """Let two ideas be listed."""
    begin(meeting)
    meeting.does("Ben", ev.GiveIdea("Warm socks"))
    meeting.does("Cem", ev.GiveIdea("An audio book"))
    meeting.does("Mara", ev.EndList(meeting.state.version))
    return meeting


def test_who_asks_is_the_owner_and_the_state_has_no_texts(meeting: Meeting) -> None:
    meeting.does("Ana", PROBLEM)
    assert meeting.state.board == Board(identity("Ana"))
    assert "sleep" not in repr(meeting.state)
    assert reason(meeting.does("Ben", PROBLEM)) == boarding.SOMEBODY_ASKED


def test_a_list_needs_somebody_who_asked_and_a_facilitator(meeting: Meeting) -> None:
    begins = ev.BeginList(meeting.state.version)
    assert reason(meeting.does("Mara", begins)) == boarding.NO_BOARD
    meeting.does("Ana", PROBLEM)
    assert reason(meeting.does("Ana", begins)).startswith("Only a facilitator")
    assert has(meeting.does("Mara", begins), ListBegan)
    assert reason(meeting.does("Mara", begins)) == boarding.LISTED_ALREADY


def test_ideas_are_numbered_in_the_order_they_came(meeting: Meeting) -> None:
    begin(meeting)
    outcomes = [meeting.does(who, ev.GiveIdea("…")) for who in ("Cem", "Ben", "Cem", "Mara")]
    numbers = [
        effect.number for o in outcomes for effect in o.effects if isinstance(effect, IdeaListed)
    ]
    assert numbers == [1, 2, 3, 4]
    assert meeting.state.board == Board(identity("Ana"), "listing", 4)


def test_nobody_discusses_while_ideas_are_listed(meeting: Meeting) -> None:
    begin(meeting)
    assert reason(meeting.says("Ben")) == LISTING
    assert reason(meeting.says("Ana")) == LISTING
    assert has(meeting.says("Mara"), Spoke)
    assert has(meeting.does("Mara", ev.EndList(meeting.state.version)), ListEnded)
    assert meeting.state.mode == "hands"
    meeting.raises("Ben")
    assert has(meeting.says("Ben"), Spoke)


def test_an_idea_that_was_offered_before_is_not_discussed_meanwhile_either(
    meeting: Meeting,
) -> None:
    meeting.does("Ben", ev.AskToOffer(bytes(16), identity("Cem")))
    meeting.does("Cem", ev.AnswerOffer(identity("Ben"), is_yes=True))
    begin(meeting)
    assert reason(meeting.does("Ben", ev.OpenOffer("…"))) == LISTING


def test_the_owner_reads_along(meeting: Meeting) -> None:
    begin(meeting)
    assert reason(meeting.does("Ana", ev.GiveIdea("…"))) == boarding.YOURS


def test_ideas_rest_on_hold_and_for_whoever_is_paused(meeting: Meeting) -> None:
    begin(meeting)
    meeting.does("Mara", ev.PauseWriting(identity("Ben"), 60))
    assert reason(meeting.does("Ben", ev.GiveIdea("…"))) == PAUSED
    meeting.does("Mara", ev.Hold())
    assert reason(meeting.does("Cem", ev.GiveIdea("…"))) == ON_HOLD


def test_a_list_has_an_end(meeting: Meeting) -> None:
    begin(meeting)
    for _ in range(MAX_IDEAS):
        meeting.does("Ben", ev.GiveIdea("…"))
    assert reason(meeting.does("Cem", ev.GiveIdea("…"))) == boarding.FULL


def test_only_the_owner_chooses_and_only_when_the_list_is_done(meeting: Meeting) -> None:
    begin(meeting)
    meeting.does("Ben", ev.GiveIdea("…"))
    tries = ev.ChooseIdea(1, "try")
    assert reason(meeting.does("Ana", tries)) == boarding.NOT_LISTED
    meeting.does("Mara", ev.EndList(meeting.state.version))
    assert reason(meeting.does("Ben", tries)) == boarding.NOT_YOURS
    assert has(meeting.does("Ana", tries), IdeaChosen)
    assert meeting.state.board is None


@pytest.mark.parametrize(
    ("number", "outcome"), [(0, "try"), (3, "try"), (1, "other-source"), (1, "leave-for-now")]
)
def test_a_choice_is_of_an_idea_that_is_there(
    meeting: Meeting, number: int, outcome: IdeaOutcome
) -> None:
    listed(meeting)
    assert reason(meeting.does("Ana", ev.ChooseIdea(number, outcome))) == boarding.NO_SUCH_IDEA


@pytest.mark.parametrize("outcome", ["other-source", "leave-for-now"])
def test_no_idea_is_a_choice_too(meeting: Meeting, outcome: IdeaOutcome) -> None:
    listed(meeting)
    assert has(meeting.does("Ana", ev.ChooseIdea(0, outcome)), IdeaChosen)


def test_the_owner_and_facilitators_can_put_it_away(meeting: Meeting) -> None:
    begin(meeting)
    assert reason(meeting.does("Ben", ev.PutBoardAway())) == boarding.NOT_YOURS_TO_END
    assert has(meeting.does("Ana", ev.PutBoardAway()), BoardPutAway)
    begin(meeting)
    assert has(meeting.does("Mara", ev.PutBoardAway()), BoardPutAway)
    assert reason(meeting.does("Mara", ev.PutBoardAway())) == boarding.NO_BOARD


def test_it_goes_with_its_owner_and_with_its_stage(meeting: Meeting) -> None:
    begin(meeting)
    assert has(meeting.arrange("Mara", "Ben"), BoardPutAway)
    meeting = Meeting("Ana", "Ben").stage(2)
    begin(meeting)
    meeting.does("Mara", ev.GoToStage(3, meeting.state.version))
    assert meeting.state.board is None


def test_everybody_is_told_whose_ideas_they_are_and_who_leads_to_them(meeting: Meeting) -> None:
    ana, mara = identity("Ana"), identity("Mara")
    meeting.does("Ana", PROBLEM)
    began = meeting.does("Mara", ev.BeginList(meeting.state.version))
    assert ListBegan(ana, mara) in began.effects
    idea = meeting.does("Ben", ev.GiveIdea("Warm socks"))
    assert idea.effects == (IdeaListed(identity("Ben"), 1, "Warm socks"),)
    ended = meeting.does("Mara", ev.EndList(meeting.state.version))
    assert ListEnded(ana, mara) in ended.effects
    chosen = meeting.does("Ana", ev.ChooseIdea(1, "try"))
    assert chosen.effects == (IdeaChosen(ana, 1, "try"),)
    begin(meeting)
    assert meeting.does("Mara", ev.PutBoardAway()).effects == (BoardPutAway(ana, mara),)
    begin(meeting)
    assert BoardPutAway(ana, b"") in meeting.arrange("Mara", "Ben").effects


def test_hands_that_were_up_before_the_list_are_up_after_it() -> None:
    meeting = Meeting("Ana", "Ben", "Cem").mode("hands")
    meeting.gives("Cem")
    meeting.raises("Ben")
    begin(meeting)
    meeting.does("Mara", ev.EndList(meeting.state.version))
    assert (meeting.floor, meeting.queue) == ("Cem", ["Ben"])


@pytest.mark.parametrize("board", [Board(identity("Zoe")), Board(identity("Ana"), "asked", 2)])
def test_a_board_that_cannot_be_is_refused(meeting: Meeting, board: Board) -> None:
    assert broken_law(replace(meeting.state, board=board)) == "The snapshot's board cannot be."


def test_whose_writing_is_paused_asks_later_and_no_list_ends_that_was_not_begun(
    meeting: Meeting,
) -> None:
    meeting.does("Mara", ev.PauseWriting(identity("Ana"), 60))
    assert reason(meeting.does("Ana", PROBLEM)) == PAUSED
    end = ev.EndList(meeting.state.version)
    assert reason(meeting.does("Mara", end)) == boarding.NO_LIST
    meeting.does("Ben", PROBLEM)
    assert reason(meeting.does("Mara", end)) == boarding.NO_LIST


def test_what_is_asked_is_told_with_who_asked(meeting: Meeting) -> None:
    outcome = meeting.does("Ana", PROBLEM)
    assert outcome.effects == (IdeasAsked(identity("Ana"), PROBLEM.text, b"message id......"),)
    assert boarding.why_not_give(meeting.state, identity("Ben")) == boarding.NO_LIST
