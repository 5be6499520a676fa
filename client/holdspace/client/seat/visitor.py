"""Somebody with an invitation, from the pasted code to their seat in the room.

Three stops: read the card that the host signed, accept the agreements and knock, wait. Nothing is
shown that the host did not sign, and no group is joined but the one the invited host vouches for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import partial
from typing import Any

from holdspace.client.kept_rooms import KeptRoom
from holdspace.protocol import frames
from holdspace.protocol.invite import (
    MAX_INTRODUCTION,
    Invitation,
    InvitationError,
    RoomCard,
    agreements_digest,
    decode_invitation,
    open_card,
    open_reply,
)
from holdspace.protocol.keys import Occasion, Purpose, knock_digest, prove
from holdspace.protocol.meeting.events import Rest
from holdspace.protocol.meeting.roles import identity_of
from holdspace.protocol.mls import Group, MLSError
from holdspace.protocol.phrases import check_phrase
from holdspace.protocol.refusals import REFUSALS, Close, close_answer
from holdspace.protocol.refusals import Refusal as RelayRefusal
from holdspace.protocol.text import NameRefused, check_name, clean_line
from holdspace.protocol.translation import N_, _, shown
from holdspace.protocol.values import value

from .at_the_door import LET_IN, NOT_ASKED, Talk, brought_in
from .door_words import (
    AGREED_ANEW,
    DECLINED,
    NOT_ANSWERED,
    NOT_OPEN,
    NOT_THEIR_ROOM,
    NOW_WORDS,
    OLD_CARD,
    READS_ONLY,
)
from .doors_left import DoorsLeft, is_over, with_door
from .intents import Accept, Intent, Leave, SayAtDoor
from .invitations import pass_of
from .knocked import Knocked, knock_with
from .lasting import Lasting, as_accepted, is_agreed
from .log_position import LogPosition
from .operator_card import operator_view
from .patience import Patience
from .people import people_of
from .policy import newcomer_policy
from .replacing import replace
from .seat import Facts, Seat, roles_of
from .sitting import Sitting
from .step import Step, World
from .taking_up import words_before
from .unsent import DOOR
from .view import (
    SAYS_NOTHING,
    CardView,
    Connection,
    Notice,
    OperatorView,
    Place,
    Refusal,
    RoomView,
    Urgency,
)

_NOT_THERE_YET = frozenset(
    {RelayRefusal.NOT_HERE, RelayRefusal.INVITATION_OVER, RelayRefusal.NO_MEETING}
)
_OF_THE_MEETING = close_answer(int(Close.PROVE_AGAIN)).sentence
FULL_LOBBY_SECONDS = 2.0
_TOO_LONG = N_("Please keep the introduction under {most} characters.").filled(
    most=str(MAX_INTRODUCTION)
)


@value()
class Visitor:
    """A newcomer on the way in; the Machine before a Sitting."""

    invitation: Invitation
    relay: str
    nonce: bytes = field(default=b"", repr=False)
    operator: OperatorView = SAYS_NOTHING
    card: RoomCard | None = field(default=None, repr=False)
    knocked: Knocked | None = None
    knock_again_at: float = 0.0
    was_told_full: bool = False
    times_turned_away: int = 0
    place: Place = Place.OUTSIDE
    lost_words: str = ""
    ended_words: str = field(default="", repr=False)
    reads_only: bool = False
    door_words: str = field(default="", repr=False)
    # For who was asked back: the name they had inside, and what they agreed to by it.
    before: tuple[str, bytes] = field(default=("", b""), repr=False)
    kept: KeptRoom | None = None
    is_not_open: bool = False
    talk: Talk = field(default_factory=Talk)
    patience: Patience = field(default_factory=Patience)
    left: DoorsLeft = field(default_factory=DoorsLeft)
    # Knocks of ours that are still at the door although a newer one carries words.
    earlier: tuple[Knocked, ...] = ()

    def receive(self, frame: frames.RelayFrame, world: World) -> Step:
        """Take in one frame; one that fits nothing changes nothing."""
        handler = _HANDLERS.get(type(frame))
        return handler(self, frame, world) if handler and not self._is_over else Step(self)

    def do(self, intent: Intent, world: World) -> Step | Refusal:
        """Accept and knock, or leave; nothing else is possible out here."""
        if isinstance(intent, Accept):
            return self._accept(intent, world)
        if isinstance(intent, SayAtDoor):
            return self._say(intent, world)
        if isinstance(intent, Leave):
            words = _("You have left. Nobody was told anything about you.")
            return Step(replace(self, place=Place.LEFT, ended_words=words))
        return Refusal(_("You are not in the room yet."), getattr(intent, "text", ""))

    def tick(self, world: World) -> Step:
        """Knock again where the lobby was full a moment ago; say how long it has been."""
        if self._is_over:
            return Step(self)
        if self.patience.is_over(world.now):
            return Step(self.end(NOT_ANSWERED))
        visitor, notices = self._patient(world.now)
        # A clock that was set back meanwhile keeps nobody waiting for an hour.
        if not self.knock_again_at or 0 < self.knock_again_at - world.now <= FULL_LOBBY_SECONDS:
            return Step(visitor, notices=notices)
        return Step(replace(visitor, knock_again_at=0.0), self.knock_on(), notices)

    def _patient(self, now: float) -> tuple[Visitor, tuple[Notice, ...]]:
        is_waiting, is_lost = self.place is Place.WAITING, bool(self.lost_words)
        patience, said = self.patience.waits(is_waiting=is_waiting, now=now)
        patience, missed = patience.misses(is_lost=is_lost, now=now)
        notices = tuple(Notice(words) for words in (*said, *missed))
        visitor = self if patience == self.patience else replace(self, patience=patience)
        return visitor, notices

    def reached(self, relay: str) -> Step:
        """Learn which of the relays in the code the connection leads to."""
        return Step(replace(self, relay=relay))

    def lost(self, words: str) -> Step:
        """Learn that the connection is gone; the knock is made again when it is back."""
        # Who was asked back to the door has a connection of the meeting; that it ends is no trouble.
        is_of_the_meeting = bool(self.door_words) and words == _OF_THE_MEETING
        return Step(replace(self, nonce=b"", lost_words="" if is_of_the_meeting else words))

    def ended(self, words: str, code: int) -> Step:  # noqa: ARG002 (a Machine is told the code)
        """Learn that the connection will not come back."""
        return Step(self if self._is_over else self.end(words))

    def view(self) -> RoomView:
        """Return what a front end may draw."""
        card = self.card
        return RoomView(
            place=self.place,
            connection=self._connection,
            connection_words=shown(self.lost_words),
            room_name=card.room_name if card else "",
            check_phrase=check_phrase(card.host_key, card.room) if card else "",
            # Who keeps the room vouches for the knock with a key that the host knows.
            knock_fingerprint=self.knocked.fingerprint if self.knocked and not self.kept else b"",
            card=self._card_view(card) if card else None,
            now_words=self._now_words,
            ended_words=shown(self.ended_words),
            is_not_open=self.is_not_open,
            room=self.invitation.room,
            door_words=shown(self.door_words or self._anew_words),
            door_name=self._door_name,
            kept_as=self.kept.my_name if self.kept and self._anew_words else "",
            door_thread=self.talk.thread,
        )

    @property
    def _now_words(self) -> str:
        return shown(self._anew_words or NOW_WORDS.get(self.place, ""))

    @property
    def _anew_words(self) -> str:
        """Say why somebody who keeps the room stands at its door: no code was asked for, but this is."""
        kept, card = self.kept, self.card
        is_anew = kept is not None and card is not None and not is_agreed(kept, card)
        return AGREED_ANEW if self.place is Place.LOBBY and is_anew else ""

    @property
    def _door_name(self) -> str:
        name, agreed = self.before
        return name if self.card is not None and agreements_digest(self.card) == agreed else ""

    @property
    def may_be_elsewhere(self) -> bool:
        """Tell whether a relay of the room was not asked yet for what this one does not know."""
        return self.times_turned_away < len(self.invitation.relays) - 1

    @property
    def _is_over(self) -> bool:
        return self.place in (Place.ENDED, Place.LEFT, Place.DECLINED)

    @property
    def _connection(self) -> Connection:
        if self._is_over:
            return Connection.GONE
        if self.nonce:
            return Connection.CONNECTED
        return Connection.LOST if self.lost_words else Connection.CONNECTING

    def _card_view(self, card: RoomCard) -> CardView:
        return CardView(
            room_name=card.room_name,
            host_name=card.host_name,
            standing=card.standing,
            agreements=card.agreements,
            check_phrase=check_phrase(card.host_key, card.room),
            relay=self.relay,
            relays=self.invitation.relays,
            operator=self.operator,
            about=card.about,
            crisis=card.crisis,
            is_covered=card.is_covered,
        )

    def end(self, words: str, place: Place = Place.ENDED) -> Visitor:
        """Return the visitor who goes no further, with the words that say why."""
        return replace(self, place=place, ended_words=words)

    def _accept(self, intent: Accept, world: World) -> Step | Refusal:
        if self.card is None or self.knocked is not None:
            return Refusal(_("There is nothing to accept at the moment."))
        try:
            name = check_name(intent.name, (self.card.host_name,))
        except NameRefused as refused:
            return Refusal(str(refused))
        introduction = clean_line(intent.introduction)
        if len(introduction) > MAX_INTRODUCTION:
            return Refusal(_TOO_LONG, intent.introduction)
        knocked = knock_with(self.card, name, introduction, kept=self.kept, world=world)
        waiting = replace(self, knocked=knocked, place=Place.WAITING, reads_only=intent.reads_only)
        # Reading takes its time: whoever opens the letters now may have made a new card meanwhile.
        return Step(waiting, waiting.knock_on())

    def _say(self, intent: SayAtDoor, world: World) -> Step | Refusal:
        if self.knocked is None or self.card is None:
            return Refusal(NOT_ASKED.sentence, intent.text)
        talk = self.talk.says(intent.text, world.now)
        if isinstance(talk, Refusal):
            return talk
        return replace(self, talk=talk).send_words(world)

    def send_words(self, world: World) -> Step:
        """Knock again with the next own words, once the words before them were read."""
        unsaid, knocked, card = self.talk.unsaid, self.knocked, self.card
        if not unsaid or self.earlier or knocked is None or card is None:
            return Step(self)
        again = knocked.again(card, unsaid[0], slip=self.slip, world=world)
        talk = replace(self.talk, unsaid=unsaid[1:])
        visitor = replace(self, knocked=again, earlier=(knocked,), talk=talk)
        return Step(visitor, visitor.knock_again())

    def come_back(self, card: RoomCard, world: World) -> Step:
        """Knock under the name and the key that the room is kept with; nothing need be asked."""
        name = self.kept.my_name if self.kept else ""
        knocked = knock_with(card, name, kept=self.kept, world=world)
        waiting = replace(self, card=card, knocked=knocked, place=Place.WAITING)
        return Step(waiting, waiting.knock_again())

    @property
    def slip(self) -> bytes:
        """Return what the host vouches with for who keeps the room; empty without it."""
        return self.kept.slip if self.kept else b""

    def prove(self, purpose: Purpose, digest: bytes = b"") -> bytes:
        """Return a proof by the invitation's key, for this connection."""
        occasion = Occasion(self.relay, self.invitation.room, nonce=self.nonce)
        return prove(self.invitation.knock_key, purpose, occasion, digest)

    def ask_for_card(self) -> tuple[frames.ClientFrame, ...]:
        """Return the frame that asks for the room's card."""
        key, proof = self.invitation.knock_key.public, self.prove(Purpose.CARD)
        return (frames.GetCard(1, self.invitation.room, key, proof),)

    def knock_on(self) -> tuple[frames.ClientFrame, ...]:
        """Return what brings the knock to the door again; by the pass, whose card may be a new one."""
        return self.ask_for_card() if self.kept and self.nonce else self.knock_again()

    def knock_again(self) -> tuple[frames.ClientFrame, ...]:
        """Return the frame of the knock that was made, under a proof for this connection."""
        knocked = self.knocked
        if knocked is None or not self.nonce:
            return ()
        proof = self.prove(Purpose.KNOCK, knock_digest(knocked.knock, knocked.sealed))
        key = self.invitation.knock_key.public
        return (frames.Knock(2, self.invitation.room, key, knocked.knock, knocked.sealed, proof),)


