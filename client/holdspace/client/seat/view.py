"""What a front end can see: one immutable picture of the meeting, from this person's seat.

Both front ends draw from `RoomView` and nothing else, and send `Intent`s back, so that they can
do the same things and show the same words. Every string from another person in here has been
through `clean()`; names are display names with their tag already decided.
"""

from dataclasses import field
from enum import Enum

from holdspace.protocol.meeting.kinds import AsideKind, HandKind, HandOrder, NodKind, TurnMode
from holdspace.protocol.meeting.schedule import Schedule
from holdspace.protocol.translation import N_, _, listed, ngettext, shown
from holdspace.protocol.values import value

from .board_view import BoardView
from .form_view import NOTHING_ASKED, AskingView


class Connection(Enum):
    """How the way to the relay is."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    GONE = "gone"


class Place(Enum):
    """Where this person is."""

    OUTSIDE = "outside"
    LOBBY = "lobby"
    WAITING = "waiting"
    ROOM = "room"
    REMOVED = "removed"
    LEFT = "left"
    DECLINED = "declined"
    CLOSED = "closed"
    ENDED = "ended"


class Role(Enum):
    """What somebody may do here. The wire carries the names of these."""

    HOST = "host"
    FACILITATOR = "co-facilitator"
    MEMBER = "member"

    @property
    def words(self) -> str:
        """Return what is shown and said of somebody with this role."""
        return _(_ROLE_WORDS[self.value])


_ROLE_WORDS = {
    "host": N_("host"),
    "co-facilitator": N_("co-facilitator"),
    "member": N_("member"),
}


@value()
class PersonView:
    """Somebody in the circle, in seat order."""

    identity: bytes
    name: str = field(repr=False)
    tag: str
    role: Role
    is_me: bool = False
    is_away: bool = False
    has_floor: bool = False
    place_in_queue: int = 0
    times_spoken: int = 0
    is_resting: bool = False
    is_paused: bool = False
    is_asked: bool = False
    leads_now: bool = False


@value()
class HandView:
    """A raised hand: who, what for, and its place from 1."""

    person: PersonView
    kind: HandKind
    note: str
    place: int

    @property
    def kind_words(self) -> str:
        """Return what kind of hand it is, "" for a usual one."""
        return shown(_HAND_KINDS[self.kind])

    @property
    def about(self) -> str:
        """Return in a few words what it is raised for, their own if there are any."""
        return self.note or self.kind_words


_HAND_KINDS: dict[HandKind, str] = {
    "share": "",
    "respond": N_("respond"),
    "question": N_("question"),
    "practical": N_("practical"),
}


class Part(Enum):
    """What somebody is doing in a gathering."""

    WRITING = "writing"
    READY = "ready"
    READING = "reading"
    SHARED = "shared"

    @property
    def words(self) -> str:
        """Return how it is said of oneself."""
        return _(_PART_WORDS[self.value])


_PART_WORDS = {
    "writing": N_("writing"),
    "ready": N_("ready"),
    "reading": N_("only reading"),
    "shared": N_("read by all"),
}


@value()
class GatherView:
    """How far everybody is with their words, as counts and never as names; and one's own part."""

    writing: int
    ready: int
    reading: int
    shared: int
    is_released: bool
    mine: Part

    @property
    def words(self) -> str:
        """Return the counts as they are shown and said."""
        parts = (
            (
                self.writing,
                ngettext("{count} writing", "{count} writing", self.writing).format(
                    count=self.writing
                ),
            ),
            (
                self.ready,
                ngettext("{count} ready", "{count} ready", self.ready).format(count=self.ready),
            ),
            (
                self.reading,
                ngettext("{count} only reading", "{count} only reading", self.reading).format(
                    count=self.reading
                ),
            ),
            (
                self.shared,
                ngettext("{count} shared", "{count} shared", self.shared).format(count=self.shared),
            ),
        )
        return ", ".join(words for count, words in parts if count)


@value()
class StageView:
    """One stage of the agenda; `say` is for facilitators only and empty for others."""

    title: str
    minutes: int
    is_done: bool
    is_current: bool
    prompt: str = ""
    asks: tuple[str, ...] = ()
    say: str = ""
    purpose: str = ""
    ready: tuple[str, ...] = ()
    mode: TurnMode = "listen"
    responses: str = ""
    words_guide: int = 0
    technique: str = ""
    kind: str = ""
    shrink_below: int = 7


