"""What is between few, in the room: who is not OK, what one is asked, which private words are open.

Quiet lines for the panel beside the room and the line above it; always in words, never a sign alone.
"""

from holdspace.client.act_table import ACTS
from holdspace.client.care.first_aid import CARD
from holdspace.client.seat.view import AsideView, FlagView, RoomView
from holdspace.client.tui.clock import time_of
from holdspace.client.tui.rows import BLANK, Row, paragraph, row
from holdspace.protocol.translation import N_, _

_KEYS = {act.id: act.key for act in ACTS}
NOBODY = N_("Nobody has said that they are not OK.")
ONLY_YOU = N_("Only facilitators see this page. The room does not know.")


def blocks(view: RoomView, width: int) -> list[list[Row]]:
    """Return the blocks of the panel, what matters most first."""
    return [_flags(view, width), _asking(view, width), _asides(view, width), _own_flag(view, width)]


def status_parts(view: RoomView) -> list[str]:
    """Return the same in a few words each, for windows too narrow for a panel."""
    return [
        *(
            _("not OK: {name} ({keys})").format(name=flag.person.name, keys=_KEYS["flags"])
            for flag in view.flags
        ),
        *(
            _("you are asked: {yes} or {no}").format(yes=_KEYS["yes"], no=_KEYS["no"])
            for _asked in view.asking[:1]
        ),
        *(f"{aside.label} ({_KEYS['private']})" for aside in view.asides if aside.is_open),
        *([_("facilitators know you are not OK")] if view.is_flagged else []),
    ]


def flags_page(view: RoomView, width: int) -> list[Row]:
    """Return who is not OK, in their own words, and what can be done."""
    if not view.flags:
        return paragraph(NOBODY, width, "muted")
    people = [line for flag in view.flags for line in (*_flag(flag, width), BLANK)]
    steps = [line for words in CARD for line in (*paragraph(_(words), width), BLANK)]
    return [*people, *steps, *paragraph(ONLY_YOU, width, "muted")]


def _flag(flag: FlagView, width: int) -> list[Row]:
    head = row(
        (flag.person.name, "amber-strong"),
        (_("  since {time}").format(time=time_of(flag.since)), "muted"),
    )
    return [head, *(paragraph(f"“{flag.words}”", width) if flag.words else [])]


def _flags(view: RoomView, width: int) -> list[Row]:
    if not view.flags:
        return []
    names = ", ".join(flag.person.name for flag in view.flags)
    head = row((_("Not OK"), "amber-strong"), (f"  {_KEYS['flags']}", "amber-strong"))
    return [head, *paragraph(names, width, "amber")[:2]]


def _asking(view: RoomView, width: int) -> list[Row]:
    if not view.asking:
        return []
    head = row((_("You are asked"), "sage-strong"))
    return [head, *paragraph(view.asking[0].words, width, "amber")[:4]]


def _asides(view: RoomView, width: int) -> list[Row]:
    return [
        line
        for aside in view.asides
        for line in paragraph(f"{aside.label}{_how(aside)}: {_KEYS['private']}", width, "sage")
    ]


def _how(aside: AsideView) -> str:
    if aside.is_over:
        return _(", over")
    return "" if aside.is_open else _(", not answered yet")


def _own_flag(view: RoomView, width: int) -> list[Row]:
    if not view.is_flagged:
        return []
    return paragraph(
        _("Facilitators know that you are not OK. {keys} takes it back.").format(keys=_KEYS["ok"]),
        width,
    )
