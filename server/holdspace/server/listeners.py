"""Where a relay listens: what was asked for, made into sockets, or one sentence that says why not."""

import errno
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

_BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Listening:
    """Name one place to listen at: a port of an address, or a Unix socket if `path` is given."""

    host: str = "127.0.0.1"
    port: int = 8787
    path: Path | None = None
    mode: int = 0o660


class CannotListenError(Exception):
    """The address cannot be listened on; the sentence says why and what to do."""


def listen(asked: Sequence[Listening]) -> list[socket.socket]:
    """Return a socket for each place, in order; none is left open if one of them cannot be had."""
    with ExitStack() as opened:
        sockets = [opened.enter_context(_listen(one)) for one in asked]
        opened.pop_all()
    return sockets


def _listen(asked: Listening) -> socket.socket:
    family = socket.AF_INET6 if ":" in asked.host else socket.AF_INET
    try:
        return socket.create_server((asked.host, asked.port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise CannotListenError(_why_not(error, asked.host, asked.port)) from None


def _why_not(error: Exception, host: str, port: int) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"Port {port} is taken: is a relay running already? Stop it, or choose another port "
            f"with --port {port + 1}."
        )
    if number == errno.EACCES:
        return f"Port {port} is for the system only. Choose one above 1023 with --port."
    return f"This machine cannot listen on {host}, port {port}. Check --host and --port."
