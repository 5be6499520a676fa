"""The ladder among real programs: a word in private, back to the door and in again, removed (A1, M22)."""

from collections.abc import Callable

import pytest
from tests.scenario.conftest import Meeting, Relay

Meet = Callable[[str, str], Meeting]


@pytest.mark.long
def test_the_ladder_says_what_and_why_to_one_person_and_only_what_to_the_others(
    relay: Relay, meet: Meet
) -> None:
    meeting = meet(relay.url, "Mara")
    ana, ben = meeting.admit("Ana"), meeting.admit("Ben")
    meeting.host.type("/nudge Ben Could you leave room for Ana?")
    ben.expect("^notice: Mara to you alone: Could you leave room for Ana[?] Only you read this.$")
    meeting.host.type("/sendback Ben", "5", "y")
    ben.expect("Mara asks you to step back to the door for now.*take a breath before writing on")
    ben.expect("^lobby: You are at the door of .* What you agreed to is as it was.$")
    ben.expect("^Type y to knock again as Ben")
    ana.expect("^room: Ben is outside the room for a moment: Mara asked them back to the door")
    meeting.host.type("Only for those who are here.")
    ana.expect("^Mara: Only for those who are here.$")
    # The card was read out once, on the way in.
    assert len(ben.program.matching("^agreements: What we agree on here")) == 1
    ben.type("y", "")
    meeting.host.expect("^door: Ben is at the door")
    meeting.host.type("/admit")
    ben.expect("^room: You are in the room. What was said before is not shown.")
    assert not ben.program.matching("Only for those")
    meeting.host.type("/remove Ben", "6", "y")
    ben.expect("Mara removed you. They wrote: This does not fit what we agreed on at the door.")
    assert ben.program.ends() == 0
    ana.type("/log")
    ana.expect("^log: ..:.. Mara wrote to one person alone.$")
    ana.expect("^log: ..:.. Mara asked Ben back to the door.$")
    ana.expect("^log: ..:.. Mara removed Ben.$")
    assert not ana.program.matching("leave room for Ana|take a breath|does not fit")
