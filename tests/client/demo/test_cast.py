"""The people of the demo say nothing a support group would have to take back."""

import re

import pytest

from holdspace.client.demo.cast import ANY, ARRIVING, Cast, load_cast, slug
from holdspace.client.library import read_flow
from holdspace.protocol.meeting.flow import Stage, parse_flow

# Names of substances, classes of them, and amounts: none of it belongs into a demo.
MEDICINE = re.compile(
    r"\b(\d+\s*(mg|ml|mcg|milligrams?)|dos(e|es|age)|pills?|tablets?|capsules?|medic\w+|drugs?"
    r"|prescri\w+|opioids?|opiates?|morphine|codeine|tramadol|oxycodone|fentanyl|paracetamol"
    r"|acetaminophen|ibuprofen|naproxen|aspirin|gabapentin|pregabalin|amitriptyline|duloxetine"
    r"|diazepam|cannabis|cbd|ketamine|steroids?|injections?|supplements?|magnesium)\b",
    re.IGNORECASE,
)
ADVICE = re.compile(
    r"\b(you should|you need to|you must|have you tried|my advice)\b", re.IGNORECASE
)


def everything_said(cast: Cast) -> list[str]:
    """Return every text that any simulated person can write."""
    people = (cast.facilitator, *cast.members)
    own = [line for person in people for lines in person.lines.values() for line in lines]
    own += [line for person in people for line in (*person.greets, *person.answers)]
    own += [person.introduction for person in people]
    facilitating = cast.facilitating
    return own + [
        line
        for table in (facilitating.opens, facilitating.says)
        for lines in table.values()
        for line in lines
    ]


def test_names_no_medicine_and_gives_no_advice() -> None:
    for text in everything_said(load_cast()):
        assert not MEDICINE.search(text), text
        assert not ADVICE.search(text), text


def test_the_medicine_check_would_notice() -> None:
    assert MEDICINE.search("I take 20 mg before bed")
    assert MEDICINE.search("those Pills")


def test_every_text_fits_and_is_plain() -> None:
    for text in everything_said(load_cast()):
        assert 1 <= len(text) <= 4000
        assert text.isprintable(), text


def test_only_the_known_placeholders_are_used() -> None:
    for text in everything_said(load_cast()):
        assert set(re.findall(r"\{.*?\}", text)) <= {"{name}", "{stage}"}, text


def test_there_are_seven_different_people() -> None:
    cast = load_cast()
    assert cast.names == {"Ana", "Ben", "Chi", "Dov", "Eli", "Fay", "Gus"}
    assert len({member.words_per_minute for member in cast.members}) >= 5
    assert len({member.manner for member in cast.members}) == len(cast.members)
    assert max(member.nods for member in cast.members) > 0.9
    assert any(member.passes for member in cast.members)


def test_nobody_shares_a_line_with_anybody() -> None:
    cast = load_cast()
    lines = [line for person in cast.members for own in person.lines.values() for line in own]
    assert len(lines) == len(set(lines))


FLOW = parse_flow(read_flow())
STAGES = [pytest.param(stage, id=stage.id) for stage in FLOW.stages]


@pytest.mark.parametrize("stage", STAGES)
def test_the_facilitator_opens_every_stage_in_her_own_words(stage: Stage) -> None:
    [*words] = load_cast().facilitating.opens[slug(stage.title)]
    assert words
    assert all(line != stage.say for line in words)


@pytest.mark.parametrize("stage", STAGES)
def test_everybody_has_words_of_their_own_where_everybody_is_heard(stage: Stage) -> None:
    cast, title = load_cast(), slug(stage.title)
    speaks = stage.turn in {"gather", "round", "hands", "open"}
    for member in cast.members:
        assert not speaks or member.lines[title], member.name
        assert title not in cast.facilitating.quiet_then_hands or member.lines[title]
    if stage.turn in {"gather", "round"}:
        assert cast.facilitator.lines[title]


def test_no_line_waits_for_a_stage_that_does_not_exist() -> None:
    cast = load_cast()
    known = {ARRIVING, ANY, *(slug(stage.title) for stage in FLOW.stages)}
    for person in (cast.facilitator, *cast.members):
        assert person.lines.keys() | person.passes <= known, person.name
    assert cast.facilitating.opens.keys() | cast.facilitating.quiet_then_hands <= known


def test_members_have_more_than_one_way_to_say_it() -> None:
    for member in load_cast().members:
        assert all(len(lines) >= 2 for lines in member.lines.values()), member.name
        assert len(member.greets) >= 2
        assert len(member.answers) >= 2


def test_a_title_becomes_the_key_of_its_lines() -> None:
    assert slug("Feedback & fit") == "feedback-fit"
    assert slug("Who we are") == "who-we-are"
