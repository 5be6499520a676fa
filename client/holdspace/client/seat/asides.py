"""Asides: a few people in a meeting talk apart, in a small encrypted group of their own.

Who asks sends fresh keys by letter; who says yes makes the group and lets them in. So consent is the
making of the group: nobody is in one who did not say yes, and nobody can be added to it. What is said
travels as an event that only the group opens, and everybody's log has it at the same place, so that
an aside without a facilitator rests while the room is held, on every client alike.

The one rule of typing: what a person chose to type to changes by their own act only. An aside that
ends stays chosen, and takes no more words, until they go back to the room themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from holdspace.protocol.meeting.events import Whisper
from holdspace.protocol.meeting.kinds import MAX_TEXT, AsideKind
from holdspace.protocol.meeting.letters import (
    AsideAsk,
    AsideNo,
    AsideOpen,
    AsideWord,
    Ended,
    Said,
)
from holdspace.protocol.text import clean
from holdspace.protocol.translation import N_, _, listed, shown

from . import aside_groups, letters, saying
from .apart import Apart, Aside, Ask, Sending, Stage, chance_name, is_name_that_follows
from .aside_groups import Circle, NotThisAside
from .display import shown_name, shown_person
from .replacing import replace
from .seat import Seat, Spoken
from .step import Moment
from .stopping import PAUSED_APART, stops_word
from .view import Line, Notice, Passage, Refusal, Urgency

HANDLE_BYTES = 16
MOST_ASKS = 8
MOST_ASIDES = 8
MOST_ENDED = 4
MOST_SAID = 2_000
FACILITATOR_KINDS: frozenset[AsideKind] = frozenset({"word", "step-aside"})

NOT_HERE = Refusal(N_("That person is not here any more."))
YOURSELF = Refusal(N_("A private word needs somebody else. /who lists who is here."))
NO_FACILITATOR = Refusal(
    N_("No facilitator is here to have a word with. /support is there, always.")
)
MEMBERS_OFF = Refusal(
    N_("In this meeting private words are with facilitators only. /private asks one of them.")
)
YOURS_IS_OFF = Refusal(
    N_(
        "Private words among members need a yes from both of you. /mutual yes says yours for this meeting."
    )
)
FACILITATORS_BEGIN = Refusal(
    N_(
        "In this meeting only facilitators begin private words. /notok tells them that you need one."
    )
)
TOO_MANY = Refusal(N_("That is more private words at once than anybody can hold. End one first."))
NOT_OPEN = N_("The private word is over. Your words are kept; nothing was sent. /room goes back.")
PAIR_OVER = N_("The pair is over. Your words are kept; nothing was sent. /room goes back.")
NOT_YET = N_(
    "They have not answered yet. Your words are kept; nothing was sent. /room goes back meanwhile."
)
FROZEN = N_(
    "The room is on hold, and so are pairs, and private words without a facilitator. Your words are kept; "
    "nothing was sent."
)
_ASKS_TO_STEP_ASIDE = N_(
    "{name} asks you to step aside with them: /yes or /no. Nobody else reads it."
)
_ASKS_FOR_A_WORD = N_("{name} asks for a private word with you: /yes or /no. Nobody else reads it.")
GOES_NOWHERE = N_("What you type goes nowhere now, until /room goes back to the room.")
NOTHING_WRITTEN = N_("There is nothing written yet.")
BROKEN = N_(
    "The private word could not be opened safely, so it was not opened. Ask again if you like."
)


# Chapters that have asides of their own kind answer the question by themselves; others ask the person.
ANSWERED_BY: dict[AsideKind, Callable[[Seat, Ask, Moment], Seat]] = {}
# What they do when one of that kind opens, and when somebody would end it.
ENTERED_BY: dict[AsideKind, Callable[[Seat, Aside, Moment], Seat]] = {}
ENDED_BY: dict[AsideKind, Callable[[Seat, Moment], Seat | Refusal]] = {}


def open_with(
    seat: Seat, people: tuple[bytes, ...], kind: AsideKind, moment: Moment
) -> Seat | Refusal:
    """Ask one person for a word apart; it opens when they say yes, and typing waits for that."""
    why_not = why_not_ask(seat, people[0], kind)
    if why_not is not None:
        return why_not
    known = with_person(seat, people[0])
    if known is not None:
        return choose(seat, known.handle)
    handle = chance_name(moment.random(HANDLE_BYTES))
    circle = Circle(handle, (seat.facts.identity, *people), kind)
    seat = ask(seat, circle, people[0], moment)
    moment.notices.append(
        Notice(_("{name} is asked for a private word.").format(name=shown_name(seat, people[0])))
    )
    return choose(seat, circle.handle)


def ask(seat: Seat, circle: Circle, founder: bytes, moment: Moment) -> Seat:
    """Send fresh keys for this aside to whoever will make the group."""
    own = aside_groups.own_package(seat, circle, moment)
    handle, kind, people = circle.handle, circle.kind, circle.people
    seat = _with(seat, Aside(handle, kind, people, Stage.ASKING, founder=founder, own=own))
    note = AsideAsk(handle, kind, people, own.message)
    return letters.write(seat, founder, note, moment)


def found(seat: Seat, circle: Circle, packages: Mapping[bytes, bytes], moment: Moment) -> Seat:
    """Make the group of those who sent their keys, and let them in; raise NotThisAside if one is wrong."""
    group, welcome = aside_groups.found(seat, circle, packages, moment)
    aside = Aside(circle.handle, circle.kind, circle.people, Stage.OPEN, group=group)
    seat = _with(seat, aside)
    for who in circle.people:
        if who != seat.facts.identity:
            seat = letters.write(seat, who, AsideOpen(circle.handle, welcome), moment)
    return seat


def answer(seat: Seat, asked: Ask, moment: Moment, *, is_yes: bool) -> Seat | Refusal:
    """Say yes, which makes the group, or no, which nobody but the asker learns."""
    if is_yes and stops_word(seat, seat.facts.identity, asked.people):
        return Refusal(PAUSED_APART)
    handle, name = asked.aside, shown_name(seat, asked.by)
    seat = replace(seat, apart=seat.apart.without_ask(handle))
    if not is_yes:
        moment.notices.append(
            Notice(_("{name} reads: not just now. Nobody else does.").format(name=name))
        )
        return letters.write(seat, asked.by, AsideNo(handle), moment)
    try:
        circle = Circle(handle, asked.people, asked.kind)
        seat = found(seat, circle, {asked.by: asked.key_package}, moment)
    except NotThisAside:
        moment.notices.append(Notice(BROKEN))
        return letters.write(seat, asked.by, AsideNo(handle), moment)
    moment.notices.append(
        Notice(_("Private with {name}. What you type goes to them alone.").format(name=name))
    )
    return choose(seat, handle)


def choose(seat: Seat, handle: bytes) -> Seat:
    """Let what this person types go there from now on; empty is the room. Only their own acts call this."""
    apart = seat.apart
    left = apart.aside(apart.chosen)
    if left is not None and left.stage is Stage.OVER and left.handle != handle:
        apart = replace(apart, asides=tuple(a for a in apart.asides if a.handle != left.handle))
    return replace(seat, apart=replace(apart, chosen=handle))


def say(seat: Seat, handle: bytes, text: str, moment: Moment) -> Seat | Refusal:
    """Say something in an aside, or return why not, with the text that must be kept."""
    aside, words = seat.apart.aside(handle), text.strip()
    if not words:
        return Refusal(NOTHING_WRITTEN)
    if len(words) > MAX_TEXT:
        over = len(words) - MAX_TEXT
        return Refusal(
            _("That is too long for one piece, by {over} characters. It is kept.").format(
                over=over
            ),
            text,
        )
    why_not = why_not_say(seat, aside)
    if why_not or aside is None or aside.group is None:
        return Refusal(why_not or NOT_OPEN, text)
    return _send(seat, aside, Said(words), moment)


def end(seat: Seat, handle: bytes, moment: Moment) -> Seat | Refusal:
    """Leave an aside, which ends it for all in it; or take the question back."""
    aside = seat.apart.aside(handle)
    if aside is None:
        return Refusal(_("There is no private word to end."))
    if aside.kind in ENDED_BY and aside.stage is not Stage.OVER:
        return ENDED_BY[aside.kind](seat, moment)
    if aside.stage is Stage.ASKING:
        seat = letters.write(seat, aside.founder, AsideNo(handle), moment)
    elif aside.stage is Stage.OPEN:
        seat = _leave_behind(_send(seat, aside, Ended(), moment), aside)
    apart, seat = seat.apart, _without(seat, aside)
    moment.notices.append(
        Notice(_("The private word is over. What you type goes to the room again."))
    )
    return choose(seat, b"") if apart.chosen == handle else seat


def asked(seat: Seat, author: bytes, note: AsideAsk, moment: Moment) -> Seat:
    """Put somebody's question to this person, unless it cannot be meant for an answer."""
    apart, me = seat.apart, seat.facts.identity
    circle = Circle(note.aside, note.people)
    is_lawful = (
        note.aside not in apart.spent
        and apart.aside(note.aside) is None
        and is_name_that_follows(note.aside) == (note.kind in ANSWERED_BY)
        and len(set(note.people)) == len(note.people)
        and {author, me} <= set(note.people)
        and all(seat.person(who) is not None for who in note.people)
    )
    if not is_lawful:
        return seat
    try:
        aside_groups.read_package(seat, circle, author, note.key_package, now=moment.now)
    except NotThisAside:
        return seat
    question = Ask(note.aside, note.kind, note.people, author, note.key_package, moment.now)
    answered_by = ANSWERED_BY.get(note.kind)
    if answered_by is not None:
        return answered_by(seat, question, moment)
    return _put(seat, question, moment)


