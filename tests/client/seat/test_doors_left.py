"""A knock by the card before is made again by the new one, and a relay that lies gains nothing by that."""

import pytest
from msgspec import structs

from holdspace.client.kept_rooms import KeptRoom
from holdspace.client.seat import intents as i
from holdspace.client.seat.door_talk import MOST_ON_THEIR_WAY
from holdspace.client.seat.door_words import NOT_ANSWERED, OLD_CARD
from holdspace.client.seat.doors_left import with_door
from holdspace.client.seat.invitations import DOOR_MINUTES, pass_of
from holdspace.client.seat.lobby import UNREADABLE
from holdspace.client.seat.step import Machine
from holdspace.client.seat.view import Place
from holdspace.client.seat.visitor import Visitor, come_again
from holdspace.protocol import frames
from holdspace.protocol.invite import RoomCard, open_card, seal_card
from holdspace.protocol.keys import SigningKey
from seat_table import RELAY, Guest, Table, kept, who


class Room:
    """A room that Ana opens as often as a test likes, and that Ben keeps."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.host = table.host()
        ben = table.join("Ben", self.host)
        table.do(self.host, i.KeepTheRoom())
        table.do(ben, i.KeepTheRoom())
        table.do(self.host, i.LetKeep(who(self.host, "Ben")))
        self.ben, self.ana = kept(ben), kept(self.host)
        table.do(ben, i.Leave())

    def opens_anew(self) -> frames.Card:
        """Let Ana's client die and open the room again; return the card of this meeting."""
        self.table.disconnect(self.host)
        self.host = self.table.open_again(self.ana)
        return self.card

    @property
    def card(self) -> frames.Card:
        """Return what a relay shows to whoever comes with the pass."""
        host = self.host.seat.seat.host
        assert host is not None
        assert host.door is not None
        return frames.Card(1, host.door.card[2])


class Liar:
    """A relay that says what a test makes it say to somebody who comes."""

    def __init__(self, table: Table, visitor: Visitor) -> None:
        self.table = table
        self.machine: Machine = visitor.reached(RELAY).machine
        self.asked: list[str] = []
        self.says(frames.Greeting(frames.VERSION, bytes(32)))

    def says(self, frame: frames.RelayFrame) -> None:
        step = self.machine.receive(frame, self.table.world())
        self.machine = step.machine
        self.asked += [type(asked).__name__ for asked in step.frames]

    def says_that_nobody_can_read_it(self) -> None:
        self.says(frames.Declined(self.knock, b"sealed with a secret that nobody has"))

    @property
    def knock(self) -> bytes:
        assert isinstance(self.machine, Visitor)
        return self.machine.knocked.knock if self.machine.knocked else b""

    @property
    def ended_words(self) -> str:
        return self.machine.view().ended_words


@pytest.fixture
def room(table: Table) -> Room:
    return Room(table)


def comes_while_it_is_opened(table: Table, who_keeps: KeptRoom, old: frames.Card) -> Guest:
    """Return somebody who read the card just before the room was opened anew, and knocks just after."""
    shown = [old]

    def late(frame: frames.RelayFrame) -> frames.RelayFrame:
        return shown.pop() if shown and isinstance(frame, frames.Card) else frame

    guest = table.guests["Ben"] = Guest("Ben", come_again(who_keeps), tamper=late)
    table.connect(guest)
    assert not shown
    return guest


def place(guest: Guest) -> Place:
    return guest.view.place


def card_of(shown: frames.Card, keeps: KeptRoom) -> RoomCard:
    return open_card(shown.card, pass_of(keeps), is_pass=True)


def test_who_knocked_by_the_card_before_comes_in_by_the_new_one(table: Table, room: Room) -> None:
    old = room.card
    room.opens_anew()
    ben = comes_while_it_is_opened(table, room.ben, old)
    assert place(ben) is Place.ROOM
    # Nothing of it was worth a word to them.
    assert ben.words == ["You were let in."]
    assert room.host.words.count(UNREADABLE) == 1


def test_who_has_to_be_let_in_stands_at_the_new_door_once(table: Table, room: Room) -> None:
    old = room.card
    room.opens_anew()
    table.do(room.host, i.HoldRoom())
    ben = comes_while_it_is_opened(table, room.ben, old)
    assert place(ben) is Place.WAITING
    [letter] = room.host.view.knocks
    assert table.do(room.host, i.Admit(letter.knock)) is None
    assert place(ben) is Place.ROOM


def test_changed_agreements_are_read_before_the_next_knock(table: Table, room: Room) -> None:
    old = room.card
    table.disconnect(room.host)
    room.host = table.open_again(room.ana, ("Phones are away.",))
    ben = comes_while_it_is_opened(table, room.ben, old)
    assert place(ben) is Place.LOBBY
    assert ben.view.card is not None
    assert ben.view.card.agreements == ("Phones are away.",)
    assert not room.host.view.knocks


