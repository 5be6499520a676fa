"""Long lives of groups, drawn at random: whatever members do in whatever order, they stay together.

After each step all are in the same epoch with the same secrets, hashes that were kept equal hashes
taken afresh, everybody who joined knows the tree as all others do, and whoever was removed is out.
"""

from random import Random
from typing import Any

import pytest

from holdspace.protocol.mls import (
    Add,
    EpochChange,
    Extension,
    Group,
    GroupContextExtensions,
    MLSError,
    OwnKeyPackage,
    OwnMessage,
    Proposal,
    ProposalReceived,
    Remove,
    Removed,
    cipher_suite,
    create_key_package,
    join_by_external_commit,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.messages import PreSharedKey, PreSharedKeyID, PSKType
from holdspace.protocol.mls.structs import ExtensionType, RequiredCapabilities
from holdspace.protocol.mls.testing import NOW, Circle
from holdspace.protocol.mls.tree_hash import fresh_tree_hash, invalid_parent
from holdspace.protocol.mls.validation import check_tree

SUITE = cipher_suite(0x0001)
PSK = b"what all were told"
REQUIRED = RequiredCapabilities().encode()


def the_psk(_: PreSharedKeyID) -> bytes:
    return PSK


class Life:
    """A circle that chance moves on."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.circle = Circle.of(SUITE, ("p0", "p1", "p2"), seed=seed)
        self.born = 3
        self.leavers: dict[str, Group] = {}

    @property
    def groups(self) -> dict[str, Group]:
        return self.circle.groups

    def someone(self, *, but: str = "") -> str:
        return self.chance.choice([name for name in self.groups if name != but])

    def newcomer(self) -> tuple[str, OwnKeyPackage]:
        name = f"p{self.born}"
        self.born += 1
        return name, self.circle.person(name)

    def step(self) -> None:
        """Let a few propose, then one commit; or let somebody in from outside."""
        if self.chance.random() < 0.15:
            self.enter()
            return
        joining: dict[str, OwnKeyPackage] = {}
        for _ in range(self.chance.randrange(4)):
            self.propose(joining)
        waiting = next(iter(self.groups.values())).proposals.values()
        removed = {sent.body.removed for sent in waiting if isinstance(sent.body, Remove)}
        staying = [name for name in self.groups if self.circle.leaf(name) not in removed]
        committer = self.chance.choice(staying)
        self.commit(committer, self.by_value(committer, joining), joining)

    def propose(self, joining: dict[str, OwnKeyPackage]) -> None:
        by, public = self.someone(), self.chance.random() < 0.5
        given: Any = {"random": self.circle.random, "public": public}
        match self.chance.randrange(5):
            case 0 | 1:
                signer = self.another_key()
                proposed = self.groups[by].propose_update(signature_private_key=signer, **given)
            case 2:
                name, own = self.newcomer()
                joining[name] = own
                proposed = self.groups[by].propose(Proposal.of(Add(own.key_package)), **given)
            case 3 if len(self.groups) > 4:
                gone = self.circle.leaf(self.someone())
                proposed = self.groups[by].propose(Proposal.of(Remove(gone)), **given)
            case _:
                proposed = self.groups[by].propose(self.psk(), **given)
        self.groups[by] = proposed.group
        for name, group in self.groups.items():
            heard = group.process(proposed.message, policy=unsafe_accept_everything)
            if name != by:
                assert isinstance(heard, ProposalReceived)
                self.groups[name] = heard.group

    def another_key(self) -> bytes | None:
        if self.chance.random() < 0.7:
            return None
        return SUITE.generate_signature_key_pair(self.circle.random).private_key

    def psk(self) -> Proposal:
        nonce = self.circle.random(32)
        named = PreSharedKeyID(psktype=PSKType.external, psk_id=b"all", psk_nonce=nonce)
        return Proposal.of(PreSharedKey(named))

    def by_value(self, committer: str, joining: dict[str, OwnKeyPackage]) -> list[Proposal]:
        proposals = []
        if self.chance.random() < 0.4:
            name, own = self.newcomer()
            joining[name] = own
            proposals.append(Proposal.of(Add(own.key_package)))
        if self.chance.random() < 0.4 and len(self.groups) > 4:
            gone = self.circle.leaf(self.someone(but=committer))
            proposals.append(Proposal.of(Remove(gone)))
        if self.chance.random() < 0.2:
            extension = Extension(ExtensionType.required_capabilities, REQUIRED)
            proposals.append(Proposal.of(GroupContextExtensions((extension,))))
        return proposals

    def commit(self, by: str, proposals: list[Proposal], joining: dict[str, OwnKeyPackage]) -> None:
        pending = self.groups[by].commit(
            proposals,
            now=NOW,
            random=self.circle.random,
            psks=the_psk,
            public=self.chance.random() < 0.5,
            renew_keys=self.chance.random() < 0.5,
            signature_private_key=self.another_key(),
        )
        self.follow(by, pending.message, pending.group)
        for name, own in joining.items():
            assert pending.welcome is not None
            self.groups[name] = self.circle.join(pending, own, psks=the_psk)

    def enter(self) -> None:
        """Somebody comes in from outside, new or again."""
        again = self.chance.random() < 0.5
        host = self.someone()
        name = self.someone(but=host) if again else f"p{self.born}"
        if again:
            key = self.groups[name].signature_key_pair.private_key
        else:
            self.born += 1
            key = SUITE.generate_signature_key_pair(self.circle.random).private_key
        own = create_key_package(
            SUITE,
            identity=name.encode(),
            signature_private_key=key,
            now=NOW,
            random=self.circle.random,
        )
        entered = join_by_external_commit(
            self.groups[host].group_info(),
            own,
            now=NOW,
            random=self.circle.random,
            policy=unsafe_accept_everything,
        )
        self.groups.pop(name, None)
        self.follow(name, entered.message, entered.group)

    def follow(self, by: str, message: bytes, group: Group) -> None:
        for name, member in list(self.groups.items()):
            heard = member.process(message, policy=unsafe_accept_everything, psks=the_psk)
            match heard:
                case Removed():
                    self.leavers[name] = self.groups.pop(name)
                case EpochChange():
                    self.groups[name] = heard.group
                case other:
                    assert isinstance(other, OwnMessage)
        self.groups[by] = group

    def check(self) -> None:
        assert self.circle.agree()
        group = next(iter(self.groups.values()))
        assert fresh_tree_hash(SUITE, group.tree.root) == group.group_context.tree_hash
        assert invalid_parent(SUITE, group.tree) is None
        check_tree(SUITE, group.tree, group_id=group.group_id, extensions=group.extensions)
        speaker = self.someone()
        message = self.circle.say(speaker, b"still together")
        for leaver in self.leavers.values():
            with pytest.raises(MLSError):
                leaver.process(message, policy=unsafe_accept_everything)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_they_stay_together(seed: int) -> None:
    life = Life(seed)
    for _ in range(25):
        life.step()
        life.check()
    assert all(group.epoch == 26 for group in life.groups.values())