def _put(seat: Seat, question: Ask, moment: Moment) -> Seat:
    apart = seat.apart
    others = tuple(one for one in apart.asks if one.by != question.by)
    is_welcome = len(question.people) == 2 and _may_begin(seat, question.by, question.kind)
    if not is_welcome or (_is_among_members(seat, question.by) and not apart.is_open_to_members):
        # A18: whether somebody takes words from members is theirs to know; this is a no like any.
        seat = replace(seat, apart=apart.without_ask(question.aside))
        return letters.write(seat, question.by, AsideNo(question.aside), moment)
    if len(others) >= MOST_ASKS:
        return seat
    seat = replace(seat, apart=replace(apart, asks=(*others, question)))
    moment.notices.append(Notice(ask_words(seat, question), Urgency.BELL))
    return seat


def opened(seat: Seat, author: bytes, note: AsideOpen, moment: Moment) -> Seat:
    """Enter the group that whoever we asked has made; anybody else's is not looked at."""
    aside = seat.apart.aside(note.aside)
    # Own keys are there as long as we ask, and no longer.
    if aside is None or aside.own is None or aside.founder != author:
        return seat
    circle = Circle(aside.handle, aside.people)
    try:
        group = aside_groups.enter(seat, circle, aside.own, note.welcome, world=moment)
    except NotThisAside:
        return _over(seat, aside, BROKEN, moment)
    # One Welcome for each key package: the private keys go with the first.
    aside = replace(aside, stage=Stage.OPEN, group=group, own=None)
    seat = _with(seat, aside)
    if aside.kind in ENTERED_BY:
        return ENTERED_BY[aside.kind](seat, aside, moment)
    is_there = seat.apart.chosen == aside.handle
    where = _("What you type goes to them alone.") if is_there else where_typing_stays(seat)
    words = _("{name} says yes: the private word is open. {where}").format(
        name=shown_name(seat, author), where=where
    )
    moment.notices.append(Notice(words, Urgency.BELL))
    return seat


