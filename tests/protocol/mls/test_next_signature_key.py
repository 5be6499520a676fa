"""A member goes on under another signature key: RFC 9420 5.3.1, 7.3, 12.1.2 and 12.4."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from holdspace.protocol.mls import (
    Add,
    CipherSuite,
    CryptoError,
    EpochChange,
    Group,
    PendingCommit,
    PolicyRefused,
    Proposal,
    ProposalReceived,
    UsageError,
    ValidationError,
    cipher_suite,
    generate_signature_key,
    signature_public_key,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.ciphersuite import supported_suites
from holdspace.protocol.mls.group_state import refuse_change_of_identity
from holdspace.protocol.mls.testing import NOW, Circle

SUITE = cipher_suite(0x0001)
every_suite = pytest.mark.parametrize(
    "suite", [cipher_suite(number) for number in supported_suites()], ids=lambda suite: suite.name
)
Renewal = Callable[[Circle, bytes], None]


def take(circle: Circle, message: bytes, *, but: str) -> None:
    """Have all but one follow a message."""
    for name, group in circle.groups.items():
        if name != but:
            heard = group.process(message, policy=unsafe_accept_everything)
            assert isinstance(heard, EpochChange | ProposalReceived)
            circle.groups[name] = heard.group


def by_path(circle: Circle, private_key: bytes) -> None:
    """Let ben commit a path that names the new key."""
    pending = circle.groups["ben"].commit(
        now=NOW, random=circle.random, signature_private_key=private_key
    )
    take(circle, pending.message, but="ben")
    circle.groups["ben"] = pending.group


def by_update(circle: Circle, private_key: bytes) -> None:
    """Let ben propose an Update that names the new key; ada commits it."""
    proposed = circle.groups["ben"].propose_update(
        random=circle.random, signature_private_key=private_key
    )
    circle.groups["ben"] = proposed.group
    take(circle, proposed.message, but="ben")
    # What is proposed is not yet so: ben signs as before until it is committed.
    assert signs_with(circle.groups["ben"]) != signature_public_key(private_key, circle.suite)
    circle.commit("ada")


both_ways = pytest.mark.parametrize("renew", [by_path, by_update], ids=["path", "update"])


def signs_with(group: Group) -> bytes:
    return group.signer().public_key


@every_suite
@both_ways
def test_a_member_goes_on_under_another_key(renew: Renewal, suite: CipherSuite) -> None:
    circle = Circle.of(suite, ("ada", "ben", "cleo"))
    before = signs_with(circle.groups["ben"])
    private_key = generate_signature_key(circle.random, suite)
    renew(circle, private_key)
    public_key = signature_public_key(private_key, suite)
    assert circle.agree()
    for group in circle.groups.values():
        assert group.member(circle.leaf("ben")).signature_key == public_key
        assert group.member(circle.leaf("ben")).identity == b"ben"
    assert signs_with(circle.groups["ben"]) == public_key != before
    # All that ben signs is signed anew: words, commits, and the GroupInfo of a Welcome.
    circle.say("ben", b"still me")
    circle.add("ben", ["dan"])
    circle.commit("ben")
    circle.remove("ben", "ada")
    assert circle.agree()


@both_ways
def test_nothing_more_is_believed_under_the_key_before(circle: Circle, renew: Renewal) -> None:
    old = circle.groups["ben"].signature_key_pair
    renew(circle, generate_signature_key(circle.random, SUITE))
    ben = replace(circle.groups["ben"], signature_key_pair=old)
    said = ben.protect(b"who is this?", random=circle.random)
    with pytest.raises(CryptoError, match="does not verify"):
        circle.groups["ada"].process(said.message, policy=unsafe_accept_everything)


def test_1_the_commit_itself_is_signed_with_the_key_before(circle: Circle) -> None:
    ben, key = circle.groups["ben"], generate_signature_key(circle.random, SUITE)
    hasty = replace(ben, signature_key_pair=ben.signer(key))
    pending = hasty.commit(now=NOW, random=circle.random)
    with pytest.raises(CryptoError, match="does not verify"):
        circle.groups["ada"].process(pending.message, policy=unsafe_accept_everything)


def test_18_the_leaf_is_signed_with_the_key_it_names(circle: Circle) -> None:
    """Naming a key proves nothing: whoever names another's could not sign the leaf."""
    ben, other = circle.groups["ben"], circle.person("dan")
    fake = replace(ben.signature_key_pair, public_key=other.key_package.leaf_node.signature_key)
    proposed = replace(ben, signature_key_pair=fake)
    with pytest.raises(CryptoError, match="does not verify"):
        proposed.propose_update(random=circle.random)


