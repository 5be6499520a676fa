"""What goes to the same people one after the other is one effect, and nothing changes its place."""

from holdspace.protocol.frames import Done
from holdspace.protocol.refusals import Close
from holdspace.server.effects import Effect, HangUp, Send, in_rows

ROOM, OTHERS = (1, 2, 3), (4, 5)


def told(*effects: Effect) -> list[tuple[tuple[int, ...], list[object]] | Effect]:
    """Return who is told what, row by row."""
    return [(one.to, [*one.frames]) if type(one) is Send else one for one in in_rows(effects)]


def test_a_row_to_the_same_people_is_one_effect() -> None:
    words = [Send(ROOM, (Done(number),)) for number in range(3)]
    assert told(*words) == [(ROOM, [Done(0), Done(1), Done(2)])]


def test_a_row_ends_with_whatever_else_is_done_or_whoever_else_is_told() -> None:
    first, second, third = (Send(ROOM, (Done(number),)) for number in range(3))
    between, gone = Send(OTHERS, (Done(9),)), HangUp(2, Close.TOO_SLOW)
    assert told(first, between, second, gone, third) == [
        (ROOM, [Done(0)]),
        (OTHERS, [Done(9)]),
        (ROOM, [Done(1)]),
        gone,
        (ROOM, [Done(2)]),
    ]


def test_nothing_is_told_where_there_is_nothing() -> None:
    assert told() == []
