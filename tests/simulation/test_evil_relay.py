"""A relay that lies, and people who do: each attack is noticed by whom it must be, in virtual time.

The lies are in liar.py, the false commits in false_commits.py; `./dev simulate` plays both over any
number of seeds. Where each attack on the list is tried, also outside of here: test_attacks_by_id.py.
"""

from dataclasses import replace

import pytest
from typing_extensions import override

from false_commits import FOR_ONE, REFUSED_BY_ALL, WRONG_KEY
from holdspace.client.seat.saying import NOT_ARRIVING
from holdspace.client.seat.sitting import Sitting
from holdspace.protocol import frames
from holdspace.protocol.mls import Add, Group, GroupContextExtensions, Proposal, Remove
from liar import LIES, Honest
from plan import ARRIVAL_SECONDS, Decision, Plan
from simulate import MENU, calm_plan, plan_of
from world import START, World

QUIET = Plan(seed=11, people=6, seconds=60.0, decisions=())


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_noticed_by_whoever_must_notice_in_time(lie: str) -> None:
    world = World(calm_plan(4, lie=lie))
    result = world.run()
    assert not result.law, result.words
    assert world.liar.began is not None
    assert result.reached[f"lie: {lie}"] == 1


def test_ev06_one_heartbeat_is_enough_without_a_word_said() -> None:
    world = World(replace(QUIET, lie="turn two around"))
    assert not world.run().law
    began = world.liar.began
    assert began is not None
    (victim,) = world.liar.must_notice(world)
    assert world.law.alarms[victim][0] - began <= 20


def test_a_lie_that_nobody_is_meant_to_miss_fails_when_it_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("holdspace.client.seat.reading.alarm", lambda seat, _words, _moment: seat)
    assert World(calm_plan(3, lie="leave one out")).run().law == "alarm"


class KeepsBack(Honest):
    """Show one side nothing of what the other says any more, from the middle of the meeting on."""

    is_honest = False
    since = 0.0

    @override
    def begin(self, world: World) -> None:
        self.since = world.scheduler.now

    def shows(self, wire, frame):  # type: ignore[explicit-override,no-untyped-def]
        return () if self.since and isinstance(frame, frames.Entry) else (frame,)


def test_ev07_who_is_shown_nothing_sees_in_45_seconds_that_nobody_confirms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(LIES, "keep back", KeepsBack)
    world = World(Plan(7, 4, 60.0, (Decision(30.5, "say", 1, 3),), lie="keep back"))
    seen: list[tuple[int, bool]] = []

    def look() -> None:
        for person in world.present:
            assert isinstance(person.machine, Sitting)
            view = person.machine.view()
            others = [one for one in view.people if not one.is_me]
            seen.append((len(others), all(one.is_away for one in others)))

    world.scheduler.at(START + 30.0 + 46.0, look)
    world.run()
    assert seen == [(3, True)] * 4
    said = [notice.words for person in world.people for notice in person.notices]
    assert NOT_ARRIVING in said


@pytest.mark.parametrize("kind", [REFUSED_BY_ALL, FOR_ONE, WRONG_KEY])
def test_ml07_ml08_after_a_false_commit_all_converge_or_are_told_to_knock(kind: str) -> None:
    plan = calm_plan(4)
    world = World(replace(plan, decisions=(*plan.decisions, Decision(30.0, kind, 1, 4))))
    result = world.run()
    assert not result.law, result.words
    assert result.reached[kind] == 1


def test_ml02_a_members_commit_is_refused_by_all_alike_though_the_relay_takes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("holdspace.server.meetings._check_bundle", lambda *_: None)
    monkeypatch.setattr("false_commits._may", lambda _seat: True)
    world = World(replace(QUIET, decisions=(Decision(30.0, REFUSED_BY_ALL, 3, 1),)))
    world.tries_as_member = True
    result = world.run()
    assert not result.law, result.words
    assert result.reached[REFUSED_BY_ALL] == 1
    honest = [one for one in world.people if one.is_honest]
    assert {one.name for one in honest} <= set(world.law.alarms)


@pytest.mark.parametrize("kind", ["add", "remove", "extensions"])
def test_ml01_a_members_proposal_silences_nobody(kind: str) -> None:
    world = World(Plan(9, 5, 30.0, (Decision(40.0, "say", 1, 5),)), is_real=True)

    def propose() -> None:
        person = next(one for one in world.present if one is not world.host)
        seat = person.seat
        assert seat is not None
        assert person.wire is not None
        body = made(kind, seat.group)
        proposed = seat.group.propose(Proposal.of(body), random=world.nonce)
        person.wire.send(frames.Append(2**31, world.nonce(16), seat.group.epoch, proposed.message))
        person.is_honest = False

    def made(kind: str, group: Group) -> Add | Remove | GroupContextExtensions:
        if kind == "remove":
            return Remove(group.members[0].leaf_index)
        if kind == "extensions":
            return GroupContextExtensions(group.extensions)
        return Add(world.spare_package())

    world.scheduler.at(START + ARRIVAL_SECONDS + 3, propose)
    result = world.run()
    assert not result.law, result.words
    assert not world.law.alarms
    speaker, text, _ = world.said[0]
    for person in world.present:
        if person.is_honest:
            assert text in [passage.text for passage in person.transcript], (speaker, person.name)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_ev09_half_an_hour_of_loss_and_reconnecting_raises_no_alarm(seed: int) -> None:
    plan = plan_of(900 + seed, seconds=1800.0)
    breaks = {"drop", "delay", "half-open socket", "one-way partition"}
    may_be = {*breaks, *MENU.acts}
    decisions = tuple(
        one
        for one in plan.decisions
        if one.what in may_be and (one.what in breaks or one.salt % 4 == 0)
    )
    world = World(replace(plan, decisions=decisions))
    result = world.run()
    assert not result.law, result.words
    assert result.reached["drop"] > 5
    assert len(world.present) > 3
    assert result.entries > 1000
