"""The official MLS vectors, one test case each.

A test marked `vectors(family, count, suites)` gets one `case` (the parsed JSON object) per case of
`<family>.json`. The number of cases is part of the mark, so that none can be lost without a word.
The files come from mlswg/mls-implementations. Where they are missing the tests are skipped and the
run says so in capitals; in CI that is an error.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).parents[3] / "shared" / "mls-vectors"
FOLDER = Path(os.environ.get("HOLDSPACE_MLS_VECTORS", _BESIDE_THE_REPOSITORY))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "vectors(family, count, suites): run the official cases")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker("vectors")
    if mark is not None:
        metafunc.parametrize("case", _parameters(*mark.args, **mark.kwargs))


def _parameters(family: str, count: int, suites: tuple[int, ...] | None = None) -> list[Any]:
    file = FOLDER / f"{family}.json"
    if not file.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(_missing(file)), id=f"{family}-missing")]
    cases = [
        pytest.param(case, id=f"{family}-{number}")
        for number, case in enumerate(json.loads(file.read_text()))
        if suites is None or case["cipher_suite"] in suites
    ]
    if len(cases) != count:
        raise pytest.UsageError(f"{file.name} holds {len(cases)} cases for us, not {count}")
    return cases


def _missing(file: Path) -> str:
    if os.environ.get("CI") == "true":
        raise pytest.UsageError(f"the official MLS vectors are missing: no {file.name}")
    return f"NOT TESTED: the official {file.name} is not here (set HOLDSPACE_MLS_VECTORS)"
