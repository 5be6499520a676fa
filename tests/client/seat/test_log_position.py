"""One log for all: what somebody who read further, or something else, says of it."""

from holdspace.client.seat.log_position import REMEMBERED, LogPosition
from holdspace.protocol.frames import Entry

START = b"s" * 32


def read(count: int, *, said: bytes = b"said") -> LogPosition:
    """Return the position of somebody who read so many entries."""
    position = LogPosition(0, START)
    for seq in range(1, count + 1):
        position = position.after(Entry(seq, 0, False, said))
    return position


def test_who_is_behind_read_the_same_beginning() -> None:
    mine = read(5)
    assert mine.agrees_with(3, read(3).chain)
    assert not mine.agrees_with(3, read(3, said=b"something else").chain)


def test_who_is_ahead_of_everything_we_were_shown_read_another_log() -> None:
    # Their message came after our newest entry, so they cannot have read more than we have.
    assert not read(3).agrees_with(4, read(4).chain)
    assert read(3).agrees_with(3, read(3).chain)
    assert not read(3).agrees_with(3, read(3, said=b"something else").chain)


def test_what_is_further_back_than_anybody_honest_is_not_judged() -> None:
    assert read(REMEMBERED + 2).agrees_with(1, bytes(32))


def test_who_was_just_let_in_judges_nobody_before_they_know_the_log() -> None:
    joined = LogPosition.joined_at(7).after(Entry(8, 1, False, b"said"))
    assert joined.agrees_with(8, bytes(32))
