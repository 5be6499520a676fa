"""What docs/relay-figures.md shows is what the last kept run of the bench measured."""

import json
import re
from pathlib import Path

from relay_cases import QUICK
from relay_marks import MARKS, Mark, Row
from relay_report import as_table, put_into, save

ROOT = Path(__file__).parents[1]
MACHINE = {
    "cpu": "Some CPU", "cores": 1, "system": "Linux 6", "python": "3.11", "sqlite": "3.40",
    "websockets": "17", "load_before": 0.1,
}  # fmt: skip


def test_the_table_the_figures_and_the_picture_are_of_one_run() -> None:
    figures = json.loads((ROOT / "bench/results/relay.json").read_text())
    picture = (ROOT / "bench/results/relay.svg").read_text()
    assert as_table(figures) in (ROOT / "docs/relay-figures.md").read_text()
    shown = re.findall(r'font-weight="bold"[^>]*>([^<]*)</text>', picture)[1:]
    assert shown == [row["value"] for row in figures["rows"]]
    assert [row["about"] for row in figures["rows"]] == [mark.about for mark in MARKS]


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    document = tmp_path / "figures.md"
    document.write_text(
        "before\n<!-- measured -->\nold\n<!-- end of what was measured -->\nafter\n"
    )
    rows = [Row("one room", "3.1x", "at least 3.0x", is_ok=True)]
    figures = save(tmp_path, "run", rows, [{}], machine=MACHINE, dose=QUICK._asdict(), left_out=[])
    for _ in range(2):
        put_into(document, as_table(figures))
    text = document.read_text()
    assert "| one room | 3.1x | at least 3.0x | ok |\n\n1 round of 2 s a figure" in text
    assert (text.startswith("before\n"), text.endswith("after\n"), "old" in text) == (
        True,
        True,
        False,
    )


def test_a_mark_that_was_not_measured_is_not_judged() -> None:
    assert [mark.judge([{}]) for mark in MARKS] == [None] * len(MARKS)


def test_what_needs_more_cores_than_there_are_is_not_judged_unless_it_is_reached() -> None:
    mark = Mark("two", "%.1fx", 1.7, lambda one: one["case"]["of"]["x"], cores=1 << 20)
    few = mark.judge([{"case": {"of": {"x": 0.9}}}])
    assert few == Row("two", "0.9x", "at least 1.7x, with 1048576 cores", None)
    assert few.verdict == "not judged"
    assert mark.judge([{"case": {"of": {"x": 1.8}}}]) == Row("two", "1.8x", "at least 1.7x", True)


def test_what_has_no_mark_is_shown_and_not_judged() -> None:
    mark = Mark("floor", "%.1fx", None, lambda one: one["case"]["of"]["x"])
    row = mark.judge([{"case": {"of": {"x": 1.0}}}])
    assert row == Row("floor", "1.0x", "", None)
    assert row.verdict == "not judged"
