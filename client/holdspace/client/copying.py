"""What can be copied out of a meeting, and how it is handed to the terminal's clipboard.

One's own words, the numbers to call, and for the host the invitation: never what others said. They
said it to the people in this room, and a clipboard is read by every program of the desktop, kept by
some, and sent to other devices by others (security.md 1.8, TD08). Nothing is handed over unless
somebody asks for exactly that. Pure, but for the clock's time of day.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from holdspace.client.care.crisis import card_here
from holdspace.client.numbers import number_in
from holdspace.client.seat.view import Line, RoomView
from holdspace.protocol.translation import N_, shown
from holdspace.protocol.values import value

MOST_SHOWN = 9
# Some terminals drop what is longer, and some a part of it.
_MOST_IN_CLIPBOARD = 74_994

OWN_WORDS = N_("These are your own words, the newest first. What others said is not here.")
NUMBERS = N_("These are the numbers of the card for hard moments.")
CODE = N_("This is the invitation code, and the check words that belong to it.")
NO_OWN_WORDS = N_("You have not said or written anything yet, so there is nothing to copy.")
NO_NUMBERS = N_("The card for hard moments has no numbers here. F2, or /support, shows it.")
NO_CODE = N_("The host has the invitation code. There is none to copy here.")
WHAT_THERE_IS = N_(
    "/copy shows your own words, /copy numbers the numbers to call, /copy code the invitation. "
    "What others said cannot be copied: it stays in the room."
)
HANDED_OVER = N_(
    "Handed to the terminal for its clipboard. Some terminals take it and some do not, and none says "
    "so: paste somewhere to see. Other programs on this computer can read a clipboard."
)
TOO_LONG = N_("That is too long for a clipboard. /copy shows it, to be selected in parts.")
NOT_THAT_MANY = N_("There is nothing to copy with that number. /copy shows what there is.")


class NothingToCopy(Exception):
    """There is nothing of that kind; the sentence says why."""


@value()
class Copies:
    """What is shown to be copied: a sentence about it, and each piece with nothing around it."""

    about: str
    pieces: tuple[str, ...] = field(repr=False)


def copies(kind: str, view: RoomView, *drafts: str) -> Copies:
    """Return what can be copied of this kind; raise NothingToCopy."""
    find = _KINDS.get(kind.strip().lower())
    if find is None:
        raise NothingToCopy(shown(WHAT_THERE_IS))
    return find(view, drafts)


def chosen(text: str, view: RoomView, *drafts: str) -> str:
    """Return the piece meant by a number, or a kind and a number; raise NothingToCopy."""
    words = text.split()
    number = number_in(words[-1], MOST_SHOWN) if words else 0
    kind = " ".join(words[:-1] if number else words)
    pieces = copies(kind, view, *drafts).pieces
    if (number or 1) > len(pieces):
        raise NothingToCopy(shown(NOT_THAT_MANY))
    return pieces[(number or 1) - 1]


def to_clipboard(text: str, environment: Mapping[str, str]) -> str:
    """Return what hands a text to the terminal's clipboard (OSC 52); raise NothingToCopy."""
    data = b64encode(text.encode()).decode()
    if len(data) > _MOST_IN_CLIPBOARD:
        raise NothingToCopy(shown(TOO_LONG))
    sequence = f"\x1b]52;c;{data}\x07"
    if not environment.get("TMUX"):
        return sequence
    # tmux takes one of the two, depending on how it is set: for itself, or through to the terminal.
    return sequence + f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"


def _own_words(view: RoomView, drafts: Sequence[str]) -> Copies:
    said = (p.text for p in reversed(view.transcript) if p.line is Line.SHARE and p.is_mine)
    written = dict.fromkeys(draft.strip() for draft in drafts)
    pieces = tuple(text for text in (*written, *said) if text)[:MOST_SHOWN]
    return _found(OWN_WORDS, pieces, NO_OWN_WORDS)


def _numbers(view: RoomView, _drafts: Sequence[str]) -> Copies:
    card = card_here(view).card
    lines = (f"{line.name}: {line.how}" for line in card.lines)
    pieces = tuple(text for text in (card.emergency, *lines) if text)[:MOST_SHOWN]
    return _found(NUMBERS, pieces, NO_NUMBERS)


def _code(view: RoomView, _drafts: Sequence[str]) -> Copies:
    pieces = (view.invitation, view.check_phrase) if view.invitation else ()
    return _found(CODE, tuple(filter(None, pieces)), NO_CODE)


def _found(about: str, pieces: tuple[str, ...], otherwise: str) -> Copies:
    if not pieces:
        raise NothingToCopy(shown(otherwise))
    return Copies(shown(about), pieces)


_KINDS: Mapping[str, Callable[[RoomView, Sequence[str]], Copies]] = {
    "": _own_words,
    "numbers": _numbers,
    "code": _code,
}
