"""An outbox keeps the order, bounds what waits, and closes after what was queued."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import cast

from typing_extensions import override
from websockets.protocol import State

from holdspace.protocol.refusals import Close
from holdspace.server.outbox import CLOSE_SECONDS, WRITE_LIMIT, Outbox, Outboxes
from holdspace.server.wire import Wire

LIMIT = 4 * WRITE_LIMIT


class Socket:
    """The other end of an outbox: takes everything, or nothing while it is paused."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.paused = False
        self.held = 0
        self.state = State.OPEN
        self.written: list[bytes] = []
        self.closed_with: tuple[int, str] | None = None
        self.is_aborted = False
        self.room: Callable[[], None] = lambda: None

    @property
    def transport(self) -> "Socket":
        return self

    @property
    def protocol(self) -> "Socket":
        return self

    def when_there_is_room(self, call: Callable[[], None]) -> None:
        self.room = call

    def get_write_buffer_size(self) -> int:
        return self.held

    def write(self, data: bytes) -> None:
        self.written.append(data)
        if self.paused:
            self.held += len(data)

    def writelines(self, parts: list[bytes]) -> None:
        self.write(b"".join(parts))

    def abort(self) -> None:
        self.is_aborted = True

    async def close(self, code: int, reason: str) -> None:
        self.closed_with = (code, reason)

    async def wait_closed(self) -> None:
        while self.closed_with is None:
            await asyncio.sleep(0)


def outbox(socket: Socket, overflows: list[int] | None = None) -> Outbox:
    found = overflows if overflows is not None else []
    return Outbox(cast(Wire, socket), LIMIT, lambda: found.append(1))


async def test_what_comes_in_one_turn_goes_in_one_write_and_in_order() -> None:
    socket = Socket()
    box = outbox(socket)
    assert [box.push(message) for message in (b"one", b"two", b"three")] == [True, False, False]
    assert socket.written == []
    box.flush()
    assert socket.written == [b"onetwothree"]
    assert box.push(b"four")


