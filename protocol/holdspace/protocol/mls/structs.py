"""The structs of RFC 9420 that describe members, trees and groups, under the RFC's own names.

Messages (framing, commits, welcomes) are in messages.py. The RFC section stands above each struct.
"""

from enum import IntEnum
from typing import Annotated

from holdspace.protocol.mls.codec import Kept, Select, Struct, When
from holdspace.protocol.mls.wire import (
    Opaque,
    UInt16,
    UInt16Enum,
    UInt32,
    UInt64,
    encode_opaque,
)


class ProtocolVersion(UInt16Enum):
    """Section 6: the one version of the protocol there is."""

    mls10 = 1


class CredentialType(UInt16Enum):
    """Section 5.3."""

    basic = 1
    x509 = 2


class ExtensionType(UInt16Enum):
    """Section 17.3; extension types stay open, so fields carry plain numbers."""

    application_id = 1
    ratchet_tree = 2
    required_capabilities = 3
    external_pub = 4
    external_senders = 5


class LeafNodeSource(IntEnum):
    """Section 7.2."""

    key_package = 1
    update = 2
    commit = 3


class NodeType(IntEnum):
    """Section 7.8."""

    leaf = 1
    parent = 2


# Section 13.5: values that must be ignored in capabilities and are never in use.
GREASE_VALUES = frozenset(0x0A0A + 0x1010 * step for step in range(15))


# 5.3
class Certificate(Struct):
    """Hold one opaque X.509 certificate."""

    cert_data: Opaque


# 5.3
class Credential(Struct, kw_only=True):
    """Say who a leaf belongs to."""

    credential_type: CredentialType
    identity: Annotated[Opaque | None, When("credential_type", CredentialType.basic)] = None
    certificates: Annotated[
        tuple[Certificate, ...] | None, When("credential_type", CredentialType.x509)
    ] = None

    @classmethod
    def basic(cls, identity: bytes) -> "Credential":
        """Make a basic credential."""
        return cls(credential_type=CredentialType.basic, identity=identity)


# 7.2
class Capabilities(Kept, Struct, kw_only=True, repeated=True):
    """List what a client understands beyond the defaults."""

    versions: tuple[UInt16, ...]
    cipher_suites: tuple[UInt16, ...]
    extensions: tuple[UInt16, ...]
    proposals: tuple[UInt16, ...]
    credentials: tuple[UInt16, ...]


# 7.2
class Lifetime(Struct):
    """Bound the time in which a key package may be used, in seconds since 1970."""

    not_before: UInt64
    not_after: UInt64


# 7.2
class Extension(Struct):
    """Carry one extension; what is in it depends on where it stands."""

    extension_type: UInt16
    extension_data: Opaque


# 7.2
class LeafNodePlace(Struct):
    """Bind a leaf's signature to a group and a place in it: the last part of LeafNodeTBS."""

    group_id: Opaque
    leaf_index: UInt32


# 7.2
class LeafNode(Kept, Struct, kw_only=True):
    """Describe one member."""

    encryption_key: Opaque
    signature_key: Opaque
    credential: Credential
    capabilities: Capabilities
    leaf_node_source: LeafNodeSource
    lifetime: Annotated[Lifetime | None, When("leaf_node_source", LeafNodeSource.key_package)] = (
        None
    )
    parent_hash: Annotated[Opaque | None, When("leaf_node_source", LeafNodeSource.commit)] = None
    extensions: tuple[Extension, ...] = ()
    signature: Opaque = b""

    def tbs(self, group_id: bytes = b"", leaf_index: int = 0) -> bytes:
        """Return LeafNodeTBS (7.2); group and place count only for `update` and `commit`."""
        unsigned = self.encoded[: -len(encode_opaque(self.signature))]
        if self.leaf_node_source == LeafNodeSource.key_package:
            return unsigned
        return unsigned + LeafNodePlace(group_id, leaf_index).encode()


# 7.8
class ParentNode(Kept, Struct, kw_only=True):
    """Hold the key that the members below this node share."""

    encryption_key: Opaque
    parent_hash: Opaque
    unmerged_leaves: tuple[UInt32, ...] = ()


# 7.8
class Node(Struct):
    """Hold either kind of node, as it travels in a ratchet tree."""

    node_type: NodeType
    node: Annotated[
        LeafNode | ParentNode,
        Select("node_type", {NodeType.leaf: LeafNode, NodeType.parent: ParentNode}),
    ]


# 12.4.3.3
class RatchetTreeExtension(Struct):
    """Carry a whole tree, node by node, blanks as None."""

    nodes: tuple[Node | None, ...]


# 11.1
class RequiredCapabilities(Struct, kw_only=True):
    """List what every member of a group must understand."""

    extension_types: tuple[UInt16, ...] = ()
    proposal_types: tuple[UInt16, ...] = ()
    credential_types: tuple[UInt16, ...] = ()


# 12.1.8.1
class ExternalSender(Struct):
    """Name somebody outside the group who may propose."""

    signature_key: Opaque
    credential: Credential


# 12.1.8.1
class ExternalSenders(Struct):
    """List the external senders a group admits."""

    external_senders: tuple[ExternalSender, ...]


# 12.4.3.2
class ExternalPub(Struct):
    """Carry the key that external commits are sealed to."""

    external_pub: Opaque


# 10
class KeyPackage(Kept, Struct, kw_only=True):
    """Offer one client for addition to one group."""

    version: ProtocolVersion = ProtocolVersion.mls10
    cipher_suite: UInt16
    init_key: Opaque
    leaf_node: LeafNode
    extensions: tuple[Extension, ...] = ()
    signature: Opaque = b""

    def tbs(self) -> bytes:
        """Return KeyPackageTBS (10)."""
        return self.encoded[: -len(encode_opaque(self.signature))]


# 8.1
class GroupContext(Kept, Struct, kw_only=True):
    """Hold what all members agree on in one epoch."""

    version: ProtocolVersion = ProtocolVersion.mls10
    cipher_suite: UInt16
    group_id: Opaque
    epoch: UInt64
    tree_hash: Opaque
    confirmed_transcript_hash: Opaque
    extensions: tuple[Extension, ...] = ()
