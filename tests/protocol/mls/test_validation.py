"""Leaves, key packages and members: each rule of RFC 9420 section 7.3 and 10.1 broken alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from holdspace.protocol.mls import (
    CipherSuite,
    CryptoError,
    Extension,
    KeyPackage,
    MLSError,
    OwnKeyPackage,
    ValidationError,
    cipher_suite,
    read_key_package,
)
from holdspace.protocol.mls.messages import MLSMessage
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.structs import (
    Capabilities,
    Credential,
    CredentialType,
    ExtensionType,
    LeafNode,
    LeafNodeSource,
    Lifetime,
    RequiredCapabilities,
)
from holdspace.protocol.mls.testing import NOW, Circle
from holdspace.protocol.mls.treekem import sign_leaf_node
from holdspace.protocol.mls.validation import (
    LONGEST_LIFETIME,
    check_group_extensions,
    check_key_package,
    check_leaf_node,
    check_lifetime,
    check_members,
    check_tree,
)

SUITE = cipher_suite(0x0001)
PEOPLE = Circle(SUITE)
ADA, BEN = PEOPLE.person("ada"), PEOPLE.person("ben")
CAPABILITIES = ADA.key_package.leaf_node.capabilities
NOT_LISTED, GREASE = 0xF042, 0x0A0A


def signed_leaf(
    own: OwnKeyPackage, *, group_id: bytes = b"", leaf_index: int = 0, **changes: Any
) -> LeafNode:
    """Return somebody's leaf with something changed, and rightly signed all the same."""
    return sign_leaf_node(
        SUITE,
        replace(own.key_package.leaf_node, **changes),
        SUITE.signature.load(own.signature_private_key),
        group_id=group_id,
        leaf_index=leaf_index,
    )


def signed_package(own: OwnKeyPackage, **changes: Any) -> KeyPackage:
    """Return somebody's key package with something changed, and rightly signed all the same."""
    changed = replace(own.key_package, **changes)
    key_pair = SUITE.signature.load(own.signature_private_key)
    signature = SUITE.sign_with_label(key_pair, "KeyPackageTBS", changed.tbs())
    return replace(changed, signature=signature)


def with_leaf(**changes: Any) -> KeyPackage:
    return signed_package(ADA, leaf_node=signed_leaf(ADA, **changes))


def lists(**changes: Any) -> Capabilities:
    return replace(CAPABILITIES, **changes)


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


BAD_PACKAGES = {
    "18 leaf signature": (
        signed_package(ADA, leaf_node=replace(ADA.key_package.leaf_node, signature=bytes(64))),
        CryptoError,
        "signature",
    ),
    "18 signature of another": (
        signed_package(BEN, leaf_node=ADA.key_package.leaf_node),
        CryptoError,
        "signature",
    ),
    "21 package signature": (
        replace(ADA.key_package, signature=flipped(ADA.key_package.signature)),
        CryptoError,
        "signature",
    ),
    "39 another suite": (signed_package(ADA, cipher_suite=0xF04F), ValidationError, "suite"),
    "17 source update": (
        with_leaf(leaf_node_source=LeafNodeSource.update, lifetime=None),
        ValidationError,
        "should come from a key_package",
    ),
    "19 one key twice": (
        signed_package(ADA, init_key=ADA.key_package.leaf_node.encryption_key),
        ValidationError,
        "one key twice",
    ),
    "20 extension not listed": (
        with_leaf(extensions=(Extension(NOT_LISTED, b""),)),
        ValidationError,
        "does not list",
    ),
    "20 extension twice": (
        with_leaf(extensions=(Extension(1, b"a"), Extension(1, b"b"))),
        ValidationError,
        "stands twice",
    ),
    "20 package extension twice": (
        signed_package(ADA, extensions=(Extension(1, b"a"), Extension(1, b"b"))),
        ValidationError,
        "stands twice",
    ),
    "23 reserved extension": (
        with_leaf(extensions=(Extension(GREASE, b""),), capabilities=lists(extensions=(GREASE,))),
        ValidationError,
        "reserved",
    ),
    "20 own credential type not listed": (
        with_leaf(capabilities=lists(credentials=(CredentialType.x509,))),
        ValidationError,
        "own credential type",
    ),
    "20 version not listed": (
        with_leaf(capabilities=lists(versions=())),
        ValidationError,
        "version and suite",
    ),
    "20 suite not listed": (
        with_leaf(capabilities=lists(cipher_suites=(0xF04F,))),
        ValidationError,
        "version and suite",
    ),
    "45 short encryption key": (with_leaf(encryption_key=bytes(31)), CryptoError, "32 bytes"),
    "45 short init key": (signed_package(ADA, init_key=bytes(31)), CryptoError, "32 bytes"),
    "45 encryption key of small order": (
        with_leaf(encryption_key=bytes(32)),
        CryptoError,
        "small order",
    ),
    "45 init key of small order": (
        signed_package(ADA, init_key=bytes([1]) + bytes(31)),
        CryptoError,
        "small order",
    ),
    "45 signature key of small order": (
        with_leaf(signature_key=bytes([1]) + bytes(31)),
        CryptoError,
        "safe",
    ),
}


