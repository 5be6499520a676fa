"""What the plain line mode answers when it is asked: where are we, who is next, what was said.

Nothing here is sent to anybody. State is told on request only, in a few plain lines. Pure.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from holdspace.client import lasting_words
from holdspace.client.act_table import ORDER_WORDS
from holdspace.client.acts import MODE_WORDS
from holdspace.client.care.crisis import Shown, Ways, crisis_lines
from holdspace.client.care.first_aid import CARD as NOT_OK_CARD
from holdspace.client.care.happened import log_lines
from holdspace.client.care.soft_time import is_quiet, part_words
from holdspace.client.plain.asked import Asked
from holdspace.client.plain.helping import can_type, help_lines
from holdspace.client.plain.labels import label_of, labelled
from holdspace.client.plain.lobby import card_lines
from holdspace.client.plain.narrator import (
    invitation_lines,
    knock_line,
    people_words,
    share_lines,
    speak,
    stage_details,
    stage_heading,
    stage_lines,
)
from holdspace.client.questions import result_lines
from holdspace.client.seat.view import HandView, Line, Passage, Place, RoomView
from holdspace.protocol.phrases import knock_phrase
from holdspace.protocol.translation import N_, _, ngettext, shown

_REPEATED = 3


def where(asked: Asked) -> Iterator[str]:
    """Yield the stage with all that belongs to it, and how much of its time is left."""
    stage = asked.view.stage
    if stage is None:
        yield labelled("stage", _("No stage has begun."))
    else:
        yield from stage_heading(stage, asked.view)
        for ask in stage.asks:
            yield from speak(label_of("stage"), ask)
        yield from stage_details(stage)
    yield from clock(asked)


def clock(asked: Asked) -> Iterator[str]:
    """Yield the time that is left, softly."""
    view = asked.view
    if view.is_held:
        yield labelled("time", _("The room is on hold. Time does not count now."))
    elif view.stage is None or not view.stage_seconds:
        yield labelled("time", _("There is no time limit now."))
    elif is_quiet():
        yield labelled("time", f"{part_words(view, asked.now).capitalize()}.")
    else:
        left = round((view.stage_started + view.stage_seconds - asked.now) / 60)
        yield (
            labelled(
                "time",
                _("About {left} of {minutes} minutes are left.").format(
                    left=left, minutes=round(view.stage_seconds / 60)
                ),
            )
            if (left > 0)
            else labelled(
                "time", _("The time of this stage is used. Nothing is cut; finish as you like.")
            )
        )


def queue(asked: Asked) -> Iterator[str]:
    """Yield who has the floor and who comes next: the same lines for everybody, then one's own place."""
    view = asked.view
    who = view.floor
    yield labelled(
        "queue",
        _("{name} has the floor.").format(name=who.name) if who else _("Nobody has the floor."),
    )
    yield from map(_hand_line, view.hands)
    if not view.hands:
        yield labelled("queue", _("No hands are raised."))
    if view.is_queue_closed:
        yield labelled("queue", _("No more hands are taken for now."))
    if view.order != "first-come":
        yield labelled("queue", _("Order: {order}.").format(order=_(ORDER_WORDS[view.order])))
    if view.going_around:
        names = ", ".join(person.name for person in view.going_around)
        yield labelled("queue", _("Going around, still to come: {names}.").format(names=names))
    if view.passers:
        names = ", ".join(person.name for person in view.passers)
        yield labelled(
            "queue",
            _("Passed, and offered the turn once more at the end: {names}.").format(names=names),
        )
    yield from pairs_lines(view)
    if view.me and view.me.place_in_queue:
        yield labelled(
            "you",
            _("You are number {place} of {number}.").format(
                place=view.me.place_in_queue, number=len(view.hands)
            ),
        )


def pairs_lines(view: RoomView) -> Iterator[str]:
    """Yield how far the pairs are, and who calls."""
    pairs = view.pairs
    if pairs is None:
        return
    yield labelled(
        "pairs",
        _("{willing} said yes and wait, {paired} are in pairs.").format(
            willing=pairs.willing, paired=pairs.paired
        ),
    )
    if pairs.partners:
        yield labelled(
            "pairs",
            _("You are with {people}.").format(people=people_words(pairs.partners)),
        )
    for people in pairs.calls:
        yield labelled(
            "pairs",
            _("{people} call for a facilitator. /tocaller goes there.").format(
                people=people_words(people)
            ),
        )


def who(asked: Asked) -> Iterator[str]:
    """Yield who is here."""
    people = asked.view.people
    yield labelled(
        "room",
        _("{number} here: {people}.").format(number=len(people), people=people_words(people)),
    )
    yield from speak(label_of("room"), asked.view.holder_words)


