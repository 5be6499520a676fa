"""Catalogues are read strictly, written the same way twice, and compiled into what gettext reads."""

import io
from gettext import GNUTranslations
from pathlib import Path

import pytest

from po import Catalogue, Entry, UnreadableError, compile_all, compiled, read, together, write

HEADER = "Language: de\nContent-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
TURN = Entry(
    "It is your turn.",
    words=("Du bist dran.",),
    notes=("Kurz.",),
    hints=("Said by a screen reader.",),
    places=("client/a.py",),
)
HANDS = Entry("One hand.", "{number} hands.", ("Eine Hand.", "{number} Hände."))
LINES = Entry('Say "no"\nor \\ nothing.', words=("",), is_fuzzy=True)
WHOLE = Catalogue(HEADER, (TURN, HANDS, LINES), notes=("Unsere Wörter: siehe Glossar.",))


def test_what_is_written_is_read_again() -> None:
    assert read(write(WHOLE)) == WHOLE
    assert write(read(write(WHOLE))) == write(WHOLE)


def test_it_is_written_as_translators_know_it() -> None:
    assert '#. Said by a screen reader.\n#: client/a.py\nmsgid "It is your turn."\n' in write(WHOLE)
    assert 'msgid_plural "{number} hands."\nmsgstr[0] "Eine Hand."\n' in write(WHOLE)
    assert '#, fuzzy\nmsgid ""\n"Say \\"no\\"\\n"\n"or \\\\ nothing."\n' in write(WHOLE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'msgid "a"\nmsgstr "b"\n',
        'msgid ""\nmsgstr ""\n\nmsgid "a"\n',
        'msgid ""\nmsgstr ""\n\nmsgstr "a"\n',
        'msgid ""\nmsgstr ""\n\n"a"\n',
        'msgid ""\nmsgstr ""\n\nmsgid "a"\nmsgid "b"\nmsgstr "c"\n',
        'msgid ""\nmsgstr ""\n\nmsgid "a"\n# late\nmsgstr "b"\n',
        'msgid ""\nmsgstr ""\n\nmsgid "a" + "b"\nmsgstr "c"\n',
        'msgid ""\nmsgstr ""\n\nmsgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n',
    ],
)
def test_what_is_no_catalogue_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)


def test_gettext_reads_what_is_compiled_and_nothing_uncertain() -> None:
    sure = Entry("Leave", words=("Gehen",))
    unsure = Entry("Stay", words=("Weg",), is_fuzzy=True)
    catalogue = together([WHOLE, Catalogue(HEADER, (sure, unsure))])
    spoken = GNUTranslations(io.BytesIO(compiled(catalogue)))
    assert spoken.gettext("It is your turn.") == "Du bist dran."
    assert spoken.ngettext("One hand.", "{number} hands.", 1) == "Eine Hand."
    assert spoken.ngettext("One hand.", "{number} hands.", 3) == "{number} Hände."
    assert spoken.gettext("Leave") == "Gehen"
    assert spoken.gettext("Stay") == "Stay"


def test_the_same_sentences_give_the_same_bytes_in_any_order() -> None:
    one, other = Catalogue(HEADER, (TURN, HANDS)), Catalogue(HEADER, (HANDS, TURN))
    assert compiled(together([one])) == compiled(together([other]))


def test_every_language_is_compiled_beside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "de" / "seat.po").write_text(write(WHOLE))
    assert compile_all(tmp_path) == [tmp_path / "de.mo"]
    first = (tmp_path / "de.mo").stat()
    assert compile_all(tmp_path) == [tmp_path / "de.mo"]
    assert (tmp_path / "de.mo").stat().st_ino == first.st_ino
    assert {path.name for path in tmp_path.iterdir()} == {"de", "de.mo", "empty"}
