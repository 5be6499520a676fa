"""What is kept of an epoch that is over, and for how long: RFC 9420 sections 8.6, 14 and 15.3.

Messages overtake commits. Whoever wants to read those that come late keeps the keys of past epochs,
and with them the risk that section 15.3 speaks of; so both number and time are bounded, and the
default is to keep nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import field

from holdspace.protocol.mls.framing import Epoch
from holdspace.protocol.mls.key_schedule import NO_SECRETS
from holdspace.protocol.mls.ratchet_tree import RatchetTree
from holdspace.protocol.mls.secret_tree import SecretTree
from holdspace.protocol.mls.treemath import LeafIndex
from holdspace.protocol.values import replace, value


@value()
class Retention:
    """Bound how many epochs are kept after their end, and for how many seconds."""

    epochs: int = 0
    seconds: float = 0.0


NOTHING_KEPT = Retention()


@value(repr=False)
class PastEpoch:
    """Hold what reads the application messages of an epoch, and what a later one can build on.

    Senders are looked up in the tree of that epoch: somebody else may sit at their leaf by now.
    """

    epoch: Epoch
    tree: RatchetTree
    secret_tree: SecretTree
    resumption_psk: bytes = field(repr=False)
    ended_at: float

    @property
    def number(self) -> int:
        """Return the epoch's number."""
        return self.epoch.group_context.epoch


def past_epoch(
    epoch: Epoch, tree: RatchetTree, secret_tree: SecretTree, *, ended_at: float
) -> PastEpoch:
    """Return what is kept of an epoch; nobody can be added, exported or confirmed with it."""
    secrets = replace(NO_SECRETS, sender_data_secret=epoch.secrets.sender_data_secret)
    reading = Epoch(epoch.suite, epoch.group_context, secrets, signature_key_in(tree))
    return PastEpoch(reading, tree, secret_tree, epoch.secrets.resumption_psk, ended_at)


def still_kept(
    past: Sequence[PastEpoch], retention: Retention, now: float
) -> tuple[PastEpoch, ...]:
    """Return the epochs, newest first, that are neither too many nor too old."""
    newest = past[: retention.epochs]
    return tuple(one for one in newest if now - one.ended_at <= retention.seconds)


def signature_key_in(tree: RatchetTree) -> Callable[[LeafIndex], bytes | None]:
    """Return a way to look up who signs at a leaf, which holds nothing but the tree."""

    def signature_key(leaf: LeafIndex) -> bytes | None:
        leaf_node = tree.leaf(leaf)
        return None if leaf_node is None else leaf_node.signature_key

    return signature_key
