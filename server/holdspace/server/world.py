"""All that a relay knows at one moment, and the few things every handler does with it.

What must be durable is a record, and has one place in the order of all records. A handler checks
what depends on the connection and asks; a placer judges at that place, by the records before it
and nothing else, and takes the change. A relay that keeps its log alone is the order: it places at
once, so that the next frame is judged by it, and tells nobody before the log said "saved"; if the
log cannot save, every change under way is taken back, newest first. Where several relays share a
log, the place is known when the log hands the record out, to all of them, and it is durable then.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from holdspace.protocol.frames import Refuse, RelayFrame
from holdspace.protocol.keys import Occasion, Purpose, check_proof
from holdspace.protocol.refusals import Close, Refusal, Refused
from holdspace.server.connections import Connection
from holdspace.server.effects import Effect, HangUp, Propose, Send, Settled, Store, in_rows
from holdspace.server.limits import Limits
from holdspace.server.log.records import Record
from holdspace.server.state import Again, Asked, Change, Meeting, Room, Waiter, answer
from holdspace.server.terms import Terms

# Checked in place of a key that is not there, so that the answer takes as long (security.md 5).
# SHA-256 of "holdspace: nobody has this key 1", a point of the curve: with the key of an example, a
# proof by that key would be found right at once, where a wrong one is tried at every address.
_NOBODY = bytes.fromhex("538bfb21ea10fc2bce471b643fbe95a7e7a8e726655182e28955dc3609318500")
MINUTE = 60.0


class Claim(NamedTuple):
    """Say what a proof is meant to show."""

    key: bytes | None
    proof: bytes
    purpose: Purpose
    room: bytes = b""
    meeting: bytes = b""
    epoch: int = 0
    digest: bytes = b""


# Judges a record at its place and takes it; it is given no clock, so that all relays judge alike.
Placer = Callable[["World", Any], Change | Again]


class HungUpError(Exception):
    """The connection is to be closed; nothing else changed."""

    def __init__(self, code: Close) -> None:
        self.code = code


@dataclass(slots=True, eq=False)
class World:
    """Hold the relay's whole state."""

    limits: Limits
    origins: tuple[str, ...]
    placers: Mapping[type[Record], Placer]
    is_alone: bool = True
    terms: Terms = field(default_factory=Terms)
    # What this relay knows may be out of date: nobody is let in.
    is_cut_off: bool = False
    rooms: dict[bytes, Room] = field(default_factory=dict)
    meetings: dict[bytes, Meeting] = field(default_factory=dict)
    connections: dict[int, Connection] = field(default_factory=dict)
    # Those who had shown nothing when last looked at, so that a thousand who have are not looked at.
    strangers: dict[int, Connection] = field(default_factory=dict)
    shares: Counter[int] = field(default_factory=Counter)
    pending: deque[Change] = field(default_factory=deque)
    asked: dict[int, Asked] = field(default_factory=dict)
    cost: int = 0
    asked_cost: int = 0
    knock_count: int = 0
    sweep_at: float = 0.0
    # Rooms that nobody vouched for, within the hour: when, and by which visitor.
    openings: deque[tuple[float, int | None]] = field(default_factory=deque)
    _numbers: int = 0

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def is_proved(self, connection: Connection, claim: Claim) -> bool:
        """Tell whether a claim holds, and remember that whoever came is no stranger then.

        It is the same work whether the key is unknown or the proof wrong.
        """
        if not self.is_right(connection, claim):
            return False
        connection.has_proved = True
        return True

    def is_right(self, connection: Connection, claim: Claim) -> bool:
        """Tell whether a claim holds at any origin this relay is known by."""
        is_right = any(self._holds(claim, connection, origin) for origin in self._tried(connection))
        return is_right and claim.key is not None

    def _holds(self, claim: Claim, connection: Connection, origin: str) -> bool:
        occasion = Occasion(origin, claim.room, claim.meeting, claim.epoch, connection.nonce)
        key = claim.key or _NOBODY
        if not check_proof(key, claim.proof, claim.purpose, occasion, digest=claim.digest):
            return False
        connection.origin = origin if claim.key else connection.origin
        return True

    def _tried(self, connection: Connection) -> Iterator[str]:
        if connection.origin is not None:
            yield connection.origin
        yield from (origin for origin in self.origins if origin != connection.origin)

    @property
    def under_way(self) -> int:
        """Return how many records the log has not answered for yet."""
        return len(self.pending) + len(self.asked)

    def ask(self, record: Record, waiter: Waiter | None, cost: int = 0) -> Iterator[Effect]:
        """Have a record placed, and whoever waits for it answered when it is durable."""
        if not self.is_alone:
            ticket = self.next_number()
            self.asked[ticket] = Asked(waiter, cost, record)
            self.asked_cost += cost
            yield Propose(ticket, record)
            return
        yield from self.wait_for(self.placers[type(record)](self, record), waiter)

    def store(self, change: Change, waiter: Waiter | None) -> Store:
        """Have what was placed here kept, and whoever waits for it answered when it is durable."""
        _let_wait(waiter, change)
        change.ticket = self.next_number()
        self.pending.append(change)
        return Store(change.ticket, change.record)

    def wait_for(self, placed: Change | Again, waiter: Waiter | None) -> Iterator[Effect]:
        """Have what was placed here kept; answer what had its place already as soon as it is."""
        if isinstance(placed, Change):
            yield self.store(placed, waiter)
        elif placed.change is None:
            yield from self.answer(waiter, placed)
        else:
            _let_wait(waiter, placed.change)

    def placed(
        self, ticket: int | None, record: Record, place: int, now: float
    ) -> Iterator[Effect]:
        """Judge and take a record at its place in the order, where it is durable."""
        waiter = None if ticket is None else self.no_longer_asked(ticket)
        try:
            placed = self.placers[type(record)](self, record)
        except Refused as refused:
            yield Settled(record, place, is_void=True)
            if waiter is not None:
                yield from self.send(waiter[:1], Refuse(waiter[1], refused.refusal))
            return
        if isinstance(placed, Change):
            yield Settled(placed.record, place)
        yield from self.answer(waiter, placed)
        if isinstance(placed, Change):
            yield from placed.then(now)

    def no_longer_asked(self, ticket: int) -> Waiter | None:
        """Return who waits for a record whose place is known, or will not be."""
        asked = self.asked.pop(ticket, None)
        if asked is None:
            return None
        self.asked_cost -= asked.cost
        return asked.waiter

    def answer(self, waiter: Waiter | None, about: Change | Again) -> Iterator[Effect]:
        """Tell whoever waits that what they asked for is durable."""
        if waiter is not None:
            number, ref = waiter
            if number in self.connections:
                yield Send((number,), (answer(ref, about.seq),))

    def saved(self, tickets: Iterable[int], now: float) -> Iterator[Effect]:
        """Tell everybody who waited for these, then go on.

        All answers come first, those to one connection together; so the entries of one meeting
        follow each other, and go together, too.
        """
        changes = [self._saved(ticket) for ticket in tickets]
        answers: defaultdict[int, list[RelayFrame]] = defaultdict(list)
        for change in changes:
            for number, ref in change.waiters:
                answers[number].append(answer(ref, change.seq))
        for number, frames in answers.items():
            if number in self.connections:
                yield Send((number,), frames)
        yield from in_rows(effect for change in changes for effect in change.then(now))

    def _saved(self, ticket: int) -> Change:
        if not self.pending or self.pending[0].ticket != ticket:
            raise LookupError("The log answered out of order.")
        return self.pending.popleft()

    def not_saved(self, now: float) -> Iterator[Effect]:
        """Take back everything under way, newest first; who was misled by it starts anew."""
        taken_back = [*self.pending]
        while self.pending:
            self.pending.pop().undo()
        for change in taken_back:
            for connection, ref in change.waiters:
                yield from self.send((connection,), Refuse(ref, Refusal.NOT_SAVED))
        for meeting in [one.misled for one in taken_back if one.misled is not None]:
            for number in [*meeting.readers]:
                yield from self.hang_up(number, Close.NOT_SAVING, now)

    def send(self, to: Iterable[int], frame: RelayFrame) -> Iterator[Send]:
        """Send to those of these connections that are still there."""
        there = tuple(number for number in to if number in self.connections)
        if there:
            yield Send(there, (frame,))

    def hang_up(self, number: int, code: Close, now: float) -> Iterator[HangUp]:
        """Close a connection, and forget it."""
        if number in self.connections:
            self.drop(number, now)
            yield HangUp(number, code)

    def come(self, connection: Connection, now: float) -> Iterator[HangUp]:
        """Take in a connection; if there are too many, one that does nothing makes place.

        So nobody who came in can be crowded out, and nobody is kept out by connections that idle.
        """
        self.connections[connection.number] = connection
        self.strangers[connection.number] = connection
        if connection.visitor is not None:
            self.shares[connection.visitor] += 1
        if self.is_cut_off:
            yield from self.hang_up(connection.number, Close.NOT_SAVING, now)
        elif self._is_share_full(connection) or len(self.connections) > self.limits.connections:
            goes = self._who_makes_place(connection, now)
            yield from self.hang_up(goes.number, Close.CROWDED, now)

    def _is_share_full(self, connection: Connection) -> bool:
        return (
            connection.visitor is not None
            and self.shares[connection.visitor] > self.limits.connections_per_visitor
        )

    def _who_makes_place(self, newcomer: Connection, now: float) -> Connection:
        # Whoever came first has had the longest time to prove something. Somebody who has only
        # just come is left alone as long as anybody else idles, whatever that one has proved: else
        # a relay full of connections that idle would let nobody live long enough to prove anything.
        everybody: Iterable[Connection] = self.connections.values()
        if self._is_share_full(newcomer):
            everybody = [one for one in everybody if one.visitor == newcomer.visitor]
        strangers = [one for one in everybody if not (one.has_proved or one is newcomer)]
        idle = (one for one in everybody if one.has_proved and one.does_nothing)
        late = now + self.limits.prove_seconds - self.limits.alone_seconds
        slow = next((one for one in strangers if one.deadline <= late), None)
        return slow or next(idle, None) or next(iter(strangers), newcomer)

    def drop(self, number: int, now: float) -> None:
        """Forget a connection; a knock it made waits a little for the next one."""
        self.strangers.pop(number, None)
        connection = self.connections.pop(number, None)
        if connection is None:
            return
        if connection.visitor is not None:
            self.shares[connection.visitor] -= 1
            if not self.shares[connection.visitor]:
                del self.shares[connection.visitor]
        detach(connection)
        self.unwatch(connection)
        for room_handle, knock_id in connection.knocks:
            room = self.rooms.get(room_handle)
            knock = room.knocks.get(knock_id) if room else None
            if knock is not None and knock.connection == number:
                knock.connection = None
                knock.lost_until = now + self.limits.lost_knocker_seconds

    def unwatch(self, connection: Connection) -> None:
        """Tell a connection of no more knocks."""
        if connection.watched_room is not None:
            del connection.watched_room.watchers[connection.number]
        connection.watched_room = None


def _let_wait(waiter: Waiter | None, change: Change) -> None:
    if waiter is not None:
        change.waiters.append(waiter)


def detach(connection: Connection) -> None:
    """Let a connection read nothing any more."""
    if connection.meeting is not None:
        connection.meeting.leave_out(connection.number)
    connection.meeting = None


def minute_of(now: float) -> int:
    """Return the minute since 1970 that `now` (seconds since 1970) is in."""
    return int(now // MINUTE)


def nothing_more(_now: float) -> Iterator[Effect]:
    """Follow a change that nobody else is told of."""
    return iter(())
