"""What the engine can do and a room does not allow: a facilitator asks for it, and is refused (R1).

Each message is valid MLS, by the facilitator's own keys; a group without a room's policy follows it.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from holdspace.client.seat.host import own_key_package
from holdspace.client.seat.people import SLOT_EXTENSION
from holdspace.client.seat.policy import newcomer_policy, room_policy
from holdspace.protocol.invite import hash_host_key
from holdspace.protocol.meeting.roles import ROLES_EXTENSION, decode_roles
from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    Add,
    Extension,
    ExtensionType,
    Group,
    GroupContextExtensions,
    LeafIndex,
    Member,
    MLSError,
    Policy,
    PolicyRefused,
    Proposal,
    ReInit,
    Remove,
    SentProposal,
    create_key_package,
    generate_signature_key,
    join_by_external_commit,
    propose_self,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.messages import PreSharedKey, PreSharedKeyID, PSKType, Sender
from holdspace.protocol.mls.proposals import ProposalBody
from holdspace.protocol.mls.structs import Credential, RequiredCapabilities
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


# ---- what a room asks of a commit, each by itself: judged before anything of it is followed


def package(table: Table, name: str = "Stranger", key: bytes | None = None) -> Add:
    """Return the proposal to let somebody in, by a key that may be somebody else's already."""
    world = table.world()
    own = create_key_package(
        DEFAULT_SUITE,
        identity=name.encode(),
        signature_private_key=key or generate_signature_key(world.random),
        now=world.now,
        random=world.random,
    )
    return Add(own.key_package)


def carrying(host: Group, *more: Extension, roles: bytes | None = None) -> GroupContextExtensions:
    """Return the proposal to put other extensions, or other roles, in place of the group's."""
    kept = [
        Extension(ROLES_EXTENSION, roles)
        if one.extension_type == ROLES_EXTENSION and roles is not None
        else one
        for one in host.extensions
    ]
    return GroupContextExtensions((*kept, *more))


def with_other_requirements(host: Group) -> GroupContextExtensions:
    fewer = RequiredCapabilities().encode()
    return GroupContextExtensions(
        tuple(
            replace(one, extension_data=fewer)
            if one.extension_type == ExtensionType.required_capabilities
            else one
            for one in host.extensions
        )
    )


def twice(host: Group, table: Table) -> list[ProposalBody]:
    newcomer = package(table)
    return [newcomer, newcomer]


def again(host: Group, table: Table) -> list[ProposalBody]:
    return [package(table, key=host.signature_key_pair.private_key)]


UNLAWFUL: dict[str, tuple[Callable[[Group, Table], list[ProposalBody]], str]] = {
    "somebody new twice": (twice, "seats somebody twice"),
    "somebody who is here": (again, "seats somebody twice"),
    "somebody without a name": (lambda _, table: [package(table, "")], "without a name"),
    "a name too long": (lambda _, table: [package(table, "a" * 161)], "without a name"),
    "something more in the group": (
        lambda host, _: [carrying(host, Extension(0xF0F0, b""))],
        "more than the roles",
    ),
    "roles that cannot be read": (
        lambda host, _: [carrying(host, roles=b"\xff")],
        "cannot be read",
    ),
    "the roles twice": (lambda host, _: [carrying(host), carrying(host)], "roles twice"),
    "more than the roles": (lambda host, _: [with_other_requirements(host)], "more than the roles"),
}


@pytest.mark.parametrize("what", UNLAWFUL)
def test_a_room_refuses_a_commit_of(table: Table, what: str) -> None:
    host, _, policy = groups(table)
    make, words = UNLAWFUL[what]
    sender = Sender.member(host.own_leaf_index)
    sent = [SentProposal(Proposal.of(body), sender) for body in make(host, table)]
    with pytest.raises(PolicyRefused, match=words):
        policy.judge_commit(host, host.own_leaf_index, sent)


@pytest.mark.parametrize("name", ["C", "Cem", "c" * 160])
def test_a_room_follows_a_commit_that_lets_somebody_in(table: Table, name: str) -> None:
    """The same judge, and nothing wrong: so each refusal above is for what its name says."""
    host, _, policy = groups(table)
    policy.judge_commit(host, host.own_leaf_index, [letting_in(host, table, name)])


def letting_in(host: Group, table: Table, name: str = "Cem") -> SentProposal:
    newcomer = own_key_package(name, bytes(32), table.world())
    return SentProposal(Proposal.of(Add(newcomer.key_package)), Sender.member(host.own_leaf_index))


def test_a_member_lets_nobody_in_and_nothing_goes_by_reference(table: Table) -> None:
    host, member, policy = groups(table)
    sent = letting_in(host, table)
    with pytest.raises(PolicyRefused, match="Only facilitators"):
        policy.judge_commit(member, member.own_leaf_index, [sent])
    with pytest.raises(PolicyRefused, match="do not allow"):
        policy.judge_commit(host, host.own_leaf_index, [replace(sent, by_reference=True)])


