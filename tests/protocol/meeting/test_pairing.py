"""Pairs as the people in them feel it: asked first, never alone, back when they like, frozen on hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import pairing
from holdspace.protocol.meeting.effects import (
    FacilitatorCalled,
    JoinedPair,
    PairsFormed,
    PairsReturned,
    SaidWilling,
)
from holdspace.protocol.meeting.flow_schema import Pairs
from holdspace.protocol.meeting.rights import ON_HOLD, PAUSED, rights
from holdspace.protocol.meeting.state import apply
from holdspace.protocol.meeting.values import Pairing
from meeting_room import FLOW, Meeting, has, identity, reason

SIX = ("Ana", "Ben", "Cem", "Dua", "Eli", "Fay")
SEED = b"message id......"


def pairs_stage(*willing: str, names: tuple[str, ...] = SIX) -> Meeting:
    """Return a room that makes pairs, in which these people have said yes."""
    room = Meeting(*names).mode("pairs")
    for name in willing:
        room.does(name, ev.BeWilling())
    return room


def form(room: Meeting, by: str = "Mara") -> Meeting:
    """Let a facilitator form the pairs."""
    room.does(by, ev.FormPairs(room.state.version))
    return room


def met(room: Meeting) -> list[set[str]]:
    """Return who is with whom."""
    assert room.state.pairs
    return [{who.rstrip(b".").decode() for who in pair.people} for pair in room.state.pairs.pairs]


def willing(room: Meeting) -> list[str]:
    """Return who has said yes and is in no pair."""
    assert room.state.pairs
    return [who.rstrip(b".").decode() for who in room.state.pairs.willing]


# ---- consent


def test_nobody_is_paired_without_their_yes() -> None:
    room = form(pairs_stage("Ana", "Cem", "Dua", "Fay"))
    assert set().union(*met(room)) == {"Ana", "Cem", "Dua", "Fay"}
    assert pairing.pair_of(room.state, identity("Ben")) is None


def test_a_yes_can_be_taken_back_until_pairs_are_formed() -> None:
    room = pairs_stage("Ana", "Ben", "Cem", "Dua")
    room.does("Cem", ev.BeWilling(is_willing=False))
    assert reason(room.does("Cem", ev.BeWilling(is_willing=False))) == pairing.NOT_WILLING_YET
    assert reason(room.does("Ana", ev.BeWilling())) == pairing.WILLING_ALREADY
    assert len(met(form(room))) == 1
    assert reason(room.does("Ana", ev.BeWilling())) == pairing.IN_A_PAIR


def test_a_yes_is_for_once() -> None:
    room = form(pairs_stage("Ana", "Ben"))
    room.does("Mara", ev.ReturnAll())
    assert willing(room) == []
    assert reason(room.does("Mara", ev.FormPairs(room.state.version))) == pairing.NOT_ENOUGH


def test_one_yes_makes_no_pair() -> None:
    room = pairs_stage("Ana")
    assert reason(room.does("Mara", ev.FormPairs(room.state.version))) == pairing.NOT_ENOUGH


def test_where_there_are_no_pairs_nobody_returns_from_one() -> None:
    room = Meeting(*SIX).mode("hands")
    assert reason(room.does("Mara", ev.ReturnAll())) == pairing.NOBODY_IN_A_PAIR


def test_only_facilitators_form_and_return() -> None:
    room = pairs_stage("Ana", "Ben")
    assert "Only a facilitator" in reason(room.does("Ana", ev.FormPairs(room.state.version)))
    assert "Only a facilitator" in reason(room.does("Ana", ev.ReturnAll()))


def test_pairs_are_made_only_where_they_are() -> None:
    room = Meeting(*SIX).mode("hands")
    assert reason(room.does("Ana", ev.BeWilling())) == pairing.NO_PAIRS_NOW
    assert reason(room.does("Mara", ev.FormPairs(room.state.version))) == pairing.NO_PAIRS_NOW


def test_who_is_paused_or_rests_is_not_paired() -> None:
    room = pairs_stage("Ana", "Ben", "Cem")
    room.does("Mara", ev.PauseWriting(identity("Cem"), 60))
    room.does("Ana", ev.Rest())
    assert willing(room) == ["Ben"]
    assert reason(room.does("Cem", ev.BeWilling())) == PAUSED
    assert reason(room.does("Ana", ev.BeWilling())) == pairing.RESTING


# ---- who meets whom

P = tuple(identity(f"p{at:02}") for at in range(20))
TRIO, LED, RESTS = Pairs(), Pairs(odd="facilitator"), Pairs(odd="rest")


@pytest.mark.parametrize(
    ("people", "stage", "sizes"),
    [
        (6, TRIO, [2, 2, 2]),
        (7, TRIO, [2, 2, 3]),
        (3, TRIO, [3]),
        (1, TRIO, []),
        (7, LED, [2, 2, 2, 2]),
        (1, LED, [2]),
        (7, RESTS, [2, 2, 2]),
        (9, replace(TRIO, size=3), [3, 3, 3]),
        (8, replace(TRIO, size=3), [3, 3, 2]),
        (7, replace(TRIO, size=3), [3, 2, 2]),
        (4, replace(TRIO, size=3), [2, 2]),
        (7, replace(LED, size=3), [3, 3, 2]),
        (7, replace(RESTS, size=3), [3, 3]),
    ],
)
def test_the_odd_one_out_is_seen_to(people: int, stage: Pairs, sizes: list[int]) -> None:
    groups = pairing.grouped(P[:people], stage, companion=identity("Mara"))
    assert [len(group) for group in groups] == sizes


def test_seven_people_are_two_and_two_and_three() -> None:
    room = form(pairs_stage(*SIX, "Gil", names=(*SIX, "Gil")))
    assert sorted(map(len, met(room))) == [2, 2, 3]


def test_without_a_free_facilitator_the_odd_one_makes_a_trio() -> None:
    assert [len(group) for group in pairing.grouped(P[:5], LED, companion=None)] == [2, 3]


def test_neighbours_do_not_always_meet() -> None:
    mixes = {pairing.mixed(P, bytes([at]) * 16) for at in range(50)}
    assert len(mixes) == 50
    assert {len(set(mix)) for mix in mixes} == {len(P)}


def test_who_says_yes_later_is_paired_later() -> None:
    room = form(pairs_stage("Ana", "Ben"))
    room.does("Cem", ev.BeWilling())
    room.does("Dua", ev.BeWilling())
    assert met(form(room)) == [{"Ana", "Ben"}, {"Cem", "Dua"}]


# ---- coming back


def test_everybody_is_back_at_once() -> None:
    room = form(pairs_stage(*SIX))
    assert has(room.does("Mara", ev.ReturnAll()), PairsReturned)
    assert met(room) == []
    assert reason(room.does("Mara", ev.ReturnAll())) == pairing.NOBODY_IN_A_PAIR


def test_who_comes_back_leaves_nobody_alone_in_a_pair() -> None:
    room = form(pairs_stage("Ana", "Ben"))
    room.does("Ana", ev.ComeBack())
    assert met(room) == []
    assert reason(room.does("Ben", ev.ComeBack())) == pairing.IN_NO_PAIR


def test_three_go_on_as_two_under_another_number() -> None:
    room = form(pairs_stage("Ana", "Ben", "Cem"))
    before = pairing.pair_of(room.state, identity("Ben"))
    room.does("Ana", ev.ComeBack())
    after = pairing.pair_of(room.state, identity("Ben"))
    assert met(room) == [{"Ben", "Cem"}]
    # Another number means other keys: who has gone reads nothing more.
    assert before
    assert after
    assert before.number != after.number


@pytest.mark.parametrize("how", ["says goodbye", "is removed", "rests", "is paused"])
def test_somebody_who_goes_ends_the_pair(how: str) -> None:
    room = form(pairs_stage("Ana", "Ben"))
    if how == "says goodbye":
        room.does("Ana", ev.Leaving())
    elif how == "is removed":
        room.arrange("Mara", *SIX[1:])
    elif how == "rests":
        room.does("Ana", ev.Rest())
    else:
        room.does("Mara", ev.PauseWriting(identity("Ana"), 60))
    assert met(room) == []


def test_the_next_stage_ends_all_pairs() -> None:
    room = form(pairs_stage(*SIX)).mode("hands")
    assert room.state.pairs is None


# ---- on hold


def test_hold_keeps_the_pairs_and_forms_no_new_ones() -> None:
    room = form(pairs_stage("Ana", "Ben"))
    room.does("Cem", ev.BeWilling())
    room.does("Dua", ev.BeWilling())
    room.does("Mara", ev.Hold())
    assert reason(room.does("Mara", ev.FormPairs(room.state.version))) == ON_HOLD
    room.does("Mara", ev.Resume())
    assert met(room) == [{"Ana", "Ben"}]
    assert len(met(form(room))) == 2


def test_coming_back_is_always_possible() -> None:
    room = form(pairs_stage("Ana", "Ben"))
    room.does("Mara", ev.Hold())
    room.does("Ben", ev.ComeBack())
    assert met(room) == []


# ---- a facilitator who is called


def test_a_facilitator_comes_only_to_a_pair_that_called() -> None:
    room = form(pairs_stage("Ana", "Ben"))
    assert reason(room.does("Mara", ev.JoinPair(1))) == pairing.NO_CALL
    assert has(room.does("Ana", ev.CallFacilitator()), FacilitatorCalled)
    assert reason(room.does("Ben", ev.CallFacilitator())) == pairing.CALLED_ALREADY
    room.does("Mara", ev.JoinPair(1))
    assert met(room) == [{"Ana", "Ben", "Mara"}]
    assert reason(room.does("Ana", ev.CallFacilitator())) == pairing.IS_WITH_YOU
    room.does("Mara", ev.ComeBack())
    assert met(room) == [{"Ana", "Ben"}]


def test_a_call_can_be_taken_back() -> None:
    room = form(pairs_stage("Ana", "Ben"))
    room.does("Ana", ev.CallFacilitator())
    room.does("Ben", ev.CallFacilitator(is_calling=False))
    assert reason(room.does("Ben", ev.CallFacilitator(is_calling=False))) == pairing.NOT_CALLED
    assert reason(room.does("Mara", ev.JoinPair(1))) == pairing.NO_CALL
    assert reason(room.does("Cem", ev.CallFacilitator())) == pairing.IN_NO_PAIR


def test_a_facilitator_leaves_their_own_pair_to_come() -> None:
    room = form(pairs_stage("Ana", "Ben", "Cem", "Mara"))
    assert room.state.pairs
    pair = next(p for p in room.state.pairs.pairs if identity("Mara") not in p.people)
    caller = pair.people[0].rstrip(b".").decode()
    room.does(caller, ev.CallFacilitator())
    room.does("Mara", ev.JoinPair(pair.number))
    assert [len(people) for people in met(room)] == [3]


def test_in_the_room_people_wait_meanwhile() -> None:
    room = form(pairs_stage("Ana", "Ben"))
    assert "pairs" in rights(room.state, identity("Cem")).why_not
    assert rights(room.state, identity("Cem")).can_nod
    assert rights(room.state, identity("Mara")).can_write


def test_those_left_over_are_named_to_who_forms_the_pairs() -> None:
    room = pairs_stage(*SIX[:3])
    outcome = apply(room.state, ev.FormPairs(room.state.version), identity("Mara"), SEED)
    formed = next(effect for effect in outcome.effects if isinstance(effect, PairsFormed))
    assert (formed.count, formed.left_over) == (1, ())


def test_everybody_is_told_who_said_yes_who_called_and_who_came() -> None:
    ana, mara = identity("Ana"), identity("Mara")
    room = pairs_stage("Ben")
    assert room.does("Ana", ev.BeWilling()).effects == (SaidWilling(ana, True),)
    formed = room.does("Mara", ev.FormPairs(room.state.version))
    assert formed.effects == (PairsFormed(1, (), mara),)
    assert room.does("Ana", ev.CallFacilitator()).effects == (FacilitatorCalled(ana, True),)
    assert room.state.pairs
    (pair,) = room.state.pairs.pairs
    assert room.does("Mara", ev.JoinPair(pair.number)).effects == (JoinedPair(mara, pair.people),)


def test_each_change_of_a_pair_gives_it_a_number_that_was_never_there() -> None:
    room = form(pairs_stage(*SIX[:5]))
    numbers = [set(range(1, 3))]
    for name in SIX[:2]:
        room.does(name, ev.ComeBack())
        assert room.state.pairs
        now = {pair.number for pair in room.state.pairs.pairs}
        assert all(number <= room.state.pairs_made for number in now)
        numbers.append(now)
    room.does("Mara", ev.ReturnAll())
    made = room.state.pairs_made
    for name in SIX[:2]:
        room.does(name, ev.BeWilling())
    assert form(room).state.pairs
    assert met_number(room) == made + 1 == room.state.pairs_made


LED_FLOW = FLOW.replace(
    '[[stage]]\nid = "closing"',
    """[[stage]]