def what(asked: Asked) -> Iterator[str]:
    """Yield what happens now and what one can do."""
    view = asked.view
    for words in dict.fromkeys((view.holder_words, view.now_words, _writing_words(view))):
        yield from speak(label_of("room"), words)
    if view.place is Place.ROOM:
        yield labelled(
            "room", _("Now: {mode}.").format(mode=shown(MODE_WORDS.get(view.mode, view.mode)))
        )
        can = can_type(asked)
        if can:
            yield labelled("room", _("You can type {commands}.").format(commands=", ".join(can)))


def _writing_words(view: RoomView) -> str:
    """Return whether what is typed is read, and by whom, unless what happens now says so."""
    here = view.chosen_aside
    if here is None:
        return view.composer_words
    is_read = here.is_open and not here.is_frozen
    is_said = here.is_over or (is_read and here.kind != "pair")
    return "" if is_said else here.composer_words


def agenda(asked: Asked) -> Iterator[str]:
    """Yield the stages, and where we are."""
    if not asked.view.stages:
        yield labelled("agenda", _("There is no agenda yet."))
    for number, stage in enumerate(asked.view.stages, 1):
        mark = _(", now") if stage.is_current else _(", done") if stage.is_done else ""
        yield labelled(
            "agenda",
            ngettext(
                "{place}. {title}, {number} minute{mark}.",
                "{place}. {title}, {number} minutes{mark}.",
                stage.minutes,
            ).format(place=number, title=stage.title, number=stage.minutes, mark=mark),
        )
    yield from clock(asked)


def repeat(asked: Asked) -> Iterator[str]:
    """Yield the newest passages again, with the time last."""
    passages = [p for p in asked.view.transcript if not (p.is_sending or p.is_ready)]
    if not passages:
        yield labelled("room", _("Nothing was said yet."))
    for passage in passages[-(asked.number or _REPEATED) :]:
        *lines, last = _again(passage) or [""]
        yield from lines
        yield f"{last} ({time.strftime('%H:%M', time.localtime(passage.at))})"


def unfold(asked: Asked) -> Iterator[str]:
    """Yield what stands behind labels."""
    folded = [passage for passage in asked.view.transcript if passage.fold]
    if not folded:
        yield labelled("room", _("Nothing is folded."))
    for passage in folded[-_REPEATED:]:
        yield labelled("room", _("Behind the label {fold}:").format(fold=passage.fold))
        yield from share_lines(replace(passage, fold=""))


def _again(passage: Passage) -> list[str]:
    if passage.line is Line.SHARE:
        return list(share_lines(passage))
    return list(speak(label_of(passage.line.value), passage.text))


def board(asked: Asked) -> Iterator[str]:
    """Yield who asks for ideas, which are listed, and what one can do."""
    view = asked.view.board
    if view is None:
        yield labelled(
            "board", _("Nobody has asked for ideas. /askideas and your question asks for some.")
        )
        return
    yield labelled("board", view.words)
    yield from speak(label_of("board"), view.problem)
    if view.missed:
        yield labelled(
            "board", _("{missed} listed before you came are not shown.").format(missed=view.missed)
        )
    for idea in view.ideas:
        mine = _(" (yours)") if idea.is_mine else ""
        yield labelled(
            "board",
            f"{idea.number}. {idea.text}{mine}",
        )


def about(asked: Asked) -> Iterator[str]:
    """Yield the card of the room again."""
    if asked.card is None:
        yield labelled(
            "room",
            _("This is {room_name}. {trust_words}.").format(
                room_name=asked.view.room_name, trust_words=asked.view.trust_words
            ),
        )
        yield labelled(
            "room",
            _("The four words to compare are: {check_phrase}.").format(
                check_phrase=asked.view.check_phrase
            ),
        )
    else:
        yield from card_lines(asked.card)


def sheet(asked: Asked) -> Iterator[str]:
    """Yield what to say now, the ready phrases, and what comes next."""
    stages = asked.view.stages
    at = next((at for at, stage in enumerate(stages) if stage.is_current), -1)
    if not stages:
        yield labelled("sheet", _("There is no agenda. /flow FILE lays one out."))
        return
    if asked.view.drift_words:
        yield labelled(
            "sheet",
            _("{drift_words} /drift asks whether it shall be so.").format(
                drift_words=asked.view.drift_words
            ),
        )
    if at >= 0:
        yield from stage_lines(stages[at], asked.view)
        yield from speak(
            label_of("sheet"),
            _("Why: {purpose}").format(purpose=stages[at].purpose) if stages[at].purpose else "",
        )
        for number, phrase in enumerate(stages[at].ready, 1):
            yield labelled(
                "sheet",
                _("/ready {number} prepares: {phrase}").format(number=number, phrase=phrase),
            )
    following = next((stage for stage in stages[at + 1 :] if stage.minutes), None)
    yield (
        labelled("sheet", _("/next goes to {title}.").format(title=following.title))
        if following
        else labelled("sheet", _("This is the last stage. /close ends the meeting for everybody."))
    )


