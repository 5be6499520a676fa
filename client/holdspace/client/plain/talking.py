"""A card for oneself in plain lines: one question a line, and a command sets it aside.

What is typed meanwhile is an answer and stays here; only a line that begins with / is a command. Where
a passphrase is asked for, it may begin with anything, is not echoed, and is not set aside.
"""

from collections.abc import Callable, Iterable

from holdspace.client.own.talk import Change, Done, Step, Talk
from holdspace.client.plain.labels import label_of, labelled
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

from .urgent import is_urgent

ASIDE = N_("{label}: Your card is set aside, and /{name} goes on with it.")
HOW = N_("plan: What you type now is for the card alone. A command, like /what, sets it aside.")
STOPPED = N_("notebook: No notebook was opened. /notebook asks again.")
_LABELS = {"notebook": "notebook"}


@value()
class Ways:
    """What a card can do beyond asking: write, prepare a line, open the notebook, hide what is typed."""

    change: Callable[[Change], None]
    prepare: Callable[[str], None]
    open_notebook: Callable[[str], None]
    conceal: Callable[[bool], None]


class Talker:
    """Ask the questions of one card at a time."""

    def __init__(self, say: Callable[[Iterable[str]], None], ways: Ways) -> None:
        self._say = say
        self._ways = ways
        self._name = ""
        self._talk: Talk | None = None
        self._aside: dict[str, Talk] = {}
        self._heard: tuple[str, ...] = ()

    def begin(self, name: str, first: Callable[[], Step]) -> None:
        """Begin a card, or go on with one that was set aside."""
        self._name = name
        aside = self._aside.pop(name, None)
        step = aside or first()
        self._heard = ()
        if isinstance(step, Talk) and not step.is_secret:
            self._say([_(HOW)])
        self._take(step)

    @property
    def is_secret(self) -> bool:
        """Tell whether a passphrase is asked for."""
        return self._talk is not None and self._talk.is_secret

    @property
    def is_asking(self) -> bool:
        """Tell whether an answer is awaited."""
        return self._talk is not None

    def drop_secret(self) -> None:
        """Ask for no passphrase any more: something else is asked, and its answer is not one."""
        if self._talk is not None and self._talk.is_secret:
            self._stop(self._talk)

    def hears(self, line: str) -> bool:
        """Take a line that was meant for the card; tell whether it was."""
        if self._talk is None:
            return False
        is_command = is_urgent(line) if self._talk.is_secret else line.lstrip().startswith("/")
        if is_command:
            self._stop(self._talk)
            return False
        self._take(self._talk.answered(line))
        return True

    @property
    def _label(self) -> str:
        return _LABELS.get(self._name, "plan")

    def _stop(self, talk: Talk) -> None:
        self._ways.conceal(False)
        self._talk = None
        if talk.is_secret:
            self._say([_(STOPPED)])
            return
        self._aside[self._name] = talk
        self._say([_(ASIDE).format(label=label_of(self._label), name=self._name)])

    def _take(self, step: Step) -> None:
        if step.change is not None:
            self._ways.change(step.change)
        self._ways.conceal(isinstance(step, Talk) and step.is_secret)
        if isinstance(step, Done):
            self._finish(step)
            return
        self._talk = step
        answers = [
            _("Type {key}: {words}.").format(key=answer.key, words=answer.words)
            for answer in step.answers
        ]
        # Heard once, until it is another: a question is what somebody waits for.
        fresh = [words for words in step.above if words not in self._heard]
        self._heard = step.above
        self._say(labelled(self._label, words) for words in (*fresh, step.question, *answers))

    def _finish(self, done: Done) -> None:
        self._talk = None
        self._say([labelled(self._label, done.words)])
        if done.line:
            self._ways.prepare(done.line)
        if done.passphrase:
            self._ways.open_notebook(done.passphrase)
