"""People in a meeting who say one thing after another and write down how long each took.

By themselves (`python honest.py URL`) they are a process of their own, so that they wait for the
relay and not for somebody who shares their event loop.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from attack import from_network
from holdspace.protocol.frames import Ack, Entry
from relay_papers import Circle
from relay_process import Visitor, visiting

PEOPLE = 6
# Networks of their own, behind those of whoever batters.
_FIRST_NETWORK = 101
# Between two words of one person: as fast as a person's program may for long, and slower.
_PAUSES = (0.06, 0.12)


async def say(visitor: Visitor, word: str) -> float:
    """Say a word, and return after how many seconds it was acknowledged."""
    frame = visitor.papers.append(word)
    started = time.perf_counter()
    await visitor.send(frame)
    while not isinstance(heard := await visitor.hear(), Ack):
        assert isinstance(heard, Entry), heard
    waited = time.perf_counter() - started
    visitor.got.clear()
    return waited


async def talk(visitor: Visitor, seconds: float, chance: Random) -> list[float]:
    """Say one thing after another for a while, and return how long each took."""
    until, waits = time.monotonic() + seconds, list[float]()
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(*_PAUSES))
        waits.append(await say(visitor, "word"))
    return waits


async def main(arguments: Sequence[str]) -> None:
    """Talk for as many seconds as each line of standard input says, and write down the waits."""
    [url] = arguments
    circle = Circle("honest")
    async with AsyncExitStack() as opened:
        people = [
            await opened.enter_async_context(visiting(url, sock=from_network(url, network)))
            for network in range(_FIRST_NETWORK, _FIRST_NETWORK + PEOPLE)
        ]
        await people[0].open(circle)
        for one in people[1:]:
            await one.ask(one.papers.attach(circle))
        dice = [Random(number) for number in range(PEOPLE)]
        while line := await asyncio.to_thread(sys.stdin.readline):
            talks = (talk(one, float(line), die) for one, die in zip(people, dice, strict=True))
            waits = sorted(wait for some in await asyncio.gather(*talks) for wait in some)
            sys.stdout.write(json.dumps(waits) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
