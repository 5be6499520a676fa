"""The signs of the screen, each with the words that stand beside it somewhere.

Every sign is one cell wide, none is an emoji or a braille pattern, and none carries a meaning
alone: what is drawn here is also said in words on the same screen.
"""

from holdspace.client.act_table import NOD_WORDS
from holdspace.client.seat.view import PersonView, Role
from holdspace.client.tui.rows import Ink, Piece
from holdspace.protocol.meeting.kinds import NodKind
from holdspace.protocol.translation import N_, _

FACILITATOR, MEMBER, ME, AWAY, FLOOR = "◆", "○", "●", "◌", "✦"
DONE, NOW, LATER = "✓", "◉", "○"
FULL, EMPTY = "━", "╌"
DOOR, BELOW, CHOSEN = "▷", "↓", "›"
NOD_MARKS: dict[NodKind, str] = {"heard": "♥", "me-too": "◇", "thank-you": "✿", "with-you": "∥"}
NOD_COUNT_WORDS: dict[NodKind, str] = {
    "heard": N_("heard you"),
    "me-too": NOD_WORDS["me-too"],
    "thank-you": NOD_WORDS["thank-you"],
    "with-you": NOD_WORDS["with-you"],
}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_ORDINALS = {1: N_("1st"), 2: N_("2nd"), 3: N_("3rd")}


def place_mark(place: int) -> str:
    """Return the sign of a place in the queue."""
    return _CIRCLED[place - 1] if 1 <= place <= len(_CIRCLED) else "◎"


def ordinal(place: int) -> str:
    """Return a place in words: 1st, 2nd, 3rd, 4th."""
    return _(_ORDINALS[place]) if place in _ORDINALS else _("{place}th").format(place=place)


def leads(person: PersonView) -> bool:
    """Return whether this person facilitates."""
    return person.role is not Role.MEMBER


def called(person: PersonView) -> str:
    """Return what the person is called on this screen."""
    return _("You") if person.is_me else person.name


def mark(person: PersonView) -> Piece:
    """Return the sign before a person's name."""
    if person.has_floor:
        return Piece(FLOOR, "amber-strong")
    if person.is_away:
        return Piece(AWAY, "muted")
    if person.place_in_queue:
        return Piece(place_mark(person.place_in_queue), "hand")
    if leads(person):
        return Piece(FACILITATOR, "sage")
    return Piece(ME, "me-strong") if person.is_me else Piece(MEMBER, "muted")


def name_ink(person: PersonView) -> Ink:
    """Return the ink of a person's name in the circle: what matters most about them now."""
    if person.has_floor:
        return "amber-strong"
    if person.is_me:
        return "me-strong"
    if person.is_away:
        return "muted"
    if person.place_in_queue:
        return "hand"
    return "sage" if leads(person) else "text"


def state_words(person: PersonView) -> str:
    """Return in words what the signs of a person say."""
    words = [
        _("has the floor") if person.has_floor else "",
        _("hand up, {ordinal}").format(ordinal=ordinal(person.place_in_queue))
        if person.place_in_queue
        else "",
        _("away, place kept") if person.is_away else "",
        _("resting") if person.is_resting else "",
        _("writing paused") if person.is_paused else "",
    ]
    return " · ".join(word for word in words if word)


def role_words(person: PersonView) -> str:
    """Return the word for what a person may do here, or "" for a member."""
    return {Role.HOST: _("host, facilitator"), Role.FACILITATOR: _("facilitator"), Role.MEMBER: ""}[
        person.role
    ]
