"""How much of a relay one visitor may take, without knowing who that is.

A visitor is everybody in one /24 or /56, or one Tor circuit. It is known here by a keyed hash of
that prefix; the key is random, renewed every hour, and nowhere else. Within ten minutes of silence
a visitor is forgotten. None of it is ever stored, written down or counted in a metric.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import Any, NamedTuple

from holdspace.protocol.frames import (
    Append,
    Attach,
    BeginMeeting,
    Bundle,
    ClientFrame,
    CloseMeeting,
    DeclineKnock,
    GetCard,
    Hello,
    Knock,
    OpenRoom,
    Prove,
    PutInvitation,
    RevokeInvitation,
    WatchLobby,
)
from holdspace.server.addresses import Address, Proxies, prefix, wide_prefix
from holdspace.server.bucket import Bucket
from holdspace.server.limits import Limits

# One network may take this part of all arrivals.
NETWORK_SHARE = 4
_KEY_SECONDS = 3600.0
# With a sweep every minute, silence of ten minutes is forgotten.
_REMEMBERED_SECONDS = 9 * 60.0
_NO_ADDRESS = b"this machine"


class Price(NamedTuple):
    """Say what something costs: words of a meeting, requests to be proved, what is kept for long."""

    words: float = 0.0
    requests: float = 0.0
    keeping: float = 0.0


CONNECTION = Price(requests=1)
# Each address of the relay is tried before a proof is wrong, and only strangers are often wrong.
WRONG = Price(requests=10)
PRICES: dict[type[ClientFrame], Price] = {
    Hello: Price(),
    Append: Price(words=1),
    Prove: Price(words=1),
    Bundle: Price(words=4),
    Attach: Price(requests=1),
    GetCard: Price(requests=1),
    Knock: Price(requests=1, keeping=1),
    WatchLobby: Price(requests=1),
    DeclineKnock: Price(words=1),
    PutInvitation: Price(requests=1, keeping=2),
    RevokeInvitation: Price(requests=1),
    BeginMeeting: Price(requests=1, keeping=4),
    CloseMeeting: Price(requests=1),
    OpenRoom: Price(requests=1, keeping=10),
}


@dataclass(slots=True, eq=False)
class Visitor:
    """Hold what one visitor has left to spend; `number` tells visitors apart and says nothing else."""

    number: int | None
    words: Bucket = field(repr=False)
    requests: Bucket = field(repr=False)
    keeping: Bucket = field(repr=False)
    # Of everybody together. There is none like it for keeping: all that is kept has its bound, and
    # a few strangers could empty a purse that everybody's knocks are paid from.
    arrivals: Bucket = field(repr=False)
    # Of one network: whoever holds a /48 has 256 visitors, and must not take all there is to arrive.
    of_network: Bucket = field(repr=False)
    last_seen: float = field(repr=False)
    # Whoever holds a connection is not silent.
    guests: int = field(default=0, repr=False)
    arriving: dict[Any, None] = field(default_factory=dict, repr=False)

    @property
    def is_shared(self) -> bool:
        """Tell whether what is taken here is taken from others of the same visitor."""
        return self.number is not None

    def connects(self, now: float) -> bool:
        """Pay for a connection; False if there are too many at once."""
        if self.number is None:
            return True
        # All of it or nothing: what is refused costs nobody else anything.
        purses = ((self.requests, CONNECTION.requests), (self.of_network, 1), (self.arrivals, 1))
        if not all(purse.has(price, now) for purse, price in purses):
            return False
        for purse, price in purses:
            purse.take(price, now)
        return True

    def asks(self, kind: type[ClientFrame], now: float) -> float | None:
        """Pay for a frame: how many seconds it has to wait, or None if it is too much to keep."""
        if self.number is None:
            return 0.0
        price = PRICES[kind]
        wait = self._work(price, now)
        if not self.keeping.has(price.keeping, now):
            return None
        self.keeping.take(price.keeping, now)
        return wait

    def was_wrong(self, now: float) -> None:
        """Pay for a proof that held nowhere."""
        if self.number is not None:
            self._work(WRONG, now)

    def _work(self, price: Price, now: float) -> float:
        # Apart: whoever shares a prefix with somebody who tries keys is not kept from talking.
        wait = self.words.take(price.words, now) if price.words else 0.0
        return max(wait, self.requests.take(price.requests, now)) if price.requests else wait


class Visitors:
    """Know visitors again for a while; give `random` bytes and the time."""

    def __init__(
        self, limits: Limits, proxies: Proxies, random: Callable[[int], bytes], now: float
    ) -> None:
        self._limits = limits
        self._proxies = proxies
        self._random = random
        self._key = b""
        self._key_until = float("-inf")
        self._known: OrderedDict[bytes, Visitor] = OrderedDict()
        self._numbers = count(1)
        self._networks: OrderedDict[bytes, Bucket] = OrderedDict()
        self._arrivals = Bucket.full(limits.arrivals_per_second, limits.arrivals_burst, now)

    def __len__(self) -> int:
        return len(self._known)

    def visitor(self, client: Address | None, now: float) -> Visitor:
        """Return whose share a connection from `client` takes; None is a program on this machine."""
        if self._proxies.exempts(client):
            return self._new(None, now)
        self.forget(now)
        name = hmac.digest(self._key, _prefix(client), "sha256")
        known = self._known.get(name)
        if known is None:
            self._make_place(now)
            known = self._known[name] = self._new(next(self._numbers), now, client)
        known.last_seen = now
        self._known.move_to_end(name)
        return known

    def forget(self, now: float) -> None:
        """Forget who was silent, and every hour everybody; call it about once a minute."""
        if now >= self._key_until:
            # Whoever is connected keeps their share; who they were cannot be found out any more.
            self._key, self._key_until = self._random(32), now + _KEY_SECONDS
            self._known.clear()
            self._networks.clear()
        while self._known:
            name, oldest = next(iter(self._known.items()))
            if oldest.last_seen > now - _REMEMBERED_SECONDS:
                return
            if oldest.guests:
                oldest.last_seen = now
                self._known.move_to_end(name)
            else:
                del self._known[name]

    def _make_place(self, now: float) -> None:
        for _ in range(len(self._known)):
            if len(self._known) < self._limits.visitors:
                return
            name, oldest = self._known.popitem(last=False)
            if oldest.guests:
                oldest.last_seen = now
                self._known[name] = oldest

    def _network(self, client: Address | None, now: float) -> Bucket:
        """Return what the network of a visitor has left of all arrivals."""
        place = None if client is None or client.is_loopback else wide_prefix(client)
        if place is None:
            return Bucket.full(0.0, inf, now)
        name = hmac.digest(self._key, b"network" + place, "sha256")
        purse = self._networks.pop(name, None)
        if purse is None:
            limits = self._limits
            rate, burst = limits.arrivals_per_second, limits.arrivals_burst
            purse = Bucket.full(rate / NETWORK_SHARE, burst / NETWORK_SHARE, now)
        self._networks[name] = purse
        # An empty purse is full again within half a minute, so forgetting one gives little away.
        while len(self._networks) > self._limits.visitors:
            self._networks.popitem(last=False)
        return purse

    def _new(self, number: int | None, now: float, client: Address | None = None) -> Visitor:
        limits = self._limits
        return Visitor(
            number,
            Bucket.full(limits.visitor_words_per_second, limits.visitor_words_burst, now),
            Bucket.full(limits.visitor_requests_per_second, limits.visitor_requests_burst, now),
            Bucket.full(limits.visitor_keeping_per_second, limits.visitor_keeping_burst, now),
            self._arrivals,
            self._network(client, now),
            now,
        )


def _prefix(client: Address | None) -> bytes:
    # Whoever uses this machine is one visitor, by whichever of its addresses they come.
    return _NO_ADDRESS if client is None or client.is_loopback else prefix(client)
