"""Message framing: who may say what, and how it is signed, sealed and opened (RFC 9420 section 6).

A message passes through distinct types, so that no step can be left out unnoticed:

    bytes -> PublicMessage | PrivateMessage -> Unprotected -> Verified
      decode        unprotect_public, unprotect_private    verify

Nothing here changes state. Opening a PrivateMessage returns the secret tree that is left; whoever
keeps it does so only once the message is Verified.
"""

from collections.abc import Callable
from dataclasses import field

from holdspace.protocol.mls.ciphersuite import CipherSuite, RandomSource, SignatureKeyPair
from holdspace.protocol.mls.errors import UsageError, ValidationError
from holdspace.protocol.mls.key_schedule import EpochSecrets, sender_data_keys
from holdspace.protocol.mls.messages import (
    Add,
    AuthenticatedContent,
    AuthenticatedContentTBM,
    Commit,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    FramedContentTBS,
    PrivateContentAAD,
    PrivateMessage,
    PrivateMessageContent,
    Proposal,
    PublicMessage,
    Sender,
    SenderData,
    SenderDataAAD,
    SenderType,
    WireFormat,
)
from holdspace.protocol.mls.secret_tree import MessageKey, RatchetKind, SecretTree
from holdspace.protocol.mls.structs import ExtensionType, ExternalSenders, GroupContext
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.values import value

# 6.1, on external and new_member senders: "The content_type of the message MUST be ..."
_CONTENT_OF_SENDER = {
    SenderType.member: frozenset(ContentType),
    SenderType.external: frozenset({ContentType.proposal}),
    SenderType.new_member_proposal: frozenset({ContentType.proposal}),
    SenderType.new_member_commit: frozenset({ContentType.commit}),
}
_SIGNED_WITH_CONTEXT = (SenderType.member, SenderType.new_member_commit)


@value()
class Epoch:
    """Hold what framing needs to know of one epoch; a leaf that is blank has no signature key."""

    suite: CipherSuite
    group_context: GroupContext
    secrets: EpochSecrets
    signature_key: Callable[[LeafIndex], bytes | None] = field(repr=False)


@value()
class Unprotected:
    """Hold content that fits this group and epoch, from whom it says it is; nobody checked yet."""

    unverified: AuthenticatedContent


@value()
class Verified:
    """Hold content whose signature by its sender was checked."""

    authenticated: AuthenticatedContent

    @property
    def content(self) -> FramedContent:
        """Return what was said and by whom."""
        return self.authenticated.content


def sign(
    epoch: Epoch, key_pair: SignatureKeyPair, content: FramedContent, wire_format: WireFormat
) -> AuthenticatedContent:
    """Sign content; a commit gets its confirmation tag later (`with_confirmation_tag`)."""
    content_tbs = _content_tbs(epoch, wire_format, content)
    signature = epoch.suite.sign_with_label(key_pair, "FramedContentTBS", content_tbs.encode())
    return AuthenticatedContent(wire_format, content, FramedContentAuthData(signature))


def with_confirmation_tag(commit: AuthenticatedContent, tag: bytes) -> AuthenticatedContent:
    """Complete a signed commit."""
    auth = FramedContentAuthData(commit.auth.signature, tag)
    return AuthenticatedContent(commit.wire_format, commit.content, auth)


def verify(epoch: Epoch, unprotected: Unprotected) -> Verified:
    """Check the signature."""
    message = unprotected.unverified
    # 6.1: "Recipients of an MLSMessage MUST verify the signature with the key depending on the
    # sender_type of the sender": of application messages too (checklist 1).
    epoch.suite.verify_with_label(
        _signature_key(epoch, message.content),
        "FramedContentTBS",
        _content_tbs(epoch, message.wire_format, message.content).encode(),
        signature=message.auth.signature,
    )
    return Verified(message)


def _content_tbs(epoch: Epoch, wire_format: WireFormat, content: FramedContent) -> FramedContentTBS:
    # 6.1: the GroupContext is part of what members and external committers sign (checklist 7).
    with_context = content.sender.sender_type in _SIGNED_WITH_CONTEXT
    context = epoch.group_context if with_context else None
    return FramedContentTBS(wire_format=wire_format, content=content, context=context)


