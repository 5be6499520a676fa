"""How often what came in is handed on: at once while little comes, some of it together when much does.

Handing on costs a commit and a write to every reader, however much there is to hand on. While few
records come nobody waits for anybody else's. From some rate on they wait for each other for a
moment that nobody notices, and a busy relay does several times as much.
"""

# The rate of records from which on they wait, in a second; and for how long at most.
_MUCH = 1500.0
_APART_SECONDS = 0.003
# Over how long the rate is taken.
_LOOK_SECONDS = 0.02


class Turns:
    """Tell when the next turn ends."""

    def __init__(self) -> None:
        self._is_much = False
        self._count = 0
        self._counted_since = 0.0
        self._ended = 0.0

    def wait(self, now: float) -> float:
        """Return for how many seconds what comes now is to wait for more."""
        if not self._is_much:
            return 0.0
        return max(0.0, self._ended + _APART_SECONDS - now)

    def end(self, records: int, now: float) -> None:
        """End a turn in which so many records came."""
        self._ended = now
        self._count += records
        passed = now - self._counted_since
        if passed >= _LOOK_SECONDS:
            self._is_much = self._count > passed * _MUCH
            self._count, self._counted_since = 0, now
