"""What a person can want of the board of ideas."""

from dataclasses import dataclass, field

from holdspace.protocol.meeting.events import IdeaOutcome

from .intents import Intent


@dataclass(frozen=True)
class AskIdeas(Intent):
    """Ask for ideas about something of one's own."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class BeginTheList(Intent):
    """Facilitator: let everybody list ideas for whoever asked."""


@dataclass(frozen=True)
class SuggestIdea(Intent):
    """Put an idea on the list, which shows no names."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class EndTheList(Intent):
    """Facilitator: end the list, so that it can be talked about."""


@dataclass(frozen=True)
class ChooseTheIdea(Intent):
    """Say what one does with the ideas one asked for."""

    number: int = 0
    outcome: IdeaOutcome = "try"


@dataclass(frozen=True)
class PutTheBoardAway(Intent):
    """Let the ideas be, without a choice."""
