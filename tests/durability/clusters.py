"""The same for several relays on three real NATS nodes: killed, paused and parted from each other.

People sit at whichever relay lets them in. One order must explain what all relays told them.
"""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cluster_trouble import TROUBLES, Relays, Trouble, Troubled
from nats_cluster import NatsCluster
from relay_papers import Circle
from relays import Story, story

RELAYS = 3
TROUBLES_A_MEETING = 10
PARTED_SECONDS = 6.0
TRIES = 20


@dataclass
class ClusterStory:
    """A meeting over several relays, of which everything is written down."""

    relays: Relays
    told: Story

    async def goes_on(self, more: int = 10) -> None:
        """Wait until more was acknowledged."""
        await self.told.goes_on(more)


async def a_node_is_cut_off(story: Troubled, chance: random.Random) -> None:
    """Its connections end; it makes no new ones for a while."""
    await _part(story, chance, in_silence=False)


async def a_node_hears_nothing(story: Troubled, chance: random.Random) -> None:
    """Its connections stay, and nothing comes through for a while."""
    await _part(story, chance, in_silence=True)


async def all_at_once(story: Troubled, chance: random.Random) -> None:
    """One relay is killed and another stands still, while a node is cut off."""
    killed, paused = chance.sample(range(len(story.relays.running)), 2)
    story.relays.running[paused].pause()
    await asyncio.to_thread(story.relays.running[killed].kill)
    await _part(story, chance, in_silence=chance.random() < 0.5)
    story.relays.running[paused].resume()
    await asyncio.to_thread(story.relays.restart, killed)


async def _part(story: Troubled, chance: random.Random, *, in_silence: bool) -> None:
    cluster = story.relays.cluster
    # As often the one that leads as the others together.
    leader = await cluster.leader(f"holdspace_{story.relays.name}")
    node = leader if chance.random() < 0.5 else chance.choice(cluster.nodes)
    cluster.cut_off(node, in_silence=in_silence)
    await asyncio.sleep(PARTED_SECONDS * chance.random())
    cluster.heal()
    await cluster.until_ready()


ALL: tuple[Trouble, ...] = (*TROUBLES, a_node_is_cut_off, a_node_hears_nothing, all_at_once)


async def clusters(folder: Path, number: int, chance: random.Random) -> AsyncIterator[Counter[str]]:
    """Make so much trouble for relays and nodes while people write."""
    (folder / "nats").mkdir()
    done = 0
    with NatsCluster(folder / "nats", has_doors=True) as cluster:
        while done < number:
            async with _meeting(cluster, folder, chance) as meeting:
                for _ in range(min(TROUBLES_A_MEETING, number - done)):
                    trouble = ALL[done % len(ALL)]
                    await trouble(meeting, chance)
                    await meeting.goes_on()
                    done += 1
                    yield Counter({"times": 1, trouble.__name__: 1})
            yield await meeting.told.judge(folder, looks_may_lag=True)
            meeting.relays.end()


@asynccontextmanager
async def _meeting(
    cluster: NatsCluster, folder: Path, chance: random.Random
) -> AsyncIterator[ClusterStory]:
    relays = Relays(cluster, f"durability-{secrets.token_hex(4)}", folder)
    try:
        for _ in range(RELAYS):
            await _start(relays)
        circle = Circle(relays.name)
        async with story(relays.urls, circle, chance.getrandbits(32), pause=0.02) as told:
            meeting = ClusterStory(relays, told)
            await meeting.goes_on()
            yield meeting
    except BaseException:
        relays.end()
        raise


async def _start(relays: Relays) -> None:
    """Start a relay; a cluster that has just healed may refuse a new log for a moment, in words."""
    for _ in range(TRIES):
        with suppress(AssertionError):
            await asyncio.to_thread(relays.start)
            return
        await relays.cluster.until_ready()
    await asyncio.to_thread(relays.start)
