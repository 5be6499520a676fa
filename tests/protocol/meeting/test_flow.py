"""A flow is read as its author meant it, or refused with the line and the reason."""

import time
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol import toml_reader as toml
from holdspace.protocol.meeting.flow import (
    FlowError,
    Problem,
    parse_flow,
    read_flow,
    render,
    timetable,
)
from holdspace.protocol.meeting.kinds import TurnMode
from holdspace.protocol.meeting.modes import MODES
from meeting_room import FLOW

CHECKIN = """
[[stage]]
id = "numbers"
kind = "checkin"
title = "Numbers"
minutes = { base = 5 }
turn = "gather"
[stage.checkin]
scales = [
  { id = "pain", low = "none", high = "worst" },
]
share = "me"

[[stage]]
id = "closing\""""
TECHNIQUE = """
[[stage]]
id = "settle"
kind = "technique"
title = "Settle"
minutes = { base = 5 }
turn = "silent"
[stage.technique]
ref = "techniques/breath-4-6.en.toml"
alternatives = ["rest"]
opt_out = true

[[stage]]
id = "closing\""""
PAIRS = """
[[stage]]
id = "two"
kind = "pairs"
title = "In twos"
minutes = { base = 5 }
turn = "pairs"
[stage.pairs]
assign = "opt-in"

[[stage]]
id = "closing\""""
CLOSING = '\n[[stage]]\nid = "closing"'


