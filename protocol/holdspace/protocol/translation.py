"""The language people read, for the whole program: sentences are marked here, a catalogue translates them.

English is the source and needs no catalogue. What is sent, signed, stored or compared is never
translated; only what a person is about to read is. Pure: `use` is given a catalogue, and who found
the file (client/language.py) is none of its business. A program has one language from beginning to
end, so the choice is made once, before anything is shown.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from holdspace.protocol.overriding import override


class Catalogue(Protocol):
    """The sentences of one language."""

    def gettext(self, message: str) -> str:
        """Return a sentence in this language, or as it is if there is none."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the sentence that goes with this number."""


class _English:
    """The source language: every sentence is its own translation."""

    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if n == 1 else msgid2


class _Spoken(NamedTuple):
    catalogue: Catalogue
    language: str


SOURCE = "en"
ENGLISH: Catalogue = _English()
_in_use = [_Spoken(ENGLISH, SOURCE)]


def use(catalogue: Catalogue, language: str = SOURCE) -> None:
    """Let every sentence from now on be of this catalogue, and what is not in it be in this language."""
    _in_use[0] = _Spoken(catalogue, language)


def spoken() -> str:
    """Return the language in use: that of the flows, cards and phrases that go with its sentences."""
    return _in_use[0].language


def _(message: str) -> str:
    """Return a sentence in the language of whoever reads it.

    Placeholders are filled afterwards, as in `_("{name} raised a hand.").format(name=name)`.
    """
    # A catalogue keeps its own head, with who wrote it, as the translation of nothing.
    return _in_use[0].catalogue.gettext(message) if message else ""


class Marked(str):
    """An English sentence that waits to be shown: a constant, or a reason that a pure core returns.

    To code it is that sentence, in every language; `shown` makes of it what somebody reads. Whatever
    else is a text, such as people's words, is never taken for a sentence of ours.
    """

    __slots__ = ("fields", "message")
    message: str
    fields: Mapping[str, str]

    def __new__(cls, message: str, fields: Mapping[str, str] = MappingProxyType({})) -> "Marked":
        """Mark a sentence whose placeholders are filled with these."""
        marked = super().__new__(cls, message.format(**fields) if fields else message)
        marked.message, marked.fields = message, fields
        return marked

    # Not with a decorator of typing_extensions: that takes longer to load than all this.
    @override
    def __reduce__(
        self,
    ) -> tuple[type["Marked"], tuple[str, dict[str, str]]]:
        """Say how it is made anew: by copies, and by the pictures that the screen is measured with."""
        return Marked, (self.message, dict(self.fields))

    def filled(self, **fields: str) -> "Marked":
        """Return the sentence with its placeholders filled; what is marked there is shown with it."""
        return Marked(self.message, fields)


def N_(message: str) -> Marked:  # noqa: N802 (its name wherever gettext is known)
    """Mark a sentence in a table; it is translated where it is shown, by `_` or `shown`."""
    return Marked(message)


def shown(words: str) -> str:
    """Return a marked sentence in the language of whoever reads it, and other words as they are."""
    if not isinstance(words, Marked):
        return words
    fields = {name: shown(value) for name, value in words.fields.items()}
    return _(words.message).format(**fields) if fields else _(words.message)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the sentence that goes with a number; `{number}` is filled afterwards, as with `_`."""
    return _in_use[0].catalogue.ngettext(one, many, number)


def listed(names: Sequence[str]) -> str:
    """Return names as one reads them in a sentence: "Ana, Ben and Chris"."""
    if len(names) < 2:
        return "".join(names)
    return _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])
