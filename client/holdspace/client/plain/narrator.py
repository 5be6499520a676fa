"""From what changed to what is said: one line a thing, the words first, nothing twice.

Pure: two pictures of the room in, lines out. A line begins with who or what speaks (`Mara:`,
`you:`, `room:`, `turn:`, `stage:`, `door:`), which names cannot imitate; every line of a longer
share begins so, or its second line could pass for the program.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from holdspace.client.act_table import NOD_WORDS
from holdspace.client.acts import BY_ID
from holdspace.client.acts_own import STAGE_ACTS
from holdspace.client.care.cards import debrief_lines
from holdspace.client.care.soft_time import is_quiet, part_words
from holdspace.client.exercises import guide
from holdspace.client.plain.labels import label_of, labelled
from holdspace.client.seat.view import (
    AsideView,
    Connection,
    DoorLine,
    KnockView,
    Line,
    Notice,
    Part,
    Passage,
    PersonView,
    Place,
    Role,
    RoomView,
    StageView,
    Urgency,
)
from holdspace.protocol.meeting.kinds import NodKind
from holdspace.protocol.phrases import knock_phrase
from holdspace.protocol.translation import N_, _, ngettext
from holdspace.protocol.values import value

GATHER_MEMBER = N_(
    "Now Enter does not send: your words are marked ready, and stay on this device until all are "
    "released. /pass only reads."
)
GATHER_LEADER = N_(
    "You hear how many are ready; /release lets it be read. What you type is shared at once, as "
    "always."
)
REMOVED_WORDS = N_("You are no longer a member of this meeting.")
_LOST = N_(
    "Connection lost. Your words are safe here and your place is kept. It connects again by itself."
)
_BACK = N_("Connected again. Your place was kept.")
_ENDINGS = {
    Place.REMOVED: REMOVED_WORDS,
    Place.LEFT: N_("You have left the meeting. Go gently."),
    Place.DECLINED: N_("Your knock was answered with: not today."),
    Place.CLOSED: N_("The meeting is over. Nothing of it is kept on the relay."),
    Place.ENDED: N_("The meeting cannot go on from here."),
}


@value()
class Said:
    """What to write, and whether to ring once."""

    lines: tuple[str, ...]
    rings: bool = False


def narrate(
    before: RoomView,
    after: RoomView,
    notices: Iterable[Notice] = (),
    *,
    reads_own_words: bool = True,
) -> Said:
    """Return what happened between two pictures; nods are left to `nod_lines`.

    At a terminal one has just typed one's words, and need not hear them again: only that they
    reached the room.
    """
    notices = tuple(notices)
    lines = (
        *_connection_lines(before, after),
        *_place_lines(before, after),
        *_passage_lines(before, after, reads_own_words=reads_own_words),
        *_invitation_lines(before, after),
        *_beginning_lines(before, after),
        *_gather_lines(before, after),
        *_door_lines(before, after),
        *_notice_lines(before, after, notices),
        *_private_lines(before, after, reads_own_words=reads_own_words),
        *_guide_lines(before, after),
        *_ending_lines(before, after),
    )
    return Said(lines, any(notice.urgency is Urgency.BELL for notice in notices))


def speak(label: str, text: str) -> Iterator[str]:
    """Yield a text line by line, each behind the label; blank lines say nothing."""
    for line in text.splitlines():
        if line.strip():
            yield f"{label}: {line.strip()}"


def share_lines(passage: Passage) -> Iterator[str]:
    """Yield what somebody said to the room."""
    name = passage.author.name if passage.author else _("somebody")
    text = (
        _("(folded: {fold}. /unfold reads it.)").format(fold=passage.fold)
        if passage.fold
        else passage.text
    )
    return speak(label_of("you") if passage.is_mine else name, text)


def stage_lines(stage: StageView, view: RoomView) -> Iterator[str]:
    """Yield a stage as it begins: as few lines as a listener needs, and what to say for who leads."""
    yield from stage_heading(stage, view)
    if stage.mode == "gather":
        # What to write about, in one go; while all write there is nothing to reply to. /where has it all.
        asks = "; ".join(ask.strip().rstrip(".") for ask in stage.asks)
        yield from speak(label_of("stage"), f"{asks}." if asks else "")
    else:
        for ask in stage.asks:
            yield from speak(label_of("stage"), ask)
        yield from speak(label_of("stage"), stage.responses)
    yield from _own_acts(stage)
    yield from speak(label_of("say"), " ".join(stage.say.split()))


def stage_heading(stage: StageView, view: RoomView) -> Iterator[str]:
    """Yield which stage it is, and what it asks of everybody."""
    number = view.stages.index(stage) + 1
    minutes = (
        ngettext(", {number} minute", ", {number} minutes", stage.minutes).format(
            number=stage.minutes
        )
        if stage.minutes
        else ""
    )
    yield labelled(
        "stage",
        _("{number} of {all}, {title}{minutes}.").format(
            number=number, all=len(view.stages), title=stage.title, minutes=minutes
        ),
    )
    yield from speak(label_of("stage"), " ".join(stage.prompt.split()))


def stage_details(stage: StageView) -> Iterator[str]:
    """Yield how one replies here, and what this stage has besides."""
    yield from speak(label_of("stage"), stage.responses)
    yield from _own_acts(stage)


def _own_acts(stage: StageView) -> Iterator[str]:
    for act_id in STAGE_ACTS.get(stage.kind, ()):
        act = BY_ID[act_id]
        yield labelled("stage", f"/{act.slash}: {act.sentence}")


def _introduced(words: str) -> str:
    """Return somebody's own words in quotation marks, with a stop after them, so that speech pauses."""
    stop = "" if words.endswith((".", "!", "?", "…")) else "."
    return _(': "{words}"').format(words=words) + stop


