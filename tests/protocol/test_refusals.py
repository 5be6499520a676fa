"""Every number the relay can answer with has a sentence, and says whether to try again."""

import pytest

from holdspace.protocol.refusals import CLOSES, REFUSALS, Close, Refusal, Refused, close_answer

REFUSED = {
    "STALE_EPOCH": 101,
    "LOST_RACE": 102,
    "NOT_FACILITATOR": 103,
    "TOO_LONG": 104,
    "MEETING_FULL_OF_WORDS": 105,
    "TOO_FAST": 106,
    "NOT_HERE": 107,
    "LOBBY_FULL": 108,
    "INVITATION_OVER": 109,
    "RELAY_FULL": 110,
    "NOT_SAVED": 111,
    "BAD_KEY": 112,
    "ALREADY_THERE": 113,
    "NOT_ATTACHED": 114,
    "GAP": 115,
    "NEEDS_CODE": 116,
    "CODE_IN_USE": 117,
    "NO_MEETING": 118,
}
CLOSED = {
    "RESTARTING": 4000,
    "TOO_SLOW": 4001,
    "PROVE_AGAIN": 4002,
    "TOO_QUIET": 4003,
    "CROWDED": 4004,
    "NOT_SAVING": 4005,
    "WRONG_VERSION": 4500,
    "NOT_UNDERSTOOD": 4501,
    "WRONG_PROOF": 4502,
    "MEETING_OVER": 4503,
    "NOT_FOR_BROWSERS": 4504,
}
TRIED_AGAIN = {
    "LOBBY_FULL",
    "LOST_RACE",
    "NOT_ATTACHED",
    "NOT_SAVED",
    "RELAY_FULL",
    "STALE_EPOCH",
    "TOO_FAST",
}
COMES_BACK = {"CROWDED", "NOT_SAVING", "PROVE_AGAIN", "RESTARTING", "TOO_QUIET", "TOO_SLOW"}


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_is_one_sentence_for_a_person(refusal: Refusal) -> None:
    assert str(Refused(refusal)) == REFUSALS[refusal].sentence
    assert Refused(refusal).refusal is refusal
    assert REFUSALS[refusal].sentence.endswith(".")


def test_no_number_means_two_things() -> None:
    assert set(REFUSALS) == set(Refusal)
    assert len(Refusal.__members__) == len({int(one) for one in Refusal})
    assert set(CLOSES) == set(Close)
    assert len(Close.__members__) == len({int(one) for one in Close})


def test_the_numbers_are_those_of_every_version() -> None:
    assert {name: int(one) for name, one in Refusal.__members__.items()} == REFUSED
    assert {name: int(one) for name, one in Close.__members__.items()} == CLOSED


def test_only_what_can_help_is_tried_again() -> None:
    assert {one.name for one in Refusal if REFUSALS[one].try_again} == TRIED_AGAIN
    assert {one.name for one in Close if CLOSES[one].try_again} == COMES_BACK


@pytest.mark.parametrize("code", CLOSES)
def test_a_close_code_says_what_happened(code: Close) -> None:
    assert close_answer(int(code)) == CLOSES[code]


@pytest.mark.parametrize(
    ("code", "comes_back"), [(1006, True), (4499, True), (4550, False), (4999, False), (5000, True)]
)
def test_a_code_of_a_newer_relay_follows_its_range(code: int, comes_back: bool) -> None:
    answer = close_answer(code)
    assert answer.try_again is comes_back
    assert answer.sentence == "The connection was lost. Your place is kept."
