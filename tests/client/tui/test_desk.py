"""The facilitator's lists and the pages: door, people, run sheet, questions, help, invitation."""

from dataclasses import replace

import pytest

import screen_samples as sample
from holdspace.client.acts import ACTS, Spot, is_permitted
from holdspace.client.care.reasons import phrases
from holdspace.client.seat import intents
from holdspace.client.seat.view import Notice, Refusal
from holdspace.client.tui.app import HoldspaceApp
from holdspace.client.tui.pages import help_page
from holdspace.client.tui.rows import plain
from holdspace.client.tui.screens.room import RoomScreen
from screen_player import SIZES, screen_text, shown, until


@pytest.mark.parametrize("size", SIZES)
async def test_the_door_shows_who_knocks_and_our_warning(size: tuple[int, int]) -> None:
    async with shown(sample.FACILITATOR, size) as (pilot, _):
        await pilot.press("escape", "d")
        text = screen_text(pilot.app)
        assert "Hal" in text
        assert "Look twice" in text
        assert "First time in a group." in text
        assert "y admit" in text


async def test_the_chosen_knock_is_admitted_or_declined() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "d", "down", "y", "up", "x")
        assert player.wanted == [intents.Admit(b"i" * 16), intents.Decline(b"h" * 16)]


async def test_several_are_let_in_with_one_key_each() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "d", "y")
        player.change(knocks=sample.KNOCKS[1:])
        await until(pilot, lambda: "Hal" not in screen_text(pilot.app), "Hal let in")
        await pilot.press("y")
        assert player.wanted == [intents.Admit(b"h" * 16), intents.Admit(b"i" * 16)]


async def test_whoever_was_let_in_is_gone_at_once_and_the_next_one_is_chosen() -> None:
    three = (*sample.KNOCKS, replace(sample.KNOCKS[1], knock=b"j" * 16, name="Jo", number=3))
    async with shown(replace(sample.FACILITATOR, knocks=three)) as (pilot, player):

        def let_in(intent: intents.Intent) -> None:
            assert isinstance(intent, intents.Admit)
            left = tuple(one for one in player.view.knocks if one.knock != intent.knock)
            player.view = replace(player.view, knocks=left)

        player.refuse = let_in
        await pilot.press("escape", "d", "down", "y")
        assert "› ▷ 3  Jo" in screen_text(pilot.app)
        await pilot.press("y")
        assert "› ▷ 1  Hal" in screen_text(pilot.app)
        await pilot.press("y", "y")
        assert player.wanted == [intents.Admit(bytes([letter]) * 16) for letter in b"ijh"]
        assert "Nobody is waiting" in screen_text(pilot.app)
        player.change(knocks=three[:1])
        await until(pilot, lambda: "Hal" in screen_text(pilot.app), "somebody new")


async def test_what_a_list_answered_stays_in_the_list() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        player.refuse = lambda _: Refusal("The room is full.")
        await pilot.press("escape", "d", "y")
        assert "The room is full." in screen_text(pilot.app)
        assert "› ▷ 1  Hal" in screen_text(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: "● ● ○" not in screen_text(pilot.app), "the end of the dots")
        assert "The room is full." not in screen_text(pilot.app)


async def test_what_is_told_while_a_list_is_open_is_still_there_in_the_room() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "d")
        player.change(Notice("It is your turn."))
        await until(pilot, lambda: "It is your turn." in screen_text(pilot.app), "the notice")
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, RoomScreen)
        await until(pilot, lambda: "It is your turn." in screen_text(pilot.app), "the notice")


async def test_giving_the_floor_leads_back_into_the_room() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        player.refuse = lambda _: Refusal("They have gone.")
        await pilot.press("escape", "c", "down", "g")
        assert "They have gone." in screen_text(pilot.app)
        player.refuse = lambda _: None
        await pilot.press("g")
        assert player.wanted == [intents.Give(sample.BEN.identity)]
        assert isinstance(pilot.app.screen, RoomScreen)


async def test_a_knock_that_is_gone_is_not_admitted_by_mistake() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "d", "down")
        player.change(knocks=sample.KNOCKS[:1])
        await until(pilot, lambda: "Ida" not in screen_text(pilot.app), "one knock")
        await pilot.press("y")
        assert player.wanted == []
        assert "The list has changed." in screen_text(pilot.app)
        await pilot.press("down", "y")
        assert player.wanted == [intents.Admit(b"h" * 16)]
        player.change(knocks=())
        await until(pilot, lambda: "Nobody is waiting" in screen_text(pilot.app), "no knock")
        await pilot.press("y", "x", "down", "up")
        assert len(player.wanted) == 1


