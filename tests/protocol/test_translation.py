"""One program, one language: marked sentences come from the catalogue in use, and English needs none."""

import pickle
from collections.abc import Iterator
from copy import deepcopy

import msgspec
import pytest
from typing_extensions import override

from holdspace.protocol.translation import ENGLISH, N_, _, listed, ngettext, shown, use


class Loud:
    """A language of capitals, which has a word for two."""

    def gettext(self, message: str) -> str:
        return message.upper().replace("{NAME}", "{name}")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "A PAIR" if n == 2 else self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def loud() -> Iterator[None]:
    use(Loud())
    yield
    use(ENGLISH)


def test_english_is_said_as_it_is_written() -> None:
    assert _("It is your turn.") == "It is your turn."
    assert ngettext("One hand is up.", "{number} hands are up.", 1) == "One hand is up."
    assert ngettext("One hand is up.", "{number} hands are up.", 0) == "{number} hands are up."


def test_another_language_is_said_from_when_it_is_in_use(loud: None) -> None:
    assert _("It is your turn.") == "IT IS YOUR TURN."
    assert ngettext("one", "many", 2) == "A PAIR"
    use(ENGLISH)
    assert _("It is your turn.") == "It is your turn."


def test_nothing_is_nothing_in_every_language() -> None:
    class Headed(Loud):
        @override
        def gettext(self, message: str) -> str:
            return super().gettext(message) or "Language: de"

    use(Headed())
    assert _("") == shown(N_("")) == ""
    use(ENGLISH)


def test_what_fills_a_sentence_is_not_translated(loud: None) -> None:
    assert _("{name} raised a hand.").format(name="Ana {x}") == "Ana {x} RAISED A HAND."


def test_a_marked_sentence_in_a_table_waits_until_it_is_shown(loud: None) -> None:
    table = {"hands": N_("Raise your hand.")}
    assert table["hands"] == "Raise your hand."
    assert _(table["hands"]) == "RAISE YOUR HAND."


def test_what_is_marked_is_english_to_code_and_translated_once_when_it_is_shown(loud: None) -> None:
    reason = N_("That hand is not up.")
    assert reason == "That hand is not up."
    assert shown(reason) == "THAT HAND IS NOT UP."
    assert shown(shown(reason)) == shown(reason)


def test_what_people_wrote_is_never_taken_for_a_sentence_of_ours(loud: None) -> None:
    words = "That hand is not up."
    assert shown(words) == words
    assert shown(f"{N_('That hand')} is not up.") == words


def test_a_marked_sentence_is_filled_and_still_waits_for_its_language(loud: None) -> None:
    reason = N_("{name} can do that.").filled(name="Ana")
    assert reason == "Ana can do that."
    assert shown(reason) == "Ana CAN DO THAT."
    assert shown(N_("{name}!").filled(name=N_("nobody"))) == "NOBODY!"


@pytest.mark.usefixtures("loud")
def test_a_copy_of_a_marked_sentence_still_waits_to_be_shown() -> None:
    sentence = N_("{name} can do that.").filled(name=N_("nobody"))
    for copied in (deepcopy(sentence), pickle.loads(pickle.dumps(sentence))):  # noqa: S301
        assert copied == "nobody can do that."
        assert shown(copied) == "NOBODY CAN DO THAT."


def test_a_marked_sentence_cannot_be_sent_by_mistake() -> None:
    with pytest.raises(TypeError):
        msgspec.msgpack.encode(N_("The lobby is full."))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), ""),
        (("Ana",), "Ana"),
        (("Ana", "Ben"), "Ana and Ben"),
        (("Ana", "Ben", "Chris"), "Ana, Ben and Chris"),
    ],
)
def test_names_are_listed_as_one_reads_them(names: tuple[str, ...], sentence: str) -> None:
    assert listed(names) == sentence
