"""The screens that are not the room, each with the module it comes from, which is loaded when it is wanted.

Whoever opens the room reads its first words sooner: what else can come up is loaded beside that picture.
"""

from importlib import import_module
from typing import Literal, cast

from holdspace.client.tui.screens.base import HoldScreen

Name = Literal["lobby", "still", "practice", "private", "door-talk"]
SCREENS: dict[Name, str] = {
    "lobby": "lobby:LobbyScreen",
    "still": "still:still_screen",
    "practice": "practice:PracticeScreen",
    "private": "private:PrivateScreen",
    "door-talk": "door_talk:DoorTalkScreen",
}


def new_screen(name: Name, *facts: object) -> HoldScreen:
    """Return a new screen of this name, made of what it is about."""
    module, _, maker = SCREENS[name].partition(":")
    made = getattr(import_module(f"{__package__}.{module}"), maker)(*facts)
    return cast(HoldScreen, made)


def load_all(*others: str) -> None:
    """Load the module of every screen, and these, so that none of them makes anybody wait."""
    screens = (f"{__package__}.{place.partition(':')[0]}" for place in SCREENS.values())
    for module in (*others, *screens):
        import_module(module)
