"""What must hold after every step of a simulated meeting (security.md 3, I1 to I10).

Each is asked at the cheapest honest place: where frames go by, where somebody's picture of the meeting
changed, and at the end. All people look at one book of what is known: who reads the same log must have
read the same meeting.
"""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from holdspace.client.seat.covering import SLOT_SECONDS
from holdspace.client.seat.display import AWAY_SECONDS
from holdspace.client.seat.sealing import Unsealed
from holdspace.client.seat.seat import Seat
from holdspace.client.seat.view import Line
from holdspace.protocol import frames
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.effects import AlreadyMovedOn, NoEffect
from holdspace.protocol.meeting.roles import MEMBER
from holdspace.protocol.meeting.state import Outcome
from holdspace.protocol.meeting.values import (
    MeetingState,
    broken_law,
    decode_state,
    encode_state,
    state_digest,
)
from holdspace.protocol.refusals import Refusal

if TYPE_CHECKING:
    from network import Wire
    from person import Person
    from station import Station
    from world import World

# Stands in everything that people type, and must never be seen outside their clients.
CANARY = "kanarie"
# Who lets people in does it at once here; the line may be slow, and the lobby full for a moment.
DOOR_SECONDS = 25.0
# When nobody wants anything new any more, what is on its way arrives.
SETTLE_SECONDS = 5.0
LAWS = {
    "I1": "what was acked is in the log, once, in order, until it is forgotten",
    "I2": "there is one valid commit per epoch for all honest clients",
    "I3": "who has read the same log has the same meeting",
    "I4": "nobody is shown anything from before they came or after they were removed",
    "I5": "no key is used with the same nonce twice",
    "I6": "nothing follows from what somebody had no right to do",
    "I7": "an honest relay raises no alarm",
    "I8": "after healing everybody converges, or is told to knock",
    "I9": "no word is seen outside the clients",
    "I10": "every frame has one of five sizes",
    "total": "nothing that anybody does makes a client or the relay fail",
    "lawful": "every state that is reached can be told to somebody who comes",
    "said": "nothing said is lost or doubled: it is in the room, or was given back",
    "alarm": "a relay that lies is noticed in time",
}
# Only facilitators' clients may have an effect with these (events.py, rights.py).
CONTROLS: tuple[type[ev.Event], ...] = (
    ev.OpenFlow, ev.GoToStage, ev.SetTurnMode, ev.GiveFloor, ev.NextTurn, ev.LowerHandOf, ev.AddTime,
    ev.Hold, ev.Resume, ev.Release, ev.SkipPause, ev.LowerAll, ev.RestoreHands, ev.CloseQueue,
    ev.MoveHand, ev.LastWord, ev.Invite, ev.SetOrder, ev.PauseWriting, ev.LetWrite, ev.HandOver,
    ev.Replan, ev.StageClock, ev.FormPairs, ev.ReturnAll, ev.JoinPair, ev.StepOverAway, ev.OpenPoll,
    ev.SetSchedule, ev.BeginList, ev.EndList, ev.Snapshot,
)  # fmt: skip


def digest_of(seat: Seat) -> bytes:
    """Return what two people compare to know that they have the same meeting."""
    state = state_digest(seat.state) if seat.state is not None else b""
    return seat.facts.meeting + seat.group.epoch_authenticator + seat.position.chain + state


def _still_waits(seat: Seat, now: float) -> bool:
    """Tell whether something said is not in the log yet.

    Letters take their time in cover slots; and when all was frozen the next slot was to come.
    """
    waiting = seat.outbox.lasting().waiting
    if seat.is_covering:
        since = now - SETTLE_SECONDS - 2 * SLOT_SECONDS
        waiting = tuple(i for i in waiting if i.at < since and not isinstance(i.event, Unsealed))
    return bool(waiting)


class Broken(Exception):
    """A law does not hold."""

    def __init__(self, law: str, words: str) -> None:
        super().__init__(f"{law}, {LAWS[law]}: {words}")
        self.law = law


