"""When a client shows the relay that it is still there: at moments of chance (R16).

An answer to "are you there?" leaves when the program has time for it. A relay that asks often enough
would see to the millisecond when a screen is drawn, and so who types. So an answer waits for a
moment of its own, one answers all that was asked until then (RFC 6455, 5.5.3), and our own question
keeps no rhythm in which a busy program would be late.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode

from holdspace.protocol.overriding import override

# Well before a relay gives up on somebody who does not answer: ours waits for 20 s.
ANSWER_SECONDS = 2.0
ASK_SECONDS = 20.0
GONE_SECONDS = 20.0
Chance = Callable[[], float]


class _LateAnswers(ClientProtocol):
    """A websocket that keeps the newest question until somebody answers it."""

    asked: bytes | None = None

    @override
    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PING:
            self.asked = bytes(frame.data)
        else:
            super().recv_frame(frame)


class PulsedConnection(ClientConnection):
    """A connection that answers, and asks, only when `beat` does."""

    def __init__(self, protocol: ClientProtocol, **rest: Any) -> None:
        self._late = _LateAnswers(
            protocol.uri,
            subprotocols=protocol.available_subprotocols,
            max_size=protocol.max_message_size,
            logger=protocol.logger,
        )
        super().__init__(self._late, **rest)

    async def beat(self, chance: Chance) -> None:
        """Answer and ask for as long as the connection is there; drop it when nobody answers."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._answer(chance))
            group.create_task(self._ask(chance))

    async def _answer(self, chance: Chance) -> None:
        while True:
            await _some(ANSWER_SECONDS / 2, chance)
            asked, self._late.asked = self._late.asked, None
            if asked is not None:
                # Which question it answers was settled at a moment that nobody sees.
                await _some(ANSWER_SECONDS, chance)
                await self.pong(asked)

    async def _ask(self, chance: Chance) -> None:
        while True:
            await _some(ASK_SECONDS, chance)
            try:
                async with asyncio.timeout(GONE_SECONDS):
                    # The question itself waits, too, where a relay reads nothing any more.
                    await (await self.ping())
            except TimeoutError:
                self.transport.abort()
                return


async def _some(seconds: float, chance: Chance) -> None:
    """Wait for so long, a quarter of it more or less."""
    await asyncio.sleep(seconds * (0.75 + 0.5 * chance()))
