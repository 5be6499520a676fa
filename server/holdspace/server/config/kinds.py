"""What a setting's value may be: one check for the file, and how a variable's text becomes a value.

A variable or an option is text. `raw` makes of it what would stand in the file; then the same
check judges both, so that no value can come in by one way that the other would refuse.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

from holdspace.protocol import toml_reader as toml
from holdspace.protocol.keys import NotAnAddressError, is_safe_public_key, origin
from holdspace.protocol.toml_reader import Reader, Wrong
from holdspace.server.addresses import network

_MOST_ITEMS = 1000


class RoomCode(NamedTuple):
    """The public half of a code that an operator gave out, and how many rooms it keeps at a time."""

    key: bytes
    rooms: int
    note: str


class LocalAddress(NamedTuple):
    """Where something listens that only this machine may reach: a Unix socket, or a TCP port."""

    path: Path | None = None
    host: str = ""
    port: int = 0


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no repr, error, page or example ever shows."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """Say what values are taken, in words and as a check."""

    what: str
    check: toml.Check
    raw: Callable[[str], object] = str


def _as_number(text: str) -> object:
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?\d{1,18}\.\d{1,9}", text) else text


def _as_flag(text: str) -> object:
    return {"true": True, "false": False}.get(text.lower(), text)


def _as_list(text: str) -> object:
    return [item.strip() for item in text.split(",") if item.strip()]


def whole(least: int, most: int) -> Kind:
    """Take a whole number."""
    return Kind(f"a whole number from {least} to {most}", toml.whole(least, most), _as_number)


def number(least: float, most: float) -> Kind:
    """Take a number."""
    return Kind(f"a number from {least:g} to {most:g}", toml.number(least, most), _as_number)


def text(limit: int) -> Kind:
    """Take one line of text; it may be empty."""
    return Kind(f"text, at most {limit} characters", toml.text(limit, empty=True))


def lines(limit: int) -> Kind:
    """Take text that may have several lines, or none."""
    check = toml.text(limit, lines=True, empty=True)
    return Kind(f"text, at most {limit} characters, may have several lines", check)


def choice(*options: str) -> Kind:
    """Take one of these words."""
    return Kind("one of " + ", ".join(f'"{one}"' for one in options), toml.choice(*options))


def pattern(expression: str, what: str) -> Kind:
    """Take text that matches."""
    return Kind(what, toml.pattern(expression, what))


def many(kind: Kind, what: str, most: int = _MOST_ITEMS) -> Kind:
    """Take a list; as a variable its items have commas between them."""
    in_bounds = toml.many(lambda _reader, item, _path: item, most)

    def check(reader: Reader, value: Any, path: toml.Path) -> tuple[Any, ...]:
        items = in_bounds(reader, value, path)
        taken = []
        for number, item in enumerate(items, 1):
            try:
                taken.append(kind.check(reader, item, path))
            except Wrong as wrong:
                # No sentence repeats an item; with many of them, its number finds it.
                where = f" (number {number} of {len(items)})" if len(items) > 1 else ""
                raise Wrong(f"{wrong}{where}") from None
        return tuple(taken)

    return Kind(f"a list of {what}; as a variable, with commas", check, _as_list)


def made(what: str, make: Callable[[str], Any]) -> Kind:
    """Take text that `make` accepts; it raises ValueError otherwise."""

    def check(reader: Reader, value: Any, path: toml.Path) -> Any:
        plain = toml.text(1000)(reader, value, path)
        try:
            return make(plain)
        except (ValueError, NotAnAddressError):
            raise Wrong(f"must be {what}") from None

    return Kind(what, check)


def _path(text: str) -> Path:
    if not Path(text).is_absolute():
        raise ValueError(text)
    return Path(text)


def _local_address(text: str) -> LocalAddress:
    if text.startswith("/"):
        return LocalAddress(path=Path(text))
    host, _, port = text.rpartition(":")
    bare = "127.0.0.1" if host == "localhost" else host.removeprefix("[").removesuffix("]")
    if not re.fullmatch(r"\d{1,5}", port) or int(port) > 65535:
        raise ValueError(text)
    if not ip_address(bare).is_loopback:
        raise ValueError(text)
    return LocalAddress(host=bare, port=int(port))


def _public_key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(text) != 64 or not is_safe_public_key(key):
        raise ValueError(text)
    return key


def _room_code(text: str) -> RoomCode:
    key, count, note = [*text.split(None, 2), "", ""][:3]
    if not re.fullmatch(r"\d{1,4}", count) or not 1 <= int(count) <= 1000 or len(note) > 100:
        raise ValueError(text)
    return RoomCode(_public_key(key), int(count), note)


FLAG = Kind("true or false", toml.flag(), _as_flag)
PATH = made("a full path, beginning with /", _path)
SECRET = Kind(
    "text that stays secret",
    lambda reader, value, path: Secret(toml.text(8000, lines=True)(reader, value, path)),
)
ORIGIN = made("the address of a relay, such as wss://relay.example", origin)
NETWORK = made("a network or address, such as 127.0.0.1 or 10.1.0.0/16", network)
LOCAL_ADDRESS = made(
    "an address of this machine only, such as 127.0.0.1:9187, or the full path of a Unix socket",
    _local_address,
)
PUBLIC_KEY = made("a public key of 64 hexadecimal digits", _public_key)
ROOM_CODE = made('a line that "holdspace-relay code new" prints', _room_code)
