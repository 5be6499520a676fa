"""The seat and its connection: prove, attach, walk on, and judge what the relay answers.

Nothing here trusts the relay beyond order and delivery. After every new connection the seat asks
for the log from where it stopped, reads to its end, and only then sends again what is not in it.
"""

from __future__ import annotations

from holdspace.protocol import frames
from holdspace.protocol.keys import (
    Occasion,
    Purpose,
    SigningKey,
    begin_digest,
    code_digest,
    invitation_digest,
    prove,
    revocation_digest,
)
from holdspace.protocol.refusals import REFUSALS, Refusal
from holdspace.protocol.translation import N_, _, shown

from . import catching_up, changing, saying, unled
from .after import after_words
from .operator_card import operator_view
from .replacing import replace
from .seat import HostKeys, Seat, Wire, access_key
from .step import Moment
from .view import Notice, Place

# A relay that is a little behind its cluster does not know yet what this seat knows: so many rounds
# over all relays it has to catch up.
ROUNDS = 2
# Invitations that were taken back and that the relay has not confirmed to have forgotten.
MOST_ENDED = 16
_NOT_THERE_YET = frozenset({Refusal.NOT_HERE, Refusal.GAP})
MOVED = N_("The relay changed, to {relay}. Nothing was lost.")


def reached(seat: Seat, relay: str) -> Seat:
    """Note which of the room's relays this is."""
    card = replace(seat.card, relay=relay) if seat.card else None
    return replace(seat, facts=replace(seat.facts, origin=relay), card=card)


def on_greeting(seat: Seat, frame: frames.Greeting, moment: Moment) -> Seat:
    """Begin again on a new connection: open what only the host opens, then attach."""
    # For the person a lost connection is back only once the log can be read on.
    was = seat.wire
    wire = Wire(nonce=frame.nonce, lost_words=was.lost_words, is_lost=was.is_lost)
    seat = replace(seat, wire=wire, outbox=seat.outbox.worth_keeping())
    if seat.card is not None and frame.operator is not None:
        seat = replace(seat, card=replace(seat.card, operator=operator_view(frame.operator)))
    host = seat.host
    if host is None:
        return _attach(seat, moment)
    if not host.opened:
        return _open(seat, host, moment)
    return _attach(invite(seat, host, moment), moment)


def on_attached(seat: Seat, frame: frames.Attached, moment: Moment) -> Seat:
    """Learn how far the log goes; what was not sent yet follows once it is read to there."""
    seat, what, _key = seat.answered(frame.ref)
    if what != "attach" or frame.after > seat.position.seq:
        return seat
    wire = replace(
        seat.wire,
        attached=True,
        head=frame.head,
        is_lost=False,
        lost_words="",
        since=moment.now,
    )
    here = seat.facts.origin
    if seat.attached_at not in {"", here}:
        moment.notices.append(Notice(_(MOVED).format(relay=here)))
    seat = replace(seat, wire=wire, attached_at=here, times_turned_away=0)
    seat = catching_up.came_back(seat, moment)
    seat = unled.was_away(watch_lobby(seat, moment), moment)
    return resume(seat, moment)


def resume(seat: Seat, moment: Moment) -> Seat:
    """Send what is still waiting, as soon as the whole log was read."""
    if not seat.is_caught_up or seat.place is not Place.ROOM:
        return seat
    seat = saying.send_waiting(seat, moment)
    return changing.advance(seat, moment)


def walk_on(seat: Seat, moment: Moment) -> Seat:
    """Prove to be a member of the epoch that just began (R3)."""
    if not seat.wire.nonce:
        return seat
    epoch = seat.group.epoch
    seat, ref = seat.asking("prove")
    proof = prove(access_key(seat.facts, seat.group), Purpose.ATTACH, seat.occasion(epoch))
    moment.frames.append(frames.Prove(ref, epoch, proof))
    return seat


def on_done(seat: Seat, frame: frames.Done, moment: Moment) -> Seat:
    """Note that a request of ours took effect."""
    seat, what, key = seat.answered(frame.ref)
    if what == "close":
        return _closed(seat)
    if what == "revoke":
        return _ended(seat, key)
    return _note_opening(seat, what, moment)


