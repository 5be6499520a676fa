"""`holdspace-relay health` and `status`: ask the relay that runs, through its own socket."""

from holdspace.server.admin import NotRunningError, ask
from holdspace.server.commands.command import NOT_WELL, WELL, Asked, Command, complain, say
from holdspace.server.config import admin_socket_of

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def health(asked: Asked) -> int:
    """Tell by the exit code whether the relay is alive; nothing it depends on is asked."""
    try:
        answer = ask(admin_socket_of(asked.config_as_it_is()), "health")
    except NotRunningError as error:
        complain(str(error))
        return NOT_WELL
    if answer.get("is_well") is not True:
        complain("What answers there is not a relay.")
        return NOT_WELL
    say("well")
    return WELL


def status(asked: Asked) -> int:
    """Say how long the relay runs, and its counts."""
    try:
        answer = ask(admin_socket_of(asked.config_as_it_is()), "status")
    except NotRunningError as error:
        complain(str(error))
        return NOT_WELL
    say(f"holdspace-relay {answer['version']}, running for {age(answer['seconds'])}")
    say("\nNow, rounded down to tens")
    for name, is_sum, _labels, value in answer["figures"]:
        if not is_sum:
            say(f"  {_words(name):<24}{value:>12,}")
    say("\nSince it started, rounded down to tens and to whole MiB")
    for name, is_sum, labels, value in answer["figures"]:
        if is_sum and (value or not labels):
            said = ": ".join(map(_words, (name, *labels)))
            say(f"  {said:<24}{value:>12,}")
    return WELL


def age(seconds: float) -> str:
    """Return a duration as people say it."""
    for unit, length in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def _words(name: str) -> str:
    return name.replace("_", " ")


COMMANDS = (
    Command(("health",), "exit with 0 if the relay is alive, with 1 if not", health),
    Command(("status",), "say how long the relay runs, and its counts", status),
)
