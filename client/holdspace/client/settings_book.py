"""Somebody's settings while the program runs: what counts now, and the file it is written down in.

A change holds at once, whether it can be written down or not. What somebody wrote in the file meanwhile
is never written over: it is taken up, and said.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from holdspace.client.act_kinds import use_keys
from holdspace.client.care.soft_time import use_quiet_clock
from holdspace.client.keymap import keys_for
from holdspace.client.setting_rows import NotAKey, SettingRow, row_of, rows, value_of
from holdspace.client.settings import USUAL, Found, Settings, find_settings, read_settings
from holdspace.client.settings_text import CannotChange, table_in, value_in, with_table, with_value
from holdspace.protocol import toml_reader as toml
from holdspace.protocol.text import clean_line
from holdspace.protocol.toml_reader import Wrong
from holdspace.protocol.translation import N_, _

_WRITTEN = N_("It is written down for every meeting.")
_FOR_NOW = N_("It holds for this time, and is not written down.")
_IF_REMEMBERED = N_("It counts from the next start on, if you let it be remembered.")
_NO_FILE = N_("It holds for this time.")
_NOT_TOML = N_(
    "It could not be written into {file}: it stands there in a way that only you can change. Nothing there "
    "was touched. What you chose holds for this time."
)
_NOT_WRITABLE = N_(
    "{file} cannot be written: {why}. What stands there is as it was. What you chose holds for this time."
)
_CHANGED_THERE = N_(
    "{title} was changed in {file} meanwhile, so nothing was written over it. What stands there counts now: "
    "{shown}. Choose again if you want something else."
)
_AS_IT_WAS = N_("Everything is as it was when you opened this.")
_NOTHING_CHANGED = N_("Nothing was changed.")
_AS_IT_STAYS = N_("Your keys are as they were.")
_CAN_BE = N_("{title} {wrong}. It is as it was.")
UNKNOWN = N_("There is no setting of that name. /settings lists them.")
_REMEMBERED = N_("Remembered: it is written in {file}, and nothing else is.")

Use = Callable[[Settings], None]
NAMES = tuple(one.name for one in fields(Settings))
KEYS = "keys"


class SettingsBook:
    """What is set, how it was, and where it is written down; without a file it holds for this time."""

    def __init__(
        self,
        settings: Settings = USUAL,
        file: Path | None = None,
        problems: tuple[toml.Problem, ...] = (),
    ) -> None:
        self.settings = settings
        self.file = file
        self.problems = problems
        self._use: Use = lambda _settings: None
        self._seen = self._sources()
        self._opened, self._opened_sources = settings, self._seen

    @classmethod
    def of(cls, found: Found) -> "SettingsBook":
        """Return the book of the settings that were found."""
        return cls(found.settings, found.file, found.problems)

    @property
    def rows(self) -> tuple[SettingRow, ...]:
        """Return every setting as it is now."""
        return rows(self.settings)

    @property
    def where(self) -> str:
        """Return where they are written down, for a sentence."""
        return clean_line(str(self.file), 200) if self.file else ""

    @property
    def trouble(self) -> tuple[str, ...]:
        """Return what is wrong in the file, a line each."""
        return tuple(Found(self.settings, self.file, self.problems).lines()) if self.file else ()

    @property
    def is_changed(self) -> bool:
        """Tell whether anything is not as it was when this was opened."""
        return self.settings != self._opened

    def when_changed(self, use: Use) -> None:
        """Let this take what was changed."""
        self._use = use

    def open(self) -> None:
        """Look at the file again, and remember how everything is now, so that it can be put back."""
        self._take_up(self._sources())
        self._opened, self._opened_sources = self.settings, self._seen

    def choose(self, name: str, value: Any, *, keeps: bool = True) -> str:
        """Set it, at once where that can be, and write it down if it is to be kept; return what to say."""
        there = self._changed_there(name) if keeps else ""
        if there:
            return there
        self._set(replace(self.settings, **{name: value}))
        row = self._row(name)
        said = _("{title}: {shown}.").format(title=row.title, shown=row.shown.rstrip("."))
        if not keeps:
            return f"{said} {_(_IF_REMEMBERED if row.later else _FOR_NOW)}"
        saved = self._write([name])
        return " ".join(part for part in (said, row.later, saved) if part)

    def choose_typed(self, row: SettingRow, word: str, *, keeps: bool = True) -> str:
        """Set it to what somebody typed, or say what it can be."""
        try:
            value = value_of(row, word)
        except NotAKey as wrong:
            return f"{wrong} {_(_AS_IT_STAYS)}"
        except Wrong as wrong:
            return _(_CAN_BE).format(title=row.title, wrong=wrong)
        return self.choose(row.name, value, keeps=keeps)

    def put_back(self, *, keeps: bool = True) -> str:
        """Let everything be as it was when this was opened; return what to say."""
        changed = self._different_from(self._opened)
        if not changed:
            return _(_NOTHING_CHANGED)
        there = next(filter(None, map(self._changed_there, changed)), "") if keeps else ""
        if there:
            return there
        self._set(self._opened)
        saved = self._write(changed, self._opened_sources) if keeps else ""
        return " ".join(filter(None, (_(_AS_IT_WAS), "" if saved == _(_WRITTEN) else saved)))

    def remember(self) -> str:
        """Write down what was changed and not written yet; return what to say."""
        changed = self._different_from(self._filed())
        if not changed:
            return _(_NOTHING_CHANGED)
        there = next(filter(None, map(self._changed_there, changed)), "")
        if there:
            return there
        said = self._write(changed)
        is_written = said == _(_WRITTEN)
        return _(_REMEMBERED).format(file=self.where) if is_written else said

    def _row(self, name: str) -> SettingRow:
        row = row_of(self.settings, name)
        if row is None:
            raise KeyError(name)
        return row

    def _set(self, settings: Settings) -> None:
        self.settings = settings
        take_effect(settings)
        self._use(settings)

    def _different_from(self, other: Settings) -> list[str]:
        return [name for name in NAMES if getattr(other, name) != getattr(self.settings, name)]

    def _filed(self) -> Settings:
        return read_settings(self._text() or "")[0]

    # The file.

    def _changed_there(self, name: str) -> str:
        """Take up what somebody wrote in the file meanwhile, and say so; "" if it is as it was."""
        now = self._sources()
        if now.get(name) == self._seen.get(name):
            return ""
        self._take_up(now)
        row = self._row(name)
        return _(_CHANGED_THERE).format(title=row.title, file=self.where, shown=row.shown)

    def _take_up(self, now: Mapping[str, str | None]) -> None:
        changed = [name for name in NAMES if now.get(name) != self._seen.get(name)]
        self._seen = now
        if not changed:
            return
        there, self.problems = read_settings(self._text() or "")
        self._set(replace(self.settings, **{name: getattr(there, name) for name in changed}))

    def _text(self) -> str | None:
        """Return what stands in the file; None where that cannot be read."""
        if self.file is None:
            return ""
        try:
            with self.file.open(encoding="utf-8", newline="") as opened:
                return opened.read(toml.MAX_BYTES + 1)
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError):
            return None

    def _sources(self) -> Mapping[str, str | None]:
        text = self._text() or ""
        return {name: _part(text, name) for name in NAMES}

    def _write(self, names: Iterable[str], sources: Mapping[str, str | None] | None = None) -> str:
        """Write these into the file, as they are now or as they stood in it before; or say why not."""
        if self.file is None:
            return _(_NO_FILE)
        try:
            text = self._text()
            if text is None:
                raise CannotChange
            for name in names:
                part = (
                    sources[name] if sources else _written(text, name, getattr(self.settings, name))
                )
                put = with_table if name == KEYS else with_value
                text = put(text, name, part)
            _put(self.file, text)
        except CannotChange:
            return _(_NOT_TOML).format(file=self.where)
        except OSError as error:
            return _(_NOT_WRITABLE).format(file=self.where, why=error.strerror)
        self._seen = self._sources()
        self.problems = read_settings(text)[1]
        return _(_WRITTEN)


def take_effect(settings: Settings) -> None:
    """Let what both front ends share count from now on."""
    use_keys(keys_for(settings.hand, settings.keys))
    use_quiet_clock(is_quiet=settings.quiet_clock)


def open_book(environment: Mapping[str, str] = os.environ) -> SettingsBook:
    """Return this person's settings, to be changed."""
    return SettingsBook.of(find_settings(environment))


def _part(text: str, name: str) -> str | None:
    """Return what is written in the file for a setting: its value, or the lines of its table."""
    return table_in(text, name) if name == KEYS else value_in(text, name)


def _written(text: str, name: str, value: Any) -> str:
    """Return what is to be written for a setting; of the keys, only lines of changed ones are others."""
    # JSON's way to write texts and yes or no is one of TOML's.
    if name != KEYS:
        return json.dumps(value, ensure_ascii=False)
    lines, keymap = table_in(text, name) or "", dict(value)
    for command in dict.fromkeys((*dict(read_settings(text)[0].keys), *keymap)):
        key = keymap.get(command)
        lines = with_value(lines, command, key and json.dumps(key, ensure_ascii=False))
    return lines


def _put(path: Path, text: str) -> None:
    """Put this text in the file's place as a whole: a power cut leaves the old one or the new one."""
    # Whoever keeps it elsewhere and links to it goes on having it there.
    path = path.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
