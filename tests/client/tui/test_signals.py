"""Signals for eyes that are elsewhere: two moments, constants only, and a switch for each (S14, M4)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.settings import Settings
from holdspace.client.tui import signals, terminal
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.signals import Signal
from holdspace.protocol.translation import ENGLISH, use
from screen_player import Player, until

WAITING = replace(sample.ROOM, going_around=())
NEXT = replace(WAITING, me=replace(sample.SAM, place_in_queue=1))


def test_only_being_next_and_having_the_turn_are_signals() -> None:
    assert signals.due(WAITING, WAITING) is None
    assert signals.due(WAITING, NEXT) is Signal.NEXT
    assert signals.due(NEXT, sample.MY_TURN) is Signal.TURN
    assert signals.due(sample.MY_TURN, sample.MY_TURN) is None
    assert signals.due(NEXT, replace(sample.MY_TURN, is_held=True)) is None


def test_in_a_round_whoever_comes_next_is_next() -> None:
    mine = replace(sample.ROOM, going_around=(sample.SAM, sample.FAY))
    assert signals.due(sample.ROOM, mine) is Signal.NEXT


@pytest.mark.parametrize(
    ("term", "start"),
    [
        ("xterm-256color", "\x1b]9;"),
        ("xterm-kitty", "\x1b]99;;"),
        ("rxvt-unicode", "\x1b]777;notify;"),
        ("foot", "\x1b]777;notify;"),
    ],
)
def test_each_terminal_gets_the_one_way_it_knows(term: str, start: str) -> None:
    assert signals.notification(Signal.TURN, {"TERM": term}).startswith(start)


@pytest.mark.parametrize("is_on", [True, False])
async def test_what_is_written_names_nobody_and_can_be_off(
    monkeypatch: pytest.MonkeyPatch, is_on: bool
) -> None:
    written: list[str] = []
    monkeypatch.setattr(terminal, "_write", lambda _, data: written.append(data))
    player = Player(WAITING)
    settings = Settings(title=is_on, notify=is_on)
    app = HoldspaceApp(player, clock=lambda: sample.NOW, settings=settings)
    async with app.run_test() as pilot:
        player.become(NEXT)
        player.become(sample.MY_TURN)
        player.become(WAITING)
        await until(pilot, lambda: app.view is WAITING, "the pictures")
    said = "".join(written)
    assert not any(name in said for name in sample.NAMES)
    assert sample.ROOM.room_name not in said
    # Rate-limited: the clock stands still, so of two notifications one is shown.
    assert said.count("\x1b]9;") == int(is_on)
    assert (Signal.TURN.value in said) == is_on
    assert said.endswith("\x1b]0;\x07\x1b[23;0t")


class Short:
    """A language in which everything is said by one word."""

    def gettext(self, message: str) -> str:
        return "dran"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "dran"


@pytest.fixture
def short() -> Iterator[None]:
    use(Short())
    yield
    use(ENGLISH)


@pytest.mark.usefixtures("short")
async def test_whose_turn_it_is_stands_in_the_title_in_every_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    monkeypatch.setattr(terminal, "_write", lambda _, data: written.append(data))
    player = Player(WAITING)
    app = HoldspaceApp(player, clock=lambda: sample.NOW, settings=Settings(title=True))
    async with app.run_test() as pilot:
        player.become(sample.MY_TURN)
        player.become(WAITING)
        await until(pilot, lambda: app.view is WAITING, "the pictures")
    assert "\x1b]0;dran\x07" in written
