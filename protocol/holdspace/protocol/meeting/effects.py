"""What an event changed, in the order it changed: what clients make transcript and notices from.

Effects carry identities, never names; who reads them decides what to show to whom.
"""

from dataclasses import field

from holdspace.protocol.meeting.kinds import (
    HandKind,
    HandOrder,
    IdeaOutcome,
    NodKind,
    ReleaseHow,
    TurnMode,
)
from holdspace.protocol.meeting.roles import RoleName
from holdspace.protocol.meeting.values import MeetingState, UndoKind
from holdspace.protocol.values import value


@value()
class Effect:
    """Something that happened in the room."""


@value()
class Arrived(Effect):
    """Somebody is in the room now, at the last seat."""

    identity: bytes


@value()
class Left(Effect):
    """Somebody is no longer in the room, and holds no keys of what follows."""

    identity: bytes


@value()
class SeatCarriedOn(Effect):
    """Somebody is back from a crashed client, at the seat they had under the identity `before`."""

    identity: bytes
    before: bytes


@value()
class RoleChanged(Effect):
    """Somebody has another role from now on."""

    identity: bytes
    role: RoleName


@value()
class SaidGoodbye(Effect):
    """Somebody is about to leave. `fine` ("I'm fine, just going") is for facilitators to see (A16)."""

    identity: bytes
    fine: bool


@value()
class FlowOpened(Effect):
    """There is an agenda now; it is in the state."""

    by: bytes


@value()
class StageBegan(Effect):
    """The stage with this number began, perhaps once more."""

    stage: int
    by: bytes


@value()
class ModeChanged(Effect):
    """Turns are taken in another way from now on."""

    mode: TurnMode


@value()
class FloorMoved(Effect):
    """The floor went from one person to another; None is nobody."""

    before: bytes | None
    after: bytes | None


@value()
class HandRaised(Effect):
    """A hand is up, or says something else now; `place` counts from 1."""

    identity: bytes
    kind: HandKind
    note: str = field(repr=False)
    place: int


@value()
class HandLowered(Effect):
    """A hand is down without a turn; `by` is its owner or a facilitator."""

    identity: bytes
    by: bytes


@value()
class JoinedRound(Effect):
    """Somebody who came late, or had passed, asked for a turn in this round and will get it."""

    identity: bytes
    note: str = field(default="", repr=False)


@value()
class Passed(Effect):
    """Somebody passes; no reason is asked for."""

    identity: bytes


@value()
class SteppedOver(Effect):
    """A facilitator moved the floor on; the place is kept unless it had been kept once already."""

    identity: bytes
    by: bytes


@value()
class RoundEnded(Effect):
    """Everybody was offered a turn, and those who passed were offered it again."""


@value()
class Spoke(Effect):
    """Somebody shared this with the room; `text` is still as it came, clean() is for the reader."""

    identity: bytes
    text: str = field(repr=False)
    message_id: bytes


@value()
class Nodded(Effect):
    """Somebody nodded to a share. Count each person once; never show who by default (T13)."""

    identity: bytes
    to: bytes
    kind: NodKind


@value()
class TimeAdded(Effect):
    """The stage has more time."""

    seconds: int
    by: bytes


@value()
class Held(Effect):
    """The room is on hold."""

    by: bytes


@value()
class Resumed(Effect):
    """The room goes on where it was."""

    by: bytes


@value()
class MarkedReady(Effect):
    """Somebody's words are ready, or they are writing again; shown as a count, never as a name."""

    identity: bytes
    is_ready: bool


@value()
class Reads(Effect):
    """Somebody is here and reads, and writes nothing in this gathering."""

    identity: bytes


@value()
class Released(Effect):
    """What was written is released now, in this way."""

    how: ReleaseHow
    by: bytes


@value()
class PauseSkipped(Effect):
    """The next share may come at once."""

    by: bytes


@value()
class WentLater(Effect):
    """Somebody let others go first."""

    identity: bytes


@value()
class HandsLowered(Effect):
    """A facilitator took every hand down."""

    by: bytes


@value()
class HandsRestored(Effect):
    """The hands that were taken down are up again."""

    by: bytes


@value()
class QueueClosed(Effect):
    """No more hands are taken, or they are taken again."""

    is_closed: bool
    by: bytes


@value()
class HandMoved(Effect):
    """A facilitator put somebody's hand at another place."""

    identity: bytes
    place: int
    by: bytes


@value()
class LastWordGiven(Effect):
    """Somebody speaks last; no more hands are taken."""

    identity: bytes
    by: bytes


@value()
class Invited(Effect):
    """A facilitator asks somebody to speak; for those two to see (T12)."""

    identity: bytes
    by: bytes


