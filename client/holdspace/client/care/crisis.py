"""The crisis card: which one is shown, and its lines; offline, from files, and never logged (A15).

The host's card comes with the room's card at the door. Without one, a file of one's own stands in,
then the shipped one of one's locale. Whatever is broken on the way, there is always a card.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from holdspace.client.library import (
    CrisisCard,
    DataError,
    Library,
    NotInLibrary,
    crisis_warning,
    own_folder,
    read_crisis_card,
    read_file,
)
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.settings import find_settings
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.text import clean
from holdspace.protocol.translation import N_, _, spoken
from holdspace.protocol.translation import shown as shown_words
from holdspace.protocol.values import value

# So much of the room's card it may take; the relay's frame has an end.
MOST_CARRIED = 2_000
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_BARE = CrisisCard(format=1, lang="en", emergency="", lines=())

IN_DANGER = N_("If you or someone is in danger now: {number}.")
NO_NUMBER = N_("call the emergency number of where you are, or ask somebody near you to call")
VERIFY = N_("Nobody here has checked this number for where you are; please verify it.")
NOT_OK = N_("Not in danger but not OK? You need not explain: pass, rest, leave, or {tell}.")
NOT_OK_ALONE = N_(
    "Not in danger but not OK? You can stop at any moment, rest, or tell somebody you trust. "
    "You need not explain."
)
STEADYING = N_("Steadying first? {how}")
NO_WATCH = N_("This group can't watch between sessions, and it is not an emergency service.")
NOTHING_SENT = N_("Nothing was sent by opening this, and what you were writing is kept.")


class CardTooLong(LocalError):
    """The host's crisis card does not fit into the room's card."""


@value()
class Shown:
    """A card, and who answers for it: the host, or the files of this computer."""

    card: CrisisCard
    host: str = ""


# Alone, before a room and after it there is nobody to pass, leave or tell anything to.
_WITH_OTHERS = frozenset({Place.LOBBY, Place.WAITING, Place.ROOM})


@value()
class Ways:
    """How a front end says what can be done from the card."""

    # Empty where nobody is who could be told.
    tell: str
    steady: str
    # Where there are facilitators to tell.
    tell_in_room: str = ""

    def here(self, view: RoomView) -> "Ways":
        """Return the ways there are in this place."""
        if view.place is Place.ROOM and self.tell_in_room:
            return Ways(self.tell_in_room, self.steady)
        return self if view.place in _WITH_OTHERS else Ways("", self.steady)


def shown_card(carried: str, host: str, environment: Mapping[str, str], locale: str = "") -> Shown:
    """Return the card for this person: the host's, or else their own or the shipped one."""
    try:
        card = read_crisis_card(carried) if carried else None
    except DataError:
        card = None
    if card is not None and card.is_filled_in:
        return Shown(card, host)
    return Shown(local_card(environment, locale))


def card_here(view: RoomView) -> Shown:
    """Return the card for whoever looks at this picture, on this computer."""
    carried, host = (view.card.crisis, view.card.host_name) if view.card else ("", "")
    return shown_card(carried, host, os.environ, find_settings().settings.locale)


def local_card(environment: Mapping[str, str], locale: str = "") -> CrisisCard:
    """Return the first card this computer has for the person's locale; at worst one without numbers."""
    own, names = own_folder(environment), locales(environment, locale)
    # A card somebody filled in for all who speak their language is better than a shipped one for the place.
    filled = (one for one in _cards(Library(own, has_shipped=False), names) if one.is_filled_in)
    return next(filled, None) or next(_cards(Library(own), names), _BARE)


def _cards(library: Library, names: tuple[str, ...]) -> Iterator[CrisisCard]:
    for name in names:
        with suppress(NotInLibrary, DataError, OSError):
            yield library.crisis_card(name)


def locales(environment: Mapping[str, str], locale: str = "") -> tuple[str, ...]:
    """Return the names to look under, the most fitting first: what was set, the system's, the program's."""
    said = [locale, *(environment.get(name, "") for name in _VARIABLES)]
    tags = [one.partition(".")[0].partition("@")[0].replace("_", "-") for one in said if one]
    wider = [part for tag in tags for part in (tag, tag.partition("-")[0])]
    return tuple(dict.fromkeys((*filter(str.isascii, filter(None, wider)), spoken(), "en")))


def carried_text(path: Path) -> str:
    """Return a host's file as it travels with the room's card; raise a sentence if it cannot."""
    text = read_file(path)
    read_crisis_card(text)
    # Comments are for whoever fills the file in.
    rows = (row.strip() for row in text.splitlines())
    short = clean("\n".join(row for row in rows if row and not row.startswith("#")))
    if len(short.encode()) > MOST_CARRIED or read_crisis_card(short) != read_crisis_card(text):
        raise CardTooLong(
            _(
                "The crisis card has more than {number:,} bytes, or characters "
                "that cannot travel. No room was opened. Make its words shorter."
            ).format(number=MOST_CARRIED)
        )
    return short


def own_card_text(environment: Mapping[str, str]) -> str:
    """Return the host's own filled-in card as it travels, or "" if there is none to be found."""
    folder = own_folder(environment) / "crisis"
    for name in locales(environment):
        path = folder / f"{name}.toml"
        if path.is_file():
            return carried_text(path)
    return ""


def host_warning(card: CrisisCard, today: date) -> str:
    """Return what a host is told at opening about the card people will see, or nothing."""
    return crisis_warning(card, today)


def crisis_lines(shown: Shown, ways: Ways) -> Iterator[str]:
    """Yield the card; with the longest entries it has 20 lines of 76 cells."""
    card = shown.card
    yield _(IN_DANGER).replace("{number}", card.emergency or _(NO_NUMBER))
    if card.emergency and not card.checked_on:
        yield _(VERIFY)
    for line in card.lines:
        details = ". ".join(part for part in (line.how, line.hours, line.languages) if part)
        yield f"{line.name}: {details}."
    yield _(NOT_OK).replace("{tell}", shown_words(ways.tell)) if ways.tell else _(NOT_OK_ALONE)
    yield _(STEADYING).replace("{how}", shown_words(ways.steady))
    yield from card.words or (_(NO_WATCH),)
    yield from _provenance(shown)
    yield _(NOTHING_SENT)


def _provenance(shown: Shown) -> Iterator[str]:
    card = shown.card
    said = []
    if card.checked_on and shown.host:
        said.append(
            _("Numbers checked {day} by {host}.").format(day=card.checked_on, host=shown.host)
        )
    elif card.checked_on:
        said.append(_("Numbers checked {day}.").format(day=card.checked_on))
    if card.directory:
        said.append(_("Elsewhere: {directory}.").format(directory=card.directory))
    if said:
        yield " ".join(said)
