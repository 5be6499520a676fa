"""The acts of private words, and of not being OK."""

from holdspace.client.act_kinds import Act, Given, Need, Spot, facilitators_act
from holdspace.client.seat.intents import Intent, WordAtDoor
from holdspace.client.seat.intents_apart import (
    AskAside,
    BackToRoom,
    EndAside,
    OpenToMembers,
    SayNotOk,
    SayOk,
)


def _ask(given: Given) -> Intent:
    return AskAside(given.person)


def _mutual(given: Given) -> Intent:
    return OpenToMembers(given.choice != "no")


EVERYONE: tuple[Act, ...] = (
    Act("not-ok", "N", "notok", "I'm not OK",
        "Tell the facilitators, and nobody else, that you are not OK; a few words if you like.",
        lambda given: SayNotOk(given.text), needs=Need.TEXT, is_optional=True, also=("not-ok",),
        when=lambda view: not view.is_flagged),
    Act("ok", "N", "ok", "OK again", "Take it back that you are not OK; the facilitators read it.",
        lambda _: SayOk(), when=lambda view: view.is_flagged),
    Act("private", "@", "private", "private word",
        "Ask for a private word, with a facilitator or whom you name; or go to the one that is open.",
        _ask, needs=Need.PERSON, is_optional=True, also=("apart",)),
    Act("talk", "@", "talk", "private word", "Ask this person for a private word.",
        _ask, spot=Spot.PEOPLE, needs=Need.PERSON),
    Act("to-room", "r", "room", "back to the room",
        "Type for the room again; the private word stays open.",
        lambda _: BackToRoom(), spot=Spot.ASIDE, when=lambda view: bool(view.chosen_aside)),
    Act("end-private", "x", "endprivate", "end it", "End the private word; it is gone for both.",
        lambda _: EndAside(), spot=Spot.ASIDE, also=("end-private",),
        when=lambda view: bool(view.asides)),
    Act("mutual", "m", "mutual", "words with members",
        "Say whether members may ask you for a private word; who asks needs a yes of their own.",
        _mutual, spot=Spot.ASIDE, needs=Need.CHOICE, choices=("yes", "no")),
)  # fmt: skip

FACILITATORS: tuple[Act, ...] = (
    facilitators_act("door-word", "w", "doorword", "a word first",
        "Write a private word to whoever knocked; they can answer, before they are let in.",
        lambda given: WordAtDoor(given.knock, given.text), spot=Spot.DOOR, needs=Need.KNOCK,
        also=("door-word",)),
    facilitators_act("aside", "s", "aside", "step aside",
        "Ask somebody to step aside with you, in private; the room goes on without the two of you.",
        lambda given: AskAside(given.person, "step-aside"), spot=Spot.PEOPLE, needs=Need.PERSON,
        also=("stepaside", "step-aside")),
    facilitators_act("flags", "M", "flags", "who is not OK",
        "Show who said that they are not OK, and what you can do: look, listen, link.",
        when=lambda view: bool(view.flags)),
)  # fmt: skip
