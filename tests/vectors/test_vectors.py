"""Every case of every official MLS vector family, one test each; see tests/support/vectors.py.

A red case says its file and its place in it: `test_case[treekem-17]` is the 18th case of
treekem.json. The project's own small set runs beside the official one, or alone.
"""

import os
from copy import deepcopy
from pathlib import Path

import pytest

import vectors

SETS = [vectors.OFFICIAL, vectors.OWN] if vectors.OFFICIAL.is_here else [vectors.OWN]
FAMILIES = [
    pytest.param(vector_set, family, id=f"{vector_set.prefix}{family}")
    for vector_set in SETS
    for family in vector_set.counts
]
# Only counted here: no file is read before a test of it runs.
CASES = [
    pytest.param(vector_set, family, index, id=f"{vector_set.prefix}{family}-{index}")
    for vector_set in SETS
    for family, count in vector_set.counts.items()
    for index in range(count)
]


@pytest.mark.parametrize(("vector_set", "family", "index"), CASES)
def test_case(vector_set: vectors.VectorSet, family: str, index: int) -> None:
    vectors.FAMILIES[family](vector_set.cases(family)[index])


@pytest.mark.parametrize(("vector_set", "family"), FAMILIES)
def test_no_case_is_missing(vector_set: vectors.VectorSet, family: str) -> None:
    assert len(vector_set.cases(family)) == vector_set.counts[family]


@pytest.mark.parametrize("family", vectors.LIVE)
def test_what_was_recorded_live_has_everything_in_it(family: str) -> None:
    for case in vectors.OWN.cases(family):
        assert len(case["epochs"]) >= 2
        said = [message for place in (*case["epochs"], case) for message in place["messages"]]
        assert {bytes.fromhex(one["data"]) for one in said} >= {b"Welcome.", b"Good night."}


@pytest.mark.parametrize("family", vectors.LIVE)
def test_a_changed_word_is_noticed(family: str) -> None:
    case = deepcopy(vectors.OWN.cases(family)[0])
    case["messages"][-1]["data"] = b"Good morning.".hex()
    with pytest.raises(AssertionError):
        vectors.FAMILIES[family](case)


@pytest.mark.parametrize("vector_set", SETS, ids=lambda vector_set: vector_set.name)
def test_no_file_is_left_out(vector_set: vectors.VectorSet) -> None:
    files = {file.stem for file in vector_set.folder.glob("*.json")}
    # The long random run is not part of every copy; `./dev vectors DIR` takes it where it is.
    assert files - {"passive-client-random"} == vector_set.counts.keys()


def test_every_family_has_its_number_of_cases() -> None:
    # 785 cases in 16 files, and the one that is not in every copy is the long random run.
    official = vectors.FAMILIES.keys() - vectors.LIVE.keys()
    assert vectors.OFFICIAL.counts.keys() == official - {"passive-client-random"}
    assert sum(vectors.OFFICIAL.counts.values()) == 784


def test_the_official_set_is_here() -> None:
    if vectors.OFFICIAL.is_here:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"the official MLS vectors are missing: no folder {vectors.OFFICIAL.folder}")
    pytest.skip("NOT TESTED: the official MLS vectors are not here (set HOLDSPACE_MLS_VECTORS)")


def test_without_the_official_set_a_run_is_red_in_ci_and_says_so_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = vectors.OFFICIAL._replace(folder=tmp_path / "none")
    monkeypatch.setattr(vectors, "OFFICIAL", missing)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NOT TESTED"):
        test_the_official_set_is_here()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="are missing"):
        test_the_official_set_is_here()
    assert "\nexport CI=true\n" in (vectors.TESTS.parent / ".ci" / "run").read_text()
