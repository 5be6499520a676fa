"""The same groups in mls-rs, through its Python wheel; it changes its groups, so each run needs its own.

The wheel is the one that the tests talk to (tests/interop), installed beside the project.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from holdspace.protocol.mls import read_key_package
from mls_floor import TEXT
from mls_ours import FOREVER, LATER, OurRoom, Work

WHEELS = Path(__file__).parent.parent / ".peers"
# More than are read in one run.
SAID = 20
HOW_TO_GET_IT = (
    "mls-rs is not installed here, so its columns are empty. The tests fetch it when they first\n"
    "need it: ./dev test tests/interop"
)


def mls_rs() -> Any | None:
    """Return the binding, if it is there."""
    sys.path.append(str(WHEELS))
    try:
        return importlib.import_module("mls_rs_uniffi")
    except ImportError:
        return None


class PeerRoom:
    """A group in mls-rs; each method prepares one run and returns what is to be timed."""

    def __init__(self, binding: Any, members: int) -> None:
        self.mls, self.members = binding, members
        self.founder = self.client("founder")
        self.begin()

    def client(self, name: str) -> Any:
        """Make somebody."""
        suite = self.mls.CipherSuite.CURVE25519_AES128
        config = self.mls.client_config_default()
        config.use_ratchet_tree_extension = True
        key_pair = self.mls.generate_signature_keypair(suite)
        return self.mls.Client(name.encode(), key_pair, config)

    def begin(self) -> None:
        """Let new people into a new group: a key package is good for one."""
        self.waiting = [self.client(str(number)) for number in range(1, self.members)]
        self.packages = [client.generate_key_package_message() for client in self.waiting]
        self.group = self.founder.create_group(None)
        output = self.group.add_members(self.packages)
        self.group.process_incoming_message(output.commit_message)
        self.welcome = output.welcome_message.to_bytes()

    def add_all(self) -> Work:
        """Found a group and let everybody in."""

        def work() -> tuple[bytes, bytes]:
            output = self.founder.create_group(None).add_members(self.packages)
            commit: bytes = output.commit_message.to_bytes()
            return commit, output.welcome_message.to_bytes()

        return work

    def join(self) -> Work:
        """Enter by the Welcome, each time somebody else."""
        if not self.waiting:
            self.begin()
        client = self.waiting.pop(0)
        return lambda: client.join_group(None, self.mls.Message.from_bytes(self.welcome))

    def works(self, ours: OurRoom) -> dict[str, Callable[[], Work]]:
        """Return how each operation is prepared."""
        cold = Pair(self.mls, self.group, self.join()().group)
        prepared = {
            "add all others": self.add_all,
            "join": self.join,
            "renew keys, cold tree": cold.renew,
            "follow a commit, cold tree": cold.follow,
            "send 100 bytes": cold.send,
            "receive 100 bytes": cold.receive,
            "export a secret": lambda: lambda: cold.first.export_secret(b"label", b"context", 32),
        }
        if self.members > 2:
            warm = self.warmed(ours)
            prepared |= {
                "renew keys, warm tree": warm.renew,
                "follow a commit, warm tree": warm.follow,
            }
        return prepared

    def warmed(self, ours: OurRoom) -> "Pair":
        """Give two of mls-rs places in a group of ours that has a key at every parent."""
        clients = [self.client(name) for name in ("ada", "ben")]
        packages = [client.generate_key_package_message().to_bytes() for client in clients]
        read = [
            read_key_package(ours.suite, package, now=LATER, longest_lifetime=FOREVER)
            for package in packages
        ]
        welcome = ours.exchanging(read).welcome or b""
        ada, ben = (
            client.join_group(None, self.mls.Message.from_bytes(welcome)).group
            for client in clients
        )
        # Their own paths are blank yet.
        for pair in (Pair(self.mls, ada, ben), Pair(self.mls, ben, ada)):
            pair.renew()()
            pair.settle()
        return Pair(self.mls, ada, ben)


class Pair:
    """Two members of a group in mls-rs that go on together."""

    def __init__(self, binding: Any, first: Any, second: Any) -> None:
        self.mls, self.first, self.second = binding, first, second
        self.output: Any = None

    def settle(self) -> None:
        """Let both take the commit that waits."""
        if self.output is not None:
            self.first.process_incoming_message(self.output.commit_message)
            self.second.process_incoming_message(self.output.commit_message)
        self.output = None

    def renew(self) -> Work:
        """Make a commit that renews the first's keys."""
        self.settle()

        def work() -> bytes:
            self.output = self.first.commit()
            encoded: bytes = self.output.commit_message.to_bytes()
            return encoded

        return work

    def follow(self) -> Work:
        """Take such a commit."""
        message = self.renew()()
        self.first.process_incoming_message(self.output.commit_message)
        self.output = None
        return lambda: self.second.process_incoming_message(self.mls.Message.from_bytes(message))

    def send(self) -> Work:
        """Say something."""
        self.settle()
        return lambda: self.first.encrypt_application_message(TEXT).to_bytes()

    def receive(self) -> Work:
        """Read something, each time the next; a new epoch, because what was sent is far ahead."""
        self.renew()()
        said = iter([self.send()() for _ in range(SAID)])

        def work() -> object:
            return self.second.process_incoming_message(self.mls.Message.from_bytes(next(said)))

        # The first message of a sender takes longer.
        work()
        return work
