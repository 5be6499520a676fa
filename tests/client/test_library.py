"""What is shipped can be used as it is: every file reads, and the sessions take the time they say."""

import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from holdspace.client import language
from holdspace.client.library import (
    DataError,
    Library,
    NotInLibrary,
    crisis_warning,
    list_flows,
    read_agreements,
    read_flow,
)
from holdspace.protocol.meeting.flow import parse_flow, render

SHIPPED = Library()
KINDS = ("flows", "agreements", "techniques", "crisis", "cards", "phrases")
LANGUAGES = ("de", "en")
# What people read, by its key; everything else is the same in every language.
READ = {
    *("title", "purpose", "say", "prompt", "ask", "starters", "ready", "pass", "items", "limits"),
    *("question", "options", "low", "high", "phrases", "text", "opening", "stop_line", "begins"),
    *("answers", "template", "fit", "words", "steps", "unsaid"),
}
TOTALS = {"intro-60": {5: 54, 8: 57, 12: 61}, "intro-45": {5: 42, 8: 45, 12: 49}}
# M12: within ten per cent of what it says, for few, usual and many people.
MINUTES = {
    "intro-60": 60,
    "intro-45": 45,
    "weekly-60": 60,
    "skills-20": 20,
    "meet-15": 15,
    "listening-30": 30,
}
INTRODUCTION = [
    ("welcome", "listen"),
    ("agreements", "silent"),
    ("try-the-room", "open"),
    ("check-in", "gather"),
    ("who-we-are", "gather"),
    ("settle", "silent"),
    ("what-helps", "hands"),
    ("small-step", "silent"),
    ("closing-round", "round"),
    ("feedback", "silent"),
]


def test_every_shipped_file_is_of_a_known_kind_and_reads() -> None:
    readers: dict[str, Callable[[str], object]] = {
        "flows": lambda name: parse_flow(SHIPPED.text("flows", name)),
        "agreements": SHIPPED.agreements,
        "techniques": SHIPPED.technique,
        "crisis": SHIPPED.crisis_card,
        "cards": lambda name: SHIPPED.cards(name.removeprefix("facilitator.")),
        "phrases": lambda name: (
            SHIPPED.reasons(name.removeprefix("reasons."))
            if name.startswith("reasons.")
            else SHIPPED.phrases(name.removeprefix("facilitator."))
        ),
    }
    found = [
        file
        for kind in KINDS
        for file in files("holdspace.client.library").joinpath(kind).iterdir()
    ]
    names = [(kind, name) for kind in KINDS for name in SHIPPED.names(kind)]
    assert len(names) == len(found) >= 9
    for kind, name in names:
        assert readers[kind](name)


@pytest.mark.parametrize("name", TOTALS)
def test_the_introductory_session_takes_the_time_it_says(name: str) -> None:
    flow = parse_flow(read_flow(name))
    assert {people: flow.seconds(people) // 60 for people in TOTALS[name]} == TOTALS[name]
    assert [(stage.id, stage.turn) for stage in flow.stages] == INTRODUCTION


@pytest.mark.parametrize("name", SHIPPED.names("flows"))
def test_no_two_stages_of_a_flow_have_the_same_title(name: str) -> None:
    titles = [stage.title for stage in parse_flow(read_flow(name)).stages]
    assert len(set(titles)) == len(titles), titles


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_lengths_of_the_introduction_say_the_same(lang: str) -> None:
    long, short = (parse_flow(read_flow(f"{name}.{lang}")) for name in TOTALS)
    for one, other in zip(long.stages, short.stages, strict=True):
        assert (one.title, one.say, one.prompt, one.ask) == (
            other.title,
            other.say,
            other.prompt,
            other.ask,
        )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_people_read_is_longer_than_three_short_sentences(lang: str) -> None:
    for stage in parse_flow(read_flow(f"intro-60.{lang}")).stages:
        sentences = [part for part in stage.prompt.replace("?", ".").split(".") if part.strip()]
        assert stage.say
        assert 1 <= len(sentences) <= 3
        assert len(stage.prompt) <= 130 if lang == "en" else 150


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_session_recalls_exactly_the_agreements_of_the_door(lang: str) -> None:
    consent = parse_flow(read_flow(f"intro-60.{lang}")).stages[1].consent
    agreements = read_agreements(f"standard.{lang}")
    assert consent
    assert len(agreements.items) == 7
    assert (consent.items, consent.version) == (agreements.items, agreements.version)
    filled = tuple(render(item, {"limits": agreements.limits}) for item in consent.items)
    assert filled == agreements.lines
    assert not any("{" in line for line in agreements.lines)


def shape(value: object, *, is_read: bool = False) -> object:
    """Return a file without what people read: keys, numbers, names of things, and how many of each."""
    if isinstance(value, dict):
        return {name: shape(one, is_read=name in READ) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one, is_read=is_read) for one in value]
    if not isinstance(value, str):
        return value
    return (
        "words"
        if is_read
        else value.replace(".de.", ".en.").replace("de", "en", int(value == "de"))
    )


