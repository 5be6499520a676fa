"""The people of the demo say nothing a support group would have to take back."""

import re

import pytest

from holdspace.client.demo.cast import ANY, ARRIVING, Cast, Character, load_cast, slug
from holdspace.client.exercises import card_of
from holdspace.client.language import LANGUAGES, choose
from holdspace.client.library import DEFAULT_FLOW, read_flow
from holdspace.protocol.meeting.flow import Stage, parse_flow

# Names of substances, classes of them, and amounts: none of it belongs into a demo.
MEDICINE = re.compile(
    r"\b(\d+\s*(mg|ml|mcg|milligrams?)|dos(e|es|age)|pills?|tablets?|capsules?|medic\w+|drugs?"
    r"|prescri\w+|opioids?|opiates?|morphine|codeine|tramadol|oxycodone|fentanyl|paracetamol"
    r"|acetaminophen|ibuprofen|naproxen|aspirin|gabapentin|pregabalin|amitriptyline|duloxetine"
    r"|diazepam|cannabis|cbd|ketamine|steroids?|injections?|supplements?|magnesium"
    r"|dos(is|en|ierung)|pillen?|tabletten?|kapseln?|tropfen|salben?|spritzen?|drogen?|rezepte?"
    r"|arznei\w*|verschr\w+|opioide?|morphin|cortison|novalgin)\b",
    re.IGNORECASE,
)
ADVICE = re.compile(
    r"\b(you should|you need to|you must|have you tried|my advice"
    r"|du solltest|du musst|ihr solltet|ihr müsst|hast du schon|versuch'?s? doch|mein rat)\b",
    re.IGNORECASE,
)
CASTS = [load_cast(lang) for lang in LANGUAGES]
FLOWS = {lang: parse_flow(read_flow(f"{DEFAULT_FLOW}.{lang}")).stages for lang in LANGUAGES}
STAGES = [
    pytest.param(cast, stage, id=f"{cast.lang}-{stage.id}")
    for cast in CASTS
    for stage in FLOWS[cast.lang]
]


def everything_said(cast: Cast) -> list[str]:
    """Return every text that any simulated person can write."""
    people = (cast.facilitator, *cast.members)
    own = [line for person in people for lines in person.lines.values() for line in lines]
    own += [line for person in people for line in (*person.greets, *person.answers)]
    own += [person.introduction for person in people]
    shared = cast.everybody
    own += [*shared.tells, *shared.reflections, *shared.confirms]
    facilitating = cast.facilitating
    return own + [
        line
        for table in (facilitating.opens, facilitating.says)
        for lines in table.values()
        for line in lines
    ]


@pytest.fixture(params=CASTS, ids=lambda cast: cast.lang)
def cast(request: pytest.FixtureRequest) -> Cast:
    """Return the people, as they speak each of our languages."""
    found: Cast = request.param
    return found


def test_names_no_medicine_and_gives_no_advice(cast: Cast) -> None:
    for text in everything_said(cast):
        assert not MEDICINE.search(text), text
        assert not ADVICE.search(text), text


def test_the_medicine_check_would_notice() -> None:
    assert MEDICINE.search("I take 20 mg before bed")
    assert MEDICINE.search("those Pills")
    assert MEDICINE.search("Ich nehme zwei Tabletten.")
    assert MEDICINE.search("hat mir etwas verschrieben")


def test_every_text_fits_and_is_plain(cast: Cast) -> None:
    for text in everything_said(cast):
        assert 1 <= len(text) <= 4000
        assert text.isprintable(), text


def test_only_the_known_placeholders_are_used(cast: Cast) -> None:
    for text in everything_said(cast):
        assert set(re.findall(r"\{.*?\}", text)) <= {"{name}", "{stage}"}, text


def test_there_are_seven_different_people(cast: Cast) -> None:
    assert cast.names == {"Ana", "Ben", "Chi", "Dov", "Eli", "Fay", "Gus"}
    assert len({member.words_per_minute for member in cast.members}) >= 5
    assert len({member.manner for member in cast.members}) == len(cast.members)
    assert max(member.nods for member in cast.members) > 0.9
    assert any(member.passes for member in cast.members)


