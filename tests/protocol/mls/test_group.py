"""The engine's door: whole lives of groups on every suite, and what must not work in them."""

from collections.abc import Sequence

import pytest

from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    Add,
    ApplicationData,
    CipherSuite,
    CryptoError,
    EpochChange,
    Extension,
    Group,
    GroupContextExtensions,
    LeafIndex,
    MLSError,
    OwnMessage,
    Policy,
    PolicyRefused,
    Proposal,
    Remove,
    Removed,
    SentProposal,
    UsageError,
    ValidationError,
    cipher_suite,
    create_group,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.ciphersuite import supported_suites
from holdspace.protocol.mls.testing import NOW, Circle, seeded_random

every_suite = pytest.mark.parametrize(
    "suite", [cipher_suite(number) for number in supported_suites()], ids=lambda suite: suite.name
)
X25519 = cipher_suite(0x0001)
NAMES = ("ada", "ben", "cleo", "dan", "eva", "finn")


def refuse_all_commits(*_: object) -> None:
    raise PolicyRefused("not in this room")


@every_suite
def test_the_life_of_a_group(suite: CipherSuite) -> None:
    circle = Circle.of(suite, NAMES)
    assert circle.agree()
    for name in NAMES:
        circle.say(name, f"{name} is here".encode())

    before = circle.groups["dan"]
    pending = circle.remove("ada", "dan")
    assert isinstance(before.process(pending.message, policy=unsafe_accept_everything), Removed)
    assert "dan" not in circle.groups
    assert circle.agree()

    # Dan can neither read what follows nor derive the new epoch.
    later = circle.say("eva", b"without dan")
    with pytest.raises(ValidationError, match="another epoch"):
        before.process(later, policy=unsafe_accept_everything)
    assert before.epoch_authenticator != circle.groups["ada"].epoch_authenticator

    # Gina comes to the place that Dan left, and cannot read what was said before her.
    circle.add("eva", ["gina"])
    assert circle.leaf("gina") == before.own_leaf_index
    assert circle.agree()
    with pytest.raises(ValidationError, match="another epoch"):
        circle.groups["gina"].process(later, policy=unsafe_accept_everything)
    circle.say("gina", b"hello all")


@every_suite
def test_all_export_the_same_secret_and_each_epoch_another(suite: CipherSuite) -> None:
    circle = Circle.of(suite, NAMES[:3])
    first = {group.export("label", b"context", 32) for group in circle.groups.values()}
    circle.commit("ben")
    second = {group.export("label", b"context", 32) for group in circle.groups.values()}
    assert len(first) == len(second) == 1
    assert first != second


def test_a_key_package_for_another_suite_is_not_let_in() -> None:
    # A room is founded with the default suite, and that is how it keeps to it.
    circle = Circle.of(DEFAULT_SUITE, NAMES[:2])
    stranger = Circle(X25519).person("stranger")
    with pytest.raises(ValidationError, match="another cipher suite"):
        circle.commit("ada", [Proposal.of(Add(stranger.key_package))])
    assert {DEFAULT_SUITE.id, X25519.id} <= set(
        stranger.key_package.leaf_node.capabilities.cipher_suites
    )


def test_exports_differ_by_label_context_and_length() -> None:
    group = Circle.of(X25519, ["ada"]).groups["ada"]
    export = group.export("label", b"context", 32)
    assert export == group.export(b"label", b"context", 32)
    assert export != group.export("other", b"context", 32)
    assert export != group.export("label", b"other", 32)
    assert export != group.export("label", b"context", 16)[:16] + bytes(16)
    with pytest.raises(UsageError):
        group.export("label", b"", 0)


def test_11_a_replayed_message_is_refused() -> None:
    circle = Circle.of(X25519, NAMES[:3])
    message = circle.say("ada", b"once")
    with pytest.raises(ValidationError, match="read already"):
        circle.groups["ben"].process(message, policy=unsafe_accept_everything)


def test_messages_that_overtake_each_other_are_all_read() -> None:
    circle = Circle.of(X25519, NAMES[:2])
    ada, ben = circle.groups["ada"], circle.groups["ben"]
    sent: list[bytes] = []
    for number in range(4):
        protected = ada.protect(bytes([number]), random=circle.random)
        ada, sent = protected.group, [protected.message, *sent]
    for number, message in zip((3, 2, 1, 0), sent, strict=True):
        outcome = ben.process(message, policy=unsafe_accept_everything)
        assert isinstance(outcome, ApplicationData)
        assert outcome.data == bytes([number])
        ben = outcome.group


