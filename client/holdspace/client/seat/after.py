"""What is said when a meeting was closed: how many came, for who led; what is still open, for the others."""

from __future__ import annotations

from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

from .seat import Seat

CAME = N_("{count} people were here, you among them. Nobody's name is kept.")
KEPT = N_("You keep this room: `holdspace join` finds it whenever its host has opened it again.")
DECIDE = N_(
    "What comes next for you is yours to choose, also later: {fit}. All are fine answers; whoever "
    "invited you can hear it the way you got your code."
)


def after_words(seat: Seat) -> str:
    """Return what follows "the meeting is over" for this person, or nothing."""
    state = seat.state
    if state is None:
        return ""
    if seat.is_staff:
        # S13: a count, and no list of who.
        came = {who for who, _name in seat.names} | {person.identity for person in state.people}
        return _(CAME).format(count=len(came)) if len(came) > 1 else ""
    kept = _(KEPT) if seat.lasting.kept else ""
    return f"{kept} {_still_to_decide(seat)}".strip()


def _still_to_decide(seat: Seat) -> str:
    state = seat.state
    flow = state.flow if state else None
    if state is None or flow is None or state.stage < 0:
        return ""
    feedback = flow.stages[state.stage].feedback
    is_answered = f"stage {state.stage_entered}" in seat.answers.answered
    if feedback is None or is_answered or not feedback.fit:
        return ""
    fit = ", ".join(clean_line(one).replace("-", " ") for one in feedback.fit)
    return _(DECIDE).format(fit=fit)
