"""What is said and asked at the door: whose room it is, what is agreed, and by what name to knock."""

from collections.abc import Iterator

from holdspace.client.plain.labels import label_of, labelled
from holdspace.client.plain.narrator import speak
from holdspace.client.privacy import operator_facts, operator_remark, relay_sees, where_words
from holdspace.client.seat.view import CardView, OperatorView
from holdspace.protocol.translation import N_, _

CONSENT = N_("Type y to accept, r to accept and only read today, q to leave.")
CONSENT_AGAIN = N_(
    "Type y to knock again as {name}, r to knock and only read today, q to leave. /about reads the "
    "card of the room again."
)
AT_HOME = N_(
    "/comfort lets you choose bell, time and more, and /tryout try the commands. Both also work while you "
    "wait, and neither is needed."
)
AGAIN = N_(
    "lobby: You are at the door of {room}. Nobody in the room sees you. What you agreed to is as it was."
)
NAME = N_(
    "What shall people here call you? Up to 24 letters; it need not be your real name. Type it "
    "and press enter."
)
NAME_KEPT = N_("Press enter to be {name} here again, or type another name.")
INTRODUCTION = N_("One line about you for the facilitator, if you like. Or just press enter.")


def lobby_lines(card: CardView) -> Iterator[str]:
    """Yield what somebody reads before consenting."""
    yield labelled(
        "lobby",
        _("You are in the lobby of {room_name}. Nobody in the room sees you yet.").format(
            room_name=card.room_name
        ),
    )
    yield from card_lines(card)


def card_lines(card: CardView) -> Iterator[str]:
    """Yield whose room it is, what the relay can see, and what is agreed."""
    yield (
        labelled(
            "about",
            _("{host_name} hosts {room_name}. {standing}")
            .format(host_name=card.host_name, room_name=card.room_name, standing=card.standing)
            .rstrip(),
        )
    )
    yield labelled(
        "about",
        _("The four words to compare are: {check_phrase}.").format(check_phrase=card.check_phrase),
    )
    yield labelled(
        "about",
        _("If whoever invited you told you other words, leave: it is not the room they meant."),
    )
    yield from speak(label_of("about"), card.about)
    yield from privacy_lines(card)
    yield from agreement_lines(card)


def agreement_lines(card: CardView) -> Iterator[str]:
    """Yield what is agreed in this room, numbered."""
    yield labelled("agreements", _("What we agree on here:"))
    for number, agreement in enumerate(card.agreements, 1):
        yield f"{number}. {agreement}"


def operator_lines(operator: OperatorView) -> Iterator[str]:
    """Yield what a relay says about whoever runs it, and what that is worth."""
    for fact, words in operator_facts(operator):
        yield labelled("relay", f"{fact}: {words}")
    yield labelled("relay", operator_remark(operator))


def privacy_lines(card: CardView) -> Iterator[str]:
    """Yield what this relay can and cannot see, before anything is decided."""
    yield labelled("relay", where_words(card.relay, card.relays))
    yield from operator_lines(card.operator)
    yield labelled("relay", relay_sees(is_covered=card.is_covered))
    yield labelled(
        "relay",
        _(
            "Nobody can prevent screenshots. This is support, not treatment, and not an emergency "
            "service. The software has not been audited."
        ),
    )
