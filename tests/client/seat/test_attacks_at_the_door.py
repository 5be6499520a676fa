"""Welcomes that come late, one code in two hands, and one notebook on two devices."""

import pytest

from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.seat import intents as i
from holdspace.client.seat.door_words import NOT_ANSWERED
from holdspace.client.seat.lobby import ALIKE, OTHER_CLOCK
from holdspace.client.seat.view import Place
from holdspace.protocol.phrases import knock_phrase
from seat_forging import is_calm, shares
from seat_table import Guest, Table, kept


def place(guest: Guest) -> Place:
    return guest.view.place


def let_in_while_away(table: Table, host: Guest) -> Guest:
    """Return somebody whose connection broke before the Welcome came."""
    ben = table.visitor("Ben", host.view.invitation)
    table.do(ben, i.Accept("Ben"))
    table.disconnect(ben)
    [letter] = host.view.knocks
    assert table.do(host, i.Admit(letter.knock)) is None
    return ben


def kept_by(table: Table, host: Guest, guest: Guest) -> KeptRoom:
    """Return what a guest keeps of the room, and let them leave."""
    table.do(host, i.KeepTheRoom())
    table.do(guest, i.KeepTheRoom())
    [asking] = host.seat.seat.lasting.asking
    table.do(host, i.LetKeep(asking))
    copied = kept(guest)
    table.do(guest, i.Leave())
    return copied


def test_jn03_a_welcome_five_epochs_late_leads_to_the_head(table: Table) -> None:
    ana = table.host()
    ben = let_in_while_away(table, ana)
    for name in ("Chi", "Dov", "Eli", "Fay", "Gus"):
        table.join(name, ana)
    table.connect(ben)
    assert place(ben) is Place.ROOM
    assert ben.seat.seat.group.epoch == ana.seat.seat.group.epoch == 6
    assert ben.seat.seat.state == ana.seat.seat.state
    table.do(ben, i.Say("here at last"))
    assert shares(ana) == ["here at last"]
    assert is_calm(ana)
    assert is_calm(ben)


def test_jn03_a_welcome_that_ran_out_is_followed_by_one_clear_sentence(table: Table) -> None:
    ana = table.host()
    ben = let_in_while_away(table, ana)
    table.wait(18 * 60)
    table.connect(ben)
    assert place(ben) is Place.ENDED
    assert ben.view.ended_words == NOT_ANSWERED


def test_jn03_who_keeps_the_room_knocks_anew_by_themselves_after_that(table: Table) -> None:
    ana = table.host()
    copied = kept_by(table, ana, table.join("Ben", ana))
    table.do(ana, i.HoldRoom())
    ben = table.come_again(copied)
    assert place(ben) is Place.WAITING
    table.disconnect(ben)
    [letter] = ana.view.knocks
    assert table.do(ana, i.Admit(letter.knock)) is None
    table.do(ana, i.ResumeRoom())
    table.wait(18 * 60)
    table.connect(ben)
    assert place(ben) is Place.ROOM
    assert [person.name for person in ana.view.people] == ["Ana", "Ben"]


@pytest.mark.parametrize("off", [-3600, -40 * 60, 2 * 3600])
def test_jn04_two_clocks_that_differ_are_told_to_both_sides_of_the_door(
    table: Table, off: int
) -> None:
    ana = table.host()
    table.disconnect(ana)
    table.now += off
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    table.now -= off
    table.connect(ana)
    [letter] = ana.view.knocks
    table.do(ana, i.Admit(letter.knock))
    assert [person.name for person in ana.view.people] == ["Ana"]
    assert ana.words[-1].startswith("Ben was not let in: their device's clock and yours differ")
    assert place(ben) is Place.DECLINED
    assert "Your device's clock and the facilitator's differ" in ben.view.ended_words
    assert not ana.view.knocks


@pytest.mark.parametrize("off", [-20 * 60, 50 * 60])
def test_jn04_clocks_that_differ_a_little_let_people_in(table: Table, off: int) -> None:
    ana = table.host()
    table.now += off
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    table.now -= off
    [letter] = ana.view.knocks
    table.do(ana, i.Admit(letter.knock))
    assert place(ben) is Place.ROOM


def test_who_knocks_with_another_clock_is_shown_with_a_warning(table: Table) -> None:
    ana = table.host()
    table.disconnect(ana)
    table.now -= 3600
    ben = table.visitor("Ben", ana.view.invitation)
    table.do(ben, i.Accept("Ben"))
    table.now += 3600
    table.connect(ana)
    [letter] = ana.view.knocks
    assert letter.warning == OTHER_CLOCK


def test_a_name_that_is_here_already_is_shown_to_who_leads_as_what_it_may_be(table: Table) -> None:
    ana = table.host()
    table.join("Ben", ana)
    # Somebody whose program died, and who knocks anew while their old place is still kept.
    again = table.visitor("Ben", ana.view.invitation)
    table.do(again, i.Accept("Ben"))
    [letter] = ana.view.knocks
    assert letter.warning == ALIKE


def test_jn07_two_who_knock_with_one_code_are_both_shown_and_neither_comes_in_alone(
    table: Table,
) -> None:
    ana = table.host()
    code = ana.view.invitation
    two = [table.visitor(name, code) for name in ("Ben", "Eve")]
    for guest in two:
        table.do(guest, i.Accept(guest.name))
    table.wait(60)
    assert [guest.view.place for guest in two] == [Place.WAITING, Place.WAITING]
    assert [letter.name for letter in ana.view.knocks] == ["Ben", "Eve"]
    assert [person.name for person in ana.view.people] == ["Ana"]
    # What each can read out over another channel tells who was invited.
    words = [knock_phrase(guest.view.knock_fingerprint) for guest in two]
    assert words == [knock_phrase(letter.fingerprint) for letter in ana.view.knocks]
    assert words[0] != words[1]


def test_ml14_of_one_notebook_on_two_devices_the_one_before_says_no_more(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    copied = kept_by(table, ana, ben)
    first = table.come_again(copied)
    assert place(first) is Place.ROOM
    second = table.come_again(copied, "Ben, elsewhere")
    assert place(second) is Place.ROOM
    # One seat, with fresh keys: the copy before is out, and nothing of it is shown any more.
    assert [person.name for person in ana.view.people] == ["Ana", "Ben"]
    assert place(first) is Place.REMOVED
    table.do(first, i.Say("from the old copy"))
    table.do(second, i.Say("from the new one"))
    assert shares(ana) == ["from the new one"]
    groups = {guest.seat.seat.group.own_leaf_index for guest in (second, ana)}
    assert len(groups) == 2
