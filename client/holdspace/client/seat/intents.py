"""What a person can want, as values: the only way a front end can make anything happen.

One class per act. `client/acts.py` maps each to its key, its slash command and its sentence.
"""

from dataclasses import dataclass, field
from typing import Literal

from holdspace.protocol.meeting.events import HandKind, HandOrder, NodKind, ReleaseHow, TurnMode

from .form_view import FormView, To


class Intent:
    """Anything a person can want from their seat."""


@dataclass(frozen=True)
class Accept(Intent):
    """Accept the agreements on the card and knock, under this name; perhaps only to read today."""

    name: str
    introduction: str = field(default="", repr=False)
    reads_only: bool = False


@dataclass(frozen=True)
class Say(Intent):
    """Share this text with the room."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Raise(Intent):
    """Raise a hand."""

    kind: HandKind = "share"
    note: str = ""


@dataclass(frozen=True)
class Lower(Intent):
    """Take the own hand down."""


@dataclass(frozen=True)
class PassTurn(Intent):
    """Let the own turn go by."""


@dataclass(frozen=True)
class NodTo(Intent):
    """Nod to the newest share of somebody else, or to the one with this key."""

    kind: NodKind = "heard"
    to: bytes = b""


@dataclass(frozen=True)
class Leave(Intent):
    """Leave the meeting, with or without "I'm fine, just going"."""

    fine: bool = False


@dataclass(frozen=True)
class OpenTheFlow(Intent):
    """Facilitator: lay out the agenda from the text of a flow file."""

    toml: str = field(repr=False)


@dataclass(frozen=True)
class NextStage(Intent):
    """Facilitator: go on to the next stage."""


@dataclass(frozen=True)
class BackStage(Intent):
    """Facilitator: go back to the stage before."""


@dataclass(frozen=True)
class ToStage(Intent):
    """Facilitator: go to the stage with this number, from 1."""

    number: int


@dataclass(frozen=True)
class ChangeMode(Intent):
    """Facilitator: change how turns are taken."""

    mode: TurnMode


@dataclass(frozen=True)
class Give(Intent):
    """Facilitator: give the floor to this person."""

    who: bytes


@dataclass(frozen=True)
class Onward(Intent):
    """Facilitator: let the floor move on."""


@dataclass(frozen=True)
class LowerFor(Intent):
    """Facilitator: take this person's hand down."""

    who: bytes


@dataclass(frozen=True)
class MoreTime(Intent):
    """Facilitator: add a minute to the stage."""

    seconds: int = 60


@dataclass(frozen=True)
class HoldRoom(Intent):
    """Facilitator: hold the room."""


@dataclass(frozen=True)
class ResumeRoom(Intent):
    """Facilitator: let the room go on."""


@dataclass(frozen=True)
class Admit(Intent):
    """Facilitator: let this knock in."""

    knock: bytes


@dataclass(frozen=True)
class Decline(Intent):
    """Facilitator: answer this knock with no, kindly."""

    knock: bytes
    words: str = ""


@dataclass(frozen=True)
class WordAtDoor(Intent):
    """Host: write a private word to whoever knocked, before letting them in."""

    knock: bytes
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class SayAtDoor(Intent):
    """Answer the host's word at the door."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Remove(Intent):
    """Facilitator: remove this person, who reads why; new keys are made without them."""

    who: bytes
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class BackToTheDoor(Intent):
    """Facilitator: ask this person back to the door with a word in private; they can knock again."""

    who: bytes
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class NudgeThem(Intent):
    """Facilitator: write a few words to this person alone."""

    who: bytes
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class Promote(Intent):
    """Host: make this person a co-facilitator."""

    who: bytes


@dataclass(frozen=True)
class Demote(Intent):
    """Host: make this co-facilitator a member again."""

    who: bytes


@dataclass(frozen=True)
class NewInvitation(Intent):
    """Host: make a fresh invitation code."""

    minutes: int = 24 * 60


@dataclass(frozen=True)
class CloseTheMeeting(Intent):
    """Facilitator: end the meeting for everybody and delete its log."""


@dataclass(frozen=True)
class KeepReady(Intent):
    """Keep these words ready to be released; where all write, to send does the same."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Rewrite(Intent):
    """Take the words that are ready back into the text field."""


@dataclass(frozen=True)
class GoLater(Intent):
    """Let everybody who is waiting go first."""


@dataclass(frozen=True)
class GoBack(Intent):
    """Let the next one in line go first."""


@dataclass(frozen=True)
class AnswerTheInvite(Intent):
    """Say yes or no to a facilitator who asks whether one would like to speak."""

    is_yes: bool


@dataclass(frozen=True)
class TakeItBack(Intent):
    """Take back the newest own share, or the own one with this key."""

    key: bytes = b""


@dataclass(frozen=True)
class FoldIt(Intent):
    """Put the newest own share behind a label; for facilitators any share."""

    label: str = ""
    key: bytes = b""