def visit(code: str, world: World) -> Visitor:
    """Return the visitor of a pasted code; raise InvitationError with a sentence if it is none."""
    invitation = decode_invitation(code, world.now)
    return Visitor(invitation, invitation.relays[0])


def come_again(kept: KeptRoom) -> Visitor:
    """Return the visitor who comes back to a kept room with its pass."""
    return Visitor(pass_of(kept), kept.relays[0], kept=kept, left=DoorsLeft.of(kept))


def _on_greeting(visitor: Visitor, frame: frames.Greeting, world: World) -> Step:
    operator = operator_view(frame.operator)
    # Knocks of the connection before are forgotten by the relay; only the newest is made again.
    visitor = replace(visitor, nonce=frame.nonce, operator=operator, lost_words="", earlier=())
    if visitor.patience.is_late(world.now):
        return _late(visitor)
    return Step(visitor, visitor.knock_on() if visitor.knocked else visitor.ask_for_card())


def _late(visitor: Visitor) -> Step:
    """Knock with a fresh letter, if nothing need be asked for it: an answer to this one is over."""
    if visitor.kept is None:
        return Step(visitor.end(NOT_ANSWERED))
    anew = replace(visitor, knocked=None, card=None, place=Place.OUTSIDE, patience=Patience())
    return Step(anew, anew.ask_for_card())


