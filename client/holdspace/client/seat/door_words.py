"""What somebody on the way in reads when it goes otherwise than they hoped."""

NOT_OPEN = (
    "The room is not open: its host opens it when it meets. If it does not open, the host may have moved "
    "it to another relay and has a note for you, which you paste at `holdspace join`."
)
AGREED_ANEW = (
    "The agreements of this room have changed since you were here. Read them, and accept them with "
    "your name, or leave."
)
DECLINED = "The facilitator answered: "
NOT_ANSWERED = (
    "Your knock ran out before anybody answered it, or the invitation was taken back. Nothing about "
    "you is kept. Please ask whoever invited you, and knock again."
)
NOT_THEIR_ROOM = (
    "You were let into something that is not the room you were invited to, so it was not joined. "
    "Nothing you wrote was shown. Please tell whoever invited you."
)
READS_ONLY = (
    "You only read today: rounds pass you by, and nobody waits for you. /return takes part, whenever "
    "you like."
)
