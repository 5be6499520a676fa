"""What a person can want, as values: the only way a front end can make anything happen.

One class per act. `client/acts.py` maps each to its key, its slash command and its sentence.
"""

from dataclasses import field
from typing import Literal

from holdspace.protocol.meeting.kinds import HandKind, HandOrder, NodKind, ReleaseHow, TurnMode
from holdspace.protocol.values import value

from .form_view import FormView, To


class Intent:
    """Anything a person can want from their seat."""


@value()
class Accept(Intent):
    """Accept the agreements on the card and knock, under this name; perhaps only to read today."""

    name: str
    introduction: str = field(default="", repr=False)
    reads_only: bool = False


@value()
class Say(Intent):
    """Share this text with the room."""

    text: str = field(repr=False)


@value()
class Raise(Intent):
    """Raise a hand."""

    kind: HandKind = "share"
    note: str = ""


@value()
class Lower(Intent):
    """Take the own hand down."""


@value()
class PassTurn(Intent):
    """Let the own turn go by."""


@value()
class NodTo(Intent):
    """Nod to the newest share of somebody else, or to the one with this key."""

    kind: NodKind = "heard"
    to: bytes = b""


@value()
class Leave(Intent):
    """Leave the meeting, with or without "I'm fine, just going"."""

    fine: bool = False


@value()
class OpenTheFlow(Intent):
    """Facilitator: lay out the agenda from the text of a flow file."""

    toml: str = field(repr=False)


@value()
class NextStage(Intent):
    """Facilitator: go on to the next stage."""


@value()
class BackStage(Intent):
    """Facilitator: go back to the stage before."""


@value()
class ToStage(Intent):
    """Facilitator: go to the stage with this number, from 1."""

    number: int


@value()
class ChangeMode(Intent):
    """Facilitator: change how turns are taken."""

    mode: TurnMode


@value()
class Give(Intent):
    """Facilitator: give the floor to this person."""

    who: bytes


@value()
class Onward(Intent):
    """Facilitator: let the floor move on."""


@value()
class LowerFor(Intent):
    """Facilitator: take this person's hand down."""

    who: bytes


@value()
class MoreTime(Intent):
    """Facilitator: add a minute to the stage."""

    seconds: int = 60


@value()
class HoldRoom(Intent):
    """Facilitator: hold the room."""


@value()
class ResumeRoom(Intent):
    """Facilitator: let the room go on."""


@value()
class Admit(Intent):
    """Facilitator: let this knock in."""

    knock: bytes


@value()
class Decline(Intent):
    """Facilitator: answer this knock with no, kindly."""

    knock: bytes
    words: str = ""


@value()
class WordAtDoor(Intent):
    """Host: write a private word to whoever knocked, before letting them in."""

    knock: bytes
    text: str = field(default="", repr=False)


@value()
class SayAtDoor(Intent):
    """Answer the host's word at the door."""

    text: str = field(repr=False)


@value()
class Remove(Intent):
    """Facilitator: remove this person, who reads why; new keys are made without them."""

    who: bytes
    words: str = field(default="", repr=False)


@value()
class BackToTheDoor(Intent):
    """Facilitator: ask this person back to the door with a word in private; they can knock again."""

    who: bytes
    words: str = field(default="", repr=False)


@value()
class NudgeThem(Intent):
    """Facilitator: write a few words to this person alone."""

    who: bytes
    words: str = field(default="", repr=False)


@value()
class Promote(Intent):
    """Host: make this person a co-facilitator."""

    who: bytes


@value()
class Demote(Intent):
    """Host: make this co-facilitator a member again."""

    who: bytes


@value()
class NewInvitation(Intent):
    """Host: make a fresh invitation code."""

    minutes: int = 24 * 60


@value()
class CloseTheMeeting(Intent):
    """Facilitator: end the meeting for everybody and delete its log."""


@value()
class KeepReady(Intent):
    """Keep these words ready to be released; where all write, to send does the same."""

    text: str = field(repr=False)


@value()
class Rewrite(Intent):
    """Take the words that are ready back into the text field."""


@value()
class GoLater(Intent):
    """Let everybody who is waiting go first."""


@value()
class GoBack(Intent):
    """Let the next one in line go first."""


@value()
class AnswerTheInvite(Intent):
    """Say yes or no to a facilitator who asks whether one would like to speak."""

    is_yes: bool


@value()
class TakeItBack(Intent):
    """Take back the newest own share, or the own one with this key."""

    key: bytes = b""


