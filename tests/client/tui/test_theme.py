"""Contrast, computed: every ink that carries words is readable on every ground it can stand on."""

from itertools import combinations
from math import dist

import pytest

from holdspace.client.settings import THEMES
from holdspace.client.tui.theme import PALETTES, TERMINAL, ansi_theme

DECORATION = {"ink-faint"}  # dots and rules; never words


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# Whose inks are to be told apart, in which of these the eye sees little of one kind of light
# (Machado, Oliveira and Fernandes 2009, severity 1).
BLINDNESS = {
    "red": ((0.1523, 1.0526, -0.2049), (0.1145, 0.7863, 0.0992), (-0.0039, -0.0481, 1.0520)),
    "green": ((0.3673, 0.8606, -0.2280), (0.2801, 0.6725, 0.0474), (-0.0118, 0.0429, 0.9689)),
    "blue": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
}  # fmt: skip
MEANT_TO_DIFFER = list(combinations(("ink-amber", "ink-sage", "ink-me"), 2))


@pytest.mark.parametrize(("theme", "least"), [("calm", 4.5), ("paper", 4.5), ("contrast", 7.0)])
@pytest.mark.parametrize("ink", sorted(set(PALETTES["calm"].inks) - DECORATION))
def test_words_are_readable(theme: str, least: float, ink: str) -> None:
    palette = PALETTES[theme]
    for ground in palette.grounds.values():
        assert contrast(palette.inks[ink], ground) >= least, ground


@pytest.mark.parametrize("theme", PALETTES)
def test_what_is_chosen_is_readable(theme: str) -> None:
    palette = PALETTES[theme]
    assert contrast(palette.inks["ink-text"], palette.chosen) >= 4.5


@pytest.mark.parametrize("blind_to", BLINDNESS)
@pytest.mark.parametrize("theme", PALETTES)
def test_accents_differ_for_people_who_see_few_colours(theme: str, blind_to: str) -> None:
    inks = PALETTES[theme].inks
    for one, other in MEANT_TO_DIFFER:
        seen = [as_seen(inks[ink], BLINDNESS[blind_to]) for ink in (one, other)]
        # Several times what can just be told apart.
        assert dist(*map(lab, seen)) > 10, (one, other)


def test_every_theme_can_be_set() -> None:
    assert set(THEMES) == {*PALETTES, TERMINAL}


def test_the_plain_theme_leaves_every_colour_to_the_terminal() -> None:
    palette = PALETTES["calm"]
    names = (*palette.grounds, *palette.inks)
    assert {ansi_theme.variables[name] for name in names} == {"ansi_default"}


def linear(colour: str) -> list[float]:
    """Return how much light of each colour there is, from 0 to 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]


def as_seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> list[float]:
    """Return the light that somebody sees of a colour."""
    light = linear(colour)
    return [
        min(1.0, max(0.0, sum(part * one for part, one in zip(row, light, strict=True))))
        for row in matrix
    ]


def lab(light: list[float]) -> tuple[float, float, float]:
    """Return a colour in CIE L*a*b*, where distances are as people see them."""
    red, green, blue = light
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
