"""The board of ideas at this seat: its words, which the meeting's state never has, and what is told of it.

The list is shown without names. A client of somebody's own making could still tell who wrote what,
because every event is signed; docs/on-this-device.md says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdspace.protocol.meeting import boarding
from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean, clean_line
from holdspace.protocol.translation import N_, _

from . import intents_board as intents
from . import saying
from .board_view import BoardView, BoardWords, IdeaView
from .display import shown_name, shown_person
from .intents import Intent
from .lines import Teller, add, is_me, line, named
from .replacing import replace
from .seat import Seat
from .step import Moment
from .unled import WHY_NOT
from .view import Line, Notice, Passage, Refusal

NOT_YET = Refusal(N_("The room is still opening. One moment, please."))
NOT_YOURS = Refusal(N_("Only a facilitator can do that."))
NOTHING_WRITTEN = N_("There is nothing written yet.")
_QUESTION_TOO_LONG = N_(
    "That is longer than a question can be, by {over} of {most} characters. It is kept here."
)
_IDEA_TOO_LONG = N_(
    "That is longer than an idea can be, by {over} of {most} characters. It is kept here."
)
_BEGIN = N_("{name} asks for ideas. /listideas, or B and then l, begins the list.")
_BEGIN_YOURS = N_("/listideas, or B and then l, begins the list.")
_TRIES = N_("{name} would like to try idea {number}.")
_TRIES_THIS = N_("{name} would like to try idea {number}: {idea}")
_CHOICES = {
    "other-source": N_("{name} would like to look for ideas elsewhere, too. Thank you."),
    "leave-for-now": N_("{name} leaves it for now. Thank you."),
}
_CHOOSE = N_(
    "The list of ideas for you is done. /board reads it. /try and a number, /elsewhere, or /notnow: "
    "all are fine, and there is no hurry."
)


def is_for_the_list(seat: Seat) -> bool:
    """Tell whether what a member sends now is an idea for the list."""
    return seat.state is not None and seat.state.is_listing and not seat.is_staff


def ask(seat: Seat, intent: intents.AskIdeas, moment: Moment) -> Seat | Refusal:
    """Ask for ideas."""
    why_not = _why_not_text(seat, intent.text, _QUESTION_TOO_LONG, ev.MAX_PROBLEM)
    if seat.state is not None and seat.state.board is not None:
        why_not = boarding.SOMEBODY_ASKED
    if why_not:
        return Refusal(why_not, intent.text)
    return saying.say(seat, ev.AskForIdeas(intent.text.strip()), moment)


def suggest(seat: Seat, text: str, moment: Moment) -> Seat | Refusal:
    """Put an idea on the list; what cannot go there is given back."""
    why_not = _why_not_text(seat, text, _IDEA_TOO_LONG, ev.MAX_IDEA)
    if not why_not and seat.state is not None:
        why_not = boarding.why_not_give(seat.state, seat.facts.identity)
    return (
        Refusal(why_not, text) if why_not else saying.say(seat, ev.GiveIdea(text.strip()), moment)
    )


def _why_not_text(seat: Seat, text: str, too_long: str, most: int) -> str:
    length = len(text.strip())
    if seat.state is None:
        return NOT_YET.sentence
    if not length:
        return NOTHING_WRITTEN
    if length > most:
        return _(too_long).format(over=length - most, most=most)
    return WHY_NOT if seat.is_unled else ""


def _lead(
    make: Callable[[MeetingState], ev.Event],
) -> Callable[[Seat, Any, Moment], Seat | Refusal]:
    def doer(seat: Seat, intent: Any, moment: Moment) -> Seat | Refusal:
        if seat.state is None:
            return NOT_YET
        return saying.say(seat, make(seat.state), moment) if seat.is_staff else NOT_YOURS

    return doer


def _choose(seat: Seat, intent: intents.ChooseTheIdea, moment: Moment) -> Seat | Refusal:
    board = seat.state.board if seat.state else None
    if board is None:
        return Refusal(boarding.NO_BOARD)
    if board.owner != seat.facts.identity:
        return Refusal(boarding.NOT_YOURS)
    if board.phase != "listed":
        return Refusal(boarding.NOT_LISTED)
    if intent.outcome == "try" and not 1 <= intent.number <= board.count:
        return Refusal(boarding.NO_SUCH_IDEA)
    return saying.say(seat, ev.ChooseIdea(intent.number, intent.outcome), moment)


def _put_away(seat: Seat, intent: intents.PutTheBoardAway, moment: Moment) -> Seat | Refusal:
    if seat.state is None or seat.state.board is None:
        return Refusal(boarding.NO_BOARD)
    return saying.say(seat, ev.PutBoardAway(), moment)


DOERS: dict[type[Intent], Callable[[Seat, Any, Moment], Seat | Refusal]] = {
    intents.AskIdeas: ask,
    intents.BeginTheList: _lead(lambda state: ev.BeginList(state.version)),
    intents.SuggestIdea: lambda seat, intent, moment: suggest(seat, intent.text, moment),
    intents.EndTheList: _lead(lambda state: ev.EndList(state.version)),
    intents.ChooseTheIdea: _choose,
    intents.PutTheBoardAway: _put_away,
}


def board_view(seat: Seat, state: MeetingState) -> BoardView | None:
    """Return the board as this person may see it."""
    board = state.board
    if board is None:
        return None
    return BoardView(
        owner=shown_name(seat, board.owner),
        phase=board.phase,
        problem=seat.board.problem,
        ideas=seat.board.ideas,
        missed=board.count - len(seat.board.ideas),
        is_mine=is_me(seat, board.owner),
        leads=seat.is_staff,
    )


def _asked(seat: Seat, effect: fx.IdeasAsked, moment: Moment) -> Seat:
    problem = clean(effect.text, ev.MAX_PROBLEM)
    seat = replace(seat, board=BoardWords(problem))
    words = (
        N_("You ask for ideas:") if is_me(seat, effect.identity) else N_("{name} asks for ideas:")
    )
    seat = line(seat, Line.BOARD, named(seat, words, effect), moment)
    if seat.is_staff and not is_me(seat, effect.identity):
        name = shown_name(seat, effect.identity)
        moment.notices.append(Notice(_(_BEGIN).format(name=name)))
    elif seat.is_staff:
        moment.notices.append(Notice(_BEGIN_YOURS))
    return add(
        seat,
        Passage(
            key=effect.message_id,
            line=Line.SHARE,
            text=problem,
            at=moment.now,
            author=shown_person(seat, effect.identity),
            is_mine=is_me(seat, effect.identity),
        ),
    )


def _began(seat: Seat, effect: fx.ListBegan, moment: Moment) -> Seat:
    return _say_phase(seat, moment)


def _ended(seat: Seat, effect: fx.ListEnded, moment: Moment) -> Seat:
    if is_me(seat, effect.identity):
        moment.notices.append(Notice(_CHOOSE))
        return seat
    return _say_phase(seat, moment)


def _say_phase(seat: Seat, moment: Moment) -> Seat:
    view = board_view(seat, seat.state) if seat.state else None
    return line(seat, Line.BOARD, view.words, moment) if view else seat


def _listed(seat: Seat, effect: fx.IdeaListed, moment: Moment) -> Seat:
    text = str(clean_line(effect.text, ev.MAX_IDEA))
    idea = IdeaView(effect.number, text, is_me(seat, effect.identity))
    seat = replace(seat, board=replace(seat.board, ideas=(*seat.board.ideas, idea)))
    return line(seat, Line.BOARD, f"{effect.number}. {text}", moment)


def _chosen(seat: Seat, effect: fx.IdeaChosen, moment: Moment) -> Seat:
    idea = next((one.text for one in seat.board.ideas if one.number == effect.number), "")
    words = _(_CHOICES.get(effect.outcome) or (_TRIES_THIS if idea else _TRIES))
    text = words.format(name=shown_name(seat, effect.identity), number=effect.number, idea=idea)
    return line(replace(seat, board=BoardWords()), Line.BOARD, text, moment)


def _away(seat: Seat, effect: fx.BoardPutAway, moment: Moment) -> Seat:
    seat = replace(seat, board=BoardWords())
    return line(seat, Line.BOARD, _("The board is put away."), moment)


TELLERS: dict[type[fx.Effect], Teller] = {
    fx.IdeasAsked: _asked,
    fx.ListBegan: _began,
    fx.IdeaListed: _listed,
    fx.ListEnded: _ended,
    fx.IdeaChosen: _chosen,
    fx.BoardPutAway: _away,
}
