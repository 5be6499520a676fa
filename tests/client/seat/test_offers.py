"""Ideas as those two people read them: asked first, and the words travel only after a yes (S10)."""

from collections.abc import Callable

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import offers
from holdspace.client.seat.display import RESPONSES
from holdspace.protocol import frames
from holdspace.protocol.meeting import offering
from holdspace.protocol.refusals import Refusal
from seat_forging import keep, release, seat_of
from seat_table import Guest, Table
from small_flow import SMALL_FLOW

IDEA = "A warm cushion in the afternoon, quetzal."


@pytest.fixture
def circle(table: Table) -> tuple[Guest, Guest, Guest]:
    """Return a host and two people; Ben has shared something."""
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ben, i.Say("The afternoons are hard."))
    return ana, ben, chi


def kept(guest: Guest) -> list[str]:
    return [notice.kept for notice in guest.notices if notice.kept]


def test_an_idea_is_read_after_a_yes(table: Table, circle: tuple[Guest, Guest, Guest]) -> None:
    ana, ben, chi = circle
    assert table.do(chi, i.OfferAnIdea(IDEA)) is None
    assert chi.view.is_offering
    assert [person.name for person in ben.view.offered_by] == ["Chi"]
    assert any("Chi asks: may I offer an idea" in words for words in ben.words)
    # Until then nobody reads it, nor that anybody asks.
    assert all(IDEA not in guest.lines for guest in circle)
    assert not any("idea" in words for words in ana.words)
    table.do(ben, i.AnswerTheInvite(is_yes=True))
    assert all(
        guest.lines[-2:] == ["An idea for Ben, who said yes to it:", IDEA] for guest in circle
    )
    assert not chi.view.is_offering


def test_after_a_no_the_words_are_back_and_only_those_two_know(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(chi, i.OfferAnIdea(IDEA))
    before = (ana.lines, ana.words)
    table.do(ben, i.AnswerTheInvite(is_yes=False))
    assert kept(chi) == [IDEA]
    assert (ana.lines, ana.words) == before


def test_the_words_do_not_leave_the_device_before_a_yes(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, chi = circle
    sent = len(table.overheard)
    table.do(chi, i.OfferAnIdea("x" * 3_000))
    # Sealed and padded, what was sent is too short to hold them.
    assert all(len(frame) < 3_000 for frame in table.overheard[sent:])
    sent = len(table.overheard)
    table.do(ben, i.AnswerTheInvite(is_yes=True))
    assert any(len(frame) > 3_000 for frame in table.overheard[sent:])


@pytest.mark.parametrize("how", ["taken back", "the stage goes on", "the owner leaves", "refused"])
def test_nothing_of_an_idea_is_lost(
    table: Table, circle: tuple[Guest, Guest, Guest], how: str
) -> None:
    ana, ben, chi = circle
    if how == "refused":
        table.do(ana, i.HoldRoom())
        refusal = table.do(chi, i.OfferAnIdea(IDEA))
        assert refusal
        assert refusal.kept == IDEA
        return
    table.do(chi, i.OfferAnIdea(IDEA))
    if how == "taken back":
        table.do(chi, i.TakeOfferBack())
        assert ben.view.offered_by == ()
    elif how == "the stage goes on":
        table.do(ana, i.ChangeMode("hands"))
    else:
        table.do(ben, i.Leave())
    assert kept(chi) == [IDEA]
    assert not chi.view.is_offering


def test_a_yes_on_hold_opens_when_the_room_goes_on(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(chi, i.OfferAnIdea(IDEA))
    table.do(ana, i.HoldRoom())
    table.do(ben, i.AnswerTheInvite(is_yes=True))
    assert IDEA not in ana.lines
    table.do(ana, i.ResumeRoom())
    assert IDEA in ana.lines


def test_without_a_share_there_is_nobody_to_ask(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    refusal = table.do(ben, i.OfferAnIdea(IDEA))
    assert refusal
    assert refusal.words == offers.NOBODY_SPOKE
    assert table.do(ben, i.TakeOfferBack()) == offers.NOTHING_ASKED


def test_what_may_be_answered_is_said_with_the_stage(table: Table) -> None:
    flow = SMALL_FLOW.replace('turn = "hands"', 'turn = "hands"\nresponse = "ask-first"')
    ana = table.host(flow=flow)
    table.do(ana, i.ToStage(3))
    assert ana.view.stage
    assert ana.view.stage.responses == RESPONSES["ask-first"]
    # Where nobody is asked to tell anything, there is nothing to reply to.
    assert ana.view.stages[1].responses == ""


def test_an_asking_that_is_still_on_its_way_can_be_taken_back_too(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, chi = circle
    table.disconnect(chi)
    assert table.do(chi, i.OfferAnIdea(IDEA)) is None
    assert table.do(chi, i.TakeOfferBack()) is None
    assert kept(chi) == [IDEA]
    table.connect(chi)
    # Nobody waits for an answer of Ben's, and Chi can ask again.
    assert not ben.view.offered_by
    assert table.do(chi, i.OfferAnIdea(IDEA)) is None
    assert [person.name for person in ben.view.offered_by] == ["Chi"]


def test_an_asking_that_the_relay_did_not_take_gives_the_words_back(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, chi = circle
    [asking] = refused_by_the_relay(table, chi, lambda: table.do(chi, i.OfferAnIdea(IDEA)))
    assert table.do(chi, i.TakeOfferBack()) is None
    assert kept(chi) == [IDEA]
    # Nothing was asked, so nothing is said either.
    assert [item.message_id for item in seat_of(chi).outbox.waiting] == [asking]
    assert ben.view.offered_by == ()


def refused_by_the_relay(table: Table, guest: Guest, act: Callable[[], object]) -> list[bytes]:
    """Let the relay say no to what this person sends; return what it was."""
    sent = keep(table, guest, frames.Append)
    act()
    release(table)
    for frame in sent:
        no = frames.Refuse(frame.ref, Refusal.MEETING_FULL_OF_WORDS)
        table._take(guest, guest.machine.receive(no, table.world()))
    return [frame.message_id for frame in sent]


@pytest.mark.parametrize("text", ["  ", "x" * 4_001], ids=["nothing", "too long"])
def test_an_idea_is_written_first(
    table: Table, circle: tuple[Guest, Guest, Guest], text: str
) -> None:
    _, ben, chi = circle
    refusal = table.do(chi, i.OfferAnIdea(text))
    assert refusal
    assert (refusal.words, refusal.kept) == (offers.WRITE_IT, text)
    assert ben.view.offered_by == ()


def test_one_idea_at_a_time(table: Table, circle: tuple[Guest, Guest, Guest]) -> None:
    _, ben, chi = circle
    table.do(chi, i.OfferAnIdea(IDEA))
    refusal = table.do(chi, i.OfferAnIdea("and another"))
    assert refusal
    assert (refusal.words, refusal.kept) == (offering.ASKED_ALREADY, "and another")
    assert table.do(ben, i.AnswerTheInvite(is_yes=True)) is None
    assert ben.lines[-1] == IDEA
