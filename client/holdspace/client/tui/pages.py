"""What the pages over the room say: plain words, the same everywhere they are shown."""

from collections.abc import Iterable, Sequence

from holdspace.client.acts import ACTS, BY_ID, MODE_WORDS, Act, Spot, Who, is_permitted
from holdspace.client.care.crisis import Ways, card_here, crisis_lines
from holdspace.client.care.happened import log_lines
from holdspace.client.privacy import relay_sees
from holdspace.client.questions import result_lines
from holdspace.client.seat.view import Place, RoomView, StageView
from holdspace.client.tui import group_card, marks
from holdspace.client.tui.clock import left_words
from holdspace.client.tui.group_card import EXIT_WORDS, WHAT_THIS_IS
from holdspace.client.tui.keyline import NARROW, key_name
from holdspace.client.tui.rows import (
    BLANK,
    Ink,
    Row,
    clip,
    indent,
    pad,
    paragraph,
    row,
    wrap,
)
from holdspace.protocol.translation import N_, _


def titled(title: str, text: str, width: int) -> list[Row]:
    """Return a small heading with a paragraph under it, and a blank row."""
    return [row((title, "sage-strong")), *paragraph(text, width), BLANK]


def support_page(view: RoomView, width: int) -> list[Row]:
    """Return the crisis card, whole in the smallest usual window."""
    first, *rest = crisis_lines(card_here(view), _ways().here(view))
    return [
        *paragraph(first, width, "strong"),
        *[piece for line in rest for piece in paragraph(line, width)],
    ]


def _ways() -> Ways:
    return Ways(
        tell=_("tell the facilitator in your own words"),
        steady=_("Press g."),
        tell_in_room=_("press {key}: only facilitators read it").format(
            key=key_name(BY_ID["not-ok"].key)
        ),
    )


def about_page(view: RoomView, width: int) -> list[Row]:
    """Return what was read at the door, to read again."""
    card = view.card
    if card is None:
        words = row((view.check_phrase, "sage-strong"))
        return [
            words,
            BLANK,
            *titled(_("What the relay can see"), relay_sees(is_covered=False), width),
            *paragraph(WHAT_THIS_IS, width),
        ]
    parts = [
        group_card.leader(card, width),
        paragraph(card.about, width) if card.about else [],
        [row((_("What we agreed"), "sage-strong")), *group_card.agreements(card, width)],
        group_card.phrase(card, width),
        group_card.relay(card, width),
        paragraph(WHAT_THIS_IS, width, "muted"),
        paragraph(EXIT_WORDS, width, "muted"),
    ]
    return [line for part in parts if part for line in (*part, BLANK)]


def agenda_page(view: RoomView, width: int) -> list[Row]:
    """Return all the stages, with what the current one asks."""
    if not view.stages:
        return paragraph(_("No flow is laid out: everybody may write."), width, "muted")
    return [
        line for at, stage in enumerate(view.stages, 1) for line in _stage(view, stage, at, width)
    ]


def _stage(view: RoomView, stage: StageView, number: int, width: int) -> list[Row]:
    sign = marks.NOW if stage.is_current else marks.DONE if stage.is_done else marks.LATER
    word = (
        _("now")
        if stage.is_current
        else _("done")
        if stage.is_done
        else _("{minutes} min").format(minutes=stage.minutes)
    )
    ink: Ink = "amber-strong" if stage.is_current else "muted" if stage.is_done else "text"
    head = clip(
        row((f"{number:>2} {sign} ", ink), (stage.title, ink), (f"  {word}", "muted")), width
    )
    if not stage.is_current:
        return [head]
    asks = [line for ask in stage.asks for line in paragraph(f"· {ask}", width - 5)]
    # No clock of the page's own: the strip above the room tells the time.
    words = " · ".join(filter(None, (_(MODE_WORDS[view.mode]), stage.responses)))
    facts = paragraph(words, width - 5, "muted")
    return [head, *indent([*facts, *paragraph(stage.prompt, width - 5), *asks], 5), BLANK]


def hands_page(view: RoomView, width: int) -> list[Row]:
    """Return who waits to speak, in order, and the going-around."""
    lines: list[Row] = []
    for hand in view.hands:
        note = f"  {hand.about}" if hand.about else ""
        name = row(
            (f"{hand.place:>2}  ", "hand"), (marks.called(hand.person), "strong"), (note, "muted")
        )
        lines.append(clip(name, width))
    if not lines:
        lines = [row((_("No hand is raised."), "muted"))]
    return [*lines, *beside_the_hands(view, width)]


def beside_the_hands(view: RoomView, width: int) -> list[Row]:
    """Return who comes next without a hand: the going-around, who passed, pairs."""
    lines: list[Row] = []
    if view.going_around:
        names = " → ".join(marks.called(person) for person in view.going_around)
        lines += [BLANK, *titled(_("Going around"), names, width)]
    if view.passers:
        names = ", ".join(marks.called(person) for person in view.passers)
        lines += [
            BLANK,
            *titled(_("Passed, and offered the turn once more at the end"), names, width),
        ]
    return [*lines, *_pairs(view, width)]


