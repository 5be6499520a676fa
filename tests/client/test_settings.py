"""Settings: read from one file, checked line by line, and never in anybody's way."""

import re
from pathlib import Path

import pytest

from holdspace.client.act_kinds import use_keys
from holdspace.client.act_table import ACTS
from holdspace.client.acts import BY_ID, BY_SLASH, Spot
from holdspace.client.keymap import keys_for, moved
from holdspace.client.own_folder import settings_file
from holdspace.client.settings import (
    Settings,
    example,
    find_settings,
    page,
    read_settings,
)

SET = re.compile(r"\w+ = |\[")
DOCS = Path(__file__).parents[2] / "docs"


def test_without_a_file_everything_is_as_usual(tmp_path: Path) -> None:
    found = find_settings({"XDG_CONFIG_HOME": str(tmp_path)})
    assert found.settings == Settings()
    assert found.lines() == []


def test_what_is_set_counts(tmp_path: Path) -> None:
    file = settings_file({"XDG_CONFIG_HOME": str(tmp_path)})
    file.parent.mkdir()
    file.write_text('theme = "paper"\nbell = false\n[keys]\nraise = "ä"\n')
    settings = find_settings({"XDG_CONFIG_HOME": str(tmp_path)}).settings
    assert settings == Settings(theme="paper", bell=False, keys=(("raise", "ä"),))


def test_a_relative_place_does_not_count() -> None:
    assert settings_file({"XDG_CONFIG_HOME": "here"}).is_absolute()


def test_a_mistake_is_said_with_its_line_and_the_rest_counts() -> None:
    settings, problems = read_settings('them = "calm"\nbell = 1\nplain = true\ntheme = "pink"\n')
    assert settings == Settings(plain=True)
    assert [(one.line, one.sentence) for one in problems] == [
        (1, "Nobody knows the key them here. Did you mean theme?"),
        (2, "bell must be true or false."),
        (4, "theme must be one of: calm, paper, contrast, terminal."),
    ]


@pytest.mark.parametrize("content", [b"\xff", b"[", b"theme = 'calm\x1b'\n"])
def test_a_file_that_is_none_keeps_nobody_out(tmp_path: Path, content: bytes) -> None:
    file = settings_file({"XDG_CONFIG_HOME": str(tmp_path)})
    file.parent.mkdir()
    file.write_bytes(content)
    found = find_settings({"XDG_CONFIG_HOME": str(tmp_path)})
    assert found.settings == Settings()
    assert found.lines()[0].startswith("settings: settings.toml, line 1: ")


def test_the_example_sets_what_is_set_anyway() -> None:
    lines = (line.removeprefix("# ") for line in example().splitlines())
    settings, problems = read_settings("\n".join(line for line in lines if SET.match(line)))
    assert problems == ()
    assert settings == Settings(keys=(("raise", "h"),))


def test_the_page_in_docs_is_the_one_that_is_written() -> None:
    assert (DOCS / "settings.md").read_text() == page()


class TestKeys:
    def test_acts_that_share_a_key_share_the_other_one(self) -> None:
        assert moved((("hold", "Q"),)) == {"hold": "Q", "resume": "Q"}

    def test_every_act_has_its_own_key_once_it_was_set(self) -> None:
        use_keys(moved((("raise", "f5"),)))
        try:
            assert BY_SLASH["raise"].key == "f5"
            assert BY_ID["lower"].key == "l"
        finally:
            use_keys({})

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            ('rise = "Q"', "Nobody knows the key rise here. Did you mean raise?"),
            ('raise = "ctrl+r"', "The key of raise must be one character, or f3 to f11."),
            ('raise = "f12"', "The key of raise must be one character, or f3 to f11."),
            ('exit = "Q"', "The key of exit cannot be changed."),
            ('raise = "l"', "The key of raise does something else there already."),
            ('raise = "?"', "The key of raise does something else there already."),
        ],
    )
    def test_what_would_not_work_is_said(self, line: str, sentence: str) -> None:
        settings, problems = read_settings(f"[keys]\n{line}\n")
        assert settings == Settings()
        assert [(one.line, one.sentence) for one in problems] == [(2, sentence)]

    def test_the_others_count_beside_a_mistaken_one(self) -> None:
        lines = 'raise = "l"\nlower = "ctrl+l"\nnod = "f5"\nhnd = "f6"\n'
        settings, problems = read_settings(f"[keys]\n{lines}")
        assert settings.keys == (("nod", "f5"),)
        assert [one.line for one in problems] == [2, 3, 5]

    def test_two_acts_can_change_places(self) -> None:
        settings, problems = read_settings('[keys]\nraise = "l"\nlower = "h"\n')
        assert problems == ()
        assert moved(settings.keys) == {"raise": "l", "lower": "h"}

    def test_usual_keys_do_not_clash(self) -> None:
        everything = tuple((act.slash, act.usual_key) for act in ACTS if len(act.usual_key) == 1)
        lines = "\n".join(f'{name} = "{key}"' for name, key in everything)
        _, problems = read_settings(f"[keys]\n{lines}\n")
        assert problems == ()


# On a keyboard as it is sold in most countries; what is done every evening, by who takes part and who leads.
HALVES = {"left": set("qwertasdfgzxcvb"), "right": set("yuiophjklnm,.;'[]-=\\/")}
EVERYDAY = (
    *("raise", "lower", "pass", "nod", "metoo", "yes", "no", "what"),
    *("next", "release", "admit", "leave"),
)


class TestOneHand:
    @pytest.mark.parametrize("hand", ["left", "right"])
    def test_what_is_done_every_evening_lies_under_that_hand(self, hand: str) -> None:
        keys = {act.id: act.usual_key for act in ACTS} | keys_for(hand, ())
        far = {name: keys[BY_SLASH[name].id] for name in EVERYDAY}
        assert {name: key for name, key in far.items() if key not in HALVES[hand]} == {}

    @pytest.mark.parametrize("hand", ["left", "right"])
    def test_no_key_means_two_things_there(self, hand: str) -> None:
        keys = {act.id: act.usual_key for act in ACTS} | keys_for(hand, ())
        for spot in Spot:
            here = [act for act in ACTS if act.spot in (spot, Spot.ANYWHERE)]
            usual: dict[str, set[str]] = {}
            for act in here:
                usual.setdefault(keys[act.id], set()).add(act.usual_key)
            assert {key: own for key, own in usual.items() if len(own) > 1} == {}

    def test_somebody_s_own_keys_come_before_those_of_the_hand(self) -> None:
        keys = keys_for("left", (("raise", "f5"), ("what", "g"), ("agenda", "w")))
        assert (keys["raise"], keys["what"], keys["agenda"]) == ("f5", "g", "w")
        # The place of the agenda was for "next", which nothing stands in the way of.
        assert keys["next"] == "a"
        assert keys["pass"] == "c"

    def test_what_an_own_key_stands_in_the_way_of_is_where_it_usually_is(self) -> None:
        # "g" is nobody's usually, and the left hand's for raising.
        keys = keys_for("left", (("hold", "g"),))
        assert keys["hold"] == "g"
        assert keys.get("raise", "h") == "h"
        assert keys.get("repeat", "b") == "b"


def test_no_key_of_ours_is_one_that_a_multiplexer_wants() -> None:
    # tmux and screen take Ctrl+B and Ctrl+A, terminals Ctrl+S and Ctrl+Q; here no key has to be held down.
    assert {key for act in ACTS for key in [act.usual_key] if "+" in key and len(key) > 1} == set()
