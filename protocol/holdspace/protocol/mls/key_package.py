"""Key packages, ours and others': RFC 9420 section 10."""

from dataclasses import field

from holdspace.protocol.mls.ciphersuite import (
    DEFAULT_SUITE,
    CipherSuite,
    RandomSource,
    cipher_suite,
    supported_suites,
)
from holdspace.protocol.mls.errors import ValidationError
from holdspace.protocol.mls.messages import MLSMessage
from holdspace.protocol.mls.structs import (
    Capabilities,
    Credential,
    CredentialType,
    Extension,
    KeyPackage,
    LeafNode,
    LeafNodeSource,
    Lifetime,
    ProtocolVersion,
)
from holdspace.protocol.mls.treekem import sign_leaf_node
from holdspace.protocol.mls.validation import (
    LONGEST_LIFETIME,
    check_key_package,
    check_lifetime,
)
from holdspace.protocol.values import replace, value

# Clocks differ; a key package is valid from an hour before it was made.
CLOCK_MARGIN = 3600
DEFAULT_LIFETIME = 84 * 24 * 3600


@value(kw_only=True)
class OwnKeyPackage:
    """A key package of ours with its private keys; it is good for one group and then to be dropped.

    10: "a KeyPackage is intended to be used only once": whoever keeps one can be joined twice.
    """

    key_package: KeyPackage
    init_private_key: bytes = field(repr=False)
    encryption_private_key: bytes = field(repr=False)
    signature_private_key: bytes = field(repr=False)

    @property
    def suite(self) -> CipherSuite:
        """The suite that the package is for."""
        return cipher_suite(self.key_package.cipher_suite)

    @property
    def message(self) -> bytes:
        """The package as it travels, an encoded MLSMessage."""
        return MLSMessage.of(self.key_package).encode()


def generate_signature_key(random: RandomSource, suite: CipherSuite | None = None) -> bytes:
    """Return a fresh private signature key."""
    return (suite or DEFAULT_SUITE).generate_signature_key_pair(random).private_key


def signature_public_key(private_key: bytes, suite: CipherSuite | None = None) -> bytes:
    """Return the public half of a private signature key."""
    return (suite or DEFAULT_SUITE).signature.load(private_key).public_key


def create_key_package(
    suite: CipherSuite,
    *,
    identity: bytes,
    signature_private_key: bytes,
    now: float,
    random: RandomSource,
    lifetime_seconds: float = DEFAULT_LIFETIME,
    leaf_extensions: tuple[Extension, ...] = (),
    capabilities_extensions: tuple[int, ...] = (),
) -> OwnKeyPackage:
    """Make a key package that others can add to a group until its lifetime ends."""
    signature_key_pair = suite.signature.load(signature_private_key)
    init, encryption = suite.generate_key_pair(random), suite.generate_key_pair(random)
    leaf_node = LeafNode(
        encryption_key=encryption.public_key,
        signature_key=signature_key_pair.public_key,
        credential=Credential.basic(identity),
        capabilities=_capabilities(capabilities_extensions),
        leaf_node_source=LeafNodeSource.key_package,
        lifetime=Lifetime(int(now) - CLOCK_MARGIN, int(now + lifetime_seconds)),
        extensions=leaf_extensions,
    )
    unsigned = KeyPackage(
        cipher_suite=suite.id,
        init_key=init.public_key,
        leaf_node=sign_leaf_node(suite, leaf_node, signature_key_pair),
    )
    signature = suite.sign_with_label(signature_key_pair, "KeyPackageTBS", unsigned.tbs())
    return OwnKeyPackage(
        key_package=replace(unsigned, signature=signature),
        init_private_key=init.private_key,
        encryption_private_key=encryption.private_key,
        signature_private_key=signature_private_key,
    )


def _capabilities(extensions: tuple[int, ...]) -> Capabilities:
    return Capabilities(
        versions=(ProtocolVersion.mls10,),
        cipher_suites=supported_suites(),
        extensions=extensions,
        proposals=(),
        credentials=(CredentialType.basic, CredentialType.x509),
    )


def read_key_package(
    suite: CipherSuite, message: bytes, *, now: float, longest_lifetime: float = LONGEST_LIFETIME
) -> KeyPackage:
    """Return the key package in an MLSMessage, once it is fit to be added to a group."""
    key_package = MLSMessage.decode(message).body
    if not isinstance(key_package, KeyPackage):
        raise ValidationError("this message is no key package")
    check_key_package(suite, key_package)
    check_lifetime(key_package.leaf_node.lifetime, now=now, longest=longest_lifetime)
    return key_package
