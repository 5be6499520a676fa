"""How often what came in is handed on: at once while little comes, some of it together when much does.

Handing on costs a commit and a write to every reader, however much there is to hand on. While few
records come nobody waits for anybody else's. From some rate on they wait for each other for a
moment that nobody notices, longer the more there is to go together, and a busy relay does several
times as much.
"""

# The rate of records from which on they wait, in a second.
_MUCH = 1500.0
# For how long, for each record that comes in a second; and at most.
_APART_SECONDS_EACH = 0.75e-6
_APART_SECONDS = 0.003
# Over how long the rate is taken.
_LOOK_SECONDS = 0.02


class Turns:
    """Tell when the next turn ends."""

    def __init__(self) -> None:
        self._apart = 0.0
        self._count = 0
        self._counted_since = 0.0
        self._ended = 0.0

    def wait(self, now: float) -> float:
        """Return for how many seconds what comes now is to wait for more."""
        return max(0.0, self._ended + self._apart - now)

    def end(self, records: int, now: float) -> None:
        """End a turn in which so many records came."""
        self._ended = now
        self._count += records
        passed = now - self._counted_since
        if passed >= _LOOK_SECONDS:
            rate = self._count / passed
            self._apart = min(_APART_SECONDS, rate * _APART_SECONDS_EACH) if rate > _MUCH else 0.0
            self._count, self._counted_since = 0, now
