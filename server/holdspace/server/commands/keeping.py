"""`holdspace-relay backup`: a copy of what the relay keeps, with the truth about such copies."""

import argparse
from pathlib import Path

from holdspace.server.commands.command import NOT_WELL, WELL, Asked, Command, complain, say
from holdspace.server.config import folder_of
from holdspace.server.log.copies import DATABASE, back_up


def backup(asked: Asked) -> int:
    """Copy the database of a relay, running or not."""
    config = asked.config()
    folder = folder_of(config)
    if folder is None or config.log.kind != "sqlite" or asked.file is None:
        complain(
            "There is no database to copy: a log in memory cannot be kept, and one in a cluster is "
            "backed up there (nats stream backup)."
        )
        return NOT_WELL
    file = asked.file.absolute()
    size = back_up(folder, file, rooms_only=asked.arguments.rooms_only)
    say(f"Saved to {file} ({size / 1024:,.0f} KiB); only you can read it.\n")
    if asked.arguments.rooms_only:
        say("It has rooms, their codes and invitations. Nothing that was said is in it.")
    else:
        say(
            "It keeps what the relay will forget: meetings that are over by then, though encrypted;\n"
            "when they were, and how large. Delete it as soon as you can, and keep it on an\n"
            "encrypted disk. With --rooms-only nothing that was said is in it."
        )
    say(
        f"\nTo go back to it: stop the relay, remove {DATABASE}-wal and {DATABASE}-shm in {folder},\n"
        f"put this file there as {DATABASE}, belonging to the relay's user, and start the relay.\n"
        "Meetings that went on since notice that words are missing, and begin anew."
    )
    return WELL


def _where_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a new file")
    parser.add_argument(
        "--rooms-only", action="store_true", help="leave out meetings and what was said in them"
    )


COMMANDS = (Command(("backup",), "copy the relay's database to a file", backup, _where_to),)
