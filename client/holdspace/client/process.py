"""What this program asks of the system it runs on: to leave no image of its memory (security.md 1.7)."""

import resource
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4


def leave_no_image() -> None:
    """Forbid core dumps, and other programs of this person to read what is in memory."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A limit of 0 does not hold a system that pipes crashes into a program; this does.
        import ctypes  # noqa: PLC0415 (no other system needs it)

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
