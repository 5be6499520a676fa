"""Three people, two of whom have a private word, and what one of the three is shown of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as p
from holdspace.client.seat import letterbox
from holdspace.client.seat.seat import Seat, Spoken
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import AsideView
from holdspace.protocol.meeting import events as ev
from seat_forging import me
from seat_table import Guest, Table

SECRET = "I cannot sit in the circle today"
Circle3 = tuple[Guest, Guest, Guest]


def three(table: Table) -> Circle3:
    """Let Ana host, and Ben and Chi come in."""
    ana = table.host()
    return ana, table.join("Ben", ana), table.join("Chi", ana)


def aside(guest: Guest) -> AsideView:
    [one] = guest.view.asides
    return one


def texts(guest: Guest) -> list[str]:
    return [passage.text for passage in aside(guest).passages]


def private(table: Table, asker: Guest, other: Guest) -> None:
    """Let two people be in a private word."""
    assert table.do(asker, p.AskAside(me(other))) is None
    assert table.do(other, i.AnswerTheInvite(is_yes=True)) is None


def say(table: Table, guest: Guest, text: str = SECRET) -> None:
    assert table.do(guest, p.SayAside(aside(guest).handle, text)) is None


@dataclass
class Overheard:
    """Everything private that one person's client is shown, whoever it is for."""

    letters: list[ev.Letter]
    whispers: list[Spoken]


@contextmanager
def overhearing(guest: Guest) -> Iterator[Overheard]:
    heard, take = Overheard([], []), letterbox.take

    def look(seat: Seat, spoken: Spoken, moment: Moment) -> Seat:
        if seat.facts.identity == me(guest) and isinstance(spoken.event, ev.Whisper):
            heard.whispers.append(spoken)
        if seat.facts.identity == me(guest) and isinstance(spoken.event, ev.Letter):
            heard.letters.append(spoken.event)
        return take(seat, spoken, moment)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(letterbox, "take", look)
        yield heard
