"""What was written and not sent, each with where it was meant to go, and how it is read and taken up.

Only what was written for where typing goes now can be sent by `/send`. Words that were meant for nobody
here (an answer to a private question, a note, a reason for an act that was not done) are never among
them: `/take` alone puts them there.
"""

from collections.abc import Callable, Iterable, Iterator

from holdspace.client.editor import taken_up
from holdspace.client.seat.unsent import NOBODY, Unsent
from holdspace.protocol.translation import N_, _, shown

KEPT = N_("draft: Your words are kept. /draft reads them to you, /send sends them.")
KEPT_ELSEWHERE = N_("draft: Those words are kept where they were meant for, and were not sent.")
LAST_WORDS = N_(
    "draft: It is over, and these words of yours were not sent. Here they are, to be copied:"
)
LAST_APART = N_(
    "draft: These lines of yours reached nobody: something else was asked just then, or nobody could "
    "read them yet. Here they are, to be copied:"
)
KEPT_APART = N_("draft: Your words are kept, and nobody read them. /draft reads them to you.")


class KeptBack:
    """Words of one's own that nobody has read, and what is said of them."""

    def __init__(
        self, say: Callable[[Iterable[str]], None], typing_to: Callable[[], bytes]
    ) -> None:
        self._say = say
        self._typing_to = typing_to
        self._texts = Unsent()

    @property
    def to(self) -> bytes:
        """Return where typing goes now."""
        return self._typing_to()

    @property
    def here(self) -> str:
        """Return what is kept for where typing goes now: what `/send` sends."""
        return self._texts.of(self._typing_to())

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Return what is kept for other people than those."""
        return self._texts.besides(self._typing_to())

    @property
    def apart(self) -> str:
        """Return what was meant for nobody here."""
        return self._texts.of(NOBODY)

    @property
    def all(self) -> tuple[str, ...]:
        """Return everything that nobody has read, what is meant for here first."""
        return tuple(dict.fromkeys((self.here, *self._texts.all)))

    def of(self, to: bytes) -> str:
        """Return what is kept for there."""
        return self._texts.of(to)

    def keep(self, text: str, to: bytes | None = None, *, first: bool = False) -> None:
        """Keep a text beside what is kept already for the same place, and say so once."""
        here = self._typing_to()
        to = here if to is None else to
        was_empty = self._texts.add(to, text, first=first)
        if was_empty or to != here:
            self._say([_(KEPT if to == here else KEPT_ELSEWHERE)])

    def keep_apart(self, text: str, said: str = KEPT_APART) -> None:
        """Keep a text that was meant for nobody here: nothing but `/take` makes it something to send."""
        if text.strip():
            self._texts.add(NOBODY, text)
            self._say([shown(said)])

    def prepare(self, text: str) -> None:
        """Put a text where it can be sent from, beside what is there."""
        self._texts.add(self._typing_to(), text)

    def last_words(self, unfinished: str) -> Iterator[str]:
        """Yield what nobody has read, now that it can be sent to nobody any more."""
        to_people = (self.here, *self.elsewhere, unfinished)
        for said, texts in ((LAST_WORDS, to_people), (LAST_APART, (self.apart,))):
            kept = [text for text in texts if text.strip()]
            if kept:
                yield shown(said)
            for text in kept:
                # Bare: a label would be copied with the words.
                yield from text.split("\n")

    def replace(self, to: bytes, before: str, after: str) -> None:
        """Put what became of these words in their place, after what was kept there since."""
        self._texts.put(to, taken_up(self._texts.of(to), before, after))
        if after and to != self.to:
            self._say([KEPT_ELSEWHERE])

    def pop_here(self) -> str:
        """Return what is kept for where typing goes now, and keep it no longer."""
        return self._pop(self._typing_to())

    def take(self) -> bool:
        """Put what was meant for nobody with what can be sent; tell whether there was anything."""
        text = self._pop(NOBODY)
        if text:
            self.prepare(text)
        return bool(text)

    def _pop(self, to: bytes) -> str:
        text = self._texts.of(to)
        self._texts.put(to, "")
        return text
