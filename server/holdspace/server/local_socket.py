"""Unix sockets that the relay makes for this machine's own programs."""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path


def bound(path: Path, mode: int) -> socket.socket:
    """Return a listening socket that only `mode` lets in from its first moment; OSError otherwise.

    A socket that nobody listens at any more is replaced, and nothing else ever is.
    """
    _remove_left_over(path)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o777 & ~mode)
    try:
        opened.bind(str(path))
        opened.listen()
    except BaseException:
        opened.close()
        raise
    finally:
        os.umask(mask)
    return opened


def _remove_left_over(path: Path) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(f"{path} is no socket.")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
