"""Keeping a room: somebody asks, the host says yes, and both know each other the next time.

Nothing of it is automatic. Who asks has a notebook; the host answers person by person; what is
given goes in a letter that nobody else can read. Nobody but the two learns who keeps the room.
"""

from __future__ import annotations

from msgspec import structs

from holdspace.client.kept_rooms import MOST_PINS, HostPart, KeptRoom, Pin
from holdspace.client.room_keys import check_slip
from holdspace.protocol.meeting.kinds import SlipRole
from holdspace.protocol.meeting.letters import (
    AttendanceGive,
    KeepAsk,
    KeepGive,
    KeepNo,
)
from holdspace.protocol.meeting.roles import CO_FACILITATOR, HOST
from holdspace.protocol.meeting.slips import (
    Attendance,
    NotASlip,
    Slip,
    are_relays,
    encode_attendance,
    is_as_written,
    read_attendance,
    sign_slip,
)
from holdspace.protocol.recovery import secrets_of
from holdspace.protocol.translation import N_, _, ngettext

from . import letters, returning
from .display import shown_name
from .invitations import new_door
from .replacing import replace
from .seat import HostKeys, Seat
from .step import Moment
from .view import Notice, Refusal

_DAY = 24 * 3600
NO_HOST = Refusal(N_("The host is not here just now. Ask again when they are back."))
KEPT_ALREADY = Refusal(N_("You keep this room already. `holdspace rooms` lists it."))
ASKED_ALREADY = Refusal(N_("You have asked the host already. They answer when they can."))
NOT_ASKED = Refusal(N_("They have not asked to keep the room. It takes a yes from both of you."))
KEEP_FIRST = Refusal(
    N_("You do not keep this room yourself yet, so you could not know them again. First /keeproom.")
)
NOT_KEPT = Refusal(N_("This room is not kept yet: /keeproom keeps it in your notebook."))
TOO_MANY = Refusal(
    N_(
        "This room knows {most_pins} people already, which is the most. /forgetone makes "
        "room for somebody."
    ).filled(most_pins=str(MOST_PINS))
)
NO_PIN = Refusal(N_("There is nobody with that number. /whokeeps lists who keeps the room."))
ASKED = N_("The host is asked whether you may keep this room. They answer when they can.")
HOST_KEEPS = N_(
    "You keep this room now: `holdspace open` opens it again, with the same four words. Others keep "
    "it when they ask for it and you say yes. `holdspace rooms phrase` shows words to write down, in case "
    "this device is lost."
)
KEPT = N_(
    "You keep this room now. Next time `holdspace join` finds it without a code, and you come in as "
    "soon as the host has opened it."
)
RATHER_NOT = N_("The host would rather that you come by a code. Nothing was kept.")
WISHES = N_(
    "{name} asks to keep this room, and to come back without a code: /letkeep {name} says yes."
)
WISHES_TOO_EARLY = N_(
    "{name} asks to keep this room. You do not keep it yourself yet: first /keeproom, then "
    "/letkeep {name}."
)
GIVEN = N_("{name} keeps the room from now on.")
HERE = N_(
    "The host gave you a slip that says that somebody was here today; it names nobody and no room: {slip}"
)


def keep(seat: Seat, moment: Moment) -> Seat | Refusal:
    """Keep the room oneself, as its host; or ask the host."""
    if seat.lasting.kept is not None:
        return KEPT_ALREADY
    if seat.host is not None:
        return _keep_as_host(seat, seat.host, moment)
    if seat.lasting.asked_at:
        return ASKED_ALREADY
    host = _host_of(seat)
    if not host:
        return NO_HOST
    moment.notices.append(Notice(ASKED))
    seat = replace(seat, lasting=replace(seat.lasting, asked_at=moment.now))
    return letters.write(seat, host, KeepAsk(), moment)


def answer(seat: Seat, who: bytes, *, is_yes: bool, moment: Moment) -> Seat | Refusal:
    """Host: say yes or no to somebody who asked."""
    if who not in seat.lasting.asking:
        return NOT_ASKED
    if not is_yes:
        return letters.write(_answered(seat, who), who, KeepNo(), moment)
    if seat.lasting.kept is None:
        return KEEP_FIRST
    pin = _pin_of(seat, who)
    seat = returning.pinning(_answered(seat, who), pin)
    part = seat.lasting.kept.host if seat.lasting.kept else None
    if part is None or part.pin(pin.key) is None:
        return TOO_MANY
    words = _(GIVEN).format(name=shown_name(seat, who))
    moment.notices.append(Notice(words))
    return give(seat, who, moment)


