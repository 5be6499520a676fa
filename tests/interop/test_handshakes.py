"""Commits and proposals in every form: by reference, in the clear and encrypted, from members and outside."""

import pytest

from mls_mixes import MLS_RS, OURS, RINE, RINE_XWING, TS_MLS, Mix, mixes
from mls_peers import Person, Someone
from mls_room import Room, refuses

PUBLIC = {"in the clear": True, "encrypted": False}
TYPE = 0xF0A0
in_both_forms = pytest.mark.parametrize("public", PUBLIC.values(), ids=PUBLIC)


@mixes(TS_MLS)
@in_both_forms
def test_commits_in_both_wire_formats(mix: Mix, public: bool, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob, cleo, public=public)
    room.add(bob, dan, public=public)
    for person in room.people:
        # Each takes turns with its form, so that transcripts of both forms are mixed.
        room.commit(person, "update", public=public)
        room.commit(person, "update", public=not public)
    room.check()
    room.remove(bob, ada, public=public)
    room.check()


@mixes(TS_MLS)
@in_both_forms
def test_a_room_changes_by_proposals_of_all(mix: Mix, public: bool, someone: Someone) -> None:
    ada, bob, cleo, dan, eve, finn = mix.people(someone, "Ada", "Bob", "Cleo", "Dan", "Eve", "Finn")
    room = Room(ada)
    room.add(ada, bob, cleo, dan)
    for proposes, commits, newcomer in ((ada, bob, eve), (bob, ada, finn)):
        package = newcomer.ask("key_package")["key_package"]
        room.propose(proposes, "add", key_package=package, public=public)
        for person in room.others(commits):
            if person.engine == "ours":  # ts-mls keeps no key for an Update of its own
                room.propose(person, "update", public=not public)
        made = room.commit(commits, "update", public=public)
        room.welcome(made, newcomer)
        room.check()
    for proposes, commits, leaver in ((ada, bob, cleo), (bob, ada, dan)):
        room.propose(proposes, "remove", identity=leaver.identity, public=public)
        room.taken_out(commits, leaver, commits.ask("update", public=not public)["commit"])
        room.check()


# To receive this is all that others do: ts-mls and both bindings of mls-rs cannot change their own key.
@mixes(TS_MLS, MLS_RS, RINE, RINE_XWING, OURS)
def test_a_member_signs_with_another_key_from_now_on(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob, cleo)
    room.check()
    changes, follows = (ada, bob) if ada.engine.startswith("ours") else (bob, ada)
    # By a path of their own, and by an Update where somebody commits what others propose.
    room.commit(changes, "update", new_signature_key=True)
    room.check()
    if follows.engine != "rine":
        room.propose(changes, "update", new_signature_key=True)
        room.commit(follows, "update")
        room.check()
    # The Welcome is signed with the new key, and whoever has it can still be taken out.
    room.add(changes, dan)
    room.check()
    room.remove(follows, changes)
    room.check()


