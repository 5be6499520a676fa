"""The listener for Prometheus: one question, on this machine, and nothing of anybody in the answer."""

import asyncio
import os
from pathlib import Path

import pytest

from holdspace.server.config import LocalAddress
from holdspace.server.metrics import MetricsListener

TEXT = "holdspace_relay_rooms 10\n"
HERE = LocalAddress(host="127.0.0.1")


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /metrics HTTP/1.1", b"HTTP/1.1 200 OK"),
        (b"GET / HTTP/1.1", b"HTTP/1.1 404 Not Found"),
        (b"POST /metrics HTTP/1.1", b"HTTP/1.1 404 Not Found"),
        (b"GET /metrics?x=1 HTTP/1.1", b"HTTP/1.1 404 Not Found"),
        (b"\xff\xfe", b"HTTP/1.1 404 Not Found"),
    ],
)
async def test_it_answers_one_question(request_line: bytes, status: bytes) -> None:
    metrics = MetricsListener(lambda: TEXT)
    await metrics.open(HERE)
    answer = await asked(metrics.port, request_line + b"\r\nHost: x\r\n\r\n")
    metrics.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(status)
    assert f"Content-Length: {len(body)}".encode() in head
    assert (body == TEXT.encode()) is status.endswith(b"200 OK")


async def test_a_request_without_end_is_cut() -> None:
    metrics = MetricsListener(lambda: TEXT)
    await metrics.open(HERE)
    assert await asked(metrics.port, b"GET /metrics HTTP/1.1\r\n" + b"a" * 10_000) == b""
    metrics.close()


async def test_on_a_socket_too(tmp_path: Path) -> None:
    path = tmp_path / "m.sock"
    metrics = MetricsListener(lambda: TEXT)
    await metrics.open(LocalAddress(path=path))
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"GET /metrics HTTP/1.1\r\n\r\n")
    assert (await reader.read()).endswith(TEXT.encode())
    writer.close()
    metrics.close()
    assert [*os.scandir(tmp_path)] == []
