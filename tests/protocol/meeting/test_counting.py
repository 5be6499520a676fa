"""Counting without names, as the reducer sees it: who joins, who gives, and what comes out."""

import random
from dataclasses import replace as other

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from holdspace.protocol.masks import masked, public_half
from holdspace.protocol.meeting import counting as c
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import Effect
from holdspace.protocol.meeting.state import NotAState, Outcome, decode_state, encode_state
from holdspace.protocol.meeting.tallies import Joined, Part, Tally, Vote
from holdspace.protocol.meeting.values import broken_law
from meeting_room import FLOW, Meeting, has, identity, reason

NAMES = ("Ana", "Ben", "Cem", "Dua", "Eva")
EVERYBODY = ("Mara", *NAMES)
OPTIONS = ("breath", "senses", "rest")
CHECKIN = """\
[[stage]]
id = "blocks"
kind = "checkin"
title = "Check-in"
minutes = { base = 1 }
turn = "gather"
[stage.checkin]
scales = [
  { id = "pain", low = "none", high = "worst" },
  { id = "energy", low = "none", high = "plenty" },
]
share = "me"
spread_min = 6

[[stage]]
id = "closing"
"""
WITH_CHECKIN = FLOW.replace('[[stage]]\nid = "closing"\n', CHECKIN)


def private_key(name: str) -> bytes:
    return random.Random(name).randbytes(32)


class Counting(Meeting):
    """A meeting in which people also count."""

    def polls(self, *, is_anonymous: bool = True) -> int:
        """Let Mara ask; return the number of the count."""
        self.does("Mara", ev.OpenPoll("Which?", OPTIONS, is_anonymous, self.state.version))
        return self.state.tallies_begun

    def joins(self, *names: str, parts: int = 1) -> "Counting":
        """Let people join the newest count."""
        for name in names:
            key = public_half(private_key(name))
            self.does(name, ev.JoinCount(self.state.tallies_begun, parts, key))
        return self

    def closes(self) -> c.CountClosed | Outcome:
        """Let Mara close the newest count."""
        outcome = self.does("Mara", ev.CloseCount(self.state.tallies_begun))
        closed = [one for one in outcome.effects if isinstance(one, c.CountClosed)]
        return closed[0] if closed else outcome

    def answers(self, closed: c.CountClosed, name: str, *chosen: tuple[int, ...]) -> Outcome:
        """Let somebody give their masked vector: one answer for each question of theirs."""
        person = closed.tally.person(identity(name))
        assert person
        words: list[int] = []
        for at, answer in zip(
            (at for at in range(len(closed.tally.parts)) if person.has(at)), chosen, strict=True
        ):
            roster = [one.key for one in closed.tally.roster(at)]
            words += masked(answer, private_key(name), roster, context=bytes([at]))
        return self.does(name, ev.GiveVector(closed.number, tuple(words)))


def one_hot(choice: int, size: int = 3) -> tuple[int, ...]:
    return tuple(int(at == choice) for at in range(size))


def closed_poll(*names: str) -> tuple[Counting, c.CountClosed]:
    room = Counting(*NAMES)
    room.polls()
    closed = room.joins(*names).closes()
    assert isinstance(closed, c.CountClosed)
    return room, closed


# ---- a whole count


