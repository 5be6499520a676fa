"""Cover slots: what somebody says and that they say nothing look the same, and nothing is lost in them."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from holdspace.client.seat import covering, saying
from holdspace.client.seat import intents as i
from holdspace.client.seat.changing import wish
from holdspace.client.seat.intents_apart import AskAside, SayAside, SayNotOk, SayOk
from holdspace.client.seat.not_ok import TOLD
from holdspace.client.seat.seat import Removal
from holdspace.client.seat.step import Moment
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.frames import decode_client_frame
from holdspace.protocol.refusals import Refusal
from holdspace.server.limits import Limits
from seat_forging import is_calm, keep, me, release, seat_of, shares
from seat_table import Guest, Heard, Table
from small_flow import SMALL_FLOW

LONG = "".join(f"Line {number:03} of what was hard to say. " for number in range(105))[
    :4000
].strip()
SLOT = covering.SLOT_SECONDS


@pytest.fixture
def room(table: Table) -> tuple[Guest, Guest, Guest]:
    """Return a host and two members in a live stage, with cover slots."""
    ana = table.host(flow=SMALL_FLOW, is_covered=True)
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.NextStage())
    table.do(ana, i.ChangeMode("open"))
    table.wait(5)
    return ana, ben, chi


def appends(heard: list[Heard], guest: Guest) -> list[Heard]:
    return [
        one
        for one in heard
        if one.connection == guest.connection
        and isinstance(decode_client_frame(one.data), frames.Append)
    ]


def sealed(heard: Heard) -> bytes:
    frame = decode_client_frame(heard.data)
    assert isinstance(frame, frames.Append)
    return frame.payload


def rhythm(table: Table, guest: Guest, act: Callable[[], object]) -> Counter[float]:
    """Return how long it takes from one frame of this person to their next, while this happens."""
    del table.heard[:]
    act()
    table.wait(20)
    sent = [one.at for one in appends(table.heard, guest)]
    # Nor does what is inside the frame: the relay sees the length of what is sealed.
    assert {len(one.data) for one in table.heard} == {frames.SIZE_CLASSES[0]}
    assert len({len(sealed(one)) for one in table.heard}) == 1
    assert len(table.heard) == 3 * len(sent)
    return Counter(later - earlier for earlier, later in itertools.pairwise(sent))


def test_a_slot_with_words_cannot_be_told_from_an_empty_one(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    quiet = rhythm(table, ben, lambda: None)
    speaking = rhythm(table, ben, lambda: table.do(ben, i.Say(LONG)))
    busy = rhythm(table, ben, lambda: [table.do(ben, i.NodTo()) for _ in range(5)])
    assert quiet == speaking == busy == {SLOT: 9}
    assert shares(ana) == shares(ben) == shares(chi) == [LONG]


def test_what_fits_no_slot_goes_on_in_the_next_and_is_being_sent_until_then(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, i.Say(LONG))
    table.do(ben, i.Say("and this after it"))
    while not shares(ana):
        assert [p.is_sending for p in ben.view.transcript[-2:]] == [True, True]
        assert ben.view.sending == 2
        table.wait(1)
    table.wait(SLOT)
    assert shares(ana) == shares(ben) == [LONG, "and this after it"]
    assert ben.view.sending == 0


def test_several_short_things_share_a_slot(table: Table, room: tuple[Guest, Guest, Guest]) -> None:
    ana, ben, _ = room
    for word in ("one", "two", "three"):
        table.do(ben, i.Say(word))
    table.wait(SLOT)
    assert shares(ana) == ["one", "two", "three"]


def test_before_the_first_stage_everybody_sends_at_once_and_no_slots(table: Table) -> None:
    ana = table.host(flow=SMALL_FLOW, is_covered=True)
    ben = table.join("Ben", ana)
    table.do(ben, i.Say("hello"))
    assert shares(ana) == ["hello"]
    del table.heard[:]
    table.wait(10)
    assert not table.heard


def test_without_an_agenda_slots_begin_when_somebody_else_is_here(table: Table) -> None:
    ana = table.host(is_covered=True)
    table.wait(1)
    del table.heard[:]
    table.wait(10)
    assert not table.heard
    ben = table.join("Ben", ana)
    table.wait(2 * SLOT)
    assert appends(table.heard, ana)
    assert appends(table.heard, ben)


def test_where_the_host_did_not_choose_them_there_are_no_slots(table: Table) -> None:
    ana = table.host()
    table.join("Ben", ana)
    table.wait(1)
    del table.heard[:]
    table.wait(10)
    assert not table.heard


def test_everybody_reads_once_in_the_room_that_slots_have_begun(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana = room[0]
    table.do(ana, i.NextStage())
    table.wait(10)
    for guest in room:
        assert guest.lines.count(covering.BEGIN) == 1


def test_newcomers_read_at_the_door_that_there_will_be_slots(table: Table) -> None:
    ana = table.host(is_covered=True)
    ben = table.visitor("Ben", ana.view.invitation)
    assert ben.view.card is not None
    assert ben.view.card.is_covered
    other = Table().host()
    assert other.view.card is not None
    assert not other.view.card.is_covered


def test_who_comes_in_the_middle_of_something_long_reads_all_of_it(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, i.Say(LONG))
    table.wait(3 * SLOT)
    dov = table.join("Dov", ana)
    table.wait(10 * SLOT)
    # All of it is in the epoch in which it ends, so somebody new reads it like everybody else.
    assert shares(ana) == shares(ben) == shares(dov) == [LONG]
    assert seat_of(dov).state == seat_of(ana).state


def test_words_survive_a_lost_connection_in_the_middle_of_them(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, i.Say(LONG))
    table.wait(2 * SLOT)
    table.disconnect(ben)
    table.wait(30)
    table.do(ben, i.Say("said without a line"))
    table.connect(ben)
    table.wait(8 * SLOT)
    assert shares(ana) == shares(ben) == [LONG, "said without a line"]
    assert is_calm(ana)
    assert is_calm(ben)


def test_words_survive_the_death_of_the_relay(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    table.do(ben, i.Say(LONG))
    table.do(chi, i.Say("from Chi"))
    table.wait(SLOT)
    table.kill_relay()
    for guest in room:
        table.connect(guest)
    table.wait(10 * SLOT)
    assert sorted(shares(ana)) == sorted(["from Chi", LONG])
    assert shares(ana) == shares(ben) == shares(chi)


def test_coming_back_does_not_show_who_had_something_to_say(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, chi = room
    for guest in (ben, chi):
        table.disconnect(guest)
    for _ in range(3):
        table.do(ben, i.Say(LONG))
    table.wait(40)
    del table.heard[:]
    for guest in (ben, chi):
        table.connect(guest)
    table.wait(6)
    assert len(appends(table.heard, ben)) == len(appends(table.heard, chi))


def test_letters_and_private_words_go_in_slots_too(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _chi = room
    before = rhythm(table, ben, lambda: table.do(ben, i.NodTo()))
    assert rhythm(table, ben, lambda: table.do(ben, SayNotOk("too much"))) == before
    assert [flag.words for flag in ana.view.flags] == ["too much"]
    table.do(ben, AskAside(seat_of(ana).facts.identity))
    table.wait(60)
    table.do(ana, i.AnswerTheInvite(is_yes=True))
    table.wait(60)
    aside = ben.view.asides[0]
    table.do(ben, SayAside(aside.handle, "only for you"))
    table.wait(2 * SLOT)
    assert [p.text for p in ana.view.asides[0].passages if p.author] == ["only for you"]


def test_holding_the_room_does_not_wait_behind_something_long(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ana, i.Say(LONG))
    table.wait(SLOT)
    table.do(ana, i.HoldRoom())
    table.wait(SLOT)
    assert ben.view.is_held
    assert not shares(ben)
    table.wait(8 * SLOT)
    assert shares(ben) == [LONG]


def test_who_is_not_ok_does_not_wait_behind_their_own_long_words(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    table.do(ben, i.Say(LONG))
    table.do(ben, i.Say("and more"))
    table.wait(2 * SLOT)
    table.do(ben, SayNotOk("too much"))
    table.wait(4 * SLOT)
    assert [flag.words for flag in ana.view.flags] == ["too much"]
    assert not shares(ana)
    table.wait(12 * SLOT)
    assert shares(ana) == shares(ben) == shares(chi) == [LONG, "and more"]


def asked(guest: Guest) -> int:
    """Return how often somebody was asked for a private word."""
    return sum("asks for a private word with you" in words for words in guest.words)


def test_nobodys_words_wait_for_the_letters_of_their_program(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    """Asking for a word takes twelve slots: what one says and does meanwhile comes in between."""
    ana, ben, chi = room
    table.do(ana, AskAside(me(ben)))
    table.wait(3 * SLOT)
    table.do(ana, i.Say("short"))
    table.do(ana, i.ChangeMode("hands"))
    table.wait(2 * SLOT)
    assert shares(ben) == shares(chi) == ["short"]
    assert ben.view.mode == "hands"
    assert not asked(ben)
    table.wait(14 * SLOT)
    assert asked(ben) == 1


def test_long_words_break_into_a_letter_which_is_said_anew_once(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    table.do(ana, AskAside(me(ben)))
    table.wait(3 * SLOT)
    table.do(ana, i.Say(LONG))
    table.do(ana, i.Say("and more"))
    table.wait(8 * SLOT)
    assert shares(ben) == shares(chi) == [LONG, "and more"]
    table.wait(14 * SLOT)
    assert asked(ben) == 1
    assert is_calm(ana)
    assert is_calm(ben)


def test_what_just_does_not_fit_beside_a_letter_waits_one_slot_and_keeps_its_order(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ana, AskAside(me(ben)))
    table.wait(2 * SLOT)
    said = [f"{number} " + 380 * "x" for number in range(3)]
    for words in said:
        table.do(ana, i.Say(words))
    table.wait(4 * SLOT)
    assert shares(ben) == said
    table.wait(12 * SLOT)
    assert asked(ben) == 1


def test_who_leaves_sends_their_letters_first(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, SayNotOk("before I go"))
    table.do(ben, AskAside(me(ana)))
    table.do(ben, i.Leave())
    table.wait(SLOT)
    assert [person.name for person in ana.view.people] == ["Ana", "Ben", "Chi"]
    table.wait(20 * SLOT)
    assert any('"before I go"' in words for words in ana.words)
    assert asked(ana) == 1
    assert ben.view.place is Place.LEFT


def test_a_flag_and_what_takes_it_back_keep_their_order(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    for intent in (SayNotOk("one"), SayOk(), SayNotOk("two")):
        table.do(ben, intent)
    table.wait(20 * SLOT)
    assert [flag.words for flag in ana.view.flags] == ["two"]


def test_who_leaves_says_first_what_they_wrote_before(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, i.Say(LONG))
    table.do(ben, i.Leave())
    table.wait(9 * SLOT)
    assert shares(ana) == [LONG]
    assert ben.view.place is Place.LEFT
    assert [p.name for p in ana.view.people] == ["Ana", "Chi"]


def test_the_meeting_closes_when_the_last_words_are_said(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ana, i.Say("Go gently."))
    table.do(ana, i.CloseTheMeeting())
    assert ana.words[-1] == covering.CLOSES_SOON
    assert ana.view.place is Place.ROOM
    table.wait(2 * SLOT)
    assert shares(ben) == ["Go gently."]
    assert ana.view.place is ben.view.place is Place.CLOSED


def test_a_long_wait_for_slots_is_no_sign_that_the_relay_keeps_words(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    for _ in range(5):
        table.do(ana, i.Say(LONG))
    table.wait(60)
    assert len(shares(ben)) >= 3
    assert not ana.view.connection_words


def test_two_slots_that_the_relay_turns_around_neither_lose_nor_double_words(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    table.do(ben, i.Say(LONG))
    table.do(ben, i.Say("short"))
    kept: list[tuple[int, bytes]] = []
    send = table._send

    def keep(guest: Guest, frame: frames.ClientFrame) -> None:
        if guest is ben and isinstance(frame, frames.Append):
            kept.append((guest.connection, frames.encode(frame)))
        else:
            send(guest, frame)

    for _ in range(12):
        table._send = keep  # type: ignore[method-assign]
        table.wait(2 * SLOT)
        table._send = send  # type: ignore[method-assign]
        table._travelling.extend(reversed(kept[-2:]))
        table._let_travel()
    table.wait(20 * SLOT)
    assert sorted(shares(ana)) == sorted([LONG, "short"])
    assert shares(ana) == shares(ben) == shares(chi)
    assert seat_of(ana).state == seat_of(ben).state


def test_a_slot_that_the_relay_has_no_space_for_gives_the_words_back(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, _ = room
    table.do(ben, i.Say("no space for this"))
    ben.notices.clear()
    table.relay._world.limits = replace(table.relay._world.limits, meeting_bytes=1)
    table.wait(SLOT)
    assert [notice.kept for notice in ben.notices] == ["no space for this"]
    table.wait(5 * SLOT)
    assert len(ben.notices) == 1


def test_words_in_several_slots_that_are_all_refused_come_back_once(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    _, ben, _ = room
    table.do(ben, i.Say(LONG))
    ben.notices.clear()
    # A slow line: three slots are on their way before the relay says no to the first.
    slots = keep(table, ben, frames.Append)
    table.wait(3 * SLOT)
    release(table)
    table.relay._world.limits = replace(table.relay._world.limits, meeting_bytes=1)
    for frame in slots:
        table._send(ben, frame)
    assert [notice.kept for notice in ben.notices if notice.kept] == [LONG]
    # Nothing of it is under way any more.
    assert not any(item.riding for item in seat_of(ben).outbox.waiting)


def test_a_slot_refused_late_gives_back_no_words_that_go_anew(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, i.Say(LONG))
    ben.notices.clear()
    kept = keep(table, ben, frames.Append)
    table.wait(SLOT)
    release(table)
    [first] = kept
    # The relay keeps the first part to itself, so that the others count for nothing and all goes anew.
    table.wait(2 * SLOT)
    no = frames.Refuse(first.ref, Refusal.MEETING_FULL_OF_WORDS)
    table._take(ben, ben.machine.receive(no, table.world()))
    table.wait(20 * SLOT)
    assert shares(ana) == [LONG]
    assert not [notice.kept for notice in ben.notices if notice.kept]


def test_a_relay_has_space_for_the_slots_of_twelve_people_for_more_than_four_hours(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    def cost() -> int:
        [meeting] = table.relay._world.meetings.values()
        return meeting.cost

    before = cost()
    table.wait(20)
    one_slot = (cost() - before) / (len(room) * 10)
    limits = Limits()
    hours = limits.words(limits.meeting_bytes) / (one_slot * 12 * 3600 / SLOT)
    assert 4 < hours < 6
    # A house with all of them behind one address, too.
    assert limits.visitor_words_per_second > 12 / SLOT
    assert limits.frames_per_second > 1 / SLOT


def test_r2_slots_that_the_relay_keeps_to_itself_never_go_further_than_others_can_follow(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    send, lost = table._send, 0

    def swallow(guest: Guest, frame: frames.ClientFrame) -> None:
        nonlocal lost
        if guest is ben and isinstance(frame, frames.Append):
            lost += 1
        else:
            send(guest, frame)

    table._send = swallow  # type: ignore[method-assign]
    table.do(ben, i.Say("kept back by the relay"))
    table.wait(120)
    assert lost == saying.LONGEST_LEAP + 1
    assert ben.view.connection_words == saying.NOT_ARRIVING
    table._send = send  # type: ignore[method-assign]
    table.disconnect(ben)
    table.connect(ben)
    table.wait(3 * SLOT)
    table.do(ben, i.Say("and after that"))
    table.wait(2 * SLOT)
    assert shares(ana) == shares(chi) == ["kept back by the relay", "and after that"]
    assert is_calm(ana)
    assert is_calm(ben)


def test_the_meeting_does_not_close_on_somebodys_last_words(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, i.Say(LONG[:2000]))
    table.wait(2 * SLOT)
    table.do(ana, i.CloseTheMeeting())
    assert ana.words[-1] == covering.OTHERS_FIRST
    table.wait(4 * SLOT)
    assert shares(ana) == [LONG[:2000].strip()]
    assert ana.view.place is ben.view.place is Place.CLOSED


def test_nobody_keeps_a_meeting_open_with_words_that_do_not_end(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, i.Say(LONG))
    table.wait(SLOT)
    table.disconnect(ben)
    table.do(ana, i.CloseTheMeeting())
    table.wait(covering.OTHERS_SECONDS - 1)
    assert not ana.view.ended_words
    table.wait(2)
    assert ana.view.place is Place.CLOSED


def test_who_closes_a_second_time_waits_for_nobody(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    table.do(ben, i.Say(LONG))
    table.wait(SLOT)
    for _ in range(2):
        table.do(ana, i.CloseTheMeeting())
    assert ana.view.place is Place.CLOSED
    assert "too late" in ben.view.ended_words
    assert "too late" not in ana.view.ended_words


def test_a_round_goes_in_an_order_that_does_not_follow_who_came_first() -> None:
    orders = set()
    for seed in range(8):
        table = Table(seed)
        ana = table.host(flow=SMALL_FLOW, is_covered=True)
        guests = [ana, *(table.join(name, ana) for name in ("Ben", "Chi", "Dov"))]
        table.do(ana, i.NextStage())
        table.do(ana, i.ChangeMode("round"))
        table.wait(5)
        views = [guest.view for guest in guests]
        [order] = {
            (view.floor.name if view.floor else "", *(one.name for one in view.going_around))
            for view in views
        }
        assert sorted(order) == ["Ana", "Ben", "Chi", "Dov"]
        orders.add(order)
    assert len(orders) > 4


def test_a_letter_to_who_is_gone_takes_no_slot(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    table.do(ana, i.Promote(me(chi)))
    table.wait(3 * SLOT)
    table.do(ben, SayNotOk("my hands shake"))
    to_two = len(seat_of(ben).outbox.lasting().waiting)
    moment = Moment.of(table.world())
    ana.machine = replace(ana.seat, seat=wish(seat_of(ana), Removal(me(chi)), moment))
    for frame in moment.frames:
        table._send(ana, frame)
    assert chi.view.place is Place.REMOVED
    table.wait(10 * SLOT)
    assert to_two == 2
    assert seat_of(ben).outbox.lasting().waiting == ()
    assert [flag.words for flag in ana.view.flags] == ["my hands shake"]
    assert ben.words.count(TOLD) == 1


def test_who_says_goodbye_twice_has_left_once(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, _ = room
    for _ in range(2):
        table.do(ben, i.Leave())
    table.wait(3 * SLOT)
    assert ben.view.place is Place.LEFT
    assert ana.lines.count("Ben has left.") == 1


def test_what_waited_for_its_slot_is_said_plainly_when_nobody_else_is_left(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    table.do(ana, i.Say(LONG))
    table.wait(SLOT)
    table.do(ana, i.Say("and after it"))
    for guest in (ben, chi):
        table.disconnect(guest)
        moment = Moment.of(table.world())
        ana.machine = replace(ana.seat, seat=wish(seat_of(ana), Removal(me(guest)), moment))
        for frame in moment.frames:
            table._send(ana, frame)
    table.wait(2 * SLOT)
    assert shares(ana) == [LONG, "and after it"]
    assert seat_of(ana).outbox.lasting().waiting == ()


def test_a_co_facilitator_can_close_the_meeting_too(
    table: Table, room: tuple[Guest, Guest, Guest]
) -> None:
    ana, ben, chi = room
    table.do(ana, i.Promote(me(ben)))
    table.wait(3 * SLOT)
    assert table.do(ben, i.CloseTheMeeting()) is None
    table.wait(SLOT)
    assert [guest.view.place for guest in (ana, ben, chi)] == [Place.CLOSED] * 3
