"""Whose connection it is: an address from the socket, or what a trusted proxy says it stands for.

Anybody can write a forwarded header or a PROXY line. They are believed only from proxies the
operator named, and read from the right, where that proxy wrote. Nothing here keeps an address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from holdspace.protocol.refusals import PeerError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Where Tor puts a circuit's number when it exports it (HiddenServiceExportCircuitID haproxy).
TOR_CIRCUITS = IPv6Network("fc00:dead:beef:4dad::/64")
_MOST_HOPS = 16
# Longer than any list of that many addresses with ports.
_LONGEST_LIST = 1024

_LINE_START = b"PROXY "
_LONGEST_LINE = 107
_BINARY_START = b"\r\n\r\n\0\r\nQUIT\n"
_BINARY_HEAD = 16
_LONGEST_BINARY = 1024
# Version and command, then family: how many bytes of addresses follow, and how many one takes.
_LOCAL, _PROXIED = 0x20, 0x21
_BINARY_ADDRESSES = {0x11: (12, 4), 0x21: (36, 16)}


@dataclass(frozen=True, slots=True)
class Proxies:
    """Name the networks whose word on other people's addresses is taken, and who has no share."""

    trusted: tuple[Network, ...] = ()
    header: str = "X-Forwarded-For"
    exempt: tuple[Network, ...] = ()

    def trusts(self, peer: Address | None) -> bool:
        """Tell whether a peer may speak for others; whoever may open our Unix socket may."""
        return peer is None or _is_in(peer, self.trusted)

    def exempts(self, client: Address | None) -> bool:
        """Tell whether the limits for one visitor do not hold for a client."""
        return client is not None and _is_in(client, self.exempt)


@dataclass(frozen=True, slots=True)
class ProxyLine:
    """Say for whom a proxy speaks (None: for itself), and how many bytes it took to say so."""

    client: Address | None
    length: int


def network(text: str) -> Network:
    """Return the network that "10.0.0.0/8" or a single address names; ValueError if it names none."""
    return ip_network(text.strip(), strict=False)


def address_of(text: str) -> Address | None:
    """Return the address in "192.0.2.1", "192.0.2.1:443", "[2001:db8::1]:443" or "2001:db8::1"."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return _plain(ip_address(host.partition("%")[0]))
    except ValueError:
        return None


def forwarded_for(lines: Sequence[str], peer: Address | None, proxies: Proxies) -> Address | None:
    """Return the rightmost address that no trusted proxy has, or the last one that can be believed.

    `lines` are the values of the forwarding header as they came. What stands left of the address returned
    was written by that address, or by whoever spoke to it.
    """
    if not proxies.trusts(peer):
        return peer
    nearest = peer
    for hop in _from_the_right(lines):
        if hop is None:
            return nearest
        nearest = hop
        if not _is_in(hop, proxies.trusted):
            return nearest
    return nearest


def read_proxy_line(data: bytes) -> ProxyLine | None:
    """Read the PROXY protocol's first bytes, version 1 or 2; None if more of them are needed."""
    if data.startswith(_BINARY_START[: len(data)]):
        return _read_binary(data)
    if data.startswith(_LINE_START[: len(data)]):
        return _read_text(data)
    raise PeerError("The connection does not begin with a PROXY line.")


def prefix(client: Address) -> bytes:
    """Return what all addresses of one visitor have in common: /24, /56, or one Tor circuit."""
    if isinstance(client, IPv4Address):
        return client.packed[:3]
    return client.packed if client in TOR_CIRCUITS else client.packed[:7]


def wide_prefix(client: Address) -> bytes | None:
    """Return what the visitors of one network have in common: /16 or /48; None for a Tor circuit."""
    if client in TOR_CIRCUITS:
        return None
    return client.packed[:2] if isinstance(client, IPv4Address) else client.packed[:6]


def _from_the_right(lines: Sequence[str]) -> Iterable[Address | None]:
    # A proxy may add a line of its own instead of lengthening the one that is there.
    hops = ",".join(lines)[-_LONGEST_LIST:].rsplit(",", _MOST_HOPS)
    return (address_of(hop) for hop in reversed(hops[-_MOST_HOPS:]))


def _read_text(data: bytes) -> ProxyLine | None:
    line, end, _rest = data[:_LONGEST_LINE].partition(b"\r\n")
    if not end:
        _check_shorter(data, _LONGEST_LINE)
        return None
    words = line.decode("ascii", "replace").split(" ")
    length = len(line) + len(end)
    if words[1:2] == ["UNKNOWN"]:
        return ProxyLine(None, length)
    client = address_of(words[2]) if len(words) == 6 and words[1] in {"TCP4", "TCP6"} else None
    if client is None:
        raise PeerError("The PROXY line names no address.")
    return ProxyLine(client, length)


def _read_binary(data: bytes) -> ProxyLine | None:
    if len(data) < _BINARY_HEAD:
        return None
    command, family = data[12], data[13]
    length = _BINARY_HEAD + int.from_bytes(data[14:16], "big")
    if length > _LONGEST_BINARY or command not in {_LOCAL, _PROXIED}:
        raise PeerError("The PROXY header is of no version that is known here.")
    if len(data) < length:
        return None
    needed, size = _BINARY_ADDRESSES.get(family, (0, 0))
    if command == _LOCAL or not needed:
        return ProxyLine(None, length)
    if length < _BINARY_HEAD + needed:
        raise PeerError("The PROXY header is too short for its addresses.")
    return ProxyLine(_plain(ip_address(data[_BINARY_HEAD : _BINARY_HEAD + size])), length)


def _check_shorter(data: bytes, longest: int) -> None:
    if len(data) >= longest:
        raise PeerError("The PROXY line does not end.")


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in one for one in networks if one.version == address.version)