def knock_line(knock: KnockView) -> str:
    """Return somebody at the door, with how to answer."""
    said = _introduced(knock.introduction) if knock.introduction else "."
    warning = _(" Careful: {warning}").format(warning=knock.warning) if knock.warning else ""
    note = f" {knock.note}" if knock.note else ""
    answer = _("Type /admit {number} or /decline {number}.").format(number=knock.number)
    return labelled(
        "door",
        _("{name} is at the door{said}{warning}{note} {answer}").format(
            name=knock.name, said=said, warning=warning, note=note, answer=answer
        ),
    )


def invitation_lines(view: RoomView) -> Iterator[str]:
    """Yield the code by itself on its line, so that it can be copied whole."""
    yield labelled(
        "invitation", _("Give this code to the people you invite, in private. It is the next line.")
    )
    yield view.invitation
    yield labelled(
        "invitation",
        _("Tell them these four words another way: {check_phrase}.").format(
            check_phrase=view.check_phrase
        ),
    )


def nod_lines(before: RoomView, after: RoomView) -> tuple[str, ...]:
    """Return who was nodded to between two pictures, counted and never by whom (T13)."""
    known = {passage.key: dict(passage.nods) for passage in before.transcript}
    by_author: dict[str, Counter[str]] = {}
    for passage in after.transcript:
        if fresh := _fresh_nods(passage, known.get(passage.key, {})):
            name = passage.author.name if passage.author else _("somebody")
            by_author.setdefault("" if passage.is_mine else name, Counter()).update(fresh)
    return tuple(_nods_for(name, fresh) for name, fresh in by_author.items())


def time_line(view: RoomView, earlier: float, now: float) -> str:
    """Return the line for the mark that was passed since `earlier`, or "" (M10: half, a minute, end)."""
    if view.stage is None or not view.stage_seconds or view.is_held:
        return ""
    end = view.stage_started + view.stage_seconds
    marks = (
        (end, _("The time of this stage is used. Finish as you like; nothing is cut.")),
        (end - 60, _("About a minute is left for this stage."))
        if view.stage_seconds >= 120
        else None,
        (end - view.stage_seconds / 2, _("Half of this stage's time is left."))
        if view.stage_seconds >= 240
        else None,
    )
    passed = (words for at, words in filter(None, marks) if earlier < at <= now)
    words = next(passed, "")
    if words and is_quiet():
        return labelled("time", f"{part_words(view, now).capitalize()}.")
    return labelled("time", words) if words else ""


def people_words(people: Iterable[PersonView]) -> str:
    """Return who is here, in seat order, with roles and who is away."""
    return ", ".join(map(_person_words, people))


def _person_words(person: PersonView) -> str:
    marks = [
        _("you") if person.is_me else "",
        person.role.words if person.role is not Role.MEMBER else "",
        _("leads now") if person.leads_now else "",
        _("away, place kept") if person.is_away else "",
        _("has the floor") if person.has_floor else "",
        _("resting") if person.is_resting else "",
    ]
    shown = ", ".join(filter(None, marks))
    return f"{person.name} ({shown})" if shown else person.name


