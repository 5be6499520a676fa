"""What must not come out of the screen: crash reports with locals, devtools, unsafe environments."""

import pytest
from textual.pilot import Pilot

import screen_samples as sample
from holdspace.client.tui.app import Ending, HoldspaceApp
from holdspace.client.tui.crash import crash_words, incident_id
from holdspace.client.tui.environment import SWITCHES, UnsafeEnvironmentError, check_environment
from screen_player import shown, until

SECRET = "canary-words-of-the-circle"


class ReadsOutLoud(Exception):
    """An error that would render itself with everything it knows."""

    def __rich__(self) -> str:
        """Return what must never be printed."""
        return SECRET


@pytest.mark.parametrize("error", [ValueError(SECRET), ReadsOutLoud(SECRET)])
async def test_a_crash_says_its_kind_and_a_number_and_nothing_else(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        local = SECRET
        del local
        raise error

    with pytest.raises(type(error)):
        async with shown(sample.ROOM) as (pilot, _):
            await crash(pilot, fail)
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert SECRET not in said
    assert "Fibromyalgia" not in said
    assert type(error).__name__ in said
    assert "incident" in said


async def crash(pilot: Pilot[Ending], fail: object) -> None:
    """Make the app fail inside a handler, as a mistake of ours would."""
    assert callable(fail)
    pilot.app.call_later(fail)
    await until(pilot, lambda: not pilot.app.is_running, "the crash")


def test_the_crash_sentence_says_what_is_safe_and_what_to_do() -> None:
    words = crash_words(KeyError(SECRET), incident_id())
    assert SECRET not in words
    assert "KeyError" in words
    assert "--plain" in words
    assert "Traceback" not in words


@pytest.mark.parametrize("features", ["devtools", "debug", "debug,devtools", " DevTools "])
def test_devtools_and_debug_refuse_to_start(features: str) -> None:
    with pytest.raises(UnsafeEnvironmentError, match="TEXTUAL is set"):
        check_environment({"TEXTUAL": features})


@pytest.mark.parametrize("name", SWITCHES)
def test_switches_that_watch_or_press_refuse_to_start(name: str) -> None:
    with pytest.raises(UnsafeEnvironmentError, match="Nothing was opened"):
        check_environment({name: "1"})


def test_an_ordinary_environment_is_fine() -> None:
    check_environment(
        {"TEXTUAL": "", "TEXTUAL_DEBUG": "0", "TEXTUAL_ANIMATIONS": "none", "TERM": "xterm"}
    )


def test_the_app_itself_refuses_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL", "devtools")
    with pytest.raises(UnsafeEnvironmentError):
        HoldspaceApp(object())  # type: ignore[arg-type]
