"""What a person wants, turned into an event, a change of who is here, or a kind no.

One row per intent. Rights are asked of the same tables that every client judges by, so that the
answer here is only earlier, never different; the text of whatever is refused is given back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import gathering, speaking, turns
from holdspace.protocol.meeting.flow import FlowError, read_flow
from holdspace.protocol.meeting.kinds import MAX_TEXT, TurnMode
from holdspace.protocol.meeting.roles import CO_FACILITATOR, HOST, MAX_PEOPLE, MEMBER
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from . import (
    answering,
    boards,
    changing,
    connecting,
    covering,
    doing_apart,
    doing_rooms,
    door_talk,
    drift,
    flood,
    intents,
    ladder,
    lobby,
    offers,
    pairs,
    quiet,
    readying,
    returning,
    saying,
    undoing,
)
from .intents_apart import SayNotOk
from .invitations import new_invitation
from .outbox import BOUND
from .replacing import replace
from .seat import RoleChange, Seat
from .step import Moment
from .too_long import too_long
from .unled import allowed
from .view import Line, Place, Refusal

Doer = Callable[[Seat, Any, Moment], Seat | Refusal]

NOT_YET = Refusal(N_("The room is still opening. One moment, please."))
NOT_YOURS = Refusal(N_("Only a facilitator can do that."))
ONLY_HOST = Refusal(N_("Only the host can do that."))
NOTHING_SAID = Refusal(N_("You have not said anything yet."))
NO_SHARE = Refusal(N_("There is nothing to nod to yet."))
NOT_THERE = Refusal(N_("That person is not here any more."))
NO_KNOCK = Refusal(N_("That knock was answered already, or they went away."))
NO_HAND = Refusal(N_("Their hand is not up."))
NO_FLOW = Refusal(N_("There is no agenda yet."))
LAST_STAGE = Refusal(N_("This is the last stage. When you are ready, /close ends the meeting."))
LAST_STAGE_COUNTS = Refusal(
    N_("This is the last stage. /count shows what is being counted; then /close ends the meeting.")
)
FIRST_STAGE = Refusal(N_("This is the first stage."))
KEPT_FULL = N_("The connection is lost and much is waiting to be sent already. It is kept here.")


def do(seat: Seat, intent: intents.Intent, moment: Moment) -> Seat | Refusal:
    """Do what the person wants, or return why not with the text that must be kept."""
    doer = _DOERS.get(type(intent))
    if doer is None or seat.place is not Place.ROOM:
        return Refusal(_("That is not possible here."))
    kept = getattr(intent, "text", "")
    # Who is not OK is heard however much is waiting to be sent.
    if len(seat.outbox.waiting) >= BOUND and not isinstance(intent, SayNotOk):
        return Refusal(KEPT_FULL, kept)
    return doer(seat, intent, moment)


def _say(seat: Seat, intent: intents.Say, moment: Moment) -> Seat | Refusal:
    text = intent.text.strip()
    if not text:
        return Refusal(_("There is nothing written yet."))
    if len(text) > MAX_TEXT:
        return Refusal(
            _(
                "That is longer than one share can be, by {over} of {most} "
                "characters. It is kept here; you could send it in two parts."
            ).format(over=len(text) - MAX_TEXT, most=MAX_TEXT),
            intent.text,
        )
    state, me = seat.state, seat.facts.identity
    if state is None:
        return replace(NOT_YET, kept=intent.text)
    if boards.is_for_the_list(seat):
        return boards.suggest(seat, intent.text, moment)
    # Where everybody writes for themselves, to send is to be ready (T6); facilitators guide meanwhile.
    is_resting = state.is_held or seat.is_unled
    if gathering.is_writing(state) and not seat.is_staff and not is_resting:
        return readying.keep(seat, text, moment)
    why_not = allowed(seat, state).why_not
    if why_not:
        return Refusal(why_not, intent.text)
    if state.has_floor(me) and not seat.is_staff and readying.is_reading(seat, moment.now):
        return readying.keep_until_read(seat, text, moment)
    if flood.is_flood(seat, state, moment):
        return Refusal(flood.TOO_MANY, intent.text)
    return saying.say(flood.counted(seat, moment), ev.Share(text), moment)


def _write_ahead(seat: Seat, intent: intents.KeepReady, moment: Moment) -> Seat | Refusal:
    text = intent.text.strip()
    if not text or len(text) > MAX_TEXT:
        return _say(seat, intents.Say(intent.text), moment)
    if seat.state is None:
        return replace(NOT_YET, kept=intent.text)
    why_not = allowed(seat, seat.state).why_not_ready
    return Refusal(why_not, intent.text) if why_not else readying.keep(seat, text, moment)


def _raise(seat: Seat, intent: intents.Raise, moment: Moment) -> Seat | Refusal:
    if seat.state is None:
        return replace(NOT_YET, kept=intent.note)
    why_not = allowed(seat, seat.state).why_not_raise
    if why_not:
        return Refusal(why_not, intent.note)
    note = clean_line(intent.note)
    if len(note) > ev.MAX_NOTE:
        words = _("A few words go with a hand; these are {over} characters too many.").format(
            over=len(note) - ev.MAX_NOTE
        )
        return Refusal(words, intent.note)
    return saying.say(seat, ev.RaiseHand(intent.kind, note), moment)


def _lower(seat: Seat, intent: intents.Lower, moment: Moment) -> Seat | Refusal:
    if seat.state is None or not seat.state.place_of(seat.facts.identity):
        return Refusal(_("Your hand is not up."))
    return saying.say(seat, ev.LowerHand(), moment)


def _pass(seat: Seat, intent: intents.PassTurn, moment: Moment) -> Seat | Refusal:
    state = seat.state
    if state is None:
        return NOT_YET
    why_not = allowed(seat, state).why_not_pass
    if why_not:
        return Refusal(why_not)
    if gathering.is_writing(state):
        seat = readying.put_by(seat, moment)
    return saying.say(seat, ev.Pass(state.version), moment)


def _nod(seat: Seat, intent: intents.NodTo, moment: Moment) -> Seat | Refusal:
    if seat.state is None:
        return NOT_YET
    why_not = allowed(seat, seat.state).why_not_nod
    if why_not:
        return Refusal(why_not)
    to = intent.to or _newest(seat, is_mine=False)
    return saying.say(seat, ev.Nod(to, intent.kind), moment) if to else NO_SHARE


def _simply(make: Callable[[Any], ev.Event]) -> Doer:
    """Return the doer of something that the reducer alone judges."""

    def doer(seat: Seat, intent: intents.Intent, moment: Moment) -> Seat | Refusal:
        return NOT_YET if seat.state is None else saying.say(seat, make(intent), moment)

    return doer


def _wait_longer(event: ev.Event) -> Doer:
    def doer(seat: Seat, intent: intents.Intent, moment: Moment) -> Seat | Refusal:
        if seat.state is None:
            return NOT_YET
        if not turns.is_waiting(seat.state, seat.facts.identity):
            return Refusal(speaking.NOT_WAITING)
        return saying.say(seat, event, moment)

    return doer


def _answer_invite(seat: Seat, intent: intents.AnswerTheInvite, moment: Moment) -> Seat | Refusal:
    apart = doing_apart.answer_ask(seat, moment, is_yes=intent.is_yes)
    if apart is not None:
        return apart
    if seat.state is None or seat.facts.identity not in seat.state.invited:
        # The same yes and no answer whoever asks to offer an idea.
        answered = seat.state and offers.answer(
            seat, seat.state, is_yes=intent.is_yes, moment=moment
        )
        return answered or Refusal(speaking.NOT_INVITED)
    return saying.say(seat, ev.AnswerInvite(intent.is_yes), moment)


def _take_back(seat: Seat, intent: intents.TakeItBack, moment: Moment) -> Seat | Refusal:
    key = intent.key or _newest(seat, is_mine=True)
    return saying.say(seat, ev.TakeBack(key), moment) if key else NOTHING_SAID


def _fold(seat: Seat, intent: intents.FoldIt, moment: Moment) -> Seat | Refusal:
    # A facilitator folds what was said last; everybody else only what they said themselves (A13).
    key = intent.key or _newest(seat, is_mine=None if seat.is_staff else True)
    if not key:
        return NOTHING_SAID
    refusal = too_long(intent.label, ev.MAX_LABEL)
    return refusal or saying.say(seat, ev.Fold(key, clean_line(intent.label)), moment)


def _newest(seat: Seat, *, is_mine: bool | None) -> bytes:
    shares = (p for p in reversed(seat.transcript) if p.line is Line.SHARE)
    return next((p.key for p in shares if is_mine in (None, p.is_mine)), b"")


def _leave(seat: Seat, intent: intents.Leave, moment: Moment) -> Seat | Refusal:
    # The room goes with its relay: people read at once that it is over, and wait for nobody.
    if seat.host is not None and seat.host.is_relay_here and seat.wire.attached:
        return _close(seat, intents.CloseTheMeeting(), moment)
    return saying.say(seat, ev.Leaving(intent.fine), moment)


def _control(make: Callable[[Seat, MeetingState, Any], ev.Event | Refusal]) -> Doer:
    """Return the doer of something that only facilitators may do."""

    def doer(seat: Seat, intent: intents.Intent, moment: Moment) -> Seat | Refusal:
        if seat.state is None:
            return NOT_YET
        if not seat.roles.is_facilitator(seat.facts.identity):
            return NOT_YOURS
        event = make(seat, seat.state, intent)
        return event if isinstance(event, Refusal) else saying.say(seat, event, moment)

    return doer


def _open_flow(seat: Seat, state: MeetingState, intent: intents.OpenTheFlow) -> ev.Event | Refusal:
    try:
        read_flow(intent.toml)
    except FlowError as error:
        return Refusal(_("This flow cannot be used: {error}").format(error=error))
    return ev.OpenFlow(intent.toml)


def _stage(state: MeetingState, number: int) -> ev.Event | Refusal:
    flow = state.flow
    if flow is None:
        return NO_FLOW
    if number < 0:
        return FIRST_STAGE
    if number >= len(flow.stages):
        return LAST_STAGE_COUNTS if state.tallies else LAST_STAGE
    return ev.GoToStage(number, state.version)


def _release(
    seat: Seat, state: MeetingState, intent: intents.ReleaseTheWords
) -> ev.Event | Refusal:
    if not gathering.is_writing(state):
        return Refusal(gathering.RELEASED_ALREADY)
    flow = state.flow
    usual = flow.stages[state.stage].release if flow and state.stage >= 0 else "round"
    return ev.Release(intent.how or usual, state.version)


def _go_on(seat: Seat, state: MeetingState, _intent: intents.NextStage) -> ev.Event | Refusal:
    # One key leads a whole meeting, and what people made ready is read before the room goes on.
    if gathering.is_writing(state) and state.gather and state.gather.ready:
        return _release(seat, state, intents.ReleaseTheWords())
    then = _second_part(state)
    if then is not None:
        return ev.SetTurnMode(then, state.version)
    # What is left out today is stepped over; after the last one, the number says that it is the last.
    following = state.next_stage
    return _stage(
        state, len(state.flow.stages) if state.flow and following is None else following or 0
    )


def _second_part(state: MeetingState) -> TurnMode | None:
    """Return how a stage goes on that has two parts, while it is in the first."""
    flow = state.flow
    stage = flow.stages[state.stage] if flow and state.stage >= 0 else None
    is_first = stage is not None and state.mode == stage.turn
    return stage.then if stage is not None and is_first and stage.then != stage.turn else None


def _keep_the_time(seat: Seat, _intent: intents.KeepTheTime, moment: Moment) -> Seat | Refusal:
    if seat.state is None:
        return NOT_YET
    if not seat.is_staff:
        return NOT_YOURS
    event = drift.keep_the_time(seat, seat.state, moment.now)
    return event if isinstance(event, Refusal) else saying.say(seat, event, moment)


def _with_person(make: Callable[[MeetingState, bytes], ev.Event]) -> Doer:
    def event(seat: Seat, state: MeetingState, intent: Any) -> ev.Event | Refusal:
        who: bytes = intent.who
        return make(state, who) if state.person(who) else NOT_THERE

    return _control(event)


def _admit(seat: Seat, intent: intents.Admit, moment: Moment) -> Seat | Refusal:
    letter = lobby.find(seat, intent.knock)
    if letter is None:
        return NO_KNOCK
    if letter.is_between:
        return door_talk.BETWEEN
    if returning.needs_a_place(seat, letter) and returning.is_full(seat):
        return returning.why_not_in(seat, moment.now)
    return lobby.admit(seat, letter, moment)


def _door_word(seat: Seat, intent: intents.WordAtDoor, moment: Moment) -> Seat | Refusal:
    letter = lobby.find(seat, intent.knock)
    if letter is None:
        return replace(NO_KNOCK, kept=intent.text)
    said = door_talk.say(seat, letter, intent.text, moment)
    return replace(said, kept=intent.text) if isinstance(said, Refusal) else said


def _decline(seat: Seat, intent: intents.Decline, moment: Moment) -> Seat | Refusal:
    letter = lobby.find(seat, intent.knock)
    if letter is None:
        return NO_KNOCK
    if letter.is_between:
        return door_talk.BETWEEN
    return lobby.decline(seat, letter, intent.words, moment)


_ROLE_ALREADY = {
    HOST: N_("They are the host already."),
    CO_FACILITATOR: N_("They are a co-facilitator already."),
    MEMBER: N_("They are a member already."),
}


def _role(role: str, before: str) -> Doer:
    def doer(seat: Seat, intent: Any, moment: Moment) -> Seat | Refusal:
        if seat.host is None:
            return ONLY_HOST
        person = seat.person(intent.who)
        if person is None:
            return NOT_THERE
        if person.role != before:
            return Refusal(_ROLE_ALREADY[person.role])
        return changing.wish(seat, RoleChange(intent.who, role), moment)

    return doer


def _invite(seat: Seat, intent: intents.NewInvitation, moment: Moment) -> Seat | Refusal:
    if seat.host is None:
        return ONLY_HOST
    host = new_invitation(seat, seat.host, minutes=intent.minutes, world=moment)
    return connecting.change_invitation(seat, seat.host, host, moment)


def _close(seat: Seat, intent: intents.CloseTheMeeting, moment: Moment) -> Seat | Refusal:
    if not seat.roles.is_facilitator(seat.facts.identity):
        return NOT_YOURS
    if not seat.wire.nonce:
        return Refusal(_("The connection is lost just now. Close the meeting when it is back."))
    return covering.close(seat, moment)


_DOERS: dict[type[intents.Intent], Doer] = {
    intents.Say: _say,
    intents.Raise: _raise,
    intents.Lower: _lower,
    intents.PassTurn: _pass,
    intents.NodTo: _nod,
    intents.Leave: _leave,
    intents.OpenTheFlow: _control(_open_flow),
    intents.NextStage: _control(_go_on),
    intents.BackStage: _control(lambda _seat, state, _intent: _stage(state, state.stage - 1)),
    intents.ToStage: _control(lambda _seat, state, intent: _stage(state, intent.number - 1)),
    intents.ChangeMode: _control(
        lambda _seat, state, intent: ev.SetTurnMode(intent.mode, state.version)
    ),
    intents.Give: _with_person(lambda state, who: ev.GiveFloor(who, state.version)),
    intents.Onward: _control(lambda _seat, state, _intent: ev.NextTurn(state.version)),
    intents.LowerFor: _with_person(lambda _state, who: ev.LowerHandOf(who)),
    intents.MoreTime: _control(
        lambda _seat, state, intent: ev.AddTime(min(max(intent.seconds, 1), 3600), state.version)
    ),
    intents.KeepReady: _write_ahead,
    intents.Rewrite: lambda seat, _intent, moment: readying.rewrite(seat, moment),
    intents.GoLater: _wait_longer(ev.Later()),
    intents.GoBack: _wait_longer(ev.StepBack()),
    intents.AnswerTheInvite: _answer_invite,
    intents.TakeItBack: _take_back,
    intents.FoldIt: _fold,
    intents.RestNow: _simply(lambda intent: ev.Rest(intent.is_resting)),
    intents.ReleaseTheWords: _control(_release),
    intents.SkipThePause: _control(lambda _seat, state, _intent: ev.SkipPause(state.version)),
    intents.LowerAllHands: _control(lambda _seat, state, _intent: ev.LowerAll(state.version)),
    intents.RestoreTheHands: _control(lambda _seat, state, _intent: ev.RestoreHands(state.version)),
    intents.CloseTheQueue: _control(
        lambda _seat, state, intent: ev.CloseQueue(intent.is_closed, state.version)
    ),
    intents.MoveTheHand: _control(
        lambda _seat, state, intent: (
            ev.MoveHand(intent.who, min(max(intent.place, 1), MAX_PEOPLE))
            if state.place_of(intent.who)
            else NO_HAND
        )
    ),
    intents.GiveLastWord: _with_person(lambda state, who: ev.LastWord(who, state.version)),
    intents.AskToSpeak: _with_person(lambda _state, who: ev.Invite(who)),
    intents.OrderHands: _control(
        lambda _seat, state, intent: ev.SetOrder(intent.order, state.version)
    ),
    intents.PauseTheWriting: ladder.pause,
    intents.LetThemWrite: _with_person(lambda _state, who: ev.LetWrite(who)),
    intents.HandItOver: _with_person(lambda state, who: ev.HandOver(who, state.version)),
    intents.UndoIt: undoing.undo,
    intents.KeepTheTime: _keep_the_time,
    intents.BreakTheQuiet: quiet.help_along,
    intents.HoldRoom: _control(lambda *_: ev.Hold()),
    intents.ResumeRoom: _control(lambda *_: ev.Resume()),
    intents.Admit: _admit,
    intents.Decline: _decline,
    intents.WordAtDoor: _door_word,
    intents.Remove: ladder.remove,
    intents.BackToTheDoor: ladder.send_back,
    intents.NudgeThem: ladder.nudge,
    intents.Promote: _role(CO_FACILITATOR, MEMBER),
    intents.Demote: _role(MEMBER, CO_FACILITATOR),
    intents.NewInvitation: _invite,
    intents.CloseTheMeeting: _close,
    **doing_apart.DOERS,
    **boards.DOERS,
    intents.GiveAnswers: answering.give,
    intents.AskPoll: answering.ask_poll,
    intents.CloseTheCount: answering.close_count,
    intents.BePaired: pairs.say_yes,
    intents.ComeBackFromPair: pairs.come_back,
    intents.CallIntoPair: pairs.call,
    intents.MakePairs: _control(pairs.form),
    intents.BringAllBack: _control(lambda *_: ev.ReturnAll()),
    intents.GoToCaller: _control(pairs.go_to_caller),
    intents.OfferAnIdea: offers.ask,
    intents.TakeOfferBack: offers.take_back,
    **doing_rooms.DOERS,
}
