"""What all tests share: what is left to the CI, how hard Hypothesis looks, and what the summary says.

The run of every few minutes is to end within four of them on two cores. So it leaves out what is
marked as long, while every screen, act and attack keeps a test in it, and asks Hypothesis for fewer
examples: the first ones of the same row. `CI=true ./dev test` leaves out nothing.
"""

import os
import sys
import warnings

import pytest
from hypothesis import settings

from vectors import LIVE

# The same few examples in every run, so that a red test means a changed program. To search further:
# ./dev test --hypothesis-profile=search
IS_CI = "CI" in os.environ
settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True, database=None)
settings.register_profile("everyday", settings.get_profile("ci"), max_examples=15)
settings.register_profile("search", max_examples=2_000, deadline=None)
settings.load_profile("ci" if IS_CI else "everyday")

# English is the source, and what the tests read, whatever language their machine speaks.
os.environ["HOLDSPACE_LANGUAGE"] = "en"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes long in the run of every few minutes, and say so; the CI tries it all."""
    if IS_CI:
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="It takes long; CI=true ./dev test tries it."))


def pytest_sessionfinish() -> None:
    """Write down what was measured: a worker that needs more than ten seconds to end is killed."""
    coverage = sys.modules.get("coverage")
    measuring = coverage.Coverage.current() if coverage else None
    if measuring is not None:
        # That no test of a few came to a whole package is no failure of theirs.
        with warnings.catch_warnings(action="ignore"):
            measuring.save()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which MLS vectors ran, if any did: the official ones are not on every machine."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    cases = [report.nodeid for report in reports if "test_vectors.py::test_case[" in report.nodeid]
    own = sum("[own-" in case for case in cases)
    live = sum(f"[own-{family}-" in case for case in cases for family in LIVE)
    if cases:
        terminalreporter.write_line(
            f"MLS vectors: {len(cases) - own} cases of the official set, {own} of our own"
            f" ({live} of them recorded with other implementations)"
        )
