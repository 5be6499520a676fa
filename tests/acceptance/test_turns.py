"""Who speaks when: rows M3 to M10, M21 and M31 of the product's table, by people in plain lines."""

import pytest

from plain_people import Evening, Person

HOST, MARA, JON, TOMI, LEA = "Ottilie", "Marabelle", "Jonquille", "Tomi", "Lea"
HANDS, ROUND, GATHER = "/stage 7", "/stage 9", "/stage 5"


async def has_floor(person: Person, name: str) -> None:
    await person.until(lambda view: view.floor and view.floor.name == name, f"{name} at turn")


async def queues(people: list[Person]) -> list[list[str]]:
    """Return what /queue tells each of them, without their own place."""
    return [await person.ask("/queue", "queue:") for person in people]


async def test_m03_hands_are_in_one_order_for_everybody_and_for_who_comes_after(
    evening: Evening,
) -> None:
    people = await evening.circle(HOST, MARA, JON, TOMI, LEA)
    people[0].type(HANDS)
    await evening.all_hear("^stage: 7 of 10")
    for person in people:
        person.type("/raise")
    await evening.settled()
    late = await evening.comes("Latisha")
    first, *others = await queues([*people, late])
    assert len([line for line in first if line[:8] in {f"queue: {n}" for n in (1, 2, 3, 4)}]) == 4
    assert all(other == first for other in others)


async def test_m04_ones_place_is_told_and_ones_turn_rings_once(evening: Evening) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type(HANDS)
    await evening.all_hear("^stage: 7 of 10")
    for person in (host, jon, mara):
        person.type("/raise")
        await evening.settled()
    assert (await mara.ask("/queue", "you:"))[-1] == "you: You are number 2 of 2."
    host.type("Some words.")
    await has_floor(jon, JON)
    host.type("/readon")
    await evening.settled()
    bells = mara.keyboard.bells
    jon.type("The sea.")
    await mara.expect("^turn: You have the floor")
    await evening.pass_time(60)
    assert mara.keyboard.bells == bells + 1
    assert len(mara.matching("^turn: You have the floor")) == 1


async def test_m05_hands_go_down_later_and_to_the_front_and_all_of_them_come_back(
    evening: Evening,
) -> None:
    host, mara, jon, tomi, lea = await evening.circle(HOST, MARA, JON, TOMI, LEA)
    host.type(HANDS, "/order first-come")
    await evening.settled()
    for person in (host, mara, jon, tomi, lea):
        person.type("/raise")
        await evening.settled()

    async def order() -> list[str]:
        await evening.settled()
        for person in evening.people:
            assert [h.person.name for h in person.view.hands] == [
                h.person.name for h in host.view.hands
            ]
        return [hand.person.name for hand in lea.view.hands]

    assert await order() == [MARA, JON, TOMI, LEA]
    mara.type("/later")
    assert await order() == [JON, TOMI, LEA, MARA]
    jon.type("/lower")
    assert await order() == [TOMI, LEA, MARA]
    host.type(f"/lowerfor {TOMI}")
    assert await order() == [LEA, MARA]
    host.type(f"/first {MARA}")
    assert await order() == [MARA, LEA]
    host.type("/lowerall")
    assert await order() == []
    await evening.pass_time(9)
    host.type("/handsup")
    assert await order() == [MARA, LEA]
    host.type(f"/lastword {JON}")
    assert await order() == [MARA, LEA, JON]
    tomi.type("/raise")
    assert await order() == [MARA, LEA, JON]
    assert "queue: No more hands are taken for now." in await lea.ask("/queue", "queue:")


async def test_m06_being_asked_to_speak_needs_a_yes_and_a_no_is_nobodys_business(
    evening: Evening,
) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type(HANDS, f"/ask {MARA}", f"/ask {JON}")
    await mara.expect("would like to speak")
    await jon.expect("would like to speak")
    before = len(jon.said)
    mara.type("/no")
    await evening.settled()
    assert mara.view.floor is None
    assert not [line for line in jon.said[before:] if MARA in line]
    assert host.matching(f"{MARA} would rather not")
    jon.type("/yes")
    await has_floor(mara, JON)


async def test_m07_going_around_everybody_is_offered_a_turn_and_passers_another(
    evening: Evening,
) -> None:
    names = [HOST, MARA, JON, TOMI, LEA, "Ines", "Bo", "Sol"]
    people = await evening.circle(*names)
    by_name = dict(zip(names, people, strict=True))
    by_name[HOST].type(ROUND)
    await evening.all_hear("^stage: 9 of 10")
    await by_name["Sol"].vanish()
    evening.people.remove(by_name["Sol"])
    offered: list[str] = []
    for _ in range(12):
        await evening.settled()
        floor = by_name[HOST].view.floor
        if floor is None:
            break
        offered.append(floor.name)
        if floor.name == "Sol":
            by_name[HOST].type("/onward")
        elif floor.name in {JON, LEA} and offered.count(floor.name) == 1:
            by_name[floor.name].type("/pass")
        else:
            by_name[floor.name].type(f"{floor.name} was here.")
            await evening.settled()
            by_name[HOST].type("/readon")
    once, again = offered[:8], offered[8:]
    assert sorted(once) == sorted(names)
    assert sorted(again) == [JON, LEA, "Sol"]
    await by_name[MARA].expect("^turn: The round is complete")


