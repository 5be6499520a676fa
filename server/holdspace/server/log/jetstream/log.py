"""Keep a relay's log in a stream of a NATS cluster that other relays follow too."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from nats.aio.client import Client

from holdspace.protocol.refusals import Refusal
from holdspace.server.log import (
    Asked,
    CutOff,
    GivenUp,
    Joined,
    NotPlaced,
    Placed,
    Report,
    StartedAgain,
    UnusableLogError,
    weight,
)
from holdspace.server.log import records as r
from holdspace.server.log.jetstream import wire
from holdspace.server.log.jetstream.api import Api, UnreachableError
from holdspace.server.log.jetstream.cluster import (
    check_durability,
    check_nodes,
    connected,
    nodes_of,
    prepare,
)
from holdspace.server.log.jetstream.ending import ended
from holdspace.server.log.jetstream.eraser import Eraser, Erasure
from holdspace.server.log.jetstream.follower import Follower, Message
from holdspace.server.log.jetstream.index import Index, Pages, message_of, number_of, place_of
from holdspace.server.log.jetstream.lanes import Around, End, Lanes, Tickets
from holdspace.server.log.jetstream.lobby import LobbyNotes
from holdspace.server.log.jetstream.pages import fetch
from holdspace.server.log.jetstream.settings import JetStreamSettings
from holdspace.server.log.jetstream.settling import Contents, leave, settle
from holdspace.server.log.jetstream.subjects import Subjects, meeting_in
from holdspace.server.log.jetstream.watch import CUT_OFF_SECONDS, Told, Watch
from holdspace.server.log.jetstream.wishes import wish_for
from holdspace.server.log.records import Kept, LogEntry, Record

_REPLAY_SECONDS = 600.0
_FETCH_AT_ONCE = 16
_REFUSALS = {
    End.BEATEN: Refusal.LOST_RACE,
    End.REFUSED: Refusal.NOT_SAVED,
    End.OVER: Refusal.NOT_HERE,
}
# What ends something, and must stay until every relay has read it.
_GRAVESTONES = (r.MeetingClosed, r.InvitationRevoked, r.Forgotten)


class JetStreamLog:
    """Follow one stream, publish to it, read back from it, and erase in it what is over."""

    is_alone = False

    def __init__(self, settings: JetStreamSettings) -> None:
        self._settings = settings
        self._subjects = Subjects(settings.name)
        # Messages of this relay's own whose effects it has to clean up after.
        self._ours: deque[int] = deque(maxlen=4096)
        self._is_cut_off = False
        self._is_unreadable = False
        # Nodes that were away when the others were asked whether they sync.
        self._unasked: frozenset[str] = frozenset()
        self._asking: asyncio.Task[bool] | None = None
        self._client: Client
        self._api: Api
        self._follower: Follower
        self._lanes: Lanes
        self._contents: Contents
        self._lobby: LobbyNotes
        self._watch: Watch
        self._watching: asyncio.Task[None]
        self._report: Report

    def load(self) -> Kept:
        return Kept()

    async def start(self, report: Report) -> None:
        settings, subjects = self._settings, self._subjects
        self._report = report
        self._client = await connected(settings, settings.credentials)
        try:
            await self._begin(settings, subjects)
        except BaseException:
            await self._client.close()
            raise
        self._watching = asyncio.create_task(self._watch.run())

    async def _begin(self, settings: JetStreamSettings, subjects: Subjects) -> None:
        self._api = Api(self._client)
        await prepare(self._api, subjects, settings)
        info = await self._api.ask(f"STREAM.INFO.{subjects.log_stream}")
        self._unasked = await check_durability(settings, info)
        self._contents = Contents(
            subjects, Index(), Pages(), Eraser(self._api, subjects.log_stream)
        )
        self._contents.eraser.start()
        self._follower = Follower(self._client, self._api, subjects.log_stream, self._take)
        self._lobby = LobbyNotes(self._client, subjects, self._report, self.catch_up)
        self._lanes = Lanes(
            self._client,
            Around(
                pack=self._pack,
                newest_on=self._newest_on,
                moved=self._moved,
                acked=self._follower.foresee,
                reached=self._follower.reached,
                ended=self._ended,
            ),
        )
        told = Told(self._cut_off, self._join, self._start_again, self._look_at)
        self._watch = Watch(self._api, subjects, self._follower, told, created=info["created"])
        await self._lanes.start()
        self._follower.start()
        if not await self._watch.hear_all(_REPLAY_SECONDS) or self._is_unreadable:
            raise UnusableLogError(
                "The stream of this relay's log cannot be read to its end: it holds something "
                "that this version does not know, or the NATS cluster is too slow. Nothing was "
                "changed. Run the newest version on every relay."
            )
        self._lobby.follower.start()

    async def close(self) -> None:
        await ended([self._watching])
        for part in (self._lanes, self._lobby, self._follower, self._contents.eraser):
            await part.stop()
        await self._client.close()

    def resume(self) -> None:
        self._lanes.resume()

    def share(self, note: r.Note) -> None:
        self._lobby.tell(note)

    def submit(self, ticket: int, record: Record) -> None:
        self._lanes.add(*wish_for(record, ticket, self._subjects, self._contents.index))

    def submit_all(self, asked: Sequence[Asked]) -> None:
        for ticket, record in asked:
            self.submit(ticket, record)

    async def read(
        self, meeting: bytes, after: int, up_to: int, *, max_weight: int
    ) -> Sequence[LogEntry]:
        begun = self._contents.index.meetings.get(meeting)
        places = begun.places[after:up_to] if begun else []
        found: list[LogEntry] = []
        for start in range(0, len(places), _FETCH_AT_ONCE):
            some = places[start : start + _FETCH_AT_ONCE]
            pages = await asyncio.gather(*(self._page(message_of(place)) for place in some))
            for place, page in zip(some, pages, strict=True):
                entry = _entry(page[number_of(place)], after + len(found) + 1)
                if found and max_weight < weight(entry.payload):
                    return found
                max_weight -= weight(entry.payload)
                found.append(entry)
        return found

    async def catch_up(self) -> bool:
        # One question serves all who ask while it has not been put; it is put in the next turn.
        asking = self._asking
        if asking is None:
            asking = self._asking = asyncio.create_task(self._catch_up())
        return await asyncio.shield(asking)

    async def _catch_up(self) -> bool:
        await asyncio.sleep(0)
        self._asking = None
        return not self._is_cut_off and await self._watch.hear_all(CUT_OFF_SECONDS)

    async def _page(self, message: int) -> wire.Batch:
        records = self._contents.pages.get(message)
        if records is not None:
            return records
        try:
            page = await fetch(self._client, self._api, self._subjects.log_stream, message)
        except UnreachableError:
            raise UnusableLogError("No node of the cluster has handed an entry out.") from None
        if page is None:
            raise UnusableLogError("An entry is not in the stream any more.")
        try:
            opened = wire.take(page.data, page.subject, self._key_for(page.subject))
        except (wire.NotOursError, wire.ErasedError):
            raise UnusableLogError("An entry cannot be read any more.") from None
        self._contents.pages.put(message, opened.records, len(page.data))
        return opened.records

    def _key_for(self, subject: str) -> bytes | None:
        meeting = meeting_in(subject)
        known = self._contents.index.keys.get(meeting) if meeting else None
        return known[1] if known else None

    def _pack(self, subject: str, records: wire.Batch) -> bytes | None:
        if meeting_in(subject) is None:
            return wire.put_open(records)
        if isinstance(records[0], r.MeetingBegun):
            return wire.put_beginning(records)
        key = self._key_for(subject)
        return None if key is None else wire.put_sealed(records, key, subject)

    def _newest_on(self, subject: str) -> int:
        return self._contents.index.newest.get(subject, 0)

    def _moved(self, subject: str, message: int) -> None:
        # The newest one that was there may have been erased.
        if message < self._newest_on(subject):
            self._contents.index.newest[subject] = message

    def _ended(self, tickets: Sequence[int | None], end: End) -> None:
        asked = tuple(ticket for ticket in tickets if ticket is not None)
        if end is End.UNKNOWN:
            self._report(GivenUp(asked))
        else:
            self._report(NotPlaced(asked, _REFUSALS[end]))

    def _take(self, message: Message) -> None:
        meeting = meeting_in(message.subject)
        try:
            opened = wire.take(message.data, message.subject, self._key_for(message.subject))
        except wire.ErasedError:
            # Left over from a meeting whose beginning was erased.
            self._contents.eraser.erase(Erasure((message.place,)), is_ours=False)
            self._ended(self._delivered(message), End.OVER)
            return
        except wire.NotOursError:
            self._is_unreadable = True
            self._cut_off()
            return
        if opened.key is not None and meeting is not None:
            # It is the first message on its subject: the stream takes no beginning after another.
            self._contents.index.keys[meeting] = (message.place, opened.key)
        self._hand_out(message, opened.records)

    def _delivered(self, message: Message) -> Tickets:
        return self._lanes.delivered(message.headers.get("Nats-Msg-Id", ""))

    def _hand_out(self, message: Message, records: wire.Batch) -> None:
        tickets = self._delivered(message)
        first = records[0] if records else None
        if not isinstance(first, r.EntryAppended):
            self._contents.index.newest[message.subject] = message.place
            if tickets:
                self._ours.append(message.place)
            if isinstance(first, _GRAVESTONES):
                self._contents.eraser.bury(message.place, message.age)
        self._contents.pages.put(message.place, records, len(message.data))
        if len(tickets) != len(records):
            tickets = (None,) * len(records)
        self._report(
            Placed(
                tuple(
                    (ticket, record, place_of(message.place, number))
                    for number, (ticket, record) in enumerate(zip(tickets, records, strict=True))
                )
            )
        )

    def _cut_off(self) -> None:
        if not self._is_cut_off:
            self._is_cut_off = True
            self._report(CutOff())

    async def _join(self) -> None:
        if self._is_unreadable or not self._is_cut_off:
            return
        if await self._watch.hear_all(CUT_OFF_SECONDS):
            self._is_cut_off = False
            self._report(Joined())

    async def _look_at(self, info: dict[str, Any]) -> None:
        """Ask nodes that are back whether they sync; one that does not makes the log unusable."""
        here, away = nodes_of(info)
        # Whoever was away may be set up in another way when they are back.
        self._unasked |= away
        if self._settings.development or not here & self._unasked:
            return
        try:
            self._unasked -= await check_nodes(self._settings, here & self._unasked)
        except UnusableLogError:
            self._is_unreadable = True
            self._cut_off()

    def _start_again(self) -> None:
        self._cut_off()
        self._report(StartedAgain())
        # What was handed out before is still to be settled, and must not be in the new index.
        asyncio.get_running_loop().call_soon(self._forget)
        self._follower.start_again()
        self._lobby.follower.start_again()

    def _forget(self) -> None:
        self._contents.index, self._contents.pages = Index(), Pages()

    def settle(self, record: Record, place: int, *, is_void: bool) -> None:
        is_ours = message_of(place) in self._ours
        take = leave if is_void else settle
        take(self._contents, record, place, is_ours=is_ours)


def _entry(record: Record, seq: int) -> LogEntry:
    if isinstance(record, r.EpochChanged):
        return LogEntry(seq, record.commit.epoch, True, record.commit.payload)
    if isinstance(record, r.EntryAppended):
        return LogEntry(seq, record.epoch, False, record.payload)
    raise UnusableLogError("An entry of the stream is none.")
