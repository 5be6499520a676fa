"""`holdspace-relay` without a word: put a relay together from its configuration and run it."""

import asyncio
import signal
from contextlib import ExitStack

from holdspace.server.commands.command import NOT_WELL, WELL, Asked, Command, complain, say
from holdspace.server.config import Config, address, allowed_origins, folder_of
from holdspace.server.door import Door
from holdspace.server.gate import Gate
from holdspace.server.journal import Journal
from holdspace.server.listeners import CannotListenError, Listening, listen
from holdspace.server.log import Log
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.sqlite import SqliteLog
from holdspace.server.relay import Relay


def run(asked: Asked) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    try:
        serve(asked.config())
    except CannotListenError as error:
        complain(str(error))
        return NOT_WELL
    return WELL


def serve(config: Config) -> None:
    """Listen, say so on standard output, and serve until asked to stop."""
    with ExitStack() as opened:
        listeners = [opened.enter_context(one) for one in listen(_places(config))]
        port = listeners[0].getsockname()[1]
        origins = allowed_origins(config, port)
        log = _log(config)
        relay = Relay(config.limits, origins, log.load(), is_alone=log.is_alone)
        gate = Gate(relay, log, config.limits, Journal())
        ready = f"listening on {address(config.listen.host, port)}"
        asyncio.run(_serve(gate, Door(listeners, config.limits), ready))


async def _serve(gate: Gate, door: Door, ready: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await gate.run(door, stop, lambda: say(ready))


def _places(config: Config) -> list[Listening]:
    return [Listening(config.listen.host, config.listen.port)]


def _log(config: Config) -> Log:
    folder = folder_of(config)
    return SqliteLog(folder) if folder else MemoryLog()


COMMANDS = (Command(("run",), "run the relay; this is what happens without any word", run),)
