"""What a person's own acts do to their notebook, the same from both front ends."""

from holdspace.client.keeping import Keeper
from holdspace.client.own.goal_card import USUAL_SHRINK_BELOW, Terms, goal_card
from holdspace.client.own.ideas import (
    LONGEST,
    NOT_YOURS,
    NOTHING,
    TOO_LONG,
    is_copied,
    keeping_idea,
    keeping_note,
    kept_words,
)
from holdspace.client.own.look_back import look_back
from holdspace.client.own.talk import Step
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import shown
from holdspace.protocol.values import value


@value()
class Own:
    """One moment of one person in one room, with their notebook."""

    keeper: Keeper
    view: RoomView
    now: float

    @property
    def kept_words(self) -> str:
        """Say where something was kept just now."""
        return kept_words(is_kept=self.keeper.is_kept)

    def goal_card(self) -> Step:
        """Return the first question of a new goal card, on the stage's terms."""
        stage = self.view.stage
        shrink = stage.shrink_below if stage else USUAL_SHRINK_BELOW
        return goal_card(self.view.room, self.now, Terms(shrink, self.keeper.is_kept))

    def notebook_card(self) -> Step:
        """Return the first question of opening the notebook, or of making one."""
        return self.keeper.notebook_card()

    def look_back(self) -> Step:
        """Return the question how the last plan went."""
        return look_back(self.keeper.notebook, self.view.room)

    def keep_idea(self, text: str) -> str:
        """Keep an idea, or say why not."""
        if not text.strip():
            return shown(NOTHING)
        if len(text) > LONGEST:
            return shown(TOO_LONG)
        if is_copied(text, self.view):
            return shown(NOT_YOURS)
        self.keeper.change(keeping_idea(text, self.view.room, self.now))
        return ""

    def keep_note(self, text: str) -> str:
        """Keep a note, or say why not."""
        if not text.strip():
            return shown(NOTHING)
        if len(text) > LONGEST:
            return shown(TOO_LONG)
        self.keeper.change(keeping_note(text, self.view.room, self.now))
        return ""
