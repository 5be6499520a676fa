"""Nothing of what `--help` says stays behind in English when somebody reads another language."""

import argparse
import re
from collections.abc import Iterator

import pytest

from holdspace.client import cli
from holdspace.client.argument_words import let_argparse_speak
from holdspace.client.commands import COMMANDS
from holdspace.client.library import DEFAULT_FLOW
from holdspace.client.pseudo import PSEUDO
from holdspace.protocol.translation import ENGLISH, use

# What is typed, and so the same in every language: options, commands, values, addresses.
TYPED = re.compile(
    r"(?<!\w)--?[a-z][a-z-]*|`[^`]*`|\S+\.\S+|/[a-z]+|\{[a-z,]+\}|[a-z]+ \| [a-z |\n]+"
)
SAME = {"holdspace", DEFAULT_FLOW, *(command.name for command in COMMANDS)}
OF_ONE = {
    "flow": {"list", "check", "export"},
    "rooms": {"move", "phrase", "slips", "verify"},
    "notebook": {"make", "read", "export", "passphrase", "drafts", "delete"},
    "host": {"none"},
    "open": {"none"},
}


@pytest.fixture
def accents(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every sentence that is marked have accents."""
    for name in ("_", "ngettext"):
        monkeypatch.setattr(argparse, name, vars(argparse)[name])
    let_argparse_speak()
    use(PSEUDO["qps"])
    yield
    use(ENGLISH)


@pytest.mark.usefixtures("accents")
@pytest.mark.parametrize("command", ["", *(command.name for command in COMMANDS)])
def test_every_sentence_of_the_help_is_in_a_catalogue(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*filter(None, [command]), "--help"]
    with pytest.raises(SystemExit):
        cli._asked(words)
    # A long word may be broken after its hyphen.
    shown = re.sub(r"-\n +", "-", capsys.readouterr().out)
    said = TYPED.sub(" ", shown)
    left = set(re.findall(r"(?<![\w-])[A-Za-z][A-Za-z0-9-]{2,}(?!\w)", said))
    assert left - SAME - OF_ONE.get(command, set()) == set()
