"""Which of a room's relays to try next, and how long to wait before it. Pure.

An invitation names up to four relays of one cluster. Whichever answers will do; one that breaks,
refuses or is restarting is left for the next at once, and only a whole round without an answer
makes the waits longer.
"""

from collections.abc import Sequence

from holdspace.protocol.refusals import Close

FIRST_WAIT = 0.4
LONGEST_WAIT = 12.0
FIRST_TRIES = 4
# These say something about this connection, not about the relay: the same one is tried once more.
_THE_SAME_AGAIN = frozenset({Close.TOO_SLOW, Close.PROVE_AGAIN, Close.TOO_QUIET})


class Relays:
    """The relays of one room, and how the last tries went."""

    def __init__(self, addresses: Sequence[str], start: int = 0) -> None:
        self._left = [*addresses[start:], *addresses[:start]]
        self._failures = 0
        self._sent_back = False

    @property
    def address(self) -> str:
        """Return the relay to connect to now."""
        return self._left[0]

    @property
    def is_hopeless(self) -> bool:
        """Tell whether all were tried often enough for somebody who was never connected."""
        return self._failures >= max(FIRST_TRIES, 2 * len(self._left))

    def served(self) -> None:
        """Note that this relay does what it is for."""
        self._failures, self._sent_back = 0, False

    def failed(self, code: int = 0) -> None:
        """Note that the connection broke or never opened; `code` is the relay's reason, if it gave one."""
        self._failures += 1
        if code in _THE_SAME_AGAIN and not self._sent_back:
            self._sent_back = True
            return
        self._sent_back = False
        self._left.append(self._left.pop(0))

    def give_up(self) -> bool:
        """Strike this relay out for good; tell whether another is left."""
        if len(self._left) == 1:
            return False
        self._left.pop(0)
        return True

    def wait(self, jitter: float) -> float:
        """Return how long to wait before the next try; `jitter` is in [0, 1)."""
        rounds = max(0, self._failures - 1) // len(self._left)
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(rounds, 10))
        return longest * (0.5 + jitter / 2)