def _on_card(visitor: Visitor, frame: frames.Card, world: World) -> Step:
    before, knocked = visitor.card, visitor.knocked
    if before is not None and (visitor.kept is None or knocked is None):
        return Step(visitor)
    try:
        card = open_card(frame.card, visitor.invitation, is_pass=visitor.kept is not None)
    except InvitationError as error:
        return Step(visitor.end(str(error)))
    is_old = visitor.left.is_old(card)
    if before is not None and (is_old or card.sealing_key == before.sealing_key):
        return Step(visitor, visitor.knock_again())
    if is_old or (visitor.kept is not None and is_over(card, world.now)):
        return Step(visitor.end(NOT_ANSWERED if visitor.left.keys else OLD_CARD))
    left = visitor.left.leave(before) if before is not None else visitor.left
    visitor = replace(visitor, knocked=None, earlier=(), talk=Talk(), left=left.read(card))
    kept = visitor.kept
    # M13: what was accepted once is not asked again; what changed since is.
    if kept is not None and is_agreed(kept, card) and not visitor.door_words:
        return visitor.come_back(card, world)
    return Step(replace(visitor, card=card, place=Place.LOBBY))


def _on_refuse(visitor: Visitor, frame: frames.Refuse, world: World) -> Step:
    if frame.code == RelayRefusal.LOBBY_FULL and visitor.knocked is not None:
        later = replace(visitor, knock_again_at=world.now + FULL_LOBBY_SECONDS)
        told = visitor.was_told_full
        notice = Notice(_("Many people are at the door just now. You knock again by yourself."))
        return Step(replace(later, was_told_full=True), notices=() if told else (notice,))
    if frame.code in _NOT_THERE_YET and visitor.may_be_elsewhere:
        again = replace(visitor, times_turned_away=visitor.times_turned_away + 1)
        return Step(again, goes_elsewhere=True)
    if frame.code in _NOT_THERE_YET and visitor.kept is not None:
        return Step(replace(visitor.end(NOT_OPEN), is_not_open=True))
    known = frame.code in REFUSALS
    words = REFUSALS[RelayRefusal(frame.code)].sentence if known else _("The relay said no.")
    return Step(visitor.end(words))


