"""Who leads just now, of those who may."""

import pytest
from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import HandedOver, NoEffect
from holdspace.protocol.meeting.handing import LEADS_ALREADY, NOT_A_FACILITATOR, leader
from holdspace.protocol.meeting.roles import CO_FACILITATOR
from holdspace.protocol.meeting.state import apply_membership, decode_state, encode_state
from meeting_room import Meeting, identity


@pytest.fixture
def room() -> Meeting:
    """Mara hosts, Ana leads with her, Ben is a member."""
    room = Meeting("Mara", "Ana", "Ben")
    people = [
        replace(person, role=CO_FACILITATOR) if person.identity == identity("Ana") else person
        for person in room.state.people
    ]
    room.state = apply_membership(room.state, people).state
    return room


def hand_over(room: Meeting, who: str, to: str) -> object:
    return room.does(who, ev.HandOver(identity(to), room.state.version)).effects[0]


def test_the_host_leads_until_the_room_is_handed_over(room: Meeting) -> None:
    assert leader(room.state) == identity("Mara")
    assert hand_over(room, "Mara", "Ana") == HandedOver(identity("Ana"), identity("Mara"))
    assert leader(room.state) == identity("Ana")
    assert decode_state(encode_state(room.state)) == room.state
    hand_over(room, "Ana", "Mara")
    assert leader(room.state) == identity("Mara")


@pytest.mark.parametrize(
    ("who", "to", "why"),
    [
        ("Mara", "Ben", NOT_A_FACILITATOR),
        ("Mara", "nobody", NOT_A_FACILITATOR),
        ("Ana", "Mara", LEADS_ALREADY),
    ],
)
def test_only_another_facilitator_can_lead(room: Meeting, who: str, to: str, why: str) -> None:
    before = room.state
    effect = hand_over(room, who, to)
    assert isinstance(effect, NoEffect)
    assert effect.reason == why
    assert room.state == before


def test_the_host_leads_also_where_others_came_first(room: Meeting) -> None:
    mara, ana, ben = room.state.people
    room.state = replace(room.state, people=(ana, ben, mara))
    assert leader(room.state) == identity("Mara")


def test_where_nobody_may_lead_nobody_does(room: Meeting) -> None:
    assert leader(replace(room.state, people=room.state.people[2:])) == b""


def test_when_the_leader_goes_the_host_leads_again(room: Meeting) -> None:
    hand_over(room, "Mara", "Ana")
    rest = [person for person in room.state.people if person.identity != identity("Ana")]
    room.state = apply_membership(room.state, rest).state
    assert leader(room.state) == identity("Mara")
    assert room.state.leading == b""


def test_who_may_not_lead_any_more_does_not(room: Meeting) -> None:
    hand_over(room, "Mara", "Ana")
    people = [
        replace(person, role="member") if person.identity == identity("Ana") else person
        for person in room.state.people
    ]
    room.state = apply_membership(room.state, people).state
    assert leader(room.state) == identity("Mara")
