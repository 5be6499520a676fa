"""What travels inside the encryption, and the signed header every event carries.

An event says what somebody wants; the reducer (state.py) decides what it changes. Everything
here is bounded, and anything that does not decode exactly has no effect on any client alike.
The author is always the MLS sender, never a field.
"""

from typing import Annotated, get_args

import msgspec
from msgspec import Meta, Struct

from holdspace.protocol.meeting.kinds import (
    MAX_TEXT,
    HandKind,
    HandOrder,
    IdeaOutcome,
    NodKind,
    ReleaseHow,
    TurnMode,
)
from holdspace.protocol.meeting.schedule import Schedule
from holdspace.protocol.refusals import PeerError

MAX_NOTE = 80
# A letter of the largest size (letters.py), sealed; a word to a few people, of the longest text.
MAX_SEALED = 16 * 1024
MAX_WHISPER = 20 * 1024
# As many parts as the longest event has, one in each slot.
MAX_SLOT_PARTS = 128
# More than fit into the smallest frame, so that no message is many times the work of another.
MAX_PARTS_AT_ONCE = 24

Handle = Annotated[bytes, Meta(min_length=16, max_length=16)]
MessageId = Annotated[bytes, Meta(min_length=16, max_length=16)]
Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
Identity = Digest
Basis = Annotated[int, Meta(ge=0, lt=2**48)]
Count = Annotated[int, Meta(ge=0, lt=2**48)]
Seq = Annotated[int, Meta(ge=0, lt=2**48)]
Text = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
Note = Annotated[str, Meta(max_length=MAX_NOTE)]

MAX_LABEL = 60
MAX_PROBLEM = 600
MAX_IDEA = 300
MAX_QUESTION = 160
MAX_OPTIONS = 9
MAX_COUNT_PARTS = 10
MAX_COUNT_WORDS = 32
CountNumber = Annotated[int, Meta(ge=1, lt=2**32)]
Option = Annotated[str, Meta(min_length=1, max_length=60)]
MaskKey = Annotated[bytes, Meta(min_length=32, max_length=32)]
MaskWord = Annotated[int, Meta(ge=0, lt=2**32)]


