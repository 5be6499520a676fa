"""With cover slots the relay learns nothing from the traffic of who speaks; without them it learns much.

A few small meetings, to fail as soon as anything leaves outside its slot; `./dev traffic` overhears a
thousand, and has the figures.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from attacker import ALL, SMALLEST, Outcome, attack
from holdspace.client.seat.outbox import Outgoing
from holdspace.protocol.meeting.events import Share
from overheard_meeting import LIVE_SECONDS, Overheard, Record, overhear
from traffic import MOST_OVER_CHANCE, table


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
    return abs(len(times) - LIVE_SECONDS / 2) <= 1 and max(ahead) - min(ahead) < 0.9


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


def made_up(number: int, *, leak: float) -> Record:
    """Return a meeting of four lines with slots; whoever has the floor is so much later than others."""
    record = Record([1, 2, 3, 4], 0.0)
    record.floors = [
        (start, 1 + (number + turn) % 4) for turn, start in enumerate(range(0, 120, 15))
    ]
    for who in record.members:
        for slot in range(60):
            at = 2.0 * slot + 0.3 * who + ((7 * slot + 3 * who + number) % 11) / 40
            late = leak if record.floor_at(at) == who else 0.0
            record.frames.append(Overheard(at + late, who, SMALLEST, "Append"))
    record.frames.sort(key=lambda one: one.at)
    return record


def best_of(leak: float) -> Outcome:
    return attack([made_up(number, leak=leak) for number in range(24)])


def test_the_attacker_finds_a_rhythm_that_is_a_little_off() -> None:
    assert best_of(leak=0.0).right[ALL] < 0.4
    assert best_of(leak=0.2).right[ALL] > 0.6


def test_the_table_shows_every_way_to_guess_and_what_chance_is() -> None:
    outcome = Outcome(200, 0.25, {"one way": 0.5, "another": 0.75})
    assert table("Without slots", outcome).splitlines() == [
        "Without slots: 200 guesses; by chance 25.0% would be right",
        "   75.0%  another",
        "   50.0%  one way",
    ]
    assert outcome.best == "another"
    assert pytest.approx(0.05) == MOST_OVER_CHANCE
