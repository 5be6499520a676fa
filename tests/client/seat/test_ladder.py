"""The ladder, as both sides read it: what happens, why, and what is kept (A1, M22)."""

from dataclasses import replace

from holdspace.client.seat import intents as i
from holdspace.client.seat import returning
from holdspace.client.seat.changing import wish
from holdspace.client.seat.intents_apart import AskAside, EndAside, SayAside
from holdspace.client.seat.ladder import KEPT_APART, NO_REASON, NO_WORDS, NOT_THERE, NOT_YOURS
from holdspace.client.seat.sealing import Unsealed
from holdspace.client.seat.seat import Removal
from holdspace.client.seat.step import Moment
from holdspace.client.seat.too_long import TOO_LONG
from holdspace.client.seat.view import Line, Place, Refusal
from holdspace.protocol import frames
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.kinds import MAX_WORDS
from holdspace.protocol.meeting.letters import Nudge
from seat_forging import me, seat_of, send_event
from seat_table import Guest, Table

OUTSIDE = (
    "Ben is outside the room for a moment: you asked them back to the door. They can knock again."
)
WHY = "This does not fit what we agreed on at the door."


def three(table: Table) -> tuple[Guest, Guest, Guest]:
    ana = table.host()
    return ana, table.join("Ben", ana), table.join("Chi", ana)


def take_out(table: Table, by: Guest, who: Guest) -> None:
    moment = Moment.of(table.world())
    by.machine = replace(by.seat, seat=wish(seat_of(by), Removal(me(who)), moment))
    for frame in moment.frames:
        table._send(by, frame)


def test_a_nudge_is_read_by_one_person_alone(table: Table) -> None:
    ana, ben, chi = three(table)
    table.do(ana, i.NudgeThem(me(ben), WHY))
    assert f"Ana to you alone: {WHY} Only you read this." in ben.words
    assert ben.view.transcript[-1].line is Line.NOTICE
    assert "Ben reads it; nobody else does." in ana.words
    # The others read that Ana wrote to somebody, and neither to whom nor what.
    assert chi.view.log[-1].words == "Ana wrote to one person alone."
    assert not any(WHY in words for words in (*chi.words, *chi.lines))


def test_a_nudge_is_a_facilitator_s_and_has_words(table: Table) -> None:
    ana, ben, chi = three(table)
    assert table.do(ben, i.NudgeThem(me(chi), WHY)) == NOT_YOURS
    assert table.do(ana, i.NudgeThem(me(ben), " ")) == NO_WORDS
    # Who has no right to it cannot do it past their client either.
    send_event(table, ben, Unsealed(me(chi), Nudge("nudge", WHY)))
    assert not any(WHY in words for words in chi.words)


def test_no_word_to_one_person_is_cut(table: Table) -> None:
    ana, ben, _ = three(table)
    words = "x" * (MAX_WORDS + 1)
    for intent in (
        i.NudgeThem(me(ben), words),
        i.PauseTheWriting(me(ben), 5, words),
        i.BackToTheDoor(me(ben), words),
        i.Remove(me(ben), words),
    ):
        assert table.do(ana, intent) == Refusal(TOO_LONG.filled(max_words=str(MAX_WORDS)), words)
    assert ben.view.place is Place.ROOM
    assert table.do(ana, i.NudgeThem(me(ben), words[1:])) is None
    assert any(words[1:] in line for line in ben.words)


def test_a_pause_says_why_to_that_person_and_that_it_is_to_everybody(table: Table) -> None:
    ana, ben, chi = three(table)
    table.do(ana, i.PauseTheWriting(me(ben), 5, WHY))
    assert any("for 5 minutes. Why: " + WHY in words for words in ben.words)
    assert "Ana paused the writing of Ben for 5 minutes." in chi.lines
    assert not any(WHY in words for words in (*chi.lines, *chi.words))
    assert not ben.view.can_write


