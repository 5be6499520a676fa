"""The words people meet with: flows, agreements, techniques, cards; shipped, or a host's own.

Everything is a TOML file in a folder of its kind. A host's own folder has the same shape; a file
in it stands in for the shipped one of the same name. Names come from flows, which other people
can send, so a name can only ever mean a file right inside one of these folders.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from holdspace.client.file_errors import why
from holdspace.client.library.sections import (
    Agreements,
    Card,
    Cards,
    CrisisCard,
    CrisisLine,
    Phrases,
    Step,
    TechniqueCard,
)
from holdspace.client.own_folder import own_folder
from holdspace.protocol import toml_reader as toml
from holdspace.protocol.meeting.flow_schema import LANGUAGE
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.toml_reader import DataError, Problem
from holdspace.protocol.translation import _, spoken

__all__ = [
    "LANGUAGE",
    "Agreements",
    "Card",
    "CrisisCard",
    "CrisisLine",
    "DataError",
    "Library",
    "NotInLibrary",
    "Problem",
    "Step",
    "TechniqueCard",
    "crisis_warning",
    "list_flows",
    "own_folder",
    "read_agreements",
    "read_crisis_card",
    "read_file",
    "read_flow",
]

DEFAULT_FLOW = "intro-60"
CRISIS_CARD_DAYS = 180
# Not by importlib.resources: that takes longer to load than this whole library.
_SHIPPED = Path(__file__).parent
# Bounded: beyond some 250 letters a system raises instead of finding nothing.
_NAME = re.compile(r"(?=.{1,100}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

SectionType = TypeVar("SectionType")
SECTIONS: dict[str, type[Any]] = {
    "agreements": Agreements,
    "techniques": TechniqueCard,
    "crisis": CrisisCard,
    "cards": Cards,
    "phrases": Phrases,
}


class NotInLibrary(LocalError):
    """There is no such file; the sentence says what there is."""


class Library:
    """The shipped files, if they are wanted, and in front of them those in a folder of one's `own`."""

    def __init__(self, own: Path | None = None, *, has_shipped: bool = True) -> None:
        shipped = (_SHIPPED,) if has_shipped else ()
        self._places = (own or own_folder(), *shipped)

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of all files of a kind ("flows", "techniques" ...), in order."""
        return tuple(sorted({name for place in self._places for name in _names(place, kind)}))

    def text(self, kind: str, name: str) -> str:
        """Return a file's text; raise NotInLibrary, or DataError if it cannot be text."""
        name = name.removesuffix(".toml")
        if _NAME.fullmatch(name):
            for place in self._places:
                file = place / kind / f"{name}.toml"
                if file.is_file():
                    return _decoded(file)
        names = ", ".join(self.names(kind)) or _("none yet")
        raise NotInLibrary(
            _("The library has no such file in {kind}; there are: {names}.").format(
                kind=kind, names=names
            )
        )

    def agreements(self, name: str = "standard") -> Agreements:
        """Return the agreements of this name."""
        return self._section(Agreements, "agreements", self.file_name("agreements", name))

    def technique(self, name: str, lang: str = "") -> TechniqueCard:
        """Return a technique by its id ("breath-4-6") or file name."""
        wanted = self.file_name("techniques", name, lang)
        return self._section(TechniqueCard, "techniques", wanted)

    def crisis_card(self, locale: str = "en") -> CrisisCard:
        """Return the crisis card of a locale; the shipped ones wait to be filled in by the host."""
        return self._section(CrisisCard, "crisis", locale)

    def cards(self, lang: str = "") -> tuple[Card, ...]:
        """Return the facilitator's cards."""
        return self._section(Cards, "cards", self._in("cards", "facilitator", lang)).card

    def phrases(self, lang: str = "") -> tuple[str, ...]:
        """Return the facilitator's ready phrases, for keys 1 to 9."""
        return self._section(Phrases, "phrases", self._in("phrases", "facilitator", lang)).phrases

    def reasons(self, lang: str = "") -> Phrases:
        """Return ready words from a facilitator to one person alone."""
        return self._section(Phrases, "phrases", self._in("phrases", "reasons", lang))

    def own_files(self) -> Iterator[tuple[str, tuple[Problem, ...]]]:
        """Yield which of one's own files are used, and what keeps one from being used."""
        own = self._places[0]
        for kind, section in SECTIONS.items():
            for name in sorted(_names(own, kind)):
                try:
                    _section(section, _decoded(own / kind / f"{name}.toml"))
                except DataError as error:
                    yield f"{kind}/{name}.toml", error.problems
                else:
                    yield f"{kind}/{name}.toml", ()

    def file_name(self, kind: str, name: str, lang: str = "") -> str:
        """Return which file is meant: the one of this name, or the one of it in this language."""
        return (
            name if name.removesuffix(".toml") in self.names(kind) else self._in(kind, name, lang)
        )

    def _in(self, kind: str, name: str, lang: str) -> str:
        """Return the name of the file in this language, or the reader's, or the one that has everything."""
        there = self.names(kind)
        wanted = (f"{name}.{one}" for one in (lang or spoken(), spoken()))
        return next((one for one in wanted if one in there), f"{name}.{LANGUAGE}")

    def _section(self, section: type[SectionType], kind: str, name: str) -> SectionType:
        try:
            return _section(section, self.text(kind, name))
        except DataError:
            # A mistake in a file of one's own must not be found out in the middle of a meeting.
            for place in self._places[1:]:
                shipped = place / kind / f"{name.removesuffix('.toml')}.toml"
                if shipped.is_file():
                    return _section(section, _decoded(shipped))
            raise

    def flow_file(self, path: str) -> str:
        """Return the text of what a flow names, like "agreements/standard.en.toml"."""
        kind, _slash, name = path.partition("/")
        return self.text(kind if kind.isalpha() else "flows", name)


