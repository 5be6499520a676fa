"""What a simulated member does next, from what they see and remember; a pure function.

There is no script: a member answers the state of the room, whoever brought it about. So the same
people sit in Ana's meeting and in the one that the person at the keyboard facilitates.
"""

from collections.abc import Callable, Iterable
from dataclasses import field

from holdspace.client.demo import meeting_in_pairs
from holdspace.client.demo.cast import ANY, ARRIVING, Character, Everybody
from holdspace.client.demo.memory import Memory, Move, newest_share
from holdspace.client.demo.pace import Dice, reading_seconds, writing_seconds
from holdspace.client.seat.form_view import Item, To
from holdspace.client.seat.intents import (
    Accept,
    GiveAnswers,
    KeepReady,
    Lower,
    NodTo,
    PassTurn,
    Raise,
    Say,
)
from holdspace.client.seat.view import Line, Part, PersonView, Place, RoomView
from holdspace.protocol.values import value

READING_AGREEMENTS = 4.0
WHERE_FEW_RAISE_A_HAND = 0.35
ANSWERING = 0.4
GREETING = 0.5
REAL_PERSON_IS_NODDED_TO = 0.3
GOT_LOST = 15.0
THINKING = 2.0


@value()
class Moment:
    """Everything a decision may depend on; `company` are the names of simulated people."""

    character: Character
    view: RoomView
    memory: Memory
    now: float
    dice: Dice
    company: frozenset[str] = frozenset()
    everybody: Everybody = field(default=Everybody(), repr=False)

    def roll(self, question: str) -> float:
        """Return this person's own number for a question."""
        return self.dice(f"{self.character.name} {question}")

    def has(self, mark: str) -> bool:
        """Tell whether this was done already."""
        return mark in self.memory.done

    def may(self, mark: str) -> bool:
        """Tell whether to do this: not done yet, or so long ago without effect that it got lost."""
        lost = not self.view.sending and self.now - self.memory.acted_at > GOT_LOST
        return lost or not self.has(mark)

    def once(self, what: str) -> bool:
        """Tell whether this was not yet done in this visit to this stage."""
        return not self.has(self.memory.here(what))

    @property
    def in_stage(self) -> float:
        """Return the seconds since this stage, or this person, came."""
        return self.now - max(self.memory.stage_since, self.memory.place_since)

    @property
    def in_mode(self) -> float:
        """Return the seconds since turns are taken the way they are."""
        return self.now - max(self.memory.mode_since, self.memory.place_since)

    @property
    def with_floor(self) -> float:
        """Return the seconds since the floor went where it is."""
        return self.now - self.memory.floor_since

    @property
    def since_newest(self) -> float:
        """Return the seconds since somebody else's newest share."""
        return self.now - self.memory.newest_since

    def is_real(self, person: PersonView) -> bool:
        """Tell whether this is the person whom the demo is for, even under a name of the company."""
        named_so = next((one for one in self.view.people if one.name == person.name), person)
        is_company = person.name in self.company and named_so.identity == person.identity
        return not person.is_me and not is_company


Habit = Callable[[Moment], Move | None]


def first_of(habits: Iterable[Habit], moment: Moment) -> Move | None:
    """Return the first thing that any habit suggests."""
    return next((move for move in (habit(moment) for habit in habits) if move), None)


def next_move(moment: Moment) -> Move | None:
    """Return what this member does now, or None while there is nothing to do."""
    if moment.view.place is Place.LOBBY:
        return _accept(moment)
    if moment.view.place is not Place.ROOM or moment.view.is_held:
        return None
    return first_of(HABITS, moment)


def use_the_floor(moment: Moment) -> Move | None:
    """Write when it is one's turn, or let it go by."""
    view, memory = moment.view, moment.memory
    mark = f"floor {memory.floor_since}"
    if not (view.floor and view.floor.is_me) or moment.has(mark) or is_ready(view):
        return None
    if memory.stage in moment.character.passes and moment.once("passed") and view.can_pass:
        wait = 3.0 + 3.0 * moment.roll(mark)
        return Move(PassTurn(), memory.here("passed")) if moment.with_floor >= wait else None
    text = _answer(moment) or own_line(moment)
    if not text:
        return Move(PassTurn(), mark)
    if moment.with_floor < writing_seconds(moment.character, text):
        return None
    return Move(Say(text), mark)


