"""One relay in operation: what its operator may ask it, and what they may change while it runs."""

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from holdspace.server.config import Config, ConfigError, terms_of
from holdspace.server.config.reading import changed
from holdspace.server.counts import Counts, Sizes, as_prometheus, figures
from holdspace.server.journal import Event, Journal
from holdspace.server.process import leaves_no_image, notify, notify_reloading
from holdspace.server.relay import Relay

Reload = Callable[[Config], None]


class Operation:
    """Answer for a running relay, and give it new settings."""

    def __init__(self, config: Config, relay: Relay, counts: Counts, journal: Journal) -> None:
        self._config = config
        self._relay = relay
        self._counts = counts
        self._journal = journal
        self._started = time.monotonic()
        self._reloads: list[Reload] = [lambda config: relay.agree(terms_of(config))]
        self._facts: dict[str, Callable[[], Any]] = {
            "version": lambda: version("holdspace"),
            "seconds": lambda: int(time.monotonic() - self._started),
            "open_files": lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            "leaves_no_image": leaves_no_image,
            "figures": self._figures,
        }

    def knows(self, name: str, fact: Callable[[], Any]) -> None:
        """Have `status` answer this as well."""
        self._facts[name] = fact

    def on_reload(self, reload: Reload) -> None:
        """Have a part of the relay told whenever settings were read again."""
        self._reloads.append(reload)

    def reload(self, read: Callable[[], Config]) -> None:
        """Take what may change while people are here; a mistake changes nothing at all."""
        notify_reloading()
        try:
            config = read()
        except ConfigError:
            self._journal.note(Event.CONFIG_KEPT)
        else:
            self._take(config)
        notify("READY=1")

    def _take(self, config: Config) -> None:
        before = self._config
        self._config = replace(before, rooms=config.rooms, operator=config.operator, tls=config.tls)
        for reload in self._reloads:
            reload(self._config)
        self._journal.note(Event.CONFIG_TAKEN)
        waiting = [one for one in changed(self._config, config) if not one.is_reloaded]
        if waiting:
            self._journal.note(Event.NEEDS_RESTART, waiting)

    @property
    def answers(self) -> Mapping[str, Callable[[], Mapping[str, Any]]]:
        """Return what may be asked through the admin socket."""
        return {"health": lambda: {"is_well": True}, "status": self._status, "codes": self._codes}

    def metrics(self) -> str:
        """Return the counts for Prometheus."""
        return as_prometheus(figures(self._counts, self._sizes()))

    def _sizes(self) -> Sizes:
        return Sizes(*self._relay.sizes)

    def _status(self) -> Mapping[str, Any]:
        return {name: fact() for name, fact in self._facts.items()}

    def _figures(self) -> list[Any]:
        shown = figures(self._counts, self._sizes())
        return [[one.name, one.is_sum, [*one.labels.values()], one.value] for one in shown]

    def _codes(self) -> Mapping[str, Any]:
        return {code.key.hex(): self._relay.rooms_of(code.key) for code in self._config.rooms.codes}
