"""What `holdspace` can be asked to do: one table, from which its help comes without loading any of it.

Each command is a module with `add_options`, which says what can be asked for, and which function
does it. It is loaded when it is the one that was asked for, so that `--help` answers at once.
"""

from typing import NamedTuple

from holdspace.protocol.translation import N_


class Command(NamedTuple):
    """One command: what is typed, what it does in a sentence (in English), and where it is."""

    name: str
    words: str
    module: str


_HERE = __name__

COMMANDS = (
    Command(
        "home",
        N_(
            "Begin here: your rooms and when they meet, coming with a code, hosting. "
            "`holdspace` alone does it."
        ),
        f"{_HERE}.home",
    ),
    Command(
        "host",
        N_("Open a room and lead a meeting in it. A code is good for a day."),
        f"{_HERE}.host",
    ),
    Command(
        "join",
        N_("Come to a meeting. You are asked for your invitation code. A code is good for a day."),
        f"{_HERE}.join",
    ),
    Command(
        "rooms", N_("List the rooms you keep; move one, or write its words down."), f"{_HERE}.rooms"
    ),
    Command("open", N_("Open a room that you keep, as its host."), f"{_HERE}.open_room"),
    Command(
        "next",
        N_("Say when a room that you keep meets, also for a calendar."),
        f"{_HERE}.next_meeting",
    ),
    Command(
        "forget", N_("Forget a room that you keep, with all you wrote there."), f"{_HERE}.forget"
    ),
    Command(
        "recover", N_("Have a room of yours again from its recovery phrase."), f"{_HERE}.recover"
    ),
    Command("demo", N_("Try it with simulated people on this machine."), f"{_HERE}.demo"),
    Command(
        "notebook",
        N_("Make, read or delete your notebook: drafts, plans and ideas, encrypted."),
        f"{_HERE}.notebook",
    ),
    Command(
        "export",
        N_("Write your own plans, ideas and notes from your notebook into a new file."),
        f"{_HERE}.export",
    ),
    Command("flow", N_("Work with flow files."), f"{_HERE}.flow"),
    Command(
        "relay",
        N_("Say who runs a relay and what it can see. Nothing is opened."),
        f"{_HERE}.relay",
    ),
    Command(
        "solo", N_("Practise alone: breath, senses, a plan. Nothing is sent."), f"{_HERE}.solo"
    ),
    Command(
        "support", N_("Say what to do if you are not safe. Nothing is sent."), f"{_HERE}.support"
    ),
    Command(
        "settings",
        N_("Change colours, bell, keys and more, or list what is set."),
        f"{_HERE}.settings",
    ),
    Command("keys", N_("List every key and command."), f"{_HERE}.keys"),
    Command(
        "explain-privacy",
        N_("Say what the relay can see and what not."),
        f"{_HERE}.explain_privacy",
    ),
)
