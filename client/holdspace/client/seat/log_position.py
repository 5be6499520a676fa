"""How far this seat has read the relay's log, and the hash chain that makes it one log for all.

Every member carries the chain over the raw bytes of all entries. Each message tells how far its
author had read and the chain there; one honest message across a fork is enough to notice it.
"""

from dataclasses import dataclass, field, replace

from holdspace.protocol.frames import Entry
from holdspace.protocol.meeting.transcript import next_chain

# A heartbeat comes every 15 s; nobody honest is further behind than this many entries.
REMEMBERED = 512


@dataclass(frozen=True)
class LogPosition:
    """The newest entry read, the chain up to it, and the chains shortly before."""

    seq: int
    chain: bytes
    recent: tuple[bytes, ...] = field(default=(), repr=False)

    def after(self, entry: Entry) -> "LogPosition":
        """Return the position after this entry, which must be the next one."""
        chain = next_chain(
            self.chain,
            seq=entry.seq,
            epoch=entry.epoch,
            commit=entry.commit,
            payload=entry.payload,
        )
        return replace(
            self, seq=entry.seq, chain=chain, recent=(*self.recent[-REMEMBERED:], self.chain)
        )

    def agrees_with(self, seen: int, chain: bytes) -> bool:
        """Tell whether somebody who read up to `seen` read the same log, as far as we can know."""
        back = self.seq - seen
        if back == 0:
            return chain == self.chain
        if back < 0:
            return False
        return back > len(self.recent) or self.recent[-back] == chain
