"""Coming to the door in plain lines: read, consent, choose a name, knock. One question at a time."""

from collections.abc import Callable, Iterable

from holdspace.client.plain.labels import labelled
from holdspace.client.plain.lobby import (
    AGAIN,
    AT_HOME,
    CONSENT,
    CONSENT_AGAIN,
    INTRODUCTION,
    NAME,
    NAME_KEPT,
    lobby_lines,
)
from holdspace.client.seat.intents import Accept, Intent
from holdspace.client.seat.view import CardView, Refusal
from holdspace.client.yes_or_no import NO, YES
from holdspace.protocol.text import NameRefused, check_name
from holdspace.protocol.translation import _

_READ = frozenset({"r", "read"})
_QUIT = NO | {"q", "quit"}


class Door:
    """What a newcomer was asked last, and what they answered so far."""

    def __init__(
        self,
        *,
        say: Callable[[Iterable[str]], None],
        do: Callable[[Intent], Refusal | None],
        turn_away: Callable[[], None],
    ) -> None:
        self._say = say
        self._do = do
        self._turn_away = turn_away
        self._next: Callable[[str], None] | None = None
        self._name = ""
        self._kept_as = ""
        self._introduction: str | None = None
        self._reads_only = False

    @property
    def is_asking(self) -> bool:
        """Tell whether an answer is awaited."""
        return self._next is not None

    def greet(self, card: CardView, name: str = "", *, kept_as: str = "", why: str = "") -> None:
        """Read out the card and ask for consent; who was asked back by `name` knows the card."""
        # Who was asked back here is asked again what to say about themselves.
        self._introduction = None
        self._name, self._kept_as = name, kept_as
        # Who was asked back has heard why.
        self._say([labelled("lobby", why)] if kept_as and why else [])
        self._say([_(AGAIN).format(room=card.room_name)] if name else lobby_lines(card))
        self._say([] if name or kept_as else [labelled("lobby", _(AT_HOME))])
        self._ask(self._consent, self._hear_consent)

    @property
    def _consent(self) -> str:
        return _(CONSENT_AGAIN).format(name=self._name) if self._name else _(CONSENT)

    def pass_through(self) -> None:
        """Ask nothing more: they are in, or on their way."""
        self._next = None

    def hear(self, answer: str) -> None:
        """Take the answer to the last question."""
        if self._next is not None:
            self._next(answer.strip())

    def _ask(self, question: str, hear: Callable[[str], None]) -> None:
        self._say([question])
        self._next = hear

    def _hear_consent(self, answer: str) -> None:
        if answer.lower() in _QUIT:
            self._turn_away()
        elif answer.lower() in YES | _READ:
            self._reads_only = answer.lower() in _READ
            if self._name:
                self._ask(_(INTRODUCTION), self._hear_introduction)
            else:
                self._ask(self._name_question, self._hear_name)
        else:
            self._say([self._consent])

    @property
    def _name_question(self) -> str:
        return _(NAME_KEPT).format(name=self._kept_as) if self._kept_as else _(NAME)

    def _hear_name(self, answer: str) -> None:
        try:
            self._name = check_name(answer or self._kept_as)
        except NameRefused as refused:
            self._say(
                [
                    _("{refused} Nothing was sent. Type a name and press enter.").format(
                        refused=refused
                    )
                ]
            )
            return
        if self._introduction is None:
            self._ask(_(INTRODUCTION), self._hear_introduction)
        else:
            self._knock(self._introduction)

    def _hear_introduction(self, answer: str) -> None:
        self._introduction = answer
        self._knock(answer)

    def _knock(self, introduction: str) -> None:
        refusal = self._do(Accept(self._name, introduction, self._reads_only))
        if refusal is None:
            self.pass_through()
            return
        self._say([labelled("room", refusal.words)])
        # What was kept is what was refused: the introduction; otherwise it was the name.
        if refusal.kept:
            self._ask(_(INTRODUCTION), self._hear_introduction)
        else:
            self._ask(_(NAME), self._hear_name)
