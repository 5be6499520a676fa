"""What every screen shows, compared row by row with what somebody has looked at: ./dev stills writes it.

A still is the text with the names of its inks, so that the same one holds in every theme; each state is
compared in another theme, and every theme at every size. A colour of no palette has no name and fails.
"""

import importlib
import pkgutil

import pytest
from textual.screen import Screen

import holdspace.client.tui.screens as screens_package
from holdspace.client.tui.theme import TERMINAL
from screen_states import LARGE, STATES, VAST
from screen_stills import SIZES, THEMES, VEILED, kept, shown_at, stills, theme_of

FRAME = "╭"
ANEW = "The screen has changed. Look at it (./dev pictures DIR), then write it down: ./dev stills"


def every_screen() -> set[str]:
    """Return the names of all screens that can be laid over one another."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(screens_package.__path__):
        named = importlib.import_module(f"{screens_package.__name__}.{module.name}")
        found |= {
            name
            for name, value in vars(named).items()
            if isinstance(value, type)
            and issubclass(value, Screen)
            and value.__module__ == named.__name__
        }
    return found


def is_the_same(still: str, looked_at: str, theme: str) -> bool:
    """Return whether a theme shows what was looked at; one of its own colours has no inks to compare."""
    if theme != TERMINAL:
        return still == looked_at
    # Nothing can be dimmed there, so a question has a frame instead; every word is there all the same.
    if VEILED in looked_at or FRAME in still:
        return True
    return set(_words(looked_at)) <= set(_words(still))


def _words(still: str) -> list[str]:
    rows = still.split("\n")[1:]
    return [word for row in rows if "│" in row for word in row.partition("│")[2].split()]


# The one that most people have; the others take three times as long again.
EVERYDAY = SIZES[1:2]


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(
            size,
            id=f"{size[0]}x{size[1]}",
            marks=() if size in EVERYDAY else pytest.mark.long,
        )
        for size in SIZES
    ],
)
async def test_every_state_shows_what_was_looked_at(size: tuple[int, int]) -> None:
    looked_at, seen = kept(size), {}
    screens: set[str] = set()
    async with stills(size) as camera:
        for name in shown_at(size):
            seen[name] = await camera.take(name, theme_of(name, size))
            screens |= camera.screens
    assert list(seen) == list(looked_at), ANEW
    different = [
        name
        for name, still in seen.items()
        if not is_the_same(still, looked_at[name], theme_of(name, size))
    ]
    assert not different, f"{ANEW}\n{seen[different[0]]}"
    if size == SIZES[1]:
        # A new screen cannot be forgotten: whoever adds one adds a state that shows it.
        bases = {"HoldScreen", "ListScreen", "ApartScreen", "StillScreen"}
        assert every_screen() - bases - screens == ALONE


# Shown without a meeting, by apps of their own: test_solo.py, test_home.py.
ALONE = {"HomeScreen", "SoloScreen"}


@pytest.mark.parametrize("size", SIZES)
def test_every_theme_is_seen_at_every_size(size: tuple[int, int]) -> None:
    assert {theme_of(name, size) for name in shown_at(size)} == set(THEMES)
    assert {*LARGE, *VAST} <= set(STATES)
