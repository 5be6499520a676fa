"""Welcomes that lie in one thing, made by a member who holds every key, and refused (12.4.3.1)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from holdspace.protocol.mls import (
    Add,
    Extension,
    ExtensionType,
    Group,
    LeafIndex,
    MLSError,
    PendingCommit,
    Proposal,
    ValidationError,
    cipher_suite,
    committing,
    join_group,
    unsafe_accept_everything,
    welcome,
)
from holdspace.protocol.mls.messages import (
    GroupInfo,
    MLSMessage,
    PreSharedKeyID,
    PSKType,
    Welcome,
)
from holdspace.protocol.mls.proposals import Joiner
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.structs import Credential, LeafNode
from holdspace.protocol.mls.testing import NOW, Circle
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.welcome import WelcomeSecrets, make_welcome, read_welcome

SUITE = cipher_suite(0x0001)
GINA, HUGO = Circle(SUITE, seed=5).person("gina"), Circle(SUITE, seed=6).person("hugo")


@pytest.fixture
def circle() -> Circle:
    return Circle.of(SUITE, ["ada", "ben", "cleo", "dan", "eva"])


def added(circle: Circle) -> PendingCommit:
    return circle.groups["ada"].commit(
        [Proposal.of(Add(GINA.key_package))], now=NOW, random=circle.random
    )


def join(pending: PendingCommit) -> Group:
    assert pending.welcome is not None
    return join_group(pending.welcome, GINA, now=NOW, policy=unsafe_accept_everything)


def test_a_welcome_without_a_lie_lets_us_in(circle: Circle) -> None:
    pending = added(circle)
    joined = join(pending)
    assert joined.epoch_authenticator == pending.group.epoch_authenticator
    assert joined.own_leaf_index == 5
    # The path secret gave us the root's key, so we can follow a commit sealed to it.
    root = joined.tree.root.content
    assert root is not None
    assert root.encryption_key in joined.private_keys


def signed_by(circle: Circle, name: str, group_info: GroupInfo) -> GroupInfo:
    key_pair = circle.groups[name].signature_key_pair
    signature = SUITE.sign_with_label(key_pair, "GroupInfoTBS", group_info.tbs())
    return replace(group_info, signature=signature)


def with_tree(group_info: GroupInfo, tree: RatchetTree, *, rehash: bool) -> GroupInfo:
    context = group_info.group_context
    if rehash:
        context = replace(context, tree_hash=tree_hash(SUITE, tree.root))
    extensions = (Extension(ExtensionType.ratchet_tree, tree.encode()),)
    return replace(group_info, group_context=context, extensions=extensions)


def changed_leaf(group_info: GroupInfo, leaf: int, **changes: Any) -> RatchetTree:
    tree = RatchetTree.decode(group_info.extensions[0].extension_data)
    nodes = list(tree.nodes())
    content = nodes[2 * leaf]
    assert isinstance(content, LeafNode)
    nodes[2 * leaf] = replace(content, **changes)
    return RatchetTree.of_nodes(nodes)


def with_context(group_info: GroupInfo, **changes: Any) -> GroupInfo:
    return replace(group_info, group_context=replace(group_info.group_context, **changes))


IMPOSTOR = Credential.basic(b"the host")
LIES: dict[str, tuple[Callable[[GroupInfo], GroupInfo], str]] = {
    "another signer": (lambda info: replace(info, signer=1), "signature"),
    "a blank signer": (lambda info: replace(info, signer=7), "not in the group"),
    "a signer beyond the tree": (lambda info: replace(info, signer=2**32 - 1), "not in the group"),
    "no tree": (lambda info: replace(info, extensions=()), "brings no ratchet tree"),
    "two trees": (
        lambda info: replace(info, extensions=info.extensions * 2),
        "stands twice",
    ),
    "a tree with another hash": (
        lambda info: with_tree(info, changed_leaf(info, 2, encryption_key=bytes(32)), rehash=False),
        "wrong hash",
    ),
    "22 a member with another name": (
        lambda info: with_tree(info, changed_leaf(info, 0, credential=IMPOSTOR), rehash=True),
        "signature",
    ),
    "43 a parent that nobody vouches for": (
        lambda info: with_tree(info, RatchetTree.of_nodes(flipped_root(info)), rehash=True),
        "nobody vouches",
    ),
    "another suite": (lambda info: with_context(info, cipher_suite=0xF04F), "another cipher suite"),
    "another epoch": (lambda info: with_context(info, epoch=9), "tag"),
    "another group": (lambda info: with_context(info, group_id=b"other"), "signature|tag"),
    "another history": (
        lambda info: with_context(info, confirmed_transcript_hash=bytes(32)),
        "tag",
    ),
    "20 extensions that members do not support": (
        lambda info: with_context(info, extensions=(Extension(0xF042, b""),)),
        "extension in use",
    ),
    "one group extension twice": (
        lambda info: with_context(info, extensions=(Extension(1, b""), Extension(1, b""))),
        "stands twice",
    ),
    "another confirmation tag": (
        lambda info: replace(info, confirmation_tag=bytes(32)),
        "tag",
    ),
    "2 a short confirmation tag": (
        lambda info: replace(info, confirmation_tag=info.confirmation_tag[:31]),
        "tag",
    ),
}


def flipped_root(group_info: GroupInfo) -> list[Any]:
    nodes: list[Any] = list(RatchetTree.decode(group_info.extensions[0].extension_data).nodes())
    nodes[7] = replace(nodes[7], encryption_key=bytes(31) + b"\x01")
    return nodes


@pytest.mark.parametrize("lie", LIES.values(), ids=[f"39 {name}" for name in LIES])
def test_a_welcome_that_lies_is_refused(
    circle: Circle,
    monkeypatch: pytest.MonkeyPatch,
    lie: tuple[Callable[[GroupInfo], GroupInfo], str],
) -> None:
    change, why = lie
    honest = welcome.make_group_info
    with monkeypatch.context() as patch:
        patch.setattr(
            welcome,
            "make_group_info",
            lambda *given: signed_by(circle, "ada", change(honest(*given))),
        )
        pending = added(circle)
    with pytest.raises(MLSError, match=why):
        join(pending)


def test_39_an_unsigned_group_info_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = welcome.make_group_info
    with monkeypatch.context() as patch:
        patch.setattr(
            welcome, "make_group_info", lambda *given: replace(honest(*given), signature=bytes(64))
        )
        pending = added(circle)
    with pytest.raises(MLSError, match="signature"):
        join(pending)


def lying_secrets(
    monkeypatch: pytest.MonkeyPatch,
    circle: Circle,
    change: Callable[[dict[str, Any], WelcomeSecrets, Sequence[Joiner]], tuple[Any, Any]],
) -> PendingCommit:
    """Make a Welcome whose secrets or whose newcomers were changed."""

    def make(
        state: Group, secrets: WelcomeSecrets, joiners: Sequence[Joiner], **rest: Any
    ) -> bytes | None:
        secrets, joiners = change(rest, secrets, joiners)
        return make_welcome(state, secrets, joiners, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(committing, "make_welcome", make)
        return added(circle)


def test_39_a_path_secret_that_does_not_fit_the_tree_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(rest: dict[str, Any], secrets: Any, joiners: Any) -> tuple[Any, Any]:
        rest["path_secrets"] = dict.fromkeys(rest["path_secrets"], bytes(32))
        return secrets, joiners

    with pytest.raises(MLSError, match="does not belong to its public key"):
        join(lying_secrets(monkeypatch, circle, change))


def test_39_another_joiner_secret_opens_nothing(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The GroupInfo is sealed under what the secrets say, so a wrong secret shows at the tag."""

    def change(_: Any, secrets: WelcomeSecrets, joiners: Any) -> tuple[Any, Any]:
        return replace(secrets, joiner_secret=bytes(32)), joiners

    with pytest.raises(MLSError, match="tag"):
        join(lying_secrets(monkeypatch, circle, change))


