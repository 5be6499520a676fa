"""`holdspace-relay` without a word: put a relay together from its configuration and run it."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from holdspace.server.addresses import Proxies
from holdspace.server.commands.command import NOT_WELL, WELL, Asked, Command, complain, say
from holdspace.server.config import Config, address, allowed_origins, folder_of
from holdspace.server.door import Door
from holdspace.server.gate import Gate
from holdspace.server.journal import Event, Journal
from holdspace.server.listeners import (
    CannotListenError,
    Listener,
    Listening,
    allow_open_files,
    listen,
)
from holdspace.server.log import Log
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.sqlite import SqliteLog
from holdspace.server.relay import Relay
from holdspace.server.stopping import Stop
from holdspace.server.tls import Certificates, Tls, UnusableCertificateError


def run(asked: Asked) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    try:
        serve(asked.config())
    except (CannotListenError, UnusableCertificateError) as error:
        complain(str(error))
        return NOT_WELL
    return WELL


def serve(config: Config) -> None:
    """Listen, say so on standard output, and serve until asked to stop."""
    with ExitStack() as opened:
        listeners = [opened.enter_context(one) for one in listen(_places(config))]
        port = next((one.port for one in listeners if not one.is_unix), config.listen.port)
        origins = allowed_origins(config, port)
        log = _log(config)
        relay = Relay(config.limits, origins, log.load(), is_alone=log.is_alone)
        journal = Journal()
        gate = Gate(relay, log, config.limits, journal)
        door = Door(
            listeners,
            config.limits,
            journal,
            proxies=Proxies(config.proxies.trusted, config.proxies.header),
            certificates=Certificates(files) if (files := _certificate(config)) else None,
        )
        if not allow_open_files(config.limits):
            journal.note(Event.FEW_FILES)
        asyncio.run(_serve(gate, door, "\n".join(_ready(listeners)), files))


async def _serve(gate: Gate, door: Door, ready: str, files: Tls | None) -> None:
    stop = Stop()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.ask)
    if files is not None:
        loop.add_signal_handler(signal.SIGHUP, door.reload, files)
    await gate.run(door, stop, lambda: say(ready))


def _renew(door: Door, config: Config) -> None:
    certificate = _certificate(config)
    if certificate is not None:
        door.reload(certificate)


def _places(config: Config) -> list[Listening]:
    asked, line = config.listen, config.proxies.proxy_protocol
    places = []
    if asked.host:
        tls = config.tls.certificate is not None
        places.append(Listening(asked.host, asked.port, tls=tls, proxy_line=line))
    if asked.socket:
        mode = int(asked.socket_mode, 8)
        places.append(Listening(path=asked.socket, mode=mode, proxy_line=line))
    return places


def _ready(listeners: Sequence[Listener]) -> Iterator[str]:
    for one in listeners:
        asked = one.asked
        where = f"the socket {asked.path}"
        if not one.is_unix:
            where = address(asked.host, one.port, tls=asked.tls)
        yield f"listening on {where}"


def _certificate(config: Config) -> Tls | None:
    files = config.tls
    if files.certificate is None or files.key is None:
        return None
    return Tls(files.certificate, files.key)


def _log(config: Config) -> Log:
    folder = folder_of(config)
    return SqliteLog(folder) if folder else MemoryLog()


COMMANDS = (Command(("run",), "run the relay; this is what happens without any word", run),)
