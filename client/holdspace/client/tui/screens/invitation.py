"""The invitation code, with the mouse given back to the terminal so that it can be copied."""

from typing import ClassVar

from textual.binding import BindingType
from typing_extensions import override

from holdspace.client.acts import BY_ID, Local
from holdspace.client.tui import pages, terminal
from holdspace.client.tui.keyline import key_name
from holdspace.client.tui.screens.base import textual_key
from holdspace.client.tui.screens.page import PageScreen
from holdspace.protocol.translation import _

_COPY = BY_ID["copy"]


class InvitationScreen(PageScreen):
    """The code that opens the door to a knock."""

    CSS_PATH = "page.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("i", "act('invite')", "new invitation"),
        (textual_key(_COPY.key), "copy", _COPY.verb),
    ]

    def __init__(self) -> None:
        keys = (("i", _("new invitation")), (key_name(_COPY.key), _COPY.verb))
        super().__init__(_("Invitation"), pages.invitation_page, keys)

    def action_copy(self) -> None:
        """Show the code with nothing around it, where it can be had without a mouse, too."""
        # Gone before that: it has the mouse given away, and would have it back too early.
        self.dismiss()
        self.home.run_local(Local(_COPY, "code"))

    @override
    def begin(self) -> None:
        """Let the terminal's own selection work here."""
        super().begin()
        terminal.release_mouse(self.app)

    def on_unmount(self) -> None:
        """Take the mouse again."""
        terminal.grab_mouse(self.app)
