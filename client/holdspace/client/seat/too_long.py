"""Lines that could only be sent cut: nothing is sent then, and the line stays where it was typed.

Apart from what sends them, so that the screen can know before it asks whether to go on.
"""

from __future__ import annotations

from holdspace.protocol.meeting.kinds import MAX_WORDS
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_

from .intents import BackToTheDoor, Intent, NudgeThem, PauseTheWriting, Remove
from .view import Refusal

TOO_LONG = N_("That line is longer than {max_words} characters. It is kept here; nothing was sent.")


def too_long(words: str, most: int = MAX_WORDS) -> Refusal | None:
    """Return why a line is not sent, with the line, or None if it has room."""
    if len(clean_line(words)) <= most:
        return None
    return Refusal(TOO_LONG.filled(max_words=str(most)), words)


def reason_too_long(intent: Intent) -> Refusal | None:
    """Return why words to one person alone are not sent, or None for all that can be."""
    if isinstance(intent, NudgeThem | PauseTheWriting | BackToTheDoor | Remove):
        return too_long(intent.words)
    return None
