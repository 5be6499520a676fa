"""The colours: one calm dark theme, and one that leaves every colour to the terminal.

Off-white on dark slate, one accent (amber: who has the floor, where we are, which key), sage for
those who hold the room, blue for you. No colour carries a meaning alone. `test_theme.py` computes
the contrast of every ink on every ground.
"""

from textual.theme import BUILTIN_THEMES, Theme

# Grey enough that terminals with 256 colours show three grounds, not one black.
GROUNDS = {"ground": "#14181a", "panel-ground": "#1a2023", "field-ground": "#21282b"}
INK_COLOURS = {
    "ink-text": "#d9dfe0",
    "ink-strong": "#f0f3f3",
    "ink-muted": "#939fa3",
    "ink-faint": "#475257",
    "ink-sage": "#8fb8a8",
    "ink-amber": "#e8b06a",
    "ink-hand": "#d9c08a",
    "ink-me": "#92bde4",
}
CALM = "holdspace-calm"
PLAIN = "holdspace-ansi"

calm_theme = Theme(
    name=CALM,
    primary="#8fb8a8",
    secondary="#92bde4",
    accent="#e8b06a",
    warning="#e8b06a",
    error="#e39a86",
    success="#8fb8a8",
    foreground=INK_COLOURS["ink-text"],
    background=GROUNDS["ground"],
    surface=GROUNDS["panel-ground"],
    panel=GROUNDS["field-ground"],
    dark=True,
    variables={
        **GROUNDS,
        **INK_COLOURS,
        "input-cursor-background": "#e8b06a",
        "input-cursor-foreground": "#14181a",
        "input-selection-background": "#39505a",
    },
)

# Under NO_COLOR, and for people who want their terminal's own colours.
ansi_theme = Theme(
    name=PLAIN,
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
        **dict.fromkeys((*GROUNDS, *INK_COLOURS), "ansi_default"),
    },
)
