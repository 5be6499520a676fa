"""How far this seat has read the relay's log, and the hash chain that makes it one log for all.

Every member carries the chain over the raw bytes of all entries. Each message tells how far its
author had read and the chain there; one honest message across a fork is enough to notice it.
Somebody who joins learns the chain with the snapshot; until then the entries themselves are kept.
"""

from dataclasses import field

from holdspace.protocol.frames import Entry
from holdspace.protocol.meeting.transcript import next_chain
from holdspace.protocol.values import value

from .replacing import replace

# A heartbeat comes every 15 s; nobody honest is further behind than this many entries.
REMEMBERED = 512


@value()
class LogPosition:
    """The newest entry read, the chain up to it (empty if unknown), and the chains shortly before."""

    seq: int
    chain: bytes
    recent: tuple[bytes, ...] = field(default=(), repr=False)
    unchained: tuple[Entry, ...] = field(default=(), repr=False)

    @classmethod
    def joined_at(cls, seq: int) -> "LogPosition":
        """Return the position of somebody let in by the entry at `seq`."""
        return cls(seq, b"")

    def after(self, entry: Entry) -> "LogPosition":
        """Return the position after this entry, which must be the next one."""
        if not self.chain:
            return replace(self, seq=entry.seq, unchained=(*self.unchained, entry))
        chain = next_chain(
            self.chain,
            entry.seq,
            epoch=entry.epoch,
            commit=entry.commit,
            payload=entry.payload,
        )
        recent = (*self.recent[1 - REMEMBERED :], self.chain)
        return replace(self, seq=entry.seq, chain=chain, recent=recent)

    def anchored(self, chain: bytes) -> "LogPosition":
        """Return the position with the chain known, from where this person joined."""
        start = replace(self, seq=self.seq - len(self.unchained), chain=chain, unchained=())
        for entry in self.unchained:
            start = start.after(entry)
        return start

    def agrees_with(self, seen: int, chain: bytes) -> bool:
        """Tell whether somebody who read up to `seen` read the same log, as far as we can know."""
        back = self.seq - seen
        if not self.chain:
            return True
        if back <= 0:
            return back == 0 and chain == self.chain
        return back > len(self.recent) or self.recent[-back] == chain
