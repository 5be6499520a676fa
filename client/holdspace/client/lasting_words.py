"""What lasts of a room, in the sentences that both front ends show."""

from collections.abc import Iterator

from holdspace.client.seat.view import KeepingView, PinView, Role, RoomView

NOT_KEPT = "You do not keep this room. /keeproom asks for it; nothing is kept by itself."
NOT_KEPT_HOST = (
    "You do not keep this room: when the meeting is over it is gone. /keeproom keeps it in your "
    "notebook, so that the same room can open again."
)
KEPT = "You keep this room. `holdspace join` finds it next time, without a code."
KEPT_HOST = "You keep this room. `holdspace open` opens it again, with the same four words."
WAITING = "You have asked the host whether you may keep this room. They answer when they can."
LOCKED = (
    "The door is locked: new people read a kind no, and who belongs to the room waits for your yes."
)
OPEN_DOOR = "Who belongs to the room comes in at once; everybody else waits for your yes."


def facts(view: RoomView) -> Iterator[str]:
    """Yield what is kept, when the room meets, and how the door is."""
    lasts = view.keeping
    yield _kept(lasts, is_host=view.is_host)
    yield f"It meets on {lasts.meets}." if lasts.meets else "When it meets again is open."
    if view.is_host and lasts.is_kept:
        yield LOCKED if lasts.is_locked else OPEN_DOOR
    if lasts.attended:
        yield "You were given a slip that says that somebody was here today; it names nobody."


def asking(lasts: KeepingView) -> Iterator[str]:
    """Yield who waits for the host's yes."""
    for person in lasts.asking:
        yield f"{person.name} asks to keep this room: /letkeep {person.name}, or /notkeep."


def pin_words(pin: PinView) -> str:
    """Return one of those who keep the room."""
    name = "Somebody you forgot" if pin.name == "-" else pin.name
    if pin.is_revoked:
        return f"{name} is not known here any more"
    role = ", as a co-facilitator" if pin.role is Role.FACILITATOR else ""
    here = "; here now" if pin.is_here else ""
    return f"{name} keeps this room{role}{here}"


def _kept(lasts: KeepingView, *, is_host: bool) -> str:
    if lasts.is_kept:
        return KEPT_HOST if is_host else KEPT
    if lasts.has_asked:
        return WAITING
    return NOT_KEPT_HOST if is_host else NOT_KEPT
