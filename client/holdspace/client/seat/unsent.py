"""Words that were kept back, each with where they were meant to go.

What was meant for a private word is never offered to the room, and the other way around: there is one
place for each, and `/send` sends only what was meant for where typing goes now.
"""

from holdspace.protocol.translation import N_

from .intents import Intent, Say, SayAtDoor
from .intents_apart import SayAside
from .view import Place, RoomView

ROOM = b""
# What was meant for nobody here: an answer to a private question, a note, a reason that was not given.
NOBODY = b"nobody"
# The handle of what was said at the door, once one is in; no group has this name.
DOOR = b"word at the door"
# Any of those who lead may write there; which of them it is, is not told at the door.
LEADS = N_("facilitator")


def typing_goes_to(view: RoomView) -> bytes:
    """Return the private word that typing goes to, or the room."""
    if view.place is Place.WAITING:
        return DOOR
    return view.chosen_aside.handle if view.chosen_aside else ROOM


def meant(intent: Intent, view: RoomView) -> Intent:
    """Return what typed words mean: said to the room only if typing goes to the room."""
    aside = view.chosen_aside
    if isinstance(intent, Say) and view.place is Place.WAITING:
        return SayAtDoor(intent.text)
    if isinstance(intent, Say) and aside is not None:
        return SayAside(aside.handle, intent.text)
    return intent


def words_of(intent: Intent) -> tuple[str, bytes]:
    """Return what would be said, and where; no words for anything else."""
    if isinstance(intent, SayAside):
        return intent.text, intent.aside
    if isinstance(intent, SayAtDoor):
        return intent.text, DOOR
    return (intent.text, ROOM) if isinstance(intent, Say) else ("", ROOM)


class Unsent:
    """What was kept back, by where it was meant to go."""

    def __init__(self) -> None:
        self._texts: dict[bytes, str] = {}

    def of(self, to: bytes) -> str:
        """Return what is kept for there."""
        return self._texts.get(to, "")

    def besides(self, to: bytes) -> tuple[str, ...]:
        """Return what is kept for other people."""
        here = (to, NOBODY)
        return tuple(text for where, text in self._texts.items() if text and where not in here)

    @property
    def all(self) -> tuple[str, ...]:
        """Return everything that is kept, whomever it was meant for."""
        return tuple(text for text in self._texts.values() if text.strip())

    def pop(self, to: bytes) -> str:
        """Return what is kept for there, and keep it no longer."""
        return self._texts.pop(to, "")

    def put(self, to: bytes, text: str) -> None:
        """Keep exactly this for there."""
        self._texts[to] = text

    def add(self, to: bytes, text: str, *, first: bool = False) -> bool:
        """Keep this beside what is kept for there; tell whether nothing was."""
        before = self.of(to)
        self.put(to, "\n".join(filter(None, (text, before) if first else (before, text))))
        return not before
