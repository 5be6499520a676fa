"""What a relay says about whoever runs it, made safe to show before anybody joins or hosts.

Nobody signs it and no client checks it: it is one server's word about itself (R11).
"""

from holdspace.protocol.frames import OperatorCard
from holdspace.protocol.text import clean_line

from .view import SAYS_NOTHING, OperatorView

MAX_WHO, MAX_KEEPS, MAX_RULES = 200, 400, 800


def operator_view(card: OperatorCard | None) -> OperatorView:
    """Return the card with clean text; empty where the relay says nothing."""
    if card is None:
        return SAYS_NOTHING
    return OperatorView(
        runs_it=clean_line(card.runs_it, MAX_WHO),
        contact=clean_line(card.contact, MAX_WHO),
        keeps=clean_line(card.keeps, MAX_KEEPS),
        rules=clean_line(card.rules, MAX_RULES),
    )
