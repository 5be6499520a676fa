"""Counts are sums, and what is shown of them does not count heads."""

import re
from collections import Counter

from holdspace.protocol.refusals import Close, Refusal
from holdspace.server.counts import Counts, Sizes, as_prometheus, figures

MIB = 1024 * 1024
BUSY = Counts(
    connections=127,
    frames_in=1999,
    frames_out=9,
    bytes_in=3 * MIB - 1,
    bytes_out=7 * MIB,
    submitted=55,
    saved=54,
    saves=31,
    saves_failed=3,
    faults=1,
    refusals=Counter({Refusal.NOT_HERE: 27}),
    closes=Counter({Close.TOO_SLOW: 9}),
)


def shown(counts: Counts, sizes: Sizes) -> dict[str, int]:
    lines = as_prometheus(figures(counts, sizes)).splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name.removeprefix("holdspace_relay_"): int(value) for name, value in pairs}


def test_numbers_about_people_are_rounded_down() -> None:
    assert {name: value for name, value in shown(BUSY, Sizes(12, 9, 5)).items() if value} == {
        "connections": 10,
        "connections_total": 120,
        "frames_in_total": 1990,
        "received_bytes_total": 2 * MIB,
        "sent_bytes_total": 7 * MIB,
        "appends_total": 50,
        "saved_total": 50,
        "saves_total": 30,
        # About the machine.
        "saves_failed_total": 3,
        "faults_total": 1,
        'refusals_total{code="not_here"}': 20,
    }


def test_one_person_more_changes_nothing_that_is_shown() -> None:
    before = as_prometheus(figures(Counts(connections=11), Sizes(11, 1, 1)))
    after = as_prometheus(figures(Counts(connections=12), Sizes(12, 1, 1)))
    assert before == after


def test_every_refusal_and_close_is_there_from_the_start() -> None:
    names = shown(Counts(), Sizes(0, 0, 0))
    for refusal in Refusal:
        assert f'refusals_total{{code="{refusal.name.lower()}"}}' in names
    for close in Close:
        assert f'closes_total{{code="{close.name.lower()}"}}' in names


def test_the_text_is_what_prometheus_reads() -> None:
    text = as_prometheus(figures(BUSY, Sizes(0, 0, 0)))
    assert text.endswith("\n")
    names = re.findall(r"^# TYPE (\S+) (?:gauge|counter)$", text, re.MULTILINE)
    assert len(names) == len(set(names))
    sample = re.compile(r'([a-z_]+)(?:\{code="[a-z_]+"\})? \d+')
    for line in text.splitlines():
        if not line.startswith("#"):
            found = sample.fullmatch(line)
            assert found
            assert found[1] in names
