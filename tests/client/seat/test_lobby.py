"""At the door, from inside: letters that nobody should answer, and doors that are over."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from holdspace.client.seat import display, lobby, returning
from holdspace.client.seat import intents as i
from holdspace.client.seat.knocked import knock_with
from holdspace.client.seat.view import Place, Refusal
from holdspace.client.seat.visitor import Visitor
from holdspace.protocol import frames
from holdspace.protocol.invite import KnockLetter, agreements_digest, seal_letter
from seat_forging import seat_of
from seat_table import Guest, Table, who

KNOCK = b"a knock of Eve's"


def writes(table: Table, code: str, change: Callable[[KnockLetter], KnockLetter]) -> Guest:
    """Let Eve knock with a letter that her program would never write."""
    eve = table.visitor("Eve", code)
    visitor = eve.machine
    assert isinstance(visitor, Visitor)
    card = visitor.card
    assert card is not None
    knocked = knock_with(card, "Eve", kept=None, world=table.world())
    letter = KnockLetter(
        knocked.own.key_package.encode(), "Eve", "", agreements_digest(card), knocked.reply_secret
    )
    sealed = seal_letter(change(letter), card, knock=KNOCK, random=table.random.randbytes)
    waiting = replace(
        visitor, knocked=replace(knocked, knock=KNOCK, sealed=sealed), place=Place.WAITING
    )
    eve.machine = waiting
    for frame in waiting.knock_again():
        table._send(eve, frame)
    return eve


def changed(letter: KnockLetter, **fields: object) -> KnockLetter:
    return type(letter)(
        **{name: getattr(letter, name) for name in letter.__struct_fields__} | fields
    )


@pytest.mark.parametrize(
    "fields",
    [{"key_package": b"no keys at all"}, {"agreements_digest": bytes(32)}, {"name": "Ana"}],
    ids=lambda fields: next(iter(fields)),
)
def test_a_letter_without_sound_keys_and_consent_is_on_nobodys_doorstep(
    table: Table, fields: dict[str, object]
) -> None:
    ana = table.host()
    eve = writes(table, ana.view.invitation, lambda letter: changed(letter, **fields))
    assert ana.view.knocks == ()
    assert ana.words[-1] == lobby.UNREADABLE
    assert eve.view.place is Place.WAITING
    assert table.do(ana, i.Admit(KNOCK)) is not None
    assert [person.name for person in ana.view.people] == ["Ana"]


def test_a_doorstep_has_an_end(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = table.host()
    monkeypatch.setattr(lobby, "MOST_LETTERS", 1)
    for name in ("Ben", "Chi"):
        table.do(table.visitor(name, ana.view.invitation), i.Accept(name))
    assert [one.name for one in ana.view.knocks] == ["Ben"]
    # Who waits behind is shown when there is space, and the relay is asked again.
    table.do(ana, i.Admit(ana.view.knocks[0].knock))
    table.disconnect(ana)
    table.connect(ana)
    assert [one.name for one in ana.view.knocks] == ["Chi"]


def test_who_finds_the_room_full_hears_whose_seats_are_empty(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returning, "MOST_PEOPLE", 3)
    ana = table.host()
    ben = table.join("Ben", ana)
    table.join("Chi", ana)
    dov = table.visitor("Dov", ana.view.invitation)
    table.do(dov, i.Accept("Dov"))
    let_in = i.Admit(ana.view.knocks[0].knock)
    full = "The room is full: 3 people are the most it holds. The knock stays at the door."
    assert table.do(ana, let_in) == Refusal(full)
    table.disconnect(ben)
    table.wait(display.AWAY_SECONDS + 5)
    refusal = table.do(ana, let_in)
    assert refusal == Refusal(f"{full} Away now: Ben. Removing somebody who is away makes a place.")
    table.do(ana, i.Remove(who(ana, "Ben")))
    assert table.do(ana, let_in) is None
    assert dov.view.place is Place.ROOM


def test_who_was_cut_off_is_not_told_that_others_are_away(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returning, "MOST_PEOPLE", 2)
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(table.visitor("Dov", ana.view.invitation), i.Accept("Dov"))
    let_in = i.Admit(ana.view.knocks[0].knock)
    table.disconnect(ana)
    table.disconnect(ben)
    table.wait(display.AWAY_SECONDS + 5)
    table.connect(ana)
    full = "The room is full: 2 people are the most it holds. The knock stays at the door."
    assert table.do(ana, let_in) == Refusal(full)
    table.wait(display.AWAY_SECONDS + 5)
    refusal = table.do(ana, let_in)
    assert refusal == Refusal(f"{full} Away now: Ben. Removing somebody who is away makes a place.")


def test_a_co_facilitator_is_not_advised_to_remove_the_host(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.Promote(who(ana, "Ben")))
    table.wait(display.AWAY_SECONDS + 5)
    monkeypatch.setattr(returning, "MOST_PEOPLE", 2)
    table.do(table.visitor("Dov", ana.view.invitation), i.Accept("Dov"))
    table.disconnect(ana)
    table.wait(display.AWAY_SECONDS + 5)
    refusal = table.do(ben, i.Admit(ben.view.knocks[0].knock))
    full = "The room is full: 2 people are the most it holds. The knock stays at the door."
    assert refusal == Refusal(full)


def test_a_knock_that_the_relay_keeps_until_its_code_is_over_opens_nothing(table: Table) -> None:
    ana = table.host()
    assert table.do(ana, i.NewInvitation(minutes=5)) is None
    late: list[frames.Knocking] = []

    def hold(frame: frames.RelayFrame) -> frames.RelayFrame | None:
        if isinstance(frame, frames.Knocking):
            late.append(frame)
            return None
        return frame

    ana.tamper = hold
    table.do(table.visitor("Ben", ana.view.invitation), i.Accept("Ben"))
    table.now += 10 * 60
    table._take(ana, ana.machine.receive(late[0], table.world()))
    assert ana.view.knocks == ()
    assert ana.words[-1] == lobby.UNREADABLE


def test_a_relay_that_shows_knocks_to_members_shows_them_nothing(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    shown: list[frames.Knocking] = []

    def look(frame: frames.RelayFrame) -> frames.RelayFrame:
        if isinstance(frame, frames.Knocking):
            shown.append(frame)
        return frame

    ana.tamper = look
    table.do(table.visitor("Chi", ana.view.invitation), i.Accept("Chi"))
    before = seat_of(ben)
    table._take(ben, ben.machine.receive(shown[0], table.world()))
    assert seat_of(ben) == before
