"""What somebody tries who holds a facilitator's key of the relay, or reads while a meeting is forgotten."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from holdspace.protocol.frames import BeginMeeting, ClientFrame, Entry, MeetingClosed
from holdspace.protocol.keys import (
    Purpose,
    begin_digest,
    invitation_digest,
    revocation_digest,
)
from holdspace.protocol.refusals import Close, Refusal
from relay_papers import Circle, Papers
from relay_table import START, Caller, Table, of_type, refused

TOMORROW = int(START // 60) + 24 * 60


def begun_by_a_slot(papers: Papers, circle: Circle) -> BeginMeeting:
    """A meeting of one's own in the place of the one that runs."""
    other = Circle(circle.name, time=2)
    digest = begin_digest(other.access(0).public, other.slots)
    proof = papers.proof(
        circle.slot(), Purpose.BEGIN, room=circle.room, meeting=other.meeting, digest=digest
    )
    return replace(papers.begin(other), proof=proof)


def invited_by_a_slot(papers: Papers, circle: Circle) -> ClientFrame:
    frame = papers.invite(circle, TOMORROW)
    digest = invitation_digest(frame.knock_key, frame.expires, frame.card)
    proof = papers.proof(circle.slot(), Purpose.INVITE, room=circle.room, digest=digest)
    return replace(frame, proof=proof)


def revoked_by_a_slot(papers: Papers, circle: Circle) -> ClientFrame:
    frame = papers.revoke(circle)
    digest = revocation_digest(frame.knock_key)
    proof = papers.proof(circle.slot(), Purpose.REVOKE, room=circle.room, digest=digest)
    return replace(frame, proof=proof)


@pytest.mark.parametrize("forge", [begun_by_a_slot, invited_by_a_slot, revoked_by_a_slot])
def test_rl14_what_only_the_root_key_may_do_no_facilitators_key_does(
    table: Table, circle: Circle, host: Caller, forge: Callable[[Papers, Circle], ClientFrame]
) -> None:
    host.send(host.papers.invite(circle, TOMORROW))
    thief = table.call()
    thief.attach(circle)
    before = table.log.load()
    assert refused(thief.send(forge(thief.papers, circle))) == [Refusal.NOT_HERE]
    assert table.log.load() == before
    assert host.closed is None


def test_rl18_a_meeting_forgotten_under_a_reader_ends_and_skips_nothing(
    table: Table, circle: Circle, host: Caller
) -> None:
    for words in range(30):
        host.send(host.papers.append(f"{words} " + 900 * "x"))
    late = table.call()
    table.are_reads_slow = True
    late.attach(circle)
    assert table.read_once()
    read = [one.seq for one in of_type(Entry, late.got) if isinstance(one, Entry)]
    assert read == [*range(1, len(read) + 1)]
    assert 0 < len(read) < 30
    table.wait(13 * 3600)
    while table.read_once():
        pass
    assert [one.seq for one in of_type(Entry, late.got) if isinstance(one, Entry)] == read
    assert of_type(MeetingClosed, late.got)
    assert late.closed is Close.MEETING_OVER
    # Who comes back for the rest is told that there is none.
    assert refused(table.call().attach(circle, after=len(read))) == [Refusal.NOT_HERE]