def problems(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with a flow; it must be wrong."""
    with pytest.raises(FlowError) as raised:
        parse_flow(text)
    return raised.value.problems


def test_a_flow_says_what_its_file_says() -> None:
    flow = parse_flow(FLOW)
    assert (flow.title, flow.minutes, flow.group.max) == ("An evening", 60, 10)
    assert [stage.turn for stage in flow.stages] == ["silent", "gather", "hands", "round"]
    assert [flow.response_in(number) for number in range(4)] == [*["own-experience"] * 3, "none"]
    assert flow.stages[3].closing
    assert flow.stages[3].closing.words == "Go gently."


@pytest.mark.parametrize("block", [CHECKIN, TECHNIQUE, PAIRS])
def test_each_block_is_accepted_as_it_should_be_written(block: str) -> None:
    assert len(parse_flow(FLOW.replace(CLOSING, block)).stages) == 5


def test_controls_may_be_tried_before_anything_is_agreed() -> None:
    practice = FLOW[FLOW.index("[[stage]]") : FLOW.index('[[stage]]\nid = "check-in"')]
    for old, new in (("agreements", "try"), ("agreement", "practice"), ("silent", "open")):
        practice = practice.replace(f'"{old}"', f'"{new}"')
    flow = parse_flow(FLOW.replace("[[stage]]", f"{practice}[[stage]]", 1))
    assert [stage.kind for stage in flow.stages][:2] == ["practice", "agreement"]


def test_every_turn_has_its_rules() -> None:
    assert set(MODES) == set(get_args(TurnMode))


# ---- the corpus of broken files: what is changed, the line it is found on, and words of the sentence

BROKEN: dict[str, tuple[str, str, str, str]] = {
    "not TOML": ('title = "Talk"', 'title = "Talk', 'title = "Talk', "not TOML"),
    "a key twice": ('id = "talk"', 'id = "talk"\nid = "talk"', 'id = "talk"', "second time"),
    "another format": ("format = 1", "format = 2", "format = 2", "format 2"),
    "no format": ("format = 1", "", "", "begins with format"),
    "a format in quotes": ("format = 1", 'format = "1"', 'format = "1"', "begins with format"),
    "a format that is true": ("format = 1", "format = true", "format = true", "begins with format"),
    "an unknown key": ('title = "Talk"', 'titel = "Talk"', "titel", "Did you mean title?"),
    "an unknown policy": (
        "[policy]",
        "[policy]\nlate_joins = 1",
        "late_joins",
        "Did you mean late_join?",
    ),
    "a key nobody could mean": (
        'title = "Talk"',
        'title = "Talk"\nxyzzy = 1',
        "xyzzy",
        "Nobody knows the key xyzzy here.",
    ),
    "a missing key": ('title = "Talk"\n', "", '[[stage]]\nid = "talk"', "needs a key title"),
    "a wrong type": ('title = "Talk"', "title = 5", "title = 5", "title must be a text"),
    "a flag for a number": ("{ base = 15 }", "{ base = true }", "base = true", "base must be"),
    "a flag for a whole number": ("max = 10", "max = true", "max = true", "max must be a whole"),
    "not a number": ("{ base = 15 }", "{ base = nan }", "base = nan", "base must be a number"),
    "far too many minutes": ("{ base = 15 }", "{ base = 1e9 }", "1e9", "from 0 to 480"),
    "an unknown turn": ('turn = "hands"', 'turn = "shout"', "shout", "must be one of: listen"),
    "an unknown kind": ('kind = "discussion"', 'kind = "talk"', 'kind = "talk"', "must be one of"),
    "a table for a list": ('say = "Hello', 'ask = "Hello', "ask =", "square brackets"),
    "no agreement": (
        'kind = "agreement"',
        'kind = "rest"',
        '[[stage]]\nid = "check-in"',
        "agreement",
    ),
    "nothing to agree to": (
        'agreement = "agreements/standard.en.toml"\n',
        "",
        '[[stage]]\nid = "agreements"',
        "nothing to agree to",
    ),
    "no closing": ('kind = "closing"', 'kind = "rest"', '[[stage]]\nid = "closing"', "no closing"),
    "a closing to be skipped": (
        'kind = "closing"',
        'kind = "closing"\noptional = true',
        '[[stage]]\nid = "closing"',
        "never skipped",
    ),
    "no crisis card": ('crisis = "crisis/{locale}.toml"\n', "", "[policy]", "no crisis card"),
    "a crisis card by another name": (
        "crisis/{locale}.toml",
        "crisis/{name}.toml",
        "crisis =",
        "Only {locale}",
    ),
    "a path out of the library": (
        "agreements/standard.en.toml",
        "../../etc/passwd",
        "agreement =",
        "path of a file in the library",
    ),
    "too long a meeting": ("minutes = 60", "minutes = 30", "minutes = 30", "more than 10 %"),
    "an unknown placeholder": ("I'm {name}.", "I'm {nmae}.", "say =", "fill {nmae}"),
    "an unknown placeholder in a question": (
        'kind = "discussion"',
        'kind = "discussion"\nask = ["Who is {whom}?"]',
        "ask =",
        "fill {whom}",
    ),
    "a placeholder in words for who cannot": (
        'kind = "discussion"',
        'kind = "discussion"\nfallback.words = "Write to {whom}."',
        "fallback.words =",
        "{name} {role} {n}",
    ),
    "a placeholder in other letters": ("I'm {name}.", "I'm {n\u00e1me}.", "say =", "fill a brace"),
    "half a placeholder": ("I'm {name}.", "I'm {name.", "say =", "fill a brace"),
    "over 400 characters": ("Hello, I'm", "Hello " * 70, "say =", "400 is the most"),
    "an escape character": ("Hello, I'm", "\\u001b[2J Hello", "say =", "escape"),
    "a raw escape character": ("Hello, I'm", "\x1b[2J Hello", "say =", "escape"),
    "a bidi character": ("Hello, I'm", "\\u202e Hello", "say =", "direction"),
    "a bidi character in a comment": ("[policy]", "# \u202e\n[policy]", "# \u202e", "direction"),
    "an id twice": ('id = "talk"', 'id = "check-in"', 'id = "check-in"\nkind = "disc', "the id"),
    "a poll without a question": (
        'kind = "discussion"',
        'kind = "poll"',
        '[[stage]]\nid = "talk"',
        "needs a [stage.poll]",
    ),
    "a group inside out": ("min = 2", "min = 20", "group =", "over its max"),
    "pairs without a block": ('turn = "hands"', 'turn = "pairs"', 'turn = "pairs"', 'kind "pairs"'),
    "no stages": (FLOW[FLOW.index("[[stage]]") :], "", "", "needs a key stage"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_flow_is_refused_at_the_right_line(what: str) -> None:
    old, new, at, words = BROKEN[what]
    assert old in FLOW
    text = FLOW.replace(old, new, 1)
    line = text[: text.rindex(at)].count("\n") + 1 if at else 1
    found = problems(text)
    assert any(p.line == line and words in p.sentence for p in found), (line, found)


SCALE = '{ id = "pain", low = "none", high = "worst" },'
# The block, what to write instead of what, the line that is told, and words of what is told.
BROKEN_BLOCKS = {
    "a number shared by default": (
        CHECKIN, 'share = "me"', 'share = "group"', "share =", 'must be "me"',
    ),
    "a number one must give": (CHECKIN, '"worst" }', '"w", skip = false }', "scales =", "skip"),
    "two numbers of one name": (CHECKIN, SCALE, f"{SCALE} {SCALE}", "scales =", "the same id"),
    "a scale upside down": (CHECKIN, '"worst" }', '"w", min = 5, max = 5 }', "scales =", "below"),
    "a spread of too few": (CHECKIN, 'share = "me"', "spread_min = 4", "spread_min", "from 5 to 32"),
    "no way out": (
        TECHNIQUE, "opt_out = true", "opt_out = false", "[stage.technique]", "opt_out = true",
    ),
    "nothing else to do": (
        TECHNIQUE, 'alternatives = ["rest"]', "", "[stage.technique]", "alternatives",
    ),
    "paired by chance": (PAIRS, '"opt-in"', '"random"', "assign =", "without their yes"),
    "paired without asking": (
        PAIRS, '"opt-in"', '"opt-in"\nconsent = false', "consent =", "without their yes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN_BLOCKS)
def test_what_would_be_unsafe_for_people_is_refused_at_its_line(what: str) -> None:
    block, old, new, at, words = BROKEN_BLOCKS[what]
    assert old in block
    text = FLOW.replace(CLOSING, block.replace(old, new, 1))
    (problem,) = problems(text)
    assert words in problem.sentence
    begins = text.index(block[1:20])
    line = text[: text.index(at, begins)].count("\n") + 1
    assert problem.line == line


@pytest.mark.parametrize(
    ("number", "words"), [("2", "a newer one may"), ("999", "a newer one may"), ("1000", "begins")]
)
def test_a_format_that_may_come_is_told_from_a_number_that_is_none(number: str, words: str) -> None:
    (problem,) = problems(FLOW.replace("format = 1", f"format = {number}"))
    assert words in problem.sentence


def test_a_stage_has_only_the_block_its_kind_needs() -> None:
    text = FLOW.replace(CLOSING, CHECKIN.replace('kind = "checkin"', 'kind = "round"'))
    (problem,) = problems(text)
    assert "has no use for [stage.checkin]" in problem.sentence
    assert text.splitlines()[problem.line - 1] == "[stage.checkin]"


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = FLOW.replace('title = "Talk"', "title = 5").replace("minutes = 60", "minutes = 0")
    found = problems(text)
    assert len(found) == 2
    assert [p.line for p in found] == sorted(p.line for p in found)
    with pytest.raises(FlowError, match=r"^Line 5: .* \(and 1 more\)$"):
        parse_flow(text)


# ---- flows that other people send


HOSTILE = {
    "nothing": "",
    "brackets without end": "x = " + "[" * 20_000,
    "tables without end": "x = " + "{a=" * 6_000,
    "dots without end": "a." * 13_000 + "a = 1",
    "dots on many lines": "\n".join("a." * 900 + f"b{line} = 1" for line in range(14)),
    "a number without end": "x = " + "1" * 20_000,
    "a hundred stages": FLOW + "[[stage]]\n" * 500,
    "keys without end": FLOW + "\n".join(f"k{number} = 1" for number in range(2500)),
    "a long key": f"{'k' * 1900} = 1\n{FLOW}",
    "a key with an escape": f'"\\u001b]52;c;eA==\\u0007" = 1\n{FLOW}',
    "a key that is none": f'"" = 1\n{FLOW}',
    "half of a surrogate pair": FLOW + "# \udc80",
    "a carriage return": FLOW.replace("An evening", "An\revening"),
    "a format that is huge": FLOW.replace("format = 1", "format = 0x" + "f" * 1500),
    "a stage that is a number": FLOW[: FLOW.index("[[stage]]")] + "stage = 5",
    "stages that are numbers": FLOW[: FLOW.index("[policy]")] + "stage = [1, 2]",
    "too long": FLOW + "#\n" * 20_000,
    "too many bytes": FLOW + "# \U0001f331" * 300 + "\n# \U0001f331" * 7000,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_flow_is_refused_soon_and_in_plain_words(what: str) -> None:
    started = time.perf_counter()
    found = problems(HOSTILE[what])
    assert time.perf_counter() - started < 2
    assert 1 <= len(found) <= toml.MAX_PROBLEMS
    for problem in found:
        assert problem.sentence.isprintable()
        assert len(problem.sentence) < 300


PIECE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ("[", "]", "{", "}", '"', "'''", '"""', "\n", "=", ".", "#", "[[stage]]\n", "1")
    ),
)