def test_a_poll_is_counted_when_the_last_vector_came() -> None:
    room, closed = closed_poll(*EVERYBODY)
    choices = dict(zip(EVERYBODY, (0, 2, 2, 1, 2, 0), strict=True))
    for name in EVERYBODY[:-1]:
        assert room.answers(closed, name, one_hot(choices[name])).effects == ()
    last = room.answers(closed, "Eva", one_hot(choices["Eva"]))
    assert last.effects == (c.Counted(1, (c.Sum(c.Fate.SHOWN, 6, (2, 1, 3)),)),)
    assert room.state.tallies == ()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from((None, 0, 1, 2)), min_size=6, max_size=6),
    st.permutations(EVERYBODY),
    st.sets(st.sampled_from(EVERYBODY[1:]), max_size=1),
)
def test_the_sum_is_the_plain_sum_or_there_is_none(
    answers: list[int | None], order: list[str], leave: set[str]
) -> None:
    room = Counting(*NAMES)
    room.polls()
    chosen = {
        name: answer for name, answer in zip(EVERYBODY, answers, strict=True) if answer is not None
    }
    closed = room.joins(*(name for name in order if name in chosen)).closes()
    if len(chosen) < 5:
        assert isinstance(closed, Outcome)
        assert has(closed, c.TooFew)
        assert room.state.tallies == ()
        return
    assert isinstance(closed, c.CountClosed)
    effects: list[Effect] = []
    for name in order:
        if name in leave:
            effects += room.arrange(*(who for who in EVERYBODY if who not in leave)).effects
        elif name in chosen:
            effects += room.answers(closed, name, one_hot(chosen[name])).effects
        assert not broken_law(room.state)
    if leave & set(chosen):
        assert c.NotCounted(1) in effects
        assert not any(isinstance(one, c.Counted) for one in effects)
    else:
        plain = tuple(list(chosen.values()).count(option) for option in range(3))
        assert c.Counted(1, (c.Sum(c.Fate.SHOWN, len(chosen), plain),)) in effects


def test_each_question_has_its_own_roster_and_too_few_are_not_even_asked() -> None:
    room = Counting(*NAMES, "Fay")
    room.does("Mara", ev.OpenFlow(WITH_CHECKIN))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    room.joins("Mara", "Ana", "Ben", parts=0b11).joins("Cem", "Dua", parts=0b01)
    room.joins("Eva", parts=0b01).joins("Fay", parts=0b10)
    closed = room.closes()
    assert isinstance(closed, c.CountClosed)
    # Six answer the first question; for the second four are too few, and Fay is asked for nothing.
    assert [len(closed.tally.roster(part)) for part in (0, 1)] == [6, 0]
    assert closed.tally.person(identity("Fay")) is None
    for name in ("Mara", "Ana", "Ben", "Cem", "Dua"):
        room.answers(closed, name, one_hot(0))
    last = room.answers(closed, "Eva", one_hot(2))
    sums = (c.Sum(c.Fate.SHOWN, 6, (5, 0, 1)), c.Sum(c.Fate.TOO_FEW))
    assert last.effects == (c.Counted(1, sums),)


def test_moving_on_closes_the_count_of_the_stage_and_it_comes_out_in_the_next() -> None:
    room = Counting(*NAMES)
    room.does("Mara", ev.OpenFlow(WITH_CHECKIN))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    room.joins(*EVERYBODY, parts=0b01)
    moved = room.does("Mara", ev.GoToStage(4, room.state.version))
    closed = next(one for one in moved.effects if isinstance(one, c.CountClosed))
    outcomes = [room.answers(closed, name, one_hot(1)) for name in EVERYBODY]
    assert has(outcomes[-1], c.Counted)


def test_a_flow_laid_out_anew_ends_the_counts_of_the_old_one() -> None:
    room = Counting(*NAMES)
    room.does("Mara", ev.OpenFlow(WITH_CHECKIN))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    assert c.NotCounted(1) in room.does("Mara", ev.OpenFlow(FLOW)).effects
    assert not broken_law(room.state)


# ---- who is not honest


def test_a_liars_numbers_that_cannot_be_are_not_shown() -> None:
    room, closed = closed_poll(*EVERYBODY)
    for name in EVERYBODY[:-1]:
        room.answers(closed, name, one_hot(0))
    last = room.answers(closed, "Eva", (0, 7, 0))
    assert last.effects == (c.Counted(1, (c.Sum(c.Fate.IMPOSSIBLE),)),)


def test_one_vector_each_and_only_of_who_joined_and_of_the_right_length() -> None:
    room, closed = closed_poll(*NAMES)
    room.answers(closed, "Ana", one_hot(0))
    before = room.state
    again = room.does("Ana", ev.GiveVector(1, (1, 2, 3)))
    assert reason(again) == c.NOT_IN_IT
    assert reason(room.does("Mara", ev.GiveVector(1, (1, 2, 3)))) == c.NOT_IN_IT
    assert reason(room.does("Ben", ev.GiveVector(1, (1, 2)))) == c.BAD_VECTOR
    assert reason(room.does("Ben", ev.GiveVector(2, (1, 2, 3)))) == c.NOT_IN_IT
    assert room.state == before


