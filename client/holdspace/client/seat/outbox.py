"""What this person said and the log does not show yet.

An act takes effect when it comes back in log order. Until then it lives here, and whatever
happens in between (a lost connection, a change of keys) it is sent again under its own id, so
that it arrives once or is still here.
"""

from dataclasses import field

from holdspace.protocol.meeting.events import CoverSlot, Event, Heartbeat, Snapshot
from holdspace.protocol.values import value

from .replacing import replace

BOUND = 64


@value()
class Riding:
    """How far one message went in cover slots of this epoch: its bytes, and what of them was sealed.

    `since` is the author counter of the slot it began in: an older slot says nothing about it.
    """

    data: bytes = field(repr=False)
    since: int
    sent: int = 0
    parts: int = 0

    @property
    def is_sent(self) -> bool:
        """Tell whether all of it was sealed."""
        return self.sent >= len(self.data)


@value()
class Outgoing:
    """One own message: what it says, and its newest sealing (empty until sealed).

    `step` is the step of the epoch's ratchet that the sealing took. What the relay refused was given
    back to the person; a relay that shows it to everybody after all must not find us unknowing.
    `riding` is how far it went in cover slots, if it goes in them.
    """

    message_id: bytes
    counter: int
    event: Event = field(repr=False)
    at: float
    payload: bytes = field(default=b"", repr=False)
    step: int = 0
    is_given_back: bool = False
    riding: Riding | None = None

    @property
    def is_fleeting(self) -> bool:
        """Tell whether it may simply be forgotten when it did not arrive."""
        return isinstance(self.event, Heartbeat | CoverSlot)

    @property
    def may_ride(self) -> bool:
        """Tell whether it goes in cover slots, where there are any.

        A snapshot belongs to a commit, which the relay sees in any case, and somebody waits for it.
        """
        is_other = self.is_fleeting or isinstance(self.event, Snapshot)
        return not (is_other or self.payload or self.is_given_back)

    @property
    def is_half_there(self) -> bool:
        """Tell whether some of it was sealed into cover slots, and some was not."""
        return self.riding is not None and 0 < self.riding.sent < len(self.riding.data)

    def rides_in(self, slot: "Outgoing") -> bool:
        """Tell whether an own slot says anything about it: not if it was given back, or began anew since."""
        return self.riding is not None and slot.counter >= self.riding.since


@value()
class Outbox:
    """Own messages in the order they were said."""

    waiting: tuple[Outgoing, ...] = ()

    def with_new(self, item: Outgoing) -> "Outbox":
        """Return the outbox with one more at the end."""
        return replace(self, waiting=(*self.waiting, item))

    def find_sealed(self, payload: bytes) -> Outgoing | None:
        """Return the own message that was sent as exactly these bytes."""
        for item in self.waiting:
            if item.payload == payload:
                return item
        return None

    def find_id(self, message_id: bytes) -> Outgoing | None:
        """Return the own message with this id."""
        return next((item for item in self.waiting if item.message_id == message_id), None)

    def without(self, message_id: bytes) -> "Outbox":
        """Return the outbox without this message."""
        return replace(self, waiting=tuple(i for i in self.waiting if i.message_id != message_id))

    def with_newest(self, newest: Outgoing) -> "Outbox":
        """Return the outbox with this message as it is now."""
        return replace(
            self,
            waiting=tuple(newest if i.message_id == newest.message_id else i for i in self.waiting),
        )

    def worth_keeping(self) -> "Outbox":
        """Return the outbox without what may be forgotten and was not sealed yet.

        What was sealed took a step of the ratchet; people follow only so many steps left out.
        """
        return replace(
            self, waiting=tuple(i for i in self.waiting if i.payload or not i.is_fleeting)
        )

    def lasting(self) -> "Outbox":
        """Return the outbox without what may be forgotten, or was given back."""
        kept = (i for i in self.waiting if not (i.is_fleeting or i.is_given_back))
        return replace(self, waiting=tuple(kept))

    def giving_back(self, message_id: bytes) -> "Outbox":
        """Return the outbox that sends this message no more, and would know its sealing again."""
        kept = (
            replace(i, is_given_back=True, riding=None) if i.message_id == message_id else i
            for i in self.waiting
        )
        return replace(self, waiting=tuple(kept))
