"""Record vectors from live runs with other implementations: tests/vectors/own/passive-client-*.json.

A client of ours is let into a group whose other members use another implementation, follows what they
do and hears what they say; its private keys and all that it received are written down, in the official
passive-client format with one addition, `messages`. Needs the peers of tests/interop:

    .venv/bin/python tests/support/record_vectors.py
"""

import json
import sys
from pathlib import Path
from typing import Any

from typing_extensions import override

import check_vectors
import vectors
from mls_peers import INTEROP, Answer, Person, Pool
from mls_room import Room
from vectors_encoding import Case
from write_vectors import hexed, private_keys

sys.path.append(str(INTEROP))

from peer import Peer

PSK = {"id": b"agreed before".hex(), "psk": b"a secret agreed before".hex()}


class Listener(Person):
    """A client of our engine in this process, whose every reception is written down."""

    def __init__(self) -> None:  # it has no process
        self.engine, self.peer = "ours", Peer()
        self.case: Case = {"epochs": [], "external_psks": [], "ratchet_tree": None}
        self.messages: list[Case] = []
        self.proposals: list[str] = []

    @override
    def ask(self, op: str, **request: Any) -> Answer:
        """Do it here; note what it was if it came from somebody else."""
        answer: Answer = getattr(self.peer, op)(**request)
        noting = {"key_package": self._prepared, "join": self._joined, "recv": self._received}
        if op in noting:
            noting[op](request, answer)
        return answer

    def _prepared(self, _: Answer, answer: Answer) -> None:
        own = self.peer.packages[-1]
        self.case |= {"cipher_suite": own.suite.id, **hexed(private_keys(own)), **answer}

    def _joined(self, request: Answer, answer: Answer) -> None:
        self.case["welcome"] = request["welcome"]
        self.case["initial_epoch_authenticator"] = answer["epoch_authenticator"]

    def _received(self, request: Answer, answer: Answer) -> None:
        match answer["kind"]:
            case "application":
                self.messages.append({"message": request["msg"], "data": answer["data"]})
            case "proposal":
                self.proposals.append(request["msg"])
            case "commit":
                epoch = {
                    "messages": self.messages,
                    "proposals": self.proposals,
                    "commit": request["msg"],
                    "epoch_authenticator": answer["epoch_authenticator"],
                }
                self.case["epochs"].append(epoch)
                self.messages, self.proposals = [], []

    def finished(self) -> Case:
        """Return the case, with what was said in its last epoch."""
        return self.case | {"messages": self.messages}


def recorded(pool: Pool, engine: str, suite: int, *, founds: bool, public: bool) -> Case:
    """Live through a short group life with two or three people of another implementation.

    Where it `founds` the group its founder brings the listener in; else one who was added before.
    """
    listener = Listener()
    listener.start("listener", suite)
    people = [pool.person(engine, name, suite) for name in ("ana", "ben", "cho")]
    ana, ben, cho = people
    how = {"public": public} if engine == "ts-mls" else {}
    room = Room(ana)
    room.add(ana, ben, **how)
    if engine == "ts-mls":
        for person in (*people, listener):
            person.ask("psk_store", **PSK)
        listener.case["external_psks"] = [{"psk_id": PSK["id"], "psk": PSK["psk"]}]
        room.propose(ben, "psk", id=PSK["id"], **how)
    room.add(ana if founds else ben, listener, **how)
    room.say(ana, b"Welcome.")
    if engine == "rine":
        room.add(ben, cho)
    else:
        room.commit(ben, "update", **how)
        package = cho.ask("key_package")["key_package"]
        room.propose(ben, "add", key_package=package, **how)
        room.welcome(room.commit(ana, "update", **how), cho)
    room.say(cho, b"Hello, I am new.")
    room.remove(ana, cho, **how)
    if engine == "ts-mls":
        room.commit(ben, "psk_commit", epoch=ben.ask("state")["epoch"], **how)
    room.say(ben, b"Good night.")
    room.agree()
    return listener.finished()


RUNS: dict[str, tuple[int, ...]] = {"ts-mls": (1, 2, 3, 4, 5, 6, 7), "mls-rs": (1,), "rine": (1,)}


def main(folder: Path) -> None:
    """Write a file for each implementation; each case must pass before it is written."""
    pool = Pool(check_vectors.say)
    for engine, suites in RUNS.items():
        ways = [(suite, founds) for suite in suites for founds in (True, False)]
        if len(suites) > 1:
            ways = [(suite, bool(suite % 2)) for suite in suites]
        family = f"passive-client-{engine}"
        cases = [recorded(pool, engine, s, founds=f, public=not f) for s, f in ways]
        for case in cases:
            vectors.FAMILIES[family](case)
        (folder / f"{family}.json").write_text(json.dumps(cases, indent=1) + "\n")
        pool.take_back()
    pool.end()


if __name__ == "__main__":
    main(vectors.OWN.folder)