def test_keys_come_once_in_time_and_are_whole() -> None:
    room = Counting(*NAMES)
    number = room.polls()
    key = public_half(private_key("Ana"))
    room.joins("Ana")
    refused = {
        "a second key": ("Ana", ev.JoinCount(number, 1, public_half(private_key("again")))),
        "another's key": ("Ben", ev.JoinCount(number, 1, key)),
        "a key of small order": ("Ben", ev.JoinCount(number, 1, bytes(32))),
        "a question there is not": ("Ben", ev.JoinCount(number, 0b10, public_half(bytes(32)))),
        "another count": ("Ben", ev.JoinCount(number + 1, 1, public_half(bytes(32)))),
        "a vector too early": ("Ana", ev.GiveVector(number, (1, 0, 0))),
    }
    before = room.state
    for what, (name, event) in refused.items():
        assert reason(room.does(name, event)), what
        assert room.state == before, what
    closed = room.joins(*NAMES[1:]).closes()
    assert isinstance(closed, c.CountClosed)
    late = ev.JoinCount(number, 1, public_half(private_key("Mara")))
    assert reason(room.does("Mara", late)) == c.CLOSED
    assert reason(room.does("Ana", ev.LeaveCount(number))) == c.CLOSED


def test_closing_is_for_facilitators_and_happens_once() -> None:
    room, _closed = closed_poll(*NAMES)
    assert reason(room.does("Mara", ev.CloseCount(1))) == c.NOT_OPEN
    assert "Only a facilitator" in reason(room.does("Ana", ev.EndCount(1)))
    assert room.does("Mara", ev.EndCount(1)).effects == (c.NotCounted(1),)
    assert reason(room.does("Mara", ev.EndCount(1))) == c.NOT_OPEN


def test_one_question_at_a_time_and_no_number_twice() -> None:
    room = Counting(*NAMES)
    assert room.polls() == 1
    asked = ev.OpenPoll("Which?", OPTIONS, is_anonymous=True, basis=room.state.version)
    assert reason(room.does("Mara", asked)) == c.OPEN_ALREADY
    room.closes()
    assert room.polls() == 2
    same = ev.OpenPoll("Which?", ("rest", " REST"), is_anonymous=True, basis=room.state.version)
    room.closes()
    assert reason(room.does("Mara", same)) == c.BAD_OPTIONS


def test_whether_answers_differ_hangs_on_no_table_of_letters() -> None:
    # R12: Python's tables change with its version, and all clients must agree.
    room = Counting(*NAMES)
    event = ev.OpenPoll("Which?", ("stra\u00dfe", "strasse"), is_anonymous=True, basis=0)
    assert any(isinstance(one, c.CountOpened) for one in room.does("Mara", event).effects)


def test_somebody_can_change_their_mind_before_it_is_closed() -> None:
    room = Counting(*NAMES)
    room.polls()
    room.joins(*NAMES)
    room.does("Ana", ev.LeaveCount(1))
    assert reason(room.does("Ana", ev.LeaveCount(1))) == c.NOT_IN_IT
    closed = room.closes()
    assert isinstance(closed, Outcome)
    assert has(closed, c.TooFew)


def test_who_leaves_before_it_is_closed_is_not_waited_for_and_who_has_given_is_counted() -> None:
    room = Counting(*NAMES)
    room.polls()
    room.joins(*EVERYBODY)
    room.arrange("Mara", *NAMES[:-1])
    closed = room.closes()
    assert isinstance(closed, c.CountClosed)
    assert len(closed.tally.joined) == 5
    room.answers(closed, "Ana", one_hot(0))
    room.arrange("Mara", *NAMES[1:-1])
    assert room.state.tallies
    outcomes = [room.answers(closed, name, one_hot(0)) for name in ("Mara", "Ben", "Cem", "Dua")]
    assert outcomes[-1].effects == (c.Counted(1, (c.Sum(c.Fate.SHOWN, 5, (5, 0, 0)),)),)


