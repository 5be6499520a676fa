"""What people, flows and cards say in the samples of the screen: whatever else is shown, we say.

For the tests that look for sentences of ours which were not translated, or have no place.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.resources import files

import screen_samples
import screen_states
from holdspace.client.library import SECTIONS

# Pressed and written in files: keys, slash words, addresses, what a setting can be.
TYPED = re.compile(
    r"(?<![\w/])/[a-z]+|`[^`]*`|\w+://\S+|holdspace1:\w+|\bCtrl\+\w|\b(Tab|Pg[A-Z]\w+)\b"
)
VALUES = {"facilitator"}
# A run of words without an accent, up to a gap, a sign or a bracket of ours.
RUN = re.compile(r"(?<!\w)[A-Za-z][A-Za-z'’,. -]*[A-Za-z]{2,}(?!\w)")
GAP = re.compile(r"\s{2,}|[│╭╮⟦⟧─━:;·▌▂▆▁▄▷█▃▅▇“”()…]")
THE_WORDS_OF_KNOCKS = ("branch rose muffin dune", "kayak candle orchard rhubarb", "hal ida")
# A sample's heading above its first line.
NEXT_TO_EACH_OTHER = ("before tension",)


def words_of(text: str) -> str:
    """Return the words of a text, one blank between them."""
    return " ".join(re.findall(r"\w+", text.lower()))


def texts(value: object) -> Iterator[str]:
    """Yield every text in a value."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from texts(getattr(value, one.name))
    elif isinstance(value, dict):
        yield from texts([*value.values()])
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def written_by_people() -> str:
    """Return all that people and flows say in the samples, and what keys are pressed there."""
    written = ast.walk(ast.parse(inspect.getsource(screen_states)))
    said = [*texts(vars(screen_samples)), *texts(vars(screen_states)), *THE_WORDS_OF_KNOCKS]
    said += NEXT_TO_EACH_OTHER
    said += [
        one.value for one in written if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    return f"| {' | '.join(map(words_of, said))} |"


def written_by_others() -> str:
    """Return that, and what stands in the library."""
    library = files("holdspace.client.library")
    shipped = [
        file.read_text("utf-8")
        for kind in SECTIONS
        for file in (library / kind).iterdir()
        if ".de" not in file.name
    ]
    return f"{written_by_people()} {' | '.join(map(words_of, shipped))} |"


def english_runs(line: str, known: str) -> set[str]:
    """Return the runs of words without accents in a line that are nobody's but ours."""
    parts = GAP.split(TYPED.sub("  ", line))
    runs = {words_of(run) for part in parts for run in RUN.findall(part)}
    return {run for run in runs if run not in known and run not in VALUES}
