"""The few words we say to the terminal itself: its title, and whose the mouse is.

Only constants are written here, and in base 64 what somebody hands to the clipboard: never anything
that came from others. One file, because each goes around Textual: 8.2.8 has no public way to set the
title, to hand the mouse back, or to keep silent while somebody else has the terminal.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from textual import events
from textual.app import App
from textual.driver import Driver

from holdspace.client.tui.signals import USUAL_TITLE, Signal, notification
from holdspace.protocol.translation import shown

# "22;0t" and "23;0t" put the old title aside and bring it back. Neutral: no room, no name (A22).
_TITLE = "\x1b[22;0t\x1b]0;holdspace\x07"
_TITLES = {words: words for words in (USUAL_TITLE, Signal.TURN.value)}
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


def letter_after_escape(event: events.Event) -> str:
    """Return the letter or digit of a key that is Esc and that letter in one; "" for any other.

    Whoever presses one soon after the other inside tmux, or over a slow line, sends the same bytes as
    with Alt. Capitals and signs are left: unknown sequences of terminals look like them.
    """
    if not isinstance(event, events.Key) or event.is_forwarded:
        return ""
    modifier, _, letter = event.key.partition("+")
    is_one = len(letter) == 1 and letter.isascii() and (letter.islower() or letter.isdigit())
    return letter if modifier == "alt" and is_one else ""


def set_title(app: App[Any]) -> None:
    """Give the terminal a title that says nothing about the room."""
    _write(app, _TITLE)


def change_title(app: App[Any], words: str) -> None:
    """Change the title to one of the few there are."""
    _write(app, f"\x1b]0;{shown(_TITLES[words])}\x07")


def notify(app: App[Any], signal: Signal, environment: Mapping[str, str]) -> None:
    """Let the terminal show a notification that names nobody."""
    _write(app, notification(signal, environment))


def hand_over(app: App[Any], sequence: str) -> None:
    """Hand the terminal what somebody wants in its clipboard (copying.py)."""
    _write(app, sequence)


# All that Textual would undo one after the other while it closes its widgets: paste and resize
# reports, line wrap, focus reports, kitty keys, the mouse; then the old screen, cursor and title.
_GONE = (
    "\x1b[?2004l\x1b[?2048l\x1b[?7h\x1b[?1004l\x1b[<u"
    f"{_MOUSE_OFF}\x1b[?1016l\x1b[2J\x1b[?1049l\x1b[?25h{_OLD_TITLE}"
)


def leave_now(app: App[Any]) -> None:
    """Give the terminal back at once, as it was, and write nothing to it any more (A22, M27)."""
    driver = _driver(app)
    if driver is None or app._exit:  # noqa: SLF001  no public name for it
        return
    driver.write(_GONE)
    driver.flush()
    # Textual still closes its widgets for a while; none of that may reach the shell.
    driver.write = _nothing  # type: ignore[method-assign, assignment]


def _nothing(_data: str) -> None:
    """Write nothing."""


def can_be_lent(app: App[Any]) -> bool:
    """Return whether somebody else can have the terminal for a while."""
    driver = _driver(app)
    return driver is not None and driver.can_suspend


@contextmanager
def lent(app: App[Any]) -> Iterator[None]:
    """Give the terminal away as it was found; the app goes on and draws nothing until it is back."""
    driver, fault = _driver(app), None
    if driver is None:
        raise RuntimeError("no terminal to lend: see can_be_lent")
    with app.suspend():
        # Textual would go on writing, into a queue that nobody empties any more.
        driver.write = _bells_only  # type: ignore[method-assign]
        try:
            yield
        # Whatever it was: Textual takes the terminal back only after an ordinary end.
        except BaseException as error:  # noqa: BLE001
            fault = error
        finally:
            del driver.write
    if fault is not None:
        raise fault


def _bells_only(data: str) -> None:
    """Let somebody hear that it is their turn, whoever has the terminal."""
    if data == "\a" and sys.__stdout__ is not None:
        sys.__stdout__.write(data)
        sys.__stdout__.flush()


def restore_title(app: App[Any]) -> None:
    """Bring back the title from before."""
    _write(app, _OLD_TITLE)


def release_mouse(app: App[Any]) -> None:
    """Let the terminal's own selection work, so that an invitation can be copied."""
    _write(app, _MOUSE_OFF)


def grab_mouse(app: App[Any]) -> None:
    """Take clicks and the wheel again."""
    # A screen that closes with the app would leave the shell with a mouse that writes into it.
    if not app._exit:  # noqa: SLF001  no public name for it
        _write(app, _MOUSE_ON)
