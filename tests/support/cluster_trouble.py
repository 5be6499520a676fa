"""A meeting over several relays of one cluster, while nodes and relays are killed and paused.

People talk, change the epoch and come back wherever they are let in. Whatever happens, what was
acknowledged is there once, at its place, in the same order for everybody, and everybody's own words
are in the order they were said in. `python cluster_trouble.py --rounds 300` looks for exceptions.
"""

import argparse
import asyncio
import itertools
import random
import secrets
import sys
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from websockets.exceptions import WebSocketException

from holdspace.protocol.frames import Ack, Attached, Entry, Refuse, RelayFrame
from holdspace.protocol.refusals import Refusal
from holdspace.server.limits import MIB
from holdspace.server.log.jetstream.log import JetStreamLog
from nats_cluster import NatsCluster
from relay_houses import LIMITS, unleashed, variables
from relay_papers import Circle, id16
from relay_process import RelayProcess, Visitor, relay_here, visiting

PATIENCE = 90.0
SILENCE = 20.0
WINDOW = 3
# People and the log stay small enough to be read again after every round.
PAUSE = 0.02
BREATH = 0.3
JOURNAL_SECONDS = 300


@dataclass
class Relays:
    """Relay processes with one log, each at a port it keeps."""

    cluster: NatsCluster
    name: str
    folder: Path
    running: list[RelayProcess] = field(default_factory=list)

    def start(self) -> None:
        """Start one more relay."""
        self.running.append(self._start("0"))

    def restart(self, number: int) -> None:
        """Start a relay again where it was."""
        port = self.running[number].url.rpartition(":")[2]
        self.running[number] = self._start(port)

    @property
    def urls(self) -> list[str]:
        return [one.url for one in self.running]

    def end(self) -> None:
        for one in self.running:
            one.resume()
            one.kill()

    def _start(self, port: str) -> RelayProcess:
        settings = unleashed(replace(LIMITS, meeting_bytes=512 * MIB))
        settings |= variables(self.cluster, self.name)
        settings |= {"log_folder": str(self.folder / f"relay{len(self.running)}-{port}")}
        process = RelayProcess("--port", port, **settings)
        assert process.url, process.end()
        return process


class Troubled(Protocol):
    """What goes on over several relays, whatever happens to them."""

    @property
    def relays(self) -> Relays: ...

    async def goes_on(self, more: int = 10) -> None:
        """Wait until more was acknowledged."""


@dataclass
class Talker:
    """Somebody who says one thing after another, and remembers what was promised."""

    name: str
    circle: Circle
    urls: Sequence[str]
    number: int
    is_facilitator: bool = False
    epoch: int = 0
    said: int = 0
    heard: list[Entry] = field(default_factory=list)
    acked: dict[bytes, int] = field(default_factory=dict)
    waiting: dict[int, str] = field(default_factory=dict)
    visits: int = 0
    left_because: str = ""
    broken: str = ""

    async def talk(self, stop: asyncio.Event) -> None:
        """Talk until asked to stop; come back wherever there is a relay."""
        while not stop.is_set():
            url = self.urls[(self.number + self.visits) % len(self.urls)]
            self.visits += 1
            try:
                async with visiting(url) as visitor:
                    await self._visit(visitor, stop)
            except (OSError, TimeoutError, WebSocketException) as error:
                self.left_because = repr(error)
            except AssertionError:
                # What was promised does not hold: nothing goes on from here.
                self.broken = f"{self.name}: {traceback.format_exc()}"
                raise
            await asyncio.sleep(BREATH)

    async def _visit(self, visitor: Visitor, stop: asyncio.Event) -> None:
        attached = await visitor.ask(
            visitor.papers.attach(self.circle, self.epoch, len(self.heard))
        )
        if not isinstance(attached, Attached):
            self.left_because = repr(attached)
            return
        refs: dict[int, str] = {}
        await self._read_to(visitor, attached.head)
        await self._say_again(visitor, refs)
        while not stop.is_set():
            while len(refs) < WINDOW:
                self.said += 1
                words = f"{self.name} {self.said}"
                self.waiting[self.said] = words
                await self._send(visitor, words, refs)
            await self._take(visitor, await self._hear(visitor), refs)
            await asyncio.sleep(PAUSE)

    async def _read_to(self, visitor: Visitor, head: int) -> None:
        while len(self.heard) < head:
            await self._take(visitor, await self._hear(visitor), {})

    async def _say_again(self, visitor: Visitor, refs: dict[int, str]) -> None:
        for words in [*self.waiting.values()]:
            await self._send(visitor, words, refs)

    async def _send(self, visitor: Visitor, words: str, refs: dict[int, str]) -> None:
        if self.is_facilitator and words.endswith("0"):
            frame = visitor.papers.bundle(self.circle, self.epoch, commit=words)
            refs[frame.ref] = words
            await visitor.send(frame)
        else:
            said = visitor.papers.append(words, self.epoch)
            refs[said.ref] = words
            await visitor.send(said)

    async def _hear(self, visitor: Visitor) -> RelayFrame:
        async with asyncio.timeout(SILENCE):
            return await visitor.hear()

    async def _take(self, visitor: Visitor, frame: RelayFrame, refs: dict[int, str]) -> None:
        visitor.got.clear()
        match frame:
            case Entry():
                assert frame.seq == len(self.heard) + 1, (self.name, frame.seq, len(self.heard))
                self.heard.append(frame)
                if frame.commit:
                    self.epoch += 1
                    await visitor.send(visitor.papers.prove(self.circle, self.epoch))
                    # What is not in the epoch that ended is said again in the next one.
                    refs.clear()
                    await self._say_again(visitor, refs)
            case Ack() if frame.ref in refs:
                words = refs.pop(frame.ref)
                self.waiting.pop(int(words.rpartition(" ")[2]), None)
                place = self.acked.setdefault(self._id(words), frame.seq)
                assert place == frame.seq
            case Refuse() if frame.ref in refs:
                assert frame.code in {Refusal.STALE_EPOCH, Refusal.LOST_RACE}, Refusal(frame.code)

    def _id(self, words: str) -> bytes:
        is_bundle = self.is_facilitator and words.endswith("0")
        return id16("commit", words, self.circle.name) if is_bundle else id16("message", words)


