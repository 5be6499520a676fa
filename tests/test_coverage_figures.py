"""What `./dev coverage` promises is held against what it measured, and every pure core is among it."""

from typing import Any

import pytest

import coverage_figures as figures

SEAT = "client/holdspace/client/seat/seat.py"
SCREEN = "client/holdspace/client/tui/app.py"


def file(*, there: int, covered: int, lines: tuple[int, ...] = ()) -> dict[str, Any]:
    """Return what coverage says of one file."""
    counted = {"num_statements": there, "covered_lines": covered}
    return {
        "summary": {**counted, "num_branches": 2, "covered_branches": 2},
        "missing_lines": list(lines),
        "missing_branches": [[7, -1], [8, 9]],
    }


@pytest.mark.parametrize(
    ("seat", "screen", "status"),
    [
        (file(there=8, covered=8), file(there=8, covered=7), 0),
        (file(there=8, covered=7, lines=(3,)), file(there=8, covered=8), 1),
        (file(there=8, covered=8), file(there=8, covered=5), 1),
    ],
)
def test_both_promises_are_kept_or_the_command_fails(
    seat: dict[str, Any], screen: dict[str, Any], status: int
) -> None:
    """A pure core misses nothing; of all there is, nine tenths are covered."""
    assert figures.show({SEAT: seat, SCREEN: screen}) == status


def test_the_cores_can_be_asked_for_alone_and_each_folder_has_its_figure() -> None:
    files = {SEAT: file(there=8, covered=8), SCREEN: file(there=8, covered=5)}
    assert figures.show(files, only_cores=True) == 0
    assert figures.packages(files) == {
        "client/seat": figures.Figure(10, 10),
        "client/tui": figures.Figure(10, 7),
    }


def test_what_is_missing_is_told_in_runs_and_ways() -> None:
    told = figures.missing(file(there=9, covered=4, lines=(3, 4, 5, 9)))
    assert told == "3-5, 9, 7->the end"


def test_a_core_is_its_own_folder_and_none_below() -> None:
    globs = figures.PURE_CORES["the protocol"]
    assert figures.within("protocol/holdspace/protocol/text.py", globs)
    assert not figures.within("protocol/holdspace/protocol/mls/codec.py", globs)


@pytest.mark.parametrize("glob", [one for globs in figures.PURE_CORES.values() for one in globs])
def test_every_core_is_there(glob: str) -> None:
    assert list(figures.ROOT.glob(glob))
