"""The structs of RFC 9420 that travel: proposals, commits, framing and welcomes."""

from enum import IntEnum
from typing import Annotated

from holdspace.protocol.mls.codec import (
    Given,
    Kept,
    Select,
    Struct,
    When,
)
from holdspace.protocol.mls.structs import (
    Extension,
    GroupContext,
    KeyPackage,
    LeafNode,
    ProtocolVersion,
)
from holdspace.protocol.mls.wire import (
    Bytes4,
    Opaque,
    Padding,
    UInt16,
    UInt16Enum,
    UInt32,
    UInt64,
    encode_opaque,
)


class ContentType(IntEnum):
    """Section 6."""

    application = 1
    proposal = 2
    commit = 3


class SenderType(IntEnum):
    """Section 6."""

    member = 1
    external = 2
    new_member_proposal = 3
    new_member_commit = 4


class WireFormat(UInt16Enum):
    """Section 6."""

    mls_public_message = 1
    mls_private_message = 2
    mls_welcome = 3
    mls_group_info = 4
    mls_key_package = 5


class ProposalType(UInt16Enum):
    """Section 12.1."""

    add = 1
    update = 2
    remove = 3
    psk = 4
    reinit = 5
    external_init = 6
    group_context_extensions = 7


class ProposalOrRefType(IntEnum):
    """Section 12.4."""

    proposal = 1
    reference = 2


class PSKType(IntEnum):
    """Section 8.4."""

    external = 1
    resumption = 2


class ResumptionPSKUsage(IntEnum):
    """Section 8.4."""

    application = 1
    reinit = 2
    branch = 3


# 7.6
class HPKECiphertext(Struct):
    """Hold something sealed to a public key."""

    kem_output: Opaque
    ciphertext: Opaque


# 7.6
class UpdatePathNode(Struct):
    """Give a parent node a new key, its path secret sealed to each node of the resolution."""

    encryption_key: Opaque
    encrypted_path_secret: tuple[HPKECiphertext, ...]


# 7.6
class UpdatePath(Kept, Struct):
    """Replace the committer's leaf and every key above it."""

    leaf_node: LeafNode
    nodes: tuple[UpdatePathNode, ...]


# 8.4
class PreSharedKeyID(Struct, kw_only=True):
    """Name a pre-shared key."""

    psktype: PSKType
    psk_id: Annotated[Opaque | None, When("psktype", PSKType.external)] = None
    usage: Annotated[ResumptionPSKUsage | None, When("psktype", PSKType.resumption)] = None
    psk_group_id: Annotated[Opaque | None, When("psktype", PSKType.resumption)] = None
    psk_epoch: Annotated[UInt64 | None, When("psktype", PSKType.resumption)] = None
    psk_nonce: Opaque


# 8.4
class PSKLabel(Struct):
    """Bind a pre-shared key to its place among several."""

    id: PreSharedKeyID
    index: UInt16
    count: UInt16


# 12.1.1
class Add(Struct):
    """Propose a new member."""

    key_package: KeyPackage


# 12.1.2
class Update(Struct):
    """Propose a new leaf for the sender."""

    leaf_node: LeafNode


# 12.1.3
class Remove(Struct):
    """Propose that the member at a leaf leaves."""

    removed: UInt32


# 12.1.4
class PreSharedKey(Struct):
    """Propose to mix in a pre-shared key."""

    psk: PreSharedKeyID


# 12.1.5
class ReInit(Struct, kw_only=True):
    """Propose to go on in a new group with other parameters."""

    group_id: Opaque
    version: ProtocolVersion = ProtocolVersion.mls10
    cipher_suite: UInt16
    extensions: tuple[Extension, ...] = ()


# 12.1.6
class ExternalInit(Struct):
    """Carry the KEM output by which an external committer sets the init secret."""

    kem_output: Opaque


# 12.1.7
class GroupContextExtensions(Struct):
    """Propose to replace all extensions of the group."""

    extensions: tuple[Extension, ...]


# 12.1
class Proposal(Struct):
    """Hold one proposal; types not listed here cannot be parsed and are refused."""

    proposal_type: ProposalType
    body: Annotated[
        Add | Update | Remove | PreSharedKey | ReInit | ExternalInit | GroupContextExtensions,
        Select(
            "proposal_type",
            {
                ProposalType.add: Add,
                ProposalType.update: Update,
                ProposalType.remove: Remove,
                ProposalType.psk: PreSharedKey,
                ProposalType.reinit: ReInit,
                ProposalType.external_init: ExternalInit,
                ProposalType.group_context_extensions: GroupContextExtensions,
            },
        ),
    ]


# 12.4
class ProposalOrRef(Struct):
    """Hold a proposal by value, or its ProposalRef."""

    type: ProposalOrRefType
    body: Annotated[
        Proposal | bytes,
        Select("type", {ProposalOrRefType.proposal: Proposal, ProposalOrRefType.reference: Opaque}),
    ]


# 12.4
class Commit(Struct):
    """Apply proposals and, with a path, renew the committer's keys."""

    proposals: tuple[ProposalOrRef, ...]
    path: UpdatePath | None = None


# 6
class Sender(Struct, kw_only=True):
    """Say who sent a message."""

    sender_type: SenderType
    leaf_index: Annotated[UInt32 | None, When("sender_type", SenderType.member)] = None
    sender_index: Annotated[UInt32 | None, When("sender_type", SenderType.external)] = None

    @classmethod
    def member(cls, leaf_index: int) -> "Sender":
        """Name the member at a leaf."""
        return cls(sender_type=SenderType.member, leaf_index=leaf_index)