NUMBER = st.integers(1, 4)
ACT = st.one_of(
    st.builds(ev.JoinCount, NUMBER, st.integers(1, 3), st.sampled_from(EVERYBODY).map(
        lambda name: public_half(private_key(name))
    )),
    st.builds(ev.JoinCount, NUMBER, st.just(1), st.binary(min_size=32, max_size=32)),
    st.builds(ev.LeaveCount, NUMBER),
    st.builds(ev.GiveVector, NUMBER, st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6).map(tuple)),
    st.builds(ev.ShowHand, NUMBER, st.integers(0, 8)),
    st.builds(ev.CloseCount, NUMBER),
    st.builds(ev.EndCount, NUMBER),
    st.builds(lambda open_: ev.OpenPoll("So?", OPTIONS, open_, 0), st.booleans()),
    st.builds(lambda stage: ev.GoToStage(stage, 0), st.integers(2, 4)),
    st.just(ev.OpenFlow(WITH_CHECKIN)),
)  # fmt: skip
LEAVING = st.sets(st.sampled_from(NAMES), max_size=2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.tuples(st.sampled_from(EVERYBODY), ACT), LEAVING), max_size=50))
def test_whatever_people_send_the_laws_hold_and_a_newcomer_agrees(
    log: list[tuple[str, ev.Event] | set[str]],
) -> None:
    room, other_room = Counting(*NAMES), Counting(*NAMES)
    room.does("Mara", ev.OpenFlow(WITH_CHECKIN))
    other_room.state = room.state
    for entry in log:
        other_room.state = decode_state(encode_state(other_room.state))
        outcomes = [_step(one, entry) for one in (room, other_room)]
        assert outcomes[0] == outcomes[1]
        assert not broken_law(room.state)
        # What came out can be: as many answers as people, each of at least five.
        for effect in outcomes[0].effects:
            if isinstance(effect, c.Counted):
                shown = [one for one in effect.sums if one.fate is c.Fate.SHOWN]
                assert all(sum(one.words) == one.people >= 5 for one in shown)


def _step(room: Counting, entry: tuple[str, ev.Event] | set[str]) -> Outcome:
    if isinstance(entry, set):
        return room.arrange("Mara", *(name for name in NAMES if name not in entry))
    name, event = entry
    if isinstance(event, ev.OpenPoll | ev.GoToStage):
        event = replace(event, basis=room.state.version)
    return room.does(name, event)


# ---- what the others see of it, and several at once


def test_everybody_is_told_how_many_take_part() -> None:
    room = Counting(*NAMES)
    number = room.polls()
    keys = {name: public_half(private_key(name)) for name in NAMES}
    for count, name in enumerate(NAMES[:3], 1):
        outcome = room.does(name, ev.JoinCount(number, 1, keys[name]))
        assert outcome.effects == (c.CountGrew(number, count),)
    room.does("Ben", ev.LeaveCount(number))
    (tally,) = room.state.tallies
    assert [one.identity for one in tally.joined] == [identity("Ana"), identity("Cem")]
    assert room.closes() == Outcome(room.state, (c.TooFew(number, tally),))


def test_a_count_that_still_waits_for_somebody_makes_room_for_a_second_one_only() -> None:
    room = Counting(*NAMES)
    given_up = []
    for _ in range(3):
        opened = room.does("Mara", ev.OpenPoll("Which?", OPTIONS, True, room.state.version))
        given_up.append([one for one in opened.effects if isinstance(one, c.NotCounted)])
        room.joins(*NAMES).closes()
    assert given_up == [[], [], [c.NotCounted(1)]]
    assert [tally.number for tally in room.state.tallies] == [2, 3]


