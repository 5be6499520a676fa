"""The marks: what the relay is to reach, each judged by figures of one run."""

# ruff: noqa: E501  # a table has its rows on lines

import os
import statistics
from collections.abc import Callable, Iterable
from typing import NamedTuple

from relay_cases import Result

# Round after round: case -> kind of server -> figures.
Round = dict[str, dict[str, Result]]
Figure = Callable[[Round], float]


class Mark(NamedTuple):
    """One row: what is measured, how it is shown, and from where on it is good enough."""

    about: str
    shown: str
    # None: it is there to be compared with, and judged by nobody.
    bound: float | None
    figure: Figure
    is_most: bool = False
    # On fewer it says nothing about what is measured.
    cores: int = 1

    def judge(self, rounds: Iterable[Round]) -> "Row | None":
        """Return the row, from the median of all rounds; None if it was not measured."""
        try:
            value = statistics.median(self.figure(one) for one in rounds)
        except (KeyError, statistics.StatisticsError):
            return None
        shown = self.shown % value
        if self.bound is None:
            return Row(self.about, shown, "", None)
        is_ok = value <= self.bound if self.is_most else value >= self.bound
        mark = f"{'at most' if self.is_most else 'at least'} {self.shown % self.bound}"
        if not is_ok and (os.cpu_count() or 1) < self.cores:
            return Row(self.about, shown, f"{mark}, with {self.cores} cores", None)
        return Row(self.about, shown, mark, is_ok)


class Row(NamedTuple):
    """A mark with what was measured."""

    about: str
    value: str
    mark: str
    is_ok: bool | None

    @property
    def verdict(self) -> str:
        """Return the row's last word."""
        if self.is_ok is None:
            return "not compared" if self.value == "-" else "not judged"
        return "ok" if self.is_ok else "over"


def _ratio(case: str, name: str, over: str = "raw", of: str = "relay") -> Figure:
    return lambda one: one[case][of][name] / one[case][over][name]


def _value(case: str, name: str, of: str = "relay") -> Figure:
    return lambda one: one[case][of][name]


_PER_CPU = "deliveries_per_cpu_second"
MARKS = (
    Mark("one room of 12, half load: deliveries per CPU-second", "%.2fx raw", 3, _ratio("half", _PER_CPU)),
    Mark("one room of 12, saturated: deliveries per CPU-second", "%.2fx raw", 4, _ratio("saturated", _PER_CPU)),
    Mark("one room of 12, 1,000 messages/s: deliveries per CPU-second", "%.2fx raw", 0.5, _ratio("paced", _PER_CPU)),
    Mark("saturated, SQLite beside the memory log", "%.2fx memory", 0.8, _ratio("saturated", _PER_CPU, "memory")),
    Mark("the same, messages a second", "%.2fx memory", 0.8, _ratio("saturated", "rate", "memory")),
    Mark(
        "ack at 1,000 messages/s, p50", "%.2f commits", 2,
        lambda one: one["answers"]["relay"]["ack_p50_ms"] / one["floor"]["sqlite"]["commit_p50_ms"], is_most=True,
    ),
    Mark(
        "ack at 1,000 messages/s, p99", "%.2f commits", 5,
        lambda one: one["answers"]["relay"]["ack_p99_ms"] / one["floor"]["sqlite"]["commit_p50_ms"], is_most=True,
    ),
    Mark("200 rooms of 10 at 10/s: CPU", "%.2fx raw", 1.5, _ratio("200 at 10/s", "cpu_us_per_message"), is_most=True),
    Mark("200 rooms of 10 at 10/s: delivery p99", "%.1f ms", 10, _value("200 at 10/s", "delivery_p99_ms"), is_most=True),
    Mark("200 rooms of 10 at 1/s: CPU", "%.2fx raw", 2.5, _ratio("200 at 1/s", "cpu_us_per_message"), is_most=True),
    Mark("200 rooms of 10 at 1/s: delivery p99", "%.1f ms", 10, _value("200 at 1/s", "delivery_p99_ms"), is_most=True),
    Mark("idle connection", "%.1f KiB", 16, _value("idle", "kib_each"), is_most=True),
    Mark("idle connections, CPU between keepalives", "%.2f %%", 0.05, _value("idle", "cpu_percent"), is_most=True),
    Mark("storm: until everybody has caught up", "%.2fx raw", 1.5, _ratio("storm", "seconds"), is_most=True),
    Mark("storm: CPU for each client", "%.2f ms", 0.6, _value("storm", "cpu_ms_each"), is_most=True),
    Mark("uvloop, saturated: deliveries per CPU-second", "%.2fx raw on uvloop", 4, _ratio("saturated", _PER_CPU, "raw, uvloop", "relay, uvloop")),
    Mark("uvloop, half load: deliveries per CPU-second", "%.2fx raw on uvloop", 3, _ratio("half", _PER_CPU, "raw, uvloop", "relay, uvloop")),
    Mark("beside mosquitto, QoS 1: deliveries per CPU-second", "%.2fx", 1, _ratio("saturated", _PER_CPU, "mosquitto")),
    Mark("beside Redis streams, fsync always: deliveries per CPU-second", "%.2fx", 1, _ratio("saturated", _PER_CPU, "redis")),
    Mark("the same, with as many bytes in Redis's words as in a frame", "%.2fx", None, _ratio("saturated", _PER_CPU, "redis, filled up")),
    Mark("a Python server that only saves and hands out, beside Redis", "%.2fx", None, _ratio("saturated", _PER_CPU, "redis", "bare Python")),
    Mark("beside JetStream, always-sync: deliveries per CPU-second", "%.2fx", 1, _ratio("saturated", _PER_CPU, "jetstream")),
    Mark("JetStream log: acked messages/s beside a bare publisher", "%.2fx", 0.7, _ratio("cluster", "rate", "bare", "one relay")),
    Mark("JetStream log: two relays beside one", "%.2fx", 1.7, _ratio("cluster", "rate", "one relay", "two relays"), cores=6),
)  # fmt: skip