@given(st.lists(st.tuples(st.integers(0, len(FLOW)), st.integers(0, 40), PIECE), max_size=4))
def test_a_spoiled_flow_raises_nothing_but_a_flow_error(
    changes: list[tuple[int, int, str]],
) -> None:
    text = FLOW
    for at, cut, piece in changes:
        text = text[:at] + piece + text[at + cut :]
    found: tuple[Problem, ...] = ()
    try:
        assert parse_flow(text).stages
    except FlowError as error:
        found = error.problems
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in found)


@given(st.text(max_size=200))
def test_any_text_is_a_flow_or_a_flow_error(text: str) -> None:
    with pytest.raises(FlowError):
        parse_flow(text)


# ---- where things are

SHIPPED = [
    file
    for file in files("holdspace.client.library").joinpath("flows").iterdir()
    if file.name.endswith(".toml")
]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_each_key_is_found_on_its_line(file) -> None:  # type: ignore[no-untyped-def]
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    located = toml.locate(text)
    assert len(located) > 80
    for path, line in located.items():
        name = str(path[-1]) if isinstance(path[-1], str) else str(path[-2])
        assert name in lines[line - 1], (path, line)


def test_keys_are_found_behind_everything_that_looks_like_one() -> None:
    text = '''\
a = """
b = 1
[c]
""" # d = 2
"e f" = [
  "g = 3", # ]
  { h = 4 },
]
i.j = 'k = 5'
[[l]]
m = 1
[l.n]
o = 1
[[l]]
m = 2
'''
    assert toml.locate(text) == {
        ("a",): 1,
        ("e f",): 5,
        ("i",): 9,
        ("i", "j"): 9,
        ("l", 0): 10,
        ("l", 0, "m"): 11,
        ("l", 0, "n"): 12,
        ("l", 0, "n", "o"): 13,
        ("l", 1): 14,
        ("l", 1, "m"): 15,
    }