def test_who_has_answered_the_second_question_does_not_wait_for_the_first() -> None:
    room = Counting(*NAMES)
    room.polls()
    first = room.joins(*NAMES).closes()
    room.polls()
    second = room.joins(*NAMES).closes()
    assert isinstance(first, c.CountClosed)
    assert isinstance(second, c.CountClosed)
    outcomes = [room.answers(second, name, one_hot(0)) for name in NAMES]
    assert outcomes[-1].effects == (c.Counted(2, (c.Sum(c.Fate.SHOWN, 5, (5, 0, 0)),)),)
    assert [tally.number for tally in room.state.tallies] == [1]


def test_another_flow_ends_what_its_stages_counted_and_leaves_the_polls() -> None:
    room = Counting(*NAMES)
    room.polls()
    room.joins(*NAMES).closes()
    room.does("Mara", ev.OpenFlow(WITH_CHECKIN))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    assert [tally.stage for tally in room.state.tallies] == [-1, 3]
    outcome = room.does("Mara", ev.OpenFlow(FLOW))
    assert [one for one in outcome.effects if isinstance(one, c.NotCounted)] == [c.NotCounted(2)]
    assert [tally.stage for tally in room.state.tallies] == [-1]


THREE_SCALES = WITH_CHECKIN.replace(
    '  { id = "energy"', '  { id = "sleep", low = "bad", high = "good" },\n  { id = "energy"'
)


def test_who_answers_only_some_questions_is_added_where_they_answered() -> None:
    room = Counting(*NAMES, "Fay")
    room.does("Mara", ev.OpenFlow(THREE_SCALES))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    room.joins(*EVERYBODY, parts=0b111).joins("Fay", parts=0b110)
    closed = room.closes()
    assert isinstance(closed, c.CountClosed)
    assert decode_state(encode_state(room.state)) == room.state
    for name in EVERYBODY:
        room.answers(closed, name, one_hot(0), one_hot(1), one_hot(2))
    last = room.answers(closed, "Fay", one_hot(0), one_hot(0))
    sums = ((6, (6, 0, 0)), (7, (1, 6, 0)), (7, (1, 0, 6)))
    shown = tuple(c.Sum(c.Fate.SHOWN, people, words) for people, words in sums)
    assert last.effects == (c.Counted(1, shown),)


FEEDBACK = (
    CHECKIN[: CHECKIN.index("[stage.checkin]")].replace('"checkin"', '"feedback"')
    + """\
[stage.feedback]
items = ["I felt heard."]

[[stage]]
id = "closing"
"""
)


@pytest.mark.parametrize(("number", "fate"), [(10, c.Fate.SHOWN), (11, c.Fate.IMPOSSIBLE)])
def test_numbers_up_to_ten_add_up_to_ten_for_each_at_most(number: int, fate: c.Fate) -> None:
    room = Counting(*NAMES)
    room.does("Mara", ev.OpenFlow(FLOW.replace('[[stage]]\nid = "closing"\n', FEEDBACK)))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    closed = room.joins(*NAMES).closes()
    assert isinstance(closed, c.CountClosed)
    outcomes = [room.answers(closed, name, (10,)) for name in NAMES[:-1]]
    outcomes.append(room.answers(closed, NAMES[-1], (number,)))
    (counted,) = outcomes[-1].effects
    assert isinstance(counted, c.Counted)
    assert [one.fate for one in counted.sums] == [fate]


# ---- a show of hands


def test_hands_are_counted_as_they_go_up_and_go_with_who_leaves() -> None:
    room = Counting("Ana", "Ben")
    number = room.polls(is_anonymous=False)
    assert room.does("Ana", ev.ShowHand(number, 0)).effects == (c.CountGrew(number, 1),)
    assert room.does("Ben", ev.ShowHand(number, 2)).effects == (c.CountGrew(number, 2),)
    room.arrange("Mara", "Ben")
    (tally,) = room.state.tallies
    assert tally.votes == (Vote(identity("Ben"), 2),)


def test_no_hand_is_shown_where_a_question_is_asked_without_names() -> None:
    room = Counting(*NAMES)
    assert reason(room.does("Ana", ev.ShowHand(room.polls(), 0))) == c.NO_SHOW


