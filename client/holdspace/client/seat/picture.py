"""The seat as a picture: the one RoomView that both front ends draw from."""

from __future__ import annotations

from holdspace.protocol.meeting import boarding, gathering, offering
from holdspace.protocol.meeting.events import AskForIdeas, GiveIdea, Share
from holdspace.protocol.meeting.rights import Rights
from holdspace.protocol.meeting.values import MeetingState
from holdspace.protocol.phrases import knock_fingerprint
from holdspace.protocol.text import clean, clean_line
from holdspace.protocol.translation import N_, _, shown

from . import (
    boards,
    drift,
    holding,
    offers,
    pairs,
    quiet,
    returning,
    saying,
    taking_up,
    undoing,
    unled,
)
from .asking import asking_view
from .display import shown_person, shown_stages
from .picture_apart import now_words_apart, with_private_words
from .picture_rooms import keeping_view
from .replacing import replace
from .seat import Known, Letter, Seat
from .view import (
    Connection,
    GatherView,
    HandView,
    KnockView,
    Line,
    Part,
    Passage,
    PersonView,
    Place,
    RoomView,
)

TRUST = N_("end-to-end encrypted")
BROKEN_TRUST = N_("NOT CONFIRMED")
WRITING_HINT = N_("Enter marks your words ready. They stay on this device until all is released.")
LISTING_HINT = N_("What you send is one idea for the list, which shows no names.")
HELD_WORDS = N_(
    "Nothing is lost: your draft, your hand and your place are kept. Rest, or read back. "
    "Only facilitators can write until the room goes on."
)
READ_NEXT = N_("Your words are read next, when people have read. /edit takes them back.")
ASKED = N_("Something is asked: /answer goes through it; leave out what you like.")
READY_HINT = N_("Your words are ready, on this device. What you send now takes their place.")


def room_view(seat: Seat, now: float) -> RoomView:
    """Return everything a front end may draw at this moment."""
    view = RoomView(
        place=seat.place,
        connection=_connection(seat),
        connection_words=_connection_words(seat),
        room_name=seat.facts.room_name,
        check_phrase=seat.facts.check_phrase,
        trust_words=_(BROKEN_TRUST if seat.alarm else TRUST),
        ended_words=shown(seat.ended_words),
        needs_code=seat.needs_code,
        transcript=seat.transcript,
        card=seat.card,
        room=seat.facts.room,
        lang=_lang(seat),
        unsent=_unsent(seat),
    )
    if seat.place is not Place.ROOM or seat.state is None:
        # Who led reads what helps afterwards.
        led = seat.place is Place.CLOSED and seat.is_staff
        return replace(view, now_words=_now_words_outside(seat), is_facilitator=led)
    return _with_meeting(seat, seat.state, view, now)


def _lang(seat: Seat) -> str:
    flow = seat.state.flow if seat.state else None
    return flow.lang if flow else ""


def _with_meeting(seat: Seat, state: MeetingState, view: RoomView, now: float) -> RoomView:
    people = {one.identity: shown_person(seat, one.identity, now) for one in state.people}
    me = people[seat.facts.identity]
    view = replace(
        view,
        people=tuple(people.values()),
        me=me,
        flow_title=clean_line(state.flow.title) if state.flow else "",
        stages=shown_stages(seat),
        transcript=(
            *seat.transcript,
            *_sending(seat, me),
            *_ready(seat, me, now),
        ),
        keeping=keeping_view(seat),
        asked=asking_view(seat, state),
        sending=len(seat.outbox.lasting().waiting),
        board=boards.board_view(seat, state),
        log=seat.log,
    )
    view = _with_turns(seat, state, view, people)
    view = _with_rights(seat, state, view, me)
    view = _for_who_leads(seat, state, view, now)
    view = with_private_words(seat, _with_others(seat, state, view, now))
    words = now_words_apart(view) or (_(READ_NEXT) if _is_read_next(seat, me) else _now_words(view))
    return replace(view, now_words=words)


def _with_turns(
    seat: Seat, state: MeetingState, view: RoomView, people: dict[bytes, PersonView]
) -> RoomView:
    """Return the view with the stage, the floor, and who comes next."""
    going = state.round.to_come if state.round else ()
    return replace(
        view,
        stage_started=seat.stage_started,
        stage_seconds=state.stage_seconds,
        mode=state.mode,
        is_held=state.is_held or seat.is_unled,
        hold_words=_hold_words(seat, state),
        holder_words=holding.holder_words(seat),
        floor=people.get(state.floor.identity) if state.floor else None,
        hands=_hands(state, people),
        going_around=tuple(people[who] for who in going),
        gather=_gather(state, seat.facts.identity),
        pause_until=seat.pause_until if state.pause_seconds else 0.0,
        order=state.order,
        is_queue_closed=state.is_queue_closed,
    )


