"""Look everywhere for the words of meetings that were held: `./dev traces [--meetings N]`.

The words occur nowhere else. Real processes: a relay, a host and two guests, one of them with a
notebook, while the other one changes a setting and makes a notebook in mid-meeting. Looked through
while they meet and after: the relay's database, its write-ahead log and all it wrote, the command
line, the environment and the open files of every process, every file under their home, temporary
and cache folders, and the relay's memory. In each meeting one client is crashed with a core wanted,
and in every other one the relay, too. The host's own memory has all the words: that is how one
knows that looking finds them. The exit status is 1 if a word is where it must not be.
"""

import argparse
import os
import resource
import signal
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.scenario.conftest import House, Program, Relay, Somebody

from holdspace.client.vault import LEAST_COST, Vault
from holdspace.server.log.copies import DATABASE
from process_memory import can_read_memory, memory_holds

_LETTERS = "bcdfghklmnprstvz"
_VOWELS = "aeiou"


# What people asked for, and nothing else, is there in the end.
LEFT = [".config/holdspace/settings.toml", ".local/share/holdspace/notebook", "notebook"]
SETTING = "bell = false\n"


class TraceError(AssertionError):
    """A word is where it must not be; which one is not said, only where."""


def word(chance: Random, syllables: int = 5) -> str:
    """Return a word that occurs nowhere else, such as a name may be."""
    said = "".join(chance.choice(_LETTERS) + chance.choice(_VOWELS) for _ in range(syllables))
    return said.capitalize()


@dataclass
class Words:
    """Everything of one meeting that nobody else may have."""

    chance: Random
    all: list[str] = field(default_factory=list)

    def new(self, syllables: int = 5) -> str:
        """Return one more."""
        self.all.append(word(self.chance, syllables))
        return self.all[-1]

    @property
    def encoded(self) -> list[bytes]:
        return [each.encode() for each in self.all]

    def are_in(self, data: bytes) -> bool:
        """Tell whether any is there, as text of any usual kind."""
        lowered = data.lower()
        forms = (form for each in self.all for form in (each.lower(), "\0".join(each.lower())))
        return any(form.encode() in lowered for form in forms)


def places(programs: Sequence[Program]) -> Iterator[tuple[str, bytes]]:
    """Yield what the system shows of processes: command line, environment, names of open files."""
    for program in programs:
        about = Path(f"/proc/{program.process.pid}")
        for name in ("cmdline", "environ", "comm", "status"):
            with suppress(OSError):
                yield f"{name} of {program.name}", (about / name).read_bytes()
        with suppress(OSError):
            links = [os.readlink(each) for each in (about / "fd").iterdir()]  # noqa: PTH115
            yield f"open files of {program.name}", "\n".join(links).encode()


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file's name with its contents."""
    for folder in folders:
        for path in folder.rglob("*"):
            with suppress(OSError):
                content = path.read_bytes() if path.is_file() else b""
                yield (
                    str(path.relative_to(folder)),
                    str(path.relative_to(folder)).encode() + content,
                )