class Event(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Anything said inside a meeting. `basis` is the state's version a control act was decided on."""


class Share(Event, frozen=True, tag=1):
    """Say something to the room; with the floor it is a turn, and ends it."""

    text: Text


class RaiseHand(Event, frozen=True, tag=2):
    """Ask for the floor. Raising again changes only the kind and the note."""

    kind: HandKind = "share"
    note: Note = ""


class LowerHand(Event, frozen=True, tag=3):
    """Take one's own hand down."""


class Pass(Event, frozen=True, tag=4):
    """Let one's turn go by; needs no reason."""

    basis: Basis


class Nod(Event, frozen=True, tag=5):
    """Answer a share without words."""

    to: MessageId
    kind: NodKind = "heard"


class Heartbeat(Event, frozen=True, tag=6):
    """Say nothing but: I am here, and the header tells how far I have read."""


class Leaving(Event, frozen=True, tag=7):
    """Say goodbye; a facilitator's client turns it into a removal."""

    fine: bool = False


class Ready(Event, frozen=True, tag=8):
    """Mark one's own words ready to be released in gather, or take that back. The words stay here."""

    is_ready: bool = True


class Later(Event, frozen=True, tag=9):
    """Let everybody who is waiting go first."""


class StepBack(Event, frozen=True, tag=10):
    """Let the next one in line go first."""


class AnswerInvite(Event, frozen=True, tag=11):
    """Say whether one would like to speak, when asked by a facilitator."""

    is_yes: bool


class TakeBack(Event, frozen=True, tag=12):
    """Ask everybody's client to show an own share no more; who has read it has read it."""

    message_id: MessageId


class Fold(Event, frozen=True, tag=13):
    """Hide a share behind a label that anybody may open; for one's own, or for facilitators."""

    message_id: MessageId
    label: Annotated[str, Meta(max_length=MAX_LABEL)] = ""


class Rest(Event, frozen=True, tag=14):
    """Be here and be passed over, or come back from that."""

    is_resting: bool = True


class Letter(Event, frozen=True, tag=15):
    """Carry something for one person, sealed to their key; nobody else learns what, or for whom."""

    sealed: Annotated[bytes, Meta(min_length=1, max_length=MAX_SEALED)]


class Whisper(Event, frozen=True, tag=16):
    """Carry what was said in an aside: a message of its own small group, which opens it."""

    aside: Handle
    sealed: Annotated[bytes, Meta(min_length=1, max_length=MAX_WHISPER)]


class SlotPart(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A piece of one event, or the whole of it: part `number` of what has this message id."""

    message_id: MessageId
    number: Annotated[int, Meta(ge=0, lt=MAX_SLOT_PARTS)]
    is_last: bool
    data: Annotated[bytes, Meta(min_length=1, max_length=1024)]


class CoverSlot(Event, frozen=True, tag=17):
    """Carry what there is to say, or nothing, in a message that looks the same either way (R16).

    What does not fit goes on in its author's next slots; slots.py says how it is put together.
    """

    parts: Annotated[tuple[SlotPart, ...], Meta(max_length=MAX_PARTS_AT_ONCE)] = ()


class OpenFlow(Event, frozen=True, tag=20):
    """Lay out the meeting's agenda, as the TOML text of the flow (checked by every client)."""

    toml: Annotated[str, Meta(min_length=1, max_length=40_000)]


class GoToStage(Event, frozen=True, tag=21):
    """Move to the stage with this number in the flow."""

    stage: Annotated[int, Meta(ge=0, lt=100)]
    basis: Basis


class SetTurnMode(Event, frozen=True, tag=22):
    """Change how turns are taken within this stage."""

    mode: TurnMode
    basis: Basis


class GiveFloor(Event, frozen=True, tag=23):
    """Give the floor to one person, whatever the queue says."""

    to: Identity
    basis: Basis


class NextTurn(Event, frozen=True, tag=24):
    """Let the floor move on to whoever is next."""

    basis: Basis


class LowerHandOf(Event, frozen=True, tag=25):
    """Take somebody's hand down."""

    who: Identity


class AddTime(Event, frozen=True, tag=26):
    """Give this stage more time."""

    seconds: Annotated[int, Meta(ge=1, le=3600)]
    basis: Basis


class Hold(Event, frozen=True, tag=27):
    """Hold the room: nobody but facilitators can write until it is resumed."""


class Resume(Event, frozen=True, tag=28):
    """Let the held room go on where it was."""


class Release(Event, frozen=True, tag=29):
    """Let what everybody wrote in gather be read: all at once, by seats, or by raised hands."""

    how: ReleaseHow
    basis: Basis


class SkipPause(Event, frozen=True, tag=30):
    """Let the next share come before the reading pause is over."""

    basis: Basis


class LowerAll(Event, frozen=True, tag=31):
    """Take every hand down."""

    basis: Basis


class RestoreHands(Event, frozen=True, tag=32):
    """Undo the last `LowerAll`: those hands are up again, in front."""

    basis: Basis


class CloseQueue(Event, frozen=True, tag=33):
    """Take no more hands, or take them again."""

    is_closed: bool
    basis: Basis


class MoveHand(Event, frozen=True, tag=34):
    """Put somebody's hand at this place of the queue, from 1."""

    who: Identity
    place: Annotated[int, Meta(ge=1, le=32)]


class LastWord(Event, frozen=True, tag=35):
    """Take no more hands, and let this person speak last."""

    who: Identity
    basis: Basis


class Invite(Event, frozen=True, tag=36):
    """Ask somebody whether they would like to speak; nothing happens without their yes (T12)."""

    who: Identity


class SetOrder(Event, frozen=True, tag=37):
    """Change the order in which raised hands are called."""

    order: HandOrder
    basis: Basis


class PauseWriting(Event, frozen=True, tag=38):
    """Let somebody write nothing for a while; a facilitator's client ends it when that is over."""

    who: Identity
    seconds: Annotated[int, Meta(ge=30, le=900)]


class LetWrite(Event, frozen=True, tag=39):
    """Let somebody write again whose writing was paused."""

    who: Identity


class SendBack(Event, frozen=True, tag=42):
    """Ask somebody back to the door for now; the commit by which they go follows.

    Whoever it names and its author then takes out is outside for a moment, on every client alike:
    without it a gentle step reads as the hardest one (A1).
    """

    who: Identity


class Undo(Event, frozen=True, tag=80):
    """Take back one's own pass, floor moved on or stage begun, before anything else happened (M31)."""

    basis: Basis


class BeWilling(Event, frozen=True, tag=50):
    """Say yes to being paired, or take it back while pairs are not formed; nobody is without it."""

    is_willing: bool = True


class FormPairs(Event, frozen=True, tag=51):
    """Put those who said yes together, two and two."""

    basis: Basis


class ReturnAll(Event, frozen=True, tag=52):
    """Bring everybody back from their pairs at once."""


class ComeBack(Event, frozen=True, tag=53):
    """Come back from one's own pair."""


class CallFacilitator(Event, frozen=True, tag=54):
    """Ask a facilitator to come into one's own pair, or say that it is not needed any more."""

    is_calling: bool = True


class JoinPair(Event, frozen=True, tag=55):
    """Go to the pair with this number, which called; earlier words stay theirs."""

    number: Count


class AskToOffer(Event, frozen=True, tag=56):
    """Ask whoever shared `to` whether they would like an idea; the idea itself stays here."""

    to: MessageId
    owner: Identity


class AnswerOffer(Event, frozen=True, tag=57):
    """Say yes or no to somebody who asked; the asker takes the asking back with a no of their own."""

    asker: Identity
    is_yes: bool


class OpenOffer(Event, frozen=True, tag=58):
    """Show the idea that its owner said yes to."""

    text: Text


class StepOverAway(Event, frozen=True, tag=59):
    """Say that this turn reached somebody who has gone silent; or that their place was kept long enough."""

    who: Identity
    floor: Count
    is_over: bool = False


class SetSchedule(Event, frozen=True, tag=90):
    """Say when the room meets, or that this is open."""

    schedule: Schedule | None


StageNumber = Annotated[int, Meta(ge=0, lt=100)]
StageSeconds = Annotated[int, Meta(ge=0, le=4 * 3600)]
NewLengths = Annotated[tuple[tuple[StageNumber, StageSeconds], ...], Meta(max_length=40)]


class Replan(Event, frozen=True, tag=81):
    """Give stages that are still to come another length; 0 leaves one out (S7)."""

    plan: NewLengths
    basis: Basis


MAX_STAGE_CLOCK = 24 * 3600


class StageClock(Event, frozen=True, tag=82):
    """Say how long the stage that was entered then has run, for people who came in the middle of it."""

    entered: Annotated[int, Meta(ge=0, lt=2**48)]
    seconds: Annotated[int, Meta(ge=0, le=MAX_STAGE_CLOCK)]


class HandOver(Event, frozen=True, tag=41):
    """Let another facilitator lead from now on; everybody keeps the powers they have."""

    to: Identity
    basis: Basis


class Snapshot(Event, frozen=True, tag=40):
    """Tell people who just came in where the meeting stands right after the commit at `seq`."""

    seq: Seq
    chain: Digest
    state: Annotated[bytes, Meta(max_length=57 * 1024)]


class OpenPoll(Event, frozen=True, tag=60):
    """Ask everybody a question with a few answers, counted without names or by a show of hands."""

    question: Annotated[str, Meta(min_length=1, max_length=MAX_QUESTION)]
    options: Annotated[tuple[Option, ...], Meta(min_length=2, max_length=MAX_OPTIONS)]
    is_anonymous: bool
    basis: Basis


class JoinCount(Event, frozen=True, tag=61):
    """Ask to be counted, under a key that is made for this count alone; no answer is in here."""

    number: CountNumber
    parts: Annotated[int, Meta(ge=1, lt=2**MAX_COUNT_PARTS)]
    key: MaskKey


class LeaveCount(Event, frozen=True, tag=62):
    """Ask not to be counted after all; possible until the count is closed."""

    number: CountNumber


class CloseCount(Event, frozen=True, tag=63):
    """Let nobody else join a count; who joined is counted now, if they are enough."""

    number: CountNumber


class GiveVector(Event, frozen=True, tag=64):
    """Give the own answer to a closed count, under masks that only the sum of all takes away."""

    number: CountNumber
    words: Annotated[tuple[MaskWord, ...], Meta(min_length=1, max_length=MAX_COUNT_WORDS)]


class EndCount(Event, frozen=True, tag=65):
    """Let a count be; nothing of it is shown."""

    number: CountNumber


class ShowHand(Event, frozen=True, tag=66):
    """Choose in a show of hands, where everybody sees it."""

    number: CountNumber
    choice: Annotated[int, Meta(ge=0, lt=MAX_OPTIONS)]


class AskForIdeas(Event, frozen=True, tag=70):
    """Ask for ideas about something of one's own; nobody can ask for somebody else."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_PROBLEM)]


class BeginList(Event, frozen=True, tag=71):
    """Let everybody list ideas for whoever asked; nobody discusses them meanwhile."""

    basis: Basis


class GiveIdea(Event, frozen=True, tag=72):
    """Put an idea on the list, which shows no names."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_IDEA)]


class EndList(Event, frozen=True, tag=73):
    """End the list; now it can be talked about."""

    basis: Basis


class ChooseIdea(Event, frozen=True, tag=74):
    """Say what one does with the ideas one asked for: try the one with this number, or none (0)."""

    number: Annotated[int, Meta(ge=0, le=100)]
    outcome: IdeaOutcome


class PutBoardAway(Event, frozen=True, tag=75):
    """Let the ideas be, without a choice."""


AnyEvent = (
    Share | RaiseHand | LowerHand | Pass | Nod | Heartbeat | Leaving | Ready | Later | StepBack
    | AnswerInvite | TakeBack | Fold | Rest | Letter | Whisper | CoverSlot
    | OpenFlow | GoToStage | SetTurnMode | GiveFloor
    | NextTurn | LowerHandOf | AddTime | Hold | Resume | Release | SkipPause | LowerAll
    | RestoreHands | CloseQueue | MoveHand | LastWord | Invite | SetOrder | PauseWriting | LetWrite
    | HandOver | SendBack
    | Undo | Replan | StageClock
    | Snapshot | BeWilling | FormPairs | ReturnAll | ComeBack | CallFacilitator | JoinPair
    | AskToOffer | AnswerOffer | OpenOffer | StepOverAway
    | OpenPoll | JoinCount | LeaveCount | CloseCount | GiveVector | EndCount | ShowHand
    | SetSchedule
    | AskForIdeas | BeginList | GiveIdea | EndList | ChooseIdea | PutBoardAway
)  # fmt: skip


class Envelope(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The inner header (R7), signed by MLS together with the event it carries.

    `counter` rises by one with every message of its author in this meeting; it is compared within
    one epoch, of which everybody, also who has just come, knows all counters. `seen` and `chain`
    are the newest log entry the author had read and the hash chain up to it.
    """

    room: Handle
    meeting: Handle
    epoch: Annotated[int, Meta(ge=0, lt=2**48)]
    counter: Annotated[int, Meta(ge=0, lt=2**48)]
    message_id: MessageId
    seen: Seq
    chain: Digest
    event: Annotated[bytes, Meta(min_length=1, max_length=58 * 1024)]


_EVENTS = frozenset(get_args(AnyEvent))
_encoder = msgspec.msgpack.Encoder()
_event_decoder: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(AnyEvent)
_envelope_decoder = msgspec.msgpack.Decoder(Envelope)


class NotAnEvent(PeerError):
    """The bytes are no event of this version; it has no effect on any client."""


def encode_event(event: Event) -> bytes:
    """Return the event's one canonical form."""
    # What is still to be sealed for one person must never be written for all by mistake.
    if type(event) not in _EVENTS:
        raise TypeError("This is no event that travels.")
    return _encoder.encode(event)


def encode_envelope(envelope: Envelope) -> bytes:
    """Return the envelope's one canonical form."""
    return _encoder.encode(envelope)


def decode_envelope(data: bytes) -> Envelope:
    """Return the header and the still undecoded event; raise NotAnEvent on any deviation."""
    try:
        envelope = _envelope_decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotAnEvent("The envelope is not one this version knows.") from error
    # R12: bytes are judged as they came; a second spelling of the same value is refused.
    if _encoder.encode(envelope) != data:
        raise NotAnEvent("The envelope is not written the one way envelopes are written.")
    return envelope


def decode_event(data: bytes) -> Event:
    """Return the event; raise NotAnEvent for unknown, newer or badly written ones."""
    try:
        event = _event_decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotAnEvent("The event is not one this version knows.") from error
    if _encoder.encode(event) != data:
        raise NotAnEvent("The event is not written the one way events are written.")
    return event
