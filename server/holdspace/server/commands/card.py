"""`holdspace-relay card`: what people read about the operator before they join."""

from textwrap import wrap

from holdspace.protocol.text import clean_line
from holdspace.server.commands.command import WELL, Asked, Command, say
from holdspace.server.config import terms_of

_WIDTH = 72
_SAYS = (
    ("Run by", "runs_it"),
    ("Contact", "contact"),
    ("Keeps", "keeps"),
    ("Rules", "rules"),
)


def show(asked: Asked) -> int:
    """Print the card as it reaches people, line breaks and odd characters taken out."""
    card = terms_of(asked.config()).operator
    if card is None:
        say(
            "People read: this relay does not say who runs it.\n"
            "Fill in [operator] in the configuration: who runs it, how to reach you, what is kept,\n"
            "and your rules. holdspace-relay config example shows how."
        )
        return WELL
    say("Before they join, people read on the word of this relay:\n")
    for label, name in _SAYS:
        text = clean_line(getattr(card, name), 800) or "(it does not say)"
        first, *more = wrap(text, _WIDTH - 10)
        say(f"  {label:<8}  {first}")
        for line in more:
            say(f"  {'':<8}  {line}")
    return WELL


COMMANDS = (Command(("card",), "show what people read about you before they join", show),)
