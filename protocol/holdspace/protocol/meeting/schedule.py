"""When a room meets: a day and an hour as its host lives them, how long, and how often.

Kept as the host's own clock shows it, with the name of their time zone, so that "Tuesdays at six"
stays at six when the clocks change. Turning it into an instant is for clients, which know zones.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from holdspace.protocol.refusals import LocalError
from holdspace.protocol.translation import N_, _

Every = Literal["once", "weekly", "fortnightly", "four-weekly"]
EVERY_WORDS: dict[Every, str] = {
    "once": "once",
    "weekly": N_("every week"),
    "fortnightly": N_("every two weeks"),
    "four-weekly": N_("every four weeks"),
}
EVERY_DAYS: dict[Every, int] = {"once": 0, "weekly": 7, "fortnightly": 14, "four-weekly": 28}
USUAL_MINUTES = 60
_HOW = N_("Like: /schedule 2026-12-01 18:00 weekly 60")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MINUTES = re.compile(r"[0-9]{1,4}")


class NotASchedule(LocalError):
    """What was typed is no schedule."""


class Schedule(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The first meeting's day and time of day in a zone, its length, and how often it comes again.

    `day` counts from 0001-01-01 as Python's ordinals do; `minute` from midnight on that clock.
    """

    day: Annotated[int, Meta(ge=1, le=3_000_000)]
    minute: Annotated[int, Meta(ge=0, lt=24 * 60)]
    zone: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+\-/]{1,40}\Z")]
    every: Every = "once"
    minutes: Annotated[int, Meta(ge=5, le=24 * 60)] = USUAL_MINUTES

    def first(self) -> datetime:
        """Return the first meeting on the host's clock, without a zone."""
        return datetime.combine(date.fromordinal(self.day), datetime.min.time()) + timedelta(
            minutes=self.minute
        )

    def next_after(self, local: datetime) -> datetime | None:
        """Return the meeting on the host's clock that is not over at `local`, if one is to come."""
        first, step = self.first(), EVERY_DAYS[self.every]
        over = local - timedelta(minutes=self.minutes)
        if first > over:
            return first
        if not step:
            return None
        missed = (over - first) // timedelta(days=step) + 1
        return first + timedelta(days=missed * step)


_DAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"),
    N_("Sunday"),
)  # fmt: skip
_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"),
    N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


def day_words(day: date | datetime) -> str:
    """Return a day as it is read out, whatever the device's own settings for days are."""
    weekday, month = _(_DAYS[day.weekday()]), _(_MONTHS[day.month - 1])
    return _("{weekday} {day} {month} {year}").format(
        weekday=weekday, day=day.day, month=month, year=day.year
    )


def schedule_words(schedule: Schedule) -> str:
    """Return when the room meets, as its host's clock shows it."""
    first = schedule.first()
    when = f"{day_words(first)}, {first:%H:%M} ({schedule.zone})"
    if schedule.every == "once":
        return when
    return _("{when}, and then {often}").format(when=when, often=_(EVERY_WORDS[schedule.every]))


def read_schedule(typed: str, *, zone: str) -> Schedule:
    """Return what "2026-12-01 18:00 weekly 60" says; raise NotASchedule with a sentence if nothing."""
    words = typed.split()
    if not 2 <= len(words) <= 4:
        raise NotASchedule(_("A day and a time, please. {how}").format(how=_(_HOW)))
    try:
        day = date.fromisoformat(words[0])
    except ValueError:
        raise NotASchedule(
            _("The day is written year-month-day. {how}").format(how=_(_HOW))
        ) from None
    time = _TIME.fullmatch(words[1])
    if time is None:
        raise NotASchedule(_("The time is written like 18:00. {how}").format(how=_(_HOW)))
    every, minutes = _rest(words[2:])
    return Schedule(
        day=day.toordinal(),
        minute=int(time[1]) * 60 + int(time[2]),
        zone=zone,
        every=every,
        minutes=minutes,
    )


def _rest(words: list[str]) -> tuple[Every, int]:
    every: Every = "once"
    minutes = USUAL_MINUTES
    for word in words:
        named = next((name for name in EVERY_DAYS if name == word.lower()), None)
        if named is not None:
            every = named
        elif _MINUTES.fullmatch(word) and 5 <= int(word) <= 24 * 60:
            minutes = int(word)
        else:
            raise NotASchedule(
                _("How often is one of {names}; how long is 5 to 1440 minutes. {how}").format(
                    names=", ".join(EVERY_DAYS), how=_(_HOW)
                )
            )
    return every, minutes
