"""The first page: what somebody can do who typed `holdspace` and nothing else.

A table of ways, each of which is a command that could have been typed; both front ends show the same
ones. Nothing is opened, sent or looked up before one of them is chosen.
"""

from collections.abc import Sequence
from typing import NamedTuple

from holdspace.client.kept_rooms import KeptRoom, shown_name
from holdspace.protocol.text import clean_line

WELCOME = (
    "Guided support groups, end-to-end encrypted. Nothing is opened or sent before you choose."
)
NOT_FOR = "Not therapy, and not an emergency service."
NO_ROOMS = "No room is kept on this device yet. You need none to come to a meeting."
OTHER_DEVICES = "Rooms that you keep are in your notebook, which is closed just now."


class Way(NamedTuple):
    """One thing to begin with: its words, what it means, and the command that does it."""

    words: str
    meaning: str
    command: tuple[str, ...]


_ALWAYS = (
    Way(
        "Come to a meeting with a code",
        "You are asked for the invitation code, and read who leads before you come in.",
        ("join",),
    ),
    Way(
        "Open a room, and lead a meeting",
        "You are asked for its name and yours; people come with the code you give them.",
        ("host",),
    ),
    Way("Try it with simulated people", "On this device only; nobody real is there.", ("demo",)),
    Way(
        "Practise alone",
        "Breath, senses, a plan. There is no connection at all.",
        ("solo",),
    ),
    Way("Need help now", "What to do if you are not safe. Nothing is sent.", ("support",)),
    Way("Settings", "Colours, bell, keys and more, each with what it is for.", ("settings",)),
    Way(
        "What others can see", "What the relay can see of you, and what not.", ("explain-privacy",)
    ),
)


def ways(rooms: Sequence[KeptRoom], meets: Sequence[str] = ()) -> tuple[Way, ...]:
    """Return everything there is to begin with: the rooms that are kept first, each with its next meeting."""
    kept = (
        _room(number, room, when)
        for number, (room, when) in enumerate(zip(rooms, meets, strict=True), 1)
    )
    return (*kept, *_ALWAYS)


def lead(rooms: Sequence[KeptRoom], *, is_closed: bool) -> str:
    """Return the one sentence about rooms: none are kept, or the notebook is closed; "" with some."""
    if rooms:
        return ""
    return OTHER_DEVICES if is_closed else NO_ROOMS


def _room(number: int, room: KeptRoom, when: str) -> Way:
    name = shown_name(room)
    if room.host is not None:
        return Way(
            f"{name}, which you lead", when or "No next meeting is set.", ("open", str(number))
        )
    me = f"You are {clean_line(room.my_name)} there."
    return Way(name, f"{me} {when}".rstrip(), ("join", str(number)))
