"""The parts of a room's card: shown at the door before anybody accepts, and read again inside."""

from holdspace.client.privacy import operator_facts, operator_remark, relay_sees, where_words
from holdspace.client.seat.view import CardView
from holdspace.client.tui.rows import BLANK, Piece, Row, indent, paragraph, row
from holdspace.protocol.translation import N_, _

WHAT_THIS_IS = N_("""\
This is support among people. It is not treatment, and nobody here is an emergency service. Nothing can \
stop somebody from taking a photo of a screen: we rely on each other's word.""")
EXIT_WORDS = N_("""\
Esc three times, or F12, closes this screen at once. To the others it looks like a lost connection.""")
COMPARE_WORDS = N_("""\
Compare them with the words you were given another way. If they differ, leave: this is another room.""")


def agreements(card: CardView, width: int) -> list[Row]:
    """Return the agreements, one item a paragraph, numbered."""
    lines: list[Row] = []
    for at, item in enumerate(card.agreements, 1):
        first, *rest = paragraph(item, max(1, width - 4))
        lines += [(Piece(f"{at:>2}  ", "sage"), *first), *indent(rest, 4)]
    return lines


def leader(card: CardView, width: int) -> list[Row]:
    """Return who leads, and as what."""
    standing = paragraph(card.standing, width, "muted") if card.standing else []
    return [row((_("Led by "), "muted"), (card.host_name, "strong")), *standing]


def phrase(card: CardView, width: int) -> list[Row]:
    """Return the check phrase, and what to do with it."""
    return [row((card.check_phrase, "sage-strong")), *paragraph(COMPARE_WORDS, width, "muted")]


def relay(card: CardView, width: int) -> list[Row]:
    """Return whose the relay is, and what it can see."""
    where = where_words(card.relay, card.relays)
    facts = [
        line
        for label, words in operator_facts(card.operator)
        for line in paragraph(f"{label}: {words}", width)
    ]
    return [
        row((_("Who runs the relay"), "sage-strong")),
        *facts,
        *paragraph(f"{operator_remark(card.operator)} {where}", width, "muted"),
        BLANK,
        row((_("What the relay can see"), "sage-strong")),
        *paragraph(relay_sees(is_covered=card.is_covered), width, "muted"),
    ]
