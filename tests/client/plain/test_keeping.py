"""What somebody was writing, in plain lines: taken up once, sent once, and gone from the notebook then."""

import asyncio
from dataclasses import replace

from tests.client.plain.scripted import ScriptedMeeting, ScriptedTerminal

from holdspace.client.keeping import Keeper
from holdspace.client.notebook import Draft, Notebook
from holdspace.client.plain.session import Session
from holdspace.client.seat.intents import Say
from holdspace.client.seat.view import Connection, Place, RoomView

ROOM = b"r" * 16
VIEW = RoomView(place=Place.ROOM, connection=Connection.CONNECTED, room=ROOM, can_write=True)


async def test_it_is_taken_up_once_and_gone_when_it_was_sent() -> None:
    keeper = Keeper()
    keeper.change(lambda _: Notebook(drafts=(Draft(ROOM, "half a sentence"),)))
    meeting, terminal = ScriptedMeeting(VIEW), ScriptedTerminal()
    session = asyncio.create_task(Session(meeting, terminal, keeper=keeper).run())
    for number in range(5):
        meeting.become(replace(VIEW, now_words=f"change {number}"))
    terminal.type("/send", None)
    await session
    assert meeting.wanted == [Say("half a sentence")]
    assert [line for line in terminal.said if "is back" in line] == [
        "draft: What you were writing here is back; nothing was sent."
    ]
    assert keeper.notebook == Notebook(drafts=(Draft(ROOM, "half a sentence"),))
    async with keeper.saving():
        pass
    assert keeper.notebook == Notebook()
