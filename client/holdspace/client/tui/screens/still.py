"""The screens on which there is nothing to do: coming in, waiting at the door, and after the end."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from typing_extensions import override

from holdspace.client.acts import BY_ID, Act, Spot, acts_for
from holdspace.client.care.cards import debrief_lines
from holdspace.client.seat.view import Connection, Place, RoomView
from holdspace.client.tui.header import trouble
from holdspace.client.tui.keyline import act_keys, key_name, keys
from holdspace.client.tui.more_below import MoreBelow
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.rows import BLANK, Row, indent, paragraph, row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows
from holdspace.protocol.phrases import knock_phrase
from holdspace.protocol.translation import N_, _

Pairs = tuple[tuple[str, str], ...]
WAIT_KEYS: Pairs = (("q", N_("leave")), ("F1", N_("help")), ("F2", N_("need help now")))
END_KEYS: Pairs = (("Enter", N_("close")), ("F2", N_("need help now")))


class StillScreen(HoldScreen):
    """A few calm lines in the middle of the window."""

    CSS_PATH = "still.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ANYWHERE),
        ("enter,space", "finish", "close"),
        ("down", "read_rows(1)", "read on"),
        ("up", "read_rows(-1)", "read back"),
        ("pagedown", "read(1)", "read on"),
        ("pageup", "read(-1)", "read back"),
    ]

    def keys(self, view: RoomView) -> Pairs:
        """Return the keys that do something here."""
        return END_KEYS if view.connection is Connection.GONE else WAIT_KEYS

    @abstractmethod
    def lines(self, view: RoomView, width: int) -> list[Row]:
        """Return what the screen says."""

    @override
    def compose(self) -> ComposeResult:
        """Put the lines in the middle, the keys under them."""
        with Vertical(id="still"):
            # In a very small window the words scroll, and the keys stay in sight.
            with VerticalScroll(id="body", can_focus=False):
                yield Drawing(lambda width, _: self.lines(self.view, width), id="lines")
                yield MoreBelow()
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(lambda width, _: [self._keys(width)], id="keys")
        yield self.too_small()

    def _keys(self, width: int) -> Row:
        *first, last = self.keys(self.view)
        return keys(first, width, last=[last])

    def action_finish(self) -> None:
        """Close the screen, when there is nothing left to wait for."""
        if self.keys(self.view)[0] == END_KEYS[0]:
            self.home.finish()


class ConnectingScreen(StillScreen):
    """Before the relay has answered, and when it cannot be reached at all."""

    @override
    def lines(self, view: RoomView, width: int) -> list[Row]:
        """Return how the way to the relay is."""
        if view.connection is Connection.GONE:
            words = view.ended_words or view.connection_words or _("The relay does not answer.")
            safe = _("Nothing was sent, and nothing was written down.")
            return _said(_("It was not possible to start"), words, safe, width)
        words = view.connection_words or _("This takes a moment.")
        return _said(_("Connecting to the relay …"), words, "", width)


class WaitingScreen(StillScreen):
    """At the door, after the knock."""

    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.DOORSTEP)]

    @override
    def keys(self, view: RoomView) -> Pairs:
        """Return the keys that do something here."""
        return (*act_keys(acts_for(view, Spot.DOORSTEP)), *WAIT_KEYS)

    @override
    def acts(self) -> Sequence[Act]:
        """Return what can be done while waiting."""
        return acts_for(self.view, Spot.DOORSTEP)

    @override
    def lines(self, view: RoomView, width: int) -> list[Row]:
        """Return that nothing has to be done, and what can be done inside."""
        host = view.card.host_name if view.card else _("the facilitator")
        words = _("{host} has been told, and will let you in. This can take a few minutes.").format(
            host=host
        )
        inside = (
            ("raise", _("raises your hand when you would like to say something")),
            ("pass", _("passes; it needs no reason")),
            ("nod", _("nods to what somebody said: I hear you")),
            ("what", _("says in one sentence what happens now")),
        )
        table = [line for name, what in inside for line in _with_key(name, what, width)]
        rest = _("Nothing to do. You can fetch a drink; your place at the door is kept.")
        return [
            *_said(_("You have knocked"), words, rest, width),
            *(_phrase(view, width) if view.knock_fingerprint else []),
            BLANK,
            *paragraph(_("Inside, with the text field left by Esc"), width, "sage-strong"),
            *table,
            *([BLANK, *trouble(view, width)] if trouble(view, width) else []),
        ]


def _phrase(view: RoomView, width: int) -> list[Row]:
    asked = _("The facilitator may ask you for the words of your knock: ")
    return [BLANK, *paragraph(f"{asked}{knock_phrase(view.knock_fingerprint)}.", width, "muted")]


def _with_key(name: str, words: str, width: int) -> list[Row]:
    """Return the key of an act and what it does; the words go on in the next row."""
    key = key_name(BY_ID[name].key)
    first, *rest = paragraph(words, max(1, width - 5), "muted")
    return [(*row((f"  {key}  ", "amber-strong")), *first), *indent(rest, 5)]


_ENDS: dict[Place, tuple[str, str]] = {
    Place.LEFT: (
        N_("You have left the meeting"),
        N_("Take what helps with you, and leave the rest."),
    ),
    Place.REMOVED: (
        N_("You are no longer a member of this meeting"),
        N_("A facilitator removed you. What was said after that cannot be read here."),
    ),
    Place.DECLINED: (
        N_("Not today"),
        N_("The facilitator could not let you in this time. You can ask them, and knock again."),
    ),
    Place.CLOSED: (
        N_("The meeting is closed"),
        N_("Go gently. The relay deletes what it kept of it."),
    ),
    Place.ENDED: (N_("The meeting has ended here"), ""),
}


UNSENT = N_(
    "What you wrote and did not send is still here, as long as this page is open: {key} shows it, to be "
    "copied."
)
NOTHING_KEPT = N_("Nothing of the meeting is kept on this device.")
IN_THE_NOTEBOOK = N_(
    "Your own words, and the room if you keep it, are in your notebook. Nothing else of the meeting is "
    "kept on this device."
)


class EndedScreen(StillScreen):
    """After the end, whichever it was."""

    BINDINGS: ClassVar[list[BindingType]] = [*act_bindings(Spot.WRITING, only={"copy"})]

    @override
    def keys(self, view: RoomView) -> Pairs:
        """Return the key that closes, the card for hard moments, and the way to unsent words."""
        close, support = END_KEYS
        words = (key_name(BY_ID["copy"].key), N_("your words"))
        return (close, words, support) if self.home.has_unsent else END_KEYS

    @override
    def lines(self, view: RoomView, width: int) -> list[Row]:
        """Return what happened, and what is left of it on this device."""
        title, words = _ENDS.get(view.place, _ENDS[Place.ENDED])
        kept = IN_THE_NOTEBOOK if self.home.is_kept else NOTHING_KEPT
        # What the seat says may begin with the title, which stands above it already.
        said = view.ended_words.removeprefix(title).removeprefix(".").strip()
        lines = _said(title, said or words, kept, width)
        if self.home.has_unsent:
            unsent = _(UNSENT).format(key=key_name(BY_ID["copy"].key))
            lines += [BLANK, *paragraph(unsent, width, "amber")]
        if view.place is Place.CLOSED and view.is_facilitator:
            lines += [
                BLANK,
                *(line for words in debrief_lines(view.lang) for line in paragraph(words, width)),
            ]
        return lines


def _said(title: str, words: str, rest: str, width: int) -> list[Row]:
    lines = [*paragraph(title, width, "strong"), BLANK, *paragraph(words, width)]
    return [*lines, BLANK, *paragraph(rest, width, "muted")] if rest else lines


_SCREENS: dict[Place, Callable[[], HoldScreen]] = {
    Place.OUTSIDE: ConnectingScreen,
    Place.WAITING: WaitingScreen,
}


def still_screen(view: RoomView) -> HoldScreen:
    """Return the screen for a place where there is nothing to do."""
    return _SCREENS.get(view.place, EndedScreen)()