@value()
class PairsView:
    """Pairs from this seat: how many said yes, whom one is with; for facilitators, who calls."""

    willing: int
    paired: int
    is_willing: bool = False
    partners: tuple[PersonView, ...] = ()
    is_calling: bool = False
    calls: tuple[tuple[PersonView, ...], ...] = ()
    exercise: str = ""
    speakers: tuple[PersonView, ...] = ()
    since: float = 0.0
    swap_seconds: int = 0


class Line(Enum):
    """What kind of thing a passage of the transcript is."""

    SHARE = "share"
    ROOM = "room"
    STAGE = "stage"
    TURN = "turn"
    NOTICE = "notice"
    BOARD = "board"


@value()
class Passage:
    """One thing in the transcript. `at` is local wall-clock seconds; never part of agreement.

    `is_ready`: own words that wait here to be released. `fold`: the label the text stands behind.
    `floor`: whose turn it is from here on, if that is what the passage says.
    """

    key: bytes
    line: Line
    text: str = field(repr=False)
    at: float
    author: PersonView | None = None
    nods: tuple[tuple[NodKind, int], ...] = ()
    is_sending: bool = False
    is_mine: bool = False
    is_ready: bool = False
    fold: str = field(default="", repr=False)
    is_taken_back: bool = False
    floor: PersonView | None = None


@value()
class Logged:
    """One thing a facilitator did, without any words of what was said; `at` is local time."""

    at: float
    words: str = field(repr=False)


@value()
class DoorLine:
    """Something that was said at the door, cleaned."""

    text: str = field(repr=False)
    at: float
    is_mine: bool = False


@value()
class KnockView:
    """Somebody at the door, as their own (cleaned) words say; `warning` and `note` are ours.

    `fingerprint` is the same on both sides of the door; its four words (`knock_phrase`) can be compared.
    `number` stays theirs when others go in: it is read out long before it is typed.
    """

    knock: bytes
    name: str = field(repr=False)
    introduction: str = field(repr=False)
    since: float
    warning: str = ""
    number: int = 1
    thread: tuple[DoorLine, ...] = ()
    note: str = ""
    fingerprint: bytes = b""


@value()
class OperatorView:
    """What a relay says about whoever runs it, in its own (cleaned) words; all may be empty."""

    runs_it: str = ""
    contact: str = ""
    keeps: str = ""
    rules: str = ""


SAYS_NOTHING = OperatorView()


@value()
class CardView:
    """What a newcomer reads before consenting: whose room it is and what is agreed there.

    `relay` is the one that is connected, of all `relays` that the room can be reached over.
    """

    room_name: str
    host_name: str
    standing: str
    agreements: tuple[str, ...]
    check_phrase: str
    relay: str
    operator: OperatorView = SAYS_NOTHING
    about: str = ""
    relays: tuple[str, ...] = ()
    crisis: str = field(default="", repr=False)
    is_covered: bool = False


@value()
class FlagView:
    """Somebody who said that they are not OK, for facilitators only; `words` are theirs, cleaned."""

    person: PersonView
    words: str = field(repr=False)
    since: float


@value()
class AskView:
    """Something this person is asked and can answer with yes or no."""

    key: bytes
    words: str = field(repr=False)


@value()
class AsideView:
    """A private word with somebody: its label, what was said, and why nothing can be said, if so.

    `is_chosen`: what is typed in plain lines goes here, also when it is over, until the person goes
    back to the room.
    """

    handle: bytes
    kind: AsideKind
    people: tuple[PersonView, ...]
    passages: tuple[Passage, ...] = ()
    is_open: bool = False
    is_frozen: bool = False
    is_over: bool = False
    is_chosen: bool = False
    composer_words: str = ""

    @property
    def names(self) -> str:
        """Return who else is in it."""
        return listed([person.name for person in self.people])

    @property
    def label(self) -> str:
        """Return what stands beside everything of it, always in words."""
        if not self.people:
            return _("private, at the door")
        return _("private with {names}").format(names=self.names)


@value()
class PinView:
    """Somebody who keeps the room, for the host: by number, under the name the host knows them by."""

    number: int
    name: str = field(repr=False)
    role: Role
    is_here: bool = False
    is_revoked: bool = False


@value()
class KeepingView:
    """What of the room lasts beyond this meeting, for this person.

    `asking` wait for the host's yes; `meets` says when the room meets, empty when that is open.
    """

    is_kept: bool = False
    has_asked: bool = False
    meets: str = ""
    schedule: Schedule | None = None
    relays: tuple[str, ...] = ()
    is_locked: bool = False
    asking: tuple[PersonView, ...] = ()
    pins: tuple[PinView, ...] = ()
    attended: int = 0


