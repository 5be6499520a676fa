"""How the relay's own commands ask a running relay: one word in, one JSON line out.

The socket lies in the relay's private folder, is for its own user and root, and can change
nothing. It is answered by the event loop alone, so that an answer means the relay is alive,
whatever the disk or a cluster does.
"""

import asyncio
import json
import os
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from holdspace.server.local_socket import bound

Answers = Mapping[str, Callable[[], Mapping[str, Any]]]
_SECONDS = 5.0
_LONGEST_WORD = 64
_LONGEST_ANSWER = 1024 * 1024
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid


class NotRunningError(Exception):
    """No relay answers; the sentence says where it was looked for."""


class AdminSocket:
    """Answer questions of this machine's operator."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._server: asyncio.Server | None = None
        self._path: Path | None = None

    async def open(self, path: Path) -> None:
        """Listen; raise OSError if that cannot be."""
        opened = bound(path, 0o600)
        self._path = path
        self._server = await asyncio.start_unix_server(
            self._answer, sock=opened, limit=_LONGEST_WORD
        )

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(_SECONDS):
                if _may_ask(writer.get_extra_info("socket")):
                    word = (await reader.readline()).decode("ascii", "replace").strip()
                    answer = self._answers.get(word)
                    writer.write(json.dumps(answer() if answer else {}).encode() + b"\n")
                    await writer.drain()
        writer.close()


def _may_ask(peer: socket.socket) -> bool:
    if sys.platform != "linux":
        return True
    data = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return _CREDENTIALS.unpack(data)[1] in {0, os.geteuid()}


def ask(path: Path | None, word: str) -> dict[str, Any]:
    """Ask the relay that listens at `path`, or raise NotRunningError."""
    if path is None:
        raise NotRunningError(
            "A relay with its log in memory has no folder to be asked through. Give it "
            "admin.socket, or HOLDSPACE_RELAY_ADMIN_SOCKET."
        )
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as opened:
            opened.settimeout(_SECONDS)
            opened.connect(str(path))
            opened.sendall(f"{word}\n".encode())
            with opened.makefile("rb") as answer:
                found = json.loads(answer.readline(_LONGEST_ANSWER))
    except PermissionError:
        raise NotRunningError(
            f"You may not ask the relay at {path}. Ask as the user it runs as, or as root."
        ) from None
    except (OSError, ValueError, RecursionError):
        raise NotRunningError(
            f"No relay answers at {path}. Is it running, and with the same --config or --data?"
        ) from None
    return found if isinstance(found, dict) else {}
