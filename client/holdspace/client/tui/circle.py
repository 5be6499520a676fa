"""The circle of seats, drawn: who sits where, who has the floor, whose hand is up, who is you."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin
from typing import NamedTuple

from rich.cells import cell_len

from holdspace.client.seat.view import PersonView, RoomView
from holdspace.client.tui import marks
from holdspace.client.tui.rows import Ink, Piece, Row, cells, shorten, wrap
from holdspace.protocol.meeting.kinds import TurnMode
from holdspace.protocol.translation import N_, _, listed

MAX_SEATS = 12
LONGEST_NAME = 11
CENTRE = 13
_WORDS: dict[TurnMode, str] = {
    "open": N_("everybody may write"),
    "listen": N_("we listen"),
    "hands": N_("the floor is free"),
    "round": N_("going around"),
    "gather": N_("we all write"),
    "silent": N_("quiet time"),
    "pairs": N_("pairs, for who likes"),
}


class Label(NamedTuple):
    """A seat's pieces and where they begin."""

    x: int
    y: int
    pieces: Row

    @property
    def end(self) -> int:
        """Return the column after the label."""
        return self.x + cells(self.pieces)


def floor_words(view: RoomView) -> str:
    """Return in a few words who may speak now."""
    if view.is_held:
        return _("the room is on hold")
    if view.floor:
        return (
            _("You have the floor")
            if view.floor.is_me
            else _("{name} has the floor").format(name=view.floor.name)
        )
    if view.gather and view.gather.is_released:
        return _("what we wrote is read")
    if view.pairs and view.pairs.partners:
        return _("you are with {names}").format(
            names=listed([marks.called(partner) for partner in view.pairs.partners])
        )
    return _(_WORDS[view.mode])


def circle(view: RoomView, width: int, height: int) -> list[Row] | None:
    """Return the circle as rows of exactly this size, or None when the names do not fit."""
    if not 1 <= len(view.people) <= MAX_SEATS or width < 24 or height < 9:
        return None
    labels = _seats(view.people, width, height)
    centre = _centre(view, width, height)
    if _collide([*labels, *centre]) or any(label.x < 0 or label.end > width for label in labels):
        return None
    return _compose(labels, centre, width, height)


def _seats(people: Sequence[PersonView], width: int, height: int) -> list[Label]:
    radius_x, radius_y = _radii(width, height)
    labels = []
    for at, person in enumerate(people):
        # Clockwise from the top, in the order of the seats, so that "going around" can be followed.
        angle = 2 * pi * at / len(people) - pi / 2
        pieces = _label(person)
        x = (width - 1) / 2 + radius_x * cos(angle) - (cells(pieces) - 1) / 2
        y = (height - 1) / 2 + radius_y * sin(angle)
        labels.append(Label(_near(x), _near(y), pieces))
    return labels


def _near(value: float) -> int:
    # Two seats at the same height must not part because of the last bit of a cosine.
    return int(round(value, 6) + 0.5)


def _radii(width: int, height: int) -> tuple[float, float]:
    return min((width - LONGEST_NAME) / 2, height * 1.05), (height - 1) / 2


def _label(person: PersonView) -> Row:
    name = shorten(marks.called(person), LONGEST_NAME - 2)
    return marks.mark(person), Piece(" "), Piece(name, marks.name_ink(person))


def _centre(view: RoomView, width: int, height: int) -> list[Label]:
    ink: Ink = "amber" if view.floor or view.is_held else "muted"
    lines = _balanced(floor_words(view), min(CENTRE, width // 3))
    top = (height - len(lines)) // 2
    rows = [(Piece(line, ink),) for line in lines]
    return [Label((width - cells(line)) // 2, top + at, line) for at, line in enumerate(rows)]


def _balanced(text: str, width: int) -> tuple[str, ...]:
    """Wrap so that no line is much shorter than the others."""
    lines = wrap(text, width)
    longest = max(map(cell_len, text.split()), default=0)
    narrower = (wrap(text, at) for at in range(max(width // 2, longest), width))
    return next((tried for tried in narrower if len(tried) == len(lines)), lines)


def _collide(labels: Sequence[Label]) -> bool:
    in_order = sorted(labels, key=lambda label: (label.y, label.x))
    return any(one.y == other.y and one.end + 1 > other.x for one, other in pairwise(in_order))


def _compose(labels: list[Label], centre: list[Label], width: int, height: int) -> list[Row]:
    dots = _dots(width, height)
    lines = []
    for y in range(height):
        here = sorted(label for label in (*labels, *centre) if label.y == y)
        lines.append(_line(here, dots, y, width))
    return lines


def _line(labels: list[Label], dots: frozenset[tuple[int, int]], y: int, width: int) -> Row:
    line: list[Piece] = []
    x = 0
    for label in (*labels, Label(width, y, ())):
        gap = "".join(
            "·" if (at, y) in dots and not _is_close(at, labels) else " "
            for at in range(x, label.x)
        )
        line += [Piece(gap, "faint"), *label.pieces]
        x = label.end
    return tuple(piece for piece in line if piece.text)


def _is_close(x: int, labels: list[Label]) -> bool:
    return any(label.x - 4 <= x < label.end + 4 for label in labels)


@lru_cache(8)
def _dots(width: int, height: int) -> frozenset[tuple[int, int]]:
    radius_x, radius_y = _radii(width, height)
    steps = 84
    return frozenset(
        (
            _near((width - 1) / 2 + radius_x * cos(angle)),
            _near((height - 1) / 2 + radius_y * sin(angle)),
        )
        for angle in (2 * pi * step / steps for step in range(steps))
    )
