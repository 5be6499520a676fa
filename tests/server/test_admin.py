"""Asking a running relay through its own socket, and the sockets made for this machine's programs."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from holdspace.server import admin as admin_module
from holdspace.server.admin import AdminSocket, NotRunningError, ask
from holdspace.server.local_socket import bound


def nothing() -> dict[str, Any]:
    return {"is_well": True}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.sock"


@pytest_asyncio.fixture
async def admin(path: Path) -> AsyncIterator[AdminSocket]:
    opened = AdminSocket({"health": nothing})
    await opened.open(path)
    yield opened
    opened.close()


def mode_of(path: Path) -> int | None:
    return path.stat().st_mode & 0o777 if path.exists() else None


async def raw(path: Path, data: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(data)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_word_is_answered_with_a_line(admin: AdminSocket, path: Path) -> None:
    assert await asyncio.to_thread(ask, path, "health") == {"is_well": True}
    assert mode_of(path) == 0o600


async def test_another_word_is_answered_with_nothing(admin: AdminSocket, path: Path) -> None:
    assert await asyncio.to_thread(ask, path, "stop") == {}
    assert await raw(path, b"x" * 1000 + b"\n") == b""
    assert await raw(path, b"\xff\n") == b"{}\n"
    assert await asyncio.to_thread(ask, path, "health")


async def test_it_takes_its_file_away(path: Path) -> None:
    admin = AdminSocket({})
    await admin.open(path)
    admin.close()
    assert mode_of(path) is None


async def test_another_user_is_not_answered(
    admin: AdminSocket, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_module, "_may_ask", lambda _peer: False)
    assert await raw(path, b"health\n") == b""


def test_without_a_relay_it_is_said_where_it_was_looked_for(path: Path) -> None:
    with pytest.raises(NotRunningError, match=r"a\.sock"):
        ask(path, "health")
    with pytest.raises(NotRunningError, match="ADMIN_SOCKET"):
        ask(None, "health")


@pytest.mark.parametrize("answer", [b"", b"nonsense\n", b"[" * 100_000 + b"\n"])
def test_what_is_no_relay_is_not_believed(path: Path, answer: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        async def one() -> None:
            asked = asyncio.create_task(asyncio.to_thread(ask, path, "health"))
            peer, _ = await asyncio.to_thread(listening.accept)
            with peer:
                await asyncio.to_thread(peer.sendall, answer)
            await asked

        with pytest.raises(NotRunningError):
            asyncio.run(one())


class TestASocketForThisMachine:
    def test_one_that_was_left_over_is_replaced(self, path: Path) -> None:
        bound(path, 0o600).close()
        assert path.exists()
        bound(path, 0o660).close()
        assert path.stat().st_mode & 0o777 == 0o660

    def test_one_that_is_in_use_is_left_alone(self, path: Path) -> None:
        with bound(path, 0o600), pytest.raises(OSError, match="in use"):
            bound(path, 0o600)

    def test_a_file_is_left_alone(self, path: Path) -> None:
        path.write_text("precious")
        with pytest.raises(FileExistsError):
            bound(path, 0o600)
        assert path.read_text() == "precious"
