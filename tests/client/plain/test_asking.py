"""Questions heard in plain lines: label first, numbered answers, and words are never lost to them."""

from holdspace.client.plain.asking import HELP, KEPT, NOT_SENT, NOTHING, STOPPED, Asker
from holdspace.client.seat.form_view import FormView, Item, To
from holdspace.client.seat.intents import GiveAnswers

PAIN = Item("pain", "Pain: 0 is none, 10 is worst I can imagine.")
FORM = FormView("stage 1", "checkin", "Check-in", "Nobody sees it.", (PAIN,), "", (To.ME, To.GROUP))


class Ear:
    """Hears the questions, and remembers the answers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.answers: list[GiveAnswers] = []
        self.kept: list[str] = []
        self.asker = Asker(self.lines.extend, self.answers.append, self._keep)

    def _keep(self, words: str, said: str) -> None:
        self.kept.append(words)
        self.lines.append(said)

    def types(self, *lines: str) -> list[bool]:
        return [self.asker.hears(line) for line in lines]


def test_a_form_is_heard_question_by_question_and_then_answered() -> None:
    ear = Ear()
    ear.asker.begin(FORM)
    assert ear.lines == [
        "answer: Check-in. Nobody sees it.",
        HELP,
        "answer: 1 of 2. Pain: 0 is none, 10 is worst I can imagine.",
        "answer: Type a number from 0 to 10, then Enter. Enter alone leaves it out.",
    ]
    assert ear.types("7") == [True]
    assert ear.lines[4:] == [
        "answer: 2 of 2. Who may see this?",
        "answer: 1. only me",
        "answer: 2. everybody, only as a count without names",
        "answer: Type a number from 1 to 2, then Enter. Enter alone means: only me.",
    ]
    assert ear.types("", "hello") == [True, False]
    assert ear.answers == [GiveAnswers(FORM, (7,))]


def test_commands_work_meanwhile_and_words_are_kept_instead_of_lost() -> None:
    ear = Ear()
    ear.asker.begin(FORM)
    assert ear.types("/who", "I wanted to say something") == [False, True]
    assert ear.kept == ["I wanted to say something"]
    assert ear.lines[-1] == KEPT
    assert ear.types("11") == [True]
    assert ear.kept == ["I wanted to say something"]


def test_a_bare_number_that_comes_too_late_or_too_often_does_not_go_to_the_room() -> None:
    ear = Ear()
    ear.asker.begin(None)
    assert ear.types("7", "", "3") == [True, False, True]
    assert ear.lines[-1] == NOT_SENT
    assert ear.types("I am at 7 today", "7") == [False, False]
    ear.asker.begin(FORM)
    assert ear.types("7", "", "9", "2016") == [True, True, True, False]


def test_a_poll_is_answered_in_one_line() -> None:
    ear = Ear()
    poll = FormView("count 1", "poll", "Poll", "No names.", (Item("", "So?", options=("a", "b")),))
    ear.asker.begin(poll, "2")
    assert ear.answers == [GiveAnswers(poll, (2,))]
    assert ear.lines == []


def test_it_can_be_stopped_and_gone_back_in() -> None:
    ear = Ear()
    ear.asker.begin(FORM)
    ear.types("7", "b")
    assert ear.lines[-2].startswith("answer: 1 of 2.")
    ear.types("x")
    assert ear.lines[-1] == STOPPED
    assert ear.types("hello", "7") == [False, False]
    assert ear.answers == []
    ear.asker.begin(None)
    assert ear.lines[-1] == NOTHING