@value()
class InviteAnswered(Effect):
    """Somebody said yes or no to speaking; a no is for facilitators only (T12)."""

    identity: bytes
    is_yes: bool


@value()
class OrderSet(Effect):
    """Raised hands are called in another order from now on."""

    order: HandOrder
    by: bytes


@value()
class TakenBack(Effect):
    """Somebody took a share of theirs back."""

    identity: bytes
    message_id: bytes


@value()
class Folded(Effect):
    """A share is to be shown behind a label; only its author or a facilitator can do that."""

    identity: bytes
    message_id: bytes
    label: str = field(repr=False)
    is_by_facilitator: bool


@value()
class WritingPaused(Effect):
    """Somebody writes nothing for a while; their draft is kept."""

    identity: bytes
    seconds: int
    by: bytes


@value()
class WritingResumed(Effect):
    """Somebody can write again."""

    identity: bytes
    by: bytes


@value()
class SentBack(Effect):
    """A facilitator asks somebody back to the door; until that one goes, nothing changes."""

    identity: bytes
    by: bytes


@value()
class Rested(Effect):
    """Somebody rests, or is back; facilitators see it, rounds pass over it."""

    identity: bytes
    is_resting: bool


@value()
class HandedOver(Effect):
    """Somebody leads from now on, because another facilitator handed the room over."""

    identity: bytes
    by: bytes


@value()
class Undone(Effect):
    """Somebody took back that they had passed, moved the floor on or begun a stage."""

    identity: bytes
    kind: UndoKind


@value()
class SaidWilling(Effect):
    """Somebody said yes to a pair, or took it back; shown as a count, never as a name."""

    identity: bytes
    is_willing: bool


@value()
class PairsFormed(Effect):
    """There are so many more pairs now; those left over said yes and are in none."""

    count: int
    left_over: tuple[bytes, ...]
    by: bytes


@value()
class PairsReturned(Effect):
    """Everybody is back from their pairs."""

    by: bytes


@value()
class CameBack(Effect):
    """Somebody is back from their pair."""

    identity: bytes


@value()
class FacilitatorCalled(Effect):
    """A pair asks for a facilitator, or needs none any more; for that pair and facilitators to see."""

    identity: bytes
    is_calling: bool


@value()
class JoinedPair(Effect):
    """A facilitator is with these people now, because they called."""

    identity: bytes
    people: tuple[bytes, ...]


@value()
class OfferAsked(Effect):
    """Somebody asks the owner of a share whether an idea is welcome; for those two to see."""

    identity: bytes
    owner: bytes
    to: bytes


@value()
class OfferAnswered(Effect):
    """The owner said yes or no, or the asker took it back; for those two to see."""

    identity: bytes
    asker: bytes
    owner: bytes
    is_yes: bool


@value()
class Offered(Effect):
    """An idea comes that its owner said yes to; the words follow as what somebody spoke."""

    identity: bytes
    owner: bytes


@value()
class SteppedOverAway(Effect):
    """Somebody away was reached: they come again after the next one, or their place is kept no longer."""

    identity: bytes
    is_over: bool
    by: bytes


@value()
class ScheduleSet(Effect):
    """It is known when the room meets, or open again; the state says it."""

    by: bytes


@value()
class Replanned(Effect):
    """Later stages are shorter, or left out; the state says which."""

    by: bytes


@value()
class ClockTold(Effect):
    """A facilitator's client says how long the stage entered then has run; for who came since."""

    entered: int
    seconds: int


@value()
class IdeasAsked(Effect):
    """Somebody asks for ideas about this."""

    identity: bytes
    text: str = field(repr=False)
    message_id: bytes


@value()
class ListBegan(Effect):
    """Everybody can list ideas for `identity` now."""

    identity: bytes
    by: bytes


@value()
class IdeaListed(Effect):
    """An idea is on the list. `identity` is for its author's own client; the board shows nobody's."""

    identity: bytes
    number: int
    text: str = field(repr=False)


@value()
class ListEnded(Effect):
    """The list is done, and `identity` chooses."""

    identity: bytes
    by: bytes


@value()
class IdeaChosen(Effect):
    """Whoever asked said what they do with the ideas."""

    identity: bytes
    number: int
    outcome: IdeaOutcome


@value()
class BoardPutAway(Effect):
    """The ideas are let be; `by` is empty when that came by itself."""

    identity: bytes
    by: bytes


@value()
class AlreadyMovedOn(Effect):
    """A control act changed nothing: the room had moved on from what it was decided on (T4)."""

    identity: bytes


@value()
class NoEffect(Effect):
    """An event changed nothing; `reason` is one sentence for its author."""

    identity: bytes
    reason: str


@value()
class Outcome:
    """The state after something, and what that changed."""

    state: MeetingState
    effects: tuple[Effect, ...] = ()