@mixes(MLS_RS)
def test_mls_rs_proposes_and_commits_what_was_proposed(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan, eve = mix.people(someone, "Ada", "Bob", "Cleo", "Dan", "Eve")
    room = Room(ada)
    room.add(ada, bob, dan)
    room.check()
    for proposes, commits, newcomer, leaver in ((ada, bob, cleo, dan), (bob, ada, eve, cleo)):
        package = newcomer.ask("key_package")["key_package"]
        room.propose(proposes, "add", key_package=package)
        room.propose(proposes, "remove", identity=leaver.identity)
        if proposes.engine == "ours":
            room.propose(proposes, "update")
        made = commits.ask("update")
        room.taken_out(commits, leaver, made["commit"])
        room.welcome(made, newcomer)
        room.check()


@mixes(TS_MLS, MLS_RS)
def test_members_ask_to_be_taken_out(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob, cleo, dan)
    for leaver, commits in ((ada, bob), (dan, cleo)):
        room.propose(leaver, "remove", identity=leaver.identity)
        room.taken_out(commits, leaver, commits.ask("update")["commit"])
        room.check()


@mixes(TS_MLS, RINE, RINE_XWING)
def test_people_let_themselves_in(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob)
    stale = ada.ask("group_info")["group_info"]
    for told_by, newcomer in ((ada, dan), (bob, cleo)):
        told = told_by.ask("group_info")["group_info"]
        room.follow(newcomer, newcomer.ask("external_join", group_info=told)["commit"])
        room.people.append(newcomer)
        room.check()
    # A GroupInfo is good for one epoch.
    eve = someone(mix.one, "Eve", mix.suite)
    late = eve.ask("external_join", group_info=stale)["commit"]
    assert all(refuses(person, "recv", msg=late) for person in room.people)
    room.remove(cleo, ada)
    room.check()


@mixes(TS_MLS, RINE, RINE_XWING)
def test_whoever_lost_the_thread_comes_back_in_their_own_place(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan, eve = mix.people(someone, "Ada", "Bob", "Cleo", "Dan", "Eve")
    room = Room(ada)
    room.add(ada, bob, cleo)
    for lost, told_by, newcomer in ((ada, bob, dan), (bob, ada, eve)):
        package = newcomer.ask("key_package")["key_package"]
        missed = told_by.ask("add", key_packages=[package])
        room.follow(told_by, missed["commit"], but=(lost,))
        room.welcome(missed, newcomer)
        told = told_by.ask("group_info")["group_info"]
        commit = lost.ask("external_join", group_info=told, resync=True)["commit"]
        room.follow(lost, commit)
        room.check()
        assert len(ada.ask("state")["members"]) == len(room.people)


@mixes(TS_MLS)
def test_pre_shared_keys_are_mixed_in(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob, cleo)
    psk = {"id": b"spoken aloud".hex(), "psk": b"amber fern quilt stone".hex()}
    for person in (ada, bob):
        person.ask("psk_store", **psk)
    for by in (ada, bob):
        commit = by.ask("psk_commit", id=psk["id"], hold=True)["commit"]
        assert refuses(cleo, "recv", msg=commit)
        by.ask("drop")
    cleo.ask("psk_store", **psk)
    dan.ask("psk_store", **psk)
    for by in room.people:
        room.commit(by, "psk_commit", id=psk["id"])
        room.check()
    # One who joins by a Welcome that builds on the key needs it too.
    room.propose(bob, "psk", id=psk["id"])
    room.add(ada, dan)
    room.check()


@mixes(TS_MLS)
def test_extensions_of_the_group(mix: Mix, someone: Someone) -> None:
    listed = {"extensions": [TYPE]}
    ada, bob = mix.people(someone, "Ada", "Bob", **listed)
    [cleo] = mix.people(someone, "Cleo")
    required = [3, "02f0a00000"]  # required_capabilities: this one extension
    room = Room(ada, extensions=[required, [TYPE, b"roles".hex()]])
    room.add(ada, bob)
    room.check()
    for by in (ada, bob):
        # Whoever does not list what the group requires cannot be added.
        package = cleo.ask("key_package")["key_package"]
        assert refuses(by, "add", key_packages=[package])
    ours, theirs = (ada, bob) if ada.engine == "ours" else (bob, ada)
    room.commit(ours, "gce", extensions=[required, [TYPE, b"new roles".hex()]])
    room.check()
    # RFC 9420, 12.4: a commit of GroupContextExtensions has a path. ts-mls sends none.
    without = theirs.ask("gce", extensions=[[TYPE, b"theirs".hex()]], hold=True)["commit"]
    assert refuses(ours, "recv", msg=without)
    theirs.ask("drop")
    room.check()


@mixes(TS_MLS)
def test_authenticated_data_goes_along(mix: Mix, someone: Someone) -> None:
    ada, bob = mix.people(someone, "Ada", "Bob")
    room = Room(ada)
    room.add(ada, bob, aad=b"at noon".hex())
    for by, to in ((ada, bob), (bob, ada)):
        aad = b"in reply".hex()
        answer = to.ask("recv", msg=by.ask("send", data="00", aad=aad)["msg"])
        # ts-mls does not show it, but the signature covers it.
        assert answer.get("aad", aad) == aad
        for public in PUBLIC.values():
            commit = by.ask("update", aad=aad, public=public)["commit"]
            assert to.ask("recv", msg=commit).get("aad", aad) == aad
    room.check()


@mixes(TS_MLS)
@in_both_forms
def test_a_room_ends_to_go_on_in_another(mix: Mix, public: bool, someone: Someone) -> None:
    ada, bob, cleo = mix.people(someone, "Ada", "Bob", "Cleo")
    room = Room(ada)
    room.add(ada, bob, cleo)
    room.propose(bob, "reinit", group_id=b"the next room".hex(), suite=3, public=public)
    room.commit(ada, "update", public=public)
    room.agree()
    # 11.2: nothing more is said in a group that has ended.
    assert all(refuses(person, "send", data="00") for person in room.people)
    moved(room, bob, group_id=b"the next room", suite=3)


@mixes(TS_MLS)
def test_some_branch_off(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob, cleo, dan)
    room.people.remove(dan)
    moved(room, bob, group_id=b"beside", suite=1)
    room.commit(ada, "update")
    room.check()


def moved(room: Room, by: Person, *, group_id: bytes, suite: int) -> None:
    """Let all go on in a group that continues the one they are in."""
    others = room.others(by)
    packages = [person.ask("key_package", suite=suite)["key_package"] for person in others]
    made = by.ask("successor", key_packages=packages, group_id=group_id.hex())
    for person in others:
        person.ask("join", welcome=made["welcome"], continues=True)
    room.check()
    state = by.ask("state")
    assert (state["group_id"], state["epoch"]) == (group_id.hex(), 1)


@mixes(TS_MLS)
def test_whoever_asks_from_outside_is_added_by_a_member(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob)
    for newcomer, commits in ((dan, ada), (cleo, bob)):
        told = bob.ask("group_info")["group_info"]
        asked = newcomer.ask("propose_self", group_info=told)["proposal"]
        for person in room.people:
            assert person.ask("recv", msg=asked)["kind"] == "proposal"
        room.welcome(room.commit(commits, "update"), newcomer)
        room.check()
