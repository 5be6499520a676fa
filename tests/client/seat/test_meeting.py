"""People meet: from an invitation code to talking, taking turns, coming late and leaving."""

from holdspace.client.acts import Problem, parse_command
from holdspace.client.library import read_flow
from holdspace.client.seat import intents as i
from holdspace.client.seat.seat import MOST_ANSWERED
from holdspace.client.seat.view import Connection, Line, Place, Role, RoomView
from holdspace.protocol import frames
from holdspace.protocol.meeting import events as ev
from seat_forging import seat_of, send_event
from seat_table import AGREEMENTS, Guest, Table
from small_flow import SMALL_FLOW


def queue(view: RoomView) -> list[str]:
    return [hand.person.name for hand in view.hands]


def shares(guest: Guest) -> list[str]:
    return [p.text for p in guest.view.transcript if p.line is Line.SHARE]


def test_a_member_knocks_is_admitted_and_both_talk(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    assert ben.view.card is not None
    assert ben.view.card.agreements == AGREEMENTS
    assert ben.view.card.check_phrase == ana.view.check_phrase
    assert table.do(ben, i.Accept("Ben", "I come on Tuesdays.")) is None
    (knock,) = ana.view.knocks
    assert (knock.name, knock.introduction) == ("Ben", "I come on Tuesdays.")
    assert table.do(ana, i.Admit(knock.knock)) is None
    assert [p.name for p in ben.view.people] == ["Ana", "Ben"]
    assert ben.view.people[0].role is Role.HOST
    assert table.do(ben, i.Say("hello from Ben")) is None
    assert table.do(ana, i.Say("hello from Ana")) is None
    for guest in (ana, ben):
        assert shares(guest) == ["hello from Ben", "hello from Ana"]


def test_nobody_is_let_in_before_they_accepted_the_agreements(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    assert ben.view.place is Place.LOBBY
    assert ana.view.knocks == ()
    assert table.do(ben, i.Say("let me in")) is not None


def test_who_is_declined_reads_kind_words_and_learns_nothing(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    table.do(ana, i.Decline(ana.view.knocks[0].knock, "We are full tonight."))
    assert ben.view.place is Place.DECLINED
    assert "We are full tonight." in ben.view.ended_words
    assert ana.view.knocks == ()


def test_who_comes_late_sees_where_the_meeting_stands_but_no_earlier_words(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW)
    ben = table.join("Ben", ana)
    table.do(ana, i.NextStage())
    table.do(ana, i.Say("only for those who are here"))
    chi = table.join("Chi", ana)
    assert shares(chi) == []
    stage = chi.view.stage
    assert stage is not None
    assert stage.title == "Welcome"
    assert stage == ben.view.stage
    assert [p.name for p in chi.view.people] == ["Ana", "Ben", "Chi"]


def test_who_is_removed_is_told_so_and_reads_nothing_after(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.Remove(ben.seat.seat.facts.identity))
    assert ben.view.place is Place.REMOVED
    assert (ana.lines[-1], chi.lines[-1]) == ("You have removed Ben.", "Ana has removed Ben.")
    assert "no longer a member" in ben.view.ended_words
    table.do(chi, i.Say("without Ben"))
    assert shares(ana) == ["without Ben"]
    assert shares(ben) == []
    table.wait(20)
    assert ben.connection == 0


def test_everybody_reads_who_let_somebody_in(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    assert ana.lines[-1] == "Ben is here; you let them in."
    table.join("Chi", ana)
    assert ben.lines[-1] == "Chi is here; Ana let them in."


def test_a_removal_names_the_facilitator_who_did_it(table: Table) -> None:
    ana = table.host()
    ben, chi, dov = (table.join(name, ana) for name in ("Ben", "Chi", "Dov"))
    table.do(ana, i.Promote(ben.seat.seat.facts.identity))
    table.do(ben, i.Remove(chi.seat.seat.facts.identity))
    assert ana.lines[-1] == dov.lines[-1] == "Ben has removed Chi."
    assert ben.lines[-1] == "You have removed Chi."


def test_two_people_of_one_name_read_once_why_they_have_tags(table: Table) -> None:
    ana = table.host()
    ben, other = table.join("Ben", ana), table.visitor("Second Ben", ana.view.invitation)
    assert table.do(other, i.Accept("Ben")) is None
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    first, second = (person.name for person in ana.view.people[1:])
    assert first != second
    sentence = (
        f"{first} and {second} have names that look the same: the letters behind them tell them "
        "apart."
    )
    chi = table.join("Chi", ana)
    for guest in (ana, ben, other, chi):
        assert guest.lines.count(sentence) == 1


def test_who_leaves_is_taken_out_by_a_facilitator(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ben, i.Leave())
    assert ben.view.place is Place.LEFT
    assert [p.name for p in ana.view.people] == ["Ana"]
    assert ana.lines[-1] == "Ben has left."


def test_a_number_at_the_door_stays_with_who_got_it(table: Table) -> None:
    ana = table.host()
    guests = [table.visitor(name, ana.view.invitation) for name in ("Ben", "Chi")]
    for guest in guests:
        table.do(guest, i.Accept(guest.name))
    ben, chi = ana.view.knocks
    assert (ben.number, chi.number) == (1, 2)
    table.do(ana, i.Admit(ben.knock))
    assert [(k.name, k.number) for k in ana.view.knocks] == [("Chi", 2)]
    assert parse_command("/admit 2", ana.view) == i.Admit(chi.knock)
    assert isinstance(parse_command("/admit 1", ana.view), Problem)


def test_only_facilitators_read_that_who_leaves_is_fine(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ben, i.Leave(fine=True))
    assert ana.lines[-2:] == ["Ben is fine, and just going.", "Ben has left."]
    assert chi.lines[-1] == "Ben has left."
    assert "Ben is fine, and just going." not in chi.lines


def test_a_room_hears_that_its_only_facilitator_has_left(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.Leave())
    assert ben.lines[-2].startswith("Ana has left. No facilitator is here now")
    assert [p.is_away for p in ben.view.people] == [True, False]


def test_hands_are_in_one_order_for_everybody(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW)
    people = [table.join(name, ana) for name in ("Ben", "Chi", "Dov")]
    table.do(ana, i.ChangeMode("hands"))
    for person in reversed(people):
        table.do(person, i.Raise())
    for guest in (ana, *people):
        assert guest.view.floor is not None
        assert guest.view.floor.name == "Dov"
        assert queue(guest.view) == ["Chi", "Ben"]
    assert people[1].view.me is not None
    assert people[1].view.me.place_in_queue == 1
    table.do(people[2], i.Say("done"))
    assert ana.view.floor is not None
    assert ana.view.floor.name == "Chi"
    assert "It is your turn." in people[1].words


def test_who_is_not_at_turn_keeps_the_words_and_hears_why(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.ChangeMode("listen"))
    refusal = table.do(ben, i.Say("too early"))
    assert refusal is not None
    assert refusal.kept == "too early"
    assert "facilitators" in refusal.words


def test_text_over_the_limit_comes_back_whole(table: Table) -> None:
    ana = table.host()
    refusal = table.do(ana, i.Say("x" * 4100))
    assert refusal is not None
    assert len(refusal.kept) == 4100
    assert "by 100 of 4000 characters" in refusal.words


def test_who_nods_to_what_nobody_said_fills_nobodys_memory(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    for number in range(5):
        send_event(table, ben, ev.Nod(bytes([number]) * 16))
    assert seat_of(ana).nods == seat_of(ben).nods == frozenset()
    table.do(ana, i.Say("here"))
    table.do(ben, i.NodTo("heard"))
    assert len(seat_of(ana).nods) == 1


def test_only_so_many_answered_knocks_are_remembered(table: Table) -> None:
    seat = seat_of(table.host())
    for number in range(MOST_ANSWERED + 9):
        seat = seat.having_answered(number.to_bytes(16))
    assert len(seat.answered_knocks) == MOST_ANSWERED
    assert seat.answered_knocks[-1] == (MOST_ANSWERED + 8).to_bytes(16)
    # Answered once more it is the newest, and not twice there.
    assert seat.having_answered(seat.answered_knocks[0]).answered_knocks[-1] == (9).to_bytes(16)


def test_nods_are_counted_under_the_share(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ben, i.Say("it was a long week"))
    table.do(ana, i.NodTo("heard"))
    table.do(chi, i.NodTo("heard"))
    table.do(chi, i.NodTo("heard"))
    (share,) = [p for p in ben.view.transcript if p.line is Line.SHARE]
    assert share.nods == (("heard", 2),)


def test_a_co_facilitator_can_remove_and_admit_nobody_twice(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.Promote(ben.seat.seat.facts.identity))
    assert ben.view.is_facilitator
    assert table.do(chi, i.Remove(ana.seat.seat.facts.identity)) is not None
    table.do(ben, i.Remove(chi.seat.seat.facts.identity))
    assert chi.view.place is Place.REMOVED
    assert [p.name for p in ana.view.people] == ["Ana", "Ben"]
    table.do(ana, i.Demote(ben.seat.seat.facts.identity))
    assert not ben.view.is_facilitator


def test_the_meeting_ends_for_everybody_at_once(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.CloseTheMeeting())
    assert ana.view.place is Place.CLOSED
    assert ben.view.place is Place.CLOSED
    assert ben.view.connection is Connection.GONE


def test_somebody_quiet_for_long_is_shown_as_away_and_keeps_the_place(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("hands"))
    table.do(chi, i.Raise())
    table.do(ben, i.Raise())
    table.disconnect(ben)
    table.wait(60)
    away = {p.name: p.is_away for p in ana.view.people}
    assert away == {"Ana": False, "Ben": True, "Chi": False}
    assert queue(ana.view) == ["Ben"]


def test_a_full_room_keeps_the_next_one_at_the_door(table: Table) -> None:
    ana = table.host()
    for number in range(15):
        table.join(f"Person {chr(65 + number)}", ana)
    late = table.visitor("Zoe", ana.view.invitation)
    table.do(late, i.Accept("Zoe"))
    refusal = table.do(ana, i.Admit(ana.view.knocks[0].knock))
    assert refusal is not None
    assert "full" in refusal.words
    assert late.view.place is Place.WAITING
    assert len(ana.view.people) == 16


def test_the_card_can_still_be_read_inside_the_room(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    for guest in (ana, ben):
        assert guest.view.card is not None
        assert guest.view.card.agreements == AGREEMENTS


def test_who_is_never_shown_where_the_meeting_stands_is_told_so(table: Table) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    ben.tamper = lambda frame: None if isinstance(frame, frames.Entry) else frame
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    assert ben.view.people == ()
    table.wait(61)
    assert ben.view.place is Place.ENDED
    assert "knock again" in ben.view.ended_words


def test_a_meeting_has_the_language_of_its_flow_also_when_it_is_over() -> None:
    # Without one, whoever reads it reads their own.
    assert Table().host("Mara").view.lang == ""
    host = Table().host("Mara", flow=read_flow("skills-20.de"))
    assert host.view.lang == "de"
