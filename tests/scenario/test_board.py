"""S9: ideas for somebody who asked, in the weekly flow, from real client to real client."""

from collections.abc import Callable

import pytest
from tests.scenario.conftest import Meeting, Relay


@pytest.mark.long
def test_ideas_are_listed_without_names_and_one_is_tried(
    relay: Relay, meet: Callable[[str, str], Meeting]
) -> None:
    meeting = meet(relay.url, "Mara")
    mara, ana, ben = meeting.host, meeting.admit("Ana"), meeting.admit("Ben")
    mara.type("/flow weekly-60.en")
    meeting.everybody_expects("^room: The agenda is laid out")
    mara.type("/stage 5")
    meeting.everybody_expects("^stage: /board: Show the board")
    ana.type("/askideas How do I sleep in a flare?")
    meeting.everybody_expects("sleep in a flare")
    mara.type("/listideas")
    meeting.everybody_expects("^board: Ideas for .* are being listed")
    ben.type("Warm socks, before the pain comes.")
    meeting.everybody_expects("^board: 1. Warm socks")
    mara.type("/endlist")
    ana.expect("^notice: The list of ideas for you is done")
    ana.type("/try 1")
    meeting.everybody_expects("^board: Ana would like to try idea 1: Warm socks")
    for person in (mara, ana):
        assert not person.program.matching("Ben.*Warm socks")