async def test_m08_gathered_words_stay_here_until_they_are_released_and_come_in_one_order(
    evening: Evening,
) -> None:
    host, mara, jon = people = await evening.circle(HOST, MARA, JON)
    host.type(GATHER)
    await evening.all_hear("^stage: 5 of 10")
    mara.type("Mine is ready.")
    await mara.expect("^you: ready. Everybody: 1 writing, 1 ready.")
    jon.type("Mine too.")
    await jon.expect("^you: ready. Everybody: 2 ready.")
    await evening.pass_time(30)
    assert not host.shares("ready|too")
    assert not mara.shares("too")
    host.type("/release together")
    await evening.settled()
    assert sorted(host.shares()) == [f"{JON}: Mine too.", f"{MARA}: Mine is ready."]
    for person in people:
        assert person.shares() == host.shares()


async def test_m09_only_who_has_the_floor_is_read_and_the_others_nod(evening: Evening) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type(HANDS)
    jon.type("/raise")
    await has_floor(mara, JON)
    mara.type("I wanted to say this.")
    await mara.expect("^room: Somebody else has the floor")
    await mara.expect("^draft: Your words are kept")
    mara.type("/draft")
    await mara.expect("^draft: I wanted to say this.")
    jon.type("The sea helps.")
    await evening.settled()
    mara.type("/metoo")
    host.type("/nod")
    await evening.pass_time(7)
    assert jon.matching("^room: 2 nods for you: I hear you 1, me too 1.")
    assert not jon.matching(f"{MARA}.*me too")
    assert not host.shares("wanted")


async def test_m10_time_is_soft_told_thrice_and_given_ten_times_over(evening: Evening) -> None:
    host, mara = await evening.circle(HOST, MARA)
    # Six minutes, in silence; then time is over, and nothing ends by itself.
    host.type("/stage 2")
    await evening.all_hear("^stage: 2 of 10")
    await evening.pass_time(6 * 60 + 30)
    told = mara.matching("^time:")
    assert [line.split()[1] for line in told] == ["Half", "About", "The"]
    assert mara.view.stage is not None
    assert mara.view.stage.title == "Agreements"
    mara.type("/raise")
    host.type("/mode hands")
    await has_floor(mara, MARA)
    mara.type("After the time.")
    await evening.settled()
    assert host.shares() == [f"{MARA}: After the time."]
    before = mara.view.stage_seconds
    for _ in range(11):
        host.type("/more")
        await evening.settled()
    assert mara.view.stage_seconds == before + 11 * 60


async def test_m21_two_facilitators_who_go_on_at_once_go_on_once(evening: Evening) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type("/stage 1", f"/promote {MARA}", "y")
    await mara.until(lambda view: view.is_facilitator, "Mara facilitates")
    await evening.settled()
    # Both before either has read the other's: whoever is second is told.
    host.type("/next")
    mara.type("/next")
    await evening.settled()
    assert [person.view.stage and person.view.stage.title for person in evening.people] == [
        "Agreements"
    ] * 3
    assert len(host.matching("[Aa]lready moved on") + mara.matching("[Aa]lready moved on")) == 1
    assert not jon.matching("[Aa]lready moved on")


@pytest.mark.parametrize(
    ("command", "question"),
    [
        (f"/remove {MARA}", f"^why: Why is {MARA} removed"),
        ("/close", "^Close the meeting"),
        ("/leave", "^Leave this meeting"),
    ],
)
async def test_m31_what_cannot_be_undone_is_asked_first(
    evening: Evening, command: str, question: str
) -> None:
    host, mara = await evening.circle(HOST, MARA)
    host.type(command)
    await host.expect(question)
    host.type("n")
    await host.expect("^room: Nothing was done.")
    await evening.settled()
    assert [person.name for person in mara.view.people] == [HOST, MARA]


async def test_m31_what_can_be_undone_is_undone_within_ten_seconds(evening: Evening) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type(HANDS)
    for person in (mara, jon):
        person.type("/raise")
        await evening.settled()
    mara.type("/pass")
    await has_floor(mara, JON)
    mara.type("/undo")
    await has_floor(host, MARA)
    host.type("/lowerall")
    await evening.settled()
    assert not jon.view.hands
    await evening.pass_time(9)
    host.type("/undo")
    await evening.settled()
    assert [hand.person.name for hand in jon.view.hands] == [JON]
    host.type("/next")
    await evening.settled()
    host.type("/undo")
    await evening.settled()
    assert mara.view.stage
    assert mara.view.stage.title == "What helps a little"
    assert mara.view.floor
    assert mara.view.floor.name == MARA
