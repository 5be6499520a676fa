"""The ladder: a word in private, a pause, back to the door, removed; each with what and why (A1, M22).

What somebody reads of it comes by letter, for them alone, before it happens: a step that takes them
out waits until the log shows the letter, or some seconds, so that a relay cannot stop a removal by
losing the letter. Everybody else reads that it happened, and no words.
"""

from __future__ import annotations

from holdspace.protocol.meeting import effects as fx
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.letters import Nudge, NudgeStep
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from . import changing, letters, returning, saying
from .display import as_sentence, shown_name
from .intents import BackToTheDoor, NudgeThem, PauseTheWriting, Remove
from .lines import is_me, line
from .replacing import replace
from .seat import Leaver, Reason, Removal, Seat
from .step import Moment
from .too_long import reason_too_long
from .view import Line, Notice, Place, Refusal

# So long a removal waits for its letter.
LETTER_SECONDS = 5.0
LONGEST_PAUSE_MINUTES = 15
NOT_YOURS = Refusal(N_("Only a facilitator can do that."))
NOT_YOURSELF = Refusal(
    N_("To go yourself, leave instead; to end it for everybody, close the meeting.")
)
NOT_THERE = Refusal(N_("That person is not here any more."))
NO_WORDS = Refusal(N_("Say it in a few words: nothing was sent."))
REMOVED = N_("You are no longer a member of this meeting. {why} Nothing you wrote here is kept.")
GOES_ON_ELSEWHERE = N_(
    "Your place in this meeting goes on in another program with your key, which {by} let in, so this one "
    "has let go of it. If that is you, all is well. If not, knock again, and tell the others, also on "
    "another way: somebody has a copy of your notebook, or {by} let in an old knock of yours."
)
NO_REASON = N_(
    "A facilitator removed you, and no reason came with it. You can ask whoever invited you."
)
SENT_BACK = N_(
    "{name} asks you to step back to the door for now. You can knock again "
    "whenever you like; what you had written is kept on this device."
)
SENT_BACK_WITH_WORDS = N_(
    "{name} asks you to step back to the door for now, and writes: {words} You can knock again "
    "whenever you like; what you had written is kept on this device."
)
KEPT_APART = N_(
    "What you were just saying privately was not read there. It is kept on this device."
)


def nudge(seat: Seat, intent: NudgeThem, moment: Moment) -> Seat | Refusal:
    """Write a few words to one person alone."""
    refusal = _why_not(seat, intent.who) or reason_too_long(intent)
    if refusal is not None:
        return refusal
    words = clean_line(intent.words)
    if not words:
        return NO_WORDS
    moment.notices.append(
        Notice(_("{name} reads it; nobody else does.").format(name=shown_name(seat, intent.who)))
    )
    return _write(seat, intent.who, Nudge("nudge", words), moment)


def pause(seat: Seat, intent: PauseTheWriting, moment: Moment) -> Seat | Refusal:
    """Pause somebody's writing, and tell them why."""
    refusal = _why_not(seat, intent.who) or reason_too_long(intent)
    if refusal is not None:
        return refusal
    minutes = min(max(intent.minutes, 1), LONGEST_PAUSE_MINUTES)
    seat = _write(seat, intent.who, Nudge("pause", intent.words), moment)
    return saying.say(seat, ev.PauseWriting(intent.who, minutes * 60), moment)


def send_back(seat: Seat, intent: BackToTheDoor, moment: Moment) -> Seat | Refusal:
    """Ask somebody back to the door, from where they can knock again at once."""
    outcome = _take_out(seat, intent, "door", moment)
    if isinstance(outcome, Refusal) or outcome is seat:
        return outcome
    return saying.say(outcome, ev.SendBack(intent.who), moment)


def remove(seat: Seat, intent: Remove, moment: Moment) -> Seat | Refusal:
    """Remove somebody, and tell them why."""
    outcome = _take_out(seat, intent, "remove", moment)
    if isinstance(outcome, Refusal):
        return outcome
    return returning.sent_away(outcome, intent.who, moment)


def _take_out(
    seat: Seat, intent: BackToTheDoor | Remove, step: NudgeStep, moment: Moment
) -> Seat | Refusal:
    refusal = _why_not(seat, intent.who) or reason_too_long(intent)
    if refusal is not None:
        return refusal
    if any(leaver.identity == intent.who for leaver in seat.leavers):
        return seat
    leaver = Leaver(intent.who, moment.now)
    seat = replace(seat, leavers=(*seat.leavers, leaver))
    return _write(seat, intent.who, Nudge(step, intent.words), moment)


def _why_not(seat: Seat, who: bytes) -> Refusal | None:
    if not seat.is_staff:
        return NOT_YOURS
    if who == seat.facts.identity:
        return NOT_YOURSELF
    return None if seat.person(who) else NOT_THERE