@value()
class FoldIt(Intent):
    """Put the newest own share behind a label; for facilitators any share."""

    label: str = ""
    key: bytes = b""


@value()
class RestNow(Intent):
    """Rest, here and passed over, or come back from that."""

    is_resting: bool = True


@value()
class ReleaseTheWords(Intent):
    """Facilitator: release what everybody wrote; empty is the way the stage has."""

    how: ReleaseHow | Literal[""] = ""


@value()
class SkipThePause(Intent):
    """Facilitator: let the next share come before the reading pause is over."""


@value()
class LowerAllHands(Intent):
    """Facilitator: take every hand down."""


@value()
class RestoreTheHands(Intent):
    """Facilitator: put the hands up again that were all taken down."""


@value()
class CloseTheQueue(Intent):
    """Facilitator: take no more hands, or take them again."""

    is_closed: bool = True


@value()
class MoveTheHand(Intent):
    """Facilitator: put this person's hand at a place in the queue, from 1."""

    who: bytes
    place: int = 1


@value()
class GiveLastWord(Intent):
    """Facilitator: take no more hands and let this person speak last."""

    who: bytes


@value()
class AskToSpeak(Intent):
    """Facilitator: ask this person whether they would like to speak."""

    who: bytes


@value()
class OrderHands(Intent):
    """Facilitator: change the order in which hands are called."""

    order: HandOrder


@value()
class PauseTheWriting(Intent):
    """Facilitator: let this person write nothing for so many minutes; their draft is kept."""

    who: bytes
    minutes: int = 2
    words: str = field(default="", repr=False)


@value()
class KeepTheTime(Intent):
    """Facilitator: shorten later stages as the run sheet proposes."""


QuietWay = Literal["example", "gather", "skip"]


@value()
class BreakTheQuiet(Intent):
    """Facilitator: help a quiet room along, in the way that was offered or in this one."""

    way: QuietWay | Literal[""] = ""


@value()
class UndoIt(Intent):
    """Take back what one did last, within ten seconds."""


@value()
class HandItOver(Intent):
    """Facilitator: let this other facilitator lead from now on."""

    who: bytes


@value()
class LetThemWrite(Intent):
    """Facilitator: let this person write again."""

    who: bytes


@value()
class GiveAnswers(Intent):
    """Answer what is asked; None is what was left out."""

    form: FormView
    numbers: tuple[int | None, ...] = field(repr=False)
    words: str = field(default="", repr=False)
    to: To = To.ME


@value()
class AskPoll(Intent):
    """Facilitator: ask everybody a question, counted without names or by a show of hands."""

    text: str = field(default="", repr=False)
    is_anonymous: bool = True


@value()
class CloseTheCount(Intent):
    """Facilitator: let nobody else join the count that is open, and count."""


@value()
class BePaired(Intent):
    """Say yes to a pair, or take it back."""

    is_willing: bool = True


@value()
class ComeBackFromPair(Intent):
    """Come back from the own pair to the room."""


@value()
class CallIntoPair(Intent):
    """Call a facilitator into the own pair, or say that it is not needed any more."""

    is_calling: bool = True


@value()
class MakePairs(Intent):
    """Facilitator: put those who said yes together."""


@value()
class BringAllBack(Intent):
    """Facilitator: bring everybody back from their pairs."""


@value()
class GoToCaller(Intent):
    """Facilitator: go to the pair that called first."""


@value()
class OfferAnIdea(Intent):
    """Ask whoever shared last whether they would like this idea; it stays here until they do."""

    text: str = field(repr=False)


@value()
class TakeOfferBack(Intent):
    """Ask no more; the idea goes back into the text field."""


@value()
class KeepTheRoom(Intent):
    """Keep this room on this device: the host at once, everybody else by asking the host."""


@value()
class LetKeep(Intent):
    """Host: say yes or no to somebody who asked to keep the room."""

    who: bytes
    is_yes: bool = True


@value()
class ForgetPerson(Intent):
    """Host: know somebody no longer, by their number among those who keep the room."""

    number: int


@value()
class ScheduleTheRoom(Intent):
    """Host: say when the room meets, as typed; "open" leaves it open."""

    text: str = ""


@value()
class LockTheDoor(Intent):
    """Host: let nobody in unseen, or let those who belong to the room come in at once again."""

    is_locked: bool = True


@value()
class GiveAttendance(Intent):
    """Host: give everybody here a slip that says that somebody was here."""
