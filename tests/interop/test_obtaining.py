"""Other implementations are fetched when first needed; where they cannot be had, somebody says why."""

from pathlib import Path

import pytest

import mls_peers


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Look into an empty folder, and keep what people are told."""
    monkeypatch.setattr(mls_peers, "WHEELS", tmp_path / "site-packages")
    monkeypatch.setattr(mls_peers, "NODE_MODULES", tmp_path / "node_modules")
    return []


def test_without_node_there_is_no_ts_mls(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(mls_peers.MissingPeer, match="not installed here"):
        mls_peers.obtain("npm", said.append)
    assert not said


def test_without_a_network_the_reason_is_given_and_nothing_is_taken_for_ready(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(mls_peers.MissingPeer, match="agentvault-mls-rs-uniffi"):
        mls_peers.obtain("wheels", said.append)
    assert len(said) == 1
    assert not (mls_peers.WHEELS / mls_peers.STAMP).exists()


def test_what_is_there_already_is_not_fetched_again(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mls_peers, "REQUIREMENTS", mls_peers.WHEELS.parent / "nothing.txt")
    mls_peers.REQUIREMENTS.write_text("# nothing to install\n")
    for _ in range(2):
        mls_peers.obtain("wheels", said.append)
    assert len(said) == 1
