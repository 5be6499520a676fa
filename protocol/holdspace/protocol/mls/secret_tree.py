"""The secret tree: one key and nonce per message, each given out once (RFC 9420 section 9).

A tree is a value. `take` returns the key and the tree without it, and the caller keeps either the
old tree (the message did not verify) or the new one. Secrets are derived along one path when a leaf
first speaks, and a node's secret is gone as soon as its children are derived.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from holdspace.protocol.mls import treemath
from holdspace.protocol.mls.ciphersuite import CipherSuite
from holdspace.protocol.mls.errors import UsageError, ValidationError
from holdspace.protocol.mls.treemath import LeafIndex, NodeIndex
from holdspace.protocol.values import replace, value

MAX_GENERATION = 2**32 - 1


class RatchetKind(Enum):
    """A leaf's two ratchets, by the labels of their first secrets."""

    handshake = "handshake"
    application = "application"


@value()
class MessageKey:
    """Hold the key and nonce of one generation; neither shows in a repr."""

    generation: int
    key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)


@value()
class Window:
    """Bound what a sender can make a receiver do: steps forward at once, and skipped keys kept."""

    forward: int = 32
    skipped: int = 64


DEFAULT_WINDOW = Window()


@value(repr=False)
class Ratchet:
    """Hold one ratchet: the secret of the next generation, and keys that were passed over."""

    secret: bytes
    generation: int = 0
    skipped: Mapping[int, MessageKey] = field(default_factory=dict)

    def take(
        self, suite: CipherSuite, generation: int, window: Window
    ) -> tuple["Ratchet", MessageKey]:
        """Give out one generation's key; it cannot be taken again from the ratchet returned."""
        if generation < self.generation:
            return self._take_skipped(generation)
        # A member may name any generation up to 2^32 - 1: refuse before the first step.
        if generation - self.generation > window.forward:
            raise ValidationError("the message skips too many generations")
        secret, skipped = self.secret, dict(self.skipped)
        for passed in range(self.generation, generation):
            skipped[passed] = _message_key(suite, secret, passed)
            secret = _next_secret(suite, secret, passed)
        for oldest in sorted(skipped)[: max(0, len(skipped) - window.skipped)]:
            del skipped[oldest]
        taken = _message_key(suite, secret, generation)
        return Ratchet(_next_secret(suite, secret, generation), generation + 1, skipped), taken

    def _take_skipped(self, generation: int) -> tuple["Ratchet", MessageKey]:
        # 9.2: a key is deleted with its use, so a replay finds nothing.
        if generation not in self.skipped:
            raise ValidationError("the message was read already, or came too late")
        skipped = {number: key for number, key in self.skipped.items() if number != generation}
        return replace(self, skipped=skipped), self.skipped[generation]


# 9.1
def _message_key(suite: CipherSuite, secret: bytes, generation: int) -> MessageKey:
    key = suite.derive_tree_secret(secret, "key", generation, suite.aead.n_k)
    nonce = suite.derive_tree_secret(secret, "nonce", generation, suite.aead.n_n)
    return MessageKey(generation, key, nonce)


def _next_secret(suite: CipherSuite, secret: bytes, generation: int) -> bytes:
    return suite.derive_tree_secret(secret, "secret", generation, suite.n_h)


@value(repr=False)
class SecretTree:
    """Hold what is left of one epoch's message keys."""

    suite: CipherSuite
    leaf_count: int
    window: Window
    secrets: Mapping[NodeIndex, bytes]
    ratchets: Mapping[tuple[LeafIndex, RatchetKind], Ratchet] = field(default_factory=dict)

    @classmethod
    def create(
        cls,
        suite: CipherSuite,
        encryption_secret: bytes,
        leaf_count: int,
        window: Window = DEFAULT_WINDOW,
    ) -> "SecretTree":
        """Start an epoch's tree from its encryption secret."""
        return cls(suite, leaf_count, window, {treemath.root(leaf_count): encryption_secret})

    def take(
        self, leaf: LeafIndex, kind: RatchetKind, generation: int
    ) -> tuple["SecretTree", MessageKey]:
        """Give out one key to read with; the tree returned no longer has it."""
        tree = self._grown_to(leaf)
        ratchet, key = tree.ratchets[leaf, kind].take(self.suite, generation, self.window)
        return replace(tree, ratchets={**tree.ratchets, (leaf, kind): ratchet}), key

    def take_next(self, leaf: LeafIndex, kind: RatchetKind) -> tuple["SecretTree", MessageKey]:
        """Give out the next key to write with."""
        tree = self._grown_to(leaf)
        generation = tree.ratchets[leaf, kind].generation
        if generation > MAX_GENERATION:
            raise UsageError("this epoch has no more keys: commit first")
        return tree.take(leaf, kind, generation)

    def _grown_to(self, leaf: LeafIndex) -> "SecretTree":
        if (leaf, RatchetKind.application) in self.ratchets:
            return self
        if not 0 <= leaf < self.leaf_count:
            raise ValidationError("the sender is outside the tree")
        secrets, node = dict(self.secrets), treemath.node_of(leaf)
        # 9: split the nearest ancestor that still has its secret, down to the leaf.
        for above in reversed(treemath.direct_path(node, self.leaf_count)):
            if above in secrets:
                secret = secrets.pop(above)
                secrets[treemath.left(above)] = self._expand(secret, "tree", b"left")
                secrets[treemath.right(above)] = self._expand(secret, "tree", b"right")
        secret = secrets.pop(node)
        grown = {(leaf, kind): Ratchet(self._expand(secret, kind.value)) for kind in RatchetKind}
        return replace(self, secrets=secrets, ratchets={**self.ratchets, **grown})

    def _expand(self, secret: bytes, label: str, context: bytes = b"") -> bytes:
        return self.suite.expand_with_label(secret, label, context, self.suite.n_h)