def where_typing_stays(seat: Seat) -> str:
    """Say where typing goes for somebody to whom another private word has opened."""
    chosen = seat.apart.aside(seat.apart.chosen)
    if chosen is None:
        return _("You still type to the room; /private goes there.")
    if chosen.stage is Stage.OVER:
        return _("What you type goes nowhere yet: /private goes there, /room to the room.")
    names = names_of(seat, others_in(seat, chosen))
    return _("You still type to {names}; /private goes there.").format(names=names)


def declined(seat: Seat, author: bytes, note: AsideNo, moment: Moment) -> Seat:
    """Learn that somebody would rather not, or takes their question back."""
    question = seat.apart.ask(note.aside)
    if question is not None and question.by == author:
        seat = replace(seat, apart=seat.apart.without_ask(note.aside))
        words = _("{name} no longer asks for a private word.").format(name=shown_name(seat, author))
        moment.notices.append(Notice(words))
        return seat
    aside = seat.apart.aside(note.aside)
    if aside is None or aside.stage is not Stage.ASKING or aside.founder != author:
        return seat
    return _over(
        seat,
        aside,
        _("{name} would rather not just now.").format(name=shown_name(seat, author)),
        moment,
    )


def heard(seat: Seat, spoken: Spoken, whisper: Whisper, moment: Moment) -> Seat:
    """Take in what was said aside, at its place in the log; what is of no aside of ours changes nothing."""
    author, aside = spoken.author, seat.apart.aside(whisper.aside)
    if author == seat.facts.identity:
        seat = _arrived(seat, whisper)
    if aside is None or author not in aside.people:
        return seat
    if author == seat.facts.identity:
        return _heard_own(seat, aside, spoken, moment)
    if aside.stage is not Stage.OPEN or aside.group is None:
        return seat
    found_words = aside_groups.opened(aside.group, author, whisper.sealed)
    if found_words is None:
        return seat
    group, word = found_words
    aside = replace(aside, group=group)
    seat = _with(seat, aside)
    if isinstance(word, Ended):
        return _over(
            seat,
            aside,
            _("{name} has left it.").format(name=shown_name(seat, author)),
            moment,
        )
    if _why_void(seat, aside, author):
        return seat
    passage = _passage(seat, aside, spoken, text=word.text, at=moment.now)
    return _shown(seat, aside, passage, moment)


