"""The peer talks to itself: three processes, every operation, each of the suites that others speak."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PEER = Path(__file__).with_name("peer.py")


class Process:
    """One peer, asked line by line."""

    def __init__(self, identity: bytes, suite: int) -> None:
        self.program = subprocess.Popen(
            [sys.executable, PEER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="surrogateescape",
        )
        self.ask("client", identity=identity.hex(), suite=suite, lifetime=3600)

    def line(self, text: str) -> dict[str, Any]:
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(text + "\n")
        self.program.stdin.flush()
        answer: dict[str, Any] = json.loads(self.program.stdout.readline())
        return answer

    def ask(self, operation: str, **given: Any) -> dict[str, Any]:
        answer = self.line(json.dumps({"op": operation, **given}))
        assert answer.keys().isdisjoint({"error", "unsupported"}), answer
        assert answer["us"] >= 0
        return answer

    def refused(self, operation: str, why: str, **given: Any) -> None:
        answer = self.line(json.dumps({"op": operation, **given}))
        assert why in answer.get("error", answer.get("unsupported", "")), answer

    def close(self) -> None:
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.close()
        self.program.stdout.close()
        self.program.wait(timeout=20)


Trio = tuple[Process, Process, Process]


@pytest.fixture(params=[1, 2, 0xF04F], ids=["suite 1", "suite 2", "x-wing"])
def trio(request: pytest.FixtureRequest) -> Iterator[Trio]:
    """Return three peers, of whom the first has added the second."""
    peers = [Process(name, request.param) for name in (b"ana", b"ben", b"cho")]
    ana, ben, cho = peers
    ana.ask("create_group", group_id=b"circle".hex())
    package = ben.ask("key_package")["key_package"]
    welcome = ana.ask("add", key_packages=[package])["welcome"]
    ben.ask("join", welcome=welcome)
    yield ana, ben, cho
    for peer in peers:
        peer.close()


def agree(*peers: Process) -> None:
    assert len({peer.ask("state")["epoch_authenticator"] for peer in peers}) == 1
    assert len({peer.ask("state")["tree_hash"] for peer in peers}) == 1
    exported = {"label": "a label", "context": "00", "length": 32}
    assert len({peer.ask("export", **exported)["secret"] for peer in peers}) == 1


def test_two_talk_and_a_third_comes_and_goes(trio: Trio) -> None:
    ana, ben, cho = trio
    agree(ana, ben)
    said = ana.ask("send", data=b"hello".hex(), aad="00ff")["msg"]
    heard = ben.ask("recv", msg=said)
    assert (heard["kind"], bytes.fromhex(heard["data"]), heard["aad"]) == (
        "application",
        b"hello",
        "00ff",
    )
    assert bytes.fromhex(heard["identity"]) == b"ana"
    ben.refused("recv", "read already", msg=said)
    assert ana.ask("recv", msg=said)["kind"] == "own"

    package = cho.ask("key_package")["key_package"]
    made = ben.ask("add", key_packages=[package], public=True)
    assert ana.ask("recv", msg=made["commit"])["kind"] == "commit"
    cho.ask("join", welcome=made["welcome"])
    cho.refused("join", "no key package", welcome=made["welcome"])
    agree(ana, ben, cho)

    late = cho.ask("send", data=b"late".hex())["msg"]
    gone = ana.ask("remove", identity=b"cho".hex())["commit"]
    assert ben.ask("recv", msg=gone)["kind"] == "commit"
    assert cho.ask("recv", msg=gone)["kind"] == "removed"
    cho.refused("send", "no group", data="00")
    assert bytes.fromhex(ben.ask("recv", msg=late)["data"]) == b"late"
    agree(ana, ben)


def test_proposals_are_committed_by_reference(trio: Trio) -> None:
    ana, ben, cho = trio
    package = cho.ask("key_package")["key_package"]
    for proposer, other, given in (
        (ben, ana, {"kind": "update", "public": True}),
        (ana, ben, {"kind": "add", "key_package": package}),
        (ben, ana, {"kind": "gce", "extensions": [[3, "000000"]]}),
    ):
        proposal = proposer.ask("propose", **given)["proposal"]
        assert other.ask("recv", msg=proposal)["kind"] == "proposal"
    made = ana.ask("update")
    assert ben.ask("recv", msg=made["commit"])["required_capabilities"]
    cho.ask("join", welcome=made["welcome"])
    agree(ana, ben, cho)
    proposal = ana.ask("propose", kind="remove", leaf=2)["proposal"]
    ben.ask("recv", msg=proposal)
    ana.ask("recv", msg=ben.ask("update")["commit"])
    agree(ana, ben)


def test_commits_are_held_merged_and_dropped(trio: Trio) -> None:
    ana, ben, _ = trio
    held = ana.ask("update", hold=True)
    before = ana.ask("state")["epoch"]
    assert ben.ask("recv", msg=held["commit"])["epoch"] == before + 1
    assert ana.ask("merge")["epoch"] == before + 1
    agree(ana, ben)
    ana.ask("update", hold=True)
    ana.ask("drop")
    ana.ask("update", hold=True)
    ana.ask("recv", msg=ben.ask("update")["commit"])
    ana.refused("merge", "no commit is held")
    agree(ana, ben)


def test_pre_shared_keys_and_commits_from_outside(trio: Trio) -> None:
    ana, ben, cho = trio
    for peer in (ana, ben):
        peer.ask("psk_store", id="01", psk="aa" * 32)
    ben.ask("recv", msg=ana.ask("psk_commit", id="01")["commit"])
    agree(ana, ben)
    info = ana.ask("group_info")["group_info"]
    entered = cho.ask("external_join", group_info=info)["commit"]
    for peer in (ana, ben):
        assert peer.ask("recv", msg=entered)["kind"] == "commit"
    agree(ana, ben, cho)
    again = cho.ask("external_join", group_info=ben.ask("group_info")["group_info"], resync=True)
    for peer in (ana, ben):
        assert len(peer.ask("recv", msg=again["commit"])["members"]) == 3
    agree(ana, ben, cho)


def test_a_peer_says_what_it_cannot_do() -> None:
    peer = Process(b"ana", 1)
    assert 1 in peer.ask("info")["suites"]
    peer.refused("dance", "operation 'dance'")
    peer.refused("client", "suite 77", identity="00", suite=77)
    peer.refused("state", "in no group")
    peer.refused("join", "bad request")
    peer.ask("create_group", group_id="00")
    peer.refused("propose", "proposal dance", kind="dance")
    peer.refused("recv", "CodecError", msg="0001")
    for bad in (
        "nonsense",
        "\udcff",
        "[" * 100_000,
        "[]",
        '{"op": []}',
        '{"op": "recv", "msg": 7}',
    ):
        assert {"error", "unsupported"} & peer.line(bad).keys()
    peer.ask("client", identity="00", lifetime=float("inf"))
    peer.refused("key_package", "bad request")
    peer.close()