def sentences(value: object, *, is_read: bool = False) -> Iterator[str]:
    """Yield what people read in a file, but for single words."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from sentences(one, is_read=name in READ)
    elif isinstance(value, list):
        for one in value:
            yield from sentences(one, is_read=is_read)
    elif isinstance(value, str) and is_read and " " in value:
        yield value


def in_both_languages() -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        for name in SHIPPED.names(kind):
            if name == "de" or name.endswith(".de"):
                yield kind, name.removesuffix("de") + "en"


@pytest.mark.parametrize(("kind", "name"), tuple(in_both_languages()))
def test_every_language_has_the_same_of_everything(kind: str, name: str) -> None:
    english = tomllib.loads(SHIPPED.text(kind, name))
    german = tomllib.loads(SHIPPED.text(kind, name.removesuffix("en") + "de"))
    assert shape(german) == shape(english)
    assert not {*sentences(german)} & {*sentences(english)}, "not translated"


def test_what_is_there_in_no_other_language_is_there_in_english() -> None:
    assert SHIPPED.cards("xx") == SHIPPED.cards("en") != SHIPPED.cards("de")
    assert SHIPPED.technique("breath-4-6", "xx") == SHIPPED.technique("breath-4-6", "en")


def test_everything_a_flow_names_is_there() -> None:
    for name in list_flows():
        flow = parse_flow(read_flow(name))
        SHIPPED.flow_file(flow.policy.agreement)
        SHIPPED.flow_file(flow.policy.crisis.replace("{locale}", flow.lang))
        for stage in flow.stages:
            if stage.pairs:
                SHIPPED.technique(stage.pairs.exercise, flow.lang)
            if stage.technique:
                SHIPPED.flow_file(stage.technique.ref)
                for other in {*stage.technique.alternatives} - {"rest"}:
                    SHIPPED.technique(other, flow.lang)


@pytest.mark.parametrize(
    "name", ["breath-4-6", "ground-54321", "soften-8", "write-back", "rehearse"]
)
def test_every_technique_says_first_that_nothing_has_to_happen(name: str) -> None:
    card = SHIPPED.technique(name)
    assert card.opening == "Stop or switch whenever you like. Nothing has to happen."
    assert card.stop_line
    assert "rest" in card.alternatives


def test_breathing_is_six_breaths_a_minute_for_three_minutes() -> None:
    steps = SHIPPED.technique("breath-4-6").unrolled
    assert len(steps) == 1 + 2 * 18 + 1
    assert [step.seconds for step in steps[1:5]] == [4, 6, 4, 6]
    assert sum(step.seconds for step in steps[1:-1]) == 180


def test_the_crisis_card_ships_without_a_single_number() -> None:
    """A15: numbers are the host's to find and check; an invented one could cost a life."""
    card = SHIPPED.crisis_card("en")
    assert not card.is_filled_in
    assert "not filled in" in crisis_warning(card, date(2026, 11, 23))
    facts = [line for line in SHIPPED.text("crisis", "en").splitlines() if not line.startswith("#")]
    assert not any(character.isdigit() for character in "".join(facts).replace("format = 1", ""))


FILLED_IN = """
format = 1
lang = "en"
emergency = "the number of your country"
lines = [{ name = "A helpline", how = "call", hours = "always" }]
checked_on = 2026-05-01
"""


