"""`holdspace`, and nothing else: the first page, from which every way leads on.

The notebook is opened once, here, and handed to the command that was chosen.
"""

import argparse

from holdspace.client import home
from holdspace.client.command_line import WELL
from holdspace.client.keeping import Keeper
from holdspace.client.numbers import number_in
from holdspace.client.plain_or_screen import choose_plain
from holdspace.client.prompt import NobodyAnswersError, ask_until, say
from holdspace.client.settings_book import open_book, take_effect
from holdspace.client.vault_errors import exists
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.translation import N_, _

from .kept import meets
from .opening import open_keeper, place_of
from .options import add_notebook, add_plain

ASK = N_("Type a number, or just press enter to stop:")


class NoSuchWay(LocalError):
    """There is no way with that number; the text is for the person."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    add_plain(parser)
    add_notebook(parser)
    parser.set_defaults(run=_home)


def _home(asked: argparse.Namespace) -> int:
    plain = choose_plain(flag=asked.plain)
    # Asked only where there is one: nobody has to make a notebook to come to a meeting.
    has_notebook = bool(asked.notebook) or exists(place_of(asked))
    keeper = open_keeper(asked) if has_notebook else Keeper(place=place_of(asked))
    rooms = keeper.notebook.rooms
    ways = home.ways(rooms, tuple(meets(room) for room in rooms))
    lead = home.lead(rooms, is_closed=has_notebook and not keeper.is_kept)
    chosen = _asked(ways, lead) if plain else _on_screen(ways, lead)
    if chosen is None:
        keeper.close()
        return WELL
    # Whoever reads command lines goes on from here, with the notebook that is open already.
    asked.then, asked.keeper = chosen.command, keeper
    return WELL


def _asked(ways: tuple[home.Way, ...], lead: str) -> home.Way | None:
    say(_("home: {words}").format(words=f"{_(home.WELCOME)} {_(home.NOT_FOR)}"))
    if lead:
        say(_("home: {words}").format(words=lead))
    for number, way in enumerate(ways, 1):
        say(f"{number}. {way.words}. {way.meaning}")

    def read(answer: str) -> home.Way | None:
        if number := number_in(answer, len(ways)):
            return ways[number - 1]
        if answer:
            raise NoSuchWay(
                _("There is no such number; there are 1 to {number}.").format(number=len(ways))
            )
        return None

    try:
        return ask_until(ASK, read, (NoSuchWay,))
    except NobodyAnswersError:
        return None


def _on_screen(ways: tuple[home.Way, ...], lead: str) -> home.Way | None:
    from holdspace.client.tui.home import choose  # noqa: PLC0415 (a screen is loaded only when it opens)

    book = open_book()
    take_effect(book.settings)
    return choose(ways, lead, book)
