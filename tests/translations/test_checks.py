"""A translation says what it is given, what is typed stays as it is, and nothing in it acts on a terminal."""

from pathlib import Path

import pytest

from checks import contradictions, problems, unfinished
from po import Catalogue, Entry

HEADER = "Language: de\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def wrong(msgid: str, *words: str, plural: str = "") -> list[str]:
    """Return what is wrong with a translation."""
    return [*problems(Catalogue(HEADER, (Entry(msgid, plural, words),)))]


@pytest.mark.parametrize(
    ("msgid", "words"),
    [
        ("{name} leaves.", "{name} geht."),
        ("{one} asked {other}.", "{other} wurde von {one} gefragt."),
        ("Type /raise or --plain.", "Tippe --plain oder /raise."),
        ("read/write", "lesen/schreiben"),
        ("Two\nlines", "Zwei\nZeilen"),
        ("Leave?", "Gehen?"),
        ("A set like {{a}}: {name}", "So wie {{a}}: {name}"),
        ("Leave.", ""),
        ("1st", "1."),
    ],
)
def test_a_fit_translation_is_quiet(msgid: str, words: str) -> None:
    assert wrong(msgid, words) == []


@pytest.mark.parametrize(
    ("msgid", "words", "why"),
    [
        ("{name} leaves.", "Ana geht.", "is given {name}"),
        ("{name} leaves.", "{name} und {other} gehen.", "is given {name}"),
        ("{name} leaves.", "{name.secret} geht.", "is given {name}"),
        ("{name} leaves.", "{name[0]} geht.", "is given {name}"),
        ("{name} leaves.", "{name!r} geht.", "is given {name}"),
        ("{name} leaves.", "{name:>9999999} geht.", "is given {name}"),
        ("{name} leaves.", "{name} geht}.", "bracket"),
        ("Leave.", "Geh{.", "bracket"),
        ("Leave.", "Geh\x1b[2J.", "acts on a terminal"),
        ("Leave.", "Geh\u202e.", "acts on a terminal"),
        ("Leave.", "Geh.\nJetzt.", "other lines"),
        ("Leave: ", "Geh:", "spaces"),
        ("Leave now.", "Geh jetzt", "ends otherwise"),
        ("Leave now", "Geh jetzt.", "ends otherwise"),
        ("Type /raise.", "Tippe /hebe.", "names what is typed"),
        ("Leave.", "Geh mit /leave.", "names what is typed"),
        ("With --plain.", "Mit --einfach.", "names what is typed"),
    ],
)
def test_an_unfit_translation_is_named(msgid: str, words: str, why: str) -> None:
    found = wrong(msgid, words)
    assert found
    assert why in found[0]


def test_a_form_may_say_one_instead_of_its_number() -> None:
    assert wrong("One hand.", "Eine Hand.", "{number} Hände.", plural="{number} hands.") == []
    assert wrong("{n} of one.", "Von einer.", "{n} von {m}.", plural="{n} of {m}.")


def test_a_sentence_with_a_number_has_every_form() -> None:
    assert "needs 2 forms" in wrong("One.", "Eine.", plural="{n} ones.")[0]
    assert "in part" in wrong("One.", "Eine.", "", plural="{n} ones.")[0]


def test_a_complete_chapter_has_every_sentence_and_no_other() -> None:
    there = Catalogue(
        HEADER,
        (
            Entry("Leave.", words=("Geh.",)),
            Entry("Stay.", words=("Bleib.",), is_fuzzy=True),
            Entry("Wait."),
            Entry("Gone.", words=("Weg.",)),
        ),
    )
    wanted = [Entry(msgid) for msgid in ("Leave.", "Stay.", "Wait.", "New.")]
    assert [one.split(".")[0].strip("'") for one in unfinished(there, wanted)] == [
        "Stay",
        "Wait",
        "New",
        "Gone",
    ]


def test_two_chapters_say_one_thing_in_one_way() -> None:
    def chapter(words: str) -> Catalogue:
        return Catalogue(HEADER, (Entry("Leave", words=(words,)),))

    one, other = Path("seat.po"), Path("plain.po")
    assert not [*contradictions([(one, chapter("Gehen")), (other, chapter("Gehen"))])]
    assert not [*contradictions([(one, chapter("Gehen")), (other, chapter(""))])]
    [said] = contradictions([(one, chapter("Gehen")), (other, chapter("Verlassen"))])
    assert "seat" in said
    assert "plain" in said
