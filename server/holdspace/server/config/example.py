"""The example file and the settings page, written from the table of settings."""

from collections.abc import Iterator
from textwrap import wrap

from holdspace.server.config.reading import CONFIG_VARIABLE
from holdspace.server.config.sections import about, section_names, settings
from holdspace.server.config.setting import Setting, shown

_WIDTH = 98
_HEAD = """\
# Every setting of holdspace-relay, all commented out: the relay runs without this file.
#
# Take out the "#" before what you want to change, and before the [section] above it. Then
#     holdspace-relay config check THIS-FILE
# says all mistakes at once, and what would be in effect. Start with
#     holdspace-relay --config THIS-FILE
# Settings marked "reload" take effect on SIGHUP (systemctl reload); the others need a restart.
# Each can also be given as the variable named below it, which wins over this file.
"""

_PAGE_HEAD = f"""\
# Settings of the relay

<!-- Written by `holdspace-relay config page`; a test fails when it is out of date. -->

`holdspace-relay` runs without any setting. What you give it is taken from, each winning over the one before:

1. the TOML file named with `--config FILE` or `{CONFIG_VARIABLE}`;
2. environment variables, as named below; lists have commas between their items;
3. the options `--host`, `--port`, `--origin`, `--data` and `--memory`.

`holdspace-relay config example` prints a file with every setting, commented out. `holdspace-relay config
check FILE` says every mistake at once, with its line and the nearest key that exists, and what would be in
effect. A variable that begins with `HOLDSPACE_RELAY_` but is no setting is reported and changes nothing;
any other mistake keeps the relay from starting.

On SIGHUP (`systemctl reload`) all of it is read again. If there is a mistake, the old settings stay.
*Reload* below means that a change takes effect then; all others need a restart, and the relay names those
that changed. A secret can be given in a file of its own: by the key that ends in `_file`, or the variable
ending in `_FILE`.
"""


def example() -> str:
    """Return a file in which every setting is explained and commented out."""
    return "\n".join([_HEAD, *(_example_section(name) for name in section_names())])


def _example_section(name: str) -> str:
    keys = "\n".join(_example_key(one) for one in settings() if one.section == name)
    return f"{_comment(about(name))}\n# [{name}]\n\n{keys}"


def _example_key(setting: Setting) -> str:
    note = f"{setting.kind.what[:1].upper()}{setting.kind.what[1:]}. Default: {_default(setting)}."
    reload = "; reload" if setting.is_reloaded else ""
    return (
        f"{_comment(setting.why)}\n{_comment(note)}\n# ({setting.variable}{reload})\n"
        f"# {setting.name} = {setting.sample}\n"
    )


def _comment(text: str) -> str:
    return "\n".join(f"# {line}" for line in wrap(text, _WIDTH, break_on_hyphens=False))


def _default(setting: Setting) -> str:
    if setting.default_in_words:
        return setting.default_in_words
    return "none" if setting.default in (None, "", ()) else shown(setting.default)


def page() -> str:
    """Return docs/relay-settings.md."""
    return "\n".join([_PAGE_HEAD, *(_page_section(name) for name in section_names())])


def _page_section(name: str) -> str:
    keys = (one for one in settings() if one.section == name)
    return f"## [{name}]\n\n{about(name)}\n\n" + "\n".join(_page_key(one) for one in keys)


def _page_key(setting: Setting) -> str:
    return "\n".join(_page_lines(setting)) + "\n"


def _page_lines(setting: Setting) -> Iterator[str]:
    default = _default(setting)
    plain = default if setting.default_in_words or default == "none" else f"`{default}`"
    yield f"**`{setting.name}`** ({setting.kind.what}; default: {plain})  "
    yield f"{setting.why}  "
    option = f", option `{setting.option}`" if setting.option else ""
    yield f"Variable `{setting.variable}`{option}.{' *Reload.*' if setting.is_reloaded else ''}"
