"""The first page: what somebody can do who typed `holdspace` and nothing else.

A table of ways, each of which is a command that could have been typed; both front ends show the same
ones. Nothing is opened, sent or looked up before one of them is chosen.
"""

from collections.abc import Sequence
from typing import NamedTuple

from holdspace.client.kept_rooms import KeptRoom, shown_name
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _, shown

WELCOME = N_(
    "Guided support groups, end-to-end encrypted. Nothing is opened or sent before you choose."
)
NOT_FOR = N_("Not therapy, and not an emergency service.")
NO_ROOMS = N_("No room is kept on this device yet. You need none to come to a meeting.")
OTHER_DEVICES = N_("Rooms that you keep are in your notebook, which is closed just now.")


class Way(NamedTuple):
    """One thing to begin with: its words, what it means, and the command that does it."""

    words: str
    meaning: str
    command: tuple[str, ...]

    def shown(self) -> "Way":
        """Return it in the language of whoever reads it."""
        return Way(shown(self.words), shown(self.meaning), self.command)


_ALWAYS = (
    Way(
        N_("Come to a meeting with a code"),
        N_("You are asked for the invitation code, and read who leads before you come in."),
        ("join",),
    ),
    Way(
        N_("Open a room, and lead a meeting"),
        N_("You are asked for its name and yours; people come with the code you give them."),
        ("host",),
    ),
    Way(
        N_("Try it with simulated people"),
        N_("On this device only; nobody real is there."),
        ("demo",),
    ),
    Way(
        N_("Practise alone"),
        N_("Breath, senses, a plan. There is no connection at all."),
        ("solo",),
    ),
    Way(N_("Need help now"), N_("What to do if you are not safe. Nothing is sent."), ("support",)),
    Way(
        N_("Settings"), N_("Colours, bell, keys and more, each with what it is for."), ("settings",)
    ),
    Way(
        N_("What others can see"),
        N_("What the relay can see of you, and what not."),
        ("explain-privacy",),
    ),
)


def ways(rooms: Sequence[KeptRoom], meets: Sequence[str] = ()) -> tuple[Way, ...]:
    """Return everything there is to begin with: the rooms that are kept first, each with its next meeting."""
    kept = (
        _room(number, room, when)
        for number, (room, when) in enumerate(zip(rooms, meets, strict=True), 1)
    )
    return (*kept, *(way.shown() for way in _ALWAYS))


def lead(rooms: Sequence[KeptRoom], *, is_closed: bool) -> str:
    """Return the one sentence about rooms: none are kept, or the notebook is closed; "" with some."""
    if rooms:
        return ""
    return _(OTHER_DEVICES if is_closed else NO_ROOMS)


def _room(number: int, room: KeptRoom, when: str) -> Way:
    name = shown_name(room)
    if room.host is not None:
        return Way(
            _("{name}, which you lead").format(name=name),
            when or _("No next meeting is set."),
            ("open", str(number)),
        )
    me = _("You are {name} there.").format(name=clean_line(room.my_name))
    return Way(name, f"{me} {when}".rstrip(), ("join", str(number)))
