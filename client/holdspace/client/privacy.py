"""Who sees what, in plain words, without softening: for `explain-privacy`, at the door, and of a relay."""

from collections.abc import Sequence

from holdspace.client.seat.view import SAYS_NOTHING, OperatorView
from holdspace.protocol.translation import N_, _

# The label or the title before these says of whom they speak: of the relay.
RELAY_SEES = N_("""\
It passes sealed messages on and cannot read them. It can see that somebody is connected, from which \
address, when, and how much is sent; not names, words, stages, hands, or who is who. When the meeting \
closes, it deletes what it kept.""")
COVERED = N_("""\
Once the first stage of this meeting has begun, everybody's program sends one small message every two \
seconds, with words in it or without, so that the sending does not tell the relay who speaks. What you write \
arrives within two seconds, what is long a little later. It costs about 2 MB an hour for each person in the \
room.""")
# From docs/traffic.md; a test compares them.
GUESSED, BY_CHANCE = 52, 22
WITHOUT_SLOTS = N_(
    "Without cover slots, somebody at the relay can guess who has the floor: in simulated meetings "
    "{guessed} of 100 guesses were right, where chance is {by_chance}."
).filled(guessed=str(GUESSED), by_chance=str(BY_CHANCE))
ITS_OWN_WORD = N_("It says this about itself, and nobody checks it.")
NOT_SAID = N_("It does not say who runs it.")

PRIVACY = N_("""\
What holdspace protects, and what it does not.

Who sees what:
  What you write: people in the room. Not the relay, not people at the door.
  Your name here, your role, raised hands, nods, stages: people in the room. Not the relay.
  A number you keep to yourself: you. One that is counted without names: nobody, unless all others who
  are counted work together.
  What you write when you knock: the host. Not the relay.
  That you keep a room to come again: you and its host. Not the others there, not the relay.
  That your internet address talked to this relay, and when: the relay, and your network.
  About how many people meet, when, and for how long: the relay. Also that a kept room meets again.
  Which connection sends something and in which of five sizes: the relay. From that it can guess who has
  the floor: about every second guess is right, where by chance it would be every fifth. In a meeting
  whose host chose cover slots (--cover-slots), hardly more often than by chance.
  That a facilitator admitted or removed somebody: people in the room, and the relay (not whom).

What is kept:
  On the relay: what is encrypted, until the meeting is closed or its time runs out.
  On your device: nothing of a meeting; in a notebook, if you make one, your own words and rooms, encrypted.

What nobody can promise:
  Anyone in the room can photograph or record it, and signatures could prove which name wrote what.
  The host can admit or remove anyone, always visibly.
  A relay can stop or slow a meeting. Changes are noticed; silence not always.
  Addresses and meeting times show unless you use Tor (--socks), and even then meeting times show.
  Python cannot wipe memory.

How: messages are encrypted end to end with MLS (RFC 9420). Room messages and knocks use a hybrid
post-quantum key exchange. The software has not been audited. It is support among people: not
therapy, not a crisis service, not a medical device.""")


def relay_sees(*, is_covered: bool) -> str:
    """Return what a relay can see of this meeting."""
    return f"{_(RELAY_SEES)} {_(COVERED)}" if is_covered else _(RELAY_SEES)


def operator_facts(operator: OperatorView) -> tuple[tuple[str, str], ...]:
    """Return what a relay says about whoever runs it, each with its label; nothing left empty."""
    facts = (
        (_("Run by"), operator.runs_it),
        (_("Contact"), operator.contact),
        (_("What it keeps"), operator.keeps),
        (_("Its rules"), operator.rules),
    )
    return tuple((label, words) for label, words in facts if words)


def operator_remark(operator: OperatorView) -> str:
    """Return how much a relay's words about itself are worth."""
    return _(NOT_SAID if operator == SAYS_NOTHING else ITS_OWN_WORD)


def where_words(relay: str, relays: Sequence[str] = ()) -> str:
    """Return where a room is, and where it can go on."""
    others = [other for other in relays if other != relay]
    here = _("The room is at {relay}.").format(relay=relay)
    if not others:
        return here
    either = others[0]
    for other in others[1:]:
        either = _("{relay} or {other}").format(relay=either, other=other)
    more = _("It can go on over {relays}.").format(relays=either)
    return f"{here} {more}"
