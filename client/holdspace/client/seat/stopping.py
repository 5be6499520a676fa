"""What a pause of somebody's writing stops besides the room: letters and private words (A1).

Whoever is paused in the room must not go on at people one by one. But nobody may ever be cut off from
help: who leads reads every letter and every private word with them, "not OK" above all, paused or not.
A letter tells nobody whom it is for, so no relay and no bystander can sort them: each reader's own
client does, by the pause that all agree on at this place in the log.
"""

from __future__ import annotations

from collections.abc import Iterable

from holdspace.protocol.meeting.letters import AsideNo, Note
from holdspace.protocol.translation import N_

from .seat import Seat

PAUSED_APART = N_(
    "Your writing is paused for a few minutes, also in private. Your words are kept; nothing was sent. "
    "You can always write to somebody who leads, with /private, and say that you are not OK."
)


def is_paused(seat: Seat, who: bytes) -> bool:
    """Tell whether this person's writing is paused."""
    return seat.state is not None and who in seat.state.quiet


def stops_letter(seat: Seat, author: bytes, note: Note) -> bool:
    """Tell whether a letter is left unread because its author is paused, and the reader does not lead."""
    # A no carries no words, and lets nobody wait.
    return is_paused(seat, author) and not (seat.is_staff or isinstance(note, AsideNo))


def stops_word(seat: Seat, author: bytes, people: Iterable[bytes]) -> bool:
    """Tell whether a private word has no effect: its author is paused, and nobody in it leads."""
    return is_paused(seat, author) and not any(map(seat.roles.is_facilitator, people))
