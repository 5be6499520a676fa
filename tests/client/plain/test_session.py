"""A meeting in plain lines, driven by a script: what is asked, what is wanted, what is kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.client.plain.scripted import ScriptedMeeting, ScriptedTerminal
from typing_extensions import override

from holdspace.client.care.reasons import phrases, unsaid
from holdspace.client.clock import Clock
from holdspace.client.plain.kept_back import KEPT_APART, LAST_APART, LAST_WORDS
from holdspace.client.plain.lobby import CONSENT
from holdspace.client.plain.session import BEGUN_BEFORE, Session, attend
from holdspace.client.seat.intents import (
    Accept,
    Admit,
    Intent,
    NudgeThem,
    OpenTheFlow,
    PassTurn,
    Raise,
    Remove,
    Say,
)
from holdspace.client.seat.intents_apart import SayAside
from holdspace.client.seat.view import (
    AsideView,
    CardView,
    Connection,
    HandView,
    KnockView,
    Line,
    Notice,
    Passage,
    PersonView,
    Place,
    Refusal,
    Role,
    RoomView,
    StageView,
    Urgency,
)

MARA = PersonView(b"m" * 32, "Mara", "k3", Role.HOST)
ANA = PersonView(b"a" * 32, "Ana", "7f", Role.MEMBER, is_me=True, place_in_queue=1)
CARD = CardView(
    room_name="Tuesday circle",
    host_name="Mara",
    standing="Peer facilitator.",
    agreements=("What's shared stays here.", "Passing is fine."),
    check_phrase="amber fern quilt stone",
    relay="wss://relay.example",
)
LOBBY = RoomView(place=Place.LOBBY, connection=Connection.CONNECTED, card=CARD)
ROOM = RoomView(
    place=Place.ROOM,
    connection=Connection.CONNECTED,
    room_name="Tuesday circle",
    check_phrase="amber fern quilt stone",
    people=(MARA, ANA),
    me=ANA,
    stages=(
        StageView("Welcome", 4, is_done=False, is_current=True, ready=("Thank you.", "Onwards.")),
        StageView("Closing", 5, is_done=False, is_current=False),
    ),
    stage_started=1000.0,
    stage_seconds=240,
    mode="hands",
    floor=MARA,
    hands=(HandView(ANA, "share", "to ask about sleep", 1),),
    can_raise=True,
)
LED = replace(ROOM, is_facilitator=True, is_host=True, invitation="holdspace1:abc")


class Standing(Clock):
    """A clock that stands still, and beats."""

    @override
    def now(self) -> float:
        return 1060.0


class Evening:
    """One session under way."""

    def __init__(self, view: RoomView) -> None:
        self.meeting = ScriptedMeeting(view)
        self.terminal = ScriptedTerminal()
        self.session = Session(self.meeting, self.terminal, Standing())
        self.run = asyncio.create_task(self.session.run())

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let things happen until a condition holds."""
        for _ in range(200):
            if condition():
                return
            await asyncio.sleep(0)
        raise AssertionError(self.terminal.said[-6:])

    async def type(self, *lines: str) -> list[str]:
        """Type lines and return what was said to the last of them."""
        for line in lines[:-1]:
            await self._typed(line)
        before = len(self.terminal.said)
        await self._typed(lines[-1])
        return self.terminal.said[before:]

    async def _typed(self, line: str) -> None:
        self.terminal.type(line)
        # The script's queue needs a few turns of the loop to reach the session and come back.
        for _ in range(20):
            await asyncio.sleep(0)


@asynccontextmanager
async def evening(view: RoomView) -> AsyncIterator[Evening]:
    """Run a session, and end it by the end of input."""
    one = Evening(view)
    await one.until(lambda: bool(one.terminal.said) or view.place is Place.OUTSIDE)
    yield one
    one.terminal.type(None)
    assert await asyncio.wait_for(one.run, 5) == 0