def test_a_show_of_hands_is_open_for_any_number_and_can_be_changed_until_it_is_over() -> None:
    room = Counting("Ana")
    number = room.polls(is_anonymous=False)
    room.does("Ana", ev.ShowHand(number, 0))
    room.does("Mara", ev.ShowHand(number, 1))
    room.does("Ana", ev.ShowHand(number, 2))
    assert reason(room.does("Ana", ev.ShowHand(number, 3))) == c.BAD_VECTOR
    key = public_half(private_key("Ana"))
    assert reason(room.does("Ana", ev.JoinCount(number, 1, key))) == c.NO_COUNT
    (shown,) = room.does("Mara", ev.CloseCount(number)).effects
    assert isinstance(shown, c.HandsShown)
    votes = (Vote(identity("Mara"), 1), Vote(identity("Ana"), 2))
    assert shown.tally.votes == votes
    assert reason(room.does("Ana", ev.ShowHand(number, 0))) == c.NO_SHOW


# ---- laws


def lawful() -> tuple[Counting, Tally]:
    room = Counting(*NAMES)
    room.polls()
    return room, room.joins(*NAMES).state.tallies[0]


KEY = public_half(bytes(32))


@pytest.mark.parametrize(
    "change",
    [
        {"number": 2},
        {"minimum": 6},
        {"parts": (Part(2),)},
        {"parts": (Part(3, 4),)},
        {"question": ""},
        {"kind": "checkin"},
        {"stage": 0},
        {"sums": (0, 0, 0)},
        {"is_closed": True},
        {"joined": (Joined(identity("a stranger"), KEY, 1),)},
        {"joined": (Joined(identity("Ana"), KEY, 1), Joined(identity("Ben"), KEY, 1))},
        {"joined": (Joined(identity("Ana"), bytes(32), 1),)},
        {"joined": (Joined(identity("Ana"), KEY, 2),)},
        {"joined": (Joined(identity("Ana"), KEY, 1, has_given=True),)},
        {"votes": (Vote(identity("Ana"), 0),)},
    ],
    ids=str,
)
def test_a_snapshot_with_a_count_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    room, tally = lawful()
    assert decode_state(encode_state(room.state)) == room.state
    spoiled = replace(room.state, tallies=(replace(tally, **change),))
    with pytest.raises(NotAState):
        decode_state(encode_state(spoiled))


def shown_hands() -> Counting:
    room = Counting("Ana", "Ben")
    number = room.polls(is_anonymous=False)
    room.does("Ana", ev.ShowHand(number, 0))
    room.does("Ben", ev.ShowHand(number, 2))
    return room


@pytest.mark.parametrize(
    "change",
    [
        {"joined": (Joined(identity("Mara"), KEY, 1),)},
        {"is_closed": True},
        {"sums": (0, 0, 0)},
        {"votes": (Vote(identity("Ana"), 3),)},
        {"votes": (Vote(identity("Ana"), 1), Vote(identity("Ana"), 2))},
        {"votes": (Vote(identity("a stranger"), 1),)},
        {"parts": (Part(1),), "options": ("breath",)},
        {"parts": (Part(3), Part(3))},
    ],
    ids=str,
)
def test_a_snapshot_with_hands_that_cannot_be_shown_is_refused(change: dict[str, object]) -> None:
    room = shown_hands()
    assert decode_state(encode_state(room.state)) == room.state
    spoiled = replace(room.state, tallies=(replace(room.state.tallies[0], **change),))
    with pytest.raises(NotAState):
        decode_state(encode_state(spoiled))


def test_a_question_has_two_answers_and_is_gone_when_it_is_closed() -> None:
    room = shown_hands()
    (shown,) = room.state.tallies
    one_answer = replace(shown, parts=(Part(1),), options=("breath",), votes=())
    closed_show = replace(shown, is_closed=True, question="", options=())
    room_of_poll, _ = closed_poll(*NAMES)
    (poll,) = room_of_poll.state.tallies
    half_key = replace(poll, joined=(replace(poll.joined[0], key=KEY), *poll.joined[1:]))
    for where, tally in (
        (room, one_answer),
        (room, closed_show),
        (room_of_poll, replace(poll, options=OPTIONS)),
        (room_of_poll, half_key),
        (room_of_poll, replace(poll, sums=(0, 0, 2**32))),
    ):
        with pytest.raises(NotAState):
            decode_state(encode_state(replace(where.state, tallies=(tally,))))