@pytest.mark.parametrize("case", BAD_PACKAGES.values(), ids=BAD_PACKAGES.keys())
def test_a_bad_key_package_is_refused(case: tuple[KeyPackage, type[MLSError], str]) -> None:
    key_package, error, why = case
    with pytest.raises(error, match=why):
        check_key_package(SUITE, key_package)


def test_a_good_key_package_and_one_with_reserved_values_listed_pass() -> None:
    check_key_package(SUITE, ADA.key_package)
    # 13.5: reserved values in capabilities are there to be ignored.
    check_key_package(SUITE, with_leaf(capabilities=lists(extensions=(GREASE,))))
    # 7.2: the extensions that RFC 9420 defines need not be listed.
    check_key_package(SUITE, with_leaf(extensions=(Extension(1, b"application id"),)))
    every_default = tuple(Extension(kind, b"") for kind in ExtensionType)
    check_key_package(SUITE, with_leaf(extensions=every_default, capabilities=lists(extensions=())))


@pytest.mark.parametrize(
    ("lifetime", "why"),
    [
        (Lifetime(0, int(NOW) - 1), "not valid at this time"),
        (Lifetime(int(NOW) + 1, int(NOW) + 60), "not valid at this time"),
        (Lifetime(int(NOW) + 60, int(NOW) - 60), "ends before it begins"),
        (Lifetime(int(NOW), int(NOW) + LONGEST_LIFETIME + 1), "longer than we accept"),
        (Lifetime(0, 2**64 - 1), "longer than we accept"),
        (None, "needs a lifetime"),
    ],
    ids=["expired", "not yet", "inverted", "too long", "for ever", "none"],
)
def test_17_a_lifetime_that_is_not_now_is_refused(lifetime: Lifetime | None, why: str) -> None:
    longest = 2**62 if why == "not valid at this time" else LONGEST_LIFETIME
    with pytest.raises(ValidationError, match=why):
        check_lifetime(lifetime, now=NOW, longest=longest)


def test_17_the_bounds_of_a_lifetime_are_part_of_it() -> None:
    check_lifetime(Lifetime(int(NOW), int(NOW)), now=NOW, longest=0)
    check_lifetime(Lifetime(int(NOW) - 60, int(NOW)), now=NOW, longest=60)
    check_lifetime(Lifetime(int(NOW), int(NOW) + 60), now=NOW, longest=60)


def test_17_we_accept_twelve_weeks_and_an_hour_for_clocks_that_differ() -> None:
    longest = int(timedelta(weeks=12, hours=1).total_seconds())
    check_lifetime(Lifetime(int(NOW), int(NOW) + longest), now=NOW, longest=LONGEST_LIFETIME)
    with pytest.raises(ValidationError, match="longer than we accept"):
        check_lifetime(
            Lifetime(int(NOW), int(NOW) + longest + 1), now=NOW, longest=LONGEST_LIFETIME
        )


def test_17_a_received_key_package_is_held_against_the_clock() -> None:
    assert read_key_package(SUITE, ADA.message, now=NOW) == ADA.key_package
    with pytest.raises(ValidationError, match="not valid at this time"):
        read_key_package(SUITE, ADA.message, now=NOW + LONGEST_LIFETIME)
    with pytest.raises(ValidationError, match="longer than we accept"):
        read_key_package(SUITE, ADA.message, now=NOW, longest_lifetime=1800)
    welcome = Circle.of(SUITE, ["ada"]).add("ada", ["ben"]).welcome
    assert welcome is not None
    with pytest.raises(ValidationError, match="no key package"):
        read_key_package(SUITE, welcome, now=NOW)
    unsigned = MLSMessage.of(replace(ADA.key_package, signature=bytes(64))).encode()
    with pytest.raises(CryptoError, match="signature"):
        read_key_package(SUITE, unsigned, now=NOW)
    assert isinstance(MLSMessage.decode(ADA.message).body, KeyPackage)


