"""Who is let in, who leads, and what nobody else learns: rows M1, M2, M13, M17, M18, M23 and M24."""

import os
from pathlib import Path

import pytest

from plain_people import ROOM, Evening, Person, contents
from process_memory import can_read_memory, memory_holds
from relay_process import RelayProcess

HOST, MARA, JON = "Ottilie", "Marabelle", "Jonquille"
CANARY = "quagmire-canary"


async def test_m01_the_relay_keeps_no_word_no_name_and_no_stage(
    evening: Evening, relay: RelayProcess, relay_data: Path
) -> None:
    host, mara, jon = await evening.circle(HOST, MARA, JON)
    host.type("/stage 7")
    mara.type(f"/raise about {CANARY}")
    await mara.until(lambda view: view.floor and view.floor.is_me, "the floor")
    mara.type(f"A share. {CANARY}")
    await evening.settled()
    assert jon.shares(CANARY)
    secrets = [word.encode() for word in (CANARY, HOST, MARA, JON, ROOM, "What helps a little")]
    kept = contents(relay_data)
    assert kept
    assert not [(name, word) for name, data in kept.items() for word in secrets if word in data]
    if can_read_memory(relay.pid):
        assert not memory_holds(relay.pid, secrets)
        assert memory_holds(os.getpid(), secrets)


async def test_m02_new_keys_when_somebody_comes_and_when_somebody_is_removed(
    evening: Evening,
) -> None:
    host, mara = await evening.circle(HOST, MARA)
    host.type("/mode open", f"Before. {CANARY}")
    await evening.settled()
    late = await evening.comes("Latisha")
    epoch = late.seat.group.epoch if late.seat else 0
    host.type(f"/remove {MARA}", "y")
    await mara.expect("You are no longer a member of this meeting")
    assert await mara.ends() == 0
    host.type(f"After. {CANARY}")
    await late.expect(f"^{HOST}: After")
    assert late.seat
    assert late.seat.group.epoch == epoch + 1
    assert late.shares(CANARY) == [f"{HOST}: After. {CANARY}"]
    assert not mara.shares("After")


async def test_m13_nobody_has_keys_before_they_accepted_what_was_shown(evening: Evening) -> None:
    host = await evening.opens(HOST)
    guest = evening.sits(MARA, await evening.visit())
    await guest.expect("^7. If someone may be in danger")
    await guest.expect("Type y to accept")
    guest.type("Let me in anyway", "/raise")
    await evening.pass_time(5)
    assert guest.seat is None
    assert not host.view.knocks
    guest.type("y")
    await guest.expect("What shall people here call you")
    assert not host.view.knocks
    guest.type(MARA, "")
    await host.expect(f"^door: {MARA} is at the door")
    host.type("/admit")
    await guest.expect("^room: This is ")
    # Declining is an answer, too.
    other = evening.sits(JON, await evening.visit())
    await other.expect("Type y to accept")
    other.type("q")
    assert await other.ends() == 0
    assert not host.matching(f"door: {JON}")


async def test_m13_who_only_reads_today_is_passed_by_until_they_return(evening: Evening) -> None:
    host = await evening.opens(HOST)
    guest = evening.sits(MARA, await evening.visit())
    await guest.expect("r to accept and only read today")
    guest.type("r", MARA, "")
    await host.expect(f"^door: {MARA} is at the door")
    host.type("/admit")
    await guest.expect("^notice: You only read today")
    await guest.expect("^room: This is ")
    await evening.pass_time(2)
    await host.expect(f"^notice: {MARA} rests")
    host.type("/mode round", "/queue")
    await evening.settled()
    assert not [line for line in await host.ask("/queue", "queue:") if "still to come" in line]
    guest.type("/return")
    await host.expect(f"^notice: {MARA} is back from resting")


async def test_m17_before_the_door_is_opened_one_learns_the_card_and_no_more(
    evening: Evening,
) -> None:
    host, _mara = await evening.circle(HOST, MARA)
    host.type("/next")
    await host.expect("^stage: 1 of 10")
    guest = await evening.knocks(JON, about="First time")
    await host.expect(f'^door: {JON} is at the door: "First time"')
    await evening.pass_time(30)
    heard = "\n".join(guest.said)
    assert ROOM in heard
    assert HOST in heard
    assert not [secret for secret in (MARA, "Welcome", "Introductory") if secret in heard]
    host.type("/decline")
    await guest.expect("^room: ")
    assert await guest.ends() == 0
    assert [person.name for person in host.view.people] == [HOST, MARA]


async def test_m18_co_facilitators_lead_as_the_host_does_and_everybody_sees_who_they_are(
    evening: Evening,
) -> None:
    host, mara, jon = people = await evening.circle(HOST, MARA, JON)
    host.type(f"/promote {MARA}", "y")
    await mara.until(lambda view: view.is_facilitator, "Mara facilitates")
    await evening.settled()
    for person in people:
        roles = {one.name: one.role.value for one in person.view.people}
        assert roles == {HOST: "host", MARA: "co-facilitator", JON: "member"}
    mara.type("/stage 7")
    await evening.all_hear("^stage: 7 of 10")
    mara.type(f"/remove {JON}", "y")
    await jon.expect("You are no longer a member")
    # Hand over and back: the badge follows the host's signature, everywhere.
    host.type(f"/demote {MARA}")
    await mara.until(lambda view: not view.is_facilitator, "Mara is a member again")
    mara.type("/next")
    await mara.expect("^room: .*facilitator")


async def test_m18_a_co_facilitator_lets_people_in_while_the_host_is_away(
    evening: Evening,
) -> None:
    host, mara = await evening.circle(HOST, MARA)
    code = host.view.invitation
    host.type(f"/promote {MARA}", "y")
    await mara.until(lambda view: view.is_facilitator, "Mara facilitates")
    await evening.pass_time(3)
    host.cut()
    jon = await evening.knocks(JON, code)
    await mara.expect(f"^door: {JON} is at the door")
    mara.type("/admit")
    await jon.expect("^room: This is ")
    host.mend()
    await host.until(lambda view: len(view.people) == 3, "everybody is here")


@pytest.mark.parametrize("name", ["Ottilie ", "OTTILIE", "Оttilie"])
async def test_m23_a_name_that_looks_like_anothers_is_not_taken_as_it_is(
    evening: Evening, name: str
) -> None:
    host = await evening.opens(HOST)
    guest = evening.sits(name, await evening.visit())
    await guest.expect("Type y to accept")
    guest.type("y")
    await guest.expect("What shall people here call you")
    guest.type(name, "")
    await guest.expect("Nothing was sent|looks the same")
    assert not host.view.knocks


async def test_m23_nobody_is_the_same_person_in_two_rooms(
    evening: Evening, relay: RelayProcess
) -> None:
    _, here = await evening.circle(HOST, MARA)
    elsewhere = Evening(relay.url)
    _, there = await elsewhere.circle(HOST, MARA)
    first, second = identities(here), identities(there)
    await elsewhere.close()
    assert not first & second


def identities(person: Person) -> set[bytes]:
    return {one.identity for one in person.view.people}


async def test_m24_everybody_computes_the_hosts_four_words_and_they_are_the_invitations(
    evening: Evening,
) -> None:
    host, mara = await evening.circle(HOST, MARA)
    said = host.matching("^invitation: Tell them these four words")
    assert said
    words = host.view.check_phrase
    assert words in said[-1]
    assert mara.view.check_phrase == words
    assert len(words.split()) == 4
    assert mara.matching(rf"^about: The four words to compare are: {words}")
