"""A group of one size in our engine, ready for each operation that is measured."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from holdspace.protocol.mls import (
    Add,
    ApplicationData,
    CipherSuite,
    EpochChange,
    Group,
    KeyPackage,
    LeafIndex,
    OwnKeyPackage,
    PendingCommit,
    Proposal,
    Remove,
    create_group,
    create_key_package,
    join_group,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.treekem import PathPlace, PrivateKeys, create_path, kept_keys
from mls_floor import TEXT

NOW = time.time()
# mls-rs makes its key packages while we measure, for a year.
LATER, FOREVER = NOW + 3600, 2.0**40

Work = Callable[[], Any]


def person(suite: CipherSuite, name: str) -> OwnKeyPackage:
    """Make a key package with a signature key of its own."""
    key = suite.generate_signature_key_pair(os.urandom).private_key
    return create_key_package(
        suite, identity=name.encode(), signature_private_key=key, now=NOW, random=os.urandom
    )


def follow(group: Group, message: bytes) -> Group:
    """Process a message that must be good."""
    heard = group.process(message, policy=unsafe_accept_everything)
    if not isinstance(heard, EpochChange | ApplicationData):
        raise TypeError("only commits and what was said are measured")
    return heard.group


class OurRoom:
    """A group whose founder has just added all others in one commit."""

    def __init__(self, suite: CipherSuite, members: int) -> None:
        self.suite, self.members = suite, members
        self.people = [person(suite, str(number)) for number in range(members)]
        self.added = self.add_all()
        # Of all others the founder's neighbour has the most keys to derive.
        self.founder, self.neighbour = self.added.group, self.join()

    def add_all(self) -> PendingCommit:
        """Found the group and let everybody in."""
        founder, *others = self.people
        founded = create_group(founder, group_id=b"a group", random=os.urandom)
        proposals = [Proposal.of(Add(own.key_package)) for own in others]
        return founded.commit(proposals, now=NOW, random=os.urandom)

    def join(self) -> Group:
        """Enter by the Welcome."""
        welcome, own = self.added.welcome or b"", self.people[1]
        return join_group(welcome, own, now=NOW, policy=unsafe_accept_everything)

    def works(self) -> dict[str, Work]:
        """Return all that is measured; nothing changes what it begins with."""
        first, second = self.warmed()
        return {
            "add all others": self.add_all,
            "join": self.join,
            **self._renewals("cold tree", self.founder, self.neighbour),
            **self._renewals("warm tree", first, second),
            **self._messages(),
        }

    def warmed(self) -> tuple[Group, Group]:
        """Return the group with a key at every parent, as the founder and the neighbour see it.

        Every second member makes a path without the commit around it, the founder last: in a large
        group, following all those commits would take hours.
        """
        tree, context = self.founder.tree, self.founder.group_context
        keys: PrivateKeys = {}
        for leaf in sorted(range(0, self.members, 2), key=_far_apart, reverse=True):
            signer = self.suite.signature.load(self.people[leaf].signature_private_key)
            place = PathPlace(
                suite=self.suite, tree=tree, group_context=context, sender=LeafIndex(leaf)
            )
            path = create_path(place, signature_key_pair=signer, private_keys={}, random=os.urandom)
            tree, keys = path.tree, path.private_keys
        warm = replace(context, tree_hash=tree_hash(self.suite, tree.root))
        shared = kept_keys(tree, LeafIndex(1), {**keys, **self.neighbour.private_keys}, ())
        return (
            replace(self.founder, tree=tree, group_context=warm, private_keys=keys),
            replace(self.neighbour, tree=tree, group_context=warm, private_keys=shared),
        )

    def exchanging(self, key_packages: Sequence[KeyPackage]) -> PendingCommit:
        """Give others the last places in the group with the warm tree: it stays as large as it was."""
        first, _ = self.warmed()
        leaving = range(self.members - len(key_packages), self.members)
        return first.commit(
            [
                *(Proposal.of(Remove(leaf)) for leaf in leaving),
                *(Proposal.of(Add(key_package)) for key_package in key_packages),
            ],
            now=LATER,
            random=os.urandom,
            longest_lifetime=FOREVER,
        )

    def _renewals(self, tree: str, committer: Group, other: Group) -> dict[str, Work]:
        pending = committer.commit(now=NOW, random=os.urandom)
        return {
            f"renew keys, {tree}": lambda: committer.commit(now=NOW, random=os.urandom),
            f"follow a commit, {tree}": lambda: follow(other, pending.message),
        }

    def _messages(self) -> dict[str, Work]:
        # The first message of a sender also grows the secret tree down to its leaf.
        grown = self.founder.protect(TEXT, random=os.urandom)
        heard = follow(self.neighbour, grown.message)
        message = grown.group.protect(TEXT, random=os.urandom).message
        return {
            "send 100 bytes": lambda: grown.group.protect(TEXT, random=os.urandom),
            "receive 100 bytes": lambda: follow(heard, message),
            "export a secret": lambda: self.founder.export("a label", b"context", 32),
        }


def _far_apart(leaf: int) -> int:
    """Order leaves so that each half, quarter, ... has a key early: fewer seals for the rest."""
    return int(f"{leaf:032b}"[::-1], 2)
