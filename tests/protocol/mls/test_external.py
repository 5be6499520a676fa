"""Commits and proposals from outside: RFC 9420 12.1.8 and 12.4.3.2."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from holdspace.protocol.mls import (
    Add,
    CodecError,
    CryptoError,
    EpochChange,
    Extension,
    ExtensionType,
    ExternalCommit,
    GroupContextExtensions,
    MLSError,
    OwnKeyPackage,
    Policy,
    PolicyRefused,
    Proposal,
    ProposalReceived,
    Remove,
    Removed,
    ValidationError,
    cipher_suite,
    committing,
    create_key_package,
    external,
    framing,
    join_by_external_commit,
    propose_as_external_sender,
    propose_self,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.group_state import refuse_change_of_identity
from holdspace.protocol.mls.messages import (
    Commit,
    ContentType,
    ExternalInit,
    FramedContent,
    GroupInfo,
    MLSMessage,
    PreSharedKeyID,
    ProposalOrRef,
    PSKType,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
)
from holdspace.protocol.mls.structs import (
    Credential,
    ExternalSender,
    ExternalSenders,
    LeafNodeSource,
)
from holdspace.protocol.mls.testing import NOW, Circle
from holdspace.protocol.mls.treekem import CreatedPath, create_path, sign_leaf_node

SUITES = [cipher_suite(0x0001), cipher_suite(0xF04F)]
SUITE = SUITES[0]
NAMES = ("ada", "ben", "cleo")


@pytest.fixture
def circle() -> Circle:
    return Circle.of(SUITE, NAMES)


def enter(circle: Circle, own: OwnKeyPackage, info: bytes, **given: Any) -> ExternalCommit:
    return join_by_external_commit(
        info, own, now=NOW, random=circle.random, policy=unsafe_accept_everything, **given
    )


def followed(circle: Circle, name: str, entered: ExternalCommit, **given: Any) -> list[EpochChange]:
    """Have all members follow an external commit."""
    changes = []
    for member, group in list(circle.groups.items()):
        heard = group.process(entered.message, policy=unsafe_accept_everything, **given)
        if isinstance(heard, Removed):
            continue
        assert isinstance(heard, EpochChange)
        circle.groups[member] = heard.group
        changes.append(heard)
    circle.groups[name] = entered.group
    assert circle.agree()
    return changes


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: hex(suite.id))
@pytest.mark.parametrize("with_tree", [True, False])
def test_42_whoever_holds_a_group_info_can_commit_themselves_in(
    suite: Any, with_tree: bool
) -> None:
    circle = Circle.of(suite, NAMES)
    dan, ada = circle.person("dan"), circle.groups["ada"]
    info = ada.group_info(with_ratchet_tree=with_tree)
    tree = None if with_tree else ada.tree.encode()
    changes = followed(circle, "dan", enter(circle, dan, info, ratchet_tree=tree))
    for change in changes:
        assert change.is_external
        assert change.sender.identity == b"dan"
        assert change.added == (change.sender,)
        assert change.sender.leaf_index == 3
    circle.say("dan", b"here I am")
    circle.commit("cleo")
    circle.commit("dan")
    assert circle.agree()


def test_42_an_external_commit_takes_the_leftmost_blank_leaf(circle: Circle) -> None:
    circle.remove("ada", "ben")
    followed(circle, "dan", enter(circle, circle.person("dan"), circle.groups["cleo"].group_info()))
    assert circle.leaf("dan") == 1


def test_42_a_policy_that_is_not_asked_for_it_refuses_a_valid_one(circle: Circle) -> None:
    def anything(*_: object) -> None: ...

    entered = enter(circle, circle.person("dan"), circle.groups["ada"].group_info())
    policy = Policy(judge_commit=anything, judge_welcome=anything)
    with pytest.raises(PolicyRefused, match="only members commit"):
        circle.groups["ada"].process(entered.message, policy=policy)
    followed(circle, "dan", entered)


def test_41_somebody_who_lost_their_state_comes_back_in_their_own_place(circle: Circle) -> None:
    again = replaced(circle, "ben")
    changes = followed(circle, "ben", enter(circle, again, circle.groups["ada"].group_info()))
    assert circle.leaf("ben") == 1
    assert [member.identity for member in changes[0].removed] == [b"ben"]
    assert len(circle.groups["ada"].members) == 3
    circle.say("ben", b"back")


def replaced(circle: Circle, name: str) -> OwnKeyPackage:
    """Return another key package of a member, with the same signature key."""
    return create_key_package(
        SUITE,
        identity=name.encode(),
        signature_private_key=circle.groups[name].signature_key_pair.private_key,
        now=NOW,
        random=circle.random,
    )


def test_41_nobody_comes_back_as_somebody_else(circle: Circle) -> None:
    again = create_key_package(
        SUITE,
        identity=b"the host",
        signature_private_key=circle.groups["ben"].signature_key_pair.private_key,
        now=NOW,
        random=circle.random,
    )
    entered = enter(circle, again, circle.groups["ada"].group_info())
    strict = replace(unsafe_accept_everything, judge_successor=refuse_change_of_identity)
    with pytest.raises(PolicyRefused, match="who they are"):
        circle.groups["ada"].process(entered.message, policy=strict)


def test_an_external_commit_can_prove_a_pre_shared_key(circle: Circle) -> None:
    psk_id = PreSharedKeyID(psktype=PSKType.external, psk_id=b"agreed", psk_nonce=bytes(32))
    given = {"psks": lambda asked: b"a secret" if asked == psk_id else None}
    entered = enter(
        circle,
        circle.person("dan"),
        circle.groups["ada"].group_info(),
        psk_ids=[psk_id],
        **given,
    )
    wrong = {"psks": lambda asked: b"another secret"}
    with pytest.raises(CryptoError, match="tag"):
        circle.groups["ada"].process(entered.message, policy=unsafe_accept_everything, **wrong)  # type: ignore[arg-type]
    followed(circle, "dan", entered, **given)


def test_17_nobody_enters_with_a_key_package_whose_time_is_over(circle: Circle) -> None:
    for now in (NOW - 7200, NOW + 85 * 24 * 3600):
        with pytest.raises(ValidationError, match="not valid at this time"):
            join_by_external_commit(
                circle.groups["ada"].group_info(),
                circle.person("dan"),
                now=now,
                random=circle.random,
                policy=unsafe_accept_everything,
            )


def test_22_somebody_who_enters_may_refuse_the_group(circle: Circle) -> None:
    def refuse(*_: object) -> None:
        raise PolicyRefused("not this group")

    with pytest.raises(PolicyRefused, match="not this group"):
        join_by_external_commit(
            circle.groups["ada"].group_info(),
            circle.person("dan"),
            now=NOW,
            random=circle.random,
            policy=replace(unsafe_accept_everything, judge_welcome=refuse),
        )


def test_32_we_do_not_send_a_bad_list_from_outside_either(circle: Circle) -> None:
    psk_id = PreSharedKeyID(psktype=PSKType.external, psk_id=b"agreed", psk_nonce=bytes(32))
    with pytest.raises(ValidationError, match="stands twice"):
        enter(
            circle,
            circle.person("dan"),
            circle.groups["ada"].group_info(),
            psk_ids=[psk_id, psk_id],
            psks=lambda _: b"a secret",
        )


# --- external commits that break a rule, by somebody whose engine lets them

INIT = Proposal.of(ExternalInit(bytes(32)))
BAD_LISTS: dict[str, tuple[Callable[[Circle], list[Proposal]], str]] = {
    "two inits": (lambda circle: [INIT], "one ExternalInit and at most one Remove"),
    "two removes": (
        lambda circle: [Proposal.of(Remove(0)), Proposal.of(Remove(1))],
        "one ExternalInit and at most one Remove",
    ),
    "an add": (
        lambda circle: [Proposal.of(Add(circle.person("eve").key_package))],
        "may not propose this",
    ),
    "extensions": (
        lambda circle: [Proposal.of(GroupContextExtensions(()))],
        "may not propose this",
    ),
}


@pytest.mark.parametrize("case", BAD_LISTS.values(), ids=[f"41 {name}" for name in BAD_LISTS])
def test_41_a_bad_list_is_refused(
    circle: Circle,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[Callable[[Circle], list[Proposal]], str],
) -> None:
    build, why = case
    dan, info = circle.person("dan"), circle.groups["ada"].group_info()
    with monkeypatch.context() as patch:
        patch.setattr(external, "check_proposals", lambda *_: None)
        made = external.make_external_commit(
            type(circle.groups["ada"]),
            external.read_group_info(info),
            dan,
            proposals=build(circle),
            ratchet_tree=None,
            random=circle.random,
            options=committing.CommitOptions(),
        )
    refused(circle, made.message, why)


def refused(circle: Circle, message: bytes, why: str) -> None:
    for group in circle.groups.values():
        with pytest.raises(MLSError, match=why):
            group.process(message, policy=unsafe_accept_everything)
    circle.commit("ben")
    assert circle.agree()


def resigned(
    circle: Circle, own: OwnKeyPackage, message: bytes, change: Callable[[Commit], Commit]
) -> bytes:
    """Change an external commit and sign it again."""
    body = MLSMessage.decode(message).body
    assert isinstance(body, PublicMessage)
    assert isinstance(body.content.content, Commit)
    content = replace(body.content, content=change(body.content.content))
    epoch, key_pair = (
        circle.groups["ada"].framing(),
        SUITE.signature.load(own.signature_private_key),
    )
    public = WireFormat.mls_public_message
    signed = framing.sign(epoch, key_pair, content, public)
    complete = framing.with_confirmation_tag(signed, body.auth.confirmation_tag or b"")
    return MLSMessage.of(framing.protect_public(epoch, complete)).encode()


def test_41_nothing_by_reference(circle: Circle) -> None:
    dan = circle.person("dan")
    proposed = circle.groups["ben"].propose(Proposal.of(Remove(2)), random=circle.random)
    heard = circle.groups["ada"].process(proposed.message, policy=unsafe_accept_everything)
    assert isinstance(heard, ProposalReceived)
    entered = enter(circle, dan, circle.groups["ada"].group_info())
    message = resigned(
        circle,
        dan,
        entered.message,
        lambda made: replace(made, proposals=(*made.proposals, ProposalOrRef.of(heard.reference))),
    )
    # Said of a member, it is no proposal of the newcomer's; of the newcomer's kind, it is refused.
    with pytest.raises(ValidationError, match="refers to nothing"):
        heard.group.process(message, policy=unsafe_accept_everything)


def test_41_no_path_is_no_external_commit(circle: Circle) -> None:
    dan = circle.person("dan")
    entered = enter(circle, dan, circle.groups["ada"].group_info())
    message = resigned(circle, dan, entered.message, lambda made: replace(made, path=None))
    refused(circle, message, "cannot have sent it")


def test_41_no_init_is_no_external_commit(circle: Circle) -> None:
    dan = circle.person("dan")
    entered = enter(circle, dan, circle.groups["ada"].group_info())
    message = resigned(circle, dan, entered.message, lambda made: replace(made, proposals=()))
    refused(circle, message, "one ExternalInit")


@pytest.mark.parametrize("at", [0, 31])
def test_41_another_init_gives_another_epoch(circle: Circle, at: int) -> None:
    dan = circle.person("dan")
    entered = enter(circle, dan, circle.groups["ada"].group_info())

    def other(made: Commit) -> Commit:
        body = made.proposals[0].body
        assert isinstance(body, Proposal)
        assert isinstance(body.body, ExternalInit)
        output = body.body.kem_output
        wrong = output[:at] + bytes([output[at] ^ 1]) + output[at + 1 :]
        changed = ProposalOrRef.of(Proposal.of(ExternalInit(wrong)))
        return replace(made, proposals=(changed, *made.proposals[1:]))

    refused(circle, resigned(circle, dan, entered.message, other), "tag")


BAD_LEAVES: dict[str, tuple[dict[str, Any], int, str]] = {
    "17 from an update": (
        {"leaf_node_source": LeafNodeSource.update, "parent_hash": None},
        3,
        "should come from a commit",
    ),
    "18 signed for another place": ({}, 2, "the signature does not verify"),
    "20 with an extension it does not list": (
        {"extensions": (Extension(0xF042, b""),)},
        3,
        "does not list",
    ),
}


@pytest.mark.parametrize("bad", BAD_LEAVES.values(), ids=BAD_LEAVES)
def test_the_leaf_of_somebody_who_enters_is_checked(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, bad: tuple[dict[str, Any], int, str]
) -> None:
    changes, place, why = bad
    dan = circle.person("dan")

    def tampered(*given: Any, **more: Any) -> CreatedPath:
        path = create_path(*given, **more)
        leaf_node = sign_leaf_node(
            SUITE,
            replace(path.update_path.leaf_node, **changes),
            SUITE.signature.load(dan.signature_private_key),
            group_id=b"circle",
            leaf_index=place,
        )
        return replace(path, update_path=replace(path.update_path, leaf_node=leaf_node))

    with monkeypatch.context() as patch:
        patch.setattr(committing, "create_path", tampered)
        entered = enter(circle, dan, circle.groups["ada"].group_info())
    refused(circle, entered.message, why)


def test_42_the_signature_is_by_the_key_in_the_path(circle: Circle) -> None:
    eve = circle.person("eve")
    entered = enter(circle, circle.person("dan"), circle.groups["ada"].group_info())
    refused(circle, resigned(circle, eve, entered.message, lambda made: made), "signature does not")


# --- a GroupInfo that lies


def signed(circle: Circle, change: Callable[[GroupInfo], GroupInfo]) -> bytes:
    ada = circle.groups["ada"]
    info = change(external.read_group_info(ada.group_info()))
    signature = SUITE.sign_with_label(ada.signature_key_pair, "GroupInfoTBS", info.tbs())
    return MLSMessage.of(replace(info, signature=signature)).encode()


def without(info: GroupInfo, extension_type: int) -> GroupInfo:
    kept = tuple(e for e in info.extensions if e.extension_type != extension_type)
    return replace(info, extensions=kept)


def with_external_pub(info: GroupInfo, data: bytes) -> GroupInfo:
    bare = without(info, ExtensionType.external_pub)
    return replace(bare, extensions=(*bare.extensions, Extension(4, data)))


LIES: dict[str, tuple[Callable[[GroupInfo], GroupInfo], str]] = {
    "no external key": (lambda info: without(info, 4), "brings no external key"),
    "no tree": (lambda info: without(info, 2), "brings no ratchet tree"),
    "external key without its length": (lambda info: with_external_pub(info, bytes(32)), "follow"),
    "external key of small order": (
        lambda info: with_external_pub(info, b"\x20" + bytes(32)),
        "small order",
    ),
    "another tree hash": (
        lambda info: replace(info, group_context=replace(info.group_context, tree_hash=bytes(32))),
        "wrong hash",
    ),
    "another suite": (
        lambda info: replace(info, group_context=replace(info.group_context, cipher_suite=3)),
        "another cipher suite",
    ),
    "another signer": (lambda info: replace(info, signer=1), "signature"),
    "a signer who is not there": (lambda info: replace(info, signer=3), "not in the group"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=[f"41 {name}" for name in LIES])
def test_41_a_group_info_that_lies_is_refused(
    circle: Circle, lie: tuple[Callable[[GroupInfo], GroupInfo], str]
) -> None:
    change, why = lie
    with pytest.raises(MLSError, match=why):
        enter(circle, circle.person("dan"), signed(circle, change))


def test_41_only_a_group_info_is_one(circle: Circle) -> None:
    with pytest.raises(ValidationError, match="no group info"):
        enter(circle, circle.person("dan"), circle.person("eve").message)
    with pytest.raises(CodecError):
        enter(circle, circle.person("dan"), circle.groups["ada"].group_info() + b"\0")


# --- proposals from outside


def test_33_somebody_outside_asks_to_be_added(circle: Circle) -> None:
    dan, ada = circle.person("dan"), circle.groups["ada"]
    message = propose_self(dan, group_id=ada.group_id, epoch=ada.epoch)
    for name, group in circle.groups.items():
        heard = group.process(message, policy=unsafe_accept_everything)
        assert isinstance(heard, ProposalReceived)
        circle.groups[name] = heard.group
    pending = circle.commit("ada")
    circle.groups["dan"] = circle.join(pending, dan)
    assert circle.agree()


def with_sender(circle: Circle) -> bytes:
    """Return the private key of somebody whom the group admits as an external sender."""
    guard = SUITE.generate_signature_key_pair(circle.random)
    senders = ExternalSenders((ExternalSender(guard.public_key, Credential.basic(b"guard")),))
    extension = Extension(ExtensionType.external_senders, senders.encode())
    circle.commit("ada", [Proposal.of(GroupContextExtensions((extension,)))])
    return guard.private_key


@pytest.mark.parametrize("index", [0, 1])
def test_33_an_external_sender_proposes_what_it_may(circle: Circle, index: int) -> None:
    guard = with_sender(circle)
    ada = circle.groups["ada"]
    message = propose_as_external_sender(
        SUITE,
        guard,
        Proposal.of(Remove(circle.leaf("cleo"))),
        sender_index=index,
        group_id=ada.group_id,
        epoch=ada.epoch,
    )
    if index:
        with pytest.raises(ValidationError, match="cannot have sent it"):
            ada.process(message, policy=unsafe_accept_everything)
        return
    heard = ada.process(message, policy=unsafe_accept_everything)
    assert isinstance(heard, ProposalReceived)
    assert heard.proposal.sender == Sender(sender_type=SenderType.external, sender_index=0)
    assert len(heard.group.commit(now=NOW, random=circle.random).group.members) == 2


def test_33_an_external_sender_is_known_by_its_key(circle: Circle) -> None:
    with_sender(circle)
    ada = circle.groups["ada"]
    message = propose_as_external_sender(
        SUITE,
        ada.signature_key_pair.private_key,
        Proposal.of(Remove(circle.leaf("cleo"))),
        sender_index=0,
        group_id=ada.group_id,
        epoch=ada.epoch,
    )
    with pytest.raises(CryptoError, match="signature"):
        ada.process(message, policy=unsafe_accept_everything)


def test_33_outsiders_add_only_themselves(circle: Circle) -> None:
    """A removal in the form in which outsiders ask to be added."""
    ada = circle.groups["ada"]
    content = FramedContent(
        group_id=ada.group_id,
        epoch=ada.epoch,
        sender=Sender(sender_type=SenderType.new_member_proposal),
        content_type=ContentType.proposal,
        content=Proposal.of(Remove(1)),
    )
    key_pair = SUITE.generate_signature_key_pair(circle.random)
    public = WireFormat.mls_public_message
    message = framing.sign(ada.framing(), key_pair, content, public)
    framed = MLSMessage.of(framing.protect_public(ada.framing(), message)).encode()
    refused(circle, framed, "cannot have sent it")
