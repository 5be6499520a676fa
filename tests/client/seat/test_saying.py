"""What the relay does not take: words come back to where they were meant to go, the rest goes unnoticed."""

from collections.abc import Callable

from holdspace.client.seat import intents as i
from holdspace.client.seat.intents_apart import AskAside, EndAside, SayAside
from holdspace.client.seat.sealing import Unsealed
from holdspace.protocol import frames
from holdspace.protocol.meeting.letters import OkAgain
from holdspace.protocol.refusals import REFUSALS, Refusal
from seat_forging import keep, me, release, seat_of
from seat_table import Guest, Table

FULL = Refusal.MEETING_FULL_OF_WORDS


def refused(table: Table, guest: Guest, act: Callable[[], object]) -> list[tuple[str, str, bytes]]:
    """Let the relay say no to all that this sends; return what the person is told, and what is kept."""
    told, sent = len(guest.notices), keep(table, guest, frames.Append)
    act()
    release(table)
    for frame in sent:
        no = frames.Refuse(frame.ref, FULL)
        table._take(guest, guest.machine.receive(no, table.world()))
    return [(one.words, one.kept, one.aside) for one in guest.notices[told:]]


def test_words_in_private_come_back_to_that_private_word(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ben, AskAside(me(ana)))
    table.do(ana, i.AnswerTheInvite(is_yes=True))
    [aside] = ben.view.asides
    words = REFUSALS[FULL].sentence
    back = refused(table, ben, lambda: table.do(ben, SayAside(aside.handle, "between us")))
    assert back == [(words, "between us", aside.handle)]
    # That one has left it has no words to be kept.
    over = refused(table, ben, lambda: table.do(ben, EndAside()))
    assert (words, "", b"") in over
    assert ana.view.asides[0].passages == ()


def test_that_nobody_hears_that_somebody_is_quietly_here_is_no_matter(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    assert refused(table, ben, lambda: table.wait(20)) == []
    # Nor is a no to something that is in the log already.
    sent = keep(table, ben, frames.Append)
    table.do(ben, i.Say("I am here"))
    release(table)
    table._send(ben, sent[0])
    told = len(ben.notices)
    no = frames.Refuse(sent[0].ref, FULL)
    before = seat_of(ben)
    table._take(ben, ben.machine.receive(no, table.world()))
    assert (len(ben.notices), seat_of(ben).outbox) == (told, before.outbox)


def test_whose_sign_of_life_was_lost_as_the_keys_changed_gives_another_at_once(
    table: Table,
) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    lost = keep(table, ben, frames.Append)
    table.wait(16)
    assert len(lost) == 1
    table.join("Chi", ana)
    heard = keep(table, ben, frames.Append)
    table.wait(2)
    assert len(heard) == 1


def test_a_letter_shows_nothing_of_itself_wherever_it_is_drawn() -> None:
    letter = Unsealed(b"Ana", OkAgain())
    assert (repr(letter), letter.__rich_repr__()) == ("<Unsealed>", [])
