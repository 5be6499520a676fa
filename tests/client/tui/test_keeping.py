"""The text field and the notebook: what was being written is there again, and a quick exit drops it."""

from dataclasses import replace
from pathlib import Path

import screen_samples as sample
from holdspace.client.keeping import Keeper
from holdspace.client.notebook import Draft
from holdspace.client.seat.view import Place
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.screens.talk import TalkScreen
from holdspace.client.vault import LEAST_COST, Vault
from screen_player import Player, screen_text, until

ROOM = b"r" * 16


async def test_what_was_being_written_is_in_the_field_again_and_goes_with_the_screen() -> None:
    keeper = Keeper()
    keeper.change(lambda notebook: notebook.drafting(Draft(ROOM, "before\n the crash")))
    app = HoldspaceApp(Player(replace(sample.ROOM, room=ROOM)), keeper=keeper)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app._room.written == "before\n the crash", "the draft")
        assert app._room.composer.text == "before\n the crash"
        assert "is back" in app.notice
        await pilot.press("s")
        await until(pilot, lambda: app._room.written.endswith("s"), "the letter")
        app.vanish()
    assert keeper.notebook.draft(ROOM) == Draft(ROOM)


async def test_the_end_does_not_say_that_nothing_is_kept_while_a_notebook_is_open(
    tmp_path: Path,
) -> None:
    keeper = Keeper(Vault.create(tmp_path / "notebook", "heron over quiet water", LEAST_COST))
    player = Player(sample.ROOM)
    app = HoldspaceApp(player, keeper=keeper)
    async with app.run_test(size=(80, 24)) as pilot:
        player.become(replace(sample.ROOM, place=Place.CLOSED))
        await until(pilot, lambda: "notebook." in screen_text(app), "where they are")
        assert "Nothing of the meeting" not in screen_text(app)
    keeper.close()


async def test_another_passphrase_is_asked_for_again_where_it_is_not_shown(tmp_path: Path) -> None:
    Vault.create(tmp_path / "notebook", "heron over quiet water", LEAST_COST).close()
    app = HoldspaceApp(
        Player(replace(sample.ROOM, room=ROOM)), keeper=Keeper(place=tmp_path / "notebook")
    )
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_notebook("heron over quiet walls")
        await until(pilot, lambda: isinstance(app.screen, TalkScreen), "the question")
        assert isinstance(app.screen, TalkScreen)
        await until(pilot, lambda: app.screen.query_one("#answer").has_focus, "the field")
        assert app.screen.field.password
        assert "not its passphrase" in app.notice