async def test_the_chosen_knock_stays_chosen_when_others_come_and_go() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "d", "down")
        player.change(knocks=sample.KNOCKS[1:])
        await until(pilot, lambda: "Hal" not in screen_text(pilot.app), "Hal gone")
        await pilot.press("y")
        assert player.wanted == [intents.Admit(b"i" * 16)]


async def test_a_reason_that_is_too_long_stays_in_the_field_whole() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        room = pilot.app.screen
        assert isinstance(room, RoomScreen)
        typed = "/remove Ben " + "why " * 80
        room.composer.write(typed)
        await pilot.press("enter")
        assert room.composer.text == typed
        assert player.wanted == []
        assert "longer than 280 characters" in screen_text(pilot.app)


async def test_removing_needs_a_yes_and_names_the_person() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "c", "down", "x")
        assert "Why is Ben removed? Only they read it." in screen_text(pilot.app)
        await pilot.press("enter", "y", "0")
        assert "Remove Ben?" in screen_text(pilot.app)
        await pilot.press("enter", "n")
        assert player.wanted == []
        await pilot.press("x", "6", "y")
        assert player.wanted == [intents.Remove(sample.BEN.identity, phrases()[5])]


async def test_a_word_in_private_is_one_key_and_a_number() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "c", "down", "U")
        assert "What do you want to say to Ben? Only they read it." in screen_text(pilot.app)
        await pilot.press("2")
        assert player.wanted == [intents.NudgeThem(sample.BEN.identity, phrases()[1])]


async def test_a_person_who_leaves_meanwhile_is_not_replaced_by_the_next() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "c", "down", "down", "down")
        without_chi = tuple(one for one in player.view.people if one.name != "Chi")
        player.change(people=without_chi)
        await until(pilot, lambda: "Chi" not in screen_text(pilot.app), "Chi gone")
        await pilot.press("g")
        assert player.wanted == [intents.Give(sample.DOV.identity)]


async def test_members_see_who_is_here_and_no_keys_of_facilitators() -> None:
    async with shown(sample.ROOM, SIZES[1]) as (pilot, player):
        await pilot.press("escape", "c")
        text = screen_text(pilot.app)
        assert "host, facilitator" in text
        assert "away, place kept" in text
        assert "remove" not in text
        assert "has spoken" not in text
        await pilot.press("down", "x", "y", "g")
        assert player.wanted == []


async def test_the_run_sheet_leads_goes_anywhere_and_closes_with_a_question() -> None:
    async with shown(sample.FACILITATOR, SIZES[1]) as (pilot, player):
        await pilot.press("escape", "f")
        text = screen_text(pilot.app)
        assert sample.SAY[:40] in text
        assert "each voice once" in text
        assert "Check-in, 5 min" in text
        await pilot.press("n")
        assert "Eli has the floor. Go on now all the same?" in screen_text(pilot.app)
        await pilot.press("y", "b", "y", "down", "down", "enter", "y", "+", "z", "x")
        assert player.wanted == [
            intents.NextStage(),
            intents.BackStage(),
            intents.ToStage(5),
            intents.MoreTime(60),
            intents.HoldRoom(),
        ]
        assert "Close the meeting for everybody?" in screen_text(pilot.app)
        await pilot.press("y")
        assert player.wanted[-1] == intents.CloseTheMeeting()


async def test_the_run_sheet_follows_a_stage_that_somebody_else_began() -> None:
    async with shown(sample.FACILITATOR, SIZES[1]) as (pilot, player):
        await pilot.press("escape", "f")
        player.change(stages=sample.told(sample.stages(4)))
        await until(pilot, lambda: "◉ Sharing" in screen_text(pilot.app), "the stage")


async def test_a_phrase_from_the_run_sheet_lands_in_the_field() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "f", "1")
        assert sample.READY[0] in screen_text(pilot.app)
        assert player.wanted == []


async def test_turns_are_chosen_by_number() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "t")
        assert "raise a hand to speak" in screen_text(pilot.app)
        await pilot.press("3")
        assert player.wanted == [intents.ChangeMode("hands")]


async def test_the_same_key_holds_the_room_and_lets_it_go_on() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "z")
        player.change(is_held=True)
        await until(pilot, lambda: "The room is on hold" in screen_text(pilot.app), "the hold card")
        await pilot.press("z")
        assert player.wanted == [intents.HoldRoom(), intents.ResumeRoom()]


async def test_a_refused_act_is_answered_where_it_was_asked() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        player.refuse = lambda _: Refusal("Already moved on.")
        await pilot.press("escape", "d", "y")
        assert "Already moved on." in screen_text(pilot.app)


