"""`holdspace join`: the invitation code is asked for at the prompt, and leads to the lobby."""

import argparse
import asyncio
import time
from contextlib import closing

from holdspace.client.attend import Attendance, CannotStart, check_addresses
from holdspace.client.command_line import (
    ASKED_WRONGLY,
    CODE_MARK,
    NOT_ON_THE_COMMAND_LINE,
    complain,
)
from holdspace.client.front_end import choose_plain, show
from holdspace.client.keeping import Keeper
from holdspace.client.prompt import NobodyAnswersError, ask, ask_until, say, unseen
from holdspace.client.socks import Proxy
from holdspace.protocol.invite import InvitationError, decode_invitation, is_unfinished

from .opening import open_keeper
from .options import add_notebook, add_plain, add_socks

_ASK_CODE = "Invitation code (paste it and press enter; it is not shown):"
_CODE_READ = "Code read."
_ASK_REST = "There is more to this code. Paste the rest, or just press enter to start again."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    parser.add_argument("nothing_here", nargs="*", metavar="", help=argparse.SUPPRESS)
    add_socks(parser)
    add_plain(parser)
    add_notebook(parser)
    parser.set_defaults(run=_join)


def _join(asked: argparse.Namespace) -> int:
    if asked.nothing_here:
        return complain(NOT_ON_THE_COMMAND_LINE, ASKED_WRONGLY)
    plain = choose_plain(flag=asked.plain)
    # Asked before there is an event loop, which would keep Ctrl-C for itself.
    with closing(open_keeper(asked)) as keeper:
        with unseen():
            code = ask_until(_ASK_CODE, _readable, (InvitationError, CannotStart))
        say(_CODE_READ)
        return asyncio.run(_visit(code, asked.socks, keeper, plain=plain))


def _readable(code: str) -> str:
    while is_unfinished(code) and (rest := _rest()):
        code = rest if CODE_MARK.search(rest) else code + rest
    # Read here only to say what is wrong with it; the seat reads it again.
    check_addresses(decode_invitation(code, time.time()).relays)
    return code


def _rest() -> str:
    try:
        return ask(_ASK_REST)
    except NobodyAnswersError:
        return ""


async def _visit(code: str, socks: Proxy | None, keeper: Keeper, *, plain: bool) -> int:
    async with await Attendance.join(code, socks) as attendance:
        return await show(attendance, plain=plain, keeper=keeper)
