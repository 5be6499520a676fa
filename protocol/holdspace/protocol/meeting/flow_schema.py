"""What a flow file can say: every key once, with its check, as frozen values.

Rules that concern the file as a whole are in flow_rules.py; reading a file is in flow.py.
"""

import re
from datetime import date
from typing import Literal, get_args

from holdspace.protocol import toml_reader as toml
from holdspace.protocol.meeting.kinds import HandOrder, ReleaseHow, TurnMode
from holdspace.protocol.toml_reader import key
from holdspace.protocol.translation import N_
from holdspace.protocol.values import value

FORMAT = 1
MAX_FLOW_BYTES = toml.MAX_BYTES
MAX_STAGES = 40
MAX_SAY = 400
USUAL_GROUP = 8

Kind = Literal[
    "welcome", "agreement", "practice", "checkin", "round", "discussion", "learn", "technique",
    "pairs", "goal_set", "goal_review", "brainstorm", "poll", "rest", "closing", "feedback",
]  # fmt: skip
Response = Literal["none", "nods", "own-experience", "ask-first", "open"]

PLACEHOLDERS = ("name", "role", "n", "minutes", "limits", "stage")
BRACES = re.compile(r"\{([^{}]*)\}")

_ID = toml.pattern(
    r"[a-z0-9][a-z0-9-]{0,39}", N_("a short name of small letters, digits and hyphens")
)
# What is there in no other language is there in this one.
LANGUAGE = "en"
_LANG = toml.pattern(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", N_("a language tag like en or pt-BR"))
_FILE = toml.pattern(
    r"(?=.{1,120}$)[a-z]+/[a-z0-9{}-]+(\.[a-z0-9-]+){0,2}", N_("the path of a file in the library")
)
_FIELD = toml.pattern(r"[a-z][a-z_]{0,39}", N_("a short name of small letters and underscores"))
_TURNS = get_args(TurnMode)
_KINDS = (
    "welcome", "agreement", "practice", "checkin", "round", "discussion", "learn", "technique",
    "pairs", "goal_set", "goal_review", "brainstorm", "poll", "rest", "closing", "feedback",
)  # fmt: skip
_RESPONSES = ("none", "nods", "own-experience", "ask-first", "open")
_ORDERS = ("first-come", "not-yet-heard", "facilitator")
_WORD = toml.text(60)
_LINE = toml.text(160)
_WORDS = toml.text(MAX_SAY, lines=True)


@value(kw_only=True)
class Group:
    """For how many people the flow is."""

    min: int = key(toml.whole(1, 32))
    max: int = key(toml.whole(1, 32))


@value(kw_only=True)
class FacilitatorLost:
    """What happens when the last facilitator is gone; deputies are whom the host made co-facilitators."""

    after_s: int = key(toml.whole(5, 600), 20)
    action: str = key(toml.choice("hold"), "hold")
    close_after_min: int = key(toml.whole(1, 120), 10)


@value(kw_only=True)
class Policy:
    """What holds for the whole meeting unless a stage says otherwise."""

    response: Response = key(toml.choice(*_RESPONSES), "own-experience")
    order: HandOrder = key(toml.choice(*_ORDERS), "first-come")
    late_join: str = key(toml.choice("any", "boundary", "closed"), "boundary")
    private_messages: str = key(toml.choice("off", "facilitators", "mutual"), "facilitators")
    transcript: str = key(toml.choice("off"), "off")
    grace_min: int = key(toml.whole(1, 120), 10)
    facilitator_lost: FacilitatorLost = key(toml.table(FacilitatorLost), FacilitatorLost())
    agreement: str = key(_FILE, "")
    crisis: str = key(_FILE, "")


@value(kw_only=True)
class Minutes:
    """How long a stage takes: a base, and so much for each person, but not over `max`."""

    base: float = key(toml.number(0, 480), 0.0)
    per_person: float = key(toml.number(0, 60), 0.0)
    max: float = key(toml.number(0, 480), 480.0)


@value(kw_only=True)
class Fallback:
    """What to do when a stage goes otherwise; what is missing is product.md 5.1."""

    pass_: str = key(_LINE, "passes")
    quiet_s: int = key(toml.whole(5, 600), 25)
    quiet: tuple[str, ...] = key(
        toml.many(toml.choice("example", "gather", "skip"), 3), ("example", "gather", "skip")
    )
    late: str = key(toml.choice("end-of-seats", "next-stage", "read"), "end-of-seats")
    distress: str = key(_ID, "ground-54321")
    words: str = key(_WORDS, "")


@value(kw_only=True)
class Consent:
    """The agreements, to be accepted on the screen; another `version` asks everybody again."""

    items: tuple[str, ...] = key(toml.many(toml.text(300), 20, least=1))
    version: int = key(toml.whole(1, 9999))
    choices: tuple[str, ...] = key(
        toml.many(toml.choice("accept", "question", "read-only", "leave"), 4, least=2)
    )


@value(kw_only=True)
class Scale:
    """One number a person may look at; it can always be skipped."""

    id: str = key(_ID)
    min: int = key(toml.whole(0, 10), 0)
    max: int = key(toml.whole(1, 10), 10)
    low: str = key(_WORD)
    high: str = key(_WORD)
    skip: bool = key(toml.flag(), True)


@value(kw_only=True)
class Checkin:
    """How people arrive. The only default is that nobody else sees it."""

    scales: tuple[Scale, ...] = key(toml.many(toml.table(Scale), 3), ())
    word: bool = key(toml.flag(), True)
    share: str = key(toml.text(20), "me")
    spread_min: int = key(toml.whole(5, 32), 5)


@value(kw_only=True)
class Poll:
    """One question to all."""

    question: str = key(_LINE)
    options: tuple[str, ...] = key(toml.many(_WORD, 9, least=2))
    anonymous: bool = key(toml.flag(), True)
    # A sum of masked answers is nothing before the last one came.
    reveal: str = key(toml.choice("end"), "end")


@value(kw_only=True)
class Pairs:
    """Two and two, with the yes of both."""

    size: int = key(toml.whole(2, 3), 2)
    odd: str = key(toml.choice("trio", "facilitator", "rest"), "trio")
    assign: str = key(toml.text(20), "opt-in")
    consent: bool = key(toml.flag(), True)
    swap_s: int = key(toml.whole(30, 1800), 180)
    exercise: str = key(_ID, "write-back")


@value(kw_only=True)
class Technique:
    """An exercise; there is always another one, and doing nothing."""

    ref: str = key(_FILE)
    alternatives: tuple[str, ...] = key(toml.many(_ID, 6), ())
    opt_out: bool = key(toml.flag(), False)
    motion: str = key(toml.choice("none", "gentle"), "none")


@value(kw_only=True)
class Goal:
    """A small plan, kept on the device of who made it."""

    fields: tuple[str, ...] = key(toml.many(_FIELD, 8, least=1))
    shrink_below: int = key(toml.whole(0, 10), 7)
    keep: str = key(toml.choice("local"), "local")
    share: str = key(toml.choice("optional"), "optional")


@value(kw_only=True)
class Review:
    """How the last plan went; every outcome is a fine one."""

    outcomes: tuple[str, ...] = key(toml.many(_ID, 9, least=1))
    follow_up: tuple[str, ...] = key(toml.many(_ID, 9), ())


@value(kw_only=True)
class Brainstorm:
    """Ideas for one person who asked for them, listed before anything is discussed."""

    owner_consent: bool = key(toml.flag(), True)
    anonymous: bool = key(toml.flag(), True)
    discuss: str = key(toml.choice("after-list"), "after-list")
    outcomes: tuple[str, ...] = key(toml.many(_ID, 9), ())


@value(kw_only=True)
class Feedback:
    """Private scores and a choice; only counts of at least `aggregate_min` are ever shown."""

    items: tuple[str, ...] = key(toml.many(_LINE, 9))
    aggregate_min: int = key(toml.whole(5, 32), 5)
    fit: tuple[str, ...] = key(toml.many(_ID, 9), ())


@value(kw_only=True)
class Closing:
    """The last words, and how long the facilitator stays for whoever needs it."""

    words: str = key(_WORDS)
    stay_min: int = key(toml.whole(0, 120), 15)
    ics: bool = key(toml.flag(), True)


@value(kw_only=True)
class Stage:
    """One stage. `say` and `purpose` are the facilitator's; `prompt` and `ask` are for everybody.

    `turn` is how it begins and `then` what the facilitator may change to within it.
    """

    id: str = key(_ID)
    kind: Kind = key(toml.choice(*_KINDS))
    title: str = key(toml.text(60))
    purpose: str = key(_LINE, "")
    factors: tuple[str, ...] = key(toml.many(_WORD, 11), ())
    minutes: Minutes = key(toml.table(Minutes))
    optional: bool = key(toml.flag(), False)
    drop_order: int = key(toml.whole(0, 99), 0)
    turn: TurnMode = key(toml.choice(*_TURNS))
    then: TurnMode | None = key(toml.choice(*_TURNS), None)
    release: ReleaseHow = key(toml.choice("together", "round", "hands"), "round")
    seats: str = key(toml.choice("fixed", "random", "facilitator"), "fixed")
    laps: int = key(toml.whole(1, 3), 1)
    order: HandOrder | Literal[""] = key(toml.choice(*_ORDERS), "")
    write_s: int = key(toml.whole(0, 3600), 0)
    words_guide: int = key(toml.whole(0, 500), 0)
    share_s: int = key(toml.whole(0, 1800), 0)
    reading_pause: bool = key(toml.flag(), True)
    nods: tuple[str, ...] = key(
        toml.many(toml.choice("heard", "me-too", "thank-you", "with-you"), 4),
        ("heard", "me-too", "thank-you", "with-you"),
    )
    response: Response | Literal[""] = key(toml.choice(*_RESPONSES), "")
    say: str = key(_WORDS, "")
    prompt: str = key(_WORDS, "")
    ask: tuple[str, ...] = key(toml.many(_LINE, 8), ())
    starters: tuple[str, ...] = key(toml.many(_LINE, 8), ())
    ready: tuple[str, ...] = key(toml.many(toml.text(240), 9), ())
    fallback: Fallback = key(toml.table(Fallback), Fallback())
    consent: Consent | None = key(toml.table(Consent), None)
    checkin: Checkin | None = key(toml.table(Checkin), None)
    poll: Poll | None = key(toml.table(Poll), None)
    pairs: Pairs | None = key(toml.table(Pairs), None)
    technique: Technique | None = key(toml.table(Technique), None)
    goal: Goal | None = key(toml.table(Goal), None)
    review: Review | None = key(toml.table(Review), None)
    brainstorm: Brainstorm | None = key(toml.table(Brainstorm), None)
    feedback: Feedback | None = key(toml.table(Feedback), None)
    closing: Closing | None = key(toml.table(Closing), None)

    def seconds(self, people: int) -> int:
        """Return how long the stage is meant to take for so many people."""
        minutes = min(self.minutes.base + self.minutes.per_person * people, self.minutes.max)
        return round(minutes * 60)


@value(kw_only=True)
class Flow:
    """The agenda of a meeting."""

    format: int = key(toml.whole(FORMAT, FORMAT))
    id: str = key(_ID)
    lang: str = key(_LANG)
    title: str = key(toml.text(80))
    minutes: int = key(toml.whole(1, 480))
    group: Group = key(toml.table(Group))
    licence: str = key(_WORD, "")
    review_by: date | None = key(toml.day(), None)
    policy: Policy = key(toml.table(Policy), Policy())
    stage: tuple[Stage, ...] = key(toml.many(toml.table(Stage), MAX_STAGES, least=1))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Return the stages; the file's key is `stage` because each has a heading of its own."""
        return self.stage

    @property
    def usual_sizes(self) -> tuple[int, ...]:
        """Return for how many people a timetable is worth a look: fewest, usual, most."""
        usual = min(max(USUAL_GROUP, self.group.min), self.group.max)
        return tuple(dict.fromkeys((self.group.min, usual, self.group.max)))

    def response_in(self, stage: int) -> Response:
        """Return the response rule of a stage: its own, or else the meeting's."""
        return self.stage[stage].response or self.policy.response

    def seconds(self, people: int) -> int:
        """Return how long the whole meeting is meant to take for so many people."""
        return sum(stage.seconds(people) for stage in self.stage)
