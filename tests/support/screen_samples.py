"""Sample pictures of a meeting, for tests of the screen and for looking at it: room.png's people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from holdspace.client.seat.asking import CHECKIN_LEAD, WORD_ASK
from holdspace.client.seat.board_view import BoardView, IdeaView
from holdspace.client.seat.form_view import AskingView, CountView, FormView, Item, ResultView, To
from holdspace.client.seat.picture import HELD_WORDS, LISTING_HINT, READY_HINT, WRITING_HINT
from holdspace.client.seat.view import (
    CardView,
    Connection,
    GatherView,
    HandView,
    KeepingView,
    KnockView,
    Line,
    OperatorView,
    Part,
    Passage,
    PersonView,
    PinView,
    Place,
    Role,
    RoomView,
    StageView,
)
from holdspace.protocol.meeting.kinds import NodKind

EVENING = datetime(2026, 11, 24, 19, 0, tzinfo=timezone(timedelta(0))).timestamp()
NAMES = ("Ana", "Ben", "Chi", "Dov", "Eli", "Fay", "Gus", "Sam")
PHRASE = "amber fern quilt stone"


def minute(minutes: float) -> float:
    """Return a moment of the evening."""
    return EVENING + 60 * minutes


NOW = minute(10.2)


def person(name: str, **facts: object) -> PersonView:
    """Return somebody of the circle."""
    role = Role.HOST if name == "Ana" else Role.MEMBER
    base = PersonView(name.encode().ljust(32, b"."), name, name[:2].lower() + "7"[:1], role)
    return replace(base, **facts)  # type: ignore[arg-type]


ANA = person("Ana", times_spoken=3)
BEN = person("Ben", place_in_queue=1)
CHI = person("Chi", times_spoken=1)
DOV = person("Dov", times_spoken=1)
ELI = person("Eli", has_floor=True)
FAY = person("Fay", place_in_queue=2)
GUS = person("Gus", is_away=True)
SAM = person("Sam", is_me=True, place_in_queue=3)
CIRCLE = (ANA, BEN, CHI, DOV, ELI, FAY, GUS, SAM)

_PLAN = (
    ("Arrive", 4, "silent", "Settle in. Lie down, stretch, stand: nobody can see you."),
    ("Agreements", 6, "silent", "Read at your pace. Ask about any, by hand or privately."),
    ("Introductions", 12, "round", ""),
    ("Check-in", 5, "round", "One or two words on how you are, if you like."),
    ("Sharing", 10, "hands", "Something that has helped, even slightly. Hands up when you like."),
    (
        "A technique",
        3,
        "silent",
        "Breathe at any pace that suits; the counter is only a suggestion.",
    ),
    ("A small goal", 6, "hands", "Something you want to do, small enough to be nearly sure of."),
    ("Closing", 5, "round", "One line: something that stays with you, or how you are leaving."),
)
INTRODUCTIONS = StageView(
    "Introductions",
    12,
    is_done=False,
    is_current=True,
    prompt=(
        "Say the name you like to go by, what brought you, and one thing you hope for. You can always pass."
    ),
    purpose="each voice once",
    mode="round",
    words_guide=80,
)
SAY = (
    "Write three short lines: what to call you; what brings you; one thing you wish people understood about "
    "living with pain. About 60 to 80 words. We read one another, one at a time. Only nods, no replies yet."
)
READY = (
    "Thank you. Let's make room for the next person.",
    "No hurry. I'll count quiet as thinking.",
    "If words are far away tonight, one word is plenty.",
)


def stages(current: int = 2) -> tuple[StageView, ...]:
    """Return the evening's stages with one of them current."""
    plan = []
    for at, (title, minutes, mode, words) in enumerate(_PLAN):
        base = (
            INTRODUCTIONS if at == 2 else StageView(title, minutes, is_done=False, is_current=False)
        )
        prompt = words or base.prompt
        plan.append(
            replace(base, is_done=at < current, is_current=at == current, prompt=prompt, mode=mode)  # type: ignore[arg-type]
        )
    return tuple(plan)


