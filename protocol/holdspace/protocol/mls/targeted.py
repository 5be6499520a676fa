"""Something for one member alone, sealed to the key in their leaf (RFC 9420 section 5.1.3), and
something signed by the key in a leaf outside the group's own messages (5.1.2).

The idea is that of targeted messages (draft-ietf-mls-targeted-messages), without their framing: the
caller sends the sealed bytes inside a message of the group, which says who wrote them. A leaf's key
lives as long as the leaf does, so what was sealed is secret for no longer than that key is.
"""

from holdspace.protocol.mls.group_state import GroupState
from holdspace.protocol.mls.hpke import RandomSource
from holdspace.protocol.mls.messages import HPKECiphertext
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.mls.wire import encode_opaque
from holdspace.protocol.values import value


@value()
class Purpose:
    """What something is sealed for: a label of the caller's own, and what it must be bound to."""

    label: str
    context: bytes


def seal_to_leaf(
    state: GroupState, leaf: LeafIndex, purpose: Purpose, plaintext: bytes, *, random: RandomSource
) -> bytes:
    """Return bytes that only who sits at this leaf in this epoch can open, for this purpose."""
    sealed = state.suite.encrypt_with_label(
        state.member(leaf).leaf_node.encryption_key,
        purpose.label,
        _bound(state, leaf, purpose),
        plaintext=plaintext,
        random=random,
    )
    return sealed.encode()


def open_at_leaf(state: GroupState, purpose: Purpose, sealed: bytes) -> bytes:
    """Return what was sealed to our own leaf; raise an MLSError for everything else."""
    leaf = state.own_leaf_index
    return state.suite.decrypt_with_label(
        state.private_keys[state.member(leaf).leaf_node.encryption_key],
        purpose.label,
        _bound(state, leaf, purpose),
        ciphertext=HPKECiphertext.decode(sealed),
    )


def sign_with_leaf(state: GroupState, purpose: Purpose, content: bytes) -> bytes:
    """Return our signature over something, for this purpose, in this group."""
    signed = encode_opaque(state.group_id) + encode_opaque(purpose.context) + content
    return state.suite.sign_with_label(state.signature_key_pair, purpose.label, signed)


def verify_leaf(
    state: GroupState, leaf: LeafIndex, purpose: Purpose, content: bytes, *, signature: bytes
) -> None:
    """Raise an MLSError unless who sits at this leaf has signed that."""
    signed = encode_opaque(state.group_id) + encode_opaque(purpose.context) + content
    key = state.member(leaf).signature_key
    state.suite.verify_with_label(key, purpose.label, signed, signature=signature)


def _bound(state: GroupState, leaf: LeafIndex, purpose: Purpose) -> bytes:
    """Return the context: this group, this epoch, this leaf, and what the caller binds it to."""
    place = state.epoch.to_bytes(8) + leaf.to_bytes(4)
    return encode_opaque(state.group_id) + place + encode_opaque(purpose.context)