async def test_the_lobby_reads_out_the_card_and_asks_once() -> None:
    async with evening(LOBBY) as one:
        said = one.terminal.said
        assert "1. What's shared stays here." in said
        assert "2. Passing is fine." in said
        assert said[-1] == CONSENT
        assert any("amber fern quilt stone" in line for line in said)
        assert any("cannot read them" in line for line in said)
        one.meeting.become(replace(LOBBY, connection=Connection.LOST))
        await one.until(lambda: "safe" in said[-1])
        one.meeting.become(LOBBY)
        await one.until(lambda: "Connected again" in said[-1])
        assert said.count("1. What's shared stays here.") == 1


async def test_accepting_asks_for_a_name_and_a_line_and_knocks() -> None:
    async with evening(LOBBY) as one:
        assert await one.type("maybe") == [CONSENT]
        assert "call you" in (await one.type("y"))[-1]
        refused = await one.type("Ma\u200bra!")
        assert "Nothing was sent" in refused[-1]
        assert "One line about you" in (await one.type("Ana"))[-1]
        await one.type("Hello, I am new.")
        assert one.meeting.wanted == [Accept("Ana", "Hello, I am new.")]
        assert "knocked" in one.terminal.said[-1]


async def test_who_keeps_the_room_hears_why_they_are_asked_and_need_not_type_their_name() -> None:
    view = replace(LOBBY, door_words="The agreements have changed.", kept_as="Ana")
    async with evening(view) as one:
        why, *card = one.terminal.said
        assert why == "lobby: The agreements have changed."
        assert "1. What's shared stays here." in card
        assert "to be Ana here again" in (await one.type("y"))[-1]
        await one.type("", "")
        assert one.meeting.wanted == [Accept("Ana", "")]


async def test_whoever_only_reads_today_says_so_with_their_consent() -> None:
    async with evening(LOBBY) as one:
        await one.type("r", "Ana", "")
        assert one.meeting.wanted == [Accept("Ana", "", reads_only=True)]


async def test_a_name_that_is_taken_is_asked_for_again_but_not_the_introduction() -> None:
    async with evening(LOBBY) as one:
        one.meeting.refuse = lambda _: Refusal("That name looks like one here.")
        said = await one.type("y", "Ana", "Hello.")
        assert said[0] == "room: That name looks like one here."
        assert "call you" in said[-1]
        one.meeting.refuse = lambda _: None
        await one.type("Annabel")
        assert one.meeting.wanted == [Accept("Annabel", "Hello.")]


async def test_an_introduction_that_is_too_long_is_asked_for_again() -> None:
    async with evening(LOBBY) as one:
        one.meeting.refuse = lambda _: Refusal("Please keep it shorter.", kept="Long")
        said = await one.type("y", "Ana", "Long")
        assert "One line about you" in said[-1]


async def test_leaving_the_lobby_says_goodbye_without_knocking() -> None:
    async with evening(LOBBY) as one:
        await one.type("q")
        assert one.meeting.wanted == []
    assert one.meeting.goodbyes == [False]


async def test_what_a_script_sends_early_waits_for_the_lobby() -> None:
    async with evening(RoomView()) as one:
        one.terminal.type("y", "Ana", "")
        for _ in range(20):
            await asyncio.sleep(0)
        one.meeting.become(RoomView(connection=Connection.CONNECTED))
        for _ in range(20):
            await asyncio.sleep(0)
        assert one.meeting.wanted == []
        one.meeting.become(LOBBY)
        await one.until(lambda: one.meeting.wanted == [Accept("Ana", "")])


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("Hello, all.", Say("Hello, all.")),
        ("/raise to ask about sleep", Raise(note="to ask about sleep")),
        ("!", Raise()),
        ("/pass", PassTurn()),
    ],
)
async def test_lines_and_commands_become_what_a_person_wants(line: str, intent: Intent) -> None:
    async with evening(ROOM) as one:
        await one.type(line)
        assert one.meeting.wanted == [intent]


