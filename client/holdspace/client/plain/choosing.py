"""Settings in plain lines: a numbered list, one question for each, and everything can be put back.

While it is open a line is an answer, and every line that begins with / is what it always is. Words where
a number was asked are kept as a draft, and it is said that nobody read them.
"""

from collections.abc import Callable, Iterable, Iterator

from holdspace.client.numbers import number_in
from holdspace.client.plain.labels import labelled
from holdspace.client.plain.terminal import Terminal, open_terminal
from holdspace.client.setting_rows import COMFORT_IN_LINES, SettingRow, read_typed, row_of, value_of
from holdspace.client.settings_book import UNKNOWN, SettingsBook
from holdspace.protocol.toml_reader import Wrong
from holdspace.protocol.translation import N_, _

HOW = N_("Type a number to change one; l: the list again, u: all as it was, x: done.")
HOW_HERE = N_("Type a number to change one; r: remember it, u: all as it was, x: done.")
CHOOSE = N_("Type a number; Enter alone leaves it so, 0: as usual.")
WRITE = N_("Enter alone leaves it so, 0: as usual.")
HEAD = N_("Your settings. What you choose counts at once, and is written down.")
HEAD_HERE = N_(
    "What makes it comfortable for you. Nothing of it is sent, and nothing is written down unless you "
    "type r."
)
DONE = N_("Done.")
LET_IN = N_("What you chose counts. What you type from here on is for the room.")
KEPT = N_(
    "draft: That was no answer, and nobody read it. It is kept. /draft reads it to you; /take puts it "
    "with what /send sends."
)
_THIS_TIME = N_("yes, for this time")
_NOW_ANYWAY = N_("You have plain lines now, for this time.")
NO_ANSWER = N_("That is none of the answers.")


_ENDS = frozenset({"q", "/leave", "/quit", "/exit"})


