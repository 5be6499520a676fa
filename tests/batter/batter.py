"""Batter a live relay with what is not as it should be: `./dev batter [--frames N] [--seed N]`.

Raw sockets send malformed requests and frames while somebody honest says one thing after another.
First a relay without limits is given as many as it takes: does it live, and does its memory stay?
Then one as operators run it, battered from eight networks as fast as they can, in turns with quiet:
how much longer does the honest person wait at p99? It ends with a table. The exit status is 1 if a
relay died, wrote of a fault, forgot a word of the honest person, or grew by over 16 MiB.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))

from holdspace.protocol.frames import Ack, Entry, Hello, encode
from holdspace.server.limits import MIB
from relay_houses import LIMITS, unleashed
from relay_papers import Circle
from relay_process import RelayProcess, Visitor, visiting
from wrecks import REQUEST, WRECKS, ended, framed, not_http, unfounded

MOST_GROWTH = 16 * MIB
ATTACKERS = 8
TURNS = 10
PATIENCE = 20.0
BETWEEN = 0.06
# How many requests without a founded proof come on one connection.
ROW = 40
# Before growth is measured: pools and caches fill up with the first few of anything.
WARM_UP = 3000


@dataclass
class Battering:
    """What was sent, and how the honest person fared."""

    sent: Counter[str] = field(default_factory=Counter)
    quiet: list[float] = field(default_factory=list)
    battered: list[float] = field(default_factory=list)
    said: int = 0
    growth: int = 0
    # How many were sent before the turns, and how many relays ended as they should.
    flooded: int = 0
    relays: int = 0
    is_over: bool = False

    @property
    def frames(self) -> int:
        return sum(self.sent.values())

    @property
    def ratio(self) -> float:
        """Return how much longer the honest person waited at p99 while it was battered."""
        return _p99(self.battered) / _p99(self.quiet)


def _p99(waits: Sequence[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)] if waits else 0.0


async def batter(url: str, chance: Random, until: int, battering: Battering) -> None:
    """Send one wreck after another until so many were sent, from a network of one's own."""
    host, port = url.removeprefix("ws://").split(":")
    network = f"127.{chance.randrange(1, 200)}.{chance.randrange(250)}.1"
    while battering.frames < until and not battering.is_over:
        kind, count, data = _next(chance)
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, int(port), local_addr=(network, 0))
            try:
                writer.write(data)
                writer.write_eof()
                async with asyncio.timeout(PATIENCE):
                    await _until_hung_up(reader)
            finally:
                writer.transport.abort()
            battering.sent[kind] += count


def _next(chance: Random) -> tuple[str, int, bytes]:
    kind = chance.choice([*WRECKS, "not_http", "unfounded"])
    if kind == "not_http":
        return kind, 1, not_http(chance)
    if kind == "unfounded":
        row = b"".join(unfounded(chance) for _ in range(ROW))
        return kind, ROW, ended(REQUEST + framed(encode(Hello(1, 1))) + row)
    return kind, 1, ended(REQUEST + WRECKS[kind](chance))


async def _until_hung_up(reader: asyncio.StreamReader) -> None:
    """Read until the relay says that it hangs up, or does."""
    last = b""
    while data := await reader.read(1 << 16):
        # The relay's close is the last thing it sends, and short.
        last = (last + data)[-130:]
        at = last.rfind(b"\x88")
        if at >= 0 and at + 2 <= len(last) and len(last) == at + 2 + last[at + 1]:
            return


