"""argparse speaks the language of whoever reads it, whichever Python brings it along."""

import argparse
import ast
import inspect

import pytest

from holdspace.client.argument_words import SENTENCES, let_argparse_speak
from holdspace.client.pseudo import PSEUDO
from holdspace.protocol.translation import ENGLISH, use

# Said to whoever writes a program with it, or about what we do not have.
NOT_FOR_PEOPLE = {
    ".__call__() not defined",
    "'required' is an invalid argument for positionals",
    "mutually exclusive arguments must be optional",
    "%r is not callable",
    "can't open '%(filename)s': %(error)s",
    "cannot merge actions - two groups are named %r",
    "invalid option string %(option)r: must start with a character %(prefix_chars)r",
    "dest= is required for options like %r",
    "dest= is required for options like %s",
    "invalid conflict_resolution value: %r",
    "cannot have multiple subparser arguments",
    "conflicting subparser: %s",
    "conflicting subparser alias: %s",
    'argument "-" with mode %r',
    "option '%(option)s' is deprecated",
    "argument '%(argument_name)s' is deprecated",
    "command '%(parser_name)s' is deprecated",
}


def test_every_sentence_of_argparse_is_in_the_catalogue() -> None:
    said = {
        node.args[0].value
        for node in ast.walk(ast.parse(inspect.getsource(argparse)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_"
        and isinstance(node.args[0], ast.Constant)
    }
    assert "usage: " in said
    assert said - NOT_FOR_PEOPLE <= set(SENTENCES)


def test_its_help_and_its_complaints_are_translated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("_", "ngettext"):
        monkeypatch.setattr(argparse, name, vars(argparse)[name])
    let_argparse_speak()
    use(PSEUDO["qps"])
    try:
        parser = argparse.ArgumentParser(prog="holdspace")
        parser.add_argument("--pair", nargs=2)
        shown = parser.format_help()
        with pytest.raises(SystemExit):
            parser.parse_args(["--pair", "one"])
    finally:
        use(ENGLISH)
    assert not {"usage: ", "options", "show this help message and exit"} & set(shown.split("\n"))
    assert "[-h]" in shown
    assert "expected 2 arguments" not in capsys.readouterr().err
