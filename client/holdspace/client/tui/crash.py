"""What a person reads when the screen fails: one sentence, the kind of error, a number to quote.

Textual's own crash screen prints local variables, and those hold what was said and keys
(security.md 1.10). Nothing of that is printed or written anywhere here.
"""

import secrets

from textual.worker import WorkerFailed

from holdspace.protocol.translation import _


def incident_id() -> str:
    """Return a short number that means nothing but can be quoted."""
    return secrets.token_hex(3)


def crash_words(error: BaseException | None, incident: str) -> str:
    """Return what to print after the terminal was restored."""
    # What failed in the background comes wrapped; the inner one says more.
    inner = error.error if isinstance(error, WorkerFailed) else error
    kind = type(inner).__name__ if inner else "unknown"
    return _(
        "The screen stopped working ({kind}, incident {incident}). To the others it "
        "looks like a lost connection. Nothing of the meeting was printed or saved. "
        "Join again, with --plain if it repeats."
    ).format(kind=kind, incident=incident)
