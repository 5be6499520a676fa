"""What the doctor sees of the machine."""

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from holdspace.server.checks import Finding, How, machine
from holdspace.server.config import Config, LogSettings, Tls
from holdspace.server.limits import Limits
from proxies import papers_in

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
server:/home /run/shared nfs4 rw 0 0
"""


def kept_in(folder: Path, limits: Limits | None = None) -> Config:
    return Config(log=LogSettings(folder=folder), limits=limits or Limits())


def found(findings: Iterator[Finding]) -> dict[str, How]:
    return {one.what: one.how for one in findings}


def test_its_own_folder_on_a_disk_with_space_is_well(tmp_path: Path) -> None:
    limits = replace(Limits(), total_bytes=1)
    findings = found(machine.folder(kept_in(tmp_path, limits)))
    assert findings["folder"] is How.PASS
    assert findings["space"] is How.PASS
    assert "sync" in findings
    assert [*os.scandir(tmp_path)] == []


def test_too_little_space_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = replace(Limits(), total_bytes=2**60)
    assert found(machine.folder(kept_in(tmp_path, limits)))["space"] is How.WARN
    monkeypatch.setattr(machine, "_LEAST_SPACE", 2**60)
    assert found(machine.folder(kept_in(tmp_path, limits)))["space"] is How.FAIL


def test_a_folder_others_may_write_into_fails(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    [finding] = machine.folder(kept_in(tmp_path))
    assert finding.how is How.FAIL
    assert "chmod go-w" in finding.sentence


def test_a_folder_that_is_not_there_yet_is_well(tmp_path: Path) -> None:
    assert found(machine.folder(kept_in(tmp_path / "new"))) == {"folder": How.PASS}
    assert not (tmp_path / "new").exists()


def test_a_log_in_memory_is_a_warning() -> None:
    assert found(machine.folder(Config(log=LogSettings(kind="memory")))) == {"folder": How.WARN}


def test_a_cluster_keeps_the_log_elsewhere(tmp_path: Path) -> None:
    config = Config(log=LogSettings(kind="jetstream", folder=tmp_path))
    assert found(machine.folder(config)) == {"folder": How.PASS}


def test_secrets_that_others_may_read_are_said(tmp_path: Path) -> None:
    papers = papers_in(tmp_path)
    papers.key.chmod(0o644)
    config = Config(tls=Tls(papers.certificate, papers.key))
    assert found(machine.private_files(config)) == {"secrets": How.WARN, "certificate": How.PASS}
    # A service whose user exists only while it runs gets its key by its group.
    papers.key.chmod(0o640)
    assert found(machine.private_files(config)) == {"certificate": How.PASS}
    papers.key.write_text("no key")
    assert found(machine.private_files(config)) == {"certificate": How.FAIL}


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/var/lib", "ext4"), ("/run/x", "tmpfs"), ("/run/shared/x", "nfs4"), ("/runner", "ext4")],
)
def test_the_innermost_mount_counts(path: str, kind: str) -> None:
    assert machine.filesystem_of(Path(path), MOUNTS) == kind


@pytest.mark.parametrize(("kind", "how"), [("tmpfs", How.WARN), ("nfs4", How.FAIL)])
def test_what_is_no_disk_of_this_machine_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, how: How
) -> None:
    monkeypatch.setattr(machine, "_mounts", lambda: f"x / {kind} rw 0 0\n")
    assert found(machine.folder(kept_in(tmp_path)))["disk"] is how


@pytest.mark.parametrize(
    ("took", "how"), [(0.001, How.WARN), (0.05, How.PASS), (7.0, How.PASS), (80.0, How.WARN)]
)
def test_a_sync_takes_the_time_of_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, took: float, how: How
) -> None:
    monkeypatch.setattr(machine, "sync_milliseconds", lambda _path: took)
    assert found(machine.folder(kept_in(tmp_path)))["sync"] is how


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, "Free some"), (errno.EROFS, "may write to"), (errno.EACCES, "Ask as root")],
)
def test_a_sync_that_cannot_be_tried_says_what_would_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    def refuses(_path: Path) -> float:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(machine, "sync_milliseconds", refuses)
    sync = next(one for one in machine.folder(kept_in(tmp_path)) if one.what == "sync")
    assert sync.how is How.WARN
    assert advice in sync.advice


def test_a_sync_is_measured(tmp_path: Path) -> None:
    assert machine.sync_milliseconds(tmp_path) > 0
    with pytest.raises(OSError, match="No such file"):
        machine.sync_milliseconds(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("is_right", "how"), [(True, How.PASS), (None, How.PASS), (False, How.WARN)]
)
def test_the_clock(monkeypatch: pytest.MonkeyPatch, is_right: bool | None, how: How) -> None:
    monkeypatch.setattr(machine, "is_synchronised", lambda: is_right)
    assert found(machine.clock(Config())) == {"clock": how}
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    assert found(machine.clock(Config())) == {"clock": How.FAIL}


def test_the_kernel_can_be_asked_about_the_clock() -> None:
    assert machine.is_synchronised() in {True, False, None}


@pytest.mark.parametrize(("reported", "how"), [(100, How.WARN), (10**6, How.PASS), (-1, How.PASS)])
def test_open_files(reported: int, how: How) -> None:
    assert found(machine.open_files(Config(), reported)) == {"files": how}


def test_without_a_relay_the_most_that_may_be_open_counts() -> None:
    few = Config(limits=replace(Limits(), connections=1, arriving=1))
    assert found(machine.open_files(few, None)) == {"files": How.PASS}


@pytest.mark.parametrize(
    ("reported", "how"), [(True, How.PASS), (None, How.PASS), (False, How.FAIL)]
)
def test_memory_images(reported: bool | None, how: How) -> None:
    assert found(machine.memory_image(reported)) == {"core dumps": how}