def write_together(moment: Moment) -> Move | None:
    """Write where everybody writes for themselves, and mark it ready; or only read."""
    gather, mark = moment.view.gather, moment.memory.here("written")
    is_writing = gather is not None and not gather.is_released and gather.mine is Part.WRITING
    if not is_writing or moment.has(mark) or is_ready(moment.view):
        return None
    text = "" if moment.memory.stage in moment.character.passes else own_line(moment)
    wait = writing_seconds(moment.character, text) if text else 4.0 + 4.0 * moment.roll(mark)
    if moment.in_mode < wait:
        return None
    return Move(KeepReady(text) if text else PassTurn(), mark)


def answer_what_is_asked(moment: Moment) -> Move | None:
    """Let oneself be counted, after as long as it takes to think about a number or two."""
    form = moment.view.asked.form
    if form is None or form.is_answered or not form.count:
        return None
    mark = f"answered {form.key}"
    wait = THINKING * len(form.items) * (1.0 + moment.roll(mark))
    if moment.has(mark) or moment.in_stage < wait:
        return None
    numbers = tuple(_number(moment, item) for item in form.items)
    return Move(GiveAnswers(form, numbers, to=To.GROUP), mark)


def _number(moment: Moment, item: Item) -> int:
    least, most = (1, len(item.options)) if item.options else (item.least, item.most)
    # Nobody in pain is a number drawn from a hat: the rolls of one person lie together.
    return least + round((most - least) * (moment.roll(item.text) + moment.roll("always")) / 2)


def is_ready(view: RoomView) -> bool:
    """Tell whether own words wait to be released, so that there is nothing to do but wait."""
    return any(passage.is_ready for passage in view.transcript[-2:])


def own_line(moment: Moment) -> str:
    """Return what this person has to say in this stage, "" when all of it was said."""
    said = {passage.text for passage in moment.view.transcript if passage.is_mine}
    mine = variants(moment, moment.character.lines.get(moment.memory.stage, ()))
    spare = moment.character.lines.get(ANY, ())
    return next((text for text in mine + spare if text not in said), "")


