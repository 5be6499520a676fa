"""Practising alone on the screen, and the dots of who wants gentle motion (D5, M15)."""

from holdspace.client import pacing
from holdspace.client.settings import Settings
from holdspace.client.tui.app import Ending
from holdspace.client.tui.screens.practice import PracticeScreen
from holdspace.client.tui.solo import SoloApp
from screen_player import screen_text, until


async def test_an_exercise_is_chosen_and_left_without_any_room() -> None:
    app = SoloApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "there is no connection at all" in screen_text(app)
        await pilot.press("down", "down", "down", "enter")
        assert "Five things you can see" in screen_text(app)
        await pilot.press("f2")
        assert "in danger now" in screen_text(app)
        await pilot.press("escape", "escape")
        assert "A kind line" in screen_text(app)
        await pilot.press("q")
        await until(pilot, lambda: app.return_value is Ending.FINISHED, "the end")


async def test_one_begins_at_once_by_name_and_its_form_stays_on_the_screen() -> None:
    app = SoloApp("plan")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, PracticeScreen), "the exercise")
        assert "Which task?" in screen_text(app)
        await pilot.press("c")
        assert "Comfortable minutes today:" in screen_text(app)


async def test_nothing_moves_unless_somebody_wants_it() -> None:
    for motion in ("none", "gentle"):
        app = SoloApp("breath", settings=Settings(motion=motion))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda app=app: isinstance(app.screen, PracticeScreen), "it")  # type: ignore[misc]
            assert ("○" in screen_text(app)) == (motion == "gentle")


def test_a_dot_for_each_second_and_none_for_a_line_that_waits() -> None:
    breath = pacing.begin("breath", 0.0)
    assert pacing.dots(breath, 0.0) == " ".join("○" * 10)
    assert pacing.dots(breath, 3.2) == " ".join("●●●○○○○○○○")
    assert pacing.dots(breath, 99.0) == " ".join("●" * 10)
    assert pacing.dots(pacing.begin("senses", 0.0), 5.0) == ""
