"""What of the room lasts, as both front ends show it."""

from __future__ import annotations

from holdspace.client.kept_rooms import Pin
from holdspace.protocol.meeting.schedule import schedule_words
from holdspace.protocol.text import clean_line

from . import returning
from .display import shown_person
from .seat import Seat
from .view import KeepingView, PinView, Role


def keeping_view(seat: Seat) -> KeepingView:
    """Return what is kept of this room, and for the host who else keeps it."""
    lasting, state = seat.lasting, seat.state
    part = lasting.kept.host if lasting.kept else None
    here = {returning.key_of(seat, p.identity) for p in state.people} if state and part else set()
    schedule = state.schedule if state else None
    return KeepingView(
        is_kept=lasting.kept is not None,
        has_asked=bool(lasting.asked_at),
        meets=schedule_words(schedule) if schedule else "",
        schedule=schedule,
        relays=lasting.kept.relays if lasting.kept else seat.facts.relays,
        is_locked=bool(seat.host and seat.host.is_locked),
        asking=tuple(shown_person(seat, who) for who in lasting.asking if seat.person(who)),
        pins=tuple(
            _pin(pin, number, is_here=pin.key in here)
            for number, pin in enumerate(part.pins if part else (), 1)
        ),
        attended=len(lasting.attended),
    )


def _pin(pin: Pin, number: int, *, is_here: bool) -> PinView:
    return PinView(number, clean_line(pin.name), Role(pin.role), is_here, pin.is_revoked)
