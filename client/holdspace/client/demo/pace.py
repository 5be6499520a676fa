"""How long things take people: writing, reading, thinking. All in seconds at speed 1.

The dice are a hash of who and what, not a stream: the same question gets the same answer however
often it is asked, so deciding stays a pure function that may be asked again at every tick.
"""

from collections.abc import Callable
from hashlib import sha256

from holdspace.client.demo.cast import Character

Dice = Callable[[str], float]

READING_WORDS_PER_MINUTE = 200
# Real people need longer; nobody wants to watch it. Slower writers still take visibly longer.
LONGEST_WRITING = 14.0
AVERAGE_WORDS_PER_MINUTE = 33


def dice_of(seed: bytes) -> Dice:
    """Return dice that answer each question with its own number from 0 up to 1."""

    def roll(question: str) -> float:
        digest = sha256(seed + question.encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    return roll


def writing_seconds(character: Character, text: str) -> float:
    """Return how long they take to write this, kept short enough for a demo to flow."""
    longest = LONGEST_WRITING * AVERAGE_WORDS_PER_MINUTE / character.words_per_minute
    wanted = len(text.split()) * 60 / character.words_per_minute
    return min(max(wanted, 2.5), longest)


def reading_seconds(text: str) -> float:
    """Return how long reading this takes somebody who is not in a hurry."""
    return min(max(len(text.split()) * 60 / READING_WORDS_PER_MINUTE, 2.0), 12.0)
