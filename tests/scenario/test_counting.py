"""M14 and the spread with six real clients: what is for oneself is nowhere, and the count is true."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.scenario.conftest import House, Meeting, Relay

OVERHEARING = Path(__file__).parents[1] / "support" / "overhearing.py"
SECRET = "quagmire-word"
# Pain and energy of those who let themselves be counted; one leaves the second out.
COUNTED = {
    "Ottilie": ("2", "9"),
    "Third": ("5", "9"),
    "Cleo": ("6", "9"),
    "Dora": ("8", "9"),
    "Edda": ("3", ""),
}
SPREAD = "Check-in. pain: 2 low, 2 middle, 1 high. energy: too few to show."


@pytest.mark.long
def test_m14_a_number_for_oneself_is_nowhere_and_the_spread_is_the_true_one(
    house: House, relay: Relay, meet: Callable[[str, str], Meeting], tmp_path: Path
) -> None:
    meeting = meet(relay.url, "Ottilie")
    overheard = tmp_path / "overheard"
    spying = (sys.executable, str(OVERHEARING), str(overheard), "join", "--plain")
    meeting.admit("Ann")
    meeting.admit("Third", *spying)
    for name in ("Cleo", "Dora", "Edda"):
        meeting.admit(name)
    meeting.host.type("/stage 4")
    meeting.everybody_expects("^notice: Check-in: Nobody sees this unless")

    people = {person.name: person for person in meeting.people}
    ann = people["Ann"]
    ann.type("/answer", "9", "1", SECRET, "")
    ann.expect("^notice: Kept on this device until the meeting ends. Nothing was sent.")
    for name, (pain, energy) in COUNTED.items():
        # Who leads is not asked whether the facilitators may see it.
        group = "2" if name == "Ottilie" else "3"
        people[name].type("/answer", pain, energy, "", group)
        people[name].expect("^notice: You are counted without your name")
    meeting.host.type("/count")
    meeting.everybody_expects(f"^room: .*{SPREAD}")

    ann.type("/results")
    ann.expect(r"^count: Pain: 9 \(Check-in\)")
    for person in meeting.people:
        if person is not ann:
            assert not person.program.matching(SECRET)
    nothing_of_ann(overheard.read_text())


def nothing_of_ann(overheard: str) -> None:
    """In all that another member's client could open, Ann is heard breathing, and nothing else."""
    events = [line.split(" ") for line in overheard.splitlines()]
    assert SECRET.encode().hex() not in overheard
    joined = {author for author, kind, _ in events if kind == "JoinCount"}
    assert len(joined) == len(COUNTED)
    others = {kind for author, kind, _ in events if author not in joined}
    assert others <= {"Heartbeat"}
    # And those who were counted are chance, each by themselves.
    given = (bytes.fromhex(data) for _, kind, data in events if kind == "GiveVector")
    vectors = [msgspec.msgpack.decode(data)[2] for data in given]
    assert len(vectors) == len(COUNTED)
    assert all(min(vector) > 10 for vector in vectors)
    assert max(Counter(map(tuple, vectors)).values()) == 1
    assert [sum(column) % 2**32 for column in zip(*vectors, strict=True)] == [2, 2, 1]
