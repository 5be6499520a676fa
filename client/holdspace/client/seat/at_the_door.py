"""A word at the door, from outside: what the host writes to somebody who knocked, and their answers.

Every word of the host's is an answer to a knock, sealed; to stay at the door one knocks again, with
the same key package, and what one answers goes with that knock. Words that were meant for the host
alone never go to the room: who is let in while talking types nowhere until they say that they mean it.
"""

from __future__ import annotations

from dataclasses import field

from holdspace.protocol.invite import MAX_INTRODUCTION
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

from .apart import Apart, Aside, Stage
from .replacing import replace
from .unsent import DOOR, LEADS
from .view import DoorLine, Line, Passage, PersonView, Refusal, Role

MOST_EARLIER = 3
MOST_LINES = 200
MOST_UNSAID = 20
NOT_ASKED = Refusal(N_("You knocked. A facilitator will answer; there is nothing to write yet."))
LET_IN = N_("You were let in.")


@value()
class Talk:
    """What was said at the door, and own words that wait until the words before them are read."""

    thread: tuple[DoorLine, ...] = field(default=(), repr=False)
    unsaid: tuple[str, ...] = field(default=(), repr=False)

    def hears(self, words: str, now: float) -> Talk:
        """Return the talk with words of the host's."""
        return self._with(DoorLine(words, now)) if words else self

    def says(self, words: str, now: float) -> Talk | Refusal:
        """Return the talk with own words that are to be sent, or why not, with the words."""
        text = clean_line(words)
        if not self.thread:
            return replace(NOT_ASKED, kept=words)
        if not text:
            return Refusal(_("There is nothing written yet."))
        if len(text) > MAX_INTRODUCTION:
            over = len(text) - MAX_INTRODUCTION
            return Refusal(
                _("That is too long for the door, by {over} characters. It is kept.").format(
                    over=over
                ),
                words,
            )
        if len(self.unsaid) >= MOST_UNSAID:
            return Refusal(_("Much is waiting to be read already. It is kept here."), words)
        return replace(self._with(DoorLine(text, now, is_mine=True)), unsaid=(*self.unsaid, text))

    def unread(self, held_up: int) -> str:
        """Return own words that never left: those that wait, and so many before them."""
        mine = [line.text for line in self.thread if line.is_mine]
        count = len(self.unsaid) + held_up
        return "\n".join(mine[len(mine) - min(count, len(mine)) :])

    def _with(self, line: DoorLine) -> Talk:
        return replace(self, thread=(*self.thread, line)[-MOST_LINES:])


def brought_in(talk: Talk, *, me: bytes) -> Apart:
    """Return what the talk is in the room: over, kept in sight, and where typing goes until /room."""
    if not talk.thread:
        return Apart()
    people = {
        True: PersonView(me, "", "", Role.MEMBER, is_me=True),
        False: PersonView(b"", _(LEADS), "", Role.FACILITATOR),
    }
    passages = tuple(
        Passage(
            key=DOOR + at.to_bytes(2),
            line=Line.SHARE,
            text=line.text,
            at=line.at,
            author=people[line.is_mine],
            is_mine=line.is_mine,
        )
        for at, line in enumerate(talk.thread)
    )
    aside = Aside(DOOR, "word", (me,), Stage.OVER, transcript=passages, why_over=LET_IN)
    return Apart(asides=(aside,), chosen=DOOR, spent=(DOOR,))
