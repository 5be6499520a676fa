"""A token bucket: how much may be done at once, and how much in the long run.

What one connection sends too fast is read later: its own socket fills up, nobody else notices. What
would be kept for long is refused instead, for nobody waits for hours.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Count tokens that come at `rate` a second, up to `burst`."""

    rate: float
    burst: float
    tokens: float
    at: float

    @classmethod
    def full(cls, rate: float, burst: float, now: float) -> "Bucket":
        """Return a bucket that was left alone for long."""
        return cls(rate, burst, burst, now)

    def take(self, amount: float, now: float) -> float:
        """Take tokens, on credit if need be, and return how long to wait before the next take."""
        # Done for every frame: as `_fill` does, and not by it; a call of `min` takes half as long as
        # all the rest.
        tokens = self.tokens + (now - self.at) * self.rate if now > self.at else self.tokens
        full = self.burst
        self.tokens = tokens = (tokens if tokens < full else full) - amount  # noqa: FURB136
        self.at = now
        return -tokens / self.rate if tokens < 0 else 0.0

    def has(self, amount: float, now: float) -> bool:
        """Tell whether that much is there to take without credit."""
        self._fill(now)
        return self.tokens >= amount

    def _fill(self, now: float) -> None:
        tokens = self.tokens + (now - self.at) * self.rate if now > self.at else self.tokens
        self.tokens = min(self.burst, tokens)
        self.at = now
