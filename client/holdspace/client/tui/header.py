"""The first lines of the room: where this is, how it is protected, and what is wrong if anything."""

from rich.cells import cell_len

from holdspace.client.seat.view import Connection, RoomView
from holdspace.client.tui import marks
from holdspace.client.tui.between import status_parts
from holdspace.client.tui.circle import floor_words
from holdspace.client.tui.rows import Row, apart, cells, clip, flow, paragraph, row, shorten
from holdspace.protocol.translation import N_, _, shown

# In a window as narrow as this the protection is shown rather than the name.
NAMELESS = 48
STATUS_ROWS = 2
# The seat says it better; these stand in when it says nothing. An alarm is shown even while connected.
_WORDS = {
    Connection.CONNECTING: N_("Connecting …"),
    Connection.CONNECTED: "",
    Connection.LOST: N_(
        "Connection lost. Your words are safe here, and your place is kept. Nothing to do."
    ),
    Connection.GONE: "",
}


def header(view: RoomView, width: int) -> Row:
    """Return the room's name, its protection, how many are here, and the words to compare."""
    facts = _("{trust_words} · {number} here").format(
        trust_words=shown(view.trust_words), number=len(view.people)
    )
    if width < NAMELESS:
        # How many are here is also in the list of people; whether it is safe is only here.
        fitting = facts if cell_len(facts) <= width else shown(view.trust_words)
        return clip(row((fitting, "muted")), width)
    name = row((view.room_name or _("A room"), "strong"), ("   " + facts, "muted"))
    for words in (
        row((_("check words  "), "muted"), (view.check_phrase, "sage")),
        row((view.check_phrase, "sage")),
    ):
        if view.check_phrase and cells(name) + cells(words) + 3 <= width:
            return apart(name, words, width)
    # The name gives way before the facts: whoever is in the room knows its name.
    room_left = width - cells(row("   " + facts))
    return clip(
        row((shorten(view.room_name, max(8, room_left)), "strong"), ("   " + facts, "muted")), width
    )


def trouble(view: RoomView, width: int) -> list[Row]:
    """Return who cannot be reached, in words: oneself, or one who leads; nothing while all is well."""
    words = view.connection_words or _WORDS[view.connection] or view.holder_words
    return paragraph(words, width, "amber") if words else []


def status(view: RoomView, width: int) -> list[Row]:
    """Return the side panel's facts in one or two rows, for windows too narrow for a panel."""
    floor = floor_words(view)
    mine = next((hand for hand in view.hands if hand.person.is_me), None)
    place = (
        _("you are {ordinal} of {number}").format(
            ordinal=marks.ordinal(mine.place), number=len(view.hands)
        )
        if mine
        else ""
    )
    knocks = (
        _("at the door: {number}").format(number=len(view.knocks))
        if view.is_facilitator and view.knocks
        else ""
    )
    gather = view.gather.words if view.gather else ""
    parts = [*status_parts(view), gather, place or _hands(view, width), knocks]
    said = [
        row((floor[0].upper() + floor[1:], "amber")),
        *(row((part, "hand")) for part in parts if part),
    ]
    dotted = [(*part, *row((" ·", "hand"))) for part in said[:-1]]
    lines = flow([*dotted, said[-1]], width, gap=1)
    if len(lines) <= STATUS_ROWS:
        return lines
    # What has no place is left out whole, and so is the dot before it.
    return [*lines[: STATUS_ROWS - 1], lines[STATUS_ROWS - 1][:-1]]


def _hands(view: RoomView, width: int) -> str:
    """Return whose hands are up, or how many where their names are too long for a row."""
    if not view.hands:
        return ""
    names = ", ".join(hand.person.name for hand in view.hands)
    said = _("hands: {number}").format(number=names)
    return said if cell_len(said) <= width else _("hands: {number}").format(number=len(view.hands))
