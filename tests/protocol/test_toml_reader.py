"""A file that somebody wrote is read value by value, and what is wrong is said where it stands."""

import tomllib
from dataclasses import dataclass
from datetime import date
from time import process_time

import pytest

from holdspace.protocol import toml_reader as toml
from holdspace.protocol.toml_reader import DataError, Reader, key, open_document, read_section

NEW_YEAR = date(2027, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Evening:
    """One of each kind of value."""

    name: str = key(toml.text(5), "")
    words: str = key(toml.text(20, lines=True, empty=True), "")
    people: int = key(toml.whole(2, 12), 2)
    share: float = key(toml.number(0, 1), 0.0)
    quiet: bool = key(toml.flag(), False)
    on: date = key(toml.day(), NEW_YEAR)  # noqa: RUF009 - a declaration
    turns: str = key(toml.choice("hands", "round"), "hands")
    tags: tuple[str, ...] = key(toml.many(toml.pattern("[a-z]+", "small letters"), 2, least=1), ())


def said(text: str) -> str:
    """Return what is wrong with an evening, or nothing."""
    document = open_document(text)
    reader = Reader(document)
    read_section(reader, Evening, document.data, ())
    return " ".join(problem.sentence for problem in reader.sorted_problems())


@pytest.mark.parametrize(
    "line",
    [
        'name = "Annas"',
        'words = "one\\ntwo"',
        'words = ""',
        "people = 2",
        "people = 12",
        "share = 0",
        "share = 1.0",
        "quiet = true",
        "on = 2027-11-01",
        'turns = "round"',
        'tags = ["a"]',
        'tags = ["a", "b"]',
    ],
)
def test_a_value_within_its_bounds_is_taken(line: str) -> None:
    assert said(line) == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('name = "Annika"', "is 6 characters long; 5 is the most"),
        ("name = 5", "must be a text in quotes"),
        ('name = "a\\nb"', "has a line break"),
        ('name = "a\\u001bb"', "has a line break, or an invisible, escape"),
        ('words = "a\\u202eb"', "direction character"),
        ('name = "  "', "is empty"),
        ("people = 1", "2 to 12"),
        ("people = 13", "2 to 12"),
        ("share = -0.1", "from 0 to 1"),
        ("share = 1.1", "from 0 to 1"),
        ("share = true", "from 0 to 1"),
        ("quiet = 1", "must be true or false"),
        ('on = "2027-11-01"', "must be a date like 2027-11-01"),
        ("on = 2027-11-01T18:00:00", "must be a date like 2027-11-01"),
        ('turns = "shout"', "must be one of: hands, round"),
        ('tags = "a"', "must be a list"),
        ("tags = []", "must have 1 to 2 entries and has 0"),
        ('tags = ["a", "b", "c"]', "must have 1 to 2 entries and has 3"),
        ('tags = ["A"]', "small letters"),
        ("nmae = 1", "Did you mean name?"),
        ('"\\u001b" = 1', "a key with an odd name"),
    ],
)
def test_a_value_beyond_them_is_told_what_it_should_be(line: str, words: str) -> None:
    assert words in said(line)


def test_of_many_problems_the_first_forty_are_told() -> None:
    many = "\n".join(f"odd{number} = 1" for number in range(60))
    assert said(many).count("Nobody knows the key") == toml.MAX_PROBLEMS == 40


def test_what_is_wrong_after_forty_problems_is_not_taken_for_right() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Guest:
        name: str = key(toml.text(5))

    many = "\n".join(f"odd{number} = 1" for number in range(60))
    reader = Reader(open_document(many))
    assert read_section(reader, Guest, reader.document.data, ()) is None
    assert len(reader.problems) == toml.MAX_PROBLEMS
    assert read_section(reader, Guest, {}, ()) is None


def seconds(text: str) -> float:
    """Return how much work it is to refuse a file."""
    began = process_time()
    with pytest.raises(DataError):
        open_document(text)
    return process_time() - began


def test_quotes_behind_backslashes_cost_no_more_than_letters() -> None:
    # Looking for a key from each of them to the end of its line was two hundred times the work.
    letters, quotes = ("ab" * 9_900, '\\"' * 9_900)
    pairs = [(seconds(quotes), seconds(letters)) for _ in range(5)]
    assert min(much for much, _ in pairs) < 50 * max(little for _, little in pairs)


@pytest.mark.parametrize("error", [RecursionError, ValueError])
def test_what_this_python_cannot_hold_is_refused_and_not_raised(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How deep is too deep differs from one Python to the next."""

    def give_up(_text: str) -> None:
        raise error

    monkeypatch.setattr(tomllib, "loads", give_up)
    with pytest.raises(DataError, match="nested too deep"):
        open_document("name = 5")
