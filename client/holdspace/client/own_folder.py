"""Where somebody's own files are: their settings, and what they wrote for their meetings.

Apart from those who read them, because the language is chosen before anything else is loaded.
"""

import os
from collections.abc import Mapping
from pathlib import Path

_SETTINGS = "settings.toml"


def own_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where somebody's own files are: settings, and files of the library in folders by kind."""
    base = environment.get("XDG_CONFIG_HOME", "")
    # The rule of the XDG base directories: what is no absolute path does not count.
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "holdspace"


def settings_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the settings are read from, whether there is such a file or not."""
    return own_folder(environment) / _SETTINGS
