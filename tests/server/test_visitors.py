"""What one visitor may take of a relay, and that nothing about visitors lasts."""

from dataclasses import replace
from ipaddress import IPv6Address, ip_address, ip_network
from random import Random

import pytest

from holdspace.protocol.frames import AnyClientFrame, Append, ClientFrame, GetCard, Knock, OpenRoom
from holdspace.server.addresses import TOR_CIRCUITS, Proxies
from holdspace.server.limits import Limits
from holdspace.server.visitors import NETWORK_SHARE, PRICES, Visitor, Visitors

NOON = 1_000_000.0
ONE, SAME, ANOTHER = (ip_address(text) for text in ("192.0.2.7", "192.0.2.8", "198.51.100.7"))


def visitors(limits: Limits | None = None, proxies: Proxies | None = None) -> Visitors:
    return Visitors(limits or Limits(), proxies or Proxies(), Random(7).randbytes, NOON)


def spend(visitor: Visitor, kind: type[ClientFrame], now: float = NOON) -> int:
    """Ask for one thing until it is refused, and return how often it was not."""
    times = 0
    while visitor.asks(kind, now) is not None:
        times += 1
        assert times < 100_000
    return times


def test_every_frame_has_its_price() -> None:
    assert set(PRICES) == set(AnyClientFrame.__args__)


def test_a_visitor_is_known_again_by_the_prefix() -> None:
    known = visitors()
    assert known.visitor(ONE, NOON) is known.visitor(SAME, NOON)
    assert known.visitor(ONE, NOON).number != known.visitor(ANOTHER, NOON).number


def test_this_machine_is_one_visitor() -> None:
    known = visitors()
    local = [None, ip_address("127.0.0.1"), ip_address("127.9.0.1"), ip_address("::1")]
    assert len({known.visitor(one, NOON).number for one in local}) == 1


def test_who_is_exempt_has_no_limits() -> None:
    known = visitors(proxies=Proxies(exempt=(ip_network("192.0.2.0/24"),)))
    free = known.visitor(ONE, NOON)
    assert not free.is_shared
    assert all(free.connects(NOON) and free.asks(OpenRoom, NOON) == 0 for _ in range(10_000))
    assert len(known) == 0


def test_what_is_kept_for_long_is_refused_beyond_a_share_and_comes_back() -> None:
    visitor = visitors().visitor(ONE, NOON)
    rooms = spend(visitor, OpenRoom)
    assert rooms == Limits().visitor_keeping_burst // PRICES[OpenRoom].keeping
    # Somebody who is out of rooms is out of knocks too, and still reads and writes.
    assert visitor.asks(Knock, NOON) is None
    assert visitor.asks(GetCard, NOON) == 0
    assert spend(visitor, OpenRoom, NOON + 600) == rooms


def test_words_come_later_and_are_never_refused() -> None:
    limits = Limits()
    visitor = visitors().visitor(ONE, NOON)
    waits = [visitor.asks(Append, NOON) for _ in range(int(limits.visitor_words_burst) + 50)]
    assert waits[int(limits.visitor_words_burst) - 1] == 0
    assert waits[-1] == pytest.approx(50 / limits.visitor_words_per_second)


def test_whoever_tries_keys_waits_longer_and_longer_and_others_of_the_prefix_go_on_talking() -> (
    None
):
    limits = Limits()
    visitor = visitors().visitor(ONE, NOON)
    tries = 0
    while visitor.asks(GetCard, NOON) == 0:
        visitor.was_wrong(NOON)
        tries += 1
    assert tries == pytest.approx(limits.visitor_requests_burst / 11, abs=1)
    assert visitor.asks(Append, NOON) == 0
    assert not visitor.connects(NOON)
    assert visitor.connects(NOON + 1)


