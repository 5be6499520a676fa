"""Settings, comfort and trying the commands in plain lines: answered by numbers, and nothing is sent."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.client.plain.scripted import ScriptedMeeting, ScriptedTerminal
from tests.client.plain.test_session import LOBBY, ROOM, Evening, Standing

from holdspace.client.act_kinds import use_keys
from holdspace.client.acts import ACTS, Spot
from holdspace.client.care import soft_time
from holdspace.client.plain.choosing import HOW, NO_ANSWER
from holdspace.client.plain.session import BEGUN_BEFORE, Session
from holdspace.client.seat.intents import Accept, Say
from holdspace.client.seat.view import Notice, Place, RoomView, Urgency
from holdspace.client.setting_rows import COMFORT_IN_LINES
from holdspace.client.settings import USUAL, Settings
from holdspace.client.settings_book import NAMES, SettingsBook
from hostile_text import HOSTILE, is_forbidden

WAITING = replace(LOBBY, place=Place.WAITING)


@pytest.fixture(autouse=True)
def as_usual() -> Iterator[None]:
    """Leave no key and no clock behind for other tests."""
    yield
    use_keys({})
    soft_time.use_quiet_clock(is_quiet=False)


class Settled(Evening):
    """A session with settings in a file."""

    def __init__(self, view: RoomView, book: SettingsBook) -> None:
        self.meeting = ScriptedMeeting(view)
        self.terminal = ScriptedTerminal()
        self.session = Session(self.meeting, self.terminal, Standing(), book=book)
        self.run = asyncio.create_task(self.session.run())


@asynccontextmanager
async def settled(view: RoomView, book: SettingsBook) -> AsyncIterator[Settled]:
    """Run a session, and end it by the end of input."""
    one = Settled(view, book)
    await one.until(lambda: bool(one.terminal.said))
    yield one
    one.terminal.type(None)
    assert await asyncio.wait_for(one.run, 5) == 0


@pytest.fixture
def book(tmp_path: Path) -> SettingsBook:
    return SettingsBook(USUAL, tmp_path / "holdspace" / "settings.toml")


def written(book: SettingsBook) -> str:
    """Return what was written down."""
    return book.file.read_text() if book.file and book.file.exists() else ""


async def test_every_setting_is_read_out_with_its_value_and_asked_by_its_number(
    book: SettingsBook,
) -> None:
    async with settled(ROOM, book) as one:
        head, *listed, how = await one.type("/settings")
        assert (
            head == "settings: Your settings. What you choose counts at once, and is written down."
        )
        assert [line.split(". ")[0] for line in listed] == [
            f"settings: {at}" for at in range(1, len(NAMES) + 1)
        ]
        assert "x: done" in how
        for number, row in enumerate(book.rows, 1):
            said = await one.type(str(number))
            assert said[0].startswith(f"settings: {row.title}: {row.why}")
            assert [line.split(".")[0] for line in said[1 : 1 + len(row.choices)]] == [
                f"settings: {at}" for at in range(1, len(row.choices) + 1)
            ]
            # Enter alone leaves it; where it is changed in the file, nothing is asked.
            if row.choices or row.is_typed:
                assert (await one.type(""))[0] == "settings: It is as it was."
        assert await one.type("x") == ["settings: Done."]
        assert book.settings == USUAL
        assert written(book) == ""
        await one.type("Good evening.")
        assert one.meeting.wanted == [Say("Good evening.")]


async def test_a_choice_counts_at_once_is_written_and_put_back(book: SettingsBook) -> None:
    turn = Notice("It is your turn.", Urgency.BELL)
    async with settled(ROOM, book) as one:
        await one.type("/settings", str(1 + NAMES.index("bell")))
        assert await one.type("2") == ["settings: Bell: no. It is written down for every meeting."]
        assert written(book) == "bell = false\n"
        one.meeting.become(replace(ROOM, now_words="It is your turn."), turn)
        await one.until(lambda: "notice: It is your turn." in one.terminal.said)
        assert one.terminal.bells == 0
        assert "Everything is as it was" in (await one.type("u"))[0]
        assert written(book) == ""
        one.meeting.become(replace(ROOM, now_words="It is your turn again."), turn)
        await one.until(lambda: one.terminal.bells == 1)


@pytest.mark.parametrize(
    ("line", "said", "changed"),
    [
        ("/settings theme paper", "Colours: paper", Settings(theme="paper")),
        ("/set quiet clock yes", "Quiet clock: yes", Settings(quiet_clock=True)),
        ("/settings locale de-AT", "Crisis card: de-AT", Settings(locale="de-AT")),
        ("/settings bell loud", "Bell can be: yes, no. It is as it was.", USUAL),
        ("/settings loudness 3", "There is no setting of that name.", USUAL),
    ],
)
async def test_one_line_is_enough(
    line: str, said: str, changed: Settings, book: SettingsBook
) -> None:
    async with settled(ROOM, book) as one:
        assert (await one.type(line))[0].startswith(f"settings: {said}")
        assert book.settings == changed
        await one.type("I am here.")
        assert one.meeting.wanted == [Say("I am here.")]


async def test_a_key_is_typed_too(book: SettingsBook) -> None:
    async with settled(ROOM, book) as one:
        said = await one.type("/settings", str(1 + NAMES.index("keys")))
        assert any("like raise f5" in line for line in said)
        said = await one.type("raise l")
        assert "does something else there already" in said[0]
        assert (await one.type("raise f5"))[0].startswith("settings: Keys: /raise: f5.")
        assert written(book) == '[keys]\nraise = "f5"\n'


async def test_words_instead_of_a_number_are_kept_and_nobody_reads_them(book: SettingsBook) -> None:
    async with settled(ROOM, book) as one:
        said = await one.type("/settings", "I wanted to say something")
        assert said[-2].startswith("draft: That was no answer, and nobody read it.")
        assert said[-1] == f"settings: {HOW}"
        # Said once: the draft's line says already that it was no answer.
        assert not any(NO_ANSWER in line for line in said)
        assert (await one.type("99"))[0] == f"settings: {NO_ANSWER}"
        await one.type("4", "my bell?")
        assert one.meeting.wanted == []
        # A command is what it always is.
        assert any("raise" in line or "hand" in line for line in await one.type("/what"))


async def test_comfort_is_for_this_time_and_remembered_on_request(book: SettingsBook) -> None:
    async with settled(LOBBY, book) as one:
        said = await one.type("/comfort")
        assert len(said) == len(COMFORT_IN_LINES) + 2
        assert all(line.startswith("comfort: ") for line in said)
        # What only a screen has is not asked for here.
        assert not any(word in line for line in said for word in ("Colours", "Motion", "Hand:"))
        await one.type(str(1 + COMFORT_IN_LINES.index("bell")), "2")
        assert book.settings == Settings(bell=False)
        assert written(book) == ""
        assert "Remembered" in (await one.type("r"))[0]
        assert written(book) == "bell = false\n"
        # The door's own question is still open, and heard again once this is done.
        await one.type("x", "y", "Ana", "")
        assert one.meeting.wanted == [Accept("Ana", "")]


async def test_comfort_says_that_plain_lines_are_on_though_they_are_not_set(
    book: SettingsBook,
) -> None:
    number = 1 + COMFORT_IN_LINES.index("plain")
    async with settled(LOBBY, book) as one:
        said = await one.type("/comfort")
        assert f"comfort: {number}. Plain lines: yes, for this time." in said
        asked = await one.type(str(number))
        assert "You have plain lines now, for this time." in asked[0]
        assert not any("(now)" in line for line in asked)
        await one.type("1")
        assert book.settings == Settings(plain=True)
        assert f"comfort: {number}. Plain lines: yes." in await one.type("l")
        await one.type("x")


async def test_who_comes_hears_of_both_before_they_are_asked(book: SettingsBook) -> None:
    async with settled(LOBBY, book) as one:
        told = [line for line in one.terminal.said if "/comfort" in line and "/tryout" in line]
        assert len(told) == 1
        assert one.terminal.said.index(told[0]) == len(one.terminal.said) - 2


async def test_lines_are_tried_and_nothing_is_sent(book: SettingsBook) -> None:
    async with settled(WAITING, book) as one:
        first = await one.type("/tryout")
        assert all(line.startswith("tryout: ") for line in first)
        assert any(line.startswith("tryout: /raise: ") for line in first)
        for line, would in (
            ("Good evening", "everybody would read this: “Good evening”"),
            ("/raise", "your hand would be up"),
            ("!", "your hand would be up"),
            ("/pass", "your turn would go by"),
            ("/nod", "one more nod"),
            ("/notok", "only those who lead would read it"),
            ("/hold", "can hold the room"),
            ("/next", "Only those who lead can do that"),
            ("/rise", "There is no such command in the room."),
        ):
            said = await one.type(line)
            assert len(said) == 1
            assert would in said[0], line
        assert await one.type("x") == [
            "tryout: You are back at the door. Nothing of that was sent."
        ]
        assert one.meeting.wanted == []


async def test_when_everything_was_tried_it_says_so_once(book: SettingsBook) -> None:
    async with settled(WAITING, book) as one:
        await one.type("/tryout", "hello", "/raise", "/lower", "/pass", "/nod", "/notok")
        assert "everything you need" in (await one.type("/hold"))[0]
        assert "everything you need" not in (await one.type("/pass"))[0]


@pytest.mark.parametrize(
    "act", [act for act in ACTS if act.spot is Spot.ROOM], ids=lambda act: act.id
)
async def test_every_command_of_the_room_is_told_and_none_does_anything(
    act: object, book: SettingsBook
) -> None:
    async with settled(WAITING, book) as one:
        said = await one.type("/tryout", f"/{act.slash}")  # type: ignore[attr-defined]
        assert said[0].startswith("tryout: ")
        assert one.meeting.wanted == []


async def test_help_and_the_way_out_are_real(book: SettingsBook) -> None:
    async with settled(WAITING, book) as one:
        await one.type("/tryout")
        assert any("in danger" in line for line in await one.type("/support"))
        assert any("/exit" in line for line in await one.type("/help"))
        one.terminal.type("/exit")
        await asyncio.wait_for(one.run, 5)
        assert one.meeting.closed


async def test_a_line_begun_while_trying_is_not_sent_when_the_door_opens(
    book: SettingsBook,
) -> None:
    async with settled(WAITING, book) as one:
        await one.type("/tryout")
        one.terminal.typing = "I am only"
        one.meeting.become(replace(ROOM))
        await one.until(lambda: any("That was the trial" in line for line in one.terminal.said))
        one.terminal.typing = ""
        assert BEGUN_BEFORE in await one.type("I am only trying")
        assert one.meeting.wanted == []
        await one.type("Now I mean it.")
        assert one.meeting.wanted == [Say("Now I mean it.")]


@pytest.mark.parametrize("asked", [(), ("1",)], ids=["the list", "one setting"])
async def test_the_door_opens_on_who_still_chooses_and_their_words_are_for_the_room(
    asked: tuple[str, ...], book: SettingsBook
) -> None:
    async with settled(WAITING, book) as one:
        await one.type("/comfort", *asked)
        one.meeting.become(replace(ROOM))
        await one.until(lambda: any("counts. What you type" in line for line in one.terminal.said))
        await one.type("Good evening.")
        assert one.meeting.wanted == [Say("Good evening.")]


async def test_a_choice_begun_before_the_door_opens_is_not_said_to_the_room(
    book: SettingsBook,
) -> None:
    async with settled(WAITING, book) as one:
        await one.type("/comfort")
        one.terminal.typing = "2"
        one.meeting.become(replace(ROOM))
        await one.until(lambda: any("counts. What you type" in line for line in one.terminal.said))
        one.terminal.typing = ""
        assert BEGUN_BEFORE in await one.type("2")
        assert one.meeting.wanted == []


async def test_nothing_hostile_is_said_of_what_was_typed_or_written(book: SettingsBook) -> None:
    async with settled(WAITING, book) as one:
        await one.type("/tryout")
        for evil in HOSTILE:
            await one.type(evil.replace("\n", " "))
        await one.type("x", "/settings")
        for evil in HOSTILE:
            await one.type(f"/settings locale {evil}", f"/settings {evil}")
        assert not [line for line in one.terminal.said if is_forbidden(line)]
        assert book.settings == USUAL
