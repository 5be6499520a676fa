"""What an event changed, in the order it changed: what clients make transcript and notices from.

Effects carry identities, never names; who reads them decides what to show to whom.
"""

from dataclasses import dataclass, field

from holdspace.protocol.meeting.events import (
    HandKind,
    HandOrder,
    IdeaOutcome,
    NodKind,
    ReleaseHow,
    TurnMode,
)
from holdspace.protocol.meeting.roles import RoleName
from holdspace.protocol.meeting.values import MeetingState, UndoKind


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that happened in the room."""


@dataclass(frozen=True, slots=True)
class Arrived(Effect):
    """Somebody is in the room now, at the last seat."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class Left(Effect):
    """Somebody is no longer in the room, and holds no keys of what follows."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class SeatCarriedOn(Effect):
    """Somebody is back from a crashed client, at the seat they had under the identity `before`."""

    identity: bytes
    before: bytes


@dataclass(frozen=True, slots=True)
class RoleChanged(Effect):
    """Somebody has another role from now on."""

    identity: bytes
    role: RoleName


@dataclass(frozen=True, slots=True)
class SaidGoodbye(Effect):
    """Somebody is about to leave. `fine` ("I'm fine, just going") is for facilitators to see (A16)."""

    identity: bytes
    fine: bool


@dataclass(frozen=True, slots=True)
class FlowOpened(Effect):
    """There is an agenda now; it is in the state."""

    by: bytes


@dataclass(frozen=True, slots=True)
class StageBegan(Effect):
    """The stage with this number began, perhaps once more."""

    stage: int
    by: bytes


@dataclass(frozen=True, slots=True)
class ModeChanged(Effect):
    """Turns are taken in another way from now on."""

    mode: TurnMode


@dataclass(frozen=True, slots=True)
class FloorMoved(Effect):
    """The floor went from one person to another; None is nobody."""

    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class HandRaised(Effect):
    """A hand is up, or says something else now; `place` counts from 1."""

    identity: bytes
    kind: HandKind
    note: str = field(repr=False)
    place: int


@dataclass(frozen=True, slots=True)
class HandLowered(Effect):
    """A hand is down without a turn; `by` is its owner or a facilitator."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class JoinedRound(Effect):
    """Somebody who came late, or had passed, asked for a turn in this round and will get it."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class Passed(Effect):
    """Somebody passes; no reason is asked for."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class SteppedOver(Effect):
    """A facilitator moved the floor on; the place is kept unless it had been kept once already."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class RoundEnded(Effect):
    """Everybody was offered a turn, and those who passed were offered it again."""


@dataclass(frozen=True, slots=True)
class Spoke(Effect):
    """Somebody shared this with the room; `text` is still as it came, clean() is for the reader."""

    identity: bytes
    text: str = field(repr=False)
    message_id: bytes


@dataclass(frozen=True, slots=True)
class Nodded(Effect):
    """Somebody nodded to a share. Count each person once; never show who by default (T13)."""

    identity: bytes
    to: bytes
    kind: NodKind


@dataclass(frozen=True, slots=True)
class TimeAdded(Effect):
    """The stage has more time."""

    seconds: int
    by: bytes


@dataclass(frozen=True, slots=True)
class Held(Effect):
    """The room is on hold."""

    by: bytes


@dataclass(frozen=True, slots=True)
class Resumed(Effect):
    """The room goes on where it was."""

    by: bytes


@dataclass(frozen=True, slots=True)
class MarkedReady(Effect):
    """Somebody's words are ready, or they are writing again; shown as a count, never as a name."""

    identity: bytes
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Reads(Effect):
    """Somebody is here and reads, and writes nothing in this gathering."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class Released(Effect):
    """What was written is released now, in this way."""

    how: ReleaseHow
    by: bytes


@dataclass(frozen=True, slots=True)
class PauseSkipped(Effect):
    """The next share may come at once."""

    by: bytes


@dataclass(frozen=True, slots=True)
class WentLater(Effect):
    """Somebody let others go first."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class HandsLowered(Effect):
    """A facilitator took every hand down."""

    by: bytes


@dataclass(frozen=True, slots=True)
class HandsRestored(Effect):
    """The hands that were taken down are up again."""

    by: bytes


@dataclass(frozen=True, slots=True)
class QueueClosed(Effect):
    """No more hands are taken, or they are taken again."""

    is_closed: bool
    by: bytes


@dataclass(frozen=True, slots=True)
class HandMoved(Effect):
    """A facilitator put somebody's hand at another place."""

    identity: bytes
    place: int
    by: bytes


@dataclass(frozen=True, slots=True)
class LastWordGiven(Effect):
    """Somebody speaks last; no more hands are taken."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class Invited(Effect):
    """A facilitator asks somebody to speak; for those two to see (T12)."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class InviteAnswered(Effect):
    """Somebody said yes or no to speaking; a no is for facilitators only (T12)."""

    identity: bytes
    is_yes: bool


