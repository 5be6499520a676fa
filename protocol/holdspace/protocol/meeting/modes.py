"""The ways of taking turns, as one table: who writes, who is next, what a pass means, whether nods count."""

from typing import Literal

from holdspace.protocol.meeting.kinds import TurnMode
from holdspace.protocol.translation import N_
from holdspace.protocol.values import value


@value()
class ModeRules:
    """What one turn mode lets people do; a floor that somebody was given lets them write in any."""

    writers: Literal["everybody", "floor", "whoever is released"]
    next_by_itself: Literal["queue", "round", "nobody"]
    passing: Literal["a turn", "a word"]
    nods: bool
    why_not: str


MODES: dict[TurnMode, ModeRules] = {
    "open": ModeRules("everybody", "nobody", "a word", True, ""),
    "listen": ModeRules(
        "floor",
        "nobody",
        "a turn",
        True,
        N_("The facilitators are speaking. You can nod, or raise a hand to be called."),
    ),
    "hands": ModeRules(
        "floor",
        "queue",
        "a turn",
        True,
        N_("The floor is free. Raise your hand and it is yours."),
    ),
    "round": ModeRules(
        "floor",
        "round",
        "a turn",
        True,
        N_("The round is over. Raise a hand if you want to add something."),
    ),
    "gather": ModeRules("whoever is released", "nobody", "a word", True, ""),
    "silent": ModeRules(
        "floor",
        "nobody",
        "a turn",
        False,
        N_("This is a quiet stage. Raise a hand if you need something."),
    ),
    "pairs": ModeRules(
        "floor",
        "nobody",
        "a turn",
        True,
        N_("People meet in pairs now, or rest here. Raise a hand if you need something."),
    ),
}
