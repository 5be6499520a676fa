"""Merging keeps what translators did, and asks them about what has changed."""

from po import Catalogue, Entry
from words import merged

HEADER = "Language: de\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
OLD = Catalogue(
    HEADER,
    (
        Entry("Leave.", words=("Geh.",), notes=("Kurz.",), places=("old.py",)),
        Entry("Your words are kept here on this device.", words=("Deine Worte bleiben hier.",)),
    ),
    notes=("Kopf.",),
)


def test_what_is_translated_stays_with_its_notes() -> None:
    new = merged(OLD, [Entry("Leave.", places=("new.py",))], {})
    assert new == Catalogue(
        HEADER,
        (Entry("Leave.", words=("Geh.",), notes=("Kurz.",), places=("new.py",)),),
        notes=("Kopf.",),
    )


def test_a_new_sentence_waits_for_its_words() -> None:
    new = merged(OLD, [Entry("One.", "{number} ones."), Entry("Wait a while.")], {})
    assert [entry.words for entry in new.entries] == [("", ""), ("",)]


def test_a_sentence_that_has_changed_is_to_be_looked_at() -> None:
    [entry] = merged(OLD, [Entry("Your words are kept on this device.")], {}).entries
    assert entry.is_fuzzy
    assert entry.words == ("Deine Worte bleiben hier.",)
    assert entry.notes == ("was: Your words are kept here on this device.",)


def test_what_another_chapter_says_already_is_said_alike() -> None:
    known = {"Back": Entry("Back", words=("Zurück",), places=("b.py",))}
    [entry] = merged(OLD, [Entry("Back", places=("a.py",))], known).entries
    assert entry == Entry("Back", words=("Zurück",), places=("a.py",))
