"""Where a meeting stands, as one immutable value that every client holds alike.

Only what all must agree on is in here: no clocks, no presence, no texts of shares. Its canonical
bytes are what a joiner is sent and what everybody hashes. Reading them is total: a hostile
snapshot is refused by name or gives a state that obeys every law of this file.
"""

import hashlib
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from holdspace.protocol.meeting.events import (
    Count,
    Identity,
    NewLengths,
    Note,
)
from holdspace.protocol.meeting.flow import (
    MAX_FLOW_BYTES,
    MAX_STAGES,
    Flow,
    FlowError,
    read_flow,
)
from holdspace.protocol.meeting.kinds import HandKind, HandOrder, TurnMode
from holdspace.protocol.meeting.roles import MAX_PEOPLE, RoleName
from holdspace.protocol.meeting.schedule import Schedule
from holdspace.protocol.meeting.tallies import MAX_TALLIES, Tally, tallies_are_lawful
from holdspace.protocol.refusals import PeerError

MAX_NAME = 40
MAX_RESPONSES = 2
MAX_OFFERS = 4
SMALLEST_PAIR, LARGEST_PAIR = 2, 4
MAX_STATE_BYTES = 57 * 1024
MAX_IDEAS = 40
MAX_SPOKEN = 2**16 - 1
MAX_EXTRA_SECONDS = 6 * 3600
# T8: a share is read at 200 words a minute, but never for less or longer than this.
SHORTEST_PAUSE, LONGEST_PAUSE = 8, 40
_DIGEST_LABEL = b"holdspace state v1"

UndoKind = Literal["pass", "floor", "stage"]
Seats = Annotated[
    tuple[Annotated[int, Meta(ge=0, lt=MAX_PEOPLE)], ...], Meta(max_length=MAX_PEOPLE)
]
Identities = Annotated[tuple[Identity, ...], Meta(max_length=MAX_PEOPLE)]
# A turn that nobody raised a hand for: offered by a round or given by a facilitator.
FloorKind = Literal["turn", "share", "respond", "question", "practical"]