def _with_rights(seat: Seat, state: MeetingState, view: RoomView, me: PersonView) -> RoomView:
    """Return the view with what this person may do now, and the words for it."""
    allowed = unled.allowed(seat, state)
    words = _composer_words(state, me, allowed, is_held=view.is_held)
    return replace(
        view,
        composer_words=_(READ_NEXT) if _is_read_next(seat, me) else shown(words),
        can_write=allowed.can_write,
        can_raise=allowed.can_raise,
        can_pass=allowed.can_pass,
        can_nod=allowed.can_nod,
    )


def _is_read_next(seat: Seat, me: PersonView) -> bool:
    # T8: what was sent in a turn, or made ready for it, follows when people have read.
    return bool(seat.ready_words) and me.has_floor


def _for_who_leads(seat: Seat, state: MeetingState, view: RoomView, now: float) -> RoomView:
    """Return the view with what those who lead see, and nobody else."""
    is_staff = seat.roles.is_facilitator(seat.facts.identity)
    return replace(
        view,
        is_facilitator=is_staff,
        is_host=seat.host is not None,
        takes_relay_along=seat.host is not None and seat.host.is_relay_here,
        knocks=tuple(_knock(seat, letter) for letter in _waiting(seat)),
        invitation=_invitation(seat),
        can_restore_hands=is_staff and bool(state.lowered),
        drift_words=drift.drift_words(seat, now) if is_staff else "",
        quiet_way=quiet.way_now(seat) or "",
        can_undo=undoing.can_undo(seat, now),
    )


def _with_others(seat: Seat, state: MeetingState, view: RoomView, now: float) -> RoomView:
    """Return the view with whom one is with, who will be asked again, and who asks."""
    asked = offers.asks(state, seat.facts.identity)
    passers = state.round.passed if state.round else ()
    return replace(
        view,
        pairs=pairs.view(seat, state, now),
        passers=tuple(shown_person(seat, who, now) for who in passers),
        can_offer=not offering.why_not_offer(state, seat.facts.identity),
        is_offering=bool(seat.offer_words),
        offered_by=tuple(shown_person(seat, one.asker, now) for one in asked),
    )


def _unsent(seat: Seat) -> tuple[str, ...]:
    waiting = (item.event for item in seat.outbox.lasting().waiting)
    on_their_way = tuple(e.text for e in waiting if isinstance(e, Share | AskForIdeas | GiveIdea))
    return (*on_their_way, seat.ready_words) if seat.ready_words else on_their_way


def _connection(seat: Seat) -> Connection:
    if seat.place is not Place.ROOM:
        return Connection.GONE
    if seat.wire.is_lost:
        return Connection.LOST
    return Connection.CONNECTED if seat.wire.attached else Connection.CONNECTING


def _connection_words(seat: Seat) -> str:
    if seat.alarm:
        return shown(seat.alarm)
    if seat.wire.is_lost:
        return shown(seat.wire.lost_words)
    if not seat.wire.attached:
        return _("Connecting to the relay.")
    is_kept = seat.wire.told_kept and bool(seat.outbox.lasting().waiting)
    return _(saying.NOT_ARRIVING) if is_kept else ""


def _invitation(seat: Seat) -> str:
    return seat.host.invitation if seat.host and seat.host.invited else ""


def _waiting(seat: Seat) -> tuple[Letter, ...]:
    coming = {wish.letter.knock for wish in seat.wishes if hasattr(wish, "letter")}
    return tuple(letter for letter in seat.letters if letter.knock not in coming)


def _knock(seat: Seat, letter: Letter) -> KnockView:
    return KnockView(
        letter.handle or letter.knock,
        letter.name,
        letter.introduction,
        letter.since,
        shown(taking_up.warning(seat, letter) or letter.warning),
        letter.number,
        letter.thread,
        shown(returning.NOTES.get(letter.known, "") or taking_up.note(seat, letter)),
        knock_fingerprint(seat.facts.room, letter.key_package)
        if letter.known is Known.NOT
        else b"",
    )


def _hands(state: MeetingState, people: dict[bytes, PersonView]) -> tuple[HandView, ...]:
    return tuple(
        HandView(people[hand.identity], hand.kind, clean_line(hand.note), place)
        for place, hand in enumerate(state.queue, 1)
    )


def _sending(seat: Seat, me: PersonView) -> tuple[Passage, ...]:
    return tuple(
        Passage(
            key=item.message_id,
            line=Line.SHARE,
            text=clean(item.event.text),
            at=item.at,
            author=me,
            is_sending=True,
            is_mine=True,
        )
        for item in seat.outbox.lasting().waiting
        if isinstance(item.event, Share)
    )


