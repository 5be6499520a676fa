"""One person's place in one meeting, as a value: everything their client knows about it.

Only data and the few questions that the rest of this folder keeps asking of it. `sitting.py`
makes a machine of it; `connecting`, `reading`, `saying`, `changing`, `lobby` and `telling` each
hold one chapter of what happens to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import Enum

from holdspace.protocol.frames import SealedWelcome
from holdspace.protocol.keys import ACCESS_LABEL, Occasion, SigningKey
from holdspace.protocol.meeting.events import Event
from holdspace.protocol.meeting.letters import NudgeStep
from holdspace.protocol.meeting.returning import CameBackAs
from holdspace.protocol.meeting.roles import (
    MEMBER,
    ROLES_EXTENSION,
    RoleEntry,
    RolesExtension,
    decode_roles,
)
from holdspace.protocol.meeting.values import MeetingState, Person
from holdspace.protocol.mls import Group, PendingCommit
from holdspace.protocol.mls.hpke import HPKEKeyPair
from holdspace.protocol.values import value

from .answers import Answers
from .apart import Apart
from .board_view import BoardWords
from .cover import Cover
from .intents import QuietWay
from .lasting import Lasting
from .log_position import LogPosition
from .outbox import Outbox
from .replacing import replace
from .step import Step, World
from .view import CardView, DoorLine, Logged, Passage, Place

# From the connection there is and what was written to this person: themselves at the door again.
WayBack = Callable[["Seat", World], Step]


@value()
class Facts:
    """What stays the same through the whole meeting, but for the relay one is connected to.

    `origin` is that one's address, which proofs are bound to; `relays` are all that carry the room.
    `is_covered`: the host's card says that what people send goes in cover slots (R16).
    """

    origin: str
    relays: tuple[str, ...]
    room: bytes
    meeting: bytes
    room_name: str
    host_key: bytes
    check_phrase: str
    identity: bytes
    is_covered: bool = False


@value()
class Wire:
    """This one connection: empty when there is none."""

    nonce: bytes = field(default=b"", repr=False)
    attached: bool = False
    head: int = 0
    asked: tuple[tuple[int, str, bytes], ...] = ()
    lost_words: str = ""
    is_lost: bool = False
    told_kept: bool = False
    since: float = 0.0
    turned_away: bool = False


class Known(Enum):
    """How the host's client knows who wrote a letter."""

    NOT = "not"
    PINNED = "pinned"
    BY_SLIP = "by a slip"
    REVOKED = "revoked"
    UNSURE = "unsure"


@value()
class PassDoor:
    """The card that the room's pass opens, in this meeting, and the key its letters are sealed to."""

    sealing_key: HPKEKeyPair = field(repr=False)
    card: tuple[bytes, int, bytes] = field(repr=False)
    is_put: bool = False


@value()
class DoorKeys:
    """What opens the letters of those who knock by one card, until when, and what they agreed to."""

    sealing_key: HPKEKeyPair = field(repr=False)
    expires_minute: int
    agreements_digest: bytes


@value()
class Letter:
    """An opened knock: somebody's own words, already cleaned, and what is needed to answer."""

    knock: bytes
    key_package: bytes = field(repr=False)
    reply_secret: bytes = field(repr=False)
    name: str = field(repr=False)
    introduction: str = field(repr=False)
    since: float
    warning: str = ""
    number: int = 1
    room_key: bytes = field(default=b"", repr=False)
    slip: bytes = field(default=b"", repr=False)
    known: Known = Known.NOT
    # The first knock, by which front ends know them however often they knock again in between.
    handle: bytes = b""
    thread: tuple[DoorLine, ...] = field(default=(), repr=False)
    is_between: bool = False
    talked_at: float = 0.0


@value()
class CardWords:
    """What the host tells newcomers about the room, before they are in it."""

    host_name: str
    standing: str
    agreements: tuple[str, ...]
    agreements_version: int
    about: str
    crisis: str = ""
    is_covered: bool = False