# ---- time and words


def test_a_timetable_follows_the_number_of_people_up_to_the_stages_bound() -> None:
    flow = parse_flow(FLOW)
    assert [slot.seconds for slot in timetable(flow, 4)] == [300, 420, 900, 300]
    assert [slot.begins for slot in timetable(flow, 4)] == [0, 300, 720, 1620]
    assert [flow.seconds(people) for people in (2, 8, 10)] == [1740, 2220, 2220]
    assert flow.usual_sizes == (2, 8, 10)


def test_placeholders_are_filled_and_what_they_are_filled_with_is_not() -> None:
    filled = render(
        "Hello, I'm {name}, here as {role}. {limits}", {"name": "{role}", "role": "host"}
    )
    assert filled == "Hello, I'm {role}, here as host. {limits}"


def test_a_flow_is_read_once() -> None:
    assert read_flow(FLOW) is read_flow(FLOW)


COUNTS = """\
[[stage]]
id = "choose"
kind = "poll"
title = "Choose"
minutes = { base = 1 }
turn = "open"
[stage.poll]
question = "Which one?"
options = ["tea", "rest"]

[[stage]]
id = "feedback"
kind = "feedback"
title = "Feedback"
minutes = { base = 1 }
turn = "silent"
[stage.feedback]
items = ["useful", "safe"]
aggregate_min = 5
fit = ["join", "not-for-me"]
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["tea", "rest"]', '["tea", "Tea"]', "Two of the options are the same."),
        ('["useful", "safe"]', '["safe", "safe"]', "Two of the items are the same."),
        ('["join", "not-for-me"]', '["join"]', "at least two answers"),
        ("aggregate_min = 5", "aggregate_min = 4", "from 5 to 32"),
    ],
)
def test_what_is_counted_can_be_told_apart_and_is_never_counted_of_four(
    old: str, new: str, words: str
) -> None:
    text = FLOW.replace(CLOSING, COUNTS + CLOSING)
    parse_flow(text)
    with pytest.raises(FlowError) as refused:
        parse_flow(text.replace(old, new))
    (problem,) = refused.value.problems
    assert words in problem.sentence
    assert new in text.replace(old, new).splitlines()[problem.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "energy"', 'id = "pain"', "Two scales have the same id."),
        ("min = 0, max = 10", "min = 7, max = 7", "is below its max"),
        ("min = 0, max = 10", "min = 0, max = 11", "from 1 to 10"),
        ("spread_min = 5", "spread_min = 3", "from 5 to 32"),
        ('share = "me"', 'share = "facilitators"', 'must be "me"'),
    ],
)
def test_a_check_in_that_cannot_be_asked_is_refused_by_its_line(
    old: str, new: str, words: str
) -> None:
    text = FLOW.replace(CLOSING, SCALES + CLOSING)
    parse_flow(text)
    with pytest.raises(FlowError) as refused:
        parse_flow(text.replace(old, new))
    (problem,) = refused.value.problems
    assert words in problem.sentence
    assert problem.line > FLOW.count("\n", 0, FLOW.index(CLOSING))


SCALES = """\
[[stage]]
id = "blocks"
kind = "checkin"
title = "Check-in"
minutes = { base = 1 }
turn = "gather"
[stage.checkin]
scales = [
  { id = "pain", min = 0, max = 10, low = "none", high = "worst" },
  { id = "energy", low = "none", high = "plenty" },
]
share = "me"
spread_min = 5

