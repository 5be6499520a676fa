"""The board as this person sees it: what is asked, which ideas are listed, what they may do now."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class IdeaView:
    """One idea, in somebody's (cleaned) words; whose they are is not shown."""

    number: int
    text: str = field(repr=False)
    is_mine: bool = False


@dataclass(frozen=True)
class BoardWords:
    """What this client was told of a board; the meeting's state has no texts."""

    problem: str = field(default="", repr=False)
    ideas: tuple[IdeaView, ...] = ()


@dataclass(frozen=True)
class BoardView:
    """Ideas for somebody who asked for them. `missed` ideas were listed before this person came."""

    owner: str
    phase: Literal["asked", "listing", "listed"]
    problem: str = field(default="", repr=False)
    ideas: tuple[IdeaView, ...] = ()
    missed: int = 0
    is_mine: bool = False
    leads: bool = False

    @property
    def words(self) -> str:
        """Say in one sentence how far it is, and for whom."""
        words = _PHASES[self.phase, self.is_mine]
        if self.leads and self.phase == "listing":
            words = f"{words} {_ENDS}" if self.is_mine else f"{_LED} {_ENDS}"
        return words.replace("{owner}", self.owner)


_LED = (
    "Ideas for {owner} are being listed, without names. What you send is said to the room as always; "
    "/suggest lists an idea of yours."
)
_ENDS = "/endlist ends the list."
_PHASES = {
    ("asked", False): "{owner} asks for ideas. A facilitator begins the list.",
    ("asked", True): "You asked for ideas. A facilitator begins the list.",
    ("listing", False): (
        "Ideas for {owner} are being listed. What you send is one idea; the list shows no names. "
        "Nothing is discussed yet."
    ),
    ("listing", True): (
        "Ideas for you are being listed. You need not answer anything; you choose when the list is done."
    ),
    (
        "listed",
        False,
    ): "The list is done, and {owner} chooses. You can talk about it now, by raised hands.",
    ("listed", True): (
        "The list is yours. Try one (/try and its number), look elsewhere (/elsewhere), or leave it "
        "for now (/notnow): all are fine."
    ),
}