def test_who_is_removed_reads_who_did_it_and_why(table: Table) -> None:
    ana, ben, chi = three(table)
    table.do(ana, i.Remove(me(ben), WHY))
    assert ben.view.place is Place.REMOVED
    assert ben.view.ended_words.startswith("You are no longer a member of this meeting.")
    assert f"Ana removed you. They wrote: {WHY}" in ben.view.ended_words
    assert chi.lines[-1] == "Ana has removed Ben."
    assert chi.view.log[-1].words == "Ana removed Ben."


def test_a_relay_that_loses_the_letter_cannot_stop_a_removal(table: Table) -> None:
    ana, ben, _ = three(table)

    def swallow(frame: frames.RelayFrame) -> frames.RelayFrame | None:
        return None if isinstance(frame, frames.Entry) and not frame.commit else frame

    ana.tamper = swallow
    table.do(ana, i.Remove(me(ben), WHY))
    assert ben.view.place is Place.ROOM
    ana.tamper = lambda frame: frame
    table.wait(6)
    assert ben.view.place.value == "removed"


def test_no_reason_is_said_too(table: Table) -> None:
    ana, ben, _ = three(table)
    # A client that removes without a word: the goodbye of somebody else makes one, too.
    take_out(table, ana, ben)
    assert NO_REASON in ben.view.ended_words


def test_back_to_the_door_and_in_again_with_the_same_code(table: Table) -> None:
    ana, ben, chi = three(table)
    table.do(ana, i.ChangeMode("gather"))
    table.do(ben, i.KeepReady("what Ben had written"))
    table.do(ana, i.BackToTheDoor(me(ben), WHY))
    assert ben.view.place is Place.LOBBY
    assert WHY in ben.view.door_words
    kept = next(notice for notice in ben.notices if notice.kept)
    assert kept.kept == "what Ben had written"
    assert WHY in kept.words
    assert chi.lines[-1] == OUTSIDE.replace("you", "Ana")
    assert chi.view.log[-1].words == "Ana asked Ben back to the door."
    assert ana.lines[-1] == OUTSIDE
    assert not any("removed" in words for words in (*chi.lines, *ana.lines))
    assert ben.view.door_name == "Ben"
    assert table.do(ben, i.Accept("Ben")) is None
    assert ana.view.knocks[0].name == "Ben"
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    assert (str(ben.view.place), ben.view.door_words) == (str(Place.ROOM), "")
    table.do(ana, i.ChangeMode("open"))
    table.do(ben, i.Say("I am back."))
    assert "I am back." in chi.lines


def test_at_the_door_what_waited_is_given_back_each_for_where_it_was_meant_to_go(
    table: Table,
) -> None:
    ana, ben, _ = three(table)
    table.do(ana, AskAside(me(ben)))
    table.do(ben, i.AnswerTheInvite(is_yes=True))
    handle = ben.view.asides[0].handle
    table.disconnect(ben)
    table.do(ben, i.Say("to everybody"))
    table.do(ben, SayAside(handle, "to Ana alone"))
    table.do(ana, i.BackToTheDoor(me(ben), WHY))
    table.connect(ben)
    assert ben.view.place is Place.LOBBY
    kept = {(one.kept, one.aside) for one in ben.notices if one.kept}
    assert kept == {("to everybody", b""), ("to Ana alone", handle)}


def test_back_to_the_door_works_for_who_is_cut_off_just_then(table: Table) -> None:
    ana, ben, _ = three(table)
    table.disconnect(ben)
    table.do(ana, i.BackToTheDoor(me(ben), WHY))
    table.connect(ben)
    assert ben.view.place is Place.LOBBY
    assert WHY in ben.view.door_words


def test_the_way_to_the_door_is_what_the_log_says_with_a_letter_or_without(table: Table) -> None:
    ana, ben, chi = three(table)
    # A client that says one thing to the room and writes another to Ben: both read the first.
    send_event(table, ana, Unsealed(me(ben), Nudge("remove", WHY)))
    send_event(table, ana, ev.SendBack(me(ben)))
    take_out(table, ana, ben)
    assert ben.view.place is Place.LOBBY
    assert chi.lines[-1].startswith("Ben is outside the room for a moment: Ana")


