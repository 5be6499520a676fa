"""A host chooses cover slots knowing what they are for and cost, and everybody reads of them at the door."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from holdspace.client.commands import host
from holdspace.client.plain.lobby import lobby_lines
from holdspace.client.privacy import BY_CHANCE, COVERED, GUESSED, PRIVACY, WITHOUT_SLOTS
from holdspace.client.settings import Found, Settings
from holdspace.client.tui import group_card
from holdspace.client.tui.rows import plain
from screen_samples import CARD

PAGE = Path(__file__).parents[2] / "docs" / "traffic.md"
SIGN = "every two seconds"
Choose = Callable[..., tuple[bool, list[str]]]


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Choose:
    """Return what reads a host's options beside their settings: what is chosen, and what is said."""

    def run(*options: str, is_usual: bool = False) -> tuple[bool, list[str]]:
        said: list[str] = []
        found = Found(Settings(cover_slots=is_usual), tmp_path)
        monkeypatch.setattr(host, "find_settings", lambda: found)
        monkeypatch.setattr(host, "say", said.append)
        parser = ArgumentParser()
        host.add_meeting_options(parser)
        return host.is_covered(parser.parse_args(options, Namespace())), said

    return run


def test_without_a_word_there_are_none_and_the_host_reads_what_can_be_guessed(
    choose: Choose,
) -> None:
    is_chosen, [said] = choose()
    assert not is_chosen
    assert WITHOUT_SLOTS in said
    assert "--cover-slots" in said


def test_the_option_or_the_settings_choose_them_and_the_option_has_the_last_word(
    choose: Choose,
) -> None:
    assert choose("--cover-slots") == (True, [f"relay: {COVERED}"])
    assert choose(is_usual=True) == (True, [f"relay: {COVERED}"])
    assert choose("--no-cover-slots", is_usual=True)[0] is False


def test_people_read_of_them_at_the_door_in_both_front_ends() -> None:
    covered = replace(CARD, is_covered=True)
    assert any(COVERED in line for line in lobby_lines(covered))
    assert not any(COVERED in line for line in lobby_lines(CARD))
    assert SIGN in " ".join(plain(row) for row in group_card.relay(covered, 500))
    assert SIGN not in " ".join(plain(row) for row in group_card.relay(CARD, 500))


def test_the_figures_that_hosts_are_told_are_those_of_the_page() -> None:
    page = PAGE.read_text()
    [chance] = re.findall(r"\| \*chance\* \| ([\d.]+)%", page)
    shares = re.findall(r"^\| [a-z].* \| ([\d.]+)% \| [\d.]+% \|$", page, re.MULTILINE)
    assert (round(max(map(float, shares))), round(float(chance))) == (GUESSED, BY_CHANCE)
    assert "every second guess" in PRIVACY


def test_with_slots_no_guess_on_the_page_is_five_points_over_chance() -> None:
    page = PAGE.read_text()
    shares = re.findall(r"^\| \S.* \| [\d.]+% \| ([\d.]+)% \|$", page, re.MULTILINE)
    assert len(shares) > 10
    assert max(map(float, shares)) <= float(shares[0]) + 5