@value()
class RoomView:
    """Everything a front end may draw. A new value after each change; compare with `is` or `==`.

    `unsent` are own words that nobody has read yet, as they were typed: ready ones, and those on
    their way. They are for the text field and the notebook, never drawn as they are.
    """

    place: Place = Place.OUTSIDE
    connection: Connection = Connection.CONNECTING
    connection_words: str = ""
    room_name: str = field(default="", repr=False)
    check_phrase: str = ""
    knock_fingerprint: bytes = b""
    card: CardView | None = None
    people: tuple[PersonView, ...] = ()
    me: PersonView | None = None
    # That of the flow; empty is the language of whoever reads.
    lang: str = ""
    flow_title: str = ""
    stages: tuple[StageView, ...] = ()
    stage_started: float = 0.0
    stage_seconds: int = 0
    mode: TurnMode = "open"
    is_held: bool = False
    hold_words: str = ""
    # Who holds the room while somebody who leads cannot be reached.
    holder_words: str = field(default="", repr=False)
    floor: PersonView | None = None
    hands: tuple[HandView, ...] = ()
    going_around: tuple[PersonView, ...] = ()
    transcript: tuple[Passage, ...] = ()
    composer_words: str = ""
    can_write: bool = False
    can_raise: bool = False
    can_pass: bool = False
    can_nod: bool = False
    gather: GatherView | None = None
    pause_until: float = 0.0
    order: HandOrder = "first-come"
    is_queue_closed: bool = False
    can_restore_hands: bool = False
    is_facilitator: bool = False
    is_host: bool = False
    knocks: tuple[KnockView, ...] = ()
    invitation: str = field(default="", repr=False)
    now_words: str = field(default="", repr=False)
    trust_words: str = N_("end-to-end encrypted")
    sending: int = 0
    ended_words: str = field(default="", repr=False)
    needs_code: bool = False
    can_undo: bool = False
    door_words: str = field(default="", repr=False)
    # Who was asked back to the door, by their own name; empty if the card has changed since.
    door_name: str = field(default="", repr=False)
    # Who keeps the room, by the name they had: they read the card anew, and need not type it.
    kept_as: str = field(default="", repr=False)
    drift_words: str = ""
    quiet_way: str = ""
    door_thread: tuple[DoorLine, ...] = ()
    log: tuple[Logged, ...] = ()
    room: bytes = field(default=b"", repr=False)
    board: BoardView | None = None
    unsent: tuple[str, ...] = field(default=(), repr=False)
    flags: tuple[FlagView, ...] = ()
    is_flagged: bool = False
    asides: tuple[AsideView, ...] = ()
    asking: tuple[AskView, ...] = ()
    asked: AskingView = NOTHING_ASKED
    keeping: KeepingView = KeepingView()
    is_not_open: bool = False
    # The relay runs in this person's own program: whoever is still here when they go loses the room.
    takes_relay_along: bool = False

    @property
    def chosen_aside(self) -> AsideView | None:
        """Return the private word that typing goes to, if it does not go to the room."""
        return next((aside for aside in self.asides if aside.is_chosen), None)

    pairs: PairsView | None = None
    passers: tuple[PersonView, ...] = ()
    can_offer: bool = False
    is_offering: bool = False
    offered_by: tuple[PersonView, ...] = ()

    @property
    def stage(self) -> StageView | None:
        """Return the current stage, if the flow has begun."""
        return next((stage for stage in self.stages if stage.is_current), None)


class Urgency(Enum):
    """How a front end should bring a notice: quietly, as a line, or with one bell."""

    QUIET = "quiet"
    LINE = "line"
    BELL = "bell"


@value()
class Notice:
    """A sentence for this person at this moment; said once, never repeated.

    `kept` is an own text that came back and belongs in the composer again, in front of what is there:
    in that of the aside it names, never in the room's then.
    """

    sentence: str = field(repr=False)
    urgency: Urgency = Urgency.LINE
    kept: str = field(default="", repr=False)
    aside: bytes = b""

    @property
    def words(self) -> str:
        """Return the sentence in the language of whoever reads it."""
        return shown(self.sentence)


@value()
class Refusal:
    """Why an intent did nothing, in one sentence; `kept` is text the composer must keep."""

    sentence: str
    kept: str = field(default="", repr=False)

    @property
    def words(self) -> str:
        """Return the sentence in the language of whoever reads it."""
        return shown(self.sentence)
