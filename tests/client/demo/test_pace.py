"""The pace of the demo: readable, different from person to person, and the same when asked again."""

from holdspace.client.demo.cast import load_cast
from holdspace.client.demo.pace import dice_of, reading_seconds, writing_seconds


def test_slow_writers_take_longer_and_nobody_takes_for_ever() -> None:
    members = {member.name: member for member in load_cast().members}
    text = "word " * 60
    assert writing_seconds(members["Eli"], text) > writing_seconds(members["Ben"], text)
    assert max(writing_seconds(member, text) for member in members.values()) < 20.0


def test_a_word_is_still_written_visibly() -> None:
    assert all(writing_seconds(member, "Yes.") >= 2.0 for member in load_cast().members)


def test_reading_grows_with_the_words_and_is_bounded() -> None:
    assert reading_seconds("a") < reading_seconds("a " * 30) < reading_seconds("a " * 4000) <= 12.0


def test_dice_answer_the_same_question_alike_and_others_differently() -> None:
    roll = dice_of(b"seed")
    assert roll("a") == roll("a")
    assert roll("a") != roll("b")
    assert dice_of(b"other")("a") != roll("a")
    assert all(0.0 <= roll(str(n)) < 1.0 for n in range(1000))
