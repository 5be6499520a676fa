"""What a configuration comes to: where the relay listens, who reaches it, and what they may do there."""

import os
import sys
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from holdspace.protocol.frames import OperatorCard
from holdspace.protocol.keys import origin
from holdspace.server.config.sections import Config
from holdspace.server.terms import Terms

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_ADMIN_SOCKET = "admin.sock"


class ConfigError(Exception):
    """The relay cannot be set up like this; the sentence says what to change."""


def state_folder() -> Path:
    """Return the private folder of this user's relay; raise ConfigError if they have no home."""
    try:
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Application Support" / "holdspace" / "relay"
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    except RuntimeError:
        raise ConfigError(
            "The user this relay runs as has no home. Say where to keep things: --data, or "
            "HOLDSPACE_RELAY_LOG_FOLDER."
        ) from None
    return Path(state) / "holdspace" / "relay"


def folder_of(config: Config) -> Path | None:
    """Return the folder that a relay keeps things in, if it keeps any."""
    if config.log.kind == "memory":
        return None
    return config.log.folder or state_folder()


def admin_socket_of(config: Config) -> Path | None:
    """Return where the relay's own commands reach it, if they do."""
    folder = folder_of(config)
    return config.admin.socket or (folder / _ADMIN_SOCKET if folder else None)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address(host: str, port: int, *, tls: bool = False) -> str:
    """Return the address of a listening relay, as clients write it."""
    return origin(f"{'wss' if tls else 'ws'}://{_bracketed(host)}:{port}")


def allowed_origins(config: Config, port: int) -> tuple[str, ...]:
    """Return every address a proof may be bound to (R3)."""
    host, names = config.listen.host, tuple[str, ...]()
    if is_loopback(host):
        names = _LOOPBACK
    elif host and not _is_wildcard(host):
        names = (_bracketed(host),)
    if not names and not config.listen.origins:
        raise ConfigError(
            "Say by which address people reach this relay, for example "
            "--origin wss://relay.example: what they sign names it."
        )
    derived = (address(name, port, tls=bool(config.tls.certificate)) for name in names)
    return tuple(dict.fromkeys((*config.listen.origins, *derived)))


def is_local(config: Config) -> bool:
    """Tell whether nobody beyond this machine can come in, as far as the relay can know."""
    hosts = [urlsplit(name).hostname or "" for name in config.listen.origins]
    return (
        is_loopback(config.listen.host)
        and not config.listen.socket
        and all(is_loopback(host) for host in hosts)
    )


def rooms_are_open(config: Config) -> bool:
    """Tell whether a room is opened without a code.

    Unless it was decided: on a relay that only this machine reaches, yes, so that trying it takes
    no step; on one that strangers reach, no, for it would be anybody's free store.
    """
    return is_local(config) if config.rooms.open is None else config.rooms.open


def has_card(config: Config) -> bool:
    """Tell whether the operator says anything about themselves."""
    card = config.operator
    return any((card.runs_it, card.contact, card.keeps, card.rules))


def terms_of(config: Config) -> Terms:
    """Return what people meet: the card, and who may open a room."""
    card, rooms = config.operator, config.rooms
    return Terms(
        OperatorCard(card.runs_it, card.contact, card.keeps, card.rules)
        if has_card(config)
        else None,
        rooms_are_open(config),
        rooms.per_hour,
        {code.key: code.rooms for code in rooms.codes},
        frozenset(rooms.declared),
    )


def problems_together(config: Config) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with settings that are right one by one: which, and a sentence."""
    if (config.tls.certificate is None) != (config.tls.key is None):
        yield "tls", "certificate and key are needed together, or neither."
    if not config.listen.host and config.listen.socket is None:
        yield "listen", "Neither host nor socket is given, so nobody could come in."
    if config.log.kind == "jetstream" and not config.log.servers:
        yield "log.servers", "jetstream needs at least one server, such as nats://10.0.0.1:4222."
    for name, needed in (
        ("listen.origins", lambda: allowed_origins(config, config.listen.port)),
        ("log.folder", lambda: folder_of(config)),
    ):
        try:
            needed()
        except ConfigError as error:
            yield name, str(error)


def in_effect(config: Config) -> list[str]:
    """Return, a line each, what a relay with this configuration would do."""
    return [
        f"Listens on: {' and '.join(_places(config))}",
        f"Known as: {', '.join(_known_as(config))}",
        f"Who can reach it: {_who(config)}",
        f"Opening a room: {_opening(config)}",
        f"Keeps its log: {_keeping(config)}",
        f"People read about you: {'yes' if has_card(config) else 'nothing; fill in [operator]'}",
        f"Metrics: {_metrics(config)}",
    ]


def _places(config: Config) -> Sequence[str]:
    listen, tls = config.listen, bool(config.tls.certificate)
    tcp = [address(listen.host or "localhost", listen.port, tls=tls)] if listen.host else []
    return [*tcp, *([f"the socket {listen.socket}"] if listen.socket else [])] or ["nothing"]


def _known_as(config: Config) -> Sequence[str]:
    try:
        return allowed_origins(config, config.listen.port)
    except ConfigError:
        return ["nothing yet"]


def _who(config: Config) -> str:
    if is_local(config):
        return "programs on this machine only"
    if is_loopback(config.listen.host) or not config.listen.host:
        return (
            "whoever your reverse proxy or onion service lets through, and programs on this machine"
        )
    return "everybody whom the network and your firewall let through"


def _opening(config: Config) -> str:
    codes, declared = len(config.rooms.codes), len(config.rooms.declared)
    known = f"{_many(codes, 'code')} given out, {_many(declared, 'declared host')}"
    if rooms_are_open(config):
        return f"open to everybody, at most {config.rooms.per_hour} rooms an hour ({known})"
    if not codes and not declared:
        return (
            'codes only, and there is none yet; make one: holdspace-relay code new --note "for ..."'
        )
    return f"codes only ({known})"


def _keeping(config: Config) -> str:
    if config.log.kind == "memory":
        return "in memory; it is gone when the relay ends"
    if config.log.kind == "jetstream":
        servers = _many(len(config.log.servers), "given server")
        return f"in the NATS cluster of {servers}, as {config.log.name}"
    try:
        return f"in {folder_of(config)}"
    except ConfigError:
        return "nowhere yet"


def _metrics(config: Config) -> str:
    where = config.metrics.listen
    if where is None:
        return "off"
    return (
        f"at the socket {where.path}"
        if where.path
        else f"at http://{_bracketed(where.host)}:{where.port}/metrics"
    )


def _many(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _is_wildcard(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return not host


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
