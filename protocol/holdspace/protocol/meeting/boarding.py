"""The board: ideas for somebody who asked for them, listed first and discussed by nobody meanwhile (S9).

Who asks is the owner: nobody gets ideas without having asked. The board itself has no texts and no
authors; the ideas are in what everybody's client was told, so who comes late has none of them.
"""

from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import turns
from holdspace.protocol.meeting.acting import Author
from holdspace.protocol.meeting.effects import (
    BoardPutAway,
    Effect,
    IdeaChosen,
    IdeaListed,
    IdeasAsked,
    ListBegan,
    ListEnded,
    Outcome,
)
from holdspace.protocol.meeting.rights import ON_HOLD, PAUSED
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import MAX_IDEAS, Board, MeetingState
from holdspace.protocol.translation import N_

SOMEBODY_ASKED = N_("Somebody has asked for ideas already. You can be next.")
NO_BOARD = N_("Nobody has asked for ideas just now. /askideas asks for some.")
NO_LIST = N_("No ideas are being listed just now.")
LISTED_ALREADY = N_("The list was begun already.")
YOURS = N_("These ideas are for you, so you read along; you choose when the list is done.")
FULL = N_("The list is full. There is enough to choose from.")
NOT_YOURS = N_("Whoever asked for the ideas chooses.")
NOT_LISTED = N_("The list is not done yet. You choose when it is.")
NO_SUCH_IDEA = N_("There is no idea with that number.")
NOT_YOURS_TO_END = N_("Whoever asked for the ideas can put them away, or a facilitator.")


def ask(state: MeetingState, event: ev.AskForIdeas, by: Author) -> Outcome:
    """Ask for ideas about something of one's own; this is the consent."""
    why_not = ON_HOLD if state.is_held else ""
    if by.identity in state.quiet:
        why_not = PAUSED
    if state.board is not None:
        why_not = SOMEBODY_ASKED
    if why_not:
        return by.may_not(state, why_not)
    asked = replace(state, board=Board(by.identity))
    return Outcome(asked, (IdeasAsked(by.identity, event.text, by.message_id),))


def begin_list(state: MeetingState, _event: ev.BeginList, by: Author) -> Outcome:
    """Let everybody list ideas."""
    board = state.board
    why_not = ON_HOLD if state.is_held else ""
    if board is None:
        why_not = NO_BOARD
    elif board.phase != "asked":
        why_not = LISTED_ALREADY
    if board is None or why_not:
        return by.may_not(state, why_not)
    listing = replace(state, board=replace(board, phase="listing"))
    return Outcome(listing, (ListBegan(board.owner, by.identity),))


def give_idea(state: MeetingState, event: ev.GiveIdea, by: Author) -> Outcome:
    """Put an idea on the list."""
    board = state.board
    why_not = why_not_give(state, by.identity)
    if board is None or why_not:
        return by.may_not(state, why_not)
    number = board.count + 1
    listed = replace(state, board=replace(board, count=number))
    return Outcome(listed, (IdeaListed(by.identity, number, event.text),))


def why_not_give(state: MeetingState, identity: bytes) -> str:
    """Return why this person cannot put an idea on the list, or nothing."""
    board = state.board
    if state.is_held:
        return ON_HOLD
    if identity in state.quiet:
        return PAUSED
    if board is None or board.phase != "listing":
        return NO_LIST
    if identity == board.owner:
        return YOURS
    return FULL if board.count >= MAX_IDEAS else ""


def end_list(state: MeetingState, _event: ev.EndList, by: Author) -> Outcome:
    """End the list; from now on there is talk, by raised hands."""
    board = state.board
    if board is None or board.phase != "listing":
        return by.may_not(state, NO_LIST)
    ended = turns.begin_mode(state, "hands") if state.mode != "hands" else state
    ended = replace(ended, board=replace(board, phase="listed"))
    return Outcome(ended, (ListEnded(board.owner, by.identity),))


def choose(state: MeetingState, event: ev.ChooseIdea, by: Author) -> Outcome:
    """Let whoever asked choose; the board is empty again."""
    board = state.board
    why_not = ""
    if board is None:
        why_not = NO_BOARD
    elif board.owner != by.identity:
        why_not = NOT_YOURS
    elif board.phase != "listed":
        why_not = NOT_LISTED
    elif (event.outcome == "try") != (1 <= event.number <= board.count):
        why_not = NO_SUCH_IDEA
    if why_not:
        return by.may_not(state, why_not)
    chosen = IdeaChosen(by.identity, event.number, event.outcome)
    return Outcome(replace(state, board=None), (chosen,))


def put_away(state: MeetingState, _event: ev.PutBoardAway, by: Author) -> Outcome:
    """Let the board be: for whoever asked, and for facilitators."""
    board, person = state.board, state.person(by.identity)
    if board is None:
        return by.may_not(state, NO_BOARD)
    if board.owner != by.identity and (person is None or person.role == MEMBER):
        return by.may_not(state, NOT_YOURS_TO_END)
    return Outcome(replace(state, board=None), (BoardPutAway(board.owner, by.identity),))


def settle(before: MeetingState, after: MeetingState) -> tuple[MeetingState, tuple[Effect, ...]]:
    """Return the state without a board whose owner is gone, or whose stage is over."""
    board = after.board
    if board is None:
        return after, ()
    is_over = before.stage_entered != after.stage_entered
    if after.person(board.owner) is not None and not is_over:
        return after, ()
    return replace(after, board=None), (BoardPutAway(board.owner, b""),)
