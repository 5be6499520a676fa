"""Stories of reading a meeting's log, and of who may: proofs, places, and a relay that begins anew."""

from dataclasses import replace as with_

from msgspec.structs import replace

from holdspace.protocol.frames import (
    Ack,
    Attached,
    ClientFrame,
    CloseMeeting,
    Done,
)
from holdspace.protocol.keys import Purpose, SigningKey
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.limits import Limits
from holdspace.server.relay import Relay
from relay_papers import Circle
from relay_table import ORIGIN, Caller, Table, entries, of_type, refused, running, walk


class TestReading:
    def test_rl07_a_key_reads_up_to_the_commit_that_closes_its_epoch(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("in epoch 0"))
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        host.send(host.papers.append("in epoch 1", 1))
        late = table.call()
        asked = late.papers.attach(circle, 0)
        got = late.send(asked)
        assert got[0] == Attached(asked.ref, 0, 2, 0)
        assert entries(got) == [(1, 0, b"in epoch 0"), (2, 0, b"commit of epoch 0")]

    def test_rl08_somebody_removed_gets_the_commit_and_then_nothing(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        removed = table.call()
        removed.attach(circle)
        removed.news()
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        host.send(host.papers.append("without you", 1))
        assert entries(removed.news()) == [(1, 0, b"commit of epoch 0")]
        table.wait(15)
        assert removed.closed is Close.PROVE_AGAIN
        assert removed.news() == []
        assert host.closed is None

    def test_somebody_removed_cannot_prove_on(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        removed = table.call()
        removed.attach(circle)
        host.send(host.papers.bundle(circle, 0))
        removed.send(replace(removed.papers.prove(circle, 1), proof=bytes(64)))
        assert removed.closed is Close.WRONG_PROOF

    def test_the_next_entry_waits_for_the_next_proof(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        slow = table.call()
        slow.attach(circle)
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        host.send(host.papers.append("hello", 1))
        slow.news()
        table.wait(14)
        got = walk(slow, circle, 1)
        assert isinstance(got[0], Done)
        assert entries(got) == [(2, 1, b"hello")]
        table.wait(15)
        assert slow.closed is None

    def test_nobody_skips_an_epoch(self, table: Table, circle: Circle, host: Caller) -> None:
        away = table.call()
        away.attach(circle)
        for epoch in range(2):
            host.send(host.papers.bundle(circle, epoch))
            walk(host, circle, epoch + 1)
        away.news()
        assert refused(walk(away, circle, 2)) == [Refusal.STALE_EPOCH]
        assert entries(walk(away, circle, 1)) == [(2, 1, b"commit of epoch 1")]

    def test_rl09_who_was_away_for_five_epochs_walks_to_the_head(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for epoch in range(5):
            host.send(host.papers.append(f"in epoch {epoch}", epoch))
            host.send(host.papers.bundle(circle, epoch))
            walk(host, circle, epoch + 1)
        everything = entries(host.got)
        away = table.call()
        away.attach(circle, 0)
        for epoch in range(1, 6):
            walk(away, circle, epoch)
        assert entries(away.got) == everything
        assert [seq for seq, _, _ in everything] == list(range(1, 11))
        assert of_type(Ack, away.send(away.papers.append("back again", 5)))

    def test_a_long_log_comes_in_pieces_and_new_entries_wait_their_turn(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for number in range(50):
            host.send(host.papers.append(f"words {number}"))
        late = table.call()
        table.are_reads_slow = True
        late.attach(circle)
        host.send(host.papers.append("said meanwhile"))
        table.read_once()
        host.send(host.papers.append("said while reading"))
        table.are_reads_slow = False
        while table.read_once():
            pass
        assert entries(late.got) == entries(host.got)
        assert len(entries(late.got)) == 52

    def test_a_log_that_cannot_be_read_back_is_never_shown_with_a_gap(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("one"))
        host.send(host.papers.append("two"))
        whole = table.read(circle.meeting, 0, 2)
        for lacking in ([], whole[1:], whole[:1] * 2):
            table.read = lambda *_place, kept=lacking, **_weight: kept  # type: ignore[method-assign]
            late = table.call()
            late.attach(circle)
            assert late.closed is Close.NOT_SAVING
            assert entries(late.got) == []

    def test_reading_goes_on_after_what_was_read(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for words in ("one", "two", "three"):
            host.send(host.papers.append(words))
        back = table.call()
        assert entries(back.attach(circle, after=2)) == [(3, 0, b"three")]

    def test_a_key_opens_nothing_from_before_its_epoch(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("before"))
        host.send(host.papers.bundle(circle, 0))
        joiner = table.call()
        asked = joiner.papers.attach(circle, 1, after=0)
        assert joiner.send(asked) == [Attached(asked.ref, 2, 2, 1)]

    def test_who_read_more_than_there_is_hears_that_something_was_lost(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        ahead = table.call()
        assert refused(ahead.attach(circle, after=1)) == [Refusal.GAP]

    def test_a_meeting_has_only_so_many_connections(self, circle: Circle) -> None:
        table = Table(with_(Limits(), connections_per_meeting=2))
        running(table, circle)
        table.call().attach(circle)
        third = table.call()
        third.attach(circle)
        assert third.closed is Close.CROWDED

    def test_what_was_read_for_the_first_attachment_is_not_given_to_the_second(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        for words in ("one", "two"):
            host.send(host.papers.append(words))
        moving = table.call()
        table.are_reads_slow = True
        moving.attach(circle)
        moving.attach(circle, after=1)
        while table.read_once():
            pass
        assert entries(moving.got) == [(2, 0, b"two")]

    def test_attaching_again_takes_the_place_of_the_first_time(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        host.send(host.papers.append("one"))
        host.attach(circle, after=0)
        assert entries(host.send(host.papers.append("two"))) == [(2, 0, b"two")]


class TestProofs:
    def test_rl10_a_proof_overheard_is_worth_nothing_elsewhere(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        other = Circle("other")
        running(table, other)
        member, thief = table.call(), table.call()
        overheard = member.papers.attach(circle)
        in_other_meeting = replace(overheard, meeting=other.meeting)
        elsewhere = member.papers
        elsewhere.origin = "wss://phishing.example"
        for_another_purpose = replace(
            overheard,
            proof=member.papers.proof(circle.access(0), Purpose.CLOSE, meeting=circle.meeting),
        )
        assert refused(thief.send(overheard)) == [Refusal.NOT_HERE]
        assert refused(member.send(in_other_meeting)) == [Refusal.NOT_HERE]
        assert refused(member.send(elsewhere.attach(circle))) == [Refusal.NOT_HERE]
        assert refused(member.send(for_another_purpose)) == [Refusal.NOT_HERE]
        assert member.send(overheard) == [Attached(overheard.ref, 0, 0, 0)]

    def test_a_proof_holds_at_every_address_the_relay_is_known_by(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.relay = Relay(table.limits, ["ws://127.0.0.1:8787", ORIGIN], table.log.load())
        member = table.call()
        assert of_type(Attached, member.attach(circle))
        # Its next proof is tried there first.
        assert table.relay._world.connections[member.number].origin == ORIGIN

    def test_unknown_meeting_wrong_key_and_closed_meeting_get_the_same_answer(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        stranger = table.call()
        asked: list[ClientFrame] = [
            stranger.papers.attach(Circle("never opened")),
            replace(stranger.papers.attach(circle), proof=bytes(64)),
            stranger.papers.attach(circle, epoch=7),
        ]
        answers = [stranger.send(frame) for frame in asked]
        host.send(host.papers.close(circle))
        answers.append(stranger.send(stranger.papers.attach(circle)))
        assert [refused(answer) for answer in answers] == [[Refusal.NOT_HERE]] * 4

    def test_the_key_that_stands_in_for_nobodys_opens_nothing(
        self, table: Table, circle: Circle
    ) -> None:
        # It is in the sources, and RFC 8032 prints its secret half.
        stand_in = SigningKey.from_seed(
            bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        )
        thief = table.call()
        proof = thief.papers.proof(stand_in, Purpose.CLOSE, meeting=circle.meeting)
        host = running(table, circle)
        close = CloseMeeting(7, circle.meeting, stand_in.public, proof)
        assert refused(thief.send(close)) == [Refusal.NOT_HERE]
        assert host.closed is None


class TestRestarting:
    def test_all_that_was_acked_is_there_after_a_restart(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        once = host.papers.append("one")
        host.send(once)
        host.send(host.papers.bundle(circle, 0))
        walk(host, circle, 1)
        host.send(host.papers.append("two", 1))
        before = entries(host.got)
        table.start_relay()
        back = table.call()
        back.attach(circle, 0)
        walk(back, circle, 1)
        assert entries(back.got) == before
        assert back.send(replace(once, ref=77)) == [Ack(77, 1)]
        assert of_type(Ack, back.send(back.papers.bundle(circle, 1)))

    def test_rl05_killed_between_saving_and_acking_there_is_one_copy(
        self, table: Table, circle: Circle, host: Caller
    ) -> None:
        table.hold()
        said = host.papers.append("hello")
        assert host.send(said) == []
        table.is_holding = False
        table.start_relay()
        back = table.call()
        back.attach(circle)
        assert back.send(said)[-1] == Ack(said.ref, 1)
        assert entries(back.got) == [(1, 0, b"hello")]
