"""The pause in which people read, on the screen: the app at a seat of the real engine, with time in hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from typing_extensions import override

from holdspace.client.seat import intents as i
from holdspace.client.seat.intents import Intent
from holdspace.client.seat.view import Refusal
from holdspace.client.tui.app import Ending, HoldspaceApp
from holdspace.client.tui.composer import Composer
from holdspace.client.tui.screens.base import textual_key
from holdspace.protocol.meeting.turns import pause_after
from screen_player import Player, screen_text, until
from seat_table import Guest, Table

BENS, CHIS = "The stairs, every morning.", "Nobody sees that I managed them."


class AtTheTable(Player):
    """Somebody whose screen shows what their seat knows, and does what is pressed there."""

    def __init__(self, table: Table, guest: Guest) -> None:
        super().__init__(guest.view)
        self._table, self._guest, self._told = table, guest, len(guest.notices)

    @override
    def do(self, intent: Intent) -> Refusal | None:
        refusal = self._table.do(self._guest, intent)
        self.look_up()
        return refusal

    def look_up(self) -> None:
        """See what has happened meanwhile."""
        new, self._told = self._guest.notices[self._told :], len(self._guest.notices)
        self.become(self._guest.view, *new)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def circle(table: Table) -> tuple[Guest, Guest, Guest]:
    """Ben and Chi have words ready; what Ben wrote has just been released, and is being read."""
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("gather"))
    table.do(ben, i.Say(BENS))
    table.do(chi, i.Say(CHIS))
    table.do(ana, i.ReleaseTheWords())
    return ana, ben, chi


@asynccontextmanager
async def screen_of(table: Table, guest: Guest) -> AsyncIterator[tuple[Pilot[Ending], AtTheTable]]:
    player = AtTheTable(table, guest)
    app = HoldspaceApp(player, clock=lambda: table.now)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        yield pilot, player


async def test_whose_words_are_next_waits_for_the_readers_and_is_told_so(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, _, chi = circle
    async with screen_of(table, chi) as (pilot, player):
        page = screen_text(pilot.app)
        assert BENS in page
        assert "Your words are read next, when people have read." in page
        assert "Esc, then s write on" in page
        table.wait(1)
        assert CHIS not in ana.lines
        table.wait(pause_after(BENS))
        player.look_up()
        await until(
            pilot, lambda: "read next" not in screen_text(pilot.app), "the end of the pause"
        )
        assert CHIS in ana.lines
        assert "ready, only on this device" not in screen_text(pilot.app)


async def test_words_can_be_taken_back_while_people_read(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, _, chi = circle
    async with screen_of(table, chi) as (pilot, player):
        await pilot.press("escape", "s")
        player.look_up()
        composer = pilot.app.screen.query_one(Composer)
        await until(pilot, lambda: composer.text == CHIS, "the words in the text field")
        table.wait(pause_after(BENS) + 1)
        assert CHIS not in ana.lines


async def test_who_leads_can_end_the_pause_with_a_key(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, _, _ = circle
    async with screen_of(table, ana) as (pilot, _player):
        await pilot.press("escape")
        assert "> read on" in screen_text(pilot.app)
        await pilot.press(textual_key(">"))
        # Not a second has passed.
        await until(pilot, lambda: CHIS in screen_text(pilot.app), "what comes after the pause")
