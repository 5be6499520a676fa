"""Look for inputs that hurt, guided by coverage: `./dev fuzz [TARGET ...] [--runs N] [--minutes M]`.

Each target runs in a process of its own under libFuzzer (atheris), which keeps what it learned in
.fuzz/ beside the repository's files. A finding ends that target; its input is kept, and
`./dev fuzz TARGET --input FILE` shows what happens. Without TARGET all are run, one after the other.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
for helpers in ("support", "traffic"):
    sys.path.append(str(ROOT / "tests" / helpers))
KEPT = ROOT / ".fuzz"
TOTALS = KEPT / "executions.json"
# libFuzzer's own bounds are only a net under fuzz_judge.py's: seconds an input, and megabytes in all.
NET = ("-timeout=20", "-rss_limit_mb=2048", "-max_len=4096", "-print_final_stats=1")
FINDING = 77


class Ran(NamedTuple):
    """How one target's run went."""

    executions: int
    seconds: float
    finding: str


def main(arguments: Sequence[str]) -> int:
    """Run the targets that were asked for; the exit status is 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=(__doc__ or "").split(":")[0])
    parser.add_argument("target", nargs="*", help="as --list names them; all, if none is given")
    parser.add_argument("--runs", type=int, default=100_000, help="inputs for each target")
    parser.add_argument("--minutes", type=float, help="stop each target after so long")
    parser.add_argument("--input", type=Path, help="give one file to the target and do no more")
    parser.add_argument("--list", action="store_true", help="name the targets")
    asked = parser.parse_args(arguments)
    from fuzz_targets import TARGETS  # noqa: PLC0415 - a typing mistake needs no seconds of imports

    if asked.list:
        say("\n".join(TARGETS))
        return 0
    unknown = [name for name in asked.target if name not in TARGETS]
    if unknown:
        say(f"There is no target {unknown[0]!r}; ./dev fuzz --list names them.")
        return 2
    if asked.input:
        for name in asked.target:
            TARGETS[name].read(asked.input.read_bytes())
        return 0
    names = asked.target or list(TARGETS)
    seconds = 60 * asked.minutes if asked.minutes else None
    say(f"{len(names)} targets; what is learned is kept in {KEPT.name}/. Ctrl-C stops at any time.")
    say(f"{'target':36} {'inputs':>10} {'a second':>9} {'in all':>12}")
    found = [name for name in names if fuzz(name, asked.runs, seconds)]
    return 1 if found else 0


def fuzz(name: str, runs: int, seconds: float | None) -> bool:
    """Run one target in a process of its own; say how it went and whether anything was found."""
    folder = KEPT / re.sub(r"\W+", "-", name)
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    write_seeds(name, corpus)
    limits = [f"-runs={runs}", *([f"-max_total_time={round(seconds)}"] if seconds else [])]
    ran = run_process(
        [sys.executable, str(Path(__file__).with_name("fuzz_one.py")), name],
        [*limits, *NET, f"-artifact_prefix={folder}/", str(corpus)],
        folder / "log",
    )
    total = add_to_totals(name, ran.executions)
    rate = ran.executions / ran.seconds
    say(f"{name:36} {ran.executions:10,} {rate:9,.0f} {total:12,}")
    if ran.finding:
        say(
            f"    FOUND: {ran.finding}\n    the whole story is in {folder}/log, the input beside it"
        )
    return bool(ran.finding)


def write_seeds(name: str, corpus: Path) -> None:
    """Put a target's seeds where libFuzzer looks for them."""
    from fuzz_targets import TARGETS  # noqa: PLC0415

    for seed in TARGETS[name].seeds():
        (corpus / sha256(seed).hexdigest()).write_bytes(seed)


def run_process(program: list[str], options: list[str], log: Path) -> Ran:
    """Run libFuzzer and read from its log what it has done."""
    started = monotonic()
    with log.open("wb") as out:
        status = subprocess.run(
            [*program, *options], stdout=out, stderr=out, check=False
        ).returncode
    text = log.read_text(errors="replace")
    executed = re.findall(r"stat::number_of_executed_units:\s+(\d+)", text) or re.findall(
        r"#(\d+)", text
    )
    finding = ""
    if status:
        said = re.findall(
            r"^(?: === Uncaught.*\n)?((?:\w+\.)*\w*(?:Error|Finding).*)$", text, re.MULTILINE
        )
        finding = said[0] if said else f"exit status {status}"
    return Ran(int(executed[-1]) if executed else 0, monotonic() - started, finding)


def add_to_totals(name: str, executions: int) -> int:
    """Add to what was run on this machine before; return the sum for this target."""
    totals: dict[str, int] = json.loads(TOTALS.read_text()) if TOTALS.exists() else {}
    totals[name] = totals.get(name, 0) + executions
    TOTALS.write_text(json.dumps(totals, indent=1))
    return totals[name]


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(130)
