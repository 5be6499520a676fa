"""Trying the commands in plain lines, at the door: each says what it would do, and nothing is sent."""

from collections.abc import Callable, Iterable

from holdspace.client.acts import BY_ID, Act
from holdspace.client.plain.labels import labelled
from holdspace.client.plain.urgent import is_urgent
from holdspace.client.tryout import LEAD, STEPS, Tryout, typed
from holdspace.protocol.translation import N_, _

HOW = N_("Type one of them, or some words. x goes back to the door, at any time.")
OUT = N_(
    "/exit closes this program at once, here too. /support, /help and /leave are what they always are."
)
END = N_("You are back at the door. Nothing of that was sent.")
LET_IN = N_(
    "That was the trial, and nothing of it was sent. What you type from here on is for the room."
)


class Trier:
    """Say what each line would do in the room, while somebody tries."""

    def __init__(self, say: Callable[[Iterable[str]], None]) -> None:
        self._say = say
        self._tryout: Tryout | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether lines are only tried."""
        return self._tryout is not None

    def begin(self) -> None:
        """Say what can be tried."""
        self._tryout = Tryout()
        steps = [
            _("{usage}: {what}.").format(usage=_usage(name), what=_(what))
            for name, (what, _would) in STEPS.items()
        ]
        self._tell(_(LEAD), *steps, _(OUT), _(HOW))

    def let_in(self) -> bool:
        """End it because there is a room now; tell whether it was going on."""
        was_open, self._tryout = self.is_open, None
        if was_open:
            self._tell(_(LET_IN))
        return was_open

    def hears(self, line: str) -> bool:
        """Take a line that is only tried; tell whether it was."""
        word = line.strip()
        if self._tryout is None or is_urgent(line):
            return False
        if word.casefold() in {"x", "q"}:
            self._tryout = None
            self._tell(_(END))
            return True
        following = typed(self._tryout, line) if word else self._tryout
        if isinstance(following, Act):
            return False
        self._tryout = following
        self._tell(*([following.words] if word else []))
        return True

    def _tell(self, *lines: str) -> None:
        self._say(labelled("tryout", line) for line in lines)


def _usage(act_id: str) -> str:
    return _("Some words") if act_id == "say" else f"/{BY_ID[act_id].slash}"
