"""Somebody's own keys: other keys for acts, by the acts' commands.

For one hand, for a layout without some sign, for a multiplexer that wants a key for itself. Acts
that share a key (hold and resume) share the other one, too. Pure.
"""

from typing import Any

from holdspace.client.act_kinds import Act, Spot
from holdspace.client.act_table import ACTS
from holdspace.protocol.toml_reader import Path, Reader, Wrong, unknown_key

Keymap = tuple[tuple[str, str], ...]

# The keys that are the same for everybody, because somebody may need them who cannot look them up.
_FIXED = {"1-9", "enter", "f2", "f12"}
_NAMED = {f"f{number}" for number in range(3, 12)}


def moved(keymap: Keymap, acts: tuple[Act, ...] = ACTS) -> dict[str, str]:
    """Return the key of every act that has another one than usual, by its id."""
    by_command = {act.slash: act for act in acts}
    return {
        sibling.id: key
        for name, key in keymap
        for sibling in acts
        if (sibling.usual_key, sibling.spot) == (by_command[name].usual_key, by_command[name].spot)
    }


def check_keymap(reader: Reader, value: Any, path: Path) -> Keymap:
    """Return the keys that can stand, and tell the reader of the others."""
    if not isinstance(value, dict):
        raise Wrong("must be a table: [keys] on a line of its own")
    by_command = {act.slash: act for act in ACTS}
    good: dict[str, str] = {}
    for name, key in value.items():
        where = (*path, name)
        if name not in by_command:
            reader.wrong(where, unknown_key(name, by_command))
        elif by_command[name].usual_key in _FIXED:
            reader.wrong(where, f"The key of {name} cannot be changed.")
        elif not _is_key(key):
            reader.wrong(where, f"The key of {name} must be one character, or f3 to f11.")
        else:
            good[name] = key
    for name in _clashing(tuple(good.items())):
        reader.wrong((*path, name), f"The key of {name} does something else there already.")
    return tuple(good.items())


def _is_key(key: object) -> bool:
    if not isinstance(key, str):
        return False
    return key in _NAMED or (len(key) == 1 and key.isprintable() and not key.isspace())


def _clashing(keymap: Keymap) -> list[str]:
    """Return the names whose new key somebody else has, where both can be pressed."""
    keys = moved(keymap)
    groups: dict[tuple[str, str], set[str]] = {}
    for act in ACTS:
        for spot in Spot if act.spot is Spot.ANYWHERE else (act.spot,):
            place = (spot.value, keys.get(act.id, act.usual_key))
            groups.setdefault(place, set()).add(act.usual_key)
    spots = {act.slash: act.spot.value for act in ACTS}
    return [name for name, key in keymap if len(groups[spots[name], key]) > 1]
