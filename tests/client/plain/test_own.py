"""A card in plain lines: answers stay here, a command sets it aside, and nothing is sent."""

from pathlib import Path

import pytest

from holdspace.client.acts import BY_ID, Local
from holdspace.client.keeping import Keeper
from holdspace.client.mine import Own
from holdspace.client.own.notebook_card import ASK_NEW
from holdspace.client.plain.own import OwnThings
from holdspace.client.plain.talking import HOW, STOPPED, Ways
from holdspace.client.seat.view import RoomView


class Ear:
    """Hears everything, and holds the text field."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.prepared: list[str] = []
        self.kept: list[str] = []
        own = self.at(None)
        self.keeper = own.keeper
        self.opened_with: list[str] = []
        self.is_concealed = False
        self.ways = Ways(
            own.keeper.change, self.prepared.append, self.opened_with.append, self._conceal
        )
        self.own = OwnThings(self.said.extend, lambda: own, self.kept.append, self.ways)

    def at(self, place: Path | None) -> Own:
        return Own(Keeper(place=place), RoomView(room=b"r" * 16), 1_700_000_000.0)

    def _conceal(self, is_on: bool) -> None:
        self.is_concealed = is_on

    def does(self, act: str, text: str = "") -> None:
        self.own.answers[act](Local(BY_ID[act], text))


@pytest.fixture
def ear() -> Ear:
    return Ear()


def test_a_card_is_asked_line_by_line_and_its_line_is_only_prepared(ear: Ear) -> None:
    ear.does("goal")
    assert ear.said[0] == HOW
    for answer in ("walk", "", "", "", "5"):
        assert ear.own.hears(answer)
    assert ear.said[-4:] == [
        "plan: Type s: smaller.",
        "plan: Type f: fewer.",
        "plan: Type d: different.",
        "plan: Type k: keep it as it is.",
    ]
    # What stands above a question is heard once.
    assert ear.said.count("plan: Your plan: walk.") == 1
    assert ear.own.hears("k")
    assert ear.own.hears("y")
    assert ear.prepared == ["My plan: walk. 5 of 10 sure."]
    assert ear.keeper.notebook.plans[0].what == "walk"
    assert not ear.own.hears("to the room")


def test_a_command_sets_it_aside_and_its_name_goes_on(ear: Ear) -> None:
    ear.does("goal")
    ear.own.hears("walk")
    assert not ear.own.hears("/what")
    assert "set aside" in ear.said[-1]
    assert not ear.own.hears("hello everybody")
    ear.does("goal")
    assert ear.said[-1].startswith("plan: How much of it?")


def test_looking_back_without_a_plan_is_one_kind_line(ear: Ear) -> None:
    ear.does("review")
    assert ear.said[-1].startswith("plan: There is no plan of yours here")
    assert not ear.own.hears("hello")


def test_ideas_and_notes_are_kept_and_read(ear: Ear) -> None:
    ear.does("idea", "warm socks")
    ear.does("note", "ask about sleep")
    ear.does("plans")
    assert any(line.endswith(": warm socks") for line in ear.said)
    assert any(line.endswith(": ask about sleep") for line in ear.said)
    assert "in memory only" in ear.said[-1]


def test_a_note_that_cannot_be_kept_is_not_lost(ear: Ear) -> None:
    ear.does("note", "long " * 3000)
    assert ear.kept == ["long " * 3000]


def test_a_passphrase_is_taken_as_it_is_and_not_shown(ear: Ear, tmp_path: Path) -> None:
    ear.own = OwnThings(
        ear.said.extend, lambda: ear.at(tmp_path / "notebook"), ear.kept.append, ear.ways
    )
    ear.does("notebook")
    assert ear.is_concealed
    assert ear.said[-1] == f"notebook: {ASK_NEW}"
    assert ear.own.hears("/heron over quiet water")
    assert ear.own.hears("/heron over quiet water")
    assert not ear.is_concealed
    assert ear.opened_with == ["/heron over quiet water"]
    assert not any("heron" in line for line in ear.said)


def test_who_cannot_wait_gets_out_of_the_question_for_a_passphrase(
    ear: Ear, tmp_path: Path
) -> None:
    ear.own = OwnThings(
        ear.said.extend, lambda: ear.at(tmp_path / "notebook"), ear.kept.append, ear.ways
    )
    ear.does("notebook")
    assert not ear.own.hears("/support")
    assert not ear.is_concealed
    assert ear.said[-1] == STOPPED
    assert not ear.own.hears("hello everybody")
