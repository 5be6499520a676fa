"""Put a relay's configuration together: defaults, then the file, then variables, then options.

Every problem of every source is found in one go and says where it is: a line, a variable or an
option. No sentence repeats a value: it may be a secret that landed in the wrong place.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from holdspace.protocol import toml_reader as toml
from holdspace.protocol.toml_reader import DataError, Document, Reader, Wrong, unknown_key
from holdspace.server.config.effect import ConfigError, problems_together
from holdspace.server.config.kinds import Secret
from holdspace.server.config.sections import Config, section_names, settings
from holdspace.server.config.setting import PREFIX, Setting

CONFIG_VARIABLE = PREFIX + "CONFIG"
_MAX_FILE_BYTES = 256 * 1024
_MAX_SECRET_BYTES = 8000
_NO_DOCUMENT = Document({}, {})

Values = dict[Setting, Any]


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """Say what is wrong and where; one that is not fatal changes nothing."""

    where: str
    sentence: str
    is_fatal: bool = True

    @property
    def said(self) -> str:
        return f"{self.where}: {self.sentence}" if self.where else self.sentence


@dataclass(frozen=True, slots=True)
class Sources:
    """Name where settings come from; `options` are the values of command-line options, as text."""

    file: Path | None
    variables: Mapping[str, str]
    options: Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what the sources say, with defaults in place of whatever is wrong.

    `is_file_unread`: nothing in the file could be made out, so the defaults say nothing of it.
    """

    config: Config
    problems: tuple[ConfigProblem, ...]
    is_file_unread: bool = False

    @property
    def fatal(self) -> tuple[ConfigProblem, ...]:
        return tuple(problem for problem in self.problems if problem.is_fatal)


def load(sources: Sources) -> Reading:
    """Return a configuration that can be used; raise ConfigError with every problem otherwise."""
    reading = read(sources)
    if reading.fatal:
        raise ConfigError("\n".join(problem.said for problem in reading.fatal))
    return reading


def read(sources: Sources) -> Reading:
    """Read all sources, whatever is wrong with them."""
    problems: list[ConfigProblem] = []
    values: Values = {}
    file = file_of(sources)
    found = {} if file is None else _from_file(file, problems)
    values |= found or {}
    values |= _from_variables(sources.variables, problems)
    values |= _from_options(sources.options, problems)
    values |= _secrets(values, problems)
    config = _made(values)
    if not any(problem.is_fatal for problem in problems):
        problems += [ConfigProblem(*problem) for problem in problems_together(config)]
    return Reading(config, tuple(problems), is_file_unread=found is None)


def file_of(sources: Sources) -> Path | None:
    """Return the file that is read, if any is named."""
    named = sources.variables.get(CONFIG_VARIABLE, "")
    return sources.file or (Path(named) if named else None)


def changed(before: Config, after: Config) -> tuple[Setting, ...]:
    """Return the settings whose values differ."""
    return tuple(one for one in settings() if value_of(before, one) != value_of(after, one))


def value_of(config: Config, setting: Setting) -> Any:
    """Return the value of a setting."""
    return getattr(getattr(config, setting.section), setting.name)


def _made(values: Values) -> Config:
    config = Config()
    for one in fields(Config):
        given = {key.name: value for key, value in values.items() if key.section == one.name}
        config = replace(config, **{one.name: replace(getattr(config, one.name), **given)})
    return config


# ---- the file


def _from_file(file: Path, problems: list[ConfigProblem]) -> Values | None:
    try:
        with file.open("rb") as opened:
            text = opened.read(_MAX_FILE_BYTES + 1).decode()
    except OSError as error:
        problems.append(ConfigProblem(str(file), f"It cannot be read: {error.strerror}."))
        return None
    except UnicodeDecodeError:
        problems.append(ConfigProblem(str(file), "It is not UTF-8 text."))
        return None
    try:
        reader = Reader(toml.open_document(text, _MAX_FILE_BYTES))
    except DataError as error:
        problems += [_in_file(file, problem) for problem in error.problems]
        return None
    values = dict(_from_document(reader))
    problems += [_in_file(file, problem) for problem in reader.sorted_problems()]
    return values


def _in_file(file: Path, problem: toml.Problem) -> ConfigProblem:
    return ConfigProblem(f"{file}, line {problem.line}", problem.sentence)


