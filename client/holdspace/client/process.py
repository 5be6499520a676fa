"""What this program asks of what it runs on: to leave no image of its memory, and to start quickly."""

import gc
import resource
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4
_MANY_OBJECTS = 10_000


def leave_no_image() -> None:
    """Forbid core dumps, and other programs of this person to read what is in memory (security.md 1.7)."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A limit of 0 does not hold a system that pipes crashes into a program; this does.
        import ctypes  # noqa: PLC0415 (no other system needs it)

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def start_quickly() -> None:
    """Look for garbage less often.

    After every 700 objects, as Python does by itself, it took a tenth of the start: what is loaded
    is no garbage.
    """
    gc.set_threshold(_MANY_OBJECTS)
