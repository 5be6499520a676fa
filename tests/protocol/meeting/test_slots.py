"""What came in parts is put together by everybody alike, and what does not fit counts for nobody."""

from itertools import cycle

from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.meeting.events import MAX_SLOT_PARTS, CoverSlot, SlotPart
from holdspace.protocol.meeting.slots import MAX_WHOLE, Opened, Partial, open_slot

LONG, SHORT = bytes(15) + b"L", bytes(15) + b"S"


def part(number: int, *, of: bytes = LONG, last: bool = False, data: bytes = b"x") -> SlotPart:
    return SlotPart(of, number, last, data)


def read(*slots: CoverSlot) -> list[tuple[bytes, bytes]]:
    """Return what all of these slots make whole, one after the other."""
    rest: Partial | None = None
    whole: list[tuple[bytes, bytes]] = []
    for slot in slots:
        opened = open_slot(rest, slot)
        rest = opened.rest
        whole += [(one.message_id, one.data) for one in opened.whole]
    return whole


@given(
    st.lists(st.binary(min_size=1, max_size=60), max_size=6),
    st.lists(st.integers(0, 20), min_size=1, max_size=12).filter(any),
)
def test_however_words_are_cut_into_slots_they_arrive_whole_once_and_in_order(
    said: list[bytes], sizes: list[int]
) -> None:
    parts = [
        SlotPart(bytes([number]) * 16, at, at == len(text) - 1, text[at : at + 1])
        for number, text in enumerate(said)
        for at in range(len(text))
    ]
    slots: list[CoverSlot] = []
    room = cycle(sizes)
    while parts:
        taken = next(room)
        slots.append(CoverSlot(tuple(parts[:taken])))
        parts = parts[taken:]
    assert read(*slots) == [(bytes([number]) * 16, text) for number, text in enumerate(said)]


def test_an_empty_slot_says_nothing_and_leaves_the_rest_as_it_is() -> None:
    half = Partial(LONG, 1, b"x")
    assert open_slot(half, CoverSlot()) == Opened((), half)


def test_nothing_is_left_of_what_is_whole() -> None:
    opened = open_slot(Partial(LONG, 1, b"x"), CoverSlot((part(1, last=True),)))
    assert opened == Opened((Partial(LONG, 2, b"xx"),), None)


def test_something_short_comes_between_the_parts_of_something_long() -> None:
    urgent = part(0, of=SHORT, last=True, data=b"hold")
    whole = read(CoverSlot((part(0),)), CoverSlot((urgent, part(1, last=True))))
    assert whole == [(SHORT, b"hold"), (LONG, b"xx")]


def test_a_part_that_is_not_the_next_one_takes_what_is_there_with_it() -> None:
    opened = open_slot(Partial(LONG, 1, b"x"), CoverSlot((part(2, last=True),)))
    assert opened == Opened((), None, (LONG,))


def test_a_part_of_something_else_does_not_go_on_with_this() -> None:
    opened = open_slot(Partial(LONG, 1, b"x"), CoverSlot((part(1, of=SHORT, last=True),)))
    assert opened == Opened((), None, (SHORT,))


def test_the_first_part_begins_anew() -> None:
    whole = read(CoverSlot((part(0, data=b"a"), part(0, data=b"b"), part(1, last=True, data=b"c"))))
    assert whole == [(LONG, b"bc")]


def test_nobody_is_made_to_keep_more_than_an_event_has() -> None:
    rest: Partial | None = Partial(LONG, 0, bytes(MAX_WHOLE - 1))
    assert open_slot(rest, CoverSlot((part(0),))).rest == Partial(LONG, 1, b"x")
    rest = Partial(LONG, MAX_SLOT_PARTS - 2, bytes(MAX_WHOLE - 1))
    last = part(MAX_SLOT_PARTS - 2, last=True)
    assert open_slot(rest, CoverSlot((last,))).whole
    too_much = part(MAX_SLOT_PARTS - 2, last=True, data=b"xx")
    assert open_slot(rest, CoverSlot((too_much,))).misfits == (LONG,)
