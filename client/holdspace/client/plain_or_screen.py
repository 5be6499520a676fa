"""Which of the two front ends is used, and why: said before either of them is loaded."""

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec

from holdspace.client.editor import clear_up
from holdspace.client.prompt import say
from holdspace.client.settings import USUAL, Settings, find_settings
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
