"""The reducer: one state from one log, whoever sends what (T1, T4, M3, M21, EV01, EV03, EV05)."""

import random
from collections.abc import Callable
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdspace.protocol.masks import public_half
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import (
    AlreadyMovedOn,
    Arrived,
    FloorMoved,
    FlowOpened,
    Left,
    NoEffect,
    RoleChanged,
    RoundEnded,
    StageBegan,
    TimeAdded,
)
from holdspace.protocol.meeting.events import MAX_NOTE
from holdspace.protocol.meeting.flow import MAX_FLOW_BYTES
from holdspace.protocol.meeting.kinds import HandKind, IdeaOutcome, TurnMode
from holdspace.protocol.meeting.roles import MAX_PEOPLE
from holdspace.protocol.meeting.state import (
    Floor,
    Hand,
    MeetingState,
    NotAState,
    Person,
    Round,
    apply,
    apply_membership,
    decode_state,
    encode_state,
    state_digest,
)
from holdspace.protocol.meeting.tallies import Joined, Part, Tally
from holdspace.protocol.meeting.values import (
    MAX_OFFERS,
    MAX_STATE_BYTES,
    Gather,
    Offer,
    Pair,
    Pairing,
    SeatedGather,
    SeatedRound,
    Undoable,
    broken_law,
)
from meeting_room import FLOW, Meeting, has, identity, reason

NAMES = ("Ana", "Ben", "Cem", "Dua", "Eva")


# ---- facilitators' acts


def test_a_stage_brings_its_own_way_of_taking_turns() -> None:
    room = Meeting(*NAMES).stage(0)
    assert (room.state.stage, room.state.mode) == (0, "silent")
    room.stage(2)
    assert (room.state.stage, room.state.mode) == (2, "hands")
    room.stage(1)
    assert (room.state.mode, room.floor) == ("gather", None)
    room.stage(3)
    assert (room.state.mode, room.floor) == ("round", "Mara")


def test_opening_a_flow_and_going_through_it() -> None:
    room = Meeting(*NAMES)
    assert room.does("Mara", ev.OpenFlow(FLOW)).effects == (FlowOpened(identity("Mara")),)
    outcome = room.does("Mara", ev.GoToStage(2, room.state.version))
    assert outcome.effects == (StageBegan(2, identity("Mara")),)
    assert "no such stage" in reason(room.does("Mara", ev.GoToStage(4, room.state.version)))


def test_a_broken_flow_is_opened_on_no_client() -> None:
    room = Meeting(*NAMES)
    outcome = room.does("Mara", ev.OpenFlow(FLOW.replace('kind = "closing"', 'kind = "rest"')))
    assert "closing" in reason(outcome)
    assert room.state.flow is None


def test_time_is_added_more_than_ten_times_and_gone_with_the_stage() -> None:
    room = Meeting(*NAMES).stage(2)
    for _ in range(12):
        outcome = room.does("Mara", ev.AddTime(60, room.state.version))
        assert outcome.effects == (TimeAdded(60, identity("Mara")),)
    assert room.state.stage_seconds == 15 * 60 + 12 * 60
    assert room.stage(3).state.stage_seconds == 5 * 60


def test_added_time_has_an_end() -> None:
    room = Meeting(*NAMES).stage(2)
    for _ in range(6):
        room.does("Mara", ev.AddTime(3600, room.state.version))
    assert "all the time" in reason(room.does("Mara", ev.AddTime(1, room.state.version)))


def test_the_time_of_a_stage_follows_how_many_people_are_here() -> None:
    room = Meeting(*NAMES).stage(1)
    assert room.state.stage_seconds == 60 + 6 * 90
    room.arrange("Mara", "Ana")
    assert room.state.stage_seconds == 60 + 2 * 90


def test_two_facilitators_press_next_at_once_and_it_advances_once() -> None:
    """M21, T4: the second of two simultaneous advances changes nothing and says so."""
    room = Meeting(*NAMES)
    room.arrange("Mara", *NAMES, co=("Eva",))
    room.mode("hands")
    room.raises("Ana", "Ben", "Cem")
    both_saw = room.state.version
    room.does("Mara", ev.NextTurn(both_saw))
    assert room.floor == "Ben"
    second = room.does("Eva", ev.NextTurn(both_saw))
    assert second.effects == (AlreadyMovedOn(identity("Eva")),)
    assert room.floor == "Ben"


