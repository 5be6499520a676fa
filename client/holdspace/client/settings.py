"""What somebody sets once for every meeting: one table, which the file's check and the docs derive from.

A file with mistakes keeps nobody out of a meeting: what is wrong in it is said, line by line, and
everything else counts.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import Field, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from holdspace.client.file_errors import why
from holdspace.client.keymap import HANDS, Keymap, check_keymap
from holdspace.client.language import LANGUAGES
from holdspace.client.own_folder import settings_file
from holdspace.protocol import toml_reader as toml
from holdspace.protocol.toml_reader import DataError, Problem, Reader
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

# What stands in the file and can always be typed, and what is read: first a word for it, then what it is.
THEMES = {
    "calm": N_("calm, off-white on dark slate"),
    "paper": N_("paper, dark ink on light paper"),
    "contrast": N_("contrast, the strongest contrast: white and black, and bright colours"),
    "terminal": N_("terminal, the terminal's own colours"),
}
PEOPLE = {
    "circle": N_("circle, drawn as a circle where it fits"),
    "list": N_("list, always as a list"),
}
MOTION = {
    "none": N_("none, nothing moves"),
    "gentle": N_("gentle, a dot each second"),
}


def _setting(
    check: toml.Check, default: Any, why: str, choices: Mapping[str, str] = MappingProxyType({})
) -> Any:
    """Declare a setting: how it is checked, what it is when nothing is said, and what it is for."""
    return field(default=default, metadata={"check": check, "why": why, "choices": choices})


@value(kw_only=True)
class Settings:
    """What was set, with defaults for the rest."""

    theme: str = _setting(
        toml.choice(*THEMES),
        "calm",
        N_("The colours of the screen. NO_COLOR has the last word."),
        THEMES,
    )
    people: str = _setting(
        toml.choice(*PEOPLE),
        "circle",
        N_("How people are shown beside the room."),
        PEOPLE,
    )
    plain: bool = _setting(
        toml.flag(), False, N_("Plain lines instead of the screen, as --plain asks for.")
    )
    bell: bool = _setting(toml.flag(), True, N_("One bell when it is your turn."))
    title: bool = _setting(
        toml.flag(),
        True,
        N_("The terminal's title changes when it is your turn, without any names."),
    )
    notify: bool = _setting(
        toml.flag(),
        False,
        N_("A desktop notification when you are next and when it is your turn, without any names."),
    )
    quiet_clock: bool = _setting(
        toml.flag(),
        False,
        N_("Time in parts of a stage (early, midway, near the end), without minutes."),
    )
    motion: str = _setting(
        toml.choice(*MOTION),
        "none",
        N_("Whether exercises on the screen move."),
        MOTION,
    )
    language: str = _setting(
        toml.pattern(
            f"({'|'.join(LANGUAGES)})?",
            N_("one of {names}, or nothing").filled(names=", ".join(LANGUAGES)),
        ),
        "",
        N_(
            "The language of the program itself; without a word here, that of your computer. What people "
            "write, and the flow that a host has chosen, are not translated."
        ),
        LANGUAGES,
    )
    locale: str = _setting(
        toml.pattern(r"([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?", N_("a place like en-GB, or nothing")),
        "",
        N_(
            "Whose crisis card is shown when the room brings none, like en-GB; otherwise LANG says it."
        ),
    )
    cover_slots: bool = _setting(
        toml.flag(),
        False,
        N_(
            "When you host: everybody's program sends one small message every two seconds, with words in it "
            "or without, so that the sending does not tell the relay who speaks; as --cover-slots asks for. "
            "An hour costs each about 2 MB for each person in the room."
        ),
    )
    hand: str = _setting(
        toml.choice(*HANDS),
        "both",
        N_("Which hand is at the keyboard. No key has to be held down with any of them."),
        HANDS,
    )
    keys: Keymap = _setting(
        check_keymap,
        (),
        N_("Other keys, by the commands of docs/keys.md. Acts that share a key move together."),
    )


USUAL = Settings()


@value()
class Found:
    """The settings that count, where they are from, and what is wrong there."""

    settings: Settings
    file: Path
    problems: tuple[Problem, ...] = ()

    def lines(self) -> list[str]:
        """Return what is wrong, a line each."""
        return [
            _("settings: {file}, line {line}: {sentence}").format(
                file=self.file.name, line=one.line, sentence=one.sentence
            )
            for one in self.problems
        ]


def find_settings(environment: Mapping[str, str] = os.environ) -> Found:
    """Return this person's settings."""
    file = settings_file(environment)
    try:
        with file.open("rb") as opened:
            text = opened.read(toml.MAX_BYTES + 1).decode()
    except FileNotFoundError:
        return Found(Settings(), file)
    except OSError as error:
        return Found(
            Settings(),
            file,
            (Problem(1, _("It cannot be read: {reason}.").format(reason=why(error))),),
        )
    except UnicodeDecodeError:
        return Found(Settings(), file, (Problem(1, _("The file is not UTF-8 text.")),))
    settings, problems = read_settings(text)
    return Found(settings, file, problems)