def _hold_words(seat: Seat, state: MeetingState) -> str:
    if seat.is_unled:
        return _(unled.HOLD_WORDS)
    return _(HELD_WORDS) if state.is_held else ""


def _ready(seat: Seat, me: PersonView, now: float) -> tuple[Passage, ...]:
    if not seat.ready_words:
        return ()
    return (
        Passage(
            key=b"ready",
            line=Line.SHARE,
            text=clean(seat.ready_words),
            at=now,
            author=me,
            is_mine=True,
            is_ready=True,
        ),
    )


def _gather(state: MeetingState, me: bytes) -> GatherView | None:
    gather = state.gather
    if gather is None:
        return None
    parts = (Part.READY, gather.ready), (Part.READING, gather.reading), (Part.SHARED, gather.shared)
    return GatherView(
        writing=len(gathering.writing(state)),
        ready=len(gather.ready),
        reading=len(gather.reading),
        shared=len(gather.shared),
        is_released=gather.is_released,
        mine=next((part for part, who in parts if me in who), Part.WRITING),
    )


def _composer_words(state: MeetingState, me: PersonView, allowed: Rights, *, is_held: bool) -> str:
    if state.is_listing and me.role.value == "member" and not is_held:
        return boarding.why_not_give(state, me.identity) or LISTING_HINT
    if gathering.is_writing(state) and me.role.value == "member" and not is_held:
        is_ready = state.gather is not None and me.identity in state.gather.ready
        return READY_HINT if is_ready else WRITING_HINT
    if not allowed.can_write:
        is_asked = state.pairs is not None and not state.pairs.pairs and not is_held
        return pairs.MADE_NOW if is_asked else allowed.why_not
    if is_held and me.role.value != "member":
        return _("The room is on hold. You can write; /resume lets it go on.")
    if me.has_floor:
        return _("You have the floor. Take your time; nothing is sent until you send it.")
    if me.role.value != "member" and state.floor is not None:
        return _("Somebody has the floor. You can still write, as a facilitator.")
    return _("You can write.")


def _now_words(view: RoomView) -> str:
    """Answer "what now?" in one sentence."""
    me = view.me
    if view.is_held and view.is_facilitator:
        return _("The room is on hold. /resume lets it go on.")
    if view.is_held:
        return _("The room is on hold. There is nothing you need to do.")
    if own := _own_words(view, me) if me else "":
        return own
    if together := _together_words(view):
        return together
    if view.is_facilitator and view.knocks:
        return _("Somebody is at the door: admit or decline.")
    if words := _asked_words(view):
        return words
    if view.floor is not None:
        return _("{name} has the floor. Read, and nod if you like.").format(name=view.floor.name)
    if view.is_facilitator and view.stages and view.stage is None:
        return _("When everybody is here, /next begins the first stage.")
    return view.composer_words


def _own_words(view: RoomView, me: PersonView) -> str:
    if me.is_asked:
        return _("A facilitator asks whether you would like to speak: /yes or /no.")
    if view.offered_by:
        name = view.offered_by[0].name
        return _(
            "{name} asks whether you would like an idea about what you said: /yes or /no."
        ).format(name=name)
    if me.has_floor:
        return _("It is your turn: write and send, or pass.")
    if me.place_in_queue:
        return _("Your hand is up: {place} of {number}.").format(
            place=me.place_in_queue, number=len(view.hands)
        )
    return _("You rest; rounds pass you by. /return when you like.") if me.is_resting else ""


def _together_words(view: RoomView) -> str:
    if view.floor:
        return ""
    if view.pairs is not None:
        return pairs.now_words(view.pairs, is_facilitator=view.is_facilitator)
    if view.gather is not None:
        words = _gather_words(view.gather, is_facilitator=view.is_facilitator)
        return " ".join(filter(None, (words, _asked_words(view))))
    return ""


def _asked_words(view: RoomView) -> str:
    count = view.asked.open_count
    if view.is_facilitator and count is not None and count.joined:
        return _(
            "{count} of {number} would like to be counted. /count closes it; so does /next."
        ).format(count=count.joined, number=len(view.people))
    return _(ASKED) if view.asked.is_waiting else ""


def _gather_words(gather: GatherView, *, is_facilitator: bool) -> str:
    if gather.is_released:
        return _("What was written is being read: {words}.").format(words=gather.words)
    if is_facilitator:
        return _("Everybody writes: {words}. /release lets the words be read.").format(
            words=gather.words
        )
    if gather.mine is Part.READY:
        return _("Your words are ready ({words}). /edit takes them back to write on.").format(
            words=gather.words
        )
    return _(
        "Everybody writes for themselves ({words}). Send marks your words ready; /pass reads only."
    ).format(words=gather.words)


def _now_words_outside(seat: Seat) -> str:
    return shown(seat.ended_words) or _("You are being shown in. One moment.")