def settle(seat: Seat, moment: Moment) -> Seat:
    """End what somebody was in who is no longer here."""
    for aside in seat.apart.asides:
        gone = [who for who in aside.people if seat.person(who) is None]
        if gone and aside.stage is not Stage.OVER:
            words = _("{name} is not here any more.").format(name=shown_name(seat, gone[0]))
            seat = _over(seat, aside, words, moment)
    for question in seat.apart.asks:
        if any(seat.person(who) is None for who in question.people):
            seat = replace(seat, apart=seat.apart.without_ask(question.aside))
    return seat


def finish(seat: Seat, aside: Aside, why: str, moment: Moment) -> Seat:
    """End an aside, and keep it in sight while it is chosen: what is typed must not go to the room.

    One that nobody types to is out of sight at once, but for words in it that may not have been read.
    """
    over = replace(aside, stage=Stage.OVER, group=None, own=None, why_over=why, sending=())
    for one in aside.sending:
        moment.notices.append(Notice(NOT_OPEN, kept=one.text, aside=aside.handle))
    seat = _with(seat, over)
    has_words = aside.kind not in ENDED_BY and bool(aside.transcript)
    if not (has_words or seat.apart.chosen == aside.handle):
        return _without(seat, aside)
    ended = [one for one in seat.apart.asides if one.stage is Stage.OVER]
    return _without(seat, ended[0]) if len(ended) > MOST_ENDED else seat


