"""A terminal session as a moving picture: an SVG that plays by itself, without a script in it.

All pictures lie side by side on one strip, which moves by a picture at a time. Whoever asked their
computer for less motion sees one still picture.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

import pyte
from pyte.screens import Char

from holdspace.client.tui.theme import PALETTES

CELL, LINE, SIZE, PAD = 8.4, 18, 14, 12
# The program's own, so that most cells need no rectangle and no colour of their own.
_CALM = PALETTES["calm"]
GROUND, INK = _CALM.grounds["ground"], _CALM.inks["ink-text"]
_STYLE = f"""\
text {{ font: {SIZE}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }}
.b {{ font-weight: bold; }}
"""


@dataclass(frozen=True)
class Look:
    """What some cells have in common."""

    ink: str
    ground: str
    is_bold: bool


Run = tuple[int, str, Look]
Drawn = tuple[Run, ...]


@dataclass(frozen=True)
class Still:
    """What the terminal showed from a moment on."""

    at: float
    lines: tuple[Drawn, ...]


def still(screen: pyte.Screen, at: float) -> Still:
    """Return what stands on a terminal now."""
    return Still(at, tuple(tuple(_runs(screen, y)) for y in range(screen.lines)))


def _runs(screen: pyte.Screen, y: int) -> Iterator[Run]:
    cells = [screen.buffer[y][x] for x in range(screen.columns)]
    for look, group in groupby(enumerate(cells), key=lambda cell: _look(cell[1])):
        some = list(group)
        text = "".join(cell.data for _, cell in some)
        if text.strip() or look.ground != GROUND:
            yield some[0][0], text, look


def _look(cell: Char) -> Look:
    ink, ground = _colour(cell.fg, INK), _colour(cell.bg, GROUND)
    return Look(ground, ink, cell.bold) if cell.reverse else Look(ink, ground, cell.bold)


def _colour(name: str, usual: str) -> str:
    return usual if name == "default" else f"#{name}" if len(name) == 6 else name


def picture(stills: Sequence[Still], seconds: float, columns: int, resting: float) -> str:
    """Return the moving picture; `resting` is the moment that is shown where nothing shall move."""
    width, height = columns * CELL + 2 * PAD, len(stills[0].lines) * LINE + 2 * PAD
    known: dict[Drawn, int] = {}
    strip = "".join(_placed(one, at * width, known) for at, one in enumerate(stills))
    rows = "".join(_row(drawn, number) for drawn, number in known.items())
    rest = max(at for at, one in enumerate(stills) if one.at <= resting)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}">'
        f"<style>{_STYLE}{_moves(stills, seconds, width)}"
        f"@media (prefers-reduced-motion: reduce) {{ #strip {{ animation: none; "
        f"transform: translateX({-rest * width:g}px); }} }}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/><defs>{rows}</defs>'
        f'<svg x="{PAD}" y="{PAD}" width="{columns * CELL:g}"><g id="strip" fill="{INK}">{strip}</g></svg>'
        "</svg>\n"
    )


def _moves(stills: Sequence[Still], seconds: float, width: float) -> str:
    steps = "".join(
        f"{100 * one.at / seconds:.2f}% {{ transform: translateX({-at * width:g}px); }}\n"
        for at, one in enumerate(stills)
    )
    return (
        f"#strip {{ animation: strip {seconds:g}s step-end infinite; }}\n"
        f"@keyframes strip {{\n{steps}}}\n"
    )


def _placed(one: Still, x: float, known: dict[Drawn, int]) -> str:
    uses = "".join(
        f'<use href="#r{known.setdefault(drawn, len(known))}" y="{y * LINE}"/>'
        for y, drawn in enumerate(one.lines)
        if drawn
    )
    return f'<g transform="translate({x:g} 0)">{uses}</g>'


def _row(drawn: Drawn, number: int) -> str:
    return f'<g id="r{number}">{"".join(map(_run, drawn))}</g>'


def _run(run: Run) -> str:
    x, text, look = run
    wide = f"{len(text) * CELL:g}"
    behind = (
        f'<rect x="{x * CELL:g}" width="{wide}" height="{LINE}" fill="{look.ground}"/>'
        if look.ground != GROUND
        else ""
    )
    ink = "" if look.ink == INK else f' fill="{look.ink}"'
    bold = ' class="b"' if look.is_bold else ""
    # Placed word group by word group: not everything that draws SVG keeps several blanks.
    said = "".join(
        f'<text x="{(x + found.start()) * CELL:g}" y="{SIZE}"{ink} '
        f'textLength="{len(found[0]) * CELL:g}"{bold}>{escape(found[0])}</text>'
        for found in re.finditer(r"\S+(?: \S+)*", text)
    )
    return behind + said


def different(stills: Sequence[Still]) -> list[Still]:
    """Return the pictures without those that show what the one before shows."""
    return [*stills[:1], *(new for old, new in pairwise(stills) if new.lines != old.lines)]
