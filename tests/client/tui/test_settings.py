"""Settings on the screen, comfort at the door, and trying the keys: at once, and nothing is sent."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

import screen_samples as sample
from holdspace.client.act_kinds import use_keys
from holdspace.client.acts import ACTS, BY_ID, Spot
from holdspace.client.care import soft_time
from holdspace.client.home import ways
from holdspace.client.seat.view import DoorLine
from holdspace.client.setting_rows import COMFORT
from holdspace.client.settings import Settings, find_settings
from holdspace.client.settings_book import NAMES, SettingsBook, open_book
from holdspace.client.tryout import STEPS
from holdspace.client.tui.app import Ending, HoldspaceApp
from holdspace.client.tui.home import HomeApp
from holdspace.client.tui.screens.base import HoldScreen
from holdspace.client.tui.screens.door_talk import DoorTalkScreen
from holdspace.client.tui.screens.home import HomeScreen
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.client.tui.screens.settings import SettingsScreen
from holdspace.client.tui.screens.tryout import TryoutScreen
from holdspace.client.tui.settings import SettingsApp
from holdspace.client.tui.theme import theme_name
from hostile_text import HOSTILE, is_forbidden
from screen_player import Player, screen_text, shown, until

SIZES = ((40, 12), (80, 24), (120, 36))


@pytest.fixture(autouse=True)
def as_usual() -> Iterator[None]:
    """Leave no key and no clock behind for other tests."""
    yield
    use_keys({})
    soft_time.use_quiet_clock(is_quiet=False)


def words(pilot: Pilot[Ending]) -> str:
    """Return what the screen says, without its line breaks."""
    return " ".join(screen_text(pilot.app).split())


def is_there(book: SettingsBook) -> bool:
    """Return whether anything was written."""
    return book.file is not None and book.file.exists()


def assert_harmless(pilot: Pilot[Ending]) -> None:
    """Fail when a line holds what a terminal might obey."""
    for strip in pilot.app.screen._compositor.render_strips():
        assert is_forbidden("".join(segment.text for segment in strip)) == ""


def settings(pilot: Pilot[Ending]) -> Settings:
    """Return what counts now."""
    assert isinstance(pilot.app, HoldspaceApp)
    return pilot.app.book.settings


def choose(name: str, among: tuple[str, ...] = NAMES) -> tuple[str, ...]:
    """Return the keys that go to a setting from the first one."""
    order = [one for one in NAMES if one in among]
    return ("down",) * order.index(name)


class TestSettings:
    @pytest.mark.parametrize("size", SIZES)
    async def test_every_setting_shows_what_it_is_for_and_its_choices(
        self, size: tuple[int, int]
    ) -> None:
        async with shown(sample.ROOM, size) as (pilot, player):
            await pilot.press("escape", "$")
            assert isinstance(pilot.app.screen, SettingsScreen)
            for one in pilot.app.screen.rows:
                assert pilot.app.screen.chosen.name == one.name
                read = words(pilot)
                for _page in range(3 if size == SIZES[0] else 1):
                    await pilot.press("pagedown")
                    read += f" {words(pilot)}"
                assert one.title in read
                assert one.why.split()[-1] in read
                missing = [
                    choice.words
                    for choice in one.choices
                    if choice.words.partition(",")[0] not in read
                ]
                assert missing == [], read
                await pilot.press("down")
            assert player.wanted == []

    async def test_a_change_is_seen_at_once_and_can_be_put_back(self) -> None:
        async with shown(sample.ROOM) as (pilot, _):
            await pilot.press("escape", "$", "enter")
            assert pilot.app.theme == theme_name("paper")
            await pilot.press("3")
            assert pilot.app.theme == theme_name("contrast")
            await pilot.press("left")
            assert pilot.app.theme == theme_name("paper")
            await pilot.press("0")
            assert pilot.app.theme == theme_name("calm")
            await pilot.press("2", "down", "2", "u")
            assert pilot.app.theme == theme_name("calm")
            assert settings(pilot) == Settings()
            assert "Everything is as it was" in words(pilot)
            await pilot.press("escape")
            assert isinstance(pilot.app.screen, RoomScreen)

    async def test_the_keys_of_a_hand_work_at_once_in_the_room_below(self) -> None:
        async with shown(sample.ROOM) as (pilot, player):
            await pilot.press("escape", "$", *choose("hand"), "2", "escape")
            assert BY_ID["raise"].key == "g"
            await pilot.press("escape", "g")
            await until(pilot, lambda: len(player.wanted) == 1, "the hand")
            await pilot.press("$", *choose("hand"), "0", "escape", "h")
            await until(pilot, lambda: len(player.wanted) == 2, "the other hand")
            assert [type(one).__name__ for one in player.wanted] == ["Raise", "Raise"]

    async def test_people_and_the_title_follow_at_once(self) -> None:
        async with shown(sample.ROOM, (120, 36)) as (pilot, _):
            await pilot.press("escape", "$", *choose("people"), "2", *("up",), "escape")
            assert isinstance(pilot.app, HoldspaceApp)
            assert pilot.app.has_circle is False

    async def test_what_is_typed_is_asked_for_and_a_mistake_changes_nothing(self) -> None:
        async with shown(sample.ROOM) as (pilot, _):
            await pilot.press("escape", "$", *choose("locale"), "enter")
            await pilot.press(*"../etc", "enter")
            assert "must be a place like en-GB" in words(pilot)
            await pilot.press("enter", *"de-AT", "enter")
            assert settings(pilot).locale == "de-AT"

    async def test_a_key_is_typed_and_works_at_once(self) -> None:
        async with shown(sample.ROOM) as (pilot, player):
            await pilot.press("escape", "$", *choose("keys"), "enter", *"raise f5", "enter")
            assert "/raise: f5" in words(pilot)
            await pilot.press("escape", "escape", "f5")
            assert [type(one).__name__ for one in player.wanted] == ["Raise"]

    async def test_it_is_written_down_and_what_is_wrong_there_is_said(self, tmp_path: Path) -> None:
        place = {"XDG_CONFIG_HOME": str(tmp_path)}
        (tmp_path / "holdspace").mkdir()
        file = tmp_path / "holdspace" / "settings.toml"
        file.write_text('theme = "pink"\n')
        app = HoldspaceApp(Player(sample.ROOM), book=open_book(place), clock=lambda: sample.NOW)
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press("escape", "$")
            assert "theme must be one of" in words(pilot)
            await pilot.press("2")
            assert "It is written down for every meeting." in words(pilot)
            assert "theme must be one of" not in words(pilot)
        assert find_settings(place).settings.theme == "paper"

    @pytest.mark.parametrize("line", ["/settings bell no", "/set bell 2"])
    async def test_it_can_be_typed_in_the_room(self, line: str) -> None:
        async with shown(sample.ROOM) as (pilot, player):
            await pilot.press(*line, "enter")
            assert settings(pilot).bell is False
            assert "Bell: no." in words(pilot)
            await pilot.press(*"/settings loudness", "enter")
            assert "There is no setting of that name." in words(pilot)
            await pilot.press(*"/settings hand", "enter")
            assert isinstance(pilot.app.screen, SettingsScreen)
            assert pilot.app.screen.chosen.name == "hand"
            assert player.wanted == []

    async def test_without_colours_the_theme_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        async with shown(sample.ROOM) as (pilot, _):
            await pilot.press("escape", "$", "2")
            assert settings(pilot).theme == "paper"
            assert pilot.app.theme == theme_name("terminal")

    @pytest.mark.parametrize("evil", HOSTILE[::4])
    async def test_nothing_hostile_in_a_file_reaches_a_line(
        self, evil: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "settings.toml"
        text = f'"{evil}" = 1\nlocale = "{evil}"\n'
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        book = SettingsBook(Settings(), file)
        async with shown(sample.ROOM, (100, 30), book=book) as (pilot, _):
            await pilot.press("escape", "$", *choose("locale"), "0")
            assert_harmless(pilot)

    async def test_it_opens_over_the_first_page_too(self) -> None:
        app = HomeApp(ways(()))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("$", "2", "escape")
            assert app.theme == theme_name("paper")
            await until(pilot, lambda: isinstance(app.screen, HomeScreen), "the first page")

    async def test_alone_it_ends_with_one_key(self) -> None:
        app = SettingsApp(SettingsBook())
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("2")
            assert app.book.settings.theme == "paper"
            await pilot.press("escape")
            await until(pilot, lambda: app.return_value is Ending.FINISHED, "the end")


class TestComfort:
    async def test_it_is_for_this_time_unless_somebody_remembers_it(self, tmp_path: Path) -> None:
        book = open_book({"XDG_CONFIG_HOME": str(tmp_path)})
        async with shown(sample.WAITING, book=book) as (pilot, player):
            await pilot.press("c", "2", *choose("bell", COMFORT), "2")
            assert settings(pilot) == Settings(theme="paper", bell=False)
            assert "is not written down" in words(pilot)
            assert not is_there(book)
            await pilot.press("r")
            assert "Remembered:" in words(pilot)
            assert player.wanted == []
        text = (tmp_path / "holdspace" / "settings.toml").read_text()
        assert sorted(text.splitlines()) == ["bell = false", 'theme = "paper"']

    async def test_when_the_door_opens_no_number_goes_to_the_room_unawares(self) -> None:
        async with shown(sample.WAITING) as (pilot, player):
            await pilot.press("c", *choose("bell", COMFORT))
            player.become(sample.ROOM)
            await until(pilot, lambda: "You are let in" in words(pilot), "the news")
            await pilot.press("2")
            assert settings(pilot).bell is False
            await pilot.press("u")
            assert settings(pilot).bell is True
            await pilot.press("escape")
            assert isinstance(pilot.app.screen, RoomScreen)
            assert pilot.app.screen.composer.text == ""
            assert player.wanted == []

    async def test_plain_lines_take_over_when_the_page_is_left(self) -> None:
        async with shown(sample.WAITING) as (pilot, player):
            await pilot.press("c", *choose("plain", COMFORT), "enter")
            assert "They begin as soon as you leave this page." in words(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.return_value is Ending.PLAIN, "the end")
            assert player.wanted == []

    async def test_plain_lines_wait_while_a_word_is_being_written_at_the_door(self) -> None:
        talking = replace(sample.WAITING, door_thread=(DoorLine("Hello?", sample.NOW),))
        async with shown(sample.WAITING) as (pilot, player):
            await pilot.press("c", *choose("plain", COMFORT), "enter")
            player.become(talking)
            await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the word")
            assert pilot.app.is_running

    async def test_before_knocking_it_opens_from_the_form_and_the_name_stays(self) -> None:
        async with shown(sample.LOBBY) as (pilot, player):
            await pilot.press(*"Sam", "tab", "tab", "tab", "tab", "tab", "enter")
            assert "Make it comfortable" in words(pilot)
            await pilot.press("escape", "tab", "enter")
            assert isinstance(pilot.app.screen, TryoutScreen)
            await pilot.press("escape", "q")
            assert "Sam" in words(pilot)
            assert player.wanted == []

    async def test_in_the_smallest_window_its_keys_are_in_the_help(self) -> None:
        async with shown(sample.LOBBY, (40, 12)) as (pilot, _):
            await pilot.press("f1")
            assert "/comfort" in words(pilot)
            await pilot.press("escape", "escape", "c")
            assert "Make it comfortable" in words(pilot)


@asynccontextmanager
async def trying(size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Pilot[Ending], Player]]:
    """Try the keys while waiting at the door."""
    async with shown(sample.WAITING, size) as (pilot, player):
        await pilot.press("t")
        assert isinstance(pilot.app.screen, TryoutScreen)
        yield pilot, player


class TestTryout:
    async def test_each_step_says_what_it_would_do_and_nothing_is_sent(self) -> None:
        async with trying((120, 36)) as (pilot, player):
            await pilot.press(*"My back.", "enter")
            assert "everybody would read this: “My back.”" in words(pilot)
            await pilot.press("escape")
            for name in STEPS.keys() - {"say"}:
                await pilot.press(BY_ID[name].key)
                assert f"{STEPS[name][1][:30]}" in words(pilot)
            await pilot.press("r")
            assert words(pilot).count("tried") == len(STEPS)
            assert player.wanted == []

    async def test_every_key_of_the_room_is_told_and_none_does_anything(self) -> None:
        async with trying() as (pilot, player):
            await pilot.press("escape")
            for key in sorted({act.key for act in ACTS if act.spot is Spot.ROOM}):
                if len(key) == 1:
                    await pilot.press(key)
                    assert isinstance(pilot.app.screen, TryoutScreen), key
            assert player.wanted == []

    async def test_pressed_again_a_key_takes_it_back_as_in_the_room(self) -> None:
        async with trying((120, 36)) as (pilot, _):
            await pilot.press("escape", "N", "N")
            assert BY_ID["ok"].sentence.split(".")[0] in words(pilot)

    async def test_somebody_s_own_keys_are_tried(self) -> None:
        async with shown(sample.WAITING) as (pilot, _):
            assert isinstance(pilot.app, HoldspaceApp)
            pilot.app.book.choose("hand", "left")
            await pilot.press("t", "escape", "g")
            assert "your hand would be up" in words(pilot)

    async def test_the_way_out_and_help_are_real(self) -> None:
        async with trying() as (pilot, _):
            await pilot.press("f2")
            assert "in danger now" in words(pilot)
            await pilot.press("escape", "f1")
            assert "Here nothing is sent." in words(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, TryoutScreen), "the trial")
            await pilot.press("f12")
            await until(pilot, lambda: pilot.app.return_value is Ending.VANISHED, "the end")

    async def test_two_escapes_show_the_dots_and_a_third_is_real(self) -> None:
        async with trying() as (pilot, _):
            await pilot.press("escape", "escape")
            assert "Esc once more closes the screen at once" in words(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.return_value is Ending.VANISHED, "the end")

    async def test_when_the_door_opens_no_letter_goes_to_the_room_unawares(self) -> None:
        async with trying() as (pilot, player):
            await pilot.press(*"I am only try")
            player.become(sample.ROOM)
            await until(pilot, lambda: "You are let in." in words(pilot), "the news")
            await pilot.press(*"ing", "enter")
            assert "I am only trying" in words(pilot)
            assert player.wanted == []
            await pilot.press("escape", "q")
            await until(pilot, lambda: isinstance(pilot.app.screen, RoomScreen), "the room")
            assert isinstance(pilot.app.screen, RoomScreen)
            assert pilot.app.screen.composer.text == ""

    async def test_a_word_at_the_door_waits_until_the_trial_is_over(self) -> None:
        async with trying() as (pilot, player):
            player.become(replace(sample.WAITING, door_thread=(DoorLine("Hello?", sample.NOW),)))
            await until(pilot, lambda: "Something has changed at the door" in words(pilot), "news")
            assert isinstance(pilot.app.screen, TryoutScreen)
            await pilot.press("escape", "q")
            await until(pilot, lambda: isinstance(pilot.app.screen, DoorTalkScreen), "the word")

    async def test_nothing_hostile_in_the_field_reaches_a_line(self) -> None:
        async with trying((100, 30)) as (pilot, _):
            for evil in HOSTILE:
                assert isinstance(pilot.app.screen, TryoutScreen)
                pilot.app.screen.composer.write(evil)
                await pilot.press("enter")
                assert_harmless(pilot)

    async def test_the_cursor_is_where_the_focus_is(self) -> None:
        async with trying() as (pilot, _):
            assert isinstance(pilot.app.screen, HoldScreen)
            in_the_field = pilot.app.cursor_position
            await pilot.press("escape")
            await pilot.pause()
            assert pilot.app.cursor_position != in_the_field
