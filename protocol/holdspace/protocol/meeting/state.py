"""The reducer: what an event by somebody changes in a meeting, on every client alike.

Two rules. It is total: any event by anybody in any state gives the same new state everywhere, or
no effect with a reason; nothing is raised. And it is the only way a state changes: a table says
which handler an event has and which right (roles.py) its author needs; what follows from every
change (an empty floor goes to the next, the version rises) is said once, in `_conclude`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import turns
from holdspace.protocol.meeting.effects import (
    AlreadyMovedOn,
    Arrived,
    Effect,
    FloorMoved,
    FlowOpened,
    HandLowered,
    HandRaised,
    Held,
    JoinedRound,
    Left,
    ModeChanged,
    Nodded,
    NoEffect,
    Outcome,
    Passed,
    Resumed,
    RoleChanged,
    RoundEnded,
    SaidGoodbye,
    Spoke,
    StageBegan,
    SteppedOver,
    TimeAdded,
)
from holdspace.protocol.meeting.flow import MAX_FLOW_BYTES, PLAYED_AS, FlowError, read_flow
from holdspace.protocol.meeting.roles import MAX_PEOPLE, Act, may
from holdspace.protocol.meeting.turns import NOT_HERE, ON_HOLD, rights
from holdspace.protocol.meeting.values import (
    MAX_EXTRA_SECONDS,
    MAX_NAME,
    MAX_SPOKEN,
    Floor,
    Hand,
    MeetingState,
    NotAState,
    Person,
    Round,
    decode_state,
    encode_state,
    state_digest,
)

__all__ = [
    "Floor",
    "Hand",
    "MeetingState",
    "NotAState",
    "Outcome",
    "Person",
    "Round",
    "apply",
    "apply_membership",
    "decode_state",
    "encode_state",
    "state_digest",
]


@dataclass(frozen=True, slots=True)
class _Author:
    """Who did it, as MLS proved it, and the message it came in."""

    identity: bytes
    message_id: bytes

    def may_not(self, state: MeetingState, reason: str) -> Outcome:
        """Return the outcome of something that has no effect."""
        return Outcome(state, (NoEffect(self.identity, reason),))


def apply(state: MeetingState, event: ev.Event, author: bytes, message_id: bytes) -> Outcome:
    """Return the state after an event; the author is the MLS sender, never a field (R7)."""
    by = _Author(author, message_id)
    person = state.person(author)
    row = _TABLE.get(type(event))
    if person is None:
        return by.may_not(state, NOT_HERE)
    if row is None:
        return by.may_not(state, "This version does not know what that was.")
    act, handler = row
    if not may(person.role, act):
        return by.may_not(state, f"Only facilitators can {act}.")
    # T4, R7: a control act decided on another state than this one has no effect.
    if getattr(event, "basis", state.version) != state.version:
        return Outcome(state, (AlreadyMovedOn(author),))
    return _conclude(state, handler(state, event, by))


def apply_membership(state: MeetingState, people_after: Iterable[Person]) -> Outcome:
    """Return the state after a commit: who is in the room now, with which name and role.

    Who stays keeps seat, hand and floor; who is new sits down last; who left loses all three.
    """
    wanted = _acceptable(people_after)
    stay = tuple(
        replace(wanted[old.identity], spoken=old.spoken)
        for old in state.people
        if old.identity in wanted
    )
    before = {person.identity: person for person in state.people}
    new = tuple(replace(p, spoken=0) for identity, p in wanted.items() if identity not in before)
    gone = tuple(identity for identity in before if identity not in wanted)
    after = replace(state, people=(*stay, *new))
    for identity in gone:
        after = turns.drop(after, identity)
    roles = (p for p in stay if p.role != before[p.identity].role)
    effects: tuple[Effect, ...] = (
        *(Left(identity) for identity in gone),
        *(Arrived(person.identity) for person in new),
        *(RoleChanged(person.identity, person.role) for person in roles),
    )
    return _conclude(state, Outcome(after, effects))


def _acceptable(people: Iterable[Person]) -> dict[bytes, Person]:
    accepted: dict[bytes, Person] = {}
    for person in people:
        if len(accepted) == MAX_PEOPLE:
            break
        accepted.setdefault(person.identity, replace(person, name=person.name[:MAX_NAME]))
    return accepted


def _conclude(before: MeetingState, outcome: Outcome) -> Outcome:
    after = turns.settle(outcome.state)
    effects = list(outcome.effects)
    if before.floor != after.floor:
        effects.append(FloorMoved(_holder(before), _holder(after)))
    if outcome.state.round is not None and after.round is None:
        effects.append(RoundEnded())
    # T4, the one rule of the version: it rises when stage, mode, floor or hold changed.
    if _control(before) != _control(after):
        after = replace(after, version=before.version + 1)
    return Outcome(after, tuple(effects))


def _control(state: MeetingState) -> tuple[object, ...]:
    return (state.stage_entered, state.mode, state.floor, state.is_held)


def _holder(state: MeetingState) -> bytes | None:
    return state.floor.identity if state.floor else None


def _share(state: MeetingState, event: ev.Share, by: _Author) -> Outcome:
    why_not = rights(state, by.identity).why_not
    if why_not:
        return by.may_not(state, why_not)
    # A facilitator may write while the room is held; that uses up nobody's turn, not even theirs.
    if state.has_floor(by.identity) and not state.is_held:
        state = turns.end_turn(state)
    effect = Spoke(by.identity, event.text, by.message_id)
    return Outcome(_counted(state, by.identity), (effect,))


def _counted(state: MeetingState, identity: bytes) -> MeetingState:
    people = tuple(
        replace(p, spoken=min(p.spoken + 1, MAX_SPOKEN)) if p.identity == identity else p
        for p in state.people
    )
    return replace(state, people=people)


def _raise_hand(state: MeetingState, event: ev.RaiseHand, by: _Author) -> Outcome:
    why_not = rights(state, by.identity).why_not_raise
    if event.kind == "respond":
        why_not = why_not or turns.why_not_respond(state, by.identity)
    if why_not:
        return by.may_not(state, why_not)
    if turns.may_join_round(state, by.identity):
        return Outcome(turns.join_round(state, by.identity), (JoinedRound(by.identity),))
    state = turns.raise_hand(state, by.identity, event.kind, event.note)
    effect = HandRaised(by.identity, event.kind, event.note, state.place_of(by.identity))
    return Outcome(state, (effect,))


def _lower_hand(state: MeetingState, _event: ev.LowerHand, by: _Author) -> Outcome:
    floor = state.floor
    # The floor may have come while the hand was going down: what was meant is "not me now".
    if floor and floor.identity == by.identity and floor.kind != "turn":
        return Outcome(turns.end_turn(state), (HandLowered(by.identity, by.identity),))
    return _take_down(state, by.identity, by)


def _lower_hand_of(state: MeetingState, event: ev.LowerHandOf, by: _Author) -> Outcome:
    return _take_down(state, event.who, by)


def _take_down(state: MeetingState, who: bytes, by: _Author) -> Outcome:
    if not state.place_of(who):
        return by.may_not(state, "That hand is not up.")
    return Outcome(turns.lower_hand(state, who), (HandLowered(who, by.identity),))


def _pass(state: MeetingState, _event: ev.Pass, by: _Author) -> Outcome:
    why_not = rights(state, by.identity).why_not_pass
    if why_not:
        return by.may_not(state, why_not)
    return Outcome(turns.pass_turn(state), (Passed(by.identity),))


def _nod(state: MeetingState, event: ev.Nod, by: _Author) -> Outcome:
    why_not = rights(state, by.identity).why_not_nod
    if why_not:
        return by.may_not(state, why_not)
    return Outcome(state, (Nodded(by.identity, event.to, event.kind),))


def _nothing(state: MeetingState, _event: ev.Event, _by: _Author) -> Outcome:
    return Outcome(state)


def _leave(state: MeetingState, event: ev.Leaving, by: _Author) -> Outcome:
    return Outcome(turns.drop(state, by.identity), (SaidGoodbye(by.identity, event.fine),))


def _open_flow(state: MeetingState, event: ev.OpenFlow, by: _Author) -> Outcome:
    if len(event.toml.encode()) > MAX_FLOW_BYTES:
        return by.may_not(state, "That flow is too long.")
    try:
        read_flow(event.toml)
    except FlowError as error:
        return by.may_not(state, str(error))
    opened = replace(
        state,
        flow_toml=event.toml,
        stage=-1,
        stage_entered=state.stage_entered + 1,
        extra_seconds=0,
    )
    return Outcome(opened, (FlowOpened(by.identity),))


def _go_to_stage(state: MeetingState, event: ev.GoToStage, by: _Author) -> Outcome:
    flow = state.flow
    if flow is None or event.stage >= len(flow.stages):
        return by.may_not(state, "The flow has no such stage.")
    entered = replace(
        state, stage=event.stage, stage_entered=state.stage_entered + 1, extra_seconds=0
    )
    mode = PLAYED_AS[flow.stages[event.stage].turn]
    return Outcome(turns.begin_mode(entered, mode), (StageBegan(event.stage, by.identity),))


def _set_turn_mode(state: MeetingState, event: ev.SetTurnMode, by: _Author) -> Outcome:
    mode = PLAYED_AS[event.mode]
    is_round_over = mode == "round" and state.round is None
    if mode == state.mode and not is_round_over:
        return by.may_not(state, "Turns are taken that way already.")
    return Outcome(turns.begin_mode(state, mode), (ModeChanged(mode),))


def _give_floor(state: MeetingState, event: ev.GiveFloor, by: _Author) -> Outcome:
    why_not = _why_no_floor(state)
    if state.has_floor(event.to):
        why_not = "That person has the floor already."
    if state.person(event.to) is None:
        why_not = "That person is not in the room."
    if why_not:
        return by.may_not(state, why_not)
    return Outcome(turns.give_floor(state, event.to))


def _next_turn(state: MeetingState, _event: ev.NextTurn, by: _Author) -> Outcome:
    why_not = _why_no_floor(state)
    holder = _holder(state)
    moved = turns.step_over(state)
    if not why_not and moved.floor == state.floor:
        why_not = "Nobody is waiting for a turn."
    if why_not:
        return by.may_not(state, why_not)
    return Outcome(moved, (SteppedOver(holder, by.identity),) if holder else ())


def _why_no_floor(state: MeetingState) -> str:
    if state.is_held:
        return ON_HOLD
    return "Everybody may write now; there are no turns." if state.mode == "open" else ""


def _add_time(state: MeetingState, event: ev.AddTime, by: _Author) -> Outcome:
    seconds = state.extra_seconds + event.seconds
    if seconds > MAX_EXTRA_SECONDS:
        return by.may_not(state, "This stage has been given all the time there is.")
    return Outcome(replace(state, extra_seconds=seconds), (TimeAdded(event.seconds, by.identity),))


def _hold(state: MeetingState, _event: ev.Hold, by: _Author) -> Outcome:
    if state.is_held:
        return by.may_not(state, "The room is on hold already.")
    return Outcome(replace(state, is_held=True), (Held(by.identity),))


def _resume(state: MeetingState, _event: ev.Resume, by: _Author) -> Outcome:
    if not state.is_held:
        return by.may_not(state, "The room is not on hold.")
    return Outcome(replace(state, is_held=False), (Resumed(by.identity),))


# Each handler takes the one event it stands beside in the table.
_Handler = Callable[[MeetingState, Any, _Author], Outcome]
_TABLE: dict[type[ev.Event], tuple[Act, _Handler]] = {
    ev.Share: (Act.SHARE, _share),
    ev.RaiseHand: (Act.RAISE_HAND, _raise_hand),
    ev.LowerHand: (Act.LOWER_HAND, _lower_hand),
    ev.Pass: (Act.PASS, _pass),
    ev.Nod: (Act.NOD, _nod),
    ev.Heartbeat: (Act.HEARTBEAT, _nothing),
    ev.Leaving: (Act.LEAVE, _leave),
    ev.OpenFlow: (Act.OPEN_FLOW, _open_flow),
    ev.GoToStage: (Act.GO_TO_STAGE, _go_to_stage),
    ev.SetTurnMode: (Act.SET_TURN_MODE, _set_turn_mode),
    ev.GiveFloor: (Act.GIVE_FLOOR, _give_floor),
    ev.NextTurn: (Act.NEXT_TURN, _next_turn),
    ev.LowerHandOf: (Act.LOWER_HAND_OF, _lower_hand_of),
    ev.AddTime: (Act.ADD_TIME, _add_time),
    ev.Hold: (Act.HOLD, _hold),
    ev.Resume: (Act.RESUME, _resume),
    ev.Snapshot: (Act.SNAPSHOT, _nothing),
}
