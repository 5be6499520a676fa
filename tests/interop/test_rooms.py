"""Lives of groups in which every second member uses another implementation, founded by either."""

import pytest

from mls_mixes import BASIC, MLS_RS, OTHER_SUITES, OURS, RINE, RINE_XWING, TS_MLS, Mix, mixes
from mls_peers import Person, Refused, Someone
from mls_room import Room, changed, refuses

# mls-rs takes trailing bytes, and gives up the key of a message that does not open: the true one then
# comes too late.
CAREFUL = {"ours", "ts-mls"}


def can_update(person: Person) -> bool:
    """Tell whether an implementation has commits without proposals at all."""
    return person.engine != "rine"


@mixes(*BASIC, OURS)
def test_from_founding_a_room_to_the_last_member(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan, eve = mix.people(someone, "Ada", "Bob", "Cleo", "Dan", "Eve")
    room = Room(ada)
    room.add(ada, bob, cleo)
    room.check()
    room.add(bob, dan)
    room.check()
    for person in filter(can_update, list(room.people)):
        room.commit(person, "update")
        room.agree()
    room.check()
    room.remove(bob, ada)
    room.check()
    # The leftmost leaf is blank now, and the next to come takes it.
    room.add(cleo, eve)
    assert eve.ask("state").get("own_leaf", 0) == 0
    room.check()
    room.remove(cleo, bob)
    room.remove(eve, dan)
    room.check()
    room.remove(eve, cleo)
    room.agree()


def test_all_four_implementations_in_one_room(someone: Someone) -> None:
    ada, bob, cleo, dan = (
        someone(engine, name)
        for engine, name in (
            ("ours", "Ada"),
            ("ts-mls", "Bob"),
            ("mls-rs", "Cleo"),
            ("rine", "Dan"),
        )
    )
    room = Room(ada)
    room.add(ada, bob)
    room.add(bob, cleo)
    room.add(cleo, dan)
    room.check()
    for person in filter(can_update, room.people):
        room.commit(person, "update")
        room.check()
    room.add(dan, someone("ours", "Eve"))
    room.remove(cleo, ada)
    room.check()


@mixes(*OTHER_SUITES)
def test_in_every_other_suite(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob, cleo)
    room.check()
    for person in room.people:
        room.commit(person, "update")
    room.remove(cleo, ada)
    room.add(bob, dan)
    room.check()


@mixes(TS_MLS, RINE_XWING)
def test_nine_come_and_three_go(mix: Mix, someone: Someone) -> None:
    people = mix.people(someone, *(f"person {number}" for number in range(9)))
    room = Room(people[0])
    room.add(people[0], *people[1:4])
    room.add(people[3], *people[4:7])
    room.add(people[6], people[7])
    room.check()
    for gone in (people[1], people[4], people[5]):
        room.remove(people[7], gone)
    room.agree()
    room.add(people[2], people[8])
    room.check()


# ts-mls is not here: it takes the root for a node of every path, also where one half of the tree is
# empty and RFC 9420 (4.1.2) filters the root out. It then agrees with nobody, mls-rs included.
@mixes(MLS_RS, RINE, RINE_XWING)
def test_one_half_of_the_tree_empties(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob, cleo, dan)
    room.check()
    room.remove(bob, ada)
    room.remove(cleo, bob)
    room.check()
    room.remove(dan, cleo)
    room.agree()


@mixes(*BASIC)
def test_words_arrive_in_any_order_and_once(mix: Mix, someone: Someone) -> None:
    ada, bob = mix.people(someone, "Ada", "Bob")
    room = Room(ada)
    room.add(ada, bob)
    for by, to in ((ada, bob), (bob, ada)):
        said = [by.ask("send", data=f"{n:02x}")["msg"] for n in range(4)]
        for number in (2, 0, 3, 1):
            assert to.ask("recv", msg=said[number])["data"] == f"{number:02x}"
            assert refuses(to, "recv", msg=said[number])


@mixes(*BASIC)
def test_words_of_the_past_epoch_are_still_read(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo = mix.people(someone, "Ada", "Bob", "Cleo")
    room = Room(ada)
    room.add(ada, bob)
    of_ada = ada.ask("send", data=b"late".hex())["msg"]
    of_bob = bob.ask("send", data=b"late too".hex())["msg"]
    room.add(bob, cleo)
    for message, to in ((of_ada, bob), (of_bob, ada)):
        assert to.ask("recv", msg=message)["kind"] == "application"
        assert refuses(to, "recv", msg=message)
        # Whoever came later has no key for what was said before.
        assert refuses(cleo, "recv", msg=message)
    room.check()


@mixes(*BASIC)
def test_what_was_changed_on_the_way_is_refused(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob)
    for by, to, newcomer in ((ada, bob, cleo), (bob, ada, dan)):
        said = by.ask("send", data=b"exactly this".hex())["msg"]
        if to.engine in CAREFUL:
            for other in (changed(said), said[:-2], said + "00"):
                assert refuses(to, "recv", msg=other)
        room.heard(by, said, b"exactly this")
        made = by.ask("add", key_packages=[newcomer.ask("key_package")["key_package"]])
        if to.engine in CAREFUL:
            for other in (changed(made["commit"]), made["commit"] + "00"):
                assert refuses(to, "recv", msg=other)
        room.follow(by, made["commit"])
        room.welcome(made, newcomer)
    room.check()


@mixes(*BASIC)
def test_a_held_commit_gives_way_to_anothers(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob)
    for holds, wins, newcomer in ((ada, bob, cleo), (bob, ada, dan)):
        lost = held_addition(holds, newcomer)
        room.add(wins, newcomer)
        room.check()
        assert refuses(wins, "recv", msg=lost)
    room.check()


@mixes(*BASIC)
def test_a_held_commit_is_dropped_or_merged(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo, dan = mix.people(someone, "Ada", "Bob", "Cleo", "Dan")
    room = Room(ada)
    room.add(ada, bob)
    for by, newcomer in ((ada, cleo), (bob, dan)):
        if by.engine != "mls-rs":  # whose binding cannot drop a commit
            held_addition(by, newcomer)
            by.ask("drop")
            room.check()
        package = newcomer.ask("key_package")["key_package"]
        made = by.ask("add", key_packages=[package], hold=True)
        room.follow(by, made["commit"])
        by.ask("merge")
        room.welcome(made, newcomer)
        room.check()


def held_addition(by: Person, newcomer: Person) -> str:
    """Let somebody prepare a commit that adds a person."""
    package = newcomer.ask("key_package")["key_package"]
    commit: str = by.ask("add", key_packages=[package], hold=True)["commit"]
    return commit


@mixes(*BASIC)
def test_a_welcome_lets_in_only_whom_it_names_and_only_whole(mix: Mix, someone: Someone) -> None:
    ada, bob, cleo = mix.people(someone, "Ada", "Bob", "Cleo")
    bob.ask("key_package")
    ada.ask("create_group", group_id="00")
    made = ada.ask("add", key_packages=[cleo.ask("key_package")["key_package"]])
    [welcome] = made.get("welcomes") or [made["welcome"]]
    for person, message in ((bob, welcome), (cleo, changed(welcome)), (cleo, welcome[:-2])):
        with pytest.raises(Refused):
            person.ask("join", welcome=message)
