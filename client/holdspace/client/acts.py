"""The one registry of acts, and the one reading of typed commands, for both front ends.

Key bindings, slash commands, help, the command list and docs/keys.md derive from `ACTS`, so that
the screen and the plain line mode can never drift apart. Pure; imports no front end.
"""

import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache
from typing import TypeVar

from holdspace.client.act_kinds import Act, Given, Need, Spot, Who
from holdspace.client.act_table import (
    ACTS,
    CHOICE_WORDS,
    HAND_KINDS,
    MODE_WORDS,
    MODES,
    NOD_KINDS,
    NOD_WORDS,
)
from holdspace.client.acts_people import suits
from holdspace.client.numbers import number_in
from holdspace.client.seat.intents import (
    BackStage,
    CloseTheMeeting,
    GiveAnswers,
    Intent,
    KeepTheTime,
    Leave,
    NextStage,
    OpenTheFlow,
    ReleaseTheWords,
    Say,
    SayAtDoor,
    ToStage,
)
from holdspace.client.seat.intents_apart import SayAside
from holdspace.client.seat.view import KnockView, PersonView, Place, Role, RoomView
from holdspace.protocol.translation import N_, _, ngettext
from holdspace.protocol.values import value

__all__ = [
    "ACTS",
    "BY_ID",
    "BY_SLASH",
    "CHOICE_WORDS",
    "HAND_KINDS",
    "MODES",
    "MODE_WORDS",
    "NOD_KINDS",
    "NOD_WORDS",
    "Act",
    "Command",
    "Given",
    "Local",
    "Need",
    "Problem",
    "Spot",
    "Who",
    "act_of",
    "acts_for",
    "choices_of",
    "is_here",
    "is_last_stage",
    "is_only_facilitator",
    "is_permitted",
    "is_spent",
    "is_useful",
    "keys_page",
    "lets_be_read",
    "not_permitted",
    "parse_command",
    "question_for",
    "same_key_now",
    "takes_the_room",
    "wants_a_choice",
]

BY_ID: dict[str, Act] = {act.id: act for act in ACTS}
BY_SLASH: dict[str, Act] = {name: act for act in ACTS for name in (act.slash, *act.also)}
_ENDS = frozenset({Place.REMOVED, Place.LEFT, Place.DECLINED, Place.CLOSED, Place.ENDED})
_PLACES = {Spot.LOBBY: (Place.LOBBY,), Spot.DOORSTEP: (Place.LOBBY, Place.WAITING)}


def is_permitted(act: Act, view: RoomView) -> bool:
    """Return whether somebody in this person's role may do it at all."""
    return {
        Who.EVERYONE: True,
        Who.FACILITATOR: view.is_facilitator,
        Who.HOST: view.is_host,
    }[act.who]


def is_here(act: Act, view: RoomView) -> bool:
    """Return whether the act belongs to where this person is: the lobby, the room, anywhere."""
    if act.spot is Spot.ANYWHERE or act.id in {"about", "practice"}:
        return True
    if act.spot in {Spot.WRITING, Spot.COPY} and view.door_thread:
        return True
    # What one wrote and did not send is there to be copied, also after the end.
    if act.id in {"copy", "clipboard"} and view.place in _ENDS:
        return True
    return view.place in _PLACES.get(act.spot, (Place.ROOM,))


def is_useful(act: Act, view: RoomView) -> bool:
    """Return whether it would do something right now; the key line shows only these."""
    return is_permitted(act, view) and is_here(act, view) and bool(act.when(view))


def same_key_now(act: Act, view: RoomView, person: PersonView | None = None) -> Act:
    """Return the act its key stands for right now: one key holds the room and lets it go on.

    Done for a `person`, what is meant is said by them, and not by the others.
    """
    siblings = (other for other in ACTS if (other.key, other.spot) == (act.key, act.spot))
    now = (other for other in siblings if other.when(view))
    return next((one for one in now if person is None or suits(one.id, person)), act)


def acts_for(view: RoomView, spot: Spot | None = None) -> tuple[Act, ...]:
    """Return the acts this person may do where they are, in the order of the registry."""
    mine = (act for act in ACTS if is_permitted(act, view) and is_here(act, view))
    return tuple(act for act in mine if spot is None or act.spot is spot)


def act_of(intent: Intent) -> Act:
    """Return the act an intent belongs to."""
    return _by_intent()[type(intent)]


