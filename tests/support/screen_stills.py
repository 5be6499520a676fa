"""Stills: what the screen shows in every state, as text that a reviewer can read and compare.

Each row of the window is written with the inks it was drawn in, one letter a run, before it; so one
still serves for every theme, and a colour that is in no palette has no name here. All states of one
size are shown by one app, one after another: `python screen_stills.py` writes them anew.
"""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from rich.cells import cell_len
from rich.style import Style
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

import screen_samples as sample
from holdspace.client.keeping import Keeper
from holdspace.client.seat.unsent import Unsent
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui.app import Ending, HoldspaceApp
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.client.tui.theme import PALETTES, TERMINAL, theme_name
from screen_player import Player
from screen_states import LARGE, STATES, VAST

FOLDER = Path(__file__).parents[1] / "client" / "tui" / "stills"
SIZES = ((40, 12), (80, 24), (120, 36), (160, 50), (200, 60))
FEWER = {SIZES[2]: LARGE, SIZES[3]: VAST, SIZES[4]: VAST}
MOST_PAUSES = 12
THEMES = (*PALETTES, TERMINAL)
GROUNDS = {"ground": "", "panel-ground": "-", "field-ground": "="}
INKS = {
    "ink-text": "t",
    "ink-muted": "m",
    "ink-faint": "f",
    "ink-sage": "g",
    "ink-amber": "a",
    "ink-hand": "h",
    "ink-me": "e",
    "ink-strong": "s",
}
CARET, CHOSEN, VEILED, BAR = "|", "*", "~", "b"
LEGEND = """\
Before each row stand its inks from left to right: t text, s strong, m muted, f faint, g sage, a amber,
h hand, e me (capitals are bold), after the ground they are on: - panel, = field, * chosen, . the
window's own. b is a scrollbar, | the caret of a text field, ~ what is dimmed behind a question.
"cursor" is where the terminal's own cursor stands. Written by ./dev stills; a test fails when the
screen shows something else."""


def alphabet(theme: str) -> Mapping[tuple[str, bool], str]:
    """Return the letter of each colour of a theme, beside whether it is bold."""
    if theme == TERMINAL:
        return {}
    inks = PALETTES[theme].inks
    plain = {(inks[name], False): letter for name, letter in reversed(INKS.items())}
    plain |= {(PALETTES[theme].grounds["field-ground"], False): BAR}
    # Where white and strong white are one colour, what is bold is the strong one.
    bold = {(inks[name], True): letter.upper() for name, letter in INKS.items()}
    return plain | bold


def _colour(style: Style | None, *, behind: bool = False) -> str:
    colour = (style.bgcolor if behind else style.color) if style else None
    return "" if colour is None or colour.is_default else colour.get_truecolor().hex


def _is_caret(style: Style, theme: str) -> bool:
    if theme == TERMINAL:
        return bool(style.reverse)
    palette = PALETTES[theme]
    colours = _colour(style, behind=True), _colour(style)
    return colours == (palette.inks["ink-amber"], palette.grounds["ground"])


def _letter(style: Style | None, theme: str, *, is_veiled: bool) -> tuple[str, str]:
    """Return the signs of the ground and of the ink; raise KeyError for a colour of no palette."""
    bold = bool(style and style.bold)
    if theme == TERMINAL:
        return "", BAR if style and style.bgcolor and _colour(style) else "T" if bold else "t"
    palette = PALETTES[theme]
    grounds = {palette.grounds[name]: sign for name, sign in GROUNDS.items()}
    behind, ink = _colour(style, behind=True), _colour(style)
    letters = alphabet(theme)
    if is_veiled and (ink, bold) not in letters:
        return "", VEILED
    ground = CHOSEN if behind == palette.chosen else grounds[behind]
    return ground, letters[ink, bold]


def row_of(
    cells: Iterable[tuple[str, Style | None]], theme: str, *, is_veiled: bool = False
) -> str:
    """Return one row of the window: its inks, a bar, its text."""
    pieces = [(text, style) for text, style in cells if text]
    text = "".join(text for text, _ in pieces).rstrip()
    said: list[str] = []
    ground = ""
    for piece, style in pieces:
        is_caret = style is not None and _is_caret(style, theme)
        if not piece.strip() and not is_caret:
            continue
        behind, ink = ("", CARET) if is_caret else _letter(style, theme, is_veiled=is_veiled)
        said += [behind or "."] if behind != ground and ink != CARET else []
        ground = behind if ink != CARET else ground
        said.append("" if theme == TERMINAL and ink in (BAR, CARET) else ink)
    inks = "".join(sign for sign, _ in groupby(filter(None, said)))
    return f"{inks}│{text}" if text or inks else "│"