id = "two"
kind = "pairs"
title = "Two"
minutes = { base = 5 }
turn = "pairs"
[stage.pairs]
assign = "opt-in"
odd = "facilitator"

[[stage]]
id = "closing\"""",
)


def test_the_others_of_three_stay_and_the_other_pair_knows_nothing_of_it() -> None:
    room = form(pairs_stage(*SIX[:5]))
    assert room.state.pairs
    two, three = sorted(room.state.pairs.pairs, key=lambda pair: len(pair.people))
    after = room.does(three.people[0].rstrip(b".").decode(), ev.ComeBack()).state
    left = structs.replace(three, number=3, people=three.people[1:])
    assert after.pairs == Pairing(pairs=(two, left))
    assert room.state.pairs_made == 3


def test_who_forms_the_pairs_and_wants_one_too_is_no_companion_as_well() -> None:
    room = Meeting(*SIX)
    room.does("Mara", ev.OpenFlow(LED_FLOW))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    for name in ("Ana", "Ben", "Mara"):
        room.does(name, ev.BeWilling())
    assert met(form(room)) == [{"Ana", "Ben", "Mara"}]


@pytest.mark.parametrize("willing", [("Ana", "Ben", "Cem"), ("Ana", "Ben", "Mara", "Cem")])
def test_who_forms_the_pairs_sits_with_the_odd_one_out_unless_they_are_in_one(
    willing: tuple[str, ...],
) -> None:
    room = Meeting(*SIX)
    room.does("Mara", ev.OpenFlow(LED_FLOW))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    for name in willing:
        room.does(name, ev.BeWilling())
    assert sorted(map(len, met(form(room)))) == [2, 2]
    assert pairing.pair_of(room.state, identity("Mara"))
    # Mara is in a pair now: three others are three, and nobody is in two.
    for name in ("Dua", "Eli", "Fay"):
        room.does(name, ev.BeWilling())
    assert sorted(map(len, met(form(room)))) == [2, 2, 3]