def test_15_an_echo_of_ours_is_recognised_and_costs_no_key() -> None:
    circle = Circle.of(X25519, NAMES[:3])
    for message in (
        circle.say("ada", b"hello"),
        circle.groups["ada"].commit([], now=NOW, random=circle.random).message,
    ):
        outcome = circle.groups["ada"].process(message, policy=unsafe_accept_everything)
        assert isinstance(outcome, OwnMessage)
    circle.say("ada", b"and on we go")
    circle.say("ben", b"indeed")


def test_a_commit_that_the_policy_refuses_changes_nothing() -> None:
    circle = Circle.of(X25519, NAMES[:3])
    strict = Policy(judge_commit=refuse_all_commits, judge_welcome=refuse_all_commits)
    pending = circle.groups["cleo"].commit(
        [Proposal.of(Remove(circle.leaf("ada")))], now=NOW, random=circle.random
    )
    ada = circle.groups["ada"]
    with pytest.raises(PolicyRefused, match="not in this room"):
        ada.process(pending.message, policy=strict)
    # The rightful commit of the same epoch is still good.
    circle.commit("ben")
    assert circle.agree()


def test_the_policy_sees_who_commits_what_before_it_happens() -> None:
    circle, seen = Circle.of(X25519, NAMES[:3]), []

    def judge(prior: Group, sender: LeafIndex, proposals: Sequence[SentProposal]) -> None:
        seen.append((prior.epoch, prior.member(sender).identity, len(proposals)))

    watching = Policy(judge_commit=judge, judge_welcome=refuse_all_commits)
    pending = circle.groups["ben"].commit(
        [Proposal.of(Remove(circle.leaf("cleo")))], now=NOW, random=circle.random
    )
    circle.groups["ada"].process(pending.message, policy=watching)
    assert seen == [(1, b"ben", 1)]


def test_a_newcomer_may_refuse_a_welcome() -> None:
    circle, own = Circle.of(X25519, NAMES[:2]), Circle(X25519, seed=1).person("gina")
    pending = circle.commit("ada", [Proposal.of(Add(own.key_package))])
    strict = Policy(judge_commit=refuse_all_commits, judge_welcome=refuse_all_commits)
    with pytest.raises(PolicyRefused):
        circle.join(pending, own, policy=strict)


def test_36_a_commit_that_lost_gives_way_to_the_winner() -> None:
    circle = Circle.of(X25519, NAMES[:4])
    lost = circle.groups["ada"].commit([], now=NOW, random=circle.random)
    circle.groups["ada"] = lost.current
    circle.commit("ben", [Proposal.of(Remove(circle.leaf("dan")))])
    assert circle.agree()
    circle.say("ada", b"still here")
    for late in circle.groups.values():
        with pytest.raises(ValidationError, match="another epoch"):
            late.process(lost.message, policy=unsafe_accept_everything)


def test_36_a_second_commit_of_one_epoch_takes_another_key() -> None:
    circle = Circle.of(X25519, NAMES[:2])
    first = circle.groups["ada"].commit([], now=NOW, random=circle.random)
    second = first.current.commit([], now=NOW, random=circle.random)
    outcome = circle.groups["ben"].process(second.message, policy=unsafe_accept_everything)
    assert isinstance(outcome, EpochChange)
    assert outcome.group.epoch_authenticator == second.group.epoch_authenticator
    assert first.current.secret_tree != circle.groups["ada"].secret_tree


def test_37_a_removed_member_learns_it_from_a_signed_commit_only() -> None:
    circle = Circle.of(X25519, NAMES[:3])
    cleo = circle.groups["cleo"]
    pending = circle.remove("ada", "cleo")
    outcome = cleo.process(pending.message, policy=unsafe_accept_everything)
    assert isinstance(outcome, Removed)
    assert outcome.sender.identity == b"ada"
    flipped = pending.message[:-1] + bytes([pending.message[-1] ^ 1])
    with pytest.raises(CryptoError):
        cleo.process(flipped, policy=unsafe_accept_everything)


def test_10_the_member_at_leaf_0_can_be_removed_and_replaced() -> None:
    circle = Circle.of(X25519, NAMES[:4])
    circle.remove("ben", "ada")
    circle.add("ben", ["gina"])
    assert circle.leaf("gina") == 0
    circle.commit("gina")
    assert circle.agree()