def variants(moment: Moment, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines, beginning with the one that this person's dice chose."""
    start = int(moment.roll(f"line {moment.memory.stage}") * len(lines))
    return lines[start:] + lines[:start]


def nod(moment: Moment) -> Move | None:
    """Nod to what was just said, after the time it takes to read it."""
    share = newest_share(moment.view)
    if not moment.view.can_nod or share is None or share.author is None:
        return None
    mark = f"nod {share.key.hex()}"
    likely = moment.character.nods
    if moment.is_real(share.author):
        likely += REAL_PERSON_IS_NODDED_TO
    patience = reading_seconds(share.text) * (0.6 + moment.roll(f"{mark} when"))
    if moment.has(mark) or moment.roll(mark) > likely or moment.since_newest < patience:
        return None
    kinds = moment.character.nod_kinds
    kind = kinds[int(moment.roll(f"{mark} kind") * len(kinds))]
    return Move(NodTo(kind, share.key), mark)


def _accept(moment: Moment) -> Move | None:
    character = moment.character
    patience = READING_AGREEMENTS * (0.5 + moment.roll("reads"))
    if moment.view.card is None or moment.now - moment.memory.place_since < patience:
        return None
    mark = "accepted"
    return None if moment.has(mark) else Move(Accept(character.name, character.introduction), mark)


def _answer(moment: Moment) -> str:
    """Return a reply to the real person, for somebody who raised a hand to respond."""
    mark = next((mark for mark in moment.memory.done if mark.startswith("responds ")), "")
    passage = next((p for p in moment.view.transcript if mark == f"responds {p.key.hex()}"), None)
    if passage is None or passage.author is None or not moment.character.answers:
        return ""
    text = addressed(moment, moment.character.answers, passage.author)
    said = any(p.is_mine and p.text == text for p in moment.view.transcript)
    return "" if said else text


def _greet(moment: Moment) -> Move | None:
    """Say hello by name to the real person, where everybody may write."""
    if moment.view.mode != "open" or not moment.view.can_write or moment.view.floor:
        return None
    for person in moment.view.people:
        mark = f"greet {person.identity.hex()}"
        if not moment.is_real(person) or moment.has(mark) or moment.roll(mark) > GREETING:
            continue
        waited = moment.now - max(moment.memory.arrival(person.identity), moment.memory.place_since)
        if waited >= 4.0 + 8.0 * moment.roll(f"{mark} when"):
            return Move(Say(addressed(moment, moment.character.greets, person)), mark)
    return None


def _respond(moment: Moment) -> Move | None:
    """Raise a hand to answer what the real person just shared."""
    share = newest_share(moment.view)
    asked = moment.view.mode == "hands" and moment.view.can_raise
    if not asked or share is None or share.author is None or not moment.is_real(share.author):
        return None
    mark = f"responds {share.key.hex()}"
    has_responded = any(done.startswith("responds ") for done in moment.memory.done)
    if has_responded or moment.roll(mark) > ANSWERING:
        return None
    wait = reading_seconds(share.text)
    return Move(Raise("respond"), mark) if moment.since_newest >= wait else None


def _raise(moment: Moment) -> Move | None:
    """Raise a hand once in a stage where hands are raised, if one is inclined to."""
    view, memory = moment.view, moment.memory
    is_up = bool(view.me and (view.me.place_in_queue or view.me.has_floor))
    if view.mode != "hands" or not view.can_raise or is_up or not moment.once("raised"):
        return None
    is_for_questions = memory.stage in moment.everybody.few_hands
    inclined = moment.character.eagerness * (WHERE_FEW_RAISE_A_HAND if is_for_questions else 1.0)
    question = f"raise {memory.stage}"
    if moment.roll(question) > inclined:
        return None
    # Seldom two at once; and a mode that just changed is first taken in.
    wait = 4.0 + 18.0 * moment.roll(f"{question} when")
    return Move(Raise(), memory.here("raised")) if moment.in_mode >= wait else None


def _try_the_hand(moment: Moment) -> Move | None:
    """Practise, where the room is open and hands may be raised: up, and down again."""
    view, memory = moment.view, moment.memory
    if view.mode != "open" or memory.stage == ARRIVING or not view.me:
        return None
    if view.me.place_in_queue and moment.once("lowered"):
        up = moment.now - memory.acted_at
        return Move(Lower(), memory.here("lowered")) if up >= 5.0 else None
    if not view.can_raise or not moment.once("raised"):
        return None
    wait = 4.0 + 8.0 * moment.roll("practice")
    return Move(Raise(), memory.here("raised")) if moment.in_stage >= wait else None


def _try_the_pass(moment: Moment) -> Move | None:
    """Practise passing, where everybody may write and nothing depends on it."""
    wanted = moment.memory.stage in moment.character.passes and moment.once("passed")
    if moment.view.mode != "open" or not wanted or not moment.view.can_pass:
        return None
    return Move(PassTurn(), moment.memory.here("passed")) if moment.in_stage >= 9.0 else None


def _chat(moment: Moment) -> Move | None:
    """Write one line where everybody may write."""
    view, memory = moment.view, moment.memory
    if view.mode != "open" or not view.can_write or view.floor or not moment.once("chat"):
        return None
    text = next(iter(variants(moment, moment.character.lines.get(memory.stage, ()))), "")
    if not text or _is_mine(view, text):
        return None
    wait = (
        3.0 + 16.0 * moment.roll(f"chat {memory.stage}") + writing_seconds(moment.character, text)
    )
    return Move(Say(text), memory.here("chat")) if moment.in_stage >= wait else None


def _is_mine(view: RoomView, text: str) -> bool:
    return any(p.is_mine and p.line is Line.SHARE and p.text == text for p in view.transcript)


def addressed(moment: Moment, lines: tuple[str, ...], person: PersonView) -> str:
    """Return one of the lines with the person's name in it."""
    question = f"to {person.identity.hex()} {moment.memory.visit}"
    line = lines[int(moment.roll(question) * len(lines))]
    return line.replace("{name}", person.name)


HABITS: tuple[Habit, ...] = (
    meeting_in_pairs.go_back,
    use_the_floor,
    meeting_in_pairs.answer_an_offer,
    meeting_in_pairs.say_yes,
    meeting_in_pairs.write_in_a_pair,
    answer_what_is_asked,
    write_together,
    _greet,
    _respond,
    _raise,
    _try_the_hand,
    _try_the_pass,
    _chat,
    nod,
)
