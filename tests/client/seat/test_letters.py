"""A letter reaches the one it is for, and nobody else learns what it is or for whom."""

from dataclasses import replace

import pytest

from holdspace.client.seat import letterbox, letters
from holdspace.client.seat.intents import Remove
from holdspace.client.seat.policy import room_policy
from holdspace.client.seat.sealing import MOST_TRIED, PER_SECONDS, Unsealed, opened
from holdspace.client.seat.seat import Seat
from holdspace.client.seat.step import Moment
from holdspace.protocol import frames
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.letters import Note, NotOk
from seat_forging import me, seat_of, send_event
from seat_table import Guest, Table

SECRET = "my hands shake today"
Got = list[tuple[bytes, bytes, Note]]


@pytest.fixture
def got(monkeypatch: pytest.MonkeyPatch) -> Got:
    """Note who opened what of whom, instead of doing anything with it."""
    opened_notes: Got = []

    def note_it(seat: Seat, author: bytes, note: Note, moment: Moment) -> Seat:
        opened_notes.append((seat.facts.identity, author, note))
        return seat

    monkeypatch.setattr(letterbox, "HANDLERS", {NotOk: note_it})
    return opened_notes


def three() -> tuple[Table, Guest, Guest, Guest]:
    table = Table()
    host = table.host()
    return table, host, table.join("Ben", host), table.join("Mara", host)


def write(table: Table, guest: Guest, to: Guest, words: str = SECRET) -> None:
    send_event(table, guest, Unsealed(me(to), NotOk(words)))


def letters_in_the_log(table: Table, guest: Guest) -> list[ev.Letter]:
    """Return every letter that this person's client is shown from now on."""
    shown: list[ev.Letter] = []
    before = guest.tamper

    def look(frame: frames.RelayFrame) -> frames.RelayFrame | None:
        seat = seat_of(guest)
        if isinstance(frame, frames.Entry) and not frame.commit and frame.epoch == seat.group.epoch:
            shown.extend(_letter_in(table, seat, frame))
        return before(frame)

    guest.tamper = look
    return shown


def _letter_in(table: Table, seat: Seat, entry: frames.Entry) -> list[ev.Letter]:
    policy = room_policy(seat.facts.room, seat.facts.meeting)
    outcome = seat.group.process(entry.payload, policy=policy)
    data = getattr(outcome, "data", b"")
    event = ev.decode_event(ev.decode_envelope(data).event) if data else None
    return [event] if isinstance(event, ev.Letter) else []


def test_only_the_one_it_is_for_opens_a_letter(got: Got) -> None:
    table, host, ben, _ = three()
    write(table, ben, host)
    assert got == [(me(host), me(ben), NotOk(SECRET))]


def test_a_letter_to_all_facilitators_is_one_letter_each(got: Got) -> None:
    table, host, ben, mara = three()
    assert letters.facilitators(seat_of(ben)) == (me(host),)
    assert letters.facilitators(seat_of(host)) == ()
    moment = Moment.of(table.world())
    seat = letters.write_to_facilitators(seat_of(mara), NotOk(SECRET), moment)
    assert len(seat.outbox.waiting) == 1
    assert seat.state == seat_of(mara).state


def test_a_letter_changes_nothing_that_all_agree_on(got: Got) -> None:
    table, host, ben, mara = three()
    before = seat_of(host).state
    write(table, ben, host)
    assert seat_of(host).state == seat_of(ben).state == seat_of(mara).state == before
    assert not ben.lines or SECRET not in "".join(ben.lines + host.lines + mara.lines)


def test_what_is_not_sealed_yet_shows_nowhere_and_never_travels() -> None:
    letter = Unsealed(bytes(32), NotOk(SECRET))
    assert "shake" not in repr(letter)
    assert "shake" not in repr([letter.note])
    with pytest.raises(TypeError):
        ev.encode_event(letter)


def test_a_letter_is_sealed_again_when_the_keys_change_before_it_is_there(got: Got) -> None:
    table, host, ben, mara = three()
    table.disconnect(ben)
    write(table, ben, host)
    assert table.do(host, Remove(me(mara))) is None
    assert got == []
    table.connect(ben)
    assert got == [(me(host), me(ben), NotOk(SECRET))]


def test_a_letter_to_somebody_who_left_meanwhile_is_dropped(got: Got) -> None:
    table, host, ben, mara = three()
    table.disconnect(ben)
    write(table, ben, mara)
    assert table.do(host, Remove(me(mara))) is None
    table.connect(ben)
    assert got == []
    assert not seat_of(ben).outbox.lasting().waiting


def test_a_letter_that_somebody_else_sends_again_as_theirs_opens_for_nobody(got: Got) -> None:
    table, host, ben, mara = three()
    shown = letters_in_the_log(table, mara)
    write(table, ben, host)
    assert len(shown) == 1
    assert len(got) == 1
    send_event(table, mara, shown[0])
    assert len(got) == 1


def test_a_letter_of_another_epoch_or_meeting_opens_for_nobody(got: Got) -> None:
    table, host, ben, mara = three()
    shown = letters_in_the_log(table, mara)
    write(table, ben, host)
    [letter] = shown
    seat = seat_of(host)
    assert opened(seat, me(ben), letter) == NotOk(SECRET)
    other = replace(seat, facts=replace(seat.facts, meeting=b"m" * 16))
    assert opened(other, me(ben), letter) is None
    assert table.do(host, Remove(me(mara))) is None
    assert opened(seat_of(host), me(ben), letter) is None


@pytest.mark.parametrize("sealed", [b"\0", b"\xff" * 64, bytes(1200), bytes(3600), bytes(16384)])
def test_any_bytes_by_anybody_have_no_effect(got: Got, sealed: bytes) -> None:
    table, host, ben, _ = three()
    before = (seat_of(host).state, host.lines, host.words)
    send_event(table, ben, ev.Letter(sealed))
    assert (seat_of(host).state, host.lines, host.words) == before
    assert got == []
    write(table, ben, host)
    assert len(got) == 1


def test_a_flood_of_letters_is_not_tried_for_ever(got: Got) -> None:
    table, host, ben, mara = three()
    for _ in range(MOST_TRIED + 5):
        table.now += 0.1
        send_event(table, ben, ev.Letter(b"\1"))
    write(table, ben, host)
    assert got == []
    write(table, mara, host)
    assert len(got) == 1
    table.wait(PER_SECONDS)
    write(table, ben, host)
    assert len(got) == 2
