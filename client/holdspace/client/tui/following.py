"""Which page lies over the room: that of whom typing goes to; never over what somebody is writing.

A pair opens by itself, and a facilitator writes to somebody at the door: their pages come up, and take the
next letters. Who is in the middle of a sentence would say the rest of it to other people. So what comes
from others waits until the field or the page is left.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.screen import Screen
from textual.widgets import Input, TextArea

from holdspace.client.seat.view import Place, RoomView
from holdspace.client.tui.screens.base import HoldScreen
from holdspace.client.tui.screens.table import new_screen
from holdspace.protocol.translation import N_, _

if TYPE_CHECKING:
    from holdspace.client.tui.app import HoldspaceApp
    from holdspace.client.tui.screens.private import PrivateScreen

WAITS = N_(
    "{label} is open. What you write here stays here. When you leave this text field, or this page, the "
    "other one comes up."
)


class Following:
    """Let the page of the private word that typing goes to lie over the room, and no other."""

    def __init__(self, app: "HoldspaceApp") -> None:
        self._app = app
        self._said_to_wait = ""

    def follow(self, view: RoomView) -> None:
        """Bring up the page that belongs there, or say that it waits."""
        app, chosen, private = self._app, view.chosen_aside, self.private_page()
        is_there = bool(chosen and private and private.handle == chosen.handle)
        is_room = view.place is Place.ROOM
        if chosen is not None and is_being_written(app.screen_stack):
            self._say_what_waits(chosen.label if is_room and not is_there else "")
            return
        self._said_to_wait = ""
        if private is not None and not is_there:
            app.close_overlays(all_of_them=True)
        is_asked = view.place is Place.WAITING and bool(view.door_thread)
        if is_asked and not is_being_written(app.screen_stack):
            app.lay_over(new_screen("door-talk", app.unsent))
        if chosen is not None and is_room and not is_there:
            app.open_screen(new_screen("private", chosen.handle, app.unsent))

    def private_page(self) -> "PrivateScreen | None":
        """Return the page of a private word, if it lies over the room."""
        screens = (one for one in self._app.screen_stack if isinstance(one, HoldScreen))
        found = next((one for one in screens if one.aside_handle), None)
        return cast("PrivateScreen | None", found)

    def _say_what_waits(self, label: str) -> None:
        if label != self._said_to_wait:
            self._said_to_wait = label
            self._app.tell(_(WAITS).format(label=label) if label else "")


def stays(screens: Sequence[Screen[object]], place: Place) -> bool:
    """Tell whether one of these stays, with everything under it, though this person has come there."""
    return any(one.stays_in(place) for one in screens if isinstance(one, HoldScreen))


def is_being_written(screens: Sequence[Screen[object]]) -> bool:
    """Tell whether somebody writes on the screen on top, or stays on one of these to write."""
    if any(isinstance(one, HoldScreen) and one.KEEPS_TYPING for one in screens):
        return True
    focused = screens[-1].focused if screens else None
    if isinstance(focused, Input):
        return bool(focused.value)
    return isinstance(focused, TextArea) and bool(focused.text.strip())
