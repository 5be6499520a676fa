"""When it is hard: rows M19, M20, M22, M25, M26 and M32, by people in plain lines at a real relay."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdspace.client.seat.view import Connection
from plain_people import Evening, Person
from relay_process import RelayProcess

HOST, MARA, JON, TOMI = "Ottilie", "Marabelle", "Jonquille", "Tomi"
HANDS = "/stage 7"
TWELVE = (HOST, MARA, JON, TOMI, "Lea", "Ines", "Bo", "Sol", "Ada", "Rui", "Kim", "Noor")


async def keeps(person: Person, words: str) -> None:
    """Insist that these words were not sent, and are still there."""
    person.type("/draft")
    await person.expect(f"^draft: {words}")


async def test_m19_the_last_facilitator_is_gone_and_the_room_holds_until_they_are_back(
    evening: Evening,
) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type(HANDS)
    mara.type("/raise")
    await mara.until(lambda view: view.floor and view.floor.is_me, "the floor")
    await evening.settled()
    host.cut()
    await evening.pass_time(25)
    for person in (mara, jon):
        assert person.view.is_held
        assert (
            len(person.matching("^room: The room is on hold: no facilitator can be reached")) == 1
        )
    mara.type("Is anybody there?")
    await mara.expect("^draft: Your words are kept")
    assert not jon.shares("anybody")
    host.mend()
    await host.expect("^notice: You were away, and nobody led")
    await evening.pass_time(2)
    assert all(person.view.is_held for person in evening.people)
    host.type("/resume")
    await mara.until(lambda view: not view.is_held, "the room goes on")
    await keeps(mara, "Is anybody there")
    mara.type("/send")
    await jon.expect(f"^{MARA}: Is anybody there")


async def test_m19_one_key_holds_the_room_and_nobody_can_post(evening: Evening) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type("/mode open", "/hold")
    await evening.settled()
    mara.type("Can I still write?")
    await mara.expect("^draft: Your words are kept")
    host.type("I am pausing us.")
    await jon.expect(f"^{HOST}: I am pausing us")
    host.type("/resume")
    await mara.until(lambda view: view.can_write, "writing")
    assert not jon.shares("still")
    await keeps(mara, "Can I still write")


async def test_m20_who_was_away_for_three_minutes_has_the_same_place_and_the_same_words(
    evening: Evening,
) -> None:
    people = await evening.circle(HOST, MARA, JON, TOMI)
    host, mara, jon, tomi = people
    host.type(HANDS)
    for person in people:
        person.type("/raise")
        await evening.settled()
    words = "Half a sentence, with \u00fcn\u00efc\u00f6de \u2602 in it"
    jon.type(words)
    await jon.expect("^draft: Your words are kept")
    jon.cut()
    await evening.pass_time(3 * 60)
    assert [hand.person.name for hand in host.view.hands] == [MARA, JON, TOMI]
    assert next(one for one in tomi.view.people if one.name == JON).is_away
    jon.mend()
    await jon.expect("^room: Connected again")
    await evening.pass_time(2)
    assert [hand.person.name for hand in jon.view.hands] == [MARA, JON, TOMI]
    assert jon.view.me
    assert jon.view.me.place_in_queue == 2
    await keeps(jon, words)
    assert not mara.shares("sentence")


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[RelayProcess]:
    """A relay that one test kills."""
    with RelayProcess("--port", "0", "--data", tmp_path) as process:
        yield process


async def test_m20_a_killed_relay_gives_twelve_people_back_their_places(
    mortal: RelayProcess, tmp_path: Path
) -> None:
    evening = Evening(mortal.url)
    people = await evening.circle(*TWELVE)
    host, _, jon, *_ = people
    host.type(HANDS)
    await evening.settled()
    for person in people[:5]:
        person.type("/raise")
        await evening.settled()
    jon.type("Mine waits for its turn.")
    await jon.expect("^draft: Your words are kept")
    before = [await person.ask("/queue", "queue:") for person in people]
    port = mortal.url.rpartition(":")[2]
    mortal.kill()
    for person in people:
        await person.until(lambda view: view.connection is Connection.LOST, "the loss")
    with RelayProcess("--port", port, "--data", tmp_path):
        for person in people:
            await person.until(lambda view: view.connection is Connection.CONNECTED, "the relay")
        await evening.settled()
        assert [await person.ask("/queue", "queue:") for person in people] == before
        assert {person.view.stage and person.view.stage.title for person in people} == {
            "What helps a little"
        }
        await keeps(jon, "Mine waits for its turn")
        host.type("The sea.")
        for person in people[1:]:
            await person.expect(f"^{HOST}: The sea")
        await evening.close()


async def test_m22_pausing_folding_and_taking_back_are_told_and_can_be_undone(
    evening: Evening,
) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type("/mode open", f"/pause {MARA}")
    await host.expect("^why: ")
    host.type("3")
    await mara.expect("Please leave out medicine")
    mara.type("Let me.")
    await keeps(mara, "Let me")
    host.type(f"/letwrite {MARA}")
    await mara.until(lambda view: view.can_write, "writing")
    mara.type("A name that is not mine to say.")
    await jon.expect(f"^{MARA}: A name")
    host.type("/fold a third person")
    await evening.settled()
    assert "a third person" in (await jon.ask("/repeat 1", MARA))[0]
    assert [line for line in await jon.ask("/unfold", MARA) if "not mine to say" in line]
    mara.type("/takeback", "y")
    await evening.settled()
    assert not jon.shares("not mine to say")
    # Everybody can read who did what, and nothing of what was said.
    log = await jon.ask("/log", "log:")
    assert [line for line in log if HOST in line]
    assert not [line for line in log if "mine" in line]


async def test_m22_a_nudge_and_the_way_back_to_the_door_are_between_two_people(
    evening: Evening,
) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type("/mode open", f"/nudge {MARA} A little shorter, please")
    await mara.expect("A little shorter, please")
    host.type(f"/sendback {MARA}")
    await host.expect("^why: ")
    host.type("Rest a moment, then come back.")
    await evening.pass_time(8)
    if host.matching("^Ask Marabelle back"):
        host.type("y")
    await mara.expect("Rest a moment, then come back")
    await evening.pass_time(8)
    assert [person.name for person in jon.view.people] == [HOST, JON]
    assert not [line for line in jon.said if "shorter" in line or "Rest a moment" in line]
    assert [line for line in await jon.ask("/log", "log:") if MARA in line]


async def test_m25_the_card_for_hard_moments_opens_anywhere_and_sends_nothing(
    evening: Evening,
) -> None:
    host = await evening.opens(HOST)
    mara = evening.sits(MARA, await evening.visit())
    await mara.expect("Type y to accept")
    mara.type("/support")
    await mara.expect("^support: Nothing was sent by opening this")
    mara.type("y")
    await mara.expect("What shall people here call you")
    mara.type(MARA, "")
    await host.expect("^door:")
    host.type("/admit")
    await mara.expect("^room: This is ")
    host.type("/mode open", "/hold")
    await evening.settled()
    assert mara.seat
    before = mara.seat.counter
    mara.type("/support")
    await mara.expect("^support: If you or someone is in danger now")
    mara.cut()
    await mara.until(lambda view: view.connection is Connection.LOST, "the loss")
    mara.type("/support")
    await mara.expect("^support: If you or someone is in danger now")
    assert mara.seat.counter == before
    mara.mend()
    host.type("/resume")
    await mara.until(lambda view: view.can_write, "writing")
    mara.type("Still here.")
    await host.expect(f"^{MARA}: Still here")


async def test_m32_a_flood_is_slowed_and_nothing_of_it_is_lost(evening: Evening) -> None:
    host, mara = await evening.circle(HOST, MARA)
    host.type("/mode open")
    await mara.until(lambda view: view.can_write, "writing")
    pasted = [f"Line {number} of a paste." for number in range(200)]
    mara.type(*pasted)
    await evening.pass_time(9)
    assert host.shares() == [f"{MARA}: {line}" for line in pasted[:5]]
    # Told once, not 195 times; and every line of the rest is there.
    assert len(mara.matching("^room: That is many messages at once")) == 1
    mara.type("/draft")
    await mara.expect("^draft: /send")
    assert mara.matching("^draft: Line") == [f"draft: {line}" for line in pasted[5:]]


async def test_m32_what_is_too_long_for_one_share_is_kept_whole(evening: Evening) -> None:
    host, mara = await evening.circle(HOST, MARA)
    host.type("/mode open")
    await mara.until(lambda view: view.can_write, "writing")
    words = "word " * 2_000
    mara.type(words)
    await mara.expect("^room: That is longer than one share can be")
    mara.type("/draft")
    await mara.expect(f"^draft: {words.strip()}$")
    assert not host.shares("word")
