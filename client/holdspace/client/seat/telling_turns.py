"""What this person reads of the turns: whose it is, who waits, what is ready, what was released."""

from __future__ import annotations

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting import gathering
from holdspace.protocol.meeting.kinds import HandOrder, ReleaseHow
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from .display import shown_name, shown_person
from .lines import Teller, is_me, line, named, said
from .replacing import replace
from .seat import Seat
from .step import Moment
from .view import Line, Notice, Urgency

ALL_READY = N_("Nobody is writing any more. When you like, release the words.")


def floor_words(seat: Seat, identity: bytes) -> str:
    """Return whose turn it is, as this person reads it; a turn that comes again is called so (T10)."""
    going = seat.state.round if seat.state else None
    is_again = going is not None and identity in going.again
    if is_again and is_me(seat, identity):
        return _("You have the floor once more. You passed before: share, or pass again.")
    if is_again:
        return _("{name} has the floor once more, after passing before.").format(
            name=shown_name(seat, identity)
        )
    if is_me(seat, identity):
        return _("You have the floor. Take the time you need.")
    return _("{name} has the floor.").format(name=shown_name(seat, identity))


def tell_floor(seat: Seat, identity: bytes, moment: Moment) -> Seat:
    """Write down whose turn it is from here on."""
    words, floor = floor_words(seat, identity), shown_person(seat, identity)
    return line(seat, Line.TURN, words, moment, floor=floor)


def _floor_moved(seat: Seat, effect: fx.FloorMoved, moment: Moment) -> Seat:
    if effect.after is None:
        return seat
    if is_me(seat, effect.after):
        moment.notices.append(Notice(_("It is your turn."), Urgency.BELL))
    return tell_floor(seat, effect.after, moment)


def _already_moved_on(seat: Seat, effect: fx.AlreadyMovedOn, moment: Moment) -> Seat:
    if is_me(seat, effect.identity):
        moment.notices.append(
            Notice(_("The room had already moved on, so nothing was changed twice."))
        )
    return seat


def _hand_raised(seat: Seat, effect: fx.HandRaised, moment: Moment) -> Seat:
    note = clean_line(effect.note)
    words = N_("{name} raises a hand: {note}") if note else N_("{name} raises a hand.")
    return line(seat, Line.TURN, named(seat, words, effect, note=note), moment)


def _joined_round(seat: Seat, effect: fx.JoinedRound, moment: Moment) -> Seat:
    note = clean_line(effect.note)
    words = N_("{name} joins the round: {note}") if note else N_("{name} joins the round.")
    return line(seat, Line.TURN, named(seat, words, effect, note=note), moment)


def _mode_changed(seat: Seat, effect: fx.ModeChanged, moment: Moment) -> Seat:
    return tell_hands_up(line(seat, Line.TURN, MODE_WORDS[effect.mode], moment), moment)


def tell_hands_up(seat: Seat, moment: Moment) -> Seat:
    """Say once of each hand that is still up what that means where turns are taken in another way."""
    hands = [hand.identity for hand in seat.state.queue] if seat.state else []
    names = ", ".join(shown_name(seat, who) for who in hands if who not in seat.hands_told)
    seat = replace(seat, hands_told=seat.hands_told | set(hands))
    if not names:
        return seat
    words = _(
        "Still up from before: {names}. Hands keep their places until they are "
        "called again; /lower takes one's own down."
    ).format(names=names)
    return line(seat, Line.TURN, words, moment)


def _hand_lowered(seat: Seat, effect: fx.HandLowered, moment: Moment) -> Seat:
    words = N_("{name}'s hand is down.")
    if effect.by != effect.identity:
        words = N_("{by} took {name}'s hand down.")
    return line(seat, Line.TURN, named(seat, words, effect), moment)


def _all_ready(seat: Seat, effect: fx.Effect, moment: Moment) -> Seat:
    state = seat.state
    if state is None or not seat.is_staff or not gathering.is_writing(state):
        return seat
    if state.gather is not None and state.gather.ready and not gathering.writing(state):
        moment.notices.append(Notice(ALL_READY))
    return seat


def _released(seat: Seat, effect: fx.Released, moment: Moment) -> Seat:
    state = seat.state
    if state is not None and seat.facts.identity in gathering.writing(state):
        moment.notices.append(Notice(STILL_WRITING))
    return line(seat, Line.TURN, RELEASED_WORDS[effect.how], moment)


