"""`holdspace host`: what a host is asked before the room opens, and opening it, with a code if needed.

Everything is asked at the prompt, before there is a screen, so that both front ends begin alike.
What was typed is kept until the room is open: a refused room code costs nothing but another try.
"""

import argparse
import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from holdspace.client.attend import Attendance, CannotStart, check_addresses
from holdspace.client.care.crisis import carried_text, host_warning, local_card, own_card_text
from holdspace.client.command_line import WELL
from holdspace.client.front_end import show
from holdspace.client.here import relay_here
from holdspace.client.keeping import Keeper
from holdspace.client.library import (
    DEFAULT_FLOW,
    Agreements,
    DataError,
    NotInLibrary,
    read_agreements,
    read_crisis_card,
    read_flow,
)
from holdspace.client.look import look_at
from holdspace.client.plain_or_screen import choose_plain
from holdspace.client.privacy import COVERED, WITHOUT_SLOTS
from holdspace.client.prompt import ask, ask_until, read_secret_file, say, unseen
from holdspace.client.seat.host import Opening
from holdspace.client.settings import find_settings
from holdspace.client.socks import Proxy
from holdspace.client.yes_or_no import NO
from holdspace.protocol.keys import NotARoomCodeError, SigningKey, room_code_key
from holdspace.protocol.meeting.flow import parse_flow
from holdspace.protocol.text import NameRefused, check_name, clean_line
from holdspace.protocol.translation import N_, _, listed, shown

from .opening import open_keeper
from .options import add_notebook, add_plain, add_socks

NO_FLOW = "none"
# Also one with a letter wrong or missing.
_LIKE_A_ROOM_CODE = re.compile(r"\b[a-z0-9]{4,6}(-[a-z0-9]{4,6}){4}\b")
_ASK_ROOM = N_("What is the room called? People see this name when they are invited.")
_ASK_NAME = N_("What shall people here call you? Up to 24 letters; it need not be your real name.")
_DEFAULT_STANDING = N_("A peer, not a professional.")
_ASK_STANDING = N_(
    "What are you to the people who come? They read it at the door. Type it, or just press enter for: "
    "{standing}"
)
_ASK_RELAY = N_(
    "Which relay? Type its address, like wss://relay.example (or several of one cluster, with "
    "spaces between), or just press enter for a relay on this machine."
)
_ASK_OPEN = N_("Press enter to open the room there, or type n to stop.")
_ASK_CODE = N_(
    "Room code (type or paste it and press enter; it is not shown). Or just press enter to stop."
)
_CODE_READ = N_("Code read. It is used for this meeting only; this version keeps it nowhere.")
_NOT_TAKEN = N_("That room code was not taken. Nothing was opened, and nothing is lost.")
_NOT_HERE = N_(
    "That looks like a room code. It was not used, and nobody was shown it: it is asked for when the "
    "relay wants one. Now to the question."
)
COVER_HELP = N_(
    "once the first stage has begun, let everybody's program send one small message every two seconds, with "
    "words in it or without, so that the sending does not tell the relay who speaks. What is said "
    "arrives up to two seconds later, a private word or a pair needs most of a minute to begin, and an hour "
    "costs each about 2 MB for each person in the room. Off, unless your settings say otherwise."
)
_ABOUT_SLOTS = N_("--cover-slots is against that; holdspace explain-privacy says more.")
_NOT_OPENED = N_("No room was opened. Nothing is kept.")
_BROKEN_FLOW = N_(
    "That flow cannot be used yet, so no room was opened. Put right what is said above, or start "
    "with --flow none."
)


def _host(asked: argparse.Namespace) -> int:
    """Ask for what was not said yet, open the room, and lead the meeting in it."""
    check_addresses(asked.relay or ())
    code = code_in(asked.room_code_file) if asked.room_code_file else None
    flow = read_the_flow(asked.flow)
    plain = choose_plain(flag=asked.plain)
    with closing(open_keeper(asked)) as keeper:
        return _prepare(asked, code, flow, Front(plain, keeper))


