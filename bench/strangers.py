"""What strangers learn from a relay's clock, and what they take from the people who meet there.

The relay is a process of its own, as people start it. The first table is the proof for "the same
answer in the same time" (the tests only check that the answers are the same bytes); the second is
what honest people notice of those who are not.
"""

import asyncio
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from typing_extensions import override

sys.path.append(str(Path(__file__).parent.parent / "tests" / "support"))

from holdspace.protocol.frames import Ack, ClientFrame, Refuse, RelayFrame
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.refusals import Refusal
from holdspace.server.effects import Send
from relay_papers import Circle, Papers, key
from relay_process import RelayProcess, Visitor, visiting
from relay_table import Table

TRIES = 1000
SOCKETS = 500
JOINS = 20
SECONDS = 10
PEOPLE = 200
TOMORROW = int(time.time() // 60) + 24 * 60
MUCH = "1000000000"
UNLEASHED = {
    "limits_frames_per_second": MUCH,
    "limits_frames_burst": MUCH,
    "limits_bytes_per_second": MUCH,
    "limits_bytes_burst": MUCH,
    "proxies_exempt": "127.0.0.0/8",
}
# A relay is known by several names; each is tried before a proof counts as wrong.
NAMES = ("--origin", "wss://relay.example", "--origin", "wss://relay.example.org")
BEHIND_PROXY = {"proxies_trusted": "127.0.0.0/8"}


class WrongKeys(Circle):
    """The room and meeting of a circle, and none of its keys."""

    @property
    @override
    def root(self) -> SigningKey:
        return key("wrong root")

    @property
    @override
    def knock_key(self) -> SigningKey:
        return key("wrong knock key")

    @override
    def slot(self, number: int = 0) -> SigningKey:
        return key("wrong slot", number)

    @override
    def access(self, epoch: int) -> SigningKey:
        return key("wrong access key", epoch)


RUNNING, OVER = Circle("running"), Circle("over")
UNKNOWN, WRONG = Circle("never opened"), WrongKeys("running")
Ask = Callable[[Papers, Circle], ClientFrame]
Measure = Callable[[Ask, Circle], Awaitable[float]]
REQUESTS: dict[str, Ask] = {
    "attach": Papers.attach,
    "begin": Papers.begin,
    "card": Papers.card,
    "knock": Papers.knock,
    "watch": Papers.watch,
    "close": Papers.close,
}


class Difference(NamedTuple):
    """Say by how much one answer took longer than another, and how sure that is, in microseconds."""

    mean: float
    error: float

    @override
    def __str__(self) -> str:
        return f"{self.mean:+6.1f} ± {self.error:3.1f}"


def middle_half(times: list[float]) -> list[float]:
    """Leave out the quickest and the slowest: what else the machine does is no answer to anybody."""
    return sorted(times)[len(times) // 4 : -len(times) // 4]


def difference(one: list[float], other: list[float]) -> Difference:
    """Compare means of the middle halves; the error is two sigma, by drawing again."""
    chance = random.Random(1)  # noqa: S311  # nothing secret

    def drawn(times: list[float]) -> float:
        return statistics.fmean(middle_half(chance.choices(times, k=len(times))))

    again = [drawn(one) - drawn(other) for _ in range(200)]
    mean = statistics.fmean(middle_half(one)) - statistics.fmean(middle_half(other))
    return Difference(1e6 * mean, 2e6 * statistics.stdev(again))


def beginnings(papers: Papers) -> Iterator[ClientFrame]:
    """Let one meeting run, and another be over."""
    for circle in (RUNNING, OVER):
        yield from (papers.open(circle), papers.begin(circle), papers.invite(circle, TOMORROW))
    yield papers.revoke(OVER)
    yield papers.close(OVER)


async def set_up(host: Visitor) -> None:
    """Have both meetings at a relay."""
    for frame in beginnings(host.papers):
        await host.ask(frame)


async def equal_answers(where: str, measure: Measure) -> None:
    """Time every request that is refused alike, in turns."""
    write(f"\nAnswers to strangers, {where}: the middle half of {TRIES} tries, microseconds")
    write(f"{'':8} {'unknown':>8} {'wrong key - unknown':>20} {'over - unknown':>20}")
    for name, ask in REQUESTS.items():
        # A room whose meeting is over is there for its host to begin another.
        circles = (UNKNOWN, WRONG) if name == "begin" else (UNKNOWN, WRONG, OVER)
        times: dict[Circle, list[float]] = {circle: [] for circle in circles}
        order = [circle for circle in circles for _ in range(TRIES)]
        random.shuffle(order)
        for circle in order:
            times[circle].append(await measure(ask, circle))
        unknown, *others = (times[circle] for circle in circles)
        cells = "".join(f"{difference(one, unknown)!s:>20}" for one in others)
        write(f"{name:8} {1e6 * statistics.fmean(middle_half(unknown)):8.1f} {cells}")


async def in_the_core() -> None:
    """Measure the processor's time, which is the same whatever else the machine does."""
    table = Table()
    for frame in beginnings((host := table.call()).papers):
        host.send(frame)
    # Attached, so that it is not sent away; the meeting is its own.
    host.attach(RUNNING)
    stranger = table.call()
    stranger.send(stranger.papers.open(Circle("mine")))

    async def measure(ask: Ask, circle: Circle) -> float:
        frame = ask(stranger.papers, circle)
        started = time.thread_time()
        [answer] = table.relay.receive(stranger.number, frame, table.now)
        took = time.thread_time() - started
        check(answer.frames[0] if isinstance(answer, Send) else None)
        return took

    await equal_answers("in the core alone, time of the processor", measure)


async def over_a_socket(folder: str) -> None:
    """Measure what a stranger can measure, without the network that lies between."""
    with RelayProcess("--data", folder, "--port", "0", *NAMES, **UNLEASHED) as relay:
        async with visiting(relay.url) as stranger:
            await set_up(stranger)

            async def measure(ask: Ask, circle: Circle) -> float:
                frame = ask(stranger.papers, circle)
                started = time.perf_counter()
                answer = await stranger.ask(frame)
                took = time.perf_counter() - started
                check(answer)
                return took

            await equal_answers("over a socket of this machine", measure)


def check(answer: RelayFrame | None) -> None:
    if not isinstance(answer, Refuse) or answer.code != Refusal.NOT_HERE:
        raise AssertionError(f"{type(answer).__name__} is not the answer to a stranger")


def write(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def of(visitor: int) -> dict[str, Any]:
    """Return what makes a connection one of this visitor's, behind a trusted proxy."""
    return {"additional_headers": {"X-Forwarded-For": f"198.51.{visitor}.1"}}


def say(what: str, seconds: list[float]) -> None:
    """Write a row of the second table."""
    ordered = sorted(seconds)
    middle, last = statistics.median(ordered), ordered[-1]
    write(f"{what:62} {1e3 * middle:8.1f} {1e3 * last:8.1f}")


async def joins(url: str, **how: Any) -> list[float]:
    """Connect, say hello and attach, one after the other."""
    seconds = []
    for _ in range(JOINS):
        started = time.perf_counter()
        async with visiting(url, **how) as member:
            await member.ask(member.papers.attach(RUNNING))
            seconds.append(time.perf_counter() - started)
    return seconds


async def idle_sockets(folder: str) -> None:
    """WS01: join while sockets that never finish are open, of the same visitor."""
    with RelayProcess("--data", folder, "--port", "0") as relay, ExitStack() as open_sockets:
        async with visiting(relay.url) as host:
            await set_up(host)
            say("joining a quiet relay", await joins(relay.url))
            host_name, _, port = relay.url.removeprefix("ws://").partition(":")
            for _ in range(SOCKETS):
                idle = socket.create_connection((host_name, int(port)))
                open_sockets.enter_context(idle)
                idle.sendall(b"GET / HTTP/1.1\r\n")
            what = f"joining while {SOCKETS} sockets of the same /24 never finish"
            say(what, await joins(relay.url))
        ending(relay, "stopping, with those sockets still open")


async def acks(host: Visitor, stop: asyncio.Event) -> list[float]:
    """Say something twenty times a second, and return how long each ack took."""
    seconds = []
    while not stop.is_set():
        said = host.papers.append(f"words {time.perf_counter_ns()}")
        started = time.perf_counter()
        await host.send(said)
        while not isinstance(await host.hear(), Ack):
            pass
        seconds.append(time.perf_counter() - started)
        await asyncio.sleep(0.05)
    return seconds


async def flood_of_knocks(folder: str) -> None:
    """JN08: knock without end beside a meeting."""
    with RelayProcess("--data", folder, "--port", "0", **BEHIND_PROXY) as relay:
        async with visiting(relay.url, **of(0)) as host:
            await set_up(host)
            await host.ask(host.papers.attach(RUNNING))
            quiet = asyncio.Event()
            asyncio.get_running_loop().call_later(5, quiet.set)
            say("an ack in a quiet meeting", await acks(host, quiet))
            for how in ("with", "without"):
                over = asyncio.Event()
                measuring = asyncio.create_task(acks(host, over))
                answers = await asyncio.to_thread(knock_elsewhere, relay.url, how)
                over.set()
                what = f"an ack while 100 connections knock {how} a key, {answers} answers"
                say(what, await measuring)


def knock_elsewhere(url: str, how: str) -> int:
    """Knock from a process of its own, so that only the relay is shared, and count the answers."""
    command = [sys.executable, __file__, url, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603


async def all_knock(url: str, how: str) -> None:
    """Knock from ten visitors with ten connections each, for some seconds."""
    answered = [0]
    first = 1 if how == "with" else 101
    knockers = [asyncio.create_task(knocking(url, first + n, answered)) for n in range(100)]
    await asyncio.sleep(SECONDS)
    for one in knockers:
        one.cancel()
    await asyncio.wait(knockers)
    write(str(answered[0]))


async def knocking(url: str, number: int, answered: list[int]) -> None:
    signer = key("made up") if number > 100 else RUNNING.knock_key
    async with visiting(url, **of(number // 10)) as stranger:
        try:
            # Whoever proves nothing is sent away after five seconds.
            await stranger.ask(stranger.papers.card(RUNNING))
            for knock in count():
                who = f"nobody {number}.{knock}"
                await stranger.send(stranger.papers.knock(RUNNING, who, knock_key=signer))
                await stranger.socket.recv()
                answered[0] += 1
        finally:
            stranger.socket.transport.abort()


async def stopping(folder: str) -> None:
    """Stop a relay on which many read, and one that somebody does not answer."""
    with RelayProcess("--data", folder, "--port", "0", **UNLEASHED) as relay:
        async with visiting(relay.url) as host:
            await set_up(host)
            async with people(relay.url):
                await asyncio.to_thread(ending, relay, f"stopping, with {PEOPLE} people connected")
    with RelayProcess("--data", folder, "--port", "0") as relay:
        async with visiting(relay.url) as mute:
            mute.socket.transport.pause_reading()
            await asyncio.to_thread(ending, relay, "stopping, with somebody who does not answer")


@asynccontextmanager
async def people(url: str) -> AsyncIterator[None]:
    """Keep many connections open, and let them go when they are sent away."""
    circles = [Circle(f"circle {number}") for number in range(PEOPLE // 20)]
    visits = [visiting(url) for _ in range(PEOPLE)]
    there = [await visit.__aenter__() for visit in visits]
    for number, person in enumerate(there):
        circle = circles[number // 20]
        if not number % 20:
            await person.open(circle)
        else:
            await person.ask(person.papers.attach(circle))
    listening = [asyncio.create_task(person.closed()) for person in there]
    yield
    await asyncio.gather(*listening)
    for visit in visits:
        await visit.__aexit__(None, None, None)


def ending(relay: RelayProcess, what: str) -> None:
    """Ask a relay to end, and write how long it took."""
    started = time.perf_counter()
    code, _said = relay.end(signal.SIGTERM)
    if code:
        raise AssertionError("the relay did not end as asked")
    say(what, [time.perf_counter() - started])


def folders() -> Iterator[str]:
    """Give folders that are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(10):
            yield f"{folder}/{number}"


async def main() -> None:
    """Write all tables."""
    folder = folders()
    await in_the_core()
    await over_a_socket(next(folder))
    write(f"\n{'What honest people notice, in milliseconds':62} {'median':>8} {'longest':>8}")
    await idle_sockets(next(folder))
    await flood_of_knocks(next(folder))
    await stopping(next(folder))


if __name__ == "__main__":
    asyncio.run(all_knock(*sys.argv[1:]) if len(sys.argv) > 1 else main())
