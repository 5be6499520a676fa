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
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).parent.parent / "tests" / "support"))

from holdspace.protocol.frames import Ack, ClientFrame, Refuse
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.refusals import Refusal
from relay_papers import Circle, Papers, key
from relay_process import RelayProcess, Visitor, visiting

TRIES = 1000
SOCKETS = 500
JOINS = 20
KNOCKS = 10_000
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
    def root(self) -> SigningKey:  # type: ignore[explicit-override]
        return key("wrong root")

    @property
    def knock_key(self) -> SigningKey:  # type: ignore[explicit-override]
        return key("wrong knock key")

    def slot(self, number: int = 0) -> SigningKey:  # type: ignore[explicit-override]
        return key("wrong slot", number)

    def access(self, epoch: int) -> SigningKey:  # type: ignore[explicit-override]
        return key("wrong access key", epoch)


RUNNING, OVER = Circle("running"), Circle("over")
UNKNOWN, WRONG = Circle("never opened"), WrongKeys("running")
REQUESTS: dict[str, Callable[[Papers, Circle], ClientFrame]] = {
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

    def __str__(self) -> str:  # type: ignore[explicit-override]
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


async def set_up(host: Visitor) -> None:
    """Let one meeting run, and another be over."""
    papers = host.papers
    for circle in (RUNNING, OVER):
        for frame in (papers.open(circle), papers.begin(circle), papers.invite(circle, TOMORROW)):
            await host.ask(frame)
    await host.ask(papers.revoke(OVER))
    await host.ask(papers.close(OVER))


async def equal_answers(relay: RelayProcess) -> None:
    """Time every request that is refused alike, in turns, on one connection."""
    write(f"\nAnswers to strangers, means of the middle half of {TRIES} tries, microseconds")
    write(f"{'':8} {'unknown':>8} {'wrong key - unknown':>20} {'over - unknown':>16}")
    async with visiting(relay.url) as host:
        await set_up(host)
        for name, ask in REQUESTS.items():
            # A room whose meeting is over is there for its host to begin another.
            circles = (UNKNOWN, WRONG) if name == "begin" else (UNKNOWN, WRONG, OVER)
            times = await timed(host, ask, circles)
            unknown, *others = (times[circle] for circle in circles)
            differences = (difference(one, unknown) for one in others)
            cells = "".join(f"{one!s:>20}" for one in differences)
            write(f"{name:8} {1e6 * statistics.fmean(middle_half(unknown)):8.1f} {cells}")


async def timed(
    asking: Visitor, ask: Callable[[Papers, Circle], ClientFrame], circles: tuple[Circle, ...]
) -> dict[Circle, list[float]]:
    times: dict[Circle, list[float]] = {circle: [] for circle in circles}
    order = [circle for circle in circles for _ in range(TRIES)]
    random.shuffle(order)
    for circle in order:
        frame = ask(asking.papers, circle)
        started = time.perf_counter()
        answer = await asking.ask(frame)
        times[circle].append(time.perf_counter() - started)
        if not isinstance(answer, Refuse) or answer.code != Refusal.NOT_HERE:
            raise AssertionError(f"{type(answer).__name__} is not the answer to a stranger")
    return times


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
    """JN08: knock from ten visitors with ten connections each, while a meeting goes on."""
    with RelayProcess("--data", folder, "--port", "0", **BEHIND_PROXY) as relay:
        async with visiting(relay.url, **of(0)) as host:
            await set_up(host)
            await host.ask(host.papers.attach(RUNNING))
            quiet = asyncio.Event()
            asyncio.get_running_loop().call_later(5, quiet.set)
            say("an ack in a quiet meeting", await acks(host, quiet))
            for name, signer in (("out a", key("made up")), (" a", RUNNING.knock_key)):
                over = asyncio.Event()
                measuring = asyncio.create_task(acks(host, over))
                started = time.perf_counter()
                await asyncio.gather(*(knocking(relay.url, n, signer) for n in range(100)))
                seconds = time.perf_counter() - started
                over.set()
                what = f"an ack during {KNOCKS} knocks with{name} key, {seconds:.0f} s long"
                say(what, await measuring)


async def knocking(url: str, number: int, signer: SigningKey) -> None:
    async with visiting(url, **of(1 + number % 10)) as stranger:
        # Whoever proves nothing is sent away after five seconds.
        await stranger.ask(stranger.papers.card(RUNNING))
        for knock in range(KNOCKS // 100):
            who = f"nobody {number}.{knock}"
            await stranger.ask(stranger.papers.knock(RUNNING, who, knock_key=signer))


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
    """Write both tables."""
    folder = folders()
    with RelayProcess("--data", next(folder), "--port", "0", *NAMES, **UNLEASHED) as relay:
        await equal_answers(relay)
    write(f"\n{'What honest people notice, in milliseconds':62} {'median':>8} {'longest':>8}")
    await idle_sockets(next(folder))
    await flood_of_knocks(next(folder))
    await stopping(next(folder))


if __name__ == "__main__":
    asyncio.run(main())
