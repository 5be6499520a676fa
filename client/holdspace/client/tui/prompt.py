"""The pinned card under the agenda: what this stage asks, or that the room is on hold."""

from rich.cells import cell_len

from holdspace.client.acts import BY_ID
from holdspace.client.seat.view import RoomView, StageView
from holdspace.client.tui.passages import MARGIN, MEASURE
from holdspace.client.tui.rows import (
    Row,
    apart,
    cells,
    clip,
    fold,
    paragraph,
    plain,
    row,
    shorten,
    wrap,
)
from holdspace.protocol.translation import N_, _

# Where the whole sentence has no place.
_SHORTLY = N_("Nothing is lost. Rest, or read back.")


def prompt(view: RoomView, width: int, height: int, *, has_say: bool = True) -> list[Row]:
    """Return the card in at most `height` rows; empty while no stage has begun."""
    width = min(width, MEASURE + MARGIN)
    if view.is_held:
        title = row((_("The room is on hold"), "amber-strong"))
        said = (paragraph(words, width) for words in (view.hold_words, _SHORTLY))
        return [title, *next((lines for lines in said if len(lines) < height), ())]
    stage = view.stage
    if stage is None:
        return []
    say = _say(view, stage, width) if has_say else []
    answer = _answer(view, width)
    room = max(2, 1 + len(answer), height - len(say))
    title = row((stage.title, "sage-strong"))
    card = [*answer, *_asks(stage, width)]
    if len(card) < room:
        return [title, *card, *say]
    return [*_beginning(title, card, len(answer), (room, width)), *say]


def _answer(view: RoomView, width: int) -> list[Row]:
    if not view.asked.is_waiting:
        return []
    act = BY_ID["answer"]
    line = row(
        (_("Esc, then {key}").format(key=act.key), "amber"),
        (_(" answers, one thing at a time"), "muted"),
    )
    return fold(line, width)


def _asks(stage: StageView, width: int) -> list[Row]:
    asks = [line for ask in stage.asks for line in paragraph(f"· {ask}", width)]
    responses = paragraph(stage.responses, width, "muted") if stage.responses else []
    return [*(paragraph(stage.prompt, width) if stage.prompt else []), *asks, *responses]


def _say(view: RoomView, stage: StageView, width: int) -> list[Row]:
    """A facilitator also reads the beginning of what they could say; the run sheet has the rest."""
    if not (view.is_facilitator and stage.say):
        return []
    first, *rest = wrap(stage.say, max(1, width - cell_len(_("Say  "))))
    more = _("  f: all of it") if rest else ""
    kept = shorten(first, width - cell_len(_("Say  ")) - cell_len(more)) if more else first
    return [row((_("Say  "), "sage-strong"), (kept, "muted"), (more, "amber"))]


def _beginning(title: Row, card: list[Row], whole: int, size: tuple[int, int]) -> list[Row]:
    """Return as much of the card as fits, its first `whole` rows uncut, and which key shows all of it."""
    room, width = size
    more = row((_("a: all of it"), "amber"))
    head = apart(clip(title, width - cells(more) - 2), more, width)
    kept = card[: room - 1]
    if len(kept) == whole:
        return [head, *kept]
    # Between two paragraphs there is nothing to take the ink from.
    cut = kept[-1]
    last = row((shorten(f"{plain(cut)} …", width), cut[0].ink if cut else "muted"))
    return [head, *kept[:-1], last]