def give(seat: Seat, who: bytes, moment: Moment) -> Seat:
    """Host: give somebody who is known the newest slip, pass and relays."""
    host, kept = seat.host, seat.lasting.kept
    pin = kept.host.pin(returning.key_of(seat, who)) if kept and kept.host else None
    if host is None or kept is None or pin is None or pin.is_revoked:
        return seat
    minute = int(moment.now // 60)
    slip = Slip(seat.facts.room, pin.key, pin.name, pin.role, minute)
    note = KeepGive(
        slip=sign_slip(host.root, slip),
        pass_secret=kept.pass_secret,
        relays=kept.relays,
        minute=kept.moved,
    )
    return letters.write(returning.given(seat, minute), who, note, moment)


def give_attendance(seat: Seat, moment: Moment) -> Seat | Refusal:
    """Host: give everybody here a slip that says that its holder was here today."""
    host, state = seat.host, seat.state
    if host is None or state is None:
        return Refusal(_("Only the host can do that."))
    minutes = min(int(moment.now - seat.came_at) // 60 if seat.came_at else 0, 24 * 60)
    others = [p.identity for p in state.people if p.identity != seat.facts.identity]
    for who in others:
        here = Attendance(host.root.public, int(moment.now // _DAY), minutes, moment.random(16))
        seat = letters.write(seat, who, AttendanceGive(encode_attendance(host.root, here)), moment)
    words = ngettext(
        "One person gets a slip that says that they were here.",
        "{number} people get a slip that says that they were here.",
        len(others),
    ).format(number=len(others))
    moment.notices.append(Notice(words))
    return seat


def forget_person(seat: Seat, number: int) -> Seat | Refusal:
    """Host: know somebody no longer, by their number among those who keep the room."""
    kept = seat.lasting.kept
    pins = kept.host.pins if kept and kept.host else ()
    if not 1 <= number <= len(pins):
        return NO_PIN
    # Their key stays on the list, so that their slip cannot bring them back unseen.
    return returning.pinning(seat, Pin(pins[number - 1].key, "-", is_revoked=True))


def on_ask(seat: Seat, author: bytes, _note: KeepAsk, moment: Moment) -> Seat:
    """Host: learn that somebody would like to keep the room."""
    if seat.host is None or author in seat.lasting.asking or not returning.key_of(seat, author):
        return seat
    words = WISHES if seat.lasting.kept else WISHES_TOO_EARLY
    moment.notices.append(Notice(words.replace("{name}", shown_name(seat, author))))
    asking = (*seat.lasting.asking, author)
    return replace(seat, lasting=replace(seat.lasting, asking=asking))


def on_give(seat: Seat, author: bytes, note: KeepGive, moment: Moment) -> Seat:
    """Keep the room, if one asked for that and it is the host who says yes; or renew what is kept."""
    if seat.roles.role_of(author) != HOST or seat.host is not None:
        return seat
    if not (seat.lasting.asked_at or seat.lasting.kept) or not are_relays(note.relays):
        return seat
    fresh = _as_given(seat, note)
    try:
        slip = check_slip(fresh, note.slip)
    except NotASlip:
        return seat
    fresh = structs.replace(fresh, my_name=slip.name, my_role=slip.role)
    if seat.lasting.kept is None:
        moment.notices.append(Notice(KEPT))
    return replace(seat, lasting=replace(seat.lasting, kept=fresh, asked_at=0.0))


def on_no(seat: Seat, author: bytes, _note: KeepNo, moment: Moment) -> Seat:
    """Learn that the host would rather not."""
    if seat.roles.role_of(author) != HOST or not seat.lasting.asked_at:
        return seat
    moment.notices.append(Notice(RATHER_NOT))
    return replace(seat, lasting=replace(seat.lasting, asked_at=0.0))


def on_attendance(seat: Seat, author: bytes, note: AttendanceGive, moment: Moment) -> Seat:
    """Take a slip that says one was here, if the host of this room signed it."""
    try:
        slip = read_attendance(note.text)
    except NotASlip:
        return seat
    if slip.host_key != seat.facts.host_key or seat.roles.role_of(author) != HOST:
        return seat
    # What people paste may be broken into lines and capitals; what a program sent is not.
    if note.text in seat.lasting.attended or not is_as_written(note.text):
        return seat
    moment.notices.append(Notice(_(HERE).format(slip=note.text)))
    attended = (*seat.lasting.attended, note.text)[-8:]
    return replace(seat, lasting=replace(seat.lasting, attended=attended))


def note_role(seat: Seat, identity: bytes, moment: Moment) -> Seat:
    """Host: let a role that was just given or taken last, for somebody who is known."""
    key = returning.key_of(seat, identity)
    part = seat.lasting.kept.host if seat.lasting.kept else None
    pin = part.pin(key) if part and key else None
    if pin is None or pin.is_revoked or pin.role == _role(seat, identity):
        return seat
    seat = returning.pinning(seat, structs.replace(pin, role=_role(seat, identity)))
    return give(seat, identity, moment)


def settle(seat: Seat) -> Seat:
    """Let what the meeting says of the room reach what is kept of it."""
    kept, state = seat.lasting.kept, seat.state
    if kept is None or state is None:
        return seat
    schedule = state.schedule or kept.schedule
    attended = tuple(dict.fromkeys((*kept.attended, *seat.lasting.attended)))[-64:]
    if (schedule, attended) == (kept.schedule, kept.attended):
        return seat
    kept = structs.replace(kept, schedule=schedule, attended=attended)
    return replace(seat, lasting=replace(seat.lasting, kept=kept))


def _keep_as_host(seat: Seat, host: HostKeys, moment: Moment) -> Seat:
    secrets = secrets_of(host.seed)
    kept = KeptRoom(
        room=seat.facts.room,
        host_key=seat.facts.host_key,
        relays=seat.facts.relays,
        room_name=seat.facts.room_name,
        my_name=host.words.host_name,
        my_role="host",
        my_key_seed=seat.lasting.key_seed,
        pass_secret=secrets.pass_secret,
        agreements=host.agreements_digest,
        schedule=seat.state.schedule if seat.state else None,
        host=HostPart(host.seed, standing=host.words.standing, is_relay_here=host.is_relay_here),
    )
    host = new_door(seat, host, kept, moment)
    moment.notices.append(Notice(HOST_KEEPS))
    return replace(seat, host=host, lasting=replace(seat.lasting, kept=kept))


def _as_given(seat: Seat, note: KeepGive) -> KeptRoom:
    before, me = seat.lasting.kept, seat.person(seat.facts.identity)
    if before is None:
        before = KeptRoom(
            room=seat.facts.room,
            host_key=seat.facts.host_key,
            relays=seat.facts.relays,
            room_name=seat.facts.room_name,
            my_name=me.name if me else "-",
            my_role="member",
            my_key_seed=seat.lasting.key_seed,
            pass_secret=note.pass_secret,
        )
    is_newer = note.minute >= before.moved
    return structs.replace(
        before,
        pass_secret=note.pass_secret,
        slip=note.slip,
        agreements=seat.lasting.agreed,
        relays=note.relays if is_newer else before.relays,
        moved=max(note.minute, before.moved),
    )


def _answered(seat: Seat, who: bytes) -> Seat:
    asking = tuple(one for one in seat.lasting.asking if one != who)
    return replace(seat, lasting=replace(seat.lasting, asking=asking))


def _pin_of(seat: Seat, who: bytes) -> Pin:
    person = seat.person(who)
    # A changed client can let somebody in without a name; a notebook with such a page is not saved.
    name = (person.name if person else "") or "-"
    return Pin(returning.key_of(seat, who), name, _role(seat, who))


def _role(seat: Seat, who: bytes) -> SlipRole:
    return "co-facilitator" if seat.roles.role_of(who) == CO_FACILITATOR else "member"


def _host_of(seat: Seat) -> bytes:
    people = seat.state.people if seat.state else ()
    return next((person.identity for person in people if person.role == HOST), b"")
