"""The language of this program: chosen once, before the first word is shown.

Whoever reads English loads nothing. A language that is not there is not asked for twice and is no
mistake: the program speaks English then.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from holdspace.client.own_folder import settings_file
from holdspace.protocol.translation import ENGLISH, SOURCE, Catalogue, use

# What can be set, by its own name; each but the source is a folder in words/.
LANGUAGES = {SOURCE: "English", "de": "Deutsch"}
WORDS = Path(__file__).parent / "words"
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_NO_LANGUAGE = ("C", "POSIX")
_MOST_READ = 1 << 16


def choose(environment: Mapping[str, str] = os.environ) -> str:
    """Let the program speak this person's language from now on, and return which it is."""
    for name in wanted(environment):
        if (catalogue := _catalogue(name)) is not None:
            use(catalogue, name if name in LANGUAGES else SOURCE)
            return name
    use(ENGLISH)
    return SOURCE


def wanted(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the languages that somebody asked for, the one to be tried first in front.

    As everywhere: what is said for one run goes before what is set, and that before the system's.
    """
    if asked := environment.get("HOLDSPACE_LANGUAGE", "") or _set(environment):
        return (_language(asked),)
    system = next(filter(None, (environment.get(name, "") for name in _VARIABLES)), "C")
    if system.partition(".")[0] in _NO_LANGUAGE:
        return ()
    # The rule of GNU gettext: a list in LANGUAGE counts wherever there is a language at all.
    listed = environment.get("LANGUAGE", "").split(":")
    return tuple(map(_language, (*filter(None, listed), system)))


def _language(tag: str) -> str:
    """Return the language of "de_AT.UTF-8" or "de-AT"."""
    return re.split(r"[-_.@]", tag, maxsplit=1)[0].lower()


def _catalogue(name: str) -> Catalogue | None:
    """Return the sentences of a language, or None if we do not speak it."""
    if name == SOURCE:
        return ENGLISH
    if name in LANGUAGES:
        from gettext import GNUTranslations  # noqa: PLC0415 (nothing for those who read English)

        try:
            with (WORDS / f"{name}.mo").open("rb") as file:
                return GNUTranslations(file)
        except OSError:
            return None
    from holdspace.client.pseudo import PSEUDO  # noqa: PLC0415 (for those who test us)

    return PSEUDO.get(name)


def _set(environment: Mapping[str, str]) -> str:
    """Return what the settings say; what is wrong with them is said by those who read them whole."""
    try:
        with settings_file(environment).open("rb") as file:
            data = file.read(_MOST_READ)
    except OSError:
        return ""
    if b"language" not in data:
        return ""
    import tomllib  # noqa: PLC0415 (only who has set a language waits for it)

    try:
        found = tomllib.loads(data.decode()).get("language")
    except (ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""
