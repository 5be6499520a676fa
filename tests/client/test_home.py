"""The first page: `holdspace` and nothing else."""

import os
import sys
from pathlib import Path

import pexpect
import pytest

from holdspace.client import cli, home
from holdspace.client.tui.home import HomeApp
from screen_player import screen_text, until

WAYS = (
    home.Way("Tuesday circle, which you lead", "It meets on Tuesday, 18:00.", ("open", "1")),
    *home.ways(()),
)


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36)])
async def test_every_way_can_be_seen_and_begun_by_its_number(size: tuple[int, int]) -> None:
    app = HomeApp(WAYS)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "Tuesday circle, which you lead" in screen_text(app)
        assert "It meets on Tuesday, 18:00." in screen_text(app)
        assert "F2 need help now" in screen_text(app)
        await pilot.press("3")
        await until(pilot, lambda: app.chosen is not None, "the way")
    assert app.chosen is not None
    assert app.chosen.command == ("host",)


async def test_the_arrows_choose_and_enter_begins() -> None:
    app = HomeApp(WAYS)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.chosen is not None, "the way")
    assert app.chosen is not None
    assert app.chosen.command == ("join",)


async def test_leaving_begins_nothing() -> None:
    app = HomeApp(WAYS, home.NO_ROOMS)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert home.NO_ROOMS[:40] in screen_text(app)
        await pilot.press("q")
        await until(pilot, lambda: app.return_value is not None, "the end")
    assert app.chosen is None


def test_a_closed_notebook_is_not_taken_for_an_empty_one() -> None:
    assert home.lead((), is_closed=True) == home.OTHER_DEVICES
    assert home.lead((), is_closed=False) == home.NO_ROOMS


def test_every_way_is_a_command_that_could_have_been_typed() -> None:
    for way in home.ways(()):
        words = list(way.command)
        assert callable(cli._parser(words).parse_args(words).run)


def test_holdspace_alone_begins_in_plain_lines_where_the_terminal_is_a_plain_one(
    tmp_path: Path,
) -> None:
    places = {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    with pexpect.spawn(
        sys.executable,
        ["-P", "-m", "holdspace.client.cli"],
        env={**os.environ, **places, "TERM": "dumb"},
        encoding="utf-8",
        timeout=60,
    ) as person:
        person.expect_exact("1. Come to a meeting with a code.")
        person.expect_exact("Type a number, or just press enter to stop:")
        person.sendline("99")
        person.expect_exact("There is no such number; there are 1 to 7.")
        person.sendline("5")
        person.expect_exact("in danger now")
        person.expect(pexpect.EOF)
    assert person.exitstatus == 0
