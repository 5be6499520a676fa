"""Which of the two front ends is used, and why; both get the same attendance and nothing else.

The screen is imported only when one opens: it takes a while to load, and the plain line mode must
work where Textual is not installed.
"""

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec

from holdspace.client.attend import Attendance
from holdspace.client.command_line import FAILED, WELL
from holdspace.client.editor import clear_up
from holdspace.client.keeping import Keeper
from holdspace.client.plain import attend
from holdspace.client.prompt import say
from holdspace.client.seat.view import Place
from holdspace.client.settings import USUAL, Settings, find_settings
from holdspace.client.settings_book import SettingsBook, open_book, take_effect
from holdspace.protocol.translation import _


def why_plain(
    flag: bool,
    environment: Mapping[str, str],
    settings: Settings = USUAL,
    *,
    is_terminal: bool,
    has_screen: bool,
) -> str:
    """Return why the plain line mode is used, or "" for the screen."""
    reasons = (
        (flag, _("because of --plain")),
        (settings.plain, _("because of your settings")),
        (environment.get("HOLDSPACE_PLAIN", "") not in {"", "0"}, _("because of HOLDSPACE_PLAIN")),
        (environment.get("TERM") == "dumb", _("because this terminal is a plain one (TERM=dumb)")),
        (not is_terminal, _("because this is not a terminal")),
        (not has_screen, _("because the screen is not installed (holdspace[client] brings it)")),
    )
    return next((words for applies, words in reasons if applies), "")


def choose_plain(*, flag: bool) -> bool:
    """Return whether plain lines are used here, and say why they are."""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    has_screen = find_spec("textual") is not None
    found = find_settings()
    for line in found.lines():
        say(line)
    cleared = clear_up(os.environ)
    if cleared:
        say(_("editor: {words}").format(words=cleared))
    reason = why_plain(
        flag, os.environ, found.settings, is_terminal=is_terminal, has_screen=has_screen
    )
    if reason:
        say(_("plain: Plain lines, {reason}.").format(reason=reason))
    return bool(reason)


async def show(attendance: Attendance, *, plain: bool, keeper: Keeper | None = None) -> int:
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
            return await attend(attendance, keeper=used, book=book)
        return await _on_screen(attendance, book, used)


async def _on_screen(attendance: Attendance, book: SettingsBook, keeper: Keeper) -> int:
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
        return await attend(attendance, keeper=keeper, book=book)
    if ending is Ending.VANISHED:
        await attendance.vanish()
    if ending is Ending.FINISHED:
        await attendance.leave()
    view = attendance.view
    # Somebody who let the screen vanish wants nothing of it left on the terminal.
    if ending is not Ending.VANISHED and view.ended_words:
        say(view.ended_words)
    return FAILED if ending is Ending.CRASHED or view.place is Place.ENDED else WELL