async def test_a_share_can_have_several_lines() -> None:
    async with evening(ROOM) as one:
        await one.type("First.\\", "\\", "Last.")
        assert one.meeting.wanted == [Say("First.\n\nLast.")]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/where", ["stage: 1 of 2, Welcome, 4 minutes.", "time: About 3 of 4 minutes are left."]),
        ("/time", ["time: About 3 of 4 minutes are left."]),
        ("/who", ["room: 2 here: Mara (host), Ana (you)."]),
        (
            "/queue",
            [
                "queue: Mara has the floor.",
                "queue: 1. Ana: to ask about sleep",
                "you: You are number 1 of 1.",
            ],
        ),
        (
            "/agenda",
            [
                "agenda: 1. Welcome, 4 minutes, now.",
                "agenda: 2. Closing, 5 minutes.",
                "time: About 3 of 4 minutes are left.",
            ],
        ),
        ("/draft", ["draft: Nothing is kept back."]),
        ("/send", ["draft: Nothing is kept back."]),
        ("/whre", ["room: There is no command /whre. Did you mean /where? Nothing was sent."]),
        ("/next", ["room: Only facilitators can do that: next stage."]),
    ],
)
async def test_questions_are_answered_in_a_few_plain_lines(command: str, answer: list[str]) -> None:
    async with evening(ROOM) as one:
        assert await one.type(command) == answer
        assert one.meeting.wanted == []


async def test_repeat_reads_the_newest_again_with_the_time_last() -> None:
    passages = tuple(Passage(bytes([n]), Line.SHARE, f"Share {n}.", 1000.0, MARA) for n in range(5))
    async with evening(replace(ROOM, transcript=passages)) as one:
        said = await one.type("/repeat 2")
        assert [line.partition(" (")[0] for line in said] == ["Mara: Share 3.", "Mara: Share 4."]
        assert len(await one.type("/repeat")) == 3


async def test_every_command_in_help_works_here() -> None:
    async with evening(LED) as one:
        said = await one.type("/help")
        commands = [line.split()[1].rstrip(":") for line in said if line.startswith("help: /")]
        assert {"/raise", "/queue", "/where", "/admit", "/invite", "/draft"} <= set(commands)
        for command in set(commands) - {"/exit"}:
            answer = await one.type(command)
            assert not any("no command" in line for line in answer), command
            if answer and "Type y" in answer[-1]:
                await one.type("n")


async def test_what_was_refused_is_kept_read_back_and_sent() -> None:
    async with evening(ROOM) as one:
        one.meeting.refuse = lambda _: Refusal("Mara has the floor.", kept="My words")
        said = await one.type("My\\", "words")
        assert said[0] == "room: Mara has the floor."
        assert "/draft" in said[1]
        assert (await one.type("/draft"))[:2] == ["draft: My", "draft: words"]
        one.meeting.refuse = lambda _: None
        await one.type("/send")
        assert one.meeting.wanted == [Say("My\nwords")]
        assert await one.type("/draft") == ["draft: Nothing is kept back."]


async def test_words_that_came_too_late_are_kept_in_front_of_what_was_kept() -> None:
    async with evening(ROOM) as one:
        one.meeting.become(one.meeting.view, Notice("The floor had moved on.", kept="late words"))
        said = await one.type("/draft")
        assert "draft: late words" in said


async def test_removing_somebody_asks_why_and_needs_a_yes() -> None:
    async with evening(LED) as one:
        said = await one.type("/remove Ana")
        assert said[0] == "why: Why is Ana removed? Only they read it."
        assert said[-1].startswith("why: Type a number or your own words; y does it without")
        assert await one.type("n") == ["room: Nothing was done."]
        said = await one.type("/remove Ana", "6")
        assert "Remove Ana?" in said[-1]
        await one.type("y")
        await one.type("/remove Ana", "y")
        await one.type("/remove Ana You were asked twice.", "y")
        assert one.meeting.wanted == [
            Remove(ANA.identity, phrases()[5]),
            Remove(ANA.identity, unsaid()),
            Remove(ANA.identity, "You were asked twice."),
        ]


async def test_what_was_typed_while_a_removal_was_asked_is_not_lost() -> None:
    async with evening(LED) as one:
        assert await one.type("/remove Ana", "/time") == [
            "room: Nothing was done.",
            "time: About 3 of 4 minutes are left.",
        ]
        said = await one.type("/remove Ana", "I was just writing", "n")
        assert "/draft" in said[-1]
        assert one.meeting.wanted == []