def _signature_key(epoch: Epoch, content: FramedContent) -> bytes:
    match content.sender, content.content:
        case Sender(sender_type=SenderType.member, leaf_index=int(leaf)), _:
            key = epoch.signature_key(LeafIndex(leaf))
        case Sender(sender_type=SenderType.external, sender_index=int(index)), _:
            key = _external_signature_key(epoch, index)
        case Sender(sender_type=SenderType.new_member_commit), Commit(path=path) if path:
            key = path.leaf_node.signature_key
        case Sender(sender_type=SenderType.new_member_proposal), Proposal(body=Add(key_package)):
            key = key_package.leaf_node.signature_key
        case _:
            key = None
    if key is None:
        raise ValidationError("the message names a sender that cannot have sent it")
    return key


# 12.1.8.1
def _external_signature_key(epoch: Epoch, index: int) -> bytes | None:
    for extension in epoch.group_context.extensions:
        if extension.extension_type == ExtensionType.external_senders:
            senders = ExternalSenders.decode(extension.extension_data).external_senders
            return senders[index].signature_key if index < len(senders) else None
    return None


def _check_place(epoch: Epoch, group_id: bytes, number: int) -> None:
    # 6: group_id and epoch say which keys to use. They are held against ours before any key is
    # touched, and an epoch we are not in is an error, not a wait (checklist 8).
    if group_id != epoch.group_context.group_id:
        raise ValidationError("the message belongs to another group")
    if number != epoch.group_context.epoch:
        raise ValidationError("the message belongs to another epoch")


def _check_content(content: FramedContent, auth: FramedContentAuthData) -> None:
    if content.content_type not in _CONTENT_OF_SENDER[content.sender.sender_type]:
        raise ValidationError("this kind of sender may not send this kind of content")
    # 6.1: only a commit has a confirmation tag (when reading, the codec sees to it).
    if (auth.confirmation_tag is None) is (content.content_type == ContentType.commit):
        raise ValidationError("a confirmation tag belongs to commits, and only to them")


# 6.2
def protect_public(epoch: Epoch, message: AuthenticatedContent) -> PublicMessage:
    """Frame signed content in the clear."""
    if message.wire_format != WireFormat.mls_public_message:
        raise UsageError("the content was signed for another wire format")
    _check_public(message.content, message.auth)
    tag = None
    if message.content.sender.sender_type == SenderType.member:
        tag = epoch.suite.mac(epoch.secrets.membership_key, _content_tbm(epoch, message))
    return PublicMessage(message.content, message.auth, tag)


# 6.2
def unprotect_public(epoch: Epoch, message: PublicMessage) -> Unprotected:
    """Check that a public message fits the epoch and, from a member, that a member made it."""
    content, auth = message.content, message.auth
    _check_place(epoch, content.group_id, content.epoch)
    _check_public(content, auth)
    unverified = AuthenticatedContent(WireFormat.mls_public_message, content, auth)
    # 6.2: "the application MUST check membership_tag"; whole and in constant time (checklist 2, 3).
    # Senders outside the group can have none: the codec reads it only from members.
    if content.sender.sender_type == SenderType.member:
        tbm = _content_tbm(epoch, unverified)
        epoch.suite.verify_mac(epoch.secrets.membership_key, tbm, message.membership_tag)
    return Unprotected(unverified)


def _check_public(content: FramedContent, auth: FramedContentAuthData) -> None:
    # 6: "Applications MUST use PrivateMessage to encrypt application messages" (checklist 4).
    if content.content_type == ContentType.application:
        raise ValidationError("application data must be encrypted")
    _check_content(content, auth)


def _content_tbm(epoch: Epoch, message: AuthenticatedContent) -> bytes:
    content_tbs = _content_tbs(epoch, message.wire_format, message.content)
    return AuthenticatedContentTBM(content_tbs, message.auth).encode()


