"""`holdspace open`: the host opens a kept room again, with the same key and the same four words."""

import argparse
from contextlib import closing
from urllib.parse import urlsplit

from holdspace.client.attend import check_addresses
from holdspace.client.command_line import complain
from holdspace.client.kept_rooms import KeptRoom, shown_name
from holdspace.client.plain_or_screen import choose_plain
from holdspace.client.prompt import say
from holdspace.client.seat.host import Opening
from holdspace.protocol.meeting.flow import parse_flow
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from .coming_back import come_back
from .host import (
    Front,
    Where,
    add_meeting_options,
    agreements_for,
    code_in,
    crisis_text,
    is_covered,
    lead,
    read_the_flow,
)
from .kept import add_number, chosen, opened
from .options import add_notebook, add_plain, add_socks
from .rooms import ONLY_HOST

HERE_AGAIN = N_("rooms: Its relay ran on this machine the last time, and is started here again.")
MAYBE_HERE = N_(
    "rooms: The room has its relay on this machine. If nothing answers there, add --here: that starts "
    "one."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    add_number(parser)
    parser.add_argument(
        "--here",
        action="store_true",
        help=_("start a relay on this machine, for a room that had one there"),
    )
    add_meeting_options(parser)
    add_socks(parser)
    add_plain(parser)
    add_notebook(parser)
    parser.set_defaults(run=_open)


def port_here(relays: tuple[str, ...]) -> int:
    """Return the port a room had on this machine: who keeps it looks for it there again."""
    for relay in relays:
        address = urlsplit(relay)
        if address.hostname == "127.0.0.1" and address.port:
            return address.port
    return 0


def was_here(kept: KeptRoom) -> bool:
    """Tell whether the relay of a room ran in the host's own program, and was not moved since."""
    return kept.host is not None and kept.host.is_relay_here and port_here(kept.relays) > 0


def _flow_words(flow: str) -> str:
    """Say which flow it is: a room does not remember the one of the last meeting."""
    if not flow:
        return _("It has no flow this time; --flow takes one.")
    return _("Its flow this time: {title}. --flow takes another.").format(
        title=clean_line(parse_flow(flow).title)
    )


def _open(asked: argparse.Namespace) -> int:
    code = code_in(asked.room_code_file) if asked.room_code_file else None
    flow = read_the_flow(asked.flow)
    plain = choose_plain(flag=asked.plain)
    with closing(opened(asked)) as keeper:
        kept = chosen(asked, keeper, lambda room: room.host is not None)
        if kept.host is None:
            return complain(ONLY_HOST)
        agreements = agreements_for(flow)
        opening = Opening(
            room_name=shown_name(kept),
            name=kept.my_name,
            agreements=agreements.lines,
            agreements_version=agreements.version,
            standing=kept.host.standing,
            flow_toml=flow,
            code=code,
            crisis=crisis_text(asked.crisis),
            kept=kept,
            is_covered=is_covered(asked),
        )
        front, is_here = Front(plain, keeper), asked.here or was_here(kept)
        back = come_back(kept, asked.socks, front)
        if back.exit_code is not None:
            return back.exit_code
        # What answers there was started for the meeting before, and its program died.
        is_here = is_here and not back.is_answered
        relays = () if is_here else check_addresses(kept.relays)
        say(
            _("rooms: Opening {room} again. {flow_words}").format(
                room=shown_name(kept), flow_words=_flow_words(flow)
            )
        )
        if not asked.here and port_here(kept.relays):
            say(HERE_AGAIN if is_here else MAYBE_HERE)
        where = Where(relays, asked.socks, port_here(kept.relays))
        return lead(where, opening, front)
