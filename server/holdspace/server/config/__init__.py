"""How a relay is set up. Every setting is declared once, in `sections`; the rest derives from it."""

from holdspace.server.config.effect import (
    ConfigError,
    address,
    admin_socket_of,
    allowed_origins,
    folder_of,
    in_effect,
    is_local,
    is_loopback,
    rooms_are_open,
    state_folder,
)
from holdspace.server.config.kinds import LocalAddress, RoomCode, Secret
from holdspace.server.config.reading import ConfigProblem, Reading, Sources, load, read
from holdspace.server.config.sections import (
    DEFAULT_PORT,
    Admin,
    Config,
    Listen,
    LogSettings,
    Metrics,
    Operator,
    Proxies,
    Rooms,
    Tls,
    settings,
)
from holdspace.server.config.setting import Setting

__all__ = [
    "DEFAULT_PORT",
    "Admin",
    "Config",
    "ConfigError",
    "ConfigProblem",
    "Listen",
    "LocalAddress",
    "LogSettings",
    "Metrics",
    "Operator",
    "Proxies",
    "Reading",
    "RoomCode",
    "Rooms",
    "Secret",
    "Setting",
    "Sources",
    "Tls",
    "address",
    "admin_socket_of",
    "allowed_origins",
    "folder_of",
    "in_effect",
    "is_local",
    "is_loopback",
    "load",
    "read",
    "rooms_are_open",
    "settings",
    "state_folder",
]
