"""What somebody writes down for themselves: drafts, plans, ideas, notes, and the rooms they know.

A value and what can be done with it; `vault.py` brings it onto a disk, encrypted, and `keeping.py`
decides when. There are only the owner's own words in here, never what others said.
"""

from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from .kept_rooms import Kept, KeptRoom

# What was said at most a second before is what a crash may cost.
SAVED_WITHIN = 1.0
MOST_PAGES = 1000
MOST_DRAFTS = 50
MAX_WORDS = 20_000
# All that can be on its way at once while a relay keeps silent; it must not stop anything being saved.
MAX_UNSENT = 300_000

Room = Annotated[bytes, Meta(max_length=16)]
Words = Annotated[str, Meta(max_length=MAX_WORDS)]
Unsent = Annotated[str, Meta(max_length=MAX_UNSENT)]
Line = Annotated[str, Meta(max_length=600)]
When = Annotated[float, Meta(ge=0)]
Outcome = Literal["", "did", "partly", "changed", "not-this-week"]


class Draft(Kept, frozen=True):
    """What stands in the text field of a room, and what is kept ready there to be released."""

    room: Room
    text: Unsent = ""
    ready: Unsent = ""


class Plan(Kept, frozen=True):
    """One small step, in the words of whoever means to take it, and how it went."""

    room: Room
    made: When
    what: Line
    how_much: Line = ""
    when: Line = ""
    how_often: Line = ""
    sure: Annotated[int, Meta(ge=0, le=10)] | None = None
    outcome: Outcome = ""
    learned: Line = ""


class Idea(Kept, frozen=True):
    """An idea worth keeping, put into one's own words."""

    room: Room
    at: When
    text: Words


class Note(Kept, frozen=True):
    """A note to oneself."""

    room: Room
    at: When
    text: Words


class Notebook(Kept, frozen=True):
    """Everything that one person keeps on their device."""

    drafts: Annotated[tuple[Draft, ...], Meta(max_length=MOST_DRAFTS)] = ()
    plans: Annotated[tuple[Plan, ...], Meta(max_length=MOST_PAGES)] = ()
    ideas: Annotated[tuple[Idea, ...], Meta(max_length=MOST_PAGES)] = ()
    notes: Annotated[tuple[Note, ...], Meta(max_length=MOST_PAGES)] = ()
    rooms: Annotated[tuple[KeptRoom, ...], Meta(max_length=MOST_DRAFTS)] = ()
    keep_drafts: bool = False

    def draft(self, room: bytes) -> Draft:
        """Return what is being written in this room; an empty draft if nothing is."""
        return next((draft for draft in self.drafts if draft.room == room), Draft(room))

    def drafting(self, draft: Draft) -> "Notebook":
        """Return the notebook with this draft in its room's place, or without any if it is empty."""
        others = tuple(other for other in self.drafts if other.room != draft.room)
        kept = (draft,) if draft.text or draft.ready else ()
        return replace(self, drafts=(*others, *kept)[-MOST_DRAFTS:])

    def room(self, handle: bytes) -> KeptRoom | None:
        """Return what is kept of a room."""
        return next((kept for kept in self.rooms if kept.room == handle), None)

    def keeping_room(self, room: KeptRoom) -> "Notebook":
        """Return the notebook that knows this room, as it is now."""
        if self.room(room.room) is None:
            return replace(self, rooms=(*self.rooms, room))
        # Rooms are called by their number, so each keeps its place.
        rooms = (room if kept.room == room.room else kept for kept in self.rooms)
        return replace(self, rooms=tuple(rooms))

    def joined(self, other: "Notebook") -> "Notebook":
        """Return the notebook with the pages of another one after its own."""
        notebook = replace(
            self,
            plans=(*self.plans, *other.plans)[-MOST_PAGES:],
            ideas=(*self.ideas, *other.ideas)[-MOST_PAGES:],
            notes=(*self.notes, *other.notes)[-MOST_PAGES:],
        )
        for draft in other.drafts:
            notebook = notebook.drafting(draft)
        for room in other.rooms:
            notebook = notebook.keeping_room(room)
        return notebook

    def forgetting_room(self, handle: bytes) -> "Notebook":
        """Return the notebook without a room, and without anything written there."""
        return Notebook(
            drafts=tuple(draft for draft in self.drafts if draft.room != handle),
            plans=tuple(plan for plan in self.plans if plan.room != handle),
            ideas=tuple(idea for idea in self.ideas if idea.room != handle),
            notes=tuple(note for note in self.notes if note.room != handle),
            rooms=tuple(kept for kept in self.rooms if kept.room != handle),
            keep_drafts=self.keep_drafts,
        )
