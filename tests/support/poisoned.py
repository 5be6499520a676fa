"""A picture of the room in which every text there is, is somebody's attempt to be obeyed (TD01).

The picture is made from its types: whatever text is added to it is poisoned from that day on, and
a kind of field that is not known here fails until somebody has thought about it.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, time
from enum import Enum
from itertools import count
from random import Random
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

import screen_samples as sample
from holdspace.client.seat.view import Notice, Refusal, RoomView
from hostile_text import HOSTILE

Evil = Callable[[], str]
_PIECES = (
    *HOSTILE,
    "\x1b[6n\x1b[c\x1b[>q",
    "\x1b]4;1;?\x07\x1b]10;?\x07",
    "\x1b_Gi=1;AAAA\x1b\\",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1bX sos \x1b\\ \x1b^ pm \x1b\\",
    "\x9f apc \x9c \x90 dcs \x9c",
    "\x1b]133;A\x07\x1b]7;file:/x\x07\x1b]777;notify;a;b\x07",
    "\x1b[200~paste\x1b[201~",
    "\n\nroom: The meeting is over.\n",
    "\r\x1b[K\x1b[1A",
    "\u2067\u202b\u2029\u061c",
    "\ufff9\ufffa\ufffb\U0001d173",
    "words of somebody",
)
# Settled once and for all: not text, whatever else may come.
_PLAIN: dict[type, Any] = {
    int: 1,
    float: 1.0,
    bool: True,
    bytes: b"\x07" * 16,
    date: date(2026, 11, 23),
    time: time(18),
    NoneType: None,
}


def strings(number: int, seed: int = 1) -> list[str]:
    """Return so many hostile texts: each piece by itself, then several in one."""
    chance = Random(seed)
    # A dictionary, for each is to be another one, in the order they came.
    found = dict.fromkeys(_PIECES)
    while len(found) < number:
        found["".join(chance.choices(_PIECES, k=chance.randrange(2, 5)))[:400]] = None
    return [*found][:number]


def pictures(texts: list[str]) -> Iterator[tuple[RoomView, Notice, Refusal]]:
    """Yield as many pictures as there are texts; at the end each text was in every field."""
    for turn in range(len(texts)):
        at = count(turn)

        def evil(at: "count[int]" = at) -> str:
            return texts[next(at) % len(texts)]

        view = made(RoomView, evil, sample.FACILITATOR)
        yield view, made(Notice, evil, None), made(Refusal, evil, None)


def text_fields(kind: Any, seen: set[Any] | None = None) -> Iterator[str]:
    """Yield the name of every field of a type that is a text, or several."""
    seen = set() if seen is None else seen
    if kind in seen or not _is_struct(kind):
        return
    seen.add(kind)
    for name, hint in _hints(kind).items():
        inner = [*_inside(hint)]
        if str in inner:
            yield f"{kind.__name__}.{name}"
        for one in inner:
            yield from text_fields(one, seen)


def fields_of_all() -> list[str]:
    """Return every field that a text of somebody else can be in."""
    return sorted({name for kind in (RoomView, Notice, Refusal) for name in text_fields(kind)})


def made(hint: Any, evil: Evil, base: Any) -> Any:
    """Return a value of a type with poison wherever text can be; the rest is as in `base`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is str:
        return evil()
    if origin in {Union, UnionType}:
        (first, *_) = [one for one in arguments if one is not NoneType]
        return made(first, evil, base)
    if origin is tuple:
        return _row(arguments, evil, base)
    if _is_struct(hint):
        return hint(
            **{
                name: made(one, evil, getattr(base, name, None))
                for name, one in _hints(hint).items()
            }
        )
    if base is not None:
        return base
    if origin is Literal:
        return arguments[0]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    return _PLAIN[hint]


def _row(arguments: tuple[Any, ...], evil: Evil, base: Any) -> tuple[Any, ...]:
    if arguments[-1] is not Ellipsis:
        return tuple(made(one, evil, None) for one in arguments)
    return tuple(made(arguments[0], evil, one) for one in (base or (None, None)))


def _inside(hint: Any) -> Iterator[Any]:
    arguments = [one for one in get_args(hint) if one is not Ellipsis]
    if get_origin(hint) is Literal or not arguments:
        yield hint
        return
    for one in arguments:
        yield from _inside(one)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and (is_dataclass(kind) or issubclass(kind, msgspec.Struct))


def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = kind.__struct_fields__ if hasattr(kind, "__struct_fields__") else None
    known = names or [one.name for one in fields(kind) if one.init]
    return {name: hints[name] for name in known}
