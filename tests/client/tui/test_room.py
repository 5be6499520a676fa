"""The room on the screen, driven by keys: writing, refusals, drafts, reading back, sizes, endings."""

from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot
from textual.timer import Timer

import screen_samples as sample
from holdspace.client.seat import intents
from holdspace.client.seat.view import Line, Notice, Passage, Place, Refusal, RoomView, Urgency
from holdspace.client.tui.app import Ending
from holdspace.client.tui.composer import Composer
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.client.tui.transcript import Transcript
from screen_player import SIZES, Player, screen_text, shown, until


def room(pilot: Pilot[Ending]) -> RoomScreen:
    """Return the room's screen."""
    screen = pilot.app.screen
    assert isinstance(screen, RoomScreen)
    return screen


async def type_and_send(pilot: Pilot[Ending], words: str) -> None:
    """Write into the text field, key by key, and press Enter."""
    await pilot.press(*words, "enter")


@pytest.mark.parametrize("size", SIZES)
async def test_the_room_shows_where_what_who_and_how(size: tuple[int, int]) -> None:
    async with shown(sample.ROOM, size) as (pilot, _):
        text = screen_text(pilot.app)
        for words in (
            "Living with pain · Tuesday circle",
            "end-to-end encrypted · 8 here",
            "◉ Introductions",
            "about 6 min left",
            "Say the name you like to go by",
            "Eli has the floor.",
            "♥ 5 heard you",
            "Your draft is kept",
            "Enter send",
        ):
            assert words in text


@pytest.mark.parametrize("size", SIZES)
async def test_no_line_is_wider_than_the_window(size: tuple[int, int]) -> None:
    for view in (sample.ROOM, sample.FACILITATOR, sample.HELD, sample.LOST, sample.MY_TURN):
        async with shown(view, size) as (pilot, _):
            lines = pilot.app.screen._compositor.render_strips()
            assert len(lines) == size[1]
            assert {line.cell_length for line in lines} == {size[0]}


async def test_enter_sends_and_empties_the_field() -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        await type_and_send(pilot, "Hello")
        assert player.wanted == [intents.Say("Hello")]
        assert room(pilot).composer.text == ""


async def test_control_j_makes_a_new_line_and_never_sends() -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        await pilot.press("a", "ctrl+j", "b")
        assert player.wanted == []
        await pilot.press("enter")
        assert player.wanted == [intents.Say("a\nb")]


async def test_a_refused_draft_stays_byte_for_byte_and_is_answered() -> None:
    words = "Not sent: Eli has the floor."
    async with shown(sample.ROOM) as (pilot, player):
        player.refuse = lambda _: Refusal(words)
        draft = "two  blanks\nand a line"
        room(pilot).composer.write(draft)
        await pilot.press("enter")
        assert room(pilot).composer.text == draft
        assert words in screen_text(pilot.app)
        await pilot.press("x")
        assert words not in screen_text(pilot.app)


async def test_a_paste_is_inserted_whole_and_never_sent() -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        pilot.app.screen.focused.post_message(events.Paste("one\r\ntwo\rthree\n\x1b[2Jfour\t5"))  # type: ignore[union-attr]
        await until(pilot, lambda: room(pilot).composer.text != "", "the pasted text")
        assert room(pilot).composer.text.startswith("one\ntwo\nthree\n")
        assert "\x1b" not in room(pilot).composer.text
        assert player.wanted == []


async def test_a_draft_outlives_everything_that_happens_around_it() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        composer = room(pilot).composer
        composer.write(sample.DRAFT)
        player.become(sample.LOST)
        await until(pilot, lambda: "Connection lost" in screen_text(pilot.app), "the lost line")
        player.become(sample.HELD)
        await until(pilot, lambda: "on hold" in screen_text(pilot.app), "the hold card")
        player.become(sample.WAITING)
        await until(pilot, lambda: "You have knocked" in screen_text(pilot.app), "the door")
        player.become(sample.ROOM)
        await until(pilot, lambda: sample.DRAFT in screen_text(pilot.app), "the draft")
        assert room(pilot).composer is composer


async def test_too_long_a_text_stays_and_says_why() -> None:
    async with shown(sample.MY_TURN, SIZES[1]) as (pilot, player):
        player.refuse = lambda _: Refusal("That is too long for one piece.")
        room(pilot).composer.write("x" * 4_001)
        await pilot.press("enter")
        assert len(room(pilot).composer.text) == 4_001
        assert "That is too long" in screen_text(pilot.app)


