"""The time-drift helper: who is late learns by how much, and what could give way (S7)."""

import pytest
from msgspec import structs

from holdspace.client.library import read_flow
from holdspace.client.seat import drift
from holdspace.client.seat import intents as i
from holdspace.client.seat.view import Refusal
from holdspace.protocol.meeting.flow import Flow
from holdspace.protocol.meeting.flow import read_flow as parsed
from holdspace.protocol.meeting.state import MeetingState, Person
from meeting_room import identity
from seat_table import Table


def meeting(people: int, stage: int) -> tuple[MeetingState, Flow]:
    toml = read_flow("intro-60")
    names = [f"P{at}" for at in range(people)]
    state = MeetingState(
        people=tuple(Person(identity(name), name) for name in names), flow_toml=toml, stage=stage
    )
    return state, parsed(toml)


def on_plan(state: MeetingState) -> float:
    return float(sum(state.seconds_of(at) for at in range(state.stage)))


def test_on_time_nothing_is_proposed() -> None:
    state, flow = meeting(8, 3)
    assert drift.foresee(state, flow, elapsed=on_plan(state), in_stage=0).plan == ()


@pytest.mark.parametrize("minutes", [6, 12, 40])
def test_the_later_it_is_the_more_gives_way_and_never_the_closing(minutes: int) -> None:
    state, flow = meeting(8, 3)
    late = drift.foresee(state, flow, elapsed=on_plan(state) + 60 * (minutes + 3), in_stage=0)
    assert late.late >= 60 * minutes
    assert late.plan
    for at, seconds in late.plan:
        assert at > state.stage
        assert flow.stages[at].kind not in {"closing", "agreement"}
        assert seconds == 0 or 60 <= seconds < state.seconds_of(at)
        assert seconds or flow.stages[at].optional
    first = flow.stages[late.plan[0][0]].drop_order
    assert first == min(s.drop_order for s in flow.stages[4:] if s.drop_order)


def test_only_a_yes_changes_the_plan_and_everybody_has_it(table: Table) -> None:
    ana = table.host(flow=read_flow("intro-60"))
    ben = table.join("Ben", ana)
    table.do(ana, i.NextStage())
    assert table.do(ana, i.KeepTheTime()) == drift.ON_TIME
    assert ana.view.drift_words == ""
    # Two people need much less than an hour, so it takes a while to be late.
    table.now += 45 * 60
    table.wait(1)
    assert ana.view.drift_words.startswith("About ")
    assert "No share is cut." in ana.view.drift_words
    assert ben.view.drift_words == ""
    assert isinstance(table.do(ben, i.KeepTheTime()), Refusal)
    table.do(ana, i.KeepTheTime())
    assert [s.minutes for s in ana.view.stages] == [s.minutes for s in ben.view.stages]
    left_out = [at for at, s in enumerate(ben.view.stages) if s.title.endswith("(left out)")]
    assert left_out
    # Going on steps over what is left out, and the closing is still there.
    for _ in range(len(ana.view.stages)):
        table.do(ana, i.NextStage())
        current = next(at for at, s in enumerate(ana.view.stages) if s.is_current)
        assert current not in left_out
    assert any(s.is_current for s in ben.view.stages[-2:])
    assert "Ana shortened stages that are still to come." in [one.words for one in ben.view.log]


def test_what_is_as_short_as_it_can_be_is_not_proposed() -> None:
    state, flow = meeting(8, 3)
    later = range(state.stage + 1, len(flow.stages))
    shortest = tuple((at, drift.SHORTEST_STAGE) for at in later)
    planned = structs.replace(state, replanned=shortest)
    late = drift.foresee(planned, flow, elapsed=on_plan(state) + 60 * 90, in_stage=0)
    # A minute is the least a stage has, unless the flow lets all of it go.
    assert late.plan
    assert {seconds for _, seconds in late.plan} == {0}
    assert all(flow.stages[at].optional for at, _ in late.plan)