def names_of(seat: Seat, people: tuple[bytes, ...]) -> str:
    """Return the names of people, as a list that can be read out."""
    return listed([shown_name(seat, who) for who in people])


def why_not_ask(seat: Seat, who: bytes, kind: AsideKind) -> Refusal | None:
    """Return why this person cannot be asked for a word apart, if so (A18)."""
    if who == seat.facts.identity:
        return YOURSELF
    if seat.person(who) is None:
        return NOT_HERE
    if sum(one.stage is not Stage.OVER for one in seat.apart.asides) >= MOST_ASIDES:
        return TOO_MANY
    if stops_word(seat, seat.facts.identity, (seat.facts.identity, who)):
        return Refusal(PAUSED_APART)
    if _is_among_members(seat, who):
        if private_messages(seat) != "mutual":
            return MEMBERS_OFF
        return None if seat.apart.is_open_to_members else YOURS_IS_OFF
    return None if _may_begin(seat, seat.facts.identity, kind) else FACILITATORS_BEGIN


def why_not_say(seat: Seat, aside: Aside | None) -> str:
    """Return why nothing can be said in this aside now, or nothing."""
    if aside is None or aside.stage is Stage.OVER:
        return PAIR_OVER if aside is not None and aside.kind == "pair" else NOT_OPEN
    if aside.stage is Stage.ASKING:
        return NOT_YET
    if is_frozen(seat, aside):
        return FROZEN
    return _why_void(seat, aside, seat.facts.identity)


def is_frozen(seat: Seat, aside: Aside) -> bool:
    """Tell whether the aside rests with the room: on hold, and nobody in it leads."""
    return _rests_by_the_log(seat, aside) or (seat.is_unled and not _has_facilitator(seat, aside))


def with_person(seat: Seat, who: bytes) -> Aside | None:
    """Return the aside of two with this person that is open or asked for."""
    pair = {seat.facts.identity, who}
    running = (one for one in seat.apart.asides if one.stage is not Stage.OVER)
    return next((one for one in running if set(one.people) == pair and one.kind != "pair"), None)


def facilitator_to_ask(seat: Seat) -> bytes:
    """Return the facilitator who was heard last: whoever asks needs somebody who is there."""
    known = [(who, seat.author(who)) for who in letters.facilitators(seat)]
    heard_at = sorted((author.heard, who) for who, author in known if author is not None)
    return heard_at[-1][1] if heard_at else b""


def others_in(seat: Seat, aside: Aside) -> tuple[bytes, ...]:
    """Return who else is in it."""
    return tuple(who for who in aside.people if who != seat.facts.identity)


def ask_words(seat: Seat, question: Ask) -> str:
    """Return the question as this person reads it."""
    words = _ASKS_TO_STEP_ASIDE if question.kind == "step-aside" else _ASKS_FOR_A_WORD
    return _(words).format(name=shown_name(seat, question.by))


def private_messages(seat: Seat) -> str:
    """Return what the flow says about private words."""
    flow = seat.state.flow if seat.state else None
    return flow.policy.private_messages if flow else "facilitators"


def _may_begin(seat: Seat, who: bytes, kind: AsideKind) -> bool:
    # A facilitator can always step aside with somebody: that is care, not chat.
    return seat.roles.is_facilitator(who) or private_messages(seat) != "off"


def _is_among_members(seat: Seat, other: bytes) -> bool:
    return not (seat.is_staff or seat.roles.is_facilitator(other))


def _has_facilitator(seat: Seat, aside: Aside) -> bool:
    return any(seat.roles.is_facilitator(who) for who in aside.people)


def _rests_by_the_log(seat: Seat, aside: Aside) -> bool:
    # A2: hold freezes every pair, also one that a facilitator is in.
    is_led = _has_facilitator(seat, aside) and aside.kind != "pair"
    return bool(seat.state and seat.state.is_held) and not is_led


