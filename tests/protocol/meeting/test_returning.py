"""A seat that goes on under a new identity, and every case in which it does not."""

import random

import pytest
from msgspec.structs import replace

from holdspace.protocol.masks import public_half
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import Arrived, Left, SeatCarriedOn
from holdspace.protocol.meeting.state import Person, apply_membership, encode_state
from holdspace.protocol.meeting.values import broken_law
from meeting_room import Meeting, has, identity

NEW = b"ana, once more".ljust(32, b".")


def people(*names: str, new: str = "") -> list[Person]:
    """Return these people, one of them under a new identity."""
    return [
        Person(NEW if name == new else identity(name), name, "host" if name == "Mara" else "member")
        for name in names
    ]


def come_back(meeting: Meeting, who: str = "Ana") -> None:
    here = [person.name for person in meeting.state.people]
    outcome = apply_membership(meeting.state, people(*here, new=who), [(identity(who), NEW)])
    assert has(outcome, SeatCarriedOn)
    assert not has(outcome, Left)
    assert not has(outcome, Arrived)
    meeting.state = outcome.state


def test_seat_hand_and_count_of_turns_go_on() -> None:
    meeting = Meeting("Ana", "Ben").mode("hands")
    meeting.raises("Ben", "Ana")
    meeting.does("Ben", ev.Share("Hello."))
    before = [hand.kind for hand in meeting.state.queue]
    come_back(meeting)
    assert [person.name for person in meeting.state.people] == ["Mara", "Ana", "Ben"]
    assert [hand.kind for hand in meeting.state.queue] == before
    assert meeting.state.has_floor(NEW) or meeting.state.place_of(NEW) == 1


def test_the_floor_stays_with_who_had_it_and_nothing_is_decided_anew() -> None:
    meeting = Meeting("Ana", "Ben").mode("hands")
    meeting.gives("Ana")
    version, number = meeting.state.version, meeting.state.floor and meeting.state.floor.number
    come_back(meeting)
    assert meeting.state.has_floor(NEW)
    assert meeting.state.floor is not None
    assert meeting.state.floor.number == number
    assert meeting.state.version == version


def test_a_key_that_somebody_chose_is_nobodys_identity() -> None:
    meeting = Meeting("Ana", "Ben", "Chi", "Dov", "Eli").mode("open")
    meeting.does("Mara", ev.OpenPoll("Which?", ("a", "b"), True, meeting.state.version))
    # Ben calls their key in the count what Ana is called in the circle.
    meeting.does("Ben", ev.JoinCount(meeting.state.tallies_begun, 1, identity("Ana")))
    come_back(meeting)
    (tally,) = meeting.state.tallies
    assert [one.key for one in tally.joined] == [identity("Ana")]


def test_words_that_were_ready_were_on_the_old_client() -> None:
    meeting = Meeting("Ana", "Ben").mode("gather")
    meeting.does("Ana", ev.Ready())
    come_back(meeting)
    assert meeting.state.gather is not None
    assert NEW not in meeting.state.gather.ready


def test_rest_and_a_paused_pen_are_not_left_behind() -> None:
    meeting = Meeting("Ana")
    meeting.does("Ana", ev.Rest())
    meeting.does("Mara", ev.PauseWriting(identity("Ana"), 60))
    come_back(meeting)
    assert meeting.state.resting == meeting.state.quiet == (NEW,)


@pytest.mark.parametrize(
    ("after", "claimed"),
    [
        (("Mara", "Ana", "Ben"), [(identity("Zoe"), NEW)]),
        (("Mara", "Ana", "Ben", "Zoe"), [(identity("Ana"), NEW)]),
        (("Mara", "Ben"), [(identity("Ana"), NEW)]),
        (("Mara", "Ana", "Ben"), [(identity("Ana"), identity("Ben"))]),
    ],
    ids=["nobody left", "who stays", "nobody came", "somebody who is here"],
)
def test_a_seat_goes_on_only_where_one_goes_and_one_comes(
    after: tuple[str, ...], claimed: list[tuple[bytes, bytes]]
) -> None:
    meeting = Meeting("Ana", "Ben")
    plain = apply_membership(meeting.state, people(*after))
    assert apply_membership(meeting.state, people(*after), claimed) == plain


