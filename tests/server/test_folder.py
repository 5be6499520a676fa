"""Whose folder the relay works in: its own, or none."""

import errno
import os
from pathlib import Path

import pytest

from holdspace.server.folder import checked_folder, own_folder
from holdspace.server.log import UnusableLogError

AM_ROOT = os.geteuid() == 0


def test_a_missing_one_is_made_for_us_alone(tmp_path: Path) -> None:
    made = own_folder(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700


def test_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    own_folder(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_one_that_others_may_write_into_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(mode)
    with pytest.raises(UnusableLogError, match="chmod go-w"):
        own_folder(tmp_path / "a")


def test_somebody_elses_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableLogError, match="belongs to another user"):
        checked_folder(tmp_path, os.geteuid() + 1)


def test_our_own_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    assert own_folder(tmp_path / "link") == tmp_path / "link"


@pytest.mark.skipif(not AM_ROOT, reason="only root can make somebody else's link")
def test_somebody_elses_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    os.chown(tmp_path / "link", 12345, -1, follow_symlinks=False)
    with pytest.raises(UnusableLogError, match="link that another user made"):
        own_folder(tmp_path / "link")


def test_what_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        # No command of root's would help here.
        with pytest.raises(
            UnusableLogError, match=r"The relay cannot use .* Choose another folder"
        ):
            own_folder(path)


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.EACCES, "As root: install -d -m 700"), (errno.EROFS, "Choose another folder")],
)
def test_the_advice_fits_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    def refuses(*_args: object, **_more: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuses)
    with pytest.raises(UnusableLogError, match=advice):
        own_folder(tmp_path / "relay")
