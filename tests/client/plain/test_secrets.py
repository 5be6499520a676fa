"""A passphrase in plain lines goes to the notebook and nowhere else: not to the door, a draft or the room."""

import asyncio
from dataclasses import replace
from pathlib import Path

from tests.client.plain.scripted import ScriptedMeeting, ScriptedTerminal
from tests.client.plain.test_session import LED, LOBBY, ROOM, Evening, Standing

from holdspace.client.keeping import Keeper
from holdspace.client.own.notebook_card import ASK_AGAIN, ASK_NEW, ASK_OLD
from holdspace.client.plain.lobby import CONSENT
from holdspace.client.plain.session import WHILE_OPENING, Session
from holdspace.client.plain.talking import STOPPED
from holdspace.client.seat.intents import Accept, Say
from holdspace.client.seat.view import RoomView
from holdspace.client.vault import LEAST_COST, Vault

WORDS = "heron over quiet water"


class EveningWithNotebook(Evening):
    """A session at whose computer there may be a notebook."""

    def __init__(self, view: RoomView, place: Path) -> None:
        self.meeting = ScriptedMeeting(view)
        self.terminal = ScriptedTerminal()
        self.session = Session(self.meeting, self.terminal, Standing(), keeper=Keeper(place=place))
        self.run = asyncio.create_task(self.session.run())

    async def end(self) -> None:
        self.terminal.is_asked = False
        self.terminal.type(None)
        await asyncio.wait_for(self.run, 5)


async def test_who_is_sent_to_the_door_meanwhile_answers_no_question_of_it_with_a_passphrase(
    tmp_path: Path,
) -> None:
    one = EveningWithNotebook(ROOM, tmp_path / "notebook")
    await one.until(lambda: bool(one.terminal.said))
    assert (await one.type("/notebook"))[-1] == f"notebook: {ASK_NEW}"
    one.meeting.become(LOBBY)
    await one.until(lambda: one.terminal.said[-1] == CONSENT)
    assert await one.type(WORDS) == [f"notebook: {ASK_AGAIN}"]
    await one.type("", "", "y", "Ana", "Hello.")
    assert one.meeting.wanted == [Accept("Ana", "Hello.")]
    await one.end()


async def test_who_is_asked_whether_to_leave_is_asked_for_no_passphrase_any_more(
    tmp_path: Path,
) -> None:
    one = EveningWithNotebook(replace(LED, takes_relay_along=True), tmp_path / "notebook")
    one.terminal.is_asked = True
    await one.until(lambda: bool(one.terminal.said))
    assert (await one.type("/notebook"))[-1] == f"notebook: {ASK_NEW}"
    one.session._interrupted()
    assert STOPPED in one.terminal.said
    assert not one.terminal.is_concealed
    await one.type("n")
    await one.end()


async def test_another_passphrase_is_asked_for_again_and_does_not_go_to_the_room(
    tmp_path: Path,
) -> None:
    Vault.create(tmp_path / "notebook", WORDS, LEAST_COST).close()
    one = EveningWithNotebook(ROOM, tmp_path / "notebook")
    await one.until(lambda: bool(one.terminal.said))
    await one.type("/notebook", "heron over quiet walls")
    opening = one.session._opening
    assert opening is not None
    await opening
    assert one.terminal.said[-1] == f"notebook: {ASK_OLD}"
    assert one.terminal.is_concealed
    await one.type(WORDS)
    assert not one.meeting.wanted
    assert one.session._opening is not None
    await one.session._opening
    assert one.session._keeper.is_kept
    one.session._keeper.close()
    await one.end()


async def test_a_line_typed_while_the_notebook_opens_is_kept_apart(tmp_path: Path) -> None:
    Vault.create(tmp_path / "notebook", WORDS, LEAST_COST).close()
    one = EveningWithNotebook(ROOM, tmp_path / "notebook")
    await one.until(lambda: bool(one.terminal.said))
    await one.type("/notebook")
    # Both at once, as somebody types who does not believe that the first was taken.
    one.terminal.type(WORDS)
    one.terminal.type(WORDS)
    await one.until(lambda: WHILE_OPENING in one.terminal.said)
    assert not one.meeting.wanted
    assert one.session._opening is not None
    await one.session._opening
    await one.type("Now to all of you.")
    assert one.meeting.wanted == [Say("Now to all of you.")]
    one.session._keeper.close()
    await one.end()