def _prepare(asked: argparse.Namespace, code: SigningKey | None, flow: str, front: "Front") -> int:
    room = clean_line(asked.room or _words(_ASK_ROOM), 80) or _("A room")
    name = (
        check_name(asked.name) if asked.name else ask_until(_ASK_NAME, check_name, (NameRefused,))
    )
    # Who is asked for a name is asked for this, too: a standing nobody chose would be a claim.
    usual = _(_DEFAULT_STANDING)
    question = _(_ASK_STANDING).format(standing=usual)
    standing = asked.standing or ("" if asked.name else _words(question)) or usual
    relays = tuple(asked.relay or ()) or (() if asked.here else _asked_relays())
    agreements = agreements_for(flow)
    opening = Opening(
        room_name=room,
        name=name,
        agreements=agreements.lines,
        agreements_version=agreements.version,
        standing=clean_line(standing, 600),
        flow_toml=flow,
        code=code,
        crisis=crisis_text(asked.crisis),
        is_covered=is_covered(asked),
    )
    where = Where(relays, asked.socks)
    # The screen would cover the card at once, so it waits; plain lines stay where they are.
    if relays and not _agrees(where, is_asked=not (asked.relay and front.plain)):
        say(_NOT_OPENED)
        return WELL
    return lead(where, opening, front)


class Front(NamedTuple):
    """What the person sits at: plain lines or the screen, with their notebook beside it."""

    plain: bool
    keeper: Keeper


class Where(NamedTuple):
    """At which relays a room opens (none: one of its own), and through what they are reached."""

    relays: tuple[str, ...]
    socks: Proxy | None
    # Where one of its own listens; 0 takes any free port.
    port: int = 0


def _agrees(where: Where, *, is_asked: bool) -> bool:
    """Show who runs the relay; `is_asked` says whether to wait for a yes."""
    # A relay that is not there can take half a minute to be given up.
    say(_("relay: Looking at {relays}.").format(relays=listed(where.relays)))
    seen = asyncio.run(look_at(where.relays, where.socks))
    say(_("relay: {relay} answers.").format(relay=seen.relay))
    for line in seen.lines():
        say(line)
    return not is_asked or ask(_ASK_OPEN).lower() not in {*NO, "q"}


def lead(where: Where, opening: Opening, front: Front) -> int:
    """Lead a meeting in the room that opens there, asking for a room code as long as one is needed."""
    while True:
        # Asked between two event loops: one would keep Ctrl-C for itself.
        exit_code, refused = asyncio.run(_hold(where, opening, front))
        if not refused:
            return exit_code
        if opening.code is not None:
            say(_("relay: {words}").format(words=_(_NOT_TAKEN)))
        say(_("relay: {words}").format(words=refused))
        key = _asked_code()
        if key is None:
            say(_NOT_OPENED)
            return WELL
        opening = replace(opening, code=key)


async def _hold(where: Where, opening: Opening, front: Front) -> tuple[int, str]:
    """Return the exit code, and what the relay said if it wants (another) room code."""
    opening = replace(opening, is_relay_here=not where.relays)
    async with (
        _relays(where) as addresses,
        await Attendance.host(addresses, opening, where.socks) as mine,
    ):
        view = await mine.settled()
        if view.needs_code:
            return WELL, view.ended_words
        exit_code = await show(mine, plain=front.plain, keeper=front.keeper)
        return exit_code, mine.view.ended_words if mine.view.needs_code else ""


@asynccontextmanager
async def _relays(where: Where) -> AsyncIterator[tuple[str, ...]]:
    if where.relays:
        yield where.relays
        return
    async with relay_here(port=where.port) as own:
        say(
            _(
                "relay: A relay runs on this machine at {own}, until you leave: the room "
                "goes with you."
            ).format(own=own)
        )
        yield (own,)


def read_the_flow(name: str) -> str:
    """Return the text of a flow that can be used; raise CannotStart after saying what is wrong."""
    if name == NO_FLOW:
        return ""
    toml = read_flow(name)
    # A flow that has a mistake is refused here, with its lines, and not by everybody's client.
    try:
        parse_flow(toml)
    except DataError as error:
        for problem in error.problems:
            say(f"{clean_line(name)}:{problem.line}: {problem.sentence}")
        raise CannotStart(_(_BROKEN_FLOW)) from None
    return toml


