"""Every screen in German, and in a language a third longer: nothing of ours is cut where it must be read.

What people wrote may be cut, with a sign, where a key shows all of it. Our own words fit by the layout:
they wrap, or fewer are said.
"""

import re
from collections.abc import Iterator

import pytest

from holdspace.client.language import choose
from holdspace.client.pseudo import PSEUDO
from holdspace.protocol.translation import ENGLISH, _, use
from said_by_others import words_of, written_by_people
from screen_states import STATES
from screen_stills import THEMES, stills

SMALL, USUAL = (40, 12), (80, 24)
# What was cut once, and what a meeting cannot do without.
EVERYDAY = (
    "03-lobby",
    "09-room-my-turn",
    "10-room-held",
    "15-facilitator-flag",
    "31-before-the-flow",
    "62-cards",
    "84-tryout-keys",
)
# They end so, in every language.
WAITING = ("Connecting to the relay …", "Connecting …", "sending …")
GAP = re.compile(r"\s{2,}|[│▌·⟦⟧“”]")


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    name: str = request.param
    if name in PSEUDO:
        use(PSEUDO[name])
    else:
        assert choose({"HOLDSPACE_LANGUAGE": name}) == name
    yield name
    use(ENGLISH)


def cut(still: str, known: str) -> set[str]:
    """Return what stands before a sign of cutting and no person or flow of the samples has written."""
    found: set[str] = set()
    for line in still.split("\n")[1:]:
        shown = line.partition("│")[2]
        for words in WAITING:
            shown = shown.replace(_(words), "")
        kept = [part.partition("…") for part in GAP.split(shown)]
        found |= {words for words, sign, _rest in kept if sign and words_of(words) not in known}
    return found


@pytest.mark.parametrize(
    "states",
    [
        pytest.param(EVERYDAY, id="a-few"),
        pytest.param([*STATES], id="every-state", marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("size", [SMALL, USUAL], ids=str)
@pytest.mark.parametrize("language", ["de", "qps"], indirect=True)
async def test_no_word_of_ours_is_cut(
    language: str, size: tuple[int, int], states: list[str]
) -> None:
    known = written_by_people()
    wrong: dict[str, set[str]] = {}
    async with stills(size) as camera:
        for name in states:
            found = cut(await camera.take(name, THEMES[0]), known) | camera.without_place()
            if found:
                wrong[name] = found
    assert wrong == {}


# Where somebody writes, and at the door.
WITH_HELP = ("03-lobby", "05-waiting-talk", "06-private", "06-room-writing", "34-gathering")


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=str)
@pytest.mark.parametrize("language", ["de", "qps"], indirect=True)
async def test_the_key_that_helps_stands_beside_the_one_for_hard_moments(
    language: str, size: tuple[int, int]
) -> None:
    async with stills(size) as camera:
        for name in WITH_HELP:
            keys = (await camera.take(name, THEMES[0])).rstrip().split("\n")
            line = next(row for row in reversed(keys) if "F2 " in row)
            # In forty columns Esc may stand there instead, which leads to it.
            assert "F1 " in line or (size == SMALL and "Esc " in line), (name, line)


def test_the_check_would_notice() -> None:
    known = "| eli | say the name you like |"
    assert cut("## x\nt│ Say the name…  Es geht um…   Eli", known) == {"Es geht um"}
    assert cut(f"## x\nt│ {_(WAITING[0])}", known) == set()
