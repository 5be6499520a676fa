"""What `./dev mutate --core` tries: the code that people's safety hangs on, and the tests it answers to.

Each part is tried by itself, with the tests that mirror it: a check that only a whole meeting would
notice is a check nobody sees. At least 85 of 100 mutants die in every file.
"""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PROTOCOL = "protocol/holdspace/protocol"
SERVER = "server/holdspace/server"
SEAT = "client/holdspace/client/seat"
LEAST = 85.0


@dataclass(frozen=True)
class Part:
    """Some files, by their patterns, and the tests that are to notice mistakes in them."""

    files: tuple[str, ...]
    tests: tuple[str, ...]

    def paths(self) -> list[Path]:
        """Return the files there are, each once."""
        return sorted(set(chain.from_iterable(ROOT.glob(pattern) for pattern in self.files)))


CORE = (
    # The roles, the reducer, slips: what members agree on.
    Part(
        (f"{PROTOCOL}/meeting/*.py",),
        ("tests/protocol/meeting", "tests/protocol/test_wire_forms.py"),
    ),
    # clean() and names.
    Part(
        (f"{PROTOCOL}/text.py", f"{PROTOCOL}/lookalikes.py"),
        ("tests/protocol/test_text.py", "tests/protocol/test_attacks_text.py"),
    ),
    # Keys, invitations, and the framing between client and relay.
    Part(
        tuple(
            f"{PROTOCOL}/{name}.py"
            for name in ("frames", "invite", "keys", "masks", "recovery", "refusals")
        ),
        tuple(
            f"tests/protocol/test_{name}.py"
            for name in (
                "frames", "invite", "keys", "masks", "recovery", "refusals", "wire_forms", "words",
            )
        ),
    ),
    # The encryption.
    Part((f"{PROTOCOL}/mls/*.py",), ("tests/protocol/mls", "tests/vectors/test_vectors.py")),
    # What a room allows of what the encryption can do.
    Part((f"{SEAT}/policy.py",), ("tests/client/seat/test_policy.py",)),
    # The relay's logs that one relay has for itself.
    Part(
        (f"{SERVER}/log/*.py",),
        tuple(
            f"tests/server/test_{name}.py"
            for name in ("copies", "log", "sqlite_file", "sqlite_writer")
        ),
    ),
    # The relay's core.
    Part(
        tuple(
            f"{SERVER}/{name}.py"
            for name in (
                "bucket", "connections", "lobby", "meetings", "relay", "rooms", "shared", "state",
                "turns", "world",
            )
        ),
        tuple(
            f"tests/server/test_{name}.py"
            for name in (
                "attacks_relay", "bucket", "counts", "effects", "relay_attacks", "relay_cluster",
                "relay_cluster_law", "relay_connections", "relay_law", "relay_lobby",
                "relay_meetings", "relay_places", "relay_rooms", "turns",
            )
        ),
    ),
    # The log that relays share, by tests that need no cluster.
    Part(
        (f"{SERVER}/log/jetstream/*.py",),
        tuple(
            f"tests/server/jetstream/test_{name}.py"
            for name in (
                "api", "cluster_nodes", "credentials", "ending", "eraser", "follower", "index",
                "lanes", "lobby", "log", "pages", "settling", "watch", "wire", "wishes",
            )
        ),
    ),
    # The gate.
    Part(
        tuple(f"{SERVER}/{name}.py" for name in ("gate", "outbox", "wire")),
        tuple(
            f"tests/server/test_{name}.py"
            for name in (
                "attacks_door", "gate", "gate_counts", "gate_shared", "gate_turns", "guest",
                "outbox", "pages", "turns", "wire",
            )
        ),
    ),
)  # fmt: skip
