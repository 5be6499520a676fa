"""A card for oneself in plain lines: one question a line, and a command sets it aside.

What is typed meanwhile is an answer and stays here; only a line that begins with / is a command.
"""

from collections.abc import Callable, Iterable

from holdspace.client.own.talk import Change, Done, Step, Talk

ASIDE = "plan: Your card is set aside, and /{name} goes on with it."
HOW = "plan: What you type now is for the card alone. A command, like /what, sets it aside."


class Talker:
    """Ask the questions of one card at a time."""

    def __init__(
        self,
        say: Callable[[Iterable[str]], None],
        change: Callable[[Change], None],
        prepare: Callable[[str], None],
    ) -> None:
        self._say = say
        self._change = change
        self._prepare = prepare
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
        if isinstance(step, Talk):
            self._say([HOW])
        self._take(step)

    def hears(self, line: str) -> bool:
        """Take a line that was meant for the card; tell whether it was."""
        if self._talk is None:
            return False
        if line.lstrip().startswith("/"):
            self._aside[self._name], self._talk = self._talk, None
            self._say([ASIDE.replace("{name}", self._name)])
            return False
        self._take(self._talk.answered(line))
        return True

    def _take(self, step: Step) -> None:
        if step.change is not None:
            self._change(step.change)
        if isinstance(step, Done):
            self._talk = None
            self._say([f"plan: {step.words}"])
            if step.line:
                self._prepare(step.line)
            return
        self._talk = step
        answers = [f"Type {answer.key}: {answer.words}." for answer in step.answers]
        # Heard once, until it is another: a question is what somebody waits for.
        fresh = [words for words in step.above if words not in self._heard]
        self._heard = step.above
        self._say(f"plan: {words}" for words in (*fresh, step.question, *answers))