# 6.3
def protect_private(
    epoch: Epoch,
    message: AuthenticatedContent,
    secret_tree: SecretTree,
    *,
    random: RandomSource,
    pad_to: int = 1,
) -> tuple[SecretTree, PrivateMessage]:
    """Encrypt signed content; what is encrypted is padded to a multiple of `pad_to` bytes.

    Keep the tree returned before anything is sent: a key used twice would reveal both messages.
    """
    content, leaf_index = message.content, message.content.sender.leaf_index
    if message.wire_format != WireFormat.mls_private_message or leaf_index is None:
        raise UsageError("only content that a member signed for this wire format can be encrypted")
    _check_content(content, message.auth)
    secret_tree, key = secret_tree.take_next(LeafIndex(leaf_index), _kind(content.content_type))
    plaintext = PrivateMessageContent(content.content, message.auth).encode_given(
        content.content_type
    )
    reuse_guard = random(4)
    ciphertext = epoch.suite.aead_seal(
        key.key,
        _guarded(key, reuse_guard),
        _content_aad(content),
        plaintext + bytes(-len(plaintext) % pad_to),
    )
    sender_data = SenderData(leaf_index, key.generation, reuse_guard).encode()
    data_key, nonce, aad = _sender_data_keys(epoch, content, ciphertext)
    sealed = epoch.suite.aead_seal(data_key, nonce, aad, sender_data)
    return secret_tree, PrivateMessage(
        group_id=content.group_id,
        epoch=content.epoch,
        content_type=content.content_type,
        authenticated_data=content.authenticated_data,
        encrypted_sender_data=sealed,
        ciphertext=ciphertext,
    )


# 6.3.2
def open_sender_data(epoch: Epoch, message: PrivateMessage) -> SenderData:
    """Read who sent a private message, by its own word; so an echo of ours can be recognised."""
    _check_place(epoch, message.group_id, message.epoch)
    key, nonce, aad = _sender_data_keys(epoch, message, message.ciphertext)
    opened = epoch.suite.aead_open(key, nonce, aad, message.encrypted_sender_data)
    return SenderData.decode(opened)


# 6.3
def unprotect_private(
    epoch: Epoch,
    message: PrivateMessage,
    secret_tree: SecretTree,
    sender_data: SenderData | None = None,
) -> tuple[SecretTree, Unprotected]:
    """Decrypt a private message; return the tree without its key, to be kept once verified.

    Whoever has opened the message's sender data already hands it on.
    """
    sender_data = sender_data or open_sender_data(epoch, message)
    leaf = LeafIndex(sender_data.leaf_index)
    # 6.3.2: "the recipient MUST verify that the leaf index indicated in the leaf_index field
    # identifies a non-blank node"; before a ratchet is touched (checklist 9, 13).
    if epoch.signature_key(leaf) is None:
        raise ValidationError("the message names a sender that is not in the group")
    secret_tree, key = secret_tree.take(leaf, _kind(message.content_type), sender_data.generation)
    plaintext = epoch.suite.aead_open(
        key.key, _guarded(key, sender_data.reuse_guard), _content_aad(message), message.ciphertext
    )
    # 6.3.1: padding that is not zero is refused here (checklist 5).
    opened = PrivateMessageContent.decode_given(plaintext, message.content_type)
    content = FramedContent(
        group_id=message.group_id,
        epoch=message.epoch,
        sender=Sender.member(leaf),
        authenticated_data=message.authenticated_data,
        content_type=message.content_type,
        content=opened.content,
    )
    unverified = AuthenticatedContent(WireFormat.mls_private_message, content, opened.auth)
    return secret_tree, Unprotected(unverified)


# 9
def _kind(content_type: ContentType) -> RatchetKind:
    if content_type == ContentType.application:
        return RatchetKind.application
    return RatchetKind.handshake


# 6.3.1
def _guarded(key: MessageKey, reuse_guard: bytes) -> bytes:
    first = int.from_bytes(key.nonce[:4]) ^ int.from_bytes(reuse_guard)
    return first.to_bytes(4) + key.nonce[4:]


def _content_aad(message: PrivateMessage | FramedContent) -> bytes:
    return PrivateContentAAD(
        message.group_id, message.epoch, message.content_type, message.authenticated_data
    ).encode()


# 6.3.2
def _sender_data_keys(
    epoch: Epoch, message: PrivateMessage | FramedContent, ciphertext: bytes
) -> tuple[bytes, bytes, bytes]:
    key, nonce = sender_data_keys(epoch.suite, epoch.secrets.sender_data_secret, ciphertext)
    aad = SenderDataAAD(message.group_id, message.epoch, message.content_type).encode()
    return key, nonce, aad
