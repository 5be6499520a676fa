"""Changing one setting in a file that somebody wrote: that line, and nothing else."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.client.settings import example, read_settings
from holdspace.client.settings_text import CannotChange, value_in, with_value

OWN = """\
# Mine. Do not tidy up!
them = "calm"   # a mistake, and it stays

theme   =  'pink'  # mistaken, too
bell=false
# the left one hurts
hand = "right"

[keys]
raise = "ä"
theme = "q"
"""


def test_only_the_value_is_changed_and_its_comment_stays() -> None:
    assert with_value(OWN, "theme", '"paper"') == OWN.replace("'pink'", '"paper"')
    assert with_value(OWN, "bell", "true") == OWN.replace("bell=false", "bell=true")


def test_a_new_setting_stands_after_the_others_and_before_the_tables() -> None:
    changed = with_value(OWN, "motion", '"gentle"')
    assert changed == OWN.replace('"right"\n', '"right"\nmotion = "gentle"\n')


def test_a_new_setting_stands_under_its_own_example() -> None:
    changed = with_value(example(), "bell", "false")
    assert "# bell = true\nbell = false\n" in changed
    assert read_settings(changed)[0].bell is False


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("", "bell = true\n"),
        ("# nothing yet", "# nothing yet\nbell = true\n"),
        ("# nothing yet\n", "# nothing yet\nbell = true\n"),
        ('[keys]\nraise = "j"\n', 'bell = true\n[keys]\nraise = "j"\n'),
        ("plain = true", "plain = true\nbell = true\n"),
        ("plain = true\r\n", "plain = true\r\nbell = true\r\n"),
        ("bell = 1 # odd\r\n", "bell = true # odd\r\n"),
        ("'bell' = [\n1,\n2,\n]\nplain = true\n", "'bell' = true\nplain = true\n"),
        ('why = """\n# bell = true\n"""\n', 'why = """\n# bell = true\n"""\nbell = true\n'),
    ],
)
def test_it_is_written_where_it_counts(text: str, changed: str) -> None:
    assert with_value(text, "bell", "true") == changed


@pytest.mark.parametrize(
    "text", ["bell", "bell = = 1", "[bell]\nx = 1\n", "bell.x = 1\n", "\ufeff"]
)
def test_what_only_a_person_can_change_is_left_to_them(text: str) -> None:
    with pytest.raises(CannotChange):
        with_value(text, "bell", "true")


def test_a_setting_is_taken_away_again_with_its_line_and_without_its_comment() -> None:
    assert with_value("bell = true\nplain = true\n", "bell", None) == "plain = true\n"
    assert with_value("bell = true # loud\n", "bell", None) == "# loud\n"
    assert with_value(OWN, "motion", None) == OWN


@pytest.mark.parametrize("name", ["theme", "bell", "hand", "motion", "people"])
def test_what_was_changed_can_be_put_back_letter_for_letter(name: str) -> None:
    changed = with_value(OWN, name, '"new"')
    assert with_value(changed, name, value_in(OWN, name)) == OWN


# A file of any of these lines, in any order: what is no TOML is left alone.
PLAIN = (
    "a = 1",
    "bell = 'x = 1'",
    "# bell = 2",
    "[t]",
    "[[t]]",
    "a.b = 2",
    "",
    "  bell = false  # so",
)
HARD = ("c = [1, # bell = 3", "]", 'd = """', '"""', "e = {x = 1}", "ä = 1", "f = '#'", "\r")
LINES = st.sampled_from((*PLAIN, *HARD))


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_nothing_else_ever_means_something_else(text: str) -> None:
    try:
        changed = with_value(text, "bell", '"new"')
    except CannotChange:
        return
    assert tomllib.loads(changed) == {**tomllib.loads(text), "bell": "new"}
    comments = [line for line in text.split("\n") if line.startswith("#")]
    assert [line for line in changed.split("\n") if line.startswith("#")] == comments