def _connection_lines(before: RoomView, after: RoomView) -> Iterator[str]:
    if before.connection is after.connection:
        return
    if after.connection is Connection.LOST:
        yield from speak(label_of("room"), after.connection_words or _(_LOST))
    if after.connection is Connection.CONNECTED and before.connection is Connection.LOST:
        yield labelled("room", _(_BACK))


def _beginning_lines(before: RoomView, after: RoomView) -> Iterator[str]:
    """Yield to who leads how the meeting begins, once there is something to begin."""
    if _waits_to_begin(after) and not _waits_to_begin(before):
        yield labelled("room", _("/next begins the first stage."))


def _waits_to_begin(view: RoomView) -> bool:
    is_ahead = not any(stage.is_current or stage.is_done for stage in view.stages)
    return _is_in(view) and view.is_facilitator and bool(view.stages) and is_ahead


def _place_lines(before: RoomView, after: RoomView) -> Iterator[str]:
    if after.place is Place.WAITING and before.place is not Place.WAITING:
        yield from speak(
            label_of("room"), after.now_words or _("You knocked. Somebody will answer.")
        )
        if after.knock_fingerprint:
            words = knock_phrase(after.knock_fingerprint)
            yield labelled(
                "room",
                _("The facilitator may ask you for the words of your knock: {words}.").format(
                    words=words
                ),
            )
    if _is_in(after) and not _is_in(before):
        yield labelled(
            "room",
            _("This is {room_name}. Here: {people}.").format(
                room_name=after.room_name, people=people_words(after.people)
            ),
        )
        if after.keeping.is_kept:
            # They compared the words when they first came, and know the commands.
            return
        yield labelled(
            "room",
            _("The four words to compare are: {check_phrase}.").format(
                check_phrase=after.check_phrase
            ),
        )
        yield labelled("room", _("/help lists the commands. /what says what happens now."))


def _is_in(view: RoomView) -> bool:
    # Just let in, one does not know yet who is here: that comes with the first picture.
    return view.place is Place.ROOM and view.me is not None


def _passage_lines(before: RoomView, after: RoomView, *, reads_own_words: bool) -> Iterator[str]:
    known = {passage.key for passage in before.transcript if _is_there(passage)}
    fresh = [p for p in after.transcript if p.key not in known and _is_there(p)]
    together: list[Passage] = []
    for passage in fresh:
        # Comings and goings that arrive together are one line, and so is the card for who comes back.
        if together and together[0].line is not passage.line:
            yield from _joined(together)
        if passage.line in _TOGETHER:
            together.append(passage)
            continue
        if passage.line is Line.SHARE and passage.is_mine and not reads_own_words:
            yield labelled("you", _("shared."))
        else:
            yield from _one_passage(passage, after, is_arriving=not _is_in(before))
    yield from _joined(together)


def _private_lines(before: RoomView, after: RoomView, *, reads_own_words: bool) -> Iterator[str]:
    known = {p.key for aside in before.asides for p in aside.passages if _is_there(p)}
    heard = {aside.handle for aside in before.asides}
    for aside in after.asides:
        # What was said at the door was heard there.
        if aside.is_over and aside.handle not in heard:
            continue
        for passage in aside.passages:
            if passage.key not in known and _is_there(passage):
                yield from private_lines(aside, passage, reads_own_words=reads_own_words)


def private_lines(
    aside: AsideView, passage: Passage, *, reads_own_words: bool = True
) -> Iterator[str]:
    """Yield what was said in a private word; every line says that it is one."""
    name = passage.author.name if passage.author else _("somebody")
    if not passage.is_mine:
        yield from speak(labelled("private", name), passage.text)
    elif reads_own_words:
        yield from speak(
            labelled("private", _("you to {names}").format(names=aside.names)), passage.text
        )
    else:
        yield labelled("private", _("sent to {names}.").format(names=aside.names))


def _is_there(passage: Passage) -> bool:
    """Tell whether the room has it: what waits here or is on its way is not told as said."""
    return not (passage.is_sending or passage.is_ready)


_TOGETHER = frozenset({Line.ROOM, Line.NOTICE})


def _joined(together: list[Passage]) -> Iterator[str]:
    if together:
        yield from speak(label_of(together[0].line.value), " ".join(one.text for one in together))
        together.clear()


