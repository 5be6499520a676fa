"""What people meet at a relay: whether anybody can open a room there, and who it says runs it.

A relay can be well in every other way and still be of no use to the first group that comes.
"""

from collections.abc import Iterator

from holdspace.server.checks import Finding, warning, well
from holdspace.server.config import Config, is_local, terms_of


def at_the_door(config: Config) -> Iterator[Finding]:
    """Look at what a relay for others needs; one for this machine only needs none of it."""
    if is_local(config):
        return
    terms = terms_of(config)
    if terms.rooms_are_open or terms.codes or terms.declared:
        yield well("rooms", "Somebody can open a room.")
    else:
        yield warning(
            "rooms",
            "Nobody can open a room: there is no room code yet.",
            'Make one: holdspace-relay code new --note "for ..."',
        )
    if config.operator.runs_it and config.operator.contact:
        yield well("card", "People read who runs this relay, and how to reach them.")
    else:
        yield warning(
            "card",
            "People do not read who runs this relay, or not how to reach them.",
            "Fill in runs_it and contact below [operator]; holdspace-relay card shows the whole.",
        )
