"""Lines for somebody who cannot wait: neither for a connection nor for the end of a question (A15, A22)."""

_URGENT = frozenset({"/support", "/crisis", "/exit", "/leave", "/quit"})


def is_urgent(line: str) -> bool:
    """Tell whether a line asks for help or for the way out."""
    return line.strip().lower() in _URGENT
