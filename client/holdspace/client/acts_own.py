"""The acts of what people do for themselves, and of the board of ideas."""

from functools import partial

from holdspace.client.act_kinds import Act, Need, Spot, facilitators_act
from holdspace.client.seat.intents_board import (
    AskIdeas,
    BeginTheList,
    ChooseTheIdea,
    EndTheList,
    PutTheBoardAway,
    SuggestIdea,
)
from holdspace.client.seat.view import RoomView


def _is_board(view: RoomView, *phases: str) -> bool:
    return view.board is not None and view.board.phase in phases


def _is_mine(view: RoomView) -> bool:
    return view.board is not None and view.board.is_mine


def _chooses(view: RoomView) -> bool:
    return _is_mine(view) and _is_board(view, "listed")


def _is_stage(view: RoomView, kind: str) -> bool:
    return view.stage is not None and view.stage.kind == kind


# What a kind of stage is for, by the act's id; told when it begins, and first among the keys.
STAGE_ACTS: dict[str, tuple[str, ...]] = {
    "goal_set": ("goal",),
    "goal_review": ("review",),
    "brainstorm": ("board",),
}


EVERYONE: tuple[Act, ...] = (
    Act("goal", "G", "goal", "small step",
        "Make a plan, small enough to be nearly sure of; no plan is fine. It stays on this device.",
        also=("plan",), when=lambda view: not _is_stage(view, "goal_review")),
    Act("review", "G", "review", "how my plan went",
        "Look back on your last plan; only you see it.",
        also=("lookback", "look-back"), when=partial(_is_stage, kind="goal_review")),
    Act("plans", "J", "plans", "my plans and ideas",
        "Read your own plans, ideas and notes.", also=("ideas", "notes", "mine")),
    Act("idea", "I", "idea", "keep an idea",
        "Keep an idea for yourself, in your own words, never in those of others.",
        needs=Need.TEXT),
    Act("note", "n", "note", "write a note", "Write a note to yourself.",
        spot=Spot.OWN, needs=Need.TEXT),
    Act("notebook", "k", "notebook", "open a notebook",
        "Open your notebook, or make one, so that plans, drafts and rooms can be kept, encrypted.",
        spot=Spot.OWN),
    Act("board", "B", "board", "ideas",
        "Show the board: who asks for ideas, and which are listed."),
    Act("ask-ideas", "a", "askideas", "ask for ideas",
        "Ask everybody for ideas about something of yours. A facilitator begins the list.",
        lambda given: AskIdeas(given.text), spot=Spot.BOARD, needs=Need.TEXT, also=("ask-ideas",),
        when=lambda view: view.board is None),
    Act("suggest", "s", "suggest", "list an idea",
        "Put an idea on the list, which shows no names.",
        lambda given: SuggestIdea(given.text), spot=Spot.BOARD, needs=Need.TEXT,
        when=lambda view: _is_board(view, "listing") and not _is_mine(view)),
    Act("try", "enter", "try", "try this one",
        "Say that you would like to try the idea with this number, of those you asked for.",
        lambda given: ChooseTheIdea(given.number), spot=Spot.BOARD, needs=Need.NUMBER,
        when=_chooses),
    Act("elsewhere", "o", "elsewhere", "look elsewhere",
        "Say that you look for ideas elsewhere, too.",
        lambda _: ChooseTheIdea(outcome="other-source"), spot=Spot.BOARD, when=_chooses),
    Act("not-now", "n", "notnow", "leave it for now", "Leave the ideas for now. It needs no reason.",
        lambda _: ChooseTheIdea(outcome="leave-for-now"), spot=Spot.BOARD, also=("not-now",),
        when=_chooses),
    Act("put-away", "x", "putaway", "put the board away",
        "Put the board away without a choice, if it is yours or you lead.",
        lambda _: PutTheBoardAway(), spot=Spot.BOARD, also=("put-away",),
        english_question="Put the board away? Its list is gone then.",
        when=lambda view: view.board is not None and (_is_mine(view) or view.is_facilitator)),
)  # fmt: skip

FACILITATORS: tuple[Act, ...] = (
    facilitators_act("begin-list", "l", "listideas", "begin the list",
        "Let everybody list ideas for whoever asked; nothing is discussed meanwhile.",
        lambda _: BeginTheList(), spot=Spot.BOARD, also=("begin-list",),
        when=lambda view: _is_board(view, "asked")),
    facilitators_act("end-list", "l", "endlist", "end the list",
        "End the list of ideas; now it is talked about by raised hands, and its owner chooses.",
        lambda _: EndTheList(), spot=Spot.BOARD, also=("end-list",),
        when=lambda view: _is_board(view, "listing")),
)  # fmt: skip
