"""Commits that break a rule: made by a member who holds every key, and refused by the others.

The committer here has its own checks taken out, so what it sends is signed, tagged and sealed as it
should be; only the one rule of the test is broken. After each refusal the group goes on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from holdspace.protocol.mls import (
    Add,
    CryptoError,
    EpochChange,
    Extension,
    GroupContextExtensions,
    LeafIndex,
    MLSError,
    OwnKeyPackage,
    Policy,
    PolicyRefused,
    Proposal,
    ProposalReceived,
    Remove,
    UsageError,
    ValidationError,
    cipher_suite,
    committing,
    create_key_package,
    framing,
    treekem,
    unsafe_accept_everything,
)
from holdspace.protocol.mls import group as group_module
from holdspace.protocol.mls.group import Group
from holdspace.protocol.mls.group_state import refuse_change_of_identity
from holdspace.protocol.mls.messages import (
    Commit,
    ContentType,
    ExternalInit,
    FramedContent,
    MLSMessage,
    PreSharedKey,
    PreSharedKeyID,
    ProposalOrRef,
    PSKType,
    ReInit,
    ResumptionPSKUsage,
    Sender,
    SenderType,
    Update,
    UpdatePath,
    UpdatePathNode,
    WireFormat,
)
from holdspace.protocol.mls.proposals import SentProposal, check_proposal
from holdspace.protocol.mls.structs import Credential, LeafNode, LeafNodeSource
from holdspace.protocol.mls.testing import NOW, Circle
from holdspace.protocol.mls.treekem import CreatedPath, create_path, sign_leaf_node

SUITE = cipher_suite(0x0001)
NAMES = ("ada", "ben", "cleo", "dan")
ADA, BEN, CLEO, DAN = (LeafIndex(leaf) for leaf in range(4))


@pytest.fixture
def circle() -> Circle:
    return Circle.of(SUITE, NAMES)


@contextmanager
def unchecked(
    monkeypatch: pytest.MonkeyPatch,
    tamper: Callable[[CreatedPath], CreatedPath] = lambda path: path,
) -> Iterator[None]:
    """Let a committer do what its own engine would refuse."""
    with monkeypatch.context() as patch:
        for check in ("check_proposals", "check_lifetime"):
            patch.setattr(committing, check, lambda *_, **__: None)
        patch.setattr(treekem, "check_members", lambda *_: None)
        patch.setattr(committing, "create_path", lambda *a, **k: tamper(create_path(*a, **k)))
        yield


def made(circle: Circle, by: str, proposals: list[Proposal]) -> bytes:
    return circle.groups[by].commit(proposals, now=NOW, random=circle.random).message


def refused(circle: Circle, message: bytes, why: str, by: str = "ben") -> None:
    """Check that all others refuse the message, each unchanged, and that the group goes on."""
    for name, group in circle.groups.items():
        if name != by:
            with pytest.raises(MLSError, match=why):
                group.process(message, policy=unsafe_accept_everything)
    circle.commit("cleo")
    assert circle.agree()
    circle.say("dan", b"unharmed")


def add(own: OwnKeyPackage) -> Proposal:
    return Proposal.of(Add(own.key_package))


def remove(leaf: int) -> Proposal:
    return Proposal.of(Remove(leaf))


def psk(*, nonce: bytes = bytes(32), **kind: Any) -> Proposal:
    given: dict[str, Any] = {"psktype": PSKType.external, "psk_id": b"id", **kind}
    return Proposal.of(PreSharedKey(PreSharedKeyID(psk_nonce=nonce, **given)))


RESUMPTION: dict[str, Any] = {
    "psktype": PSKType.resumption,
    "psk_id": None,
    "psk_group_id": b"circle",
    "psk_epoch": 1,
}
EXTENSIONS = Proposal.of(GroupContextExtensions(()))
GINA, HUGO = Circle(SUITE, seed=5).person("gina"), Circle(SUITE, seed=6).person("hugo")
TWIN = create_key_package(
    SUITE,
    identity=b"gina's twin",
    signature_private_key=GINA.signature_private_key,
    now=NOW,
    random=Circle(SUITE, seed=7).random,
)

UNSIGNED = replace(GINA, key_package=replace(GINA.key_package, signature=bytes(64)))
ONE, OTHER = Extension(1, b"one"), Extension(1, b"other")

BAD_LISTS: dict[str, tuple[list[Proposal], str]] = {
    "32 two removes of one leaf": ([remove(CLEO), remove(CLEO)], "change one leaf"),
    "32 remove of a blank leaf": ([remove(9)], "nobody is at the leaf"),
    "32 remove beyond any tree": ([remove(2**32 - 1)], "nobody is at the leaf"),
    "32 two extension lists": ([EXTENSIONS, EXTENSIONS], "replaced twice"),
    "32 one psk twice": ([psk(), psk()], "stands twice in a commit"),
    "32 psk nonce too short": ([psk(nonce=bytes(31))], "wrong length"),
    "32 psk for a branch": (
        [psk(**RESUMPTION, usage=ResumptionPSKUsage.branch)],
        "another use",
    ),
    "32 psk unknown": ([psk()], "do not have"),
    "32 add of one signature key twice": ([add(GINA), add(TWIN)], "share a signature key"),
    "19 the same person twice": ([add(GINA), add(GINA)], "share an? \\w+ key"),
    "21 add of a package that nobody signed": ([add(UNSIGNED)], "signature"),
    "20 one extension twice": (
        [Proposal.of(GroupContextExtensions((ONE, OTHER)))],
        "stands twice in one list",
    ),
    "32 reinit beside another": (
        [Proposal.of(ReInit(group_id=b"new", cipher_suite=1)), EXTENSIONS],
        "stands alone",
    ),
    "20 one extension twice in a reinit": (
        [Proposal.of(ReInit(group_id=b"new", cipher_suite=1, extensions=(ONE, OTHER)))],
        "stands twice in one list",
    ),
    "33 external init by a member": (
        [Proposal.of(ExternalInit(bytes(32)))],
        "may not propose this",
    ),
    "20 extension that nobody supports": (
        [Proposal.of(GroupContextExtensions((Extension(0xF042, b""),)))],
        "extension in use",
    ),
}


@pytest.mark.parametrize("case", BAD_LISTS.values(), ids=BAD_LISTS.keys())
def test_a_bad_list_of_proposals_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, case: tuple[list[Proposal], str]
) -> None:
    proposals, why = case
    if why == "nobody is at the leaf":
        message = forged(circle.groups["ben"], Commit(by_value(proposals), None))
    else:
        with unchecked(monkeypatch):
            monkeypatch.setattr(committing, "found_psks", lambda *_: ())
            message = made(circle, "ben", proposals)
            monkeypatch.undo()
    refused(circle, message, why)
    if not any(isinstance(proposal.body, PreSharedKey) for proposal in proposals):
        with pytest.raises(MLSError, match=why):
            made(circle, "ben", proposals)


def by_value(proposals: list[Proposal]) -> tuple[ProposalOrRef, ...]:
    return tuple(ProposalOrRef.of(proposal) for proposal in proposals)


def forged(
    group: Group,
    content: Commit | Proposal,
    *,
    tag: bytes = bytes(32),
    wire_format: WireFormat = WireFormat.mls_private_message,
) -> bytes:
    """Return content signed and sealed by a member, whatever it says."""
    is_commit = isinstance(content, Commit)
    signed = framing.sign(
        group.framing(),
        group.signature_key_pair,
        FramedContent(
            group_id=group.group_id,
            epoch=group.epoch,
            sender=Sender.member(group.own_leaf_index),
            content_type=ContentType.commit if is_commit else ContentType.proposal,
            content=content,
        ),
        wire_format,
    )
    if is_commit:
        signed = framing.with_confirmation_tag(signed, tag)
    if wire_format == WireFormat.mls_public_message:
        return MLSMessage.of(framing.protect_public(group.framing(), signed)).encode()
    _, sealed = framing.protect_private(group.framing(), signed, group.secret_tree, random=bytes)
    return MLSMessage.of(sealed).encode()


@pytest.mark.parametrize(
    "proposals",
    [[], [remove(CLEO)], [EXTENSIONS], [add(GINA), remove(CLEO)]],
    ids=["nothing", "remove", "extensions", "add and remove"],
)
def test_31_a_commit_that_must_renew_keys_and_does_not_is_refused(
    circle: Circle, proposals: list[Proposal]
) -> None:
    refused(circle, forged(circle.groups["ben"], Commit(by_value(proposals))), "must renew keys")


def test_31_a_commit_of_adds_may_do_without_a_path(circle: Circle) -> None:
    # It fails at the confirmation tag, which a forger without the key schedule cannot know: so the
    # path was not missed.
    message = forged(circle.groups["ben"], Commit(by_value([add(GINA)])))
    refused(circle, message, "tag")


def test_19_members_are_compared_where_there_is_no_path_too(circle: Circle) -> None:
    message = forged(circle.groups["ben"], Commit(by_value([add(GINA), add(TWIN)])))
    refused(circle, message, "share a signature key")


def test_32_a_committer_cannot_remove_itself(circle: Circle) -> None:
    with pytest.raises(ValidationError, match="update or remove itself"):
        made(circle, "ben", [remove(BEN)])
    path = UpdatePath(circle.groups["ben"].member(BEN).leaf_node, ())
    message = forged(circle.groups["ben"], Commit(by_value([remove(BEN)]), path))
    refused(circle, message, "update or remove itself")


def test_17_we_add_nobody_whose_time_is_over(circle: Circle) -> None:
    for now in (NOW - 7200, NOW + 85 * 24 * 3600):
        with pytest.raises(ValidationError, match="not valid at this time"):
            circle.groups["ada"].commit([add(GINA)], now=now, random=circle.random)
    with pytest.raises(ValidationError, match="longer than we accept"):
        circle.groups["ada"].commit(
            [add(GINA)], now=NOW, random=circle.random, longest_lifetime=1800
        )


# --- the path


def with_leaf(circle: Circle, **changes: Any) -> Callable[[CreatedPath], CreatedPath]:
    """Change the leaf of a path, and sign it again."""

    def tamper(path: CreatedPath) -> CreatedPath:
        ben = circle.groups["ben"]
        leaf_node = sign_leaf_node(
            SUITE,
            replace(path.update_path.leaf_node, **changes),
            ben.signature_key_pair,
            group_id=ben.group_id,
            leaf_index=BEN,
        )
        return replace(path, update_path=replace(path.update_path, leaf_node=leaf_node))

    return tamper


def with_nodes(
    change: Callable[[tuple[UpdatePathNode, ...]], tuple[UpdatePathNode, ...]],
) -> Callable[[CreatedPath], CreatedPath]:
    def tamper(path: CreatedPath) -> CreatedPath:
        nodes = change(path.update_path.nodes)
        return replace(path, update_path=replace(path.update_path, nodes=nodes))

    return tamper


def first_sealed_to(count: int) -> Callable[[CreatedPath], CreatedPath]:
    """Change how many ciphertexts the lowest node of a path has."""
    return with_nodes(
        lambda nodes: (
            replace(nodes[0], encrypted_path_secret=nodes[0].encrypted_path_secret[:1] * count),
            *nodes[1:],
        )
    )


def refused_path(
    circle: Circle,
    monkeypatch: pytest.MonkeyPatch,
    tamper: Callable[[CreatedPath], CreatedPath],
    why: str,
) -> None:
    with unchecked(monkeypatch, tamper):
        message = made(circle, "ben", [])
    refused(circle, message, why)


def test_28_a_path_of_the_wrong_length_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_path(circle, monkeypatch, with_nodes(lambda nodes: nodes[1:]), "wrong length")
    refused_path(circle, monkeypatch, with_nodes(lambda nodes: (*nodes, nodes[0])), "wrong length")


def test_28_a_path_sealed_to_too_few_or_too_many_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_path(circle, monkeypatch, first_sealed_to(0), "wrong nodes")
    refused_path(circle, monkeypatch, first_sealed_to(2), "wrong nodes")


def test_24_a_path_leaf_with_a_wrong_parent_hash_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_path(circle, monkeypatch, with_leaf(circle, parent_hash=bytes(32)), "parent hash")


def test_19_a_path_must_bring_a_new_leaf_key(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = circle.groups["ben"].member(BEN).leaf_node.encryption_key
    refused_path(circle, monkeypatch, with_leaf(circle, encryption_key=old), "new leaf key")


def test_17_a_path_leaf_must_come_from_a_commit(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaf_node = {"leaf_node_source": LeafNodeSource.update, "parent_hash": None}
    refused_path(circle, monkeypatch, with_leaf(circle, **leaf_node), "should come from a commit")


def test_18_a_path_leaf_signed_for_another_place_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tamper(path: CreatedPath) -> CreatedPath:
        ben = circle.groups["ben"]
        leaf_node = sign_leaf_node(
            SUITE,
            path.update_path.leaf_node,
            ben.signature_key_pair,
            group_id=ben.group_id,
            leaf_index=CLEO,
        )
        return replace(path, update_path=replace(path.update_path, leaf_node=leaf_node))

    refused_path(circle, monkeypatch, tamper, "signature")


def test_19_a_path_key_that_another_node_has_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = circle.groups["ben"].member(DAN).leaf_node.encryption_key
    refused_path(
        circle, monkeypatch, with_leaf(circle, encryption_key=taken), "share an encryption"
    )


def test_28_a_key_that_does_not_belong_to_its_secret_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gets the lowest secret sees it at once; the others find another tree than ben."""
    with monkeypatch.context() as patch:
        patch.setattr(treekem, "node_key_pair", lambda *_: SUITE.generate_key_pair(circle.random))
        message = made(circle, "ben", [])
    refused(circle, message, "does not belong to its public key")


