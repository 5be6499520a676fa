"""What somebody wants and cannot have: one sentence that says why, their words kept, nobody told."""

import pytest

from holdspace.client.seat import doing, door_talk, flood, pairs
from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as p
from holdspace.client.seat import intents_board as b
from holdspace.client.seat.outbox import BOUND
from holdspace.client.seat.view import Place, Refusal
from holdspace.protocol.meeting import gathering, pairing, speaking
from holdspace.protocol.meeting.rights import HAS_FLOOR, NO_FLOOR_TO_PASS, QUIET
from seat_forging import me, seat_of
from seat_table import Guest, Table
from small_flow import SMALL_FLOW

Circle = tuple[Table, dict[str, Guest]]
STRANGER = b"nobody who is here"
# A stage in two parts: everybody writes, and then it is talked about.
TWO_PARTS = SMALL_FLOW.replace('turn = "hands"', 'turn = "gather"\nthen = "open"')


@pytest.fixture(scope="module")
def circle() -> Circle:
    """Return an open room, an hour after the three came in, in which nobody has said a word yet.

    It is the same room in every test: what is refused changes nothing, which each of them sees.
    """
    table = Table()
    ana = table.host("Ana")
    return table, {"Ana": ana, "Ben": table.join("Ben", ana), "Chi": table.join("Chi", ana)}


def is_refused(circle: Circle, name: str, intent: i.Intent) -> Refusal:
    """Let somebody want something; nobody else hears of it, and nothing of the room is changed."""
    table, guests = circle
    before = ([guest.machine for guest in guests.values()], len(table.overheard))
    refusal = table.do(guests[name], intent)
    assert refusal is not None
    assert ([guest.machine for guest in guests.values()], len(table.overheard)) == before
    return refusal


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (i.Say("  \n"), "There is nothing written yet."),
        (i.KeepReady(" "), "There is nothing written yet."),
        (b.AskIdeas(" "), "There is nothing written yet."),
        (i.Lower(), "Your hand is not up."),
        (i.NodTo(), doing.NO_SHARE.sentence),
        (i.TakeItBack(), doing.NOTHING_SAID.sentence),
        (i.FoldIt("long"), doing.NOTHING_SAID.sentence),
        (i.GoLater(), speaking.NOT_WAITING),
        (i.GoBack(), speaking.NOT_WAITING),
        (i.AnswerTheInvite(is_yes=True), speaking.NOT_INVITED),
        (i.BePaired(), pairing.NO_PAIRS_NOW),
        (i.ComeBackFromPair(), pairing.IN_NO_PAIR),
        (i.CallIntoPair(), pairing.IN_NO_PAIR),
        (i.NextStage(), doing.NOT_YOURS.sentence),
        (i.CloseTheMeeting(), doing.NOT_YOURS.sentence),
        (i.KeepTheTime(), doing.NOT_YOURS.sentence),
        (b.BeginTheList(), doing.NOT_YOURS.sentence),
        (i.Promote(STRANGER), doing.ONLY_HOST.sentence),
        (i.NewInvitation(), doing.ONLY_HOST.sentence),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, i.Intent) else "",
)
def test_what_a_member_cannot_do_just_now(circle: Circle, intent: i.Intent, words: str) -> None:
    assert is_refused(circle, "Ben", intent).words == words


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (i.NextStage(), doing.NO_FLOW.sentence),
        (i.ToStage(3), doing.NO_FLOW.sentence),
        (i.Give(STRANGER), doing.NOT_THERE.sentence),
        (i.MoveTheHand(STRANGER), doing.NO_HAND.sentence),
        (i.Admit(STRANGER), doing.NO_KNOCK.sentence),
        (i.Decline(STRANGER), doing.NO_KNOCK.sentence),
        (i.ReleaseTheWords(), gathering.RELEASED_ALREADY),
        (i.MakePairs(), pairing.NO_PAIRS_NOW),
        (i.GoToCaller(), "No pair calls just now."),
        (i.Promote(STRANGER), doing.NOT_THERE.sentence),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, i.Intent) else "",
)
def test_what_who_leads_cannot_do_just_now(circle: Circle, intent: i.Intent, words: str) -> None:
    assert is_refused(circle, "Ana", intent).words == words


