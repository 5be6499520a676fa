"""Stories of relays that share a log: what a relay that lags, loses answers or is cut off does."""

import pytest

from cluster_table import Cluster, Side
from holdspace.protocol.frames import (
    Ack,
    Attached,
    Declined,
    Done,
    Entry,
    KnockGone,
    Knocking,
    Refuse,
)
from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.limits import ENTRY_COST, Limits
from holdspace.server.log import CutOff, GivenUp, Joined, NotPlaced, StartedAgain
from holdspace.server.terms import Terms
from relay_papers import Circle, id16, key
from relay_table import START, Caller, of_type, refused

FAR = int(START // 60) + 1000


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(Limits())


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def near(cluster: Cluster) -> Side:
    return cluster.join()


@pytest.fixture
def far(cluster: Cluster) -> Side:
    return cluster.join()


@pytest.fixture
def host(near: Side, far: Side, circle: Circle) -> Caller:
    """The host of a meeting that the far relay has not heard of yet."""
    host = near.call()
    for frame in (host.papers.open(circle), host.papers.begin(circle)):
        host.send(frame)
        near.store()
        near.hear()
    host.attach(circle)
    host.news()
    return host


class TestLagging:
    def test_nobody_hears_no_before_the_relay_heard_everybody(
        self, far: Side, host: Caller, circle: Circle
    ) -> None:
        member = far.call()
        member.news()
        attach, said = member.papers.attach(circle), member.papers.append("here at once")
        assert member.send(attach) == []
        # What comes behind it waits for it.
        assert member.send(said) == []
        far.hear()
        assert member.news() == [Attached(attach.ref, 0, 0, 0)]
        far.store()
        far.hear()
        assert member.news() == [Ack(said.ref, 1), Entry(1, 0, False, b"here at once")]

    def test_a_no_that_stands_comes_once_all_is_heard(
        self, far: Side, host: Caller, circle: Circle
    ) -> None:
        stranger = far.call()
        unknown = stranger.papers.attach(Circle("unknown"))
        assert refused(stranger.send(unknown)) == []
        far.hear()
        assert refused(stranger.news()) == [Refusal.NOT_HERE]

    def test_no_stranger_makes_a_relay_that_lags_keep_what_they_send(
        self, far: Side, host: Caller
    ) -> None:
        stranger = far.call()
        stranger.attach(Circle("unknown"))
        for number in range(far.cluster.limits.late):
            assert stranger.closed is None
            stranger.send(stranger.papers.append(f"words {number}"))
        assert stranger.closed is Close.NOT_SAVING
        far.hear()

    def test_a_relay_that_cannot_hear_the_others_sends_who_asked_away(
        self, far: Side, host: Caller, circle: Circle
    ) -> None:
        member = far.call()
        member.attach(circle)
        far.perform(far.relay.caught_up(member.number, far.now, is_current=False))
        assert member.closed is Close.NOT_SAVING

    def test_who_read_more_elsewhere_is_no_gap(
        self, cluster: Cluster, near: Side, far: Side, host: Caller, circle: Circle
    ) -> None:
        far.hear()
        for words in ("one", "two"):
            host.send(host.papers.append(words))
        near.store()
        near.hear()
        moved = far.call()
        assert refused(moved.attach(circle, after=2)) == []
        far.hear()
        assert of_type(Attached, moved.news())


class TestOrder:
    def test_of_two_bundles_at_two_relays_the_first_in_the_order_wins(
        self, cluster: Cluster, near: Side, far: Side, host: Caller, circle: Circle
    ) -> None:
        far.hear()
        other = far.call()
        other.attach(circle)
        other.news()
        host.send(host.papers.bundle(circle, 0, commit="of the host"))
        other.send(other.papers.bundle(circle, 0, commit="of the other", slot=circle.slot(1)))
        far.store()
        near.store()
        cluster.settle()
        assert refused(host.news()) == [Refusal.LOST_RACE]
        (ack, entry) = other.news()
        assert isinstance(ack, Ack)
        assert entry == Entry(1, 0, True, b"of the other")

    def test_words_that_come_after_the_commit_are_void_and_take_no_place(
        self, cluster: Cluster, near: Side, far: Side, host: Caller, circle: Circle
    ) -> None:
        far.hear()
        member = far.call()
        member.attach(circle)
        member.news()
        member.send(member.papers.append("too late"))
        host.send(host.papers.bundle(circle, 0))
        near.store()
        cluster.settle()
        assert refused(member.news()) == [Refusal.STALE_EPOCH]
        host.send(host.papers.prove(circle, 1))
        said = host.papers.append("next", 1)
        host.send(said)
        cluster.settle()
        assert Ack(said.ref, 2) in host.news()

    def test_a_beginning_that_comes_late_ends_no_meeting_but_the_one_it_saw(
        self, cluster: Cluster, near: Side, far: Side, host: Caller, circle: Circle
    ) -> None:
        far.hear()
        again, third = far.call(), near.call()
        again.send(again.papers.begin(Circle(circle.name, time=2)))
        third.send(third.papers.begin(Circle(circle.name, time=3)))
        near.store()
        cluster.settle()
        assert host.closed is Close.MEETING_OVER
        assert of_type(Done, third.news())
        assert refused(again.news()) == [Refusal.LOST_RACE]
        fresh = cluster.join()
        assert [*fresh.relay._world.meetings] == [Circle(circle.name, time=3).meeting]

    def test_the_same_beginning_at_two_relays_is_done_at_both(
        self, cluster: Cluster, near: Side, far: Side, circle: Circle
    ) -> None:
        hosts = [side.call() for side in (near, far)]
        hosts[0].send(hosts[0].papers.open(circle))
        cluster.settle()
        asked = [host.papers.begin(circle) for host in hosts]
        for host, begin in zip(hosts, asked, strict=True):
            assert not of_type(Done, host.send(begin)[1:])
        cluster.settle()
        for host, begin in zip(hosts, asked, strict=True):
            assert Done(begin.ref) in host.got

    def test_what_is_under_way_counts_against_the_quota(self, circle: Circle) -> None:
        cluster = Cluster(Limits(meeting_bytes=10 * ENTRY_COST))
        side = cluster.join()
        host = side.call()
        for frame in (host.papers.open(circle), host.papers.begin(circle)):
            host.send(frame)
            cluster.settle()
        host.attach(circle)
        host.news()
        answers = [refused(host.send(host.papers.append(f"{n}"))) for n in range(9)]
        assert answers[-1] == [Refusal.MEETING_FULL_OF_WORDS]
        side.give_up(comes_late=False)
        assert side.relay._world.asked_cost < 10 * ENTRY_COST
        cluster.settle()
        assert side.relay._world.asked_cost == 0

    def test_a_room_that_is_opened_again_and_again_fills_no_log(
        self, cluster: Cluster, near: Side, host: Caller, circle: Circle
    ) -> None:
        before = len(cluster.order)
        for _ in range(5):
            opening = host.papers.open(circle)
            assert host.send(opening) == [Done(opening.ref)]
        assert not near.waiting
        cluster.now += 20 * 60
        assert host.send(host.papers.open(circle)) == []
        cluster.settle()
        assert len(cluster.order) == before + 1


def test_a_code_keeps_no_more_rooms_when_two_relays_are_asked_in_the_same_instant(
    cluster: Cluster, near: Side, far: Side
) -> None:
    code = key("code")
    hosts = []
    for side, name in ((near, "one"), (far, "two")):
        side.relay.agree(Terms(rooms_are_open=False, codes={code.public: 1}))
        host = side.call()
        host.news()
        assert host.send(host.papers.open(Circle(name), code)) == []
        hosts.append(host)
    cluster.settle()
    first, second = (host.news() for host in hosts)
    assert of_type(Done, first)
    assert refused(second) == [Refusal.CODE_IN_USE]
    # Whoever hears the order anew judges alike.
    far.start()
    far.relay.agree(Terms(rooms_are_open=False, codes={code.public: 1}))
    again = far.call()
    again.send(again.papers.open(Circle("two"), code))
    cluster.settle()
    assert refused(again.got) == [Refusal.CODE_IN_USE]


def test_a_code_keeps_no_more_rooms_when_they_are_asked_for_at_once(near: Side) -> None:
    code = key("code")
    near.relay.agree(Terms(rooms_are_open=False, codes={code.public: 2}))
    host = near.call()
    host.news()
    asked = [host.papers.open(Circle(name), code) for name in ("one", "two", "two", "three")]
    answers = [refused(host.send(frame)) for frame in asked]
    assert answers == [[], [], [], [Refusal.CODE_IN_USE]]
    near.store()
    near.hear()
    assert near.relay.rooms_of(code.public) == 2


class TestUncertainty:
    def test_who_gets_no_answer_is_sent_away_and_asks_again(
        self, cluster: Cluster, near: Side, host: Caller, circle: Circle
    ) -> None:
        host.send(host.papers.append("perhaps"))
        near.give_up(comes_late=True)
        assert host.closed is Close.NOT_SAVING
        back = near.call()
        back.attach(circle)
        again = back.papers.append("perhaps")
        back.send(again)
        cluster.settle()
        heard = back.news()
        assert Ack(again.ref, 1) in heard
        assert of_type(Entry, heard) == [Entry(1, 0, False, b"perhaps")]

    def test_a_bundle_that_was_stored_without_an_answer_has_not_lost_against_itself(
        self, cluster: Cluster, near: Side, host: Caller, circle: Circle
    ) -> None:
        host.send(host.papers.bundle(circle, 0))
        near.give_up(comes_late=True)
        back = near.call()
        back.attach(circle)
        again = back.papers.bundle(circle, 0)
        back.send(again)
        cluster.settle()
        assert Ack(again.ref, 1) in back.news()

    def test_what_certainly_has_no_place_is_refused(self, near: Side, host: Caller) -> None:
        said = host.papers.append("full")
        host.send(said)
        ticket, _ = near.waiting.popleft()
        near.report(NotPlaced((ticket,), Refusal.NOT_SAVED))
        assert host.news() == [Refuse(said.ref, Refusal.NOT_SAVED)]
        # Told twice, as after a start anew, it changes nothing.
        near.report(GivenUp((ticket,)))
        assert host.closed is None

    def test_a_relay_that_is_cut_off_lets_everybody_go_and_nobody_in(
        self, cluster: Cluster, near: Side, host: Caller, circle: Circle
    ) -> None:
        near.report(CutOff())
        assert host.closed is Close.NOT_SAVING
        number = cluster.next_ref()
        effects = near.relay.connected(number, bytes(32), near.now)
        assert [type(effect).__name__ for effect in effects] == ["HangUp"]
        near.report(StartedAgain())
        assert near.relay.sizes == (0, 0, 0)
        near.heard, near.entries = 0, {}
        near.hear()
        near.report(Joined())
        assert of_type(Attached, near.call().attach(circle))


class TestTheLobby:
    @pytest.fixture
    def door(self, cluster: Cluster, host: Caller, circle: Circle) -> Caller:
        host.send(host.papers.invite(circle, FAR))
        cluster.settle()
        host.send(host.papers.watch(circle))
        host.news()
        return host

    def knocker(self, side: Side, circle: Circle) -> Caller:
        caller = side.call()
        caller.send(caller.papers.knock(circle))
        return caller

    def test_a_knock_is_heard_and_declined_at_another_relay(
        self, far: Side, door: Caller, circle: Circle
    ) -> None:
        newcomer = self.knocker(far, circle)
        assert of_type(Knocking, door.news())
        door.send(door.papers.decline())
        assert of_type(Declined, newcomer.news())

    def test_a_lost_knocker_who_comes_back_elsewhere_is_not_forgotten(
        self, cluster: Cluster, near: Side, far: Side, door: Caller, circle: Circle
    ) -> None:
        self.knocker(far, circle).hang_up()
        back = self.knocker(near, circle)
        for side in (far, near):
            cluster.now += 61
            side.perform(side.relay.tick(cluster.now))
        assert not of_type(KnockGone, door.news())
        door.send(door.papers.decline())
        assert of_type(Declined, back.news())

    def test_a_knocker_who_moves_while_the_first_connection_lives_is_one_person(
        self, cluster: Cluster, near: Side, far: Side, door: Caller, circle: Circle
    ) -> None:
        first, second = self.knocker(far, circle), far.call()
        second.send(second.papers.watch(circle, circle.slot(1)))
        back = self.knocker(near, circle)
        world = far.relay._world
        assert world.knock_count == 1
        assert world.connections[first.number].does_nothing
        first.hang_up()
        cluster.now += 61
        far.perform(far.relay.tick(cluster.now))
        assert not of_type(KnockGone, second.got)
        assert second.send(second.papers.decline())
        assert of_type(Declined, back.news())

    def test_a_lost_knocker_who_does_not_is_gone_everywhere(
        self, cluster: Cluster, far: Side, door: Caller, circle: Circle
    ) -> None:
        self.knocker(far, circle).hang_up()
        door.news()
        cluster.now += 61
        far.perform(far.relay.tick(cluster.now))
        assert door.news() == [KnockGone(id16("knock", "newcomer"))]
