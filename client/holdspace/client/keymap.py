"""Somebody's own keys: other keys for acts, by the acts' commands.

For one hand, for a layout without some sign, for a multiplexer that wants a key for itself. Acts
that share a key (hold and resume) share the other one, too. For the left and for the right hand
there are ready ones: what is done every evening lies on that half of the keyboard, and changes
places with what is rarely needed. Pure.
"""

from typing import Any

from holdspace.client.act_kinds import Act, Spot
from holdspace.client.act_table import ACTS
from holdspace.protocol.toml_reader import Path, Reader, Wrong, unknown_key
from holdspace.protocol.translation import N_, _

Keymap = tuple[tuple[str, str], ...]

HANDS = {
    "both": N_("both, the usual keys"),
    "left": N_("left, everyday keys on the left half of a keyboard"),
    "right": N_("right, everyday keys on the right half of a keyboard"),
}
_LEFT = (
    *(("raise", "g"), ("lower", "b"), ("repeat", "h"), ("pass", "c"), ("who", "p")),
    *(("yes", "v"), ("queue", "y"), ("metoo", "e"), ("about", "m"), ("next", "a")),
    *(("agenda", "n"), ("release", "t"), ("mode", "o"), ("admit", "a"), ("ask", "a")),
    *(("pause", "c"), ("lowerfor", "z"), ("first", "f"), ("promote", "e"), ("flow", "f")),
    *(("listideas", "d"), ("notnow", "c"), ("elsewhere", "e"), ("note", "w"), ("notebook", "e")),
    *(("mutual", "f"), ("letkeep", "a"), ("lockdoor", "d"), ("attendance", "w")),
)
_RIGHT = (
    *(("nod", "."), ("no", "'"), ("leave", "]"), ("what", "\\"), ("edit", "[")),
    *(("door", "u"), ("with", "d"), ("sheet", "i"), ("invitation", "f"), ("hold", "-")),
    *(("takeback", "z"), ("give", "o"), ("aside", "i"), ("lastword", "."), ("demote", ",")),
    *(("sendback", "j"), ("remove", "'"), ("decline", "n"), ("doorword", "o"), ("back", "p")),
    *(("close", "'"), ("askideas", "y"), ("suggest", "u"), ("putaway", "p"), ("room", "o")),
    *(("endprivate", "'"), ("calendar", "m"), ("forgetone", "p"), ("schedule", "u")),
    *(("notkeep", "n"),),
)
_READY: dict[str, Keymap] = {"both": (), "left": _LEFT, "right": _RIGHT}
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


def keys_for(hand: str, own: Keymap) -> dict[str, str]:
    """Return the keys of acts for a hand, by the acts' ids; somebody's own keys come before those."""
    named = {name for name, _key in own}
    ready = tuple(row for row in _READY[hand] if row[0] not in named)
    while clashing := {*_clashing((*ready, *own))} - named:
        # What is moved for the hand gives way, and is where it usually is.
        ready = tuple(row for row in ready if row[0] not in clashing)
    return moved((*ready, *own))


def check_keymap(reader: Reader, value: Any, path: Path) -> Keymap:
    """Return the keys that can stand, and tell the reader of the others."""
    if not isinstance(value, dict):
        raise Wrong(_("must be a table: [keys] on a line of its own"))
    by_command = {act.slash: act for act in ACTS}
    good: dict[str, str] = {}
    for name, key in value.items():
        where = (*path, name)
        if name not in by_command:
            reader.wrong(where, unknown_key(name, by_command))
        elif by_command[name].usual_key in _FIXED:
            reader.wrong(where, _("The key of {name} cannot be changed.").format(name=name))
        elif not _is_key(key):
            reader.wrong(
                where, _("The key of {name} must be one character, or f3 to f11.").format(name=name)
            )
        else:
            good[name] = key
    # Without one of them, another may stand in the way of what is then where it usually is.
    while clashing := _clashing(tuple(good.items())):
        for name in clashing:
            words = _("The key of {name} does something else there already.").format(name=name)
            reader.wrong((*path, name), words)
            del good[name]
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
