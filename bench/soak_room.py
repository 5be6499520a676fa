"""One room of a soak: people who talk, come and go, read slowly, walk through epochs and begin anew.

Everybody checks what they hear: seqs without a gap from where they were, and no refusal ever.
"""

import asyncio
import os
import random
import time
from collections import Counter
from contextlib import suppress

from typing_extensions import override

from holdspace.protocol.frames import Refuse, RelayFrame
from holdspace.protocol.refusals import Close
from relay_member import Member
from relay_people import Counts, until
from relay_wire import RECORD, TAG

# Of a relay's frames: an entry, and the answer to whoever begins to read.
_ENTRY, _ATTACHED = 106, 105
_TRUE = 0xC3
# MessagePack's unsigned integers: how many bytes follow the first.
_UINT = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_SLOW_SECONDS = 15.0
_TOO_SLOW = {Close.TOO_SLOW, 1006}
# R3: so long everybody has to prove the next epoch.
_RENEW_SECONDS = 15.0
# So many words are sent ahead of their acks, however slow the disk is.
_MOST_UNDER_WAY = 8


class Listener(Member):
    """A member who checks that every entry follows the one before."""

    def __init__(self, number: int, room: "Room", after: int = 0) -> None:
        super().__init__(number, room.counts, room.url)
        self.seq = after
        self.commits = 0
        # Was sent a commit, and did not come to it before the relay might hang up.
        self.is_late = False
        self._room = room

    @property
    def is_answered(self) -> bool:
        """Tell whether nothing is to be waited for, or in vain."""
        return not self.under_way() or self.wire.closed.done()

    @override
    def hear(self, data: bytes, start: int, count: int) -> None:
        for at in range(start + TAG, start + count * RECORD, RECORD):
            if data[at] == _ENTRY:
                seq, after_seq = _uint(data, at + 1)
                _epoch, after_epoch = _uint(data, after_seq)
                self._follow(seq)
                self.commits += data[after_epoch] == _TRUE
            elif data[at] == _ATTACHED:
                _ref, after_ref = _uint(data, at + 1)
                self.seq, _ = _uint(data, after_ref)
        super().hear(data, start, count)

    @override
    def _note(self, frame: RelayFrame) -> None:
        if isinstance(frame, Refuse):
            self._room.happened[f"refused {frame.code}"] += 1
            self._room.trouble += 1
        super()._note(frame)

    def _follow(self, seq: int) -> None:
        if seq != self.seq + 1:
            self._room.happened["gaps"] += 1
            self._room.trouble += 1
        self.seq = seq


class Rest:
    """A pause that all rooms have at the same time: nobody is connected, and nothing is kept."""

    def __init__(self, rooms: int) -> None:
        self.is_due = False
        self._barrier = asyncio.Barrier(rooms + 1)

    async def meet(self) -> None:
        """Wait for all rooms and whoever looks: at the beginning of a rest, and at its end."""
        await self._barrier.wait()


