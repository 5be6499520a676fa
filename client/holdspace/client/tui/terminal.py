"""The few words we say to the terminal itself: its title, and whose the mouse is.

Only constants are written here, never anything that came from somebody. One file, because each
goes around Textual: 8.2.8 has no public way to set the title or to hand the mouse back.
"""

from collections.abc import Mapping
from typing import Any

from textual.app import App
from textual.driver import Driver

from holdspace.client.tui.signals import USUAL_TITLE, Signal, notification

# "22;0t" and "23;0t" put the old title aside and bring it back. Neutral: no room, no name (A22).
_TITLE = "\x1b[22;0t\x1b]0;holdspace\x07"
_TITLES = {words: f"\x1b]0;{words}\x07" for words in (USUAL_TITLE, Signal.TURN.value)}
_OLD_TITLE = "\x1b]0;\x07\x1b[23;0t"
_MOUSE_OFF = "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
_MOUSE_ON = "\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h"


def _driver(app: App[Any]) -> Driver | None:
    return None if app.is_headless else app._driver  # noqa: SLF001  no public name for it


def _write(app: App[Any], data: str) -> None:
    driver = _driver(app)
    if driver is not None:
        driver.write(data)
        driver.flush()


def set_title(app: App[Any]) -> None:
    """Give the terminal a title that says nothing about the room."""
    _write(app, _TITLE)


def change_title(app: App[Any], words: str) -> None:
    """Change the title to one of the few there are."""
    _write(app, _TITLES[words])


def notify(app: App[Any], signal: Signal, environment: Mapping[str, str]) -> None:
    """Let the terminal show a notification that names nobody."""
    _write(app, notification(signal, environment))


def restore_title(app: App[Any]) -> None:
    """Bring back the title from before."""
    _write(app, _OLD_TITLE)


def release_mouse(app: App[Any]) -> None:
    """Let the terminal's own selection work, so that an invitation can be copied."""
    _write(app, _MOUSE_OFF)


def grab_mouse(app: App[Any]) -> None:
    """Take clicks and the wheel again."""
    _write(app, _MOUSE_ON)