@pytest.mark.parametrize(
    "change",
    [
        lambda tag: tag[:-1],
        lambda tag: tag[:1],
        lambda tag: b"",
        lambda tag: tag + b"\0",
        lambda tag: bytes(32),
    ],
    ids=["2 cut by one", "2 one byte", "2 empty", "2 longer", "35 other"],
)
def test_35_a_wrong_confirmation_tag_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]
) -> None:
    complete = framing.with_confirmation_tag
    with monkeypatch.context() as patch:
        patch.setattr(
            framing, "with_confirmation_tag", lambda signed, tag: complete(signed, change(tag))
        )
        message = made(circle, "ben", [])
    refused(circle, message, "the tag does not verify")


# --- proposals by reference, and who may come back as whom


def updated_leaf(group: Group, circle: Circle, **changes: Any) -> LeafNode:
    own = group.member(group.own_leaf_index).leaf_node
    fresh = SUITE.generate_key_pair(circle.random).public_key
    given = {
        "encryption_key": fresh,
        "leaf_node_source": LeafNodeSource.update,
        "lifetime": None,
        "parent_hash": None,
    }
    leaf_node = replace(own, **{**given, **changes})
    return sign_leaf_node(
        SUITE,
        leaf_node,
        group.signature_key_pair,
        group_id=group.group_id,
        leaf_index=group.own_leaf_index,
    )