class Chooser:
    """Ask for one setting at a time."""

    def __init__(
        self,
        say: Callable[[Iterable[str]], None],
        book: SettingsBook,
        keep: Callable[[str, str], None] | None = None,
    ) -> None:
        self._say = say
        self._book = book
        self._keep = keep
        self._is_open = False
        self._only: tuple[str, ...] = ()
        self._asked: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether an answer is awaited."""
        return self._is_open

    def begin(self, typed: str = "", *, is_told: bool = False) -> None:
        """List everything that can be set, or change what was typed: a setting, and what it is to be.

        What is wrong in the file is said first, unless it was told just now.
        """
        if typed:
            self._set_typed(typed)
            return
        self._open(())
        trouble = () if is_told else self._trouble()
        self._tell(_(HEAD), *trouble, *self._list(), _(HOW))

    def begin_comfort(self) -> None:
        """List what makes it comfortable, for this time."""
        self._open(COMFORT_IN_LINES)
        self._tell(_(HEAD_HERE), *self._list(), _(HOW_HERE))

    def close(self) -> None:
        """Ask nothing any more: something else has begun."""
        self._is_open = False

    def let_in(self) -> bool:
        """End it because there is a room now; tell whether it was going on."""
        was_open, self._is_open = self._is_open, False
        if was_open:
            self._tell(_(LET_IN))
        return was_open

    def hears(self, line: str) -> bool:
        """Take a line that was meant for the settings; tell whether it was."""
        if not self._is_open or line.lstrip().startswith("/"):
            return False
        word = line.strip()
        if self._asked:
            self._answer(word)
        else:
            self._take(word)
        return True

    @property
    def _label(self) -> str:
        return "comfort" if self._only else "settings"

    @property
    def _keeps(self) -> bool:
        return not self._only

    def _open(self, only: tuple[str, ...]) -> None:
        self._is_open, self._asked, self._only = True, "", only
        self._book.open()

    def _rows(self) -> list[SettingRow]:
        return [one for one in self._book.rows if not self._only or one.name in self._only]

    def _list(self) -> Iterator[str]:
        for number, one in enumerate(self._rows(), 1):
            yield f"{number}. {one.title}: {_(_THIS_TIME) if self._is_so_anyway(one) else one.shown}."

    def _is_so_anyway(self, row: SettingRow) -> bool:
        """Tell whether somebody has plain lines though they are not set: by --plain, or their terminal."""
        return bool(self._only) and row.name == "plain" and not row.value

    def _trouble(self) -> Iterator[str]:
        return (line.removeprefix("settings: ") for line in self._book.trouble)

    def _tell(self, *lines: str) -> None:
        self._say(labelled(self._label, line) for line in lines)

    def _take(self, word: str) -> None:
        there = self._rows()
        if number := number_in(word, len(there)):
            self._ask(there[number - 1])
        elif word.casefold() in {"", "x", "q"}:
            self._is_open = False
            self._tell(_(DONE))
        elif word.casefold() == "u":
            self._tell(self._book.put_back(keeps=self._keeps))
        elif word.casefold() == "r" and self._only:
            self._tell(self._book.remember())
        elif word.casefold() == "l":
            self._tell(*self._list(), _(HOW_HERE if self._only else HOW))
        else:
            self._not_taken(word, HOW_HERE if self._only else HOW)

    def _ask(self, row: SettingRow) -> None:
        self._asked = row.name
        so_anyway = _(_NOW_ANYWAY) if self._is_so_anyway(row) else ""
        now = " ".join(filter(None, (row.why, row.later, so_anyway)))
        choices = [
            f"{number}. {one.words}{_(' (now)') if one.value == row.value and not so_anyway else ''}."
            for number, one in enumerate(row.choices, 1)
        ]
        if not row.choices:
            choices = [_("It is now: {shown}.").format(shown=row.shown), row.how]
        self._tell(f"{row.title}: {now}", *choices, _(WRITE if row.is_typed else CHOOSE))

    def _answer(self, word: str) -> None:
        row = row_of(self._book.settings, self._asked)
        if row is None or word.casefold() in {"", "x", "q"}:
            self._asked = ""
            self._tell(_("It is as it was."), _(HOW_HERE if self._only else HOW))
        elif word == "0":
            self._set(row, row.usual)
        elif row.choices and not _is_named(row, word):
            self._not_taken(word, CHOOSE)
        else:
            self._set_word(row, word)

    def _set_word(self, row: SettingRow, word: str) -> None:
        before = self._book.settings
        self._tell(self._book.choose_typed(row, word, keeps=self._keeps))
        self._asked = "" if self._book.settings != before or _is_named(row, word) else row.name

    def _set(self, row: SettingRow, value: object) -> None:
        self._asked = ""
        self._tell(self._book.choose(row.name, value, keeps=self._keeps))

    def _set_typed(self, typed: str) -> None:
        """Change a setting that was named with its value, like `theme paper`, or ask for it."""
        self._open(())
        row, word = read_typed(self._book.settings, typed)
        self._is_open = row is not None and not word
        if row is None:
            self._tell(_(UNKNOWN))
        elif word:
            self._tell(self._book.choose_typed(row, word))
        else:
            self._ask(row)

    def _not_taken(self, words: str, how: str) -> None:
        # Somebody who was writing to the room must not lose it to a question.
        if self._keep is not None and not words.isdigit():
            self._keep(words, _(KEPT))
            self._tell(_(how))
        else:
            self._tell(_(NO_ANSWER), _(how))


def _is_named(row: SettingRow, word: str) -> bool:
    try:
        value_of(row, word)
    except Wrong:
        return False
    return True


async def change_settings(book: SettingsBook, terminal: Terminal | None = None) -> None:
    """Change settings without a meeting, until the person has had enough."""
    used = terminal or open_terminal()
    try:
        chooser = Chooser(used.say, book)
        chooser.begin(is_told=True)
        while chooser.is_open and (line := await used.read()) is not None:
            if line.strip().lower() in _ENDS:
                break
            if not chooser.hears(line):
                used.say([f"settings: {_(NO_ANSWER)} {_(HOW)}"])
    finally:
        if terminal is None:
            used.close()
