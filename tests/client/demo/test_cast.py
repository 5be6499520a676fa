"""The people of the demo say nothing a support group would have to take back."""

import re

import pytest

from holdspace.client.demo.cast import Cast, load_cast, slug

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


@pytest.mark.parametrize("stage", ["check-in", "who-we-are", "closing-round"])
def test_everybody_has_words_of_their_own_where_each_voice_is_heard(stage: str) -> None:
    cast = load_cast()
    for person in (cast.facilitator, *cast.members):
        assert person.lines[stage], person.name


def test_members_have_more_than_one_way_to_say_it() -> None:
    for member in load_cast().members:
        assert all(len(lines) >= 2 for lines in member.lines.values()), member.name
        assert len(member.greets) >= 2
        assert len(member.answers) >= 2


def test_a_title_becomes_the_key_of_its_lines() -> None:
    assert slug("Feedback & fit") == "feedback-fit"
    assert slug("Who we are") == "who-we-are"
