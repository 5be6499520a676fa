"""A word at the door: the same page for the host, over the list of knocks, and for who knocks.

What is written here goes to the other one at the door alone. Who is let in meanwhile finds their
words again on a page of their own, and not in the room's text field.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from typing_extensions import override

from holdspace.client.acts import Spot
from holdspace.client.seat.intents import Intent, Say, SayAtDoor, WordAtDoor
from holdspace.client.seat.unsent import DOOR, LEADS, Unsent
from holdspace.client.seat.view import DoorLine, KnockView, RoomView
from holdspace.client.tui.keyline import ALWAYS, keys
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Row, indent, paragraph, row
from holdspace.client.tui.screens.apart import WRITING, ApartScreen
from holdspace.client.tui.screens.base import act_bindings
from holdspace.protocol.translation import N_, _

READING = (("Tab", N_("write")), ("q", N_("leave")), ("F1", N_("help")))
HOST_READING = (("Tab", N_("write")), ("Esc", N_("back to the door")), ("F1", N_("help")))
GONE = N_("They are no longer waiting at the door. Nothing was sent; your words are kept here.")
AT_DOOR = N_("You are still at the door. Only who leads the room reads what you write here.")


class DoorTalkScreen(ApartScreen):
    """What is said at the door, and a text field for it."""

    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.WRITING, Spot.ANYWHERE)]

    def __init__(self, unsent: Unsent, knock: bytes = b"") -> None:
        super().__init__(unsent)
        self._knock = knock

    @property
    @override
    def handle(self) -> bytes:
        return self._knock or DOOR

    @override
    def show(self, view: RoomView) -> None:
        """Draw the new picture, the newest words in sight."""
        super().show(view)
        self.query_one("#transcript", VerticalScroll).scroll_end(animate=False)

    def _at_door(self) -> KnockView | None:
        return next((one for one in self.view.knocks if one.knock == self._knock), None)

    def _thread(self) -> tuple[DoorLine, ...]:
        if not self._knock:
            return self.view.door_thread
        known = self._at_door()
        return known.thread if known else ()

    def _other(self) -> str:
        if self._knock:
            known = self._at_door()
            return known.name if known else "somebody"
        return _(LEADS)

    @override
    def _who(self) -> str:
        return (
            _("at the door with {name}").format(name=self._other())
            if self._knock
            else _("at the door with a facilitator")
        )

    @override
    def _said(self) -> ComposeResult:
        with VerticalScroll(id="transcript"):
            yield Drawing(lambda width, _: self._lines(width), id="page")

    def _lines(self, width: int) -> list[Row]:
        known = self._at_door()
        first = paragraph(f"“{known.introduction}”", width) if known and known.introduction else []
        said = [
            part
            for line in self._thread()
            for part in (
                row((_("You"), "me-strong") if line.is_mine else (self._other(), "strong")),
                *indent(paragraph(line.text, width - 2), 2),
                BLANK,
            )
        ]
        return [*first, *([BLANK] if first else []), *said]

    @override
    def _hint_words(self) -> tuple[str, bool]:
        if self._knock and self._at_door() is None:
            return GONE, True
        return _("Only {other} reads what you write here.").format(
            other=self._other()
        ) if self._knock else AT_DOOR, False

    @override
    def _keys(self, width: int) -> Row:
        if self.focused is self.composer:
            return keys(WRITING, width, last=ALWAYS)
        return keys(HOST_READING if self._knock else READING, width, last=ALWAYS)

    @override
    def _for_here(self, command: Intent) -> Intent:
        if not isinstance(command, Say | SayAtDoor):
            return command
        return WordAtDoor(self._knock, command.text) if self._knock else SayAtDoor(command.text)

    @override
    def _go_back(self) -> None:
        # Who waits at the door has nothing to go back to.
        if self._knock:
            self.dismiss()