async def test_escape_leaves_the_field_and_then_single_keys_act() -> None:
    view = replace(sample.ROOM, can_raise=True)
    async with shown(view) as (pilot, player):
        await pilot.press("h")
        assert player.wanted == []
        assert room(pilot).composer.text == "h"
        await pilot.press("escape", "h", "r", "m", "p")
        assert player.wanted == [
            intents.Raise(),
            intents.NodTo("heard"),
            intents.NodTo("me-too"),
            intents.PassTurn(),
        ]
        await pilot.press("enter", "!")
        assert room(pilot).composer.text == "h!"


async def test_a_slash_begins_a_command_and_the_line_says_which() -> None:
    async with shown(replace(sample.ROOM, can_raise=True)) as (pilot, player):
        await pilot.press("escape", "slash", "r", "a")
        assert "/raise" in screen_text(pilot.app)
        await type_and_send(pilot, "ise sleep")
        assert player.wanted == [intents.Raise(note="sleep")]


async def test_a_mistyped_command_is_answered_and_stays() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await type_and_send(pilot, "/rise")
        assert room(pilot).composer.text == "/rise"
        assert "Did you mean /raise?" in screen_text(pilot.app)
        assert player.wanted == []


async def test_an_exclamation_mark_alone_raises_a_hand() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await type_and_send(pilot, "!")
        assert player.wanted == [intents.Raise()]


async def test_keys_of_facilitators_are_refused_kindly_to_members() -> None:
    async with shown(sample.ROOM, SIZES[1]) as (pilot, player):
        await pilot.press("escape", "n")
        assert player.wanted == []
        assert "Only facilitators can do that: next stage." in screen_text(pilot.app)


async def test_a_digit_means_nothing_to_members_and_says_nothing() -> None:
    async with shown(sample.ROOM, SIZES[1]) as (pilot, player):
        await pilot.press("escape", "3")
        assert player.wanted == []
        assert "Only facilitators" not in screen_text(pilot.app)


async def test_one_key_leads_a_whole_meeting() -> None:
    async with shown(replace(sample.FACILITATOR, floor=None)) as (pilot, player):
        await pilot.press("escape", "n", "n", "n")
        assert player.wanted == [intents.NextStage()] * 3


async def test_a_ready_phrase_is_copied_and_waits_to_be_sent() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "2")
        assert room(pilot).composer.text == sample.READY[1]
        assert player.wanted == []
        await pilot.press("enter")
        assert player.wanted == [intents.Say(sample.READY[1])]


async def test_what_now_says_more_than_the_line_below_it() -> None:
    words = "The facilitators are speaking."
    async with shown(replace(sample.ROOM, now_words=words, composer_words=words)) as (pilot, _):
        await pilot.press("escape", "w")
        assert screen_text(pilot.app).count(words) == 1
        assert "We are at " in screen_text(pilot.app)


@pytest.mark.parametrize("view", [sample.MY_TURN, sample.HELD])
async def test_what_now_tells_of_the_floor_and_of_a_hold_in_their_own_words(view: RoomView) -> None:
    words = "These are its own words."
    async with shown(replace(view, now_words=words, composer_words=words)) as (pilot, _):
        await pilot.press("escape", "w")
        await until(pilot, lambda: words in screen_text(pilot.app), "the sentence")
        assert "We are at " not in screen_text(pilot.app)


async def test_escape_and_a_letter_that_come_as_one_key_are_both_and_no_part_of_the_draft() -> None:
    async with shown(replace(sample.ROOM, can_raise=True)) as (pilot, player):
        room(pilot).composer.write("mine")
        pilot.app.post_message(events.Key("alt+h", "h"))
        await until(pilot, lambda: player.wanted == [intents.Raise()], "the hand")
        assert room(pilot).composer.text == "mine"
        assert not room(pilot).is_writing


async def test_what_now_is_one_sentence() -> None:
    async with shown(sample.ROOM) as (pilot, _):
        await pilot.press("escape", "w")
        assert sample.ROOM.now_words in screen_text(pilot.app)


def many(count: int, start: int = 0) -> tuple[Passage, ...]:
    """Return so many shares."""
    return tuple(
        sample.passage(at, Line.SHARE, f"Share number {at}.", author=sample.CHI)
        for at in range(start, start + count)
    )


def row_of(screen: str, words: str) -> int:
    """Return in which line of the screen these words are."""
    return next(at for at, line in enumerate(screen.splitlines()) if words in line)


async def test_new_shares_scroll_in_while_following() -> None:
    async with shown(replace(sample.ROOM, transcript=many(40))) as (pilot, player):
        assert "Share number 39." in screen_text(pilot.app)
        player.change(transcript=many(41))
        await until(pilot, lambda: "Share number 40." in screen_text(pilot.app), "the new share")


