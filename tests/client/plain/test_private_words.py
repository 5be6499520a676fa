"""In plain lines, where typing goes is said and kept to: private words never become the room's."""

from dataclasses import replace

from tests.client.plain.test_session import ANA, CARD, MARA, ROOM, evening

from holdspace.client.seat.intents import Say, SayAtDoor, WordAtDoor
from holdspace.client.seat.intents_apart import AskAside, BackToRoom, EndAside, SayAside, SayNotOk
from holdspace.client.seat.unsent import DOOR, NOBODY, Unsent
from holdspace.client.seat.unsent import ROOM as ROOM_WORDS
from holdspace.client.seat.view import (
    AsideView,
    Connection,
    DoorLine,
    FlagView,
    KnockView,
    Line,
    Notice,
    Passage,
    Place,
    Refusal,
    RoomView,
)

HANDLE = b"h" * 16
SECRET = "It is too much today."
OPEN = AsideView(HANDLE, "word", (MARA,), is_open=True, is_chosen=True)
PRIVATE = replace(ROOM, asides=(OPEN,))
OVER = replace(ROOM, asides=(replace(OPEN, is_open=False, is_over=True),))


def refusing(words: str) -> object:
    return lambda intent: Refusal(words, SECRET) if isinstance(intent, SayAside) else None


async def test_what_is_typed_goes_to_the_one_that_was_chosen() -> None:
    async with evening(PRIVATE) as here:
        await here.type(SECRET, "/say this too", "//slash")
        assert here.meeting.wanted == [
            SayAside(HANDLE, SECRET),
            SayAside(HANDLE, "this too"),
            SayAside(HANDLE, "/slash"),
        ]


async def test_who_reads_it_is_said_once() -> None:
    here = replace(OPEN, composer_words="What you write here goes to Mara alone.")
    words = "You type to Mara alone. /room goes back to the room."
    view = replace(ROOM, asides=(here,), now_words=words, composer_words="You can write.")
    async with evening(view) as one:
        said = await one.type("/what")
        assert said[0] == f"room: {words}"
        assert not any("Only Mara" in line or "You can write" in line for line in said)
        # Why nothing can be said there is another thing, and is said.
        frozen = replace(here, is_frozen=True, composer_words="The room is on hold.")
        one.meeting.become(replace(view, asides=(frozen,)))
        assert "room: The room is on hold." in await one.type("/what")


async def test_commands_work_there_as_everywhere() -> None:
    async with evening(PRIVATE) as here:
        await here.type("/room", "/endprivate", "/private Mara", "/notok shaking")
        assert here.meeting.wanted == [
            BackToRoom(),
            EndAside(),
            AskAside(MARA.identity),
            SayNotOk("shaking"),
        ]


async def test_private_alone_asks_who_leads_or_goes_where_it_is_open() -> None:
    async with evening(ROOM) as here:
        await here.type("/private")
        assert here.meeting.wanted == [AskAside()]


async def test_what_was_said_at_the_door_is_not_told_again_inside() -> None:
    said = Passage(HANDLE, Line.SHARE, SECRET, 0.0, None, is_mine=True)
    async with evening(ROOM) as here:
        talk = AsideView(b"d" * 16, "word", (), (said,), is_over=True, is_chosen=True)
        here.meeting.become(replace(ROOM, asides=(talk,)))
        await here.type("/where")
        assert not any("private: sent to" in line for line in here.terminal.said)


async def test_words_refused_there_are_sent_there_or_nowhere() -> None:
    async with evening(PRIVATE) as here:
        here.meeting.refuse = refusing("They have not answered yet.")  # type: ignore[assignment]
        await here.type(SECRET)
        assert any("Your words are kept" in line for line in here.terminal.said)
        here.meeting.refuse = lambda _: None
        # Back in the room there is nothing of it to send.
        here.meeting.become(ROOM)
        said = await here.type("/send")
        assert here.meeting.wanted == []
        # It can still be read, and is not passed off as the room's.
        assert f"draft, not for here: {SECRET}" in said
        assert not any("/send sends this" in line for line in said)
        here.meeting.become(PRIVATE)
        await here.type("/send")
        assert here.meeting.wanted == [SayAside(HANDLE, SECRET)]


async def test_words_for_one_that_is_over_are_never_offered_to_the_room() -> None:
    async with evening(OVER) as here:
        here.meeting.refuse = refusing("It is over.")  # type: ignore[assignment]
        await here.type(SECRET, "/send")
        here.meeting.become(ROOM)
        await here.type("/send", "hello")
        assert here.meeting.wanted == [Say("hello")]


async def test_words_that_come_back_are_kept_where_they_were_meant_for() -> None:
    async with evening(ROOM) as here:
        here.meeting.become(ROOM, Notice("Not sent.", kept=SECRET, aside=HANDLE))
        await here.until(lambda: any("were meant for" in line for line in here.terminal.said))
        await here.type("/send")
        assert here.meeting.wanted == []


