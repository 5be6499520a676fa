"""Where in the stream everything stands: a relay's table of contents, and its last few pages.

Places are numbers: a message's number in the stream, and behind it the record's in the message.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from holdspace.server.log import records as r
from holdspace.server.log.jetstream.wire import Batch

BATCH_BITS = 12
CACHE_BYTES = 32 * 1024 * 1024


def place_of(message: int, number: int) -> int:
    """Return the place of one record of a message."""
    return (message << BATCH_BITS) + number


def message_of(place: int) -> int:
    """Return the number of the message that a place is in."""
    return place >> BATCH_BITS


def number_of(place: int) -> int:
    """Return which of its message's records a place is."""
    return place & ((1 << BATCH_BITS) - 1)


@dataclass(slots=True)
class Begun:
    """Hold where one meeting stands: its beginning, and the place of each of its entries."""

    room: bytes
    message: int
    places: list[int] = field(default_factory=list)
    # The message that opened each epoch.
    epochs: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Index:
    """Remember what took effect, and where."""

    meetings: dict[bytes, Begun] = field(default_factory=dict)
    # The key of each meeting, and the message it came with.
    keys: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    invitations: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    # The newest message on each subject that is guarded.
    newest: dict[str, int] = field(default_factory=dict)

    def drop_key(self, meeting: bytes, message: int) -> None:
        """Forget the key that came with a message, and no newer one."""
        if self.keys.get(meeting, (0, b""))[0] == message:
            del self.keys[meeting]

    def entry(self, record: r.EntryAppended, place: int) -> None:
        """Take in the next entry of a meeting."""
        begun = self.meetings.get(record.meeting)
        if begun is not None and record.seq == len(begun.places) + 1:
            begun.places.append(place)

    def epoch(self, record: r.EpochChanged, place: int) -> None:
        """Take in the commit that ends an epoch."""
        self.entry(record.commit, place)
        begun = self.meetings.get(record.commit.meeting)
        if begun is not None:
            begun.epochs.append(message_of(place))

    def opened_by(self, commit: r.EntryAppended) -> int:
        """Return the message that opened a commit's epoch; 0 if its meeting is not there."""
        begun = self.meetings.get(commit.meeting)
        return begun.epochs[commit.epoch] if begun else 0


@dataclass(slots=True)
class Pages:
    """Keep the messages that were read last, up to a weight."""

    limit: int = CACHE_BYTES
    _weight: int = 0
    _pages: "OrderedDict[int, tuple[Batch, int]]" = field(default_factory=OrderedDict)

    def put(self, message: int, records: Batch, weight: int) -> None:
        """Keep one message, and let the oldest go."""
        if message in self._pages or weight > self.limit:
            return
        self._pages[message] = (records, weight)
        self._weight += weight
        while self._weight > self.limit:
            _, (_, gone) = self._pages.popitem(last=False)
            self._weight -= gone

    def get(self, message: int) -> Batch | None:
        """Return a message's records, if they are kept."""
        page = self._pages.get(message)
        return None if page is None else page[0]

    def drop(self, messages: Iterable[int]) -> None:
        """Keep these no longer."""
        for message in messages:
            page = self._pages.pop(message, None)
            self._weight -= page[1] if page else 0
