"""Labels stand before what the program says: nobody's name may be one, in any language."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdspace.client.language import WORDS, choose
from holdspace.client.plain.labels import LABELS, label_of, labelled
from holdspace.client.seat.view import Line
from holdspace.protocol.text import NameRefused, check_name
from po import read_file

GERMAN = {
    entry.msgid: entry.words[0] for entry in read_file(Path(WORDS) / "de" / "plain.po").entries
}


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> Iterator[None]:
    choose({"HOLDSPACE_LANGUAGE": request.param})
    yield
    choose({})


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize("name", LABELS)
def test_nobody_can_have_a_label_for_a_name(name: str) -> None:
    with pytest.raises(NameRefused):
        check_name(label_of(name))


@pytest.mark.parametrize("line", [line for line in Line if line is not Line.SHARE])
def test_every_kind_of_line_has_a_label(line: Line) -> None:
    assert labelled(line.value, "so it is.") == f"{line.value}: so it is."


def test_a_sentence_that_holds_its_label_holds_the_same_in_german() -> None:
    held = [
        (label, msgid) for msgid in GERMAN for label in LABELS if msgid.startswith(f"{label}: ")
    ]
    assert held
    for label, msgid in held:
        assert GERMAN[msgid].startswith(f"{GERMAN[label]}: "), msgid
