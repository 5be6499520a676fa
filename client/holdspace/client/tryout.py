"""Trying the keys before there is a room: what each would do there, and nothing of it is sent.

Not to be confused with an exercise (pacing.py), which is done for its own sake. The way out, help and
settings are real here, too: whoever needs them must never find out that it was only a trial. Pure.
"""

from dataclasses import field, replace

from holdspace.client.acts import ACTS, BY_ID, BY_SLASH, Act, Spot, Who
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

LEAD = N_("Here you can try what you do in the room. Nothing of it is sent, and nobody sees it.")
ALL_TRIED = N_("That is everything you need. There is no more to learn before you come in.")
LET_IN = N_("You are let in. What you tried was not sent, and the room waits for you.")
MOVED_ON = N_("Something has changed at the door, and waits for you.")
_LONGEST_SHOWN = 120
# What is worth trying, in this order, by the acts' ids: what it is, and what it would do in the room.
STEPS: dict[str, tuple[str, str]] = {
    "say": (
        N_("write, and send it"),
        N_(
            "In the room everybody would read this: “{words}”. When it is not your turn, it would be "
            "kept for you instead, and you would read why."
        ),
    ),
    "raise": (
        N_("raise your hand"),
        N_("In the room your hand would be up. You would see how many are before you, and read when it is "
           "your turn."),
    ),
    "lower": (
        N_("take it down"),
        N_("In the room your hand would be down again. It needs no reason."),
    ),
    "pass": (
        N_("let your turn go by"),
        N_("In the room your turn would go by. It needs no reason, and you are asked once more when the "
           "round ends."),
    ),
    "nod": (
        N_("nod to what was said"),
        N_("In the room whoever spoke last would see one more nod. Nobody sees that it was yours."),
    ),
    "not-ok": (
        N_("say that you are not OK"),
        N_("In the room only those who lead would read it, and nobody else. You need not explain."),
    ),
    "hold": (
        N_("learn what a hold is"),
        N_("Those who lead can hold the room. Then nobody else can write until it goes on, and your words "
           "and your place are kept."),
    ),
}  # fmt: skip
UNKNOWN = N_("There is no such command in the room. /help lists them. Nothing was sent.")
_REAL = frozenset({Spot.ANYWHERE, Spot.LOBBY, Spot.DOORSTEP})
_USUAL = N_("In the room: {sentence}")
_LED = N_("Only those who lead can do that in the room: {verb}.")
_HERE = N_("In the room, {where}: {sentence}")


@value()
class Tryout:
    """What was tried so far, and what is said about the last of it."""

    tried: frozenset[str] = frozenset()
    words: str = field(default="", repr=False)
    last: str = ""

    @property
    def is_complete(self) -> bool:
        """Tell whether everything was tried once."""
        return self.tried >= STEPS.keys()


def trying(tryout: Tryout, act: Act, written: str = "") -> Tryout:
    """Return the tryout after somebody did this, or its other side if they just did it."""
    act = _other_side(act) if tryout.last == act.id else act
    words = _would(act, written)
    after = replace(tryout, tried=tryout.tried | {act.id}, last=act.id)
    is_news = after.is_complete and not tryout.is_complete
    return replace(after, words=f"{words} {_(ALL_TRIED)}" if is_news else words)


def typed(tryout: Tryout, line: str) -> Tryout | Act:
    """Return the tryout after a typed line; or the act of a command that is real here, too."""
    word, _blank, rest = line.strip().partition(" ")
    if word == "!":
        return trying(tryout, BY_ID["raise"])
    if not word.startswith("/") or word.startswith("//"):
        return trying(tryout, BY_ID["say"], line.strip().removeprefix("/"))
    act = BY_SLASH.get(word[1:].casefold())
    if act is None:
        return replace(tryout, words=_(UNKNOWN))
    return act if act.spot in _REAL else trying(tryout, act, rest)


def _other_side(act: Act) -> Act:
    """Return what the same key does when it was pressed already: it takes "not OK" back, say."""
    sides = [one for one in ACTS if (one.key, one.spot, one.who) == (act.key, act.spot, act.who)]
    return sides[(sides.index(act) + 1) % len(sides)]


def _would(act: Act, written: str) -> str:
    if act.id in STEPS:
        # By replacing, not by format(): somebody's words are data, never a pattern.
        return _(STEPS[act.id][1]).replace("{words}", clean_line(written, _LONGEST_SHOWN))
    if act.who is not Who.EVERYONE:
        return _(_LED).format(verb=act.verb)
    if act.spot is not Spot.ROOM:
        return _(_HERE).format(where=act.spot.words, sentence=act.sentence)
    return _(_USUAL).format(sentence=act.sentence)
