"""Every setting of a relay, declared once: its name, values, default and reason.

The file, the variables, the options, the example, the settings page and the check are all derived
from the fields below. A new setting is one line here.
"""

from collections.abc import Iterator
from dataclasses import Field, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from holdspace.server.addresses import Network
from holdspace.server.config import kinds
from holdspace.server.config.kinds import (
    FLAG,
    LOCAL_ADDRESS,
    NETWORK,
    ORIGIN,
    PATH,
    PUBLIC_KEY,
    ROOM_CODE,
    SECRET,
    Kind,
    LocalAddress,
    RoomCode,
    Secret,
    choice,
    lines,
    many,
    pattern,
    text,
    whole,
)
from holdspace.server.config.setting import Setting, declared_in, key, shown
from holdspace.server.limits import MIB, Limits

DEFAULT_PORT = 8787


@dataclass(frozen=True, slots=True)
class Listen:
    """Where people's connections come in."""

    host: str = key(
        pattern("[A-Za-z0-9.:-]{0,253}", "an address or the name of a host"),
        "Address to listen on. The default is this machine only, which is right behind a reverse proxy or an "
        "onion service. Empty: no TCP port at all, only the socket below.",
        "127.0.0.1",
        option="--host",
    )
    port: int = key(
        whole(0, 65535), "Port to listen on; 0 takes any free one.", DEFAULT_PORT, option="--port"
    )
    socket: Path | None = key(
        PATH, "A Unix socket to listen on as well.", sample='"/run/holdspace-relay/relay.sock"'
    )
    socket_mode: str = key(
        pattern("0?[0-7]{3}", "a file mode such as 0660"),
        "Who may use that socket: 0660 lets the group in, so put the proxy's user into it.",
        "0660",
    )
    origins: tuple[str, ...] = key(
        many(ORIGIN, "addresses such as wss://relay.example", 16),
        "Every address that people reach this relay by. What they sign names it, so a wrong one "
        "refuses everybody. Needed as soon as anybody beyond this machine is to come in.",
        (),
        sample='["wss://relay.example"]',
        option="--origin",
    )


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS in the relay itself. Behind a reverse proxy leave this out: the proxy does it."""

    certificate: Path | None = key(
        PATH,
        "The certificate and its chain, as one PEM file.",
        sample='"/etc/holdspace-relay/fullchain.pem"',
        is_reloaded=True,
    )
    key: Path | None = key(
        PATH,
        "Its private key, PEM, readable by the relay's user.",
        sample='"/etc/holdspace-relay/privkey.pem"',
        is_reloaded=True,
    )


@dataclass(frozen=True, slots=True)
class Proxies:
    """What stands in front of the relay, so that its limits count people and not the proxy."""

    trusted: tuple[Network, ...] = key(
        many(NETWORK, "networks or addresses", 64),
        "The proxies whose word is taken for where a connection comes from. Nobody else's is.",
        (),
        sample='["127.0.0.1", "::1"]',
    )
    header: str = key(
        pattern("[A-Za-z][A-Za-z-]{0,39}", "the name of a header such as X-Forwarded-For"),
        "The header in which they say it; read from the right, where they wrote.",
        "X-Forwarded-For",
    )
    exempt: tuple[Network, ...] = key(
        many(NETWORK, "networks or addresses", 64),
        "Whose connections the limits for one visitor do not hold for, such as a house that many "
        "people share.",
        (),
        sample='["192.0.2.0/24"]',
    )
    proxy_protocol: bool = key(
        FLAG,
        "They say it in a PROXY protocol line (version 1 or 2) instead, as tor does with "
        "HiddenServiceExportCircuitID haproxy.",
        False,
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Where meetings are kept until they are over."""

    kind: str = key(
        choice("sqlite", "memory", "jetstream"),
        "sqlite: a file, durable. memory: gone with the process. jetstream: a NATS cluster that "
        "several relays share.",
        "sqlite",
        option="--memory",
    )
    folder: Path | None = key(
        PATH,
        "The relay's own folder: the database, and the socket its commands use.",
        sample='"/var/lib/holdspace-relay"',
        default_in_words="a private folder among the state files of the user who runs it",
        option="--data",
    )
    servers: tuple[str, ...] = key(
        many(
            pattern(
                "(nats|tls|ws|wss)://[^\\s@]{1,253}", "an address such as nats://10.0.0.1:4222"
            ),
            "addresses such as nats://10.0.0.1:4222",
            16,
        ),
        "jetstream: the cluster's servers.",
        (),
        sample='["nats://10.0.0.1:4222", "nats://10.0.0.2:4222", "nats://10.0.0.3:4222"]',
    )
    name: str = key(
        pattern("[a-z0-9-]{1,32}", "1 to 32 small letters, digits and hyphens"),
        "jetstream: what the relays of one cluster call themselves together.",
        "relay",
    )
    credentials: Secret | None = key(
        SECRET,
        "jetstream: the text of a .creds file, or user:password. Better give credentials_file.",
        sample="'-----BEGIN NATS USER JWT-----'",
        is_secret=True,
    )
    credentials_file: Path | None = key(
        PATH,
        "jetstream: the .creds file, readable by the relay's user only.",
        sample='"/etc/holdspace-relay/relay.creds"',
    )
    system_credentials: Secret | None = key(
        SECRET,
        "jetstream: the same for a user of the system account, who can see whether the nodes sync "
        "before they acknowledge. Better give system_credentials_file.",
        sample="'-----BEGIN NATS USER JWT-----'",
        is_secret=True,
    )
    system_credentials_file: Path | None = key(
        PATH,
        "jetstream: that user's .creds file, readable by the relay's user only.",
        sample='"/etc/holdspace-relay/system.creds"',
    )
    development: bool = key(
        FLAG,
        "jetstream: accept a cluster that loses what it acknowledged when the power fails. Never for people.",
        False,
    )


