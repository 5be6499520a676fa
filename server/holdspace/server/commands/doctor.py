"""`holdspace-relay doctor`: look at everything that has to be right, and say what to do where it is not."""

from collections.abc import Iterator, Mapping
from textwrap import indent, wrap
from typing import Any

from holdspace.server.admin import NotRunningError, ask
from holdspace.server.checks import Finding, How, failure, machine, people, reach, warning, well
from holdspace.server.commands.command import NOT_WELL, WELL, Asked, Command, say
from holdspace.server.config import Config, Reading, admin_socket_of, read

_WIDTH = 96
_COLUMNS = 20


def examine(asked: Asked) -> int:
    """Print every finding; the exit code says whether any failed."""
    reading = read(asked.sources)
    findings: list[Finding] = []
    for finding in _findings(reading):
        findings.append(finding)
        say(_line(finding))
    failed = sum(one.how is How.FAIL for one in findings)
    warned = sum(one.how is How.WARN for one in findings)
    say(f"\n{len(findings)} looked at: {failed} failed, {warned} could be better.")
    return NOT_WELL if failed else WELL


def _findings(reading: Reading) -> Iterator[Finding]:
    for problem in reading.problems:
        find = failure if problem.is_fatal else warning
        yield find("settings", problem.said, "holdspace-relay config check says all of it.")
    if reading.fatal:
        return
    config = reading.config
    yield well("settings", "They are right.")
    yield from people.at_the_door(config)
    status = _status(config)
    yield from _running(config, is_running=bool(status))
    yield from machine.folder(config)
    yield from machine.private_files(config)
    yield from machine.clock(config)
    yield from machine.open_files(config, status.get("open_files"))
    yield from machine.memory_image(status.get("leaves_no_image"))
    if status:
        yield from reach.addresses(config, lambda: _status(config))


def _running(config: Config, *, is_running: bool) -> Iterator[Finding]:
    if is_running:
        yield well("running", "The relay answers.")
    elif admin_socket_of(config) is None:
        advice = "Set admin.socket, so that it can be asked."
        yield failure("running", "A relay with its log in memory cannot be asked.", advice)
    else:
        yield failure(
            "running",
            f"No relay answers at {admin_socket_of(config)}; its addresses were not tried.",
            "Start it, and ask as its user or root, with the same --config or --data.",
        )


def _status(config: Config) -> Mapping[str, Any]:
    try:
        return ask(admin_socket_of(config), "status")
    except NotRunningError:
        return {}


def _line(finding: Finding) -> str:
    # What is passed on stays on one line; what is to be done stands below it.
    said = f"{finding.how:<6}{finding.what:<{_COLUMNS - 6}}{finding.sentence}"
    if finding.how is How.PASS:
        return said
    advice = "\n".join(wrap(f"-> {finding.advice}", _WIDTH - _COLUMNS, break_on_hyphens=False))
    return f"{said}\n{indent(advice, ' ' * _COLUMNS)}"


COMMANDS = (
    Command(("doctor",), "look at everything that has to be right, and say what to do", examine),
)
