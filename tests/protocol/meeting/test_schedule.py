"""When a room meets, as its host typed it."""

import calendar
from datetime import date, datetime

import pytest

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import ScheduleSet
from holdspace.protocol.meeting.schedule import (
    EVERY_WORDS,
    NotASchedule,
    Schedule,
    day_words,
    read_schedule,
    schedule_words,
)
from meeting_room import Meeting, identity


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_schedule_is_read_as_it_is_typed() -> None:
    schedule = read_schedule("2026-12-01 18:00 weekly 75", zone="Europe/Berlin")
    assert schedule.first() == at("2026-12-01T18:00")
    assert (schedule.every, schedule.minutes, schedule.zone) == ("weekly", 75, "Europe/Berlin")


def test_a_meeting_that_runs_is_still_the_next_one() -> None:
    weekly = read_schedule("2026-12-01 18:00 weekly", zone="UTC")
    assert weekly.next_after(at("2026-11-01T00:00")) == at("2026-12-01T18:00")
    assert weekly.next_after(at("2026-12-01T18:59")) == at("2026-12-01T18:00")
    assert weekly.next_after(at("2026-12-01T19:00")) == at("2026-12-08T18:00")
    assert weekly.next_after(at("2027-12-07T19:01")) == at("2027-12-14T18:00")


def test_what_is_once_is_over_when_it_is_over() -> None:
    once = read_schedule("2026-12-01 18:00", zone="UTC")
    assert once.next_after(at("2026-12-01T18:30")) == at("2026-12-01T18:00")
    assert once.next_after(at("2026-12-01T19:00")) is None


@pytest.mark.parametrize(
    "typed",
    ["", "2026-12-01", "tomorrow 18:00", "2026-13-01 18:00", "2026-12-01 24:00", "2026-12-01 6pm",
     "2026-12-01 18:00 sometimes", "2026-12-01 18:00 4", "2026-12-01 18:00 0006099999",
     "2026-12-01 18:00 1441", "2026-12-01 18:00 weekly 60 60", "2026-12-01 18:00 weekly 60 more"],
)  # fmt: skip
def test_anything_else_is_answered_with_an_example(typed: str) -> None:
    with pytest.raises(NotASchedule, match="2026-12-01 18:00 weekly 60"):
        read_schedule(typed, zone="UTC")


def test_far_days_do_not_overflow() -> None:
    far = Schedule(day=3_000_000, minute=1439, zone="UTC", every="four-weekly", minutes=1440)
    assert far.next_after(at("2026-01-01T00:00")) == far.first()


def test_a_schedule_is_said_in_the_same_words_everywhere() -> None:
    weekly = read_schedule("2026-12-01 18:00 weekly", zone="Europe/Berlin")
    once = read_schedule("2027-03-07 09:05", zone="UTC")
    assert schedule_words(weekly) == (
        f"Tuesday 1 December 2026, 18:00 (Europe/Berlin), and then {EVERY_WORDS['weekly']}"
    )
    assert schedule_words(once) == "Sunday 7 March 2027, 09:05 (UTC)"


def test_every_month_and_day_has_its_name() -> None:
    days = [date(2026, month, 3 * month % 8 + month) for month in range(1, 13)]
    assert [day_words(day) for day in days] == [
        f"{day:%A} {day.day} {day:%B} {day.year}" for day in days
    ]
    assert {day_words(day).split()[0] for day in days} == set(calendar.day_name)


def test_what_is_missing_is_once_and_an_hour_and_the_bounds_are_five_minutes_and_a_day() -> None:
    assert read_schedule("2026-12-01 18:00", zone="UTC").minutes == 60
    for minutes in (5, 1440):
        assert read_schedule(f"2026-12-01 18:00 {minutes}", zone="UTC").minutes == minutes
    for minutes in (4, 1441, 100_000):
        with pytest.raises(NotASchedule, match="5 to 1440 minutes"):
            read_schedule(f"2026-12-01 18:00 {minutes}", zone="UTC")


def test_the_room_meets_when_its_host_said_so_and_saying_it_again_changes_nothing() -> None:
    room, weekly = Meeting("Ana"), read_schedule("2026-12-01 18:00 weekly", zone="UTC")
    assert room.does("Mara", ev.SetSchedule(weekly)).effects == (ScheduleSet(identity("Mara")),)
    assert room.state.schedule == weekly
    assert room.does("Mara", ev.SetSchedule(weekly)).effects == ()
    room.does("Mara", ev.SetSchedule(None))
    assert room.state.schedule is None
