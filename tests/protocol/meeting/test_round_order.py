"""With cover slots nobody can count seats to know whose turn it is, and everybody agrees on the order."""

from msgspec.structs import replace

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.round_order import in_turn
from holdspace.protocol.meeting.state import MeetingState, Person, apply, apply_membership
from holdspace.protocol.meeting.values import decode_state, encode_state

PEOPLE = tuple(bytes([number]) * 32 for number in range(1, 9))


def meeting(*, is_covered: bool, floors: int = 0) -> MeetingState:
    people = [
        Person(who, f"Person {who[0]}", "host" if who[0] == 1 else "member") for who in PEOPLE
    ]
    empty = MeetingState(is_covered=is_covered, floors_given=floors)
    return apply_membership(empty, people).state


def round_of(state: MeetingState) -> tuple[bytes, ...]:
    state = apply(state, ev.SetTurnMode("round", state.version), PEOPLE[0], b"m" * 16).state
    assert state.round is not None
    return state.round.order


def test_a_round_goes_by_seats_where_the_relay_may_count() -> None:
    assert round_of(meeting(is_covered=False)) == PEOPLE


def test_with_cover_slots_every_round_has_an_order_of_its_own_with_everybody_in_it() -> None:
    orders = {round_of(meeting(is_covered=True, floors=floors)) for floors in range(20)}
    assert len(orders) == 20
    assert all(sorted(order) == list(PEOPLE) for order in orders)
    assert PEOPLE not in orders


def test_everybody_is_first_now_and_then() -> None:
    first = [in_turn(meeting(is_covered=True, floors=floors), PEOPLE)[0] for floors in range(400)]
    assert {who: first.count(who) > 20 for who in PEOPLE} == dict.fromkeys(PEOPLE, True)


def test_the_order_does_not_depend_on_who_sat_down_first() -> None:
    state = meeting(is_covered=True, floors=3)
    assert in_turn(state, PEOPLE) == in_turn(state, PEOPLE[::-1])


def test_no_key_can_be_chosen_that_comes_first_whoever_else_is_there() -> None:
    others = tuple(bytes([number]) * 32 for number in range(101, 109))
    rounds = [meeting(is_covered=True, floors=floors) for floors in range(2)]

    def comes_first(who: bytes, company: tuple[bytes, ...]) -> bool:
        return all(in_turn(state, (*company, who))[0] == who for state in rounds)

    keys = (number.to_bytes(32, "big") for number in range(2000))
    chosen = [who for who in keys if comes_first(who, PEOPLE)]
    assert chosen
    assert sum(comes_first(who, others) for who in chosen) < len(chosen) / 3


def test_whoever_comes_new_learns_of_it_from_the_picture_of_the_meeting() -> None:
    state = meeting(is_covered=True)
    assert decode_state(encode_state(state)).is_covered
    assert decode_state(encode_state(state)) != replace(state, is_covered=False)


def test_gathered_words_are_read_in_such_an_order_too() -> None:
    state = meeting(is_covered=True, floors=7)
    for act in (
        lambda version: ev.SetTurnMode("gather", version),
        lambda version: ev.Release("round", version),
    ):
        state = apply(state, act(state.version), PEOPLE[0], b"m" * 16).state
    assert state.round is not None
    # A facilitator takes part in a gathering when they write something.
    assert state.round.order == in_turn(meeting(is_covered=True, floors=7), PEOPLE[1:])


def test_the_order_is_the_same_in_every_version() -> None:
    order = in_turn(meeting(is_covered=True, floors=3), PEOPLE)
    assert [who[0] for who in order] == [4, 6, 2, 1, 5, 3, 7, 8]