class Meeting:
    """One meeting, from the first knock to what is left of it."""

    def __init__(self, folder: Path, number: int, seed: int) -> None:
        self.folder, self.number = folder, number
        self.words = Words(Random(f"{seed} {number}"))
        self.looked: Counter[str] = Counter()
        self.house = House(folder / "home")
        (folder / "home").mkdir()
        self.relay = Relay(self.house, folder / "relay")
        self.programs: list[Program] = []

    def hold(self) -> Counter[str]:
        """Hold it, look everywhere while it lasts and after it, and count where was looked."""
        try:
            self._meet()
            self._look("in mid-meeting")
            self._crash()
            self._look("after a crash")
            self._close()
            self._look("after closing")
            self._nothing_is_left()
        finally:
            self.house.close()
        return self.looked + Counter(times=1, words=len(self.words.all))

    def _meet(self) -> None:
        new = self.words.new
        names = [new(4) for _ in range(3)]
        passphrase = f"{new()} {new()} {new()}"
        notebook, secret = self.house.home / "notebook", self.folder / "passphrase"
        Vault.create(notebook, passphrase, LEAST_COST).close()
        secret.touch(mode=0o600)
        secret.write_text(passphrase)
        room = new()
        self.host = self._start("host", "holdspace", "host", "--plain", "--relay", self.relay.url)
        # Asked for, and not given as options: what is on a command line everybody here can read.
        for asked, answer in (
            ("What is the room called", room),
            ("call you", names[0]),
            ("What are you", ""),
        ):
            self.host.expect(asked)
            self.host.type(answer)
        code = self.host.expect("^holdspace[12]:.*").group()
        kept = ("--notebook", str(notebook), "--passphrase-file", str(secret))
        self.guests = []
        for name, options in zip(names[1:], ((), kept), strict=True):
            program = self._start(f"guest {name}", "holdspace", "join", "--plain", *options)
            program.name = "a guest"
            guest = Somebody(program, name)
            guest.knock(code)
            self.host.expect(f"^door: {name} is at the door")
            self.host.type("/admit")
            guest.expect("^room: This is ")
            self.guests.append(guest)
        self.words.all.append(code.split(":", 1)[1][:24])
        self._settle_in(self.guests[0])
        self._talk()

    def _settle_in(self, guest: Somebody) -> None:
        """Change a setting and make a notebook, both of which write files."""
        guest.type("/settings bell no")
        guest.expect("^settings: Bell: no")
        passphrase = f"{self.words.new()} {self.words.new()} {self.words.new()}"
        guest.type("/notebook")
        for asked in ("^notebook: A passphrase for it", "^notebook: The same once more"):
            guest.expect(asked)
            guest.type(passphrase)
        guest.expect("^notebook: Your notebook is open")
        guest.type(f"/note {self.words.new()}")

    def _talk(self) -> None:
        """Say things to all and to some, and begin what is not sent."""
        new = self.words.new
        self.host.type("/stage 3")
        self.host.expect("^stage: 3 of ")
        for guest in self.guests:
            guest.type(f"/raise {new()}")
            self.host.expect(f"{guest.name} (raises a hand|has the floor)")
        self.guests[0].type(f"{new()} and {new()}")
        self.guests[0].type(f"/notok {new()}")
        self.host.type(f"/share {new()}", new())
        self.guests[1].type(f"{new()} as it was {new()}")
        self.looked["meetings talked"] += 1
        for guest in self.guests:
            guest.type("/time")
            guest.expect("^time: ")

    def _start(self, name: str, *argv: str) -> Program:
        program = self.house.start(name, *argv)
        self.programs.append(program)
        return program

    def _look(self, when: str) -> None:
        running = [
            one for one in (*self.programs, self.relay.program) if one.process.poll() is None
        ]
        seen = [*places(running), *files(self.house.home, self.relay.data)]
        said = "\n".join(self.relay.program.lines).encode()
        for where, data in [*seen, ("what the relay wrote", said)]:
            self.looked["places"] += 1
            if self.words.are_in(data):
                raise TraceError(f"Meeting {self.number}, {when}: a word is in {where}.")
        self._look_into_memory(running, when)

    def _look_into_memory(self, running: Sequence[Program], when: str) -> None:
        relay = self.relay.program.process.pid
        if self.relay.program not in running or not can_read_memory(relay):
            return
        if memory_holds(relay, self.words.encoded):
            raise TraceError(f"Meeting {self.number}, {when}: a word is in the relay's memory.")
        self.looked["memories"] += 1
        # Where the words are, they are found.
        if self.host in running:
            if not memory_holds(self.host.process.pid, self.words.encoded):
                raise TraceError("Nothing was found where everything is: looking does not work.")
            self.looked["found in the host's"] += 1

    def _crash(self) -> None:
        """Crash a guest, and at every other time the relay, as what leaves a core does."""
        guest = self.guests[0].program
        victims = [guest, self.relay.program][: 1 + self.number % 2]
        for program in victims:
            # A wish for a core from outside; the program has forbidden it to itself.
            with suppress(PermissionError):
                wanted = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                if self.number % 3 == 0:
                    resource.prlimit(program.process.pid, resource.RLIMIT_CORE, wanted)
            program.signal(signal.SIGSEGV)
            program.ends()
            self.looked["crashes"] += 1
        if self.words.are_in("\n".join(self.relay.program.lines).encode()):
            raise TraceError("A word is in what the relay said when it crashed.")
        cores = [path for path in self.folder.rglob("*core*") if path.is_file()]
        cores += [path for path in Path.cwd().glob("core*") if path.is_file()]
        if cores:
            raise TraceError(f"A crash left {cores[0].name}.")
        if self.relay.program in victims:
            self.relay.start_again()
            self.host.expect("^room: Connected again")

    def _close(self) -> None:
        self.host.type("/close", "y")
        for program in (self.host, self.guests[1].program):
            program.expect("^room: The meeting is over")
            program.ends()

    def _nothing_is_left(self) -> None:
        """Nothing of the meeting is in the relay's database, and no file is at home but those asked for."""
        self.relay.program.signal(signal.SIGTERM)
        self.relay.program.ends()
        with closing(sqlite3.connect(self.relay.data / DATABASE)) as database:
            for table in ("meeting", "epoch", "entry", "welcome", "doomed"):
                [count] = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
                if count:
                    raise TraceError(f"Something of a closed meeting is in {table}.")
        home = self.house.home
        left = sorted(str(p.relative_to(home)) for p in home.rglob("*") if p.is_file())
        if left != LEFT:
            raise TraceError(f"A meeting left files: {left}")
        if (said := (home / LEFT[0]).read_text()) != SETTING:
            raise TraceError(f"The settings hold more than was set: {len(said)} characters.")
        self._look("at the end")


def main(arguments: Sequence[str]) -> int:
    """Read the options, hold meetings, and say where was looked."""
    parser = argparse.ArgumentParser(prog="./dev traces", description=(__doc__ or "").split(":")[0])
    parser.add_argument("--meetings", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    for number in range(asked.meetings):
        with tempfile.TemporaryDirectory() as name:
            try:
                counts += Meeting(Path(name), number, asked.seed).hold()
            except TraceError as error:
                say(f"FOUND: {error}")
                return 1
        say(
            f"{number + 1} of {asked.meetings} meetings: {', '.join(f'{n:,} {w}' for w, n in counts.items())}"
        )
    say("Words found where they must not be: 0.")
    return 0


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
