"""What an act is: its key, its command, its words, who may do it and where.

The rows are in act_table.py and in the tables of single chapters (acts_*.py); `acts.py` is where
everybody else asks.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from functools import partial

from holdspace.client.seat.intents import Intent
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import N_, _, shown
from holdspace.protocol.values import value


class Who(Enum):
    """Who may do it; the value is the word used in sentences."""

    EVERYONE = N_("everyone")
    FACILITATOR = N_("facilitators")
    HOST = N_("the host")

    @property
    def words(self) -> str:
        """Return who, as somebody reads it."""
        return _(self.value)


class Need(Enum):
    """What has to be given with it."""

    NOTHING = auto()
    TEXT = auto()
    PERSON = auto()
    PERSON_AND_WORDS = auto()
    KNOCK = auto()
    NUMBER = auto()
    CHOICE = auto()


class Spot(Enum):
    """Where the act's key works; its slash command works wherever the person is in that place."""

    ANYWHERE = N_("anywhere")
    LOBBY = N_("at the door, before coming in")
    DOORSTEP = N_("at the door, also while waiting there")
    ROOM = N_("in the room, outside the text field")
    PEOPLE = N_("in the list of people, for the person chosen there")
    DOOR = N_("in the list of people at the door")
    SHEET = N_("in the run sheet")
    OWN = N_("on the page of your own plans, ideas and notes")
    BOARD = N_("on the board of ideas")
    ASIDE = N_("in a private word, outside the text field")
    LASTING = N_("on the page of what lasts of this room")
    WRITING = N_("where you write, also inside the text field")
    COPY = N_("in what /copy shows")

    @property
    def words(self) -> str:
        """Return where, as somebody reads it."""
        return _(self.value)


_SHOWN = {
    Need.NOTHING: "",
    Need.TEXT: N_("WORDS"),
    Need.PERSON: N_("NAME"),
    Need.PERSON_AND_WORDS: N_("NAME [WORDS]"),
    Need.KNOCK: N_("NUMBER"),
    Need.NUMBER: N_("NUMBER"),
    Need.CHOICE: N_("CHOICE"),
}


@value()
class Given:
    """What a person gave with an act."""

    text: str = ""
    person: bytes = b""
    knock: bytes = b""
    number: int = 0
    choice: str = ""


Build = Callable[[Given], Intent]


# Set before there is a screen, and again whenever somebody changes them.
_OWN_KEYS: dict[str, str] = {}


def use_keys(keys: Mapping[str, str]) -> None:
    """Let these acts, by their names, have these keys from now on."""
    _OWN_KEYS.clear()
    _OWN_KEYS.update(keys)


@value()
class Act:
    """One thing a person can do. Without `build` the front end does it by itself (see `id`).

    Its words are marked for translation by where they stand in a row (translations/extract.py).
    """

    id: str
    usual_key: str
    slash: str
    english_verb: str
    english_sentence: str
    build: Build | None = None
    who: Who = Who.EVERYONE
    spot: Spot = Spot.ROOM
    needs: Need = Need.NOTHING
    is_optional: bool = False
    choices: tuple[str, ...] = ()
    english_question: str = ""
    also: tuple[str, ...] = ()
    when: Callable[[RoomView], bool] = bool

    @property
    def key(self) -> str:
        """Return the key that does it, which may be somebody's own."""
        return _OWN_KEYS.get(self.id, self.usual_key)

    @property
    def verb(self) -> str:
        """Return what it does, in the few words of a key line."""
        return _(self.english_verb)

    @property
    def sentence(self) -> str:
        """Return what it does, in a sentence."""
        return _(self.english_sentence)

    @property
    def question(self) -> str:
        """Return what is asked before it is done, or "" when it can simply be done."""
        return self.english_question and _(self.english_question)

    @property
    def confirm(self) -> bool:
        """Return whether a person must say yes first, because it cannot be taken back."""
        return bool(self.english_question)

    @property
    def usage(self) -> str:
        """Return the command as it is typed, with what it needs."""
        what = "|".join(self.choices) or shown(_SHOWN[self.needs])
        what = f"[{what}]" if self.is_optional and what else what
        return f"/{self.slash} {what}".rstrip()


facilitators_act = partial(Act, who=Who.FACILITATOR)
hosts_act = partial(Act, who=Who.HOST)