def test_the_roles_of_one_meeting_are_none_in_another(table: Table) -> None:
    host, _, _ = groups(table)
    with pytest.raises(PolicyRefused):
        room_policy(bytes(16), bytes(16)).judge_commit(
            host, host.own_leaf_index, [letting_in(host, table)]
        )


@pytest.mark.parametrize("where", ["leaf", "init key"])
def test_nobody_comes_in_by_a_package_that_was_used(table: Table, where: str) -> None:
    host, member, policy = groups(table)
    used = member.member(member.own_leaf_index).leaf_node.encryption_key
    new = own_key_package("Cem", bytes(32), table.world()).key_package
    leaf = replace(new.leaf_node, encryption_key=used)
    again = replace(new, leaf_node=leaf) if where == "leaf" else replace(new, init_key=used)
    sent = SentProposal(Proposal.of(Add(again)), Sender.member(host.own_leaf_index))
    with pytest.raises(PolicyRefused, match="was used"):
        policy.judge_commit(host, host.own_leaf_index, [sent])


class Prior:
    """A group whose facilitator has another relay key than the roles say."""

    def __init__(self, group: Group, key: bytes) -> None:
        self.extensions = group.extensions
        host, *others = group.members
        slot = Extension(SLOT_EXTENSION, key)
        rest = (one for one in host.leaf_node.extensions if one.extension_type != SLOT_EXTENSION)
        leaf = replace(host.leaf_node, extensions=(slot, *rest))
        self.members = (replace(host, leaf_node=leaf), *others)

    def member(self, leaf: LeafIndex) -> Member:
        return next(member for member in self.members if member.leaf_index == leaf)


def test_nobody_takes_the_door_from_a_facilitator(table: Table) -> None:
    host, _, policy = groups(table)
    sent = letting_in(host, table)
    with pytest.raises(PolicyRefused, match="relay key away"):
        policy.judge_commit(Prior(host, b"o" * 32), host.own_leaf_index, [sent])


def test_a_facilitator_who_renews_their_keys_stays_who_they_are_to_the_relay(table: Table) -> None:
    host, _, policy = groups(table)
    leaf = host.member(host.own_leaf_index).leaf_node
    policy.judge_successor(leaf, leaf)
    with pytest.raises(PolicyRefused):
        policy.judge_successor(leaf, replace(leaf, credential=Credential.basic(b"Somebody")))
    taken = replace(leaf, extensions=(Extension(SLOT_EXTENSION, b"t" * 32), *leaf.extensions[1:]))
    with pytest.raises(PolicyRefused, match="their relay key"):
        policy.judge_successor(leaf, taken)


# ---- whose Welcome counts (R9)


class Seated:
    """A group as a Welcome shows it to whoever comes in, with other people in it."""

    def __init__(self, group: Group, *members: Member, more: tuple[Extension, ...] = ()) -> None:
        self.extensions, self.members = (*group.extensions, *more), members


def welcoming(table: Table) -> tuple[Group, Policy]:
    """Return a group, and what somebody with an invitation to its room asks of it."""
    ana = table.host()
    table.join("Ben", ana)
    facts, group = ana.seat.seat.facts, group_of(ana)
    return group, policy_for(group, facts.room, facts.meeting)


def policy_for(group: Group, room: bytes, meeting: bytes) -> Policy:
    """Return what somebody asks whom this group's host has invited to some room and meeting."""
    carried = next(e for e in group.extensions if e.extension_type == ROLES_EXTENSION)
    host_key = decode_roles(carried.extension_data).host_key
    return newcomer_policy(room, meeting, hash_host_key(host_key))


def test_a_welcome_counts_from_a_facilitator_of_the_room_one_was_invited_to(table: Table) -> None:
    group, policy = welcoming(table)
    host, member = group.members
    policy.judge_welcome(group, host)
    elsewhere = policy_for(group, bytes(16), bytes(16))
    with pytest.raises(PolicyRefused, match=r"^(?!This is not the room)"):
        elsewhere.judge_welcome(group, host)
    with pytest.raises(PolicyRefused, match="no facilitator"):
        policy.judge_welcome(group, member)
    facts = (bytes(16), bytes(16))
    with pytest.raises(PolicyRefused, match="whoever made the invitation"):
        newcomer_policy(*facts, bytes(32)).judge_welcome(group, host)


def test_a_welcome_into_a_room_that_seats_somebody_twice_counts_for_nobody(table: Table) -> None:
    group, policy = welcoming(table)
    host, member = group.members
    with pytest.raises(PolicyRefused, match="seats somebody twice"):
        policy.judge_welcome(Seated(group, host, member, member), host)


def test_a_room_that_has_what_rooms_do_not_have_is_entered_by_nobody(table: Table) -> None:
    group, policy = welcoming(table)
    more = (Extension(ExtensionType.external_senders, b"\0"),)
    with pytest.raises(PolicyRefused, match="rooms do not have"):
        policy.judge_welcome(Seated(group, *group.members, more=more), group.members[0])
