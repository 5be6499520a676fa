"""What must not be switched on around a confidential room (security.md 1.10, TD07).

Textual can stream its log to a socket, write it to a file, take screenshots and press keys, all
by environment variables. Any of these makes the full screen refuse to start.
"""

from collections.abc import Mapping

from holdspace.protocol.translation import _

FEATURES = frozenset({"devtools", "debug"})
SWITCHES = (
    "TEXTUAL_DEBUG",
    "TEXTUAL_LOG",
    "TEXTUAL_DEVTOOLS_HOST",
    "TEXTUAL_DEVTOOLS_PORT",
    "TEXTUAL_DRIVER",
    "TEXTUAL_PRESS",
    "TEXTUAL_SCREENSHOT",
    "TEXTUAL_SCREENSHOT_LOCATION",
    "TEXTUAL_SCREENSHOT_FILENAME",
)


class UnsafeEnvironmentError(RuntimeError):
    """Something in the environment would let the room out; the message is for the person."""


def check_environment(environ: Mapping[str, str]) -> None:
    """Refuse an environment in which others could watch this screen or press its keys."""
    asked = {feature.strip().lower() for feature in environ.get("TEXTUAL", "").split(",")}
    found = ["TEXTUAL"] if asked & FEATURES else []
    found += [name for name in SWITCHES if environ.get(name, "").strip() not in ("", "0", "-1")]
    if found:
        raise UnsafeEnvironmentError(
            _(
                "{names} is set: with it, what is said in the room could leave this "
                "program. Nothing was opened. Unset it and start again."
            ).format(names=", ".join(found))
        )
