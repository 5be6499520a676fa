"""What the demo and its people's process tell each other, as lines over a pipe."""

import msgspec

LONGEST_ORDER = 64 * 1024


class NoRoomError(Exception):
    """The room could not be opened; the text is for the person."""


class Order(msgspec.Struct, frozen=True):
    """What the demo asks of its people: open a room at this relay, or go into that one."""

    relay: str
    speed: float
    invitation: str = ""


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the people tell the demo: words for the screen, or the code for the real person."""

    words: str = ""
    invitation: str = ""


def write_line(message: Order | News) -> bytes:
    """Return the one line that carries this message."""
    return msgspec.json.encode(message) + b"\n"


def read_order(line: bytes) -> Order:
    """Return the order in a line."""
    return msgspec.json.decode(line, type=Order)


def read_news(line: bytes) -> News:
    """Return the news in a line."""
    return msgspec.json.decode(line, type=News)