CONTENT_CASES = {
    ContentType.application: Opaque,
    ContentType.proposal: Proposal,
    ContentType.commit: Commit,
}


# 6
class FramedContent(Kept, Struct, kw_only=True, secret=True):
    """Hold what a message says, to whom and by whom."""

    group_id: Opaque
    epoch: UInt64
    sender: Sender
    authenticated_data: Opaque = b""
    content_type: ContentType
    content: Annotated[bytes | Proposal | Commit, Select("content_type", CONTENT_CASES)]


# 6.1
class FramedContentTBS(Struct, kw_only=True):
    """Hold what a message's signature covers."""

    version: ProtocolVersion = ProtocolVersion.mls10
    wire_format: WireFormat
    content: FramedContent
    context: Annotated[
        GroupContext | None,
        When("content.sender.sender_type", SenderType.member, SenderType.new_member_commit),
    ] = None


# 6.1
class FramedContentAuthData(Struct):
    """Hold the signature and, for a commit, the confirmation tag."""

    signature: Opaque
    confirmation_tag: Annotated[Opaque | None, When("outer", ContentType.commit)] = None


# 6
class AuthenticatedContent(Struct):
    """Hold content with its signature, however it travelled."""

    wire_format: WireFormat
    content: FramedContent
    auth: Annotated[FramedContentAuthData, Given("content.content_type")]


# 6.2
class PublicMessage(Struct):
    """Frame signed content in the clear."""

    content: FramedContent
    auth: Annotated[FramedContentAuthData, Given("content.content_type")]
    membership_tag: Annotated[
        Opaque | None, When("content.sender.sender_type", SenderType.member)
    ] = None


# 6.2
class AuthenticatedContentTBM(Struct):
    """Hold what a membership tag covers."""

    content_tbs: FramedContentTBS
    auth: Annotated[FramedContentAuthData, Given("content_tbs.content.content_type")]


# 6.3
class PrivateMessage(Struct, kw_only=True):
    """Frame signed content encrypted."""

    group_id: Opaque
    epoch: UInt64
    content_type: ContentType
    authenticated_data: Opaque = b""
    encrypted_sender_data: Opaque
    ciphertext: Opaque


# 6.3.1
class PrivateMessageContent(Struct, secret=True):
    """Hold what a PrivateMessage encrypts; `outer` is its content type."""

    content: Annotated[bytes | Proposal | Commit, Select("outer", CONTENT_CASES)]
    auth: Annotated[FramedContentAuthData, Given("outer")]
    padding: Padding = b""


# 6.3.1
class PrivateContentAAD(Struct):
    """Hold what a PrivateMessage's ciphertext is bound to."""

    group_id: Opaque
    epoch: UInt64
    content_type: ContentType
    authenticated_data: Opaque


# 6.3.2
class SenderData(Struct):
    """Say, under its own encryption, who sent a PrivateMessage and which key it took."""

    leaf_index: UInt32
    generation: UInt32
    reuse_guard: Bytes4


# 6.3.2
class SenderDataAAD(Struct):
    """Hold what the sender data is bound to."""

    group_id: Opaque
    epoch: UInt64
    content_type: ContentType


# 8.2
class ConfirmedTranscriptHashInput(Struct):
    """Hold what a commit adds to the confirmed transcript hash."""

    wire_format: WireFormat
    content: FramedContent
    signature: Opaque


# 12.4.3
class GroupInfo(Struct, kw_only=True):
    """Tell a newcomer what the group has come to."""

    group_context: GroupContext
    extensions: tuple[Extension, ...] = ()
    confirmation_tag: Opaque
    signer: UInt32
    signature: Opaque = b""

    def tbs(self) -> bytes:
        """Return GroupInfoTBS (12.4.3)."""
        return self.encode()[: -len(encode_opaque(self.signature))]


# 12.4.3.1
class PathSecret(Struct, secret=True):
    """Give a newcomer the secret of the lowest node it shares with the committer."""

    path_secret: Opaque


# 12.4.3.1
class GroupSecrets(Struct, secret=True):
    """Give a newcomer the way into the epoch."""

    joiner_secret: Opaque
    path_secret: PathSecret | None = None
    psks: tuple[PreSharedKeyID, ...] = ()


# 12.4.3.1
class EncryptedGroupSecrets(Struct):
    """Hold one newcomer's GroupSecrets, sealed to its key package."""

    new_member: Opaque
    encrypted_group_secrets: HPKECiphertext


# 12.4.3.1
class Welcome(Struct):
    """Bring newcomers into a group."""

    cipher_suite: UInt16
    secrets: tuple[EncryptedGroupSecrets, ...]
    encrypted_group_info: Opaque


# 6
class MLSMessage(Struct, kw_only=True):
    """Hold anything that travels between clients."""

    version: ProtocolVersion = ProtocolVersion.mls10
    wire_format: WireFormat
    body: Annotated[
        PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage,
        Select(
            "wire_format",
            {
                WireFormat.mls_public_message: PublicMessage,
                WireFormat.mls_private_message: PrivateMessage,
                WireFormat.mls_welcome: Welcome,
                WireFormat.mls_group_info: GroupInfo,
                WireFormat.mls_key_package: KeyPackage,
            },
        ),
    ]
