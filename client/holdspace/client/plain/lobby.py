"""What is said and asked at the door: whose room it is, what is agreed, and by what name to knock."""

from collections.abc import Iterator

from holdspace.client.plain.narrator import speak
from holdspace.client.privacy import operator_facts, operator_remark, relay_sees, where_words
from holdspace.client.seat.view import CardView, OperatorView
from holdspace.protocol.translation import N_

CONSENT = "Type y to accept, r to accept and only read today, q to leave."
CONSENT_AGAIN = (
    "Type y to knock again as {name}, r to knock and only read today, q to leave. /about reads the "
    "card of the room again."
)
AT_HOME = N_(
    "/comfort lets you choose bell, time and more, and /tryout try the commands. Both also work while you "
    "wait, and neither is needed."
)
AGAIN = "lobby: You are at the door of {room}. Nobody in the room sees you. What you agreed to is as it was."
NAME = (
    "What shall people here call you? Up to 24 letters; it need not be your real name. Type it "
    "and press enter."
)
NAME_KEPT = "Press enter to be {name} here again, or type another name."
INTRODUCTION = "One line about you for the facilitator, if you like. Or just press enter."


def lobby_lines(card: CardView) -> Iterator[str]:
    """Yield what somebody reads before consenting."""
    yield f"lobby: You are in the lobby of {card.room_name}. Nobody in the room sees you yet."
    yield from card_lines(card)


def card_lines(card: CardView) -> Iterator[str]:
    """Yield whose room it is, what the relay can see, and what is agreed."""
    yield f"about: {card.host_name} hosts {card.room_name}. {card.standing}".rstrip()
    yield f"about: The four words to compare are: {card.check_phrase}."
    yield "about: If whoever invited you told you other words, leave: it is not the room they meant."
    yield from speak("about", card.about)
    yield from privacy_lines(card)
    yield from agreement_lines(card)


def agreement_lines(card: CardView) -> Iterator[str]:
    """Yield what is agreed in this room, numbered."""
    yield "agreements: What we agree on here:"
    for number, agreement in enumerate(card.agreements, 1):
        yield f"{number}. {agreement}"


def operator_lines(operator: OperatorView) -> Iterator[str]:
    """Yield what a relay says about whoever runs it, and what that is worth."""
    for label, words in operator_facts(operator):
        yield f"relay: {label}: {words}"
    yield f"relay: {operator_remark(operator)}"


def privacy_lines(card: CardView) -> Iterator[str]:
    """Yield what this relay can and cannot see, before anything is decided."""
    yield f"relay: {where_words(card.relay, card.relays)}"
    yield from operator_lines(card.operator)
    yield f"relay: {relay_sees(is_covered=card.is_covered)}"
    yield (
        "relay: Nobody can prevent screenshots. This is support, not treatment, and not an "
        "emergency service. The software has not been audited."
    )
