"""Messaging Layer Security, RFC 9420: one file per chapter, sans-I/O, groups as values.

Imports run one way, in the order of the RFC: codec, structs, ciphersuite, trees, framing, group.
What callers need is here; the chapters are for those who read.
"""

from holdspace.protocol.mls.ciphersuite import (
    DEFAULT_SUITE,
    CipherSuite,
    HPKEKeyPair,
    MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
    MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519,
    RandomSource,
    cipher_suite,
)
from holdspace.protocol.mls.entry import create_group, join_by_external_commit, join_group
from holdspace.protocol.mls.errors import (
    CodecError,
    CryptoError,
    MLSError,
    PolicyRefused,
    UsageError,
    ValidationError,
)
from holdspace.protocol.mls.external import propose_as_external_sender, propose_self
from holdspace.protocol.mls.group import Group
from holdspace.protocol.mls.group_state import Member, Policy, unsafe_accept_everything
from holdspace.protocol.mls.key_package import (
    OwnKeyPackage,
    create_key_package,
    generate_signature_key,
    read_key_package,
    signature_public_key,
)
from holdspace.protocol.mls.messages import Add, GroupContextExtensions, Proposal, ReInit, Remove
from holdspace.protocol.mls.outcomes import (
    ApplicationData,
    EpochChange,
    ExternalCommit,
    Outcome,
    OwnMessage,
    PendingCommit,
    ProposalReceived,
    Proposed,
    Protected,
    Removed,
)
from holdspace.protocol.mls.past_epochs import Retention
from holdspace.protocol.mls.proposals import SentProposal
from holdspace.protocol.mls.structs import Extension, ExtensionType, KeyPackage
from holdspace.protocol.mls.successors import branch_group, reinit_group
from holdspace.protocol.mls.targeted import Purpose
from holdspace.protocol.mls.treemath import LeafIndex

__all__ = [
    "DEFAULT_SUITE",
    "Add",
    "ApplicationData",
    "CipherSuite",
    "CodecError",
    "CryptoError",
    "EpochChange",
    "Extension",
    "ExtensionType",
    "ExternalCommit",
    "Group",
    "GroupContextExtensions",
    "HPKEKeyPair",
    "KeyPackage",
    "LeafIndex",
    "MLSError",
    "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    "MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519",
    "Member",
    "Outcome",
    "OwnKeyPackage",
    "OwnMessage",
    "PendingCommit",
    "Policy",
    "PolicyRefused",
    "Proposal",
    "ProposalReceived",
    "Proposed",
    "Protected",
    "Purpose",
    "RandomSource",
    "ReInit",
    "Remove",
    "Removed",
    "Retention",
    "SentProposal",
    "UsageError",
    "ValidationError",
    "branch_group",
    "cipher_suite",
    "create_group",
    "create_key_package",
    "generate_signature_key",
    "join_by_external_commit",
    "join_group",
    "propose_as_external_sender",
    "propose_self",
    "read_key_package",
    "reinit_group",
    "signature_public_key",
    "unsafe_accept_everything",
]
