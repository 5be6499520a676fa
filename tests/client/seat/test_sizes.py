"""R16: what real seats send has few sizes, and none of them tells how many are here or what was written."""

from collections import defaultdict
from typing import NamedTuple
from unittest.mock import patch

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat.intents_apart import AskAside, SayAside, SayNotOk
from holdspace.protocol import frames
from holdspace.protocol.frames import decode_client_frame
from meeting_room import FLOW
from seat_forging import me
from seat_table import Table

NAMES = ("Ben", "Chi", "Dov", "Eva", "Fay", "Gus", "Hal", "Ida", "Jon")
KIB = 1024


def whole_meeting(table: Table) -> None:
    """Let people come, be turned away, talk in all ways, go and be removed; then close."""
    ana = table.host(flow=FLOW)
    turned_away = table.visitor("Zoe", ana.view.invitation)
    table.do(turned_away, i.Accept("Zoe", "hello " * 20))
    table.do(ana, i.Decline(ana.view.knocks[0].knock, "Not today, I am sorry."))
    people = [ana, *(table.join(name, ana) for name in NAMES)]
    ben, chi, dov = people[1:4]
    table.do(ana, i.NextStage())
    table.do(ana, i.ChangeMode("open"))
    table.do(ben, i.Say("short"))
    table.do(chi, i.Say("longer " * 500))
    table.do(ben, i.Raise("question", "a note"))
    table.do(chi, SayNotOk("too much"))
    table.do(ben, AskAside(me(ana)))
    table.do(ana, i.AnswerTheInvite(is_yes=True))
    table.do(ben, SayAside(ben.view.asides[0].handle, "only for you"))
    table.do(ana, i.Promote(me(dov)))
    table.do(people[4], i.Leave())
    table.do(ana, i.Remove(me(people[5])))
    table.wait(40)
    table.do(ana, i.CloseTheMeeting())


class Meeting(NamedTuple):
    """What the relay heard in a whole meeting, and how long each frame was, in both directions."""

    heard: list[frames.ClientFrame]
    lengths: set[int]


@pytest.fixture(scope="module")
def meeting() -> Meeting:
    told: set[int] = set()
    encode, table = frames.encode, Table()

    def noting(frame: frames.ClientFrame | frames.RelayFrame) -> bytes:
        data = encode(frame)
        told.add(len(data))
        return data

    with patch.object(frames, "encode", noting):
        whole_meeting(table)
    return Meeting([decode_client_frame(data) for data in table.overheard], told)


def test_a_whole_meeting_travels_in_few_sizes(meeting: Meeting) -> None:
    kinds = {type(frame) for frame in meeting.heard}
    assert {frames.Knock, frames.DeclineKnock, frames.Bundle, frames.CloseMeeting} <= kinds
    # Of all that is sent, the largest size is for a newcomer in a room that is nearly full.
    assert meeting.lengths == set(frames.SIZE_CLASSES[:-1])


def test_comings_and_goings_do_not_tell_how_many_are_here(meeting: Meeting) -> None:
    sizes: dict[str, set[int]] = defaultdict(set)
    for frame in meeting.heard:
        if isinstance(frame, frames.Bundle):
            sizes["commit"].add(len(frame.commit))
            sizes["welcome"].update(len(welcome.sealed) for welcome in frame.welcomes)
            sizes[f"bundle with {len(frame.welcomes)}"].add(len(frames.encode(frame)))
        elif isinstance(frame, frames.Knock):
            sizes["knock"].add(len(frame.sealed))
    names = ("knock", "bundle with 0", "bundle with 1")
    assert [len(sizes[name]) for name in names] == [1, 1, 1]
    # In steps of 10 and 8 KB: the relay may tell three people from ten, and not three from four.
    assert len(sizes["commit"]) <= 2
    assert len(sizes["welcome"]) <= 3


def test_what_is_said_has_four_lengths_whatever_it_is(meeting: Meeting) -> None:
    said = [frame for frame in meeting.heard if isinstance(frame, frames.Append)]
    lengths = {len(frame.payload) for frame in said}
    assert len(lengths) <= len(frames.SIZE_CLASSES)
    assert {length // KIB for length in lengths} <= {0, 3, 15, 58}