@pytest.mark.parametrize(("group_id", "leaf_index"), [(b"g", 1), (b"h", 0)], ids=["leaf", "group"])
def test_18_a_leaf_signed_for_one_place_is_refused_in_another(
    group_id: bytes, leaf_index: int
) -> None:
    leaf_node = signed_leaf(
        ADA, group_id=b"g", leaf_index=0, leaf_node_source=LeafNodeSource.update, lifetime=None
    )
    check_leaf_node(SUITE, leaf_node, source=LeafNodeSource.update, group_id=b"g", leaf_index=0)
    with pytest.raises(CryptoError, match="signature"):
        check_leaf_node(
            SUITE,
            leaf_node,
            source=LeafNodeSource.update,
            group_id=group_id,
            leaf_index=leaf_index,
        )


def two(**changes: Any) -> RatchetTree:
    """Return the tree of ada, and of ben with something changed."""
    tree, _ = RatchetTree.of_one(signed_leaf(ADA)).add(signed_leaf(BEN, **changes))
    return tree


X509 = Credential(credential_type=CredentialType.x509, certificates=())
REQUIRED = ExtensionType.required_capabilities


def required(**what: tuple[int, ...]) -> tuple[Extension, ...]:
    return (Extension(REQUIRED, RequiredCapabilities(**what).encode()),)


BAD_MEMBERS: dict[str, tuple[RatchetTree, tuple[Extension, ...], str]] = {
    "19 same encryption key": (
        two(encryption_key=ADA.key_package.leaf_node.encryption_key),
        (),
        "share an encryption key",
    ),
    "19 same signature key": (
        two(signature_key=ADA.key_package.leaf_node.signature_key),
        (),
        "share a signature key",
    ),
    "20 credential not supported by ben": (
        two(credential=X509, capabilities=lists(credentials=(CredentialType.x509,))),
        (),
        "credential type in use",
    ),
    "20 group extension not supported": (
        two(),
        (Extension(NOT_LISTED, b""),),
        "extension in use",
    ),
    "20 required extension": (two(), required(extension_types=(NOT_LISTED,)), "extension"),
    "20 required proposal": (two(), required(proposal_types=(NOT_LISTED,)), "proposal"),
    "20 required proposal 0": (two(), required(proposal_types=(0,)), "proposal"),
    "20 required proposal 8, after the RFC's": (two(), required(proposal_types=(8,)), "proposal"),
    "20 required credential": (two(), required(credential_types=(NOT_LISTED,)), "credential"),
}


@pytest.mark.parametrize("case", BAD_MEMBERS.values(), ids=BAD_MEMBERS.keys())
def test_members_that_do_not_fit_together_are_refused(
    case: tuple[RatchetTree, tuple[Extension, ...], str],
) -> None:
    tree, extensions, why = case
    with pytest.raises(ValidationError, match=why):
        check_members(tree, extensions)


@pytest.mark.parametrize("case", BAD_MEMBERS.values(), ids=BAD_MEMBERS.keys())
def test_nor_is_a_tree_of_them_taken_from_a_stranger(
    case: tuple[RatchetTree, tuple[Extension, ...], str],
) -> None:
    tree, extensions, why = case
    with pytest.raises(ValidationError, match=why):
        check_tree(SUITE, tree, group_id=b"", extensions=extensions)
    check_tree(SUITE, two(), group_id=b"", extensions=())


def test_a_tree_without_members_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least one member"):
        check_members(RatchetTree.of_nodes([None]), ())


def test_20_defaults_need_no_listing() -> None:
    check_members(two(), required(extension_types=(1, 3, 5), proposal_types=(1, 3, 7)))
    check_members(two(), (*required(credential_types=(1, 2)), Extension(1, b"")))


@pytest.mark.parametrize(
    "extensions",
    [
        (Extension(REQUIRED, b"\x00\x00\x00\x00"),),
        (Extension(ExtensionType.external_senders, b"\x00\x00"),),
        (Extension(NOT_LISTED, b""), Extension(NOT_LISTED, b"")),
    ],
    ids=["5 trailing byte", "5 trailing byte in senders", "twice"],
)
def test_group_extensions_must_be_whole_and_single(extensions: tuple[Extension, ...]) -> None:
    with pytest.raises(MLSError):
        check_group_extensions(extensions)
    check_group_extensions((Extension(REQUIRED, b"\x00\x00\x00"), Extension(NOT_LISTED, b"")))


def test_small_suites_can_be_told_apart() -> None:
    suites: list[CipherSuite] = [SUITE, cipher_suite(0xF04F)]
    for suite, other in (suites, suites[::-1]):
        with pytest.raises(ValidationError, match="another cipher suite"):
            check_key_package(other, Circle(suite).person("ada").key_package)
