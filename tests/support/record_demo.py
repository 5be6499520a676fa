"""Record half a minute of the demo, as README.md shows it: ./dev record.

A real demo in a real terminal, with somebody at the keys: writes docs/recording.svg, or into another
FOLDER, with recording.cast (asciicast v2, for `asciinema play`) beside it. Long waits are shortened,
nothing else is changed.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

import pexpect
import pyte

from holdspace.client.acts import BY_ID
from moving_picture import Still, different, picture, still

ROOT = Path(__file__).parents[2]
COLUMNS, LINES = 108, 34
PATIENCE = 60.0
# Nobody watches somebody think; this long a pause still shows that there is one.
LONGEST_PAUSE = 1.5
QUIET = 0.12
LETTER = 0.25
SHARE = ("Hello. ", "I came because ", "mornings are slow, ", "and here ", "nobody minds.")


class Recording:
    """A program in a terminal, and everything that it showed, when."""

    def __init__(self, *argv: str) -> None:
        self.sent: list[tuple[float, str]] = []
        self.stills: list[Still] = []
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.Stream(self._screen)
        self._last = time.monotonic()
        self._now = 0.0
        self.resting = 0.0
        self._child: pexpect.spawn[str] = pexpect.spawn(
            argv[0],
            list(argv[1:]),
            encoding="utf-8",
            dimensions=(LINES, COLUMNS),
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )

    @property
    def now(self) -> float:
        """Return how long it is by now."""
        return self._now

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return round(self._now + LONGEST_PAUSE, 2)

    def shows(self, pattern: str) -> None:
        """Watch until the screen shows this."""
        until = time.monotonic() + PATIENCE
        while not re.search(pattern, "\n".join(self._screen.display)):
            if time.monotonic() > until:
                raise TimeoutError(f"never shown: {pattern}\n" + "\n".join(self._screen.display))
            self.watch(0.1)

    def watch(self, seconds: float) -> None:
        """Watch for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                data = self._child.read_nonblocking(65_536, timeout=min(left, QUIET))
            except pexpect.TIMEOUT:
                self._take()
                continue
            self._pass()
            self.sent.append((self._now, data))
            self._stream.feed(data)

    def press(self, *keys: str) -> None:
        """Press keys, as quickly as people do."""
        for key in keys:
            self._child.send(key)
            self.watch(LETTER)
        self.watch(0.3)

    def close(self) -> None:
        """End it."""
        self._child.close(force=True)

    def _pass(self) -> None:
        now = time.monotonic()
        self._now += min(now - self._last, LONGEST_PAUSE)
        self._last = now

    def _take(self) -> None:
        if self.sent and (not self.stills or self.sent[-1][0] > self.stills[-1].at):
            self.stills.append(still(self._screen, self.sent[-1][0]))


def story(demo: Recording) -> None:
    """Come in, listen, raise a hand, say something."""
    demo.shows("hat to call you")
    demo.watch(1.5)
    demo.press("Sam", "\r", "\r", "\r")
    demo.shows("end-to-end encrypted")
    demo.watch(9.0)
    demo.press("\x1b")
    demo.press(BY_ID["raise"].key)
    demo.shows("You have the floor")
    demo.watch(1.5)
    demo.press("\r")
    demo.press(*SHARE)
    demo.watch(0.8)
    demo.press("\r")
    demo.shows(r"You +\d\d:\d\d")
    demo.watch(0.5)
    demo.resting = demo.now
    demo.watch(4.0)


def cast(demo: Recording) -> str:
    """Return the recording in asciicast's format, version 2."""
    head = {"version": 2, "width": COLUMNS, "height": LINES, "title": "holdspace demo"}
    events = ([round(at, 3), "o", data] for at, data in demo.sent)
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in (head, *events))


def main(folder: Path | None) -> None:
    """Record it, for docs/ or into a folder."""
    if folder:
        # Before half a minute is played, not after it.
        folder.mkdir(parents=True, exist_ok=True)
    demo = Recording(str(ROOT / "dev"), "demo", "--speed", "3")
    try:
        story(demo)
    finally:
        demo.close()
    stills = different(demo.stills)
    svg = picture(stills, demo.seconds, COLUMNS, resting=demo.resting)
    ((folder or ROOT / "docs") / "recording.svg").write_text(svg, "utf-8")
    if folder:
        (folder / "recording.cast").write_text(cast(demo), "utf-8")
    sys.stdout.write(f"{demo.seconds:.0f} seconds, {len(stills)} pictures, {len(svg) // 1000} kB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