def test_33_a_reference_is_only_good_for_what_was_seen_in_this_epoch(circle: Circle) -> None:
    unseen = Commit((ProposalOrRef.of(bytes(32)),), None)
    refused(circle, forged(circle.groups["ben"], unseen), "never saw")


def test_10_an_update_of_leaf_0_by_reference_is_followed(circle: Circle) -> None:
    ada, ben, cleo = (circle.groups[name] for name in NAMES[:3])
    message = forged(ada, Proposal.of(Update(updated_leaf(ada, circle))))
    heard = cleo.process(message, policy=unsafe_accept_everything)
    assert isinstance(heard, ProposalReceived)
    (reference,) = heard.group.proposals
    # 38: nothing is said while a proposal waits.
    with pytest.raises(UsageError, match="not committed yet"):
        heard.group.protect(b"too early", random=circle.random)
    # 31: an update needs a path.
    without_path = forged(ben, Commit((ProposalOrRef.of(reference),), None))
    with pytest.raises(ValidationError, match="must renew keys"):
        heard.group.process(without_path, policy=unsafe_accept_everything)
    # 32: nobody commits an update of their own.
    as_ada = forged(
        ada,
        Commit((ProposalOrRef.of(reference),), None),
        wire_format=WireFormat.mls_public_message,
    )
    with pytest.raises(ValidationError, match="update or remove itself"):
        heard.group.process(as_ada, policy=unsafe_accept_everything)


