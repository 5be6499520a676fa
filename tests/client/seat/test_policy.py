"""What the engine can do and a room does not allow: a facilitator asks for it, and is refused (R1).

Each message is valid MLS, by the facilitator's own keys; a group without a room's policy follows it.
"""

from collections.abc import Callable

import pytest

from holdspace.client.seat.host import own_key_package
from holdspace.client.seat.policy import room_policy
from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    Group,
    MLSError,
    Policy,
    PolicyRefused,
    Proposal,
    ReInit,
    Remove,
    join_by_external_commit,
    propose_self,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.messages import PreSharedKey, PreSharedKeyID, PSKType
from seat_table import Guest, Table

PSK = b"a secret between two"


def groups(table: Table) -> tuple[Group, Group, Policy]:
    """Return the group as the host and as a member has it, and the member's policy."""
    ana = table.host()
    ben = table.join("Ben", ana)
    return group_of(ana), group_of(ben), policy_of(ben)


def group_of(guest: Guest) -> Group:
    return guest.seat.seat.group


def policy_of(guest: Guest) -> Policy:
    facts = guest.seat.seat.facts
    return room_policy(facts.room, facts.meeting)


def committed(*proposals: Proposal) -> Callable[[Group, Table], bytes]:
    def make(host: Group, table: Table) -> bytes:
        world = table.world()
        return host.commit(
            proposals, now=world.now, random=world.random, psks=lambda _: PSK
        ).message

    return make


def proposed(host: Group, table: Table) -> bytes:
    return host.propose(Proposal.of(Remove(1)), random=table.world().random).message


def updated(host: Group, table: Table) -> bytes:
    return host.propose_update(random=table.world().random).message


def asked_to_be_added(host: Group, table: Table) -> bytes:
    own = own_key_package("Stranger", bytes(32), table.world())
    return propose_self(own, group_id=host.group_id, epoch=host.epoch)


def entered(host: Group, table: Table) -> bytes:
    world = table.world()
    return join_by_external_commit(
        host.group_info(),
        own_key_package("Stranger", bytes(32), world),
        now=world.now,
        random=world.random,
        policy=unsafe_accept_everything,
    ).message


PSK_ID = PreSharedKeyID(psktype=PSKType.external, psk_id=b"id", psk_nonce=bytes(32))
NOT_IN_ROOMS: dict[str, Callable[[Group, Table], bytes]] = {
    "a reinitialisation": committed(Proposal.of(ReInit(group_id=b"x", cipher_suite=1))),
    "a pre-shared key": committed(Proposal.of(PreSharedKey(PSK_ID))),
    "a proposal without a commit": proposed,
    "an update without a commit": updated,
    "a stranger who asks in the group": asked_to_be_added,
    "a stranger who lets themselves in": entered,
}


@pytest.mark.parametrize("make", NOT_IN_ROOMS.values(), ids=NOT_IN_ROOMS)
def test_a_room_refuses_what_the_engine_could_follow(
    table: Table, make: Callable[[Group, Table], bytes]
) -> None:
    host, member, policy = groups(table)
    message = make(host, table)
    with pytest.raises(PolicyRefused):
        member.process(message, policy=policy, psks=lambda _: PSK)
    member.process(message, policy=unsafe_accept_everything, psks=lambda _: PSK)


def test_a_room_keeps_nothing_of_past_epochs_and_has_the_default_suite(table: Table) -> None:
    for group in groups(table)[:2]:
        assert group.suite is DEFAULT_SUITE
        assert group.retention.epochs == 0
        assert group.past == ()


def test_a_commit_by_reference_is_refused(table: Table) -> None:
    host, member, policy = groups(table)
    world = table.world()
    waiting = host.propose(Proposal.of(ReInit(group_id=b"x", cipher_suite=1)), random=world.random)
    pending = waiting.group.commit(
        now=world.now, random=world.random, references=[waiting.reference]
    )
    with pytest.raises(MLSError, match="never saw"):
        member.process(pending.message, policy=policy)