class _Value(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A part of the state."""


class Person(_Value, frozen=True):
    """Somebody in the room. `name` is as their credential says; cleaning it is for the display."""

    identity: Identity
    name: Annotated[str, Meta(max_length=MAX_NAME)]
    role: RoleName = "member"
    spoken: Annotated[int, Meta(ge=0, le=MAX_SPOKEN)] = 0


class Hand(_Value, frozen=True):
    """A raised hand. `stepped_over` says that the floor has moved on from it once (T5)."""

    identity: Identity
    kind: HandKind = "share"
    note: Note = ""
    stepped_over: bool = False


class Floor(_Value, frozen=True):
    """Whose turn it is. `number` is never used twice, so one floor cannot be taken for another."""

    identity: Identity
    number: Count
    kind: FloorKind = "turn"
    note: Note = ""
    stepped_over: bool = False


class Round(_Value, frozen=True):
    """A going-around: everybody in `order` is offered a turn, and who passes is offered it again.

    `again` holds those who are having, or have had, their second chance.
    """

    order: Identities
    to_come: Identities
    passed: Identities = ()
    again: Identities = ()


class Gather(_Value, frozen=True):
    """Everybody writes for themselves, then the words are released; each shares once.

    `ready` have marked their words, `reading` are here without words, `shared` have been read.
    """

    ready: Identities = ()
    reading: Identities = ()
    shared: Identities = ()
    is_released: bool = False


class SeatedRound(_Value, frozen=True):
    """A round as it was, by the numbers of seats; for an undo only."""

    order: Seats = ()
    to_come: Seats = ()
    passed: Seats = ()
    again: Seats = ()

    def unseated(self, people: tuple[Person, ...]) -> Round:
        """Return the round of whoever sits there; a seat that is not there is left out."""
        return Round(
            order=_at_seats(people, self.order),
            to_come=_at_seats(people, self.to_come),
            passed=_at_seats(people, self.passed),
            again=_at_seats(people, self.again),
        )


class SeatedGather(_Value, frozen=True):
    """A gathering as it was, by the numbers of seats; for an undo only."""

    ready: Seats = ()
    reading: Seats = ()
    shared: Seats = ()
    is_released: bool = False

    def unseated(self, people: tuple[Person, ...]) -> Gather:
        """Return the gathering of whoever sits there; a seat that is not there is left out."""
        return Gather(
            ready=_at_seats(people, self.ready),
            reading=_at_seats(people, self.reading),
            shared=_at_seats(people, self.shared),
            is_released=self.is_released,
        )


class Undoable(_Value, frozen=True):
    """How the turns stood before somebody passed, moved the floor on or began a stage (M31)."""

    kind: UndoKind
    by: Identity
    stage: Annotated[int, Meta(ge=-1, lt=MAX_STAGES)]
    extra_seconds: Annotated[int, Meta(ge=0, le=MAX_EXTRA_SECONDS)]
    mode: TurnMode
    floor: Floor | None
    responses: Annotated[int, Meta(ge=0, le=MAX_RESPONSES)]
    round: SeatedRound | None
    gather: SeatedGather | None
    order: HandOrder
    is_queue_closed: bool


class Pair(_Value, frozen=True):
    """Two or three people, and perhaps a facilitator they called, by themselves.

    `number` is never used twice, and another one is taken when somebody comes or goes.
    """

    number: Count
    people: Annotated[tuple[Identity, ...], Meta(min_length=SMALLEST_PAIR, max_length=LARGEST_PAIR)]
    is_calling: bool = False


class Pairing(_Value, frozen=True):
    """Who has said yes to a pair and is in none, and the pairs."""

    willing: Identities = ()
    pairs: Annotated[tuple[Pair, ...], Meta(max_length=MAX_PEOPLE // SMALLEST_PAIR)] = ()


class Offer(_Value, frozen=True):
    """Somebody asked the owner of a share whether they would like an idea; the idea is not here."""

    asker: Identity
    owner: Identity
    is_welcome: bool = False


class Board(_Value, frozen=True):
    """Ideas for `owner`, who asked: how far the list is, and how many are on it; never which."""

    owner: Identity
    phase: Literal["asked", "listing", "listed"] = "asked"
    count: Annotated[int, Meta(ge=0, le=MAX_IDEAS)] = 0


class MeetingState(_Value, frozen=True):
    """A meeting between two log entries. `version` is the `basis` of control events (T4).

    `responses` counts who responded since the last turn of another kind (T2). `pause_seconds` is
    how long to read the newest share before the next one comes (T8); clients count them.
    `lowered` are the hands that the last "lower all" took down, so that it can be undone (T11).
    `quiet` may not write for a while, `resting` are here and passed over. `undo` says how the turns
    stood before the newest pass or step onward, until anything about turns changes again.
    `replanned` has the new lengths of stages, where facilitators changed them (S7).
    `tallies` are the counts that run (tallies.py). `is_covered`: everybody sends in cover slots (R16).
    """

    version: Count = 0
    people: Annotated[tuple[Person, ...], Meta(max_length=MAX_PEOPLE)] = ()
    flow_toml: Annotated[str, Meta(max_length=MAX_FLOW_BYTES)] = ""
    stage: Annotated[int, Meta(ge=-1, lt=MAX_STAGES)] = -1
    stage_entered: Count = 0
    mode: TurnMode = "open"
    is_held: bool = False
    floor: Floor | None = None
    floors_given: Count = 0
    responses: Annotated[int, Meta(ge=0, le=MAX_RESPONSES)] = 0
    queue: Annotated[tuple[Hand, ...], Meta(max_length=MAX_PEOPLE)] = ()
    round: Round | None = None
    extra_seconds: Annotated[int, Meta(ge=0, le=MAX_EXTRA_SECONDS)] = 0
    gather: Gather | None = None
    pause_seconds: Annotated[int, Meta(ge=0, le=LONGEST_PAUSE)] = 0
    order: HandOrder = "first-come"
    is_queue_closed: bool = False
    lowered: Annotated[tuple[Hand, ...], Meta(max_length=MAX_PEOPLE)] = ()
    invited: Identities = ()
    quiet: Identities = ()
    resting: Identities = ()
    undo: Undoable | None = None
    replanned: NewLengths = ()
    pairs: Pairing | None = None
    pairs_made: Count = 0
    offers: Annotated[tuple[Offer, ...], Meta(max_length=MAX_OFFERS)] = ()
    tallies: Annotated[tuple[Tally, ...], Meta(max_length=MAX_TALLIES)] = ()
    tallies_begun: Annotated[int, Meta(ge=0, lt=2**32)] = 0
    schedule: Schedule | None = None
    board: Board | None = None
    leading: Annotated[bytes, Meta(max_length=32)] = b""
    is_covered: bool = False

    @property
    def flow(self) -> Flow | None:
        """Return the agenda, if one was opened."""
        return read_flow(self.flow_toml) if self.flow_toml else None

    @property
    def is_listing(self) -> bool:
        """Tell whether ideas are being listed, and so nothing is discussed."""
        return self.board is not None and self.board.phase == "listing"

    @property
    def stage_seconds(self) -> int:
        """Return how long the stage is meant to take for the people here, with added time."""
        flow = self.flow
        if flow is None or self.stage < 0:
            return self.extra_seconds
        # Whoever goes to a stage that was left out means it: it has its own length again.
        seconds = self.seconds_of(self.stage) or flow.stages[self.stage].seconds(len(self.people))
        return seconds + self.extra_seconds

    def seconds_of(self, stage: int) -> int:
        """Return how long a stage is planned to take; 0 for one that is left out."""
        flow = self.flow
        if flow is None or not 0 <= stage < len(flow.stages):
            return 0
        return dict(self.replanned).get(stage, flow.stages[stage].seconds(len(self.people)))

    @property
    def left_out(self) -> tuple[int, ...]:
        """Return which stages are left out today."""
        return tuple(stage for stage, seconds in self.replanned if not seconds)

    @property
    def next_stage(self) -> int | None:
        """Return the stage that comes after this one, past those that are left out."""
        later = range(self.stage + 1, len(self.flow.stages) if self.flow else 0)
        return next((stage for stage in later if stage not in self.left_out), None)

    def person(self, identity: bytes) -> Person | None:
        """Return somebody in the room by their identity."""
        for person in self.people:
            if person.identity == identity:
                return person
        return None

    def place_of(self, identity: bytes) -> int:
        """Return the place in the queue from 1, or 0 without a raised hand (T3)."""
        for place, hand in enumerate(self.queue, 1):
            if hand.identity == identity:
                return place
        return 0

    def with_one_more_spoken(self, identity: bytes) -> "MeetingState":
        """Return the state in which this person has spoken once more."""
        people = tuple(
            replace(person, spoken=min(person.spoken + 1, MAX_SPOKEN))
            if person.identity == identity
            else person
            for person in self.people
        )
        return replace(self, people=people)

    def has_floor(self, identity: bytes) -> bool:
        """Tell whether it is this person's turn."""
        return self.floor is not None and self.floor.identity == identity


class NotAState(PeerError):
    """The snapshot is no state a meeting can be in; it is not used."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(MeetingState)


def encode_state(state: MeetingState) -> bytes:
    """Return the state's one canonical form."""
    return _encoder.encode(state)


def state_digest(state: MeetingState) -> bytes:
    """Return the 32 bytes by which two people can tell that they agree."""
    return hashlib.sha256(_DIGEST_LABEL + encode_state(state)).digest()


def decode_state(data: bytes) -> MeetingState:
    """Return the state of a snapshot; raise NotAState unless every law of a state holds."""
    if len(data) > MAX_STATE_BYTES:
        raise NotAState("The snapshot is too long.")
    try:
        state = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotAState("The snapshot cannot be read.") from error
    # R12: a second spelling of the same state would have a second hash.
    if _encoder.encode(state) != data:
        raise NotAState("The snapshot is not written the one way snapshots are written.")
    problem = broken_law(state)
    if problem:
        raise NotAState(problem)
    return state


def broken_law(state: MeetingState) -> str:
    """Return which law of a meeting this state breaks, as a sentence, or an empty string."""
    people = [person.identity for person in state.people]
    hands = [hand.identity for hand in state.queue]
    laws = (
        (_are_distinct(people), "The snapshot seats somebody twice."),
        (_are_distinct(hands), "The snapshot has somebody in the queue twice."),
        (set(hands) <= set(people), "The snapshot has a hand of somebody who is not there."),
        (_floor_is_lawful(state, people, hands), "The snapshot's floor cannot be."),
        (_round_is_lawful(state, people), "The snapshot's round cannot be."),
        (_lists_are_lawful(state, people), "The snapshot lists somebody who is not there."),
        (_plan_is_lawful(state), "The snapshot's lengths of stages cannot be."),
        (state.leading in (b"", *people), "The snapshot is led by somebody who is not there."),
        (_undo_is_lawful(state, people), "The snapshot's undo cannot be."),
        (_gather_is_lawful(state, people), "The snapshot's gathering cannot be."),
        (_pairs_are_lawful(state, people), "The snapshot's pairs cannot be."),
        (_offers_are_lawful(state, people), "The snapshot's offers cannot be."),
        (_stage_is_lawful(state), "The snapshot's flow or stage cannot be."),
        (_counts_are_lawful(state, people), "The snapshot's counts cannot be."),
        (_board_is_lawful(state, people), "The snapshot's board cannot be."),
    )
    return next((sentence for holds, sentence in laws if not holds), "")


def _at_seats(people: tuple[Person, ...], seats: Iterable[int]) -> tuple[bytes, ...]:
    return tuple(people[seat].identity for seat in seats if seat < len(people))


def _are_distinct(identities: Iterable[bytes]) -> bool:
    listed = list(identities)
    return len(listed) == len(set(listed))


def _floor_is_lawful(state: MeetingState, people: list[bytes], hands: list[bytes]) -> bool:
    floor = state.floor
    if floor is None:
        return True
    is_there = floor.identity in people and floor.identity not in hands
    return is_there and state.mode != "open" and 0 < floor.number <= state.floors_given


def _round_is_lawful(state: MeetingState, people: list[bytes]) -> bool:
    going = state.round
    if going is None:
        return True
    waiting = (*going.to_come, *going.passed)
    return (
        state.mode == "round"
        and (state.floor is None or state.floor.identity not in waiting)
        and all(_are_distinct(part) for part in (going.order, waiting, going.again))
        and set(going.order) <= set(people)
        and set(waiting) | set(going.again) <= set(going.order)
        and not set(going.passed) & set(going.again)
    )


def _lists_are_lawful(state: MeetingState, people: list[bytes]) -> bool:
    lowered = [hand.identity for hand in state.lowered]
    lists = (lowered, state.invited, state.quiet, state.resting)
    return all(_are_distinct(one) and set(one) <= set(people) for one in lists)


def _plan_is_lawful(state: MeetingState) -> bool:
    numbers = [number for number, _ in state.replanned]
    return numbers == sorted(set(numbers)) and (not numbers or bool(state.flow_toml))


def _undo_is_lawful(state: MeetingState, people: list[bytes]) -> bool:
    kept = state.undo
    named = (kept.by, kept.floor.identity if kept.floor else kept.by) if kept else ()
    return set(named) <= set(people)


def _gather_is_lawful(state: MeetingState, people: list[bytes]) -> bool:
    gather = state.gather
    if gather is None:
        return state.mode != "gather"
    named = [*gather.ready, *gather.reading, *gather.shared]
    is_place = state.mode == "gather" or (state.mode == "round" and gather.is_released)
    return is_place and _are_distinct(named) and set(named) <= set(people)


def _pairs_are_lawful(state: MeetingState, people: list[bytes]) -> bool:
    pairing = state.pairs
    if pairing is None:
        return state.mode != "pairs"
    named = [*pairing.willing, *(who for pair in pairing.pairs for who in pair.people)]
    numbers = [pair.number for pair in pairing.pairs]
    return (
        state.mode == "pairs"
        and _are_distinct(named)
        and set(named) <= set(people)
        and len(numbers) == len(set(numbers))
        and all(0 < number <= state.pairs_made for number in numbers)
    )


def _offers_are_lawful(state: MeetingState, people: list[bytes]) -> bool:
    askers = [offer.asker for offer in state.offers]
    named = {*askers, *(offer.owner for offer in state.offers)}
    is_to_another = all(offer.asker != offer.owner for offer in state.offers)
    return _are_distinct(askers) and is_to_another and named <= set(people)


def _board_is_lawful(state: MeetingState, people: list[bytes]) -> bool:
    board = state.board
    if board is None:
        return True
    return board.owner in people and (board.phase != "asked" or board.count == 0)


def _stage_is_lawful(state: MeetingState) -> bool:
    try:
        flow = state.flow
    except FlowError:
        return False
    return state.stage < (len(flow.stages) if flow else 0)


def _counts_are_lawful(state: MeetingState, people: list[bytes]) -> bool:
    flow = state.flow if _stage_is_lawful(state) else None
    return tallies_are_lawful(state.tallies, people, flow, state.tallies_begun)