def test_19_an_update_must_bring_a_new_key(circle: Circle) -> None:
    ada = circle.groups["ada"]
    old = ada.member(ADA).leaf_node.encryption_key
    stale = Proposal.of(Update(updated_leaf(ada, circle, encryption_key=old)))
    refused(circle, forged(ada, stale), "must bring a new key", by="ada")


def test_18_an_update_that_its_member_did_not_sign_is_refused(circle: Circle) -> None:
    ada = circle.groups["ada"]
    leaf_node = replace(updated_leaf(ada, circle), signature=bytes(64))
    refused(circle, forged(ada, Proposal.of(Update(leaf_node))), "signature", by="ada")


def test_33_an_update_comes_from_a_member(circle: Circle) -> None:
    ada = circle.groups["ada"]
    update = Proposal.of(Update(updated_leaf(ada, circle)))
    stranger = SentProposal(update, Sender.member(9))
    with pytest.raises(ValidationError, match="comes from a member"):
        check_proposal(ada.place(BEN), stranger)
    outsider = SentProposal(update, Sender(sender_type=SenderType.external, sender_index=0))
    with pytest.raises(ValidationError, match="may not propose this"):
        check_proposal(ada.place(BEN), outsider)


def test_22_nobody_comes_back_from_an_update_as_somebody_else(circle: Circle) -> None:
    ada, ben, cleo = (circle.groups[name] for name in NAMES[:3])
    impostor = updated_leaf(ada, circle, credential=Credential.basic(b"the host"))
    proposal = forged(ada, Proposal.of(Update(impostor)))
    heard = cleo.process(proposal, policy=unsafe_accept_everything)
    assert isinstance(heard, ProposalReceived)
    leaf_node = updated_leaf(ben, circle, leaf_node_source=LeafNodeSource.commit, parent_hash=b"")
    references = tuple(ProposalOrRef.of(reference) for reference in heard.group.proposals)
    message = forged(ben, Commit(references, UpdatePath(leaf_node, ())))
    strict = replace(unsafe_accept_everything, judge_successor=refuse_change_of_identity)
    with pytest.raises(PolicyRefused, match="who they are"):
        heard.group.process(message, policy=strict)
    with pytest.raises(ValidationError, match="wrong length"):
        heard.group.process(message, policy=unsafe_accept_everything)


