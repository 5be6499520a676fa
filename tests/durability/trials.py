"""What a relay's log has to live through, and what has to be true of it afterwards.

Each trial takes how often, and dice, and yields how far it came; what is wrong raises. Whatever
happens: what was acknowledged is there once and in its place, and one order explains everything
that anybody was told.
"""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from holdspace.server.log import UnusableLogError
from holdspace.server.log.copies import DATABASE
from holdspace.server.log.sqlite import SqliteLog
from relay_papers import Circle
from relays import SqliteRelay, Story, story

# A new meeting after so many troubles, so that its log can be read again in no time.
TROUBLES_A_MEETING = 10
Trial = Callable[[Path, int, random.Random], AsyncIterator[Counter[str]]]


async def histories(
    folder: Path, number: int, chance: random.Random, *, acts: int = 5000
) -> AsyncIterator[Counter[str]]:
    """Let people ask for so many things at once, and find the one order that explains it all."""
    for count in range(number):
        name = f"history {count}"
        with SqliteRelay(folder / name) as relay:
            async with story([relay.url], Circle(name), chance.getrandbits(32), acts=acts) as told:
                pass
            yield await told.judge(folder) + Counter(times=1)
        shutil.rmtree(folder / name)


async def kills(folder: Path, number: int, chance: random.Random) -> AsyncIterator[Counter[str]]:
    """End the relay by kill -9 while people write, and start it again."""

    async def kill(relay: SqliteRelay, told: Story) -> Counter[str]:
        await told.goes_on(chance.randrange(1, 60))
        await asyncio.sleep(chance.random() * 0.02)
        in_flight = told.in_flight
        await asyncio.to_thread(relay.kill)
        await asyncio.to_thread(relay.start)
        return Counter(times=1, mid_write=in_flight > 0)

    async for counts in _troubled(folder, number, chance, kill):
        yield counts


async def full_disks(
    folder: Path, number: int, chance: random.Random
) -> AsyncIterator[Counter[str]]:
    """Let the disk be full while people write, and free it after a while."""

    async def fill(relay: SqliteRelay, told: Story) -> Counter[str]:
        await told.goes_on(chance.randrange(1, 60))
        before = told.losses
        relay.fill_disk()
        await told.until(lambda: told.losses > before, "anybody noticed that the disk is full")
        relay.free_disk()
        return Counter(times=1)

    async for counts in _troubled(folder, number, chance, fill):
        yield counts


Trouble = Callable[[SqliteRelay, Story], Awaitable[Counter[str]]]


async def _troubled(
    folder: Path, number: int, chance: random.Random, trouble: Trouble
) -> AsyncIterator[Counter[str]]:
    done = 0
    while done < number:
        name = f"relay {done}"
        with SqliteRelay(folder / name) as relay:
            async with story([relay.url], Circle(name), chance.getrandbits(32)) as told:
                for _ in range(min(TROUBLES_A_MEETING, number - done)):
                    yield await trouble(relay, told)
                    await told.goes_on()
                    done += 1
            yield await told.judge(folder)
        shutil.rmtree(folder / name)


async def damages(
    folder: Path, number: int, chance: random.Random, *, acts: int = 1500
) -> AsyncIterator[Counter[str]]:
    """Damage the database of a relay that was killed; it is refused in words, or read as it is."""
    with SqliteRelay(folder / "whole") as relay:
        async with story([relay.url], Circle("damaged"), chance.getrandbits(32), acts=acts) as told:
            pass
        await told.judge(folder)
        relay.kill()
    for count in range(number):
        copy = folder / f"damaged {count}"
        shutil.copytree(folder / "whole", copy, ignore=shutil.ignore_patterns("*.sock"))
        _damage(copy / chance.choice((DATABASE, DATABASE, f"{DATABASE}-wal")), chance)
        yield await _open_damaged(copy) + Counter(times=1)
        shutil.rmtree(copy)


def _damage(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    at, size = chance.randrange(len(data)), chance.choice((1, 1, 1, 8, 512, 4096))
    match chance.choice(("flip", "noise", "zero", "cut")):
        case "flip":
            data[at] ^= 1 << chance.randrange(8)
        case "noise":
            data[at : at + size] = chance.randbytes(len(data[at : at + size]))
        case "zero":
            data[at : at + size] = bytes(len(data[at : at + size]))
        case _:
            del data[at:]
    path.write_bytes(data)


async def _open_damaged(folder: Path) -> Counter[str]:
    """Load all, and read every entry; nothing but the sentence for the operator may be raised."""
    try:
        log = SqliteLog(folder)
    except UnusableLogError:
        return Counter(refused_in_words=1)
    try:
        for meeting in log.load().meetings:
            await log.read(meeting.meeting, 0, meeting.head, max_weight=2**40)
    except UnusableLogError:
        return Counter(refused_in_words=1)
    finally:
        await log.close()
    return Counter(read_as_it_is=1)
