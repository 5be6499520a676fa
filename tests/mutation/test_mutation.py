"""The mutation tool, tried on a small module: what it changes, what it leaves, and what it sees."""

import subprocess
import sys
from pathlib import Path

import pytest

import mutate
from core import CORE
from mutants import CHECKS, mutants_of
from mutation_baseline import ROOT, Baseline, Subject

TOOL = Path(mutate.__file__)


def changes(text: str) -> set[str]:
    return {mutant.after for mutant in mutants_of(text)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a < b", {"a <= b", "a >= b"}),
        ("a is not b", {"a is b"}),
        ("x = a not in b", {"x = a in b"}),
        ("x = (a or b) and c", {"x = (a or b) or c", "x = (True) and c", "x = (a or b) and True"}),
        ("x = not a", {"x = (a)"}),
        ("x = a + 1", {"x = a - 1", "x = a + (2)", "x = a + (0)"}),
        ("a.b = c", {"pass"}),
        ("if a:\n    raise E('no')", {"if (not a):", "pass"}),
        ("x = f(a, b, c=d)", {"x = f(b, a, c=d)", "x = f(a, b)"}),
        ("x = a[b:]", {"x = a[None:]", "x = a[(b) + 1:]"}),
        (
            "x = any(c for c in b if c)",
            {"x = all(c for c in b if c)", "x = any(c for c in b if True)"},
        ),
        (
            "match a:\n    case A(b=1) if c: f()",
            {"case A(b=_) if c: f()", "case A(b=1) if True: f()"},
        ),
        ("def f():\n    return a == b", {"return True", "return False", "return a != b"}),
        ("x = lambda: a", {"x = lambda: None"}),
        ("while a:\n    break", {"while (not a):", "continue", "pass"}),
    ],
)
def test_mistakes_that_are_made(before: str, after: set[str]) -> None:
    assert after <= changes(before)


@pytest.mark.parametrize(
    "idle",
    [
        '"""A docstring."""',
        "def f(a: int | None) -> 'int': ...",
        "raise AssertionError('never')",
        "x = zip(a, strict=True)",
        "@lru_cache(maxsize=16)\ndef f(): ...",
        "Either: TypeAlias = A | B",
        "T = TypeVar('T')",
        "Either = A | B",
    ],
)
def test_what_does_nothing_is_left_alone(idle: str) -> None:
    assert changes(idle) <= {"pass"}  # the `...` of a body


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    if a < b: return c\n    return d", {"if False: return c"}),
        ("if a:\n    why_not = b", {"if False:"}),
        ("if a:\n    raise E('no')", {"if False:", "pass"}),
        ("check(a, b)", {"pass"}),
        ("x = check(a, b)\nif a < b:\n    x = y", set()),
    ],
)
def test_a_check_is_taken_out_whole(before: str, after: set[str]) -> None:
    assert {mutant.after for mutant in mutants_of(before, CHECKS)} == after


def test_a_mutant_is_named_by_its_function_and_its_lines() -> None:
    [first, *_] = mutants_of("class A:\n    def f(self):\n        return [g(\n            1)]\n")
    assert first.function == "A.f"
    assert (first.statement, first.line) == (3, 3)


COROUTINE = """
class Log:
    async def wait(self):
        await something()
        return told()

    def now(self):
        one()
        return two()
"""


def test_a_mutant_in_a_coroutine_gets_every_test_that_comes_to_any_line_of_it() -> None:
    """Python does not tell all lines of a coroutine in which something was cancelled."""
    path = ROOT / "log.py"
    seen = {str(path): {4: ["t.py::waits"], 8: ["t.py::looks"], 9: ["t.py::stays"]}}
    seconds = {test: 0.1 for tests in seen[str(path)].values() for test in tests}
    baseline = Baseline(1, 20, seconds, seen, {}, [])
    got = {
        mutant.before: baseline.tests_for(Subject(path, "log", COROUTINE, mutant))
        for mutant in mutants_of(COROUTINE)
    }
    assert got["return told()"] == got["await something()"] == ["t.py::waits"]
    assert got["return two()"] == ["t.py::stays"]


QUICKLY = ("protocol/holdspace/trial.py", "--tests", "tests/test_trial.py", "--grace", "0.15")
SOURCE = """
LIMIT = 3


def within(number: int) -> bool:
    return 0 < number <= LIMIT


def forever(number: int) -> int:
    while number > 0:
        number -= 1
    return number


def unseen() -> int:
    return 1
"""
TESTS = """
from holdspace.trial import forever, within


def test_within():
    assert within(1) and within(3) and not within(4) and not within(0)


def test_forever():
    assert forever(1) == 0
"""


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """Return a small project with a copy of the tool."""
    (tmp_path / "tests" / "mutation").mkdir(parents=True)
    for file in TOOL.parent.glob("*.py"):
        if file.stem != Path(__file__).stem:
            (tmp_path / "tests" / "mutation" / file.name).write_text(file.read_text())
    (tmp_path / "protocol" / "holdspace").mkdir(parents=True)
    (tmp_path / "protocol" / "holdspace" / "trial.py").write_text(SOURCE)
    (tmp_path / "tests" / "test_trial.py").write_text(TESTS)
    return tmp_path


def run(trial: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "tests/mutation/mutate.py", *QUICKLY, *arguments],
        cwd=trial,
        env={"PYTHONPATH": "protocol", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.long
def test_survivors_are_shown_and_the_dead_and_the_equivalent_are_not_tried_again(
    trial: Path,
) -> None:
    status, said = run(trial)
    assert status == 1
    alive = {line.strip() for line in said.splitlines() if line.startswith("  + ")}
    assert alive == {"+ return None", "+ return (2)", "+ return (0)"}
    assert "no test comes here" in said
    listed = trial / "tests" / "mutation" / "equivalent.toml"
    with listed.open("w") as file:
        for after in ("return None", "return (2)", "return (0)", "return gone"):
            file.write(
                f'[[mutant]]\nfile = "trial.py"\nfunction = "unseen"\n'
                f'before = "return 1"\nafter = "{after}"\nreason = "Nobody calls it."\n'
            )
    status, said = run(trial, "--sample", "5")
    assert status == 0
    assert "mutants to try" not in said
    assert "no longer has: ('unseen', 'return 1', 'return gone')" in said
    assert "This was a sample." in said


@pytest.mark.long
def test_all_that_is_listed_as_equivalent_is_still_there() -> None:
    titles = {entry["file"] for entry in mutate.listed()}
    sources = {mutate.title_of(path): path for path in ROOT.glob("*/holdspace/**/*.py")}
    for module in (mutate.load(sources[title]) for title in titles):
        assert module.equivalent.keys() <= module.there(), module.title
        assert all(module.equivalent.values())


def test_every_part_of_the_core_is_there_and_has_its_tests() -> None:
    for part in CORE:
        for pattern in part.files:
            assert any(path.match(pattern) for path in part.paths()), pattern
        for test in part.tests:
            assert (ROOT / test).exists(), test
    assert len(titles := [path for part in CORE for path in part.paths()]) == len({*titles})