def test_without_a_claim_somebody_left_and_somebody_came() -> None:
    meeting = Meeting("Ana", "Ben")
    outcome = apply_membership(meeting.state, people("Mara", "Ana", "Ben", new="Ana"))
    assert has(outcome, Left)
    assert has(outcome, Arrived)
    assert [person.name for person in outcome.state.people] == ["Mara", "Ben", "Ana"]


def test_any_claim_about_any_state_gives_a_lawful_one() -> None:
    random_ = random.Random(11)
    names = ["Mara", "Ana", "Ben", "Zoe"]
    for _ in range(300):
        meeting = Meeting("Ana", "Ben").mode(random_.choice(["hands", "round", "gather", "open"]))
        for _ in range(random_.randrange(4)):
            name = random_.choice(names[:3])
            event = random_.choice([ev.RaiseHand(), ev.Ready(), ev.Rest(), ev.Share("…")])
            meeting.does(name, event)
        everybody = [*map(identity, names), NEW]
        claims = [(random_.choice(everybody), random_.choice(everybody)) for _ in range(3)]
        after = people(*random_.sample(names, random_.randrange(1, 5)), new=random_.choice(names))
        once = apply_membership(meeting.state, after, claims)
        assert broken_law(once.state) == ""
        assert encode_state(once.state) == encode_state(
            apply_membership(meeting.state, after, claims).state
        )


def test_two_may_come_back_at_once() -> None:
    meeting = Meeting("Ana", "Ben")
    other = b"ben, once more".ljust(32, b".")
    after = [replace(person, identity=other) if person.name == "Ben" else person
             for person in people("Mara", "Ana", "Ben", new="Ana")]  # fmt: skip
    claims = [(identity("Ana"), NEW), (identity("Ben"), other)]
    outcome = apply_membership(meeting.state, after, claims)
    assert [person.identity for person in outcome.state.people][1:] == [NEW, other]


def test_one_claim_that_does_not_hold_takes_nothing_from_the_next_one() -> None:
    meeting = Meeting("Ana", "Ben")
    claims = [(identity("Zoe"), NEW), (identity("Ana"), NEW)]
    outcome = apply_membership(meeting.state, people("Mara", "Ana", "Ben", new="Ana"), claims)
    assert outcome.effects == (SeatCarriedOn(NEW, identity("Ana")),)


def test_what_was_on_the_old_client_only_does_not_come_along() -> None:
    """The keys of a pair and of a count were there; the other one of the pair is not left alone."""
    meeting = Meeting("Ana", "Ben").mode("pairs")
    for name in ("Ana", "Ben"):
        meeting.does(name, ev.BeWilling())
    meeting.does("Mara", ev.FormPairs(meeting.state.version))
    meeting.does("Mara", ev.OpenPoll("Which?", ("a", "b"), True, meeting.state.version))
    key = public_half(bytes(31) + b"1")
    meeting.does("Ana", ev.JoinCount(1, 1, key))
    come_back(meeting)
    assert meeting.state.pairs is not None
    assert meeting.state.pairs.pairs == ()
    assert [tally.joined for tally in meeting.state.tallies] == [()]


def test_who_shared_already_in_a_gathering_that_is_released_has_shared() -> None:
    meeting = Meeting("Ana", "Ben").mode("gather")
    for name in ("Ana", "Ben"):
        meeting.does(name, ev.Ready())
    meeting.does("Mara", ev.Release("round", meeting.state.version))
    come_back(meeting)
    assert meeting.state.gather is not None
    assert meeting.state.gather.ready == (NEW, identity("Ben"))


def test_a_seat_does_not_go_on_where_that_would_break_a_law() -> None:
    """Whatever a later version counts by identity: the seat is then left, and taken anew."""
    meeting = Meeting("Ana", "Ben").mode("hands")
    meeting.gives("Ana")
    state = replace(meeting.state, floors_given=0)  # a floor that was never given
    assert broken_law(state)
    outcome = apply_membership(
        state, people("Mara", "Ana", "Ben", new="Ana"), [(identity("Ana"), NEW)]
    )
    assert not has(outcome, SeatCarriedOn)
    assert Left(identity("Ana")) in outcome.effects
