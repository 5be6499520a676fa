"""What somebody with a raw socket can send to a relay that is not as it should be.

A wreck is what comes after the request for a websocket. Most make the relay hang up, so each comes
on a connection of its own; those of OPEN are answered and may come in any number.
"""

import struct
from collections.abc import Callable
from random import Random

from fuzz_judge import damaged
from holdspace.protocol.frames import MAX_FRAME, SIZE_CLASSES, Hello, encode
from relay_papers import Circle, Papers

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: holdspace.1\r\n\r\n"
)
_BINARY, _TEXT = 2, 1
_PAPERS = Papers("ws://elsewhere", bytes(32))
_CIRCLE = Circle("nobody's")
# One of each kind of request, with proofs that hold nowhere.
_SOUND = [
    encode(frame)
    for frame in (
        Hello(1, 1),
        _PAPERS.open(_CIRCLE),
        _PAPERS.begin(_CIRCLE),
        _PAPERS.attach(_CIRCLE),
        _PAPERS.prove(_CIRCLE, 1),
        _PAPERS.append("words"),
        _PAPERS.bundle(_CIRCLE, 0),
        _PAPERS.invite(_CIRCLE, 2**20),
        _PAPERS.revoke(_CIRCLE),
        _PAPERS.card(_CIRCLE),
        _PAPERS.knock(_CIRCLE),
        _PAPERS.watch(_CIRCLE),
        _PAPERS.decline(),
        _PAPERS.close(_CIRCLE),
    )
]
_HELLO = _SOUND[0]


def framed(payload: bytes, *, first: int = 0x80 | _BINARY, mask: bool = True) -> bytes:
    """Return a websocket frame; the mask is of zeros, which changes nothing."""
    bit = 0x80 if mask else 0
    head = bytes([first])
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += struct.pack("!BH", bit | 126, len(payload))
    else:
        head += struct.pack("!BQ", bit | 127, len(payload))
    return head + (bytes(4) if mask else b"") + payload


def _after_hello(wreck: bytes) -> bytes:
    return framed(_HELLO) + wreck


def padding(chance: Random) -> bytes:
    """A frame whose padding or length is wrong."""
    data = bytearray(chance.choice(_SOUND))
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return _after_hello(framed(bytes(data)))


def body(chance: Random) -> bytes:
    """A frame of a right size around a request that is damaged."""
    sound = chance.choice(_SOUND)
    length = int.from_bytes(sound[:4], "big")
    [bad] = damaged([sound[4 : 4 + length]], 1, chance)
    fitting = next((size for size in SIZE_CLASSES if len(bad) + 4 <= size), SIZE_CLASSES[-1])
    wreck = (len(bad).to_bytes(4, "big") + bad).ljust(fitting, b"\0")
    return _after_hello(framed(wreck))


def noise(chance: Random) -> bytes:
    """A frame of a right size with nothing sound in it."""
    return _after_hello(framed(chance.randbytes(chance.choice(SIZE_CLASSES[:3]))))


def size(chance: Random) -> bytes:
    """A frame of a length that no frame has."""
    return _after_hello(framed(bytes(chance.choice((0, 1, 125, 126, 1023, 1025, 5000)))))


def head(chance: Random) -> bytes:
    """A websocket frame whose first bytes are anything."""
    return _after_hello(chance.randbytes(2) + chance.randbytes(chance.randrange(60)))


def opcode(chance: Random) -> bytes:
    """Text, fragments of nothing, reserved bits and opcodes, or no mask."""
    first = chance.choice((0x81, 0x80, 0x83, 0x8B, 0x8F, 0xC2, 0xA2, 0x92, 0x02, 0x01))
    return _after_hello(
        framed(b"x" * chance.randrange(200), first=first, mask=chance.random() < 0.8)
    )


def control(chance: Random) -> bytes:
    """Pings, pongs and closes that are too long, in pieces, or say nonsense."""
    first = chance.choice((0x88, 0x89, 0x8A, 0x08, 0x09))
    return _after_hello(
        framed(chance.randbytes(chance.choice((0, 1, 2, 3, 126, 200))), first=first)
    )


def length(chance: Random) -> bytes:
    """A length that is far more than will ever come."""
    claim = chance.choice((MAX_FRAME + 1, 2**31, 2**40, 2**63 - 1, 2**63, 2**64 - 1))
    return _after_hello(struct.pack("!BBQ", 0x82, 0x80 | 127, claim) + bytes(4) + b"x" * 100)


def cut_short(chance: Random) -> bytes:
    """A sound frame that ends in the middle."""
    sound = framed(chance.choice(_SOUND))
    return _after_hello(sound[: chance.randrange(1, len(sound))])


def too_early(chance: Random) -> bytes:
    """A request before any hello, or a second hello."""
    return framed(chance.choice(_SOUND[1:])) if chance.random() < 0.5 else framed(_HELLO) * 2


WRECKS: dict[str, Callable[[Random], bytes]] = {
    one.__name__: one
    for one in (padding, body, noise, size, head, opcode, control, length, cut_short, too_early)
}


def not_http(chance: Random) -> bytes:
    """Something that is no request, or a damaged one."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.randrange(1, 400)) + b"\r\n\r\n"
    return next(iter(damaged([REQUEST], 1, chance))) + b"\r\n\r\n"


def unfounded(chance: Random) -> bytes:
    """A sound request whose proof holds nowhere, or that is not for whoever is not in a meeting."""
    return framed(chance.choice(_SOUND[3:]))


def ended(data: bytes) -> bytes:
    """Return bytes and, behind them, what makes the relay hang up at the latest."""
    return data + framed(b"that was all", first=0x80 | _TEXT)
