"""The screen in other languages: nothing of ours stays behind in English, and every row keeps its place."""

import unicodedata
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

import screen_samples
from holdspace.client.pseudo import PSEUDO
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import ENGLISH, use
from said_by_others import english_runs, written_by_others
from screen_player import screen_text, shown
from screen_states import LARGE, STATES
from screen_stills import THEMES, stills

SIZE = (80, 24)
# Each screen once every day, and what has broken before; every state where there is time.
EVERYDAY = {*LARGE, "09-room-my-turn", "13-room-caught-up", "25-hands", "34-gathering", "60-apart"}


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    name: str = request.param
    use(PSEUDO[name])
    yield name
    use(ENGLISH)


def left_in_english(still: str, known: str) -> set[str]:
    """Return the runs of words without accents that nobody but us can have written."""
    rows = (row.partition("│")[2] for row in still.split("\n")[1:])
    return {run for row in rows for run in english_runs(row, known)}


@pytest.mark.parametrize(
    "states",
    [
        pytest.param([name for name in STATES if name in EVERYDAY], id="each-screen"),
        pytest.param([*STATES], id="every-state", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("language", ["qps"], indirect=True)
async def test_every_sentence_of_the_screen_is_in_a_catalogue(
    language: str, states: list[str]
) -> None:
    known = written_by_others()
    left: dict[str, set[str]] = {}
    async with stills(SIZE) as app:
        for name in states:
            found = left_in_english(await app.take(name, THEMES[0]), known)
            if found:
                left[name] = found
    assert left == {}


@pytest.mark.parametrize("language", ["qps"], indirect=True)
async def test_the_headings_of_the_run_sheet_are_in_a_catalogue(language: str) -> None:
    """One word beside what others wrote is no run of words, so the check above passes it over."""
    async with stills((120, 36)) as app:
        still = await app.take("16-sheet", THEMES[0])
    # A heading stands alone in its row, at the right of a list.
    last = {row.split("   ")[-1].strip() for row in still.split("\n")}
    assert "Introductions" in last
    assert not {"Say", "Next"} & last


def test_the_check_would_notice() -> None:
    assert left_in_english("## x\nt│ ⟦áƀ⟧  Nobody marked this  Eli", "| eli |") == {
        "nobody marked this"
    }
    assert left_in_english("## x\nt│ /hold ⟦áƀ⟧ Ctrl+J", "| |") == set()


def is_right_to_left(text: str) -> bool:
    """Return whether a text has letters of a script that runs from right to left."""
    return any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)


@pytest.mark.parametrize("size", [SIZE, (40, 12)])
async def test_rows_in_hebrew_letters_stand_where_english_ones_do(size: tuple[int, int]) -> None:
    """One letter of ours for one of theirs: so the terminal gets the same cells in the same order."""
    english = await picture(screen_samples.ROOM, size)
    use(PSEUDO["qpr"])
    try:
        hebrew = await picture(screen_samples.ROOM, size)
    finally:
        use(ENGLISH)
    assert any(map(is_right_to_left, hebrew))
    assert [cell_len(row) <= size[0] for row in hebrew] == [True] * len(hebrew)
    for row, same in zip(hebrew, english, strict=True):
        # What people wrote stands in the columns in which it stood.
        for name in ("Chi", "Ben", "weather, as if it happened"):
            assert row.find(name) == same.find(name), row
        assert not any(unicodedata.bidirectional(letter) in ISOLATES for letter in row)


ISOLATES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


async def picture(view: RoomView, size: tuple[int, int]) -> list[str]:
    """Return the rows of the screen."""
    async with shown(view, size) as (pilot, _player):
        await pilot.pause()
        return screen_text(pilot.app).split("\n")


async def test_the_cursor_stands_behind_what_is_typed_from_right_to_left() -> None:
    async with shown(screen_samples.MY_TURN, SIZE) as (pilot, _player):
        before = pilot.app.cursor_position
        for letter in "שלום":
            await pilot.press(letter)
        await pilot.pause()
        after = pilot.app.cursor_position
        assert (after.x - before.x, after.y) == (4, before.y)
        assert "שלום" in screen_text(pilot.app)
