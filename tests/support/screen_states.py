"""The states of the screen that are looked at and compared: a picture of the meeting, and keys pressed.

One table for the pictures that people look at (tests/client/tui/pictures.py) and for the stills that
the tests compare (screen_stills.py): a state added here is in both.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from textual.pilot import Pilot

import screen_samples as sample
from holdspace.client.seat.intents import Accept
from holdspace.client.seat.view import (
    AsideView,
    AskView,
    DoorLine,
    FlagView,
    Line,
    Logged,
    Notice,
    Place,
    Refusal,
    RoomView,
)
from holdspace.client.tui.app import Ending
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import Player

Act = Callable[[Pilot[Ending], Player], Awaitable[None]]


async def nothing(pilot: Pilot[Ending], player: Player) -> None:
    """Show the state as it is."""


def pressing(*keys: str, draft: str = "") -> Act:
    """Return an act that puts a draft in and presses keys."""

    async def act(pilot: Pilot[Ending], player: Player) -> None:
        screen = pilot.app.screen
        if draft and isinstance(screen, RoomScreen):
            screen.composer.write(draft)
        await pilot.press(*keys)

    return act


async def refused(pilot: Pilot[Ending], player: Player) -> None:
    """Send while listening: the draft stays and the line says why."""
    words = "Not sent: Eli has the floor. Your draft is kept; raise your hand with h."
    player.refuse = lambda _: Refusal(words, sample.DRAFT)
    await pressing("enter", draft=sample.DRAFT)(pilot, player)


async def moved(pilot: Pilot[Ending], player: Player) -> None:
    """Go on over another relay of the room."""
    player.change(Notice("The relay changed, to wss://relay-2.example. Nothing was lost."))


async def refused_name(pilot: Pilot[Ending], player: Player) -> None:
    """Knock under a name that is taken."""
    words = "Somebody here already goes by a name like “Ana”. Another name, or a letter after it, is fine."
    player.refuse = lambda intent: Refusal(words) if isinstance(intent, Accept) else None
    await pilot.press(*"Аna", "enter", *"First time", "enter", "enter")


async def reading_back(pilot: Pilot[Ending], player: Player) -> None:
    """Read back while three shares come in below."""
    await pilot.press("escape", "home")
    more = [
        sample.passage(
            30 + at, Line.SHARE, f"A share that came in meanwhile, number {at}.", author=sample.BEN
        )
        for at in range(3)
    ]
    player.change(transcript=(*player.view.transcript, *more))


async def caught_up(pilot: Pilot[Ending], player: Player) -> None:
    """Come back to now after reading back."""
    await reading_back(pilot, player)
    await pilot.pause()
    await pilot.press("end")


async def noticed(pilot: Pilot[Ending], player: Player) -> None:
    """Be told something."""
    player.change(Notice("It is your turn. Take the time you need, or pass."))


LONG = replace(
    sample.ROOM,
    transcript=tuple(
        sample.passage(
            at,
            Line.SHARE,
            "Some days I plan a whole morning around the stairs, and then nobody sees that I managed them. "
            * 2,
            author=sample.CIRCLE[at % 7],
            nods=sample.nods(heard=at % 5, me_too=at % 3),
        )
        for at in range(24)
    ),
)
BEFORE_THE_FLOW = replace(
    sample.FACILITATOR,
    stages=tuple(replace(one, is_done=False, is_current=False) for one in sample.stages()),
    floor=None,
    hands=(),
    going_around=(),
    composer_words="You can write.",
)
LATE = replace(
    sample.FACILITATOR,
    drift_words="About 6 min late. Proposed: leave out A technique (3 min); Sharing 7 instead of 10 min. "
    "No share is cut.",
)
LOGGED = replace(
    sample.ROOM,
    log=(
        Logged(sample.minute(1), "Ana let Sam in."),
        Logged(sample.minute(4), "Ana went to stage 3, Introductions."),
        Logged(sample.minute(8), "Ana wrote to one person alone."),
        Logged(sample.minute(8), "Ana paused Gus's writing."),
    ),
)
LAST_STAGE = replace(sample.FACILITATOR, stages=sample.told(sample.stages(7)))
APART = replace(
    sample.ROOM,
    asides=(
        AsideView(
            handle=b"a" * 16,
            kind="word",
            people=(sample.ANA,),
            passages=(
                sample.passage(
                    90, Line.SHARE, "I am here. Stay, or rest: both are fine.", author=sample.ANA
                ),
            ),
            is_open=True,
            is_chosen=True,
            composer_words="What you write here goes to Ana alone.",
        ),
    ),
)
NOT_OK = replace(sample.FACILITATOR, flags=(FlagView(sample.BEN, "my hands shake", sample.NOW),))


def typed(words: str) -> Act:
    """Return an act that types, wherever the focus is."""

    async def act(pilot: Pilot[Ending], player: Player) -> None:
        await pilot.press(*("space" if letter == " " else letter for letter in words))

    return act


ASIDE = AsideView(
    handle=b"a" * 16,
    kind="word",
    people=(sample.ANA,),
    passages=(
        sample.passage(90, Line.SHARE, "I am here. What do you need just now?", author=sample.ANA),
        sample.passage(91, Line.SHARE, "Only a little quiet.", author=sample.BEN),
    ),
    is_open=True,
    is_chosen=True,
    composer_words="What you write here goes to Ana alone.",
)
OVER = replace(
    ASIDE,
    is_open=False,
    is_over=True,
    composer_words="Ana has left it. The private word is over. Your words are kept; nothing was sent. "
    "/room goes back.",
)
PRIVATE = replace(sample.ROOM, asides=(ASIDE,))
PRIVATE_OVER = replace(sample.ROOM, asides=(OVER,))
PRIVATE_OPEN = replace(sample.ROOM, asides=(replace(ASIDE, is_chosen=False),), is_flagged=True)
FLAGGED = replace(
    sample.FACILITATOR,
    flags=(FlagView(sample.BEN, "my hands shake", sample.NOW),),
    asking=(AskView(b"a" * 16, "Ben asks for a private word with you: /yes or /no."),),
)
TALKING = replace(
    sample.WAITING,
    door_thread=(
        DoorLine("Good to have you here. What brings you?", sample.NOW),
        DoorLine("My back. I have not slept well for a year.", sample.NOW, is_mine=True),
    ),
)


STATES: dict[str, tuple[RoomView, Act]] = {
    "01-connecting": (sample.OUTSIDE, nothing),
    "02-cannot-start": (sample.NO_START, nothing),
    "03-lobby": (sample.LOBBY, nothing),
    "03-lobby-wordy": (replace(sample.LOBBY, card=sample.WORDY), nothing),
    "04-lobby-refused": (sample.LOBBY, refused_name),
    "61-lasting": (sample.LASTING, pressing("escape", "R")),
    "62-lasting-member": (sample.ROOM, pressing("escape", "R")),
    "05-waiting": (sample.WAITING, nothing),
    "05-waiting-talk": (TALKING, nothing),
    "06-private": (PRIVATE, typed("Thank you. It is the noise")),
    "06-private-over": (PRIVATE_OVER, typed("Please do not tell")),
    "06-room-private-open": (PRIVATE_OPEN, pressing("escape")),
    "06-room-writing": (sample.ROOM, pressing(draft=sample.DRAFT)),
    "07-room-keys": (sample.ROOM, pressing("escape", draft=sample.DRAFT)),
    "08-room-refused": (sample.ROOM, refused),
    "09-room-my-turn": (sample.MY_TURN, noticed),
    "10-room-held": (sample.HELD, pressing("escape")),
    "11-room-lost": (sample.LOST, pressing(draft=sample.DRAFT)),
    "11-room-moved": (sample.ROOM, moved),
    "12-room-quiet": (sample.QUIET, nothing),
    "13-room-reading-back": (LONG, reading_back),
    "13-room-caught-up": (LONG, caught_up),
    "14-room-command": (sample.ROOM, pressing(draft="/")),
    "15-facilitator": (sample.FACILITATOR, pressing("escape")),
    "15-facilitator-flag": (FLAGGED, pressing("escape")),
    "15-flags": (FLAGGED, pressing("escape", "M")),
    "16-sheet": (sample.FACILITATOR, pressing("escape", "f")),
    "17-door": (sample.FACILITATOR, pressing("escape", "d")),
    "18-people": (sample.FACILITATOR, pressing("escape", "c", "down")),
    "19-remove": (sample.FACILITATOR, pressing("escape", "c", "down", "x")),
    "20-leave": (sample.ROOM, pressing("escape", "q")),
    "21-turns": (sample.FACILITATOR, pressing("escape", "t")),
    "22-help": (sample.FACILITATOR, pressing("f1")),
    "23-support": (sample.ROOM, pressing("f2")),
    "70-pause-why": (sample.FACILITATOR, pressing("escape", "c", "down", "p")),
    "71-late": (LATE, pressing("escape", "f")),
    "72-late-asked": (LATE, pressing("escape", "T")),
    "73-log": (LOGGED, pressing("escape", "E")),
    "74-after": (replace(sample.ended(Place.CLOSED), is_facilitator=True), nothing),
    "75-steadying": (sample.ROOM, pressing("f2", "g")),
    "24-agenda": (sample.ROOM, pressing("escape", "a")),
    "25-hands": (sample.ROOM, pressing("escape", "v")),
    "25-hands-led": (sample.FACILITATOR, pressing("escape", "v")),
    "22-help-people": (sample.FACILITATOR, pressing("escape", "c", "down", "f1")),
    "26-about": (replace(sample.ROOM, card=sample.CARD), pressing("escape", "e")),
    "27-invitation": (sample.FACILITATOR, pressing("escape", "i")),
    "28-left": (sample.ended(Place.LEFT), nothing),
    "29-removed": (sample.ended(Place.REMOVED), nothing),
    "30-closed": (sample.ended(Place.CLOSED), nothing),
    "31-before-the-flow": (BEFORE_THE_FLOW, nothing),
    "32-leave-alone": (sample.FACILITATOR, pressing("escape", "q")),
    "34-gathering": (sample.GATHERING, pressing(draft="I'm Sam. My back brought me, and")),
    "35-gathering-ready": (sample.READY_TO_BE_READ, pressing("escape")),
    "36-gathering-led": (sample.GATHERING_LED, pressing("escape")),
    "37-release": (sample.GATHERING_LED, pressing(draft="/release ")),
    "40-question": (sample.ASKED, pressing("escape", "A")),
    "41-question-choice": (sample.ASKED, pressing("escape", "A", "7", "enter", "enter", "enter")),
    "42-counted": (sample.ASKED, pressing("escape", "V")),
    "43-asked": (sample.ASKED, nothing),
    "38-folded": (sample.FOLDED, pressing("escape")),
    "39-order": (sample.FACILITATOR, pressing("escape", "O")),
    "40-practice": (sample.ROOM, pressing("escape", "P")),
    "50-goal-card": (sample.ROOM, pressing("escape", "G", *"walk to the bench", "enter")),
    "51-goal-smaller": (
        sample.ROOM,
        pressing("escape", "G", *"walk", "enter", "enter", "enter", "enter", "4", "enter"),
    ),
    "52-own": (sample.ROOM, pressing("escape", "I", *"warm socks, early", "enter", "escape", "J")),
    "53-board": (sample.BOARD, pressing("escape", "B")),
    "54-board-listing": (sample.LISTING, nothing),
    "60-apart": (APART, nothing),
    "61-not-ok": (NOT_OK, pressing("escape", "M")),
    "62-cards": (sample.FACILITATOR, pressing("escape", "S")),
    "80-settings": (sample.ROOM, pressing("escape", "$")),
    "81-settings-chosen": (
        sample.ROOM,
        pressing("escape", "$", "down", "down", "down", "down", "enter"),
    ),
    "82-comfort": (sample.WAITING, pressing("c", "down", "down", "enter")),
    "83-tryout": (sample.WAITING, pressing("t")),
    "84-tryout-keys": (sample.WAITING, pressing("t", *"I am here", "enter", "escape", "h", "p")),
    "33-last-stage": (LAST_STAGE, pressing("escape", "n")),
}
# Of a large window one state of each screen is kept, and of the room what the width changes.
LARGE = (
    "25-hands-led",
    "01-connecting",
    "03-lobby",
    "61-lasting",
    "05-waiting-talk",
    "06-private",
    "07-room-keys",
    "13-room-reading-back",
    "15-facilitator",
    "16-sheet",
    "17-door",
    "18-people",
    "20-leave",
    "22-help",
    "23-support",
    "27-invitation",
    "30-closed",
    "36-gathering-led",
    "40-question",
    "40-practice",
    "50-goal-card",
    "52-own",
    "53-board",
    "62-cards",
)
# Of a very large one only the room, which uses it, and one state in each theme.
VAST = ("07-room-keys", "08-room-refused", "13-room-reading-back", "15-facilitator")