def test_done_and_next_at_the_same_moment_skip_nobody() -> None:
    room = Meeting(*NAMES).mode("hands")
    room.raises("Ana", "Ben", "Cem")
    mara_saw = room.state.version
    room.says("Ana")
    assert reason(room.does("Mara", ev.NextTurn(mara_saw))) == "already moved on"
    assert room.floor == "Ben"


def test_a_floor_offered_again_is_not_the_floor_that_was_passed() -> None:
    room = Meeting().mode("round")
    mara_saw = room.state.version
    room.passes("Mara")
    assert room.floor == "Mara"
    assert reason(room.does("Mara", ev.Pass(mara_saw))) == "already moved on"


STALE: dict[str, Callable[[int], ev.Event]] = {
    "stage": lambda basis: ev.GoToStage(0, basis),
    "mode": lambda basis: ev.SetTurnMode("open", basis),
    "floor": lambda basis: ev.GiveFloor(identity("Ben"), basis),
    "next": ev.NextTurn,
    "time": lambda basis: ev.AddTime(60, basis),
    "pass": ev.Pass,
}


@pytest.mark.parametrize("what", STALE)
@pytest.mark.parametrize("off", [-1, 1])
def test_a_control_act_decided_on_another_state_has_no_effect(what: str, off: int) -> None:
    room = Meeting(*NAMES).stage(2)
    room.raises("Ana", "Ben")
    before = room.state
    outcome = room.does("Mara", STALE[what](before.version + off))
    assert outcome.effects == (AlreadyMovedOn(identity("Mara")),)
    assert room.state == before


CHANGES: dict[str, tuple[ev.Event, bool]] = {
    "a stage": (ev.GoToStage(2, 4), True),
    "a mode": (ev.SetTurnMode("listen", 4), True),
    "the floor": (ev.NextTurn(4), True),
    "a hold": (ev.Hold(), True),
    "a hand": (ev.LowerHandOf(identity("Ben")), False),
    "time": (ev.AddTime(60, 4), False),
    "words": (ev.Share("Hello"), False),
    "nothing": (ev.Heartbeat(), False),
}


@pytest.mark.parametrize("what", CHANGES)
def test_stage_mode_floor_and_hold_raise_the_version_and_nothing_else(what: str) -> None:
    room = Meeting(*NAMES).stage(2)
    room.raises("Ana", "Ben", "Cem")
    room.does("Mara", ev.Heartbeat())
    event, rises = CHANGES[what]
    version = room.state.version
    if hasattr(event, "basis"):
        event = replace(event, basis=version)
    room.does("Mara", event)
    assert room.state.version == version + rises


def test_hold_is_always_heard_and_only_once() -> None:
    room = Meeting(*NAMES)
    room.does("Mara", ev.Hold())
    assert "already" in reason(room.does("Mara", ev.Hold()))
    room.does("Mara", ev.Resume())
    assert "not on hold" in reason(room.does("Mara", ev.Resume()))


def test_a_stage_can_be_prepared_while_the_room_is_held() -> None:
    room = Meeting(*NAMES)
    room.does("Mara", ev.Hold())
    room.stage(3)
    assert room.floor is None
    room.does("Mara", ev.Resume())
    assert room.floor == "Mara"


# ---- who may


FACILITATORS_ONLY: list[ev.Event] = [
    ev.OpenFlow(FLOW),
    ev.GoToStage(0, 0),
    ev.SetTurnMode("silent", 0),
    ev.GiveFloor(identity("Ana"), 0),
    ev.NextTurn(0),
    ev.LowerHandOf(identity("Ana")),
    ev.AddTime(60, 0),
    ev.Hold(),
    ev.Resume(),
    ev.Release("round", 0),
    ev.SkipPause(0),
    ev.LowerAll(0),
    ev.RestoreHands(0),
    ev.CloseQueue(is_closed=True, basis=0),
    ev.MoveHand(identity("Ana"), 1),
    ev.LastWord(identity("Ana"), 0),
    ev.Invite(identity("Ana")),
    ev.SetOrder("not-yet-heard", 0),
    ev.PauseWriting(identity("Ana"), 120),
    ev.LetWrite(identity("Ana")),
    ev.SendBack(identity("Ana")),
    ev.HandOver(identity("Ana"), 0),
    ev.Snapshot(1, bytes(32), b"state"),
]