@both_ways
def test_22_the_policy_has_the_last_word(circle: Circle, renew: Renewal) -> None:
    strict = replace(unsafe_accept_everything, judge_successor=refuse_change_of_identity)
    cleo = circle.groups.pop("cleo")
    key = generate_signature_key(circle.random, SUITE)
    if renew is by_update:
        proposed = circle.groups["ben"].propose_update(
            random=circle.random, signature_private_key=key
        )
        circle.groups["ben"] = proposed.group
        take(circle, proposed.message, but="ben")
        heard = cleo.process(proposed.message, policy=strict)
        assert isinstance(heard, ProposalReceived)
        cleo = heard.group
        commit = circle.groups["ada"].commit(now=NOW, random=circle.random)
    else:
        commit = circle.groups["ben"].commit(
            now=NOW, random=circle.random, signature_private_key=key
        )
    with pytest.raises(PolicyRefused, match="who they are"):
        cleo.process(commit.message, policy=strict)
    assert isinstance(cleo.process(commit.message, policy=unsafe_accept_everything), EpochChange)


def test_19_a_key_that_another_member_has_is_refused(circle: Circle) -> None:
    ada = circle.groups["ada"].signature_key_pair.private_key
    with pytest.raises(ValidationError, match="share a signature key"):
        circle.groups["ben"].commit(now=NOW, random=circle.random, signature_private_key=ada)


def test_36_a_commit_that_lost_leaves_the_key_before(circle: Circle) -> None:
    ben = circle.groups["ben"]
    lost = ben.commit(
        now=NOW, random=circle.random, signature_private_key=generate_signature_key(circle.random)
    )
    assert signs_with(lost.current) == signs_with(ben)
    circle.groups["ben"] = lost.current
    circle.commit("ada")
    assert signs_with(circle.groups["ben"]) == signs_with(ben)
    circle.say("ben", b"as before")


def test_an_update_that_was_not_committed_is_forgotten(circle: Circle) -> None:
    ben = circle.groups["ben"]
    proposed = ben.propose_update(
        random=circle.random, signature_private_key=generate_signature_key(circle.random)
    )
    circle.groups["ben"] = proposed.group
    circle.commit("ada")
    assert signs_with(circle.groups["ben"]) == signs_with(ben)
    assert not circle.groups["ben"].next_signature_keys


def test_of_two_updates_the_key_of_the_later_one_is_used(circle: Circle) -> None:
    keys = [generate_signature_key(circle.random) for _ in range(2)]
    for key in keys:
        proposed = circle.groups["ben"].propose_update(
            random=circle.random, signature_private_key=key
        )
        circle.groups["ben"] = proposed.group
        take(circle, proposed.message, but="ben")
    circle.commit("cleo")
    assert signs_with(circle.groups["ben"]) == signature_public_key(keys[1])
    circle.say("ben", b"the later one")


def test_nobody_follows_to_where_they_could_not_sign(circle: Circle) -> None:
    proposed = circle.groups["ben"].propose_update(
        random=circle.random, signature_private_key=generate_signature_key(circle.random)
    )
    take(circle, proposed.message, but="ben")
    commit = circle.groups["ada"].commit(now=NOW, random=circle.random)
    knowing = replace(proposed.group, next_signature_keys={})
    with pytest.raises(ValidationError, match="not ours"):
        knowing.process(commit.message, policy=unsafe_accept_everything)


def test_a_new_key_brings_a_path_where_none_would_be_needed(circle: Circle) -> None:
    key, dan = generate_signature_key(circle.random), circle.person("dan")
    pending: PendingCommit = circle.groups["ben"].commit(
        [Proposal.of(Add(dan.key_package))],
        now=NOW,
        random=circle.random,
        renew_keys=False,
        signature_private_key=key,
    )
    assert signs_with(pending.group) == signature_public_key(key)
    circle.groups["ben"] = pending.group
    take(circle, pending.message, but="ben")
    circle.groups["dan"] = circle.join(pending, dan)
    assert circle.agree()


def test_no_key_shows(circle: Circle) -> None:
    key = generate_signature_key(circle.random)
    pending = circle.groups["ben"].commit(now=NOW, random=circle.random, signature_private_key=key)
    proposed = circle.groups["ben"].propose_update(random=circle.random, signature_private_key=key)
    for shown in (repr(pending), repr(proposed), repr(pending.group), repr(pending.group.signer())):
        assert key.hex() not in shown
        assert repr(key)[2:-1] not in shown


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_what_is_no_key_is_refused(circle: Circle, key: bytes) -> None:
    ben = circle.groups["ben"]
    for renew in (
        lambda: ben.commit(now=NOW, random=circle.random, signature_private_key=key),
        lambda: ben.propose_update(random=circle.random, signature_private_key=key),
    ):
        with pytest.raises((CryptoError, UsageError), match="32 bytes"):
            renew()


@pytest.fixture
def circle() -> Circle:
    return Circle.of(SUITE, ("ada", "ben", "cleo"))