@cache
def _by_intent() -> dict[type[Intent], Act]:
    """Return the act of every kind of intent: the first that makes one is the one it is known by."""
    return {
        OpenTheFlow: BY_ID["flow"],
        GiveAnswers: BY_ID["answer"],
        SayAside: BY_ID["say"],
        SayAtDoor: BY_ID["say"],
        **{type(act.build(Given())): act for act in reversed(ACTS) if act.build},
    }


def is_last_stage(view: RoomView) -> bool:
    """Return whether there is no stage after the current one."""
    return bool(view.stages) and view.stages[-1].is_current


def is_only_facilitator(view: RoomView) -> bool:
    """Return whether nobody who stays in the room could lead it."""
    others = (person for person in view.people if not person.is_me)
    return (
        view.place is Place.ROOM
        and view.is_facilitator
        and all(other.role is Role.MEMBER for other in others)
    )


def takes_the_room(view: RoomView) -> bool:
    """Return whether others are here who would lose the room if this person went."""
    return view.place is Place.ROOM and view.takes_relay_along and len(view.people) > 1


_ROOM_GOES = N_(
    "Others are still here, and the room goes with you: its relay runs in this program. Close the "
    "meeting for everybody, and leave? They read that it is over, and keep what they were writing."
)
_NOBODY_LEADS = N_(
    "You are the only facilitator here: the room rests without one, and nobody new can come in."
)
_STILL_COUNTED = N_(
    "What is still being counted would be gone; /count closes it first, and shows it."
)
_SOMEBODY_SPEAKS = N_(
    "{name} has the floor. Go on now all the same? What they are writing stays with them."
)
_NOT_AT_THE_DOOR = N_("/{slash} works at the door, before coming in.")
_NOT_WHILE_THERE = N_("/{slash} works at the door, also while waiting there.")
_WHERE = {Spot.LOBBY: _NOT_AT_THE_DOOR, Spot.DOORSTEP: _NOT_WHILE_THERE}
_NOT_YET = N_("/{slash} works in the room; you are not there yet.")
_ONLY = {
    Who.FACILITATOR: N_("Only facilitators can do that: {verb}."),
    Who.HOST: N_("Only the host can do that: {verb}."),
}


def question_for(intent: Intent, view: RoomView) -> str:
    """Return what to ask before doing it, or "" when it can simply be done."""
    if isinstance(intent, Leave) and takes_the_room(view):
        return _(_ROOM_GOES)
    if isinstance(intent, Leave) and is_only_facilitator(view):
        return f"{act_of(intent).question} {_(_NOBODY_LEADS)}"
    if isinstance(intent, ReleaseTheWords) or lets_be_read(intent, view):
        return _release_question(view)
    if isinstance(intent, NextStage | BackStage | ToStage):
        return _speaker_question(intent, view)
    if isinstance(intent, CloseTheMeeting) and view.asked.running:
        return f"{act_of(intent).question} {_(_STILL_COUNTED)}"
    if isinstance(intent, KeepTheTime):
        return (
            act_of(intent).question.replace("{drift}", view.drift_words) if view.drift_words else ""
        )
    who = getattr(intent, "who", b"")
    name = next((person.name for person in view.people if person.identity == who), _("this person"))
    # The name is put in by replacing, not by format(): a name is data, never a pattern.
    return act_of(intent).question.replace("{name}", name)


def lets_be_read(intent: Intent, view: RoomView) -> bool:
    """Tell whether going on means here that what is ready is read first."""
    gather = view.gather if isinstance(intent, NextStage) else None
    return gather is not None and not gather.is_released and gather.ready > 0


def _speaker_question(intent: Intent, view: RoomView) -> str:
    """Return what a facilitator is asked while somebody else has the floor; it is theirs to go on."""
    is_refused = isinstance(intent, NextStage) and is_last_stage(view)
    if view.floor is None or view.floor.is_me or not view.is_facilitator or is_refused:
        return ""
    return _(_SOMEBODY_SPEAKS).format(name=view.floor.name)


def _release_question(view: RoomView) -> str:
    """Return what a facilitator is asked while somebody still writes; it cannot be undone."""
    writing = view.gather.writing if view.gather and not view.gather.is_released else 0
    if not writing:
        return ""
    return ngettext(
        "{number} person is still writing. Let it be read now? What they write stays with them, and "
        "comes later.",
        "{number} people are still writing. Let it be read now? What they write stays with them, and "
        "comes later.",
        writing,
    ).format(number=writing)


