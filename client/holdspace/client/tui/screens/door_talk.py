"""A word at the door: the same page for the host, over the list of knocks, and for who knocks.

What is written here goes to the other one at the door alone. When the door opens meanwhile, or the
meeting ends, the page stays until it is left: the letters that come next, and the Enter after them, were
meant for one person, and would be read by everybody.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from typing_extensions import override

from holdspace.client.acts import BY_ID, Command, Local, Spot
from holdspace.client.seat.intents import Intent, Leave, Say, SayAtDoor, WordAtDoor
from holdspace.client.seat.intents_apart import BackToRoom
from holdspace.client.seat.unsent import DOOR, LEADS, Unsent
from holdspace.client.seat.view import DoorLine, KnockView, Place, RoomView
from holdspace.client.tui.keyline import ALWAYS, NEW_LINE, key_name, keys
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Row, indent, paragraph, row
from holdspace.client.tui.screens.apart import WRITING, ApartScreen
from holdspace.client.tui.screens.base import act_bindings
from holdspace.protocol.translation import N_, _

READING = (("Tab", N_("write")), ("q", N_("leave")))
HOST_READING = (("Tab", N_("write")), ("Esc", N_("back to the door")))
_LET_IN = N_("You are let in, and the room waits for you. Esc goes there.")
_MEANWHILE = N_("Something has changed meanwhile. Esc shows it.")
_KEPT = N_("Nothing was sent; your words are kept here, and in the room {key} shows them again.")
_KEPT_FOR_LATER = N_(
    "Nothing was sent; your words are kept here, and after it {key} shows them again."
)
# What can still be wanted here once the door is open: help, the way out, one's own words.
_STILL = frozenset({Spot.ANYWHERE, Spot.WRITING})
# Where the next letters would be read by somebody.
_READ_BY_OTHERS = frozenset({Place.LOBBY, Place.WAITING, Place.ROOM})
GONE = N_("They are no longer waiting at the door. Nothing was sent; your words are kept here.")
AT_DOOR = N_("You are still at the door. Only who leads the room reads what you write here.")


class DoorTalkScreen(ApartScreen):
    """What is said at the door, and a text field for it."""

    KEEPS_TYPING = True
    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.WRITING, Spot.ANYWHERE)]

    def __init__(self, unsent: Unsent, knock: bytes = b"") -> None:
        super().__init__(unsent)
        self._knock = knock
        # Whoever lets people in is in the room; who knocks waits.
        self._began_in = Place.ROOM if knock else Place.WAITING
        # What was said, and by whom, stays in sight when the picture has it no longer.
        self._known: tuple[str, tuple[DoorLine, ...]] = ("", ())

    @override
    def stays_in(self, place: Place) -> bool:
        return place in _READ_BY_OTHERS or bool(self.unsent_here.strip())

    @property
    def _has_moved(self) -> bool:
        return self.view.place is not self._began_in

    @property
    @override
    def handle(self) -> bytes:
        return self._knock or DOOR

    @override
    def show(self, view: RoomView) -> None:
        """Draw the new picture, the newest words in sight."""
        self._remember()
        super().show(view)
        self.query_one("#transcript", VerticalScroll).scroll_end(animate=False)

    def _at_door(self) -> KnockView | None:
        return next((one for one in self.view.knocks if one.knock == self._knock), None)

    def _remember(self) -> None:
        known = self._at_door()
        if known is not None:
            self._known = known.name, known.thread
        elif not self._knock and self.view.door_thread:
            self._known = "", self.view.door_thread

    def _other(self) -> str:
        name, _thread = self._known
        return (name or _("somebody")) if self._knock else _(LEADS)

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
            for line in self._known[1]
            for part in (
                row((_("You"), "me-strong") if line.is_mine else (self._other(), "strong")),
                *indent(paragraph(line.text, width - 2), 2),
                BLANK,
            )
        ]
        return [*first, *([BLANK] if first else []), *said]

    @override
    def _hint_words(self) -> tuple[str, bool]:
        if self._has_moved:
            return _(_LET_IN if self.view.place is Place.ROOM else _MEANWHILE), True
        if self._knock and self._at_door() is None:
            return _(GONE), True
        return _("Only {other} reads what you write here.").format(
            other=self._other()
        ) if self._knock else _(AT_DOOR), False

    @override
    def _keys(self, width: int) -> Row:
        if self._has_moved:
            there = _("to the room") if self.view.place is Place.ROOM else _("back")
            return keys(((_("Esc"), there), NEW_LINE), width, last=ALWAYS)
        if self.focused is self.composer:
            return keys(WRITING, width, last=ALWAYS)
        return keys(HOST_READING if self._knock else READING, width, last=ALWAYS)

    @override
    def _why_kept(self, command: Command) -> str:
        is_still_done = isinstance(command, Local) and command.act.spot in _STILL
        if not self._has_moved or is_still_done or isinstance(command, Leave | BackToRoom):
            return ""
        words = _KEPT if self.view.place is Place.ROOM else _KEPT_FOR_LATER
        return _(words).format(key=key_name(BY_ID["copy"].key))

    @override
    def _for_here(self, command: Intent) -> Intent:
        if isinstance(command, BackToRoom) and self._has_moved:
            self.call_later(self.home.go_on)
        if not isinstance(command, Say | SayAtDoor):
            return command
        return WordAtDoor(self._knock, command.text) if self._knock else SayAtDoor(command.text)

    @override
    def step_back(self) -> None:
        """Leave the text field; once the door is open, go through it."""
        if not self._has_moved:
            super().step_back()
            return
        chosen = self.view.chosen_aside
        if chosen is not None and chosen.handle == DOOR:
            # The seat, too, lets nothing that is typed go to the room before that.
            self.home.want(BackToRoom())
        self.home.go_on()

    @override
    def _go_back(self) -> None:
        # Who waits at the door has nothing to go back to.
        if self._knock:
            self.dismiss()