def test_nobody_shares_a_line_with_anybody(cast: Cast) -> None:
    lines = [line for person in cast.members for own in person.lines.values() for line in own]
    assert len(lines) == len(set(lines))


def manner(cast: Cast) -> list[object]:
    """Return what people are like, and how much each of them has to say where, without the words."""
    keys = {slug(stage.title): stage.id for stage in FLOWS[cast.lang]} | {
        ANY: ANY,
        ARRIVING: ARRIVING,
    }

    def of(one: Character) -> tuple[object, ...]:
        lines = {keys[stage]: len(words) for stage, words in one.lines.items()}
        facts = (one.name, one.manner, one.words_per_minute, one.eagerness, one.nods, one.nod_kinds)
        said = (len(one.greets), len(one.answers), {keys[stage] for stage in one.passes})
        return (*facts, *said, lines)

    facilitating, shared = cast.facilitating, cast.everybody
    says = {
        what: [sorted(re.findall(r"\{\w+\}", line)) for line in lines]
        for what, lines in facilitating.says.items()
    }
    return [
        *(of(one) for one in (cast.facilitator, *cast.members)),
        says,
        {keys[stage]: len(lines) for stage, lines in facilitating.opens.items()},
        {keys[stage] for stage in facilitating.quiet_then_hands},
        {keys[stage] for stage in shared.few_hands},
        (len(shared.tells), len(shared.reflections), len(shared.confirms)),
    ]


def test_they_are_the_same_people_in_every_language(cast: Cast) -> None:
    assert manner(cast) == manner(load_cast("en"))


def test_their_words_are_their_own_in_each_language() -> None:
    english, german = (set(everything_said(one)) for one in CASTS)
    assert english & german == {"Dov"}


def test_where_nobody_speaks_a_language_they_speak_english() -> None:
    assert load_cast("xx") is load_cast("en")


def test_they_speak_as_the_program_does() -> None:
    try:
        choose({"HOLDSPACE_LANGUAGE": "de"})
        assert load_cast().lang == "de"
    finally:
        choose({"HOLDSPACE_LANGUAGE": "en"})
    assert load_cast().lang == "en"


@pytest.mark.parametrize(("cast", "stage"), STAGES)
def test_the_facilitator_opens_every_stage_in_her_own_words(cast: Cast, stage: Stage) -> None:
    [*words] = cast.facilitating.opens[slug(stage.title)]
    assert words
    assert all(line != stage.say for line in words)


@pytest.mark.parametrize(("cast", "stage"), STAGES)
def test_everybody_has_words_of_their_own_where_everybody_is_heard(
    cast: Cast, stage: Stage
) -> None:
    title = slug(stage.title)
    speaks = stage.turn in {"gather", "round", "hands", "open"}
    for member in cast.members:
        assert not speaks or member.lines[title], member.name
        assert title not in cast.facilitating.quiet_then_hands or member.lines[title]
    if stage.turn in {"gather", "round"}:
        assert cast.facilitator.lines[title]


def test_what_they_reflect_begins_as_the_exercise_says(cast: Cast) -> None:
    card = card_of("write-back", cast.lang)
    assert card
    [begins] = [step.begins for step in card.steps if step.begins]
    assert all(line.startswith(begins) for line in cast.everybody.reflections)


def test_members_have_more_than_one_way_to_say_it(cast: Cast) -> None:
    for member in cast.members:
        assert all(len(lines) >= 2 for lines in member.lines.values()), member.name
        assert len(member.greets) >= 2
        assert len(member.answers) >= 2


def test_a_title_becomes_the_key_of_its_lines() -> None:
    assert slug("Feedback & fit") == "feedback-fit"
    assert slug("Who we are") == "who-we-are"
    assert slug("Rückmeldung und Öl für ein Maß") == "rueckmeldung-und-oel-fuer-ein-mass"