def on_ack(seat: Seat, frame: frames.Ack, moment: Moment) -> Seat:
    """Know that an entry of ours is durable; it takes effect when it comes back in order."""
    return seat


def on_refuse(seat: Seat, frame: frames.Refuse, moment: Moment) -> Seat:
    """React to a no by what was asked: most mend themselves, the rest the person must know."""
    seat, what, key = seat.answered(frame.ref)
    refusal = _known(frame.code)
    if what in _OPENINGS and refusal is Refusal.ALREADY_THERE:
        return _note_opening(seat, what, moment)
    if what == "attach" and refusal in _NOT_THERE_YET and _may_be_elsewhere(seat):
        wire = replace(seat.wire, turned_away=True)
        return replace(seat, wire=wire, times_turned_away=seat.times_turned_away + 1)
    # Without them there is no meeting to sit in. A meeting goes on without an invitation.
    if what in {"attach", "open", "begin"}:
        is_known = what != "attach" and refusal in _NOT_OPENED
        words = shown(_NOT_OPENED[refusal]) if is_known else _words(refusal)
        needs_code = refusal in _CODE_WANTED
        return replace(seat, place=Place.ENDED, ended_words=words, needs_code=needs_code)
    if what == "bundle":
        return changing.refused(seat, key, refusal, moment)
    if what == "append":
        return saying.refused(seat, key, refusal, moment)
    if what == "revoke":
        return _ended_later(seat, key) if refusal in _LATER else _ended(seat, key)
    if what and what not in _NOT_MISSED:
        moment.notices.append(Notice(_words(refusal)))
    return seat


def on_closed(seat: Seat, frame: frames.MeetingClosed, moment: Moment) -> Seat:
    """Learn that a facilitator ended the meeting."""
    return _closed(seat) if frame.meeting == seat.facts.meeting else seat


def lost(seat: Seat, words: str) -> Seat:
    """Forget this connection; everything else is kept."""
    return replace(seat, wire=Wire(lost_words=words, is_lost=True))


def _may_be_elsewhere(seat: Seat) -> bool:
    relays = len(seat.facts.relays)
    return relays > 1 and seat.times_turned_away < ROUNDS * relays


_CODE_WANTED = frozenset({Refusal.NEEDS_CODE, Refusal.CODE_IN_USE})
# In a meeting these are asked again by themselves; one that never began is not.
_NOT_OPENED: dict[Refusal | None, str] = {
    Refusal.NOT_SAVED: N_(
        "The relay cannot save anything just now, so the meeting did not begin. Nothing is lost: try again "
        "in a few minutes, and tell whoever runs the relay if it stays so."
    ),
    Refusal.TOO_FAST: N_(
        "The relay was asked for a lot just now, so the meeting did not begin. Nothing is lost: try again "
        "in a few minutes."
    ),
}
_OPENINGS = frozenset({"open", "begin", "invite", "put door"})
# The same may go well a second later.
_LATER = frozenset({Refusal.NOT_SAVED, Refusal.TOO_FAST})
# A word at the door that came too late shows by itself (door_talk.py).
_NOT_MISSED = frozenset({"word"})
_LATE = N_("What you wrote last may have come too late for anybody to read it.")
_OVER_WORDS = N_("The meeting is over. Nothing of it is kept on the relay. Go gently.")


def _closed(seat: Seat) -> Seat:
    is_late = any(saying.is_words(one.event) for one in seat.outbox.lasting().waiting)
    parts = (_(_OVER_WORDS), _(_LATE) if is_late else "", after_words(seat))
    words = " ".join(filter(None, parts))
    return replace(seat, place=Place.CLOSED, ended_words=words)


def _known(code: int) -> Refusal | None:
    return Refusal(code) if code in REFUSALS else None


def _words(refusal: Refusal | None) -> str:
    if refusal is None:
        return _("The relay said no, in a way this version does not know.")
    return shown(REFUSALS[refusal].sentence)


