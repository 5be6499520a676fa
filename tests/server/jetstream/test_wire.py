"""What is put into a message of the stream comes out of it, for as long as its meeting's key is there."""

import pytest

from holdspace.server.log import records as r
from holdspace.server.log.jetstream.wire import (
    KEY_BYTES,
    ErasedError,
    Kind,
    NotOursError,
    Opened,
    put_beginning,
    put_open,
    put_sealed,
    take,
)
from relay_papers import Circle, id16

HERE = Circle()
SUBJECT, OTHER_SUBJECT = "log.meeting.here", "log.meeting.there"
KEY, OTHER_KEY = bytes(KEY_BYTES), b"\x01" * KEY_BYTES
BEGUN = r.MeetingBegun(HERE.room, HERE.meeting, HERE.access(0).public, HERE.slots, 1000)
ENTRY = r.EntryAppended(
    meeting=HERE.meeting, epoch=0, message_id=id16("one"), payload=b"words", cost=1100
)


def test_what_stands_for_itself_needs_no_key() -> None:
    closed = (r.MeetingClosed(meeting=HERE.meeting),)
    assert take(put_open(closed), SUBJECT, None) == Opened(closed)


def test_a_beginning_brings_a_fresh_key() -> None:
    messages = [put_beginning((BEGUN,)) for _ in range(2)]
    opened = [take(message, SUBJECT, None) for message in messages]
    keys = {one.key for one in opened}
    assert [one.records for one in opened] == [(BEGUN,)] * 2
    assert len(keys) == 2
    assert {len(key or b"") for key in keys} == {KEY_BYTES}


def test_what_is_sealed_shows_nothing_and_is_read_with_its_key() -> None:
    messages = [put_sealed((ENTRY, ENTRY), KEY, SUBJECT) for _ in range(2)]
    for message in messages:
        assert ENTRY.payload not in message
        assert take(message, SUBJECT, KEY) == Opened((ENTRY, ENTRY))
    # The same words twice look like two.
    assert messages[0][1:20] != messages[1][1:20]


@pytest.mark.parametrize(
    ("key", "subject"), [(None, SUBJECT), (OTHER_KEY, SUBJECT), (KEY, OTHER_SUBJECT)]
)
def test_without_its_key_or_under_another_name_it_has_no_effect(
    key: bytes | None, subject: str
) -> None:
    with pytest.raises(ErasedError):
        take(put_sealed((ENTRY,), KEY, SUBJECT), subject, key)


@pytest.mark.parametrize("length", [1, 2, 13, 20])
def test_what_was_cut_short_is_no_message_of_this_key(length: int) -> None:
    with pytest.raises(ErasedError):
        take(put_sealed((ENTRY,), KEY, SUBJECT)[:length], SUBJECT, KEY)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00",
        b"\x04" + put_open((BEGUN,))[1:],
        bytes([Kind.OPEN]),
        bytes([Kind.OPEN]) + b"\xc1",
        put_open((BEGUN,)) + b"\x00",
        bytes([Kind.BEGINNING]) + KEY,
        bytes([Kind.OPEN]) + b"\x91" * 5000,
    ],
)
def test_what_no_relay_of_this_version_writes_is_not_ours(message: bytes) -> None:
    with pytest.raises(NotOursError):
        take(message, SUBJECT, KEY)