def still_of(app: HoldspaceApp, name: str, theme: str) -> str:
    """Return what the app shows now."""
    strips = app.screen._compositor.render_strips()
    is_veiled = isinstance(app.screen, ModalScreen)
    rows = [
        row_of(((one.text, one.style) for one in strip), theme, is_veiled=is_veiled)
        for strip in strips
    ]
    focus = app.focused.id if app.focused else None
    at = app.cursor_position
    head = f"## {name} · focus {focus or 'nowhere'} · cursor {at.x},{at.y}"
    return "\n".join([head, *_without_blank_runs(rows)])


def _without_blank_runs(rows: Iterable[str]) -> Iterator[str]:
    for row, group in groupby(rows):
        many = len(list(group))
        yield from [f"({many} blank rows)"] if row == "│" and many > 2 else [row] * many


class Stills:
    """One app that shows one state after another, each as if it had just been opened."""

    def __init__(self, app: HoldspaceApp, pilot: Pilot[Ending]) -> None:
        self._app, self._pilot = app, pilot
        self.screens: set[str] = set()

    async def take(self, name: str, theme: str) -> str:
        """Return the still of a state in a theme."""
        view, act = STATES[name]
        app, pilot = self._app, self._pilot
        player = Player(view)
        app.workers.cancel_group(app, "follow")
        app.close_overlays(all_of_them=True)
        app._attendance, app._view, app._place = player, view, None
        app._known_code = view.invitation
        app._notice = ""
        app._escapes.forget()
        app.keeper = Keeper()
        app.book = SettingsBook()
        app.book.when_changed(app._take_settings)
        app.cards.clear()
        app.unsent = Unsent()
        app.unfinished.clear()
        app._room = RoomScreen()
        app.theme = theme_name(theme)
        app._show_view(view)
        app.run_worker(app._follow(), name="follow", group="follow", exclusive=True)
        await pilot.pause()
        await act(pilot, player)
        self.screens |= {type(screen).__name__ for screen in app.screen_stack}
        return await self._at_rest(name, theme)

    def without_place(self) -> set[str]:
        """Return what stands, in part, outside of what holds it, and fields whose hint is cut."""
        return {
            f"{type(one).__name__} {one.id}"
            for one in self._app.screen.query("*")
            if one.display and (_is_outside(one) or _is_hint_cut(one))
        }

    async def _at_rest(self, name: str, theme: str) -> str:
        """Return the still once nothing changes any more: a layout can follow on a layout."""
        self._app._escapes.forget()
        self._app._show_all()
        before: str | None = None
        now: str | None = None
        for _ in range(MOST_PAUSES):
            await self._pilot.pause()
            before, now = now, still_of(self._app, name, theme)
            if now == before:
                break
        return now or ""


def _is_outside(widget: Widget) -> bool:
    """Tell whether something is not whole in sight, and cannot be scrolled to."""
    holders = [one for one in widget.ancestors if isinstance(one, Widget)]
    if any(one.allow_vertical_scroll or isinstance(one, VerticalScroll) for one in holders):
        return False
    region = widget.region
    return region.area > 0 and not all(one.region.contains_region(region) for one in holders)


def _is_hint_cut(widget: Widget) -> bool:
    if not isinstance(widget, Input) or widget.value:
        return False
    return cell_len(str(widget.placeholder)) > widget.content_size.width


@asynccontextmanager
async def stills(size: tuple[int, int]) -> AsyncIterator[Stills]:
    """Open an app of this size."""
    app = HoldspaceApp(Player(sample.OUTSIDE), clock=lambda: sample.NOW)
    # What a screen leaves behind is swept up once: sweeping in between doubles the time.
    gc.disable()
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Stills(app, pilot)
    finally:
        gc.enable()


def shown_at(size: tuple[int, int]) -> list[str]:
    """Return the states whose stills are kept of this size: all, and in a large window one a screen."""
    return [name for name in STATES if name in FEWER.get(size, STATES)]


def theme_of(name: str, size: tuple[int, int]) -> str:
    """Return the theme a state is compared in: each in another one, and all of them at every size."""
    return THEMES[(list(STATES).index(name) + SIZES.index(size)) % len(THEMES)]


def file_of(size: tuple[int, int]) -> Path:
    """Return where the stills of a size are kept."""
    return FOLDER / f"{size[0]}x{size[1]}.txt"


def kept(size: tuple[int, int]) -> dict[str, str]:
    """Return the stills that are kept of a size, by the name of the state."""
    parts = file_of(size).read_text("utf-8").rstrip("\n").split("\n\n")[1:]
    return {part.split(" · ")[0].removeprefix("## "): part for part in parts}


async def _write(size: tuple[int, int], theme: str) -> None:
    async with stills(size) as camera:
        taken = [await camera.take(name, theme) for name in shown_at(size)]
    file_of(size).write_text("\n\n".join([LEGEND, *taken]) + "\n", "utf-8")


def main() -> None:
    """Write all stills anew."""
    FOLDER.mkdir(exist_ok=True)
    for size in SIZES:
        asyncio.run(_write(size, THEMES[0]))
        sys.stdout.write(f"{file_of(size).name}: {file_of(size).stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
