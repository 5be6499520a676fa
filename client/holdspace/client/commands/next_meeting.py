"""`holdspace next`: when a kept room meets, and a calendar file that names neither room nor people."""

import argparse
import os
import time
from contextlib import closing
from pathlib import Path

from holdspace.client.calendar_file import WRITTEN, NoMeeting, calendar, next_words
from holdspace.client.command_line import WELL, complain
from holdspace.client.own.keepsake import NotKept, write_new
from holdspace.client.prompt import say
from holdspace.protocol.translation import N_, _

from .kept import add_number, chosen, opened
from .options import add_notebook

OPEN = N_("When that room meets again is open. Its host says it in a meeting, with /schedule.")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be asked for, and what does it."""
    add_number(parser)
    parser.add_argument(
        "--ics",
        metavar=_("FILE"),
        type=Path,
        help=_('a new calendar file; it says "Appointment" and names neither the room nor anybody'),
    )
    add_notebook(parser)
    parser.set_defaults(run=_next)


def _next(asked: argparse.Namespace) -> int:
    with closing(opened(asked)) as keeper:
        schedule = chosen(asked, keeper).schedule
    if schedule is None:
        return complain(OPEN)
    now = time.time()
    try:
        say(_("rooms: {words}").format(words=next_words(schedule, now)))
        if asked.ics:
            write_new(asked.ics.expanduser(), calendar(schedule, now, os.urandom))
            say(_("rooms: {words}").format(words=_(WRITTEN)))
    except (NoMeeting, NotKept) as refused:
        return complain(str(refused))
    return WELL
