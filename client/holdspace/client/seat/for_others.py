"""Words that this seat prepares for others: in the language of the room's flow, not of this program.

What is sent is said in the room, where everybody reads it as it is; so it is no matter of catalogues.
Without a flow it is English, as the room is.
"""

from __future__ import annotations

from collections.abc import Mapping

from holdspace.protocol.meeting.flow_schema import LANGUAGE
from holdspace.protocol.meeting.roles import CO_FACILITATOR, HOST, MEMBER
from holdspace.protocol.values import value

from .seat import Seat


@value()
class ForOthers:
    """What the seat says for somebody who has not chosen words of their own.

    `example`, `gather` and `starter` are put into a facilitator's text field; `limits` and `roles` fill
    places in the flow's texts.
    """

    declined: str
    locked: str
    clock: str
    example: str
    gather: str
    starter: str
    limits: str
    roles: Mapping[str, str]


_ENGLISH = ForOthers(
    declined="Not this time. It is nothing against you.",
    locked="The door is closed for this meeting, and nobody new comes in. It is nothing against you: "
    "ask whoever invited you about the next time.",
    clock="Your device's clock and the facilitator's differ by more than half an hour, so nobody can let "
    "you in. Please look whether yours is right, and knock again. You did nothing wrong.",
    example="I will begin, with two lines of my own: ",
    gather="Let us each write for ourselves instead, as long as we like, and then read. ",
    starter="You could begin with: {starter}",
    limits="as the agreements at the door say",
    roles={HOST: HOST, CO_FACILITATOR: CO_FACILITATOR, MEMBER: MEMBER},
)
_GERMAN = ForOthers(
    declined="Diesmal nicht. Es hat nichts mit dir zu tun.",
    locked="Die Tür ist für dieses Treffen zu, und niemand Neues kommt herein. Es hat nichts mit dir zu "
    "tun: Frag die Person, die dich eingeladen hat, nach dem nächsten Mal.",
    clock="Die Uhr deines Geräts und die der Gruppenleitung gehen mehr als eine halbe Stunde auseinander, "
    "darum kann dich niemand hereinlassen. Schau bitte, ob deine richtig geht, und klopf noch einmal. Du "
    "hast nichts falsch gemacht.",
    example="Ich fange an, mit zwei Zeilen von mir: ",
    gather="Schreiben wir stattdessen jede und jeder für sich, so lange wir mögen, und lesen dann. ",
    starter="Du könntest beginnen mit: {starter}",
    limits="wie es in den Vereinbarungen an der Tür steht",
    roles={HOST: "Gruppenleitung", CO_FACILITATOR: "Mitleitung", MEMBER: "Mitglied"},
)
IN_LANGUAGE = {LANGUAGE: _ENGLISH, "de": _GERMAN}


def for_others(seat: Seat) -> ForOthers:
    """Return the words in the language that the room meets in."""
    flow = seat.state.flow if seat.state else None
    language = flow.lang.partition("-")[0] if flow else LANGUAGE
    return IN_LANGUAGE.get(language, _ENGLISH)
