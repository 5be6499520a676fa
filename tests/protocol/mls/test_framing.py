"""Framing, against people who hold keys: outsiders, members, and members who lie.

Tests are named by the lines of the reviewers' checklist. Every refusal is followed by a good
message read with the same tree: nothing refused may change anything.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.mls import framing
from holdspace.protocol.mls.ciphersuite import DEFAULT_SUITE as SUITE
from holdspace.protocol.mls.ciphersuite import SignatureKeyPair
from holdspace.protocol.mls.errors import CodecError, CryptoError, UsageError, ValidationError
from holdspace.protocol.mls.framing import (
    Epoch,
    Verified,
    protect_private,
    protect_public,
    sign,
    unprotect_private,
    unprotect_public,
    verify,
    with_confirmation_tag,
)
from holdspace.protocol.mls.key_schedule import epoch_secrets_of
from holdspace.protocol.mls.messages import (
    Add,
    AuthenticatedContent,
    Commit,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    PrivateMessageContent,
    Proposal,
    PublicMessage,
    Remove,
    Sender,
    SenderData,
    SenderType,
    UpdatePath,
    WireFormat,
)
from holdspace.protocol.mls.secret_tree import RatchetKind, SecretTree
from holdspace.protocol.mls.structs import (
    Capabilities,
    Credential,
    Extension,
    ExtensionType,
    ExternalSender,
    ExternalSenders,
    GroupContext,
    KeyPackage,
    LeafNode,
    LeafNodeSource,
)
from holdspace.protocol.mls.treemath import LeafIndex

PRIVATE, PUBLIC = WireFormat.mls_private_message, WireFormat.mls_public_message
random = Random(11).randbytes
ALICE, BOB, BLANK = 0, 1, 2
KEYS = {leaf: SUITE.generate_signature_key_pair(random) for leaf in (ALICE, BOB)}
OUTSIDER = SUITE.generate_signature_key_pair(random)
CONTEXT = GroupContext(
    cipher_suite=SUITE.id,
    group_id=b"room",
    epoch=7,
    tree_hash=bytes(32),
    confirmed_transcript_hash=bytes(32),
    extensions=(
        Extension(
            ExtensionType.external_senders,
            ExternalSenders(
                (ExternalSender(OUTSIDER.public_key, Credential.basic(b"service")),)
            ).encode(),
        ),
    ),
)


def signature_key(leaf: LeafIndex) -> bytes | None:
    return KEYS[leaf].public_key if leaf in KEYS else None


EPOCH = Epoch(SUITE, CONTEXT, epoch_secrets_of(SUITE, random(32)), signature_key)
TREE = SecretTree.create(SUITE, EPOCH.secrets.encryption_secret, 4)
BODIES: dict[ContentType, Any] = {
    ContentType.application: b"hello",
    ContentType.proposal: Proposal.of(Remove(1)),
    ContentType.commit: Commit(()),
}
HANDSHAKES = [ContentType.proposal, ContentType.commit]


def framed(content_type: ContentType, sender: Sender, **changes: Any) -> FramedContent:
    fields = {"content": BODIES[content_type], "authenticated_data": b"aad", **changes}
    return FramedContent(
        group_id=CONTEXT.group_id,
        epoch=CONTEXT.epoch,
        sender=sender,
        content_type=content_type,
        **fields,
    )


def signed(
    content: FramedContent,
    wire_format: WireFormat,
    *,
    key_pair: SignatureKeyPair = KEYS[ALICE],
    epoch: Epoch = EPOCH,
) -> AuthenticatedContent:
    message = sign(epoch, key_pair, content, wire_format)
    if content.content_type == ContentType.commit:
        return with_confirmation_tag(message, bytes(32))
    return message


def sealed(
    content_type: ContentType = ContentType.application, sender: int = ALICE, **options: Any
) -> PrivateMessage:
    content = framed(content_type, Sender.member(sender))
    message = signed(content, PRIVATE, key_pair=KEYS[sender])
    return protect_private(EPOCH, message, TREE, random=random, **options)[1]


def opened(message: PrivateMessage, tree: SecretTree = TREE, epoch: Epoch = EPOCH) -> Verified:
    return verify(epoch, unprotect_private(epoch, message, tree)[1])


def open_public(message: PublicMessage) -> Verified:
    return verify(EPOCH, unprotect_public(EPOCH, message))


def sealed_by_hand(plaintext: bytes, sender: int = ALICE, **changes: Any) -> PrivateMessage:
    """Seal any plaintext, as a member with a changed client could."""
    key = TREE.take(LeafIndex(ALICE), RatchetKind.application, 0)[1]
    sent = replace(sealed(), **changes)
    aad = framing._content_aad(sent)
    ciphertext = SUITE.aead_seal(key.key, key.nonce, aad, plaintext)
    sender_data = SenderData(sender, changes.get("generation", 0), bytes(4)).encode()
    data_key, nonce, data_aad = framing._sender_data_keys(EPOCH, sent, ciphertext)
    encrypted = SUITE.aead_seal(data_key, nonce, data_aad, sender_data)
    return replace(sent, ciphertext=ciphertext, encrypted_sender_data=encrypted)


@pytest.fixture(autouse=True)
def _nothing_refused_changes_anything() -> Any:
    before = TREE.secrets, TREE.ratchets
    good = sealed(sender=BOB)
    yield
    assert (TREE.secrets, TREE.ratchets) == before
    assert opened(good).content.content == b"hello"


@pytest.mark.parametrize("content_type", ContentType)
@pytest.mark.parametrize("sender", [ALICE, BOB])
def test_checklist_10_private_messages_of_every_kind(
    content_type: ContentType, sender: int
) -> None:
    message = sealed(content_type, sender)
    assert PrivateMessage.decode(message.encode()) == message
    read = opened(message)
    assert read.content == framed(content_type, Sender.member(sender))


@pytest.mark.parametrize("content_type", HANDSHAKES)
def test_public_messages_of_every_kind(content_type: ContentType) -> None:
    content = framed(content_type, Sender.member(ALICE))
    message = protect_public(EPOCH, signed(content, PUBLIC))
    assert open_public(PublicMessage.decode(message.encode())).content == content


@given(text=st.binary(max_size=300), pad_to=st.integers(1, 300))
def test_padding_hides_lengths(text: bytes, pad_to: int) -> None:
    content = framed(ContentType.application, Sender.member(ALICE), content=text)
    message = protect_private(EPOCH, signed(content, PRIVATE), TREE, random=random, pad_to=pad_to)[
        1
    ]
    tag = 16
    assert (len(message.ciphertext) - tag) % pad_to == 0
    assert opened(message).content.content == text


def test_nothing_is_padded_unasked() -> None:
    lengths = set()
    for text in (b"1", b"12", b"123"):
        content = framed(ContentType.application, Sender.member(ALICE), content=text)
        message = protect_private(EPOCH, signed(content, PRIVATE), TREE, random=random)[1]
        lengths.add(len(message.ciphertext))
    assert len(lengths) == 3


SIGNATURES: dict[str, Callable[[FramedContent], bytes]] = {
    "none": lambda content: b"",
    "zeros": lambda content: bytes(64),
    "another member's": lambda content: signed(content, PRIVATE, key_pair=KEYS[BOB]).auth.signature,
    "an outsider's": lambda content: signed(content, PRIVATE, key_pair=OUTSIDER).auth.signature,
    "cut short": lambda content: signed(content, PRIVATE).auth.signature[:63],
    "of other words": lambda content: (
        signed(
            framed(ContentType.application, content.sender, content=b"hallo"), PRIVATE
        ).auth.signature
    ),
}


@pytest.mark.parametrize("whose", SIGNATURES)
def test_checklist_1_application_messages_need_the_senders_signature(whose: str) -> None:
    content = framed(ContentType.application, Sender.member(ALICE))
    auth = FramedContentAuthData(SIGNATURES[whose](content))
    message = AuthenticatedContent(PRIVATE, content, auth)
    forged = protect_private(EPOCH, message, TREE, random=random)[1]
    with pytest.raises(CryptoError, match="signature"):
        opened(forged)


@pytest.mark.parametrize("length", [0, 1, 31, 33])
def test_checklist_2_the_membership_tag_counts_whole(length: int) -> None:
    content = framed(ContentType.proposal, Sender.member(ALICE))
    message = protect_public(EPOCH, signed(content, PUBLIC))
    assert message.membership_tag is not None
    cut = PublicMessage(message.content, message.auth, (message.membership_tag + b"\0")[:length])
    with pytest.raises(CryptoError, match="tag"):
        unprotect_public(EPOCH, PublicMessage.decode(cut.encode()))


def test_checklist_2_the_membership_tag_covers_the_signature() -> None:
    content = framed(ContentType.proposal, Sender.member(ALICE))
    message = protect_public(EPOCH, signed(content, PUBLIC))
    other = PublicMessage(content, FramedContentAuthData(bytes(64)), message.membership_tag)
    with pytest.raises(CryptoError, match="tag"):
        unprotect_public(EPOCH, other)


def test_checklist_3_members_need_a_membership_tag() -> None:
    content = framed(ContentType.proposal, Sender.member(ALICE))
    message = protect_public(EPOCH, signed(content, PUBLIC))
    assert message.membership_tag is not None
    stripped = message.encode()[: -len(message.membership_tag) - 1]
    with pytest.raises(CodecError):
        PublicMessage.decode(stripped)
    with pytest.raises(CryptoError, match="tag"):
        unprotect_public(EPOCH, replace(message, membership_tag=None))


def test_checklist_3_others_must_have_none() -> None:
    sender = Sender(sender_type=SenderType.external, sender_index=0)
    content = framed(ContentType.proposal, sender)
    message = protect_public(EPOCH, signed(content, PUBLIC, key_pair=OUTSIDER))
    assert message.membership_tag is None
    assert open_public(message).content == content
    with pytest.raises(CodecError, match="follow the end"):
        PublicMessage.decode(message.encode() + b"\x20" + bytes(32))


def test_checklist_4_application_data_is_never_public() -> None:
    message = signed(framed(ContentType.application, Sender.member(ALICE)), PUBLIC)
    with pytest.raises(ValidationError, match="must be encrypted"):
        protect_public(EPOCH, message)
    tag = SUITE.mac(EPOCH.secrets.membership_key, framing._content_tbm(EPOCH, message))
    with pytest.raises(ValidationError, match="must be encrypted"):
        unprotect_public(EPOCH, PublicMessage(message.content, message.auth, tag))


@pytest.mark.parametrize("padding", [b"\1", b"\0\0\1", b"\1\0\0", b"\x80" + bytes(60)])
def test_checklist_5_padding_is_zero(padding: bytes) -> None:
    message = signed(framed(ContentType.application, Sender.member(ALICE)), PRIVATE)
    plaintext = PrivateMessageContent(message.content.content, message.auth).encode_given(1)
    assert opened(sealed_by_hand(plaintext + bytes(len(padding)))).authenticated == message
    with pytest.raises(CodecError, match="padding is not zero"):
        opened(sealed_by_hand(plaintext + padding))


def test_checklist_7_a_signature_is_for_one_wire_format() -> None:
    content = framed(ContentType.proposal, Sender.member(ALICE))
    public, private = signed(content, PUBLIC), signed(content, PRIVATE)
    with pytest.raises(UsageError, match="wire format"):
        protect_private(EPOCH, public, TREE, random=random)
    with pytest.raises(UsageError, match="wire format"):
        protect_public(EPOCH, private)
    moved = AuthenticatedContent(PRIVATE, content, public.auth)
    with pytest.raises(CryptoError, match="signature"):
        opened(protect_private(EPOCH, moved, TREE, random=random)[1])
    moved = AuthenticatedContent(PUBLIC, content, private.auth)
    with pytest.raises(CryptoError, match="signature"):
        open_public(protect_public(EPOCH, moved))


@pytest.mark.parametrize(
    "change",
    [{"tree_hash": b"1" * 32}, {"confirmed_transcript_hash": b"1" * 32}, {"extensions": ()}],
    ids=str,
)
def test_checklist_7_a_signature_is_for_one_state_of_the_group(change: dict[str, Any]) -> None:
    other = replace(EPOCH, group_context=replace(CONTEXT, **change))
    with pytest.raises(CryptoError, match="signature"):
        opened(sealed(), epoch=other)


@pytest.mark.parametrize(
    "change", [{"group_id": b"another room"}, {"epoch": 6}, {"epoch": 8}], ids=str
)
def test_checklist_8_messages_of_other_groups_and_epochs_touch_no_key(
    change: dict[str, Any],
) -> None:
    other = replace(EPOCH, group_context=replace(CONTEXT, **change))
    content = framed(ContentType.proposal, Sender.member(ALICE))
    public = protect_public(EPOCH, signed(content, PUBLIC))
    private = sealed()
    with (
        patch.object(type(SUITE), "aead_open", side_effect=AssertionError),
        patch.object(type(SUITE), "mac", side_effect=AssertionError),
    ):
        for refused in (
            lambda: unprotect_public(other, public),
            lambda: unprotect_private(other, private, TREE),
        ):
            with pytest.raises(ValidationError, match=r"another (group|epoch)"):
                refused()


@pytest.mark.parametrize("leaf", [BLANK, 3, 4, 2**32 - 1])
def test_checklist_9_a_sender_is_a_member_of_that_epoch(leaf: int) -> None:
    message = sealed_by_hand(b"", sender=leaf)
    with (
        patch.object(SecretTree, "take", side_effect=AssertionError),
        pytest.raises(ValidationError, match="not in the group"),
    ):
        unprotect_private(EPOCH, message, TREE)


def test_checklist_9_the_sender_is_who_sat_there_in_that_epoch() -> None:
    old_message = sealed(sender=BOB)
    newcomer = replace(
        EPOCH,
        signature_key=lambda leaf: OUTSIDER.public_key if leaf == BOB else signature_key(leaf),
    )
    with pytest.raises(CryptoError, match="signature"):
        opened(old_message, epoch=newcomer)


def test_checklist_11_a_message_is_read_once() -> None:
    message = sealed()
    tree, _ = unprotect_private(EPOCH, message, TREE)
    with pytest.raises(ValidationError, match="read already"):
        unprotect_private(EPOCH, message, tree)


def test_checklist_12_the_reuse_guard_saves_a_generation_used_twice() -> None:
    first, second = sealed(), sealed()
    nonces = set()
    for message in (first, second):
        sender_data = framing.open_sender_data(EPOCH, message)
        assert sender_data.generation == 0
        key = TREE.take(LeafIndex(ALICE), RatchetKind.application, 0)[1]
        nonces.add(framing._guarded(key, sender_data.reuse_guard))
    assert len(nonces) == 2


def test_checklist_13_a_message_that_does_not_open_changes_nothing() -> None:
    message = sealed()
    damaged = replace(message, ciphertext=message.ciphertext[:-1] + b"\0")
    with pytest.raises(CryptoError, match="does not open"):
        unprotect_private(EPOCH, damaged, TREE)
    assert opened(message).content.content == b"hello"


def test_checklist_13_an_outsider_costs_one_decryption() -> None:
    message = sealed()
    outside = replace(message, encrypted_sender_data=bytes(len(message.encrypted_sender_data)))
    with (
        patch.object(SecretTree, "take", side_effect=AssertionError),
        pytest.raises(CryptoError, match="does not open"),
    ):
        unprotect_private(EPOCH, outside, TREE)


@pytest.mark.parametrize(
    "change",
    [{"authenticated_data": b"add"}, {"content_type": ContentType.proposal}],
    ids=lambda change: next(iter(change)),
)
def test_what_is_not_encrypted_is_bound(change: dict[str, Any]) -> None:
    with pytest.raises(CryptoError, match="does not open"):
        unprotect_private(EPOCH, replace(sealed(), **change), TREE)


def test_checklist_14_handshakes_do_not_use_up_application_keys() -> None:
    content = framed(ContentType.proposal, Sender.member(ALICE))
    tree, _ = protect_private(EPOCH, signed(content, PRIVATE), TREE, random=random)
    content = framed(ContentType.application, Sender.member(ALICE))
    _, message = protect_private(EPOCH, signed(content, PRIVATE), tree, random=random)
    assert framing.open_sender_data(EPOCH, message).generation == 0


def test_checklist_15_an_echo_of_ours_is_recognised_and_takes_no_key() -> None:
    content = framed(ContentType.application, Sender.member(ALICE))
    own_tree, message = protect_private(EPOCH, signed(content, PRIVATE), TREE, random=random)
    assert framing.open_sender_data(EPOCH, message).leaf_index == ALICE
    with pytest.raises(ValidationError, match="read already"):
        unprotect_private(EPOCH, message, own_tree)


def leaf_node(key_pair: SignatureKeyPair) -> LeafNode:
    nothing = Capabilities(
        versions=(1,), cipher_suites=(), extensions=(), proposals=(), credentials=(1,)
    )
    return LeafNode(
        encryption_key=b"key",
        signature_key=key_pair.public_key,
        credential=Credential.basic(b"newcomer"),
        capabilities=nothing,
        leaf_node_source=LeafNodeSource.update,
    )


JOIN = Commit((), UpdatePath(leaf_node(OUTSIDER), ()))
KNOCK = Proposal.of(
    Add(KeyPackage(cipher_suite=SUITE.id, init_key=b"init", leaf_node=leaf_node(OUTSIDER)))
)
NEW_COMMIT = Sender(sender_type=SenderType.new_member_commit)
NEW_PROPOSAL = Sender(sender_type=SenderType.new_member_proposal)


@pytest.mark.parametrize(
    ("sender", "content_type", "content"),
    [(NEW_COMMIT, ContentType.commit, JOIN), (NEW_PROPOSAL, ContentType.proposal, KNOCK)],
    ids=["commit", "proposal"],
)
def test_newcomers_sign_with_the_key_they_bring(
    sender: Sender, content_type: ContentType, content: Any
) -> None:
    # Whether a room admits them so is its policy's business, not framing's (checklist 42).
    what = framed(content_type, sender, content=content)
    assert (
        open_public(protect_public(EPOCH, signed(what, PUBLIC, key_pair=OUTSIDER))).content == what
    )
    with pytest.raises(CryptoError, match="signature"):
        open_public(protect_public(EPOCH, signed(what, PUBLIC, key_pair=KEYS[BOB])))


@pytest.mark.parametrize(
    ("sender", "content_type"),
    [
        (NEW_COMMIT, ContentType.proposal),
        (NEW_PROPOSAL, ContentType.commit),
        (Sender(sender_type=SenderType.external, sender_index=0), ContentType.commit),
    ],
    ids=str,
)
def test_people_outside_send_only_what_they_may(sender: Sender, content_type: ContentType) -> None:
    message = signed(framed(content_type, sender), PUBLIC, key_pair=OUTSIDER)
    with pytest.raises(ValidationError, match="may not send"):
        protect_public(EPOCH, message)
    with pytest.raises(ValidationError, match="may not send"):
        unprotect_public(EPOCH, PublicMessage(message.content, message.auth))


@pytest.mark.parametrize(
    ("sender", "content_type"),
    [
        (NEW_COMMIT, ContentType.commit),
        (NEW_PROPOSAL, ContentType.proposal),
        (Sender(sender_type=SenderType.external, sender_index=1), ContentType.proposal),
        (Sender.member(BLANK), ContentType.proposal),
    ],
    ids=str,
)
def test_a_sender_without_a_key_cannot_have_sent_anything(
    sender: Sender, content_type: ContentType
) -> None:
    message = protect_public(EPOCH, signed(framed(content_type, sender), PUBLIC))
    with pytest.raises(ValidationError, match="cannot have sent it"):
        open_public(message)


def test_the_external_senders_are_found_among_other_extensions() -> None:
    extensions = (Extension(0xF123, b"roles"), *CONTEXT.extensions)
    epoch = replace(EPOCH, group_context=replace(CONTEXT, extensions=extensions))
    sender = Sender(sender_type=SenderType.external, sender_index=0)
    content = framed(ContentType.proposal, sender)
    message = protect_public(epoch, signed(content, PUBLIC, key_pair=OUTSIDER, epoch=epoch))
    assert verify(epoch, unprotect_public(epoch, message)).content == content


def test_without_the_extension_there_are_no_external_senders() -> None:
    epoch = replace(EPOCH, group_context=replace(CONTEXT, extensions=()))
    sender = Sender(sender_type=SenderType.external, sender_index=0)
    content = framed(ContentType.proposal, sender)
    message = protect_public(epoch, signed(content, PUBLIC, key_pair=OUTSIDER, epoch=epoch))
    with pytest.raises(ValidationError, match="cannot have sent it"):
        verify(epoch, unprotect_public(epoch, message))


@pytest.mark.parametrize("content_type", ContentType)
def test_a_confirmation_tag_belongs_to_commits(content_type: ContentType) -> None:
    content = framed(content_type, Sender.member(ALICE))
    message = sign(EPOCH, KEYS[ALICE], content, PRIVATE)
    if content_type != ContentType.commit:
        message = with_confirmation_tag(message, bytes(32))
    with pytest.raises(ValidationError, match="confirmation tag"):
        protect_private(EPOCH, message, TREE, random=random)


def test_only_members_write_private_messages() -> None:
    content = framed(ContentType.proposal, NEW_PROPOSAL, content=KNOCK)
    with pytest.raises(UsageError, match="member"):
        protect_private(EPOCH, signed(content, PRIVATE), TREE, random=random)


@given(noise=st.binary(max_size=80))
def test_noise_in_place_of_ciphertext_is_refused(noise: bytes) -> None:
    message = sealed()
    for damaged in (
        replace(message, ciphertext=noise),
        replace(message, encrypted_sender_data=noise),
    ):
        with pytest.raises(CryptoError):
            unprotect_private(EPOCH, damaged, TREE)


def test_keys_do_not_show() -> None:
    assert EPOCH.secrets.membership_key.hex() not in repr(EPOCH)
    assert repr(EPOCH.secrets.membership_key) not in repr(EPOCH)
    assert "function" not in repr(EPOCH)
