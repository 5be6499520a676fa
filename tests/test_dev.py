"""The door everybody comes in by: ./dev makes its environment once, whole or not at all.

A stand-in for Python plays venv and pip by leaving marks, so that no test installs anything.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEV = (ROOT / "dev").read_text()

STAND_IN = f"""#!/bin/sh
case "$1 $2" in
    "-m venv")
        echo venv >>"$MARKS/calls"
        while [ -e "$MARKS/wait" ]; do sleep 0.01; done
        mkdir -p "$3/bin"
        cp "$0" "$3/bin/python"
        printf '#!/bin/sh\\necho ran "$@"\\nexit 5\\n' >"$3/bin/pytest"
        chmod +x "$3/bin/pytest"
        ;;
    "-m pip")
        echo pip >>"$MARKS/calls"
        if [ -e "$MARKS/offline" ]; then echo "the network is down"; exit 1; fi
        ;;
    *) exec {sys.executable} "$@" ;;
esac
"""
WHOLE_SET_UP = ["venv", "pip", "pip"]


class Checkout:
    """A fresh clone, as far as ./dev can tell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "clone"
        self.marks = folder / "marks"
        self.lock = self.folder / "requirements" / "dev.txt"
        self.lock.parent.mkdir(parents=True)
        self.marks.mkdir()
        self.python = folder / "python3"
        self.python.write_text(STAND_IN)
        self.python.chmod(0o755)
        for name in ("dev", "pyproject.toml", "requirements/dev.txt"):
            shutil.copy(ROOT / name, self.folder / name)

    def start(self, *arguments: str, python: str | None = None) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHON": python or str(self.python), "MARKS": str(self.marks)}
        return subprocess.Popen(
            [self.folder / "dev", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, python: str | None = None) -> tuple[int, str, str]:
        process = self.start(*arguments, python=python)
        said, complained = process.communicate(timeout=60)
        return process.returncode, said, complained

    def mark(self, name: str) -> Path:
        path = self.marks / name
        path.touch()
        return path

    def calls(self) -> list[str]:
        """Return what the stand-in was asked for since the last look."""
        path = self.marks / "calls"
        seen = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return seen

    def wait_for_calls(self) -> None:
        deadline = time.monotonic() + 30
        while not (self.marks / "calls").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_alone_it_explains_itself_and_touches_nothing(checkout: Checkout) -> None:
    code, said, _ = checkout.run()
    assert code == 0
    listed = [line.split(maxsplit=1) for line in said.splitlines() if line.startswith("  ")]
    assert {"demo", "run", "relay", "test", "lint", "help"} <= {name for name, _ in listed}
    assert all(re.search(rf"^    {name}( \||\))", DEV, re.MULTILINE) for name, _ in listed)
    assert not (checkout.folder / ".venv").exists()


def test_an_unknown_command_is_named(checkout: Checkout) -> None:
    code, _, complained = checkout.run("tset")
    assert code == 1
    assert complained.endswith("./dev: there is no command 'tset'.\n")


def test_the_first_use_sets_up_and_the_second_does_not(checkout: Checkout) -> None:
    _, _, progress = checkout.run("test")
    assert checkout.calls() == WHOLE_SET_UP
    assert progress.count("done in") == 3
    assert checkout.run("test")[2] == ""
    assert checkout.calls() == []


def test_arguments_and_exit_code_pass_through(checkout: Checkout) -> None:
    code, said, _ = checkout.run("test", "-k", "two words")
    assert (code, said) == (5, "ran -n 4 --dist worksteal -k two words\n")


def test_a_new_lock_makes_a_new_environment(checkout: Checkout) -> None:
    checkout.run("test")
    checkout.calls()
    checkout.lock.write_text(checkout.lock.read_text() + "# newer\n")
    checkout.run("test")
    assert checkout.calls() == WHOLE_SET_UP


def test_a_new_pyproject_only_installs_the_project_again(checkout: Checkout) -> None:
    checkout.run("test")
    checkout.calls()
    (checkout.folder / "pyproject.toml").write_text("# newer\n")
    checkout.run("test")
    assert checkout.calls() == ["pip"]


def test_a_moved_checkout_makes_a_new_environment(checkout: Checkout) -> None:
    checkout.run("test")
    checkout.calls()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    checkout.run("test")
    assert checkout.calls() == WHOLE_SET_UP


def test_a_failed_install_says_why_and_is_not_taken_for_ready(checkout: Checkout) -> None:
    offline = checkout.mark("offline")
    code, said, complained = checkout.run("test")
    assert code == 1
    assert said == ""
    assert "the network is down" in complained
    checkout.calls()
    offline.unlink()
    assert checkout.run("test")[0] == 5
    assert checkout.calls() == WHOLE_SET_UP


def test_interrupted_it_leaves_and_starts_over(checkout: Checkout) -> None:
    hold = checkout.mark("wait")
    process = checkout.start("test")
    checkout.wait_for_calls()
    os.killpg(process.pid, signal.SIGINT)
    _, complained = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complained.endswith("Stopped. The next ./dev starts the set-up again.\n")
    hold.unlink()
    checkout.calls()
    assert checkout.run("test")[0] == 5
    assert checkout.calls() == WHOLE_SET_UP


def test_two_at_once_set_up_once(checkout: Checkout) -> None:
    hold = checkout.mark("wait")
    first = checkout.start("test")
    checkout.wait_for_calls()
    second = checkout.start("test")
    assert second.stderr is not None
    assert second.stderr.readline() == "Another ./dev is setting up; waiting for it ...\n"
    hold.unlink()
    for process in (first, second):
        assert process.communicate(timeout=60)[0] == "ran -n 4 --dist worksteal\n"
    assert checkout.calls() == WHOLE_SET_UP


def test_a_python_that_does_not_suit_is_refused_in_a_sentence(checkout: Checkout) -> None:
    code, _, complained = checkout.run("test", python="/bin/false")
    assert code == 1
    assert (
        complained
        == "./dev: PYTHON=/bin/false is not a Python 3.11, 3.12 or 3.13 that runs here.\n"
    )
