"""Key packages of our own: accepted by everybody, and hiding what is private."""

import pytest

from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    CipherSuite,
    cipher_suite,
    create_key_package,
    generate_signature_key,
    read_key_package,
    signature_public_key,
)
from holdspace.protocol.mls.structs import CredentialType, LeafNodeSource, ProtocolVersion
from holdspace.protocol.mls.testing import NOW, seeded_random


@pytest.mark.parametrize("suite", [cipher_suite(1), DEFAULT_SUITE], ids=["x25519", "x-wing"])
def test_others_accept_what_we_make(suite: CipherSuite) -> None:
    random = seeded_random(1)
    private_key = generate_signature_key(random, suite)
    own = create_key_package(
        suite,
        identity=b"ada",
        signature_private_key=private_key,
        now=NOW,
        random=random,
        lifetime_seconds=1800,
        capabilities_extensions=(0xF042,),
    )
    key_package = read_key_package(suite, own.message, now=NOW, longest_lifetime=1800 + 3600)
    leaf_node, lifetime = key_package.leaf_node, key_package.leaf_node.lifetime
    assert lifetime is not None
    assert (lifetime.not_before, lifetime.not_after) == (NOW - 3600, NOW + 1800)
    assert leaf_node.credential.identity == b"ada"
    assert leaf_node.signature_key == signature_public_key(private_key, suite)
    assert leaf_node.leaf_node_source == LeafNodeSource.key_package
    # Checklist 7 of the design: what every implementation we know accepts.
    assert leaf_node.capabilities.versions == (ProtocolVersion.mls10,)
    assert set(leaf_node.capabilities.credentials) == {CredentialType.basic, CredentialType.x509}
    assert leaf_node.capabilities.extensions == (0xF042,)


def test_two_key_packages_share_no_key_and_no_secret_shows() -> None:
    random = seeded_random(2)
    made = [
        create_key_package(
            DEFAULT_SUITE,
            identity=b"ada",
            signature_private_key=generate_signature_key(random),
            now=NOW,
            random=random,
        )
        for _ in range(2)
    ]
    keys = [
        key
        for own in made
        for key in (own.init_private_key, own.encryption_private_key, own.signature_private_key)
    ]
    assert len(set(keys)) == 6
    for key in keys:
        assert key.hex() not in repr(made)
        assert repr(key)[2:-1] not in repr(made)
