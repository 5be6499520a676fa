"""Being asked one thing at a time: the same questions in the same order for both front ends.

Enter alone leaves a question out, and nothing is sent before the last one is answered. Pure: a
typed line in, the next question or the finished answers out.
"""

from collections.abc import Iterator
from dataclasses import field, replace

from holdspace.client.seat.form_view import FormView, Item, To
from holdspace.client.seat.intents import GiveAnswers
from holdspace.client.seat.view import RoomView
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

WHO_MAY_SEE = N_("Who may see this?")
LEAVE_OUT = N_("Enter alone leaves it out.")
_COUNTING = N_("{title} is being counted: {number} so far.")
_OPEN = N_("{title} is open: {number} so far.")
MOST_WORDS = 280


@value()
class Questions:
    """How far somebody is. `at` counts the items, then the line of words, then who may see it."""

    form: FormView
    numbers: tuple[int | None, ...] = field(repr=False)
    at: int = 0
    words: str = field(default="", repr=False)
    remark: str = ""

    @property
    def item(self) -> Item | None:
        """Return the item that is asked now, if it is one."""
        return self.form.items[self.at] if self.at < len(self.form.items) else None

    @property
    def asks_words(self) -> bool:
        """Tell whether a line of words is asked for now."""
        return self.at == len(self.form.items) and bool(self.form.words_ask)

    @property
    def last(self) -> int:
        """Return the place of the last question."""
        way = bool(self.form.ways) and not self.is_empty
        return len(self.form.items) - 1 + bool(self.form.words_ask) + way

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was answered so far."""
        return all(number is None for number in self.numbers) and not self.words


def begin(form: FormView) -> Questions:
    """Return the first question."""
    return Questions(form, (None,) * len(form.items))


def begin_with(form: FormView, typed: str) -> Questions | GiveAnswers:
    """Return what follows when numbers were typed at once, as in /answer 7 3; the rest is asked."""
    following: Questions | GiveAnswers = begin(form)
    for number in typed.split():
        if not isinstance(following, Questions) or following.item is None:
            break
        following = take(following, number)
    return following


def take(asked: Questions, line: str) -> Questions | GiveAnswers:
    """Take a typed answer: the next question, the same one with a remark, or all the answers."""
    typed = line.strip()
    if asked.asks_words:
        return _take_words(asked, typed)
    choices = _choices(asked)
    if not typed:
        return _take_number(asked, None)
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 2 else -1
    if number not in choices:
        least, most = choices[0], choices[-1]
        wanted = _("A number from {least} to {most}, please.").format(least=least, most=most)
        remark = f"{wanted} {_alone(asked)}"
        return replace(asked, remark=remark)
    return _take_number(asked, number)


def back(asked: Questions) -> Questions:
    """Go to the question before."""
    return replace(asked, at=max(0, asked.at - 1), remark="")


def question(asked: Questions) -> str:
    """Return what is asked now, without the answers to choose from."""
    if asked.item is not None:
        return asked.item.text
    return asked.form.words_ask if asked.asks_words else _(WHO_MAY_SEE)


def options(asked: Questions) -> tuple[str, ...]:
    """Return the answers to choose from, numbered from 1; empty where a number is the answer."""
    if asked.item is not None:
        return asked.item.options
    return () if asked.asks_words else tuple(way.words for way in asked.form.ways)


def how(asked: Questions) -> str:
    """Return how to answer."""
    if asked.asks_words:
        return f"{_('Type it and press Enter.')} {_(LEAVE_OUT)}"
    choices = _choices(asked)
    number = _("Type a number from {least} to {most}, then Enter.").format(
        least=choices[0], most=choices[-1]
    )
    return f"{number} {_alone(asked)}"


def progress(asked: Questions) -> str:
    """Return which question of how many this is."""
    whole = len(asked.form.items) + bool(asked.form.words_ask) + bool(asked.form.ways)
    return _("{at} of {whole}").format(at=asked.at + 1, whole=whole) if whole > 1 else ""


def result_lines(view: RoomView) -> Iterator[str]:
    """Yield what was counted, what is being counted, and the own numbers side by side."""
    asking = view.asked
    if not (asking.running or asking.results or asking.own):
        yield _("Nothing was counted yet.")
    for count in asking.running:
        words = _COUNTING if count.is_closed else _OPEN
        yield _(words).format(title=count.title, number=count.joined)
    for result in asking.results:
        title = result.title if result.title.endswith("?") else f"{result.title}."
        yield " ".join((title, *result.lines))
    if asking.own:
        yield _("Your own, on this device only:")
    yield from asking.own


def _alone(asked: Questions) -> str:
    is_way = asked.item is None and not asked.asks_words
    return _("Enter alone means: {way}.").format(way=To.ME.words) if is_way else _(LEAVE_OUT)


def _choices(asked: Questions) -> range:
    item = asked.item
    if item is not None and not item.options:
        return range(item.least, item.most + 1)
    return range(1, len(options(asked)) + 1)


def _take_number(asked: Questions, number: int | None) -> Questions | GiveAnswers:
    if asked.item is None:
        to = To.ME if number is None else asked.form.ways[number - 1]
        return GiveAnswers(asked.form, asked.numbers, asked.words, to)
    numbers = (*asked.numbers[: asked.at], number, *asked.numbers[asked.at + 1 :])
    return _next(replace(asked, numbers=numbers))


def _take_words(asked: Questions, typed: str) -> Questions | GiveAnswers:
    if len(typed) > MOST_WORDS:
        words = _("That is longer than {number} characters; it is kept, please shorten it.").format(
            number=MOST_WORDS
        )
        return replace(asked, remark=words)
    return _next(replace(asked, words=typed))


def _next(asked: Questions) -> Questions | GiveAnswers:
    if asked.at >= asked.last:
        return GiveAnswers(asked.form, asked.numbers, asked.words)
    return replace(asked, at=asked.at + 1, remark="")
