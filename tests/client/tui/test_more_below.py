"""Whatever is read in pieces says in words that there is more, and reads on with the key it names."""

import pytest
from textual.pilot import Pilot

import screen_samples as sample
from holdspace.client.tui.app import Ending
from screen_player import screen_text, shown, until

SMALL = (40, 12)
MORE = "↓ more below: PgDn reads on"
# What opens each page from the room or the door, and the words at its end.
PAGES = {
    "help": (sample.ROOM, ("escape", "?"), "/exit"),
    "agreements": (sample.ROOM, ("escape", "e"), "other's word."),
    "agenda": (sample.ROOM, ("escape", "a"), "Closing"),
    "support": (sample.ROOM, ("f2",), "sessions."),
    "tryout": (sample.LOBBY, ("escape", "t"), "F12"),
    "waiting": (sample.WAITING, (), "happens now"),
}


async def _read_on(pilot: Pilot[Ending]) -> str:
    read = screen_text(pilot.app)
    for _page in range(60):
        if MORE not in screen_text(pilot.app):
            break
        await pilot.press("pagedown")
        read += screen_text(pilot.app)
    return read


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_says_that_there_is_more_until_it_is_read_to_its_end(name: str) -> None:
    view, keys, last = PAGES[name]
    async with shown(view, SMALL) as (pilot, _):
        await pilot.press(*keys)
        assert MORE in screen_text(pilot.app)
        assert last in await _read_on(pilot)
        assert MORE not in screen_text(pilot.app)
        await pilot.press("pageup")
        assert MORE in screen_text(pilot.app)


async def test_where_all_has_a_place_no_row_is_taken_for_it() -> None:
    async with shown(sample.ROOM, (80, 40)) as (pilot, _):
        await pilot.press("f2")
        assert "more below" not in screen_text(pilot.app)
        await pilot.resize_terminal(*SMALL)
        await pilot.pause()
        assert MORE in screen_text(pilot.app)
        await pilot.resize_terminal(80, 40)
        await pilot.pause()
        assert "more below" not in screen_text(pilot.app)


async def test_a_list_that_is_cut_says_so_and_never_hides_what_is_chosen() -> None:
    async with shown(sample.FACILITATOR, SMALL) as (pilot, _):
        await pilot.press("escape", "c")
        assert "↓ more below" in screen_text(pilot.app)
        for _person in sample.CIRCLE[1:]:
            await pilot.press("down")
            await until(pilot, lambda: "›" in screen_text(pilot.app), "the one who is chosen")
        assert "more below" not in screen_text(pilot.app)
