"""Who would hear a line, as far as whoever typed it knows: it is said to nobody else.

Between the key and here a door can open, or a private word end. What was entered before the person was
told of it was typed for whom they knew of, and the half line that stood there as well.
"""

from typing import Protocol

from holdspace.client.seat.unsent import typing_goes_to
from holdspace.client.seat.view import Place, RoomView

# Where words are said; the answers to the questions of a door are nobody's words.
_SAID_IN = frozenset({Place.WAITING, Place.ROOM})


class Typed(Protocol):
    """What a terminal knows of lines that nobody has read yet."""

    @property
    def typing(self) -> str:
        """Return the line that is being typed."""

    def entered(self) -> int:
        """Take in what the keys have left; return how many lines were entered and not read."""


class HeardBy:
    """What the person knows of who would hear them, and which lines are older than that."""

    def __init__(self, view: RoomView, terminal: Typed) -> None:
        self._knows = _heard_by(view)
        self._place = view.place
        self._terminal = terminal
        self._entered = 0
        self._is_begun = False

    def begun_before(self) -> None:
        """Take the line that is being typed for one that was begun for somebody else."""
        self._is_begun = True

    def changes(self, view: RoomView, *, is_begun: bool) -> None:
        """Learn what the person is about to be told; a line that was begun is for whom they knew of."""
        before, self._place = self._place, view.place
        if _heard_by(view) == self._knows:
            return
        self._knows = _heard_by(view)
        if before in _SAID_IN:
            self._entered = self._terminal.entered()
        if is_begun or self._terminal.typing:
            self._is_begun = True

    def acts(self, before: RoomView, after: RoomView) -> None:
        """Learn that the person's own act changed who would hear them: that they know."""
        if _heard_by(before) == self._knows:
            self._knows = _heard_by(after)

    def is_late(self, view: RoomView) -> bool:
        """Tell, once for each line, whether it was typed for others than would hear it now."""
        if self._entered:
            self._entered -= 1
            return True
        is_begun, self._is_begun = self._is_begun, False
        return is_begun or _heard_by(view) != self._knows


def _heard_by(view: RoomView) -> tuple[bool, bytes]:
    """Return what tells apart who would hear a line: the questions of the door, few, or the room."""
    return view.place is Place.LOBBY, typing_goes_to(view)
