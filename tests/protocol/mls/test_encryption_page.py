"""docs/encryption.md says for each rule where it is kept and what tests it; this holds it to that."""

import ast
import importlib
import re
from functools import cache, reduce
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "encryption.md"
ENGINE = HERE.parents[2] / "protocol" / "holdspace" / "protocol" / "mls"
ROW = re.compile(r"^\| (\d+) \| .+ \| `([\w.]+)` \| `(test_\w+)\.(test_\w+)` \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE.read_text())


@cache
def functions_in(file: str) -> set[str]:
    tree = ast.parse((HERE / f"{file}.py").read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_no_rule_is_left_out() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 46))


@pytest.mark.parametrize(("number", "where", "file", "test"), ROWS, ids=[row[0] for row in ROWS])
def test_a_rule_is_where_the_page_says(number: str, where: str, file: str, test: str) -> None:
    module, *names = where.split(".")
    found = reduce(getattr, names, importlib.import_module(f"holdspace.protocol.mls.{module}"))
    assert callable(found)
    assert test in functions_in(file)
    # A test goes by the number of its rule: in its name, or in the names of its cases.
    text = (HERE / f"{file}.py").read_text()
    assert f"_{number}_" in test or re.search(rf"['\"](\d+ )*{number} [\w{{]", text)


def test_every_file_of_the_engine_has_its_chapter() -> None:
    page = PAGE.read_text()
    # Not the package's list of names, its errors, nor the circle of members that tests share.
    files = {file.name for file in ENGINE.glob("*.py")} - {"__init__.py", "errors.py", "testing.py"}
    assert not {name for name in files if f"`{name}`" not in page}
