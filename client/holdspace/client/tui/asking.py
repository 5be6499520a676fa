"""Whether an act can be done here, which question goes before it, and which answers that has."""

from holdspace.client.acts import (
    BY_ID,
    Act,
    act_of,
    choices_of,
    is_here,
    is_last_stage,
    is_only_facilitator,
    is_permitted,
    lets_be_read,
    not_permitted,
    question_for,
    takes_the_room,
)
from holdspace.client.care.reasons import can_be_unsaid, phrases, unsaid, with_words
from holdspace.client.seat.intents import CloseTheMeeting, Intent, Leave, NextStage, ReleaseTheWords
from holdspace.client.seat.view import Connection, Place, RoomView
from holdspace.client.tui.screens.confirm import Option
from holdspace.protocol.translation import N_, _

_NOT_HERE = N_("Not here: {verb} works {where}.")


def meant(intent: Intent, view: RoomView) -> Intent:
    """Return what going on means here: words that are ready are read; after the last stage it is closing."""
    if view.is_facilitator and lets_be_read(intent, view):
        return ReleaseTheWords()
    is_over = isinstance(intent, NextStage) and view.is_facilitator and is_last_stage(view)
    return CloseTheMeeting() if is_over else intent


def question_of(intent: Intent, view: RoomView) -> str:
    """Return what to ask first, or ""."""
    return question_for(intent, view)


def yes_options(intent: Intent) -> list[Option]:
    """Return the one answer that does it; everything else is no."""
    return [Option("y", _("yes, {verb}").format(verb=act_of(intent).verb), intent)]


def why_options(intent: Intent, lang: str) -> list[Option]:
    """Return the ready words for the person, numbered; own words are typed as a command."""
    ready = [
        Option(str(at), phrase, with_words(intent, phrase))
        for at, phrase in enumerate(phrases(lang), 1)
    ]
    silent = [Option("0", _("without a reason"), with_words(intent, unsaid(lang)))]
    own = Option(
        "",
        _("your own words: /{slash} NAME WORDS in the text field").format(
            slash=act_of(intent).slash
        ),
        None,
    )
    return [*ready, *(silent if can_be_unsaid(intent) else []), own]


def leave_options(view: RoomView) -> list[Option]:
    """Return the ways to leave; at the door, or without another facilitator, nobody is told."""
    quiet = Option("y", _("yes, leave quietly"), Leave())
    if view.place is not Place.ROOM:
        return [quiet]
    if takes_the_room(view):
        return [Option("y", _("yes, close it for everybody and leave"), Leave())]
    if is_only_facilitator(view):
        close = BY_ID["close"]
        return [
            quiet,
            Option(close.key, _("{verb} for everybody").format(verb=close.verb), CloseTheMeeting()),
        ]
    return [
        quiet,
        Option("f", _("leave; facilitators read: I'm fine, just going"), Leave(fine=True)),
    ]


def choice_options(act: Act, view: RoomView) -> list[Option]:
    """Return what can be chosen for an act, numbered, with what it means."""
    return [
        Option(str(at), f"{words}{_('  (now)') if is_now else ''}", intent)
        for at, (words, is_now, intent) in enumerate(choices_of(act, view), 1)
    ]


def why_not(act: Act, view: RoomView) -> str:
    """Return why an act cannot be done here by this person, or ""."""
    if not is_permitted(act, view):
        return not_permitted(act)
    if is_here(act, view):
        return ""
    return _(_NOT_HERE).format(verb=act.verb, where=act.spot.words)


def is_over(view: RoomView) -> bool:
    """Return whether there is nobody left to say goodbye to."""
    never_began = view.place is Place.OUTSIDE and view.connection is Connection.GONE
    return never_began or view.place not in (Place.OUTSIDE, Place.LOBBY, Place.WAITING, Place.ROOM)


def is_quiet_at_the_door(view: RoomView) -> bool:
    """Return whether somebody is at the door, and no word goes to and fro there."""
    return view.place in (Place.LOBBY, Place.WAITING) and not view.door_thread
