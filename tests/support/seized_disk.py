"""What somebody finds who takes a relay's disk away in mid-meeting: the table of docs/relay-privacy.md.

Three seats hold a meeting around the relay's core, every record of which goes to a real database on
disk. Chance is seeded, so the same bytes come out each time.

    .venv/bin/python tests/support/seized_disk.py > found.md
"""

import asyncio
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from holdspace.client.seat.intents import CloseTheMeeting, Say
from holdspace.server.log.copies import DATABASE
from holdspace.server.log.records import Record
from holdspace.server.log.sqlite import SqliteLog
from seat_table import Table

PEOPLE = ("Ottilie", "Marabelle", "Jonquille")
SAID = "The quagmire by the river, and what helped."
# Everything people in the meeting chose, wrote or are called.
SECRETS = (*PEOPLE, "quagmire", "Tuesday circle", "Passing is fine")
_SHOWN_BYTES = 6
# What each column tells whoever reads it. A new column needs a line here, and one in the page.
MEANINGS = {
    "room.handle": "a random number for the room",
    "room.root_key": "a public key of its host, made for this room only",
    "room.expires_minute": "48 hours after the host last opened the room, to the minute",
    "room.code": "the public key of the room code it was opened with: you know whom you gave that to",
    "meeting.number": "counts the meetings of this disk",
    "meeting.handle": "a random number for the meeting",
    "meeting.room": "whose meeting it is: the room's number",
    "meeting.slots": "eight public keys: those of the facilitators, and decoys",
    "meeting.expires_minute": "12 hours after anybody last sent anything, to the minute",
    "epoch.meeting": "the meeting's number",
    "epoch.epoch": "one row for each time somebody came or went",
    "epoch.access_key": "a public key that everybody who was there shared",
    "epoch.opened_by": "at which place in the order that was",
    "entry.place": "the meeting, and the place in its order",
    "entry.epoch": "between which comings and goings it was sent",
    "entry.is_commit": "1 if somebody came or went, 0 for everything else",
    "entry.message_id": "a random number",
    "entry.cost": "what it counts for: how large it is, in four classes",
    "entry.payload": "encrypted; the first bytes say group (random), epoch and kind",
    "doomed.meeting": "a meeting that is over, whose entries are being erased",
    "invitation.room": "the room's number",
    "invitation.knock_key": "a public key that holders of this invitation share",
    "invitation.card": "encrypted for holders of the invitation",
    "invitation.expires_minute": "when it runs out",
    "welcome.room": "the room's number",
    "welcome.knock": "a random number: somebody was let in",
    "welcome.knock_key": "by which invitation they came",
    "welcome.meeting": "into which meeting",
    "welcome.seq": "at which place in its order",
    "welcome.sealed": "encrypted for that one newcomer",
    "welcome.expires_minute": "when it is deleted",
}


@dataclass(frozen=True)
class Row:
    """One column of one table: an example of what is in it."""

    table: str
    column: str
    example: str


def meeting(*, is_closed: bool = False) -> list[Record]:
    """Hold a meeting, and return every record the relay was asked to keep."""
    table = Table(seed=20261123)
    kept: list[Record] = []
    submit = table.log.submit

    def overhear(ticket: int, record: Record) -> None:
        kept.append(record)
        submit(ticket, record)

    table.log.submit = overhear  # type: ignore[method-assign]
    host, *others = PEOPLE
    leading = table.host(host)
    guests = [table.join(name, leading) for name in others]
    table.wait(60)
    for guest in (leading, *guests):
        table.do(guest, Say(SAID))
        table.wait(30)
    if is_closed:
        assert table.do(leading, CloseTheMeeting()) is None
    return kept


def write(folder: Path, records: list[Record]) -> None:
    """Keep records in a database in `folder`, as a relay does."""
    asyncio.run(_write(folder, records))


async def _write(folder: Path, records: list[Record]) -> None:
    log = SqliteLog(folder)
    await log.start(lambda _outcome: None)
    for ticket, record in enumerate(records):
        log.submit(ticket, record)
    await log.close()


def rows(folder: Path) -> Iterator[Row]:
    """Yield every column of every table, with the value of its last row."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in names:
            found = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608  # our own names
            columns = [column for column, *_ in found.description]
            last = (found.fetchall() or [("",) * len(columns)])[-1]
            for column, value in zip(columns, last, strict=True):
                yield Row(name, column, _shown(value) or "(none)")


def _shown(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    if not value:
        return "(empty)"
    start = value[:_SHOWN_BYTES].hex(" ")
    return start if len(value) <= _SHOWN_BYTES else f"{start} ... ({len(value)} bytes)"


def readable(folder: Path) -> set[str]:
    """Return what `strings -n 16` shows of the files."""
    return {
        match.decode()
        for file in folder.iterdir()
        for match in re.findall(rb"[\x20-\x7e\t\n]{16,}", file.read_bytes())
    }


def page() -> str:
    """Return the table for the page."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, meeting())
        lines = ["| where | for example | what it tells |", "|---|---|---|"]
        lines += [_line(row) for row in rows(folder)]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    where = f"{row.table}.{row.column}"
    return f"| {where} | `{row.example}` | {MEANINGS[where]} |"


if __name__ == "__main__":
    sys.stdout.write(page())
