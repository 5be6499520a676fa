"""What a relay says about its own health: codes from a fixed list. Nothing else.

No address, name, handle, key, message or exception text can get into a line, because there is no
way to pass one in.
"""

import logging
import sys
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum, unique
from typing import Protocol, TextIO


@unique
class Event(StrEnum):
    """Name everything the relay ever says while it runs."""

    CONFIG_TAKEN = "config-taken: the settings were read again"
    CONFIG_KEPT = (
        "config-kept: the new settings have mistakes, which `holdspace-relay config check` says; the "
        "relay goes on with the old ones"
    )
    NEEDS_RESTART = "needs-restart: these settings take effect at the next start"
    NO_ADMIN_SOCKET = "no-admin-socket: the commands health and status cannot reach this relay"
    FEW_FILES = "few-files: fewer files may be open than connections are allowed, see LimitNOFILE"
    STOPPING = "stopping: everybody is told to come back"
    STOPPED = "stopped: everything acknowledged is saved"
    NOT_SAVED = "not-saved: the log refused to save, is the disk full? nothing acknowledged is lost"
    SAVES_AGAIN = "saves-again: the log works again"
    CUT_OFF = "cut-off: the NATS cluster cannot be heard; everybody is told to come back"
    JOINED = "joined: the NATS cluster is heard again"
    UNREADABLE = "unreadable: entries could not be read back, is the disk failing?"
    PROXY_NOT_TRUSTED = (
        "proxy-not-trusted: a proxy on this machine says for whom it speaks, but [proxies] trusted "
        "does not name it; everybody behind it shares the limits of one visitor"
    )
    CERTIFICATE_TAKEN = "certificate-taken: new connections get the certificate as it is now"
    CERTIFICATE_KEPT = (
        "certificate-kept: the certificate files cannot be used; new connections get the old one"
    )
    UNEXPECTED = "unexpected: a fault inside the relay, one connection was closed"


class Setting(Protocol):
    """What may be named besides events: a key of the configuration."""

    @property
    def full_name(self) -> str:
        """Return section and name."""


class Journal:
    """Write event codes, one per line."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def note(self, event: Event, settings: Iterable[Setting] = ()) -> None:
        """Write one line; the names of settings may follow."""
        names = ", ".join(one.full_name for one in settings)
        # Whoever read it may be gone, like the host of a relay of their own: people come first.
        with suppress(OSError, ValueError):
            self._stream.write(f"holdspace-relay: {event}{f': {names}' if names else ''}\n")
            self._stream.flush()


def silence_libraries() -> None:
    """Let nothing but events be written: asyncio has a line for every write to a connection gone."""
    # Without a handler anywhere, Python writes warnings to standard error by itself.
    logging.getLogger().addHandler(logging.NullHandler())


def silent_logger() -> logging.Logger:
    """Return a logger for libraries: they would write addresses, requests and tracebacks."""
    logger = logging.Logger("holdspace.relay.silent", level=logging.CRITICAL + 1)  # noqa: LOG001
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