def test_the_relay_sees_an_answer_as_long_as_any_other(table: Table, room: Room) -> None:
    old = room.card
    room.opens_anew()
    comes_while_it_is_opened(table, room.ben, old)
    eve = table.visitor("Eve", room.host.view.invitation)
    table.do(eve, i.Accept("Eve"))
    table.do(room.host, i.Decline(room.host.view.knocks[0].knock, "Not today."))
    heard = map(frames.decode_client_frame, table.overheard)
    answers = [frame for frame in heard if isinstance(frame, frames.DeclineKnock)]
    assert len(answers) == 2
    assert len({len(answer.sealed) for answer in answers}) == 1


def test_an_answer_that_cannot_be_read_ends_the_wait_where_the_card_is_the_same(
    table: Table, room: Room
) -> None:
    card = room.card
    liar = Liar(table, come_again(room.ben))
    liar.says(card)
    liar.says_that_nobody_can_read_it()
    liar.says(card)
    assert liar.ended_words == NOT_ANSWERED
    assert liar.asked == ["GetCard", "Knock", "GetCard"]


def test_who_came_by_a_code_has_one_card_only_and_waits_on(table: Table, room: Room) -> None:
    eve = table.visitor("Eve", room.host.view.invitation)
    table.do(eve, i.Accept("Eve"))
    machine = eve.machine
    assert isinstance(machine, Visitor)
    assert machine.knocked is not None
    step = machine.receive(frames.Declined(machine.knocked.knock, b"x" * 600), table.world())
    assert step.frames == ()
    assert step.machine == machine


@pytest.mark.parametrize("is_told_by", ["an answer", "a knock that is gone"])
def test_a_relay_that_shows_two_true_cards_by_turns_gets_one_knock_for_each(
    table: Table, room: Room, is_told_by: str
) -> None:
    first, second = room.card, room.opens_anew()
    liar = Liar(table, come_again(room.ben))
    for card in (first, second, first, second, first):
        liar.says(card)
        if liar.knock and is_told_by == "an answer":
            liar.says_that_nobody_can_read_it()
        elif liar.knock:
            liar.says(frames.KnockGone(liar.knock))
    assert liar.ended_words == NOT_ANSWERED
    assert liar.asked == ["GetCard", "Knock", "GetCard", "Knock", "GetCard"]


def test_an_older_card_is_no_reason_to_leave_the_new_door(table: Table, room: Room) -> None:
    old, table.now = room.card, table.now + 120
    new = room.opens_anew()
    liar = Liar(table, come_again(room.ben))
    liar.says(new)
    knock = liar.knock
    for _ in range(3):
        # After each new connection the card is asked for again: nothing older takes its place.
        liar.says(frames.Greeting(frames.VERSION, bytes(32)))
        liar.says(old)
        assert liar.knock == knock
        assert liar.machine.view().place is Place.WAITING


def test_nor_is_the_one_before_of_the_same_minute(table: Table, room: Room) -> None:
    old = room.card
    liar = Liar(table, come_again(room.ben))
    liar.says(old)
    new = room.opens_anew()
    assert card_of(new, room.ben).expires_minute == card_of(old, room.ben).expires_minute
    liar.says(frames.Greeting(frames.VERSION, bytes(32)))
    liar.says(new)
    knock = liar.knock
    liar.says(frames.Greeting(frames.VERSION, bytes(32)))
    liar.says(old)
    assert liar.knock == knock


def test_after_a_door_that_does_not_answer_an_older_card_is_knocked_by_no_more(
    table: Table, room: Room
) -> None:
    old, table.now = room.card, table.now + 120
    new = room.opens_anew()
    liar = Liar(table, come_again(room.ben))
    liar.says(new)
    liar.says_that_nobody_can_read_it()
    liar.says(old)
    assert liar.ended_words == NOT_ANSWERED
    assert liar.asked.count("Knock") == 1


def test_a_card_that_somebody_else_signed_is_not_taken_the_second_time_either(
    table: Table, room: Room
) -> None:
    liar = Liar(table, come_again(room.ben))
    card = card_of(room.card, room.ben)
    liar.says(room.card)
    liar.says_that_nobody_can_read_it()
    # Whoever keeps the room can seal a card, and only the host can sign one.
    other = SigningKey.from_seed(b"o" * 32)
    forged = structs.replace(card, host_key=other.public, expires_minute=card.expires_minute + 1)
    sealed = seal_card(forged, other, pass_of(room.ben).card_key, table.random.randbytes)
    liar.says(frames.Card(1, sealed))
    assert "signed by somebody who is not the host that invited you" in liar.ended_words
    assert liar.asked == ["GetCard", "Knock", "GetCard"]