def _one_passage(passage: Passage, view: RoomView, *, is_arriving: bool) -> Iterator[str]:
    if passage.line is Line.SHARE:
        return share_lines(passage)
    stage = view.stage
    if passage.line is Line.STAGE and stage is not None and stage.title == passage.text:
        # Who comes in the middle of it hears the rest when they ask: /where.
        return (stage_heading if is_arriving else stage_lines)(stage, view)
    return speak(label_of(passage.line.value), passage.text)


def _invitation_lines(before: RoomView, after: RoomView) -> Iterator[str]:
    if after.invitation and after.invitation != before.invitation:
        yield from invitation_lines(after)


def _gather_lines(before: RoomView, after: RoomView) -> Iterator[str]:
    was, now = before.gather, after.gather
    if now is None:
        return
    if not now.is_released and (was is None or was.is_released):
        yield labelled("you", _(GATHER_LEADER if after.is_facilitator else GATHER_MEMBER))
    elif was is not None and now.mine is not was.mine and now.mine is not Part.SHARED:
        # The counts are told when one's own part changes, and otherwise only when asked for.
        yield labelled(
            "you", _("{mine}. Everybody: {words}.").format(mine=now.mine.words, words=now.words)
        )
    elif was is not None and after.is_facilitator and now.words != was.words:
        yield labelled("gather", f"{now.words}.")


def _guide_lines(before: RoomView, after: RoomView) -> Iterator[str]:
    was, now = guide(before), guide(after)
    if now is not None and now != was:
        yield from speak(label_of("pair"), now.words if was else f"{now.title}. {now.words}")


def _door_lines(before: RoomView, after: RoomView) -> Iterator[str]:
    known = {knock.knock for knock in before.knocks}
    for knock in after.knocks:
        if knock.knock not in known:
            yield knock_line(knock)
    threads = {knock.knock: knock.thread for knock in before.knocks}
    for knock in after.knocks:
        for line in _fresh_lines(threads.get(knock.knock, ()), knock.thread):
            who = _("you to {name}").format(name=knock.name) if line.is_mine else knock.name
            yield _("at the door: {who}: {text}").format(who=who, text=line.text)
    for line in _fresh_lines(before.door_thread, after.door_thread):
        yield _("at the door: {who}: {text}").format(
            who=_("you") if line.is_mine else _("facilitator"), text=line.text
        )


def _fresh_lines(before: tuple[DoorLine, ...], after: tuple[DoorLine, ...]) -> list[DoorLine]:
    known = set(before)
    return [line for line in after if line not in known]


def _notice_lines(before: RoomView, after: RoomView, notices: tuple[Notice, ...]) -> Iterator[str]:
    # A notice that says what a line above says already only rings (M4: one bell, one line).
    known = {knock.knock for knock in before.knocks}
    said = {
        _("{name} is at the door.").format(name=k.name)
        for k in after.knocks
        if k.knock not in known
    }
    if _has_floor(after) and not _has_floor(before):
        said.add(_("It is your turn."))
    # What was written to this person alone stands in the transcript, too.
    said.update(p.text for p in after.transcript[-3:] if p.line is Line.NOTICE)
    for notice in notices:
        if notice.words not in said:
            yield from speak(label_of("notice"), notice.words)


def _has_floor(view: RoomView) -> bool:
    return view.floor is not None and view.floor.is_me


def _ending_lines(before: RoomView, after: RoomView) -> Iterator[str]:
    if before.place is not after.place and after.place in _ENDINGS:
        yield from speak(label_of("room"), after.ended_words or _(_ENDINGS[after.place]))
        if after.place is Place.CLOSED and after.is_facilitator:
            for words in debrief_lines(after.lang):
                yield labelled("after", words)


def _fresh_nods(passage: Passage, known: dict[NodKind, int]) -> dict[str, int]:
    counts = ((kind, count - known.get(kind, 0)) for kind, count in passage.nods)
    return {_(NOD_WORDS[kind]): fresh for kind, fresh in counts if fresh > 0}


def _nods_for(name: str, fresh: "Counter[str]") -> str:
    # Always in one order: lines that are heard again and again should sound alike.
    kinds = ", ".join(
        f"{words} {fresh[words]}" for words in map(_, NOD_WORDS.values()) if fresh[words]
    )
    number = fresh.total()
    return labelled(
        "room",
        ngettext(
            "{number} nod for {name}: {kinds}.", "{number} nods for {name}: {kinds}.", number
        ).format(number=number, name=name, kinds=kinds)
        if name
        else ngettext(
            "{number} nod for you: {kinds}.", "{number} nods for you: {kinds}.", number
        ).format(number=number, kinds=kinds),
    )
