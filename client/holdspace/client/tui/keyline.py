"""The last line: the keys that do something here and now, each with its word."""

from collections.abc import Iterable, Sequence

from holdspace.client.acts import BY_ID, Act, is_useful
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.rows import Piece, Row, cells, row

WRITING = (("Enter", "send"), ("Ctrl+J", "new line"), ("Esc", "keys"), ("/", "commands"))
ALWAYS = (("F1", "help"), ("F2", "need help now"))
# What a person reaches for most comes first; what does not fit is in the help.
_FIRST = (
    "next", "onward", "raise", "lower", "pass", "nod", "me-too", "door", "sheet", "resume",
    "say", "what", "who", "help", "leave", "support",
)  # fmt: skip
_CAPITAL = {"enter": "Enter", "f2": "F2", "f12": "F12", "up": "↑", "down": "↓", "escape": "Esc"}


def key_name(key: str) -> str:
    """Return a key as it is written on a keyboard."""
    return _CAPITAL.get(key, key)


def keyline(view: RoomView, width: int, *, is_writing: bool) -> Row:
    """Return the keys of the room for where the focus is."""
    if is_writing:
        return keys((*WRITING, *ALWAYS), width)
    useful = [BY_ID[act_id] for act_id in _FIRST if is_useful(BY_ID[act_id], view)]
    return keys(((key_name(act.key), act.verb) for act in useful), width)


def keys(pairs: Iterable[tuple[str, str]], width: int) -> Row:
    """Return as many keys with their words as fit."""
    line: Row = ()
    for key, word in pairs:
        one = row((key, "amber-strong"), (f" {word}", "muted"))
        longer = (*line, Piece("   "), *one) if line else one
        if cells(longer) > width:
            break
        line = longer
    return line


def act_keys(acts: Sequence[Act]) -> list[tuple[str, str]]:
    """Return keys and words of these acts."""
    return [(key_name(act.key), act.verb) for act in acts]
