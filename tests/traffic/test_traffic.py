"""With cover slots the relay learns nothing from the traffic of who speaks; without them it learns much.

A few small meetings, to fail as soon as anything leaves outside its slot; `./dev traffic` overhears a
thousand, and has the figures.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from attacker import ALL, FIRST, Outcome, attack, moments_of
from holdspace.client.clock import LONGEST
from holdspace.client.seat.outbox import Outgoing
from holdspace.protocol.meeting.events import Share
from overheard_meeting import LIVE_SECONDS, Overheard, Record, overhear
from traffic import MOST_OVER_CHANCE, Journal, judge, table
from tricks import SMALLEST

# In slots: the longest beat, and a line's delay.
LATEST_BEAT = (LONGEST + 0.2) / 2


def live(record: Record) -> list[Overheard]:
    """Return what was heard while the meeting was live, but for those who came late or were away."""
    steady = {one.who for one in record.frames if one.at <= record.begun}
    steady -= {one.who for one in record.frames if one.kind == "Attach" and one.at > record.begun}
    heard = [one for one in record.frames if record.begun <= one.at < record.ended]
    # Who joined or left the relay sees in any case: a commit, its snapshot, and everybody's proof.
    commits = sum(one.kind == "Bundle" for one in heard)
    appended = [one for one in heard if one.kind == "Append"]
    for snapshot in [one for one in appended if one.who == 0 and one.size > SMALLEST][:commits]:
        appended.remove(snapshot)
    return [one for one in appended if one.who in steady]


def is_steady(times: list[float]) -> bool:
    """Tell whether there is one frame for each two seconds, give or take how long a beat is.

    One more, at any time, makes all that follow come before their turn.
    """
    ahead = [number - at / 2 for number, at in enumerate(times)]
    return abs(len(times) - LIVE_SECONDS / 2) <= 1 and max(ahead) - min(ahead) < LATEST_BEAT


def is_all_in_slots(record: Record) -> bool:
    heard = live(record)
    lines = {one.who: [other.at for other in heard if other.who == one.who] for one in heard}
    return {one.size for one in heard} == {SMALLEST} and all(map(is_steady, lines.values()))


def test_every_line_sends_one_small_frame_in_two_seconds_whoever_speaks() -> None:
    records = [overhear(seed, is_covered=True) for seed in (1, 3)]
    assert all(len(record.floors) > 3 for record in records)
    assert all(is_all_in_slots(record) for record in records)


@contextmanager
def shares_outside_their_slots() -> Iterator[None]:
    """Let what people say leave at once, as before."""
    asked = Outgoing.may_ride

    def may_ride(item: Outgoing) -> bool:
        return not isinstance(item.event, Share) and asked.__get__(item)

    with patch.object(Outgoing, "may_ride", property(may_ride)):
        yield


def test_a_frame_outside_its_slot_is_noticed() -> None:
    with shares_outside_their_slots():
        assert not is_all_in_slots(overhear(1, is_covered=True))


def test_the_same_seed_sounds_the_same() -> None:
    assert overhear(3, is_covered=True) == overhear(3, is_covered=True)


def test_a_run_goes_on_where_its_journal_ends(tmp_path: Path) -> None:
    records = [made_up(number, leak=0.0) for number in range(3)]
    journal = Journal(tmp_path / "new", "with")
    for record in records:
        journal.write(record)
    [file] = (tmp_path / "new").iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    again = Journal(tmp_path / "new", "with")
    assert list(again.read()) == records[:2]
    again.write(records[2])
    assert list(again.read()) == records
    assert list(Journal(None, "with").read()) == []


def made_up(number: int, *, leak: float, is_by_seats: bool = False) -> Record:
    """Return a meeting of four lines with slots; whoever has the floor is so much later than others."""
    record = Record(0.0, {who: [-60.0 + who] for who in (1, 2, 3, 4)})
    first = 0 if is_by_seats else number
    record.floors = [
        (start, 1 + (first + turn) % 4) for turn, start in enumerate(range(0, 120, 15))
    ]
    for who in record.changes:
        for slot in range(60):
            at = 2.0 * slot + 0.3 * who + ((7 * slot + 3 * who + number) % 11) / 40
            late = leak if record.floor_at(at) == who else 0.0
            record.frames.append(Overheard(at + late, who, SMALLEST, "Append"))
    record.frames.sort(key=lambda one: one.at)
    return record


def meetings(leak: float = 0.0, *, is_by_seats: bool = False) -> list[Record]:
    return [made_up(number, leak=leak, is_by_seats=is_by_seats) for number in range(24)]


def test_the_attacker_finds_a_rhythm_that_is_a_little_off() -> None:
    assert attack(meetings()).right[ALL] < 0.4
    assert attack(meetings(0.2)).right[ALL] > 0.6


def test_the_attacker_finds_turns_that_go_by_who_came_first() -> None:
    assert attack(meetings()).right[FIRST] < 0.4
    assert attack(meetings(is_by_seats=True)).right[FIRST] > 0.5


def test_who_is_not_connected_is_no_guess_by_chance_and_more_for_the_others() -> None:
    record = made_up(0, leak=0.0)
    before = [moment.chance for moment in moments_of(record)]
    # The fourth line is down while the first has the floor, and while it has it itself.
    record.changes[4] = [-56.0, 0.0, 15.0, 45.0, 60.0]
    after = [moment.chance for moment in moments_of(record)]
    assert set(before) == {0.25}
    assert [after[0], after[2], after[7], after[10]] == [pytest.approx(1 / 3), 0.25, 0.0, 0.25]


def test_what_can_be_guessed_fails_also_where_nobody_stayed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    records = meetings(0.2)
    for record in records:
        record.changes[1] += [20.0, 21.0]
    assert judge(records) == 1
    assert "everybody stayed" not in capsys.readouterr().out


def test_the_table_shows_every_way_to_guess_and_what_chance_is() -> None:
    outcome = Outcome(200, 0.25, {"one way": 0.5, "another": 0.75})
    assert table("Without slots", outcome).splitlines() == [
        "Without slots: 200 guesses; by chance 25.0% would be right",
        "   75.0%  another",
        "   50.0%  one way",
    ]
    assert outcome.best == "another"
    assert pytest.approx(0.05) == MOST_OVER_CHANCE
