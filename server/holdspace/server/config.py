"""How a relay is set up: where it listens, where it keeps its log, and by which names it is known."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from holdspace.protocol.keys import origin

DEFAULT_PORT = 8787
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Config:
    """Say what one relay process does; `data` is None for a log in memory."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    data: Path | None = None
    origins: tuple[str, ...] = ()


class ConfigError(Exception):
    """The relay cannot be set up like this; the sentence says what to change."""


def state_folder() -> Path:
    """Return the private folder of this user's relay."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "holdspace" / "relay"
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "holdspace" / "relay"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address(host: str, port: int) -> str:
    """Return the address of a listening relay, as clients write it."""
    return origin(f"ws://{_bracketed(host)}:{port}")


def allowed_origins(config: Config, port: int) -> tuple[str, ...]:
    """Return every address a proof may be bound to (R3)."""
    names: Sequence[str] = _LOOPBACK
    if not is_loopback(config.host):
        names = () if _is_wildcard(config.host) else (_bracketed(config.host),)
    if not names and not config.origins:
        raise ConfigError(
            "Say by which address people reach this relay, for example "
            "--origin wss://relay.example: what they sign names it."
        )
    derived = (origin(f"ws://{name}:{port}") for name in names)
    return tuple(dict.fromkeys((*config.origins, *derived)))


def _is_wildcard(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return not host


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