def test_proposals_that_wait_are_bounded(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_module, "MAX_PROPOSALS", 1)
    first, second = (forged(circle.groups[by], remove(DAN)) for by in ("ada", "ben"))
    heard = circle.groups["cleo"].process(first, policy=unsafe_accept_everything)
    assert isinstance(heard, ProposalReceived)
    with pytest.raises(ValidationError, match="too many proposals"):
        heard.group.process(second, policy=unsafe_accept_everything)


def test_33_a_lone_proposal_is_refused_by_any_policy_that_does_not_ask_for_it(
    circle: Circle,
) -> None:
    def anything(*_: object) -> None: ...

    policy = Policy(judge_commit=anything, judge_welcome=anything)
    message = forged(circle.groups["ben"], remove(CLEO))
    with pytest.raises(PolicyRefused, match="only commits"):
        circle.groups["ada"].process(message, policy=policy)


def test_22_nobody_comes_back_from_a_commit_as_somebody_else(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anything(*_: object) -> None: ...

    credential = replace(
        circle.groups["ben"].member(BEN).leaf_node.credential, identity=b"the host"
    )
    with unchecked(monkeypatch, with_leaf(circle, credential=credential)):
        message = made(circle, "ben", [])
    policy = Policy(judge_commit=anything, judge_welcome=anything)
    assert policy.judge_successor is refuse_change_of_identity
    with pytest.raises(PolicyRefused, match="who they are"):
        circle.groups["ada"].process(message, policy=policy)


def test_public_commits_are_read_too(circle: Circle) -> None:
    """Others send handshakes in the clear (6.2); a wrong tag shows that it got that far."""
    commit_in_clear = forged(
        circle.groups["ben"],
        Commit(by_value([add(HUGO)])),
        wire_format=WireFormat.mls_public_message,
    )
    with pytest.raises(CryptoError, match="tag"):
        circle.groups["ada"].process(commit_in_clear, policy=unsafe_accept_everything)


def test_29_members_and_newcomers_agree_on_new_extensions(circle: Circle) -> None:
    """The path secrets are sealed to the new extensions and the old transcript."""
    pending = circle.groups["ben"].commit(
        [Proposal.of(GroupContextExtensions(())), add(GINA)], now=NOW, random=circle.random
    )
    outcome = circle.groups["ada"].process(pending.message, policy=unsafe_accept_everything)
    assert isinstance(outcome, EpochChange)
    joined = circle.join(pending, GINA)
    assert joined.epoch_authenticator == outcome.group.epoch_authenticator