def _on_declined(visitor: Visitor, frame: frames.Declined, world: World) -> Step:
    knocked, card = _answered(visitor, frame.knock), visitor.card
    if knocked is None or card is None:
        return Step(visitor)
    try:
        reply = open_reply(frame.sealed, knocked.reply_secret)
    except InvitationError:
        # By the pass, the host had no key for the letter, and so no secret to answer with. A code has one
        # card only: the host answers no such knock, and a relay that does is not listened to.
        is_by_pass = visitor.kept is not None and knocked is visitor.knocked
        return _knock_anew(visitor, card) if is_by_pass else Step(visitor)
    if not reply.is_word:
        return Step(visitor.end(_(DECLINED).format(words=reply.words), Place.DECLINED))
    return _heard(visitor, card, knocked, words=reply.words, world=world)


def _heard(visitor: Visitor, card: RoomCard, knocked: Knocked, *, words: str, world: World) -> Step:
    """Take in a word at the door; to stay there one knocks again, with what is still to be said."""
    is_newest = knocked is visitor.knocked
    earlier = tuple(one for one in visitor.earlier if one is not knocked)
    visitor = replace(visitor, earlier=earlier, talk=visitor.talk.hears(words, world.now))
    notices = (Notice(_("A facilitator writes to you."), Urgency.BELL),) if words else ()
    if not is_newest:
        return visitor.send_words(world).also(notices=notices)
    unsaid = visitor.talk.unsaid
    again = knocked.again(card, unsaid[0] if unsaid else "", slip=visitor.slip, world=world)
    talk = replace(visitor.talk, unsaid=unsaid[1:])
    visitor = replace(visitor, knocked=again, talk=talk)
    return Step(visitor, visitor.knock_again(), notices)


