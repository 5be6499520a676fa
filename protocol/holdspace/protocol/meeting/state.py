"""The reducer: what an event by somebody changes in a meeting, on every client alike.

Two rules. It is total: any event by anybody in any state gives the same new state everywhere, or
no effect with a reason; nothing is raised. And it is the only way a state changes: a table says
which handler an event has and which right (roles.py) its author needs; what follows from every
change (an empty floor goes to the next, the version rises) is said once, in `_conclude`.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from holdspace.protocol.meeting import (
    away,
    boarding,
    counting,
    handing,
    leading,
    offering,
    pairing,
    scheduling,
    speaking,
    turns,
    undoing,
)
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.acting import Author, Handler, holder
from holdspace.protocol.meeting.effects import (
    AlreadyMovedOn,
    Arrived,
    Effect,
    FloorMoved,
    Left,
    Outcome,
    RoleChanged,
    RoundEnded,
)
from holdspace.protocol.meeting.returning import CameBackAs, carry_on
from holdspace.protocol.meeting.rights import NOT_HERE
from holdspace.protocol.meeting.roles import MAX_PEOPLE, Act, may
from holdspace.protocol.meeting.values import (
    MAX_NAME,
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
from holdspace.protocol.translation import N_

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


def apply(state: MeetingState, event: ev.Event, author: bytes, message_id: bytes) -> Outcome:
    """Return the state after an event; the author is the MLS sender, never a field (R7)."""
    by = Author(author, message_id)
    person = state.person(author)
    row = _TABLE.get(type(event))
    if person is None:
        return by.may_not(state, NOT_HERE)
    if row is None:
        return by.may_not(state, N_("This version does not know what that was."))
    act, handler = row
    if not may(person.role, act):
        return by.may_not(state, N_("Only a facilitator can do that."))
    # T4, R7: a control act decided on another state than this one has no effect.
    if getattr(event, "basis", state.version) != state.version:
        return Outcome(state, (AlreadyMovedOn(author),))
    return undoing.noted(state, event, author, _conclude(state, handler(state, event, by)))


def apply_membership(
    state: MeetingState, people_after: Iterable[Person], came_back: Iterable[CameBackAs] = ()
) -> Outcome:
    """Return the state after a commit: who is in the room now, with which name and role.

    Who stays keeps seat, hand and floor; who is new sits down last; who left loses all three, unless
    they `came_back` under a new identity.
    """
    wanted = _acceptable(people_after)
    state, carried = carry_on(state, wanted.keys(), came_back)
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
        *carried,
        *(Left(identity) for identity in gone),
        *(Arrived(person.identity) for person in new),
        *(RoleChanged(person.identity, person.role) for person in roles),
    )
    outcome = _conclude(state, Outcome(after, effects))
    return Outcome(undoing.settled(state, outcome.state), outcome.effects)


def _acceptable(people: Iterable[Person]) -> dict[bytes, Person]:
    accepted: dict[bytes, Person] = {}
    for person in people:
        if len(accepted) == MAX_PEOPLE:
            break
        accepted.setdefault(person.identity, replace(person, name=person.name[:MAX_NAME]))
    return accepted


def _conclude(before: MeetingState, outcome: Outcome) -> Outcome:
    after = turns.settle(outcome.state)
    after, counted = counting.settle(after)
    after, put_away = boarding.settle(before, after)
    effects = [*outcome.effects, *counted, *put_away]
    if before.floor != after.floor:
        effects.append(FloorMoved(holder(before), holder(after)))
    if outcome.state.round is not None and after.round is None:
        effects.append(RoundEnded())
    # T4, the one rule of the version: it rises when stage, mode, floor, release or hold changed.
    if _control(before) != _control(after):
        after = replace(after, version=before.version + 1)
    return Outcome(after, tuple(effects))


def _control(state: MeetingState) -> tuple[object, ...]:
    is_released = state.gather is not None and state.gather.is_released
    return (state.stage_entered, state.mode, is_released, state.floor, state.is_held)


_TABLE: dict[type[ev.Event], tuple[Act, Handler]] = {
    ev.Share: (Act.SHARE, speaking.share),
    ev.RaiseHand: (Act.RAISE_HAND, speaking.raise_hand),
    ev.LowerHand: (Act.LOWER_HAND, speaking.lower_hand),
    ev.Pass: (Act.PASS, speaking.pass_turn),
    ev.Nod: (Act.NOD, speaking.nod),
    ev.Heartbeat: (Act.HEARTBEAT, speaking.nothing),
    ev.Leaving: (Act.LEAVE, speaking.leave),
    ev.Ready: (Act.BE_READY, speaking.ready),
    ev.Later: (Act.LATER, speaking.later),
    ev.StepBack: (Act.STEP_BACK, speaking.step_back),
    ev.AnswerInvite: (Act.ANSWER_INVITE, speaking.answer_invite),
    ev.TakeBack: (Act.TAKE_BACK, speaking.take_back),
    ev.Fold: (Act.FOLD, speaking.fold),
    ev.Rest: (Act.REST, speaking.rest),
    # A slot says no more than a heartbeat; what is in it is applied by itself.
    ev.CoverSlot: (Act.HEARTBEAT, speaking.nothing),
    # A private word changes nothing that all agree on, and is needed most on hold.
    ev.Letter: (Act.LETTER, speaking.nothing),
    ev.Whisper: (Act.WHISPER, speaking.nothing),
    ev.OpenFlow: (Act.OPEN_FLOW, leading.open_flow),
    ev.GoToStage: (Act.GO_TO_STAGE, leading.go_to_stage),
    ev.SetTurnMode: (Act.SET_TURN_MODE, leading.set_turn_mode),
    ev.GiveFloor: (Act.GIVE_FLOOR, leading.give_floor),
    ev.NextTurn: (Act.NEXT_TURN, leading.next_turn),
    ev.LowerHandOf: (Act.LOWER_HAND_OF, leading.lower_hand_of),
    ev.AddTime: (Act.ADD_TIME, leading.add_time),
    ev.Hold: (Act.HOLD, leading.hold),
    ev.Resume: (Act.RESUME, leading.resume),
    ev.Release: (Act.RELEASE, leading.release),
    ev.SkipPause: (Act.SKIP_PAUSE, leading.skip_pause),
    ev.LowerAll: (Act.LOWER_ALL, leading.lower_all),
    ev.RestoreHands: (Act.RESTORE_HANDS, leading.restore_hands),
    ev.CloseQueue: (Act.CLOSE_QUEUE, leading.close_queue),
    ev.MoveHand: (Act.MOVE_HAND, leading.move_hand),
    ev.LastWord: (Act.LAST_WORD, leading.last_word),
    ev.Invite: (Act.INVITE_TO_SPEAK, leading.invite),
    ev.SetOrder: (Act.SET_ORDER, leading.set_order),
    ev.PauseWriting: (Act.PAUSE_WRITING, leading.pause_writing),
    ev.LetWrite: (Act.LET_WRITE, leading.let_write),
    ev.SendBack: (Act.SEND_BACK, leading.send_back),
    ev.HandOver: (Act.HAND_OVER, handing.hand_over),
    ev.Replan: (Act.REPLAN, leading.replan),
    ev.StageClock: (Act.TELL_THE_TIME, leading.tell_the_time),
    ev.Undo: (Act.UNDO, undoing.undo),
    ev.Snapshot: (Act.SNAPSHOT, speaking.nothing),
    ev.BeWilling: (Act.BE_WILLING, pairing.be_willing),
    ev.FormPairs: (Act.FORM_PAIRS, pairing.form_pairs),
    ev.ReturnAll: (Act.RETURN_ALL, pairing.return_all),
    ev.ComeBack: (Act.COME_BACK, pairing.come_back),
    ev.CallFacilitator: (Act.CALL_FACILITATOR, pairing.call_facilitator),
    ev.JoinPair: (Act.JOIN_PAIR, pairing.join_pair),
    ev.AskToOffer: (Act.OFFER, offering.ask),
    ev.AnswerOffer: (Act.ANSWER_OFFER, offering.answer),
    ev.OpenOffer: (Act.OFFER, offering.open_offer),
    ev.StepOverAway: (Act.STEP_OVER_AWAY, away.step_over_away),
    ev.OpenPoll: (Act.OPEN_POLL, counting.open_poll),
    ev.JoinCount: (Act.BE_COUNTED, counting.join),
    ev.LeaveCount: (Act.BE_COUNTED, counting.leave),
    ev.CloseCount: (Act.CLOSE_COUNT, counting.close),
    ev.GiveVector: (Act.BE_COUNTED, counting.give),
    ev.EndCount: (Act.CLOSE_COUNT, counting.end),
    ev.ShowHand: (Act.BE_COUNTED, counting.show_hand),
    ev.SetSchedule: (Act.SET_SCHEDULE, scheduling.set_schedule),
    ev.AskForIdeas: (Act.ASK_FOR_IDEAS, boarding.ask),
    ev.BeginList: (Act.LIST_IDEAS, boarding.begin_list),
    ev.GiveIdea: (Act.GIVE_IDEA, boarding.give_idea),
    ev.EndList: (Act.LIST_IDEAS, boarding.end_list),
    ev.ChooseIdea: (Act.CHOOSE_IDEA, boarding.choose),
    ev.PutBoardAway: (Act.PUT_BOARD_AWAY, boarding.put_away),
}
