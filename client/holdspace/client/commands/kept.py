"""What the commands for kept rooms share: the opened notebook, and a room by its number."""

import argparse
import time
from collections.abc import Callable, Iterator

from holdspace.client.calendar_file import NoMeeting, next_words
from holdspace.client.keeping import Keeper
from holdspace.client.kept_rooms import KeptRoom, shown_name
from holdspace.client.numbers import number_in
from holdspace.client.prompt import ask_until, say
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _, ngettext

from .opening import open_keeper

NO_ROOMS = N_(
    "No room is kept. In a meeting, /keeproom asks to keep it; that needs a notebook, which "
    "`holdspace notebook make` makes."
)
# Other programs can read a command line, so no room's name belongs there.
ONLY_NUMBERS = N_(
    "here a room goes by its number, because other programs can read this line; `holdspace rooms` "
    "lists them"
)
YOURS = N_("{number}. {room}, you are its host, at {relays}.")
NOT_YOURS = N_("{number}. {room}, you are {name} there, at {relays}.")
ASK_NUMBER = N_("Which room? Type its number.")


class NoSuchRoom(LocalError):
    """There is no kept room with that number; the text is for the person."""


def opened(asked: argparse.Namespace) -> Keeper:
    """Return the opened notebook; raise NoSuchRoom if no room is in it."""
    keeper = open_keeper(asked)
    if not keeper.notebook.rooms:
        keeper.close()
        raise NoSuchRoom(_(NO_ROOMS))
    return keeper


def room_lines(rooms: tuple[KeptRoom, ...]) -> Iterator[str]:
    """Yield each kept room with its number, one's own part in it, and its next meeting."""
    for number, kept in enumerate(rooms, 1):
        where = _(YOURS if kept.host else NOT_YOURS).format(
            number=number,
            room=shown_name(kept),
            name=clean_line(kept.my_name),
            relays=" ".join(kept.relays),
        )
        yield f"{where} {meets(kept)}".rstrip()


def chosen(
    asked: argparse.Namespace,
    keeper: Keeper,
    fits: Callable[[KeptRoom], bool] = lambda _kept: True,
) -> KeptRoom:
    """Return the room with the number that was given, or that is asked for."""
    rooms = keeper.notebook.rooms
    if asked.number is not None:
        return numbered(rooms, str(asked.number))
    fitting = [kept for kept in rooms if fits(kept)]
    if len(fitting) == 1:
        return fitting[0]
    for line in room_lines(rooms):
        say(_("rooms: {words}").format(words=line))
    return ask_until(ASK_NUMBER, lambda answer: numbered(rooms, answer), (NoSuchRoom,))


def numbered(rooms: tuple[KeptRoom, ...], answer: str) -> KeptRoom:
    """Return the room with this number; raise NoSuchRoom with a sentence if there is none."""
    if number := number_in(answer, len(rooms)):
        return rooms[number - 1]
    raise NoSuchRoom(
        ngettext(
            "There is no kept room with that number; there is only number 1.",
            "There is no kept room with that number; there are 1 to {number}.",
            len(rooms),
        ).format(number=len(rooms))
    )


def add_number(parser: argparse.ArgumentParser, *, is_needed: bool = False) -> None:
    """Add which room is meant."""
    parser.add_argument(
        "number",
        metavar=_("NUMBER"),
        nargs=None if is_needed else "?",
        type=room_number,
        help=_("its number in `holdspace rooms`"),
    )


def room_number(typed: str) -> int:
    """Return the number of a room on the command line; any name there is refused."""
    if not (typed.isascii() and typed.isdigit()):
        raise argparse.ArgumentTypeError(_(ONLY_NUMBERS))
    return int(typed[:4])


def meets(kept: KeptRoom) -> str:
    """Return when a room meets next, or ""."""
    if kept.schedule is None:
        return ""
    try:
        return next_words(kept.schedule, time.time())
    except NoMeeting:
        return ""
