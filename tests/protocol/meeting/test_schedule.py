"""When a room meets, as its host typed it."""

from datetime import datetime

import pytest

from holdspace.protocol.meeting.schedule import NotASchedule, Schedule, read_schedule


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
     "2026-12-01 18:00 sometimes", "2026-12-01 18:00 4", "2026-12-01 18:00 weekly 60 more"],
)  # fmt: skip
def test_anything_else_is_answered_with_an_example(typed: str) -> None:
    with pytest.raises(NotASchedule, match="2026-12-01 18:00 weekly 60"):
        read_schedule(typed, zone="UTC")


def test_far_days_do_not_overflow() -> None:
    far = Schedule(day=3_000_000, minute=1439, zone="UTC", every="four-weekly", minutes=1440)
    assert far.next_after(at("2026-01-01T00:00")) == far.first()