def told(plan: Sequence[StageView]) -> tuple[StageView, ...]:
    """Return the stages as a facilitator sees them."""
    return tuple(replace(stage, say=SAY, ready=READY, purpose="each voice once") for stage in plan)


def passage(number: int, line: Line, text: str, **facts: object) -> Passage:
    """Return one thing in the transcript."""
    base = Passage(number.to_bytes(16, "big"), line, text, minute(number))
    return replace(base, **facts)  # type: ignore[arg-type]


def nods(**counts: int) -> tuple[tuple[NodKind, int], ...]:
    """Return nods by kind: heard=4, me_too=2."""
    names: dict[str, NodKind] = {
        "heard": "heard",
        "me_too": "me-too",
        "thank_you": "thank-you",
        "with_you": "with-you",
    }
    return tuple((names[kind], count) for kind, count in counts.items())


TRANSCRIPT = (
    passage(3, Line.STAGE, "Introductions"),
    passage(
        4,
        Line.SHARE,
        "Welcome, everyone. We will go around once. Nobody has to fix anything tonight — we listen first.",
        author=ANA,
    ),
    passage(
        6,
        Line.SHARE,
        "I'm Chi. Fibromyalgia, eleven years. I came because my sister said I talk about it like weather, "
        "as if it happened to somebody else.",
        author=CHI,
        nods=nods(heard=4, me_too=2),
    ),
    passage(9, Line.SHARE, "Pass for now, glad to be here.", author=DOV, nods=nods(heard=5)),
    passage(10, Line.TURN, "Eli has the floor.", floor=ELI),
)

ROOM = RoomView(
    place=Place.ROOM,
    connection=Connection.CONNECTED,
    room_name="Living with pain · Tuesday circle",
    check_phrase=PHRASE,
    people=CIRCLE,
    me=SAM,
    flow_title="Introductory session",
    stages=stages(),
    stage_started=minute(4),
    stage_seconds=720,
    mode="round",
    floor=ELI,
    hands=(
        HandView(BEN, "share", "", 1),
        HandView(FAY, "share", "to ask about sleep", 2),
        HandView(SAM, "share", "", 3),
    ),
    going_around=(FAY, GUS, SAM, ANA),
    transcript=TRANSCRIPT,
    composer_words="You are listening. Your draft is kept; it is sent only when the floor reaches you.",
    can_nod=True,
    now_words="Eli has the floor. Read, and nod if you like.",
)
DRAFT = "My name is Sam. I hope to"

ME_ANA = replace(ANA, is_me=True)
SAM_THERE = replace(SAM, is_me=False)
_SEEN_BY_ANA = {ANA.identity: ME_ANA, SAM.identity: SAM_THERE}
KNOCKS = (
    KnockView(
        b"h" * 16,
        "Hal",
        "Back pain for three years; my physio told me about you.",
        minute(9),
        fingerprint=b"hal",
        warning="The name is like “Ha1”, who was removed.",
    ),
    KnockView(
        b"i" * 16, "Ida", "First time in a group. I may only read today.", minute(10), number=2
    ),
)
FACILITATOR = replace(
    ROOM,
    me=ME_ANA,
    people=tuple(_SEEN_BY_ANA.get(one.identity, one) for one in CIRCLE),
    hands=(*ROOM.hands[:2], HandView(SAM_THERE, "question", "", 3)),
    going_around=(FAY, GUS, SAM_THERE, ME_ANA),
    transcript=(
        TRANSCRIPT[0],
        replace(TRANSCRIPT[1], is_mine=True, author=ME_ANA),
        *TRANSCRIPT[2:],
    ),
    stages=told(stages()),
    composer_words="Somebody has the floor. You can still write, as a facilitator.",
    can_write=True,
    is_facilitator=True,
    is_host=True,
    knocks=KNOCKS,
    invitation="holdspace1:" + "mq5tw2x7hc4dkzr6nj3yv8bfsa9e0plg" * 5,
)

