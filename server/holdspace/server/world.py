"""All that a relay knows at one moment, and the few things every handler does with it.

Changes that must be durable are made here at once, so that the next frame is judged by them, but
nobody is told of them before the log said "saved". If the log cannot save, every change under way
is taken back, newest first, and what is believed equals what is kept again.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from holdspace.protocol.frames import Done, Refuse, RelayFrame
from holdspace.protocol.keys import Occasion, Purpose, check_proof
from holdspace.protocol.refusals import Close, Refusal, Refused
from holdspace.server.connections import Connection
from holdspace.server.effects import Effect, HangUp, Send, Store
from holdspace.server.limits import Limits
from holdspace.server.log.records import Record
from holdspace.server.state import Answer, Meeting, Pending, Room

# Checked in place of a key that is not there, so that the answer takes as long (security.md 5).
_NOBODY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
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


class HungUpError(Exception):
    """The connection is to be closed; nothing else changed."""

    def __init__(self, code: Close) -> None:
        super().__init__(code.name)
        self.code = code


@dataclass(slots=True, eq=False)
class World:
    """Hold the relay's whole state."""

    limits: Limits
    origins: tuple[str, ...]
    rooms: dict[bytes, Room] = field(default_factory=dict)
    meetings: dict[bytes, Meeting] = field(default_factory=dict)
    connections: dict[int, Connection] = field(default_factory=dict)
    pending: deque[Pending] = field(default_factory=deque)
    cost: int = 0
    knock_count: int = 0
    sweep_at: float = 0.0
    _numbers: int = 0

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def check(self, connection: Connection, claim: Claim) -> None:
        """Refuse with NOT_HERE, after the same work, whether the key is unknown or the proof wrong."""
        if not self.is_proved(connection, claim):
            raise Refused(Refusal.NOT_HERE)

    def is_proved(self, connection: Connection, claim: Claim) -> bool:
        """Tell whether a claim holds at any origin this relay is known by."""
        is_right = any(self._holds(claim, connection, origin) for origin in self._tried(connection))
        if claim.key is None or not is_right:
            return False
        connection.has_proved = True
        return True

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

    def store(
        self,
        record: Record,
        *,
        waiter: tuple[int, int] | None,
        undo: Callable[[], None],
        then: Callable[[float], Iterator[Effect]] | None = None,
        answer: Answer = Done,
        misled: Meeting | None = None,
    ) -> Store:
        """Remember what to do when a record is saved or not, and return the effect that saves it."""
        waiters = [] if waiter is None else [waiter]
        ticket = self.next_number()
        self.pending.append(Pending(ticket, waiters, answer, then or _nothing, undo, misled))
        return Store(ticket, record)

    def saved(self, tickets: Iterable[int], now: float) -> Iterator[Effect]:
        """Tell everybody who waited for these, then go on."""
        for ticket in tickets:
            if not self.pending or self.pending[0].ticket != ticket:
                raise LookupError("The log answered out of order.")
            pending = self.pending.popleft()
            for connection, ref in pending.waiters:
                yield from self.send((connection,), pending.answer(ref))
            yield from pending.then(now)

    def not_saved(self, now: float) -> Iterator[Effect]:
        """Take back everything under way, newest first; who was misled by it starts anew."""
        taken_back = [*self.pending]
        while self.pending:
            self.pending.pop().undo()
        for pending in taken_back:
            for connection, ref in pending.waiters:
                yield from self.send((connection,), Refuse(ref, Refusal.NOT_SAVED))
        for meeting in [one.misled for one in taken_back if one.misled is not None]:
            for number in [*meeting.readers]:
                yield from self.hang_up(number, Close.NOT_SAVING, now)

    def send(self, to: Iterable[int], frame: RelayFrame) -> Iterator[Send]:
        """Send to those of these connections that are still there."""
        there = tuple(number for number in to if number in self.connections)
        if there:
            yield Send(there, frame)

    def hang_up(self, number: int, code: Close, now: float) -> Iterator[HangUp]:
        """Close a connection, and forget it."""
        if number in self.connections:
            self.drop(number, now)
            yield HangUp(number, code)

    def drop(self, number: int, now: float) -> None:
        """Forget a connection; a knock it made waits a little for the next one."""
        connection = self.connections.pop(number, None)
        if connection is None:
            return
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
        room = self.rooms.get(connection.watched_room) if connection.watched_room else None
        if room is not None:
            room.watchers.pop(connection.number, None)
        connection.watched_room = None


def detach(connection: Connection) -> None:
    """Let a connection read nothing any more."""
    if connection.meeting is not None:
        connection.meeting.readers.pop(connection.number, None)
    connection.meeting = None


def minute_of(now: float) -> int:
    """Return the minute since 1970 that `now` (seconds since 1970) is in."""
    return int(now // MINUTE)


def _nothing(_now: float) -> Iterator[Effect]:
    return iter(())
