"""`holdspace-relay code ...`: room codes, which are given out once and declared by their public half."""

import argparse
import os
import re

from holdspace.protocol.keys import new_room_code, room_code_key
from holdspace.server.admin import NotRunningError, ask
from holdspace.server.commands.command import ASKED_WRONGLY, WELL, Asked, Command, complain, say
from holdspace.server.config import RoomCode, admin_socket_of, rooms_are_open

_VARIABLE = "HOLDSPACE_RELAY_ROOMS_CODES"


def new(asked: Asked) -> int:
    """Make a code, show it once, and say what to put into the configuration."""
    config, rooms, note = asked.config(), asked.arguments.rooms, asked.arguments.note.strip()
    # A list in a variable has commas between its items.
    if not re.fullmatch(r"[^,\"'\\\x00-\x1f\x7f]{0,100}", note):
        complain("A note has at most 100 characters, and no commas, quotes or line breaks.")
        return ASKED_WRONGLY
    code = new_room_code(os.urandom)
    made = RoomCode(room_code_key(code).public, rooms, note)
    before = [_line(one) for one in config.rooms.codes]
    say("The room code, shown this once. Give it to whoever will host, in a way you trust:\n")
    say(f"    {code}\n")
    say("The relay has to know its public half, from which nobody can make the code.")
    variable = f'    {_VARIABLE}="{",".join((*before, _line(made)))}"\n'
    if _VARIABLE in asked.sources.variables:
        # It hides what the file says, so that a line there would change nothing.
        say(f"As the variable that is set now, with one more:\n\n{variable}")
    else:
        say(_in_the_file(_line(made), is_first=not before))
        say(f"\nor as a variable:\n\n{variable}")
    say("Then have it read again: systemctl reload holdspace-relay, or kill -HUP.")
    if rooms_are_open(config):
        say(
            "(Rooms are open to everybody on this relay: a code is needed with rooms.open = false.)"
        )
    return WELL


def list_codes(asked: Asked) -> int:
    """Say which codes there are, and how many rooms each keeps."""
    config = asked.config_as_it_is()
    try:
        used = ask(admin_socket_of(config), "codes")
    except NotRunningError as error:
        complain(f"{error} So how many rooms each keeps is not known.")
        used = {}
    if not config.rooms.codes:
        say('No codes are declared. Make one: holdspace-relay code new --note "for ..."')
    for one in config.rooms.codes:
        kept = used.get(one.key.hex(), "?")
        say(f"{one.key.hex()[:12]}...  {kept} of {one.rooms} rooms  {one.note}".rstrip())
    return WELL


def _in_the_file(line: str, *, is_first: bool) -> str:
    # A section that is there already must not come twice: then only its new line is shown.
    if is_first:
        return f'In the file:\n\n    [rooms]\n    codes = [\n        "{line}",\n    ]'
    return f'In the file, one more line in the list `codes` below [rooms]:\n\n        "{line}",'


def _line(code: RoomCode) -> str:
    return f"{code.key.hex()} {code.rooms} {code.note}".rstrip()


def _how_many(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text) or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError("a code keeps 1 to 1000 rooms")
    return int(text)


def _about_the_code(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rooms", type=_how_many, default=1, help="how many rooms it keeps at a time (%(default)s)"
    )
    parser.add_argument("--note", default="", help="a note to yourself, such as whom it is for")


COMMANDS = (
    Command(("code", "new"), "make a code that opens rooms", new, _about_the_code),
    Command(("code", "list"), "say which codes there are and what they keep", list_codes),
)
