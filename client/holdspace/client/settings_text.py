"""Changing one setting in the text of somebody's file, and not a letter of anything else in it.

What a person wrote there is theirs: comments, order, keys nobody knows, and mistakes stay as they are. Each
change is read again before it is given back: it means exactly what was wanted, or it is not made. Pure.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from holdspace.protocol import toml_reader as toml
from holdspace.protocol.toml_reader import DataError

# Texts in quotes and comments as a whole, so that no sign in one is taken for one of TOML's own.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""+'
    r"|'''.*?'''+"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[ \t\r]+"
    r"|[\[\]{}\n=]"
    r"""|[^"'#\[\]{}\n=\s]+""",
    re.DOTALL,
)


# Between what stands there and a table that is new.
_APART = "\n"


class CannotChange(Exception):
    """The text is no TOML, or this setting stands in it in a way that only a person can change."""


class _Statement(NamedTuple):
    """A key and its value, as places in the text; `end` is behind the end of its last line."""

    name: str
    begin: int
    value: int
    value_end: int
    end: int


class _Table(NamedTuple):
    """A table, as places in the text; its lines go on to the next one."""

    name: str
    begin: int
    body: int


def value_in(text: str, name: str) -> str | None:
    """Return the value of a setting as it is written there, or None where it is not."""
    found = _find(text, name)
    return text[found.value : found.value_end] if found else None


def with_value(text: str, name: str, value: str | None) -> str:
    """Return the text with this setting written so, or without it; raise CannotChange if that cannot be."""
    wanted = _meaning(text)
    wanted.pop(name, None)
    wanted |= _meaning(f"{name} = {value}") if value is not None else {}
    for changed in _ways(text, name, value):
        try:
            if _meaning(changed) == wanted:
                return changed
        except CannotChange:
            continue
    raise CannotChange


def table_in(text: str, name: str) -> str | None:
    """Return the lines of a table as they are written there, or None where there is none."""
    found = _find_table(text, name)
    return text[found[0].body : found[1]] if found else None


def with_table(text: str, name: str, body: str | None) -> str:
    """Return the text with these lines in a table, or without it; raise CannotChange if that cannot be."""
    wanted = _meaning(text)
    wanted.pop(name, None)
    wanted |= {name: _meaning(body)} if body is not None else {}
    found = _find_table(text, name)
    if found:
        table, end = found
        head = text[table.begin : table.body].rstrip("\r\n") + "\n"
        changed = text[: table.begin] + ("" if body is None else head + body) + text[end:]
    elif body is None:
        changed = text
    else:
        gap = "\n" if text and not text.endswith("\n") else ""
        changed = f"{text}{gap}{_APART if text else ''}[{name}]\n{body}"
    if _meaning(changed) != wanted:
        raise CannotChange
    return changed


def _find_table(text: str, name: str) -> tuple[_Table, int] | None:
    """Return a table, and where the next one begins or the text ends."""
    tables = list(_tables(text))
    at = next((at for at, one in enumerate(tables) if one.name == name), None)
    if at is None:
        return None
    return tables[at], tables[at + 1].begin if at + 1 < len(tables) else len(text)


def _meaning(text: str) -> dict[str, Any]:
    try:
        return toml.open_document(text).data
    except DataError:
        raise CannotChange from None


def _ways(text: str, name: str, value: str | None) -> Iterator[str]:
    """Yield the text changed in each way there is, the one a person would choose first."""
    found = _find(text, name)
    if found is not None and value is not None:
        yield text[: found.value] + value + text[found.value_end :]
    elif found is not None:
        rest = text[found.value_end : found.end]
        # A comment beside the value was somebody's, and stays.
        yield text[: found.begin] + (rest.lstrip(" \t") if rest.strip() else "") + text[found.end :]
    elif value is None:
        yield text
    else:
        yield from _inserted(text, name, value)


def _inserted(text: str, name: str, value: str) -> Iterator[str]:
    """Yield the text with a new line: under its own example, after the other settings, or at an end."""
    statements = list(_statements(text))
    example = rf"^[ \t]*#[ \t]*{re.escape(name)}[ \t]*=[^\n]*(?:\n|\Z)"
    examples = re.finditer(example, text, re.MULTILINE)
    after = [one.end() for one in examples]
    after += [statements[-1].end] if statements else []
    after += [len(text)] if _first_table(text) is None else [0]
    line_end = "\r\n" if "\r\n" in text else "\n"
    for at in after:
        gap = line_end if at and text[at - 1] != "\n" else ""
        yield f"{text[:at]}{gap}{name} = {value}{line_end}{text[at:]}"


def _find(text: str, name: str) -> _Statement | None:
    return next((one for one in _statements(text) if one.name == name), None)


def _first_table(text: str) -> int | None:
    """Return where the first table begins: what stands behind that is none of the settings themselves."""
    return next((one.begin for one in _tables(text)), None)


def _tables(text: str) -> Iterator[_Table]:
    """Yield every table: its name as it is written, where it begins, and where its lines do."""
    depth, is_new, begin = 0, True, -1
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if is_new and depth == 0 and sign == "[":
            begin = token.start()
        depth += (sign in "[{") - (sign in "]}")
        is_new = sign == "\n" or (is_new and not sign.strip())
        if begin >= 0 and sign == "\n" and depth == 0:
            yield _Table(_name(text[begin : token.start()]), begin, token.end())
            begin = -1
    if begin >= 0:
        yield _Table(_name(text[begin:]), begin, len(text))


def _name(header: str) -> str:
    inner = header.partition("#")[0].strip()
    return inner[1:-1].strip().strip("\"'")


def _statements(text: str) -> Iterator[_Statement]:
    """Yield every statement before the first table."""
    text = text[: _first_table(text)]
    begin = name_end = value = value_end = -1
    depth = 0
    for token in (*_TOKEN.finditer(text), None):
        sign = token[0] if token else "\n"
        if sign == "\n" and depth == 0:
            if value >= 0:
                end = token.end() if token else len(text)
                name = text[begin:name_end].strip().strip("\"'")
                yield _Statement(name, begin, value, value_end, end)
            begin = name_end = value = value_end = -1
        elif token and sign.strip() and not sign.startswith("#"):
            begin = token.start() if begin < 0 else begin
            if sign == "=" and name_end < 0:
                name_end = token.start()
            elif name_end >= 0:
                value = token.start() if value < 0 else value
                value_end = token.end()
            depth += (sign in "[{") - (sign in "]}")
