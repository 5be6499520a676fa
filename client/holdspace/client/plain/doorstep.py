"""What somebody does for their own comfort in plain lines: settings, and trying the commands at the door."""

from collections.abc import Callable, Iterable

from holdspace.client.acts import Local
from holdspace.client.plain.choosing import Chooser
from holdspace.client.plain.trying import Trier
from holdspace.client.settings_book import SettingsBook


class Doorstep:
    """The settings that are being changed, and the trial that goes on; at most one of them."""

    def __init__(
        self,
        say: Callable[[Iterable[str]], None],
        book: SettingsBook,
        keep: Callable[[str, str], None],
    ) -> None:
        self._chooser = Chooser(say, book, keep)
        self._trier = Trier(say)
        self.answers: dict[str, Callable[[Local], None]] = {
            "settings": lambda local: self._chooser.begin(local.text),
            "comfort": lambda _: self._chooser.begin_comfort(),
            "tryout": self._try,
        }

    @property
    def is_open(self) -> bool:
        """Tell whether a line is for one of them."""
        return self._chooser.is_open or self._trier.is_open

    def hears(self, line: str) -> bool:
        """Take a line that was meant for one of them; tell whether it was."""
        return self._chooser.hears(line) or self._trier.hears(line)

    def let_in(self) -> bool:
        """Ask and try nothing any more, now there is a room; tell whether a line could be for that."""
        was_chosen = self._chooser.let_in()
        return self._trier.let_in() or was_chosen

    def _try(self, _local: Local) -> None:
        self._chooser.close()
        self._trier.begin()