def test_nobody_comes_to_a_pair_that_they_are_in_or_to_one_that_did_not_call() -> None:
    room = pairs_stage("Ana", "Ben", "Cem", "Mara")
    form(room)
    assert room.state.pairs
    mine = pairing.pair_of(room.state, identity("Mara"))
    assert mine
    other = next(pair for pair in room.state.pairs.pairs if pair != mine)
    caller = other.people[0].rstrip(b".").decode()
    room.does(caller, ev.CallFacilitator())
    assert reason(room.does("Mara", ev.JoinPair(mine.number))) == pairing.NO_CALL
    calling = structs.replace(mine, is_calling=True)
    pairs = structs.replace(room.state.pairs, pairs=(calling, other))
    room.state = structs.replace(room.state, pairs=pairs)
    assert reason(room.does("Mara", ev.JoinPair(mine.number))) == pairing.IN_A_PAIR


def test_a_call_is_taken_back_by_one_who_is_led_by_then() -> None:
    room = form(pairs_stage("Ana", "Ben", "Cem"))
    assert reason(room.does("Ana", ev.CallFacilitator(is_calling=False))) == pairing.NOT_CALLED
    room.does("Ana", ev.CallFacilitator())
    room.arrange("Mara", *SIX, co=("Ben",))
    taken_back = room.does("Ana", ev.CallFacilitator(is_calling=False))
    assert taken_back.effects == (FacilitatorCalled(identity("Ana"), False),)


