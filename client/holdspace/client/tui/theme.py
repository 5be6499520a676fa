"""The colours: a calm dark theme, a light and a strong one, and one that leaves all to the terminal.

One accent (amber: who has the floor, where we are, which key), sage for those who hold the room,
blue for you. No colour carries a meaning alone. `test_theme.py` computes the contrast of every ink
on every ground, and how far apart the three are for people who see few colours.
"""

from typing import NamedTuple

from textual.theme import BUILTIN_THEMES, Theme


class Palette(NamedTuple):
    """The colours of one theme: what is written on, what is written with, what is chosen."""

    grounds: dict[str, str]
    inks: dict[str, str]
    chosen: str
    is_dark: bool = True


def _grounds(ground: str, panel: str, field: str) -> dict[str, str]:
    return {"ground": ground, "panel-ground": panel, "field-ground": field}


# Grey enough that terminals with 256 colours show three grounds, not one black.
_CALM = Palette(
    _grounds("#14181a", "#1a2023", "#21282b"),
    {
        "ink-text": "#d9dfe0",
        "ink-strong": "#f0f3f3",
        "ink-muted": "#939fa3",
        "ink-faint": "#475257",
        "ink-sage": "#8fb8a8",
        "ink-amber": "#e8b06a",
        "ink-hand": "#d9c08a",
        "ink-me": "#8ab4e8",
    },
    chosen="#39505a",
)
# Paper in the evening, not a lamp: white grounds hurt those whom light hurts.
_PAPER = Palette(
    _grounds("#f4efe4", "#ece5d6", "#e4dccb"),
    {
        "ink-text": "#30342f",
        "ink-strong": "#171a17",
        "ink-muted": "#5b5f58",
        "ink-faint": "#b5ab97",
        "ink-sage": "#1f6a4d",
        "ink-amber": "#8a4300",
        "ink-hand": "#6b5200",
        "ink-me": "#1b5488",
    },
    chosen="#c9d6d2",
    is_dark=False,
)
_CONTRAST = Palette(
    _grounds("#000000", "#0b0b0b", "#161616"),
    {
        "ink-text": "#ffffff",
        "ink-strong": "#ffffff",
        "ink-muted": "#d0d0d0",
        "ink-faint": "#8c8c8c",
        "ink-sage": "#8ce8bd",
        "ink-amber": "#ffbe5c",
        "ink-hand": "#ffe08a",
        "ink-me": "#a5d2ff",
    },
    chosen="#003f6b",
)
# By the names that people set (settings.THEMES).
PALETTES = {"calm": _CALM, "paper": _PAPER, "contrast": _CONTRAST}
TERMINAL = "terminal"


def theme_name(setting: str) -> str:
    """Return what Textual knows a theme of ours by."""
    return f"holdspace-{setting}"


def _theme(name: str, palette: Palette) -> Theme:
    inks, grounds = palette.inks, palette.grounds
    return Theme(
        name=theme_name(name),
        primary=inks["ink-sage"],
        secondary=inks["ink-me"],
        accent=inks["ink-amber"],
        warning=inks["ink-amber"],
        error=inks["ink-amber"],
        success=inks["ink-sage"],
        foreground=inks["ink-text"],
        background=grounds["ground"],
        surface=grounds["panel-ground"],
        panel=grounds["field-ground"],
        dark=palette.is_dark,
        variables={
            **grounds,
            **inks,
            "input-cursor-background": inks["ink-amber"],
            "input-cursor-foreground": grounds["ground"],
            "input-selection-background": palette.chosen,
        },
    )


# Under NO_COLOR, and for people who want their terminal's own colours.
ansi_theme = Theme(
    name=theme_name(TERMINAL),
    ansi=True,
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        **dict.fromkeys((*_CALM.grounds, *_CALM.inks), "ansi_default"),
    },
)
ALL_THEMES = (*(_theme(name, palette) for name, palette in PALETTES.items()), ansi_theme)