def test_only_whoever_asked_for_the_door_can_make_a_removal_read_so(table: Table) -> None:
    ana, ben, chi = three(table)
    table.do(ana, i.Promote(me(chi)))
    send_event(table, chi, ev.SendBack(me(ben)))
    take_out(table, ana, ben)
    assert chi.lines[-1] == "Ana has removed Ben."
    assert ben.view.place is Place.REMOVED


def test_somebody_known_waits_at_the_door_whoever_asked_them_there(table: Table) -> None:
    ana, ben, chi = three(table)
    table.do(ana, i.Promote(me(chi)))
    key = returning.key_of(seat_of(ana), me(ben))
    table.do(chi, i.BackToTheDoor(me(ben), WHY))
    assert key in seat_of(ana).lasting.at_door


def test_nobody_takes_themselves_out(table: Table) -> None:
    ana, ben, _ = three(table)
    refusal = table.do(ana, i.Remove(me(ana), WHY))
    assert isinstance(refusal, Refusal)
    assert refusal.words.startswith("To go yourself, leave instead")
    assert table.do(ben, i.BackToTheDoor(me(ana), WHY)) == NOT_YOURS


def test_that_the_meeting_s_connection_ends_is_no_trouble_at_the_door(table: Table) -> None:
    ana, ben, _ = three(table)
    table.do(ana, i.BackToTheDoor(me(ben), WHY))
    table.wait(40)
    assert ben.connection == 0
    assert ben.view.connection_words == ""
    table.connect(ben)
    assert ben.view.place is Place.LOBBY
    table.do(ben, i.Accept("Ben"))
    assert ana.view.knocks[0].name == "Ben"


def test_to_remove_somebody_twice_is_to_remove_them_once(table: Table) -> None:
    ana, ben, chi = three(table)
    swallowed = ana.tamper
    ana.tamper = lambda frame: (
        None if isinstance(frame, frames.Entry) and not frame.commit else frame
    )
    table.do(ana, i.Remove(me(ben), WHY))
    sent = len(table.overheard)
    assert table.do(ana, i.Remove(me(ben), "and another reason")) is None
    assert len(table.overheard) == sent
    ana.tamper = swallowed
    table.wait(6)
    assert ben.view.place is Place.REMOVED
    assert chi.lines.count("Ana has removed Ben.") == 1


def test_at_the_door_each_word_comes_back_to_its_own_aside_and_an_end_is_no_word(
    table: Table,
) -> None:
    ana, ben, chi = three(table)
    handles = []
    for other in (ana, chi):
        table.do(ana, i.Promote(me(chi)))
        table.do(ben, AskAside(me(other)))
        table.do(other, i.AnswerTheInvite(is_yes=True))
        handles.append(next(a.handle for a in ben.view.asides if a.is_chosen))
    table.disconnect(ben)
    table.do(ben, SayAside(handles[0], "one to Ana"))
    table.do(ben, SayAside(handles[0], "two to Ana"))
    table.do(ben, SayAside(handles[1], "to Chi"))
    table.do(ben, EndAside(handles[1]))
    told = len(ben.notices)
    table.do(ana, i.BackToTheDoor(me(ben), WHY))
    table.connect(ben)
    assert ben.view.place is Place.LOBBY
    apart = [(one.kept, one.aside) for one in ben.notices[told:] if one.words == KEPT_APART]
    assert [text for text, _ in apart] == ["one to Ana", "two to Ana", "to Chi"]


def test_nobody_s_writing_is_paused_by_a_member_or_when_they_are_gone(table: Table) -> None:
    ana, ben, chi = three(table)
    assert table.do(ben, i.PauseTheWriting(me(chi), 2, WHY)) == NOT_YOURS
    gone = me(chi)
    table.do(chi, i.Leave())
    assert table.do(ana, i.PauseTheWriting(gone, 2, WHY)) == NOT_THERE
    assert ben.view.can_write
