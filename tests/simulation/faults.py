"""Everything that breaks in a simulated meeting, one row for each kind (security.md 3).

A row says how it is injected; it is counted when it really happened, which may be later: a relay that
is to die after a write dies with its next write. A run in which a kind never happened has failed.
"""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from disk import Moment
from false_commits import FOR_ONE, REFUSED_BY_ALL, WRONG_KEY, commit_falsely
from holdspace.client.seat import intents as i
from holdspace.protocol import frames
from hostile_text import HOSTILE
from law import CANARY
from what_people_do import forge

if TYPE_CHECKING:
    from person import Person

Inject = Callable[["Person", Random], None]
CLIENT_CRASHES = (
    "before it was sent",
    "in the middle of sending",
    "after it was sent",
    "after it was saved",
)
PATIENCE_SECONDS = 38.0
# Far above the numbers that a seat asks under, and what a false commit asks under.
OWN_REFS = 2**31 + 2
# So little that whoever reads slowly is met in a short meeting; their next connection has it all.
SLOW_UNREAD_BYTES = 24 * 1024


def _delay(person: "Person", chance: Random) -> None:
    if person.wire is None:
        return
    person.slower_by = chance.uniform(1, 6)
    for pipe in (person.wire.up, person.wire.down):
        pipe.latency = person.latency + person.slower_by
    person.world.reached("delay")
    person.world.tell(f"{person.name}'s line becomes slow.")
    person.world.scheduler.after(chance.uniform(3, 15), person.be_quick_again)


def _drop(person: "Person", chance: Random) -> None:
    if person.wire is not None:
        person.world.reached("drop")
        person.world.tell(f"{person.name}'s connection breaks.")
        person.drop()


def _duplicate(person: "Person", chance: Random) -> None:
    if person.wire is not None:
        person.wire.sends_twice = True


def _reorder(person: "Person", chance: Random) -> None:
    if person.wire is not None:
        person.wire.turns_around = True


def _half_open(person: "Person", chance: Random) -> None:
    if person.wire is not None:
        person.world.reached("half-open socket")
        person.world.tell(f"{person.name}'s connection is dead, and nobody notices yet.")
        person.wire.go_deaf()


def _partition(person: "Person", chance: Random) -> None:
    world, seconds = person.world, chance.uniform(3, PATIENCE_SECONDS)
    cut = [one for one in world.people if chance.random() < 0.4 or one is person]
    for one in cut:
        one.cut_off_until = world.scheduler.now + seconds
        if one.wire is not None:
            one.wire.up.stand_still(seconds)
            one.wire.down.stand_still(seconds)
    world.reached("partition")
    world.tell(f"{', '.join(one.name for one in cut)} are cut off for {seconds:.0f} s.")


def _one_way(person: "Person", chance: Random) -> None:
    if person.wire is None:
        return
    seconds, is_up = chance.uniform(3, PATIENCE_SECONDS), chance.random() < 0.5
    (person.wire.up if is_up else person.wire.down).stand_still(seconds)
    person.world.reached("one-way partition")
    way = "from" if is_up else "to"
    person.world.tell(f"Nothing gets through {way} {person.name} for {seconds:.0f} s.")


def _relay_dies(moment: Moment) -> Inject:
    def inject(person: "Person", chance: Random) -> None:
        person.world.station.disk.dies_at = moment

    return inject


def _client_dies(moment: str) -> Inject:
    def inject(person: "Person", chance: Random) -> None:
        if person.may_crash:
            person.crashes_at = moment

    return inject


def _slow_reader(person: "Person", chance: Random) -> None:
    if person.wire is not None:
        person.wire.most_unread = SLOW_UNREAD_BYTES
        person.wire.down.stand_still(PATIENCE_SECONDS)
        person.world.tell(f"{person.name} reads nothing for a while.")


def _clock(seconds: float, name: str) -> Inject:
    def inject(person: "Person", chance: Random) -> None:
        if abs(person.clock_offset + seconds) > 3601:
            return
        person.clock_offset += seconds
        person.world.reached(name)
        person.world.tell(f"{person.name}'s clock jumps by {seconds:+.0f} s.")

    return inject


def _full_disk(person: "Person", chance: Random) -> None:
    disk = person.world.station.disk
    disk.is_full = True

    def has_room() -> None:
        disk.is_full = False

    person.world.tell("The relay's disk is full for a moment.")
    person.world.scheduler.after(chance.uniform(0.5, 3), has_room)


