"""`holdspace-relay`: one command, safe without any setting, clear when it cannot start.

Exit codes: 0 stopped as asked, 1 cannot listen, 2 asked for something that does not make sense,
3 the log cannot be used.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from holdspace.protocol.frames import VERSION
from holdspace.protocol.keys import NotAnAddressError, origin
from holdspace.server.config import (
    DEFAULT_PORT,
    Config,
    ConfigError,
    address,
    allowed_origins,
    state_folder,
)
from holdspace.server.door import Door
from holdspace.server.gate import Gate
from holdspace.server.journal import Journal
from holdspace.server.limits import Limits
from holdspace.server.listeners import CannotListenError, Listening, listen
from holdspace.server.log import Log, UnusableLogError
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.sqlite import SqliteLog
from holdspace.server.relay import Relay

CANNOT_LISTEN, ASKED_WRONGLY, LOG_UNUSABLE = 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a relay until it is asked to stop, and return the exit code."""
    asked = _parser().parse_args(arguments)
    data = None if asked.memory else asked.data or state_folder()
    config = Config(asked.host, asked.port, data, tuple(asked.origin))
    try:
        serve(config)
    except CannotListenError as error:
        return _complain(str(error), CANNOT_LISTEN)
    except ConfigError as error:
        return _complain(str(error), ASKED_WRONGLY)
    except UnusableLogError as error:
        return _complain(str(error), LOG_UNUSABLE)
    return 0


def serve(config: Config, limits: Limits | None = None) -> None:
    """Listen, say so on standard output, and serve until SIGTERM or Ctrl-C."""
    limits = limits or Limits()
    [listener] = listen([Listening(config.host, config.port)])
    with listener:
        port = listener.getsockname()[1]
        origins = allowed_origins(config, port)
        log: Log = SqliteLog(config.data) if config.data else MemoryLog()
        relay = Relay(limits, origins, log.load())
        gate = Gate(relay, log, limits, Journal())
        door = Door([listener], limits)
        asyncio.run(_serve(gate, door, f"listening on {address(config.host, port)}\n"))


async def _serve(gate: Gate, door: Door, ready: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await gate.run(door, stop, lambda: _say(ready))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="holdspace-relay",
        description="Order and briefly keep what people in holdspace rooms say to each other, "
        "without being able to read it. Without any option it serves this machine only.",
    )
    where = parser.add_mutually_exclusive_group()
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port, 0 for any free one (%(default)s)"
    )
    where.add_argument(
        "--data", type=Path, help="folder of the log (a private one in your state folder)"
    )
    where.add_argument("--memory", action="store_true", help="keep the log in memory only")
    parser.add_argument(
        "--origin",
        type=_origin,
        action="append",
        default=[],
        help="address people reach this relay by, such as wss://relay.example; may be repeated",
    )
    parser.add_argument("--version", action="version", version=_version())
    return parser


def _origin(text: str) -> str:
    try:
        return origin(text)
    except NotAnAddressError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _version() -> str:
    return f"holdspace-relay {version('holdspace')} (protocol {VERSION}; not audited)"


def _say(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"holdspace-relay: {sentence}\n")
    return code