@dataclass
class Meeting:
    """A meeting that goes on over several relays."""

    relays: Relays
    circle: Circle
    talkers: list[Talker]

    @property
    def acked(self) -> int:
        return sum(len(one.acked) for one in self.talkers)

    async def goes_on(self, more: int = 10) -> None:
        """Wait until everybody was acknowledged more."""
        before = {one.name: len(one.acked) for one in self.talkers}
        deadline = time.monotonic() + PATIENCE
        while any(len(one.acked) < before[one.name] + more for one in self.talkers):
            broken = [one.broken for one in self.talkers if one.broken]
            assert not broken, broken
            why = [(one.name, one.left_because) for one in self.talkers]
            assert time.monotonic() < deadline, f"The meeting does not go on: {why}"
            await asyncio.sleep(0.05)

    async def check(self) -> int:
        """Read the whole log from every relay, and compare it with all that was promised."""
        logs = [await self.read(url) for url in self.relays.urls]
        assert all(log == logs[0] for log in logs)
        (log, *_) = logs
        words = [entry.payload.decode() for entry in log]
        assert len(set(words)) == len(words), "Something is there twice."
        epoch = 0
        for entry in log:
            assert entry.epoch == epoch
            epoch += entry.commit
        for one in self.talkers:
            assert one.heard == log[: len(one.heard)], first_difference(one, log)
            for said, seq in one.acked.items():
                assert one._id(words[seq - 1]) == said, "What was acknowledged is elsewhere."
            own = [text for text in words if text.startswith(one.name + " ")]
            plain = [text for text in own if not (one.is_facilitator and text.endswith("0"))]
            numbers = [int(text.rpartition(" ")[2]) for text in plain]
            turned = next(
                (pair for pair in itertools.pairwise(numbers) if pair[0] > pair[1]),
                None,
            )
            assert turned is None, f"{one.name} said {turned} the other way around."
        return len(log)

    async def read(self, url: str) -> list[Entry]:
        """Read the log from the beginning, walking through all epochs."""
        reader = Talker("reader", self.circle, [url], 0)
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError, TimeoutError, WebSocketException, AssertionError):
                async with visiting(url) as visitor:
                    await self._read(visitor, reader)
                    return reader.heard
            assert time.monotonic() < deadline, "The log cannot be read."
            await asyncio.sleep(0.2)

    async def _read(self, visitor: Visitor, reader: Talker) -> None:
        acked = max((seq for one in self.talkers for seq in one.acked.values()), default=0)
        most = max(acked, *(len(one.heard) for one in self.talkers))
        await visitor.ask(visitor.papers.attach(self.circle, reader.epoch, len(reader.heard)))
        while len(reader.heard) < most:
            async with asyncio.timeout(SILENCE):
                await reader._take(visitor, await visitor.hear(), {})


