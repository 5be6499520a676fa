"""A group whose members use different implementations: each step is followed and checked by all.

Nothing is believed because one side says so: after a change all states are compared, and everybody
says something that everybody else must read.
"""

from itertools import combinations
from typing import Any

from mls_peers import Answer, Person, Refused

GROUP_ID = b"a room of several engines".hex()
# What two peers may differ in, or what only describes the peer itself.
OWN = {"own_leaf"}


def refuses(person: Person, op: str, **request: Any) -> bool:
    """Tell whether somebody refuses a request and is then as before."""
    before = state(person)
    try:
        person.ask(op, **request)
    except Refused:
        return state(person) == before
    return False


def changed(message: str) -> str:
    """Flip the last bit of a message: it is part of a tag, or covered by one."""
    return message[:-2] + f"{int(message[-2:], 16) ^ 1:02x}"


def state(person: Person) -> Answer | None:
    """Return somebody's state; None where there is no group."""
    try:
        return person.ask("state")
    except Refused:
        return None


class Room:
    """The members of a group, in the order they came."""

    def __init__(self, founder: Person, **how: Any) -> None:
        self.people = [founder]
        founder.ask("create_group", group_id=GROUP_ID, **how)

    def others(self, *but: Person) -> list[Person]:
        """Return the members but for these."""
        return [person for person in self.people if person not in but]

    def commit(self, by: Person, op: str, **request: Any) -> Answer:
        """Let somebody commit, and all others follow."""
        made = by.ask(op, **request)
        self.follow(by, made["commit"])
        return made

    def follow(self, by: Person, commit: str, *, but: tuple[Person, ...] = ()) -> None:
        """Let all others take somebody's commit."""
        for person in self.others(by, *but):
            answer = person.ask("recv", msg=commit, **{"from": by.identity})
            assert answer["kind"] == "commit", person

    def add(self, by: Person, *newcomers: Person, **how: Any) -> None:
        """Let somebody add people in one commit; they join by its Welcome."""
        packages = [person.ask("key_package")["key_package"] for person in newcomers]
        made = self.commit(by, "add", key_packages=packages, **how)
        self.welcome(made, *newcomers)

    def welcome(self, made: Answer, *newcomers: Person) -> None:
        """Let people join by what a commit has brought for them."""
        # Most send one Welcome for all, rine one for each.
        welcomes = made.get("welcomes") or [made["welcome"]] * len(newcomers)
        for person, welcome in zip(newcomers, welcomes, strict=True):
            person.ask("join", welcome=welcome)
        self.people += newcomers

    def remove(self, by: Person, whom: Person, **how: Any) -> None:
        """Let somebody remove a member, who must not be able to follow."""
        self.taken_out(by, whom, by.ask("remove", identity=whom.identity, **how)["commit"])

    def taken_out(self, by: Person, whom: Person, commit: str) -> None:
        """Let all take a commit that removes somebody."""
        self.follow(by, commit, but=(whom,))
        self.people.remove(whom)
        speaker = self.people[-1]
        after = speaker.ask("send", data=b"without you".hex())["msg"]
        # Neither with the keys of the epoch before, nor once the removal is known.
        assert refuses(whom, "recv", msg=after)
        assert whom.ask("recv", msg=commit, **{"from": by.identity})["kind"] == "removed"
        assert refuses(whom, "recv", msg=after)
        if whom.engine != "mls-rs":  # which goes on encrypting for the epoch that it was in
            assert refuses(whom, "send", data="00")
        self.heard(speaker, after, b"without you")

    def propose(self, by: Person, kind: str, **about: Any) -> str:
        """Let somebody propose, and all others note it."""
        message: str = by.ask("propose", kind=kind, **about)["proposal"]
        for person in self.others(by):
            answer = person.ask("recv", msg=message, **{"from": by.identity})
            assert answer["kind"] == "proposal", person
        return message

    def say(self, by: Person, data: bytes) -> str:
        """Let somebody say something that all others read."""
        message: str = by.ask("send", data=data.hex())["msg"]
        self.heard(by, message, data)
        return message

    def heard(self, by: Person, message: str, data: bytes) -> None:
        """Check that all others read what somebody has said."""
        for person in self.others(by):
            answer = person.ask("recv", msg=message, **{"from": by.identity})
            assert answer["kind"] == "application", person
            assert bytes.fromhex(answer["data"]) == data, person

    def agree(self) -> None:
        """Check that all are in one epoch and know the same of it."""
        states = [(person, person.ask("state")) for person in self.people]
        for (one, ours), (other, theirs) in combinations(states, 2):
            shared = (ours.keys() & theirs.keys()) - OWN
            assert shared >= {"group_id", "epoch", "tree_hash", "confirmed_transcript_hash"}
            for name in shared:
                assert ours[name] == theirs[name], f"{one} and {other} differ in {name}"
        # rine exports nothing; that it has the same secrets shows when people speak.
        exporting = [person for person in self.people if person.engine != "rine"]
        request = {"label": "interop", "context": b"of all".hex(), "length": 40}
        assert len({person.ask("export", **request)["secret"] for person in exporting}) <= 1

    def check(self) -> None:
        """Check that all agree, and that everybody reads what anybody says, once."""
        self.agree()
        for number, person in enumerate(self.people):
            message = self.say(person, b"I am number %d" % number)
            for listener in self.others(person)[number % max(1, len(self.people) - 1) :: 4]:
                assert refuses(listener, "recv", msg=message), listener