def _attach(seat: Seat, moment: Moment) -> Seat:
    epoch = seat.group.epoch
    seat, ref = seat.asking("attach")
    proof = prove(access_key(seat.facts, seat.group), Purpose.ATTACH, seat.occasion(epoch))
    moment.frames.append(frames.Attach(ref, seat.facts.meeting, epoch, seat.position.seq, proof))
    return seat


def watch_lobby(seat: Seat, moment: Moment) -> Seat:
    """Stand at the door, where this client holds a key that opens letters."""
    if seat.host is None and not (seat.doors and seat.is_staff and seat.wire.attached):
        return seat
    seat, ref = seat.asking("lobby")
    room, meeting = seat.facts.room, seat.facts.meeting
    occasion = Occasion(seat.facts.origin, room, meeting, nonce=seat.wire.nonce)
    proof = prove(seat.slot, Purpose.LOBBY, occasion)
    moment.frames.append(frames.WatchLobby(ref, room, meeting, seat.slot.public, proof))
    return seat


def _note_opening(seat: Seat, what: str, moment: Moment) -> Seat:
    host = seat.host
    if host is None:
        return seat
    if what == "open":
        # Only now: a relay among several learns of the room itself when its cluster has it.
        return invite(_begin(seat, host, moment), host, moment)
    if what == "begin":
        # The meeting is durable now, and only from now on can anybody attach to it.
        return _attach(replace(seat, host=replace(host, opened=True)), moment)
    if what == "invite":
        return replace(seat, host=replace(host, invited=True))
    if what == "put door" and host.door is not None:
        return replace(seat, host=replace(host, door=replace(host.door, is_put=True)))
    return seat


def _open(seat: Seat, host: HostKeys, moment: Moment) -> Seat:
    """Make the room known to the relay; the meeting and the invitation follow when it is."""
    seat, ref = seat.asking("open")
    occasion = Occasion(seat.facts.origin, seat.facts.room, nonce=seat.wire.nonce)
    proof, root_key = prove(host.root, Purpose.OPEN, occasion), host.root.public
    code = _code_proof(host.code, root_key, occasion)
    moment.frames.append(frames.OpenRoom(ref, seat.facts.room, root_key, proof, *code))
    return seat


def _begin(seat: Seat, host: HostKeys, moment: Moment) -> Seat:
    room, meeting = seat.facts.room, seat.facts.meeting
    seat, ref = seat.asking("begin")
    key, slots = access_key(seat.facts, seat.group).public, seat.roles.slots
    occasion = Occasion(seat.facts.origin, room, meeting, nonce=seat.wire.nonce)
    proof = prove(host.root, Purpose.BEGIN, occasion, begin_digest(key, slots))
    moment.frames.append(frames.BeginMeeting(ref, room, meeting, key, slots, proof))
    return seat


def _ended(seat: Seat, knock_key: bytes) -> Seat:
    """Note that the relay has an invitation no more."""
    host = seat.host
    if host is None or knock_key not in host.ended:
        return seat
    rest = tuple(key for key in host.ended if key != knock_key)
    return replace(seat, host=replace(host, ended=rest))


def _ended_later(seat: Seat, knock_key: bytes) -> Seat:
    """Note an invitation that the relay still has, because it could save nothing just now."""
    host = seat.host
    # A card that was put anew under the same key is not over: taken back, nobody could knock by it.
    if host is None or knock_key in host.ended or knock_key in _out(host):
        return seat
    # A relay can name any number of keys; those that the host took back come first.
    return replace(seat, host=replace(host, ended=(*host.ended, knock_key)[:MOST_ENDED]))


def tick(seat: Seat, moment: Moment) -> Seat:
    """Let the relay forget what it could not forget when it was first asked."""
    host = seat.host
    if host is None:
        return seat
    for knock_key in host.ended:
        seat = end_invitation(seat, host, knock_key, moment)
    return seat


