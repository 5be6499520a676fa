"""What `holdspace-relay doctor` looks at. Every finding says what is so, and what to do if it is wrong."""

from enum import StrEnum, unique
from typing import NamedTuple


@unique
class How(StrEnum):
    """Say how serious a finding is."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "FAIL"


class Finding(NamedTuple):
    """One line of the doctor; `advice` is what to do, empty where nothing is to be done."""

    how: How
    what: str
    sentence: str
    advice: str = ""


def well(what: str, sentence: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(How.PASS, what, sentence)


def warning(what: str, sentence: str, advice: str) -> Finding:
    """Return that something works and could be better."""
    return Finding(How.WARN, what, sentence, advice)


def failure(what: str, sentence: str, advice: str) -> Finding:
    """Return that something does not work."""
    return Finding(How.FAIL, what, sentence, advice)
