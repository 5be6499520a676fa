"""Other implementations of MLS as programs to talk to, installed when they are first needed.

What they speak is told in tests/interop/peer.py. A Pool keeps their processes, for starting one takes
longer than most of what is asked of it.
"""

import fcntl
import hashlib
import json
import os
import selectors
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from typing_extensions import override

ROOT = Path(__file__).parent.parent.parent
INTEROP = ROOT / "tests" / "interop"
PEERS = INTEROP / "peers"
WHEELS = ROOT / ".peers"
NODE_MODULES = PEERS / "node_modules"
REQUIREMENTS = ROOT / "requirements" / "interop.txt"
# Written last, so a half-made folder is never taken for a ready one; of the lock it was made from.
STAMP = ".holdspace-stamp"
PATIENCE = 60.0

Answer = dict[str, Any]
Say = Callable[[str], None]


class MissingPeer(Exception):
    """An implementation cannot be had on this machine."""


class Refused(Exception):
    """A peer has answered with an error."""


class Unsupported(Exception):
    """A peer has no such operation."""


class Engine(NamedTuple):
    """How an implementation is started, and where it comes from."""

    command: tuple[str, ...]
    source: str | None = None


PEER = (sys.executable, str(INTEROP / "peer.py"))
ENGINES = {
    "ours": Engine(PEER),
    "ours, with rine's suite": Engine((*PEER, str(INTEROP / "rine_suite.py"))),
    "ts-mls": Engine(("node", str(PEERS / "ts_mls.mjs")), "npm"),
    "mls-rs": Engine((sys.executable, str(PEERS / "mls_rs.py")), "wheels"),
    "rine": Engine((sys.executable, str(PEERS / "rine.py")), "wheels"),
}


class Person:
    """A client of some implementation, in a process of its own."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.identity = self.name = self.signature_key = ""
        self.spent = 0
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(INTEROP), str(WHEELS)])}
        self.process = subprocess.Popen(
            ENGINES[engine].command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.selector = selectors.DefaultSelector()
        self.selector.register(self._pipe(self.process.stdout), selectors.EVENT_READ)

    @override
    def __repr__(self) -> str:
        return f"{self.name} ({self.engine})"

    def ask(self, op: str, **request: Any) -> Answer:
        """Ask for an operation; raise Refused or Unsupported where that is the answer."""
        line = json.dumps({"op": op, **request}).encode() + b"\n"
        to, answers = self._pipe(self.process.stdin), self._pipe(self.process.stdout)
        to.write(line)
        to.flush()
        if not self.selector.select(PATIENCE):
            raise TimeoutError(f"{self} has not answered {op}")
        answered = answers.readline()
        if not answered:
            raise EOFError(f"the process of {self} has ended over {op}")
        answer: Answer = json.loads(answered)
        if "error" in answer:
            raise Refused(f"{self}, {op}: {answer['error']}")
        if "unsupported" in answer:
            raise Unsupported(f"{self}, {op}: {answer['unsupported']}")
        self.spent = int(answer.pop("us"))
        return answer

    def start(self, name: str, suite: int, **options: Any) -> None:
        """Become somebody, with no group yet."""
        self.name, self.identity = name, name.encode().hex()
        answer = self.ask("client", identity=self.identity, suite=suite, **options)
        self.identity = answer.get("identity", self.identity)
        self.signature_key = answer["signature_key"]

    def end(self) -> None:
        """End the process and wait for it."""
        self.selector.close()
        self._pipe(self.process.stdin).close()
        self._pipe(self.process.stdout).close()
        self.process.wait(PATIENCE)

    @staticmethod
    def _pipe(pipe: Any) -> Any:
        return pipe


class Someone(Protocol):
    """The fixture that makes people."""

    def __call__(self, engine: str, name: str, suite: int = 1, **options: Any) -> Person:
        """Return somebody new who uses an implementation."""


class Pool:
    """Processes that wait to be somebody."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.idle: dict[str, list[Person]] = defaultdict(list)
        self.busy: list[Person] = []
        self.missing: dict[str | None, MissingPeer | None] = {None: None}

    def person(self, engine: str, name: str, suite: int, **options: Any) -> Person:
        """Return somebody new who uses an implementation."""
        self._obtain(ENGINES[engine].source)
        waiting = self.idle[engine]
        person = waiting.pop() if waiting else Person(engine)
        self.busy.append(person)
        person.start(name, suite, **options)
        return person

    def take_back(self) -> None:
        """Keep the processes of a test that is over, but for those that have ended."""
        for person in self.busy:
            if person.process.poll() is None:
                self.idle[person.engine].append(person)
            else:
                person.end()
        self.busy.clear()

    def end(self) -> None:
        """End all processes."""
        self.take_back()
        for people in self.idle.values():
            for person in people:
                person.end()

    def _obtain(self, source: str | None) -> None:
        if source not in self.missing:
            try:
                obtain(source or "", self.say)
                self.missing[source] = None
            except MissingPeer as missing:
                self.missing[source] = missing
        failure = self.missing[source]
        if failure is not None:
            raise failure


def obtain(source: str, say: Say) -> None:
    """Install what is locked, unless it is there; other test processes wait."""
    lock, folder, command = _recipe(source)
    stamp = folder / STAMP
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    with _one_at_a_time():
        if stamp.exists() and stamp.read_text() == wanted:
            return
        say(f"fetching other implementations of MLS for tests/interop ({source}), once ...")
        shutil.rmtree(folder, ignore_errors=True)
        done = subprocess.run(command, cwd=PEERS, capture_output=True, text=True, check=False)
        if done.returncode:
            why = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise MissingPeer(f"{command[0]} could not install {source} peers: {''.join(why)}")
        stamp.write_text(wanted)


def _recipe(source: str) -> tuple[Path, Path, list[str]]:
    if source == "npm":
        if shutil.which("node") is None or shutil.which("npm") is None:
            raise MissingPeer("node and npm are not installed here")
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        return PEERS / "package-lock.json", NODE_MODULES, ["npm", "ci", *quiet]
    pip = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", "--retries=1"]
    exact = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    return (
        REQUIREMENTS,
        WHEELS,
        [*pip, "install", *exact, f"--target={WHEELS}", f"-r{REQUIREMENTS}"],
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (PEERS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