def results(asked: Asked) -> Iterator[str]:
    """Yield what was counted, and one's own numbers."""
    return (labelled("count", line) for line in result_lines(asked.view))


def room(asked: Asked) -> Iterator[str]:
    """Yield what lasts of this room, and for the host who keeps it."""
    lasts = asked.view.keeping
    for words in (*lasting_words.facts(asked.view), *lasting_words.asking(lasts)):
        yield from speak(label_of("room"), words)
    for pin in lasts.pins:
        yield labelled(
            "room",
            f"{pin.number}. {lasting_words.pin_words(pin)}.",
        )
    if asked.view.is_host and lasts.is_kept and not lasts.pins:
        yield labelled("room", _("Nobody else keeps it yet."))


def door(asked: Asked) -> Iterator[str]:
    """Yield who is at the door."""
    if not asked.view.knocks:
        yield labelled("door", _("Nobody is at the door."))
    for knock in asked.view.knocks:
        yield knock_line(knock)
        if knock.fingerprint:
            words = knock_phrase(knock.fingerprint)
            yield labelled(
                "door",
                _("{name} reads these words, too, if nobody changed the knock: {words}.").format(
                    name=knock.name, words=words
                ),
            )


def flags(asked: Asked) -> Iterator[str]:
    """Yield who is not OK, in their own words, and what can be done."""
    if not asked.view.flags:
        yield labelled("not ok", _("Nobody has said that they are not OK."))
        return
    for flag in asked.view.flags:
        said = f': "{flag.words}"' if flag.words else "."
        at = time.strftime("%H:%M", time.localtime(flag.since))
        yield labelled(
            "not ok", _("{name}, since {at}{said}").format(name=flag.person.name, at=at, said=said)
        )
    for words in NOT_OK_CARD:
        yield labelled("not ok", _(words))


def invitation(asked: Asked) -> Iterable[str]:
    """Yield the invitation code."""
    return (
        invitation_lines(asked.view)
        if asked.view.invitation
        else (labelled("invitation", _("None yet.")),)
    )


def support_lines(shown: Shown, view: RoomView) -> Iterator[str]:
    """Yield the crisis card; nothing is sent by asking (A15)."""
    for words in crisis_lines(shown, WAYS.here(view)):
        yield labelled("support", words)


WAYS = Ways(
    tell=N_("tell the facilitator in your own words"),
    steady="/practice senses",
    tell_in_room=N_("type /notok: only facilitators read it"),
)


def draft(asked: Asked) -> Iterator[str]:
    """Yield the words that were kept back."""
    if asked.draft:
        yield from speak(label_of("draft"), asked.draft)
        yield labelled("draft", _("/send sends this."))
    for words in asked.kept_elsewhere:
        yield from speak(_("draft, not for here"), words)
        yield labelled(
            "draft",
            _("This was meant for other people than those you type to now. /send leaves it."),
        )
    if asked.kept_apart:
        yield from speak(_("draft, for nobody yet"), asked.kept_apart)
        yield labelled(
            "draft",
            _("Nobody read this, and /send leaves it. /take puts it with what /send sends."),
        )
    if not (asked.draft or asked.kept_elsewhere or asked.kept_apart):
        yield labelled("draft", _("Nothing is kept back."))


def _hand_line(hand: HandView) -> str:
    note = f": {hand.note}" if hand.note else "."
    kind = f", {hand.kind_words}" if hand.kind_words else ""
    return labelled("queue", f"{hand.place}. {hand.person.name}{kind}{note}")


def log(asked: Asked) -> Iterator[str]:
    """Yield what facilitators did."""
    for words in log_lines(asked.view):
        yield labelled("log", words)


# By the act's id in the registry.
ANSWERS: dict[str, Callable[[Asked], Iterable[str]]] = {
    "what": what,
    "who": who,
    "queue": queue,
    "agenda": agenda,
    "repeat": repeat,
    "unfold": unfold,
    "about": about,
    "board": board,
    "help": help_lines,
    "sheet": sheet,
    "door": door,
    "room": room,
    "invitation": invitation,
    "flags": flags,
    "log": log,
    "results": results,
}
# Words of the plain line mode alone: an answer of one line, and the draft it has no text field for.
OWN_ANSWERS: dict[str, Callable[[Asked], Iterable[str]]] = {
    "where": where,
    "time": clock,
    "draft": draft,
}
