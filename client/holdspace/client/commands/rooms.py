"""`holdspace rooms`: the rooms that are kept, the words to write down, and moving to another relay."""

import argparse
import time
from contextlib import closing

from msgspec.structs import replace

from holdspace.client.attend import check_addresses
from holdspace.client.command_line import WELL, complain
from holdspace.client.kept_rooms import KeptRoom, shown_name
from holdspace.client.prompt import agrees, ask, say, say_to_copy
from holdspace.protocol.meeting.slips import Move, NotASlip, encode_move, read_attendance
from holdspace.protocol.recovery import phrase_of, secrets_of
from holdspace.protocol.translation import N_, _, ngettext
from holdspace.protocol.words import WORDS

from .kept import add_number, chosen, opened, room_lines
from .options import add_notebook

_A_ROW = 6
ONLY_HOST = N_("Only the host of a room can do that, and you are not the host of that one.")
_WRITE_DOWN = N_(
    "Whoever has these words can open your room as its host. Be alone, write them on paper, and keep "
    "them where you keep what matters. Type y to see them, n to stop."
)
_WHAT_FOR = N_(
    "With them alone `holdspace recover` opens the same room again, on another device or at another "
    "relay. They are not shown again by themselves."
)
_MOVED = N_(
    "The room {name} is at {relays} from now on. `holdspace open` opens it there. Who keeps the room "
    "pastes this note at `holdspace join`; it says nothing that the relay there does not know:"
)
ASK_SLIP = N_("Paste the attendance slip:")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    add_notebook(parser)
    parser.set_defaults(run=_list)
    what = parser.add_subparsers(metavar="move | phrase | slips | verify")
    move_words = _(
        "Say at which relay a room of yours is from now on, and make the note for its members."
    )
    move = what.add_parser("move", help=move_words, description=move_words)
    add_number(move, is_needed=True)
    move.add_argument(
        "relay", metavar=_("ADDRESS"), nargs="+", help=_("the relay, like wss://relay.example")
    )
    move.set_defaults(run=_move)
    phrase_words = _("Show the recovery phrase of a room of yours, to write down.")
    phrase = what.add_parser("phrase", help=phrase_words, description=phrase_words)
    add_number(phrase)
    phrase.set_defaults(run=_phrase)
    slips_words = _("Show the attendance slips that you were given in a room.")
    slips = what.add_parser("slips", help=slips_words, description=slips_words)
    add_number(slips)
    slips.set_defaults(run=_slips)
    verify_words = _("Check an attendance slip that somebody shows you.")
    verify = what.add_parser("verify", help=verify_words, description=verify_words)
    verify.set_defaults(run=_verify)


def _list(asked: argparse.Namespace) -> int:
    with closing(opened(asked)) as keeper:
        for line in room_lines(keeper.notebook.rooms):
            say(_("rooms: {words}").format(words=line))
    return WELL


def _move(asked: argparse.Namespace) -> int:
    relays = check_addresses(asked.relay)
    with closing(opened(asked)) as keeper:
        kept = chosen(asked, keeper)
        if kept.host is None:
            return complain(ONLY_HOST)
        moved = replace(kept, relays=relays, moved=int(time.time() // 60))
        keeper.change(lambda notebook: notebook.keeping_room(moved))
        say_move(moved)
    return WELL


def say_move(kept: KeptRoom) -> None:
    """Show the note that members of a moved room paste."""
    if kept.host is None:
        return
    relays = " ".join(kept.relays)
    say(_(_MOVED).format(relays=relays, name=shown_name(kept)))
    say_to_copy(
        encode_move(secrets_of(kept.host.seed).root, Move(kept.room, kept.relays, kept.moved))
    )


def _phrase(asked: argparse.Namespace) -> int:
    with closing(opened(asked)) as keeper:
        kept = chosen(asked, keeper, lambda room: room.host is not None)
        if kept.host is None:
            return complain(ONLY_HOST)
        if not agrees(_WRITE_DOWN):
            say(_("Nothing was shown."))
            return WELL
        words = phrase_of(kept.host.seed).split()
        for begin in range(0, len(words), _A_ROW):
            row = words[begin : begin + _A_ROW]
            say_to_copy(" ".join(f"{at}. {word}" for at, word in enumerate(row, begin + 1)))
        say(_WHAT_FOR)
    return WELL


def _slips(asked: argparse.Namespace) -> int:
    with closing(opened(asked)) as keeper:
        kept = chosen(asked, keeper)
        for text in kept.attended:
            say_to_copy(text)
        if not kept.attended:
            say(_("rooms: You were given no slip there."))
    return WELL


def _verify(_asked: argparse.Namespace) -> int:
    try:
        slip = read_attendance(ask(ASK_SLIP))
    except NotASlip as refused:
        return complain(str(refused))
    day = time.strftime("%Y-%m-%d", time.gmtime(slip.day * 24 * 3600))
    words = " ".join(WORDS[byte] for byte in slip.host_key[:4])
    say(
        ngettext(
            "slip: It is whole, and its signature is right. Day {day} (UTC), about {minutes} minute.",
            "slip: It is whole, and its signature is right. Day {day} (UTC), about {minutes} minutes.",
            slip.minutes,
        ).format(day=day, minutes=slip.minutes)
    )
    say(
        _("slip: The host's key begins with: {words}. Ask the host whether that is theirs.").format(
            words=words
        )
    )
    say(
        _("slip: Its number is {number}: the same number twice is the same slip.").format(
            number=slip.number.hex()
        )
    )
    return WELL