def _from_document(reader: Reader) -> Iterator[tuple[Setting, Any]]:
    for name, table in reader.document.data.items():
        known = {one.name: one for one in settings() if one.section == name}
        if not known:
            reader.wrong((name,), _unknown_section(name, table))
        elif not isinstance(table, dict):
            reader.wrong((name,), f"{name} must be a section: [{name}] on a line of its own.")
        else:
            for key, value in table.items():
                yield from _from_key(reader, known, (name, key), value)


def _unknown_section(name: str, table: object) -> str:
    if isinstance(table, dict):
        return unknown_key(name, section_names())
    names = (*section_names(), *(one.name for one in settings()))
    return _belongs(name) or unknown_key(name, names)


def _belongs(name: str) -> str:
    homes = [f"[{one.section}]" for one in settings() if one.name == name]
    return f"{name} belongs below {' or '.join(homes)}." if homes else ""


def _from_key(
    reader: Reader, known: Mapping[str, Setting], path: tuple[str, str], value: object
) -> Iterator[tuple[Setting, Any]]:
    setting = known.get(path[1])
    if setting is None:
        reader.wrong(path, _belongs(path[1]) or unknown_key(path[1], known))
        return
    try:
        before = reader.count
        checked = setting.kind.check(reader, value, path)
    except Wrong as wrong:
        reader.wrong(path, f"{setting.name} {wrong}.")
        return
    if reader.count == before:
        yield setting, checked


# ---- variables and options


def _from_variables(variables: Mapping[str, str], problems: list[ConfigProblem]) -> Values:
    known = {one.variable: one for one in settings()}
    values: Values = {}
    for name, text in sorted(variables.items()):
        if name in known:
            values |= _from_text(known[name], text, name, problems)
        elif name.startswith(PREFIX) and name != CONFIG_VARIABLE:
            near = get_close_matches(name[:80], [*known, CONFIG_VARIABLE], n=1, cutoff=0.8)
            hint = f" Did you mean {near[0]}?" if near else ""
            # Not fatal: where containers are linked by name, others set variables like these.
            shown = name[:80].encode("ascii", "replace").decode()
            problems.append(ConfigProblem(shown, f"There is no such setting.{hint}", False))
    return values


def _from_options(options: Mapping[str, str | list[str]], problems: list[ConfigProblem]) -> Values:
    known = {one.option: one for one in settings() if one.option}
    values: Values = {}
    for option, given in options.items():
        text = given if isinstance(given, str) else ",".join(given)
        values |= _from_text(known[option], text, option, problems)
    return values


def _from_text(setting: Setting, text: str, where: str, problems: list[ConfigProblem]) -> Values:
    try:
        if not _is_text(text):
            raise Wrong("must be text")
        reader = Reader(_NO_DOCUMENT)
        return {setting: setting.kind.check(reader, setting.kind.raw(text), ())}
    except Wrong as wrong:
        problems.append(ConfigProblem(where, f"It {wrong}."))
        return {}


def _is_text(text: str) -> bool:
    # Bytes in the environment that are no text arrive as halves of characters.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# ---- secrets in files of their own


def _secrets(values: Values, problems: list[ConfigProblem]) -> Values:
    found: Values = {}
    for secret in [one for one in settings() if one.is_secret]:
        sibling = next(
            one for one in values_of_file_keys() if one.full_name == f"{secret.full_name}_file"
        )
        path = values.get(sibling)
        if path is not None and secret in values:
            sentence = f"{secret.name} and {sibling.name} are both given. One is enough."
            problems.append(ConfigProblem(secret.full_name, sentence))
        elif path is not None:
            with suppress(_UnreadableError):
                found[secret] = _read_secret(path, sibling, problems)
    return found


class _UnreadableError(Exception):
    """The problem was noted."""


def values_of_file_keys() -> list[Setting]:
    """Return the settings that name the file of a secret."""
    secrets = {f"{one.full_name}_file" for one in settings() if one.is_secret}
    return [one for one in settings() if one.full_name in secrets]


def _read_secret(path: Path, setting: Setting, problems: list[ConfigProblem]) -> Secret:
    try:
        with path.open("rb") as opened:
            text = opened.read(_MAX_SECRET_BYTES + 1).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        sentence = f"The file it names cannot be read: {why}."
        problems.append(ConfigProblem(setting.full_name, sentence))
        raise _UnreadableError from None
    if not 0 < len(text) <= _MAX_SECRET_BYTES:
        problems.append(ConfigProblem(setting.full_name, "The file it names is empty or too long."))
        raise _UnreadableError
    return Secret(text)
