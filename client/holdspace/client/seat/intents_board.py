"""What a person can want of the board of ideas."""

from dataclasses import field

from holdspace.protocol.meeting.kinds import IdeaOutcome
from holdspace.protocol.values import value

from .intents import Intent


@value()
class AskIdeas(Intent):
    """Ask for ideas about something of one's own."""

    text: str = field(repr=False)


@value()
class BeginTheList(Intent):
    """Facilitator: let everybody list ideas for whoever asked."""


@value()
class SuggestIdea(Intent):
    """Put an idea on the list, which shows no names."""

    text: str = field(repr=False)


@value()
class EndTheList(Intent):
    """Facilitator: end the list, so that it can be talked about."""


@value()
class ChooseTheIdea(Intent):
    """Say what one does with the ideas one asked for."""

    number: int = 0
    outcome: IdeaOutcome = "try"


@value()
class PutTheBoardAway(Intent):
    """Let the ideas be, without a choice."""
