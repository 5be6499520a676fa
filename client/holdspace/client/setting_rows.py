"""The settings as people choose them: each with a title, what it is for, and its choices in words.

Derived from the table in settings.py, so that a setting that is added there can be chosen in both front
ends. Pure.
"""

from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

from holdspace.client.keymap import Keymap, check_keymap
from holdspace.client.settings import Settings
from holdspace.protocol.toml_reader import Document, Reader, Wrong
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

TITLES = {
    "theme": N_("Colours"),
    "people": N_("People"),
    "plain": N_("Plain lines"),
    "bell": N_("Bell"),
    "title": N_("Terminal title"),
    "notify": N_("Desktop notification"),
    "quiet_clock": N_("Quiet clock"),
    "motion": N_("Motion"),
    "locale": N_("Crisis card"),
    "cover_slots": N_("Cover slots"),
    "hand": N_("Hand"),
    "keys": N_("Keys"),
    "language": N_("Language"),
}
# What cannot change while a meeting runs.
_NEXT_TIME = {
    "plain": N_("It counts from the next start on."),
    "cover_slots": N_("It counts for the next meeting that you open."),
    "language": N_("It counts from the next start on."),
}
_YES_NO = {True: N_("yes"), False: N_("no")}
_TYPED_KEYS = N_(
    "Type a command and its key, like raise f5. A command alone has its usual key again; /help lists them."
)
_ONE_AT_A_TIME = N_("A command and its key are two words, like raise f5.")
_TYPED = N_("Type it, or leave it empty.")
# What makes it comfortable to be there, chosen at the door of the screen; and what of it plain lines have.
COMFORT = ("theme", "plain", "bell", "notify", "quiet_clock", "motion", "hand")
COMFORT_IN_LINES = ("plain", "bell", "quiet_clock")


class NotAKey(Wrong):
    """Why a key cannot be that of a command, in a whole sentence."""


@value()
class Choice:
    """A value, and what it means."""

    value: Any
    words: str


@value()
class SettingRow:
    """One setting as it is now. Without `choices` it is typed, or changed in the file."""

    name: str
    title: str
    why: str
    value: Any
    usual: Any
    choices: tuple[Choice, ...] = ()
    later: str = ""

    @property
    def shown(self) -> str:
        """Return the value in words."""
        return next((one.words for one in self.choices if one.value == self.value), self._typed)

    @property
    def short(self) -> str:
        """Return the value in a word or two."""
        return self.shown.partition(",")[0]

    @property
    def is_typed(self) -> bool:
        """Tell whether its value is typed."""
        return not self.choices

    @property
    def how(self) -> str:
        """Return how it is typed, where nothing can be chosen."""
        if self.choices:
            return ""
        return _(_TYPED_KEYS) if isinstance(self.value, tuple) else _(_TYPED)

    @property
    def _typed(self) -> str:
        if isinstance(self.value, tuple):
            return ", ".join(f"/{name}: {key}" for name, key in self.value) or _("as usual")
        return str(self.value) or _("as usual")


def rows(settings: Settings, only: tuple[str, ...] = ()) -> tuple[SettingRow, ...]:
    """Return the settings in the order of the table, or some of them."""
    return tuple(_row(one, settings) for one in fields(Settings) if not only or one.name in only)


def row_of(settings: Settings, name: str) -> SettingRow | None:
    """Return the setting that somebody means by its name or its title, or None."""
    wanted = name.strip().replace(" ", "_").replace("-", "_").casefold()
    for one in rows(settings):
        if wanted in {one.name, one.title.replace(" ", "_").casefold()}:
            return one
    return None


def read_typed(settings: Settings, typed: str) -> tuple[SettingRow | None, str]:
    """Return which setting a line is about, and what it is to be; "" where that is not said."""
    words = typed.split()
    for count in range(len(words), 0, -1):
        row = row_of(settings, " ".join(words[:count]))
        if row is not None:
            return row, " ".join(words[count:])
    return None, ""


def value_of(row: SettingRow, typed: str) -> Any:
    """Return the value that somebody typed, its words or its number; raise Wrong, which says what can be."""
    word = typed.strip()
    for at, one in enumerate(row.choices, 1):
        said = {str(at), one.words.partition(",")[0].casefold()}
        # Also as it is written where it is told of: a command is the same in every language.
        usual = _YES_NO.get(one.value, str(one.value)).casefold()
        if word.casefold() in said | {str(one.value).casefold(), usual}:
            return one.value
    if row.choices:
        raise Wrong(_("can be: {choices}").format(choices=", ".join(_names(row))))
    if isinstance(row.value, tuple):
        return _keymap(row.value, word)
    check = next(one.metadata["check"] for one in fields(Settings) if one.name == row.name)
    return check(Reader(Document({}, {})), word, (row.name,))


def _keymap(keymap: Keymap, typed: str) -> Keymap:
    """Return the keys with one of them changed; raise NotAKey, which says why that cannot be."""
    command, *keys = typed.removeprefix("/").split()[:3] or [""]
    if len(keys) > 1 or not command:
        raise NotAKey(_(_ONE_AT_A_TIME))
    wanted = dict(keymap)
    wanted.pop(command, None)
    reader = Reader(Document({}, {}))
    # A command that is none must not look as if it had its usual key.
    check_keymap(reader, {command: "f9"}, ("keys",))
    good = check_keymap(reader, {**wanted, **({command: keys[0]} if keys else {})}, ("keys",))
    if reader.problems:
        raise NotAKey(reader.problems[0].sentence)
    return good


def _names(row: SettingRow) -> Iterator[str]:
    return (one.words.partition(",")[0] for one in row.choices)


def _row(one: Field[Any], settings: Settings) -> SettingRow:
    title = TITLES.get(one.name)
    return SettingRow(
        one.name,
        _(title) if title else one.name.replace("_", " "),
        _(one.metadata["why"]),
        getattr(settings, one.name),
        one.default,
        _choices(one),
        _(_NEXT_TIME[one.name]) if one.name in _NEXT_TIME else "",
    )


def _choices(one: Field[Any]) -> tuple[Choice, ...]:
    if isinstance(one.default, bool):
        return tuple(Choice(value, _(words)) for value, words in _YES_NO.items())
    named: dict[str, str] = one.metadata["choices"]
    return tuple(Choice(value, _(words)) for value, words in named.items())
