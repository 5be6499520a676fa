"""The moving picture in README.md: drawn as it stood on the terminal, and nothing in it that runs."""

import re
from pathlib import Path

import pyte

from holdspace.client.tui.theme import PALETTES
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


def test_what_stands_on_the_ground_of_the_program_is_drawn_without_a_ground_of_its_own() -> None:
    calm = PALETTES["calm"]
    red, green, blue = (int(calm.grounds["ground"][at : at + 2], 16) for at in (1, 3, 5))
    screen = pyte.Screen(20, 1)
    pyte.Stream(screen).feed(f"\x1b[48;2;{red};{green};{blue}mhello\x1b[41mloud")
    drawn = picture([still(screen, 0.0)], 1.0, 20, resting=0.0)
    assert drawn.count('fill="red"') == 1
    assert drawn.count(calm.grounds["ground"]) == 1


def test_a_colour_of_its_own_is_not_overruled_by_the_usual_one() -> None:
    screen = pyte.Screen(20, 1)
    pyte.Stream(screen).feed("usual \x1b[31mred")
    drawn = picture([still(screen, 0.0)], 1.0, 20, resting=0.0)
    # A style sheet would win over what stands beside a word.
    assert "fill" not in drawn.partition("</style>")[0]
    assert re.search(r'<text [^>]*fill="red"[^>]*>red<', drawn)
    assert not re.search(r"<text [^>]*fill[^>]*>usual<", drawn)


def test_the_one_we_show_is_small_and_still_for_whoever_wants_no_motion() -> None:
    shown = RECORDING.read_text("utf-8")
    assert len(shown) < 300_000
    assert "prefers-reduced-motion: reduce" in shown
    assert not re.search(
        r"<script|<image|<foreignObject|\bon\w+=|https?://(?!www\.w3\.org/2000/svg)", shown
    )
    assert 20 <= float(re.search(r"animation: strip ([\d.]+)s", shown)[1]) <= 40  # type: ignore[index]
