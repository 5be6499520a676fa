"""Batter a live relay with what is not as it should be: `./dev batter [--frames N] [--seed N]`.

Raw sockets send malformed requests and frames while somebody honest says one thing after another.
First a relay without limits is given as many as it takes: does it live, and does its memory stay?
Then one as operators run it, battered from eight networks as fast as it lets them, in turns with
quiet: how much longer do six people in a meeting wait at p99? Relay, people and strangers have a
process each. It ends with a table. The exit status is 1 if a relay died, wrote of a fault, forgot a
word of the honest person, or grew by over 16 MiB.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))

from attack import ATTACKERS, TURNED_AWAY, batter
from holdspace.protocol.frames import Ack, Entry
from holdspace.server.limits import MIB
from honest import PEOPLE
from relay_houses import LIMITS, unleashed
from relay_papers import Circle
from relay_process import RelayProcess, Visitor, visiting

MOST_GROWTH = 16 * MIB
TURNS = 10
BETWEEN = 0.06
# Before growth is measured: pools and caches fill up with the first few of anything.
WARM_UP = 3000


@dataclass
class Battering:
    """What was sent, and how the honest person fared."""

    sent: Counter[str] = field(default_factory=Counter)
    turned_away: int = 0
    quiet: list[float] = field(default_factory=list)
    battered: list[float] = field(default_factory=list)
    # For how many seconds the relay was battered, and of these waited for a processor.
    seconds: float = 0.0
    seconds_waited: float = 0.0
    said: int = 0
    growth: int = 0
    # How many were sent before the turns, and how many relays ended as they should.
    flooded: int = 0
    relays: int = 0

    @property
    def frames(self) -> int:
        return self.sent.total() - self.sent[TURNED_AWAY]

    @property
    def ratio(self) -> float:
        """Return how much longer people waited at p99 while the relay was battered."""
        return _p99(self.battered) / _p99(self.quiet)

    @property
    def share_waited(self) -> float:
        return self.seconds_waited / self.seconds if self.seconds else 0.0


def _p99(waits: Sequence[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)] if waits else 0.0


async def talk(visitor: Visitor, seconds: float, battering: Battering) -> None:
    """Say one thing after another for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        battering.said += 1
        await visitor.send(visitor.papers.append(f"word {battering.said}"))
        while not isinstance(heard := await visitor.hear(), Ack):
            assert isinstance(heard, Entry), heard
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
                    await talk(honest, 0.5, battering)
                await attack
                say(f"flood: {battering.frames:,} of {frames + WARM_UP:,} frames")
            battering.growth, said = relay.memory - before, battering.said
        await _all_is_there(relay.url, circle, said)


async def turns(seconds: float, seed: int, folder: Path, battering: Battering) -> None:
    """Batter a relay with its limits in every other turn, while people talk in each."""
    # So that a PROXY line says of everybody which network they are from.
    settings = {"proxies_trusted": "127.0.0.0/8", "proxies_proxy_protocol": "true"}
    async with _relay(folder / "limited", battering, **settings) as relay:
        with (
            _Helper("honest.py", relay.url) as people,
            _Helper("attack.py", relay.url, str(seed)) as strangers,
        ):
            # Once for nothing, for whoever has just begun is slow.
            people.ask(f"{seconds / 2}")
            for number in range(TURNS):
                battering.quiet += people.ask(f"{seconds}")
                waited = relay.seconds_waited
                strangers.tell("begin")
                battering.battered += people.ask(f"{seconds}")
                battering.seconds += seconds
                battering.seconds_waited += relay.seconds_waited - waited
                sent = Counter(strangers.ask("enough"))
                battering.turned_away += sent.pop(TURNED_AWAY, 0)
                battering.sent += sent
                say(f"turns: {number + 1} of {TURNS}")


class _Helper:
    """A process of its own that does what each line it is told says."""

    def __init__(self, script: str, *arguments: str) -> None:
        path = Path(__file__).with_name(script)
        self._process = subprocess.Popen(
            [sys.executable, path, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        # It ends with its input.
        self._process.communicate()

    def tell(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def ask(self, line: str) -> Any:
        """Tell it something and return its answer."""
        self.tell(line)
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


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
    def goes_on() -> bool:
        return battering.frames < until

    dice = [Random(chance.getrandbits(64)) for _ in range(ATTACKERS)]
    sent = battering.sent
    await asyncio.gather(*(batter(url, one, goes_on, sent) for one in dice))
    sent.pop(TURNED_AWAY, None)


async def run(frames: int, seconds: float, seed: int, folder: Path) -> Battering:
    """Do both, and say how it went."""
    battering = Battering()
    await flood(frames, Random(seed), folder, battering)
    battering.flooded = battering.frames
    await turns(seconds, seed, folder, battering)
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
            f"with limits, {ATTACKERS} networks against {PEOPLE} people: "
            f"p99 {battering.ratio:.2f} times as long "
            f"({' and '.join(waits)} ms, of {said[0]} and {said[1]} words; at most twice is the mark)"
        ),
        (
            f"{battering.turned_away:,} connections turned away unheard; while battered the relay waited "
            f"for a processor in {battering.share_waited:.0%} of the time"
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
