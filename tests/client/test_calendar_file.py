"""The calendar file: right times, and nothing that tells what the appointment is."""

import random
import re
from datetime import UTC, datetime

import pytest

from holdspace.client.calendar_file import MEETINGS_AHEAD, NoMeeting, calendar, folded, next_words
from holdspace.protocol.meeting.schedule import read_schedule

BERLIN = read_schedule("2026-10-20 18:00 weekly 75", zone="Europe/Berlin")
NOW = datetime(2026, 10, 15, tzinfo=UTC).timestamp()


def text_of(schedule: str, zone: str = "UTC", now: float = NOW) -> str:
    return calendar(read_schedule(schedule, zone=zone), now, random.Random(1).randbytes)


def values(text: str, name: str) -> list[str]:
    return re.findall(rf"^{name}:(.*)\r$", text, re.MULTILINE)


def test_six_in_the_evening_stays_six_when_the_clocks_change() -> None:
    text = calendar(BERLIN, NOW, random.Random(1).randbytes)
    # Summer time ends on 25 October 2026: two hours before UTC, then one.
    assert values(text, "DTSTART")[:3] == [
        "20261020T160000Z",
        "20261027T170000Z",
        "20261103T170000Z",
    ]
    assert values(text, "DTEND")[0] == "20261020T171500Z"
    assert len(values(text, "DTSTART")) == MEETINGS_AHEAD


def test_every_line_ends_and_is_folded_as_the_standard_says() -> None:
    text = text_of("2026-12-01 18:00 weekly")
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_a_long_line_is_folded_between_characters_and_never_inside_one() -> None:
    line = "SUMMARY:" + "ü" * 100
    parts = list(folded(line))
    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line
    assert all(part.startswith(" ") for part in parts[1:])


def test_it_says_appointment_and_rings_and_each_has_its_own_number() -> None:
    text = text_of("2026-12-01 18:00 weekly")
    assert set(values(text, "SUMMARY")) == {"Appointment"}
    assert set(values(text, "TRIGGER")) == {"-PT30M"}
    assert len(set(values(text, "UID"))) == MEETINGS_AHEAD
    assert "holdspace" not in text.lower()


def test_what_meets_once_is_one_event_and_none_when_it_is_over() -> None:
    assert len(values(text_of("2026-12-01 18:00"), "UID")) == 1
    with pytest.raises(NoMeeting):
        text_of("2026-10-01 18:00")


def test_a_zone_that_is_not_known_here_is_no_wrong_time() -> None:
    for zone in ("Mars/Olympus", "../../etc/passwd", "Europe"):
        with pytest.raises(NoMeeting, match="time zone"):
            text_of("2026-12-01 18:00", zone)


def test_the_next_meeting_is_read_out_on_the_hosts_clock() -> None:
    words = next_words(BERLIN, NOW)
    assert words == "The next meeting: Tuesday 20 October 2026, 18:00 (Europe/Berlin)."
