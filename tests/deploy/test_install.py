"""`deploy/install-relay` takes nothing that is not hashed, and leaves nothing half done."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALL = ROOT / "deploy" / "install-relay"
LOCK = re.compile(
    r"^[\w.-]+==\S+(?: ;.*)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", re.MULTILINE
)


def install(*words: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", INSTALL, *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"} | env,
    )


def test_every_download_is_hashed() -> None:
    script = INSTALL.read_text()
    downloads = [
        line
        for line in script.splitlines()
        if re.search(r"\binstall\b -|\binstall --|\bwheel --", line)
    ]
    assert len(downloads) == 3
    for line in downloads:
        assert "--require-hashes --only-binary :all:" in line or "--no-deps" in line, line
    assert "--no-build-isolation" in script  # else pip fetches what builds a package, unhashed


@pytest.mark.parametrize("name", ["build", "relay", "relay-fast", "relay-jetstream"])
def test_the_locks_it_takes_hold_hashes_only(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    comments = "".join(re.findall(r"^#.*\n", text, re.MULTILINE))
    assert len(comments) + sum(map(len, (found.group() for found in LOCK.finditer(text)))) == len(
        text
    )


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("still here")
    done = install(tmp_path)
    assert done.returncode == 1
    assert f"mv {tmp_path} {tmp_path}.before" in done.stderr
    assert (tmp_path / "kept").read_text() == "still here"


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    # A Python that looks right and cannot make an environment.
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\nmkdir -p "$3"\nexit 1\n')
    python.chmod(0o700)
    done = install(tmp_path / "relay", PYTHON=str(python), TMPDIR=str(tmp_path))
    assert done.returncode != 0
    assert "Nothing was installed." in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["python"]


def test_an_empty_folder_is_taken_and_is_there_and_empty_after_a_failure(tmp_path: Path) -> None:
    python, folder = tmp_path / "python", tmp_path / "relay"
    # Makes the environment that builds, and fails in the folder itself.
    python.write_text(f"""#!/bin/sh
[ "$1" = -c ] && exit 0
mkdir -p "$3/bin"
printf '#!/bin/sh\\n' >"$3/bin/python"
chmod +x "$3/bin/python"
[ "$3" != {folder} ]
""")
    python.chmod(0o700)
    folder.mkdir()
    done = install(folder, PYTHON=str(python), TMPDIR=str(tmp_path))
    assert "Nothing was installed." in done.stderr
    assert "exists" not in done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "env"),
    [((), {}), (("--help",), {}), (("x", "y"), {}), (("x",), {"PYTHON": "false"})],
)
def test_what_it_cannot_do_it_says(words: tuple[str, ...], env: dict[str, str]) -> None:
    done = install(*words, **env)
    assert done.returncode == 1
    assert re.match(
        r"install-relay: .*(deploy/install-relay /opt|only: fast, jetstream|apt install python3-venv)",
        done.stderr,
    )
