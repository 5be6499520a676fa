"""What a relay asks the kernel for, recorded by strace: every write, every sync, every answer sent.

From the recording the disk can be rebuilt as it was at any moment, and as it would be after a power
cut at that moment: what was synced is there, and of what was not, anything may be.
"""

import os
import re
import shutil
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from holdspace.protocol.frames import Ack, MeetingClosed, decode_relay_frame

CALLS = "openat,mkdir,write,pwrite64,writev,ftruncate,fsync,fdatasync,unlink,rename,sendto,sendmsg,close"
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
_RESULT = re.compile(r"\) += (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PATH = re.compile(r"^-?\d*(?:AT_FDCWD)?<((?:\\x[0-9a-f]{2})*)>")
# A frame of the relay: a whole binary message of a size class, in 2, 4 or 10 bytes of head.
_BINARY = 0x82


def strace() -> str | None:
    """Return the tracer, where this system has it."""
    return shutil.which("strace")


def tracing(record: Path) -> tuple[str, ...]:
    """Return what starts a program and writes down all it asks for."""
    program = strace()
    assert program
    bounds = ("-s", "1000000", "-xx", "-y", "--seccomp-bpf")
    return (program, "-f", "-q", *bounds, "-e", f"trace={CALLS}", "-o", str(record))


def end_traced(tracer: int, how: signal.Signals) -> None:
    """End the traced program; the tracer goes with it."""
    # A tracer that is killed itself lets its program go on alone.
    children = Path(f"/proc/{tracer}/task/{tracer}/children").read_text().split()
    for child in children:
        os.kill(int(child), how)


@dataclass(frozen=True, slots=True)
class Call:
    """One call, at the moment it began; a sync has done its work only at `ends`."""

    name: str
    path: str
    data: bytes
    numbers: tuple[int, ...]
    is_creating: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """Something happened: a call began, or (`is_end`) one that is waited for came back."""

    number: int
    call: Call
    is_end: bool = False


def read(record: Path) -> list[Moment]:
    """Return all that happened, in order; calls that failed did not."""
    lines = record.read_text().splitlines()
    failed, ended = _outcomes(lines)
    moments = []
    for number, line in enumerate(lines):
        if (begun := _LINE.match(line)) and number not in failed:
            moments.append(Moment(number, _call(begun[2], begun[3])))
            if ended.get(number, number) == number:
                moments.append(Moment(number, moments[-1].call, is_end=True))
        elif _RESUMED.match(line) and number in ended.values():
            [began] = [at for at, end in ended.items() if end == number]
            text = _LINE.match(lines[began])
            assert text
            moments.append(Moment(began, _call(text[2], text[3]), is_end=True))
    return moments


def _outcomes(lines: Sequence[str]) -> tuple[set[int], dict[int, int]]:
    """Return which calls failed, and on which line each call came back."""
    waiting: dict[str, int] = {}
    failed: set[int] = set()
    ended: dict[int, int] = {}
    for number, line in enumerate(lines):
        if begun := _LINE.match(line):
            began = number
            if line.endswith("<unfinished ...>"):
                waiting[begun[1]] = number
                continue
        elif resumed := _RESUMED.match(line):
            began = waiting.pop(resumed[1])
        else:
            continue
        result = re.search(r"\) += (-?\d+)(?:<[^>]*>)?[^\"]*$", line)
        ended[began] = number
        if result is None or int(result[1]) < 0:
            failed.add(began)
    return failed, ended


def _call(name: str, text: str) -> Call:
    texts = [_bytes(found) for found in _TEXT.findall(text)]
    if name in {"openat", "mkdir", "unlink", "rename"}:
        path, data = texts[0].decode(), texts[-1]
    else:
        at = _PATH.match(text)
        path, data = _bytes(at[1]).decode() if at else "", b"".join(texts)
    tail = _TEXT.sub("", text).split(") ", maxsplit=1)[0]
    numbers = tuple(int(one) for one in re.findall(r", (\d+)", tail))
    return Call(name, path, data, numbers, is_creating="O_CREAT" in text)


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


@dataclass
class Answers:
    """Find the relay's answers in what it wrote to its sockets."""

    streams: dict[str, bytearray] = field(default_factory=dict)

    def take(self, call: Call) -> Iterator[Ack | MeetingClosed]:
        """Yield the answers that are complete with this call."""
        if not call.path.startswith("socket:") or call.name not in {
            "write",
            "sendto",
            "sendmsg",
            "writev",
        }:
            return
        stream = self.streams.setdefault(call.path, bytearray())
        stream += call.data
        if stream.startswith(b"HTTP/1.1 "):
            head = stream.find(b"\r\n\r\n")
            if head < 0:
                return
            del stream[: head + 4]
        while (message := _message(stream)) is not None:
            frame = decode_relay_frame(message) if message else None
            if isinstance(frame, Ack | MeetingClosed):
                yield frame


def _message(stream: bytearray) -> bytes | None:
    """Take one websocket message off a stream; empty if it is none of ours, None if incomplete."""
    if len(stream) < 2:
        return None
    length, head = stream[1], 2
    if length in {126, 127}:
        head = 4 if length == 126 else 10
        length = int.from_bytes(stream[2:head])
    if len(stream) < head + length:
        return None
    kind, message = stream[0], bytes(stream[head : head + length])
    del stream[: head + length]
    return message if kind == _BINARY else b""
