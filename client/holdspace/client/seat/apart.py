"""What one seat knows of private words: flags, questions, and the small groups it is in.

Only data, for seat.py; `not_ok.py` and `asides.py` are the chapters that change it. All of it is in
memory only, and gone with the meeting.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from holdspace.protocol.meeting.kinds import AsideKind
from holdspace.protocol.mls import Group, OwnKeyPackage
from holdspace.protocol.values import value

from .replacing import replace
from .view import Passage

# Names of asides are remembered when these are over, so that no question is asked a second time.
MOST_SPENT = 512
_FOLLOWS = 0x80


def chance_name(random_bytes: bytes) -> bytes:
    """Return chance as the name of an aside that somebody asks for."""
    return bytes((random_bytes[0] & ~_FOLLOWS, *random_bytes[1:]))


def name_that_follows(digest: bytes) -> bytes:
    """Return a digest as the name of an aside that is named by what the meeting agreed on.

    Everybody can work such a name out beforehand. Its first bit sets it apart from those of chance,
    so that nobody can use it up, or lead what is typed there elsewhere, by asking under it first.
    """
    return bytes((digest[0] | _FOLLOWS, *digest[1:]))


def is_name_that_follows(handle: bytes) -> bool:
    """Tell whether an aside's name is one of those that follow from the meeting."""
    return bool(handle[0] & _FOLLOWS)


class Stage(Enum):
    """How far an aside is."""

    ASKING = "asking"
    OPEN = "open"
    OVER = "over"


@value()
class OwnFlag:
    """That this person said they are not OK: in which words, to whom, and who has it by now."""

    words: str = field(repr=False)
    written_to: frozenset[bytes]
    arrived_at: frozenset[bytes] = frozenset()

    @property
    def is_told(self) -> bool:
        """Tell whether every letter is in the log, and there was one."""
        return bool(self.written_to) and self.arrived_at >= self.written_to


@value()
class RaisedFlag:
    """That somebody is not OK, as their facilitators know it."""

    who: bytes
    words: str = field(repr=False)
    since: float


@value()
class Sending:
    """An own word on its way: our group cannot open what it sealed itself."""

    sealed: bytes = field(repr=False)
    text: str = field(repr=False)
    at: float


@value()
class Aside:
    """A few people talking apart. `people` are identities in the room; the first one asked."""

    handle: bytes
    kind: AsideKind
    people: tuple[bytes, ...]
    stage: Stage
    # Who makes the group and lets us in, while we are asking.
    founder: bytes = b""
    own: OwnKeyPackage | None = field(default=None, repr=False)
    group: Group | None = field(default=None, repr=False)
    transcript: tuple[Passage, ...] = field(default=(), repr=False)
    sending: tuple[Sending, ...] = field(default=(), repr=False)
    why_over: str = ""


@value()
class Ask:
    """Somebody asks for a word apart, and this person has not answered."""

    aside: bytes
    kind: AsideKind
    people: tuple[bytes, ...]
    by: bytes
    key_package: bytes = field(repr=False)
    at: float


@value()
class Apart:
    """Everything of private words that one seat knows. `chosen` is where typing goes; empty: the room."""

    own_flag: OwnFlag | None = None
    flags: tuple[RaisedFlag, ...] = ()
    asides: tuple[Aside, ...] = ()
    asks: tuple[Ask, ...] = ()
    chosen: bytes = b""
    spent: tuple[bytes, ...] = field(default=(), repr=False)
    is_open_to_members: bool = False
    # What is still on its way of asides that this person ended, each with the aside it is for.
    left_behind: tuple[tuple[bytes, Sending], ...] = field(default=(), repr=False)

    def aside(self, handle: bytes) -> Aside | None:
        """Return the aside with this name."""
        return next((aside for aside in self.asides if aside.handle == handle), None)

    def ask(self, handle: bytes) -> Ask | None:
        """Return the question about this aside."""
        return next((ask for ask in self.asks if ask.aside == handle), None)

    def text_of(self, sealed: bytes) -> tuple[str, bytes]:
        """Return an own word on its way, by how it was sealed, and which aside it is for."""
        for aside in self.asides:
            for one in aside.sending:
                if one.sealed == sealed:
                    return one.text, aside.handle
        for handle, one in self.left_behind:
            if one.sealed == sealed:
                return one.text, handle
        return "", b""

    def with_aside(self, aside: Aside) -> Apart:
        """Return all of it with this aside as it is now."""
        others = tuple(one for one in self.asides if one.handle != aside.handle)
        spent = (*(one for one in self.spent if one != aside.handle), aside.handle)
        return replace(self, asides=(*others, aside), spent=spent[-MOST_SPENT:])

    def without_ask(self, handle: bytes) -> Apart:
        """Return all of it without this question, which will not be asked again."""
        asks = tuple(ask for ask in self.asks if ask.aside != handle)
        spent = (*(one for one in self.spent if one != handle), handle)
        return replace(self, asks=asks, spent=spent[-MOST_SPENT:])
