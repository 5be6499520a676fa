"""One fuzz target in one process, for fuzz.py: our sources instrumented, and libFuzzer at the wheel."""

import builtins
import sys
from pathlib import Path
from typing import Any

import atheris

for helpers in ("support", "traffic"):
    sys.path.append(str(Path(__file__).parent.parent / helpers))

with atheris.instrument_imports(include=["holdspace.protocol", "holdspace.client.seat"]):
    from holdspace.protocol.mls import codec


def instrumented_exec(source: str, names: dict[str, Any]) -> None:
    """Instrument the decoders that the codec writes, too: what is guided must be seen."""
    compiled = compile(source, "<struct>", "exec")
    builtins.exec(atheris.patch_code(compiled, True, nested=False), names)  # noqa: S102


codec.exec = instrumented_exec  # type: ignore[attr-defined]

with atheris.instrument_imports(include=["holdspace.protocol", "holdspace.client.seat"]):
    from fuzz_judge import Judge
    from fuzz_targets import TARGETS

if __name__ == "__main__":
    name, *options = sys.argv[1:]
    judge = Judge(TARGETS[name])
    atheris.Setup([sys.argv[0], *options], judge.take)
    atheris.Fuzz()