def test_a_role_that_somebody_has_already_is_not_given_again(circle: Circle) -> None:
    _, guests = circle
    ana, ben = me(guests["Ana"]), me(guests["Ben"])
    assert is_refused(circle, "Ana", i.Promote(ana)).words == "They are the host already."
    assert is_refused(circle, "Ana", i.Demote(ben)).words == "They are a member already."


def test_a_word_for_somebody_who_went_from_the_door_is_kept(circle: Circle) -> None:
    refusal = is_refused(circle, "Ana", i.WordAtDoor(STRANGER, "Who asked you to come?"))
    assert refusal == Refusal(doing.NO_KNOCK.sentence, "Who asked you to come?")


def test_a_flow_with_a_mistake_is_named_before_anybody_sees_it(circle: Circle) -> None:
    refusal = is_refused(circle, "Ana", i.OpenTheFlow('title = "Evening'))
    assert refusal.words.startswith("This flow cannot be used: ")


def test_words_are_made_ready_only_where_there_is_something_to_be_ready_for(
    circle: Circle,
) -> None:
    assert is_refused(circle, "Ben", i.KeepReady("Good evening.")) == Refusal(
        gathering.NOT_GATHERING, "Good evening."
    )


def test_at_the_door_the_room_cannot_be_used(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ben, i.Leave())
    assert ben.view.place is Place.LEFT
    assert table.do(ben, i.Raise()) == Refusal("That is not possible here.")