def _race(person: "Person", chance: Random) -> None:
    """Let two who lead change who is here at the same instant."""
    leading = [one for one in person.world.present if one.seat is not None and one.seat.is_staff]
    for number, one in enumerate(leading[:2]):
        seat = one.seat
        others = [
            p for p in (seat.state.people if seat and seat.state else ()) if p.role == "member"
        ]
        if len(others) > 3:
            who = others[(chance.randrange(2) + number) % len(others)]
            if one.do(i.Remove(who.identity, "")) is None:
                person.world.tell(f"{one.name} removes {who.name}, with another at the same time.")


def _stale_welcome(person: "Person", chance: Random) -> None:
    person.world.welcomes_to_hold += 1


def _vault(person: "Person", chance: Random) -> None:
    if not person.may_crash or len(person.kept) < 2:
        return
    person.world.reached("vault rollback")
    person.world.tell(f"{person.name}'s client dies, and their notebook is an older copy.")
    person.crash()
    person.kept = person.kept[:1]
    person.world.come_back(person, 2.0)


def _time_to_live(person: "Person", chance: Random) -> None:
    world = person.world
    if world.scheduler.now < world.heals_at - 8:
        return
    person.drop()
    world.station.clock_offset += 13 * 3600
    world.is_room_broken = True
    world.reached("TTL expiry while offline")
    world.tell("Half a day passes at the relay, and it forgets the meeting.")


def _junk(person: "Person", chance: Random) -> None:
    seat = person.seat
    if seat is None or person.wire is None or not seat.is_caught_up:
        return
    payload = chance.randbytes(chance.choice((1, 60, 800, 3000)))
    # Nobody else's number on this connection, as an answer says nothing but to which it is.
    ref = OWN_REFS + len(person.wire.asked)
    person.wire.send(frames.Append(ref, chance.randbytes(16), seat.group.epoch, payload))
    person.world.reached("undecryptable junk")
    person.world.tell(f"{person.name}'s changed client sends bytes that mean nothing.")


def _hostile_text(person: "Person", chance: Random) -> None:
    text = chance.choice(HOSTILE).encode("utf-8", "replace").decode()
    make = chance.choice((i.Say, lambda words: i.Raise("share", words)))
    if person.do(make(f"{CANARY} {text}")) is None:
        person.world.reached("hostile text")
        person.world.tell(f"{person.name} sends text that tries to be obeyed.")


def _forged(person: "Person", chance: Random) -> None:
    seat = person.seat
    sentence = forge(person, seat, chance) if seat is not None else ""
    if sentence:
        person.world.reached("forged event")
        person.world.tell(sentence)


def _false_commit(kind: str) -> Inject:
    """Once in a meeting at most, by a co-facilitator or by the host."""

    def inject(person: "Person", chance: Random) -> None:
        world = person.world
        is_late = world.is_calm or world.scheduler.now > world.heals_at - 40
        if world.is_room_broken or not is_late or (kind == FOR_ONE and not world.is_stub):
            return
        leading = [one for one in world.present if one.seat is not None and one.seat.is_staff]
        if world.tries_as_member:
            leading = [one for one in world.present if one not in leading]
        one = chance.choice(leading) if leading else None
        if one is not None and commit_falsely(one, kind, chance):
            world.is_room_broken = True
            world.reached(kind)
            world.tell(f"{one.name}'s changed client sends a false commit: {kind}.")

    return inject


# Each with its weight among all that breaks.
FAULTS: dict[str, tuple[int, Inject]] = {
    "delay": (4, _delay),
    "drop": (5, _drop),
    "duplicate": (4, _duplicate),
    "reorder": (4, _reorder),
    "half-open socket": (2, _half_open),
    "partition": (2, _partition),
    "one-way partition": (2, _one_way),
    **{f"relay crash {moment.value}": (1, _relay_dies(moment)) for moment in Moment},
    **{f"client crash {moment}": (1, _client_dies(moment)) for moment in CLIENT_CRASHES},
    "slow reader": (4, _slow_reader),
    "clock jump ahead": (1, _clock(3600, "clock jump ahead")),
    "clock jump back": (1, _clock(-3600, "clock jump back")),
    "full disk": (3, _full_disk),
    "racing staff": (4, _race),
    "stale Welcome": (2, _stale_welcome),
    "vault rollback": (4, _vault),
    "TTL expiry while offline": (1, _time_to_live),
    "undecryptable junk": (3, _junk),
    "hostile text": (4, _hostile_text),
    "forged event": (30, _forged),
    **{kind: (1, _false_commit(kind)) for kind in (REFUSED_BY_ALL, FOR_ONE, WRONG_KEY)},
}
