"""Changes of who is here that cross: each is made once, or not at all, and everybody stays in step."""

from dataclasses import replace

from holdspace.client.seat import changing, saying
from holdspace.client.seat import intents as i
from holdspace.client.seat.host import SLOTS
from holdspace.client.seat.returning import MOST_PEOPLE
from holdspace.client.seat.seat import Steps
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.refusals import Refusal
from seat_forging import is_calm, keep, me, release, seat_of
from seat_table import Guest, Table


def names(guest: Guest) -> list[str]:
    return [person.name for person in guest.view.people]


def knocking(table: Table, host: Guest, name: str) -> bytes:
    guest = table.visitor(name, host.view.invitation)
    assert table.do(guest, i.Accept(name)) is None
    return next(knock.knock for knock in host.view.knocks if knock.name == name)


def test_to_let_somebody_in_twice_is_to_let_them_in_once(table: Table) -> None:
    ana = table.host()
    knock = knocking(table, ana, "Ben")
    kept = keep(table, ana, frames.Bundle)
    for _ in range(2):
        assert table.do(ana, i.Admit(knock)) is None
    assert len(kept) == len(seat_of(ana).wishes) == 1
    release(table)
    table._send(ana, kept[0])
    assert names(ana) == names(table.guests["Ben"]) == ["Ana", "Ben"]


def test_a_change_that_was_overtaken_is_made_anew_and_its_no_is_old_news(table: Table) -> None:
    ana = table.host()
    eve, ben, chi = (table.join(name, ana) for name in ("Eve", "Ben", "Chi"))
    table.do(ana, i.Promote(me(eve)))
    kept = keep(table, ana, frames.Bundle)
    table.do(ana, i.Remove(me(ben)))
    table.do(eve, i.Remove(me(chi)))
    first, again = kept
    told = len(ana.words)
    no = frames.Refuse(first.ref, Refusal.NOT_FACILITATOR)
    table._take(ana, ana.machine.receive(no, table.world()))
    assert len(ana.words) == told
    release(table)
    table._send(ana, again)
    assert names(ana) == names(eve) == ["Ana", "Eve"]
    assert ben.view.place is Place.REMOVED


def test_what_somebody_else_did_meanwhile_is_not_done_again(table: Table) -> None:
    ana = table.host()
    eve, ben, chi = (table.join(name, ana) for name in ("Eve", "Ben", "Chi"))
    table.do(ana, i.Promote(me(eve)))
    kept = keep(table, ana, frames.Bundle)
    table.do(ana, i.Remove(me(chi)))
    table.do(ana, i.Remove(me(ben)))
    table.do(ana, i.Promote(me(ben)))
    assert len(seat_of(ana).wishes) == 3
    table.do(eve, i.Remove(me(ben)))
    release(table)
    table._send(ana, kept[-1])
    table.wait(6)
    assert seat_of(ana).wishes == ()
    assert names(ana) == names(eve) == ["Ana", "Eve"]
    assert is_calm(ana)
    assert is_calm(eve)


def test_who_was_turned_back_too_often_changes_nothing_until_somebody_else_does(
    table: Table,
) -> None:
    ana = table.host()
    eve = table.join("Eve", ana)
    table.do(ana, i.Promote(me(eve)))
    chi = table.join("Chi", ana)
    knock = knocking(table, ana, "Ben")
    steps = Steps(commits=saying.LONGEST_LEAP + 1)
    ana.machine = replace(ana.seat, seat=replace(seat_of(ana), steps=steps))
    assert table.do(ana, i.Admit(knock)) is None
    assert ana.words[-1] == changing.TOO_OFTEN
    assert [one.name for one in ana.view.knocks] == ["Ben"]
    table.do(eve, i.Remove(me(chi)))
    assert table.do(ana, i.Admit(knock)) is None
    assert names(ana) == names(eve) == ["Ana", "Eve", "Ben"]


def test_there_are_only_so_many_who_can_lead(table: Table) -> None:
    ana = table.host()
    others = [table.join(f"Person {chr(65 + number)}", ana) for number in range(SLOTS)]
    for guest in others[:-1]:
        assert table.do(ana, i.Promote(me(guest))) is None
    told = ana.words.count(changing.UNFIT)
    assert table.do(ana, i.Promote(me(others[-1]))) is None
    assert ana.words.count(changing.UNFIT) == told + 1
    assert not others[-1].view.is_facilitator
    assert others[-2].view.is_facilitator


def test_a_full_room_lets_people_in_whoever_leads(table: Table) -> None:
    ana = table.host()
    people = [ana]
    for number in range(MOST_PEOPLE - 1):
        leading = people[number // 2]
        people.append(let_in(table, ana, leading, f"Person {chr(65 + number)}"))
        if number < SLOTS - 1:
            table.do(ana, i.Promote(me(people[-1])))
            table.wait(2)
            table.do(ana, i.NewInvitation())
    longest = max(len(data) for data in table.overheard)
    assert (len(ana.view.people), longest) == (MOST_PEOPLE, frames.MAX_FRAME)
    assert names(people[-1]) == names(ana)


def let_in(table: Table, host: Guest, leading: Guest, name: str) -> Guest:
    guest = table.visitor(name, host.view.invitation)
    assert table.do(guest, i.Accept(name)) is None
    table.wait(1)
    knock = next(knock.knock for knock in leading.view.knocks if knock.name == name)
    assert table.do(leading, i.Admit(knock)) is None
    return guest


def test_who_is_let_in_without_a_line_comes_in_when_it_is_back(table: Table) -> None:
    ana = table.host()
    knock = knocking(table, ana, "Ben")
    table.disconnect(ana)
    assert table.do(ana, i.Admit(knock)) is None
    assert names(ana) == ["Ana"]
    table.connect(ana)
    assert names(ana) == names(table.guests["Ben"]) == ["Ana", "Ben"]