def test_hands_of_everybody_can_be_up() -> None:
    room = shown_hands()
    room.does("Mara", ev.ShowHand(1, 1))
    assert decode_state(encode_state(room.state)) == room.state


@pytest.mark.parametrize(
    "change",
    [
        {"question": "Which?"},
        {"options": OPTIONS},
        {"minimum": 5},
        {"parts": (Part(3),)},
        {"kind": "feedback"},
        {"stage": 2},
        {"stage": 5},
        {"votes": (Vote(identity("Ana"), 0),)},
    ],
    ids=str,
)
def test_a_snapshot_whose_count_is_not_what_its_stage_asks_is_refused(
    change: dict[str, object],
) -> None:
    room = Counting(*NAMES)
    room.does("Mara", ev.OpenFlow(WITH_CHECKIN))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    assert decode_state(encode_state(room.state)) == room.state
    spoiled = replace(room.state, tallies=(replace(room.state.tallies[0], **change),))
    with pytest.raises(NotAState):
        decode_state(encode_state(spoiled))


def test_a_snapshot_has_its_counts_in_order_and_one_of_them_open_at_most() -> None:
    room = Counting(*NAMES)
    room.polls()
    room.joins(*NAMES).closes()
    room.polls()
    closed, open_one = room.state.tallies
    assert decode_state(encode_state(room.state)) == room.state
    for tallies in (
        (open_one, closed),
        (closed, replace(closed, number=1)),
        (replace(open_one, number=1), open_one),
        (closed, replace(open_one, number=3)),
    ):
        with pytest.raises(NotAState):
            decode_state(encode_state(replace(room.state, tallies=tallies)))


def closed_checkin() -> Counting:
    """Return a room whose first question is closed with six; nobody answers the second."""
    room = Counting(*NAMES)
    room.does("Mara", ev.OpenFlow(WITH_CHECKIN))
    room.does("Mara", ev.GoToStage(3, room.state.version))
    room.joins(*EVERYBODY, parts=0b01).closes()
    return room


def test_a_closed_count_waits_only_for_people_who_are_here_and_for_six_or_for_nobody() -> None:
    room = closed_checkin()
    (tally,) = room.state.tallies
    assert decode_state(encode_state(room.state)) == room.state
    stranger = replace(tally.joined[0], identity=identity("a stranger"))
    both = replace(tally.joined[0], parts=0b11)
    for joined in ((stranger, *tally.joined[1:]), (both, *tally.joined[1:])):
        spoiled = replace(room.state, tallies=(replace(tally, joined=joined),))
        with pytest.raises(NotAState):
            decode_state(encode_state(spoiled))


@pytest.mark.parametrize(
    "change",
    [
        {"sums": (0, 0)},
        {"question": "Which?"},
        {"joined": ()},
        {"joined": tuple(Joined(identity(n), b"", 1, has_given=True) for n in NAMES)},
        {"joined": tuple(Joined(identity(n), b"", 1) for n in NAMES[:4])},
        {"joined": tuple(Joined(identity(n), KEY, 1) for n in NAMES)},
    ],
    ids=str,
)
def test_a_snapshot_with_a_closed_count_that_cannot_be_is_refused(
    change: dict[str, object],
) -> None:
    room, _closed = closed_poll(*NAMES)
    assert decode_state(encode_state(room.state)) == room.state
    spoiled = replace(room.state, tallies=(replace(room.state.tallies[0], **change),))
    with pytest.raises(NotAState):
        decode_state(encode_state(spoiled))


def test_an_effect_keeps_what_people_wrote_out_of_a_log() -> None:
    room = Counting(*NAMES)
    outcome = room.does("Mara", ev.OpenPoll("Whose?", OPTIONS, is_anonymous=True, basis=0))
    opened = next(one for one in outcome.effects if isinstance(one, c.CountOpened))
    assert "Whose?" not in repr(opened)
    assert other(opened, by=b"").by == b""
