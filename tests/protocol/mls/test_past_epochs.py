"""Late messages are read for as many epochs and as long as was asked for: checklist 9 and 16."""

import pytest

from holdspace.protocol.mls import (
    Add,
    ApplicationData,
    EpochChange,
    Group,
    OwnMessage,
    Proposal,
    Remove,
    Retention,
    UsageError,
    ValidationError,
    cipher_suite,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.group_state import found_psks, no_psks
from holdspace.protocol.mls.messages import PreSharedKeyID, PSKType, ResumptionPSKUsage
from holdspace.protocol.mls.testing import NOW, Circle

SUITE = cipher_suite(0x0001)


def circle_of_three(epochs: int, seconds: float = 60) -> Circle:
    circle = Circle.of(SUITE, ("ada", "ben", "cleo"))
    circle.groups["cleo"] = circle.groups["cleo"].retaining(Retention(epochs, seconds))
    return circle


def say(circle: Circle, by: str, data: bytes) -> bytes:
    """Say something that nobody has read yet."""
    protected = circle.groups[by].protect(data, random=circle.random)
    circle.groups[by] = protected.group
    return protected.message


def commit(circle: Circle, by: str, *proposals: Proposal, now: float = NOW) -> None:
    pending = circle.groups[by].commit(proposals, now=now, random=circle.random)
    for name, group in list(circle.groups.items()):
        heard = group.process(pending.message, policy=unsafe_accept_everything, now=now)
        if isinstance(heard, EpochChange):
            circle.groups[name] = heard.group
        elif not isinstance(heard, OwnMessage):
            del circle.groups[name]
    circle.groups[by] = pending.group


def read(group: Group, message: bytes, now: float = NOW) -> ApplicationData:
    heard = group.process(message, policy=unsafe_accept_everything, now=now)
    assert isinstance(heard, ApplicationData)
    return heard


def test_16_a_late_message_is_read_while_its_epoch_is_kept() -> None:
    circle = circle_of_three(2)
    late = say(circle, "ada", b"late")
    commit(circle, "ben")
    commit(circle, "ada")
    heard = read(circle.groups["cleo"], late)
    assert (heard.data, heard.sender.identity, heard.epoch) == (b"late", b"ada", 1)
    commit(circle, "ben")
    with pytest.raises(ValidationError, match="another epoch"):
        read(circle.groups["cleo"], late)


def test_16_and_no_longer_than_its_time() -> None:
    circle = circle_of_three(5, seconds=60)
    late = say(circle, "ada", b"late")
    commit(circle, "ben")
    assert read(circle.groups["cleo"], late, NOW + 60).data == b"late"
    with pytest.raises(ValidationError, match="another epoch"):
        read(circle.groups["cleo"], late, NOW + 61)
    # With the next epoch its secrets are gone too.
    commit(circle, "ben", now=NOW + 61)
    assert len(circle.groups["cleo"].past) == 1


def test_16_by_default_nothing_is_kept() -> None:
    circle = Circle.of(SUITE, ("ada", "ben", "cleo"))
    late = say(circle, "ada", b"late")
    commit(circle, "ben")
    assert circle.groups["cleo"].past == ()
    with pytest.raises(ValidationError, match="another epoch"):
        read(circle.groups["cleo"], late)


def test_16_what_is_kept_can_read_and_nothing_else() -> None:
    circle = circle_of_three(1)
    secrets = circle.groups["cleo"].secrets
    commit(circle, "ben")
    (kept,) = circle.groups["cleo"].past
    assert kept.epoch.secrets.sender_data_secret == secrets.sender_data_secret
    assert kept.resumption_psk == secrets.resumption_psk
    for name in ("exporter_secret", "external_secret", "membership_key", "init_secret"):
        assert getattr(kept.epoch.secrets, name) == b""
    assert secrets.resumption_psk.hex() not in repr(kept)


def test_16_asking_for_less_forgets_at_once() -> None:
    circle = circle_of_three(2)
    commit(circle, "ben")
    commit(circle, "ben")
    assert len(circle.groups["cleo"].past) == 2
    assert circle.groups["cleo"].retaining(Retention()).past == ()


def test_11_a_late_message_is_read_once() -> None:
    circle = circle_of_three(1)
    late = say(circle, "ada", b"late")
    commit(circle, "ben")
    heard = read(circle.groups["cleo"], late)
    with pytest.raises(ValidationError, match="read already"):
        read(heard.group, late)


def test_9_a_late_message_is_of_whoever_sat_there_then() -> None:
    circle = circle_of_three(1)
    late = say(circle, "ben", b"from ben")
    dan = circle.person("dan")
    remove, add = Proposal.of(Remove(circle.leaf("ben"))), Proposal.of(Add(dan.key_package))
    commit(circle, "ada", remove, add)
    assert circle.groups["cleo"].members[1].identity == b"dan"
    heard = read(circle.groups["cleo"], late)
    assert heard.sender.identity == b"ben"


def test_16_our_own_late_echo_is_known() -> None:
    circle = circle_of_three(1)
    late = say(circle, "cleo", b"mine")
    commit(circle, "ben")
    heard = circle.groups["cleo"].process(late, policy=unsafe_accept_everything, now=NOW)
    assert isinstance(heard, OwnMessage)


def test_16_late_proposals_and_commits_change_nothing() -> None:
    circle = circle_of_three(1)
    proposed = circle.groups["ada"].propose_update(random=circle.random)
    rival = circle.groups["ada"].commit(now=NOW, random=circle.random)
    commit(circle, "ben")
    for message in (proposed.message, rival.message):
        with pytest.raises(ValidationError, match="another epoch"):
            circle.groups["cleo"].process(message, policy=unsafe_accept_everything, now=NOW)


def test_whoever_keeps_epochs_must_know_the_time() -> None:
    circle = circle_of_three(1)
    pending = circle.groups["ben"].commit(now=NOW, random=circle.random)
    with pytest.raises(UsageError, match="know the time"):
        circle.groups["cleo"].process(pending.message, policy=unsafe_accept_everything)


def test_16_resumption_keys_of_past_epochs_are_kept_as_long() -> None:
    circle = circle_of_three(1)
    psk = circle.groups["cleo"].resumption_psk
    named = PreSharedKeyID(
        psktype=PSKType.resumption,
        usage=ResumptionPSKUsage.application,
        psk_group_id=b"circle",
        psk_epoch=1,
        psk_nonce=bytes(32),
    )
    commit(circle, "ben")
    assert found_psks([named], no_psks, circle.groups["cleo"]) == [(named, psk)]
    commit(circle, "ben")
    with pytest.raises(ValidationError, match="do not have"):
        found_psks([named], no_psks, circle.groups["cleo"])


def test_16_our_own_commits_end_an_epoch_too() -> None:
    circle = circle_of_three(1)
    first, second = (say(circle, "ada", data) for data in (b"first", b"second"))
    pending = circle.groups["cleo"].commit(now=NOW, random=circle.random)
    # What is read while the commit is under way stays read after it.
    current = read(pending.current, first).group
    after = current.accepted(pending, now=NOW)
    with pytest.raises(ValidationError, match="read already"):
        read(after, first)
    assert read(after, second).data == b"second"
    # Whoever goes on without saying so keeps nothing.
    with pytest.raises(ValidationError, match="another epoch"):
        read(pending.group, second)
    with pytest.raises(UsageError, match="not of the present epoch"):
        after.accepted(pending, now=NOW)
