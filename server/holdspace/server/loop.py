"""What a relay's event loop runs on: uvloop where it is installed, and a collector that is seldom called."""

import asyncio
import gc
from collections.abc import Callable, Coroutine

# How many objects more than before make Python look for cycles. A relay makes thousands for each
# commit and none of them is part of one; looking through them took a fifth of its time.
_COLLECT_AFTER = 50_000


def run_loop(main: Coroutine[None, None, None]) -> None:
    """Run until `main` ends."""
    gc.collect()
    gc.freeze()  # what is here now stays until the end
    gc.set_threshold(_COLLECT_AFTER)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the fastest event loop that is installed, None for Python's own."""
    try:
        import uvloop  # noqa: PLC0415  # an extra
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