@value()
class HostKeys:
    """What only the host has: the root key, and what belongs to the invitation that is out.

    `card` is the knock key, the minute of expiry, and the sealed card, as the relay is given them.
    `seed` is what the root key comes from; `door` is open to who comes with the room's pass. A relay
    that `is_relay_here` runs in the host's own program, and goes when the host goes. `ended` are the knock
    keys of codes that were taken back, until the relay says that it forgot them.
    """

    root: SigningKey
    words: CardWords
    seed: bytes = field(default=b"", repr=False)
    door: PassDoor | None = None
    is_relay_here: bool = False
    is_locked: bool = False
    code: SigningKey | None = field(default=None, repr=False)
    sealing_key: HPKEKeyPair | None = field(default=None, repr=False)
    invitation: str = field(default="", repr=False)
    agreements_digest: bytes = b""
    card: tuple[bytes, int, bytes] | None = field(default=None, repr=False)
    opened: bool = False
    invited: bool = False
    ended: tuple[bytes, ...] = ()


@value()
class Admission:
    """Wish: let in whoever wrote this letter; a seat of theirs that is still here goes on."""

    letter: Letter
    role: str = MEMBER


@value()
class Removal:
    """Wish: remove this person."""

    identity: bytes


@value()
class RoleChange:
    """Wish: give this person another role (the wire's name of it)."""

    identity: bytes
    role: str


@value()
class Restoration:
    """Wish: put the host, who came back, into the list of roles again, by their own word for it."""

    entry: RoleEntry


Wish = Admission | Removal | RoleChange | Restoration


@value()
class OwnChange:
    """A commit of ours that was built and is not decided yet."""

    wish: Wish
    pending: PendingCommit = field(repr=False)
    message_id: bytes
    welcomes: tuple[SealedWelcome, ...] = field(default=(), repr=False)
    slots: tuple[bytes, ...] = ()


@value()
class Steps:
    """How far our ratchets have moved in this epoch, and how far the log shows that they did."""

    sealed: int = 0
    heard: int = 0
    commits: int = 0


@value()
class Author:
    """What is remembered of one author: the epoch's newest counter, and when they were last heard."""

    counter: int
    heard: float


@value()
class LettersOf:
    """How many letters of one author were tried since then; nobody is made to try any number."""

    author: bytes
    since: float
    count: int = 0


@value()
class Spoken:
    """An event whose author and header were checked, at its place in the log."""

    author: bytes
    message_id: bytes
    event: Event = field(repr=False)


@value()
class Changed:
    """A change of who is here, at its place in the log, and which facilitator made it."""

    people: tuple[Person, ...]
    by: bytes
    came_back: tuple[CameBackAs, ...] = ()


Agreed = Spoken | Changed


@value()
class Checkpoint:
    """The state right after a commit, for whoever it let in."""

    seq: int
    chain: bytes
    state: bytes = field(repr=False)
    at: float
    lets_in: bool = False
    is_answered: bool = False

    @property
    def is_awaited(self) -> bool:
        """Tell whether it let somebody in who has not been shown yet where the meeting stands."""
        return self.lets_in and not self.is_answered


@value()
class Quiet:
    """How long nobody has asked to speak since this was heard, and what was offered against it."""

    heard: bytes
    since: float
    offered: int = 0
    way: QuietWay | None = None


@value()
class Leaver:
    """Somebody who is taken out as soon as they have the letter that says why, and since when."""

    identity: bytes
    since: float


@value()
class Reason:
    """What a facilitator wrote to this person about what they do next."""

    author: bytes
    step: NudgeStep
    words: str = field(repr=False)


@value()
class AskedToBeHost:
    """When a host who came back asked for their role last, how often with these keys, and what they read."""

    at: float = 0.0
    epoch: int = 0
    times: int = 0
    told: str = ""

    def in_epoch(self, epoch: int) -> AskedToBeHost:
        """Return what counts with the keys of this epoch."""
        return self if epoch == self.epoch else replace(self, epoch=epoch, times=0)


# A relay keeps at most 32 knocks of a room, for a quarter of an hour, and a package is good for half an
# hour: what is older than these was answered long ago, and could be let in by nobody.
MOST_ANSWERED = 256
MOST_SAID_AGAIN = 64


