"""The relay's pure core: frames and time go in, effects come out; no socket, clock or chance.

An untrusted, account-less, ordered log per meeting and a lobby per room. What it promises: an Ack
or Done is sent only after the log said "saved", and nobody sees an entry before that; entries of a
meeting come in one order, without gaps; at most one commit ends an epoch.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from holdspace.protocol.frames import (
    VERSION,
    Append,
    Attach,
    BeginMeeting,
    Bundle,
    ClientFrame,
    CloseMeeting,
    DeclineKnock,
    GetCard,
    Greeting,
    Hello,
    Knock,
    OpenRoom,
    Prove,
    PutInvitation,
    Refuse,
    RevokeInvitation,
    WatchLobby,
)
from holdspace.protocol.refusals import Close, Refusal, Refused
from holdspace.server import lobby, meetings, rooms, shared
from holdspace.server.connections import FRAMES, Connection, Happening, step
from holdspace.server.effects import CatchUp, Effect, Send, SendPage
from holdspace.server.limits import Limits
from holdspace.server.log import Outcome
from holdspace.server.log.records import (
    EntryAppended,
    EpochChanged,
    Forgotten,
    InvitationPut,
    InvitationRevoked,
    Kept,
    LogEntry,
    MeetingBegun,
    MeetingClosed,
    Record,
    RoomOpened,
)
from holdspace.server.terms import Terms
from holdspace.server.world import HungUpError, Placer, World

OLDEST_VERSION = 1

# A handler judges by the connection and asks for a record; what it refuses has changed nothing.
Handler = Callable[[World, Connection, Any, float], Iterable[Effect]]


def hello(world: World, connection: Connection, frame: Hello, now: float) -> Iterator[Effect]:
    """Agree on the newest version both ends speak."""
    version = min(frame.highest, VERSION)
    if version < max(frame.lowest, OLDEST_VERSION):
        raise HungUpError(Close.WRONG_VERSION)
    step(connection, Happening.GREETED)
    connection.deadline = now + world.limits.prove_seconds
    greeting = Greeting(version, connection.nonce, world.terms.operator)
    yield from world.send((connection.number,), greeting)


HANDLERS: dict[type[ClientFrame], Handler] = {
    Hello: hello,
    OpenRoom: rooms.open_room,
    BeginMeeting: rooms.begin_meeting,
    CloseMeeting: rooms.close_meeting,
    Attach: meetings.attach,
    Prove: meetings.prove,
    Append: meetings.append,
    Bundle: meetings.bundle,
    PutInvitation: lobby.put_invitation,
    RevokeInvitation: lobby.revoke_invitation,
    GetCard: lobby.get_card,
    Knock: lobby.knock,
    WatchLobby: lobby.watch_lobby,
    DeclineKnock: lobby.decline_knock,
}

# What the log must keep before it is answered.
STORED: frozenset[type[ClientFrame]] = frozenset(
    (OpenRoom, BeginMeeting, CloseMeeting, Append, Bundle, PutInvitation, RevokeInvitation)
)

# A placer judges a record by the records before it, and takes it: on every relay alike.
PLACERS: dict[type[Record], Placer] = {
    RoomOpened: rooms.place_room,
    MeetingBegun: rooms.place_beginning,
    MeetingClosed: rooms.place_closing,
    Forgotten: rooms.place_forgetting,
    EntryAppended: meetings.place_entry,
    EpochChanged: meetings.place_epoch,
    InvitationPut: lobby.place_invitation,
    InvitationRevoked: lobby.place_revocation,
}


class Relay:
    """Decide everything a relay decides; give `now` in seconds since 1970."""

    def __init__(
        self,
        limits: Limits,
        origins: Sequence[str],
        kept: Kept | None = None,
        *,
        is_alone: bool = True,
        terms: Terms | None = None,
    ) -> None:
        self._world = World(limits, tuple(origins), PLACERS, is_alone, terms or Terms())
        if kept is not None:
            rooms.restore(self._world, kept)

    def agree(self, terms: Terms) -> None:
        """Hold to other terms from now on; rooms that are open stay so until they are forgotten."""
        self._world.terms = terms

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Return how many connections, rooms and meetings there are."""
        world = self._world
        return len(world.connections), len(world.rooms), len(world.meetings)

    def rooms_of(self, code: bytes) -> int:
        """Return how many rooms a code keeps."""
        return rooms.count_of(self._world, code)

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is on its way to the log."""
        return not self._world.under_way

    @property
    def is_deserted(self) -> bool:
        """Tell whether nobody sits in any meeting just now."""
        return not any(meeting.readers for meeting in self._world.meetings.values())

    def connected(
        self, number: int, nonce: bytes, now: float, *, visitor: int | None = None
    ) -> list[Effect]:
        """Take in a new connection; the nonce is random and used for no other.

        `visitor` is the same number for all who share the limits of one visitor.
        """
        world = self._world
        connection = Connection(number, nonce, now + world.limits.hello_seconds, visitor)
        return [*world.come(connection, now)]

    def receive(self, number: int, frame: ClientFrame, now: float) -> list[Effect]:
        """Judge a frame, or keep it until the one before it can be judged."""
        connection = self._world.connections.get(number)
        if connection is None:
            return []
        if connection.late:
            if len(connection.late) >= self._world.limits.late:
                return [*self._world.hang_up(number, Close.NOT_SAVING, now)]
            connection.late.append(frame)
            return []
        return self._judge(connection, frame, now, is_late=self._world.is_alone)

    def caught_up(self, number: int, now: float, *, is_current: bool) -> list[Effect]:
        """Judge what waited for what other relays did; without that, send its author away."""
        connection = self._world.connections.get(number)
        if connection is None or not connection.late:
            return []
        if not is_current:
            return [*self._world.hang_up(number, Close.NOT_SAVING, now)]
        (first, *rest), connection.late = connection.late, []
        effects = self._judge(connection, first, now, is_late=True)
        for frame in rest:
            effects += self.receive(number, frame, now)
        return effects

    def _judge(
        self, connection: Connection, frame: ClientFrame, now: float, *, is_late: bool
    ) -> list[Effect]:
        """Judge a frame by the two tables, then by its handler.

        `is_late`: whatever other relays did that decides it is known by now.
        """
        world, kind, number = self._world, type(frame), connection.number
        allowed = FRAMES[connection.phase]
        try:
            if kind not in allowed:
                raise HungUpError(Close.NOT_UNDERSTOOD)
            refusal = allowed[kind]
            if refusal is not None:
                raise Refused(refusal)
            if kind in STORED and world.under_way >= world.limits.pending:
                raise Refused(Refusal.TOO_FAST)
            return [*HANDLERS[kind](world, connection, frame, now)]
        except Refused as refused:
            if refused.refusal in shared.MAY_BE_LATE and not is_late:
                connection.late = [frame]
                return [CatchUp(number)]
            return [*world.send((number,), Refuse(_ref(frame), refused.refusal))]
        except HungUpError as hung_up:
            return [*world.hang_up(number, hung_up.code, now)]

    def too_fast(self, number: int, frame: ClientFrame) -> list[Effect]:
        """Refuse a frame that costs more than its visitor has left."""
        return [*self._world.send((number,), Refuse(_ref(frame), Refusal.TOO_FAST))]

    def not_understood(self, number: int, now: float) -> list[Effect]:
        """Close a connection that sent something that is no frame."""
        return [*self._world.hang_up(number, Close.NOT_UNDERSTOOD, now)]

    def too_slow(self, number: int, now: float) -> list[Effect]:
        """Close a connection that does not read what it is sent."""
        return [*self._world.hang_up(number, Close.TOO_SLOW, now)]

    def disconnected(self, number: int, now: float) -> list[Effect]:
        """Forget a connection that is gone."""
        self._world.drop(number, now)
        return []

    def saved(self, tickets: Iterable[int], now: float) -> list[Effect]:
        """Answer and fan out what is durable now."""
        return [*self._world.saved(tickets, now)]

    def not_saved(self, now: float) -> list[Effect]:
        """Take back all that is under way; only then may the log resume."""
        return [*self._world.not_saved(now)]

    def heard(self, outcome: Outcome, now: float) -> list[Effect]:
        """Do what follows from what a shared log reports."""
        return [*shared.HEARD[type(outcome)](self._world, outcome, now)]

    def loaded(
        self, number: int, read: int, entries: Sequence[LogEntry], now: float
    ) -> list[Effect]:
        """Hand over entries that an effect `Read` asked for."""
        effects: list[Effect] = []
        for effect in self.loaded_page(number, read, entries, now=now):
            if isinstance(effect, SendPage):
                effects.append(Send((effect.connection,), [*effect.frames()]))
            else:
                effects.append(effect)
        return effects

    def loaded_page(
        self, number: int, read: int, entries: Sequence[LogEntry], *, now: float
    ) -> list[Effect]:
        """Do the same, with all entries in one effect `SendPage`."""
        connection = self._world.connections.get(number)
        if connection is None:
            return []
        return [*meetings.loaded(self._world, connection, read, entries, now=now)]

    def taken(self, number: int) -> list[Effect]:
        """Go on with what waited for a connection to take what it was sent."""
        connection = self._world.connections.get(number)
        return [] if connection is None else [*lobby.taken(connection)]

    def tick(self, now: float) -> list[Effect]:
        """Do what is due; call it about once a second."""
        world = self._world
        effects: list[Effect] = []
        for connection in [*world.strangers.values()]:
            if connection.has_proved:
                del world.strangers[connection.number]
            elif connection.deadline <= now:
                effects += world.hang_up(connection.number, Close.TOO_QUIET, now)
        effects += meetings.overdue(world, now)
        effects += lobby.expire(world, now)
        if now >= world.sweep_at:
            world.sweep_at = now + world.limits.sweep_seconds
            effects += rooms.sweep(world, now)
        return effects

    def closing(self, now: float, *, for_good: bool = False) -> list[Effect]:
        """Send everybody away for a moment: the relay restarts; or, `for_good`, for ever."""
        world, code = self._world, Close.MEETING_OVER if for_good else Close.RESTARTING
        effects: list[Effect] = []
        for number in [*world.connections]:
            effects += world.hang_up(number, code, now)
        return effects


def _ref(frame: ClientFrame) -> int:
    ref: int = getattr(frame, "ref", 0)
    return ref