def agreements_for(flow: str) -> Agreements:
    """Return what people accept at the door: what the flow names, or else the standard ones."""
    path = parse_flow(flow).policy.agreement if flow else ""
    try:
        return read_agreements(path.rpartition("/")[2]) if path else read_agreements()
    except (NotInLibrary, DataError):
        say(
            _("agreements: {name} cannot be used; people accept the standard ones.").format(
                name=clean_line(path)
            )
        )
        return read_agreements()


def crisis_text(path: Path | None) -> str:
    """Return the crisis card that goes with the room, and warn about what people will see (A15)."""
    text = carried_text(path) if path else own_card_text(os.environ)
    card = read_crisis_card(text) if text else local_card(os.environ)
    warning = host_warning(card, datetime.now(tz=UTC).date())
    if warning:
        say(_("care: {words}").format(words=warning))
    return text


def is_covered(asked: argparse.Namespace) -> bool:
    """Return whether the meeting has cover slots, and say what they cost if it has."""
    is_chosen: bool | None = asked.cover_slots
    if is_chosen is None:
        is_chosen = find_settings().settings.cover_slots
    words = _(COVERED) if is_chosen else f"{shown(WITHOUT_SLOTS)} {_(_ABOUT_SLOTS)}"
    say(_("relay: {words}").format(words=words))
    return is_chosen


class _RoomCodeTooSoonError(ValueError):
    """A room code was given where everybody at the door would read it."""

    def __init__(self) -> None:
        super().__init__(_(_NOT_HERE))


def _words(question: str) -> str:
    """Ask for words that others will read; a room code typed one question too soon is none."""

    def read(answer: str) -> str:
        with suppress(NotARoomCodeError):
            room_code_key(answer)
            raise _RoomCodeTooSoonError
        if _LIKE_A_ROOM_CODE.search(answer.lower()):
            raise _RoomCodeTooSoonError
        return answer

    return ask_until(question, read, (_RoomCodeTooSoonError,))


def _asked_relays() -> tuple[str, ...]:
    return ask_until(_ASK_RELAY, lambda answer: check_addresses(answer.split()), (CannotStart,))


def _asked_code() -> SigningKey | None:
    def read(answer: str) -> SigningKey | None:
        return room_code_key(answer) if answer else None

    with unseen():
        key = ask_until(_ASK_CODE, read, (NotARoomCodeError,))
    if key is not None:
        say(_CODE_READ)
    return key


def code_in(path: Path) -> SigningKey:
    """Return the room code in a file that nobody else can read."""
    return room_code_key(read_secret_file(path))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--relay",
        metavar=_("ADDRESS"),
        action="append",
        help=_("the relay, like wss://relay.example; up to four times for relays of one cluster"),
    )
    where.add_argument("--here", action="store_true", help=_("start a relay on this machine"))
    parser.add_argument(
        "--room", metavar=_("NAME"), help=_("the room's name; asked for without it")
    )
    parser.add_argument(
        "--name", metavar=_("NAME"), help=_("your name there; asked for without it")
    )
    parser.add_argument(
        "--standing",
        metavar=_("WORDS"),
        help=_(
            'what you are to the people who come, shown at the door ("{default_standing}")'
        ).format(default_standing=_(_DEFAULT_STANDING)),
    )
    add_meeting_options(parser)
    add_socks(parser)
    add_plain(parser)
    add_notebook(parser)
    parser.set_defaults(run=_host)


def add_meeting_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be said of any meeting that a host leads."""
    parser.add_argument(
        "--flow",
        metavar=_("FILE"),
        default=DEFAULT_FLOW,
        help=_(
            "a flow file, the name of a shipped flow ({default_flow} if you say "
            'nothing), or "{no_flow}" for a meeting without an agenda'
        ).format(default_flow=DEFAULT_FLOW, no_flow=NO_FLOW),
    )
    parser.add_argument(
        "--crisis",
        metavar=_("FILE"),
        type=Path,
        help=_(
            "the crisis card that people in your room see; without it your own "
            "crisis/en.toml beside your settings, if there is one"
        ),
    )
    parser.add_argument(
        "--cover-slots",
        action=argparse.BooleanOptionalAction,
        help=f"{_(COVER_HELP)} {shown(WITHOUT_SLOTS)}",
    )
    parser.add_argument(
        "--room-code-file",
        metavar=_("FILE"),
        type=Path,
        help=_(
            "a file, readable by you alone, with the room code that some relays ask for; without "
            "it you are asked when it is needed"
        ),
    )
