"""Our engine as a program: it answers every line, tells what it cannot do, and changes nothing it refuses."""

import json
import subprocess

import pytest

from mls_peers import PEER, Person, Refused, Someone, Unsupported

TO_COME = ("info", "client", "key_package", "create_group", "join", "external_join", "group_info")
TO_CHANGE = (
    "add",
    "update",
    "remove",
    "gce",
    "psk_commit",
    "propose",
    "merge",
    "drop",
    "psk_store",
)
TO_SPEAK = ("send", "recv", "export", "state")
OPERATIONS = {*TO_COME, *TO_CHANGE, *TO_SPEAK}


@pytest.fixture
def ada(someone: Someone) -> Person:
    return someone("ours", "Ada")


def test_lines_go_in_and_answers_come_out() -> None:
    requests = [
        {"op": "info"},
        {"op": "client", "identity": b"Ada".hex(), "suite": 1},
        {"op": "create_group", "group_id": "00"},
        {"op": "update"},
        {"op": "state"},
    ]
    said = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run(PEER, input=said, capture_output=True, text=True, timeout=60, check=True)
    info, client, created, updated, state = map(json.loads, done.stdout.splitlines())
    assert set(range(1, 8)) <= set(info["suites"])
    assert set(info["operations"]) >= OPERATIONS
    assert len(bytes.fromhex(client["signature_key"])) == 32
    assert created["epoch"] == 0
    assert created["us"] > 0
    assert updated["welcome"] is None
    assert state["epoch"] == 1
    assert state["members"] == [{"leaf": 0, "identity": b"Ada".hex()}]


def test_a_refusal_is_an_answer_and_the_next_line_is_served(ada: Person) -> None:
    for op, request in (
        ("client", {"identity": "not hex", "suite": 1}),
        ("client", {"identity": "00", "favourite": "colour"}),
        ("recv", {"msg": "0001"}),
        ("join", {"welcome": "00010003"}),
    ):
        with pytest.raises(Refused):
            ada.ask(op, **request)
    ada.ask("create_group", group_id="00")
    with pytest.raises(Refused, match="nobody has this identity"):
        ada.ask("remove", identity=b"nobody".hex())
    for op in ("_commit", "__init__", "suite"):
        with pytest.raises(Unsupported):
            ada.ask(op)
    assert ada.ask("state")["epoch"] == 0


def test_a_line_that_is_no_request_is_answered_too() -> None:
    lines = ["hello", "[]", "{}", '{"op": []}', '{"op": "info"}', ""]
    done = subprocess.run(
        PEER, input="\n".join(lines), capture_output=True, text=True, timeout=60, check=True
    )
    *wrong, info = map(json.loads, done.stdout.splitlines())
    assert [list(answer) for answer in wrong] == [["error", "us"]] * 4
    assert info["name"] == "holdspace"


def test_own_messages_are_known_again(ada: Person) -> None:
    ada.ask("create_group", group_id="00")
    assert ada.ask("recv", msg=ada.ask("send", data="00")["msg"])["kind"] == "own"
    held = ada.ask("update", hold=True)["commit"]
    assert ada.ask("recv", msg=held)["kind"] == "own"
    assert ada.ask("state")["epoch"] == 0
    ada.ask("merge")
    assert ada.ask("state")["epoch"] == 1


def test_a_key_package_is_good_once_and_for_its_time(someone: Someone) -> None:
    ada, bob = someone("ours", "Ada"), someone("ours", "Bob")
    stale = someone("ours", "Cleo", lifetime=-60).ask("key_package")["key_package"]
    ada.ask("create_group", group_id="00")
    with pytest.raises(Refused, match="not valid at this time"):
        ada.ask("add", key_packages=[stale])
    welcome = ada.ask("add", key_packages=[bob.ask("key_package")["key_package"]])["welcome"]
    bob.ask("join", welcome=welcome)
    with pytest.raises(Refused):
        bob.ask("join", welcome=welcome)
