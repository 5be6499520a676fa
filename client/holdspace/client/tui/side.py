"""The right-hand panel: the circle or the list of the same words, the hands, the going-around."""

from itertools import accumulate, chain

from holdspace.client.seat.view import HandView, PersonView, RoomView
from holdspace.client.seat.view import Part as Doing
from holdspace.client.tui import between, marks
from holdspace.client.tui.circle import circle, floor_words
from holdspace.client.tui.rows import (
    BLANK,
    Ink,
    Part,
    Row,
    cells,
    clip,
    flow,
    fold,
    indent,
    paragraph,
    row,
    wrap,
)
from holdspace.protocol.translation import _, listed

WIDE = 34
TALLEST_CIRCLE = 15
# As wide as this there is room for a rounder one.
BROAD = 44
TALLEST_WHERE_BROAD = 17
LOWEST_CIRCLE = 11
HANDS_SHOWN = 4


def side(view: RoomView, width: int, height: int, *, has_circle: bool = True) -> list[Row]:
    """Return the panel in this size: drawn when there is room and it is wished, else the same in words."""
    blocks = [
        *between.blocks(view, width),
        _door(view, width),
        _writing(view, width),
        _pairs(view, width),
        _going_around(view, width),
        _hands(view, width),
    ]
    below = _stacked(blocks)
    room = height - len(below) - 1
    if has_circle and width >= WIDE and room >= LOWEST_CIRCLE:
        tallest = TALLEST_WHERE_BROAD if width >= BROAD else TALLEST_CIRCLE
        drawn = circle(view, width, min(room, tallest))
        if drawn:
            return [*drawn, BLANK, *below]
    return _in_words(view, blocks, width, height)


def _in_words(view: RoomView, blocks: list[list[Row]], width: int, height: int) -> list[Row]:
    """Everybody first: the seats say whose hand is up, so the list of hands may give way."""
    everybody = people_list(view, width, 1_000)
    for shown in (blocks[:end] for end in range(len(blocks), -1, -1)):
        below = _stacked(shown)
        if len(everybody) + len(below) + bool(below) <= height:
            return [*everybody, BLANK, *below]
    return people_list(view, width, height)


def _stacked(blocks: list[list[Row]]) -> list[Row]:
    return [line for block in blocks if block for line in (*block, BLANK)][:-1]


def people_list(view: RoomView, width: int, height: int) -> list[Row]:
    """Return who is here, one a row, with who may speak now on top."""
    lead: Ink = "amber" if view.floor or view.is_held else "muted"
    top = [row((line, lead)) for line in wrap(_sentence(view), width)]
    seats = [_seat(person, width) for person in view.people]
    room = max(1, height - len(top) - 1)
    ends = list(accumulate(map(len, seats)))
    if ends and ends[-1] > room:
        kept = sum(end < room for end in ends)
        more = _("  and {number} more: c").format(number=len(seats) - kept)
        seats = [*seats[:kept], [row((more, "muted"))]]
    return [*top, BLANK, *chain.from_iterable(seats)]


def _sentence(view: RoomView) -> str:
    words = floor_words(view)
    return words[0].upper() + words[1:]


def _seat(person: PersonView, width: int) -> list[Row]:
    notes = [
        _("away") if person.is_away else "",
        _("resting") if person.is_resting else "",
        _("{ordinal} in line").format(ordinal=marks.ordinal(person.place_in_queue))
        if person.is_me and person.place_in_queue
        else "",
        _("facilitator") if marks.leads(person) else "",
    ]
    words = ", ".join(note for note in notes if note)
    name = (marks.called(person), marks.name_ink(person))
    called = (marks.mark(person), *row(" ", name))
    line = (*called, *row((f"  {words}" if words else "", "muted")))
    if cells(line) <= width:
        return [line]
    return [clip(called, width), *indent(paragraph(words, width - 2, "muted"), 2)]


def _writing(view: RoomView, width: int) -> list[Row]:
    if view.gather is None:
        return []
    # Who leads writes only if they like: "You: writing" would tell them to.
    takes_part = not view.is_facilitator or view.gather.mine is not Doing.WRITING
    mine = row((_("You: "), "muted"), (view.gather.mine.words, "me"))
    return [
        *paragraph(_("Writing together"), width, "sage-strong"),
        *paragraph(view.gather.words, width, "muted"),
        *([clip(mine, width)] if takes_part else []),
    ]


def _pairs(view: RoomView, width: int) -> list[Row]:
    pairs = view.pairs
    if pairs is None:
        return []
    counts = _("{willing} said yes").format(willing=pairs.willing) + (
        _(", {paired} in pairs").format(paired=pairs.paired) if pairs.paired else ""
    )
    mine = _("You said yes") if pairs.is_willing else ""
    calls = (
        _("{names} call").format(names=listed([marks.called(one) for one in people]))
        for people in pairs.calls
    )
    notes = [row((words, "amber")) for words in (mine, *calls) if words]
    head = row((_("Pairs"), "sage-strong"))
    return [head, *paragraph(counts, width, "muted"), *(clip(note, width) for note in notes)]


def _hands(view: RoomView, width: int) -> list[Row]:
    if not view.hands:
        words = _("closed for now") if view.is_queue_closed else _("none raised")
        return fold(row((_("Hands"), "sage-strong"), (f"  {words}", "muted")), width)
    shown = view.hands[:HANDS_SHOWN]
    lines = [_hand(hand, len(view.hands), width) for hand in shown]
    mine = next((hand for hand in view.hands[HANDS_SHOWN:] if hand.person.is_me), None)
    if mine:
        lines[-1] = _hand(mine, len(view.hands), width)
    hidden = len(view.hands) - len(shown)
    more = [row((_("  {hidden} more: v").format(hidden=hidden), "muted"))] if hidden else []
    return [row((_("Hands"), "sage-strong")), *lines, *more]


def _hand(hand: HandView, waiting: int, width: int) -> Row:
    sign: Part = (f"{marks.place_mark(hand.place)} ", "hand")
    if hand.person.is_me:
        place = _("  {ordinal} of {number}").format(
            ordinal=marks.ordinal(hand.place), number=waiting
        )
        return clip(row(sign, (_("You"), "me-strong"), (place, "hand")), width)
    note = f"  {hand.about}".rstrip()
    return clip(row(sign, (hand.person.name, "hand"), (note, "muted")), width)


def _going_around(view: RoomView, width: int) -> list[Row]:
    if not view.going_around:
        return []
    holder = (view.floor,) if view.floor and view.floor not in view.going_around else ()
    names = [
        row((marks.called(person), "amber-strong" if person.has_floor else "muted"))
        for person in (*holder, *view.going_around)
    ]
    steps = [(*name, *row((" →", "muted"))) for name in names[:-1]] + names[-1:]
    return [row((_("Going around"), "sage-strong")), *flow(steps, width, gap=1)]


def _door(view: RoomView, width: int) -> list[Row]:
    if not (view.is_facilitator and view.knocks):
        return []
    names = ", ".join(knock.name for knock in view.knocks)
    return [
        row((_("At the door"), "sage-strong"), ("  d", "amber-strong")),
        *paragraph(names, width, "amber")[:2],
    ]
