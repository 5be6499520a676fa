"""A token bucket: how much one connection may send, without ever refusing what it sends.

What comes too fast is read later. The sender's own socket fills up; nobody else notices.
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
        self.tokens = min(self.burst, self.tokens + max(0.0, now - self.at) * self.rate) - amount
        self.at = now
        return max(0.0, -self.tokens / self.rate)
