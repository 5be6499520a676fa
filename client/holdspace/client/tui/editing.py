"""What is one's own, outside the screen: one's own editor, the copy view, the clipboard.

For the first two the terminal is lent away. The meeting goes on meanwhile, the bell still rings, and
whatever was shown or written comes back to where it was.
"""

import os
from typing import TYPE_CHECKING

from holdspace.client.acts import Local
from holdspace.client.copying import Copies, NothingToCopy, chosen, copies
from holdspace.client.editor import UNKNOWN, NoEditor, find_editor, taken_up, write_in
from holdspace.client.seat.view import Place
from holdspace.client.tui import terminal
from holdspace.client.tui.bare import hand_over, show_bare
from holdspace.client.tui.screens.apart import ApartScreen
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.protocol.translation import N_, _, shown

if TYPE_CHECKING:
    from holdspace.client.tui.app import HoldspaceApp

NO_TERMINAL = N_("There is no terminal here that could be used for that. Nothing was changed.")
OVER = N_(
    "The meeting was over before you came back. These words were not sent; here they are, to be copied."
)


def _writing(app: "HoldspaceApp") -> RoomScreen | ApartScreen:
    """Return the page whose text field is written in."""
    if isinstance(app.screen, ApartScreen):
        return app.screen
    room = app.get_screen("room")
    assert isinstance(room, RoomScreen)  # noqa: S101  installed under that name
    return room


def drafts(app: "HoldspaceApp") -> tuple[str, ...]:
    """Return what is written here, and what was kept back from wherever it was meant for."""
    screen = _writing(app)
    here = screen.written if isinstance(screen, RoomScreen) else screen.unsent_here
    return here, *app.unsent.all, *app.view.unsent


def open_editor(app: "HoldspaceApp", command: Local) -> None:
    """Open the words of the text field in somebody's own editor; nothing is sent by it."""
    screen = _writing(app)
    # What was typed after the command is where it begins; nothing is lost if no editor opens.
    if command.text:
        screen.give_back(command.text)
    try:
        editor = find_editor(os.environ)
    except NoEditor as refused:
        app.tell(str(refused))
        return
    if not terminal.can_be_lent(app):
        app.tell(shown(NO_TERMINAL))
    elif not editor.is_known and editor.name not in app.wanted_editors:
        app.wanted_editors.add(editor.name)
        app.tell(_(UNKNOWN).format(name=editor.name))
    else:
        app.run_worker(_write_in(app, screen), name="editor", group="lent")


async def _write_in(app: "HoldspaceApp", screen: RoomScreen | ApartScreen) -> None:
    before = screen.composer.text
    try:
        with terminal.lent(app):
            written = await write_in(find_editor(os.environ), before, os.environ)
    except NoEditor as refused:
        app.tell(str(refused))
        return
    screen.take_up(lambda now: taken_up(now, before, written.text))
    if app.view.place not in (Place.ROOM, Place.WAITING) and written.text.strip():
        await show_bare(app, Copies(shown(OVER), (written.text,)))
    elif written.words:
        app.tell(written.words)


def open_copies(app: "HoldspaceApp", command: Local) -> None:
    """Show what can be copied, with nothing around it."""
    try:
        found = copies(command.text, app.view, *drafts(app))
    except NothingToCopy as refused:
        app.tell(str(refused))
        return
    if terminal.can_be_lent(app):
        app.run_worker(show_bare(app, found), name="copy", group="lent")
    else:
        app.tell(shown(NO_TERMINAL))


def to_clipboard(app: "HoldspaceApp", command: Local) -> None:
    """Hand one piece of what can be copied to the terminal's clipboard."""
    try:
        piece = chosen(command.text, app.view, *drafts(app))
    except NothingToCopy as refused:
        app.tell(str(refused))
        return
    app.tell(hand_over(piece, lambda data: terminal.hand_over(app, data)))
