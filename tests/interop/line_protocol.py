"""The loop under every peer that is written in Python: a JSON object a line in, an answer a line out.

What the operations are and mean is told in peer.py.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

Answer = dict[str, Any]
Operation = Callable[..., Answer]


class Unsupported(Exception):
    """This peer has no such operation, or not this form of it."""


def serve(
    operations: Mapping[str, Operation],
    errors: tuple[type[Exception], ...],
    *,
    lines: TextIO = sys.stdin,
    out: TextIO = sys.stdout,
) -> None:
    """Answer requests until the input ends; `errors` are what the peer's library refuses with."""
    for line in lines:
        start = time.perf_counter()
        answer = _answer(operations, errors, line)
        answer["us"] = round((time.perf_counter() - start) * 1e6)
        out.write(json.dumps(answer) + "\n")
        out.flush()


def _answer(
    operations: Mapping[str, Operation], errors: tuple[type[Exception], ...], line: str
) -> Answer:
    try:
        request: Answer = json.loads(line)
        name = request.pop("op")
        if name not in operations:
            raise Unsupported(f"there is no operation {name!r}")
        return operations[name](**request)
    except Unsupported as missing:
        return {"unsupported": str(missing)}
    except errors as refusal:
        return {"error": f"{type(refusal).__name__}: {refusal}"}
    # No request, or an operation called with what it does not take or before there is a group.
    except (
        AttributeError,
        KeyError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
    ) as mistake:
        return {"error": f"bad request: {type(mistake).__name__}: {mistake}"}
