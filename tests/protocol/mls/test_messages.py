"""What the declarations of messages.py and structs.py promise beyond their encoding."""

import pytest

from holdspace.protocol.mls.codec import Struct
from holdspace.protocol.mls.errors import CodecError, UsageError
from holdspace.protocol.mls.messages import (
    Add,
    Commit,
    FramedContentAuthData,
    GroupSecrets,
    MLSMessage,
    PathSecret,
    PreSharedKeyID,
    Proposal,
    ProposalOrRef,
    ProposalOrRefType,
    ProposalType,
    PSKType,
    Remove,
    Sender,
    SenderType,
    Welcome,
    WireFormat,
)
from holdspace.protocol.mls.structs import GREASE_VALUES, Credential, CredentialType


def test_a_body_chooses_its_tag() -> None:
    assert Proposal.of(Remove(1)).proposal_type == ProposalType.remove
    assert ProposalOrRef.of(b"reference").type == ProposalOrRefType.reference
    assert ProposalOrRef.of(Proposal.of(Remove(0))).type == ProposalOrRefType.proposal
    assert MLSMessage.of(Welcome(1, (), b"")).wire_format == WireFormat.mls_welcome
    with pytest.raises(UsageError, match="Proposal cannot hold Commit"):
        Proposal.of(Commit(()))


@pytest.mark.parametrize("secret", [PathSecret(b"canary"), GroupSecrets(b"canary")])
def test_secrets_do_not_show(secret: Struct) -> None:
    assert "canary" not in f"{secret!r} {secret}"


@pytest.mark.parametrize(
    "misfit",
    [
        Sender(sender_type=SenderType.external, leaf_index=1),
        Sender(sender_type=SenderType.member),
        Credential(credential_type=CredentialType.x509, identity=b"me"),
        Proposal(ProposalType.add, Remove(1)),
        PreSharedKeyID(psktype=PSKType.external, psk_nonce=b""),
    ],
    ids=repr,
)
def test_fields_that_do_not_fit_each_other_are_not_encoded(misfit: Struct) -> None:
    with pytest.raises(UsageError):
        misfit.encode()


def test_a_confirmation_tag_is_read_only_from_commits() -> None:
    encoded = FramedContentAuthData(b"signature", b"tag").encode_given(3)
    assert FramedContentAuthData.decode_given(encoded, 3).confirmation_tag == b"tag"
    for other in (1, 2):
        with pytest.raises(CodecError):
            FramedContentAuthData.decode_given(encoded, other)


@pytest.mark.parametrize("number", [0, 8, *sorted(GREASE_VALUES), 0xFFFF])
def test_checklist_23_proposals_and_credentials_of_unknown_type_are_refused(number: int) -> None:
    for struct in (Proposal, Credential):
        with pytest.raises(CodecError, match=f"{number} is no"):
            struct.decode(number.to_bytes(2) + bytes(8))


def test_grease_is_what_the_rfc_lists() -> None:
    assert len(GREASE_VALUES) == 15
    assert {0x0A0A, 0x1A1A, 0xEAEA} <= GREASE_VALUES


def test_a_leaf_zero_is_a_leaf() -> None:
    assert Sender.decode(Sender.member(0).encode()).leaf_index == 0
    assert Remove.decode(bytes(4)) == Remove(0)
    assert isinstance(Proposal.of(Remove(0)).body, Remove)
    assert not isinstance(Proposal.of(Remove(0)).body, Add)
