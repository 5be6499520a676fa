"""Strangers who batter a relay over raw sockets, from as many networks as there are of them.

They stand here for machines elsewhere, so by themselves (`python attack.py URL SEED`) they are a
process of their own at the lowest priority: what they compute is no load of the relay's machine.
A PROXY line says which network each comes from, for all addresses of one machine are one visitor.
"""

import asyncio
import json
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))

from holdspace.protocol.frames import Hello, encode
from wrecks import REQUEST, WRECKS, ended, framed, not_http, unfounded

ATTACKERS = 8
_PATIENCE = 20.0
_LOWEST_PRIORITY = 19
# How many requests without a founded proof come on one connection.
ROW = 40
TURNED_AWAY = "turned away"


def line_of(network: int) -> bytes:
    """Return the PROXY line of somebody in a network, each of which is a /16 of its own."""
    return f"PROXY TCP4 10.{network}.0.1 10.0.0.1 4000 80\r\n".encode()


def from_network(url: str, network: int) -> socket.socket:
    """Return a socket to a relay that takes it for one from that network."""
    host, port = url.removeprefix("ws://").split(":")
    opened = socket.create_connection((host, int(port)), _PATIENCE)
    opened.sendall(line_of(network))
    return opened


async def batter(
    url: str, chance: Random, goes_on: Callable[[], bool], sent: Counter[str], first: bytes = b""
) -> None:
    """Send one wreck after another, each on a new connection that begins with `first`."""
    host, port = url.removeprefix("ws://").split(":")
    while goes_on():
        kind, count, data = _next(chance)
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, int(port))
            heard = 0
            try:
                writer.write(first + data)
                writer.write_eof()
                async with asyncio.timeout(_PATIENCE):
                    heard = await _until_hung_up(reader)
            finally:
                writer.transport.abort()
                sent[kind] += count
                # What is no request is not always answered; any other is, unless it is turned away.
                if not heard and kind != "not_http":
                    sent[TURNED_AWAY] += 1


def _next(chance: Random) -> tuple[str, int, bytes]:
    kind = chance.choice([*WRECKS, "not_http", "unfounded"])
    if kind == "not_http":
        return kind, 1, not_http(chance)
    if kind == "unfounded":
        row = b"".join(unfounded(chance) for _ in range(ROW))
        return kind, ROW, ended(REQUEST + framed(encode(Hello(1, 1))) + row)
    return kind, 1, ended(REQUEST + WRECKS[kind](chance))


async def _until_hung_up(reader: asyncio.StreamReader) -> int:
    """Read until the relay says that it hangs up, or does; return how many bytes it said."""
    last, heard = b"", 0
    while data := await reader.read(1 << 16):
        heard += len(data)
        # The relay's close is the last thing it sends, and short.
        last = (last + data)[-130:]
        at = last.rfind(b"\x88")
        if at >= 0 and at + 2 <= len(last) and len(last) == at + 2 + last[at + 1]:
            break
    return heard


async def from_networks(url: str, seed: int, over: asyncio.Event) -> Counter[str]:
    """Batter from all networks until it is over, and return what was sent."""
    sent: Counter[str] = Counter()
    await asyncio.gather(
        *(
            batter(url, Random(f"{seed} {one}"), lambda: not over.is_set(), sent, line_of(one))
            for one in range(1, ATTACKERS + 1)
        )
    )
    return sent


async def main(arguments: Sequence[str]) -> None:
    """Batter between two lines of standard input, and write down what was sent; then again."""
    url, seed = arguments[0], int(arguments[1])
    loop, orders = asyncio.get_running_loop(), asyncio.Queue[str]()
    loop.add_reader(sys.stdin, lambda: orders.put_nowait(sys.stdin.readline()))
    while await orders.get():
        seed += 1
        over = asyncio.Event()
        attack = asyncio.create_task(from_networks(url, seed, over))
        await orders.get()
        over.set()
        sys.stdout.write(json.dumps(await attack) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.nice(_LOWEST_PRIORITY - os.nice(0))
    asyncio.run(main(sys.argv[1:]))
