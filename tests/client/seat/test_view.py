"""What is drawn always has words: roles, hands, parts of a gathering, who sees an answer, where words go."""

import pytest

from holdspace.client.seat.form_view import To
from holdspace.client.seat.view import AsideView, HandView, Part, PersonView, Role
from holdspace.protocol.meeting.kinds import HandKind

BEN = PersonView(b"b" * 32, "Ben", "", Role.MEMBER)


def test_a_role_is_said_as_it_is_called() -> None:
    assert [role.words for role in Role] == ["host", "co-facilitator", "member"]


@pytest.mark.parametrize(
    ("kind", "note", "about"),
    [
        ("share", "", ""),
        ("question", "", "question"),
        # Somebody's own words say more than the kind.
        ("question", "about sleep", "about sleep"),
    ],
)
def test_a_hand_says_what_it_is_raised_for(kind: HandKind, note: str, about: str) -> None:
    assert HandView(BEN, kind, note, 1).about == about


def test_a_part_in_a_gathering_is_said_of_oneself() -> None:
    assert [part.words for part in Part] == ["writing", "ready", "only reading", "read by all"]


def test_who_sees_an_answer_is_said_with_it() -> None:
    assert To.ME.words == "only me"
    assert To.FACILITATORS.words.endswith("with my name")
    assert To.GROUP.words.endswith("without names")


def test_a_private_word_is_labelled_by_who_reads_it() -> None:
    assert AsideView(b"1", "word", (BEN,)).label == "private with Ben"
    # At the door it is not told who of those who lead will read.
    assert AsideView(b"1", "word", ()).label == "private, at the door"
