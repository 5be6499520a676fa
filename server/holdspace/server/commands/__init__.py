"""What `holdspace-relay` can be told to do, one table; each command is a function in a file here."""

from holdspace.server.commands import asking, card, codes, doctor, events, keeping, serve, settings
from holdspace.server.commands.command import Command

# The first one is what happens without any word.
COMMANDS: tuple[Command, ...] = (
    *serve.COMMANDS,
    *settings.COMMANDS,
    *doctor.COMMANDS,
    *asking.COMMANDS,
    *keeping.COMMANDS,
    *codes.COMMANDS,
    *card.COMMANDS,
    *events.COMMANDS,
)
