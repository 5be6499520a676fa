"""The next meetings as a calendar file (RFC 5545) that tells whoever reads the calendar nothing.

No name of a room or a person is in it, nor of this program. Times are in UTC, so that every
calendar shows them right; meetings that come again are written one by one, so that they stay at
the host's hour when the clocks change.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holdspace.client.own.keepsake import NotKept, write_new
from holdspace.protocol.meeting.schedule import EVERY_DAYS, Schedule, day_words
from holdspace.protocol.refusals import LocalError
from holdspace.protocol.translation import N_, _

MEETINGS_AHEAD = 12
# For translators: this alone stands in the calendar, and says nothing about whom one meets.
SUMMARY = N_("Appointment")
OPEN = N_("When this room meets again is open, so nothing was written.")
WRITTEN = N_("The calendar file is written. It says when, and nothing else.")
_WARN_MINUTES = 30
_MOST_OCTETS = 75


class NoMeeting(LocalError):
    """There is no meeting to write down; the text is for the person."""


def meetings(schedule: Schedule, now: float) -> tuple[datetime, ...]:
    """Return the meetings to come, in the host's time zone; raise NoMeeting for a zone unknown here."""
    zone = _zone(schedule)
    local = datetime.fromtimestamp(now, zone).replace(tzinfo=None)
    found: list[datetime] = []
    step = timedelta(days=EVERY_DAYS[schedule.every])
    at = schedule.next_after(local)
    while at is not None and len(found) < (MEETINGS_AHEAD if step else 1):
        found.append(at.replace(tzinfo=zone))
        at = at + step
    return tuple(found)


def next_words(schedule: Schedule, now: float) -> str:
    """Return when the next meeting is, on the host's clock."""
    to_come = meetings(schedule, now)
    if not to_come:
        return _("No meeting is to come: the last one is over.")
    return _("The next meeting: {day}, {time} ({zone}).").format(
        day=day_words(to_come[0]), time=f"{to_come[0]:%H:%M}", zone=schedule.zone
    )


def calendar(schedule: Schedule, now: float, random: Callable[[int], bytes]) -> str:
    """Return the file's text; raise NoMeeting when none is to come."""
    to_come = meetings(schedule, now)
    if not to_come:
        raise NoMeeting(_("No meeting is to come, so nothing was written."))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Appointments//EN"]
    for begins in to_come:
        lines += _event(begins, schedule.minutes, now, random(16).hex())
    return "".join(f"{part}\r\n" for line in (*lines, "END:VCALENDAR") for part in folded(line))


def save(schedule: Schedule | None, name: str, now: float) -> str:
    """Write the calendar into a new file, and return what to tell the person, also if that failed."""
    if schedule is None:
        return _(OPEN)
    try:
        write_new(Path(name.strip()).expanduser(), calendar(schedule, now, os.urandom))
    except (NoMeeting, NotKept) as refused:
        return str(refused)
    return _(WRITTEN)


def _event(begins: datetime, minutes: int, now: float, number: str) -> list[str]:
    start = begins.astimezone(UTC)
    return [
        "BEGIN:VEVENT",
        f"UID:{number}@appointment.invalid",
        f"DTSTAMP:{_utc(datetime.fromtimestamp(now, UTC))}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(start + timedelta(minutes=minutes))}",
        f"SUMMARY:{_(SUMMARY)}",
        "CLASS:PRIVATE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_(SUMMARY)}",
        f"TRIGGER:-PT{_WARN_MINUTES}M",
        "END:VALARM",
        "END:VEVENT",
    ]


def folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, each but the first after a space (3.1)."""
    part = ""
    for character in line:
        if len((part + character).encode()) > _MOST_OCTETS:
            yield part
            part = " "
        part += character
    yield part


def _utc(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def _zone(schedule: Schedule) -> ZoneInfo:
    try:
        return ZoneInfo(schedule.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NoMeeting(
            _(
                "This computer does not know the time zone {zone}, so the time could be "
                "wrong, and nothing was written."
            ).format(zone=schedule.zone)
        ) from None