async def test_words_for_one_person_that_were_not_sent_never_go_to_the_room_by_send() -> None:
    async with evening(LED) as one:
        await one.type("/remove Ana You were asked twice.", "n")
        assert await one.type("/send") == [
            "draft, for nobody yet: You were asked twice.",
            "draft: Nobody read this, and /send leaves it. /take puts it with what /send sends.",
        ]
        assert one.meeting.wanted == []
        assert await one.type("/take") == [
            "draft: You were asked twice.",
            "draft: /send sends this.",
        ]
        await one.type("/send")
        assert one.meeting.wanted == [Say("You were asked twice.")]
        assert await one.type("/take") == ["draft: Nothing is kept back."]


async def test_words_of_an_act_that_was_refused_are_kept_for_nobody() -> None:
    async with evening(LED) as one:
        one.meeting.refuse = lambda _: Refusal("Much is waiting.", "Are you all right?")
        said = await one.type("/nudge Ana Are you all right?")
        assert said == ["room: Much is waiting.", KEPT_APART]
        assert "for nobody yet" in (await one.type("/send"))[0]


async def test_a_ready_phrase_leaves_what_was_kept_before_it() -> None:
    async with evening(LED) as one:
        one.meeting.refuse = lambda _: Refusal("Not now.", "My own words.")
        await one.type("My own words.")
        assert await one.type("/ready 2") == [
            "draft: My own words.",
            "draft: Onwards.",
            "draft: /send sends this.",
        ]


async def test_a_nudge_is_words_or_the_number_of_some() -> None:
    async with evening(LED) as one:
        said = await one.type("/nudge Ana")
        assert said[0] == "why: What do you want to say to Ana? Only they read it."
        assert await one.type("") == ["room: Nothing was done."]
        await one.type("/nudge ana Are you all right?", "/nudge Ana", "1")
        assert one.meeting.wanted == [
            NudgeThem(ANA.identity, "Are you all right?"),
            NudgeThem(ANA.identity, phrases()[0]),
        ]


async def test_a_host_admits_by_number_and_reads_the_code_again() -> None:
    knock = KnockView(b"k" * 16, "Ben", "Hi.", 0.0)
    async with evening(LED) as one:
        one.meeting.become(
            replace(LED, knocks=(knock,)), Notice("Ben is at the door.", Urgency.BELL)
        )
        await one.until(lambda: one.terminal.bells == 1)
        assert one.terminal.said[-1].startswith('door: Ben is at the door: "Hi."')
        await one.type("/admit 1")
        assert one.meeting.wanted == [Admit(knock.knock)]
        assert "holdspace1:abc" in await one.type("/invitation")


async def test_ready_phrases_are_prepared_and_sent_only_on_request() -> None:
    async with evening(LED) as one:
        assert await one.type("/ready 2") == ["draft: Onwards.", "draft: /send sends this."]
        assert one.meeting.wanted == []
        await one.type("/send")
        assert one.meeting.wanted == [Say("Onwards.")]
        assert "no ready phrase" in (await one.type("/ready 7"))[-1]


async def test_a_flow_comes_from_a_file_and_a_missing_one_changes_nothing(tmp_path: object) -> None:
    async with evening(LED) as one:
        file = f"{tmp_path}/own.toml"
        with open(file, "w", encoding="utf-8") as out:  # noqa: ASYNC230, PTH123
            out.write('title = "Own"')
        await one.type(f"/flow {file}")
        assert one.meeting.wanted == [OpenTheFlow('title = "Own"')]
        said = await one.type("/flow nothing-there.toml")
        assert "Nothing was changed" in said[-1]


async def test_being_removed_says_so_and_ends_well() -> None:
    one = Evening(ROOM)
    await one.until(lambda: bool(one.terminal.said))
    one.meeting.become(replace(ROOM, place=Place.REMOVED))
    assert await asyncio.wait_for(one.run, 5) == 0
    assert one.terminal.said[-1] == "room: You are no longer a member of this meeting."
    assert one.meeting.goodbyes == []


