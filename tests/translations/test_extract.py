"""Marked sentences are found with where they are, and a mark that no catalogue can keep is named."""

from pathlib import Path

import pytest

from extract import ROOT, Mistake, chapter_of, chapters, marked
from holdspace.client.acts import ACTS, BY_ID
from po import Entry

IMPORT = "from holdspace.protocol.translation import N_, _, ngettext\n"


def found(tmp_path: Path, source: str) -> list[Entry | Mistake]:
    """Return what is marked in a file with this source."""
    path = tmp_path / "some.py"
    path.write_text(IMPORT + source)
    return [*marked(path)]


@pytest.mark.parametrize(
    ("source", "msgid", "plural"),
    [
        ('_("Leave.")', "Leave.", ""),
        ('_("Leave "\n  "now.")', "Leave now.", ""),
        ('_("{name} leaves.").format(name=who)', "{name} leaves.", ""),
        ('_("{name} leaves.").format(**values)', "{name} leaves.", ""),
        ('N_("{name} leaves.")', "{name} leaves.", ""),
        (
            'ngettext("One.", "{number} ones.", n).format(number=n)',
            "One.",
            "{number} ones.",
        ),
    ],
)
def test_a_marked_sentence_is_found(tmp_path: Path, source: str, msgid: str, plural: str) -> None:
    assert found(tmp_path, source) == [Entry(msgid, plural, places=("some.py",))]


def test_a_table_is_shown_without_being_marked_twice(tmp_path: Path) -> None:
    assert found(tmp_path, "_(row.words)\n_(table[key])\n_(why).format(name=1)") == []


def test_a_parameter_that_nobody_reads_is_no_mistake(tmp_path: Path) -> None:
    assert found(tmp_path, "show = lambda width, _: width") == []


def test_the_words_of_an_act_are_marked_by_where_they_stand() -> None:
    """So a row is read as a row: its key, its command, its words."""
    acts = ROOT / "client/holdspace/client/acts_apart.py"
    found = [one.msgid for one in marked(acts) if isinstance(one, Entry)]
    assert found[:2] == ["I'm not OK", BY_ID["not-ok"].sentence]
    assert {act.question for act in ACTS if act.question} < {
        one.msgid for entries in chapters().values() for one in entries
    }


def test_the_words_of_an_act_are_literals(tmp_path: Path) -> None:
    [mistake, _sentence] = found(tmp_path, 'Act("a", "b", "c", verb, "Do it.")')
    assert isinstance(mistake, Mistake)
    assert "Only a literal" in mistake.line()


def test_a_line_above_tells_translators_something(tmp_path: Path) -> None:
    source = "# For translators: said to one person.\n_('Leave.')\n"
    assert found(tmp_path, source) == [
        Entry("Leave.", hints=("said to one person.",), places=("some.py",))
    ]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('_(f"{name} leaves.")', "Only a literal"),
        ('_("Leave" + name)', "Only a literal"),
        ("N_(words)", "Only a literal"),
        ('ngettext("One.", many, n)', "Only a literal"),
        ('_("")', "An empty sentence"),
        ('_("{name} leaves.")', "Nothing fills in name."),
        ('_("{name} leaves.").format(who=1)', "Nothing fills in name."),
        ('_("{} leaves.").format(name)', "a name of its own"),
        ('_("{a.b} leaves.").format(a=1)', "a name of its own"),
        ('_("{name leaves.").format(name=1)', "cannot be filled in"),
        ("for _ in range(3): pass", "cannot be a variable"),
        ("show = lambda _: _(row.words)", "cannot be a variable"),
        ("def show(*_): return _(row.words)", "cannot be a variable"),
    ],
)
def test_a_mark_that_no_catalogue_can_keep_is_named(tmp_path: Path, source: str, why: str) -> None:
    [mistake] = found(tmp_path, source)
    assert isinstance(mistake, Mistake)
    assert why in mistake.line()
    assert mistake.place == "some.py:2"


@pytest.mark.parametrize(
    ("path", "chapter"),
    [
        ("protocol/holdspace/protocol/meeting/slips.py", "protocol"),
        ("client/holdspace/client/seat/telling.py", "seat"),
        ("client/holdspace/client/tui/screens/room.py", "screen"),
        ("client/holdspace/client/acts_own.py", "acts"),
        ("client/holdspace/client/settings.py", "client"),
        ("client/holdspace/client/library/__init__.py", "client"),
    ],
)
def test_each_file_has_its_chapter(path: str, chapter: str) -> None:
    assert chapter_of(ROOT / path) == chapter
