"""How an evening is led, and what stays with oneself: rows M11 to M16, M29 and M33."""

import re
from pathlib import Path

import pytest

from holdspace.client.keeping import Keeper
from holdspace.client.library import read_flow
from holdspace.client.vault import LEAST_COST, Vault
from holdspace.protocol.meeting.flow import parse_flow, timetable
from hostile_text import HOSTILE, is_forbidden
from plain_people import Evening, Person, contents

HOST, MARA, JON = "Ottilie", "Marabelle", "Jonquille"
STAGES = parse_flow(read_flow("intro-60.en")).stages
TITLES = [stage.title for stage in STAGES]


async def go_on(evening: Evening, leader: Person, number: int) -> None:
    """Lead to the stage with this number, from 1, by the one key; a stage of two parts takes it twice."""
    if number > 1 and STAGES[number - 2].then:
        leader.type("/next")
        await evening.settled()
    leader.type("/next")


async def test_m11_a_flow_is_led_from_end_to_end_and_everybody_is_at_the_same_stage_and_time(
    evening: Evening,
) -> None:
    host, *_ = people = await evening.circle(HOST, MARA, JON)
    for number, title in enumerate(TITLES, 1):
        await go_on(evening, host, number)
        await evening.all_hear(f"^stage: {number} of {len(TITLES)}, {re.escape(title)}")
        await evening.pass_time(20)
        stages = {(await person.ask("/where", "stage:"))[0] for person in people}
        clocks = {(await person.ask("/time", "time:"))[0] for person in people}
        assert len(stages) == len(clocks) == 1
    # The run sheet says what comes next, and leads back and to any stage.
    assert (await host.ask("/sheet", "sheet:"))[-1].startswith("sheet: This is the last stage.")
    for command in ("/back", "/stage 3"):
        host.type(command)
        await evening.settled()
    assert {person.view.stage and person.view.stage.title for person in people} == {"Try the room"}


@pytest.mark.parametrize(
    ("flow", "minutes"),
    [("intro-60.en", 60), ("intro-45.en", 45), ("weekly-60.en", 60), ("skills-20.en", 20)],
)
@pytest.mark.parametrize("people", [5, 8, 12])
def test_m12_every_shipped_flow_fits_its_time(flow: str, minutes: int, people: int) -> None:
    parsed = parse_flow(read_flow(flow))
    here = min(people, parsed.group.max)
    total = sum(slot.seconds for slot in timetable(parsed, here)) / 60
    assert abs(total - minutes) <= minutes / 10


async def test_m15_breathing_is_at_ones_own_pace_and_every_way_out_of_it_sends_nothing(
    evening: Evening,
) -> None:
    host, mara = await evening.circle(HOST, MARA)
    host.type("/stage 6")
    await evening.all_hear("^stage: 6 of 10")
    await evening.settled()
    assert mara.seat
    written = mara.seat.position.seq, mara.seat.counter
    mara.type("/practice breath")
    await mara.expect("^practice: .*Stop or switch|^practice: .*Light-headed")
    mara.type("g")
    await mara.expect("^practice: .*see")
    mara.type("")
    await mara.expect("^practice: .*touch")
    mara.type("r")
    await mara.expect("^practice: Rest, as you are")
    mara.type("x")
    await evening.settled()
    assert (mara.seat.position.seq, mara.seat.counter) == written


async def test_m16_a_goal_card_asks_to_shrink_and_outlives_the_program_encrypted(
    evening: Evening, tmp_path: Path, relay_data: Path
) -> None:
    file, passphrase = tmp_path / "notebook", "heron over quiet water"
    keeper = Keeper(Vault.create(file, passphrase, LEAST_COST))
    await evening.opens(HOST)
    mara = await evening.comes(MARA, keeper)
    before = mara.seat.counter if mara.seat else 0
    mara.type("/goal", "walk to the lake", "ten minutes", "after lunch", "three times", "5")
    await mara.expect("5 of 10. Would it feel surer smaller, fewer, or different")
    mara.type("s", "five minutes", "8", "n")
    await evening.settled()
    assert keeper.notebook.plans[0].how_much == "five minutes"
    assert mara.seat
    assert mara.seat.counter == before
    keeper.close()
    kept = [file.read_bytes(), *contents(relay_data).values()]
    assert not [data for data in kept if b"lake" in data]
    again = Vault.open(file, passphrase)
    again.close()
    assert [(plan.what, plan.sure) for plan in again.read().plans] == [("walk to the lake", 8)]


async def test_m29_a_whole_session_in_plain_lines_draws_nothing_and_moves_no_cursor(
    evening: Evening,
) -> None:
    people = await evening.circle(HOST, MARA, JON)
    host, mara, jon = people
    for number, title in enumerate(TITLES, 1):
        await go_on(evening, host, number)
        await evening.all_hear(f"^stage: .*{re.escape(title)}")
        for person in (mara, jon):
            person.type(
                "/help", "/what", "/queue", "/who", "/agenda", f"Mine, at {title}.", "/pass"
            )
        host.type("/sheet", "/door", "/help", "/readon", "/release", "/readon")
        await evening.settled()
    host.type("/close", "y")
    for person in people:
        assert await person.ends() == 0
    for line in (line for person in people for line in person.said):
        assert not is_forbidden(line)
        assert not re.search("[\u2500-\u259f\u2800-\u28ff]", line), line
        # A line says first who speaks; a code, the agreements and one's own words that were not sent stand
        # alone, to be copied and counted.
        begins = (
            r"[\w' ]+:|\d\. |\d+ (person|people) |Type |What |One line |Leave |Close |Mine, at "
        )
        assert re.match(begins, line), line


async def test_s23_two_people_meet_before_the_first_group(evening: Evening) -> None:
    host, mara = await evening.circle(HOST, MARA, flow="meet-15.en")
    titles = [stage.title for stage in parse_flow(read_flow("meet-15.en")).stages]
    for title in titles:
        host.type("/next")
        await evening.all_hear(f"^stage: .*{re.escape(title)}")
        if mara.view.can_write:
            mara.type(f"My words, at {title}.")
            await host.expect(f"^{MARA}: My words, at {re.escape(title)}")
    assert host.shares("My words")
    host.type("/close", "y")
    for person in evening.people:
        assert await person.ends() == 0


async def test_m33_text_that_would_command_a_terminal_is_only_text(evening: Evening) -> None:
    host, mara = people = await evening.circle(HOST, MARA)
    host.type("/mode open")
    await evening.settled()
    for evil in HOSTILE:
        # A keyboard gives what is text at all, line by line.
        words = evil.encode(errors="replace").decode().replace("\n", " ")
        mara.type(f"/raise {words}.", f"before {words} after")
        await evening.pass_time(3)
    # Around what is taken away, everything else of every text arrived.
    assert len(host.shares("(?s)^before.*after$")) == len(HOSTILE)
    for line in (line for person in people for line in person.said):
        assert not is_forbidden(line)