async def test_who_does_not_read_overflows_once_and_no_sooner_than_that() -> None:
    socket, overflows = Socket(), list[int]()
    box = outbox(socket, overflows)
    socket.paused = True
    message = bytes(WRITE_LIMIT)
    for _ in range(LIMIT // WRITE_LIMIT):
        box.push(message)
    assert (overflows, box.unread, socket.written) == ([], LIMIT, [])
    box.push(b"one more")
    assert (overflows, box.unread) == ([1], LIMIT)


async def test_who_reads_may_be_sent_any_amount_in_one_turn() -> None:
    socket, overflows = Socket(), list[int]()
    box = outbox(socket, overflows)
    for _ in range(10 * LIMIT // WRITE_LIMIT):
        box.push(bytes(WRITE_LIMIT))
    assert overflows == []
    assert sum(map(len, socket.written)) >= 9 * LIMIT


class Patient(Socket):
    """A socket that takes all it is given, and passes none of it on."""

    @override
    def write(self, data: bytes) -> None:
        super().write(data)
        self.held += len(data)


async def test_what_the_socket_holds_counts_as_unread_however_it_got_there() -> None:
    words = bytes(1024)
    for way in ("at once", "in turns"):
        socket, overflows = Patient(), list[int]()
        box = outbox(socket, overflows)
        for _ in range(LIMIT // len(words)):
            if way == "at once":
                box.send(words)
            else:
                box.push(words)
                box.flush()
        assert (overflows, box.unread) == ([], LIMIT)
        box.send(b"one more")
        assert (overflows, box.unread) == ([1], LIMIT)


async def test_who_reads_may_be_sent_any_amount_one_after_the_other() -> None:
    socket, overflows = Socket(), list[int]()
    box = outbox(socket, overflows)
    words = bytes(1024)
    for _ in range(3 * LIMIT // len(words)):
        box.send(words)
        box.push(words)
        box.flush()
    assert (overflows, box.unread) == ([], 0)
    assert sum(map(len, socket.written)) == 6 * LIMIT


async def test_what_is_handed_over_at_once_stays_behind_what_is_queued() -> None:
    socket = Socket()
    box = outbox(socket)
    box.push(b"first")
    box.send(b"second")
    assert socket.written == []
    box.flush()
    box.send(b"third")
    assert socket.written == [b"firstsecond", b"third"]


async def test_what_is_sent_while_the_socket_is_full_goes_when_there_is_room() -> None:
    socket = Socket()
    box = outbox(socket)
    socket.paused = True
    box.send(b"words")
    assert (socket.written, box.has_queue, box.unread) == ([], True, len(b"words"))
    socket.paused = False
    socket.room()
    assert (socket.written, box.has_queue, box.unread) == ([b"words"], False, 0)


async def test_one_message_that_is_longer_than_the_limit_still_goes() -> None:
    socket, overflows = Socket(), list[int]()
    box = outbox(socket, overflows)
    box.push(bytes(2 * LIMIT))
    assert (overflows, len(socket.written)) == ([], 1)


async def test_it_closes_after_what_was_queued_and_sends_nothing_after() -> None:
    socket = Socket()
    box = outbox(socket)
    box.push(b"last words")
    box.finish(Close.RESTARTING)
    box.push(b"too late")
    await box.ended()
    box.flush()
    assert socket.written == [b"last words"]
    assert socket.closed_with == (Close.RESTARTING, "restarting")


async def test_a_slow_readers_queue_is_dropped() -> None:
    socket = Socket()
    box = outbox(socket)
    socket.paused = True
    box.push(b"never read")
    box.finish(Close.TOO_SLOW)
    assert socket.closed_with is None
    socket.paused = False
    socket.room()
    await box.ended()
    assert socket.written == []
    assert socket.closed_with == (Close.TOO_SLOW, "too_slow")


async def test_who_reads_no_close_code_either_is_cut_off() -> None:
    socket = Socket()
    box = outbox(socket)
    socket.paused = True
    box.push(b"never read")
    box.finish(Close.RESTARTING)
    deadline = box._deadline
    assert deadline is not None
    assert 0 < deadline.when() - socket.loop.time() <= CLOSE_SECONDS
    deadline._run()
    assert socket.is_aborted
    deadline.cancel()


async def test_nothing_is_written_to_a_connection_that_is_closing() -> None:
    socket = Socket()
    box = outbox(socket)
    box.push(b"words")
    socket.state = State.CLOSING
    box.flush()
    assert (socket.written, box.unread) == ([], 0)


async def test_reading_on_waits_until_the_socket_takes_more() -> None:
    socket, called = Socket(), list[int]()
    box = outbox(socket)
    socket.paused = True
    box.push(b"page")
    for what in (1, 2):
        box.when_drained(partial(called.append, what))
    assert called == []
    socket.paused = False
    socket.room()
    assert (socket.written, called) == ([b"page"], [1, 2])
    socket.room()
    assert called == [1, 2]


async def test_reading_on_hands_over_what_is_queued_first() -> None:
    socket, written = Socket(), list[list[bytes]]()
    box = outbox(socket)
    box.push(b"page")
    box.when_drained(lambda: written.append([*socket.written]))
    assert written == [[b"page"]]


async def test_only_the_first_word_about_the_end_counts() -> None:
    socket = Socket()
    box = outbox(socket)
    box.finish(Close.MEETING_OVER)
    deadline = box._deadline
    box.finish(Close.RESTARTING)
    await box.ended()
    assert socket.closed_with == (Close.MEETING_OVER, "meeting_over")
    # Nobody is cut off who has gone.
    assert deadline is not None
    assert deadline is box._deadline
    assert deadline.cancelled()


async def test_nothing_is_sent_at_once_to_who_is_sent_away_or_gone() -> None:
    sent_away, gone, stuck = Socket(), Socket(), Socket()
    box = outbox(sent_away)
    box.finish(Close.RESTARTING)
    box.send(b"too late")
    gone.state = stuck.state = State.CLOSING
    outbox(gone).send(b"nobody hears it")
    # Nor does it wait for somebody who takes nothing any more.
    stuck.paused = True
    box = outbox(stuck)
    box.send(b"nobody hears it")
    assert (sent_away.written, gone.written, stuck.written, box.unread) == ([], [], [], 0)


class TestMany:
    async def test_rows_to_the_same_people_are_one_message_and_keep_their_place(self) -> None:
        boxes, sockets = Outboxes(LIMIT), [Socket() for _ in range(3)]
        for number, socket in enumerate(sockets):
            boxes.open(number, cast(Wire, socket), lambda: None)
        everybody = (0, 1, 2)
        boxes.send((0,), (b"ack ",))
        boxes.send(everybody, (b"one ", b"two "))
        boxes.send((1,), (b"between ",))
        boxes.send(everybody, (b"three ",))
        boxes.flush()
        assert [socket.written for socket in sockets] == [
            [b"ack one two three "],
            [b"one two between three "],
            [b"one two three "],
        ]

    async def test_a_long_row_goes_in_pieces_that_end_with_a_message(self) -> None:
        boxes, socket = Outboxes(LIMIT), Socket()
        boxes.open(7, cast(Wire, socket), lambda: None)
        to, sizes = (7,), [1024, 40_000, 65_000, 100, 65_536, 1, 200_000, 3]
        messages = [bytes([number]) * size for number, size in enumerate(sizes * 3)]
        boxes.send(to, messages[:5])
        boxes.send(to, messages[5:])
        boxes.flush()
        assert b"".join(socket.written) == b"".join(messages)
        ends = set(accumulate(map(len, messages)))
        assert {*accumulate(map(len, socket.written))} <= ends
        assert max(map(len, socket.written)) <= WRITE_LIMIT + max(sizes)
        assert len(socket.written) > sum(map(len, messages)) // (WRITE_LIMIT + max(sizes))

    async def test_a_row_ends_with_the_message_that_makes_it_too_long_however_it_came(self) -> None:
        to, words = (7,), bytes(1024)
        fitting = WRITE_LIMIT // len(words)
        for parts in (1, 2, 26, 2 * (fitting + 1)):
            boxes, socket = Outboxes(LIMIT), Socket()
            boxes.open(7, cast(Wire, socket), lambda: None)
            for _ in range(parts):
                boxes.send(to, (words,) * (2 * (fitting + 1) // parts))
            assert [*map(len, socket.written)] == [WRITE_LIMIT + len(words)] * 2
            boxes.send(to, (words,) * fitting)
            boxes.flush()
            assert [*map(len, socket.written)][2:] == [WRITE_LIMIT]

    async def test_where_nothing_waits_nothing_is_written(self) -> None:
        boxes, socket = Outboxes(LIMIT), Socket()
        boxes.open(7, cast(Wire, socket), lambda: None)
        long = bytes(WRITE_LIMIT + 1)
        boxes.send((7,), (long,))
        boxes.flush()
        boxes.flush()
        assert socket.written == [long]

    async def test_who_was_told_something_of_their_own_hears_it_before_anybody_hears_the_rest(
        self,
    ) -> None:
        boxes, order = Outboxes(LIMIT), list[bytes]()
        for number in range(3):
            socket = Socket()
            socket.written = order
            boxes.open(number, cast(Wire, socket), lambda: None)
        boxes.send((2,), (b"ack ",))
        boxes.send((0, 1, 2), (b"one ",))
        boxes.flush()
        assert order == [b"ack one ", b"one ", b"one "]

    async def test_who_is_hung_up_on_hears_what_was_queued_before(self) -> None:
        boxes, socket = Outboxes(LIMIT), Socket()
        box = boxes.open(7, cast(Wire, socket), lambda: None)
        boxes.send((7,), (b"the meeting is over",))
        boxes.finish(7, Close.MEETING_OVER)
        await box.ended()
        assert socket.written == [b"the meeting is over"]
        boxes.close(7)
        boxes.send((7,), (b"nobody",))
        boxes.flush()

    async def test_reading_on_waits_for_what_was_queued_for_many(self) -> None:
        boxes, socket, written = Outboxes(LIMIT), Socket(), list[list[bytes]]()
        boxes.open(7, cast(Wire, socket), lambda: None)
        boxes.send((7,), (b"page",))
        boxes.when_drained(7, lambda: written.append([*socket.written]))
        boxes.when_drained(8, lambda: written.append([b"nobody"]))
        assert written == [[b"page"]]

    async def test_one_who_overflows_takes_nothing_from_the_others(self) -> None:
        boxes, slow, quick = Outboxes(LIMIT), Socket(), Socket()
        boxes.open(1, cast(Wire, slow), lambda: boxes.finish(1, Close.TOO_SLOW))
        boxes.open(2, cast(Wire, quick), lambda: None)
        slow.paused = True
        both = (1, 2)
        for _ in range(2 * LIMIT // WRITE_LIMIT):
            boxes.send(both, (bytes(WRITE_LIMIT),))
            boxes.flush()
        assert sum(map(len, quick.written)) == 2 * LIMIT
        assert slow.written == []


async def test_who_broke_the_websocket_before_it_was_one_is_hung_up_on() -> None:
    class Broken(Socket):
        @override
        async def close(self, code: int, reason: str) -> None:
            raise AssertionError

    socket = Broken()
    outbox(socket).finish(Close.NOT_UNDERSTOOD)
    await asyncio.sleep(0.01)
    assert socket.is_aborted
