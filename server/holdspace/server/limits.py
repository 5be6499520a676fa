"""Every number that bounds what strangers can make a relay do or keep, in one place."""

from dataclasses import dataclass

MIB = 1024 * 1024
# What an entry costs besides its payload: its row, its message id in memory, its place in an index.
ENTRY_COST = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound what one relay keeps, for whom, and for how long."""

    # Time to say who one is (security.md 5) and to walk on to the next epoch (R3).
    handshake_seconds: float = 5.0
    # Who has not finished the handshake; whoever began first makes place for the next.
    arriving: int = 1024
    head_bytes: int = 8 * 1024
    hello_seconds: float = 5.0
    prove_seconds: float = 5.0
    renew_seconds: float = 15.0
    # For so long after it came, or said hello, nobody new makes place for others who idle.
    alone_seconds: float = 2.0

    connections: int = 4096
    connections_per_visitor: int = 256
    connections_per_meeting: int = 64
    rooms: int = 10_000
    # What may be on its way to the log, should the disk stand still.
    pending: int = 4096
    # Frames of one connection that wait until a relay heard the others of its cluster.
    late: int = 16
    meeting_bytes: int = 256 * MIB
    total_bytes: int = 2048 * MIB
    # R15: this share of every quota takes only bundles, so a flood cannot stop its author's removal.
    percent_for_bundles: int = 20

    invitations_per_room: int = 64
    invitations: int = 4096
    # R8: people who wait with one code. Each may hold a second knock while a word at the door is
    # answered: the first stays until the host's word, which may be under way to it, cannot be lost any
    # more. So at most 6 letters of 4 KiB; a second knock from another connection is one more person.
    knocks_per_invitation: int = 3
    knocks_per_room: int = 32
    knocks: int = 2048
    answers_per_room: int = 64
    knock_seconds: float = 15 * 60.0
    lost_knocker_seconds: float = 60.0

    # What nobody comes back to is forgotten.
    meeting_minutes: int = 12 * 60
    room_minutes: int = 48 * 60
    invitation_minutes: int = 31 * 24 * 60
    sweep_seconds: float = 30.0  # with the minute that ends are counted in, at most a minute late

    # One connection: what it may send, and what may wait for it unread.
    frames_per_second: float = 20.0
    frames_burst: float = 40.0
    bytes_per_second: float = 64 * 1024.0
    bytes_burst: float = 512 * 1024.0
    unread_bytes: int = 256 * 1024
    read_weight: int = 128 * 1024

    # One visitor: everybody in a /24 or a /56, or one Tor circuit (visitors.py has the prices). What
    # may be spent at once comes back within ten minutes, so that forgetting a visitor by then gives
    # nothing away.
    visitor_words_per_second: float = 100.0
    visitor_words_burst: float = 2000.0
    visitor_requests_per_second: float = 20.0
    visitor_requests_burst: float = 1000.0
    visitor_keeping_per_second: float = 0.4
    visitor_keeping_burst: float = 240.0
    # How many are remembered: some 6 MiB. Whoever holds a large network has no end of prefixes.
    visitors: int = 10_000
    # Everybody together: who is in is not to notice who else wants in.
    arrivals_per_second: float = 250.0
    arrivals_burst: float = 5000.0

    def words(self, quota: int) -> int:
        """Return the part of a quota that entries other than bundles may fill."""
        return quota * (100 - self.percent_for_bundles) // 100
