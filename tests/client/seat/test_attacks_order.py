"""What a relay or an author gains by turning messages around, holding them back, or naming them twice.

Invariant I3 (security.md 3): who read the same log holds the same state and was shown the same words.
"""

from typing import TypeVar

from holdspace.client.seat import alarm, reading, saying
from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.refusals import Refusal
from seat_forging import is_calm, keep, next_entry, release, seat_of, send_envelope, shares, show
from seat_table import Guest, Table

Frame = TypeVar("Frame", frames.Append, frames.Bundle)


def test_i3_own_words_in_another_order_mean_the_same_to_their_author_and_to_all(
    table: Table,
) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    kept = keep(table, ben, frames.Append)
    table.do(ben, i.Say("first"))
    table.do(ben, i.Say("second"))
    table.do(ben, i.Raise())
    release(table)
    # The relay writes them into the log the other way around, for everybody alike.
    for frame in reversed(kept):
        table._send(ben, frame)
    assert shares(ana) == shares(ben) == shares(chi)
    assert seat_of(ana).state == seat_of(ben).state == seat_of(chi).state


def test_nothing_said_is_lost_when_the_relay_saves_the_second_of_two_messages_first(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    kept = keep(table, ben, frames.Append)
    table.do(ben, i.Say("first"))
    release(table)
    refuse(table, ben, kept[0].ref, Refusal.NOT_SAVED)
    table.do(ben, i.Say("second"))
    table.wait(3)
    assert shares(ana) == shares(ben)
    assert sorted(shares(ana)) == ["first", "second"]
    assert seat_of(ana).state == seat_of(ben).state
    assert not ben.view.sending


def test_i3_who_came_later_is_shown_no_words_that_others_are_not(table: Table) -> None:
    ana = table.host()
    eve = table.join("Eve", ana)
    send_envelope(table, eve, ev.Share("for all"), counter=100, message_id=b"a" * 16)
    chi = table.join("Chi", ana)
    # Chi never saw the counter 100, so a lower one is new to Chi alone.
    send_envelope(table, eve, ev.Share("for Chi alone"), counter=7, message_id=b"b" * 16)
    assert ("for Chi alone" in shares(ana)) is ("for Chi alone" in shares(chi))
    assert seat_of(ana).state == seat_of(chi).state


def test_i3_a_message_id_used_before_hides_words_from_nobody(table: Table) -> None:
    ana = table.host()
    eve = table.join("Eve", ana)
    send_envelope(table, eve, ev.Share("good evening"), counter=100, message_id=b"a" * 16)
    chi = table.join("Chi", ana)
    send_envelope(table, eve, ev.Share("for Chi alone"), counter=101, message_id=b"a" * 16)
    assert shares(chi) == ["for Chi alone"]
    assert shares(ana) == ["good evening", "for Chi alone"]
    keys = [passage.key for passage in ana.view.transcript]
    assert len(set(keys)) == len(keys)


def test_r2_a_relay_that_turns_heartbeats_back_cannot_make_somebody_unheard(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    for _ in range(saying.LONGEST_LEAP + 4):
        keep(table, ben, frames.Append)
        table.wait(16)
        release(table)
        table.disconnect(ben)
        table.connect(ben)
        keep(table, ben, frames.Append)
    release(table)
    table.disconnect(ben)
    table.connect(ben)
    table.do(ben, i.Say("can you hear me?"))
    assert shares(ana) == ["can you hear me?"]


def test_r2_words_that_nobody_could_open_are_never_shown_as_said(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    for number in range(saying.LONGEST_LEAP + 4):
        kept = keep(table, ben, frames.Append)
        table.do(ben, i.Raise(note=f"turned back {number}"))
        release(table)
        for frame in kept:
            refuse(table, ben, frame.ref, Refusal.TOO_LONG)
    table.do(ben, i.Say("after all that"))
    assert shares(ben) == shares(ana) == []
    assert alarm.MUTED in ben.words
    # The next change of who is here gives new keys, and with them a voice.
    table.join("Chi", ana)
    assert shares(ana)[-1] == shares(ben)[-1] == "after all that"


def test_h2_a_relay_that_turns_bundles_back_cannot_split_the_room(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    seen = keep(table, ana, frames.Bundle)
    table.do(ana, i.Remove(seat_of(chi).facts.identity))
    for _ in range(saying.LONGEST_LEAP + 4):
        refuse(table, ana, seen[-1].ref, Refusal.NOT_SAVED)
        table.wait(1)
    release(table)
    refuse(table, ana, seen[-1].ref, Refusal.NOT_SAVED)
    table.wait(2)
    assert chi.view.place is Place.REMOVED
    assert [p.name for p in ana.view.people] == [p.name for p in ben.view.people] == ["Ana", "Ben"]
    assert is_calm(ben)
    table.do(ben, i.Say("still one room"))
    assert shares(ana) == ["still one room"]


def test_a_relay_cannot_fill_the_memory_of_somebody_who_waits_for_the_snapshot(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))

    def no_words(frame: frames.RelayFrame) -> frames.RelayFrame | None:
        return None if isinstance(frame, frames.Entry) else frame

    ben.tamper = no_words
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    assert seat_of(ben).state is None
    for _ in range(2 * reading.HELD_BACK):
        show(table, ben, next_entry(ben, b"junk" * 100))
    assert len(seat_of(ben).position.unchained) <= reading.HELD_BACK
    assert ben.view.place is Place.ENDED
    assert ben.view.ended_words == reading.NOT_SHOWN_IN


def refuse(table: Table, guest: Guest, ref: int, refusal: Refusal) -> None:
    table._take(guest, guest.machine.receive(frames.Refuse(ref, int(refusal)), table.world()))


def test_i3_words_that_a_relay_says_it_refused_are_known_when_it_shows_them(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    kept = keep(table, ben, frames.Append)
    table.do(ben, i.Say("refused, so it says"))
    table.do(ben, i.Raise())
    release(table)
    for frame in kept:
        refuse(table, ben, frame.ref, Refusal.TOO_LONG)
    assert not ben.view.sending
    assert [p for p in ben.view.transcript if p.is_sending] == []
    for frame in kept:
        table._send(ben, frame)
    assert shares(ana) == shares(ben) == ["refused, so it says"]
    assert seat_of(ana).state == seat_of(ben).state


def test_ev07_a_relay_that_keeps_everything_to_itself_does_not_look_like_a_quiet_room(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.disconnect(ben)

    def endless(frame: frames.RelayFrame) -> frames.RelayFrame | None:
        if isinstance(frame, frames.Attached):
            return frames.Attached(frame.ref, frame.after, 2**40, frame.epoch)
        return None if isinstance(frame, frames.Entry) else frame

    ben.tamper = endless
    table.connect(ben)
    table.do(ben, i.Say("is anybody there?"))
    assert ben.view.connection_words == ""
    table.wait(60)
    assert ben.words.count(saying.NOT_ARRIVING) == 1
    assert ben.view.connection_words == saying.NOT_ARRIVING
    assert all(person.is_away for person in ben.view.people if not person.is_me)
    assert next(p for p in ana.view.people if p.name == "Ben").is_away


def test_h2_a_change_that_a_relay_says_it_refused_is_known_when_it_counts(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    kept = keep(table, ana, frames.Bundle)
    table.do(ana, i.Remove(seat_of(chi).facts.identity))
    release(table)
    refuse(table, ana, kept[0].ref, Refusal.BAD_KEY)
    table._send(ana, kept[0])
    assert chi.view.place is Place.REMOVED
    assert seat_of(ana).group.epoch == seat_of(ben).group.epoch
    assert is_calm(ana)
    table.do(ana, i.Say("still here"))
    assert shares(ben) == ["still here"]
