"""Two languages that nobody speaks, made from the English as it is said: `HOLDSPACE_LANGUAGE=qps`.

`qps` has accents on every letter, is a third longer and stands in brackets, so whatever is shown
without accents was not marked, and whatever does not fit will not fit in German either. `qpr` is
written in Hebrew letters, from right to left. Tests look at every screen in both.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from holdspace.protocol.translation import Catalogue
from holdspace.protocol.values import value

# Not ours to translate: what is filled in, slash words, options, commands.
_KEPT = re.compile(
    r"(\{[^{}]*\}|(?<![\w/])/[a-z][a-z-]*|--[a-z][a-z-]*|`[^`]*`|%\(\w+\)[sdr]|%[sdr])"
)
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçđéƒĝĥíĵķłɱñóþɋŕšţúṽŵẋýžÁƁÇĐÉƑĜĤÍĴĶŁḾÑÓÞɊŔŠŢÚṼŴẊÝŽ",
)
_HEBREW = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "אבגדהוזחטיכלמנסעפצקרשתםןףץ" * 2
)
_VOWELS = re.compile("([aeiouyAEIOUY])")


def accented(message: str) -> str:
    """Return a sentence as `qps` says it."""
    said = _said(message, lambda part: _VOWELS.sub(r"\1\1", part).translate(_ACCENTED))
    text = said.strip()
    return said.replace(text, f"⟦{text}⟧") if text else said


def hebrew(message: str) -> str:
    """Return a sentence as `qpr` says it."""
    return _said(message, lambda part: part.translate(_HEBREW))


def _said(message: str, say: Callable[[str], str]) -> str:
    parts = _KEPT.split(message)
    return "".join(part if place % 2 else say(part) for place, part in enumerate(parts))


@value()
class _Pseudo:
    """A language that is made from each English sentence."""

    say: Callable[[str], str]

    def gettext(self, message: str) -> str:
        return self.say(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.say(msgid1 if n == 1 else msgid2)


PSEUDO: Mapping[str, Catalogue] = MappingProxyType(
    {"qps": _Pseudo(accented), "qpr": _Pseudo(hebrew)}
)