class Room:
    """A room and the people in it."""

    def __init__(
        self, url: str, people: int, counts: Counts, rest: Rest, *, seed: int, messages: int
    ) -> None:
        self.url = url
        self._rest = rest
        self.counts = counts
        self.happened: Counter[str] = Counter()
        self.trouble = 0
        self.members: list[Listener] = []
        self._handle = os.urandom(16)
        self._meeting = b""
        self._epoch = 0
        self._people = people
        self._numbers = iter(range(1 << 30))
        self._random = random.Random(seed)  # noqa: S311  # a soak is to be repeatable
        # How long a meeting is. Not all end at once, so the first are shorter.
        self._messages = messages
        self._left = int(messages * self._random.random())
        self._is_quiet = True
        self._slow: list[asyncio.Future[None]] = []

    async def begin(self) -> None:
        """Begin a meeting, with everybody in it."""
        self._meeting, self._epoch = os.urandom(16), 0
        self.members = [Listener(next(self._numbers), self) for _ in range(self._people)]
        first = self.members[0]
        await first.come()
        await first.open(self._handle, self._meeting)
        await first.attach(self._meeting)
        for member in self.members[1:]:
            await member.come()
            await member.attach(self._meeting)
        self.happened["meetings"] += 1
        self._is_quiet = False

    def speak(self) -> None:
        """Let somebody say something, unless they wait for too many acks already."""
        member = self._random.choice(self.members)
        if not self._is_quiet and member.under_way() < _MOST_UNDER_WAY:
            member.say()
            self.happened["messages"] += 1
            self._left -= 1

    async def live(self) -> None:
        """Do something out of the ordinary, over and over."""
        acts = [self.swap] * 6 + [self.come_back] * 6 + [self.commit] * 4 + [self.read_slowly] * 2
        while True:
            for act in self._random.sample(acts, len(acts)):
                await asyncio.sleep(self._random.uniform(0.5, 1.5))
                await act()
                await self._mend()
                if self._rest.is_due:
                    await self._end_meeting()
                    await self._rest.meet()
                    await self._rest.meet()
                    await self.begin()
                elif self._left <= 0:
                    await self._end_meeting()
                    await self.begin()

    async def swap(self) -> None:
        """Let one leave, and somebody new read everything from the epoch's beginning."""
        await self._replace(after=0, what="joins")

    async def come_back(self) -> None:
        """Let one lose the connection, and read on from where they were."""
        await self._replace(after=None, what="reconnects")

    async def commit(self) -> None:
        """Change the epoch, and let everybody walk into it."""
        await asyncio.gather(*self._slow)
        await self._hush()
        walkers = [asyncio.ensure_future(self._walk(member)) for member in self.members]
        await self.members[0].commit()
        await asyncio.gather(*walkers)
        self._epoch += 1
        self.happened["commits"] += 1
        self._is_quiet = False

    async def read_slowly(self) -> None:
        """Let one stop reading for a while, as the others go on."""
        self._slow = [task for task in self._slow if not task.done()]
        if not self._slow:
            self._slow.append(asyncio.ensure_future(self._read_slowly()))

    async def _read_slowly(self) -> None:
        # If the relay sends them away, they come back.
        member = self._random.choice(self.members[1:])
        self.members.remove(member)
        try:
            member.wire.pause()
            await asyncio.sleep(_SLOW_SECONDS)
            member.wire.resume()
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await asyncio.shield(member.wire.closed)
            is_closed = member.wire.closed.done()
        finally:
            member.wire.abort()
        self.happened["slow readers sent away" if is_closed else "slow readers kept"] += 1
        await self._add(member.seq)

    async def _end_meeting(self) -> None:
        """End the meeting, which deletes its log."""
        await asyncio.gather(*self._slow)
        await self._hush()
        first, *others = self.members
        await first.close()
        for member in others:
            code = await member.wire.closed
            if code not in {Close.MEETING_OVER, *_TOO_SLOW}:
                self.happened[f"closed with {code}"] += 1
                self.trouble += 1
        self._left = self._messages

    async def end(self) -> None:
        """Let everybody go."""
        self._is_quiet = True
        for task in self._slow:
            task.cancel()
        await asyncio.gather(*self._slow, return_exceptions=True)
        for member in self.members:
            member.wire.abort()
            await member.wire.closed

    async def _mend(self) -> None:
        """Let those come back whom the relay sent away: on a busy machine we read slowly, too.

        Who does not read the close code in time either hears none (1006).
        """
        for member in [one for one in self.members if one.wire.closed.done()]:
            code = member.wire.closed.result()
            if code == Close.PROVE_AGAIN and member.is_late:
                self.happened["too late to prove an epoch"] += 1
            else:
                self.happened[f"sent away with {code}"] += 1
                self.trouble += code not in _TOO_SLOW
            self.members.remove(member)
            await self._add(member.seq)

    async def _replace(self, *, after: int | None, what: str) -> None:
        member = self._random.choice(self.members[1:])
        await until(lambda: member.is_answered)
        self.members.remove(member)
        member.wire.abort()
        await self._add(member.seq if after is None else after)
        self.happened[what] += 1

    async def _add(self, after: int) -> None:
        member = Listener(next(self._numbers), self, after)
        await member.come()
        await member.attach(self._meeting, after, self._epoch)
        self.members.append(member)

    async def _hush(self) -> None:
        self._is_quiet = True
        await until(lambda: all(member.is_answered for member in self.members))

    async def _walk(self, member: Listener) -> None:
        heard, asked = member.commits, time.monotonic()
        await until(lambda: member.commits > heard or member.wire.closed.done())
        # The close code comes behind the commit: who was not shown that one has a relay that is wrong.
        took = time.monotonic() - asked
        member.is_late = member.commits > heard and took >= _RENEW_SECONDS
        if not member.wire.closed.done():
            with suppress(ConnectionError):
                await member.walk()


def _uint(data: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned integer and where it ends."""
    size = _UINT.get(data[at], 0)
    if not size:
        return data[at], at + 1
    return int.from_bytes(data[at + 1 : at + 1 + size]), at + 1 + size