async def talk(visitor: Visitor, seconds: float, waits: list[float], battering: Battering) -> None:
    """Say one thing after another for a while, and write down how long each took."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        battering.said += 1
        frame = visitor.papers.append(f"word {battering.said}")
        started = time.perf_counter()
        await visitor.send(frame)
        while not isinstance(heard := await visitor.hear(), Ack):
            assert isinstance(heard, Entry), heard
        waits.append(time.perf_counter() - started)
        visitor.got.clear()
        # As fast as a person's program may for long.
        await asyncio.sleep(BETWEEN)


async def flood(frames: int, chance: Random, folder: Path, battering: Battering) -> None:
    """Give a relay without limits so many wrecks, while somebody honest talks."""
    settings = unleashed(replace(LIMITS, meeting_bytes=512 * MIB))
    async with _relay(folder / "flooded", battering, **settings) as relay:
        async with visiting(relay.url) as honest:
            circle = Circle("honest")
            await honest.open(circle)
            await _attack(relay.url, chance, WARM_UP, battering)
            before, said = relay.memory, 0
            for turn in range(1, TURNS + 1):
                upto = WARM_UP + frames * turn // TURNS
                attack = asyncio.create_task(_attack(relay.url, chance, upto, battering))
                while not attack.done():
                    await talk(honest, 0.5, [], battering)
                await attack
                say(f"flood: {battering.frames:,} of {frames + WARM_UP:,} frames")
            battering.growth, said = relay.memory - before, battering.said
        await _all_is_there(relay.url, circle, said)


async def turns(seconds: float, chance: Random, folder: Path, battering: Battering) -> None:
    """Batter a relay with its limits in every other turn, while somebody honest talks in each."""
    async with _relay(folder / "limited", battering) as relay, visiting(relay.url) as honest:
        await honest.open(Circle("honest"))
        for number in range(TURNS):
            await talk(honest, seconds, battering.quiet, battering)
            battering.is_over = False
            attack = asyncio.create_task(_attack(relay.url, chance, 2**60, battering))
            await talk(honest, seconds, battering.battered, battering)
            battering.is_over = True
            await attack
            say(f"turns: {number + 1} of {TURNS}")
        battering.is_over = False


@asynccontextmanager
async def _relay(
    folder: Path, battering: Battering, **settings: str
) -> AsyncIterator[RelayProcess]:
    """Run a relay; it has to end as it should, with nothing to say of faults."""
    with RelayProcess("--port", "0", "--data", folder, **settings) as relay:
        yield relay
        status, words = await asyncio.to_thread(relay.end)
        assert status == 0, words
        assert "Traceback" not in words, words
        battering.relays += 1


async def _attack(url: str, chance: Random, until: int, battering: Battering) -> None:
    dice = [Random(chance.getrandbits(64)) for _ in range(ATTACKERS)]
    await asyncio.gather(*(batter(url, one, until, battering) for one in dice))


async def run(frames: int, seconds: float, seed: int, folder: Path) -> Battering:
    """Do both, and say how it went."""
    battering, chance = Battering(), Random(seed)
    await flood(frames, chance, folder, battering)
    battering.flooded, battering.said = battering.frames, 0
    await turns(seconds, chance, folder, battering)
    return battering


async def _all_is_there(url: str, circle: Circle, said: int) -> None:
    async with visiting(url) as reader:
        await reader.ask(reader.papers.attach(circle))
        for number in range(1, said + 1):
            entry = await reader.hear()
            assert isinstance(entry, Entry)
            assert (entry.seq, entry.payload) == (number, f"word {number}".encode())
            reader.got.clear()


def table(battering: Battering) -> str:
    """Return what came of it."""
    rows = [f"{kind:10} {count:9,}" for kind, count in sorted(battering.sent.items())]
    waits = [f"{1000 * _p99(one):.1f}" for one in (battering.quiet, battering.battered)]
    said = len(battering.quiet), len(battering.battered)
    rows += [
        (
            f"{battering.frames:,} frames in all, {battering.flooded:,} of them without limits; "
            f"{battering.relays} of 2 relays lived, and wrote of no fault"
        ),
        f"memory: {battering.growth / MIB:+.1f} MiB (at most 16)",
        (
            f"with limits, {ATTACKERS} networks against one person: p99 {battering.ratio:.2f} times as long "
            f"({' and '.join(waits)} ms, of {said[0]} and {said[1]} words; at most twice is the mark)"
        ),
    ]
    return "\n".join(rows)


def main(arguments: Sequence[str]) -> int:
    """Read the options, batter, and say what came of it."""
    parser = argparse.ArgumentParser(prog="./dev batter", description=(__doc__ or "").split(":")[0])
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each turn takes")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        try:
            battering = asyncio.run(run(asked.frames, asked.seconds, asked.seed, Path(name)))
        except AssertionError as error:
            say(f"FOUND: {error}")
            return 1
    say(table(battering))
    return 1 if battering.growth > MOST_GROWTH else 0


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