def list_flows(own: Path | None = None) -> tuple[str, ...]:
    """Return the names of the flows there are."""
    return Library(own).names("flows")


def read_flow(name: str = DEFAULT_FLOW, own: Path | None = None) -> str:
    """Return the text of a flow, by its name or as a path to somebody's own file.

    It is not parsed here: `parse_flow` of the protocol says what is wrong with it.
    """
    if "/" in name or Path(name).suffix == ".toml":
        return read_file(Path(name))
    library = Library(own)
    return library.text("flows", library.file_name("flows", name))


def read_agreements(name: str = "standard", own: Path | None = None) -> Agreements:
    """Return the agreements of this name."""
    return Library(own).agreements(name)


def read_file(path: Path) -> str:
    """Return the text of a file of one's own; raise NotInLibrary or DataError with a sentence."""
    try:
        return _decoded(path)
    except OSError as error:
        raise NotInLibrary(
            _("{name} cannot be opened: {reason}.").format(name=path.name, reason=why(error))
        ) from None


def read_crisis_card(text: str) -> CrisisCard:
    """Return the crisis card that this text is; raise DataError with what is wrong in it."""
    return _section(CrisisCard, text)


def crisis_warning(card: CrisisCard, today: date) -> str:
    """Return what the host should be told about the card, or nothing (A15)."""
    if not card.is_filled_in or card.checked_on is None:
        return _("The crisis card is not filled in yet: add what holds where your people live.")
    if (today - card.checked_on).days > CRISIS_CARD_DAYS:
        return _("The crisis card was last checked on {day}; please call its lines again.").format(
            day=card.checked_on
        )
    return ""


def _decoded(file: Path) -> str:
    with file.open("rb") as opened:
        data = opened.read(toml.MAX_BYTES + 1)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        # A file cut at the bound may end inside a character; it is refused for its length.
        if len(data) > toml.MAX_BYTES:
            return data.decode(errors="replace")
        line = data[: error.start].count(b"\n") + 1
        raise DataError((Problem(line, _("The file is not UTF-8 text.")),)) from None


def _names(place: Path, kind: str) -> Iterator[str]:
    folder = place / kind
    if not folder.is_dir():
        return
    for file in folder.iterdir():
        name = file.name.removesuffix(".toml")
        if file.name.endswith(".toml") and _NAME.fullmatch(name):
            yield name


def _section(section: type[SectionType], text: str) -> SectionType:
    reader = toml.Reader(toml.open_document(text))
    found = toml.read_section(reader, section, reader.document.data, ())
    if found is None or reader.problems:
        raise DataError(reader.sorted_problems())
    return found
