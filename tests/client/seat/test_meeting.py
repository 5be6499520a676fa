"""People meet: from an invitation code to talking, in the words of the client's own machines."""

from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Place, Role


def test_a_member_knocks_is_admitted_and_both_talk(table):
    ana = table.host()
    ben = table.visitor("Ben", ana.view.invitation)
    assert ben.view.place is Place.LOBBY
    assert ben.view.card is not None
    assert ben.view.card.check_phrase == ana.view.check_phrase
    assert table.do(ben, i.Accept("Ben", "I come on Tuesdays.")) is None
    assert ben.view.place is Place.WAITING
    (knock,) = ana.view.knocks
    assert (knock.name, knock.introduction) == ("Ben", "I come on Tuesdays.")
    assert table.do(ana, i.Admit(knock.knock)) is None
    assert ben.view.place is Place.ROOM
    assert [p.name for p in ben.view.people] == ["Ana", "Ben"]
    assert ben.view.people[0].role is Role.HOST
    assert table.do(ben, i.Say("hello from Ben")) is None
    assert table.do(ana, i.Say("hello from Ana")) is None
    for guest in (ana, ben):
        assert guest.lines[-2:] == ["hello from Ben", "hello from Ana"]
