"""Erase what is over, without ever making two relays disagree.

Erasing is not part of the order: a relay that lags would miss what was erased. So nothing is erased
but what a record that stays (a gravestone) ends for every reader, and gravestones stay for an hour.
A relay that was away for longer starts again from what is there. Whoever asked for the end erases
at once; the others look some time later whether that was done.
"""

import asyncio
import random
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass

from holdspace.server.log.jetstream.api import Api, ApiError, UnreachableError
from holdspace.server.log.jetstream.ending import ended

GRAVESTONE_SECONDS = 3600.0
_LOOK_SECONDS = (20.0, 60.0)
_RETRY_SECONDS = 2.0
_NOT_FOUND = frozenset((10037, 10043, 10057))
_SWEEP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Erasure:
    """Say what is over: single messages, to be overwritten, and all on a subject before a place."""

    messages: tuple[int, ...] = ()
    subject: str = ""
    before: int = 0
    # Subject and message of a gravestone that has to be set first.
    gravestone: tuple[str, bytes] | None = None


class Eraser:
    """Carry out erasures until they are done."""

    def __init__(self, api: Api, stream: str) -> None:
        self._api = api
        self._stream = stream
        self._tasks: set[asyncio.Task[None]] = set()
        self._gravestones: deque[tuple[float, int]] = deque()
        self._chance = random.SystemRandom()

    @property
    def is_busy(self) -> bool:
        """Tell whether something this relay has to erase is not erased yet."""
        return any(not task.get_name() for task in self._tasks)

    def start(self) -> None:
        """Sweep gravestones away when nobody needs them any more."""
        self._begin(self._sweep(), "sweep")

    async def stop(self) -> None:
        """Erase no more."""
        await ended(self._tasks)

    def erase(self, erasure: Erasure, *, is_ours: bool) -> None:
        """Erase something, at once or, if another relay should, after a look."""
        self._begin(self._erase(erasure, is_ours=is_ours), "" if is_ours else "look")

    def bury(self, message: int, age: float) -> None:
        """Let a gravestone stand for its time; `age` is how long it has stood."""
        loop = asyncio.get_running_loop()
        left = GRAVESTONE_SECONDS - age + self._chance.uniform(*_LOOK_SECONDS)
        self._gravestones.append((loop.time() + left, message))

    def _begin(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _erase(self, erasure: Erasure, *, is_ours: bool) -> None:
        if not is_ours:
            await asyncio.sleep(self._chance.uniform(*_LOOK_SECONDS))
        is_done = False
        while not is_done:
            try:
                await self._erase_once(erasure)
                is_done = True
            except UnreachableError:
                await asyncio.sleep(_RETRY_SECONDS)

    async def _erase_once(self, erasure: Erasure) -> None:
        if erasure.subject and not await self._is_there(erasure.subject):
            return
        if erasure.gravestone is not None:
            await self._api.store(*erasure.gravestone)
        for message in erasure.messages:
            await self._overwrite(message)
        if erasure.subject:
            limit = {"seq": erasure.before} if erasure.before else {}
            with suppress(ApiError):
                await self._api.ask(f"STREAM.PURGE.{self._stream}", filter=erasure.subject, **limit)

    async def _is_there(self, subject: str) -> bool:
        info = await self._api.ask(f"STREAM.INFO.{self._stream}", subjects_filter=subject)
        return bool(info["state"].get("subjects"))

    async def _overwrite(self, message: int) -> None:
        try:
            # Without "no_erase" a node writes the message's file anew, with chance in its place.
            await self._api.ask(f"STREAM.MSG.DELETE.{self._stream}", seq=message)
        except ApiError as error:
            if error.code not in _NOT_FOUND:
                raise UnreachableError from None

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            while self._gravestones and self._gravestones[0][0] <= loop.time():
                with suppress(UnreachableError):
                    await self._overwrite(self._gravestones[0][1])
                self._gravestones.popleft()