async def test_the_invitation_can_be_read_and_renewed_by_the_host_only() -> None:
    async with shown(sample.FACILITATOR) as (pilot, player):
        await pilot.press("escape", "i")
        shown_code = "".join(screen_text(pilot.app).split())
        assert sample.FACILITATOR.invitation in shown_code
        await pilot.press("i")
        assert player.wanted == [intents.NewInvitation()]
    async with shown(replace(sample.FACILITATOR, is_host=False), SIZES[1]) as (pilot, player):
        await pilot.press("escape", "i")
        assert "Only the host can do that" in screen_text(pilot.app)


async def test_a_code_shows_itself_when_it_is_new_and_disturbs_no_other_page() -> None:
    async with shown(replace(sample.FACILITATOR, invitation="")) as (pilot, player):
        player.change(invitation="holdspace1:first")
        await until(pilot, lambda: "holdspace1:first" in screen_text(pilot.app), "the code")
        await pilot.press("escape", "f1")
        player.change(invitation="holdspace1:second")
        await pilot.pause()
        assert "Keys and commands" in screen_text(pilot.app)


async def test_a_code_that_was_there_before_the_screen_shows_itself_to_who_is_alone() -> None:
    alone = replace(sample.FACILITATOR, people=sample.FACILITATOR.people[:1], knocks=())
    async with shown(alone) as (pilot, player):
        player.change()
        await until(pilot, lambda: "drag over the code" in screen_text(pilot.app), "the code")
    async with shown(sample.FACILITATOR) as (pilot, player):
        player.change(knocks=())
        app = pilot.app
        assert isinstance(app, HoldspaceApp)
        await until(pilot, lambda: not app.view.knocks, "the change")
        assert "drag over the code" not in screen_text(pilot.app)


@pytest.mark.parametrize("view", [sample.ROOM, sample.FACILITATOR])
def test_help_has_every_act_this_person_may_do_and_no_other(view: object) -> None:
    assert isinstance(view, type(sample.ROOM))
    lines = [plain(line) for line in help_page(view, 80)]
    for act in ACTS:
        is_listed = any(f"/{act.slash} " in f"{line} " for line in lines)
        is_inside = act.spot not in (Spot.LOBBY, Spot.DOORSTEP)
        assert is_listed == (is_permitted(act, view) and is_inside), act.id


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("f1",), "Keys and commands"),
        (("escape", "?"), "Keys and commands"),
        (("f2",), "If you or someone is in danger now"),
        (("escape", "a"), "Agenda"),
        (("escape", "v"), "to ask about sleep"),
        (("escape", "e"), "What the relay can see"),
    ],
)
async def test_pages_open_by_key_send_nothing_and_close_with_escape(
    keys: tuple[str, ...], words: str
) -> None:
    async with shown(sample.ROOM) as (pilot, player):
        await pilot.press(*keys)
        assert words in screen_text(pilot.app)
        await pilot.press("enter")
        assert words not in screen_text(pilot.app)
        assert "Eli has the floor." in screen_text(pilot.app)
        assert player.wanted == []


@pytest.mark.parametrize(
    "view", [sample.OUTSIDE, sample.LOBBY, sample.WAITING, sample.HELD, sample.LOST]
)
async def test_the_card_for_hard_moments_opens_from_everywhere(view: object) -> None:
    assert isinstance(view, type(sample.ROOM))
    async with shown(view) as (pilot, player):
        await pilot.press("f2")
        assert "in danger now" in screen_text(pilot.app)
        assert player.wanted == []


async def test_a_long_question_is_read_in_the_smallest_window_by_scrolling() -> None:
    async with shown(sample.FACILITATOR, (40, 12)) as (pilot, player):
        await pilot.press("escape", "c", "down", "U")
        assert "This does not fit" not in screen_text(pilot.app)
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert "This does not fit" in screen_text(pilot.app)
        await pilot.press("6")
        assert player.wanted == [intents.NudgeThem(sample.BEN.identity, phrases()[5])]


async def test_the_run_sheet_says_how_late_it_is_and_a_yes_makes_it_the_plan() -> None:
    words = "About 6 min late. Proposed: leave out A technique (3 min). No share is cut."
    async with shown(replace(sample.FACILITATOR, drift_words=words)) as (pilot, player):
        await pilot.press("escape", "f")
        assert "About 6 min late." in screen_text(pilot.app)
        await pilot.press("T")
        assert "Shall this be the plan?" in screen_text(pilot.app)
        await pilot.press("y")
        assert player.wanted == [intents.KeepTheTime()]


async def test_page_down_reads_on_in_the_chosen_stage_where_the_list_is_longer_than_the_window() -> (
    None
):
    async with shown(sample.FACILITATOR, (40, 12)) as (pilot, _):
        await pilot.press("escape", "f")
        before = screen_text(pilot.app).splitlines()
        await pilot.press("pagedown")
        after = screen_text(pilot.app).splitlines()
        stages = [line for line in before if any(one.title in line for one in sample.stages())][:2]
        assert [line for line in after if line in stages] == stages
        assert before != after
