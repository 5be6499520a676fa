"""`holdspace-relay` without a word: put a relay together from its configuration and run it."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from holdspace.server.addresses import Proxies
from holdspace.server.admin import AdminSocket
from holdspace.server.commands.command import NOT_WELL, WELL, Asked, Command, complain, say
from holdspace.server.config import (
    Config,
    LogSettings,
    address,
    admin_socket_of,
    allowed_origins,
    folder_of,
    in_effect,
    terms_of,
)
from holdspace.server.counts import Counts
from holdspace.server.door import Door
from holdspace.server.folder import own_folder
from holdspace.server.gate import Gate
from holdspace.server.journal import Event, Journal, silence_libraries
from holdspace.server.listeners import (
    CannotListenError,
    Listener,
    Listening,
    allow_open_files,
    listen,
)
from holdspace.server.log import Log, UnusableLogError
from holdspace.server.log.copies import remove_old
from holdspace.server.log.memory import MemoryLog
from holdspace.server.log.sqlite import SqliteLog
from holdspace.server.loop import run_loop
from holdspace.server.metrics import MetricsListener
from holdspace.server.operation import Operation
from holdspace.server.process import leave_no_image, notify
from holdspace.server.relay import Relay
from holdspace.server.stopping import Stop
from holdspace.server.tls import Certificates, Tls, UnusableCertificateError

# What a newcomer to running a relay wants to see; `config check` says all of it.
_SAID_AT_START = ("Who can reach it", "Opening a room")
_TIDY_SECONDS = 3600.0


def run(asked: Asked) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    try:
        serve(asked.config(), asked.config)
    except (CannotListenError, UnusableCertificateError) as error:
        complain(str(error))
        return NOT_WELL
    return WELL


def serve(config: Config, read_again: Callable[[], Config] | None = None) -> None:
    """Listen, say so on standard output, and serve until asked to stop."""
    leave_no_image()
    silence_libraries()
    journal, counts = Journal(), Counts()
    if not allow_open_files(config.limits):
        journal.note(Event.FEW_FILES)
    with ExitStack() as opened:
        listeners = [opened.enter_context(one) for one in listen(_places(config))]
        port = next((one.port for one in listeners if not one.is_unix), config.listen.port)
        origins = allowed_origins(config, port)
        log = _log(config)
        relay = Relay(
            config.limits, origins, log.load(), is_alone=log.is_alone, terms=terms_of(config)
        )
        gate = Gate(relay, log, config.limits, journal, counts=counts)
        door = _door(config, listeners, journal)
        operation = Operation(config, relay, counts, journal)
        operation.on_reload(lambda config: _renew(door, config))
        operation.knows("ignores_proxy", lambda: door.ignores_proxy)
        operation.knows("unnamed", lambda: door.unnamed)
        served = _Served(config, gate, door, operation, journal=journal)
        run_loop(served.run([*_ready(listeners)], read_again or (lambda: config)))


class _Served:
    """Everything that runs on one event loop."""

    def __init__(
        self, config: Config, gate: Gate, door: Door, operation: Operation, *, journal: Journal
    ) -> None:
        self._config = config
        self._gate = gate
        self._door = door
        self._operation = operation
        self._journal = journal
        self._stop = Stop()
        self._outliving: asyncio.Task[None] | None = None

    async def run(self, places: Sequence[str], read_again: Callable[[], Config]) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ask_to_stop)
        # By whoever ran it for one meeting only (`holdspace host --here`): people are told that it is over.
        loop.add_signal_handler(signal.SIGUSR1, self._stop.ask_for_good)
        # And if that one died: somebody else may lead the meeting on, and nobody finds the relay later.
        loop.add_signal_handler(signal.SIGUSR2, self._outlive)
        loop.add_signal_handler(signal.SIGHUP, self._operation.reload, read_again)
        with ExitStack() as opened:
            await self._open_admin(opened)
            await self._open_metrics(opened)
            tidying = loop.create_task(_tidy(folder_of(self._config)))
            opened.callback(tidying.cancel)
            await self._gate.run(self._door, self._stop, lambda: self._ready(places))

    def _ready(self, places: Sequence[str]) -> None:
        said = [line for line in in_effect(self._config) if line.startswith(_SAID_AT_START)]
        say("\n".join([*places, *said]))
        notify("READY=1")

    def _outlive(self) -> None:
        deserted = self._stop.when_deserted(lambda: self._gate.is_deserted)
        self._outliving = asyncio.get_running_loop().create_task(deserted)

    def _ask_to_stop(self) -> None:
        notify("STOPPING=1")
        self._stop.ask()

    async def _open_admin(self, opened: ExitStack) -> None:
        path = admin_socket_of(self._config)
        if path is None:
            return
        admin = AdminSocket(self._operation.answers)
        try:
            if path.parent == folder_of(self._config):
                own_folder(path.parent)
            await admin.open(path)
        except (OSError, UnusableLogError):
            # What is nice to have does not keep people from meeting.
            self._journal.note(Event.NO_ADMIN_SOCKET)
        opened.callback(admin.close)

    async def _open_metrics(self, opened: ExitStack) -> None:
        where = self._config.metrics.listen
        if where is None:
            return
        metrics = MetricsListener(self._operation.metrics)
        try:
            await metrics.open(where)
        except OSError as error:
            raise CannotListenError(
                f"The relay cannot listen where metrics.listen says: {error.strerror}."
            ) from None
        opened.callback(metrics.close)


async def _tidy(folder: Path | None) -> None:
    while folder is not None:
        with suppress(OSError):  # in an hour it is tried again
            remove_old(folder, time.time())
        await asyncio.sleep(_TIDY_SECONDS)


def _door(config: Config, listeners: Sequence[Listener], journal: Journal) -> Door:
    named, files = config.proxies, _certificate(config)
    return Door(
        listeners,
        config.limits,
        journal,
        proxies=Proxies(named.trusted, named.header, named.exempt),
        certificates=Certificates(files) if files else None,
    )


def _renew(door: Door, config: Config) -> None:
    files = _certificate(config)
    if files is not None:
        door.reload(files)


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
    if config.log.kind == "jetstream":
        return _jetstream(config.log)
    return SqliteLog(own_folder(folder)) if folder else MemoryLog()


def _jetstream(settings: LogSettings) -> Log:
    try:
        # Only who uses a cluster has the packages for it.
        from holdspace.server.log.jetstream.log import JetStreamLog  # noqa: PLC0415
        from holdspace.server.log.jetstream.settings import JetStreamSettings  # noqa: PLC0415
    except ImportError:
        raise UnusableLogError(
            "A log in a NATS cluster needs one more package. Nothing was changed. Move the "
            "relay's program away and install it with the package: deploy/install-relay FOLDER jetstream"
        ) from None
    own, system = settings.credentials, settings.system_credentials
    return JetStreamLog(
        JetStreamSettings(
            settings.servers,
            settings.name,
            credentials=own.text if own else "",
            system_credentials=system.text if system else "",
            development=settings.development,
        )
    )


COMMANDS = (Command(("run",), "run the relay; this is what happens without any word", run),)