@dataclass(frozen=True, slots=True)
class Rooms:
    """Who may open a room. Whoever was invited into one needs nothing from you."""

    open: bool | None = key(
        FLAG,
        "true: anybody who reaches the relay may open rooms. false: only with a code of yours.",
        sample="false",
        default_in_words="true while only this machine can reach the relay, otherwise false",
        is_reloaded=True,
    )
    per_hour: int = key(
        whole(1, 1_000_000),
        "How many rooms may be opened without a code in an hour, by everybody together.",
        120,
        is_reloaded=True,
    )
    codes: tuple[RoomCode, ...] = key(
        many(ROOM_CODE, 'lines that "holdspace-relay code new" prints'),
        "Codes you gave out: public key, how many rooms it keeps at a time, a note to yourself.",
        (),
        sample='["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a 3 for the Tuesday group"]',
        is_reloaded=True,
    )
    declared: tuple[bytes, ...] = key(
        many(PUBLIC_KEY, "public keys of 64 hexadecimal digits"),
        "Root keys of hosts who may open their room without a code.",
        (),
        sample='["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"]',
        is_reloaded=True,
    )


@dataclass(frozen=True, slots=True)
class Operator:
    """What people read about you before they join. Nobody checks it: say what is true."""

    runs_it: str = key(
        text(200),
        "Who runs this relay.",
        "",
        sample='"Anna Berg, for the self-help centre"',
        is_reloaded=True,
    )
    contact: str = key(
        text(200), "How to reach you.", "", sample='"relay@centre.example"', is_reloaded=True
    )
    keeps: str = key(
        lines(400),
        "What you keep, and for how long; also what your hosting company sees.",
        "",
        sample='"Nothing after a meeting. No addresses are written down."',
        is_reloaded=True,
    )
    rules: str = key(
        lines(800),
        "What you ask of people who use it.",
        "",
        sample='"For support groups. No recordings."',
        is_reloaded=True,
    )


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts for Prometheus, on a listener of their own that only this machine reaches. Off by default."""

    listen: LocalAddress | None = key(
        LOCAL_ADDRESS,
        "Where to serve /metrics. Numbers about people are rounded down to tens; even so a graph of "
        "them shows when groups meet.",
        sample='"127.0.0.1:9187"',
    )


@dataclass(frozen=True, slots=True)
class Admin:
    """The socket that the commands health, status and code list ask the running relay through."""

    socket: Path | None = key(
        PATH,
        "Where it is; only the relay's own user and root may use it.",
        sample='"/run/holdspace-relay/admin.sock"',
        default_in_words="admin.sock in the relay's folder; none with log.kind = memory",
    )


# The limits an operator may have reason to change; `limits.py` has the defaults, and all the others.
_LIMITS: dict[str, tuple[Kind, str]] = {
    "connections": (whole(1, 1_000_000), "Connections at a time. Each needs an open file: see LimitNOFILE."),
    "connections_per_visitor": (
        whole(1, 1_000_000),
        "Connections at a time of one visitor: all addresses of a /24 or a /56, or one circuit of Tor.",
    ),
    "connections_per_meeting": (whole(2, 10_000), "Connections at a time that read one meeting."),
    "rooms": (whole(1, 10_000_000), "Rooms at a time."),
    "meeting_bytes": (whole(MIB, 2**40), "What one meeting may keep. A fifth is for comings and goings."),
    "total_bytes": (whole(MIB, 2**50), "What all meetings together may keep."),
    "meeting_minutes": (whole(10, 7 * 24 * 60), "A meeting that was quiet for so long is deleted."),
    "room_minutes": (whole(10, 366 * 24 * 60), "A room that nobody came back to for so long is forgotten."),
    "invitations_per_room": (whole(1, 10_000), "Open invitations of one room."),
    "invitation_minutes": (whole(10, 366 * 24 * 60), "The longest an invitation may be valid."),
    "frames_per_second": (kinds.number(1, 1e9), "What one connection may send in the long run."),
    "frames_burst": (kinds.number(1, 1e9), "What it may send at once after it was quiet."),
    "bytes_per_second": (kinds.number(1024, 1e12), "The same in bytes, in the long run."),
    "bytes_burst": (kinds.number(65536, 1e12), "The same in bytes, at once."),
    "visitor_words_per_second": (
        kinds.number(1, 1e9), "What one visitor may say in meetings in the long run, in messages.",
    ),
    "visitor_words_burst": (kinds.number(10, 1e9), "The same at once; what is beyond comes later."),
    "visitor_requests_per_second": (
        kinds.number(1, 1e9),
        "Connections and requests of one visitor in the long run; one with a wrong key counts 10 more.",
    ),
    "visitor_requests_burst": (kinds.number(10, 1e9), "The same at once; what is beyond comes later."),
    "visitor_keeping_per_second": (
        kinds.number(0.001, 1e9),
        "What one visitor may make the relay keep; a knock counts 1, an invitation 2, a room 10.",
    ),
    "visitor_keeping_burst": (kinds.number(14, 1e9), "The same at once; what is beyond is refused."),
    "unread_bytes": (whole(65536, 2**30), "What may wait for a slow reader before they have to come back."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """Say all about one relay process."""

    listen: Listen = Listen()
    tls: Tls = Tls()
    proxies: Proxies = Proxies()
    rooms: Rooms = Rooms()
    operator: Operator = Operator()
    log: LogSettings = LogSettings()
    limits: Limits = Limits()
    metrics: Metrics = Metrics()
    admin: Admin = Admin()


ABOUT_LIMITS = (
    "Bounds on what strangers can make the relay do or keep. The defaults suit a small machine."
)


@cache
def settings() -> tuple[Setting, ...]:
    """Return the table of all keys, section by section."""
    return tuple(_settings())


def options() -> tuple[Setting, ...]:
    """Return the settings that can be given on the command line as well."""
    return tuple(one for one in settings() if one.option)


def about(section: str) -> str:
    """Return what a section is for."""
    if section == "limits":
        return ABOUT_LIMITS
    return (type(getattr(Config(), section)).__doc__ or "").strip()


def section_names() -> tuple[str, ...]:
    """Return the names of all sections, in the order of the example."""
    return tuple(one.name for one in fields(Config))


def _settings() -> Iterator[Setting]:
    for name in section_names():
        section = getattr(Config(), name)
        for declared in fields(section):
            if isinstance(section, Limits):
                yield from _limit(declared)
            else:
                yield declared_in(name, declared)


def _limit(declared: Field[Any]) -> Iterator[Setting]:
    if declared.name in _LIMITS:
        kind, why = _LIMITS[declared.name]
        default = declared.default
        yield Setting("limits", declared.name, kind, why, default, shown(default))
