"""Messages that look sealed and are not: for meetings in which only their sizes and times matter.

Commits, Welcomes, letters and keys stay real. What an ordinary message costs to sign, seal, open and
check is most of what a simulated meeting takes, and the relay learns nothing from it but its length.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from unittest.mock import patch

from holdspace.protocol.mls.group import Group
from holdspace.protocol.mls.outcomes import ApplicationData, Outcome, Protected

_MARK = b"looks sealed"
_HEAD = len(_MARK) + 2 + 4
_protect, _process = Group.protect, Group.process


@contextmanager
def quick_sealing() -> Iterator[None]:
    """Let every group seal and open ordinary messages this way."""
    with (
        patch.object(Group, "protect", _looks_protected),
        patch.object(Group, "process", _opened),
    ):
        yield


def _looks_protected(self: Group, data: bytes, **rest: Any) -> Protected:
    padded = rest["padded_to"]
    added = _Sizes.of(self, padded, rest["random"])
    head = _MARK + int(self.own_leaf_index).to_bytes(2) + len(data).to_bytes(4)
    return Protected(self, (head + data).ljust(padded + added, b"\0"))


def _opened(self: Group, message: bytes, **rest: Any) -> Outcome:
    if not message.startswith(_MARK):
        return _process(self, message, **rest)
    leaf = int.from_bytes(message[len(_MARK) : len(_MARK) + 2])
    length = int.from_bytes(message[_HEAD - 4 : _HEAD])
    sender = next(member for member in self.members if member.leaf_index == leaf)
    return ApplicationData(self, sender, message[_HEAD : _HEAD + length], b"", self.epoch)


class _Sizes:
    """How much longer a message really becomes, measured once for each step of padding."""

    known: ClassVar[dict[int, int]] = {}

    @classmethod
    def of(cls, group: Group, padded: int, random: Any) -> int:
        if padded not in cls.known:
            real = _protect(group, b"", random=random, padded_to=padded)
            cls.known[padded] = len(real.message) - padded
        return cls.known[padded]
