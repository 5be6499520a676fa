"""Check cases of the official families tree-math, deserialization, messages and crypto-basics."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.ciphersuite import CipherSuite, cipher_suite
from holdspace.protocol.mls.codec import Struct
from holdspace.protocol.mls.errors import CodecError
from holdspace.protocol.mls.messages import (
    Add,
    Commit,
    ExternalInit,
    GroupContextExtensions,
    GroupSecrets,
    HPKECiphertext,
    MLSMessage,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
)
from holdspace.protocol.mls.structs import RatchetTreeExtension
from holdspace.protocol.mls.treemath import NodeIndex
from holdspace.protocol.mls.wire import Reader, length_header

Case = dict[str, Any]

# Which struct a name of the family messages stands for, where it is not a whole MLSMessage.
STRUCTS: dict[str, type[Struct]] = {
    "ratchet_tree": RatchetTreeExtension,
    "group_secrets": GroupSecrets,
    "add_proposal": Add,
    "update_proposal": Update,
    "remove_proposal": Remove,
    "pre_shared_key_proposal": PreSharedKey,
    "re_init_proposal": ReInit,
    "external_init_proposal": ExternalInit,
    "group_context_extensions_proposal": GroupContextExtensions,
    "commit": Commit,
}


def unhex(case: Case, name: str) -> bytes:
    """Return the bytes that a case gives as text."""
    return bytes.fromhex(case[name])


def verify_tree_math(case: Case) -> None:
    """Ask our array tree what the case asks."""
    leaf_count = case["n_leaves"]
    assert treemath.node_width(leaf_count) == case["n_nodes"]
    assert treemath.root(leaf_count) == case["root"]
    questions: dict[str, Callable[[NodeIndex], NodeIndex]] = {
        "left": treemath.left,
        "right": treemath.right,
        "parent": lambda node: treemath.parent(node, leaf_count),
        "sibling": lambda node: treemath.sibling(node, leaf_count),
    }
    for question, answer in questions.items():
        for node, expected in enumerate(case[question]):
            assert answered(answer, NodeIndex(node)) == expected


def answered(answer: Callable[[NodeIndex], NodeIndex], node: NodeIndex) -> NodeIndex | None:
    """Return a relative of a node; None where it has no such relative."""
    try:
        return answer(node)
    except ValueError:
        return None


def verify_deserialization(case: Case) -> None:
    """Write and read one length header."""
    header, length = unhex(case, "vlbytes_header"), case["length"]
    assert length_header(length) == header
    # The longest are a gigabyte; that the length was understood shows in the refusal.
    if length:
        with pytest.raises(CodecError, match=f"vector of {length} bytes announced, 0 left"):
            Reader(header).length()
    else:
        assert Reader(header).length() == 0


def verify_messages(case: Case) -> None:
    """Read each struct and write it again; with a byte more it is refused."""
    assert len(case) == 17
    for name, text in case.items():
        encoded = bytes.fromhex(text)
        struct = STRUCTS.get(name, MLSMessage)
        assert struct.decode(encoded).encode() == encoded, name
        with pytest.raises(CodecError):
            struct.decode(encoded + b"\0")


def verify_crypto_basics(case: Case) -> None:
    """Take each labelled function once."""
    suite = cipher_suite(case["cipher_suite"])
    for function in (
        ref_hash,
        expand_with_label,
        derive_secret,
        derive_tree_secret,
        sign_with_label,
        encrypt_with_label,
    ):
        function(suite, **hexed(case[function.__name__]))


def hexed(given: Case) -> Case:
    """Return the inputs with their texts as bytes; labels stay text."""
    return {
        name: bytes.fromhex(value) if isinstance(value, str) and name != "label" else value
        for name, value in given.items()
    }


def ref_hash(suite: CipherSuite, *, label: str, value: bytes, out: bytes) -> None:
    """Check one RefHash."""
    assert suite.ref_hash(label, value) == out


def expand_with_label(
    suite: CipherSuite, *, secret: bytes, label: str, context: bytes, length: int, out: bytes
) -> None:
    """Check one ExpandWithLabel."""
    assert suite.expand_with_label(secret, label, context, length) == out


def derive_secret(suite: CipherSuite, *, secret: bytes, label: str, out: bytes) -> None:
    """Check one DeriveSecret."""
    assert suite.derive_secret(secret, label) == out


def derive_tree_secret(
    suite: CipherSuite, *, secret: bytes, label: str, generation: int, length: int, out: bytes
) -> None:
    """Check one DeriveTreeSecret."""
    assert suite.derive_tree_secret(secret, label, generation, length) == out


def sign_with_label(
    suite: CipherSuite, *, priv: bytes, pub: bytes, label: str, content: bytes, signature: bytes
) -> None:
    """Check their signature, and ours with their key."""
    key_pair = suite.signature.load(priv)
    assert key_pair.public_key == pub
    ours = suite.sign_with_label(key_pair, label, content)
    for given in (signature, ours):
        suite.verify_with_label(pub, label, content, signature=given)


def encrypt_with_label(
    suite: CipherSuite,
    *,
    priv: bytes,
    pub: bytes,
    label: str,
    context: bytes,
    plaintext: bytes,
    kem_output: bytes,
    ciphertext: bytes,
) -> None:
    """Open what they sealed, and what we seal to their key."""
    key_pair = suite.kem.load(priv)
    assert key_pair.public_key == pub
    ours = suite.encrypt_with_label(pub, label, context, plaintext=plaintext, random=os.urandom)
    for sealed in (HPKECiphertext(kem_output, ciphertext), ours):
        opened = suite.decrypt_with_label(key_pair, label, context, ciphertext=sealed)
        assert opened == plaintext
