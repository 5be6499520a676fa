"""Other servers under the same load, where they can be had: mosquitto, Redis, NATS JetStream."""

from collections.abc import Callable

from relay_cases import Dose, Result

SATURATED: dict[str, Callable[[Dose], Result | None]] = {}
CLUSTER: dict[str, Callable[[Dose], Result | None]] = {}
