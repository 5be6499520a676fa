"""What a relay asks of the system it runs on: to leave no image of its memory, and to be watched."""

import ctypes
import os
import resource
import socket
import sys
import time
from contextlib import suppress

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4


def leave_no_image() -> bool:
    """Forbid core dumps and other programs of this user to read our memory; False if it failed."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)
    return leaves_no_image()


def leaves_no_image() -> bool:
    """Tell whether a crash of this process would leave nothing behind."""
    is_readable = sys.platform == "linux" and _prctl(_PR_GET_DUMPABLE, 0) != 0
    return resource.getrlimit(resource.RLIMIT_CORE)[0] == 0 and not is_readable


def _prctl(option: int, value: int) -> int:
    try:
        return int(ctypes.CDLL(None).prctl(option, value, 0, 0, 0))
    except (OSError, AttributeError):
        return -1


def notify(*states: str) -> None:
    """Tell systemd how we are (sd_notify), if it asked to be told."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where.startswith(("/", "@")):
        return
    address = "\0" + where[1:] if where.startswith("@") else where
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
        opened.sendto("\n".join(states).encode(), address)


def notify_reloading() -> None:
    """Tell systemd that settings are being read again; READY=1 ends it."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