@asynccontextmanager
async def meeting(
    cluster: NatsCluster, folder: Path, *, relays: int = 3, people: int = 4
) -> AsyncIterator[Meeting]:
    """Begin a meeting, and let people talk until the block ends."""
    name = f"trouble-{secrets.token_hex(4)}"
    group = Relays(cluster, name, folder)
    circle = Circle(name)
    try:
        for _ in range(relays):
            await asyncio.to_thread(group.start)
        async with visiting(group.urls[0]) as host:
            await host.open(circle)
        talkers = [
            Talker(f"person{number}", circle, group.urls, number, is_facilitator=number == 0)
            for number in range(people)
        ]
        stop = asyncio.Event()
        tasks = [asyncio.create_task(one.talk(stop)) for one in talkers]
        story = Meeting(group, circle, talkers)
        await story.goes_on()
        yield story
        stop.set()
        await asyncio.gather(*tasks)
        await story.check()
    finally:
        group.end()


def first_difference(one: Talker, log: list[Entry]) -> str:
    """Say where somebody heard something else than the log holds."""
    for heard, kept in zip(one.heard, log, strict=False):
        if heard != kept:
            return f"{one.name} heard {heard}, but the log holds {kept}."
    return f"{one.name} heard {len(one.heard)} entries, but the log holds {len(log)}."


Trouble = Callable[[Troubled, random.Random], Awaitable[None]]


async def a_node_is_killed(story: Troubled, chance: random.Random) -> None:
    cluster = story.relays.cluster
    await _kill(cluster, chance.choice(cluster.nodes), story)


async def the_leader_is_killed(story: Troubled, _chance: random.Random) -> None:
    cluster = story.relays.cluster
    await _kill(cluster, await cluster.leader(f"holdspace_{story.relays.name}"), story)


async def the_leader_is_paused(story: Troubled, _chance: random.Random) -> None:
    cluster = story.relays.cluster
    node = await cluster.leader(f"holdspace_{story.relays.name}")
    await asyncio.to_thread(cluster.pause, node)
    await asyncio.sleep(6.0)
    await asyncio.to_thread(cluster.resume, node)


async def all_nodes_are_killed(story: Troubled, _chance: random.Random) -> None:
    cluster = story.relays.cluster
    for node in cluster.nodes:
        cluster.kill(node)
    for node in cluster.nodes:
        cluster.start(node)
    await cluster.until_ready()


async def a_relay_is_killed(story: Troubled, chance: random.Random) -> None:
    number = chance.randrange(len(story.relays.running))
    await asyncio.to_thread(story.relays.running[number].kill)
    await asyncio.to_thread(story.relays.restart, number)


async def a_relay_is_paused(story: Troubled, chance: random.Random) -> None:
    relay = chance.choice(story.relays.running)
    relay.pause()
    await asyncio.sleep(3.0)
    relay.resume()


TROUBLES: tuple[Trouble, ...] = (
    the_leader_is_killed,
    a_relay_is_killed,
    the_leader_is_paused,
    a_relay_is_paused,
    a_node_is_killed,
    all_nodes_are_killed,
)


async def _kill(cluster: NatsCluster, node: str, story: Troubled) -> None:
    cluster.kill(node)
    await story.goes_on(3)
    cluster.start(node)
    await cluster.until_ready()


async def rounds(number: int, seed: int) -> None:
    """Make trouble so many times, and say how it went."""
    chance, counts = random.Random(seed), dict.fromkeys(TROUBLES, 0)
    with tempfile.TemporaryDirectory() as name, NatsCluster(Path(name)) as cluster:
        done = 0
        while done < number:
            # A new meeting now and then, so that its log can be read again.
            async with meeting(cluster, Path(name)) as story:
                for _ in range(min(10, number - done)):
                    trouble = chance.choice(TROUBLES)
                    started = time.monotonic()
                    await trouble(story, chance)
                    await story.goes_on()
                    counts[trouble] += 1
                    done += 1
                    took = time.monotonic() - started
                    _say(f"{done}/{number} {trouble.__name__} {took:.1f} s, {story.acked} acked")
            _say(f"checked: {story.acked} acknowledged entries are there, once and in order")
        await nothing_remains(cluster)
    _say(", ".join(f"{trouble.__name__} {count}" for trouble, count in counts.items()))


async def nothing_remains(cluster: NatsCluster) -> None:
    """Close a meeting, and wait until its key is on no node's disk, in no journal either."""
    log, circle = JetStreamLog(cluster.settings("canary")), Circle("canary")
    async with relay_here(log, LIMITS) as relay:
        async with visiting(relay.url) as host:
            await host.open(circle)
            await host.ask(host.papers.append("words"))
            _, key = log._contents.index.keys[circle.meeting]
            assert cluster.files_with(key)
            await host.send(host.papers.close(circle))
            await host.closed()
        started = time.monotonic()
        while cluster.files_with(key):
            assert time.monotonic() < started + JOURNAL_SECONDS, "A key is still on a disk."
            await asyncio.sleep(5)
    _say(f"the key of a closed meeting was on no disk {time.monotonic() - started:.0f} s later")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    asyncio.run(rounds(asked.rounds, asked.seed))


if __name__ == "__main__":
    main()