def _why_void(seat: Seat, aside: Aside, author: bytes) -> str:
    """Return why what this person says in an aside has no effect at this place in the log, or nothing."""
    if _rests_by_the_log(seat, aside):
        return FROZEN
    return PAUSED_APART if stops_word(seat, author, aside.people) else ""


def _send(seat: Seat, aside: Aside, word: AsideWord, moment: Moment) -> Seat:
    if aside.group is None:
        raise AssertionError("only what is open is talked in")
    group, sealed = aside_groups.sealed(aside.group, word, moment)
    text = word.text if isinstance(word, Said) else ""
    sending = (*aside.sending, Sending(sealed, text, moment.now)) if text else aside.sending
    seat = _with(seat, replace(aside, group=group, sending=sending))
    return saying.say(seat, Whisper(aside.handle, sealed), moment)


def _heard_own(seat: Seat, aside: Aside, spoken: Spoken, moment: Moment) -> Seat:
    sealed = spoken.event.sealed if isinstance(spoken.event, Whisper) else b""
    mine = next((one for one in aside.sending if one.sealed == sealed), None)
    if mine is None:
        return seat
    aside = replace(aside, sending=tuple(one for one in aside.sending if one is not mine))
    seat = _with(seat, aside)
    why = _why_void(seat, aside, spoken.author) if aside.stage is Stage.OPEN else NOT_OPEN
    if why:
        moment.notices.append(Notice(why, kept=mine.text, aside=aside.handle))
        return seat
    passage = _passage(seat, aside, spoken, text=mine.text, at=moment.now)
    return _shown(seat, aside, passage, moment)


def _leave_behind(seat: Seat, aside: Aside) -> Seat:
    """Keep what is on its way in an aside that its author ends: it may be refused, or never get there."""
    kept = ((aside.handle, one) for one in aside.sending)
    return replace(seat, apart=replace(seat.apart, left_behind=(*seat.apart.left_behind, *kept)))


def _arrived(seat: Seat, whisper: Whisper) -> Seat:
    left = tuple(one for one in seat.apart.left_behind if one[1].sealed != whisper.sealed)
    if len(left) == len(seat.apart.left_behind):
        return seat
    return replace(seat, apart=replace(seat.apart, left_behind=left))


def _passage(seat: Seat, aside: Aside, spoken: Spoken, *, text: str, at: float) -> Passage:
    author, key = spoken.author, spoken.message_id
    return Passage(
        # An author chooses the id of a message; the place makes the key one of its own.
        key=key + len(aside.transcript).to_bytes(2),
        line=Line.SHARE,
        text=clean(text),
        at=at,
        author=shown_person(seat, author),
        is_mine=author == seat.facts.identity,
    )


def _shown(seat: Seat, aside: Aside, passage: Passage, moment: Moment) -> Seat:
    if not passage.is_mine and seat.apart.chosen != aside.handle:
        name = passage.author.name if passage.author else ""
        moment.notices.append(
            Notice(_("{name} wrote to you in private.").format(name=name), Urgency.QUIET)
        )
    return _with(seat, replace(aside, transcript=(*aside.transcript, passage)[-MOST_SAID:]))


def _over(seat: Seat, aside: Aside, why: str, moment: Moment) -> Seat:
    words = f"{shown(why)} {_('The private word is over.')}"
    if seat.apart.chosen == aside.handle:
        words += f" {_(GOES_NOWHERE)}"
    moment.notices.append(Notice(words))
    return finish(seat, aside, why, moment)


def _without(seat: Seat, aside: Aside) -> Seat:
    others = tuple(one for one in seat.apart.asides if one.handle != aside.handle)
    return replace(seat, apart=replace(seat.apart, asides=others))


def _with(seat: Seat, aside: Aside) -> Seat:
    apart: Apart = seat.apart.with_aside(aside)
    return replace(seat, apart=apart)