MY_TURN_SAM = replace(SAM, has_floor=True, place_in_queue=0)
MY_TURN = replace(
    ROOM,
    me=MY_TURN_SAM,
    people=(*CIRCLE[:4], replace(ELI, has_floor=False), FAY, GUS, MY_TURN_SAM),
    floor=MY_TURN_SAM,
    hands=(),
    going_around=(ANA,),
    composer_words="You have the floor. Take the time you need; nothing is sent until you send it.",
    can_write=True,
    can_pass=True,
    transcript=(
        *TRANSCRIPT,
        passage(
            11,
            Line.SHARE,
            "Eli here. What brings me is mostly that nights are long.",
            author=replace(ELI, has_floor=False),
            nods=nods(heard=6, with_you=1),
        ),
        passage(12, Line.TURN, "You have the floor. Take the time you need.", floor=MY_TURN_SAM),
    ),
)

_NOBODY_SPEAKS = tuple(replace(one, has_floor=False, place_in_queue=0) for one in CIRCLE)
GATHERING = replace(
    ROOM,
    people=_NOBODY_SPEAKS,
    mode="gather",
    floor=None,
    hands=(),
    going_around=(),
    gather=GatherView(4, 2, 1, 0, is_released=False, mine=Part.WRITING),
    transcript=(
        *TRANSCRIPT[:3],
        passage(
            11, Line.TURN, "Everybody writes now, for themselves; then we read, one at a time."
        ),
    ),
    composer_words=WRITING_HINT,
    can_raise=True,
    can_pass=True,
)
READY_TO_BE_READ = replace(
    GATHERING,
    composer_words=READY_HINT,
    gather=GatherView(3, 3, 1, 0, is_released=False, mine=Part.READY),
    transcript=(
        *GATHERING.transcript,
        passage(
            12,
            Line.SHARE,
            "I'm Sam. My back brought me, and my sister. I wish people knew that cancelling is the "
            "hard part.",
            author=SAM,
            is_mine=True,
            is_ready=True,
        ),
    ),
)
GATHERING_LED = replace(
    GATHERING,
    me=ME_ANA,
    people=tuple(_SEEN_BY_ANA.get(one.identity, one) for one in _NOBODY_SPEAKS),
    gather=GatherView(1, 5, 1, 0, is_released=False, mine=Part.WRITING),
    stages=told(stages()),
    composer_words="You can write.",
    can_write=True,
    is_facilitator=True,
    is_host=True,
)
LASTING = replace(
    FACILITATOR,
    is_host=True,
    keeping=KeepingView(
        is_kept=True,
        meets="Tuesday 1 December 2026, 18:00 (Europe/Berlin), and then every week",
        relays=("wss://relay.example",),
        asking=(DOV,),
        pins=(
            PinView(1, "Ben", Role.MEMBER, is_here=True),
            PinView(2, "Chi", Role.FACILITATOR, is_here=True),
            PinView(3, "Somebody with a long name", Role.MEMBER),
            PinView(4, "-", Role.MEMBER, is_revoked=True),
        ),
    ),
)
FOLDED = replace(
    ROOM,
    transcript=(
        *TRANSCRIPT[:-2],
        passage(9, Line.SHARE, "A hard story.", author=DOV, fold="about a hospital"),
        passage(10, Line.TURN, "Eli has the floor.", floor=ELI),
    ),
)

HELD = replace(
    ROOM,
    is_held=True,
    hold_words=HELD_WORDS,
    floor=None,
    people=(*CIRCLE[:4], replace(ELI, has_floor=False), *CIRCLE[5:]),
    composer_words="The room is on hold. Your draft is kept.",
    can_nod=False,
    now_words="The room is on hold. There is nothing you need to do.",
)
LOST = replace(
    ROOM,
    connection=Connection.LOST,
    connection_words="Connection lost. Your words are safe here and your place is kept. Trying again.",
)
QUIET = replace(
    ROOM,
    stages=(),
    stage_seconds=0,
    mode="open",
    floor=None,
    hands=(),
    going_around=(),
    people=tuple(replace(one, has_floor=False, place_in_queue=0) for one in CIRCLE[:3]),
    transcript=(passage(1, Line.ROOM, "Chi came in."),),
    composer_words="You can write.",
    can_write=True,
    can_raise=True,
)