def read_settings(text: str) -> tuple[Settings, tuple[Problem, ...]]:
    """Return what a file sets, with defaults in place of its mistakes; and those."""
    try:
        reader = Reader(toml.open_document(text))
    except DataError as error:
        return Settings(), error.problems
    known = {one.name: one for one in fields(Settings)}
    values: dict[str, Any] = {}
    for name, given in reader.document.data.items():
        if name not in known:
            reader.wrong((name,), toml.unknown_key(name, known))
            continue
        before = reader.count
        try:
            checked = known[name].metadata["check"](reader, given, (name,))
        except toml.Wrong as wrong:
            reader.wrong((name,), toml.named_wrong(name, wrong))
        else:
            # Of the keys, those that are right count.
            is_right = reader.count == before or name == "keys"
            values |= {name: checked} if is_right else {}
    return Settings(**values), reader.sorted_problems()


def in_effect(settings: Settings) -> list[str]:
    """Return each setting as it is, with what it is for."""
    return [
        f"{one.name} = {_toml(getattr(settings, one.name))}. {_why(one)}"
        for one in fields(Settings)
    ]


def example() -> str:
    """Return a file with every setting as it is when nothing is said, each behind a `#`."""
    return "\n".join(_commented(one) for one in fields(Settings))


def page() -> str:
    """Return docs/settings.md."""
    return _PAGE + "\n".join(_section(one) for one in fields(Settings)) + _OWN_FILES


def _why(one: Field[Any]) -> str:
    return _(one.metadata["why"])


def _commented(one: Field[Any]) -> str:
    choices = (
        f"{name}: {_(words).removeprefix(f'{name}, ')}"
        for name, words in one.metadata["choices"].items()
    )
    shown = '[keys]\n# raise = "h"' if one.name == "keys" else _line(one)
    return "".join(f"# {line}\n" for line in (_why(one), *choices, *shown.split("\n# ")))


def _section(one: Field[Any]) -> str:
    choices = [
        f"- `{name}`: {words.removeprefix(f'{name}, ')}."
        for name, words in one.metadata["choices"].items()
    ]
    usual = "" if one.name == "keys" else f" Usually `{_toml(one.default)}`."
    return "\n".join(
        [f"## {one.name}\n", f"{_why(one)}{usual}", *([""] if choices else []), *choices, ""]
    )


def _line(one: Field[Any]) -> str:
    return f"{one.name} = {_toml(one.default)}"


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(f'{name} = "{key}"' for name, key in value) or _("as usual")
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


_PAGE = """\
# Settings

<!-- Written by `python -m holdspace.client.settings`; a test fails when it is out of date. -->

Everything works without any. What you set lasts for every meeting. `/settings`, or the key `$`, changes it in
the middle of a meeting, and `holdspace settings` without one. It stands in `settings.toml` in the folder
`holdspace` of your configuration (`holdspace settings --list` says where that is, and what counts now), and
you can write there yourself: only the line of what you change is changed, and everything else there stays.
A mistake in it keeps you out of nothing: it is said when you start, with its line, and the rest counts.
Nothing about a room or a person is in it.

"""

_OWN_FILES = """
## Your own words

Files in the folders `flows`, `techniques`, `agreements`, `cards`, `phrases` and `crisis` beside
`settings.toml` stand in for the shipped ones of the same name, or add to them. `holdspace flow export
NAME FILE` writes one out to begin from. `holdspace settings --list` says which of yours are used; one with a
mistake is not, and it says on which line.
"""

if __name__ == "__main__":
    sys.stdout.write(page())