def _pause_skipped(seat: Seat, effect: fx.PauseSkipped, moment: Moment) -> Seat:
    return replace(seat, pause_until=moment.now)


def _queue_closed(seat: Seat, effect: fx.QueueClosed, moment: Moment) -> Seat:
    words = (
        _("No more hands are taken for now.") if effect.is_closed else _("Hands are taken again.")
    )
    return line(seat, Line.TURN, words, moment)


def _hand_moved(seat: Seat, effect: fx.HandMoved, moment: Moment) -> Seat:
    words = N_("{by} put {name} at place {place} of the queue.")
    return line(seat, Line.TURN, named(seat, words, effect, place=effect.place), moment)


def _invited(seat: Seat, effect: fx.Invited, moment: Moment) -> Seat:
    # T12: nobody else reads that somebody was asked, so that a no costs nothing.
    if is_me(seat, effect.identity):
        words = named(seat, ASKED_WORDS, effect)
        moment.notices.append(Notice(words, Urgency.BELL))
    elif seat.is_staff:
        moment.notices.append(Notice(named(seat, N_("{by} asked {name} to speak."), effect)))
    return seat


def _invite_answered(seat: Seat, effect: fx.InviteAnswered, moment: Moment) -> Seat:
    if effect.is_yes:
        return line(seat, Line.TURN, named(seat, N_("{name} would like to speak."), effect), moment)
    if seat.is_staff:
        moment.notices.append(Notice(named(seat, N_("{name} would rather not speak now."), effect)))
    return seat


def _order_set(seat: Seat, effect: fx.OrderSet, moment: Moment) -> Seat:
    return line(seat, Line.TURN, ORDER_WORDS[effect.order], moment)


STILL_WRITING = N_(
    "The words are released. What you are writing stays with you; from now on, what you send "
    "is shared."
)
ASKED_WORDS = N_(
    "{by} asks whether you would like to speak. /yes or /no, as you like; no answer is a quiet no."
)
MODE_WORDS = {
    "listen": N_("The facilitators speak now; everybody can nod."),
    "open": N_("Everybody can write now."),
    "hands": N_("Hands up when you like; one at a time."),
    "round": N_("We go around once. You can always pass."),
    "gather": N_("Everybody writes now, for themselves; then we read, one at a time."),
    "silent": N_("A quiet time now."),
    "pairs": N_(
        "Pairs now, for whoever says yes. Nobody is paired without that; staying here is fine."
    ),
}
RELEASED_WORDS: dict[ReleaseHow, str] = {
    "together": N_("What was written is released, all together."),
    "round": N_("What was written is released, one at a time. Who is still writing comes later."),
    "hands": N_("Raise a hand when you would like to share what you wrote."),
}
ORDER_WORDS: dict[HandOrder, str] = {
    "first-come": N_("Hands are called in the order they came."),
    "not-yet-heard": N_("Who has spoken least is called first."),
    "facilitator": N_("The facilitators arrange the order of hands."),
}

TELLERS: dict[type[fx.Effect], Teller] = {
    fx.ModeChanged: _mode_changed,
    fx.FloorMoved: _floor_moved,
    fx.HandRaised: _hand_raised,
    fx.HandLowered: _hand_lowered,
    fx.JoinedRound: _joined_round,
    fx.Passed: said(Line.TURN, N_("{name} passes.")),
    fx.WentLater: said(Line.TURN, N_("{name} lets others go first.")),
    fx.SteppedOver: said(Line.TURN, N_("We come back to {name} later.")),
    fx.RoundEnded: said(Line.TURN, N_("The round is complete.")),
    fx.MarkedReady: _all_ready,
    fx.Reads: _all_ready,
    fx.Released: _released,
    fx.PauseSkipped: _pause_skipped,
    fx.HandsLowered: said(Line.TURN, N_("{by} took all hands down.")),
    fx.HandsRestored: said(Line.TURN, N_("{by} put the hands up again.")),
    fx.QueueClosed: _queue_closed,
    fx.HandMoved: _hand_moved,
    fx.LastWordGiven: said(Line.TURN, N_("{name} has the last word. No more hands are taken.")),
    fx.Invited: _invited,
    fx.InviteAnswered: _invite_answered,
    fx.OrderSet: _order_set,
    fx.AlreadyMovedOn: _already_moved_on,
}