@value()
class Local:
    """A command the front end answers by itself; nothing is sent."""

    act: Act
    text: str = ""
    number: int = 0


@value()
class Problem:
    """Why a line is not a command, in one sentence; the line stays where it was typed."""

    words: str


Command = Intent | Local | Problem


def choices_of(act: Act, view: RoomView) -> list[tuple[str, bool, Intent]]:
    """Return what can be chosen for an act: what it means, whether it is so now, and the wish."""
    if act.build is None:
        return []
    words = {one: _(meaning) for one, meaning in CHOICE_WORDS.get(act.id, {}).items()}
    now = {"turns": view.mode, "order": view.order}.get(act.id)
    return [(words.get(one, one), one == now, act.build(Given(choice=one))) for one in act.choices]


def wants_a_choice(line: str, view: RoomView) -> Act | None:
    """Return the act of a command that does not say yet which of its choices is meant."""
    word, _space, rest = line.strip().removeprefix("/").partition(" ")
    act = BY_SLASH.get(word.lower()) if line.lstrip().startswith("/") else None
    if act is None or act.is_optional or rest or not choices_of(act, view):
        return None
    return act if is_permitted(act, view) and is_here(act, view) else None


def parse_command(line: str, view: RoomView) -> Command:
    """Read one typed line: a command after "/", a raised hand for "!", or else words to share."""
    text = line.strip()
    if text == "!":
        return parse_command("/raise", view)
    if text.startswith("//") or not text.startswith("/"):
        words = text.removeprefix("/") if text.startswith("//") else line
        if view.place is Place.WAITING and view.door_thread:
            return SayAtDoor(words)
        return (
            Say(words) if view.place is Place.ROOM else Problem(_("You are not in the room yet."))
        )
    word, _space, rest = text[1:].partition(" ")
    act = BY_SLASH.get(word.lower())
    if act is None:
        return Problem(_unknown(word, view))
    if not is_permitted(act, view):
        return Problem(not_permitted(act))
    if not is_here(act, view):
        why = _WHERE.get(act.spot, _NOT_YET)
        return Problem(_(why).format(slash=act.slash))
    return _command(act, rest.strip(), view)


def not_permitted(act: Act) -> str:
    """Return the sentence for somebody in whose role an act is not."""
    return _(_ONLY[act.who]).format(verb=act.verb)


def is_spent(line: str) -> bool:
    """Tell whether a refused line holds nothing of somebody's own: a command that is whole by itself."""
    act = BY_SLASH.get(line.strip().removeprefix("/").lower())
    is_whole = act is not None and (act.is_optional or act.needs is Need.NOTHING)
    return line.lstrip().startswith("/") and is_whole


def _unknown(word: str, view: RoomView) -> str:
    near = _near(word.lower(), view)
    if near:
        return _("There is no command /{word}. Did you mean /{near}? Nothing was sent.").format(
            word=word[:24], near=near
        )
    return _("There is no command /{word}. /help lists the commands. Nothing was sent.").format(
        word=word[:24]
    )


def _near(word: str, view: RoomView) -> str:
    """Return the command that somebody may have meant: one that begins so, or else one that looks alike."""
    names = [name for name, act in BY_SLASH.items() if is_permitted(act, view)]
    begin = [name for name in names if len(word) > 1 and name.startswith(word)]
    # What would do something now, before what only begins with the same letters.
    begin.sort(key=lambda name: not is_useful(BY_SLASH[name], view))
    return next(iter(begin or get_close_matches(word, names, n=1, cutoff=0.5)), "")


def _command(act: Act, rest: str, view: RoomView) -> Command:
    if not rest and not act.is_optional and act.needs is not Need.NOTHING:
        return Problem(
            _("/{slash} needs a little more: {usage}").format(slash=act.slash, usage=act.usage)
        )
    given = _READERS[act.needs](act, rest, view)
    if isinstance(given, Problem):
        return given
    if act.build is None:
        return Local(act, given.text, given.number)
    return act.build(given)


def _read_nothing(_act: Act, _rest: str, _view: RoomView) -> Given | Problem:
    return Given()


def _read_text(_act: Act, rest: str, _view: RoomView) -> Given | Problem:
    return Given(text=rest)


