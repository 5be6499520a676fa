"""Whose address a connection counts for, when proxies and strangers say things about it."""

from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.refusals import PeerError
from holdspace.server.addresses import (
    Proxies,
    ProxyLine,
    address_of,
    forwarded_for,
    prefix,
    read_proxy_line,
)

PROXY, OTHER, CLIENT = (ip_address(f"192.0.2.{number}") for number in (1, 2, 9))
BEHIND_PROXY = Proxies((ip_network("192.0.2.1"), ip_network("10.0.0.0/8")))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.9", "192.0.2.9"),
        (" 192.0.2.9:443 ", "192.0.2.9"),
        ("2001:db8::9", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("[2001:db8::9]:443", "2001:db8::9"),
        ("fe80::9%eth0", "fe80::9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
    ],
)
def test_addresses_as_proxies_write_them(text: str, address: str) -> None:
    assert address_of(text) == ip_address(address)


@pytest.mark.parametrize("text", ["", "unknown", "_hidden", "[", "192.0.2", "relay.example", "1:2"])
def test_what_is_no_address(text: str) -> None:
    assert address_of(text) is None


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        ([], "192.0.2.1"),
        (["192.0.2.9"], "192.0.2.9"),
        # What stands left of the first address that is no proxy's was written by that one.
        (["203.0.113.5, 192.0.2.9"], "192.0.2.9"),
        (["203.0.113.5, 192.0.2.9, 10.1.2.3"], "192.0.2.9"),
        (["203.0.113.5", "192.0.2.9"], "192.0.2.9"),
        (["10.1.2.3"], "10.1.2.3"),
        (["192.0.2.9, nonsense"], "192.0.2.1"),
        (["nonsense, 192.0.2.9"], "192.0.2.9"),
        (["192.0.2.9, 10.0.0.1, "], "192.0.2.1"),
        ([""], "192.0.2.1"),
        ([", ".join(["203.0.113.5"] * 5000 + ["10.0.0.7"] * 3)], "203.0.113.5"),
    ],
)
def test_the_rightmost_address_that_no_proxy_has(lines: list[str], client: str) -> None:
    assert forwarded_for(lines, PROXY, BEHIND_PROXY) == ip_address(client)


def test_nobody_else_is_believed() -> None:
    assert forwarded_for(["192.0.2.9"], OTHER, BEHIND_PROXY) == OTHER
    assert forwarded_for(["192.0.2.9"], PROXY, Proxies()) == PROXY


def test_whoever_may_open_our_socket_speaks_for_others() -> None:
    assert forwarded_for(["192.0.2.9"], None, Proxies()) == CLIENT
    assert forwarded_for([], None, Proxies()) is None


@given(st.lists(st.text(max_size=80), max_size=6))
def test_no_header_is_too_strange(lines: list[str]) -> None:
    forwarded_for(lines, PROXY, BEHIND_PROXY)


class TestProxyLine:
    TEXT = b"PROXY TCP4 192.0.2.9 192.0.2.1 40000 443\r\n"
    BINARY = (
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + CLIENT.packed + PROXY.packed + b"\x9c\x40\x01\xbb"
    )

    @pytest.mark.parametrize("line", [TEXT, BINARY])
    def test_it_is_read_however_it_arrives(self, line: bytes) -> None:
        assert [read_proxy_line(line[:end]) for end in range(len(line))] == [None] * len(line)
        assert read_proxy_line(line + b"GET / ") == ProxyLine(CLIENT, len(line))

    def test_ipv6(self) -> None:
        client = IPv6Address("2001:db8::9")
        text = b"PROXY TCP6 2001:db8::9 ::1 40000 443\r\n"
        binary = self.BINARY[:13] + b"\x21\0\x24" + client.packed + bytes(20)
        for line in (text, binary):
            assert read_proxy_line(line) == ProxyLine(client, len(line))

    def test_a_circuit_of_tor(self) -> None:
        line = b"PROXY TCP6 fc00:dead:beef:4dad::1:2 ::1 65535 80\r\n"
        assert read_proxy_line(line) == ProxyLine(
            IPv6Address("fc00:dead:beef:4dad::1:2"), len(line)
        )

    @pytest.mark.parametrize(
        "line",
        [
            b"PROXY UNKNOWN\r\n",
            b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n",
            # LOCAL, a family that has no address, and more than the addresses.
            BINARY[:12] + b"\x20\x11\0\0",
            BINARY[:12] + b"\x21\0\0\0",
            BINARY[:12] + b"\x21\x31\0\x04" + bytes(4),
        ],
    )
    def test_a_proxy_that_speaks_for_itself(self, line: bytes) -> None:
        assert read_proxy_line(line) == ProxyLine(None, len(line))

    def test_what_follows_the_addresses_is_skipped(self) -> None:
        line = self.BINARY[:14] + b"\0\x10" + self.BINARY[16:] + b"\x04\0\x01x"
        assert read_proxy_line(line) == ProxyLine(CLIENT, len(line))

    @pytest.mark.parametrize(
        "line",
        [
            b"GET / HTTP/1.1\r\n",
            b"PROXY TCP4 192.0.2.9\r\n",
            b"PROXY TCP4 relay.example 192.0.2.1 40000 443\r\n",
            b"PROXY UDP4 192.0.2.9 192.0.2.1 40000 443\r\n",
            b"PROXY TCP4 " + b"9" * 100,
            BINARY[:12] + b"\x31\x11\0\x0c",
            BINARY[:14] + b"\0\x04" + bytes(4),
            BINARY[:14] + b"\xff\xff",
        ],
    )
    def test_what_is_no_proxy_line(self, line: bytes) -> None:
        with pytest.raises(PeerError):
            read_proxy_line(line)

    @given(st.binary(max_size=200), st.sampled_from([b"", b"PROXY ", BINARY[:12]]))
    def test_no_bytes_are_too_strange(self, rest: bytes, start: bytes) -> None:
        try:
            line = read_proxy_line(start + rest)
        except PeerError:
            return
        assert line is None or 0 < line.length <= len(start + rest)


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:1:100::1", "2001:db8:1:1ff::2", True),
        ("2001:db8:1:100::1", "2001:db8:1:200::1", False),
        ("fc00:dead:beef:4dad::1", "fc00:dead:beef:4dad::2", False),
        ("fc00:dead:beef:4dad::1", "fc00:dead:beef:4dad::1", True),
    ],
)
def test_what_a_visitor_has_in_common(one: str, other: str, are_same: bool) -> None:
    assert (prefix(ip_address(one)) == prefix(ip_address(other))) == are_same
