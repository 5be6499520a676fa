"""The board as this person sees it: what is asked, which ideas are listed, what they may do now."""

from dataclasses import field
from typing import Literal

from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value


@value()
class IdeaView:
    """One idea, in somebody's (cleaned) words; whose they are is not shown."""

    number: int
    text: str = field(repr=False)
    is_mine: bool = False


@value()
class BoardWords:
    """What this client was told of a board; the meeting's state has no texts."""

    problem: str = field(default="", repr=False)
    ideas: tuple[IdeaView, ...] = ()


@value()
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
        is_led = self.leads and self.phase == "listing"
        words = _LED if is_led and not self.is_mine else _PHASES[self.phase, self.is_mine]
        said = _(words).format(owner=self.owner)
        return f"{said} {_(_ENDS)}" if is_led else said


_LED = N_(
    "Ideas for {owner} are being listed, without names. What you send is said to the room as always; "
    "/suggest lists an idea of yours."
)
_ENDS = N_("/endlist ends the list.")
_PHASES = {
    ("asked", False): N_("{owner} asks for ideas. A facilitator begins the list."),
    ("asked", True): N_("You asked for ideas. A facilitator begins the list."),
    ("listing", False): (
        N_(
            "Ideas for {owner} are being listed. What you send is one idea; the list shows no names. "
            "Nothing is discussed yet."
        )
    ),
    ("listing", True): (
        N_(
            "Ideas for you are being listed. You need not answer anything; you choose when the list is done."
        )
    ),
    (
        "listed",
        False,
    ): N_("The list is done, and {owner} chooses. You can talk about it now, by raised hands."),
    ("listed", True): (
        N_(
            "The list is yours. Try one (/try and its number), look elsewhere (/elsewhere), or leave it "
            "for now (/notnow): all are fine."
        )
    ),
}
