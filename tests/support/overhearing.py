"""An ordinary client that also writes down every event it can read: overhearing.py FILE command...

For tests of what does not travel: whatever one member's client can open is in the file, one event a
line, as author, name and bytes.
"""

import sys
from pathlib import Path

from holdspace.client import cli
from holdspace.client.seat import reading
from holdspace.client.seat.seat import Agreed, Seat, Spoken
from holdspace.client.seat.step import Moment
from holdspace.protocol.meeting.events import encode_event

_agree = reading._agree


def main() -> int:
    """Be the client, and write everything down."""
    with Path(sys.argv[1]).open("w", buffering=1) as file:

        def overhear(seat: Seat, agreed: Agreed, moment: Moment) -> Seat:
            if isinstance(agreed, Spoken):
                what = (agreed.author.hex(), type(agreed.event).__name__)
                file.write(f"{' '.join(what)} {encode_event(agreed.event).hex()}\n")
            return _agree(seat, agreed, moment)

        reading._agree = overhear
        return cli.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
