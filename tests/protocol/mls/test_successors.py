"""Groups that continue a group, and groups that only say so: RFC 9420 11.2, 11.3, checklist 40."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from holdspace.protocol.mls import (
    Add,
    CipherSuite,
    CryptoError,
    EpochChange,
    Extension,
    ExtensionType,
    Group,
    KeyPackage,
    MLSError,
    OwnKeyPackage,
    PendingCommit,
    Proposal,
    ReInit,
    UsageError,
    ValidationError,
    branch_group,
    cipher_suite,
    create_key_package,
    join_group,
    reinit_group,
    successors,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.committing import make_commit
from holdspace.protocol.mls.messages import PreSharedKey, PreSharedKeyID, ResumptionPSKUsage
from holdspace.protocol.mls.structs import RequiredCapabilities
from holdspace.protocol.mls.testing import NOW, Circle

SUITE, OTHER_SUITE = cipher_suite(0x0001), cipher_suite(0x0003)
NAMES = ("ada", "ben", "cleo")
EXTENSIONS = (Extension(ExtensionType.required_capabilities, RequiredCapabilities().encode()),)
REINIT = ReInit(group_id=b"next", cipher_suite=OTHER_SUITE.id, extensions=EXTENSIONS)


@pytest.fixture
def circle() -> Circle:
    return Circle.of(SUITE, NAMES)


def package(circle: Circle, name: str, suite: CipherSuite) -> OwnKeyPackage:
    return create_key_package(
        suite,
        identity=name.encode(),
        signature_private_key=suite.generate_signature_key_pair(circle.random).private_key,
        now=NOW,
        random=circle.random,
    )


def join(pending: PendingCommit, own: OwnKeyPackage, former: Group | None, **given: Any) -> Group:
    assert pending.welcome is not None
    policy = unsafe_accept_everything
    return join_group(pending.welcome, own, now=NOW, policy=policy, former=former, **given)


def end(circle: Circle, reinit: ReInit = REINIT) -> None:
    """End the group by a ReInit, which all follow."""
    pending = circle.groups["ben"].commit([Proposal.of(reinit)], now=NOW, random=circle.random)
    for name, group in circle.groups.items():
        if name == "ben":
            continue
        heard = group.process(pending.message, policy=unsafe_accept_everything)
        assert isinstance(heard, EpochChange)
        assert heard.reinit == reinit
        circle.groups[name] = heard.group
    circle.groups["ben"] = pending.group
    assert circle.agree()


def test_a_group_goes_on_with_another_suite_and_other_extensions(circle: Circle) -> None:
    end(circle)
    ada, ben, cleo = (package(circle, name, OTHER_SUITE) for name in NAMES)
    pending = reinit_group(
        circle.groups["ada"],
        ada,
        [ben.key_package, cleo.key_package],
        now=NOW,
        random=circle.random,
    )
    groups = [
        pending.group,
        join(pending, ben, circle.groups["ben"]),
        join(pending, cleo, circle.groups["cleo"]),
    ]
    assert len({group.epoch_authenticator for group in groups}) == 1
    for group in groups:
        assert (group.group_id, group.suite.id, group.extensions, group.epoch) == (
            b"next",
            OTHER_SUITE.id,
            EXTENSIONS,
            1,
        )


def test_a_group_that_has_ended_says_and_changes_nothing(circle: Circle) -> None:
    before = circle.groups["ada"]
    proposed = before.propose_update(random=circle.random)
    end(circle)
    ben, random = circle.groups["ben"], circle.random
    attempts: list[Callable[[], object]] = [
        lambda: ben.commit(now=NOW, random=random),
        lambda: ben.protect(b"more", random=random),
        lambda: ben.propose_update(random=random),
        ben.group_info,
    ]
    for attempt in attempts:
        with pytest.raises(UsageError, match="has ended"):
            attempt()
    with pytest.raises(MLSError):
        ben.process(proposed.message, policy=unsafe_accept_everything)


def test_a_commit_in_a_group_that_has_ended_is_refused(circle: Circle) -> None:
    end(circle)
    going_on = replace(circle.groups["ben"], reinit=None)
    pending = going_on.commit(now=NOW, random=circle.random)
    proposed = going_on.propose_update(random=circle.random)
    for message in (pending.message, proposed.message):
        with pytest.raises(ValidationError, match="has ended"):
            circle.groups["ada"].process(message, policy=unsafe_accept_everything)


def test_some_members_branch_off(circle: Circle) -> None:
    ada, cleo = (package(circle, name, SUITE) for name in ("ada", "cleo"))
    pending = branch_group(
        circle.groups["ada"],
        ada,
        [cleo.key_package],
        group_id=b"two of us",
        now=NOW,
        random=circle.random,
    )
    joined = join(pending, cleo, circle.groups["cleo"])
    assert joined.epoch_authenticator == pending.group.epoch_authenticator
    circle.say("ben", b"and the circle goes on")


# --- groups that only say so


def branch(circle: Circle, own: OwnKeyPackage, **given: Any) -> PendingCommit:
    return branch_group(
        circle.groups["ada"],
        package(circle, "ada", SUITE),
        [own.key_package],
        group_id=b"two of us",
        now=NOW,
        random=circle.random,
        **given,
    )


def test_40_without_the_old_group_nobody_enters_the_new(circle: Circle) -> None:
    cleo = package(circle, "cleo", SUITE)
    with pytest.raises(ValidationError, match="do not have"):
        join(branch(circle, cleo), cleo, None)
    # Not even with the right key by another way.
    psk = circle.groups["ada"].resumption_psk
    with pytest.raises(ValidationError, match="does not continue"):
        join(branch(circle, cleo), cleo, None, psks=lambda _: psk)


def test_40_a_group_that_does_not_continue_ours_is_refused(circle: Circle) -> None:
    cleo = package(circle, "cleo", SUITE)
    other = Circle.of(SUITE, ("ada", "ben"), seed=9)
    pending = other.groups["ada"].commit(
        [Proposal.of(Add(cleo.key_package))], now=NOW, random=other.random
    )
    with pytest.raises(ValidationError, match="does not continue"):
        join(pending, cleo, circle.groups["cleo"])


def test_40_another_epoch_of_the_old_group_is_refused(circle: Circle) -> None:
    cleo = package(circle, "cleo", SUITE)
    pending, psk = branch(circle, cleo), circle.groups["ada"].resumption_psk
    circle.commit("ben")
    with pytest.raises(ValidationError, match="another epoch"):
        join(pending, cleo, circle.groups["cleo"], psks=lambda _: psk)


def test_40_a_secret_that_differs_opens_nothing(circle: Circle) -> None:
    cleo = package(circle, "cleo", SUITE)
    with pytest.raises(CryptoError):
        join(branch(circle, cleo), cleo, circle.groups["cleo"], psks=lambda _: bytes(32))


def test_40_nobody_new_comes_along(circle: Circle) -> None:
    cleo, eve = (package(circle, name, SUITE) for name in ("cleo", "eve"))
    packages: list[KeyPackage] = [cleo.key_package, eve.key_package]
    pending = branch_group(
        circle.groups["ada"],
        package(circle, "ada", SUITE),
        packages,
        group_id=b"three of us",
        now=NOW,
        random=circle.random,
    )
    with pytest.raises(ValidationError, match="somebody new"):
        join(pending, cleo, circle.groups["cleo"])


CHANGES: dict[str, ReInit] = {
    "group id": replace(REINIT, group_id=b"elsewhere"),
    "extensions": replace(REINIT, extensions=()),
    "suite": replace(REINIT, cipher_suite=SUITE.id),
}


@pytest.mark.parametrize("decided", CHANGES.values(), ids=CHANGES)
def test_40_a_group_that_is_not_what_was_decided_is_refused(
    circle: Circle, decided: ReInit
) -> None:
    end(circle, decided)
    lying = replace(circle.groups["ada"], reinit=REINIT)
    own = package(circle, "cleo", OTHER_SUITE)
    pending = reinit_group(
        lying,
        package(circle, "ada", OTHER_SUITE),
        [own.key_package],
        now=NOW,
        random=circle.random,
    )
    with pytest.raises(ValidationError, match="not what was agreed"):
        join(pending, own, circle.groups["cleo"])


def test_40_a_group_that_has_not_ended_is_not_reinitialised(circle: Circle) -> None:
    own = package(circle, "cleo", OTHER_SUITE)
    lying = replace(circle.groups["ada"], reinit=REINIT)
    ada = package(circle, "ada", OTHER_SUITE)
    pending = reinit_group(lying, ada, [own.key_package], now=NOW, random=circle.random)
    with pytest.raises(ValidationError, match="not what was agreed"):
        join(pending, own, circle.groups["cleo"])
    with pytest.raises(UsageError, match="has not ended"):
        reinit_group(circle.groups["ada"], ada, [own.key_package], now=NOW, random=circle.random)


def test_40_the_new_group_is_in_its_first_epoch(circle: Circle) -> None:
    """A second commit may not bring in more of the old members by the same key."""
    cleo, ben = package(circle, "cleo", SUITE), package(circle, "ben", SUITE)
    first = branch(circle, ben).group
    former = circle.groups["ada"]
    link = successors._link(former, ResumptionPSKUsage.branch, bytes(32))
    second = successors._first_commit(
        first,
        link,
        [cleo.key_package],
        now=NOW,
        random=circle.random,
        options=successors._options(former, link, 10**9),
    )
    with pytest.raises(ValidationError, match="another epoch"):
        join(second, cleo, circle.groups["cleo"])


def test_40_the_suite_is_that_of_the_reinit_or_of_the_old_group(circle: Circle) -> None:
    own, random = package(circle, "ada", OTHER_SUITE), circle.random
    with pytest.raises(UsageError, match="keeps the suite"):
        branch_group(circle.groups["ada"], own, [], group_id=b"new", now=NOW, random=random)
    end(circle)
    wrong = package(circle, "ada", SUITE)
    with pytest.raises(UsageError, match="suite of the ReInit"):
        reinit_group(circle.groups["ada"], wrong, [], now=NOW, random=random)


def test_40_a_branch_has_the_suite_of_its_group(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = package(circle, "cleo", OTHER_SUITE)
    ada = package(circle, "ada", OTHER_SUITE)
    lying = replace(circle.groups["ada"], suite=OTHER_SUITE)
    pending = branch_group(
        lying, ada, [own.key_package], group_id=b"new", now=NOW, random=circle.random
    )
    with pytest.raises(ValidationError, match="not what was agreed"):
        join(pending, own, circle.groups["cleo"])


def test_only_one_group_is_continued(circle: Circle) -> None:
    cleo = package(circle, "cleo", SUITE)
    former = circle.groups["ada"]
    group = branch(circle, package(circle, "ben", SUITE)).current
    links = [successors._link(former, ResumptionPSKUsage.branch, bytes([n] * 32)) for n in range(2)]

    def found(asked: PreSharedKeyID) -> bytes | None:
        return former.resumption_psk if asked in links else None

    proposals = [
        Proposal.of(Add(cleo.key_package)),
        *(Proposal.of(PreSharedKey(link)) for link in links),
    ]
    options = replace(successors._options(former, links[0], 10**9), psks=found)
    made = make_commit(group, proposals, now=NOW, random=circle.random, options=options)
    pending = PendingCommit(made.message, made.welcome, made.current, made.next)
    with pytest.raises(ValidationError, match="does not continue"):
        join(pending, cleo, circle.groups["cleo"])


def test_40_whoever_awaits_a_successor_takes_no_other_group_for_it(circle: Circle) -> None:
    eve = circle.person("eve")
    added = circle.groups["ada"].commit(
        [Proposal.of(Add(eve.key_package))], now=NOW, random=circle.random
    )
    with pytest.raises(ValidationError, match="does not continue the group we know"):
        join(added, eve, circle.groups["ben"])
    assert join(added, eve, None).epoch == added.group.epoch
