"""What facilitators do with turns and words, as each person in the room reads it."""

import pytest

from holdspace.client.seat import intents as i
from holdspace.client.seat.too_long import too_long
from holdspace.client.seat.view import Line
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import speaking
from seat_table import Guest, Table
from small_flow import SMALL_FLOW


@pytest.fixture
def circle(table: Table) -> tuple[Guest, Guest, Guest]:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("listen"))
    return ana, ben, chi


def me(guest: Guest) -> bytes:
    return guest.seat.seat.facts.identity


def queue(guest: Guest) -> list[str]:
    return [hand.person.name for hand in guest.view.hands]


def test_hands_that_stay_up_are_spoken_of_once(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW)
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.NextStage())
    table.do(ben, i.Raise())
    table.do(ana, i.NextStage())
    table.do(chi, i.Raise())
    for _ in range(2):
        table.do(ana, i.NextStage())
    told = [words for words in ana.lines if words.startswith("Still up")]
    assert [words.partition(".")[0] for words in told] == [
        "Still up from before: Ben",
        "Still up from before: Chi",
    ]


def test_being_asked_to_speak_is_between_two_people(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.AskToSpeak(me(ben)))
    assert ben.view.me
    assert ben.view.me.is_asked
    assert "/yes or /no" in ben.view.now_words
    before = chi.lines
    table.do(ben, i.AnswerTheInvite(is_yes=False))
    # T12, M6: a no is read by facilitators alone.
    assert chi.lines == before
    assert not any("Ben" in words for words in chi.words)
    assert "Ben would rather not speak now." in ana.words
    refusal = table.do(ben, i.AnswerTheInvite(is_yes=True))
    assert refusal is not None
    assert refusal.words == speaking.NOT_INVITED


def test_a_yes_puts_somebody_first(table: Table, circle: tuple[Guest, Guest, Guest]) -> None:
    ana, ben, chi = circle
    table.do(chi, i.Raise())
    table.do(ana, i.AskToSpeak(me(ben)))
    table.do(ben, i.AnswerTheInvite(is_yes=True))
    assert queue(ana) == queue(chi) == ["Ben", "Chi"]
    assert "Ben would like to speak." in chi.lines


def test_all_hands_down_is_signed_and_can_be_undone(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ben, i.Raise(note="about sleep"))
    table.do(chi, i.Raise())
    table.do(ana, i.LowerAllHands())
    assert "Ana took all hands down." in ben.lines
    assert ana.view.can_restore_hands
    assert not ben.view.can_restore_hands
    table.do(ana, i.RestoreTheHands())
    assert queue(ben) == ["Ben", "Chi"]
    assert ben.view.hands[0].note == "about sleep"


def test_paused_writing_is_told_kept_and_ended_by_the_clock(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.ChangeMode("open"))
    table.do(ana, i.PauseTheWriting(me(ben)))
    assert "Ana paused your writing for 2 minutes." in ben.words[-1]
    assert "Ana paused the writing of Ben for 2 minutes." in chi.lines
    refusal = table.do(ben, i.Say("I was not done"))
    assert refusal is not None
    assert refusal.kept == "I was not done"
    table.wait(121)
    assert ben.view.can_write
    assert "You can write again." in ben.words[-1]


def test_a_pause_ends_even_if_who_began_it_is_gone(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.Promote(me(chi)))
    table.do(ana, i.ChangeMode("open"))
    table.do(ana, i.PauseTheWriting(me(ben)))
    table.disconnect(ana)
    table.wait(135)
    assert ben.view.can_write


def test_who_rests_is_seen_resting_by_those_who_lead(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ben, i.RestNow())
    assert "Ben rests." in ana.words
    assert not any("rests" in words for words in (*chi.words, *chi.lines))
    assert [person.is_resting for person in chi.view.people] == [False, True, False]
    table.do(ben, i.RestNow(is_resting=False))
    assert "Ben is back from resting." in ana.words


def test_what_was_said_can_be_taken_back_by_whoever_said_it(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.ChangeMode("open"))
    table.do(ben, i.Say("a name I should not have said"))
    table.do(chi, i.TakeItBack(ben.view.transcript[-1].key))
    assert "a name I should not have said" in ana.lines
    table.do(ben, i.TakeItBack())
    for guest in (ana, ben, chi):
        assert "a name I should not have said" not in guest.lines
        assert any("Ben took something back" in line for line in guest.lines)


def test_a_fold_is_a_label_in_front_and_only_its_author_or_a_facilitator_puts_it_there(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.ChangeMode("open"))
    table.do(ben, i.Say("a hard story"))
    share = next(p for p in chi.view.transcript if p.line is Line.SHARE)
    table.do(chi, i.FoldIt("gossip", share.key))
    assert not any(p.fold for p in ana.view.transcript)
    table.do(ana, i.FoldIt("about hospital"))
    folded = next(p for p in chi.view.transcript if p.fold)
    assert (folded.fold, folded.text) == ("about hospital", "a hard story")
    assert any("Ana folded what you said" in words for words in ben.words)


def test_a_label_that_is_too_long_is_not_cut(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.do(ana, i.ChangeMode("open"))
    table.do(ben, i.Say("a hard story"))
    label = "x" * (ev.MAX_LABEL + 1)
    assert table.do(ben, i.FoldIt(label)) == too_long(label, ev.MAX_LABEL)
    assert not any(p.fold for p in ana.view.transcript)
    table.do(ben, i.FoldIt(label[1:]))
    assert [p.fold for p in ana.view.transcript if p.fold] == [label[1:]]


def test_a_hostile_label_is_cleaned_like_every_text(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.ChangeMode("open"))
    table.do(ben, i.Say("words"))
    table.do(ben, i.FoldIt("\x1b]0;x\x07 label \u202e"))
    assert "\x1b" not in next(p.fold for p in chi.view.transcript if p.fold)


@pytest.mark.parametrize(
    "intent",
    [
        i.ReleaseTheWords(), i.SkipThePause(), i.LowerAllHands(), i.RestoreTheHands(),
        i.CloseTheQueue(), i.OrderHands("not-yet-heard"),
    ],
    ids=lambda intent: type(intent).__name__,
)  # fmt: skip
def test_members_are_told_kindly_that_it_is_not_theirs(
    table: Table, circle: tuple[Guest, Guest, Guest], intent: i.Intent
) -> None:
    refusal = table.do(circle[1], intent)
    assert refusal is not None
    assert "facilitator" in refusal.words


def test_no_more_hands_and_hands_again_are_said_and_listed(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = circle
    table.do(ana, i.CloseTheQueue())
    assert chi.lines[-1] == "No more hands are taken for now."
    assert chi.view.log[-1].words == "Ana took no more hands."
    refusal = table.do(ben, i.Raise())
    assert refusal is not None
    assert "No more hands" in refusal.words
    table.do(ana, i.CloseTheQueue(is_closed=False))
    assert chi.lines[-1] == "Hands are taken again."
    assert chi.view.log[-1].words == "Ana took hands again."
    assert table.do(ben, i.Raise()) is None


def test_who_comes_while_somebody_speaks_reads_who(
    table: Table, circle: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = circle
    table.do(ana, i.Give(me(ben)))
    dov = table.join("Dov", ana)
    assert "Ben has the floor." in dov.lines
