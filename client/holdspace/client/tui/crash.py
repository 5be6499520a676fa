"""What a person reads when the screen fails: one sentence, the kind of error, a number to quote.

Textual's own crash screen prints local variables, and those hold what was said and keys
(security.md 1.10). Nothing of that is printed or written anywhere here.
"""

import secrets


def incident_id() -> str:
    """Return a short number that means nothing but can be quoted."""
    return secrets.token_hex(3)


def crash_words(error: BaseException | None, incident: str) -> str:
    """Return what to print after the terminal was restored."""
    kind = type(error).__name__ if error else "unknown"
    return (
        f"The screen stopped working ({kind}, incident {incident}). To the others it looks like a lost "
        "connection. Nothing of the meeting was printed or saved. Join again, with --plain if it repeats."
    )