async def test_a_meeting_that_cannot_go_on_ends_with_its_words_and_an_exit_code() -> None:
    one = Evening(ROOM)
    await one.until(lambda: bool(one.terminal.said))
    one.meeting.become(replace(ROOM, place=Place.ENDED, ended_words="No relay answers there."))
    assert await asyncio.wait_for(one.run, 5) == 1
    assert one.terminal.said[-1] == "room: No relay answers there."


async def test_leaving_asks_first_and_can_say_one_is_fine() -> None:
    async with evening(ROOM) as one:
        assert "Leave this meeting?" in (await one.type("/leave fine"))[-1]
        await one.type("y")
    assert one.meeting.goodbyes == [True]
    assert "You have left the meeting" in one.terminal.said[-1]


async def test_who_could_close_the_meeting_is_told_so_when_they_leave() -> None:
    async with evening(LED) as one:
        (question,) = await one.type("/leave")
        assert question.endswith("Type y for yes, n for no. Or /close, to end it for everybody.")
        said = await one.type("/close")
        assert said[0] == "room: Nothing was done."
        assert said[-1].startswith("Close the meeting for everybody?")
        await one.type("n")
    async with evening(ROOM) as one:
        assert "/close" not in (await one.type("/leave"))[-1]
        await one.type("n")


async def test_exit_is_at_once_and_says_no_goodbye() -> None:
    async with evening(ROOM) as one:
        await one.type("/exit")
    assert one.meeting.goodbyes == []
    assert one.meeting.closed


@pytest.mark.parametrize(("line", "is_left"), [("/exit", False), (None, True)])
async def test_exit_leaves_nothing_of_the_room_in_the_window(
    line: str | None, *, is_left: bool
) -> None:
    terminal = ScriptedTerminal()
    terminal.type(line)
    await attend(ScriptedMeeting(ROOM), terminal)
    assert bool(terminal.said) is is_left


async def test_an_own_nod_is_said_at_once() -> None:
    share = Passage(b"k", Line.SHARE, "It was a long week.", 1000.0, author=MARA)
    async with evening(replace(ROOM, transcript=(share,), can_nod=True)) as one:
        assert await one.type("/nod") == ["room: You nod to Mara: I hear you."]


async def test_cards_are_read_by_number_and_a_phrase_is_only_prepared() -> None:
    async with evening(LED) as one:
        assert "card: 1. Silence" in await one.type("/cards")
        assert "card: Silence" in await one.type("/cards 1")
        said = await one.type("/cards 1 1")
        assert "draft: No hurry. I'll count quiet as thinking." in said
        assert await one.type("/cards 99") == [
            "card: There is no card with this number. /cards lists them."
        ]
        assert one.meeting.wanted == []


async def test_help_comes_before_there_is_a_connection() -> None:
    async with evening(RoomView(connection=Connection.CONNECTING)) as one:
        said = await one.type("/support")
        assert said[0].startswith("support: If you or someone is in danger now")
        await one.type("/exit")


@pytest.mark.parametrize("line", ["//my mother", "/say my mother", "  /SAY my mother"])
async def test_nor_does_one_that_says_its_words_by_a_slash(line: str) -> None:
    async with evening(replace(LOBBY, place=Place.WAITING)) as one:
        one.terminal.typing = line[:7]
        one.meeting.become(replace(ROOM, mode="open"))
        await one.until(lambda: any("This is Tuesday circle" in line for line in one.terminal.said))
        one.terminal.typing = ""
        assert await one.type(line) == [BEGUN_BEFORE]
        assert not one.meeting.wanted


WAITING = replace(LOBBY, place=Place.WAITING)


@pytest.mark.parametrize("is_open_already", [False, True])
async def test_a_line_entered_before_the_open_door_was_told_is_not_said_and_not_lost(
    *, is_open_already: bool
) -> None:
    async with evening(WAITING) as one:
        if is_open_already:
            one.meeting.become(replace(ROOM, mode="open"))
        one.terminal.type("I come because", "of my mother")
        if not is_open_already:
            one.meeting.become(replace(ROOM, mode="open"))
        await one.until(lambda: one.terminal.said.count(BEGUN_BEFORE) == 2)
        assert not one.meeting.wanted
        assert [line for line in await one.type("/draft") if "mother" in line]
        await one.type("hello")
        assert one.meeting.wanted == [Say("hello")]


