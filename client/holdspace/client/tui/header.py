"""The first lines of the room: where this is, how it is protected, and what is wrong if anything."""

from holdspace.client.seat.view import Connection, RoomView
from holdspace.client.tui import marks
from holdspace.client.tui.between import status_parts
from holdspace.client.tui.circle import floor_words
from holdspace.client.tui.rows import Row, apart, cells, clip, paragraph, row, shorten
from holdspace.protocol.translation import N_, _, shown

# In a window as narrow as this the protection is shown rather than the name.
NAMELESS = 48
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
        return clip(row((facts, "muted")), width)
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
    """Return the side panel's facts in one line, for windows too narrow for a panel."""
    floor = floor_words(view)
    mine = next((hand for hand in view.hands if hand.person.is_me), None)
    place = (
        _("you are {ordinal} of {number}").format(
            ordinal=marks.ordinal(mine.place), number=len(view.hands)
        )
        if mine
        else ""
    )
    waiting = ", ".join(hand.person.name for hand in view.hands)
    knocks = (
        _("at the door: {number}").format(number=len(view.knocks))
        if view.is_facilitator and view.knocks
        else ""
    )
    gather = view.gather.words if view.gather else ""
    hands = place or (_("hands: {number}").format(number=waiting) if waiting else "")
    parts = [*status_parts(view), gather, hands, knocks]
    rest = " · ".join(part for part in parts if part)
    line = row((floor[0].upper() + floor[1:], "amber"), (f" · {rest}" if rest else "", "hand"))
    return [clip(line, width)]