def _read_number(act: Act, rest: str, _view: RoomView) -> Given | Problem:
    if not rest:
        return Given()
    number = number_in(rest, 999)
    if number:
        return Given(number=number)
    return Problem(
        _("/{slash} wants a number from 1 to 999, in digits: {usage}").format(
            slash=act.slash, usage=act.usage
        )
    )


def _read_choice(act: Act, rest: str, _view: RoomView) -> Given | Problem:
    if rest == "" or rest.lower() in act.choices:
        return Given(choice=rest.lower())
    return Problem(
        _("/{slash} can be: {choices}.").format(slash=act.slash, choices=", ".join(act.choices))
    )


def _read_person(act: Act, rest: str, view: RoomView) -> Given | Problem:
    if not rest and act.is_optional:
        return Given()
    found = _find(rest, view.people)
    return found if isinstance(found, Problem) else Given(person=found.identity)


def _read_person_and_words(_act: Act, rest: str, view: RoomView) -> Given | Problem:
    """Read a name, which may have spaces in it, and what follows it."""
    words = rest.split()
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count]).casefold()
        named = [one for one in view.people if one.name.casefold() == name]
        if len(named) == 1:
            return Given(person=named[0].identity, text=" ".join(words[count:]))
    found = _find(words[0] if words else "?", view.people)
    if isinstance(found, Problem):
        return found
    return Given(person=found.identity, text=" ".join(words[1:]))


def _read_knock(_act: Act, rest: str, view: RoomView) -> Given | Problem:
    if not view.knocks:
        return Problem(_("Nobody is at the door."))
    wanted, _space, words = rest.partition(" ")
    if not wanted and len(view.knocks) == 1:
        return Given(knock=view.knocks[0].knock)
    found = _find(wanted or "?", view.knocks)
    return found if isinstance(found, Problem) else Given(knock=found.knock, text=words.strip())


_READERS: dict[Need, Callable[[Act, str, RoomView], Given | Problem]] = {
    Need.NOTHING: _read_nothing,
    Need.TEXT: _read_text,
    Need.NUMBER: _read_number,
    Need.CHOICE: _read_choice,
    Need.PERSON: _read_person,
    Need.PERSON_AND_WORDS: _read_person_and_words,
    Need.KNOCK: _read_knock,
}

_WHICH_ONE = N_("Which one do you mean? A name or a number: {names}.")
_WHO = N_("Who do you mean? A name or a number: {names}.")
_Named = TypeVar("_Named", PersonView, KnockView)


def _find(wanted: str, among: Iterable[_Named]) -> _Named | Problem:
    """Return the one person meant by a name, the start of one, or their number."""
    everybody = tuple(among)
    numbers = {_number(one, at): one for at, one in enumerate(everybody, 1)}
    if wanted.isascii() and wanted.isdigit():
        at = int(wanted[:6])
        return numbers.get(at) or Problem(_("There is no number {at}.").format(at=at))
    low = wanted.casefold()
    exact = [one for one in everybody if one.name.casefold() == low]
    found = exact or [one for one in everybody if one.name.casefold().startswith(low)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{at} {one.name}" for at, one in numbers.items())
    words = _WHICH_ONE if found else _WHO
    return Problem(_(words).format(names=names))


def _number(one: PersonView | KnockView, at: int) -> int:
    return one.number if isinstance(one, KnockView) else at


_KEYS_INTRODUCTION = """\
Written from `client/holdspace/client/act_table.py` by `python -m holdspace.client.acts`; do not edit.
Every act has a key on the full screen and a command in both front ends. Esc leaves the text field; then
single keys act. Enter sends, Ctrl+J makes a new line, F1 helps anywhere, and Esc three times closes the
screen at once. In the transcript the arrow keys, Page Up, Page Down, Home and End read back."""


def keys_page() -> str:
    """Return docs/keys.md: every key and command, from the registry."""
    parts = [
        "# Keys and commands",
        _KEYS_INTRODUCTION,
    ]
    for who in Who:
        rows = [
            f"| `{act.key}` | `{_cell(act.usage)}` | {_cell(act.sentence)} | {act.spot.value} |"
            for act in ACTS
            if act.who is who
        ]
        head = [
            "| key | command | what it does | where the key works |",
            "| --- | --- | --- | --- |",
        ]
        parts.append(f"## For {who.value}\n\n" + "\n".join(head + rows))
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(keys_page())