class Law:
    """The book of what is known, and every question that is asked of it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._acked: dict[tuple[bytes, bytes], int] = {}
        self._epochs: dict[tuple[bytes, int, int], bytes] = {}
        self._states: dict[tuple[bytes, int, bytes], bytes] = {}
        self._seen: dict[int, tuple[int, bytes, bool, str]] = {}
        # What each person saw last, with its digest: most entries change nothing that all agree on.
        self._digests: dict[int, tuple[MeetingState, bytes]] = {}
        self._lawful: dict[int, MeetingState] = {}
        self._removed: dict[tuple[bytes, bytes], int] = {}
        self._people: dict[tuple[bytes, int], frozenset[bytes]] = {}
        self.alarms: dict[str, tuple[float, str]] = {}

    @property
    def entries(self) -> int:
        """Return how many places of logs somebody has read."""
        return len(self._states)

    # where frames go by

    def sent(self, person: "Person", frame: frames.ClientFrame, data: bytes) -> None:
        """I9 and I10, of what a client sends."""
        self.shown(data)
        if CANARY.encode() in data:
            raise Broken("I9", f"{person.name}'s {type(frame).__name__} shows what was typed")

    def shown(self, data: bytes) -> None:
        """I10."""
        if len(data) not in frames.SIZE_CLASSES:
            raise Broken("I10", f"a frame has {len(data)} bytes")

    def heard(self, person: "Person", wire: "Wire", frame: frames.RelayFrame) -> None:
        """I1 and I4, of what a client is shown."""
        seat = person.seat
        if isinstance(frame, frames.Refuse) and frame.code == Refusal.LOST_RACE:
            self._world.reached("racing staff")
        if seat is None:
            return
        meeting = seat.facts.meeting
        if isinstance(frame, frames.Ack) and self._world.liar.is_honest:
            message_id = wire.asked.get(frame.ref, b"")
            if self._acked.setdefault((meeting, message_id), frame.seq) != frame.seq:
                raise Broken("I1", f"what {person.name} said was acked at two places")
        if isinstance(frame, frames.Entry) and self._world.liar.is_honest:
            last = self._removed.get((meeting, seat.facts.identity))
            if frame.seq <= seat.joined_at or (last is not None and frame.seq > last):
                raise Broken("I4", f"{person.name} is shown entry {frame.seq}")

    def died(self, station: "Station") -> None:
        """I1, by what the disk has when the power comes back."""
        self.kept(station)

    def kept(self, station: "Station") -> None:
        """I1: what was acked is there, where it was acked, and there is no gap."""
        if not self._world.liar.is_honest:
            return
        there = {kept.meeting: kept for kept in station.store.load().meetings}
        for (meeting, message_id), seq in self._acked.items():
            if meeting in there and there[meeting].message_ids.get(message_id) != seq:
                raise Broken("I1", f"entry {seq} was acked and is not in the log")
        for kept in there.values():
            if sorted(kept.message_ids.values()) != list(range(1, kept.head + 1)):
                raise Broken("I1", "the log has a gap or a message twice")

    # where a picture of the meeting changed

    def stepped(self, person: "Person") -> None:
        """I2, I3 and I7, after anything that happened to a client."""
        seat = person.seat
        if seat is None:
            return
        now = (seat.group.epoch, seat.position.chain, seat.state is not None, seat.alarm)
        before = self._seen.get(person.number)
        if now == before:
            return
        self._seen[person.number] = now
        if seat.alarm and (before is None or before[3] != seat.alarm):
            self._alarmed(person, seat)
        if not person.is_honest or seat.alarm:
            return
        if before is None or before[0] != now[0]:
            self._entered(person, seat)
        if seat.state is not None and seat.position.chain:
            self._agrees(person, seat, seat.state)

    def _entered(self, person: "Person", seat: Seat) -> None:
        """I2, and who was removed by which entry, for I4."""
        meeting, epoch = seat.facts.meeting, seat.group.epoch
        authenticator = seat.group.epoch_authenticator
        # A relay that shows two logs has one commit per epoch in each; that there are two is for `noticed`.
        log = self._world.station_for(person)
        if self._epochs.setdefault((meeting, epoch, id(log)), authenticator) != authenticator:
            raise Broken("I2", f"{person.name} is in another epoch {epoch} than somebody else")
        if (meeting, epoch) in self._people or seat.position.seq == seat.joined_at:
            return
        here = frozenset(m.signature_key for m in seat.group.members)
        self._people[meeting, epoch] = here
        for one in self._world.people:
            other = one.seat
            if (
                other is not None
                and other.facts.meeting == meeting
                and other.joined_at < seat.position.seq
                and other.group.member(other.group.own_leaf_index).signature_key not in here
            ):
                self._removed.setdefault((meeting, other.facts.identity), seat.position.seq)

    def _agrees(self, person: "Person", seat: Seat, state: MeetingState) -> None:
        """I3; and for each state that nobody had before, that it can be told to who comes."""
        place = (seat.facts.meeting, seat.position.seq, seat.position.chain)
        before, digest = self._digests.get(person.number, (None, b""))
        if before is not state:
            digest = state_digest(state)
            self._digests[person.number] = (state, digest)
        known = self._states.get(place)
        if known is None:
            self._states[place] = digest
            # The very same value was judged when it was new.
            if self._lawful.get(person.number) is not state:
                self._lawful[person.number] = state
                self._is_lawful(state)
        elif known != digest:
            raise Broken("I3", f"{person.name} sees another meeting at entry {seat.position.seq}")

    def _is_lawful(self, state: MeetingState) -> None:
        problem = broken_law(state)
        if problem:
            raise Broken("lawful", problem)
        if decode_state(encode_state(state)) != state:
            raise Broken("lawful", "a state is another one when it is read again")

    def _alarmed(self, person: "Person", seat: Seat) -> None:
        """I7."""
        world = self._world
        self.alarms.setdefault(person.name, (world.scheduler.now, seat.alarm))
        world.tell(f"{person.name}'s client raises an alarm.")
        if world.liar.is_honest and not world.is_room_broken and person.is_honest:
            raise Broken("I7", f"{person.name}: {seat.alarm}")

    # at the end

    def converged(self) -> None:
        """I8: all who are there have the same meeting, and nobody waits for anything."""
        world = self._world
        there = [one for one in world.people if one.seat is not None and one.is_honest]
        in_step = [one for one in there if not one.seat.alarm]  # type: ignore[union-attr]
        pictures = {digest_of(one.seat) for one in in_step if one.seat is not None}
        heads = {kept.meeting: kept.head for kept in world.station.store.load().meetings}
        for one in in_step:
            seat = one.seat
            if seat is None:
                continue
            head = heads.get(seat.facts.meeting)
            if head is None and world.is_room_broken:
                continue
            if not seat.is_caught_up or seat.position.seq != head:
                raise Broken("I8", f"{one.name} has read {seat.position.seq} of {head}")
            if _still_waits(seat, one.now):
                raise Broken("I8", f"{one.name}'s words still wait")
            self._sees_who_is_here(one, in_step)
        if len(pictures) > 1:
            raise Broken("I8", "people have different meetings")
        self._nobody_is_forgotten()

    def _nobody_is_forgotten(self) -> None:
        """I8: where somebody opens the door, nobody stands before it without being let in or told."""
        world, host = self._world, self._world.host
        if host.seat is None or host.seat.alarm or not host.is_honest:
            return
        if world.is_room_broken:
            return  # half a day later a relay has forgotten what was answered, too
        for one in world.people:
            since = world.scheduler.now - max(one.came_at, world.heals_at)
            if one.is_at_the_door and since > DOOR_SECONDS:
                raise Broken("I8", f"{one.name} waits at the door, and nobody answers")

    def _sees_who_is_here(self, person: "Person", others: "list[Person]") -> None:
        """I8: who is here is shown as here, whatever became of anybody's clock."""
        seat = person.seat
        for other in others:
            if seat is None or other.seat is None or other is person:
                continue
            known = seat.author(other.seat.facts.identity)
            silence = person.now - known.heard if known else 0.0
            if not 0 <= silence <= AWAY_SECONDS:
                raise Broken("I8", f"{person.name} sees {other.name} silent for {silence:.0f} s")

    def said(self) -> None:
        """Nothing said is lost or doubled, if its author's client did not die."""
        world = self._world
        readers = [one.seat for one in world.people if one.seat is not None]
        for reader in readers:
            shown = Counter(p.text for p in reader.transcript if p.line is Line.SHARE)
            for name, text, _ in world.said:
                if shown[text] > 1 and not reader.alarm:
                    raise Broken("said", f"{name}'s {text[:40]!r} is in the room twice")
        for name, text, identity in world.said:
            author = next(one for one in world.people if one.name == name)
            seat = author.seat
            if seat is None or seat.facts.identity != identity or seat.alarm:
                continue
            kept = [notice.kept for notice in author.notices]
            texts = [p.text for p in seat.transcript if p.line is Line.SHARE]
            if text not in (*texts, *kept) and name not in world.took_back:
                raise Broken("said", f"{name}'s {text[:40]!r} is nowhere")

    def noticed(self) -> None:
        """A lie that reached somebody was noticed by those who were meant to, in time."""
        lie, world = self._world.liar, self._world
        if lie.began is None:
            return
        world.reached(f"lie: {world.plan.lie}")
        for name in lie.must_notice(world):
            alarm = self.alarms.get(name)
            if alarm is None and next(p for p in world.people if p.name == name).seat is None:
                continue  # they left before anything came that could have told them
            if alarm is None:
                raise Broken("alarm", f"{name} never noticed {world.plan.lie}")
            if alarm[0] - lie.began > lie.within:
                raise Broken("alarm", f"{name} noticed {alarm[0] - lie.began:.1f} s later")

    # inside the reducer

    def judged(
        self, apply: Callable[[MeetingState, ev.Event, bytes, bytes], Outcome]
    ) -> Callable[[MeetingState, ev.Event, bytes, bytes], Outcome]:
        """Return the reducer with I6 asked of every answer it gives."""

        def judging(
            state: MeetingState, event: ev.Event, author: bytes, message_id: bytes
        ) -> Outcome:
            outcome = apply(state, event, author, message_id)
            if not all(isinstance(one, NoEffect | AlreadyMovedOn) for one in outcome.effects):
                self._world.acted[type(event).__name__] += 1
            if outcome.state is not state and outcome.state != state:
                person = state.person(author)
                if person is None:
                    raise Broken("I6", f"{type(event).__name__} of a stranger had an effect")
                if person.role == MEMBER and isinstance(event, CONTROLS):
                    raise Broken("I6", f"{type(event).__name__} of a member had an effect")
            return outcome

        return judging