@pytest.mark.parametrize("name", MINUTES)
def test_every_shipped_flow_fits_the_time_it_says(name: str) -> None:
    flow = parse_flow(read_flow(name))
    assert flow.minutes == MINUTES[name]
    assert list_flows() == tuple(sorted(f"{one}.{lang}" for one in MINUTES for lang in LANGUAGES))
    for people in flow.usual_sizes:
        minutes = flow.seconds(people) / 60
        # Fewer people may be done sooner; more must not run over.
        assert minutes <= flow.minutes * 1.1, people
    assert flow.seconds(flow.usual_sizes[len(flow.usual_sizes) // 2]) / 60 >= flow.minutes * 0.9


@pytest.mark.parametrize("name", MINUTES)
def test_nobody_is_asked_to_share_before_the_agreements_or_to_end_without_a_closing(
    name: str,
) -> None:
    stages = parse_flow(read_flow(name)).stages
    kinds = [stage.kind for stage in stages]
    sharing = [at for at, stage in enumerate(stages) if stage.kind in {"round", "discussion"}]
    assert kinds.index("agreement") < min(sharing, default=len(kinds))
    assert "closing" in kinds[-2:]


def test_a_host_is_told_when_the_card_grows_old(tmp_path: Path) -> None:
    (tmp_path / "crisis").mkdir()
    (tmp_path / "crisis" / "en.toml").write_text(FILLED_IN)
    card = Library(tmp_path).crisis_card("en")
    assert crisis_warning(card, date(2026, 10, 28)) == ""
    assert "last checked on 2026-05-01" in crisis_warning(card, date(2026, 10, 29))


def test_a_hosts_own_file_stands_in_for_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    own = read_flow().replace("Introductory session", "Our first evening")
    for name in ("intro-60.en", "ours.en"):
        (tmp_path / "flows" / f"{name}.toml").write_text(own)
    assert list_flows(tmp_path) == tuple(sorted((*list_flows(), "ours.en")))
    assert parse_flow(read_flow("intro-60.en", tmp_path)).title == "Our first evening"
    assert (
        parse_flow(read_flow(str(tmp_path / "flows" / "ours.en.toml"))).title == "Our first evening"
    )
    assert read_agreements(own=tmp_path) == read_agreements()


@pytest.mark.parametrize(
    "name",
    ["nothing", "../agreements/standard.en", "..", ".", "/etc/hostname", "a/b", "intro-60\n", ""],
)
def test_a_name_means_a_file_of_the_library_or_nothing(name: str) -> None:
    with pytest.raises(
        NotInLibrary, match=r"there are: intro-45\.de, intro-45\.en, intro-60\.de, intro-60\.en, "
    ):
        SHIPPED.text("flows", name)


@pytest.mark.parametrize("path", ["../secrets/x", "/x", "", "agreements/../../x", "a.b/c"])
def test_a_flow_cannot_name_a_file_outside(path: str) -> None:
    with pytest.raises(NotInLibrary):
        SHIPPED.flow_file(path)


BROKEN_FILES = {
    "agreements/a.toml": (
        "format = 1\nlang = 'en'\ntitle = 'A'\nversion = 1\nitem = []",
        5,
        "items",
    ),
    "techniques/a.toml": ("format = 2", 1, "whole number from 1 to 1"),
    "crisis/a.toml": ("format = 1\nlang = 'en'\nemergency = 5\nlines = []", 3, "text in quotes"),
}


@pytest.mark.parametrize("path", BROKEN_FILES)
def test_a_broken_file_of_a_host_is_told_line_by_line(path: str, tmp_path: Path) -> None:
    text, line, words = BROKEN_FILES[path]
    (tmp_path / path).parent.mkdir()
    (tmp_path / path).write_text(text)
    library = Library(tmp_path)
    read: dict[str, Callable[[str], object]] = {
        "agreements": library.agreements,
        "techniques": library.technique,
        "crisis": library.crisis_card,
    }
    with pytest.raises(DataError) as raised:
        read[Path(path).parent.name]("a")
    assert any(p.line == line and words in p.sentence for p in raised.value.problems)


def test_a_mistake_in_a_file_of_ones_own_leaves_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "techniques" / "breath-4-6.en.toml"
    own.parent.mkdir()
    own.write_text("format = 2")
    library = Library(tmp_path)
    assert library.technique("breath-4-6") == SHIPPED.technique("breath-4-6")
    [(name, problems)] = library.own_files()
    assert name == "techniques/breath-4-6.en.toml"
    assert problems


def test_ones_own_folder_is_that_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "holdspace" / "flows" / "ours.en.toml"
    own.parent.mkdir(parents=True)
    own.write_text(read_flow())
    assert "ours.en" in list_flows()
    assert parse_flow(read_flow("ours")).title == "Introductory session"


def test_a_file_that_is_no_text_says_on_which_line(tmp_path: Path) -> None:
    (tmp_path / "flow.toml").write_bytes(b"format = 1\ntitle = '\xff'\n")
    with pytest.raises(DataError, match="Line 2: The file is not UTF-8 text"):
        read_flow(str(tmp_path / "flow.toml"))


def test_a_flow_that_is_not_there_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(NotInLibrary, match=r"^mine\.toml cannot be opened: No such file"):
        read_flow(str(tmp_path / "mine.toml"))


def test_a_shipped_flow_is_found_by_its_short_name() -> None:
    assert read_flow("intro-60") == read_flow("intro-60.en") == read_flow()


def test_a_name_longer_than_any_file_is_not_in_the_library() -> None:
    # A flow of somebody else's names its exercises; the system would refuse to look for this one.
    with pytest.raises(NotInLibrary):
        Library().technique("x" * 600)


@pytest.fixture
def german() -> Iterator[None]:
    language.choose({"HOLDSPACE_LANGUAGE": "de"})
    yield
    language.choose({"HOLDSPACE_LANGUAGE": "en"})


def test_who_speaks_german_is_offered_german_flows_and_cards(german: None, tmp_path: Path) -> None:
    """And everything there is only in English, or asked for by its whole name, is there as well."""
    library = Library(tmp_path)
    assert parse_flow(read_flow(own=tmp_path)).lang == "de"
    assert parse_flow(read_flow("weekly-60.en", tmp_path)).lang == "en"
    assert library.cards()[0].title == "Stille"
    assert library.cards("en")[0].title != "Stille"
    assert library.agreements().title == "Was wir vereinbaren"
    assert library.technique("breath-4-6").lang == "de"
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "ours.en.toml").write_text(read_flow("intro-60.en"))
    assert parse_flow(read_flow("ours", tmp_path)).lang == "en"


def test_a_language_without_cards_of_its_own_takes_those_of_the_reader(german: None) -> None:
    assert Library().cards("fr")[0].title == "Stille"
