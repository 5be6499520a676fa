"""Which time zone this computer's clock shows."""

from pathlib import Path

import pytest

from holdspace.client.zone import local_zone


def test_the_zone_is_what_the_computer_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    monkeypatch.delenv("TZ", raising=False)
    assert local_zone(link) == "Europe/Berlin"
    monkeypatch.setenv("TZ", ":Asia/Kolkata")
    assert local_zone(link) == "Asia/Kolkata"


@pytest.mark.parametrize("named", ["", "<+05>-5", "x" * 50, "a b"])
def test_what_is_no_name_of_a_zone_is_utc(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", named)
    assert local_zone(tmp_path / "nothing") == "UTC"
