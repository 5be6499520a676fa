"""What a simulated member does where pairs meet: say yes or stay, write when it is their step, come back.

With it somebody can practise forming pairs, and bringing everybody back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdspace.client.demo.memory import Move
from holdspace.client.demo.pace import writing_seconds
from holdspace.client.exercises import guide
from holdspace.client.seat.intents import AnswerTheInvite, BePaired
from holdspace.client.seat.intents_apart import BackToRoom, SayAside

if TYPE_CHECKING:
    from holdspace.client.demo.moves import Moment

WILLING = 0.85
WELCOMES_IDEAS = 0.6


def say_yes(moment: Moment) -> Move | None:
    """Say yes to a pair after a moment of thought; some rather stay."""
    pairs, mark = moment.view.pairs, moment.memory.here("willing")
    if pairs is None or pairs.is_willing or pairs.partners or moment.has(mark):
        return None
    is_inclined = moment.roll(mark) < WILLING
    wait = 3.0 + 8.0 * moment.roll(f"{mark} when")
    return Move(BePaired(), mark) if is_inclined and moment.in_mode >= wait else None


def write_in_a_pair(moment: Moment) -> Move | None:
    """Write when it is one's own step of the exercise."""
    aside, step = moment.view.chosen_aside, guide(moment.view)
    if aside is None or step is None or not step.is_mine or aside.is_frozen:
        return None
    mark = f"step {len(aside.passages)} of {aside.handle.hex()}"
    ours = moment.everybody
    lines = ours.reflections if step.begins else ours.confirms if step.is_answer else ours.tells
    text = lines[int(moment.roll(mark) * len(lines))]
    wait = writing_seconds(moment.character, text)
    since = moment.now - max(moment.memory.acted_at, moment.memory.mode_since)
    return None if moment.has(mark) or since < wait else Move(SayAside(aside.handle, text), mark)


def go_back(moment: Moment) -> Move | None:
    """Go back to the room when the pair is over."""
    aside = moment.view.chosen_aside
    if aside is None or not aside.is_over or moment.has(f"back from {aside.handle.hex()}"):
        return None
    return Move(BackToRoom(), f"back from {aside.handle.hex()}")


def answer_an_offer(moment: Moment) -> Move | None:
    """Say to somebody who asks whether an idea is welcome."""
    if not moment.view.offered_by:
        return None
    mark = f"idea of {moment.view.offered_by[0].identity.hex()} {moment.memory.visit}"
    is_yes = moment.roll(mark) < WELCOMES_IDEAS
    return None if moment.has(mark) else Move(AnswerTheInvite(is_yes), mark)
