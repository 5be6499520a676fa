"""What comes of sending and of receiving: each value holds the group to go on from."""

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from holdspace.protocol.mls.group_state import Member
from holdspace.protocol.mls.messages import ContentType, ReInit
from holdspace.protocol.mls.proposals import SentProposal

if TYPE_CHECKING:
    from holdspace.protocol.mls.group import Group
from holdspace.protocol.values import value


@value()
class PendingCommit:
    """A commit of ours that nobody has accepted yet.

    Go on from `current` at once: it is the same epoch with the key that the commit took spent. Go
    on from `group` when the commit was accepted, or, to keep past epochs, from what `accepted` of
    the group you are in returns; drop it when another's commit was.
    """

    message: bytes
    welcome: bytes | None
    current: "Group" = field(repr=False)
    group: "Group" = field(repr=False)


@value()
class Protected:
    """A message ready to send, and the group to go on from before it is sent."""

    group: "Group" = field(repr=False)
    message: bytes


@value()
class Proposed:
    """A proposal of ours ready to send, the group to go on from, and how a commit names it."""

    group: "Group" = field(repr=False)
    message: bytes
    reference: bytes


@value()
class ExternalCommit:
    """A commit by which we let ourselves in, and the group we are in once it was accepted."""

    message: bytes
    group: "Group" = field(repr=False)


@value()
class ApplicationData:
    """Somebody said something, in this epoch or in a past one that is still kept."""

    group: "Group" = field(repr=False)
    sender: Member
    data: bytes = field(repr=False)
    authenticated_data: bytes
    epoch: int


@value()
class EpochChange:
    """Somebody's commit was good, and `group` is the next epoch.

    Whoever committed from outside (`is_external`) is the sender, and is among those added. With a
    `reinit` the group has ended, and is only good for starting the next one (reinit.py).
    """

    group: "Group" = field(repr=False)
    sender: Member
    added: tuple[Member, ...]
    removed: tuple[Member, ...]
    extensions_changed: bool
    authenticated_data: bytes
    is_external: bool = False
    reinit: ReInit | None = None


@value()
class ProposalReceived:
    """Somebody proposed something; the next commit may name it."""

    group: "Group" = field(repr=False)
    proposal: SentProposal
    reference: bytes


@value()
class Removed:
    """Somebody's commit took us out: signed by them, allowed by the policy; no group is left.

    `added`: who came in with it, as the commit alone says; no tree hash of ours covers them.
    """

    sender: Member
    authenticated_data: bytes
    added: tuple[Member, ...] = ()


@value()
class OwnMessage:
    """A message that says it is ours, so nothing of it was opened or checked and no key was used.

    Any member could make one: whoever sent it knows it again by its bytes, and takes no other for
    their own.
    """

    content_type: ContentType


Outcome: TypeAlias = ApplicationData | EpochChange | ProposalReceived | Removed | OwnMessage
