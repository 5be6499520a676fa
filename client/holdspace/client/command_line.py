"""How a command ends and complains, and which secrets never belong on a command line.

Exit codes: 0 it ended as somebody wanted (left, closed, not admitted, removed), 1 it could not
start or go on, 2 asked for in a way that makes no sense.
"""

import re
import sys

from holdspace.protocol.text import last_stage
from holdspace.protocol.translation import N_, _, shown

WELL, FAILED, ASKED_WRONGLY = 0, 1, 2
EXIT_CODES = N_(
    "Exit codes: 0 it ended as you wanted, 1 it could not start or go on, 2 wrong usage."
)

CODE_MARK = re.compile(r"holdspace\d+:", re.IGNORECASE)
NOT_ON_THE_COMMAND_LINE = N_(
    "An invitation code must not stand on the command line: shells keep it and other programs on "
    "this computer can read it. Nothing was sent. Start `holdspace join` without it and paste the "
    "code when you are asked. If others use this computer, ask for a new code."
)
_NO_ROOM_CODE_THERE = N_(
    "A room code must not stand on the command line: shells keep it and other programs on this "
    "computer can read it. Nothing was sent. You are asked for it when it is needed, or it comes from "
    "a file of yours (--room-code-file)."
)
_SECRETS = (
    (CODE_MARK, NOT_ON_THE_COMMAND_LINE),
    (re.compile(r"\b(?:[0-9a-z]{5}-){4}[0-9a-z]{5}\b", re.IGNORECASE), _NO_ROOM_CODE_THERE),
)


def complain(sentence: str, code: int = FAILED) -> int:
    """Say on standard error why it did not go on; return the exit code."""
    sys.stdout.flush()
    sys.stderr.write(last_stage(f"holdspace: {shown(sentence)}") + "\n")
    return code


def without_secrets(message: str) -> str:
    """Return what was wrong with a command line, or only the rule where a code stands in it."""
    for looks, words in _SECRETS:
        message = _(words) if looks.search(message) else message
    return message
