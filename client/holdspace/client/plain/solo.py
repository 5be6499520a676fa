"""Practising alone in plain lines: no relay, no room, nobody else (D5)."""

import asyncio
from collections.abc import Iterable

from holdspace.client import pacing
from holdspace.client.care.crisis import card_here
from holdspace.client.numbers import number_in
from holdspace.client.plain.answers import support_lines
from holdspace.client.plain.labels import labelled
from holdspace.client.plain.practice import Pacer
from holdspace.client.plain.terminal import Terminal, open_terminal
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import N_, _

HELP = N_("solo: Type a number or a name; q ends. Nothing is sent: there is no connection at all.")
GOODBYE = N_("solo: Go gently.")
UNKNOWN = N_("solo: There is no exercise of that name. Type a number from the list.")
_ENDS = frozenset({"q", "/leave", "/quit", "/exit"})
_SUPPORT = frozenset({"/support", "/crisis"})


async def practise(name: str, terminal: Terminal | None = None) -> None:
    """Offer the exercises, or begin the one that was named, until the person has had enough."""
    used = terminal or open_terminal()
    try:
        await Solo(used).run(name)
    finally:
        if terminal is None:
            used.close()


class Solo:
    """Somebody with a list of exercises and a pacer."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._pacer = Pacer(terminal.say)
        self._names = pacing.names()

    async def run(self, name: str) -> None:
        """Listen and pace until the end of input, or q."""
        if name:
            self._pacer.begin(name)
        else:
            self._say(self._list())
        pacer = asyncio.ensure_future(self._pacer.run())
        try:
            while (line := await self._terminal.read()) is not None:
                if line.strip().lower() in _ENDS:
                    break
                self._hear(line)
        finally:
            pacer.cancel()
            await asyncio.gather(pacer, return_exceptions=True)
        self._say([_(GOODBYE)])

    def _hear(self, line: str) -> None:
        word = line.strip().lower()
        if word in _SUPPORT:
            self._say(support_lines(card_here(RoomView()), RoomView()))
        elif self._pacer.hears(line):
            return
        elif number := number_in(word, len(self._names)):
            self._pacer.begin(self._names[number - 1])
        elif pacing.is_known(word):
            self._pacer.begin(word)
        else:
            self._say([_(UNKNOWN)] if word else self._list())

    def _list(self) -> Iterable[str]:
        for number, name in enumerate(self._names, 1):
            yield labelled("solo", f"{number}. {pacing.title_of(name)}")
        yield _(HELP)

    def _say(self, lines: Iterable[str]) -> None:
        self._terminal.say(lines)
