"""Know whether a relay hears its cluster: what it believes must be what the others do.

Only a stream's leader says how far the stream goes, and a leader that lost the majority steps down
within ten seconds. So somebody who is answered is not cut off, at least not for longer than that.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from holdspace.server.log.jetstream.api import NO_MESSAGE, Api, ApiError, UnreachableError
from holdspace.server.log.jetstream.eraser import GRAVESTONE_SECONDS
from holdspace.server.log.jetstream.follower import Follower
from holdspace.server.log.jetstream.subjects import Subjects

WATCH_SECONDS = 2.0
CUT_OFF_SECONDS = 12.0
_STANDS_STILL_SECONDS = 4.0
_MOMENT_SECONDS = 0.25


class Told(NamedTuple):
    """Whom to tell what was noticed."""

    cut_off: Callable[[], None]
    join: Callable[[], Awaitable[None]]
    start_again: Callable[[], None]
    look_at: Callable[[dict[str, Any]], Awaitable[None]]


class Watch:
    """Notice when the cluster is out of reach, or was set up anew, and when it is back."""

    def __init__(
        self, api: Api, subjects: Subjects, follower: Follower, told: Told, *, created: str
    ) -> None:
        self._api = api
        self._stream = subjects.log_stream
        self._all = subjects.log
        self._follower = follower
        self._told = told
        self._created = created
        self._contact = self._moved = asyncio.get_running_loop().time()
        self._known = 0

    async def run(self) -> None:
        """Look every few seconds."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                info = await self._api.ask(f"STREAM.INFO.{self._stream}")
            except (UnreachableError, ApiError):
                if loop.time() - self._contact > CUT_OFF_SECONDS:
                    self._told.cut_off()
                continue
            now = loop.time()
            away, self._contact = now - self._contact, now
            if info["created"] != self._created or away > GRAVESTONE_SECONDS / 2:
                # What was erased meanwhile cannot be seen in what is left.
                self._created, self._known = info["created"], 0
                self._told.start_again()
            await self._told.look_at(info)
            await self._check_progress(info["state"]["last_seq"])
            if now - self._moved <= CUT_OFF_SECONDS:
                await self._told.join()

    async def hear_all(self, seconds: float) -> bool:
        """Wait until everything was handed out that is in the stream now; return whether it was."""
        try:
            async with asyncio.timeout(seconds):
                last = (await self._info(seconds))["state"]["last_seq"]
                if not await self._reaches(last):
                    # What is last may have been erased: then the last that is there counts.
                    await self._follower.reached(await self._last_there())
                    self._follower.know(last)
        except (TimeoutError, UnreachableError, ApiError):
            return False
        return True

    async def _check_progress(self, last: int) -> None:
        now, known = asyncio.get_running_loop().time(), self._follower.known
        if known >= last or known != self._known:
            self._known, self._moved = known, now
            return
        try:
            # Asked again: meanwhile everything may have been begun anew.
            if await self._last_there() <= self._follower.known:
                self._follower.know(last)
                return
        except (UnreachableError, ApiError):
            return
        if now - self._moved > CUT_OFF_SECONDS:
            self._told.cut_off()
        if now - self._moved > _STANDS_STILL_SECONDS:
            self._follower.look_again()

    async def _reaches(self, place: int) -> bool:
        try:
            async with asyncio.timeout(_MOMENT_SECONDS):
                await self._follower.reached(place)
        except TimeoutError:
            return False
        return True

    async def _info(self, seconds: float) -> dict[str, Any]:
        return await self._api.ask_patiently(f"STREAM.INFO.{self._stream}", seconds)

    async def _last_there(self) -> int:
        try:
            found = await self._api.ask(f"STREAM.MSG.GET.{self._stream}", last_by_subj=self._all)
        except ApiError as error:
            if error.code != NO_MESSAGE:
                raise
            return 0
        place: int = found["message"]["seq"]
        return place
