"""What somebody takes home: their own words, and nothing of anybody else."""

from dataclasses import replace
from pathlib import Path

import pytest

from holdspace.client.notebook import Idea, Notebook, Plan
from holdspace.client.own.keepsake import NOTHING, NotKept, keepsake, save
from holdspace.client.seat.view import Line, Passage, PersonView, Role, RoomView

ME = PersonView(b"m" * 32, "Sam", "k3", Role.MEMBER, is_me=True)
MARA = PersonView(b"a" * 32, "Mara", "7f", Role.HOST)


def share(number: int, text: str, author: PersonView = ME) -> Passage:
    return Passage(
        bytes([number]) * 16, Line.SHARE, text, 1_700_000_000.0, author, is_mine=author.is_me
    )


VIEW = RoomView(
    room_name="Tuesday circle",
    transcript=(
        share(1, "Mara's words", MARA),
        share(2, "My first line\nand its second"),
        Passage(b"t" * 16, Line.TURN, "Mara has the floor.", 0.0),
        share(3, "My other words"),
        replace(share(4, "not read yet"), is_ready=True),
    ),
)


def test_it_holds_ones_own_words_in_order_and_nobody_elses() -> None:
    head, *words = keepsake(VIEW).rstrip("\n").split("\n\n")
    assert head.startswith("My own words, 2023-11-1")
    assert words == ["My first line\nand its second", "My other words"]
    assert not any(word in keepsake(VIEW) for word in ("Mara", "Tuesday", "Sam", "not read yet"))


def test_the_file_is_new_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    assert str(file) in save(VIEW, str(file))
    assert file.read_text() == keepsake(VIEW)
    assert file.stat().st_mode & 0o777 == 0o600


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "diary.txt"
    file.write_text("dear diary")
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "elsewhere.txt")
    for path in (file, link):
        with pytest.raises(NotKept, match="is there already"):
            save(VIEW, str(path))
    assert file.read_text() == "dear diary"
    assert not (tmp_path / "elsewhere.txt").exists()


def test_without_words_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotKept) as refused:
        save(RoomView(transcript=VIEW.transcript[:1]), str(tmp_path / "mine.txt"))
    assert str(refused.value) == NOTHING
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotKept, match="No such file or directory"):
        save(VIEW, str(tmp_path / "no" / "mine.txt"))


def test_plans_and_ideas_of_this_room_come_along() -> None:
    notebook = Notebook(
        plans=(Plan(b"r" * 16, 1.0, "walk"), Plan(b"o" * 16, 1.0, "swim")),
        ideas=(Idea(b"r" * 16, 1.0, "warm socks"),),
    )
    page = keepsake(replace(VIEW, room=b"r" * 16), notebook)
    assert "walk" in page
    assert "warm socks" in page
    assert "swim" not in page
    assert "Mara" not in page
