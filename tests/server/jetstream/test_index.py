"""The last few pages are kept up to a weight, the oldest go first."""

from holdspace.server.log import records as r
from holdspace.server.log.jetstream.index import Pages, message_of, number_of, place_of

RECORDS = (r.MeetingClosed(meeting=b"meeting"),)


def kept(pages: Pages) -> list[int]:
    return [message for message in range(10) if pages.get(message) is not None]


def test_the_oldest_goes_when_there_is_too_much() -> None:
    pages = Pages(limit=100)
    for message in range(4):
        pages.put(message, RECORDS, 40)
    assert kept(pages) == [2, 3]
    assert pages.get(3) is RECORDS


def test_what_is_put_twice_weighs_once_and_what_weighs_too_much_drives_nothing_out() -> None:
    pages = Pages(limit=100)
    for message in (1, 1, 1, 2):
        pages.put(message, RECORDS, 50)
    pages.put(3, RECORDS, 101)
    assert kept(pages) == [1, 2]


def test_what_is_dropped_makes_place() -> None:
    pages = Pages(limit=100)
    pages.put(1, RECORDS, 60)
    pages.drop((1, 7))
    pages.put(2, RECORDS, 60)
    pages.put(3, RECORDS, 40)
    assert kept(pages) == [2, 3]


def test_what_is_dropped_takes_away_its_own_weight_only() -> None:
    pages = Pages(limit=100)
    pages.put(1, RECORDS, 60)
    pages.put(2, RECORDS, 30)
    pages.drop((2,))
    pages.put(3, RECORDS, 60)
    assert kept(pages) == [3]


def test_a_place_is_a_message_and_a_number_in_it() -> None:
    place = place_of(7, 4095)
    assert (message_of(place), number_of(place)) == (7, 4095)
    assert place < place_of(8, 0)