def _answered(visitor: Visitor, knock: bytes) -> Knocked | None:
    """Return which knock of ours this is an answer to."""
    knocks = (visitor.knocked, *visitor.earlier)
    return next((one for one in knocks if one is not None and one.knock == knock), None)


def _on_welcomed(visitor: Visitor, frame: frames.Welcomed, world: World) -> Step:
    knocked, card = _answered(visitor, frame.knock), visitor.card
    if knocked is None or card is None:
        return Step(visitor)
    invitation = visitor.invitation
    policy = newcomer_policy(invitation.room, frame.meeting, invitation.host_key_hash)
    try:
        welcome = open_reply(frame.sealed, knocked.reply_secret).welcome
        group = world.engine.join_group(welcome, knocked.own, now=world.now, policy=policy)
    except (InvitationError, MLSError):
        # R9: one Welcome per key package; after a wrong one the package is gone for good.
        return Step(visitor.end(NOT_THEIR_ROOM))
    seat = _seat(visitor, card, knocked, group=group, frame=frame, now=world.now)
    sitting = Sitting(seat)
    notices = _let_in(visitor, knocked)
    if visitor.reads_only:
        sitting = sitting.saying(Rest(), world)
        notices.append(Notice(READS_ONLY))
    seated = sitting.receive(frames.Greeting(frames.VERSION, visitor.nonce), world)
    return seated.also(notices=tuple(notices))


