"""A person's own plans, ideas and notes in plain lines; nothing of it is sent."""

from collections.abc import Callable, Iterable

from holdspace.client.acts import Local
from holdspace.client.mine import Own
from holdspace.client.own.words import own_lines
from holdspace.client.plain.labels import labelled
from holdspace.client.plain.talking import Talker, Ways


class OwnThings:
    """What is answered from the notebook, and the card that is being filled in."""

    def __init__(
        self,
        say: Callable[[Iterable[str]], None],
        own: Callable[[], Own],
        keep: Callable[[str], None],
        ways: Ways,
    ) -> None:
        self._say = say
        self._own = own
        self._keep = keep
        self._talker = Talker(say, ways)
        self.answers: dict[str, Callable[[Local], None]] = {
            "goal": lambda _: self._talker.begin("goal", own().goal_card),
            "review": lambda _: self._talker.begin("review", own().look_back),
            "notebook": lambda _: self._talker.begin("notebook", own().notebook_card),
            "plans": lambda _: self._read(),
            "idea": self._keep_idea,
            "note": self._keep_note,
        }

    @property
    def hears_a_secret(self) -> bool:
        """Tell whether the next line is a passphrase, to be taken as it is."""
        return self._talker.is_secret

    def drop_secret(self) -> None:
        """Ask for no passphrase any more."""
        self._talker.drop_secret()

    def ask_again(self) -> None:
        """Ask for the passphrase anew, unless another card is asking by now."""
        if not self._talker.is_asking:
            self._talker.begin("notebook", self._own().notebook_card)

    def hears(self, line: str) -> bool:
        """Take a line that was meant for a card; tell whether it was."""
        return self._talker.hears(line)

    def _read(self) -> None:
        keeper = self._own().keeper
        self._say([*own_lines(keeper.notebook), labelled("room", keeper.where_words)])

    def _keep_idea(self, local: Local) -> None:
        own = self._own()
        refused = own.keep_idea(local.text)
        self._say([labelled("room", refused or own.kept_words)])
        if refused:
            self._keep(local.text)

    def _keep_note(self, local: Local) -> None:
        own = self._own()
        refused = own.keep_note(local.text)
        self._say([labelled("room", refused or own.kept_words)])
        if refused:
            self._keep(local.text)
