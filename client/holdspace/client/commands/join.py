"""`holdspace join`: the invitation code is asked for at the prompt, and leads to the lobby."""

import argparse
import asyncio
import time
from contextlib import closing

from holdspace.client.attend import Attendance, CannotStart, addresses_to_join
from holdspace.client.command_line import (
    ASKED_WRONGLY,
    CODE_MARK,
    NOT_ON_THE_COMMAND_LINE,
    complain,
)
from holdspace.client.front_end import show
from holdspace.client.keeping import Keeper
from holdspace.client.kept_rooms import KeptRoom, shown_name
from holdspace.client.plain_or_screen import choose_plain
from holdspace.client.prompt import NobodyAnswersError, ask, ask_until, say, unseen
from holdspace.client.room_keys import moved_to
from holdspace.client.socks import Proxy
from holdspace.protocol.invite import InvitationError, decode_invitation, is_unfinished
from holdspace.protocol.meeting.slips import MOVE_PREFIX, NotASlip, moved_room
from holdspace.protocol.translation import N_, _

from .kept import NoSuchRoom, numbered, room_lines
from .opening import open_keeper
from .options import add_notebook, add_plain, add_socks

_ASK_CODE = N_("Invitation code (paste it and press enter; it is not shown). Ctrl-C stops:")
_ASK_ROOM_OR_CODE = N_(
    "The number of a room you keep, or an invitation code (type or paste it; it is not shown). "
    "Ctrl-C stops:"
)
_YOURS = N_("You are the host of that room: `holdspace open` opens it. Nothing was sent.")
_MOVED_UNKNOWN = N_("That note is for a room that you do not keep. Nothing was changed.")
_WAITING = N_("You come in as soon as it opens. Ctrl-C stops waiting.")
_LOOK_AGAIN_SECONDS = 5.0
_CODE_READ = N_("Code read.")
_ASK_REST = N_("There is more to this code. Paste the rest, or just press enter to start again.")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    parser.add_argument("nothing_here", nargs="*", metavar="", help=argparse.SUPPRESS)
    add_socks(parser)
    add_plain(parser)
    add_notebook(parser)
    parser.set_defaults(run=_join)


def _join(asked: argparse.Namespace) -> int:
    if asked.nothing_here and not "".join(asked.nothing_here).isdigit():
        return complain(NOT_ON_THE_COMMAND_LINE, ASKED_WRONGLY)
    plain = choose_plain(flag=asked.plain)
    # Asked before there is an event loop, which would keep Ctrl-C for itself.
    with closing(open_keeper(asked)) as keeper:
        number = " ".join(asked.nothing_here)
        wanted = _room(number, keeper) if number else _asked(keeper)
        return asyncio.run(_come(wanted, asked.socks, keeper, plain=plain))


def _asked(keeper: Keeper) -> str | KeptRoom:
    """Ask where to go: to a kept room by its number, or where a pasted code leads."""
    for line in room_lines(keeper.notebook.rooms):
        say(_("rooms: {words}").format(words=line))
    question = _ASK_ROOM_OR_CODE if keeper.notebook.rooms else _ASK_CODE
    with unseen():
        wanted = ask_until(
            question,
            lambda answer: _read(answer, keeper),
            (InvitationError, CannotStart, NoSuchRoom, NotASlip, _Moved),
        )
    if isinstance(wanted, str):
        say(_CODE_READ)
    return wanted


def _read(answer: str, keeper: Keeper) -> str | KeptRoom:
    if answer.lower().startswith(MOVE_PREFIX):
        raise _Moved(_move(answer, keeper))
    if keeper.notebook.rooms and answer.isdigit():
        return _room(answer, keeper)
    return _readable(answer)


def _room(number: str, keeper: Keeper) -> KeptRoom:
    kept = numbered(keeper.notebook.rooms, number)
    if kept.host is not None:
        raise NoSuchRoom(_(_YOURS))
    return kept


class _Moved(Exception):
    """A note was pasted: a room is at another relay now, and the question is still open."""


def _move(pasted: str, keeper: Keeper) -> str:
    kept = keeper.notebook.room(moved_room(pasted))
    if kept is None:
        raise NotASlip(_(_MOVED_UNKNOWN))
    moved = moved_to(kept, pasted)
    keeper.change(lambda notebook: notebook.keeping_room(moved))
    return _("{room} is at {relays} now.").format(
        room=shown_name(moved), relays=" ".join(moved.relays)
    )


def _readable(code: str) -> str:
    while is_unfinished(code) and (rest := _rest()):
        code = rest if CODE_MARK.search(rest) else code + rest
    # Read here only to say what is wrong with it; the seat reads it again.
    addresses_to_join(decode_invitation(code, time.time()).relays, None)
    return code


def _rest() -> str:
    try:
        return ask(_ASK_REST)
    except NobodyAnswersError:
        return ""


async def _come(wanted: str | KeptRoom, socks: Proxy | None, keeper: Keeper, *, plain: bool) -> int:
    if isinstance(wanted, str):
        async with await Attendance.join(wanted, socks) as attendance:
            return await show(attendance, plain=plain, keeper=keeper)
    was_told = False
    while True:
        async with await Attendance.come_again(wanted, socks) as attendance:
            view = await attendance.arrived()
            if not view.is_not_open:
                return await show(attendance, plain=plain, keeper=keeper)
        if not was_told:
            for words in (view.ended_words, _(_WAITING)):
                say(_("room: {words}").format(words=words))
        was_told = True
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
