"""A line being typed, without any cursor addressing: what a key does to it and what to echo.

The terminal's own line mode cuts a line at 4095 bytes and lets arriving lines break the one being
typed; this does neither. It only ever appends, or takes back what it just wrote, so speech and
braille follow it. Pure: keys in, echo and finished lines out.
"""

from dataclasses import field, replace

from holdspace.protocol.text import cells, is_forbidden
from holdspace.protocol.values import value

# Four times what can be sent, so that an over-long text can be answered instead of cut.
MAX_DRAFT = 16_000
_ERASE, _ALSO_ERASE = "\x7f", "\b"
_CLEAR, _ERASE_WORD, _SHOW_AGAIN, _END = "\x15", "\x17", "\x12", "\x04"
_ENTER = "\r\n"
_ESCAPE = "\x1b"


@value()
class Draft:
    """What was typed so far, and how far into an ignored key (an arrow, say) we are."""

    text: str = field(default="", repr=False)
    skipping: str = ""


@value()
class Typed:
    """What one key did."""

    draft: Draft
    echo: str = ""
    line: str | None = field(default=None, repr=False)
    is_end: bool = False
    wants_again: bool = False


def press(draft: Draft, key: str) -> Typed:
    """Return what one character from the keyboard does."""
    if draft.skipping or key == _ESCAPE:
        return Typed(replace(draft, skipping=_still_skipping(draft.skipping, key)))
    if key in _ENTER:
        return Typed(Draft(), "\n", line=draft.text)
    if key == _END:
        return Typed(draft, is_end=not draft.text)
    if key == _SHOW_AGAIN:
        return Typed(draft, wants_again=True)
    if key in {_ERASE, _ALSO_ERASE, _CLEAR, _ERASE_WORD}:
        return _shorten(draft, _LEFT_OVER[key](draft.text))
    character = " " if key == "\t" else key
    if is_forbidden(character) or len(draft.text) >= MAX_DRAFT:
        return Typed(draft)
    return Typed(replace(draft, text=draft.text + character), character)


def _shorten(draft: Draft, left: str) -> Typed:
    width = cells(draft.text[len(left) :])
    return Typed(replace(draft, text=left), "\b" * width + " " * width + "\b" * width)


def _without_last(text: str) -> str:
    # A letter goes with the marks on it: they take no cell of their own.
    end = len(text) - 1
    while end > 0 and cells(text[end]) == 0:
        end -= 1
    return text[: max(end, 0)]


def _without_word(text: str) -> str:
    head, space, _ = text.rstrip(" ").rpartition(" ")
    return head + space


_LEFT_OVER = {
    _ERASE: _without_last,
    _ALSO_ERASE: _without_last,
    _CLEAR: lambda _: "",
    _ERASE_WORD: _without_word,
}


def _still_skipping(so_far: str, key: str) -> str:
    """Follow a function key's sequence (ECMA-48): ESC [ parameters final, ESC O final, ESC key."""
    if so_far == "":
        return _ESCAPE
    if so_far == _ESCAPE:
        return _ESCAPE + key if key in "[O" else ""
    is_final = so_far == _ESCAPE + "O" or "@" <= key <= "~"
    return "" if is_final else so_far
