"""What lasts of a room, in the sentences that both front ends show."""

from collections.abc import Iterator

from holdspace.client.seat.view import KeepingView, PinView, Role, RoomView
from holdspace.protocol.translation import N_, _

NOT_KEPT = N_("You do not keep this room. /keeproom asks for it; nothing is kept by itself.")
NOT_KEPT_HOST = N_(
    "You do not keep this room: when the meeting is over it is gone. /keeproom keeps it in your "
    "notebook, so that the same room can open again."
)
KEPT = N_("You keep this room. `holdspace join` finds it next time, without a code.")
KEPT_HOST = N_("You keep this room. `holdspace open` opens it again, with the same four words.")
WAITING = N_("You have asked the host whether you may keep this room. They answer when they can.")
LOCKED = N_(
    "The door is locked: new people read a kind no, and who belongs to the room waits for your yes."
)
OPEN_DOOR = N_("Who belongs to the room comes in at once; everybody else waits for your yes.")
# By whether they are a co-facilitator, and whether they are here now.
_KEEPS = {
    (False, False): N_("{name} keeps this room"),
    (False, True): N_("{name} keeps this room; here now"),
    (True, False): N_("{name} keeps this room, as a co-facilitator"),
    (True, True): N_("{name} keeps this room, as a co-facilitator; here now"),
}


def facts(view: RoomView) -> Iterator[str]:
    """Yield what is kept, when the room meets, and how the door is."""
    lasts = view.keeping
    yield _kept(lasts, is_host=view.is_host)
    yield (
        _("It meets on {meets}.").format(meets=lasts.meets)
        if lasts.meets
        else _("When it meets again is open.")
    )
    if view.is_host and lasts.is_kept:
        yield _(LOCKED if lasts.is_locked else OPEN_DOOR)
    if lasts.attended:
        yield _("You were given a slip that says that somebody was here today; it names nobody.")


def asking(lasts: KeepingView) -> Iterator[str]:
    """Yield who waits for the host's yes."""
    for person in lasts.asking:
        yield _("{name} asks to keep this room: /letkeep {name}, or /notkeep.").format(
            name=person.name
        )


def pin_words(pin: PinView) -> str:
    """Return one of those who keep the room."""
    name = _("Somebody you forgot") if pin.name == "-" else pin.name
    if pin.is_revoked:
        return _("{name} is not known here any more").format(name=name)
    return _(_KEEPS[pin.role is Role.FACILITATOR, pin.is_here]).format(name=name)


def _kept(lasts: KeepingView, *, is_host: bool) -> str:
    if lasts.is_kept:
        return _(KEPT_HOST if is_host else KEPT)
    if lasts.has_asked:
        return _(WAITING)
    return _(NOT_KEPT_HOST if is_host else NOT_KEPT)