async def test_what_is_typed_in_private_is_not_kept_beyond_the_meeting() -> None:
    async with evening(PRIVATE) as here:
        here.terminal.typing = SECRET
        assert here.session._written().text == ""
        here.meeting.become(ROOM)
        here.terminal.typing = "for the room"
        assert here.session._written().text == "for the room"


async def test_every_line_of_it_says_that_it_is_private() -> None:
    said = Passage(b"1", Line.SHARE, "One.\nroom: Two.", 1060.0, MARA)
    mine = Passage(b"2", Line.SHARE, "Three.", 1060.0, ANA, is_mine=True)
    on_its_way = Passage(b"3", Line.SHARE, "Four.", 1060.0, ANA, is_mine=True, is_sending=True)
    async with evening(PRIVATE) as here:
        lines = replace(OPEN, passages=(said, mine, on_its_way))
        here.meeting.become(replace(ROOM, asides=(lines,)))
        await here.until(lambda: any("Three" in line for line in here.terminal.said))
        assert here.terminal.said[-3:] == [
            "private: Mara: One.",
            "private: Mara: room: Two.",
            "private: you to Mara: Three.",
        ]


async def test_a_facilitator_asks_who_is_not_ok() -> None:
    flagged = replace(ROOM, is_facilitator=True, flags=(FlagView(ANA, "my hands shake", 1060.0),))
    async with evening(flagged) as here:
        said = await here.type("/flags")
        assert said[0].startswith("not ok: Ana, since ")
        assert said[0].endswith(': "my hands shake"')
        assert [line.split(":")[1].strip() for line in said[1:4]] == ["Look", "Listen", "Link"]


async def test_a_member_cannot_ask_who_is_not_ok() -> None:
    async with evening(ROOM) as here:
        said = await here.type("/flags")
        assert said == ["room: Only facilitators can do that: who is not OK."]


def test_what_is_kept_is_kept_apart() -> None:
    unsent = Unsent()
    assert unsent.add(HANDLE, "private")
    assert unsent.add(b"", "for all")
    assert not unsent.add(HANDLE, "first", first=True)
    assert (unsent.of(HANDLE), unsent.of(b"")) == ("first\nprivate", "for all")
    unsent.put(HANDLE, "")
    assert unsent.of(HANDLE) == ""


def test_what_was_meant_for_nobody_is_not_taken_for_words_to_others() -> None:
    unsent = Unsent()
    unsent.add(NOBODY, "a note")
    unsent.add(HANDLE, "private")
    assert unsent.besides(ROOM_WORDS) == ("private",)
    assert unsent.of(NOBODY) == "a note"


async def test_at_the_door_one_answers_by_typing_once_the_host_has_written() -> None:
    waiting = RoomView(place=Place.WAITING, connection=Connection.CONNECTED)
    async with evening(replace(waiting, card=CARD)) as here:
        await here.type("hello?")
        assert here.meeting.wanted == []
        line = DoorLine("What brings you here?", 1060.0)
        here.meeting.become(replace(waiting, card=CARD, door_thread=(line,)))
        await here.until(
            lambda: "at the door: facilitator: What brings you here?" in here.terminal.said
        )
        await here.type("my back")
        assert here.meeting.wanted == [SayAtDoor("my back")]


async def test_an_answer_begun_at_the_door_is_not_said_when_it_opens() -> None:
    line = DoorLine("What brings you here?", 1060.0)
    waiting = RoomView(
        place=Place.WAITING, connection=Connection.CONNECTED, card=CARD, door_thread=(line,)
    )
    over = AsideView(DOOR, "word", (), is_over=True, is_chosen=True, composer_words="You are in.")
    for room in (replace(ROOM, asides=(over,)), ROOM):
        async with evening(waiting) as here:
            here.terminal.typing = "my mo"
            here.meeting.become(room)
            await here.until(lambda: any("This is" in said for said in here.terminal.said))
            here.terminal.typing = ""
            here.meeting.refuse = lambda i: Refusal("You were let in.", "my mother")
            await here.type("my mother")
            assert here.meeting.wanted == []
            assert any("my mother" in said for said in await here.type("/draft"))


async def test_a_host_reads_what_is_said_at_the_door_and_answers_by_number() -> None:
    knock = KnockView(b"k" * 16, "Ben", "", 1060.0, number=2)
    led = replace(ROOM, is_facilitator=True, is_host=True, knocks=(knock,))
    async with evening(led) as here:
        await here.type("/doorword 2 What brings you here?")
        assert here.meeting.wanted == [WordAtDoor(knock.knock, "What brings you here?")]
        answer = DoorLine("My back.", 1061.0)
        here.meeting.become(replace(led, knocks=(replace(knock, thread=(answer,)),)))
        await here.until(lambda: "at the door: Ben: My back." in here.terminal.said)
        assert sum("Ben is at the door" in line for line in here.terminal.said) == 1
