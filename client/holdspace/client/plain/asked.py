"""What somebody asked of the plain line mode: the picture they ask about, and what is kept back for them."""

from holdspace.client.seat.view import CardView, RoomView
from holdspace.protocol.values import value


@value()
class Asked:
    """What somebody asked, in which moment."""

    view: RoomView
    now: float = 0.0
    number: int = 0
    draft: str = ""
    card: CardView | None = None
    kept_elsewhere: tuple[str, ...] = ()
    kept_apart: str = ""
