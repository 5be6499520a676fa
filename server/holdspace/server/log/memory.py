"""A log that forgets everything with its process: for tests, demos and `--memory`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod

from holdspace.server.log import Alone, Asked, NotSaved, Report, Saved, weight
from holdspace.server.log import records as r
from holdspace.server.log.records import EpochKept, Kept, LogEntry, MeetingKept, Record


@dataclass(slots=True)
class _Meeting:
    room: bytes
    expires_minute: int
    epochs: list[EpochKept]
    slots: r.Slots
    entries: list[LogEntry] = field(default_factory=list)
    message_ids: dict[bytes, int] = field(default_factory=dict)
    cost: int = 0


class MemoryLog(Alone):
    """Keep records in dictionaries; what is kept can be loaded again, as after a restart."""

    def __init__(self, fails: Callable[[Record], bool] = lambda _record: False) -> None:
        self._fails = fails
        self._is_failed = False
        self._report: Report = lambda _outcome: None
        self._rooms: dict[bytes, r.RoomOpened] = {}
        self._meetings: dict[bytes, _Meeting] = {}
        self._invitations: dict[tuple[bytes, bytes], r.InvitationPut] = {}
        self._welcomes: dict[tuple[bytes, bytes], r.WelcomeKept] = {}

    def load(self) -> Kept:
        return Kept(
            rooms=tuple(self._rooms.values()),
            meetings=tuple(self._kept_meetings()),
            invitations=tuple(self._invitations.values()),
            welcomes=tuple(self._welcomes.values()),
        )

    async def start(self, report: Report) -> None:
        self._report = report
        self._is_failed = False

    def submit(self, ticket: int, record: Record) -> None:
        if self._is_failed:
            return
        if self._fails(record) or not self._is_kept(record):
            self._is_failed = True
            self._report(NotSaved())
            return
        self._report(Saved((ticket,)))

    def submit_all(self, asked: Sequence[Asked]) -> None:
        for ticket, record in asked:
            self.submit(ticket, record)

    def resume(self) -> None:
        self._is_failed = False

    async def read(
        self, meeting: bytes, after: int, up_to: int, *, max_weight: int
    ) -> Sequence[LogEntry]:
        kept = self._meetings.get(meeting)
        found: list[LogEntry] = []
        for entry in kept.entries[after:up_to] if kept else ():
            if found and max_weight < weight(entry.payload):
                break
            max_weight -= weight(entry.payload)
            found.append(entry)
        return found

    async def close(self) -> None:
        self._report = lambda _outcome: None

    def _kept_meetings(self) -> Iterator[MeetingKept]:
        for handle, meeting in self._meetings.items():
            yield MeetingKept(
                room=meeting.room,
                meeting=handle,
                epochs=tuple(meeting.epochs),
                slots=meeting.slots,
                head=len(meeting.entries),
                cost=meeting.cost,
                message_ids=dict(meeting.message_ids),
                expires_minute=meeting.expires_minute,
            )

    def _is_kept(self, record: Record) -> bool:
        try:
            self._keep(record)
        except LookupError:
            return False
        return True

    @singledispatchmethod
    def _keep(self, record: Record) -> None:
        raise NotImplementedError(type(record).__name__)

    @_keep.register
    def _room_opened(self, record: r.RoomOpened) -> None:
        self._rooms[record.room] = record

    @_keep.register
    def _meeting_begun(self, record: r.MeetingBegun) -> None:
        if record.replaces is not None:
            self._forget_meeting(record.replaces)
        self._meetings[record.meeting] = _Meeting(
            record.room, record.expires_minute, [EpochKept(record.access_key, 0)], record.slots
        )

    @_keep.register
    def _entry_appended(self, record: r.EntryAppended) -> None:
        self._append(record, is_commit=False)

    @_keep.register
    def _epoch_changed(self, record: r.EpochChanged) -> None:
        self._append(record.commit, is_commit=True)
        meeting = self._meetings[record.commit.meeting]
        meeting.epochs.append(EpochKept(record.access_key, record.commit.seq))
        meeting.slots = record.slots
        for welcome in record.welcomes:
            self._welcomes[welcome.room, welcome.knock] = welcome

    @_keep.register
    def _invitation_put(self, record: r.InvitationPut) -> None:
        self._invitations[record.room, record.knock_key] = record

    @_keep.register
    def _invitation_revoked(self, record: r.InvitationRevoked) -> None:
        self._invitations.pop((record.room, record.knock_key), None)

    @_keep.register
    def _meeting_closed(self, record: r.MeetingClosed) -> None:
        self._forget_meeting(record.meeting)

    @_keep.register
    def _forgotten(self, record: r.Forgotten) -> None:
        for meeting in record.meetings:
            self._forget_meeting(meeting)
        for invitation in record.invitations:
            self._invitations.pop(invitation, None)
        for welcome in record.welcomes:
            self._welcomes.pop(welcome, None)
        for room in record.rooms:
            self._forget_room(room)

    def _append(self, record: r.EntryAppended, *, is_commit: bool) -> None:
        meeting = self._meetings[record.meeting]
        if record.seq != len(meeting.entries) + 1:
            raise LookupError("An entry would leave a gap.")
        meeting.entries.append(LogEntry(record.seq, record.epoch, is_commit, record.payload))
        meeting.message_ids[record.message_id] = record.seq
        meeting.cost += record.cost
        if record.expires_minute is not None:
            meeting.expires_minute = record.expires_minute

    def _forget_meeting(self, meeting: bytes) -> None:
        self._meetings.pop(meeting, None)
        for key in [key for key, one in self._welcomes.items() if one.meeting == meeting]:
            del self._welcomes[key]

    def _forget_room(self, room: bytes) -> None:
        self._rooms.pop(room, None)
        for meeting in [key for key, one in self._meetings.items() if one.room == room]:
            self._forget_meeting(meeting)
        for key in [key for key in self._invitations if key[0] == room]:
            del self._invitations[key]
