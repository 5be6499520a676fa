"""Nobody but the two of a private word reads it: whoever is in the room, whatever they send."""

from dataclasses import replace

import pytest

from holdspace.client.seat import aside_groups, asides
from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as p
from holdspace.client.seat.aside_groups import Circle
from holdspace.client.seat.sealing import Unsealed, opened
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.letters import AsideAsk, AsideNo, AsideOpen, Said
from holdspace.protocol.mls import Add, Proposal, create_group
from private_words import SECRET, Circle3, aside, overhearing, private, say, texts, three
from seat_forging import me, seat_of, send_event, shares
from seat_table import Table


@pytest.fixture
def circle(table: Table) -> Circle3:
    return three(table)


def test_nobody_else_sees_anything_of_it(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    before = (seat_of(chi).state, chi.lines, chi.words)
    private(table, ben, ana)
    say(table, ben)
    assert (seat_of(chi).state, chi.lines, chi.words) == before
    assert chi.view.asides == ()
    assert chi.view.asking == ()
    assert shares(ana) == shares(ben) == shares(chi) == []


def test_who_is_in_the_room_and_has_all_bytes_opens_nothing(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    with overhearing(chi) as heard:
        private(table, ben, ana)
        say(table, ben)
    assert (len(heard.letters), len(heard.whispers)) == (2, 1)
    handle, seat = aside(ben).handle, seat_of(chi)
    for author in (ana, ben):
        for letter in heard.letters:
            assert opened(seat, me(author), letter) is None
    [spoken] = heard.whispers
    assert isinstance(spoken.event, ev.Whisper)
    assert SECRET.encode() not in spoken.event.sealed
    own = aside_groups.own_package(seat, Circle(handle, (me(chi),)), table.world())
    alone = create_group(own, group_id=handle, random=table.random.randbytes)
    for group in (alone, seat.group):
        assert aside_groups.opened(group, me(ben), spoken.event.sealed) is None


def test_words_sent_again_by_another_count_for_nobody_and_cost_nothing(
    table: Table, circle: Circle3
) -> None:
    ana, ben, chi = circle
    private(table, ben, ana)
    table.disconnect(ana)
    with overhearing(chi) as heard:
        say(table, ben)
    [spoken] = heard.whispers
    send_event(table, chi, spoken.event)
    table.connect(ana)
    assert [(p.author and p.author.name, p.text) for p in aside(ana).passages] == [("Ben", SECRET)]
    send_event(table, ben, spoken.event)
    assert texts(ana) == [SECRET]


def test_nobody_but_who_was_asked_can_open_it(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    assert table.do(ben, p.AskAside(me(ana))) is None
    handle, question = aside(ben).handle, seat_of(ana).apart.asks[0]
    # Chi got hold of everything that Ana was sent, and answers in her place.
    group_of = Circle(handle, (me(ben), me(ana)))
    forged = replace(seat_of(chi), facts=replace(seat_of(chi).facts, identity=me(ana)))
    packages = {me(ben): question.key_package}
    _, welcome = aside_groups.found(forged, group_of, packages, table.world())
    send_event(table, chi, Unsealed(me(ben), AsideOpen(handle, welcome)))
    assert not aside(ben).is_open
    assert not aside(ben).is_over
    # And if Ana's own client passed it on, the keys in it are still vouched for by nobody.
    send_event(table, ana, Unsealed(me(ben), AsideOpen(handle, welcome)))
    assert aside(ben).is_over
    assert asides.BROKEN in ben.words[-1]


def test_keys_that_are_not_the_askers_own_are_not_taken(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    assert table.do(ben, p.AskAside(me(ana))) is None
    question = seat_of(ana).apart.asks[0]
    note = AsideAsk(bytes(16), "word", (me(chi), me(ana)), question.key_package)
    send_event(table, chi, Unsealed(me(ana), note))
    note = AsideAsk(b"a" * 16, "word", (me(ben), me(ana)), question.key_package)
    send_event(table, ben, Unsealed(me(ana), note))
    assert [ask.aside for ask in seat_of(ana).apart.asks] == [question.aside]


def test_keys_are_good_for_one_aside_only(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    assert table.do(ben, p.AskAside(me(ana))) is None
    question = seat_of(ana).apart.asks[0]
    again = AsideAsk(question.aside, question.kind, question.people, question.key_package)
    assert table.do(ana, i.AnswerTheInvite(is_yes=True)) is None
    send_event(table, ben, Unsealed(me(ana), again))
    assert ana.view.asking == ()
    assert table.do(ana, p.EndAside()) is None
    send_event(table, ben, Unsealed(me(ana), again))
    assert ana.view.asking == ()
    own = [one.own for one in seat_of(ben).apart.asides]
    assert own == [None]


def test_nobody_can_be_added_to_an_aside(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    private(table, ben, ana)
    mine = seat_of(ben).apart.asides[0]
    assert mine.group is not None
    third = aside_groups.own_package(seat_of(chi), Circle(mine.handle, (me(chi),)), table.world())
    made = mine.group.commit(
        [Proposal.of(Add(third.key_package))], now=table.now, random=table.random.randbytes
    )
    send_event(table, ben, ev.Whisper(mine.handle, made.message))
    send_event(table, ben, Unsealed(me(chi), AsideOpen(mine.handle, made.welcome or b"")))
    assert chi.view.asides == ()
    theirs = seat_of(ana).apart.asides[0]
    assert theirs.group is not None
    assert (theirs.group.epoch, len(theirs.group.members)) == (1, 2)
    say(table, ben)
    assert texts(ana) == [SECRET]


def test_what_is_said_after_the_end_is_read_by_nobody(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    private(table, ben, ana)
    mine = seat_of(ben).apart.asides[0]
    assert mine.group is not None
    assert table.do(ana, p.EndAside()) is None
    _, sealed = aside_groups.sealed(mine.group, Said(SECRET), table.world())
    send_event(table, ben, ev.Whisper(mine.handle, sealed))
    assert ana.view.asides == ()
    assert texts(ben) == []


@pytest.mark.parametrize("sealed", [b"\0", b"\xff" * 100, bytes(20 * 1024)])
def test_any_bytes_in_an_aside_have_no_effect(table: Table, circle: Circle3, sealed: bytes) -> None:
    ana, ben, chi = circle
    private(table, ben, ana)
    handle = aside(ben).handle
    for author in (ben, chi):
        send_event(table, author, ev.Whisper(handle, sealed))
        send_event(table, author, ev.Whisper(bytes(16), sealed))
    say(table, ben)
    assert texts(ana) == [SECRET]


def test_a_yes_to_keys_that_are_too_old_is_told_to_both(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    assert table.do(ana, p.AskAside(me(ben))) is None
    # The computer stood open on the table, and Ben answers the day after.
    table.now += 25 * 3600
    assert table.do(ben, i.AnswerTheInvite(is_yes=True)) is None
    assert ben.words[-1] == asides.BROKEN
    assert (ben.view.asides, ben.view.asking) == ((), ())
    assert aside(ana).is_over


def test_letters_of_others_open_and_end_nothing(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    assert table.do(ben, p.AskAside(me(ana))) is None
    handle, before = aside(ben).handle, seat_of(ben).apart
    send_event(table, chi, Unsealed(me(ben), AsideNo(handle)))
    send_event(table, chi, Unsealed(me(ben), AsideNo(b"another, not ours")))
    assert seat_of(ben).apart == before
    # Nor is Ana asked by keys that nobody can read.
    note = AsideAsk(bytes(16), "word", (me(chi), me(ana)), b"no keys at all")
    send_event(table, chi, Unsealed(me(ana), note))
    assert len(ana.view.asking) == 1
    assert table.do(ana, i.AnswerTheInvite(is_yes=True)) is None
    # What is said again under somebody else's name is read by nobody.
    mine = seat_of(ana).apart.asides[0].group
    assert mine is not None
    _, sealed = aside_groups.sealed(mine, Said(SECRET), table.world())
    theirs = seat_of(ben).apart.asides[0].group
    assert theirs is not None
    assert aside_groups.opened(theirs, me(chi), sealed) is None
