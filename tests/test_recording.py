"""The moving picture in README.md: drawn as it stood on the terminal, and nothing in it that runs."""

import re
from pathlib import Path

import pyte

from moving_picture import different, picture, still

RECORDING = Path(__file__).parent.parent / "docs" / "recording.svg"


def test_every_picture_comes_at_its_time_and_what_stays_is_drawn_once() -> None:
    screen = pyte.Screen(20, 2)
    stream = pyte.Stream(screen)
    stills = []
    for at, sent in ((0.0, "first"), (1.0, ""), (2.0, "\r\n\x1b[1;31ma  <b>")):
        stream.feed(sent)
        stills.append(still(screen, at))
    kept = different(stills)
    assert [one.at for one in kept] == [0.0, 2.0]
    drawn = picture(kept, 4.0, 20, resting=2.0)
    assert "50.00% { transform: translateX(-192px); }" in drawn
    assert drawn.count(">first<") == 1
    assert drawn.count('href="#r0"') == 2
    assert re.search(r'fill="red"[^>]* class="b">a</text>', drawn)
    assert ">&lt;b&gt;</text>" in drawn


def test_the_one_we_show_is_small_and_still_for_whoever_wants_no_motion() -> None:
    shown = RECORDING.read_text("utf-8")
    assert len(shown) < 300_000
    assert "prefers-reduced-motion: reduce" in shown
    assert not re.search(
        r"<script|<image|<foreignObject|\bon\w+=|https?://(?!www\.w3\.org/2000/svg)", shown
    )
    assert 20 <= float(re.search(r"animation: strip ([\d.]+)s", shown)[1]) <= 40  # type: ignore[index]