def _write(seat: Seat, to: bytes, note: Nudge, moment: Moment) -> Seat:
    return letters.write(seat, to, Nudge(note.step, clean_line(note.words)), moment)


def arrived(seat: Seat, to: bytes, note: Nudge, moment: Moment) -> Seat:
    """Take somebody out now that their letter is in the log."""
    return _out(seat, to, moment) if note.step == "remove" else seat


def asked_back(seat: Seat, effect: fx.SentBack, moment: Moment) -> Seat:
    """Remember who only goes to the door; whoever asked for it takes them out now."""
    seat = returning.sent_to_door(seat, effect.identity)
    seat = replace(seat, sent_back=seat.sent_back | {(effect.identity, effect.by)})
    # The letter that says why was sent before this, so it is in the log, too.
    return _out(seat, effect.identity, moment) if is_me(seat, effect.by) else seat


def tick(seat: Seat, moment: Moment) -> Seat:
    """Take somebody out whose letter does not arrive."""
    for leaver in seat.leavers:
        if moment.now - leaver.since >= LETTER_SECONDS:
            seat = _out(seat, leaver.identity, moment)
    return seat


def _out(seat: Seat, identity: bytes, moment: Moment) -> Seat:
    rest = tuple(leaver for leaver in seat.leavers if leaver.identity != identity)
    if len(rest) == len(seat.leavers):
        return seat
    return changing.wish(replace(seat, leavers=rest), Removal(identity), moment)


def received(seat: Seat, author: bytes, note: Nudge, moment: Moment) -> Seat:
    """Show a word in private, or keep the reason for what comes next."""
    if not seat.roles.is_facilitator(author):
        return seat
    words = clean_line(note.words)
    if note.step != "nudge":
        others = tuple(r for r in seat.reasons if (r.author, r.step) != (author, note.step))
        return replace(seat, reasons=(*others, Reason(author, note.step, words)))
    said = _("{name} to you alone: {words} Only you read this.").format(
        name=shown_name(seat, author), words=as_sentence(words)
    )
    moment.notices.append(Notice(said))
    return line(seat, Line.NOTICE, said, moment)


def why_paused(seat: Seat, effect: fx.WritingPaused) -> str:
    """Return the reason that came with a pause, as a sentence."""
    reason = _reason(seat, effect.by, "pause")
    if reason is None or not reason.words:
        return ""
    return _("Why: {words}").format(words=as_sentence(reason.words))


def taken_out(seat: Seat, by: bytes, moment: Moment) -> Seat:
    """Leave the room because a facilitator wants it: for the door, or for good."""
    name, back = shown_name(seat, by), _reason(seat, by, "door")
    # Their own client goes by what all others read, letter or not (A20).
    is_asked = back is not None or (seat.facts.identity, by) in seat.sent_back
    if is_asked and seat.way_back is not None:
        words = (
            _(SENT_BACK_WITH_WORDS).format(name=name, words=as_sentence(back.words))
            if back and back.words
            else _(SENT_BACK).format(name=name)
        )
        kept = (seat.ready_words, *_unsent(seat))
        moment.notices.append(Notice(words, kept="\n\n".join(part for part in kept if part)))
        _give_back_apart(seat, moment)
        return _gone(replace(seat, is_sent_back=True), words)
    reason = _reason(seat, by, "remove")
    why = (
        _("{name} removed you. They wrote: {words}").format(
            name=name, words=as_sentence(reason.words)
        )
        if reason
        else _(NO_REASON)
    )
    return _gone(seat, _(REMOVED).format(why=why))


def goes_on_elsewhere(seat: Seat, by: bytes) -> Seat:
    """Leave the room because one's seat is another program's from now on."""
    return _gone(seat, _(GOES_ON_ELSEWHERE).format(by=shown_name(seat, by)))


def _unsent(seat: Seat) -> tuple[str, ...]:
    waiting = (item.event for item in seat.outbox.lasting().waiting)
    kinds = ev.Share | ev.AskForIdeas | ev.GiveIdea
    return tuple(event.text for event in waiting if isinstance(event, kinds))


def _give_back_apart(seat: Seat, moment: Moment) -> None:
    """Give back what waited to be said in private words, each for where it was meant to go."""
    for item in seat.outbox.lasting().waiting:
        if isinstance(item.event, ev.Whisper):
            text, aside = seat.apart.text_of(item.event.sealed)
            # That one was over has no words.
            moment.notices.extend([Notice(_(KEPT_APART), kept=text, aside=aside)] if text else [])


def _gone(seat: Seat, words: str) -> Seat:
    return replace(seat, place=Place.REMOVED, ended_words=words, state=None, letters=(), wishes=())


def _reason(seat: Seat, author: bytes, step: NudgeStep) -> Reason | None:
    return next((r for r in seat.reasons if (r.author, r.step) == (author, step)), None)
