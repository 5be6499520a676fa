"""What each person may do at this moment, and why not: asked by the reducer and by front ends alike.

A hand can be raised at any time and keeps its place; facilitators may always write.
"""

from holdspace.protocol.meeting import gathering
from holdspace.protocol.meeting.modes import MODES
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.values import MAX_RESPONSES, MeetingState, Person
from holdspace.protocol.translation import N_
from holdspace.protocol.values import value

RESPONSES_ALLOWED = frozenset({"own-experience", "ask-first", "open"})

NOT_HERE = N_("You are not in this room.")
ON_HOLD = N_("The room is on hold. Your words are kept, and so is your place.")
HAS_FLOOR = N_("You have the floor already.")
NO_FLOOR_TO_PASS = N_("It is not your turn, so there is nothing to pass.")
QUIET = N_("This is a quiet stage; nods rest too.")
COMES_BY_ITSELF = N_("Your turn in this round comes by itself.")
NO_RESPONSES = N_("This stage goes without responses. A nod says a lot.")
QUEUE_CLOSED = N_("No more hands are taken just now. Nods are heard.")
ASK_FIRST = N_(
    "In this stage ideas are offered: /offer asks whoever spoke whether they would like one."
)
PAUSED = N_("Your writing is paused for a few minutes. What you have written is kept.")
LISTING = N_(
    "Ideas are being listed, so nothing is discussed yet. What you send is one idea, without a name."
)
ENOUGH_RESPONSES = N_("Two people respond to this already. Raise your hand to share instead.")


@value()
class Rights:
    """What one person may do right now: an empty sentence is a yes, any other says why not."""

    why_not: str = ""
    why_not_raise: str = ""
    why_not_pass: str = ""
    why_not_nod: str = ""
    why_not_ready: str = ""

    @property
    def can_write(self) -> bool:
        """Tell whether a share would be heard."""
        return not self.why_not

    @property
    def can_raise(self) -> bool:
        """Tell whether raising a hand would do something; it may only change its note."""
        return not self.why_not_raise

    @property
    def can_pass(self) -> bool:
        """Tell whether there is something to pass."""
        return not self.why_not_pass

    @property
    def can_nod(self) -> bool:
        """Tell whether nods are heard."""
        return not self.why_not_nod

    @property
    def can_be_ready(self) -> bool:
        """Tell whether there is something to mark words ready for, or to take them back from."""
        return not self.why_not_ready


def rights(state: MeetingState, identity: bytes) -> Rights:
    """Return what this person may do now; the reducer and the front ends both ask here."""
    person = state.person(identity)
    if person is None:
        return Rights(NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE)
    return Rights(
        _why_not_write(state, person),
        _why_not_raise(state, identity),
        _why_not_pass(state, identity),
        _why_not_nod(state),
        gathering.why_not_ready(state, identity),
    )


def _why_not_write(state: MeetingState, person: Person) -> str:
    rules = MODES[state.mode]
    if person.role != MEMBER:
        return ""
    if state.is_held:
        return ON_HOLD
    if person.identity in state.quiet:
        return PAUSED
    if state.is_listing:
        return LISTING
    if rules.writers == "everybody" or state.has_floor(person.identity):
        return ""
    if rules.writers == "whoever is released":
        return gathering.why_not_write(state, person.identity)
    return _why_wait(state, person.identity) or rules.why_not


def _why_wait(state: MeetingState, identity: bytes) -> str:
    going = state.round
    if going is not None and identity in (*going.to_come, *going.passed):
        return N_("Your turn in this round is still to come. You can write ahead; it waits.")
    if state.place_of(identity):
        return N_("You are in the queue. You can write ahead; it waits with you.")
    if going is not None and identity in going.order:
        return N_("You had your turn in this round. You can nod.")
    if going is not None:
        return N_("This round began before you came. Raise a hand to be offered a turn.")
    if state.floor is not None:
        return N_("Somebody else has the floor. You can nod, or raise a hand to be next.")
    return ""


def _why_not_raise(state: MeetingState, identity: bytes) -> str:
    if state.has_floor(identity):
        return HAS_FLOOR
    going = state.round
    if going is not None and identity in going.to_come:
        return COMES_BY_ITSELF
    if may_join_round(state, identity):
        return ""
    # A hand that is up may still say something else.
    return QUEUE_CLOSED if state.is_queue_closed and not state.place_of(identity) else ""


def _why_not_pass(state: MeetingState, identity: bytes) -> str:
    if state.is_held:
        return ON_HOLD
    if state.mode == "gather" and not state.has_floor(identity):
        return gathering.why_not_pass(state, identity)
    has_turn = state.has_floor(identity) or MODES[state.mode].passing == "a word"
    return "" if has_turn else NO_FLOOR_TO_PASS


def _why_not_nod(state: MeetingState) -> str:
    if state.is_held:
        return ON_HOLD
    return "" if MODES[state.mode].nods else QUIET


def why_not_respond(state: MeetingState, identity: bytes) -> str:
    """Return why this person cannot ask to respond to the current speaker, or nothing (T2)."""
    flow = state.flow
    rule = flow.response_in(state.stage) if flow and state.stage >= 0 else "open"
    if rule not in RESPONSES_ALLOWED:
        return NO_RESPONSES
    if rule == "ask-first":
        return ASK_FIRST
    others = [hand for hand in state.queue if hand.identity != identity]
    waiting = sum(hand.kind == "respond" for hand in others)
    return ENOUGH_RESPONSES if state.responses + waiting >= MAX_RESPONSES else ""


def may_join_round(state: MeetingState, identity: bytes) -> bool:
    """Tell whether a raised hand means a turn in this round: for who came late, or had passed."""
    going = state.round
    return going is not None and (identity not in going.order or identity in going.passed)
