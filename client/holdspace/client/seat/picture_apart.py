"""Private words as a picture: flags for facilitators, questions, and the asides of this person."""

from __future__ import annotations

from holdspace.protocol.text import clean
from holdspace.protocol.translation import _, shown

from . import asides
from .apart import Aside, Stage
from .display import shown_person
from .replacing import replace
from .seat import Seat
from .view import AsideView, AskView, FlagView, Line, Passage, RoomView


def with_private_words(seat: Seat, view: RoomView) -> RoomView:
    """Return the picture with what is between few."""
    apart = seat.apart
    flags = tuple(
        FlagView(shown_person(seat, flag.who), flag.words, flag.since) for flag in apart.flags
    )
    return replace(
        view,
        # Who no longer leads sees no flag, though their client was told of it.
        flags=flags if seat.is_staff else (),
        is_flagged=apart.own_flag is not None,
        asides=tuple(_aside(seat, aside) for aside in apart.asides),
        asking=tuple(AskView(ask.aside, asides.ask_words(seat, ask)) for ask in apart.asks),
    )


def now_words_apart(view: RoomView) -> str:
    """Return what comes before everything that happens in the room, or nothing."""
    if view.flags:
        return _("{name} is not OK: /flags says what you can do.").format(
            name=view.flags[0].person.name
        )
    if view.asking:
        return view.asking[0].words
    chosen = view.chosen_aside
    if chosen is not None and chosen.is_over:
        return _("What you were in apart is over. /room goes back to the room.")
    # What to do in a pair, the stage says.
    if chosen is not None and chosen.kind != "pair":
        return _("You type to {names} alone. /room goes back to the room.").format(
            names=chosen.names
        )
    return ""


def _aside(seat: Seat, aside: Aside) -> AsideView:
    view = AsideView(
        handle=aside.handle,
        kind=aside.kind,
        people=tuple(shown_person(seat, who) for who in asides.others_in(seat, aside)),
        passages=(*aside.transcript, *_sending(seat, aside)),
        is_open=aside.stage is Stage.OPEN,
        is_frozen=aside.stage is Stage.OPEN and asides.is_frozen(seat, aside),
        is_over=aside.stage is Stage.OVER,
        is_chosen=seat.apart.chosen == aside.handle,
    )
    words = shown(asides.why_not_say(seat, aside))
    words = words or _("What you write here goes to {names} alone.").format(names=view.names)
    if aside.stage is Stage.OVER:
        words = f"{shown(aside.why_over)} {words}"
    return replace(view, composer_words=words)


def _sending(seat: Seat, aside: Aside) -> tuple[Passage, ...]:
    me = shown_person(seat, seat.facts.identity)
    return tuple(
        Passage(
            key=one.sealed[-32:],
            line=Line.SHARE,
            text=clean(one.text),
            at=one.at,
            author=me,
            is_sending=True,
            is_mine=True,
        )
        for one in aside.sending
    )