@pytest.mark.parametrize("event", FACILITATORS_ONLY, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("who", ["Ben", "a stranger"])
def test_ev01_a_member_who_acts_as_a_facilitator_changes_nothing(event: ev.Event, who: str) -> None:
    room = Meeting(*NAMES)
    room.raises("Ana")
    before = room.state
    if hasattr(event, "basis"):
        event = replace(event, basis=before.version)
    assert isinstance(room.does(who, event).effects[0], NoEffect)
    assert room.state == before


def test_ev03_fifty_hands_at_once_make_one_queue_in_log_order() -> None:
    """EV03, M3: the order is the log's; clients that saw it in pieces have the same queue."""
    for seed in range(100):
        dice = random.Random(seed)
        early, late = Meeting(*NAMES).mode("listen"), Meeting(*NAMES).mode("listen")
        log = [(dice.choice(NAMES), dice.random() < 0.8) for _ in range(50)]
        for place, (name, up) in enumerate(log):
            event = ev.RaiseHand() if up else ev.LowerHand()
            early.does(name, event)
            late.does(name, event)
            if place == 25:
                late.state = decode_state(encode_state(late.state))
        assert early.queue == late.queue
        assert state_digest(early.state) == state_digest(late.state)


def test_ev05_an_event_of_another_version_is_ignored_by_all_alike() -> None:
    newer = msgspec.msgpack.encode([99, "something new"])
    with pytest.raises(ev.NotAnEvent):
        ev.decode_event(newer)

    class Unknown(ev.Event, frozen=True, tag=98):
        """An event this version does not list."""

    room = Meeting(*NAMES)
    digest = state_digest(room.state)
    assert "does not know" in reason(room.does("Mara", Unknown()))
    assert state_digest(room.state) == digest


# ---- who is here


def test_people_come_go_and_change_roles_by_commits() -> None:
    room = Meeting("Ana", "Ben")
    outcome = room.arrange("Lea", "Mara", "Ben", co=("Ben",))
    assert [person.name for person in room.state.people] == ["Mara", "Ben", "Lea"]
    assert outcome.effects == (
        Left(identity("Ana")),
        Arrived(identity("Lea")),
        RoleChanged(identity("Ben"), "co-facilitator"),
    )


def test_who_comes_back_in_the_same_commit_keeps_everything() -> None:
    """M20: Remove and Add of one key in one commit leaves hand, seat and count as they were."""
    room = Meeting(*NAMES).mode("hands")
    room.says("Mara")
    room.raises("Ana", "Ben")
    before = room.state
    room.arrange("Mara", *reversed(NAMES))
    assert room.state == before


def test_more_people_than_a_meeting_holds_and_names_too_long_are_cut() -> None:
    crowd = [Person(identity(f"p{number}"), "N" * 100) for number in range(MAX_PEOPLE + 5)]
    state = apply_membership(MeetingState(), crowd).state
    assert len(state.people) == MAX_PEOPLE
    assert decode_state(encode_state(state)) == state


# ---- laws, for any sequence of events by anybody

WHO = st.sampled_from(("Mara", "Eva", "Ana", "Ben", "Cem", "a stranger"))
MODE: st.SearchStrategy[TurnMode] = st.sampled_from(
    ("listen", "open", "hands", "round", "gather", "silent", "pairs")
)
KIND: st.SearchStrategy[HandKind] = st.sampled_from(("share", "respond", "question", "practical"))
# The basis is drawn as a distance from the state's version, so that most acts are timely.
OFF = st.sampled_from((0, 0, 0, 0, -1, 1))
EVENT = st.one_of(
    st.builds(ev.Share, st.text(min_size=1, max_size=8)),
    st.builds(ev.RaiseHand, KIND, st.text(max_size=8)),
    st.builds(ev.LowerHand),
    st.builds(ev.Pass, OFF),
    st.builds(ev.Nod, st.just(bytes(16))),
    st.builds(ev.Heartbeat),
    st.builds(ev.CoverSlot),
    st.builds(ev.Leaving, st.booleans()),
    st.builds(ev.OpenFlow, st.sampled_from((FLOW, "no flow"))),
    st.builds(ev.GoToStage, st.integers(0, 5), OFF),
    st.builds(ev.SetTurnMode, MODE, OFF),
    st.builds(ev.GiveFloor, WHO.map(identity), OFF),
    st.builds(ev.NextTurn, OFF),
    st.builds(ev.LowerHandOf, WHO.map(identity)),
    st.builds(ev.AddTime, st.integers(1, 3600), OFF),
    st.builds(ev.Hold),
    st.builds(ev.Resume),
    st.builds(ev.Ready, st.booleans()),
    st.builds(ev.Ready, st.booleans()),
    st.builds(ev.Later),
    st.builds(ev.StepBack),
    st.builds(ev.AnswerInvite, st.booleans()),
    st.builds(ev.TakeBack, st.just(bytes(16))),
    st.builds(ev.Fold, st.just(bytes(16)), st.text(max_size=8)),
    st.builds(ev.Rest, st.booleans()),
    st.builds(ev.Release, st.sampled_from(("together", "round", "hands")), OFF),
    st.builds(ev.SkipPause, OFF),
    st.builds(ev.LowerAll, OFF),
    st.builds(ev.RestoreHands, OFF),
    st.builds(ev.CloseQueue, st.booleans(), OFF),
    st.builds(ev.MoveHand, WHO.map(identity), st.integers(1, 32)),
    st.builds(ev.LastWord, WHO.map(identity), OFF),
    st.builds(ev.Invite, WHO.map(identity)),
    st.builds(ev.SetOrder, st.sampled_from(("first-come", "not-yet-heard", "facilitator")), OFF),
    st.builds(ev.PauseWriting, WHO.map(identity), st.integers(30, 900)),
    st.builds(ev.LetWrite, WHO.map(identity)),
    st.builds(ev.SendBack, WHO.map(identity)),
    st.builds(ev.HandOver, WHO.map(identity), OFF),
    st.builds(ev.Snapshot, st.just(0), st.just(bytes(32)), st.binary(max_size=8)),
    st.builds(ev.BeWilling, st.booleans()),
    st.builds(ev.BeWilling),
    st.builds(ev.FormPairs, OFF),
    st.builds(ev.ReturnAll),
    st.builds(ev.ComeBack),
    st.builds(ev.CallFacilitator, st.booleans()),
    st.builds(ev.JoinPair, st.integers(1, 3)),
    st.builds(ev.AskToOffer, st.just(bytes(16)), WHO.map(identity)),
    st.builds(ev.AnswerOffer, WHO.map(identity), st.booleans()),
    st.builds(ev.OpenOffer, st.text(min_size=1, max_size=8)),
    st.builds(ev.StepOverAway, WHO.map(identity), st.integers(0, 5), st.booleans()),
    st.builds(ev.OpenPoll, st.just("So?"), st.just(("yes", "no")), st.booleans(), OFF),
    st.builds(
        ev.JoinCount, st.integers(1, 3), st.integers(1, 3), st.binary(min_size=32, max_size=32)
    ),
    st.builds(ev.LeaveCount, st.integers(1, 3)),
    st.builds(ev.CloseCount, st.integers(1, 3)),
    st.builds(ev.GiveVector, st.integers(1, 3), st.just((1, 2**32 - 1))),
    st.builds(ev.EndCount, st.integers(1, 3)),
    st.builds(ev.ShowHand, st.integers(1, 3), st.integers(0, 8)),
    st.builds(ev.AskForIdeas, st.text(min_size=1, max_size=8)),
    st.builds(ev.BeginList, OFF),
    st.builds(ev.GiveIdea, st.text(min_size=1, max_size=8)),
    st.builds(ev.EndList, OFF),
    st.builds(ev.ChooseIdea, st.integers(0, 2), st.sampled_from(get_args(IdeaOutcome))),
    st.builds(ev.PutBoardAway),
)
Commit = tuple[str, ...]
COMMIT: st.SearchStrategy[Commit] = st.lists(
    st.sampled_from(("Ana", "Ben", "Cem", "Eva", "Lea")), unique=True
).map(tuple)
ENTRY = st.one_of(st.tuples(WHO, EVENT), st.tuples(WHO, EVENT), st.tuples(WHO, EVENT), COMMIT)
LOG = st.lists(ENTRY, max_size=60)


def step(room: Meeting, entry: tuple[object, ...]) -> tuple[object, ...]:
    """Apply one entry of a drawn log, an event or a commit, and return its effects."""
    match entry:
        case (str(name), ev.Event() as event):
            if hasattr(event, "basis"):
                basis = max(0, room.state.version + event.basis)
                event = replace(event, basis=basis)
            return room.does(name, event).effects
        case names:
            return room.arrange("Mara", *map(str, names), co=("Eva",)).effects


@given(LOG)
def test_two_replicas_hold_the_same_state_and_every_law(log: list[tuple[object, ...]]) -> None:
    one, other = Meeting("Ana", "Ben", "Cem", "Eva"), Meeting("Ana", "Ben", "Cem", "Eva")
    for entry in log:
        effects = step(one, entry)
        # The other one joined just now, every time: it knows nothing but the snapshot.
        other.state = decode_state(encode_state(other.state))
        assert step(other, entry) == effects
        assert one.state == other.state
        assert not broken_law(one.state)


@given(LOG)
def test_nobody_is_in_line_twice(log: list[tuple[object, ...]]) -> None:
    room = Meeting("Ana", "Ben", "Cem", "Eva")
    for entry in log:
        step(room, entry)
        present = [person.identity for person in room.state.people]
        hands = [hand.identity for hand in room.state.queue]
        floor = [room.state.floor.identity] if room.state.floor else []
        assert len({*hands, *floor}) == len(hands) + len(floor)
        assert {*hands, *floor} <= set(present)
        # An empty floor with hands waiting: only where hands wait to be called, or on hold.
        if room.state.mode == "hands" and not room.state.is_held and hands:
            assert floor


@given(LOG)
def test_effects_tell_every_change(log: list[tuple[object, ...]]) -> None:
    room = Meeting("Ana", "Ben", "Cem", "Eva")
    for entry in log:
        before, floor = room.state, room.floor
        effects = step(room, entry)
        if any(isinstance(effect, NoEffect | AlreadyMovedOn) for effect in effects):
            assert len(effects) == 1
            assert room.state == before
        if room.floor != floor:
            assert any(isinstance(effect, FloorMoved) for effect in effects)
        # The version never falls, and a control act on a new version is never taken for an old one.
        assert room.state.version in (before.version, before.version + 1)


@given(
    st.integers(0, 9),
    st.lists(st.sampled_from(("share", "pass", "step over")), min_size=40, max_size=40),
)
def test_the_law_of_the_round(others: int, acts: list[str]) -> None:
    """Everyone present at its start is offered once; who lets it go by, once more at the end."""
    names = [f"p{number}" for number in range(others)]
    room = Meeting(*names).mode("round")
    offered: list[str] = []
    again: list[str] = []
    outcome = None
    for act in acts:
        if room.floor is None:
            break
        (again if room.floor in offered else offered).append(room.floor)
        if act == "share":
            outcome = room.says(room.floor)
        else:
            outcome = room.passes(room.floor) if act == "pass" else room.next()
    assert offered == ["Mara", *names]
    assert outcome
    assert has(outcome, RoundEnded)
    assert again == [name for name, act in zip(offered, acts, strict=False) if act != "share"]


# ---- snapshots


def fullest() -> MeetingState:
    """Return the longest state there can be."""
    wide = "\U0001f331"
    people = tuple(
        Person(identity(f"p{number}"), wide * 40, "co-facilitator", 2**16 - 1)
        for number in range(MAX_PEOPLE)
    )
    order = tuple(person.identity for person in people)
    seats = tuple(range(len(people)))
    comment = "#" * 99 + "\n"
    flow = FLOW + comment * ((MAX_FLOW_BYTES - len(FLOW)) // len(comment))
    return MeetingState(
        version=2**48 - 1,
        people=people,
        flow_toml=flow,
        stage=3,
        stage_entered=2**48 - 1,
        mode="round",
        floor=Floor(order[0], 2**48 - 1, "practical", wide * MAX_NOTE),
        floors_given=2**48 - 1,
        responses=2,
        queue=tuple(Hand(who, "practical", wide * MAX_NOTE) for who in order[1:]),
        round=Round(order, to_come=order[1:], again=order),
        extra_seconds=6 * 3600,
        gather=Gather(ready=order, is_released=True),
        pause_seconds=40,
        order="not-yet-heard",
        is_queue_closed=True,
        lowered=tuple(Hand(who, "practical", wide * MAX_NOTE) for who in order),
        invited=order,
        quiet=order,
        resting=order,
        replanned=((3, 3600),),
        undo=Undoable(
            kind="stage",
            by=order[0],
            stage=3,
            extra_seconds=6 * 3600,
            mode="round",
            floor=Floor(order[0], 2**48 - 1, "practical", wide * MAX_NOTE),
            responses=2,
            round=SeatedRound(seats, to_come=seats[1:], again=seats),
            gather=SeatedGather(ready=seats, is_released=True),
            order="not-yet-heard",
            is_queue_closed=True,
        ),
        offers=tuple(Offer(who, order[0]) for who in order[1 : MAX_OFFERS + 1]),
        tallies=_fullest_tallies(order),
        tallies_begun=2**32 - 1,
    )


def _fullest_tallies(order: tuple[bytes, ...]) -> tuple[Tally, ...]:
    wide, last = "\U0001f331", 2**32 - 1
    given = tuple(Joined(who, b"", 1, has_given=True) for who in order[1:])
    closed = Tally(
        last - 1, "poll", -1, 5, (Part(9),),
        joined=(*given, Joined(order[0], b"", 1)), is_closed=True, sums=(last,) * 9,
    )  # fmt: skip
    keys = (public_half(number.to_bytes(32)) for number in range(MAX_PEOPLE))
    asking = Tally(
        last, "poll", -1, 5, (Part(9),), question=wide * 160,
        options=tuple(wide * 59 + str(number) for number in range(9)),
        joined=tuple(Joined(who, key, 1) for who, key in zip(order, keys, strict=True)),
    )  # fmt: skip
    return closed, asking


def test_the_fullest_meeting_still_fits_into_a_snapshot() -> None:
    data = encode_state(fullest())
    assert decode_state(data) == fullest()
    assert MAX_STATE_BYTES - 4096 < len(data) <= MAX_STATE_BYTES
    snapshot = ev.encode_event(ev.Snapshot(2**48 - 1, bytes(32), data))
    envelope = ev.Envelope(bytes(16), bytes(16), 1, 1, bytes(16), 1, bytes(32), snapshot)
    assert ev.decode_envelope(ev.encode_envelope(envelope)).event == snapshot
    assert ev.encode_event(ev.decode_event(snapshot)) == snapshot


A, B, C = identity("Ana"), identity("Ben"), identity("a stranger")
UNLAWFUL: dict[str, MeetingState] = {
    "a person twice": MeetingState(people=(Person(A, "Ana"), Person(A, "Ana"))),
    "a hand twice": MeetingState(people=(Person(A, "Ana"),), queue=(Hand(A), Hand(A))),
    "a stranger's hand": MeetingState(people=(Person(A, "Ana"),), queue=(Hand(C),)),
    "a stranger's floor": MeetingState(mode="hands", floor=Floor(C, 1), floors_given=1),
    "a floor when all may write": MeetingState(
        people=(Person(A, "Ana"),), floor=Floor(A, 1), floors_given=1
    ),
    "a floor never given": MeetingState(
        people=(Person(A, "Ana"),), mode="hands", floor=Floor(A, 2), floors_given=1
    ),
    "floor and hand at once": MeetingState(
        people=(Person(A, "Ana"),),
        mode="hands",
        floor=Floor(A, 1),
        floors_given=1,
        queue=(Hand(A),),
    ),
    "a round outside a round": MeetingState(mode="open", round=Round((), ())),
    "a stranger in the round": MeetingState(mode="round", round=Round((C,), (C,))),
    "waiting twice in a round": MeetingState(
        people=(Person(A, "Ana"), Person(B, "Ben")),
        mode="round",
        round=Round((A, B), to_come=(A,), passed=(A,)),
    ),
    "a second chance before the first was used": MeetingState(
        people=(Person(A, "Ana"),), mode="round", round=Round((A,), (), passed=(A,), again=(A,))
    ),
    "a hand down twice": MeetingState(people=(Person(A, "Ana"),), lowered=(Hand(A), Hand(A))),
    "a stranger who rests": MeetingState(people=(Person(A, "Ana"),), resting=(C,)),
    "somebody asked twice": MeetingState(people=(Person(A, "Ana"),), invited=(A, A)),
    "gather without a gathering": MeetingState(mode="gather"),
    "a gathering elsewhere": MeetingState(mode="hands", gather=Gather()),
    "a round of words that are not released": MeetingState(
        people=(Person(A, "Ana"),), mode="round", round=Round((A,), (A,)), gather=Gather()
    ),
    "ready and reading at once": MeetingState(
        people=(Person(A, "Ana"),), mode="gather", gather=Gather(ready=(A,), reading=(A,))
    ),
    "a stranger's words": MeetingState(mode="gather", gather=Gather(ready=(C,))),
    "pairs where none are": MeetingState(pairs=Pairing()),
    "no pairs where they are": MeetingState(mode="pairs"),
    "a stranger's yes": MeetingState(mode="pairs", pairs=Pairing(willing=(C,))),
    "willing and in a pair at once": MeetingState(
        people=(Person(A, "Ana"), Person(B, "Ben")),
        mode="pairs",
        pairs=Pairing(willing=(A,), pairs=(Pair(1, (A, B)),)),
        pairs_made=1,
    ),
    "somebody paired with themselves": MeetingState(
        people=(Person(A, "Ana"),),
        mode="pairs",
        pairs=Pairing(pairs=(Pair(1, (A, A)),)),
        pairs_made=1,
    ),
    "a pair never made": MeetingState(
        people=(Person(A, "Ana"), Person(B, "Ben")),
        mode="pairs",
        pairs=Pairing(pairs=(Pair(1, (A, B)),)),
    ),
    "an offer to oneself": MeetingState(people=(Person(A, "Ana"),), offers=(Offer(A, A),)),
    "an offer to a stranger": MeetingState(people=(Person(A, "Ana"),), offers=(Offer(A, C),)),
    "a stage without a flow": MeetingState(stage=0),
    "a stage the flow has not": MeetingState(flow_toml=FLOW, stage=4),
    "a flow that is none": MeetingState(flow_toml="format = 2"),
}


@pytest.mark.parametrize("what", UNLAWFUL)
def test_a_snapshot_that_cannot_be_is_refused(what: str) -> None:
    with pytest.raises(NotAState):
        decode_state(encode_state(UNLAWFUL[what]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x91" * 5000,
        encode_state(MeetingState()) + b"\x00",
        msgspec.msgpack.encode({"version": 0}),
        # The same numbers in longer spellings decode alike, and would hash differently.
        encode_state(MeetingState()).replace(b"\x00", b"\xcc\x00", 1),
        bytes(MAX_STATE_BYTES + 1),
    ],
)
def test_bytes_that_are_no_state_are_refused(data: bytes) -> None:
    with pytest.raises(NotAState):
        decode_state(data)


@given(LOG, st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=3)), max_size=3), LOG)
def test_a_hostile_snapshot_is_refused_or_is_a_meeting_like_any_other(
    log: list[tuple[object, ...]],
    spoiled: list[tuple[int, bytes]],
    later: list[tuple[object, ...]],
) -> None:
    room = Meeting("Ana", "Ben", "Cem", "Eva")
    for entry in log:
        step(room, entry)
    data = bytearray(encode_state(room.state))
    assert decode_state(bytes(data)) == room.state
    for place, piece in spoiled:
        at = place % (len(data) + 1)
        data[at : at + len(piece)] = piece
    try:
        room.state = decode_state(bytes(data))
    except NotAState:
        return
    for entry in later:
        step(room, entry)
        assert not broken_law(room.state)


def test_the_author_is_whoever_mls_says() -> None:
    state = MeetingState()
    outcome = apply(state, ev.Share("Hello"), identity("Ana"), bytes(16))
    assert outcome.effects == (NoEffect(identity("Ana"), "You are not in this room."),)
