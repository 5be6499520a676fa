"""A notebook in the middle of a meeting: asked twice for a new one, once for one that is there."""

from holdspace.client.own.notebook_card import (
    ASK_AGAIN,
    ASK_NEW,
    ASK_OLD,
    DIFFERENT,
    LEFT,
    notebook_card,
)
from holdspace.client.own.talk import Done, Step, Talk

WORDS = "heron over quiet water"


def too_short(typed: str) -> str:
    return "" if len(typed) > 8 else "That is short."


def asked(step: Step) -> Talk:
    assert isinstance(step, Talk)
    assert step.is_secret
    return step


def test_a_new_one_is_asked_for_twice() -> None:
    first = notebook_card(too_short, is_there=False)
    assert first.question == ASK_NEW
    again = asked(first.answered(WORDS))
    assert again.question == ASK_AGAIN
    assert again.answered(WORDS) == Done(
        "One moment: your notebook is being opened.", passphrase=WORDS
    )


def test_what_is_short_or_different_is_asked_again() -> None:
    first = notebook_card(too_short, is_there=False)
    assert asked(first.answered("heron")).above == ("That is short.",)
    different = asked(asked(first.answered(WORDS)).answered("heron over quiet Water"))
    assert (different.question, different.above) == (ASK_NEW, (DIFFERENT,))


def test_enter_alone_leaves_everything_as_it_was() -> None:
    for is_there in (True, False):
        assert notebook_card(too_short, is_there=is_there).answered("") == Done(LEFT)


def test_one_that_is_there_is_asked_for_once_and_no_passphrase_is_in_a_repr() -> None:
    card = notebook_card(too_short, is_there=True)
    assert card.question == ASK_OLD
    done = card.answered(WORDS)
    assert isinstance(done, Done)
    assert done.passphrase == WORDS
    assert WORDS not in repr((card, done, notebook_card(too_short, is_there=False).answered(WORDS)))
