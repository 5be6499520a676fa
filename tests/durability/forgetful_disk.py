"""A disk that forgets: it applies what a program asked for, and can lose power at any moment.

The rules are POSIX's, which promise less than any file system keeps: what was written is on the disk
for certain when a sync of that file that began later has come back; that a file has its name, or has
none any more, when its folder was synced. Until then each write may be there, not be there, or be
there in part (whole sectors of 512 bytes), in any combination.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

from tracing import Call, Moment

SECTOR = 512


@dataclass(eq=False)
class _File:
    """What is certainly there, and what may be, in the order it was asked for."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[Call] = field(default_factory=list)


@dataclass(eq=False)
class _Name:
    """One change to a folder that is not certain yet: a name is given to a file or taken away."""

    path: str
    file: _File | None


class Disk:
    """Follow a recording, for the files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._open: dict[str, _File] = {}
        self._named: dict[str, _File] = {}
        self._renamed: list[_Name] = []
        self._is_folder_certain = False
        # How much was pending when a sync began, by its number.
        self._syncs: dict[int, tuple[_File, int]] = {}
        self.syncs = 0

    def take(self, moment: Moment) -> None:
        """Apply what happened at a moment."""
        call = moment.call
        if not call.path.startswith(self._folder) or call.path.endswith("-shm"):
            # The shared memory of a database means nothing after a restart; SQLite makes it anew.
            if (
                call.name == "fsync"
                and moment.is_end
                and call.path == str(Path(self._folder).parent)
            ):
                self._is_folder_certain = True
            return
        if moment.is_end:
            self._end(moment)
        else:
            self._begin(moment)

    def _begin(self, moment: Moment) -> None:
        call = moment.call
        match call.name:
            case "openat" if call.is_creating and call.path not in self._open:
                file = self._open[call.path] = _File()
                self._renamed.append(_Name(call.path, file))
            case "unlink" if call.path in self._open:
                del self._open[call.path]
                self._renamed.append(_Name(call.path, None))
            case "pwrite64" | "write" | "ftruncate" if call.path in self._open:
                self._open[call.path].pending.append(call)
            case "fdatasync" | "fsync" if call.path in self._open:
                file = self._open[call.path]
                self._syncs[moment.number] = (file, len(file.pending))
            case "rename":
                raise AssertionError("A relay that renames needs another rule here.")

    def _end(self, moment: Moment) -> None:
        if moment.number in self._syncs:
            file, count = self._syncs.pop(moment.number)
            for call in file.pending[:count]:
                _apply(file.synced, call)
            del file.pending[:count]
            self.syncs += 1
        elif moment.call.name == "fsync" and moment.call.path == self._folder:
            for name in self._renamed:
                _rename(self._named, name)
            self._renamed.clear()

    def lose_power(self, into: Path, chance: random.Random | None) -> None:
        """Write the files as they would be found: without dice, nothing is left that was not synced."""
        named = dict(self._named)
        if chance is None and not self._is_folder_certain:
            return
        for name in self._renamed if chance else ():
            if chance and chance.random() < 0.5:
                _rename(named, name)
        into.mkdir(mode=0o700, exist_ok=True)
        for path, file in named.items():
            (into / Path(path).name).write_bytes(_survives(file, chance))


def _rename(named: dict[str, _File], name: _Name) -> None:
    if name.file is None:
        named.pop(name.path, None)
    else:
        named[name.path] = name.file


def _survives(file: _File, chance: random.Random | None) -> bytearray:
    data = bytearray(file.synced)
    if chance is None:
        return data
    kept = chance.choice((0.1, 0.5, 0.9, 1.0))
    for call in file.pending:
        if chance.random() < kept:
            _apply(data, _torn(call, chance) if chance.random() < 0.2 else call)
    return data


def _torn(call: Call, chance: random.Random) -> Call:
    """Return the part of a write that was on the disk when the power went."""
    sectors = range(0, len(call.data), SECTOR)
    if call.name == "ftruncate" or len(sectors) < 2:
        return call
    return Call(call.name, call.path, call.data[: chance.choice(sectors[1:])], call.numbers)


def _apply(data: bytearray, call: Call) -> None:
    if call.name == "ftruncate":
        [size] = call.numbers[-1:]
        del data[size:]
        data.extend(bytes(size - len(data)))
        return
    at = call.numbers[-1] if call.name == "pwrite64" else len(data)
    data.extend(bytes(max(0, at - len(data))))
    data[at : at + len(call.data)] = call.data