@value()
class Seat:
    """Everything one client knows of one meeting. Secrets never show in a repr."""

    facts: Facts
    group: Group = field(repr=False)
    slot: SigningKey = field(repr=False)
    position: LogPosition
    place: Place = Place.ROOM
    state: MeetingState | None = field(default=None, repr=False)
    held_back: tuple[Agreed, ...] = field(default=(), repr=False)
    authors: tuple[tuple[bytes, Author], ...] = ()
    outbox: Outbox = field(default_factory=Outbox)
    counter: int = 0
    steps: Steps = field(default_factory=Steps)
    wire: Wire = field(default_factory=Wire)
    next_ref: int = 1
    attached_at: str = ""
    times_turned_away: int = 0
    host: HostKeys | None = field(default=None, repr=False)
    letters: tuple[Letter, ...] = ()
    letters_seen: int = 0
    answered_knocks: tuple[bytes, ...] = field(default=(), repr=False)
    # What was answered, sealed: a relay keeps it in memory only, and may have died with it.
    door_answers: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    wishes: tuple[Wish, ...] = ()
    change: OwnChange | None = None
    turned_back: tuple[OwnChange, ...] = field(default=(), repr=False)
    checkpoint: Checkpoint | None = None
    # Those before it that let somebody in to whom nobody has shown yet where the meeting stands.
    unanswered: tuple[Checkpoint, ...] = ()
    joined_at: int = 0
    joined_with: tuple[Person, ...] = field(default=(), repr=False)
    came_at: float = 0.0
    card: CardView | None = field(default=None, repr=False)
    transcript: tuple[Passage, ...] = field(default=(), repr=False)
    passages: int = 0
    nods: frozenset[tuple[bytes, bytes, str]] = field(default=frozenset(), repr=False)
    names: tuple[tuple[bytes, str], ...] = field(default=(), repr=False)
    changed_by: bytes = field(default=b"", repr=False)
    goodbyes: frozenset[bytes] = field(default=frozenset(), repr=False)
    hands_told: frozenset[bytes] = frozenset()
    stage_started: float = 0.0
    last_spoke: float = 0.0
    ready_words: str = field(default="", repr=False)
    board: BoardWords = field(default_factory=BoardWords, repr=False)
    pause_until: float = 0.0
    stage_before: float = 0.0
    undo_until: float = 0.0
    flow_started: float = 0.0
    quiet: Quiet | None = None
    came_in_between: bool = False
    was_gone: bool = False
    log: tuple[Logged, ...] = field(default=(), repr=False)
    leavers: tuple[Leaver, ...] = ()
    # Who was asked back to the door, and by whom; nobody comes back under the same identity.
    sent_back: frozenset[tuple[bytes, bytes]] = frozenset()
    reasons: tuple[Reason, ...] = field(default=(), repr=False)
    way_back: WayBack | None = field(default=None, repr=False, compare=False)
    is_sent_back: bool = False
    is_unled: bool = False
    # Who leads and cannot be reached, while somebody else does.
    silent: frozenset[bytes] = frozenset()
    is_closing_soon: bool = False
    away_since: float = 0.0
    lost_since: float = 0.0
    lost_told: float = 0.0
    paused_until: tuple[tuple[bytes, float], ...] = ()
    alarm: str = ""
    ended_words: str = field(default="", repr=False)
    needs_code: bool = False
    shared_at: tuple[float, ...] = ()
    paired_at: float = 0.0
    pair_by_choice: bool = False
    has_called: bool = False
    pair_keys: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    pair_told: frozenset[bytes] = field(default=frozenset(), repr=False)
    offer_words: str = field(default="", repr=False)
    letters_of: tuple[LettersOf, ...] = ()
    apart: Apart = field(default_factory=Apart, repr=False)
    answers: Answers = field(default=Answers(), repr=False)
    lasting: Lasting = field(default_factory=Lasting)
    # Of a host who came back to a meeting: what their card says, and how they asked for their role.
    words_before: CardWords | None = field(default=None, repr=False)
    asked_to_be_host: AskedToBeHost = field(default_factory=AskedToBeHost)
    # By which key for this room the host's own seat is vouched for, or was while there was one.
    host_room_key: bytes = field(default=b"", repr=False)
    doors: tuple[DoorKeys, ...] = field(default=(), repr=False)
    doors_given: frozenset[tuple[bytes, bytes]] = field(default=frozenset(), repr=False)
    cover: Cover = field(default_factory=Cover, repr=False)

    @property
    def roles(self) -> RolesExtension:
        """Return who has which role in the current epoch."""
        return roles_of(self.group)

    @property
    def is_caught_up(self) -> bool:
        """Tell whether everything in the log was read, so that writing makes sense."""
        return self.state is not None and self.wire.attached and self.position.seq >= self.wire.head

    @property
    def is_covering(self) -> bool:
        """Tell whether what is said goes in cover slots now: in live stages, and until all is said."""
        state = self.state
        if state is None or not self.facts.is_covered:
            return False
        is_live = state.stage >= 0 or not state.flow_toml
        is_under_way = any(item.riding for item in self.outbox.waiting)
        return (is_live and len(state.people) > 1) or is_under_way

    def person(self, identity: bytes) -> Person | None:
        """Return somebody who is here."""
        return self.state.person(identity) if self.state else None

    @property
    def is_staff(self) -> bool:
        """Tell whether this person facilitates."""
        return self.roles.is_facilitator(self.facts.identity)

    def author(self, identity: bytes) -> Author | None:
        """Return what is remembered of an author."""
        for who, known in self.authors:
            if who == identity:
                return known
        return None

    def remembering(self, identity: bytes, author: Author) -> Seat:
        """Return the seat that remembers this of an author."""
        others = tuple(pair for pair in self.authors if pair[0] != identity)
        return replace(self, authors=(*others, (identity, author)))

    def having_answered(self, knock: bytes) -> Seat:
        """Return the seat that answers this knock no more."""
        others = tuple(one for one in self.answered_knocks if one != knock)
        return replace(self, answered_knocks=(*others, knock)[-MOST_ANSWERED:])

    def having_said(self, knock: bytes, sealed: bytes) -> Seat:
        """Return the seat that would give this answer to this knock again."""
        answers = (*self.door_answers, (knock, sealed))[-MOST_SAID_AGAIN:]
        return replace(self.having_answered(knock), door_answers=answers)

    def occasion(self, epoch: int) -> Occasion:
        """Return what a proof made now, on this connection, is bound to."""
        return Occasion(
            self.facts.origin, meeting=self.facts.meeting, epoch=epoch, nonce=self.wire.nonce
        )

    def asking(self, what: str, key: bytes = b"") -> tuple[Seat, int]:
        """Return the seat that waits for an answer, and the number to ask under."""
        ref = self.next_ref
        wire = replace(self.wire, asked=(*self.wire.asked, (ref, what, key)))
        return replace(self, wire=wire, next_ref=ref + 1), ref

    def has_asked(self, what: str, key: bytes) -> bool:
        """Tell whether the answer to this question is still to come on this connection."""
        return any(asked[1:] == (what, key) for asked in self.wire.asked)

    def no_longer_asking(self, what: str, key: bytes | None = None) -> Seat:
        """Return the seat that does not wait for these answers any more."""
        rest = tuple(a for a in self.wire.asked if a[1] != what or key not in (None, a[2]))
        return replace(self, wire=replace(self.wire, asked=rest))

    def answered(self, ref: int) -> tuple[Seat, str, bytes]:
        """Return the seat without that question, and what it was."""
        for asked in self.wire.asked:
            if asked[0] == ref:
                rest = tuple(other for other in self.wire.asked if other is not asked)
                return replace(self, wire=replace(self.wire, asked=rest)), asked[1], asked[2]
        return self, "", b""


def access_key(facts: Facts, group: Group) -> SigningKey:
    """Return the relay's access key of the group's epoch (R3)."""
    seed = group.export(ACCESS_LABEL, facts.room + facts.meeting, 32)
    return SigningKey.from_seed(seed)


def roles_of(group: Group) -> RolesExtension:
    """Return the roles a group carries; raise PolicyRefused if there are none or they are broken."""
    return decode_roles(group.extension(ROLES_EXTENSION) or b"")
