"""What strangers, members and people who were removed try at the relay, by id of security.md 6."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace
from typing_extensions import override

from holdspace.protocol.frames import Ack, Attached, Done, Entry, Knocking, MeetingClosed
from holdspace.protocol.keys import Purpose, SigningKey, check_proof
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server import world
from holdspace.server.limits import Limits
from relay_papers import Circle, Papers, key
from relay_table import ORIGIN, START, Table, of_type, refused, running

# `./dev bench strangers` shows what a meeting notices of more.
MANY = 500
TOMORROW = int(START // 60) + 24 * 60


def test_ws01_a_proof_by_a_key_that_anybody_can_make_keeps_no_connection_open() -> None:
    table = Table()
    running(table, Circle())
    stranger = table.call()
    for frame in (
        stranger.papers.card(Circle("never opened")),
        stranger.papers.knock(Circle("never opened")),
        # A room that is there, and a key that is not one of its invitations.
        replace(stranger.papers.card(Circle()), knock_key=key("mine").public),
    ):
        stranger.send(frame)
    assert refused(stranger.got) == [Refusal.NOT_HERE] * 3
    table.wait(table.limits.prove_seconds + 1)
    assert stranger.closed is Close.TOO_QUIET


def test_ws01_who_wants_somebody_elses_room_is_a_stranger_still() -> None:
    table = Table()
    circle = Circle()
    running(table, circle)
    stranger = table.call()
    mine = key("mine")
    proof = stranger.papers.proof(mine, Purpose.OPEN, room=circle.room)
    frame = replace(stranger.papers.open(circle), root_key=mine.public, proof=proof)
    assert Refusal.ALREADY_THERE in refused(stranger.send(frame))
    table.wait(table.limits.prove_seconds + 1)
    assert stranger.closed is Close.TOO_QUIET


def test_who_was_removed_cannot_crowd_the_others_out() -> None:
    table = Table(Limits(connections_per_meeting=4))
    circle = Circle()
    host = running(table, circle)
    removed = [table.call() for _ in range(3)]
    for caller in removed:
        caller.attach(circle)
    host.send(host.papers.bundle(circle, 0))
    host.send(host.papers.prove(circle, 1))
    # They come back every few seconds with the only key they have.
    table.wait(table.limits.renew_seconds - 1)
    for caller in removed:
        caller.attach(circle)
    member = table.call()
    assert of_type(Attached, member.attach(circle, 1))
    assert member.closed is None
    assert host.closed is None
    assert sum(caller.closed is Close.CROWDED for caller in removed) == 1


def test_who_has_read_an_epoch_to_its_end_and_proves_no_next_one_makes_place_first() -> None:
    table = Table(Limits(connections_per_meeting=2))
    circle = Circle()
    host = running(table, circle)
    other = table.call()
    other.attach(circle)
    host.send(host.papers.bundle(circle, 0))
    host.send(host.papers.prove(circle, 1))
    member = table.call()
    assert of_type(Attached, member.attach(circle, 1))
    assert (other.closed, member.closed, host.closed) == (Close.CROWDED, None, None)


def test_who_reads_an_epoch_that_is_over_makes_place_before_they_have_read_it() -> None:
    table = Table(Limits(connections_per_meeting=2))
    circle = Circle()
    host = running(table, circle)
    host.send(host.papers.bundle(circle, 0))
    host.send(host.papers.prove(circle, 1))
    removed, member = table.call(), table.call()
    table.are_reads_slow = True
    removed.attach(circle)
    assert of_type(Attached, member.attach(circle, 1))
    assert (removed.closed, member.closed, host.closed) == (Close.CROWDED, None, None)


def test_of_those_who_prove_no_next_epoch_the_one_who_is_longest_late_makes_place() -> None:
    table = Table(Limits(connections_per_meeting=3))
    circle = Circle()
    host = running(table, circle)
    later, first = table.call(), table.call()
    later.attach(circle)
    host.send(host.papers.bundle(circle, 0))
    for one in (host, later):
        one.send(one.papers.prove(circle, 1))
    first.attach(circle)
    table.wait(1)
    host.send(host.papers.bundle(circle, 1))
    host.send(host.papers.prove(circle, 2))
    member = table.call()
    assert of_type(Attached, member.attach(circle, 2))
    assert (first.closed, later.closed, host.closed) == (Close.CROWDED, None, None)


def test_members_make_no_place_for_those_who_stayed_behind() -> None:
    table = Table(Limits(connections_per_meeting=2))
    circle = Circle()
    host = running(table, circle)
    host.send(host.papers.bundle(circle, 0))
    host.send(host.papers.prove(circle, 1))
    member, removed = table.call(), table.call()
    member.attach(circle, 1)
    removed.attach(circle, 0)
    assert removed.closed is Close.CROWDED
    assert (member.closed, host.closed) == (None, None)


def test_ws01_idle_connections_of_one_visitor_keep_nobody_out() -> None:
    table = Table(Limits(connections=6, connections_per_visitor=3))
    host = running(table, Circle())
    idle = [table.call(visitor=7) for _ in range(20)]
    # Neither those of another visitor, nor somebody honest who shares the idle ones' prefix.
    for visitor in (8, 7):
        member = table.call(visitor=visitor)
        assert of_type(Attached, member.attach(Circle()))
        assert member.closed is None
    assert host.closed is None
    assert sum(one.closed is None for one in idle) == 2


def test_ws01_connections_that_proved_something_and_do_nothing_keep_nobody_out() -> None:
    table = Table(Limits(connections=6))
    circle = Circle()
    host = running(table, circle)
    host.send(host.papers.invite(circle, TOMORROW))
    knocker, watcher = table.call(), table.call()
    knocker.send(knocker.papers.knock(circle))
    watcher.send(watcher.papers.watch(circle))
    # Whoever has a code can prove that they have it, as often as they like.
    idle = [table.call() for _ in range(10)]
    for one in idle:
        one.send(one.papers.card(circle))
    member = table.call()
    assert of_type(Attached, member.attach(circle))
    assert {one.closed for one in (host, knocker, watcher, member)} == {None}
    assert sum(one.closed is None for one in idle) == 2


def test_ws01_a_visitor_whose_share_is_in_use_gets_no_more_of_it() -> None:
    table = Table(Limits(connections_per_visitor=2))
    running(table, Circle())
    members = [table.call(visitor=7) for _ in range(2)]
    for member in members:
        member.attach(Circle())
    assert table.call(visitor=7).closed is Close.CROWDED
    members[0].hang_up()
    assert table.call(visitor=7).closed is None
    assert table.call(visitor=8).closed is None
    assert members[1].closed is None
    for one in [*table.callers.values()]:
        one.hang_up()
    assert table.relay._world.shares == {}


def test_as_many_signatures_are_checked_whether_a_room_is_there_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table()
    circle = Circle()
    running(table, circle)
    table.relay._world.origins = (ORIGIN, "wss://b.example", "wss://c.example")
    checked: list[bytes] = []

    def counting(public: bytes, *rest: Any, **more: Any) -> bool:
        checked.append(public)
        return check_proof(public, *rest, **more)

    monkeypatch.setattr(world, "check_proof", counting)
    # The key of RFC 8032's first example, which everybody can sign with.
    example = SigningKey.from_seed(bytes.fromhex(RFC_8032_SEED))
    stranger = table.call()
    for ask in (Papers.card, Papers.knock):
        for room in (circle, Circle("never opened")):
            for signer in (key("made up"), example):
                checked.clear()
                stranger.send(ask(stranger.papers, _Signed(room.name, signer=signer)))
                assert len(checked) == 3
                assert len({*checked}) == 1
    assert {*refused(stranger.got)} == {Refusal.NOT_HERE}


RFC_8032_SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"


@dataclass(frozen=True)
class _Signed(Circle):
    """A room whose invitation somebody claims to have."""

    signer: SigningKey = field(default_factory=lambda: key("signer"))

    @property
    @override
    def knock_key(self) -> SigningKey:
        return self.signer


def test_strangers_cannot_fill_the_relay_with_invitations() -> None:
    table = Table(Limits(invitations=5, invitations_per_room=3))
    answers = []
    for number in range(3):
        circle = Circle(f"mine {number}")
        caller = table.call()
        caller.send(caller.papers.open(circle))
        for other in range(3):
            invited = _Other(circle.name, other)
            answers += caller.send(caller.papers.invite(invited, TOMORROW))
    assert len(of_type(Done, answers)) == 5
    assert refused(answers) == [Refusal.RELAY_FULL] * 4


class _Other(Circle):
    """The same room with another invitation."""

    @property
    @override
    def knock_key(self) -> SigningKey:
        return key("knock", self.name, self.time)


def test_rl10_a_proof_holds_for_nothing_but_what_it_was_made_for() -> None:
    table = Table()
    circle, other = Circle(), Circle("other")
    host = running(table, circle)
    running(table, other)
    frame = host.papers.attach(circle)
    thief = table.call()
    # Another connection, another meeting, another relay, another purpose.
    elsewhere = Papers("wss://elsewhere.example", thief.nonce).attach(circle)
    assert refused(thief.send(frame)) == [Refusal.NOT_HERE]
    assert refused(thief.send(replace(frame, meeting=other.meeting))) == [Refusal.NOT_HERE]
    assert refused(thief.send(elsewhere)) == [Refusal.NOT_HERE]
    close = host.papers.close(circle)
    assert refused(thief.send(close)) == [Refusal.NOT_HERE]
    bundle = host.papers.bundle(circle, 0)
    assert refused(host.send(replace(bundle, access_proof=bundle.slot_proof))) == [
        Refusal.NOT_FACILITATOR
    ]
    assert not of_type(MeetingClosed, host.news())


def test_a_facilitator_whose_slot_is_gone_closes_nothing_and_watches_nothing() -> None:
    table = Table()
    circle = Circle()
    host = running(table, circle)
    lost = circle.slot(0)
    assert refused(host.send(host.papers.watch(circle, lost))) == []
    fresh = tuple(key("fresh", number).public for number in range(8))
    bundle = host.papers.bundle(circle, 0, slots=fresh)
    assert of_type(Ack, host.send(bundle))
    host.send(host.papers.prove(circle, 1))
    assert refused(host.send(host.papers.close(circle, lost))) == [Refusal.NOT_FACILITATOR]
    assert refused(host.send(host.papers.watch(circle, lost))) == [Refusal.NOT_FACILITATOR]
    assert refused(host.send(host.papers.decline())) == [Refusal.NOT_FACILITATOR]
    assert of_type(Ack, host.send(host.papers.append("still open", 1)))


def test_a_message_id_of_somebody_else_gets_nothing_stored_and_nothing_shown() -> None:
    table = Table()
    circle = Circle()
    host = running(table, circle)
    eve = table.call()
    eve.attach(circle)
    host.send(host.papers.append("words", message="one"))
    copied = replace(eve.papers.append("other words", message="one"), payload=b"other words")
    answer = eve.send(copied)
    assert [frame for frame in answer if isinstance(frame, Ack)] == [Ack(copied.ref, 1)]
    assert not of_type(Entry, host.news())[1:]


def test_a_small_order_slot_or_root_is_refused() -> None:
    table = Table()
    circle = Circle()
    host = running(table, circle)
    identity_point = b"\x01" + bytes(31)
    slots = (identity_point, *circle.slots[1:])
    assert refused(host.send(host.papers.bundle(circle, 0, slots=slots))) == [Refusal.BAD_KEY]
    opening = replace(host.papers.open(Circle("low")), root_key=identity_point)
    assert refused(host.send(opening)) == [Refusal.BAD_KEY]


def test_jn08_many_knocks_without_a_key_leave_nothing() -> None:
    table = Table()
    circle = Circle()
    host = running(table, circle)
    host.send(host.papers.invite(circle, TOMORROW))
    host.send(host.papers.watch(circle))
    host.news()
    stranger = table.call()
    knock = stranger.papers.knock(circle, knock_key=key("made up"))
    for _ in range(MANY):
        stranger.send(knock)
    assert refused(stranger.got) == [Refusal.NOT_HERE] * MANY
    assert host.news() == []
    assert of_type(Ack, host.send(host.papers.append("words")))


def test_jn08_many_knocks_with_a_key_leave_three() -> None:
    table = Table()
    circle = Circle()
    host = running(table, circle)
    host.send(host.papers.invite(circle, TOMORROW))
    host.send(host.papers.watch(circle))
    host.news()
    stranger = table.call()
    knocks = [stranger.papers.knock(circle, f"nobody {number}") for number in range(MANY // 10)]
    for _ in range(10):
        for knock in knocks:
            stranger.send(knock)
    # The same three, who may knock as often as they like.
    assert set(refused(stranger.got)) == {Refusal.LOBBY_FULL}
    assert len(refused(stranger.got)) == MANY - 30
    assert len({one.knock for one in host.news() if isinstance(one, Knocking)}) == 3
    assert of_type(Ack, host.send(host.papers.append("words")))


def test_jn08_knocks_at_rooms_that_were_forgotten_leave_the_lobby_free() -> None:
    table = Table(Limits(knocks=1, room_minutes=1, invitation_minutes=1))
    for name in ("mine", "another"):
        circle = Circle(name)
        host, knocker = table.call(), table.call()
        host.send(host.papers.open(circle))
        host.send(host.papers.begin(circle))
        host.send(host.papers.invite(circle, table.minute + 1))
        assert of_type(Done, knocker.send(knocker.papers.knock(circle)))
        for _ in range(5):
            table.wait(table.limits.knock_seconds / 4)


def test_jn08_knocks_at_a_room_that_was_never_saved_leave_the_lobby_free() -> None:
    table = Table(Limits(knocks=1))
    table.hold()
    table.disk_is_full = True
    circle = Circle("never")
    host, knocker = table.call(), table.call()
    host.send(host.papers.open(circle))
    host.send(host.papers.begin(circle))
    host.send(host.papers.invite(circle, TOMORROW))
    knocker.send(knocker.papers.knock(circle))
    table.let_go()
    assert refused(host.news()) == [Refusal.NOT_SAVED] * 3
    table.disk_is_full = False
    host.send(host.papers.open(circle))
    host.send(host.papers.begin(circle))
    host.send(host.papers.invite(circle, TOMORROW))
    assert of_type(Done, knocker.send(knocker.papers.knock(circle, "again")))
