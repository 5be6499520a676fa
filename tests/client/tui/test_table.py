"""Every screen that is named in the table is there, and is the one of its place."""

import pytest
from textual.screen import Screen

from holdspace.client.pacing import SENSES
from holdspace.client.seat.unsent import Unsent
from holdspace.client.seat.view import Place, RoomView
from holdspace.client.tui.screens import table
from holdspace.client.tui.screens.door_talk import DoorTalkScreen
from holdspace.client.tui.screens.lobby import LobbyScreen
from holdspace.client.tui.screens.practice import PracticeScreen
from holdspace.client.tui.screens.private import PrivateScreen
from holdspace.client.tui.screens.still import ConnectingScreen, EndedScreen, WaitingScreen

HANDLE = b"h" * 16
MADE: dict[table.Name, tuple[tuple[object, ...], type[Screen[None]]]] = {
    "lobby": ((), LobbyScreen),
    "still": ((RoomView(place=Place.WAITING),), WaitingScreen),
    "practice": ((SENSES,), PracticeScreen),
    "private": ((HANDLE, Unsent()), PrivateScreen),
    "door-talk": ((Unsent(),), DoorTalkScreen),
}


@pytest.mark.parametrize("name", table.SCREENS)
def test_each_name_makes_its_screen(name: table.Name) -> None:
    facts, kind = MADE[name]
    assert type(table.new_screen(name, *facts)) is kind


@pytest.mark.parametrize(
    ("place", "kind"), [(Place.OUTSIDE, ConnectingScreen), (Place.REMOVED, EndedScreen)]
)
def test_each_place_without_anything_to_do_has_its_own(
    place: Place, kind: type[Screen[None]]
) -> None:
    assert type(table.new_screen("still", RoomView(place=place))) is kind


def test_only_pages_for_few_are_apart_and_only_a_private_word_has_a_handle_of_its_own() -> None:
    made = {name: table.new_screen(name, *facts) for name, (facts, _kind) in MADE.items()}
    assert {name for name, screen in made.items() if screen.IS_APART} == {"private", "door-talk"}
    assert {name: screen.aside_handle for name, screen in made.items() if screen.aside_handle} == {
        "private": HANDLE
    }