def invite(seat: Seat, host: HostKeys, moment: Moment) -> Seat:
    """Let the relay have the host's cards, and forget those that are over."""
    for knock_key in host.ended:
        seat = _revoke(seat, host, knock_key, moment)
    if not host.invited:
        seat = put_invitation(seat, host, moment)
    if host.door is not None and not host.door.is_put:
        # Who still knocks by the last meeting's card is sent to get the new one.
        seat = _revoke(seat, host, host.door.card[0], moment)
        seat = _put(seat, host, moment, card=host.door.card, what="put door")
    return seat


def _code_proof(
    code: SigningKey | None, root_key: bytes, occasion: Occasion
) -> tuple[bytes, bytes]:
    if code is None:
        return b"", b""
    return code.public, prove(code, Purpose.CODE, occasion, code_digest(root_key))


def put_invitation(seat: Seat, host: HostKeys, moment: Moment) -> Seat:
    """Hand the sealed card of the newest invitation to the relay, under a proof for this connection."""
    return _put(seat, host, moment, card=host.card, what="invite") if host.card else seat


def _put(
    seat: Seat, host: HostKeys, moment: Moment, *, card: tuple[bytes, int, bytes], what: str
) -> Seat:
    if not seat.wire.nonce:
        return seat
    knock_key, expires, sealed = card
    seat, ref = seat.asking(what)
    occasion = Occasion(seat.facts.origin, seat.facts.room, nonce=seat.wire.nonce)
    proof = prove(
        host.root, Purpose.INVITE, occasion, invitation_digest(knock_key, expires, sealed)
    )
    moment.frames.append(
        frames.PutInvitation(ref, seat.facts.room, knock_key, expires, sealed, proof)
    )
    return seat


def change_invitation(seat: Seat, before: HostKeys, host: HostKeys, moment: Moment) -> Seat:
    """Let the relay forget the invitation before, whose knocks nobody can open, and have the new one.

    Without a connection both wait for one.
    """
    gone = tuple(card[0] for card in (before.card,) if card is not None)
    host = replace(host, ended=(*before.ended, *gone)[-MOST_ENDED:])
    for knock_key in gone:
        seat = _revoke(seat, before, knock_key, moment)
    return put_invitation(replace(seat, host=host), host, moment)


def open_door(seat: Seat, host: HostKeys, moment: Moment) -> Seat:
    """Let the relay know of the pass in mid-meeting, when the room has just begun to be kept."""
    if host.door is None or not host.opened:
        return seat
    return _put(seat, host, moment, card=host.door.card, what="put door")


def end_invitation(seat: Seat, host: HostKeys, knock_key: bytes, moment: Moment) -> Seat:
    """Let the relay forget an invitation that is none of ours any more, if this is one."""
    is_asked = seat.has_asked("revoke", knock_key)
    return seat if knock_key in _out(host) or is_asked else _revoke(seat, host, knock_key, moment)


def _out(host: HostKeys) -> set[bytes]:
    """Return the knock keys of the host's cards that people can knock by now."""
    return {card[0] for card in (host.card, host.door.card if host.door else None) if card}


def close_door(seat: Seat, host: HostKeys, moment: Moment) -> Seat:
    """Let the relay forget the pass until the next meeting."""
    return _revoke(seat, host, host.door.card[0], moment) if host.door else seat


def close_meeting(seat: Seat, moment: Moment) -> Seat:
    """Ask the relay to end the meeting and to delete its log."""
    if seat.host is not None:
        seat = close_door(seat, seat.host, moment)
    seat, ref = seat.asking("close")
    proof = prove(seat.slot, Purpose.CLOSE, seat.occasion(0))
    frame = frames.CloseMeeting(ref, seat.facts.meeting, seat.slot.public, proof)
    moment.frames.append(frame)
    return seat


def _revoke(seat: Seat, host: HostKeys, knock_key: bytes, moment: Moment) -> Seat:
    if not seat.wire.nonce:
        return seat
    seat, ref = seat.asking("revoke", knock_key)
    occasion = Occasion(seat.facts.origin, seat.facts.room, nonce=seat.wire.nonce)
    proof = prove(host.root, Purpose.REVOKE, occasion, revocation_digest(knock_key))
    moment.frames.append(frames.RevokeInvitation(ref, seat.facts.room, knock_key, proof))
    return seat