"""


def test_where_nobody_shares_nothing_has_to_be_agreed_on() -> None:
    start, end = FLOW.index("[[stage]]"), FLOW.index('[[stage]]\nid = "closing"')
    quiet = FLOW[:start] + FLOW[end:].replace('"round"', '"listen"')
    assert [stage.kind for stage in read_flow(quiet).stages] == ["closing"]


def test_what_people_agree_to_is_not_a_place_for_placeholders_nobody_fills() -> None:
    items = (
        '[stage.consent]\nitems = ["What {who} says stays here."]\nversion = 1\n'
        'choices = ["accept", "leave"]\n\n[[stage]]\nid = "check-in"'
    )
    text = FLOW.replace('[[stage]]\nid = "check-in"', items)
    (problem,) = problems(text)
    assert "fill {who}" in problem.sentence
    assert text.splitlines()[problem.line - 1].startswith("items =")


def test_a_check_in_asks_for_something() -> None:
    scales = 'scales = [\n  { id = "pain", low = "none", high = "worst" },\n]\n'
    nothing = CHECKIN.replace(scales, "word = false\n").lstrip()
    flow = FLOW.replace('[[stage]]\nid = "closing"', nothing)
    (problem,) = problems(flow)
    assert "add scales, or word = true" in problem.sentence
    assert flow.splitlines()[problem.line - 1] == "[stage.checkin]"
    assert read_flow(flow.replace("word = false", "word = true")).stages
    assert read_flow(flow.replace("word = false", f"word = false\n{scales}")).stages