async def test_a_line_entered_before_the_end_of_a_private_word_was_told_is_not_said() -> None:
    word = AsideView(b"w" * 16, "word", (), is_chosen=True)
    async with evening(replace(ROOM, mode="open", asides=(word,))) as one:
        one.terminal.type("to Mara alone")
        one.meeting.become(replace(ROOM, mode="open"))
        await one.until(lambda: BEGUN_BEFORE in one.terminal.said)
        assert not one.meeting.wanted


async def test_what_follows_one_s_own_act_in_one_go_is_meant_for_where_it_leads() -> None:
    word = AsideView(b"w" * 16, "word", (MARA,), is_chosen=True)
    async with evening(replace(ROOM, mode="open")) as one:

        def goes_there(intent: Intent) -> None:
            if isinstance(intent, Raise):
                one.meeting.become(replace(ROOM, mode="open", asides=(word,)))

        one.meeting.refuse = goes_there
        one.terminal.type("/raise", "to Mara alone")
        await one.until(lambda: len(one.meeting.wanted) == 2)
        assert one.meeting.wanted[1] == SayAside(b"w" * 16, "to Mara alone")


@pytest.mark.parametrize("place", [Place.DECLINED, Place.CLOSED, Place.REMOVED])
async def test_what_was_kept_back_is_shown_once_more_at_the_end(place: Place) -> None:
    one = Evening(WAITING)
    await one.until(lambda: bool(one.terminal.said))
    await one.type("my mother", "half a \\")
    one.meeting.become(replace(WAITING, place=place, ended_words="Not today."))
    await asyncio.wait_for(one.run, 5)
    assert one.terminal.said[-5:] == [LAST_WORDS, "half a ", "", LAST_APART, "my mother"]


async def test_an_answer_that_was_none_is_not_called_words_that_were_not_sent() -> None:
    one = Evening(LOBBY)
    await one.until(lambda: bool(one.terminal.said))
    await one.type("/comfort", "something bigger")
    one.meeting.become(replace(LOBBY, place=Place.DECLINED, ended_words="Not today."))
    await asyncio.wait_for(one.run, 5)
    assert one.terminal.said[-2:] == [LAST_APART, "something bigger"]
    assert LAST_WORDS not in one.terminal.said


async def test_what_is_typed_at_a_door_where_nobody_asked_is_kept_and_can_be_copied() -> None:
    async with evening(WAITING) as one:
        assert KEPT_APART in await one.type("I come because of my mother")
        assert any("my mother" in line for line in await one.type("/draft"))
        one.meeting.become(replace(ROOM, mode="open"))
        await one.until(lambda: any("This is Tuesday circle" in line for line in one.terminal.said))
        assert "I come because of my mother" in await one.type("/copy")
        await one.type("/take", "/send")
        assert one.meeting.wanted == [Say("I come because of my mother")]


async def test_at_an_end_with_nothing_kept_back_nothing_is_said_of_it() -> None:
    one = Evening(WAITING)
    await one.until(lambda: bool(one.terminal.said))
    one.meeting.become(replace(WAITING, place=Place.DECLINED, ended_words="Not today."))
    await asyncio.wait_for(one.run, 5)
    assert LAST_WORDS not in one.terminal.said


async def test_a_line_begun_at_the_door_does_not_go_to_the_room() -> None:
    async with evening(replace(LOBBY, place=Place.WAITING)) as one:
        one.terminal.typing = "I come because of my"
        one.meeting.become(replace(ROOM, mode="open"))
        await one.until(lambda: any("This is Tuesday circle" in line for line in one.terminal.said))
        one.terminal.typing = ""
        assert await one.type("I come because of my mother") == [BEGUN_BEFORE]
        assert not one.meeting.wanted
        await one.type("/take", "/send")
        assert one.meeting.wanted == [Say("I come because of my mother")]
        await one.type("hello")
        assert one.meeting.wanted[1:] == [Say("hello")]