@dataclass(frozen=True)
class RestNow(Intent):
    """Rest, here and passed over, or come back from that."""

    is_resting: bool = True


@dataclass(frozen=True)
class ReleaseTheWords(Intent):
    """Facilitator: release what everybody wrote; empty is the way the stage has."""

    how: ReleaseHow | Literal[""] = ""


@dataclass(frozen=True)
class SkipThePause(Intent):
    """Facilitator: let the next share come before the reading pause is over."""


@dataclass(frozen=True)
class LowerAllHands(Intent):
    """Facilitator: take every hand down."""


@dataclass(frozen=True)
class RestoreTheHands(Intent):
    """Facilitator: put the hands up again that were all taken down."""


@dataclass(frozen=True)
class CloseTheQueue(Intent):
    """Facilitator: take no more hands, or take them again."""

    is_closed: bool = True


@dataclass(frozen=True)
class MoveTheHand(Intent):
    """Facilitator: put this person's hand at a place in the queue, from 1."""

    who: bytes
    place: int = 1


@dataclass(frozen=True)
class GiveLastWord(Intent):
    """Facilitator: take no more hands and let this person speak last."""

    who: bytes


@dataclass(frozen=True)
class AskToSpeak(Intent):
    """Facilitator: ask this person whether they would like to speak."""

    who: bytes


@dataclass(frozen=True)
class OrderHands(Intent):
    """Facilitator: change the order in which hands are called."""

    order: HandOrder


@dataclass(frozen=True)
class PauseTheWriting(Intent):
    """Facilitator: let this person write nothing for so many minutes; their draft is kept."""

    who: bytes
    minutes: int = 2
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class KeepTheTime(Intent):
    """Facilitator: shorten later stages as the run sheet proposes."""


QuietWay = Literal["example", "gather", "skip"]


@dataclass(frozen=True)
class BreakTheQuiet(Intent):
    """Facilitator: help a quiet room along, in the way that was offered or in this one."""

    way: QuietWay | Literal[""] = ""


@dataclass(frozen=True)
class UndoIt(Intent):
    """Take back what one did last, within ten seconds."""


@dataclass(frozen=True)
class HandItOver(Intent):
    """Facilitator: let this other facilitator lead from now on."""

    who: bytes


@dataclass(frozen=True)
class LetThemWrite(Intent):
    """Facilitator: let this person write again."""

    who: bytes


@dataclass(frozen=True)
class GiveAnswers(Intent):
    """Answer what is asked; None is what was left out."""

    form: FormView
    numbers: tuple[int | None, ...] = field(repr=False)
    words: str = field(default="", repr=False)
    to: To = To.ME


@dataclass(frozen=True)
class AskPoll(Intent):
    """Facilitator: ask everybody a question, counted without names or by a show of hands."""

    text: str = field(default="", repr=False)
    is_anonymous: bool = True


@dataclass(frozen=True)
class CloseTheCount(Intent):
    """Facilitator: let nobody else join the count that is open, and count."""


@dataclass(frozen=True)
class BePaired(Intent):
    """Say yes to a pair, or take it back."""

    is_willing: bool = True


@dataclass(frozen=True)
class ComeBackFromPair(Intent):
    """Come back from the own pair to the room."""


@dataclass(frozen=True)
class CallIntoPair(Intent):
    """Call a facilitator into the own pair, or say that it is not needed any more."""

    is_calling: bool = True


@dataclass(frozen=True)
class MakePairs(Intent):
    """Facilitator: put those who said yes together."""


@dataclass(frozen=True)
class BringAllBack(Intent):
    """Facilitator: bring everybody back from their pairs."""


@dataclass(frozen=True)
class GoToCaller(Intent):
    """Facilitator: go to the pair that called first."""


@dataclass(frozen=True)
class OfferAnIdea(Intent):
    """Ask whoever shared last whether they would like this idea; it stays here until they do."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class TakeOfferBack(Intent):
    """Ask no more; the idea goes back into the text field."""


@dataclass(frozen=True)
class KeepTheRoom(Intent):
    """Keep this room on this device: the host at once, everybody else by asking the host."""


@dataclass(frozen=True)
class LetKeep(Intent):
    """Host: say yes or no to somebody who asked to keep the room."""

    who: bytes
    is_yes: bool = True


@dataclass(frozen=True)
class ForgetPerson(Intent):
    """Host: know somebody no longer, by their number among those who keep the room."""

    number: int


@dataclass(frozen=True)
class ScheduleTheRoom(Intent):
    """Host: say when the room meets, as typed; "open" leaves it open."""

    text: str = ""


@dataclass(frozen=True)
class LockTheDoor(Intent):
    """Host: let nobody in unseen, or let those who belong to the room come in at once again."""

    is_locked: bool = True


@dataclass(frozen=True)
class GiveAttendance(Intent):
    """Host: give everybody here a slip that says that somebody was here."""