CARD = CardView(
    room_name="Living with pain · Tuesday circle",
    host_name="Ana",
    standing="A peer who lives with pain herself, not a therapist. She answers to nobody but this circle.",
    agreements=(
        "What's shared stays here.",
        "No saving, photos or real names.",
        "Speak from my own life; ask before offering advice.",
        "One at a time; passing is fine.",
        "No medicine, dose or method details.",
        "I can pause or leave whenever.",
        "If someone may be in danger, the facilitator may seek help.",
    ),
    check_phrase=PHRASE,
    relay="wss://relay-1.example",
    relays=("wss://relay-1.example", "wss://relay-2.example"),
    operator=OperatorView(
        runs_it="a volunteer of the circle",
        contact="relay@example.org",
        keeps="Nothing after a meeting. No addresses are written down.",
        rules="Support groups only. No trade.",
    ),
    about="For adults who live with pain that stays. An introductory evening: a taste, not a commitment.",
)
WORDY = replace(
    CARD,
    operator=OperatorView(
        runs_it=("The association for self-help in the region, " * 5)[:200],
        contact="relay-" * 30 + "@example.org",
        keeps=("Encrypted messages until a meeting is closed. " * 9)[:400],
        rules=("Be kind, and do not trade anything here. " * 20)[:800],
    ),
)
OUTSIDE = RoomView(place=Place.OUTSIDE, connection=Connection.CONNECTING)
NO_START = RoomView(
    place=Place.OUTSIDE,
    connection=Connection.GONE,
    ended_words="The relay at wss://relay.example does not answer. Ask whoever runs it, or try again later.",
)
LOBBY = RoomView(
    place=Place.LOBBY,
    connection=Connection.CONNECTED,
    room_name=CARD.room_name,
    check_phrase=PHRASE,
    card=CARD,
)
WAITING = replace(LOBBY, place=Place.WAITING, knock_fingerprint=b"sam")


def ended(place: Place, words: str = "") -> RoomView:
    """Return the picture after the end."""
    return RoomView(place=place, connection=Connection.GONE, ended_words=words)


CHECKIN = FormView(
    key="stage 4",
    kind="checkin",
    title="Check-in",
    lead=CHECKIN_LEAD,
    items=(
        Item("pain", "Pain: 0 is none, 10 is worst I can imagine."),
        Item("energy", "Energy: 0 is none left, 10 is plenty."),
    ),
    words_ask=WORD_ASK,
    ways=(To.ME, To.FACILITATORS, To.GROUP),
    count=1,
)
ASKED = replace(
    ROOM,
    asked=AskingView(
        form=CHECKIN,
        running=(CountView(1, "Check-in", 3, is_closed=False),),
        results=(ResultView("Before", ("tension: 3 low, 4 middle, 1 high.",)),),
        own=("Tension: 7 (Before), 4 (After).",),
    ),
)

IDEAS = (
    IdeaView(1, "Warm socks and a cushion of cherry stones, before the pain is bad."),
    IdeaView(
        2,
        "An audio book I know by heart; then it does not matter where I fall asleep.",
        is_mine=True,
    ),
    IdeaView(3, "Getting up for ten minutes instead of lying there and counting."),
)
LISTED = BoardView(
    "Eli", "listed", "How do you sleep in the nights of a flare?", IDEAS, is_mine=True
)
BOARD = replace(ROOM, board=LISTED)
LISTING = replace(
    ROOM,
    board=replace(LISTED, phase="listing", is_mine=False),
    composer_words=LISTING_HINT,
    transcript=(
        *ROOM.transcript[:4],
        passage(40, Line.BOARD, "Eli asks for ideas:"),
        passage(41, Line.BOARD, replace(LISTED, phase="listing", is_mine=False).words),
        *(passage(50 + idea.number, Line.BOARD, f"{idea.number}. {idea.text}") for idea in IDEAS),
    ),
)
