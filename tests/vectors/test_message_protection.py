"""Official family message-protection, suite 0x0001: both framings of what others sent and we send."""

import os
from collections.abc import Callable
from typing import Any

import pytest

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

SENDER = 1
CONTENTS: dict[str, tuple[ContentType, Callable[[bytes], Any]]] = {
    "proposal": (ContentType.proposal, Proposal.decode),
    "commit": (ContentType.commit, Commit.decode),
    "application": (ContentType.application, bytes),
}


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.vectors("message-protection", 1, suites=(1,))
def test_what_others_sent(case: dict[str, Any], kind: str) -> None:
    epoch = epoch_of(case)
    for suffix in ("priv", "pub"):
        if f"{kind}_{suffix}" not in case:
            assert (kind, suffix) == ("application", "pub")
            continue
        received = opened(epoch, bytes.fromhex(case[f"{kind}_{suffix}"]))
        assert received.content.sender == Sender.member(SENDER)
        assert received.content.content == content_of(case, kind)


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.vectors("message-protection", 1, suites=(1,))
def test_what_we_send(case: dict[str, Any], kind: str) -> None:
    epoch = epoch_of(case)
    key_pair = epoch.suite.signature.load(bytes.fromhex(case["signature_priv"]))
    content = FramedContent(
        group_id=epoch.group_context.group_id,
        epoch=epoch.group_context.epoch,
        sender=Sender.member(SENDER),
        content_type=CONTENTS[kind][0],
        content=content_of(case, kind),
    )
    for wire_format in (WireFormat.mls_private_message, WireFormat.mls_public_message):
        if (kind, wire_format) == ("application", WireFormat.mls_public_message):
            continue
        signed = sign(epoch, key_pair, content, wire_format)
        if kind == "commit":
            signed = with_confirmation_tag(signed, bytes(32))
        message: PrivateMessage | PublicMessage
        if wire_format == WireFormat.mls_private_message:
            _, message = protect_private(epoch, signed, secret_tree(epoch), random=os.urandom)
        else:
            message = protect_public(epoch, signed)
        assert opened(epoch, MLSMessage.of(message).encode()).authenticated == signed


def content_of(case: dict[str, Any], kind: str) -> Any:
    return CONTENTS[kind][1](bytes.fromhex(case[kind]))


def secret_tree(epoch: Epoch) -> SecretTree:
    return SecretTree.create(epoch.suite, epoch.secrets.encryption_secret, 2)


def opened(epoch: Epoch, encoded: bytes) -> Verified:
    message = MLSMessage.decode(encoded).body
    if isinstance(message, PublicMessage):
        return verify(epoch, unprotect_public(epoch, message))
    assert isinstance(message, PrivateMessage)
    return verify(epoch, unprotect_private(epoch, message, secret_tree(epoch))[1])


def epoch_of(case: dict[str, Any]) -> Epoch:
    given = {name: bytes.fromhex(case[name]) for name in case if isinstance(case[name], str)}
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