async def test_reading_back_is_never_moved_and_says_how_many_wait() -> None:
    async with shown(replace(sample.ROOM, transcript=many(40))) as (pilot, player):
        await pilot.press("escape", "home")
        transcript = room(pilot).query_one(Transcript)
        before = screen_text(pilot.app)
        player.change(transcript=many(43))
        await until(pilot, lambda: transcript.unseen == 3, "the count of new shares")
        after = screen_text(pilot.app)
        assert "↓ 3 new below" in after
        assert "Share number 0." in after
        assert row_of(before, "Share number 0.") == row_of(after, "Share number 0.")
        await pilot.press("end")
        assert "Share number 42." in screen_text(pilot.app)
        assert "new below" not in screen_text(pilot.app)


async def test_a_line_says_where_the_new_words_begin_until_they_were_read() -> None:
    async with shown(replace(sample.ROOM, transcript=many(40))) as (pilot, player):
        await pilot.press("escape", "home")
        transcript = room(pilot).query_one(Transcript)
        for unseen in (1, 2):
            player.change(transcript=many(40 + unseen))
            await until(pilot, lambda: transcript.unseen == unseen, "the count")  # noqa: B023
        await pilot.press("end")
        await until(pilot, lambda: "new from here" in screen_text(pilot.app), "the line")
        now = screen_text(pilot.app)
        assert row_of(now, "Share number 39.") < row_of(now, "new from here")
        assert row_of(now, "new from here") < row_of(now, "Share number 40.")
        player.change(transcript=many(43))
        await until(pilot, lambda: "Share number 42." in screen_text(pilot.app), "the next")
        assert "new from here" not in screen_text(pilot.app)


async def test_nods_and_resizes_above_do_not_move_what_is_read() -> None:
    shares = many(40)
    async with shown(replace(sample.ROOM, transcript=shares), SIZES[1]) as (pilot, player):
        await pilot.press("escape", "home", "pagedown", "pagedown")
        transcript = room(pilot).query_one(Transcript)
        top_before = transcript._place()[0]
        nodded = tuple(replace(one, nods=sample.nods(heard=2)) for one in shares[:3])
        player.change(transcript=(*nodded, *shares[3:]))
        await until(pilot, lambda: transcript.virtual_size.height > 40 * 3, "the rows of the nods")
        assert transcript._place()[0] == top_before
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert transcript._place()[0] == top_before


async def test_ten_thousand_passages_open_scroll_and_grow() -> None:
    async with shown(replace(sample.ROOM, transcript=many(10_000))) as (pilot, player):
        assert "Share number 9999." in screen_text(pilot.app)
        await pilot.press("escape", "home")
        assert "Share number 0." in screen_text(pilot.app)
        player.change(transcript=many(10_001))
        await until(pilot, lambda: "1 new below" in screen_text(pilot.app), "the marker")
        await pilot.press("end")
        assert "Share number 10000." in screen_text(pilot.app)


async def test_a_notice_is_shown_once_and_rings_only_when_it_should(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with shown(sample.ROOM) as (pilot, player):
        rung: list[bool] = []
        monkeypatch.setattr(pilot.app, "bell", lambda: rung.append(True))
        player.change(Notice("You are next."))
        await until(pilot, lambda: "You are next." in screen_text(pilot.app), "the notice")
        assert rung == []
        player.change(Notice("It is your turn.", Urgency.BELL))
        await until(pilot, lambda: "It is your turn." in screen_text(pilot.app), "the notice")
        assert rung == [True]
        await pilot.press("escape", "r")
        assert "It is your turn." not in screen_text(pilot.app)


async def test_a_notice_goes_when_its_moment_is_over() -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        player.change(Notice("It is your turn."))
        await until(pilot, lambda: "It is your turn." in screen_text(pilot.app), "the notice")
        player.change(transcript=sample.TRANSCRIPT[:2])
        await until(pilot, lambda: "Eli here." not in screen_text(pilot.app), "the change")
        assert "It is your turn." in screen_text(pilot.app)
        player.become(sample.ROOM)
        await until(pilot, lambda: "Eli has the floor" in screen_text(pilot.app), "the next turn")
        assert "It is your turn." not in screen_text(pilot.app)


async def test_leaving_is_asked_and_can_say_that_one_is_fine() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "q")
        assert "Leave this meeting?" in screen_text(pilot.app)
        await pilot.press("x", "enter")
        assert player.wanted == []
        await pilot.press("f")
        assert player.wanted == [intents.Leave(fine=True)]


