"""Somebody who is not OK, and a word apart, in real processes; the rest of the room learns nothing (M26)."""

from collections.abc import Callable

import pytest
from tests.scenario.conftest import House, Meeting, Relay

SECRET = "I cannot sit in the circle today"


def test_m26_a_flag_for_facilitators_and_a_word_nobody_else_reads(
    relay: Relay, meet: Callable[[str, str], Meeting]
) -> None:
    meeting = meet(relay.url, "Mara")
    mara, ana, ben = meeting.host, meeting.admit("Ana"), meeting.admit("Ben")
    ana.type("/notok my hands shake")
    mara.expect('^notice: Ana is not OK. They say: "my hands shake".')
    ana.expect("^notice: The facilitators were told, nobody else.")
    mara.type("/flags")
    mara.expect("^not ok: Ana, since .*my hands shake")
    mara.expect("^not ok: Look: ")
    mara.type("/aside Ana")
    ana.expect("^notice: Mara asks you to step aside with them: /yes or /no.")
    # Too early: it is kept, and goes nowhere.
    mara.type("Are you safe?")
    mara.expect("They have not answered yet.")
    ana.type("/yes", SECRET)
    mara.expect("^notice: Ana says yes")
    mara.expect(f"^private: Ana: {SECRET}$")
    mara.type("/send")
    ana.expect("^private: Mara: Are you safe.$")
    mara.type("/room", "We go on together.")
    ben.expect("^Mara: We go on together.$")
    mara.type("/endprivate")
    ana.expect("^notice: Mara has left it.")
    # Ana had not read that; her words must not go to the room.
    ana.type("Please do not tell the others")
    ana.expect("nothing was sent. /room goes back")
    ana.expect("^draft: Your words are kept.")
    ana.type("/room", "I am back.", "/ok")
    ben.expect("^Ana: I am back.$")
    mara.expect("^notice: Ana says they are OK again.$")
    ben.type("/what")
    ben.expect("^room: ")
    told = "\n".join(ben.program.lines)
    for words in ("OK", "hands shake", "private: ", SECRET, "safe?", "do not tell"):
        assert words not in told
    kept = b"".join(file.read_bytes() for file in relay.data.rglob("*") if file.is_file())
    assert SECRET.encode() not in kept


@pytest.mark.long
def test_m17_a_word_at_the_door_and_a_door_that_is_locked(
    relay: Relay, house: House, meet: Callable[[str, str], Meeting]
) -> None:
    meeting = meet(relay.url, "Mara")
    mara, ana = meeting.host, house.start("ana", "holdspace", "join", "--plain")
    ana.type(meeting.code, "y", "Ana", "First time")
    mara.expect("^door: Ana is at the door")
    mara.type("/doorword 1 What brings you here?")
    ana.expect("^at the door: facilitator: What brings you here.$")
    ana.type("My back.")
    mara.expect("^at the door: Ana: My back.$")
    mara.type("/admit 1")
    ana.expect("^room: This is ")
    # Still meant for Mara alone: it goes nowhere.
    ana.type("And I am afraid.")
    ana.expect("^draft: Your words are kept.")
    ana.type("/room", "Hello, all.")
    mara.expect("^Ana: Hello, all.$")
    assert not mara.program.matching("I am afraid")
    mara.type("/lockdoor")
    mara.expect("^notice: The door is locked")
    ben = house.start("ben", "holdspace", "join", "--plain")
    ben.type(meeting.code, "y", "Ben", "")
    ben.expect("The door is closed for this meeting")
    assert ben.ends() == 0
    assert not [line for line in ben.lines if "Ana" in line]
