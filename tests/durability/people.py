"""People who ask a relay for many things at once, over real sockets, and write down all they are told.

They go on whatever happens to the relay: who loses the connection comes back, reads on, and says
again what nobody acknowledged.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from history import Act, BrokenHistoryError, History, Kind
from holdspace.protocol.frames import Ack, Attached, Done, Entry, Refuse, RelayFrame
from holdspace.protocol.refusals import Refusal
from relay_papers import Circle, id16
from relay_process import Visitor, visiting

SILENCE = 30.0
# Between losing a connection and trying again.
BREATH = 0.05
WINDOW = 8
# What people do next, and how often: new words mostly; the rest is what goes wrong easily.
_DEEDS = {"say": 82, "say twice": 5, "say again": 8, "end the epoch": 1, "look": 3, "leave": 1}
_SIZES = (10, 10, 10, 200, 900, 3000, 12_000)


class Left(Exception):
    """Somebody hangs up of their own accord."""


@dataclass
class Circumstances:
    """What is the same for everybody: the meeting, its history, and how much there is to do."""

    circle: Circle
    urls: Sequence[str]
    history: History = field(default_factory=History)
    acts_left: int = 5000
    is_over: bool = False
    # How long people wait between one thing and the next.
    pause: float = 0.0
    clock: Callable[[], float] = time.monotonic

    @property
    def goes_on(self) -> bool:
        return not self.is_over and len(self.history.acts) < self.acts_left


@dataclass(eq=False)
class Person:
    """Somebody who says one thing after another."""

    name: str
    about: Circumstances
    chance: random.Random
    number: int = 0
    epoch: int = 0
    heard: list[Entry] = field(default_factory=list)
    visits: int = 0
    said: int = 0
    acked: int = 0
    # Words without an answer, in the order they were said, and those that were answered.
    unsettled: dict[bytes, bytes] = field(default_factory=dict)
    settled: list[tuple[bytes, bytes]] = field(default_factory=list)
    waiting: dict[int, Act] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    async def take_part(self) -> None:
        """Go on until there is nothing left to do and nothing unanswered."""
        while self.about.goes_on or (self.unsettled and not self.about.is_over):
            url = self.about.urls[(self.number + self.visits) % len(self.about.urls)]
            self.visits += 1
            self.waiting.clear()
            try:
                async with visiting(url) as visitor:
                    await self._visit(visitor)
            except Left:
                await asyncio.sleep(BREATH)
            except (OSError, TimeoutError, WebSocketException) as error:
                self.lost.append(repr(error))
                await asyncio.sleep(BREATH)

    async def _visit(self, visitor: Visitor) -> None:
        if not await self._attach(visitor):
            await asyncio.sleep(BREATH)
            return
        for message, payload in [*self.unsettled.items()]:
            await self._append(visitor, message, payload)
        while self.about.goes_on or self.waiting or self.unsettled:
            while self.about.goes_on and len(self.waiting) < WINDOW:
                await self._do_something(visitor)
            await self._take(visitor, await self._hear(visitor))
            await asyncio.sleep(self.about.pause)

    async def _attach(self, visitor: Visitor) -> bool:
        """Attach, and write down how much there is to read."""
        asked = Act(self.name, Kind.ATTACH, self.epoch, self.about.clock(), visit=self.visits)
        act = self.about.history.begin(asked)
        await visitor.send(visitor.papers.attach(self.about.circle, self.epoch, len(self.heard)))
        answer = await self._hear(visitor)
        act.ended = self.about.clock()
        match answer:
            case Attached():
                act.seq = answer.head
            case Refuse():
                act.refusal = Refusal(answer.code)
                if act.refusal is Refusal.GAP and len(self.about.urls) == 1:
                    raise BrokenHistoryError(f"{self.name} has read more than there is.")
                # Of several relays one may be behind: people try again, as our clients do.
                self.lost.append(repr(act.refusal))
        return act.seq is not None

    async def _look_in(self) -> None:
        """Ask any relay how much there is, on a connection for that only."""
        async with visiting(self.chance.choice(self.about.urls)) as visitor:
            await self._attach(visitor)

    async def _do_something(self, visitor: Visitor) -> None:
        deed = self.chance.choices([*_DEEDS], [*_DEEDS.values()])[0]
        match deed:
            case "say again" if self.settled:
                await self._append(visitor, *self.chance.choice(self.settled))
            case "end the epoch":
                await self._end_epoch(visitor)
            case "look":
                await self._look_in()
            case "leave":
                raise Left
            case _:
                message, payload = self._words()
                self.unsettled[message] = payload
                for _ in range(2 if deed == "say twice" else 1):
                    await self._append(visitor, message, payload)

    def _words(self) -> tuple[bytes, bytes]:
        self.said += 1
        words = f"{self.name} {self.said} ".encode()
        return id16("message", self.about.circle.name, words), words.ljust(
            self.chance.choice(_SIZES), b"."
        )

    async def _append(self, visitor: Visitor, message: bytes, payload: bytes) -> None:
        frame = visitor.papers.append("", self.epoch)
        frame = type(frame)(frame.ref, message, self.epoch, payload)
        self.waiting[frame.ref] = self._begin(Kind.APPEND, message, payload)
        await visitor.send(frame)

    async def _end_epoch(self, visitor: Visitor) -> None:
        commit = f"{self.name} ends {self.epoch} at visit {self.visits} for time {self.said}"
        self.said += 1
        frame = visitor.papers.bundle(self.about.circle, self.epoch, commit=commit)
        self.waiting[frame.ref] = self._begin(Kind.BUNDLE, frame.message_id, frame.commit)
        await visitor.send(frame)

    def _begin(self, kind: Kind, message: bytes, payload: bytes) -> Act:
        act = Act(self.name, kind, self.epoch, self.about.clock(), message, self.visits)
        return self.about.history.begin(act, payload)

    async def _hear(self, visitor: Visitor) -> RelayFrame:
        async with asyncio.timeout(SILENCE):
            heard = await visitor.hear()
        visitor.got.clear()
        return heard

    async def _take(self, visitor: Visitor, frame: RelayFrame) -> None:
        match frame:
            case Entry():
                await self._read(visitor, frame)
            case Ack() if act := self.waiting.pop(frame.ref, None):
                act.ended, act.seq = self.about.clock(), frame.seq
                self.acked += 1
                payload = self.unsettled.pop(act.message, None)
                if payload is not None:
                    self.settled.append((act.message, payload))
            case Refuse() if act := self.waiting.pop(frame.ref, None):
                act.ended, act.refusal = self.about.clock(), Refusal(frame.code)
                await self._think_again(visitor, act)

    async def _think_again(self, visitor: Visitor, act: Act) -> None:
        """Say it again in the epoch that is now; who lost a race leaves it at that."""
        if act.refusal is Refusal.NOT_SAVED:
            self.lost.append("not saved")
            raise Left
        if act.message in self.unsettled and self.epoch > act.epoch:
            await self._append(visitor, act.message, self.unsettled[act.message])

    async def _read(self, visitor: Visitor, entry: Entry) -> None:
        if entry.seq != len(self.heard) + 1:
            raise BrokenHistoryError(f"{self.name} was handed {entry.seq} out of turn.")
        self.heard.append(entry)
        self.about.history.hear(entry.seq, self.about.clock())
        if not entry.commit:
            return
        refused = [m for m in self.unsettled if not self._is_asked_for(m)]
        self.epoch += 1
        await visitor.send(visitor.papers.prove(self.about.circle, self.epoch))
        for message in refused:
            await self._append(visitor, message, self.unsettled[message])

    def _is_asked_for(self, message: bytes) -> bool:
        return any(act.message == message for act in self.waiting.values())


async def read_all(url: str, circle: Circle) -> list[Entry]:
    """Walk through all epochs from the beginning, as somebody who was away for all of it."""
    entries: list[Entry] = []
    epoch = 0
    async with visiting(url, open_timeout=SILENCE) as visitor:
        head = await _attached(visitor, circle, epoch)
        while True:
            while len(entries) < head:
                frame = await _entry(visitor)
                assert frame.seq == len(entries) + 1
                entries.append(frame)
            if not entries or not entries[-1].commit or entries[-1].epoch < epoch:
                return entries
            epoch += 1
            head = await _attached(visitor, circle, epoch, len(entries))


async def _attached(visitor: Visitor, circle: Circle, epoch: int, after: int = 0) -> int:
    await visitor.send(visitor.papers.attach(circle, epoch, after))
    while not isinstance(frame := await visitor.hear(), Attached):
        assert isinstance(frame, Entry | Done), frame
    visitor.got.clear()
    return frame.head


async def _entry(visitor: Visitor) -> Entry:
    frame = await visitor.hear()
    visitor.got.clear()
    assert isinstance(frame, Entry), frame
    return frame


async def open_circle(url: str, circle: Circle) -> None:
    """Open a room and begin its meeting, also at a relay that is only just starting."""
    while True:
        with suppress(OSError, WebSocketException):
            async with visiting(url) as host:
                return await host.open(circle)
        await asyncio.sleep(BREATH)