def test_what_one_visitor_spends_is_not_missed_by_another() -> None:
    known = visitors()
    greedy, other = known.visitor(ONE, NOON), known.visitor(ANOTHER, NOON)
    spend(greedy, OpenRoom)
    while greedy.connects(NOON):
        pass
    assert other.asks(OpenRoom, NOON) == 0
    assert other.connects(NOON)


def test_all_visitors_together_arrive_only_so_fast() -> None:
    known = visitors(replace(Limits(), arrivals_burst=50.0))
    crowd = [known.visitor(ip_address(f"10.{number}.0.1"), NOON) for number in range(20)]
    assert sum(one.connects(NOON) for one in crowd * 10) == 50
    # Trying on and on does not push the moment away when there is some for everybody again.
    assert crowd[1].connects(NOON + 1)


@pytest.mark.parametrize(
    ("many", "elsewhere"),
    [("2001:db8:7:{0:x}00::1", "2001:db8:8::1"), ("10.0.{0}.1", "10.1.0.1")],
)
def test_one_network_leaves_others_most_of_the_arrivals(many: str, elsewhere: str) -> None:
    known = visitors(replace(Limits(), arrivals_burst=80.0))
    crowd = [known.visitor(ip_address(many.format(number)), NOON) for number in range(200)]
    assert len({one.number for one in crowd}) == 200
    assert sum(one.connects(NOON) for one in crowd) == 80 / NETWORK_SHARE
    other = known.visitor(ip_address(elsewhere), NOON)
    assert sum(other.connects(NOON) for _ in range(100)) == 80 / NETWORK_SHARE


def test_circuits_of_tor_and_this_machine_have_no_network() -> None:
    known = visitors(replace(Limits(), arrivals_burst=80.0))
    tor = [IPv6Address(int(next(iter(TOR_CIRCUITS))) + number) for number in range(60)]
    assert all(known.visitor(one, NOON).connects(NOON) for one in tor)
    local = known.visitor(None, NOON)
    assert sum(local.connects(NOON) for _ in range(100)) == 20


def test_a_crowd_of_visitors_leaves_another_all_it_may_keep() -> None:
    known = visitors()
    for number in range(200):
        spend(known.visitor(ip_address(f"10.0.{number}.1"), NOON), Knock)
    assert spend(known.visitor(ONE, NOON), Knock) == Limits().visitor_keeping_burst


class TestForgetting:
    def test_ten_minutes_of_silence(self) -> None:
        known = visitors()
        known.visitor(ONE, NOON)
        for minute in range(10):
            known.forget(NOON + 60 * minute)
        assert len(known) == 0

    def test_who_is_connected_is_not_silent(self) -> None:
        known = visitors()
        visitor = known.visitor(ONE, NOON)
        visitor.guests += 1
        for minute in range(30):
            known.forget(NOON + 60 * minute)
        assert known.visitor(ONE, NOON + 1800) is visitor
        visitor.guests -= 1
        for minute in range(30, 45):
            known.forget(NOON + 60 * minute)
        assert len(known) == 0

    def test_a_new_key_every_hour(self) -> None:
        known = visitors()
        before = known.visitor(ONE, NOON)
        before.guests += 1
        assert known.visitor(ONE, NOON + 3599) is before
        assert known.visitor(ONE, NOON + 3600) is not before

    def test_an_endless_network_makes_the_memory_no_larger(self) -> None:
        known = visitors(Limits(visitors=50))
        here = known.visitor(ONE, NOON)
        here.guests += 1
        # A /32 of IPv6 has 2^24 prefixes of one visitor each.
        start = int(IPv6Address("2001:db8::"))
        for number in range(500):
            known.visitor(IPv6Address(start + (number << 72)), NOON + number / 100)
            assert len(known) <= 50
        assert known.visitor(ONE, NOON + 6) is here

    def test_nothing_tells_who_a_visitor_is(self) -> None:
        known = visitors()
        assert repr(known.visitor(ONE, NOON)) == "Visitor(number=1)"
        assert all(ONE.packed[:3] not in name for name in known._known)
