"""What argparse says by itself, in the catalogue of all other words.

It looks its sentences up with gettext, in a catalogue of its own that nobody has installed; here it
is given ours. A test reads the running Python's argparse, so no sentence of it is forgotten.
"""

import argparse

from holdspace.protocol.translation import N_, _, ngettext

SENTENCES = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("unrecognized arguments: %s"),
    N_("not allowed with argument %s"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("expected at least one argument"),
    N_("ignored explicit argument %r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("unknown parser %(parser_name)r (choices: %(choices)s)"),
    N_("unexpected option string: %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
)


def let_argparse_speak() -> None:
    """Let argparse find its sentences in the language of whoever reads them."""
    vars(argparse).update({"_": _said, "ngettext": _counted})


def _said(message: str | None) -> str | None:
    # It asks for the sentence of a description that nobody gave, too.
    return message and _(message)


def _counted(one: str, many: str, number: int) -> str:
    if one != "expected %s argument":
        return one if number == 1 else many
    return ngettext("expected %s argument", "expected %s arguments", number)