def test_answers_to_knocks_of_before_change_nothing(table: Table, room: Room) -> None:
    first = room.card
    liar = Liar(table, come_again(room.ben))
    liar.says(first)
    before = liar.knock
    liar.says_that_nobody_can_read_it()
    liar.says(room.opens_anew())
    machine = liar.machine
    liar.says(frames.Declined(before, b"sealed with a secret that nobody has"))
    assert liar.machine == machine
    assert liar.knock != before


def test_a_relay_that_brings_letters_without_end_gets_so_many_answers(
    table: Table, room: Room
) -> None:
    machine: Machine = room.host.machine
    knock_key = card_of(room.card, room.ben).knock_key
    answers = 0
    for number in range(3 * MOST_ON_THEIR_WAY):
        knock = (number // 2).to_bytes(16)
        step = machine.receive(frames.Knocking(knock, knock_key, b"no letter"), table.world())
        machine, answers = step.machine, answers + len(step.frames)
    assert answers == MOST_ON_THEIR_WAY
    assert machine.view().knocks == ()


def comes_in(table: Table, room: Room) -> KeptRoom:
    """Let Ben come in by the card of this meeting and leave; return what is in his notebook then."""
    ben = table.come_again(room.ben)
    assert place(ben) is Place.ROOM
    keeps = kept(ben)
    table.do(ben, i.Leave())
    return keeps


def test_a_relay_cannot_bring_back_agreements_that_were_given_up(table: Table, room: Room) -> None:
    old, table.now = room.card, table.now + 3 * 3600
    table.disconnect(room.host)
    room.host = table.open_again(room.ana, ("Phones are away.",))
    ben = table.come_again(room.ben)
    table.do(ben, i.Accept("Ben"))
    keeps = kept(ben)
    liar = Liar(table, come_again(keeps))
    liar.says(old)
    assert liar.ended_words == OLD_CARD
    assert liar.asked == ["GetCard"]
    assert liar.machine.view().card is None


def test_nor_to_who_is_asked_back_to_the_door(table: Table, room: Room) -> None:
    old, table.now = room.card, table.now + 3 * 3600
    room.opens_anew()
    ben = table.come_again(room.ben)
    shown: list[bool] = []

    def lies(frame: frames.RelayFrame) -> frames.RelayFrame:
        shown.append(isinstance(frame, frames.Card))
        return old if shown[-1] else frame

    ben.tamper = lies
    table.do(room.host, i.BackToTheDoor(who(room.host, "Ben"), ""))
    assert any(shown)
    assert ben.view.ended_words == OLD_CARD


def test_a_card_of_a_meeting_that_is_long_over_is_none_to_knock_by(
    table: Table, room: Room
) -> None:
    # Also for a notebook of before, in which no card is noted.
    table.now = float(card_of(room.card, room.ben).expires_minute * 60)
    liar = Liar(table, come_again(room.ben))
    liar.says(room.card)
    assert liar.ended_words == OLD_CARD
    assert liar.asked == ["GetCard"]


def test_a_clock_that_was_set_back_keeps_nobody_out(table: Table, room: Room) -> None:
    keeps = comes_in(table, room)
    table.now -= 3600
    room.opens_anew()
    ben = table.come_again(keeps)
    assert place(ben) is Place.ROOM


def test_a_card_from_the_far_future_does_not_make_every_later_one_old(room: Room) -> None:
    card = structs.replace(card_of(room.card, room.ben), expires_minute=2**31)
    assert with_door(room.ben, card, 60_000.0).card_minute == 1_000 + DOOR_MINUTES
    later = with_door(with_door(room.ben, card, 60_000.0), card, 0.0)
    assert later.card_minute == 1_000 + DOOR_MINUTES


@pytest.mark.parametrize("is_host_away", [True, False])
def test_whoever_leads_answers_for_a_host_who_cannot_be_reached(
    table: Table, room: Room, is_host_away: bool
) -> None:
    table.come_again(room.ben)
    ben = table.guests["Ben"]
    chi = table.join("Chi", room.host)
    table.do(room.host, i.Promote(who(room.host, "Ben")))
    table.do(chi, i.KeepTheRoom())
    table.do(room.host, i.LetKeep(who(room.host, "Chi")))
    keeps, card = kept(chi), room.card
    table.do(chi, i.Leave())
    table.wait(20)
    table.disconnect(room.host)
    table.wait(30 if is_host_away else 1)
    door_key = card_of(card, keeps).knock_key
    knocking = frames.Knocking(b"k" * 16, door_key, b"a letter to a key that is gone")
    step = ben.machine.receive(knocking, table.world())
    assert [type(frame).__name__ for frame in step.frames] == ["DeclineKnock"] * is_host_away
    # Nor for whoever comes by a code: they would not listen, and their knock would be gone.
    other = frames.Knocking(b"o" * 16, bytes(31) + b"1", b"a letter to a key that is gone")
    assert ben.machine.receive(other, table.world()).frames == ()
