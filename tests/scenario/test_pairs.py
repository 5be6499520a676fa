"""Seven people meet in pairs, in real processes: two and two and three, alone, frozen on hold (S1)."""

import re
from collections.abc import Callable

import pytest
from tests.scenario.conftest import Meeting, Relay, Somebody

NAMES = ("Abelone", "Birgit", "Cosmo", "Dorothea", "Emeka", "Fenja", "Gisbert")
SECRET = "quagmire: nobody has asked me that before"


@pytest.mark.long
def test_s1_seven_people_meet_in_pairs(relay: Relay, meet: Callable[[str, str], Meeting]) -> None:
    meeting = meet(relay.url, "Ottilie")
    host, people = meeting.host, [meeting.admit(name) for name in NAMES]
    host.type("/mode pairs")
    meeting.everybody_expects("^turn: Pairs now, for whoever says yes")
    for person in people:
        person.type("/pair")
        person.expect("^notice: You said yes to a pair")
    host.type("/formpairs")
    partners = {person.name: partners_of(person) for person in people}
    assert sorted(map(len, partners.values())) == [1, 1, 1, 1, 2, 2, 2]
    for person in people:
        person.program.has_said("^notice: Your pair is open")
        person.program.has_said("^pair: Write back. ")

    one = next(person for person in people if len(partners[person.name]) == 1)
    other = next(person for person in people if person.name in partners[one.name])
    others = [person for person in meeting.people if person not in (one, other)]
    one.type(SECRET)
    other.expect(f"^private: {one.name}: {SECRET}$")

    # One key holds the room, pairs included; what is typed then goes nowhere and is kept.
    host.type("/hold")
    meeting.everybody_expects("^room: The room is on hold")
    other.type("said too late")
    other.expect("The room is on hold, and so are pairs")
    host.type("/resume")
    meeting.everybody_expects("^room: The room goes on")
    other.type("said in time")
    one.expect(f"^private: {other.name}: said in time$")

    # The facilitator comes because they are called, and reads nothing of before.
    one.type("/call")
    host.expect("^notice: A pair calls for a facilitator")
    host.type("/tocaller")
    one.expect("^notice: Your pair is open")
    one.type("good that you are here")
    host.expect(f"^private: {one.name}: good that you are here$")

    host.type("/allback")
    for person in people:
        person.expect("^notice: The pair is over")
    host.type("/mode open")
    meeting.everybody_expects("^turn: Everybody can write now")
    one.type("/room", "Here I am again.")
    for person in others:
        person.expect(f"^{one.name}: Here I am again.$")
        told = "\n".join(person.program.lines)
        assert "quagmire" not in told
        assert "said too late" not in told
        assert "said in time" not in told
    assert "said too late" not in "\n".join(one.program.lines)


def partners_of(person: Somebody) -> set[str]:
    """Wait until this person is told whom they are with."""
    found = person.expect(r"^notice: You are with (.+) now, just the (two|three) of you")
    return set(re.split(", | and ", found[1]))
