"""Private words, against a member whose client asks for what no honest one would."""

from dataclasses import replace

import pytest

from holdspace.client.seat import aside_groups, letters, pair_words
from holdspace.client.seat import intents as i
from holdspace.client.seat.aside_groups import Circle
from holdspace.client.seat.intents_apart import SayAside
from holdspace.client.seat.step import Moment
from holdspace.protocol.meeting.letters import AsideAsk, Note
from holdspace.protocol.meeting.values import Pair
from seat_forging import me, seat_of
from seat_table import Guest, Table


def write(table: Table, guest: Guest, to: Guest, note: Note) -> None:
    """Send a letter that the guest's own client would never write."""
    moment = Moment.of(table.world())
    seat = letters.write(seat_of(guest), me(to), note, moment)
    guest.machine = replace(guest.seat, seat=seat)
    for frame in moment.frames:
        table._send(guest, frame)


def ask_in_the_name_of_the_first_pair(table: Table, asker: Guest, other: Guest) -> None:
    """Ask for a private word that is named as the first pair of this meeting will be."""
    name = pair_words.handle_of(seat_of(asker), Pair(1, ()))
    circle = Circle(name, (me(asker), me(other)), "word")
    own = aside_groups.own_package(seat_of(asker), circle, Moment.of(table.world()))
    write(table, asker, other, AsideAsk(name, "word", circle.people, own.message))


@pytest.mark.parametrize("leads", [False, True])
def test_nobody_uses_up_or_takes_the_name_of_a_pair_before_it_is_made(
    table: Table, *, leads: bool
) -> None:
    ana = table.host()
    ben, chi, eli = (table.join(name, ana) for name in ("Ben", "Chi", "Eli"))
    table.do(ana, i.ChangeMode("pairs"))
    for other in (ben, chi):
        # A facilitator's question reaches a person; a member's is answered by the client itself.
        ask_in_the_name_of_the_first_pair(table, ana if leads else eli, other)
        assert table.do(other, i.AnswerTheInvite(is_yes=True))
        assert table.do(other, i.BePaired()) is None
    assert table.do(ana, i.MakePairs()) is None
    aside = ben.view.chosen_aside
    assert aside
    assert aside.names == "Chi"
    assert table.do(ben, SayAside(aside.handle, "Only for you.")) is None
    assert [p.text for one in chi.view.asides for p in one.passages] == ["Only for you."]
