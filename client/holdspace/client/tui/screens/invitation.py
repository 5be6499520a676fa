"""The invitation code, with the mouse given back to the terminal so that it can be copied."""

from typing import ClassVar

from textual.binding import BindingType
from typing_extensions import override

from holdspace.client.tui import pages, terminal
from holdspace.client.tui.screens.page import PageScreen


class InvitationScreen(PageScreen):
    """The code that opens the door to a knock."""

    CSS_PATH = "page.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("i", "act('invite')", "new invitation")]

    def __init__(self) -> None:
        super().__init__("Invitation", pages.invitation_page, (("i", "new invitation"),))

    @override
    def begin(self) -> None:
        """Let the terminal's own selection work here."""
        super().begin()
        terminal.release_mouse(self.app)

    def on_unmount(self) -> None:
        """Take the mouse again."""
        terminal.grab_mouse(self.app)
