"""Contrast, computed: every ink that carries words is readable on every ground it can stand on."""

import pytest

from holdspace.client.tui.theme import GROUNDS, INK_COLOURS, ansi_theme

DECORATION = {"ink-faint"}  # dots and rules; never words


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", sorted(set(INK_COLOURS) - DECORATION))
def test_words_are_readable(ink: str, ground: str) -> None:
    assert contrast(INK_COLOURS[ink], GROUNDS[ground]) >= 4.5


def test_the_plain_theme_leaves_every_colour_to_the_terminal() -> None:
    assert {ansi_theme.variables[name] for name in (*GROUNDS, *INK_COLOURS)} == {"ansi_default"}
