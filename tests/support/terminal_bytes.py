"""What a program writes to a terminal, taken apart: its control sequences, and the words between."""

import re

TOKENS = re.compile(
    r"\x1b\[(?P<mark>[<-?]?)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<other>[^\[\]])"
)


def kinds(written: str) -> set[str]:
    """Return which kinds of control sequences were written."""
    found = set()
    for token in TOKENS.finditer(written):
        parts = token.groupdict("")
        if parts["osc"]:
            found.add(f"OSC {parts['osc']}")
        else:
            found.add(parts["mark"] + parts["between"] + parts["final"] + parts["other"])
    return found


def lines(written: str) -> list[str]:
    """Return the lines of what was written; what a program moved to the right begins with blanks."""
    return TOKENS.sub(_moved, written).replace("\r", "\n").split("\n")


def _moved(token: re.Match[str]) -> str:
    if token["final"] != "H":
        return ""
    _row, _mark, column = (token["numbers"] or "").partition(";")
    return "\n" + " " * (int(column or 1) - 1)


def words(written: str) -> str:
    """Return what was written without control sequences."""
    return TOKENS.sub("", written)
