"""What the relay's core wants done in the world; the gate does it."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from holdspace.protocol.frames import Entry, RelayFrame
from holdspace.protocol.refusals import Close
from holdspace.server.log.records import LogEntry, Note, Record


class Send(msgspec.Struct, frozen=True, gc=False):
    """Put frames into the queues of these connections, in this order."""

    to: tuple[int, ...]
    frames: Sequence[RelayFrame]


class SendPage(msgspec.Struct, frozen=True, gc=False):
    """Put entries that were read from the log into the queue of a connection."""

    connection: int
    entries: Sequence[LogEntry]

    def frames(self) -> Iterator[Entry]:
        """Yield the entries as they are sent."""
        for one in self.entries:
            yield Entry(one.seq, one.epoch, one.is_commit, one.payload)


class HangUp(msgspec.Struct, frozen=True, gc=False):
    """Close a connection after what was sent to it."""

    connection: int
    code: Close


class Store(msgspec.Struct, frozen=True, gc=False):
    """Make a record durable, then tell the core `saved(ticket)`; if that fails, `not_saved()`."""

    ticket: int
    record: Record


class Propose(msgspec.Struct, frozen=True, gc=False):
    """Let the log find a record's place among those of all relays, then tell the core `placed`."""

    ticket: int
    record: Record


class Settled(msgspec.Struct, frozen=True, gc=False):
    """Remember what is kept at `place`: a record that took effect, as it stands here, or did not."""

    record: Record
    place: int
    is_void: bool = False


class Share(msgspec.Struct, frozen=True, gc=False):
    """Tell the other relays of the cluster."""

    note: Note


class CatchUp(msgspec.Struct, frozen=True, gc=False):
    """Hear all that other relays did so far, then tell the core `caught_up`."""

    connection: int


class Read(msgspec.Struct, frozen=True, gc=False):
    """Read (after, up_to] once the connection has taken what it was sent, then tell `loaded`."""

    connection: int
    number: int
    meeting: bytes
    after: int
    up_to: int


class TellWhenTaken(msgspec.Struct, frozen=True, gc=False):
    """Tell the core `taken` once the connection has taken what it was sent."""

    connection: int


Effect = (
    Send | SendPage | HangUp | Store | Propose | Settled | Share | CatchUp | Read | TellWhenTaken
)


def in_rows(effects: Iterable[Effect]) -> Iterator[Effect]:
    """Put what goes to the same people one after the other into one effect.

    The same people are one tuple: who speaks to everybody in a meeting takes what it holds ready.
    """
    to: tuple[int, ...] = ()
    row: list[RelayFrame] = []
    for effect in effects:
        if type(effect) is Send and effect.to is to:
            row += effect.frames
            continue
        if row:
            yield Send(to, row)
            to, row = (), []
        if type(effect) is Send:
            to, row = effect.to, [*effect.frames]
        else:
            yield effect
    if row:
        yield Send(to, row)
