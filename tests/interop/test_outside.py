"""What comes from outside a group, or from its past: listed senders who propose, and resumption keys."""

import pytest

from holdspace.protocol.mls.structs import (
    Credential,
    CredentialType,
    ExternalSender,
    ExternalSenders,
)
from mls_mixes import TS_MLS, Mix, mixes
from mls_peers import Person, Someone
from mls_room import Room, refuses

EXTERNAL_SENDERS = 5


def senders(*people: Person) -> list[object]:
    """Return the extension that lists who may propose from outside, in this order."""
    listed = tuple(
        ExternalSender(
            bytes.fromhex(person.signature_key),
            Credential(
                credential_type=CredentialType.basic, identity=bytes.fromhex(person.identity)
            ),
        )
        for person in people
    )
    return [EXTERNAL_SENDERS, ExternalSenders(listed).encode().hex()]


def propose(room: Room, by: Person, number: int, kind: str, **about: object) -> None:
    """Let somebody outside propose, and everybody in the room note it."""
    told = room.people[0].ask("group_info")["group_info"]
    asked = by.ask("propose_outside", group_info=told, sender=number, kind=kind, **about)
    for person in room.people:
        assert person.ask("recv", msg=asked["proposal"])["kind"] == "proposal", person


@mixes(TS_MLS)
def test_listed_senders_propose_and_members_commit(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan, hana, ivo = mix.people(someone, "Ada", "Bob", "Cleo", "Dan", "Hana", "Ivo")
    room = Room(ada, extensions=[senders(hana, ivo)])
    room.add(ada, bob)
    for number, outsider, commits, newcomer in ((0, hana, bob, cleo), (1, ivo, ada, dan)):
        package = newcomer.ask("key_package")["key_package"]
        propose(room, outsider, number, "add", key_package=package)
        room.welcome(room.commit(commits, "update"), newcomer)
        room.check()
    for number, outsider, commits, removed in ((1, ivo, bob, 3), (0, hana, ada, 2)):
        propose(room, outsider, number, "remove", leaf=removed)
        room.taken_out(commits, room.people[removed], commits.ask("update")["commit"])
        room.check()
    # Whoever is not listed under a number cannot use it. (ts-mls does not even try.)
    told = ada.ask("group_info")["group_info"]
    stranger = next(person for person in (cleo, dan) if person.engine == "ours")
    asked = stranger.ask("propose_outside", group_info=told, sender=0, kind="remove", leaf=1)
    assert all(refuses(person, "recv", msg=asked["proposal"]) for person in room.people)


def test_rine_takes_what_listed_senders_propose(someone: Someone) -> None:
    ada, dan, hana = (someone("ours", name) for name in ("Ada", "Dan", "Hana"))
    rita, rosa = (someone("rine", name) for name in ("Rita", "Rosa"))
    room = Room(ada, extensions=[senders(hana)])
    room.add(ada, rita)
    propose(room, hana, 0, "add", key_package=rosa.ask("key_package")["key_package"])
    room.welcome(room.commit(ada, "update"), rosa)
    room.check()
    # rine commits nothing but additions and removals; what waits goes along.
    propose(room, hana, 0, "remove", leaf=2)
    package = dan.ask("key_package")["key_package"]
    made = rita.ask("add", key_packages=[package])
    room.taken_out(rita, rosa, made["commit"])
    room.welcome(made, dan)
    room.check()


@mixes(TS_MLS)
def test_a_commit_is_tied_to_the_past_by_its_resumption_key(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo = mix.people(someone, "Ada", "Bob", "Cleo")
    room = Room(ada)
    room.add(ada, bob)
    for by in (ada, bob):
        now = by.ask("state")["epoch"]
        room.commit(by, "psk_commit", epoch=now)
        room.commit(by, "psk_commit", epoch=now)
        room.check()
    room.propose(bob, "psk", epoch=room.people[0].ask("state")["epoch"])
    room.commit(ada, "update")
    room.check()
    # Whoever was not there does not have that epoch's key.
    before = ada.ask("state")["epoch"]
    room.add(ada, cleo)
    held = ada.ask("psk_commit", epoch=before, hold=True)["commit"]
    assert refuses(cleo, "recv", msg=held)
    ada.ask("drop")
    room.check()


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("engine", ["mls-rs", "rine"])
def test_others_follow_a_commit_with_a_resumption_key(
    engine: str, public: bool, someone: Someone
) -> None:
    ada, bob = someone("ours", "Ada"), someone(engine, "Bob")
    room = Room(ada)
    room.add(ada, bob)
    epoch = ada.ask("state")["epoch"]
    for _ in ("of now", "of the past"):
        room.commit(ada, "psk_commit", epoch=epoch, public=public)
        room.check()
