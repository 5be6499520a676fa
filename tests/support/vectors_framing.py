"""Check cases of the official family message-protection: what others sent, and what we send."""

import os
from collections.abc import Callable
from typing import Any

from holdspace.protocol.mls.ciphersuite import cipher_suite
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
from holdspace.protocol.mls.key_schedule import EpochSecrets
from holdspace.protocol.mls.messages import (
    AuthenticatedContent,
    Commit,
    ContentType,
    FramedContent,
    MLSMessage,
    PrivateMessage,
    Proposal,
    PublicMessage,
    Sender,
    WireFormat,
)
from holdspace.protocol.mls.secret_tree import SecretTree
from holdspace.protocol.mls.structs import GroupContext
from vectors_encoding import Case, unhex

SENDER = 1
CONTENTS: dict[str, tuple[ContentType, Callable[[bytes], Any]]] = {
    "proposal": (ContentType.proposal, Proposal.decode),
    "commit": (ContentType.commit, Commit.decode),
    "application": (ContentType.application, bytes),
}
PRIVATE, PUBLIC = WireFormat.mls_private_message, WireFormat.mls_public_message
# Application data never travels in the clear (6).
MESSAGES = (
    ("proposal", "proposal_priv", PRIVATE),
    ("proposal", "proposal_pub", PUBLIC),
    ("commit", "commit_priv", PRIVATE),
    ("commit", "commit_pub", PUBLIC),
    ("application", "application_priv", PRIVATE),
)


def verify_message_protection(case: Case) -> None:
    """Open each message that another member framed, then one that we frame in its name."""
    epoch = epoch_of(case)
    for kind, name, wire_format in MESSAGES:
        content_type, decode = CONTENTS[kind]
        content = decode(unhex(case, kind))
        received = opened(epoch, unhex(case, name))
        assert received.content.sender == Sender.member(SENDER)
        assert received.content.content == content
        framed = FramedContent(
            group_id=epoch.group_context.group_id,
            epoch=epoch.group_context.epoch,
            sender=Sender.member(SENDER),
            content_type=content_type,
            content=content,
        )
        key_pair = epoch.suite.signature.load(unhex(case, "signature_priv"))
        signed = sign(epoch, key_pair, framed, wire_format)
        if kind == "commit":
            signed = with_confirmation_tag(signed, bytes(epoch.suite.n_h))
        assert opened(epoch, sealed(epoch, signed)).authenticated == signed


def sealed(epoch: Epoch, signed: AuthenticatedContent) -> bytes:
    """Return signed content as it travels."""
    if signed.wire_format == PUBLIC:
        return MLSMessage.of(protect_public(epoch, signed)).encode()
    _, message = protect_private(epoch, signed, secret_tree(epoch), random=os.urandom)
    return MLSMessage.of(message).encode()


def opened(epoch: Epoch, encoded: bytes) -> Verified:
    """Return what a message says once its signature was checked."""
    message = MLSMessage.decode(encoded).body
    if isinstance(message, PublicMessage):
        return verify(epoch, unprotect_public(epoch, message))
    assert isinstance(message, PrivateMessage)
    return verify(epoch, unprotect_private(epoch, message, secret_tree(epoch))[1])


def secret_tree(epoch: Epoch) -> SecretTree:
    """Return the keys of an epoch in which nobody has spoken."""
    return SecretTree.create(epoch.suite, epoch.secrets.encryption_secret, 2)


def epoch_of(case: Case) -> Epoch:
    """Return the epoch that the case describes."""
    given = {name: unhex(case, name) for name in case if isinstance(case[name], str)}
    group_context = GroupContext(
        cipher_suite=case["cipher_suite"],
        group_id=given["group_id"],
        epoch=case["epoch"],
        tree_hash=given["tree_hash"],
        confirmed_transcript_hash=given["confirmed_transcript_hash"],
    )
    secrets = EpochSecrets(
        sender_data_secret=given["sender_data_secret"],
        encryption_secret=given["encryption_secret"],
        membership_key=given["membership_key"],
        # The family says nothing of the others.
        exporter_secret=b"",
        external_secret=b"",
        confirmation_key=b"",
        resumption_psk=b"",
        epoch_authenticator=b"",
        init_secret=b"",
    )
    keys = {SENDER: given["signature_pub"]}
    return Epoch(cipher_suite(case["cipher_suite"]), group_context, secrets, keys.get)