def test_extensions_are_replaced_as_a_whole_and_by_all() -> None:
    circle = Circle(X25519)
    roles, other = Extension(0xF042, b"roles"), Extension(0xF042, b"other roles")
    circle.found("ada", [roles])
    own = circle.person("ben", capabilities_extensions=(0xF042,))
    circle.groups["ben"] = circle.join(
        circle.commit("ada", [Proposal.of(Add(own.key_package))]), own
    )
    assert circle.groups["ben"].extension(0xF042) == b"roles"
    circle.commit("ben", [Proposal.of(GroupContextExtensions((other,)))])
    assert {group.extension(0xF042) for group in circle.groups.values()} == {b"other roles"}
    assert circle.groups["ada"].extension(0xF043) is None
    assert circle.agree()


def test_one_commit_can_remove_and_add_the_same_person() -> None:
    circle = Circle.of(X25519, NAMES[:4])
    again = circle.person("dan")
    pending = circle.commit(
        "ada",
        [Proposal.of(Remove(circle.leaf("dan"))), Proposal.of(Add(again.key_package))],
    )
    circle.groups["dan"] = circle.join(pending, again)
    assert circle.agree()
    circle.say("dan", b"back again")


def test_what_happened_is_told() -> None:
    circle = Circle.of(X25519, NAMES[:3])
    own = circle.person("gina")
    pending = circle.groups["ada"].commit(
        [Proposal.of(Remove(circle.leaf("ben"))), Proposal.of(Add(own.key_package))],
        now=NOW,
        random=circle.random,
        authenticated_data=b"seen by the relay",
    )
    change = circle.groups["cleo"].process(pending.message, policy=unsafe_accept_everything)
    assert isinstance(change, EpochChange)
    assert change.sender.identity == b"ada"
    assert [member.identity for member in change.added] == [b"gina"]
    assert [member.identity for member in change.removed] == [b"ben"]
    assert not change.extensions_changed
    assert change.authenticated_data == b"seen by the relay"


def test_padding_hides_how_much_was_said() -> None:
    ada = Circle.of(X25519, NAMES[:2])
    sizes = {
        len(ada.groups["ada"].protect(bytes(n), random=ada.random, padded_to=1024).message)
        for n in (0, 1, 500)
    }
    assert len(sizes) == 1


def test_garbage_is_refused_by_name_and_leaves_the_group_as_it_was() -> None:
    circle = Circle.of(X25519, NAMES[:2])
    good = circle.groups["ada"].protect(b"good", random=circle.random).message
    ben = circle.groups["ben"]
    for bad in (b"", b"\x00", good[:-1], good + b"\x00", good[:40] + b"\xff" + good[41:]):
        with pytest.raises(MLSError):
            ben.process(bad, policy=unsafe_accept_everything)
    outcome = ben.process(good, policy=unsafe_accept_everything)
    assert isinstance(outcome, ApplicationData)
    assert outcome.data == b"good"


def test_messages_for_others_are_refused() -> None:
    circle = Circle.of(X25519, NAMES[:2])
    with pytest.raises(ValidationError, match="not for members"):
        circle.groups["ada"].process(circle.person("gina").message, policy=unsafe_accept_everything)


def test_nobody_is_where_nobody_sits() -> None:
    with pytest.raises(UsageError, match="nobody is at leaf 3"):
        Circle.of(X25519, NAMES[:3]).groups["ada"].member(LeafIndex(3))


@pytest.mark.parametrize(
    ("extensions", "why"),
    [
        ((Extension(0xF042, b""),), "extension in use"),
        ((Extension(1, b""), Extension(1, b"")), "stands twice"),
    ],
    ids=["20 one we do not support", "one twice"],
)
def test_no_group_starts_with_extensions_it_cannot_have(
    extensions: tuple[Extension, ...], why: str
) -> None:
    own = Circle(X25519).person("ada")
    with pytest.raises(ValidationError, match=why):
        create_group(own, group_id=b"g", random=seeded_random(0), extensions=extensions)


def test_no_secret_shows_in_a_repr() -> None:
    circle = Circle.of(X25519, NAMES[:2])
    own, group = circle.person("gina"), circle.groups["ada"]
    pending = group.commit([Proposal.of(Add(own.key_package))], now=NOW, random=circle.random)
    shown = "".join(map(repr, (own, group, pending, group.protect(b"said", random=circle.random))))
    for secret in (
        own.init_private_key,
        own.encryption_private_key,
        own.signature_private_key,
        group.secrets.exporter_secret,
        group.secrets.init_secret,
        *(key_pair.private_key for key_pair in group.private_keys.values()),
    ):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown
