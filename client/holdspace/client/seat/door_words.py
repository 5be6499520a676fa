"""What somebody on the way in reads when it goes otherwise than they hoped."""

from holdspace.protocol.translation import N_

from .view import Place

NOT_OPEN = N_(
    "The room is not open: its host opens it when it meets. If it does not open, the host may have moved "
    "it to another relay and has a note for you, which you paste at `holdspace join`."
)
AGREED_ANEW = N_(
    "The agreements of this room have changed since you were here. Read them, and accept them with "
    "your name, or leave."
)
DECLINED = N_("The facilitator answered: {words}")
NOT_ANSWERED = N_(
    "Your knock ran out before anybody answered it, or the invitation was taken back. Nothing about "
    "you is kept. Please ask whoever invited you, and knock again."
)
OLD_CARD = N_(
    "The relay shows an old card of this room, from an earlier meeting, so you did not knock; nothing of "
    "yours was sent. Look whether this device's clock is right. If it is, try again later, or ask the host "
    "which relay the room is at."
)
NOT_THEIR_ROOM = N_(
    "You were let into something that is not the room you were invited to, so it was not joined. "
    "Nothing you wrote was shown. Please tell whoever invited you."
)
READS_ONLY = N_(
    "You only read today: rounds pass you by, and nobody waits for you. /return takes part, whenever "
    "you like."
)

NOW_WORDS = {
    Place.OUTSIDE: N_("Reading the card of the room."),
    Place.LOBBY: N_("Read the agreements. Accept them with a name of your choice, or leave."),
    Place.WAITING: N_("You knocked. A facilitator will let you in; there is nothing else to do."),
}
