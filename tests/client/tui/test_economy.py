"""What a share costs that comes in late in a long meeting: counts, which are the same on every machine."""

from collections import Counter
from dataclasses import replace

import pytest
from textual._compositor import Compositor
from textual.strip import Strip

import screen_samples as sample
from holdspace.client.seat.view import Line, Notice, Passage
from holdspace.client.tui.painted import Drawing, Inked
from holdspace.client.tui.passages import passage_height
from holdspace.client.tui.rows import Row
from holdspace.client.tui.scroll_bar import StillBar
from holdspace.client.tui.transcript import Transcript
from screen_player import Player, screen_text, shown, until

MANY = tuple(
    sample.passage(number, Line.SHARE, f"One more of many, number {number}.", author=sample.CHI)
    for number in range(300)
)
LAST = sample.passage(300, Line.SHARE, "And this is the last one.", author=sample.CHI)


class Counted:
    """How often what is expensive was done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.laid_out = 0
        self.measured = 0
        self.bars = 0
        self.drawn: Counter[str] = Counter()
        self.compared: Counter[str] = Counter()
        reflow, draw, height = Compositor.reflow, Inked.strip, passage_height
        rows, bar = Drawing.draw, StillBar.render

        def reflow_counted(*given: object) -> object:
            self.laid_out += 1
            return reflow(*given)  # type: ignore[arg-type]

        def draw_counted(widget: Inked, line: Row, width: int) -> Strip:
            self.drawn[widget.id or ""] += 1
            return draw(widget, line, width)

        def height_counted(*given: object) -> int:
            self.measured += 1
            return height(*given)  # type: ignore[arg-type]

        def rows_counted(widget: Drawing, width: int, height: int) -> list[Row]:
            self.compared[widget.id or ""] += 1
            return rows(widget, width, height)

        def bar_counted(widget: StillBar) -> object:
            self.bars += 1
            return bar(widget)

        monkeypatch.setattr(Compositor, "reflow", reflow_counted)
        monkeypatch.setattr(Drawing, "draw", rows_counted)
        monkeypatch.setattr(StillBar, "render", bar_counted)
        monkeypatch.setattr(Inked, "strip", draw_counted)
        monkeypatch.setattr(f"{Transcript.__module__}.passage_height", height_counted)


def say(player: Player, *passages: Passage) -> None:
    """Let the room hear more."""
    player.change(transcript=(*player.view.transcript, *passages))


async def test_a_share_lays_nothing_out_and_draws_only_the_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shown(replace(sample.ROOM, transcript=MANY), (120, 36)) as (pilot, player):
        await until(pilot, lambda: "number 299" in screen_text(pilot.app), "the last of many")
        counted = Counted(monkeypatch)
        say(player, LAST)
        await until(pilot, lambda: LAST.text in screen_text(pilot.app), "the last one")
        assert counted.laid_out == 0
        assert counted.measured == 1
        assert {*counted.drawn} == {"transcript"}
        assert {*counted.compared} == {"keys"}
        assert counted.bars == 0


async def test_the_bar_is_painted_when_it_moves_as_far_as_can_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shown(replace(sample.ROOM, transcript=MANY), (120, 36)) as (pilot, _):
        await until(pilot, lambda: "number 299" in screen_text(pilot.app), "the last of many")
        counted = Counted(monkeypatch)
        await pilot.press("escape", "home")
        await until(pilot, lambda: counted.bars > 0, "the bar at the top")
        await pilot.press("end")
        await until(pilot, lambda: counted.bars > 1, "the bar at the bottom")


async def test_a_sentence_for_this_person_is_drawn_also_when_it_comes_with_words() -> None:
    async with shown(replace(sample.ROOM, transcript=MANY), (120, 36)) as (pilot, player):
        player.change(Notice("You are second in line."), transcript=(*MANY, LAST))
        await until(pilot, lambda: "second in line" in screen_text(pilot.app), "the sentence")
        assert LAST.text in screen_text(pilot.app)


async def test_what_somebody_does_lays_nothing_out_while_nothing_gets_taller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shown(sample.ROOM, (120, 36)) as (pilot, player):
        counted = Counted(monkeypatch)
        people = tuple(replace(one, is_away=one is sample.BEN) for one in sample.CIRCLE)
        player.change(people=people)
        await until(pilot, lambda: counted.drawn["side"] > 0, "the circle, drawn anew")
        assert counted.laid_out == 0
