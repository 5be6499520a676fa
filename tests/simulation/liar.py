"""The relay's other face: what it shows to whom. An honest one shows everybody what there is."""

from collections.abc import Sequence

from holdspace.protocol import frames
from network import Wire


class Honest:
    """Show what there is."""

    is_honest = True

    def shows(self, wire: Wire, frame: frames.RelayFrame) -> Sequence[frames.RelayFrame]:
        """Return what this person is shown instead of a frame."""
        world = wire.person.world
        if isinstance(frame, frames.Welcomed) and world.welcomes_to_hold:
            world.welcomes_to_hold -= 1
            wire.down.stand_still(20.0)
            world.reached("stale Welcome")
            world.tell(f"{wire.person.name}'s Welcome takes long to arrive.")
        return (frame,)