# ---- laws, for any events by anybody

WHO = st.sampled_from(("Mara", *SIX[:5]))
ACT = st.one_of(
    st.just(ev.BeWilling()),
    st.just(ev.BeWilling()),
    st.just(ev.BeWilling(is_willing=False)),
    st.just(ev.FormPairs(0)),
    st.just(ev.ReturnAll()),
    st.just(ev.ComeBack()),
    st.builds(ev.CallFacilitator, st.booleans()),
    st.builds(ev.JoinPair, st.integers(1, 6)),
    st.just(ev.Hold()),
    st.just(ev.Resume()),
    st.just(ev.Leaving()),
    st.builds(ev.Rest, st.booleans()),
)
STEP = st.tuples(WHO, ACT, st.binary(min_size=16, max_size=16))


@given(st.lists(STEP, max_size=60))
def test_nobody_is_in_two_pairs_alone_in_one_or_in_one_without_a_yes(
    steps: list[tuple[str, ev.Event, bytes]],
) -> None:
    state = pairs_stage().state
    said_yes: set[bytes] = set()
    for name, act, message_id in steps:
        who = identity(name)
        event = ev.FormPairs(state.version) if isinstance(act, ev.FormPairs) else act
        before, state = state, apply(state, event, who, message_id).state
        if isinstance(event, ev.BeWilling) and before != state:
            said_yes = said_yes | {who} if event.is_willing else said_yes - {who}
        # Who forms the pairs, or comes to one that called, is in it by that.
        agreed = {*said_yes, *((who,) if isinstance(event, ev.FormPairs | ev.JoinPair) else ())}
        assert state.pairs
        pairs = state.pairs.pairs
        paired = [one for pair in pairs for one in pair.people]
        assert len(paired) == len(set(paired))
        assert all(2 <= len(pair.people) <= 4 for pair in pairs)
        came = {one for one in paired if pairing.pair_of(before, one) is None}
        assert came <= agreed
        if before.is_held and state.is_held:
            # On hold nobody is put into a pair but a facilitator who was called to it.
            assert came <= ({who} if isinstance(event, ev.JoinPair) else set())
        said_yes &= {*state.pairs.willing}


def test_a_pair_is_never_more_than_four() -> None:
    names = ("Ana", "Ben", "Cem", "Eva")
    room = Meeting(*names)
    room.arrange("Mara", *names, co=("Eva",))
    room.mode("pairs")
    for name in ("Ana", "Ben", "Cem"):
        room.does(name, ev.BeWilling())
    form(room)
    room.does("Ana", ev.CallFacilitator())
    room.does("Mara", ev.JoinPair(met_number(room)))
    assert met(room) == [{"Mara", "Ana", "Ben", "Cem"}]
    # Only a snapshot could say so: whoever has a facilitator with them calls no other one.
    assert room.state.pairs
    full = structs.replace(room.state.pairs.pairs[0], is_calling=True)
    room.state = structs.replace(room.state, pairs=structs.replace(room.state.pairs, pairs=(full,)))
    outcome = room.does("Eva", ev.JoinPair(full.number))
    assert reason(outcome) == pairing.PAIR_IS_FULL


def met_number(room: Meeting) -> int:
    """Return the number of the only pair."""
    assert room.state.pairs
    (pair,) = room.state.pairs.pairs
    return pair.number
