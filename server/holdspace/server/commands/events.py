"""`holdspace-relay journal`: everything the relay may ever write into its journal, and what to do then."""

from textwrap import wrap

from holdspace.server.commands.command import WELL, Asked, Command, say
from holdspace.server.journal import Event

_WIDTH = 108

# What to do where something is to be done.
_ADVICE = {
    Event.CONFIG_KEPT: "Mend them, and reload again.",
    Event.NEEDS_RESTART: "Restart when no meeting runs; people are told to come back, and do.",
    Event.NO_ADMIN_SOCKET: "Is the path of the relay's folder very long? Give `admin.socket` a shorter one.",
    Event.FEW_FILES: "Raise `LimitNOFILE=` in its unit, or lower `limits.connections`.",
    Event.NOT_SAVED: "Make place on the disk; `holdspace-relay doctor` looks at it. People keep their words.",
    Event.CUT_OFF: "Look at the cluster. Relays that hear it take the people over.",
    Event.UNREADABLE: "Look at the disk's own reports. The meeting concerned can be begun anew by its host.",
    Event.PROXY_NOT_TRUSTED: "Name the proxy in `proxies.trusted`, such as `127.0.0.1`.",
    Event.CERTIFICATE_KEPT: "Both files must be there, readable for the relay's user, and of one renewal.",
    Event.UNEXPECTED: "This is a mistake of ours. Please report it; the line says nothing about anybody.",
}

_HEAD = """\
# What the relay writes into its journal

<!-- Written by `holdspace-relay journal`; a test fails when it is out of date. -->

These lines, and no others, each after `holdspace-relay: `. There is no way to get an address, a name, a room,
a key or an error's own text into one. Only `needs-restart` goes on: with the names of settings.
"""


def page() -> str:
    """Return docs/relay-journal.md."""
    return "\n".join([_HEAD, *(_about(event) for event in Event)])


def _about(event: Event) -> str:
    code, _, sentence = event.partition(": ")
    advice = _ADVICE.get(event, "Nothing is to be done.")
    said = f"**`{code}`** {sentence[:1].upper()}{sentence[1:]}. {advice}"
    return "\n".join(wrap(said.replace("?.", "?"), _WIDTH, break_on_hyphens=False)) + "\n"


def print_page(_asked: Asked) -> int:
    """Print every event."""
    say(page().rstrip())
    return WELL


COMMANDS = (Command(("journal",), "list all that may stand in its journal", print_page),)
