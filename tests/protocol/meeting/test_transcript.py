"""Two people who read the same log have the same chain, and nobody else has it."""

import hashlib
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.meeting.transcript import genesis, next_chain

ROOM, MEETING = b"r" * 16, b"m" * 16
Entry = tuple[int, int, bool, bytes]
LOG: list[Entry] = [(1, 0, True, b"commit"), (2, 1, False, b"hello"), (3, 1, False, b"hi")]


def chain_of(log: list[Entry], room: bytes = ROOM, meeting: bytes = MEETING) -> bytes:
    chain = genesis(room, meeting)
    for seq, epoch, commit, payload in log:
        chain = next_chain(chain, seq, epoch=epoch, commit=commit, payload=payload)
    return chain


def test_dropped_reordered_or_forked_logs_have_other_chains() -> None:
    chains = {chain_of(list(order)) for order in permutations(LOG)}
    chains |= {chain_of(LOG[:2]), chain_of(LOG[1:]), chain_of([*LOG, LOG[2]])}
    assert len(chains) == 6 + 3


def test_every_field_of_an_entry_counts() -> None:
    first = LOG[:1]
    others = [(2, 0, True, b"commit"), (1, 1, True, b"commit"), (1, 0, False, b"commit")]
    chains = {chain_of([*first, other]) for other in (*others, (1, 0, True, b"commit2"))}
    assert len(chains | {chain_of(first)}) == 5


def test_a_chain_belongs_to_one_meeting_of_one_room() -> None:
    assert len({chain_of(LOG), chain_of(LOG, MEETING, ROOM), chain_of(LOG, ROOM, ROOM)}) == 3


def test_the_chain_is_written_down_for_other_implementations() -> None:
    def part(data: bytes) -> bytes:
        return len(data).to_bytes(8, "big") + data

    label = b"holdspace transcript v1"
    start = hashlib.sha256(part(label) + part(ROOM) + part(MEETING)).digest()
    assert genesis(ROOM, MEETING) == start
    place = (7).to_bytes(8, "big") + (2).to_bytes(8, "big") + b"\x01"
    entry = part(b"holdspace entry v1") + part(start) + part(place) + part(b"payload")
    expected = hashlib.sha256(entry).digest()
    assert next_chain(start, 7, epoch=2, commit=True, payload=b"payload") == expected


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_where_a_payload_ends_cannot_be_argued_about(one: bytes, other: bytes) -> None:
    first = chain_of([(1, 0, False, one), (2, 0, False, other)])
    joined = chain_of([(1, 0, False, one + other)])
    assert first != joined