def _let_in(visitor: Visitor, answered: Knocked) -> list[Notice]:
    """Say that they are in; own words whose knock the relay had no space for come back to them."""
    way = _("What you type goes nowhere until /room: the word at the door was private.")
    notice = Notice(f"{_(LET_IN)} {way}" if visitor.talk.thread else LET_IN, Urgency.BELL)
    is_held_up = answered is not visitor.knocked and visitor.knock_again_at > 0
    unread = visitor.talk.unread(1 if is_held_up else 0)
    if not unread:
        return [notice]
    kept = Notice(_("What you wrote last at the door was read by nobody."), kept=unread, aside=DOOR)
    return [notice, kept]


def _seat(
    visitor: Visitor,
    card: RoomCard,
    knocked: Knocked,
    *,
    group: Group,
    frame: frames.Welcomed,
    now: float,
) -> Seat:
    room, meeting = visitor.invitation.room, frame.meeting
    identity = identity_of(knocked.own.key_package.leaf_node.signature_key)
    return Seat(
        facts=Facts(
            origin=visitor.relay,
            relays=visitor.invitation.relays,
            room=room,
            meeting=meeting,
            room_name=card.room_name,
            host_key=card.host_key,
            check_phrase=check_phrase(card.host_key, room),
            identity=identity,
            is_covered=card.is_covered,
        ),
        group=group,
        slot=knocked.slot,
        position=LogPosition.joined_at(frame.seq),
        joined_at=frame.seq,
        joined_with=people_of(group, roles_of(group)),
        came_at=now,
        card=visitor.view().card,
        apart=brought_in(visitor.talk, me=identity),
        way_back=partial(_again, visitor, (knocked.name, agreements_digest(card))),
        words_before=words_before(card, visitor.kept),
        lasting=Lasting(
            knocked.key_seed, _as_let_in(visitor.kept, card, now), agreed=agreements_digest(card)
        ),
    )


def _as_let_in(kept: KeptRoom | None, card: RoomCard, now: float) -> KeptRoom | None:
    return with_door(as_accepted(kept, card), card, now) if kept else None


def _again(visitor: Visitor, before: tuple[str, bytes], seat: Seat, world: World) -> Step:
    """Return somebody who was asked back to the door, there again with the same code."""
    kept = seat.lasting.kept if visitor.kept else None
    again = Visitor(
        visitor.invitation,
        seat.facts.origin,
        place=Place.OUTSIDE,
        door_words=seat.ended_words,
        before=before,
        lost_words=seat.wire.lost_words,
        kept=kept,
        left=DoorsLeft.of(kept),
    )
    greeting = frames.Greeting(frames.VERSION, seat.wire.nonce)
    return _on_greeting(again, greeting, world) if seat.wire.nonce else Step(again)


def _on_knock_gone(visitor: Visitor, frame: frames.KnockGone, world: World) -> Step:
    knocked = visitor.knocked
    if knocked is None or frame.knock != knocked.knock:
        return Step(visitor)
    if frame.is_over:
        return Step(visitor.end(REFUSALS[RelayRefusal.NO_MEETING].sentence))
    return _knock_anew(visitor, visitor.card)


def _knock_anew(visitor: Visitor, card: RoomCard | None) -> Step:
    """Ask for the card again: if the host opened the room anew there is another, and a fresh knock.

    Nobody answers behind the one from before, and once it was left it is knocked at no more.
    """
    if visitor.kept is None or card is None:
        return Step(visitor.end(NOT_ANSWERED))
    left = visitor.left.leave(card)
    again = replace(visitor, knocked=None, card=None, place=Place.OUTSIDE, left=left)
    return Step(again, again.ask_for_card())


_HANDLERS: dict[type[frames.RelayFrame], Callable[[Visitor, Any, World], Step]] = {
    frames.Greeting: _on_greeting,
    frames.Card: _on_card,
    frames.Refuse: _on_refuse,
    frames.Declined: _on_declined,
    frames.Welcomed: _on_welcomed,
    frames.KnockGone: _on_knock_gone,
}
