"""The last stage before the terminal: no control byte leaves this program as text (R11).

`clean()` already removed such characters where events were decoded. This is the second wall, on
every line of every widget, for whatever reached a widget by another way. Textual calls line
filters internal, so a new Textual is taken only after the hostile-text tests passed on it: the
version is checked here, and the program refuses to start with any other.
"""

from functools import lru_cache
from pathlib import Path
from unicodedata import category

import textual
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from typing_extensions import override

from holdspace.protocol.translation import _

TESTED_TEXTUAL = "8.2.8"
# R11: controls, format characters, surrogates, private use, line and paragraph separators.
FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
STAND_IN = "�"


class UntestedTextualError(RuntimeError):
    """This Textual may not call the filter; the message says what to do."""


def check_textual() -> None:
    """Refuse a Textual that the last-stage filter was not tested with."""
    if not _is_surely_tested() and textual.__version__ != TESTED_TEXTUAL:
        raise UntestedTextualError(
            _(
                "The full screen was made for Textual {tested_textual} and found "
                "{version}. Install the locked versions, or use holdspace with --plain."
            ).format(tested_textual=TESTED_TEXTUAL, version=textual.__version__)
        )


def _is_surely_tested() -> bool:
    """Tell whether the installer's only note about Textual is of that version, which is quick to see."""
    # Textual reads its own version with all of importlib.metadata: a sixth of the first picture's time.
    notes = Path(textual.__file__).parents[1].glob("textual-*.dist-info")
    return [note.name for note in notes] == [f"textual-{TESTED_TEXTUAL}.dist-info"]


def harmless(text: str) -> str:
    """Return the text without forbidden characters, in as many cells as before."""
    return text if text.isprintable() else _harmless(text)


@lru_cache(1024)
def _harmless(text: str) -> str:
    shown = "".join(
        STAND_IN * cell_len(char) if category(char) in FORBIDDEN else char for char in text
    )
    return shown if shown == text else set_cell_size(shown, cell_len(text))


class LastFilter(LineFilter):
    """Replace what a terminal might obey, on every line."""

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with harmless text; widths stay as they were."""
        return [
            segment
            if segment.control is None and segment.text.isprintable()
            else Segment(harmless(segment.text), segment.style)
            for segment in segments
        ]


class NoColourFilter(LineFilter):
    """Take every colour away and keep bold, underline and reverse, for NO_COLOR."""

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without any colour code."""
        return [
            Segment(text, style.without_color if style else None, control)
            for text, style, control in segments
        ]
