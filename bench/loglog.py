"""A drawing of how things grow: lines on two logarithmic scales, as an SVG for our documents.

Every line has its name at its end and a mark and dash of its own, so it can be read without colour.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 960, 640
LEFT, RIGHT, TOP, BOTTOM = 78, 276, 84, 64
NAME_HEIGHT = 17
PAPER, INK, FAINT, GRID = "#ffffff", "#1f2933", "#5b6770", "#e4e7eb"
COLOURS = ("#1b4f72", "#7b3f00", "#2d5a27", "#5b2a86", "#8a1c3b", "#33475b")
DASHES = ("", "7 4", "2 4", "11 4 2 4")
MARKS = ("circle", "square", "diamond", "triangle")

Points = Mapping[int, float]


@dataclass(frozen=True)
class Drawing:
    """What is drawn: for each name, seconds by number."""

    title: str
    subtitle: str
    across: str
    lines: Mapping[str, Points]

    def svg(self) -> str:
        """Return the drawing."""
        content = "\n".join([*self._grid(), *self._lines()])
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"\n'
            f'    font-family="system-ui, sans-serif" font-size="13" fill="{INK}">\n'
            f"<title>{escape(self.title)}</title>\n"
            f"<desc>{escape(self._described())}</desc>\n"
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>\n'
            f"{_text(LEFT, 34, self.title, size=18)}\n"
            f"{_text(LEFT, 56, self.subtitle, fill=FAINT)}\n"
            f"{content}\n</svg>\n"
        )

    def _described(self) -> str:
        named = (
            f"{name}: " + ", ".join(f"{_time(points[at])} at {at}" for at in sorted(points))
            for name, points in self.lines.items()
        )
        return "; ".join(named)

    def _numbers(self) -> list[int]:
        return sorted({at for points in self.lines.values() for at in points})

    def _decades(self) -> range:
        every = [value for points in self.lines.values() for value in points.values()]
        return range(math.floor(math.log10(min(every))), math.ceil(math.log10(max(every))) + 1)

    def _x(self, at: int) -> float:
        numbers = self._numbers()
        span = math.log(numbers[-1] / numbers[0]) or 1
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(at / numbers[0]) / span

    def _y(self, value: float) -> float:
        decades = self._decades()
        share = (math.log10(value) - decades[0]) / ((decades[-1] - decades[0]) or 1)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def _grid(self) -> Iterator[str]:
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        for decade in self._decades():
            y = self._y(10.0**decade)
            yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{GRID}"/>'
            yield _text(LEFT - 10, y + 4, _time(10.0**decade), anchor="end", fill=FAINT)
        for number in self._numbers():
            x = self._x(number)
            yield f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="{GRID}"/>'
            yield _text(x, bottom + 22, str(number), anchor="middle", fill=FAINT)
        yield _text((LEFT + right) / 2, bottom + 46, self.across, anchor="middle")

    def _lines(self) -> Iterator[str]:
        looks = zip(self.lines.items(), cycle(COLOURS), cycle(DASHES), cycle(MARKS))
        ends = {name: self._y(points[max(points)]) for name, points in self.lines.items()}
        heights = _apart(ends)
        for (name, points), colour, dash, mark in looks:
            places = [(self._x(at), self._y(points[at])) for at in sorted(points)]
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            yield f'<g stroke="{colour}" fill="none" stroke-width="2">'
            yield f'<path d="{path}" stroke-dasharray="{dash}"/>'
            yield from (_mark(mark, x, y, colour) for x, y in places)
            (x, y), beside = places[-1], WIDTH - RIGHT + 26
            yield f'<path d="M{x + 7:.1f} {y:.1f}L{beside - 4} {heights[name]:.1f}" stroke-width="1"/>'
            yield "</g>"
            named = f"{name}, {_time(points[max(points)])}"
            yield _text(beside, heights[name] + 4, named, fill=colour)


def _apart(ends: Mapping[str, float]) -> dict[str, float]:
    """Return heights for the names, in the order of the ends and none over another."""
    placed: dict[str, float] = {}
    lowest = -math.inf
    for name in sorted(ends, key=lambda name: ends[name]):
        lowest = placed[name] = max(ends[name], lowest + NAME_HEIGHT)
    return placed


def _mark(mark: str, x: float, y: float, colour: str) -> str:
    if mark == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}" stroke="none"/>'
    corners: dict[str, Sequence[tuple[float, float]]] = {
        "square": [(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)],
        "diamond": [(0, -5), (5, 0), (0, 5), (-5, 0)],
        "triangle": [(0, -5), (4.8, 3.6), (-4.8, 3.6)],
    }
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners[mark])
    return f'<polygon points="{points}" fill="{PAPER}" stroke-width="1.6"/>'


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = INK, size: int = 13
) -> str:
    placed = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {placed} fill="{fill}" font-size="{size}">{escape(text)}</text>'


def _time(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size * 0.9995:
            return f"{_short(value / size)} {unit}"
    return f"{_short(value / 1e-6)} µs"


def _short(value: float) -> str:
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"
