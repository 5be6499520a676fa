"""Text that tries to be obeyed by a terminal, to be read as markup, or to hide (TD01, R11, A19)."""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from unicodedata import category

import screen_samples as sample
from holdspace.client.seat.view import (
    CardView,
    HandView,
    KnockView,
    Line,
    OperatorView,
    Passage,
    PersonView,
    RoomView,
    StageView,
)

FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
HOSTILE = (
    "\x1b]52;c;cGFzc3dvcmQ=\x07",
    "\x1b]0;owned\x07",
    "\x1b]2;owned\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b[2J\x1b[H\x1b[31mred",
    "\x1b[?1003h\x1b[?1049l\x1bc",
    "\x9b2J\x9d0;owned\x9c",
    "a\rb\x08\x08\x7f\x00\x0b\x0c\x0e\x0f",
    "\u202eesrever\u202c \u2066iso\u2069 \u200eL\u200fR",
    "zero\u200bwidth\u200d\u2060\ufeff\u00ad",
    "line\u2028para\u2029\x85next",
    "\ue000private\U000f0000",
    "\ud800lone",
    "\U000e0041\U000e0042tags",
    "e" + "\u0301" * 60,
    "[b]bold[/b] [@click=app.quit]click[/] [/",
    "[link=https://evil.example]x[/link] [red on blue]",
    "{name} {0.__class__} $ink-amber %s",
    "漢字" * 40,
    "👩‍👩‍👧‍👦 ♥️ ①②",
    "x" * 600,
    "",
)


def is_forbidden(text: str) -> str:
    """Return the forbidden characters of a text."""
    return "".join(char for char in text if category(char) in FORBIDDEN)


def hostile_view(*evils: str, view: RoomView = sample.FACILITATOR) -> RoomView:
    """Return a picture with these texts, in turn, in every field that can hold one."""
    words = cycle(evils)

    def evil() -> str:
        return next(words)

    people = tuple(replace(one, name=evil(), tag=evil()) for one in view.people)
    stages = tuple(_stage(evil, is_current=at == 1, is_done=at == 0) for at in range(3))
    return replace(
        view,
        connection_words=evil(),
        room_name=evil(),
        check_phrase=evil(),
        card=_card(evil),
        people=people,
        me=people[0],
        flow_title=evil(),
        stages=stages,
        floor=people[4],
        hands=tuple(HandView(one, "share", evil(), at) for at, one in enumerate(people[1:4], 1)),
        going_around=people,
        transcript=tuple(_passage(evil, at, people) for at in range(10)),
        composer_words=evil(),
        knocks=(KnockView(b"k" * 16, evil(), evil(), sample.minute(1), evil()),),
        invitation=evil(),
        now_words=evil(),
        trust_words=evil(),
        ended_words=evil(),
    )


def _card(evil: Callable[[], str]) -> CardView:
    operator = OperatorView(evil(), evil(), evil(), evil())
    return CardView(
        evil(), evil(), evil(), (evil(), evil()), evil(), evil(), operator, about=evil()
    )


def _stage(evil: Callable[[], str], *, is_current: bool, is_done: bool) -> StageView:
    return StageView(
        evil(),
        5,
        is_done=is_done,
        is_current=is_current,
        prompt=evil(),
        asks=(evil(), evil()),
        say=evil(),
        purpose=evil(),
        ready=tuple(evil() for _ in range(9)),
        words_guide=10,
    )


def _passage(evil: Callable[[], str], at: int, people: tuple[PersonView, ...]) -> Passage:
    return Passage(
        bytes([at]) * 16,
        tuple(Line)[at % len(Line)],
        evil(),
        sample.minute(at),
        author=people[at % len(people)],
        nods=sample.nods(heard=1),
        is_sending=at > 7,
    )
