"""Every "no" the relay can say and every reason it closes a connection, in one table.

Both ends read it: the relay sends only the number, the client shows the sentence. Nothing about
the cause beyond the number ever crosses the wire.
"""

from enum import IntEnum, unique

from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value


class LocalError(Exception):
    """We were used against our own rules; the bug is on this side."""


class PeerError(Exception):
    """The other end broke the protocol; nothing it sent in that message took effect."""


@unique
class Refusal(IntEnum):
    """Name a request that was understood and answered no."""

    STALE_EPOCH = 101
    LOST_RACE = 102
    NOT_FACILITATOR = 103
    TOO_LONG = 104
    MEETING_FULL_OF_WORDS = 105
    TOO_FAST = 106
    NOT_HERE = 107
    LOBBY_FULL = 108
    INVITATION_OVER = 109
    RELAY_FULL = 110
    NOT_SAVED = 111
    BAD_KEY = 112
    ALREADY_THERE = 113
    NOT_ATTACHED = 114
    GAP = 115
    NEEDS_CODE = 116
    CODE_IN_USE = 117
    NO_MEETING = 118


@unique
class Close(IntEnum):
    """Name why the relay closed the connection. 4000-4499: come back. 4500-4999: do not."""

    RESTARTING = 4000
    TOO_SLOW = 4001
    PROVE_AGAIN = 4002
    TOO_QUIET = 4003
    CROWDED = 4004
    NOT_SAVING = 4005
    WRONG_VERSION = 4500
    NOT_UNDERSTOOD = 4501
    WRONG_PROOF = 4502
    MEETING_OVER = 4503
    NOT_FOR_BROWSERS = 4504


@value()
class Answer:
    """What to tell the person, and whether trying the same thing again can help."""

    sentence: str
    try_again: bool


REFUSALS: dict[Refusal, Answer] = {
    Refusal.STALE_EPOCH: Answer(
        N_("Somebody came or left just now. Your words are sent again."), True
    ),
    Refusal.LOST_RACE: Answer(
        N_("Another facilitator was quicker. Nothing was changed twice."), True
    ),
    Refusal.NOT_FACILITATOR: Answer(N_("Only a facilitator of this meeting can do that."), False),
    Refusal.TOO_LONG: Answer(N_("That is too long to send in one piece. It is kept here."), False),
    Refusal.MEETING_FULL_OF_WORDS: Answer(
        N_("This meeting has used all the space its relay gives it. Your words are kept here."),
        False,
    ),
    Refusal.TOO_FAST: Answer(N_("That was many messages at once. It is sent again shortly."), True),
    Refusal.NOT_HERE: Answer(
        N_(
            "The relay does not know this room or meeting, or it is over. Ask whoever invited you "
            "for a new code."
        ),
        False,
    ),
    Refusal.LOBBY_FULL: Answer(
        N_("The lobby is full at the moment. Please try in a minute."), True
    ),
    Refusal.INVITATION_OVER: Answer(
        N_("This invitation is no longer valid. Ask whoever invited you for a new one."), False
    ),
    Refusal.RELAY_FULL: Answer(N_("This relay has no room for another meeting just now."), True),
    Refusal.NOT_SAVED: Answer(N_("The relay could not save that. It is kept here."), True),
    Refusal.BAD_KEY: Answer(N_("The relay refused a key as unsafe. Nothing was changed."), False),
    Refusal.ALREADY_THERE: Answer(N_("That room or meeting exists already."), False),
    Refusal.NOT_ATTACHED: Answer(N_("The connection has not joined the meeting yet."), True),
    Refusal.GAP: Answer(N_("The relay no longer has what you missed. Please knock again."), False),
    Refusal.NEEDS_CODE: Answer(
        N_(
            "This relay opens rooms only with a room code that it knows. Ask whoever runs it for one."
        ),
        False,
    ),
    Refusal.CODE_IN_USE: Answer(
        N_(
            "That room code keeps as many rooms as it may. Ask whoever runs the relay for another, or "
            "wait until one of its rooms is forgotten."
        ),
        False,
    ),
    # Only whoever proves to hold an open invitation reads this; all others are told NOT_HERE.
    Refusal.NO_MEETING: Answer(
        N_(
            "This meeting has ended, so nobody can let you in. Nothing about you is kept. Whoever invited "
            "you can tell you when the group meets again; you get a new code then."
        ),
        False,
    ),
}

CLOSES: dict[Close, Answer] = {
    Close.RESTARTING: Answer(N_("The relay is restarting. Your place is kept."), True),
    Close.TOO_SLOW: Answer(N_("The connection was too slow to keep up. Your place is kept."), True),
    Close.PROVE_AGAIN: Answer(
        N_("The connection took too long to renew. Your place is kept."), True
    ),
    Close.TOO_QUIET: Answer(N_("The connection went quiet. Your place is kept."), True),
    Close.CROWDED: Answer(N_("The relay has too many connections just now."), True),
    Close.NOT_SAVING: Answer(
        N_("The relay cannot save at the moment. Your words are kept here."), True
    ),
    Close.WRONG_VERSION: Answer(
        N_("This relay speaks another version of holdspace. One of the two needs an update."), False
    ),
    Close.NOT_UNDERSTOOD: Answer(N_("The relay did not understand this client."), False),
    # Said by a relay, which must not make anybody believe that people here sent them away.
    Close.WRONG_PROOF: Answer(
        N_(
            "The relay does not accept this client's key for the meeting any more. That need not be "
            "anybody's decision. Please knock again."
        ),
        False,
    ),
    Close.MEETING_OVER: Answer(
        N_("This meeting is over. Nothing of it is kept on the relay."), False
    ),
    Close.NOT_FOR_BROWSERS: Answer(N_("This relay is not for web pages."), False),
}

COME_BACK_BELOW = 4500


class Refused(Exception):
    """The request was allowed to be made, and the answer is no; the connection stays open."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(REFUSALS[refusal].sentence)
        self.refusal = refusal


def close_answer(code: int) -> Answer:
    """Return what a close code means for the person; unknown codes follow their range."""
    if code in CLOSES:
        return CLOSES[Close(code)]
    return Answer(
        _("The connection was lost. Your place is kept."), not COME_BACK_BELOW <= code <= 4999
    )