def test_a_pasted_page_is_given_back_before_anybody_must_read_it(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    lines = [f"line {number}" for number in range(flood.MOST_AT_ONCE + 1)]
    answers = [table.do(ben, i.Say(line)) for line in lines]
    assert answers == [*[None] * flood.MOST_AT_ONCE, Refusal(flood.TOO_MANY, lines[-1])]
    assert lines[-1] not in ana.lines
    # Who leads is not asked, and after ten seconds there is space for more.
    table.wait(10)
    assert table.do(ben, i.Say(lines[-1])) is None
    assert ana.lines[-1] == lines[-1]


def test_what_is_too_much_for_the_device_to_keep_stays_in_the_text_field(table: Table) -> None:
    ana = table.host()
    table.disconnect(ana)
    while len(seat_of(ana).outbox.waiting) < BOUND:
        assert table.do(ana, i.Say("We will go on when the line is back.")) is None
    assert table.do(ana, i.Say("one more")) == Refusal(doing.KEPT_FULL, "one more")
    # Who is not OK is heard however much is waiting; alone, one is told where there is help.
    assert table.do(ana, p.SayNotOk()) != Refusal(doing.KEPT_FULL)


def test_what_a_hand_is_for_is_read_by_all_also_where_the_floor_is_free(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("hands"))
    table.do(ben, i.Raise(note="about sleep"))
    assert ana.lines[-2:] == ["Ben raises a hand: about sleep", "Ben has the floor."]


def test_what_somebody_joins_a_round_for_is_read_by_all(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("round"))
    table.do(ana, i.PassTurn())
    chi = table.join("Chi", ana)
    table.do(chi, i.Raise(note="about sleep"))
    assert "Chi joins the round: about sleep" in ben.lines


def test_a_hand_that_cannot_be_raised_keeps_what_it_was_for(circle: Circle) -> None:
    refusal = is_refused(circle, "Ben", i.Raise(note="sleep " * 20))
    assert refusal.kept == "sleep " * 20
    assert refusal.words.endswith("these are 39 characters too many.")


def test_a_hand_is_not_raised_by_whoever_speaks(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("hands"))
    table.do(ben, i.Raise())
    assert table.do(ben, i.Raise()) == Refusal(HAS_FLOOR)
    # Nor is anything passed by who has no turn.
    assert table.do(ana, i.PassTurn()) == Refusal(NO_FLOOR_TO_PASS)


def test_nods_rest_where_it_is_quiet(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.Say("Ten breaths now."))
    table.do(ana, i.ChangeMode("silent"))
    assert table.do(ben, i.NodTo()) == Refusal(QUIET)


def test_who_waits_can_let_others_go_first(table: Table) -> None:
    ana = table.host()
    ben, chi, dov = (table.join(name, ana) for name in ("Ben", "Chi", "Dov"))
    table.do(ana, i.ChangeMode("hands"))
    for guest in (dov, ben, chi):
        table.do(guest, i.Raise())
    assert table.do(ben, i.GoLater()) is None
    assert [hand.person.name for hand in ana.view.hands] == ["Chi", "Ben"]


def test_somebody_who_is_between_two_knocks_is_answered_a_moment_later(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    [letter] = ana.view.knocks
    ben.tamper = lambda _frame: None
    table.do(ana, i.WordAtDoor(letter.knock, "What brings you here?"))
    assert table.do(ana, i.Admit(letter.knock)) == door_talk.BETWEEN
    assert table.do(ana, i.Decline(letter.knock)) == door_talk.BETWEEN
    again = table.do(ana, i.WordAtDoor(letter.knock, "Are you there?"))
    assert again == Refusal(door_talk.BETWEEN.sentence, "Are you there?")
    assert ben.view.place is Place.WAITING


# ---- the agenda


@pytest.fixture
def ana(table: Table) -> Guest:
    return table.host(flow=SMALL_FLOW)


def at(guest: Guest) -> str:
    return guest.view.stage.title if guest.view.stage else ""


def test_before_the_first_stage_and_after_the_last_one_there_is_none(
    table: Table, ana: Guest
) -> None:
    table.do(ana, i.NextStage())
    assert table.do(ana, i.BackStage()) == doing.FIRST_STAGE
    assert at(ana) == "Welcome"
    table.do(ana, i.ToStage(4))
    assert table.do(ana, i.NextStage()) == doing.LAST_STAGE
    assert at(ana) == "Closing"
    # What is being counted is not lost with the end of the meeting.
    table.do(ana, i.AskPoll("Shall we meet next week? yes | no"))
    assert table.do(ana, i.NextStage()) == doing.LAST_STAGE_COUNTS
    assert table.do(ana, i.BackStage()) is None
    assert at(ana) == "Sharing"


def test_a_stage_of_two_parts_goes_on_to_its_second_by_the_same_key(table: Table) -> None:
    ana = table.host(flow=TWO_PARTS)
    table.do(ana, i.ToStage(3))
    table.do(ana, i.NextStage())
    assert (at(ana), ana.view.mode) == ("Sharing", "open")
    table.do(ana, i.NextStage())
    assert at(ana) == "Closing"


def test_what_was_made_ready_is_read_before_the_room_goes_on(table: Table) -> None:
    ana = table.host(flow=TWO_PARTS)
    ben = table.join("Ben", ana)
    table.do(ana, i.ToStage(3))
    table.do(ben, i.KeepReady("What I wrote for myself."))
    table.do(ana, i.NextStage())
    assert at(ana) == "Sharing"
    assert "What I wrote for myself." in ana.lines


def test_an_invitation_can_be_made_anew_and_the_one_before_is_worth_nothing(
    table: Table, ana: Guest
) -> None:
    before = ana.view.invitation
    assert table.do(ana, i.NewInvitation()) is None
    assert ana.view.invitation not in {"", before}
    assert table.visitor("Ben", before).view.place is Place.ENDED


def test_the_end_waits_for_the_line(table: Table, ana: Guest) -> None:
    table.disconnect(ana)
    refusal = table.do(ana, i.CloseTheMeeting())
    assert refusal is not None
    assert refusal.words.startswith("The connection is lost just now.")
    assert ana.view.place is Place.ROOM


def test_who_leads_takes_a_hand_down_and_gives_it_a_place(table: Table, ana: Guest) -> None:
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("listen"))
    table.do(ben, i.Raise())
    table.do(chi, i.Raise())
    table.do(ana, i.MoveTheHand(me(chi), 1))
    assert [hand.person.name for hand in ben.view.hands] == ["Chi", "Ben"]
    table.do(ana, i.LowerFor(me(chi)))
    assert [hand.person.name for hand in ben.view.hands] == ["Ben"]
    assert table.do(ben, i.Lower()) is None
    assert ben.view.hands == ()


def test_pairs_are_for_the_stage_that_has_them(table: Table, ana: Guest) -> None:
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("pairs"))
    assert ben.view.composer_words == pairs.MADE_NOW
