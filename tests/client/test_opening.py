"""Opening the notebook before a meeting: asked once if there is one, and never in the way of the meeting."""

from argparse import Namespace
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from holdspace.client.commands import opening
from holdspace.client.keeping import KEPT_HERE, ONLY_IN_MEMORY, Keeper
from holdspace.client.vault import LEAST_COST, Vault
from holdspace.client.vault_errors import NoNotebook

WORDS = "heron over quiet water"
Open = Callable[..., tuple[Keeper, list[str]]]


@pytest.fixture
def open_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    """Return what opens the usual notebook while somebody types these answers."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    def run(
        *typed: str, file: Path | None = None, secret: Path | None = None
    ) -> tuple[Keeper, list[str]]:
        said: list[str] = []
        answers = iter(typed)
        monkeypatch.setattr(opening, "say", said.append)
        monkeypatch.setattr(opening, "unseen", nullcontext)
        monkeypatch.setattr(opening, "ask", lambda _question: next(answers))
        keeper = opening.open_keeper(Namespace(notebook=file, passphrase_file=secret))
        assert next(answers, None) is None
        return keeper, said

    return run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "holdspace" / "notebook"
    Vault.create(path, WORDS, LEAST_COST).close()
    return path


def test_without_one_nobody_is_asked(open_with: Open, tmp_path: Path) -> None:
    keeper, said = open_with()
    assert not keeper.is_kept
    assert said == [f"notebook: {ONLY_IN_MEMORY}"]
    assert not list(tmp_path.iterdir())


def test_its_passphrase_opens_it_also_at_the_second_try(open_with: Open, path: Path) -> None:
    keeper, said = open_with("heron over", WORDS)
    assert keeper.is_kept
    assert "You can try again" in said[0]
    assert said[-1] == f"notebook: {KEPT_HERE}"
    keeper.close()


def test_just_enter_goes_without(open_with: Open, path: Path) -> None:
    keeper, said = open_with("")
    assert not keeper.is_kept
    assert said == [f"notebook: {ONLY_IN_MEMORY}"]


def test_an_invitation_code_typed_too_soon_is_not_tried(open_with: Open, path: Path) -> None:
    keeper, said = open_with("holdspace1:abcdef", "")
    assert not keeper.is_kept
    assert said[0] == f"notebook: {opening.A_CODE}"
    assert "abcdef" not in "".join(said)


def test_one_that_is_open_elsewhere_does_not_stop_the_meeting(open_with: Open, path: Path) -> None:
    first = Vault.open(path, WORDS)
    keeper, said = open_with(WORDS)
    assert not keeper.is_kept
    assert "another window" in said[0]
    first.close()


def test_a_damaged_one_is_left_as_it_is(open_with: Open, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])
    keeper, said = open_with(WORDS)
    assert not keeper.is_kept
    assert "damaged" in said[0]
    assert len(path.read_bytes()) == 1000


def test_one_that_is_named_must_be_there(open_with: Open, tmp_path: Path) -> None:
    with pytest.raises(NoNotebook):
        open_with(file=tmp_path / "elsewhere")


def test_a_file_of_ones_own_answers(open_with: Open, path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(WORDS + "\n")
    keeper, _ = open_with(secret=secret)
    assert keeper.is_kept
    keeper.close()
