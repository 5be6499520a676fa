"""An exercise in plain lines: each line when its time has come, and a letter to go another way.

Nothing of it is sent. While it runs, an empty line goes on, g goes to the senses, r rests, x stops;
every other line is what it always is.
"""

import asyncio
import time
from collections.abc import Callable, Iterable

from holdspace.client import pacing
from holdspace.client.pacing import Practice
from holdspace.client.plain.labels import labelled
from holdspace.protocol.translation import N_, _

HELP = N_("practice: Enter goes on, g: by the senses, r: rest, x: stop. Nothing is sent.")
COPIES = N_("practice: c: the lines to fill in, as a draft of your own.")
STOPPED = N_("practice: Stopped.")
OTHER_WAYS = {"g": pacing.SENSES, "r": pacing.REST}


class Pacer:
    """Say the lines of one exercise at a time."""

    def __init__(
        self,
        say: Callable[[Iterable[str]], None],
        clock: Callable[[], float] = time.monotonic,
        copy: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._say = say
        self._copy = copy
        self._clock = clock
        self._lang = ""
        self._practice: Practice | None = None
        self._changed = asyncio.Event()

    def begin(self, name: str, lang: str = "") -> None:
        """Begin an exercise, in place of one that runs, in its language unless there is another."""
        self._lang = lang or self._lang
        practice = pacing.begin(name, self._clock(), lang=self._lang)
        said = (practice.title, practice.opening, practice.stop_line)
        how = [_(COPIES)] if practice.template else []
        self._say([*(labelled("practice", words) for words in said if words), _(HELP), *how])
        self._take(practice)

    def hears(self, line: str) -> bool:
        """Take a line that was meant for the exercise; tell whether it was."""
        word, practice = line.strip().lower(), self._practice
        copies = {"c"} if practice and practice.template else set()
        if practice is None or word not in {"", "x", *OTHER_WAYS, *copies}:
            return False
        if word == "c":
            self._say(labelled("practice", line) for line in practice.template)
            self._copy("\n".join(practice.template))
        elif word == "x":
            self._practice = None
            self._say([_(STOPPED)])
        elif word:
            self.begin(OTHER_WAYS[word])
        elif practice.waits:
            self._take(pacing.go_on(practice, self._clock()))
        return True

    async def run(self) -> None:
        """Say each line at its time, for as long as the session lasts."""
        while True:
            self._changed.clear()
            due = self._practice.due if self._practice else None
            try:
                wait = None if due is None else max(0.0, due - self._clock())
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                if self._practice is not None:
                    self._take(pacing.catch_up(self._practice, self._clock()))

    def _take(self, practice: Practice) -> None:
        self._say([labelled("practice", practice.line)])
        self._practice = None if practice.is_done else practice
        self._changed.set()