@dataclass(frozen=True, slots=True)
class OrderSet(Effect):
    """Raised hands are called in another order from now on."""

    order: HandOrder
    by: bytes


@dataclass(frozen=True, slots=True)
class TakenBack(Effect):
    """Somebody took a share of theirs back."""

    identity: bytes
    message_id: bytes


@dataclass(frozen=True, slots=True)
class Folded(Effect):
    """A share is to be shown behind a label; only its author or a facilitator can do that."""

    identity: bytes
    message_id: bytes
    label: str = field(repr=False)
    is_by_facilitator: bool


@dataclass(frozen=True, slots=True)
class WritingPaused(Effect):
    """Somebody writes nothing for a while; their draft is kept."""

    identity: bytes
    seconds: int
    by: bytes


@dataclass(frozen=True, slots=True)
class WritingResumed(Effect):
    """Somebody can write again."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class SentBack(Effect):
    """A facilitator asks somebody back to the door; until that one goes, nothing changes."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class Rested(Effect):
    """Somebody rests, or is back; facilitators see it, rounds pass over it."""

    identity: bytes
    is_resting: bool


@dataclass(frozen=True, slots=True)
class HandedOver(Effect):
    """Somebody leads from now on, because another facilitator handed the room over."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class Undone(Effect):
    """Somebody took back that they had passed, moved the floor on or begun a stage."""

    identity: bytes
    kind: UndoKind


@dataclass(frozen=True, slots=True)
class SaidWilling(Effect):
    """Somebody said yes to a pair, or took it back; shown as a count, never as a name."""

    identity: bytes
    is_willing: bool


@dataclass(frozen=True, slots=True)
class PairsFormed(Effect):
    """There are so many more pairs now; those left over said yes and are in none."""

    count: int
    left_over: tuple[bytes, ...]
    by: bytes


@dataclass(frozen=True, slots=True)
class PairsReturned(Effect):
    """Everybody is back from their pairs."""

    by: bytes


@dataclass(frozen=True, slots=True)
class CameBack(Effect):
    """Somebody is back from their pair."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class FacilitatorCalled(Effect):
    """A pair asks for a facilitator, or needs none any more; for that pair and facilitators to see."""

    identity: bytes
    is_calling: bool


@dataclass(frozen=True, slots=True)
class JoinedPair(Effect):
    """A facilitator is with these people now, because they called."""

    identity: bytes
    people: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class OfferAsked(Effect):
    """Somebody asks the owner of a share whether an idea is welcome; for those two to see."""

    identity: bytes
    owner: bytes
    to: bytes


@dataclass(frozen=True, slots=True)
class OfferAnswered(Effect):
    """The owner said yes or no, or the asker took it back; for those two to see."""

    identity: bytes
    asker: bytes
    owner: bytes
    is_yes: bool


@dataclass(frozen=True, slots=True)
class Offered(Effect):
    """An idea comes that its owner said yes to; the words follow as what somebody spoke."""

    identity: bytes
    owner: bytes


@dataclass(frozen=True, slots=True)
class SteppedOverAway(Effect):
    """Somebody away was reached: they come again after the next one, or their place is kept no longer."""

    identity: bytes
    is_over: bool
    by: bytes


@dataclass(frozen=True, slots=True)
class ScheduleSet(Effect):
    """It is known when the room meets, or open again; the state says it."""

    by: bytes


@dataclass(frozen=True, slots=True)
class Replanned(Effect):
    """Later stages are shorter, or left out; the state says which."""

    by: bytes


@dataclass(frozen=True, slots=True)
class ClockTold(Effect):
    """A facilitator's client says how long the stage entered then has run; for who came since."""

    entered: int
    seconds: int


@dataclass(frozen=True, slots=True)
class IdeasAsked(Effect):
    """Somebody asks for ideas about this."""

    identity: bytes
    text: str = field(repr=False)
    message_id: bytes


@dataclass(frozen=True, slots=True)
class ListBegan(Effect):
    """Everybody can list ideas for `identity` now."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class IdeaListed(Effect):
    """An idea is on the list. `identity` is for its author's own client; the board shows nobody's."""

    identity: bytes
    number: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListEnded(Effect):
    """The list is done, and `identity` chooses."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class IdeaChosen(Effect):
    """Whoever asked said what they do with the ideas."""

    identity: bytes
    number: int
    outcome: IdeaOutcome


@dataclass(frozen=True, slots=True)
class BoardPutAway(Effect):
    """The ideas are let be; `by` is empty when that came by itself."""

    identity: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class AlreadyMovedOn(Effect):
    """A control act changed nothing: the room had moved on from what it was decided on (T4)."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class NoEffect(Effect):
    """An event changed nothing; `reason` is one sentence for its author."""

    identity: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state after something, and what that changed."""

    state: MeetingState
    effects: tuple[Effect, ...] = ()
