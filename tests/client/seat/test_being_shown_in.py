"""The moment between being let in and being shown where the meeting stands: nothing is lost."""

import pytest

from holdspace.client.seat import changing, doing, doing_apart, doing_rooms, not_ok, offers
from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as p
from holdspace.client.seat import intents_board as b
from holdspace.client.seat.view import Refusal
from holdspace.protocol import frames
from holdspace.protocol.meeting import boarding, speaking
from holdspace.protocol.meeting.undoing import NOTHING_TO_UNDO
from seat_forging import is_calm, keep, me, release, seat_of
from seat_table import Guest, Table

TYPED = "I am Ben, and I am glad to be here."
SOMEBODY = b"somebody"


@pytest.fixture(scope="module")
def coming_in() -> tuple[Table, Guest]:
    """Return somebody who was let in, and to whom nobody has shown yet where the meeting stands.

    It is the same person in every test: what is refused changes nothing.
    """
    table = Table()
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    ben.tamper = lambda frame: None if isinstance(frame, frames.Entry) else frame
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    assert seat_of(ben).state is None
    return table, ben


@pytest.mark.parametrize(
    "intent",
    [
        i.Say(TYPED), i.KeepReady(TYPED), b.AskIdeas(TYPED), b.SuggestIdea(TYPED),
        i.OfferAnIdea(TYPED),
    ],
    ids=lambda intent: type(intent).__name__,
)  # fmt: skip
def test_what_was_typed_too_early_is_kept(coming_in: tuple[Table, Guest], intent: i.Intent) -> None:
    table, ben = coming_in
    assert table.do(ben, intent) == Refusal(doing.NOT_YET.sentence, TYPED)
    assert seat_of(ben).outbox.waiting == ()
    assert ben.view.unsent == ()


@pytest.mark.parametrize(
    "intent",
    [
        i.Raise(), i.PassTurn(), i.NodTo(), i.RestNow(), i.GoLater(), i.GoBack(), i.BePaired(),
        i.ComeBackFromPair(), i.CallIntoPair(), i.KeepTheRoom(), i.NextStage(), i.HoldRoom(),
        i.Give(SOMEBODY), i.KeepTheTime(), i.MakePairs(), b.BeginTheList(), b.EndTheList(),
    ],
    ids=lambda intent: type(intent).__name__,
)  # fmt: skip
def test_every_act_waits_until_the_room_is_open(
    coming_in: tuple[Table, Guest], intent: i.Intent
) -> None:
    table, ben = coming_in
    assert table.do(ben, intent) == doing.NOT_YET
    assert seat_of(ben).outbox.waiting == ()


def test_who_was_just_let_in_is_not_told_that_nobody_leads(
    coming_in: tuple[Table, Guest],
) -> None:
    table, ben = coming_in
    assert table.do(ben, p.AskAside()) == doing_apart.NOT_YET


def test_what_a_hand_was_for_is_kept(coming_in: tuple[Table, Guest]) -> None:
    table, ben = coming_in
    assert table.do(ben, i.Raise(note=TYPED)) == Refusal(doing.NOT_YET.sentence, TYPED)


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (i.Lower(), "Your hand is not up."),
        (i.AnswerTheInvite(is_yes=True), speaking.NOT_INVITED),
        (i.TakeItBack(), doing.NOTHING_SAID.sentence),
        (i.UndoIt(), NOTHING_TO_UNDO),
        (i.TakeOfferBack(), offers.NOTHING_ASKED.sentence),
        (b.ChooseTheIdea(1), boarding.NO_BOARD),
        (b.PutTheBoardAway(), boarding.NO_BOARD),
        (p.SayOk(), not_ok.NOT_RAISED.sentence),
        (i.LockTheDoor(), doing_rooms.ONLY_HOST.sentence),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, i.Intent) else "",
)
def test_there_is_nothing_yet_to_take_back_or_to_answer(
    coming_in: tuple[Table, Guest], intent: i.Intent, words: str
) -> None:
    table, ben = coming_in
    assert table.do(ben, intent) == Refusal(words)


def test_what_is_asked_and_drawn_is_only_that_they_are_being_shown_in(
    coming_in: tuple[Table, Guest],
) -> None:
    _, ben = coming_in
    assert ben.view.now_words == "You are being shown in. One moment."
    assert ben.view.people == ()
    assert not ben.view.can_write


def test_who_was_let_in_by_somebody_who_vanished_is_shown_in_though_others_came_meanwhile(
    table: Table,
) -> None:
    ana = table.host()
    eve = table.join("Eve", ana)
    table.do(ana, i.Promote(me(eve)))
    letting_in(table, ana, "Ben")
    letting_in(table, ana, "Chi")
    table.disconnect(ana)
    ben, chi = table.guests["Ben"], table.guests["Chi"]
    assert seat_of(ben).state is seat_of(chi).state is None
    table.wait(changing.SNAPSHOT_PATIENCE + 1)
    for guest in (eve, ben, chi):
        assert [person.name for person in guest.view.people] == ["Ana", "Eve", "Ben", "Chi"]
        assert is_calm(guest)
    # What was shown once is not shown again.
    assert seat_of(eve).unanswered == ()


def letting_in(table: Table, host: Guest, name: str) -> None:
    """Let somebody in, with a relay that takes nothing else from whoever opens."""
    guest = table.visitor(name, host.view.invitation)
    table.do(guest, i.Accept(name))
    keep(table, host, frames.Append)
    table.do(host, i.Admit(host.view.knocks[0].knock))
    release(table)
