"""A meeting's log: who may read how far, who may write, and in which order it all happens.

R2, the epoch fence: an entry is taken only if its epoch is the current one. R3, walking: the key
of epoch k reads up to and including the commit that closes k; then the next one must be proved.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from holdspace.protocol.frames import Append, Attach, Attached, Bundle, Done, Entry, Prove
from holdspace.protocol.keys import Purpose, bundle_digest, is_safe_public_key
from holdspace.protocol.refusals import Close, Refusal, Refused
from holdspace.server import lobby
from holdspace.server.connections import Connection, Happening, step
from holdspace.server.effects import Effect, Read, Send, SendPage
from holdspace.server.limits import ENTRY_COST
from holdspace.server.log.records import EntryAppended, EpochChanged, EpochKept, LogEntry
from holdspace.server.state import Again, Change, Meeting, Reader
from holdspace.server.world import MINUTE, Claim, HungUpError, World, detach, minute_of

# The meeting's end is written anew only when it moved this far, not with every entry.
_EXPIRY_STEP_MINUTES = 15


def attach(world: World, connection: Connection, frame: Attach, now: float) -> Iterator[Effect]:
    """Let a member of `frame.epoch` read on from where they were."""
    meeting = world.meetings.get(frame.meeting)
    key = meeting.access_key(frame.epoch) if meeting else None
    claim = Claim(key, frame.proof, Purpose.ATTACH, meeting=frame.meeting, epoch=frame.epoch)
    if not world.is_proved(connection, claim) or meeting is None:
        raise Refused(Refusal.NOT_HERE)
    head = meeting.last_readable(frame.epoch)
    # A client that has read more than there is must hear that the relay lost something.
    if frame.after > head:
        raise Refused(Refusal.GAP)
    detach(connection)
    if len(meeting.readers) >= world.limits.connections_per_meeting:
        yield from world.hang_up(_one_who_stays_behind(meeting, frame), Close.CROWDED, now)
    # R3: this key opens nothing from before its epoch.
    after = max(frame.after, meeting.epochs[frame.epoch].opened_by)
    reader = Reader(connection.number, frame.epoch, after)
    meeting.readers[connection.number] = reader
    connection.meeting = meeting
    step(connection, Happening.ATTACHED)
    yield from world.send((connection.number,), Attached(frame.ref, after, head, frame.epoch))
    yield from _read_on(world, meeting, reader, now)


def _one_who_stays_behind(meeting: Meeting, frame: Attach) -> int:
    """Return a connection that can make place: it has read its epoch to the end, and proves no next.

    Who was removed still has the key of their last epoch, and must not keep others out with it.
    """
    readers = meeting.readers.values()
    late = [(one.prove_by, one.connection) for one in readers if one.prove_by is not None]
    if late:
        return min(late)[1]
    newest = meeting.saved_epoch
    behind = [one.connection for one in readers if one.epoch < newest == frame.epoch]
    if not behind:
        raise HungUpError(Close.CROWDED)
    return behind[0]


def prove(world: World, connection: Connection, frame: Prove, now: float) -> Iterator[Effect]:
    """Let a member who read the commit of their epoch go on into the next."""
    meeting, reader = _place_of(connection)
    if frame.epoch != reader.epoch + 1:
        raise Refused(Refusal.STALE_EPOCH)
    key = meeting.access_key(frame.epoch)
    claim = Claim(key, frame.proof, Purpose.ATTACH, meeting=meeting.handle, epoch=frame.epoch)
    if not world.is_proved(connection, claim):
        raise HungUpError(Close.WRONG_PROOF)
    reader.epoch = frame.epoch
    reader.prove_by = None
    step(connection, Happening.PROVED)
    yield from world.send((connection.number,), Done(frame.ref))
    yield from _read_on(world, meeting, reader, now)


def append(world: World, connection: Connection, frame: Append, now: float) -> Iterable[Effect]:
    """Add an entry, or ack again the one that has this message id."""
    meeting, reader = _place_of(connection)
    waiter = (connection.number, frame.ref)
    again = _placed_before(meeting, frame.message_id)
    if again is not None:
        return world.wait_for(again, waiter)
    epoch = meeting.epoch
    if frame.epoch != epoch or reader.epoch != epoch:
        raise Refused(Refusal.STALE_EPOCH)
    cost = ENTRY_COST + len(frame.payload)
    if not _has_space(world, meeting, cost, is_bundle=False):
        raise Refused(Refusal.MEETING_FULL_OF_WORDS)
    entry = EntryAppended(
        meeting=meeting.handle,
        epoch=frame.epoch,
        message_id=frame.message_id,
        payload=frame.payload,
        cost=cost,
        expires_minute=_moved_end(world, meeting, now),
    )
    if world.is_alone:
        # What a placer would judge was judged just now.
        return (world.store(_place(world, meeting, entry), waiter),)
    return world.ask(entry, waiter, cost)


def bundle(world: World, connection: Connection, frame: Bundle, now: float) -> Iterator[Effect]:
    """Change the epoch, all of it or nothing; of several for one epoch the first one wins."""
    meeting, reader = _place_of(connection)
    waiter = (connection.number, frame.ref)
    again = _placed_before(meeting, frame.message_id)
    if again is not None:
        yield from world.wait_for(again, waiter)
        return
    if frame.base_epoch != meeting.epoch or reader.epoch != meeting.epoch:
        raise Refused(Refusal.LOST_RACE)
    _check_bundle(world, connection, meeting, frame)
    welcomes_size = sum(len(welcome.sealed) for welcome in frame.welcomes)
    cost = 2 * ENTRY_COST + len(frame.commit) + welcomes_size
    if not _has_space(world, meeting, cost, is_bundle=True):
        raise Refused(Refusal.MEETING_FULL_OF_WORDS)
    commit = EntryAppended(
        meeting=meeting.handle,
        epoch=frame.base_epoch,
        message_id=frame.message_id,
        payload=frame.commit,
        cost=cost,
        expires_minute=_moved_end(world, meeting, now),
    )
    change = EpochChanged(
        commit=commit,
        access_key=frame.next_access_key,
        slots=frame.slots,
        welcomes=lobby.welcomes_to_keep(world, meeting, frame, now),
    )
    yield from world.ask(change, waiter, cost)


def place_entry(world: World, asked: EntryAppended) -> Change | Again:
    """Take an entry, unless it has a place already or the epoch moved on before it (R2)."""
    meeting = _running(world, asked.meeting)
    again = _placed_before(meeting, asked.message_id)
    if again is not None:
        return again
    if asked.epoch != meeting.epoch:
        raise Refused(Refusal.STALE_EPOCH)
    return _place(world, meeting, asked)


def _place(world: World, meeting: Meeting, asked: EntryAppended) -> Change:
    entry = _take(world, meeting, asked)

    def then(_now: float) -> Iterable[Effect]:
        _settle(meeting, entry)
        # Whoever is behind has a read under way, or an epoch to prove, and comes to it later.
        if not meeting.audience:
            return ()
        return (Send(meeting.audience, (_entry_frame(entry, is_commit=False),)),)

    undo = partial(_untake, world, meeting, entry, meeting.expires_minute)
    change = Change(entry, undo, then, entry.seq)
    meeting.unsaved[entry.seq] = change
    _move_end(meeting, entry)
    return change


def place_epoch(world: World, asked: EpochChanged) -> Change | Again:
    """Take a bundle, if it is the first one for the epoch that is current (R5)."""
    meeting = _running(world, asked.commit.meeting)
    again = _placed_before(meeting, asked.commit.message_id)
    if again is not None:
        return again
    if asked.commit.epoch != meeting.epoch:
        raise Refused(Refusal.LOST_RACE)
    slots_before, end_before = meeting.slots, meeting.expires_minute
    commit = _take(world, meeting, asked.commit)
    welcomes = tuple(replace(kept, seq=commit.seq) for kept in asked.welcomes)
    record = replace(asked, commit=commit, welcomes=welcomes)
    meeting.epochs.append(EpochKept(record.access_key, commit.seq))
    meeting.slots = record.slots

    def undo() -> None:
        meeting.epochs.pop()
        meeting.slots = slots_before
        _untake(world, meeting, commit, end_before)

    def then(now: float) -> Iterator[Effect]:
        _settle(meeting, commit)
        meeting.saved_epoch += 1
        if meeting.audience:
            yield Send(meeting.audience, (_entry_frame(commit, is_commit=True),))
        _end_epoch_of_all(world, meeting, commit.seq, now)
        yield from lobby.welcome(world, meeting, welcomes)
        lobby.keep_watchers(world, meeting, record.slots)

    change = Change(record, undo, then, commit.seq, misled=meeting)
    meeting.unsaved[commit.seq] = change
    _move_end(meeting, commit)
    return change


def loaded(
    world: World, connection: Connection, number: int, entries: Sequence[LogEntry], *, now: float
) -> Iterator[Effect]:
    """Hand over what was read from the log, then read on."""
    meeting = connection.meeting
    reader = meeting.readers.get(connection.number) if meeting else None
    # A connection that attached elsewhere meanwhile waits for another read.
    if meeting is None or reader is None or reader.read != number:
        return
    reader.read = 0
    seqs = [entry.seq for entry in entries]
    if not seqs and meeting.is_closing:
        return  # deleted before we were told so; everybody is sent away as soon as we are
    if not seqs or seqs != list(range(reader.after + 1, reader.after + 1 + len(seqs))):
        yield from world.hang_up(connection.number, Close.NOT_SAVING, now)
        return
    yield SendPage(connection.number, entries)
    reader.after = seqs[-1]
    yield from _read_on(world, meeting, reader, now)


def _check_bundle(world: World, connection: Connection, meeting: Meeting, frame: Bundle) -> None:
    digest = bundle_digest(frame)
    for key, proof in (
        (meeting.epochs[-1].access_key, frame.access_proof),
        (frame.slot_key if frame.slot_key in meeting.slots else None, frame.slot_proof),
    ):
        claim = Claim(
            key,
            proof,
            Purpose.BUNDLE,
            meeting=meeting.handle,
            epoch=frame.base_epoch,
            digest=digest,
        )
        if not world.is_proved(connection, claim):
            raise Refused(Refusal.NOT_FACILITATOR)
    # R13: a small-order next key would open the meeting's log to the world.
    if not all(is_safe_public_key(key) for key in (frame.next_access_key, *frame.slots)):
        raise Refused(Refusal.BAD_KEY)


def _place_of(connection: Connection) -> tuple[Meeting, Reader]:
    meeting = connection.meeting
    if meeting is None or meeting.is_closing:
        raise Refused(Refusal.NOT_HERE)
    return meeting, meeting.readers[connection.number]


def _running(world: World, handle: bytes) -> Meeting:
    meeting = world.meetings.get(handle)
    if meeting is None:
        raise Refused(Refusal.NOT_HERE)
    return meeting


def _placed_before(meeting: Meeting, message_id: bytes) -> Again | None:
    seq = meeting.seqs.get(message_id)
    return None if seq is None else Again(seq, meeting.unsaved.get(seq))


def _has_space(world: World, meeting: Meeting, cost: int, *, is_bundle: bool) -> bool:
    limits = world.limits
    cost += world.asked_cost
    # R15: what is kept for bundles is there for no other entry.
    percent = 100 if is_bundle else 100 - limits.percent_for_bundles
    return (
        100 * (meeting.cost + cost) <= percent * limits.meeting_bytes
        and 100 * (world.cost + cost) <= percent * limits.total_bytes
    )


def _moved_end(world: World, meeting: Meeting, now: float) -> int | None:
    moves_from = meeting.expires_minute + _EXPIRY_STEP_MINUTES - world.limits.meeting_minutes
    if now < moves_from * MINUTE:
        return None
    return minute_of(now) + world.limits.meeting_minutes


def _take(world: World, meeting: Meeting, asked: EntryAppended) -> EntryAppended:
    entry = replace(asked, seq=meeting.head + 1)
    meeting.head = entry.seq
    meeting.seqs[entry.message_id] = entry.seq
    meeting.cost += entry.cost
    world.cost += entry.cost
    return entry


def _move_end(meeting: Meeting, entry: EntryAppended) -> None:
    if entry.expires_minute is not None:
        meeting.expires_minute = max(meeting.expires_minute, entry.expires_minute)


def _settle(meeting: Meeting, entry: EntryAppended) -> None:
    meeting.saved_head = entry.seq
    del meeting.unsaved[entry.seq]


def _untake(world: World, meeting: Meeting, entry: EntryAppended, end_before: int) -> None:
    meeting.expires_minute = end_before
    meeting.head = entry.seq - 1
    del meeting.seqs[entry.message_id]
    del meeting.unsaved[entry.seq]
    meeting.cost -= entry.cost
    world.cost -= entry.cost


def _end_epoch_of_all(world: World, meeting: Meeting, seq: int, now: float) -> None:
    live, meeting.live, meeting.audience = meeting.live, {}, ()
    for reader in live.values():
        reader.after = seq
        _end_epoch(world, reader, now)


def _read_on(world: World, meeting: Meeting, reader: Reader, now: float) -> Iterator[Effect]:
    up_to = meeting.last_readable(reader.epoch)
    if reader.after < up_to:
        reader.read = world.next_number()
        yield Read(reader.connection, reader.read, meeting.handle, reader.after, up_to)
    elif reader.epoch < meeting.saved_epoch:
        _end_epoch(world, reader, now)
    else:
        meeting.hand_out_to(reader)


def _end_epoch(world: World, reader: Reader, now: float) -> None:
    # R3: a live connection proves the next epoch within 15 s, or gets nothing more.
    reader.prove_by = now + world.limits.renew_seconds
    step(world.connections[reader.connection], Happening.EPOCH_ENDED)


def overdue(world: World, now: float) -> Iterator[Effect]:
    """Close connections that did not prove the next epoch in time (RL08)."""
    for meeting in world.meetings.values():
        if len(meeting.live) == len(meeting.readers):
            continue
        late = [
            reader.connection
            for reader in meeting.readers.values()
            if reader.prove_by is not None and reader.prove_by <= now
        ]
        for number in late:
            yield from world.hang_up(number, Close.PROVE_AGAIN, now)


def _entry_frame(entry: EntryAppended, *, is_commit: bool) -> Entry:
    return Entry(entry.seq, entry.epoch, is_commit, entry.payload)
