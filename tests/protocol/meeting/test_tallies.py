"""What a stage of a flow counts, and under how many answers it shows nothing."""

import pytest

from holdspace.protocol.meeting.flow import Stage, read_flow
from holdspace.protocol.meeting.tallies import FEWEST, SPREAD, Part, kind_of, minimum_of, parts_of
from meeting_room import FLOW

CLOSING = '[[stage]]\nid = "closing"\n'


def stage_of(kind: str, block: str) -> Stage:
    """Return a stage of this kind with this block."""
    head = f'[[stage]]\nid = "counted"\nkind = "{kind}"\ntitle = "C"\nminutes = {{ base = 1 }}\n'
    flow = read_flow(FLOW.replace(CLOSING, f'{head}turn = "gather"\n{block}\n{CLOSING}'))
    return next(stage for stage in flow.stages if stage.id == "counted")


CHECKIN = """[stage.checkin]
scales = [
  { id = "pain", low = "none", high = "worst" },
  { id = "energy", low = "none", high = "plenty" },
]
share = "me"
spread_min = 6"""
POLL = '[stage.poll]\nquestion = "Which?"\noptions = ["breath", "rest", "walk"]\n'
FEEDBACK = '[stage.feedback]\nitems = ["It helped", "I was heard"]\naggregate_min = 7\n'


@pytest.mark.parametrize(
    ("kind", "block", "parts", "minimum", "counts"),
    [
        ("checkin", CHECKIN, (Part(len(SPREAD)),) * 2, 6, "checkin"),
        ("poll", f"{POLL}anonymous = true", (Part(3),), FEWEST, "poll"),
        ("poll", f"{POLL}anonymous = false", (Part(3),), FEWEST, "show"),
        ("feedback", FEEDBACK, (Part(1, 10), Part(1, 10)), 7, "feedback"),
        (
            "feedback",
            f'{FEEDBACK}fit = ["too-short", "right"]',
            (Part(1, 10), Part(1, 10), Part(2)),
            7,
            "feedback",
        ),
        ("rest", "", (), FEWEST, None),
    ],
)
def test_what_a_stage_counts(
    kind: str, block: str, parts: tuple[Part, ...], minimum: int, counts: str | None
) -> None:
    stage = stage_of(kind, block)
    assert (parts_of(stage), minimum_of(stage), kind_of(stage)) == (parts, minimum, counts)
