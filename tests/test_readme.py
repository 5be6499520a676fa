"""What the README tells people to type, and where it sends them, exists."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = (ROOT / "README.md").read_text()

# In blocks a line each, and in sentences like `holdspace host`.
TYPED = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)).splitlines()
TYPED += re.findall(r"`((?:\./dev|holdspace) [^`]+)`", TEXT)
COMMANDS = sorted({line.partition("#")[0].strip() for line in TYPED} - {""})
# `./dev run host` and `./dev demo` are `holdspace host` and `holdspace demo`.
PEOPLES = sorted({re.sub(r"^\./dev run|^\./dev(?= demo)", "holdspace", line) for line in COMMANDS})


@cache
def answer(program: Path, *words: str) -> str:
    """Return what a program of ours prints, and insist that it went well."""
    return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout


def test_the_two_commands_are_there() -> None:
    assert {"./dev demo", "./dev test"} <= set(COMMANDS)


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("./dev")])
def test_dev_knows_its_commands(line: str) -> None:
    assert f"\n  {line.split()[1]} " in answer(ROOT / "dev", "help")


@pytest.mark.parametrize("line", [line for line in PEOPLES if line.startswith("holdspace ")])
def test_holdspace_knows_its_commands_and_options(line: str) -> None:
    _, command, *rest = line.split()
    explained = answer(Path(sys.executable).parent / "holdspace", command, "--help")
    assert all(option in explained for option in rest)


def test_the_script_that_installs_a_relay_exists() -> None:
    [named] = {line.split()[0] for line in COMMANDS if line.startswith("deploy/")}
    assert os.access(ROOT / named, os.X_OK)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    shown = re.sub(r"<!--.*?-->", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#:]+)[)#]", shown):
        assert (page.parent / target).exists(), target
