"""What the log shows and nobody can use: it has no effect, on this client as on every other."""

from dataclasses import replace

from holdspace.client.seat import alarm
from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.meeting import events as ev
from seat_forging import (
    is_calm,
    keep,
    me,
    next_entry,
    release,
    seat_of,
    send_event,
    shares,
    show,
)
from seat_table import Guest, Table


def sealed(table: Table, guest: Guest, data: bytes) -> bytes:
    """Return any bytes as this person's client would seal words."""
    seat = seat_of(guest)
    made = seat.group.protect(data, random=table.random.randbytes, padded_to=840)
    guest.machine = replace(guest.seat, seat=replace(seat, group=made.group))
    return made.message


def overheard(guest: Guest) -> list[frames.Entry]:
    """Return the entries that this person will be shown from now on."""
    entries: list[frames.Entry] = []

    def look(frame: frames.RelayFrame) -> frames.RelayFrame:
        if isinstance(frame, frames.Entry):
            entries.append(frame)
        return frame

    guest.tamper = look
    return entries


def test_what_is_shown_twice_is_read_once(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    entries = overheard(ana)
    table.do(ben, i.Say("once"))
    show(table, ana, entries[-1])
    assert shares(ana) == ["once"]
    assert is_calm(ana)


def test_what_is_sealed_soundly_and_is_no_message_is_left_alone(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    before = seat_of(ana).state
    payload = sealed(table, ben, b"no envelope at all")
    table._send(ben, frames.Append(9_999, bytes(16), seat_of(ben).group.epoch, payload))
    send_event(table, ben, ev.CoverSlot((ev.SlotPart(bytes(16), 0, True, b"no event"),)))
    assert seat_of(ana).state == before
    assert is_calm(ana)
    table.do(ben, i.Say("and what follows is read"))
    assert shares(ana) == ["and what follows is read"]


def test_words_that_the_relay_passes_off_as_a_change_are_believed_by_nobody(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    people, epoch = ana.view.people, seat_of(ana).group.epoch
    show(table, ana, next_entry(ana, sealed(table, ben, b"words"), commit=True))
    assert (ana.view.people, seat_of(ana).group.epoch) == (people, epoch)
    assert ana.view.connection_words == alarm.BROKEN_CHANGE


def test_who_waits_to_be_shown_in_while_somebody_else_is_let_in_sees_both(table: Table) -> None:
    ana = table.host()
    ben, chi = (table.visitor(name, ana.view.invitation) for name in ("Ben", "Chi"))
    for guest in (ben, chi):
        table.do(guest, i.Accept(guest.name))
    kept = keep(table, ana, frames.Append)
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    assert seat_of(ben).state is None
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    release(table)
    for frame in kept:
        table._send(ana, frame)
    table.wait(10)
    for guest in (ana, ben, chi):
        assert [person.name for person in guest.view.people] == ["Ana", "Ben", "Chi"]
        assert is_calm(guest)


def test_a_picture_of_no_moment_we_know_says_nothing(table: Table) -> None:
    ana = table.host()
    eve = table.join("Eve", ana)
    table.do(ana, i.Promote(me(eve)))
    point = seat_of(eve).checkpoint
    assert point is not None
    send_event(table, eve, ev.Snapshot(point.seq + 40, point.chain, b"a picture of later"))
    assert is_calm(ana)
    # Nor is anybody shown in by one of another moment, or by what is no picture.
    chi = table.visitor("Chi", ana.view.invitation)
    table.do(chi, i.Accept("Chi"))
    kept = keep(table, ana, frames.Append)
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    release(table)
    point = seat_of(eve).checkpoint
    assert point is not None
    send_event(table, eve, ev.Snapshot(point.seq - 1, point.chain, point.state))
    send_event(table, eve, ev.Snapshot(point.seq, point.chain, b"no picture"))
    assert not chi.view.people
    for frame in kept:
        table._send(ana, frame)
    assert [person.name for person in chi.view.people] == ["Ana", "Eve", "Chi"]


def test_a_change_that_comes_before_the_relay_has_greeted_is_followed(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    entries = overheard(chi)
    table.disconnect(ben)
    table.do(ana, i.NewInvitation())
    table.join("Dov", ana)
    sent = len(table.overheard)
    for entry in entries:
        show(table, ben, entry)
    assert [person.name for person in ben.view.people] == ["Ana", "Ben", "Chi", "Dov"]
    # There is nobody yet to prove anything to.
    assert len(table.overheard) == sent
    table.connect(ben)
    table.do(ben, i.Say("here again"))
    assert shares(ana) == ["here again"]


def test_who_has_left_reads_nothing_more(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ben, i.Leave())
    before = ben.machine
    show(table, ben, frames.Entry(99, 0, False, b"later words"))
    assert ben.machine == before
    assert ben.view.place is Place.LEFT