def _pairs(view: RoomView, width: int) -> list[Row]:
    pairs = view.pairs
    if pairs is None:
        return []
    counts = _("{willing} said yes and wait, {paired} are in pairs.").format(
        willing=pairs.willing, paired=pairs.paired
    )
    lines = [BLANK, *titled(_("Pairs"), counts, width)]
    if pairs.partners:
        lines += titled(_("You are with"), ", ".join(map(marks.called, pairs.partners)), width)
    for people in pairs.calls:
        lines += titled(
            _("They call for a facilitator"), ", ".join(map(marks.called, people)), width
        )
    return lines


def results_page(view: RoomView, width: int) -> list[Row]:
    """Return what was counted, and one's own numbers."""
    return [line for words in result_lines(view) for line in (*paragraph(words, width), BLANK)]


def log_page(view: RoomView, width: int) -> list[Row]:
    """Return what facilitators did."""
    return spoken_page(log_lines(view), width)


def spoken_page(lines: Iterable[str], width: int) -> list[Row]:
    """Return lines as both front ends have them: the first says what this is."""
    head, *rest = lines
    return [
        *paragraph(head, width, "muted"),
        BLANK,
        *[piece for line in rest for piece in paragraph(line, width)],
    ]


def what_now(view: RoomView, now: float, *, is_in_room: bool = False) -> str:
    """Return one sentence: what happens now, and what this person can do."""
    # In the room the line below this one says it already; twice, it looks as if nothing had happened.
    is_said = is_in_room and view.now_words == view.composer_words
    # The way the stage takes turns is not what happens while you have the floor, or on hold.
    is_else = view.is_held or bool(view.me and view.me.has_floor)
    if view.now_words and (is_else or not is_said):
        return view.now_words
    stage = (
        _("We are at {title}: {mode}.").format(
            title=view.stage.title, mode=_(MODE_WORDS[view.mode])
        )
        if view.stage
        else f"{_(MODE_WORDS[view.mode])}."
    )
    left = left_words(view, now)
    return f"{stage[0].upper()}{stage[1:]} {left.capitalize()}.".removesuffix(" .")


def invitation_page(view: RoomView, width: int) -> list[Row]:
    """Return the code, with nothing around it that a copy would catch."""
    if not view.invitation:
        return paragraph(
            _("There is no invitation yet. It appears here as soon as the room is open."),
            width,
            "muted",
        )
    help_words = _(
        "Send it to one person over a way you trust. Whoever has it can knock; you decide who comes in. "
        "Read the four words out another way, so that they can compare them."
    )
    return [
        *[row((line, "strong")) for line in wrap(view.invitation, width)],
        BLANK,
        row((view.check_phrase, "sage-strong")),
        BLANK,
        *paragraph(help_words, width, "muted"),
        BLANK,
        *paragraph(
            _("Here the mouse belongs to your terminal: drag over the code to copy it."),
            width,
            "muted",
        ),
    ]


_HELP_LEAD = N_(
    "Esc leaves the text field; then the keys below act at once. F1 helps and F2 is there for hard moments, "
    "wherever you are. In what was said, the arrow keys, Page Up, Page Down, Home and End read back."
)


def help_page(
    view: RoomView, width: int, here: str = "", acts_here: Sequence[Act] = ()
) -> list[Row]:
    """Return what helps where somebody is, then every key and command this person may use."""
    local = [
        row((_("Where you are"), "sage-strong")),
        *paragraph(here, width),
        BLANK,
        *_acts(acts_here, width),
        *([BLANK] if acts_here else []),
    ]
    lines = [
        *(local if here else []),
        *paragraph(_HELP_LEAD, width, "muted"),
        BLANK,
        *paragraph(EXIT_WORDS, width, "muted"),
        BLANK,
    ]
    titles = {
        Who.EVERYONE: _("For everybody"),
        Who.FACILITATOR: _("For facilitators"),
        Who.HOST: _("For the host"),
    }
    for who, title in titles.items():
        acts = [
            act
            for act in ACTS
            if act.who is who and is_permitted(act, view) and _is_ahead(act, view)
        ]
        lines += [row((title, "sage-strong")), *_acts(acts, width), BLANK] if acts else []
    return lines


def _is_ahead(act: Act, view: RoomView) -> bool:
    """Return whether the act can still be of use: the lobby is behind whoever is in the room."""
    return act.spot not in {Spot.LOBBY, Spot.DOORSTEP} or view.place is not Place.ROOM


def _acts(acts: Sequence[Act], width: int) -> list[Row]:
    lines: list[Row] = []
    for act in acts:
        head = (
            *pad(row((key_name(act.key), "amber-strong")), 7),
            *pad(row((f"/{act.slash}", "text")), 13),
        )
        if width < NARROW:
            lines += [head, *indent(paragraph(act.sentence, width - 2, "muted"), 2)]
            continue
        first, *rest = paragraph(act.sentence, width - 20, "muted")
        lines += [(*head, *first), *indent(rest, 20)]
    return lines
