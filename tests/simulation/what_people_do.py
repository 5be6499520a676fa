"""What people do in a simulated meeting: every act there is, chosen by a decision's own chance.

Each act is a function of somebody and of chance; it returns the sentence that the story tells, or
nothing if that person can do no such thing just now. Nothing is asked of the machines that a front
end could not ask, except by `forge`, for which somebody has a changed client.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from msgspec import inspect

from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as apart
from holdspace.client.seat import intents_board as board
from holdspace.client.seat.asking import form_of
from holdspace.client.seat.form_view import To
from holdspace.client.seat.intents import Intent
from holdspace.client.seat.saying import say as say_event
from holdspace.client.seat.seat import Seat
from holdspace.client.seat.sitting import Sitting
from holdspace.client.seat.step import Moment, Step
from holdspace.client.seat.view import Refusal
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.kinds import HandKind, HandOrder, IdeaOutcome, NodKind, TurnMode
from holdspace.protocol.meeting.roles import MEMBER
from law import CANARY

if TYPE_CHECKING:
    from person import Person

Act = Callable[["Person", Seat, Random], str]
_NODS: tuple[NodKind, ...] = get_args(NodKind)
_MODES: tuple[TurnMode, ...] = get_args(TurnMode)
_HANDS: tuple[HandKind, ...] = get_args(HandKind)
_ORDERS: tuple[HandOrder, ...] = get_args(HandOrder)
_OUTCOMES: tuple[IdeaOutcome, ...] = get_args(IdeaOutcome)


def words(person: "Person", chance: Random) -> str:
    """Return something to say that nobody else says, with the mark that must stay secret."""
    text = f"{CANARY} {person.name} {chance.randrange(2**40):x}"
    return text + " and more" * chance.choice((0, 0, 0, 0, 1, 20, 200))


def somebody(seat: Seat, chance: Random) -> bytes:
    """Return one of the people here, perhaps oneself."""
    people = seat.state.people if seat.state else ()
    return chance.choice(people).identity if people else seat.facts.identity


def _done(person: "Person", intent: Intent, sentence: str) -> str:
    outcome = person.do(intent)
    return "" if isinstance(outcome, Refusal) else f"{person.name} {sentence}."


def _simply(make: Callable[[Random], Intent], sentence: str) -> Act:
    """Return an act that takes nothing but chance."""
    return lambda person, _seat, chance: _done(person, make(chance), sentence)


def _to_somebody(make: Callable[[bytes, Random], Intent], sentence: str) -> Act:
    """Return an act that is done to one of the people here."""

    def act(person: "Person", seat: Seat, chance: Random) -> str:
        who = somebody(seat, chance)
        return _done(person, make(who, chance), sentence.replace("{who}", _name(seat, who)))

    return act


def _name(seat: Seat, who: bytes) -> str:
    there = seat.person(who)
    return there.name if there else "somebody"


def _say(person: "Person", seat: Seat, chance: Random) -> str:
    text = words(person, chance)
    refusal = person.do(i.Say(text))
    if isinstance(refusal, Refusal):
        return ""
    # Where ideas are listed, or all write for themselves, it is something else that was said.
    waiting = person.seat.outbox.waiting if person.seat is not None else ()
    if waiting and waiting[-1].event == ev.Share(text.strip()):
        person.world.said.append((person.name, text.strip(), seat.facts.identity))
    return f"{person.name} says something"


def _answer(person: "Person", seat: Seat, chance: Random) -> str:
    form = form_of(seat, seat.state) if seat.state else None
    if form is None:
        return ""
    choice = chance.choice((1, 2, None))
    return _done(person, i.GiveAnswers(form, (choice,), "", chance.choice([*To])), "answers")


def _say_aside(person: "Person", seat: Seat, chance: Random) -> str:
    if not seat.apart.asides:
        return ""
    aside = chance.choice(seat.apart.asides).handle
    return _done(person, apart.SayAside(aside, words(person, chance)), "says something in private")


def _take_back(person: "Person", seat: Seat, chance: Random) -> str:
    person.world.took_back.add(person.name)
    return _done(person, i.TakeItBack(), "takes something back")


def _leave(person: "Person", seat: Seat, chance: Random) -> str:
    if person is person.world.host or len(person.world.present) < 4:
        return ""
    return _done(person, i.Leave(chance.random() < 0.5), "leaves")


def _remove(person: "Person", seat: Seat, chance: Random) -> str:
    who = somebody(seat, chance)
    if who == person.world.identity_of_host or len(person.world.present) < 4:
        return ""
    make = chance.choice((i.Remove, i.BackToTheDoor))
    text = chance.choice(("", words(person, chance)[:200]))
    return _done(person, make(who, text), f"asks {_name(seat, who)} to go")


def _keep_room(person: "Person", seat: Seat, chance: Random) -> str:
    return _done(person, i.KeepTheRoom(), "asks to keep the room")


GUIDING: dict[str, Act] = {
    "next stage": _simply(lambda _: i.NextStage(), "begins the next stage"),
    "stage before": _simply(lambda _: i.BackStage(), "goes back a stage"),
    "to a stage": _simply(lambda c: i.ToStage(c.randint(1, 4)), "goes to a stage"),
    "turn mode": _simply(lambda c: i.ChangeMode(c.choice(_MODES)), "changes how turns are taken"),
    "hands": _simply(lambda _: i.ChangeMode("hands"), "lets hands be raised"),
    "gather": _simply(lambda _: i.ChangeMode("gather"), "lets everybody write"),
    "round": _simply(lambda _: i.ChangeMode("round"), "goes around"),
    "pairs": _simply(lambda _: i.ChangeMode("pairs"), "asks who would meet in pairs"),
    "onward": _simply(lambda _: i.Onward(), "lets the floor move on"),
    "give": _to_somebody(lambda who, _: i.Give(who), "gives {who} the floor"),
    "lower for": _to_somebody(lambda who, _: i.LowerFor(who), "lowers {who}'s hand"),
    "more time": _simply(lambda _: i.MoreTime(), "gives more time"),
    "hold": _simply(lambda _: i.HoldRoom(), "holds the room"),
    "resume": _simply(lambda _: i.ResumeRoom(), "lets the room go on"),
    "release": _simply(
        lambda c: i.ReleaseTheWords(c.choice(("", "together", "round", "hands"))),
        "releases what was written",
    ),
    "skip pause": _simply(lambda _: i.SkipThePause(), "skips the pause"),
    "lower all": _simply(lambda _: i.LowerAllHands(), "lowers all hands"),
    "restore hands": _simply(lambda _: i.RestoreTheHands(), "puts the hands up again"),
    "close queue": _simply(
        lambda c: i.CloseTheQueue(c.random() < 0.5), "closes or opens the queue"
    ),
    "move hand": _to_somebody(lambda who, c: i.MoveTheHand(who, c.randint(1, 3)), "moves {who} up"),
    "last word": _to_somebody(lambda who, _: i.GiveLastWord(who), "gives {who} the last word"),
    "ask to speak": _to_somebody(lambda who, _: i.AskToSpeak(who), "asks {who} to speak"),
    "order hands": _simply(lambda c: i.OrderHands(c.choice(_ORDERS)), "orders the hands"),
    "pause writing": _to_somebody(lambda who, _: i.PauseTheWriting(who), "pauses {who}"),
    "let write": _to_somebody(lambda who, _: i.LetThemWrite(who), "lets {who} write again"),
    "keep time": _simply(lambda _: i.KeepTheTime(), "keeps the time"),
    "break quiet": _simply(lambda _: i.BreakTheQuiet(), "helps a quiet room along"),
    "poll": _simply(
        lambda c: i.AskPoll("Shall we go on? yes or no", is_anonymous=c.random() < 0.5), "asks all"
    ),
    "close count": _simply(lambda _: i.CloseTheCount(), "closes the count"),
    "make pairs": _simply(lambda _: i.MakePairs(), "makes pairs"),
    "bring back": _simply(lambda _: i.BringAllBack(), "brings everybody back"),
    "go to caller": _simply(lambda _: i.GoToCaller(), "goes to who called"),
    "begin list": _simply(lambda _: board.BeginTheList(), "begins the list of ideas"),
    "end list": _simply(lambda _: board.EndTheList(), "ends the list of ideas"),
    "hand over": _to_somebody(lambda who, _: i.HandItOver(who), "hands over to {who}"),
    "nudge": _to_somebody(
        lambda who, _: i.NudgeThem(who, f"{CANARY} a word"), "writes a word to {who}"
    ),
    "promote": _to_somebody(lambda who, _: i.Promote(who), "makes {who} a co-facilitator"),
    "demote": _to_somebody(lambda who, _: i.Demote(who), "makes {who} a member"),
    "remove": _remove,
    "new invitation": _simply(lambda _: i.NewInvitation(), "makes a new invitation"),
    "lock door": _simply(lambda c: i.LockTheDoor(c.random() < 0.3), "locks or unlocks the door"),
    "attendance": _simply(lambda _: i.GiveAttendance(), "gives attendance slips"),
    "schedule": _simply(
        lambda c: i.ScheduleTheRoom(c.choice(("open", "tuesdays 19:00"))),
        "says when the room meets",
    ),
}

JOINING_IN: dict[str, Act] = {
    "say": _say,
    "raise": _simply(lambda c: i.Raise(c.choice(_HANDS), c.choice(("", CANARY))), "raises a hand"),
    "lower": _simply(lambda _: i.Lower(), "lowers their hand"),
    "pass": _simply(lambda _: i.PassTurn(), "passes"),
    "nod": _simply(lambda c: i.NodTo(c.choice(_NODS)), "nods"),
    "later": _simply(lambda _: i.GoLater(), "goes later"),
    "step back": _simply(lambda _: i.GoBack(), "lets the next go first"),
    "rest": _simply(lambda c: i.RestNow(c.random() < 0.5), "rests, or is back from it"),
    "answer invite": _simply(
        lambda c: i.AnswerTheInvite(c.random() < 0.7), "answers an invitation"
    ),
    "take back": _take_back,
    "fold": _simply(lambda _: i.FoldIt("hard"), "folds something"),
    "willing": _simply(lambda c: i.BePaired(c.random() < 0.9), "would be in a pair"),
    "from pair": _simply(lambda _: i.ComeBackFromPair(), "comes back from the pair"),
    "call into pair": _simply(lambda c: i.CallIntoPair(c.random() < 0.7), "calls a facilitator"),
    "offer": _simply(lambda _: i.OfferAnIdea(f"{CANARY} a cushion"), "offers an idea"),
    "offer back": _simply(lambda _: i.TakeOfferBack(), "takes an offer back"),
    "keep ready": lambda person, _seat, chance: _done(
        person, i.KeepReady(words(person, chance)), "keeps words ready"
    ),
    "rewrite": _simply(lambda _: i.Rewrite(), "takes ready words back"),
    "not ok": _simply(lambda _: apart.SayNotOk(f"{CANARY} not well"), "is not OK"),
    "ok": _simply(lambda _: apart.SayOk(), "is OK again"),
    "ask aside": _to_somebody(lambda who, _: apart.AskAside(who), "asks {who} for a word"),
    "say aside": _say_aside,
    "end aside": _simply(lambda _: apart.EndAside(), "ends a private word"),
    "open to members": _simply(lambda c: apart.OpenToMembers(c.random() < 0.8), "may be asked"),
    "answer": _answer,
    "ask ideas": _simply(lambda _: board.AskIdeas(f"{CANARY} a problem"), "asks for ideas"),
    "suggest": _simply(lambda _: board.SuggestIdea(f"{CANARY} try it"), "suggests an idea"),
    "choose idea": _simply(
        lambda c: board.ChooseTheIdea(c.randint(0, 3), c.choice(_OUTCOMES)), "chooses an idea"
    ),
    "board away": _simply(lambda _: board.PutTheBoardAway(), "puts the board away"),
    "undo": _simply(lambda _: i.UndoIt(), "undoes that"),
    "keep room": _keep_room,
    "leave": _leave,
}


# What takes several people one after the other: after how many seconds, who, and what they do.
Scene = tuple[tuple[float, Literal["one", "all"], str], ...]
SCENES: dict[str, Scene] = {
    "meeting in pairs": (
        (0, "one", "pairs"), (0.6, "all", "willing"), (3, "one", "make pairs"),
        (5, "all", "say aside"), (7, "all", "call into pair"), (9, "one", "go to caller"),
        (11, "one", "from pair"), (12, "all", "say aside"), (14, "one", "bring back"),
    ),
    "a line of hands": (
        (0, "one", "hands"), (1, "all", "raise"), (3, "one", "move hand"), (4, "one", "lower for"),
        (5, "one", "onward"), (6, "all", "say"), (8, "one", "lower all"), (9, "one", "restore hands"),
        (10, "one", "skip pause"), (11, "one", "onward"), (11.5, "one", "undo"), (12, "all", "later"),
        (12, "all", "step back"),
    ),
    "a poll": (
        (0, "one", "poll"), (1.5, "all", "answer"), (4, "all", "answer"), (6, "one", "close count"),
    ),
    "a board of ideas": (
        (0, "one", "ask ideas"), (1.5, "one", "begin list"), (3, "all", "suggest"),
        (6, "one", "end list"), (8, "all", "choose idea"),
    ),
    "writing together": (
        (0, "one", "gather"), (1.5, "all", "keep ready"), (4, "one", "rewrite"),
        (6, "one", "release"), (8, "all", "say"),
    ),
    "a private word": (
        (0, "one", "ask aside"), (2, "all", "answer invite"), (4, "all", "say aside"),
        (6, "all", "say aside"), (9, "one", "end aside"),
    ),
    "an offer": (
        (0, "one", "turn mode"), (1, "one", "say"), (2.5, "all", "offer"), (4, "all", "answer invite"),
    ),
    "going around": (
        (0, "one", "round"), (1.5, "all", "say"), (3, "all", "pass"), (5, "all", "say"),
    ),
    "leading by another": ((0, "one", "promote"), (3, "one", "hand over"), (8, "one", "demote")),
}  # fmt: skip


class Inventor:
    """Make up events of every type, as somebody with a changed client could send them."""

    def __init__(self, seat: Seat, chance: Random) -> None:
        self._seat = seat
        self._chance = chance

    def event(self) -> ev.Event:
        """Return an event whose fields are within their bounds and otherwise anything."""
        kind = self._chance.choice(_KINDS)
        info = _INFO[kind]
        fields = {one.name: self._made(one.name, one.type) for one in info.fields}
        return kind(**fields)

    def _made(self, name: str, kind: inspect.Type) -> Any:
        return self._MAKERS[type(kind)](self, name, kind)

    def _number(self, name: str, kind: inspect.IntType) -> int:
        chance, state = self._chance, self._seat.state
        if name == "basis" and state is not None and chance.random() < 0.8:
            return state.version
        low, high = kind.ge or 0, kind.lt or (kind.le + 1 if kind.le else 2**40)
        return chance.choice((low, high - 1, min(low + chance.randrange(4), high - 1)))

    def _several(self, name: str, kind: inspect.VarTupleType) -> tuple[Any, ...]:
        low = kind.min_length or 0
        count = min(low + self._chance.randrange(3), kind.max_length or 8)
        return tuple(self._made(name, kind.item_type) for _ in range(count))

    def _struct(self, name: str, kind: inspect.StructType) -> Any:
        return kind.cls(**{one.name: self._made(one.name, one.type) for one in kind.fields})

    def _tuple(self, name: str, kind: inspect.TupleType) -> tuple[Any, ...]:
        return tuple(self._made(name, one) for one in kind.item_types)

    def _text(self, _name: str, kind: inspect.StrType) -> str:
        low, high = kind.min_length or 0, min(kind.max_length or 80, 200)
        text = self._chance.choice(
            ("", CANARY, f"{CANARY} \x1b]0;owned\x07 \u202eesrever", "x" * high)
        )
        return text[:high].ljust(low, "y")

    def _bytes(self, _name: str, kind: inspect.BytesType) -> bytes:
        low, high = kind.min_length or 0, kind.max_length or 64
        chance, state = self._chance, self._seat.state
        if low == 32 and state is not None and state.people and chance.random() < 0.8:
            return chance.choice(state.people).identity
        shares = [passage.key for passage in self._seat.transcript if len(passage.key) == 16]
        if low == 16 and shares and chance.random() < 0.7:
            return chance.choice(shares)
        return chance.randbytes(min(low + chance.randrange(40), high) if high > low else low)

    _MAKERS: ClassVar[dict[type[inspect.Type], Callable[["Inventor", str, Any], Any]]] = {
        inspect.IntType: _number,
        inspect.StrType: _text,
        inspect.BytesType: _bytes,
        inspect.BoolType: lambda self, _name, _kind: self._chance.random() < 0.5,
        inspect.LiteralType: lambda self, _name, kind: self._chance.choice(kind.values),
        inspect.NoneType: lambda _self, _name, _kind: None,
        inspect.UnionType: lambda self, name, kind: self._made(
            name, self._chance.choice(kind.types)
        ),
        inspect.VarTupleType: _several,
        inspect.TupleType: _tuple,
        inspect.StructType: _struct,
    }


_KINDS: tuple[type[ev.Event], ...] = tuple(
    kind
    for kind in get_args(ev.AnyEvent)
    if kind not in {ev.Heartbeat, ev.OpenFlow, ev.Snapshot, ev.Leaving}
)
_INFO: dict[type[ev.Event], inspect.StructType] = {
    kind: info for kind in _KINDS if isinstance(info := inspect.type_info(kind), inspect.StructType)
}


def forge(person: "Person", seat: Seat, chance: Random) -> str:
    """Send an event that no honest client would send now."""
    machine = person.machine
    if not isinstance(machine, Sitting) or not seat.is_caught_up:
        return ""
    try:
        event = ev.decode_event(ev.encode_event(Inventor(seat, chance).event()))
    except (ValueError, ev.NotAnEvent):
        return ""  # everybody's client refuses it unread
    if isinstance(event, ev.TakeBack):
        person.world.took_back.add(person.name)
    moment = Moment.of(person.seat_world())
    forged = say_event(seat, event, moment)
    forging = replace(machine, seat=forged)
    person.take(Step(forging, tuple(moment.frames), tuple(moment.notices)))
    return f"{person.name}'s changed client sends {type(event).__name__}."


def leading(people: list["Person"], chance: Random) -> "Person | None":
    """Return somebody who leads."""
    lead = [one for one in people if one.seat is not None and _role(one.seat) != MEMBER]
    return chance.choice(lead) if lead else None


def _role(seat: Seat) -> str:
    me = seat.person(seat.facts.identity)
    return me.role if me else MEMBER