def test_39_a_pre_shared_key_that_we_do_not_have_is_refused(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    psk = PreSharedKeyID(psktype=PSKType.external, psk_id=b"id", psk_nonce=bytes(32))

    def change(_: Any, secrets: WelcomeSecrets, joiners: Any) -> tuple[Any, Any]:
        return replace(secrets, psks=(psk,)), joiners

    def twice(_: Any, secrets: WelcomeSecrets, joiners: Any) -> tuple[Any, Any]:
        return replace(secrets, psks=(psk, psk)), joiners

    with pytest.raises(ValidationError, match="do not have"):
        join(lying_secrets(monkeypatch, circle, change))
    with pytest.raises(ValidationError, match="stands twice"):
        join(lying_secrets(monkeypatch, circle, twice))


def test_39_a_group_without_us_is_refused(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hugo is put into the tree at Gina's invitation."""

    def change(_: Any, secrets: Any, joiners: Sequence[Joiner]) -> tuple[Any, Any]:
        return secrets, [replace(joiners[0], key_package=HUGO.key_package)]

    pending = lying_secrets(monkeypatch, circle, change)
    assert pending.welcome is not None
    with pytest.raises(ValidationError, match="does not have us"):
        join_group(pending.welcome, HUGO, now=NOW, policy=unsafe_accept_everything)


def test_39_a_welcome_for_somebody_else_or_another_suite_is_refused(circle: Circle) -> None:
    pending = added(circle)
    assert pending.welcome is not None
    with pytest.raises(ValidationError, match="for somebody else"):
        join_group(pending.welcome, HUGO, now=NOW, policy=unsafe_accept_everything)
    relabelled = MLSMessage.of(replace(read_welcome(pending.welcome), cipher_suite=0xF04F)).encode()
    with pytest.raises(ValidationError, match="another cipher suite"):
        join_group(relabelled, GINA, now=NOW, policy=unsafe_accept_everything)
    with pytest.raises(ValidationError, match="no welcome"):
        join_group(pending.message, GINA, now=NOW, policy=unsafe_accept_everything)


def test_17_we_do_not_join_with_a_key_package_whose_time_is_over(circle: Circle) -> None:
    pending = added(circle)
    assert pending.welcome is not None
    with pytest.raises(ValidationError, match="not valid at this time"):
        join_group(pending.welcome, GINA, now=NOW + 1e9, policy=unsafe_accept_everything)


def test_5_no_bit_of_a_welcome_can_be_changed_or_added(circle: Circle) -> None:
    pending = added(circle)
    assert pending.welcome is not None
    sealed = read_welcome(pending.welcome)
    for at in range(0, len(pending.welcome), 7):
        bad = bytearray(pending.welcome)
        bad[at] ^= 1
        with pytest.raises(MLSError):
            join_group(bytes(bad), GINA, now=NOW, policy=unsafe_accept_everything)
    with pytest.raises(MLSError):
        join_group(pending.welcome + b"\0", GINA, now=NOW, policy=unsafe_accept_everything)
    assert isinstance(sealed, Welcome)
    assert join(pending).member(LeafIndex(0)).identity == b"ada"
