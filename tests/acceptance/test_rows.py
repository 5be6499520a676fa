"""The table of what was asked is whole, names only tests that are there, and is what the page says."""

import ast
import re
from pathlib import Path

import pytest
from tests.acceptance.rows import MUST, SHOULD, page

ROOT = Path(__file__).parents[2]


def test_every_row_is_here_once() -> None:
    assert [row.name for row in MUST] == [f"M{number}" for number in range(1, 37)]
    assert [row.name for row in SHOULD] == [f"S{number}" for number in range(1, 25)]


def test_every_row_has_a_proof_or_says_why_not() -> None:
    assert not [row.name for row in (*MUST, *SHOULD) if not (row.proofs or row.not_yet)]


def test_every_must_row_has_a_test_of_its_name_unless_it_is_proved_elsewhere() -> None:
    for row in MUST:
        first = next(iter(row.proofs), "")
        is_named = f"::test_m{int(row.name[1:]):02}_" in first
        assert is_named or not first.startswith("tests/acceptance/"), row.name


@pytest.mark.parametrize(
    "proof", sorted({proof for row in (*MUST, *SHOULD) for proof in row.proofs})
)
def test_every_test_that_is_named_is_there_to_be_collected(proof: str) -> None:
    file, *names = proof.split("::")
    assert re.fullmatch(r"tests/(\w+/)*test_\w+\.py", file)
    body: list[ast.stmt] = ast.parse((ROOT / file).read_text()).body
    for name in names:
        [found] = [
            part
            for part in body
            if isinstance(part, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and part.name == name
        ]
        body = found.body
        assert name.startswith(("test_", "Test"))
        assert "skip" not in {word for mark in found.decorator_list for word in names_in(mark)}


def names_in(mark: ast.expr) -> set[str]:
    return {node.attr for node in ast.walk(mark) if isinstance(node, ast.Attribute)}


def test_the_page_is_what_the_table_says() -> None:
    written = (ROOT / "docs" / "acceptance.md").read_text()
    how = "write it again: .venv/bin/python tests/acceptance/rows.py > docs/acceptance.md"
    assert written == "\n".join(page()).rstrip("\n") + "\n", how
