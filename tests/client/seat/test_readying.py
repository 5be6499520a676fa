"""Own words that wait: on this device only, until their moment comes, and back when it does not."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat import readying
from holdspace.client.seat.view import Line, Part, Passage
from holdspace.protocol.meeting.turns import pause_after
from seat_table import Guest, Table

LONG = " ".join(["word"] * 60)
SECRET = "only for when it is read"


def said(guest: Guest) -> list[str]:
    """Return what this person read of others and of themselves, without what waits here."""
    shares = (p for p in guest.view.transcript if p.line is Line.SHARE)
    return [p.text for p in shares if not (p.is_sending or p.is_ready)]


def kept(guest: Guest) -> list[str]:
    """Return what was given back to the text field, newest last."""
    return [notice.kept for notice in guest.notices if notice.kept]


def waiting(guest: Guest) -> list[Passage]:
    """Return own words that wait here."""
    return [passage for passage in guest.view.transcript if passage.is_ready]


@pytest.fixture
def circle(table: Table) -> tuple[Guest, Guest, Guest]:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("gather"))
    return ana, ben, chi


def test_to_send_where_all_write_is_to_be_ready_and_nothing_leaves_the_device(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ben, i.Say(SECRET))
    assert [passage.text for passage in waiting(ben)] == [SECRET]
    assert ben.view.gather
    assert (ben.view.gather.mine, ben.view.gather.words) == (Part.READY, "1 writing, 1 ready")
    assert ana.view.gather == chi.view.gather or chi.view.gather
    assert said(ana) == said(chi) == []
    # M8: the ready event fits the smallest frame, whatever the words are.
    assert max(map(len, table.overheard[-2:])) == 1024


def test_released_one_at_a_time_words_follow_by_themselves_after_people_have_read(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(chi, i.Say(LONG))
    table.do(ben, i.Say("short"))
    table.do(ana, i.ReleaseTheWords())
    assert said(ana) == ["short"]
    assert ana.view.pause_until > table.now
    table.wait(pause_after("short") + 1)
    assert said(ana) == ["short", LONG]
    assert waiting(ben) == waiting(chi) == []


def test_released_together_everybodys_words_come_at_once(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ben, i.Say("from Ben"))
    table.do(chi, i.Say("from Chi"))
    table.do(ana, i.ReleaseTheWords("together"))
    assert sorted(said(ana)) == sorted(said(ben)) == ["from Ben", "from Chi"]


def test_a_facilitator_who_writes_too_is_read_with_the_others(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.do(ana, i.Say("Take your time."))
    table.do(ana, i.KeepReady("from Ana"))
    table.do(ben, i.Say("from Ben"))
    assert said(ben) == ["Take your time."]
    table.do(ana, i.ReleaseTheWords("together"))
    assert sorted(said(ben)[1:]) == ["from Ana", "from Ben"]


def test_words_can_be_taken_back_to_write_on_and_be_ready_again_at_once(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, _ = circle
    table.do(ben, i.Say("first"))
    table.do(ben, i.Rewrite())
    assert kept(ben) == ["first"]
    assert waiting(ben) == []
    assert table.do(ben, i.Rewrite()) == readying.NOTHING_READY
    table.do(ben, i.Say("second"))
    table.do(ben, i.Say("third"))
    assert ben.view.gather
    assert ben.view.gather.mine is Part.READY
    assert [passage.text for passage in waiting(ben)] == ["third"]


def test_ready_again_before_the_answer_came_is_still_ready(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.do(ben, i.Say("first"))
    table.disconnect(ben)
    table.do(ben, i.Rewrite())
    table.do(ben, i.Say("second"))
    table.connect(ben)
    assert ana.view.gather
    assert ana.view.gather.ready == 1


@pytest.mark.parametrize("how", ["next stage", "by hands"])
def test_words_whose_moment_has_passed_come_back_to_the_text_field(
    table: Table, circle: tuple[Guest, Guest, Guest], how: str
) -> None:
    ana, ben, _ = circle
    table.do(ben, i.Say(SECRET))
    table.do(ana, i.ReleaseTheWords("hands") if how == "by hands" else i.ChangeMode("listen"))
    assert kept(ben) == [SECRET]
    assert waiting(ben) == []
    assert said(ana) == []


def test_a_hold_keeps_ready_words_where_they_are(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.do(ben, i.Say(SECRET))
    table.do(ana, i.ReleaseTheWords())
    table.do(ana, i.HoldRoom())
    table.wait(60)
    before = said(ana)
    table.do(ana, i.ResumeRoom())
    table.wait(2)
    assert (before, said(ana)) == ([SECRET], [SECRET])


def test_ready_words_outlast_a_lost_connection(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ben, i.Say("from Ben"))
    table.do(chi, i.Say("from Chi"))
    table.disconnect(chi)
    table.do(ana, i.ReleaseTheWords())
    table.wait(30)
    assert said(ana) == ["from Ben"]
    table.connect(chi)
    # Chi reads what Ben shared only now, and is given the time for it.
    table.wait(pause_after("from Ben") + 2)
    assert said(ana) == ["from Ben", "from Chi"]


def test_a_turn_that_is_used_while_people_read_waits_for_them(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("hands"))
    table.do(ben, i.Raise())
    table.do(chi, i.Raise())
    table.do(ben, i.Say(LONG))
    table.do(chi, i.Say("and I"))
    assert said(ana) == [LONG]
    assert readying.AFTER_READING in chi.words
    table.do(ana, i.SkipThePause())
    assert said(ana) == [LONG, "and I"]


def test_whoever_facilitates_hears_when_nobody_writes_any_more(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ben, i.Say("ready"))
    assert not any("Nobody is writing" in words for words in ana.words)
    table.do(chi, i.PassTurn())
    assert any("Nobody is writing" in words for words in ana.words)
    assert not any("Nobody is writing" in words for words in ben.words)


def test_words_of_a_turn_can_be_taken_back_while_people_still_read(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("hands"))
    for guest in (ben, chi):
        table.do(guest, i.Raise())
    table.do(ben, i.Say(LONG))
    table.do(chi, i.Say("and I"))
    sent = len(table.overheard)
    assert table.do(chi, i.Rewrite()) is None
    assert kept(chi) == ["and I"]
    # There was nothing to be marked ready for, so nobody is told anything.
    assert len(table.overheard) == sent
    table.wait(60)
    assert said(ana) == [LONG]
