"""Where a relay listens: what was asked for, made into sockets, or one sentence that says why not."""

import errno
import os
import resource
import socket
import stat
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from holdspace.server.limits import Limits

_BACKLOG = 512
# systemd hands over sockets from this number on (sd_listen_fds).
_FIRST_INHERITED = 3
# Files a relay has open besides its connections: log, libraries, its own sockets.
_OTHER_FILES = 128


@dataclass(frozen=True, slots=True)
class Listening:
    """Name one place to listen at: a port of an address, or a Unix socket if `path` is given.

    `proxy_line`: what trusted proxies open begins with a PROXY protocol line.
    """

    host: str = "127.0.0.1"
    port: int = 8787
    path: Path | None = None
    mode: int = 0o660
    tls: bool = False
    proxy_line: bool = False


class CannotListenError(Exception):
    """The place cannot be listened at; the sentence says why and what to do."""


class Listener:
    """Hold a socket that people come in by, and take away what it left in the file system."""

    def __init__(self, asked: Listening, opened: socket.socket, path: Path | None = None) -> None:
        self.asked = asked
        self.socket = opened
        self._path = path
        self._mark = _mark(path) if path else None

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        """Return the port that was taken; 0 for a Unix socket."""
        return 0 if self.is_unix else int(self.socket.getsockname()[1])

    @property
    def is_unix(self) -> bool:
        return self.socket.family == socket.AF_UNIX

    def remove_file(self) -> None:
        """Remove the file of a Unix socket, unless somebody put another in its place."""
        if self._path is not None and _mark(self._path) == self._mark:
            self._path.unlink(missing_ok=True)
        self._path = None

    def close(self) -> None:
        """Stop listening."""
        self.remove_file()
        self.socket.close()


def listen(asked: Sequence[Listening]) -> list[Listener]:
    """Return a listener for each place, in order; none is left open if one of them cannot be had.

    Sockets that systemd opened (LISTEN_FDS) are taken in place of these.
    """
    places = [*_inherited(asked)] or [(one, None) for one in asked]
    with ExitStack() as opened:
        listeners = []
        for one, given in places:
            listener = Listener(one, given) if given else _listen(one)
            listeners.append(opened.enter_context(listener))
        opened.pop_all()
    return listeners


def files_needed(limits: Limits) -> int:
    """Return how many files a relay may come to have open."""
    return limits.connections + limits.arriving + _OTHER_FILES


def allow_open_files(limits: Limits) -> bool:
    """Raise this process's limit of open files to what the relay may need; False if it may not."""
    needed = files_needed(limits)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return True
    reachable = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (reachable, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= needed


def _inherited(asked: Sequence[Listening]) -> list[tuple[Listening, socket.socket | None]]:
    # Read once: a child of ours must not take them for its own.
    pid, number = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    if pid != str(os.getpid()) or not number.isdecimal():
        return []
    sockets = [socket.socket(fileno=_FIRST_INHERITED + at) for at in range(int(number))]
    for one in sockets:
        one.set_inheritable(False)
    return [(_as_asked(asked, one), one) for one in sockets]


def _as_asked(asked: Sequence[Listening], given: socket.socket) -> Listening:
    # What was asked for a place of the same kind holds for this one, wherever systemd put it.
    if given.family == socket.AF_UNIX:
        place = next((one for one in asked if one.path), replace(asked[0], tls=False))
        return replace(place, path=Path(given.getsockname()))
    return next((one for one in asked if not one.path), replace(asked[0], path=None))


def _listen(asked: Listening) -> Listener:
    if asked.path is not None:
        return Listener(asked, _at_path(asked.path, asked.mode), asked.path)
    family = socket.AF_INET6 if ":" in asked.host else socket.AF_INET
    try:
        opened = socket.create_server((asked.host, asked.port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise CannotListenError(_why_no_port(error, asked.host, asked.port)) from None
    return Listener(asked, opened)


def _at_path(path: Path, mode: int) -> socket.socket:
    _check_place(path)
    opened = socket.socket(socket.AF_UNIX)
    # Made under another name and moved: nobody meets it before its mode is right, and one that a
    # relay left behind when it was killed is replaced in one step.
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.unlink(missing_ok=True)
        opened.bind(str(new))
        new.chmod(mode)
        opened.listen(_BACKLOG)
        new.rename(path)
    except OSError as error:
        opened.close()
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise CannotListenError(_why_no_path(error, path)) from None
    return opened


def _check_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise CannotListenError(f"There is no folder {path.parent} to put the socket in. Make it.")
    if not os.path.lexists(path):
        return
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise CannotListenError(
            f"{path} is there and is no socket, so it was not touched. Choose another path for "
            "the socket, or move the file away."
        )
    if _answers(path):
        raise CannotListenError(
            f"The socket {path} is taken: is a relay running already? Stop it, or choose another "
            "path."
        )


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(1.0)
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            return False
        except OSError:
            # Not ours to open, or busy: somebody is there.
            return True
        return True


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _why_no_path(error: OSError, path: Path) -> str:
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"The relay's user may not put a socket into {path.parent}."
    if error.errno is None:
        return f"The path of the socket {path} is too long for this system."
    return f"The socket {path} cannot be made here. Check its path."


def _why_no_port(error: Exception, host: str, port: int) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"Port {port} is taken: is a relay running already? Stop it, or choose another port "
            f"with --port {port + 1}."
        )
    if number == errno.EACCES:
        return f"Port {port} is for the system only. Choose one above 1023 with --port."
    return f"This machine cannot listen on {host}, port {port}. Check --host and --port."
