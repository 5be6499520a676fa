"""A whole meeting of plain lines in a language of accents: what has none was not marked."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest

from holdspace.client.language import choose
from holdspace.client.library import read_agreements, read_flow
from holdspace.client.seat.view import Place
from holdspace.protocol.meeting.flow import parse_flow
from holdspace.protocol.translation import ENGLISH, use
from plain_people import ROOM, STANDING, Evening, Person
from relay_process import RelayProcess
from said_by_others import english_runs, words_of, written_by_others

FLOW = "intro-60.en"
HOST, MARA, JON = "Ottilie", "Marabelle", "Jonquille"
SHARE = "I plan a whole morning around the stairs."
# What is typed, and answered to the one who typed it.
LOOKS = (
    "/what",
    "/who",
    "/queue",
    "/time",
    "/where",
    "/agenda",
    "/about",
    "/log",
    "/own",
    "/results",
)
ASKED = (*LOOKS, "/help", "/help raise", "/support", "/repeat 3", "/settings", "x", "/nosuchword")
# A code, an address, names, what can stand behind a slash word, and what the flow's words are filled with.
OTHERS = re.compile(
    rf"holdspace\d:\S+|wss?://\S+|{HOST}|{MARA}|{JON}|{ROOM}|/\w+ \w+(\|\w+)+|here as host"
    r"|as the agreements at the door say|(?<=: )[a-z]+( [a-z]+){3}(?=\.⟧$)"
)


@pytest.fixture
def accented() -> Iterator[None]:
    assert choose({"HOLDSPACE_LANGUAGE": "qps"}) == "qps"
    yield
    use(ENGLISH)


@pytest.fixture
async def evening(accented: None) -> AsyncIterator[Evening]:
    with RelayProcess("--port", "0") as relay:
        one = Evening(relay.url)
        yield one
        await one.close()


async def comes(evening: Evening, name: str) -> Person:
    """Let somebody in who is told everything in accents."""
    guest = evening.sits(name, await evening.visit())
    await guest.until(lambda view: view.place is Place.LOBBY and view.card, "the card")
    guest.type("y", name, "My back.")
    host = evening.people[0]
    await host.until(lambda view: view.knocks, f"{name} at the door")
    host.type("/admit")
    await guest.until(lambda view: view.place is Place.ROOM, f"{name} in the room")
    await evening.settled()
    return guest


async def act(evening: Evening, *lines: tuple[Person, str]) -> None:
    """Let people type, one after another, each when everybody has heard the one before."""
    for person, line in lines:
        person.type(line)
        await evening.settled()


@pytest.mark.long
async def test_no_sentence_of_an_evening_stays_in_english(evening: Evening) -> None:
    host = await evening.opens(HOST, FLOW)
    mara, jon = await comes(evening, MARA), await comes(evening, JON)
    stages = parse_flow(read_flow(FLOW)).stages
    for number in range(1, len(stages) + 1):
        await act(evening, (host, f"/stage {number}"))
        await act(evening, (mara, "/raise the stairs"), (jon, "/raise"), (mara, SHARE))
        await act(evening, (jon, "/nod"), (jon, "/metoo"), (mara, "/lower"), (jon, "/pass"))
        await evening.pass_time(30)
        await act(evening, (host, "/release"), (host, "/readon"), (host, "/advance"))
    await act(evening, (mara, "/notok"), (host, "/flags"), (mara, "/ok"), (host, f"/talk {MARA}"))
    await act(evening, (mara, "/yes"), (mara, SHARE), (host, "/room"), (mara, "/endprivate"))
    await act(evening, (host, f"/pause {JON}"), (jon, SHARE), (host, f"/unpause {JON}"))
    await act(evening, (host, "/hold"), (jon, SHARE), (host, "/resume"), (jon, "/practice"))
    for person in evening.people:
        await act(evening, *((person, line) for line in ASKED))
    await act(evening, (jon, "/leave"), (jon, "y"), (host, "/close"), (host, "y"))
    await mara.until(lambda view: view.place is Place.CLOSED, "the end")

    written = (read_flow(FLOW), *read_agreements().lines, SHARE, "the stairs", "My back", STANDING)
    known = " | ".join((written_by_others(), *map(words_of, written)))
    left = {
        run: line
        for person in evening.people
        for line in person.said
        for run in english_runs(OTHERS.sub("  ", line), known)
    }
    assert left == {}
    assert len({line for person in evening.people for line in person.said}) > 150
