"""Words that were kept back: each is offered only where it was meant to go, and none is lost."""

from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as p
from holdspace.client.seat.unsent import DOOR, NOBODY, ROOM, Unsent, meant, typing_goes_to, words_of
from holdspace.client.seat.view import AsideView, Place, RoomView

WITH_ANA = b"private with Ana"
APART = AsideView(WITH_ANA, "word", (), is_chosen=True)


def test_what_is_typed_goes_where_the_person_is() -> None:
    at_the_door, apart = RoomView(Place.WAITING), RoomView(Place.ROOM, asides=(APART,))
    assert typing_goes_to(at_the_door) == DOOR
    assert typing_goes_to(apart) == WITH_ANA
    assert typing_goes_to(RoomView(Place.ROOM)) == ROOM


def test_a_sentence_means_what_the_place_makes_of_it() -> None:
    said = i.Say("It is too much today.")
    assert meant(said, RoomView(Place.WAITING)) == i.SayAtDoor(said.text)
    assert meant(said, RoomView(Place.ROOM, asides=(APART,))) == p.SayAside(WITH_ANA, said.text)
    assert meant(said, RoomView(Place.ROOM)) is said
    # An act is an act wherever somebody types.
    assert meant(i.Raise(), RoomView(Place.ROOM, asides=(APART,))) == i.Raise()


def test_each_sentence_knows_where_it_was_to_go() -> None:
    assert words_of(i.Say("for all")) == ("for all", ROOM)
    assert words_of(i.SayAtDoor("for who leads")) == ("for who leads", DOOR)
    assert words_of(p.SayAside(WITH_ANA, "for Ana")) == ("for Ana", WITH_ANA)
    assert words_of(i.Raise()) == ("", ROOM)


def test_what_was_meant_for_ana_is_never_offered_to_the_room() -> None:
    unsent = Unsent()
    unsent.put(WITH_ANA, "for Ana")
    assert unsent.of(ROOM) == ""
    assert unsent.besides(ROOM) == ("for Ana",)
    assert unsent.besides(WITH_ANA) == ()


def test_what_was_meant_for_nobody_is_kept_and_offered_nowhere() -> None:
    unsent = Unsent()
    unsent.put(NOBODY, "my own note")
    assert unsent.besides(ROOM) == ()
    assert unsent.all == ("my own note",)


def test_words_that_come_back_stand_beside_those_that_are_there() -> None:
    unsent = Unsent()
    assert unsent.add(ROOM, "second")
    assert not unsent.add(ROOM, "third")
    # What was said before what is being typed comes first again.
    assert not unsent.add(ROOM, "first", first=True)
    assert unsent.of(ROOM) == "first\nsecond\nthird"


def test_what_is_taken_up_again_is_kept_no_longer() -> None:
    unsent = Unsent()
    unsent.put(ROOM, "for all")
    unsent.put(DOOR, "   ")
    assert list(unsent.all) == ["for all"]
    assert unsent.pop(ROOM) == "for all"
    assert unsent.pop(ROOM) == ""
    assert list(unsent.all) == []
