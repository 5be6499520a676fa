"""What this program asks of what it runs on: to leave no image of its memory, and to start quickly."""

import gc
import resource
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4
# More than are made until the first words are there, and what is many afterwards.
_ALL_OBJECTS, _MANY_OBJECTS = 200_000, 10_000


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
    """Look for no garbage while everything is loaded: all of that stays, and looking took a tenth."""
    gc.set_threshold(_ALL_OBJECTS)


def run_evenly() -> None:
    """Leave what is there by now alone, and look for garbage among the rest, a little at a time.

    Looking through all of it again and again let every hundredth key wait for 50 ms.
    """
    gc.freeze()
    gc.set_threshold(_MANY_OBJECTS)