async def test_n_stays_as_it_does_wherever_y_is_yes() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "q", "n")
        assert "Leave this meeting?" not in screen_text(pilot.app)
        assert player.wanted == []


async def test_three_escapes_close_the_screen_and_send_nothing() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "escape")
        assert "● ● ○" in screen_text(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.return_value is Ending.VANISHED, "the end")
        assert player.wanted == []


@pytest.mark.parametrize(
    "keys", [("f12",), ("f2", "f12"), ("escape", "q", "f12"), ("f1", "escape", "escape", "escape")]
)
async def test_the_quick_exit_works_over_everything(keys: tuple[str, ...]) -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press(*keys)
        await until(pilot, lambda: pilot.app.return_value is Ending.VANISHED, "the end")
        assert player.wanted == []


@pytest.mark.parametrize("size", [(39, 24), (80, 11), (20, 6), (1, 1)])
async def test_a_window_that_is_too_small_gets_one_plain_sentence(size: tuple[int, int]) -> None:
    async with shown(sample.ROOM, size) as (pilot, _):
        text = screen_text(pilot.app)
        assert "Eli" not in text
        assert size[0] < 20 or "too small" in " ".join(text.split())
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Eli" in screen_text(pilot.app), "the room")


async def test_at_the_smallest_size_one_can_read_speak_and_raise_a_hand() -> None:
    async with shown(replace(sample.MY_TURN, can_raise=True), (40, 12)) as (pilot, player):
        assert "You have the floor" in screen_text(pilot.app)
        await type_and_send(pilot, "Hi")
        await pilot.press("escape", "h")
        assert player.wanted == [intents.Say("Hi"), intents.Raise()]


FREE = replace(
    sample.MY_TURN,
    me=sample.SAM,
    floor=None,
    can_write=False,
    can_pass=False,
    can_raise=True,
)
SAM_WAITS = replace(FREE, me=replace(sample.SAM, place_in_queue=1))
NOT_WAITING = replace(FREE, me=replace(sample.SAM, place_in_queue=0))


async def test_whoever_takes_the_free_floor_by_a_key_types_words_next() -> None:
    async with shown(NOT_WAITING, (40, 12)) as (pilot, player):
        await pilot.press("escape", "h")
        player.become(sample.MY_TURN)
        await until(pilot, lambda: room(pilot).is_writing, "the text field")
        await type_and_send(pilot, "I can")
        assert player.wanted == [intents.Raise(), intents.Say("I can")]


@pytest.mark.parametrize(
    ("keys", "first"), [(("h",), SAM_WAITS), (("h", "w"), NOT_WAITING), ((), NOT_WAITING)]
)
async def test_the_floor_that_comes_by_somebody_else_takes_no_key_away(
    keys: tuple[str, ...], first: RoomView
) -> None:
    async with shown(NOT_WAITING, (40, 12)) as (pilot, player):
        await pilot.press("escape", *keys)
        player.become(first)
        await until(pilot, lambda: pilot.app.view is first, "the hand")  # type: ignore[attr-defined]
        player.become(sample.MY_TURN)
        await until(pilot, lambda: "Enter write" in screen_text(pilot.app), "the floor")
        assert not room(pilot).is_writing


async def test_a_storm_of_resizes_leaves_the_room_whole() -> None:
    async with shown(sample.ROOM, SIZES[1]) as (pilot, _):
        for step in range(20):
            await pilot.resize_terminal(10 + (step * 37) % 150, 4 + (step * 13) % 50)
        await pilot.resize_terminal(*SIZES[1])
        await until(pilot, lambda: "Eli has the floor." in screen_text(pilot.app), "the room")


def is_awake(timer: Timer) -> bool:
    """Return whether a timer is counting."""
    counting: bool = timer._active.is_set()
    return counting


async def test_nothing_blinks_and_no_timer_ticks() -> None:
    async with shown(sample.ROOM) as (pilot, _):
        assert pilot.app.animation_level == "none"
        assert not room(pilot).composer.cursor_blink
        timers = [
            timer for node in room(pilot).walk_children(with_self=True) for timer in node._timers
        ]
        awake = {timer.name: timer._interval for timer in timers if is_awake(timer)}
        assert min(awake.values(), default=60.0) >= 1


