"""Proposals by reference, Updates by members, and the choice of framing: RFC 9420 12.1, 12.4, 6.2."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from holdspace.protocol.mls import (
    Add,
    EpochChange,
    Extension,
    ExtensionType,
    Group,
    GroupContextExtensions,
    MLSError,
    OwnMessage,
    Proposal,
    ProposalReceived,
    Remove,
    UsageError,
    ValidationError,
    cipher_suite,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.messages import (
    MLSMessage,
    PreSharedKey,
    PreSharedKeyID,
    PrivateMessage,
    PSKType,
    PublicMessage,
    ReInit,
)
from holdspace.protocol.mls.testing import NOW, Circle

SUITE = cipher_suite(0x0001)
NAMES = ("ada", "ben", "cleo", "dan")
framing = pytest.mark.parametrize("public", [False, True], ids=["private", "public"])


@pytest.fixture
def circle() -> Circle:
    return Circle.of(SUITE, NAMES)


def tell(circle: Circle, message: bytes, by: str, **given: Any) -> None:
    """Have everybody process a message of one member."""
    for name, group in circle.groups.items():
        heard = group.process(message, policy=unsafe_accept_everything, **given)
        if name == by:
            assert isinstance(heard, OwnMessage)
        else:
            assert isinstance(heard, ProposalReceived | EpochChange)
            circle.groups[name] = heard.group


def propose(circle: Circle, by: str, proposal: Proposal | None, *, public: bool = False) -> bytes:
    """Propose something, or without a proposal an Update; all hear it. Return its reference."""
    group = circle.groups[by]
    if proposal is None:
        proposed = group.propose_update(random=circle.random, public=public)
    else:
        proposed = group.propose(proposal, random=circle.random, public=public)
    circle.groups[by] = proposed.group
    tell(circle, proposed.message, by)
    assert all(proposed.reference in group.proposals for group in circle.groups.values())
    return proposed.reference


def commit(circle: Circle, by: str, proposals: list[Proposal] | None = None, **options: Any) -> Any:
    """Commit what waits; all follow."""
    pending = circle.groups[by].commit(proposals or (), now=NOW, random=circle.random, **options)
    tell(circle, pending.message, by)
    circle.groups[by] = pending.group
    assert circle.agree()
    return pending


def leaf_key(group: Group, name: str, circle: Circle) -> bytes:
    return group.member(circle.leaf(name)).leaf_node.encryption_key


@framing
@pytest.mark.parametrize("updater", ["ada", "cleo"], ids=["10 leaf 0", "leaf 2"])
def test_33_an_update_by_reference_gives_a_member_fresh_keys(
    circle: Circle, updater: str, public: bool
) -> None:
    before = leaf_key(circle.groups["ben"], updater, circle)
    propose(circle, updater, None, public=public)
    commit(circle, "ben", public=public)
    assert leaf_key(circle.groups["ben"], updater, circle) != before
    # The fresh key is really held: a path is sealed to it next.
    circle.commit("dan")
    assert circle.agree()
    circle.say(updater, b"hello")


def test_33_a_second_update_does_not_lose_the_key_of_the_first(circle: Circle) -> None:
    first = propose(circle, "cleo", None)
    propose(circle, "cleo", None)
    commit(circle, "ben", references=[first])
    circle.commit("ada")
    assert circle.agree()


def test_33_of_two_updates_the_later_one_is_committed(circle: Circle) -> None:
    propose(circle, "cleo", None)
    latest = propose(circle, "cleo", None)
    sent = circle.groups["cleo"].proposals[latest]
    commit(circle, "ben")
    assert circle.groups["ada"].member(circle.leaf("cleo")).leaf_node == sent.body.leaf_node  # type: ignore[union-attr]


def test_what_cannot_stand_keeps_nobody_from_committing_the_rest(circle: Circle) -> None:
    eve = Proposal.of(Add(circle.person("eve").key_package))
    commit(circle, "ben", [eve])
    # Whoever is in the group cannot be added once more: their signature key is in use.
    again = propose(circle, "dan", eve)
    update = propose(circle, "cleo", None)
    before = leaf_key(circle.groups["ben"], "cleo", circle)
    with pytest.raises(ValidationError):
        circle.groups["ben"].commit(now=NOW, random=circle.random, references=[again, update])
    commit(circle, "ben")
    assert leaf_key(circle.groups["ada"], "cleo", circle) != before
    assert len(circle.groups["ada"].members) == 5


def test_33_an_update_that_was_not_committed_leaves_the_old_key_in_use(circle: Circle) -> None:
    propose(circle, "cleo", None)
    commit(circle, "ben", references=[])
    assert len(circle.groups["cleo"].private_keys) < 4
    circle.commit("dan")
    assert circle.agree()


@pytest.mark.parametrize("remove_first", [True, False])
def test_32_a_remove_wins_over_updates_of_its_leaf(circle: Circle, remove_first: bool) -> None:
    remove = Proposal.of(Remove(circle.leaf("dan")))
    for proposal in (remove, None) if remove_first else (None, remove):
        propose(circle, "ada" if proposal else "dan", proposal)
    pending = circle.groups["ben"].commit(now=NOW, random=circle.random)
    removed = circle.groups.pop("dan").process(pending.message, policy=unsafe_accept_everything)
    assert type(removed).__name__ == "Removed"
    tell(circle, pending.message, "ben")
    circle.groups["ben"] = pending.group
    assert circle.agree()
    assert [member.identity for member in pending.group.members] == [b"ada", b"ben", b"cleo"]


@framing
def test_every_kind_of_proposal_by_reference(circle: Circle, public: bool) -> None:
    eve = circle.person("eve")
    psk_id = PreSharedKeyID(psktype=PSKType.external, psk_id=b"agreed", psk_nonce=bytes(32))
    propose(circle, "ada", Proposal.of(Add(eve.key_package)), public=public)
    propose(circle, "cleo", None, public=public)
    propose(circle, "dan", Proposal.of(GroupContextExtensions(())), public=public)
    propose(circle, "dan", Proposal.of(PreSharedKey(psk_id)), public=public)
    psks = {"psks": lambda asked: b"a secret" if asked == psk_id else None}
    pending = circle.groups["ben"].commit(now=NOW, random=circle.random, public=public, **psks)  # type: ignore[arg-type]
    tell(circle, pending.message, "ben", **psks)
    circle.groups["ben"] = pending.group
    assert pending.welcome is not None
    assert circle.agree()
    with pytest.raises(ValidationError, match="do not have"):
        circle.join(pending, eve)


def test_by_value_and_by_reference_in_one_commit(circle: Circle) -> None:
    eve, fay = circle.person("eve"), circle.person("fay")
    propose(circle, "ada", Proposal.of(Add(eve.key_package)))
    pending = commit(circle, "ben", [Proposal.of(Add(fay.key_package))])
    circle.groups |= {"eve": circle.join(pending, eve), "fay": circle.join(pending, fay)}
    assert circle.agree()
    assert [circle.leaf("eve"), circle.leaf("fay")] == [4, 5]


def test_what_waited_is_gone_with_the_epoch(circle: Circle) -> None:
    reference = propose(circle, "ada", Proposal.of(Remove(circle.leaf("dan"))))
    commit(circle, "ben", references=[])
    assert not any(group.proposals for group in circle.groups.values())
    with pytest.raises(ValidationError, match="never saw"):
        circle.groups["ben"].commit(now=NOW, random=circle.random, references=[reference])


def test_32_our_own_update_is_left_out_of_our_commit(circle: Circle) -> None:
    reference = propose(circle, "ben", None)
    propose(circle, "cleo", None)
    with pytest.raises(ValidationError, match="update or remove itself"):
        circle.groups["ben"].commit(now=NOW, random=circle.random, references=[reference])
    before = leaf_key(circle.groups["ada"], "cleo", circle)
    commit(circle, "ben")
    assert leaf_key(circle.groups["ada"], "cleo", circle) != before


def test_38_nobody_speaks_over_a_proposal(circle: Circle) -> None:
    propose(circle, "cleo", None)
    for group in circle.groups.values():
        with pytest.raises(UsageError, match="not committed yet"):
            group.protect(b"too early", random=circle.random)


def test_31_adds_alone_can_go_without_a_path(circle: Circle) -> None:
    eve = circle.person("eve")
    with_path = circle.groups["ben"].commit(
        [Proposal.of(Add(eve.key_package))], now=NOW, random=circle.random
    )
    pending = commit(circle, "ben", [Proposal.of(Add(eve.key_package))], renew_keys=False)
    assert len(pending.message) < len(with_path.message)
    circle.groups["eve"] = circle.join(pending, eve)
    assert circle.agree()
    circle.commit("eve")
    assert circle.agree()


@pytest.mark.parametrize(
    "proposals",
    [
        lambda circle: [],
        lambda circle: [Proposal.of(Remove(circle.leaf("dan")))],
        lambda circle: [Proposal.of(GroupContextExtensions(()))],
    ],
    ids=["nothing", "remove", "extensions"],
)
def test_31_what_needs_a_path_gets_one(
    circle: Circle, proposals: Callable[[Circle], list[Proposal]]
) -> None:
    ben = circle.groups["ben"]
    pending = ben.commit(proposals(circle), now=NOW, random=circle.random, renew_keys=False)
    assert leaf_key(pending.group, "ben", circle) != leaf_key(ben, "ben", circle)
    heard = circle.groups["ada"].process(pending.message, policy=unsafe_accept_everything)
    assert isinstance(heard, EpochChange)


@framing
def test_framing_is_the_senders_choice(circle: Circle, public: bool) -> None:
    kind = PublicMessage if public else PrivateMessage
    proposed = circle.groups["ada"].propose_update(random=circle.random, public=public)
    pending = circle.groups["ada"].commit(now=NOW, random=circle.random, public=public)
    for message in (proposed.message, pending.message):
        assert isinstance(MLSMessage.decode(message).body, kind)


def test_3_a_public_commit_needs_its_membership_tag(circle: Circle) -> None:
    pending = circle.groups["ada"].commit(now=NOW, random=circle.random, public=True)
    message = MLSMessage.decode(pending.message)
    public_message = message.body
    assert isinstance(public_message, PublicMessage)
    tag = public_message.membership_tag
    assert tag is not None
    for bad in (b"", tag[:1], tag[:31], tag + b"\0", bytes(32)):
        lie = MLSMessage.of(replace(public_message, membership_tag=bad)).encode()
        with pytest.raises(MLSError, match="tag"):
            circle.groups["ben"].process(lie, policy=unsafe_accept_everything)
    tell(circle, pending.message, "ada")


def test_a_proposal_that_is_wrong_in_itself_is_not_sent(circle: Circle) -> None:
    ben = circle.groups["ben"]
    with pytest.raises(ValidationError, match="nobody is at the leaf"):
        ben.propose(Proposal.of(Remove(9)), random=circle.random)


def test_our_own_proposals_may_be_committed_by_us(circle: Circle) -> None:
    propose(circle, "ben", Proposal.of(Remove(circle.leaf("dan"))))
    pending = circle.groups["ben"].commit(now=NOW, random=circle.random)
    assert len(pending.group.members) == 3


def test_a_reinit_that_waits_is_committed_only_by_name(circle: Circle) -> None:
    reinit = Proposal.of(ReInit(group_id=b"next", cipher_suite=SUITE.id))
    reference = propose(circle, "ada", reinit)
    assert circle.groups["ben"].commit(now=NOW, random=circle.random).group.reinit is None
    commit(circle, "ben", references=[reference])
    assert all(group.reinit == reinit.body for group in circle.groups.values())


def test_34_a_list_is_applied_in_its_own_order_whatever_order_it_comes_in(circle: Circle) -> None:
    """Extensions, updates, removals, additions: so eve sits where dan was before this commit."""
    eve = circle.person("eve", capabilities_extensions=(0xF042,))
    propose(circle, "cleo", None)
    extensions = GroupContextExtensions((Extension(ExtensionType.application_id, b"one"),))
    pending = circle.groups["ben"].commit(
        [
            Proposal.of(Add(eve.key_package)),
            Proposal.of(Remove(circle.leaf("dan"))),
            Proposal.of(extensions),
        ],
        now=NOW,
        random=circle.random,
    )
    del circle.groups["dan"]
    tell(circle, pending.message, "ben")
    circle.groups["ben"] = pending.group
    circle.groups["eve"] = circle.join(pending, eve)
    assert circle.agree()
    assert circle.leaf("eve") == 3
    assert circle.groups["eve"].extension(ExtensionType.application_id) == b"one"


def test_32_what_is_committed_by_value_comes_before_what_waits(circle: Circle) -> None:
    propose(circle, "dan", None)
    propose(circle, "ada", Proposal.of(GroupContextExtensions(())))
    extension = Extension(ExtensionType.application_id, b"one")
    proposals = [
        Proposal.of(Remove(circle.leaf("dan"))),
        Proposal.of(GroupContextExtensions((extension,))),
    ]
    pending = circle.groups["ben"].commit(proposals, now=NOW, random=circle.random)
    del circle.groups["dan"]
    tell(circle, pending.message, "ben")
    circle.groups["ben"] = pending.group
    assert circle.agree()
    assert pending.group.extensions == (extension,)
    assert len(pending.group.members) == 3


def test_32_a_reinit_by_value_leaves_what_waits_behind(circle: Circle) -> None:
    propose(circle, "cleo", None)
    reinit = Proposal.of(ReInit(group_id=b"next", cipher_suite=SUITE.id))
    assert commit(circle, "ben", [reinit]).group.reinit == reinit.body
