"""The meeting in one of the two front ends; both get the same attendance and nothing else.

Only the one that is used is loaded: the screen takes a while, and the plain line mode must work where
Textual is not installed.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

from holdspace.client.command_line import FAILED, WELL
from holdspace.client.keeping import Keeper
from holdspace.client.prompt import say
from holdspace.client.seat.view import Place
from holdspace.client.settings_book import SettingsBook, open_book, take_effect
from holdspace.protocol.translation import _

if TYPE_CHECKING:
    from holdspace.client.attend import Attendance

_LINES, _SCREEN = "holdspace.client.plain.session", "holdspace.client.tui.app"


def load(*, plain: bool) -> None:
    """Load the front end that will be used, while something else has to be waited for."""
    import_module(_LINES if plain else _SCREEN)


async def show(attendance: "Attendance", *, plain: bool, keeper: Keeper | None = None) -> int:
    """Hold the meeting in plain lines or on the screen; return the program's exit code."""
    book = open_book()
    take_effect(book.settings)
    used = keeper or Keeper()
    used.when_opened(
        lambda: attendance.keep_rooms(
            lambda room: used.change(lambda notebook: notebook.keeping_room(room))
        )
    )
    async with used.saving():
        if plain:
            return await _in_lines(attendance, book, used)
        return await _on_screen(attendance, book, used)


async def _in_lines(attendance: "Attendance", book: SettingsBook, keeper: Keeper) -> int:
    from holdspace.client.plain.session import attend  # noqa: PLC0415

    return await attend(attendance, keeper=keeper, book=book)


async def _on_screen(attendance: "Attendance", book: SettingsBook, keeper: Keeper) -> int:
    from holdspace.client.tui.app import Ending, run_screen  # noqa: PLC0415
    from holdspace.client.tui.environment import (  # noqa: PLC0415
        UnsafeEnvironmentError,
        check_environment,
    )

    try:
        check_environment(os.environ)
    except UnsafeEnvironmentError as error:
        say(str(error))
        return FAILED
    ending = await run_screen(attendance, book, keeper)
    if ending is Ending.PLAIN:
        say(_("plain: Plain lines, because you chose them."))
        return await _in_lines(attendance, book, keeper)
    if ending is Ending.VANISHED:
        await attendance.vanish()
    if ending is Ending.FINISHED:
        await attendance.leave()
    view = attendance.view
    # Somebody who let the screen vanish wants nothing of it left on the terminal.
    if ending is not Ending.VANISHED and view.ended_words:
        say(view.ended_words)
    return FAILED if ending is Ending.CRASHED or view.place is Place.ENDED else WELL