async def test_the_terminal_cursor_follows_the_focus() -> None:
    async with shown(sample.ROOM) as (pilot, _):
        composer, transcript = room(pilot).query_one(Composer), room(pilot).query_one(Transcript)
        assert composer.region.contains_point(pilot.app.cursor_position)
        await pilot.press("escape")
        await pilot.pause()
        assert transcript.region.contains_point(pilot.app.cursor_position)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place.LEFT, "You have left the meeting"),
        (Place.REMOVED, "You are no longer a member of this meeting"),
        (Place.CLOSED, "The meeting is closed"),
        (Place.ENDED, "The meeting has ended here"),
    ],
)
async def test_every_end_is_told(place: Place, words: str) -> None:
    async with shown(sample.ROOM) as (pilot, player):
        player.become(sample.ended(place))
        await until(pilot, lambda: words in screen_text(pilot.app), words)
        assert "Fibromyalgia" not in screen_text(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.return_value is Ending.FINISHED, "the end")


@pytest.mark.parametrize("overlay", [("f1",), ("escape", "q"), ("escape", "c")])
async def test_the_end_comes_through_whatever_is_open(overlay: tuple[str, ...]) -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press(*overlay)
        player.become(sample.ended(Place.REMOVED))
        await until(pilot, lambda: "no longer a member" in screen_text(pilot.app), "the end")
        assert "Fibromyalgia" not in screen_text(pilot.app)


async def test_the_player_notes_what_was_wanted() -> None:
    player = Player(sample.ROOM)
    assert player.do(intents.Raise()) is None
    assert player.wanted == [intents.Raise()]


async def test_words_that_came_back_stand_in_front_of_the_draft() -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        room(pilot).composer.write("a new thought")
        player.become(sample.ROOM, Notice("The floor had moved on.", kept="words that were late"))
        await until(pilot, lambda: "words that were late" in room(pilot).composer.text, "the words")
        assert room(pilot).composer.text == "words that were late\n\na new thought"
        assert "The floor had moved on." in screen_text(pilot.app)


async def test_letters_typed_before_enter_are_all_sent_and_those_after_it_stay() -> None:
    async with shown(sample.MY_TURN) as (pilot, player):
        # As from a quick hand or a slow machine: everything is there before anything was looked at.
        for sentence in ("this is my whole sentence", "and this is another"):
            for letter in sentence:
                pilot.app.post_message(events.Key("space" if letter == " " else letter, letter))
            pilot.app.post_message(events.Key("enter", "\r"))
        for letter in "not yet":
            pilot.app.post_message(events.Key("space" if letter == " " else letter, letter))
        said = [intents.Say("this is my whole sentence"), intents.Say("and this is another")]
        await until(pilot, lambda: player.wanted == said, "two whole sentences")
        composer = pilot.app.screen.query_one(Composer)
        await until(pilot, lambda: composer.text == "not yet", "the rest in the field")


async def test_a_refused_text_is_in_the_field_again_before_what_was_typed_since() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        player.refuse = lambda _: Refusal("Somebody else has the floor.")
        for letter in "first":
            pilot.app.post_message(events.Key(letter, letter))
        pilot.app.post_message(events.Key("enter", "\r"))
        for letter in " then":
            pilot.app.post_message(events.Key("space" if letter == " " else letter, letter))
        composer = pilot.app.screen.query_one(Composer)
        await until(pilot, lambda: composer.text == "first then", "both")


async def test_a_refused_command_does_not_stand_before_the_next_one() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        player.refuse = lambda i: Refusal("No.") if isinstance(i, intents.KeepTheRoom) else None
        await pilot.press(*"/keeproom", "enter")
        assert room(pilot).composer.text == ""
        assert "No." in screen_text(pilot.app)
        await pilot.press(*"/nod", "enter")
        assert player.wanted == [intents.NodTo()]


@pytest.mark.parametrize("typed", ["/keproom", "/offer", "/raise about sleep"])
async def test_what_can_be_written_on_with_stays_after_a_refusal(typed: str) -> None:
    async with shown(sample.ROOM) as (pilot, player):
        player.refuse = lambda _: Refusal("No.")
        room(pilot).composer.write(typed)
        await pilot.press("enter")
        assert room(pilot).composer.text == typed


async def test_one_key_takes_ready_words_back_to_write_on() -> None:
    async with shown(sample.READY_TO_BE_READ) as (pilot, player):
        await pilot.press("escape", "s")
        assert player.wanted == [intents.Rewrite()]
        assert isinstance(pilot.app.focused, Composer)


async def test_the_same_key_keeps_a_draft_ready_where_all_write() -> None:
    async with shown(sample.GATHERING) as (pilot, player):
        await pilot.press(*"mine", "escape", "s")
        assert player.wanted == [intents.KeepReady("mine")]
        assert pilot.app.screen.query_one(Composer).text == ""


async def test_a_fold_asks_for_its_label_first() -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press("escape", "left_parenthesis")
        assert pilot.app.screen.query_one(Composer).text == "/fold "
        assert player.wanted == []
