"""A private word is between those who said yes, and nothing meant for it ever goes to the room."""

from dataclasses import replace

import pytest

from holdspace.client.seat import aside_groups, asides, doing_apart
from holdspace.client.seat import intents as i
from holdspace.client.seat import intents_apart as p
from holdspace.client.seat.aside_groups import Circle
from holdspace.client.seat.sealing import Unsealed
from holdspace.client.seat.step import Moment
from holdspace.client.seat.stopping import PAUSED_APART
from holdspace.client.seat.view import Place
from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.kinds import MAX_TEXT
from holdspace.protocol.meeting.letters import AsideAsk, Said
from meeting_room import FLOW
from private_words import SECRET, Circle3, aside, private, say, texts, three
from seat_forging import me, seat_of, send_event, shares
from seat_table import Table


@pytest.fixture
def circle(table: Table) -> Circle3:
    return three(table)


def test_a_facilitator_asks_one_person_who_says_yes(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    assert table.do(ana, p.AskAside(me(ben))) is None
    assert ben.view.asking[0].words.startswith("Ana asks for a private word with you: /yes or /no.")
    assert ben.view.now_words == ben.view.asking[0].words
    assert table.do(ben, i.AnswerTheInvite(is_yes=True)) is None
    assert ben.view.asking == ()
    for guest, name in ((ana, "Ben"), (ben, "Ana")):
        assert aside(guest).is_open
        assert aside(guest).is_chosen
        assert aside(guest).label == f"private with {name}"
    say(table, ana, "How are you really?")
    say(table, ben)
    assert texts(ana) == texts(ben) == ["How are you really?", SECRET]


def test_who_asks_without_a_name_asks_a_facilitator(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    assert table.do(ben, p.AskAside()) is None
    assert len(ana.view.asking) == 1
    assert aside(ben).label == "private with Ana"


@pytest.mark.parametrize("by_name", [False, True], ids=["without a name", "by name"])
def test_who_asks_whom_they_are_asked_by_says_yes(
    by_name: bool, table: Table, circle: Circle3
) -> None:
    ana, ben, _ = circle
    assert table.do(ben, p.AskAside()) is None
    assert table.do(ana, p.AskAside(me(ben) if by_name else b"")) is None
    assert ana.view.asking == ben.view.asking == ()
    say(table, ana)
    assert texts(ana) == texts(ben) == [SECRET]


def test_a_no_is_a_no_that_only_the_asker_reads(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    assert table.do(ana, p.AskAside(me(ben), "step-aside")) is None
    assert "step aside" in ben.view.asking[0].words
    assert table.do(ben, i.AnswerTheInvite(is_yes=False)) is None
    assert aside(ana).is_over
    assert "Ben would rather not just now." in ana.words[-1]
    assert not any("rather" in words for words in chi.words)


def test_a_question_can_be_taken_back(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    assert table.do(ana, p.AskAside(me(ben))) is None
    assert table.do(ana, p.EndAside()) is None
    assert ben.view.asking == ()
    assert ana.view.asides == ()
    assert table.do(ben, i.AnswerTheInvite(is_yes=True)) is not None
    assert ben.view.asides == ()


# What is typed in private never goes to the room.


def test_before_the_answer_words_are_kept_and_go_nowhere(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    assert table.do(ben, p.AskAside()) is None
    assert aside(ben).is_chosen
    refusal = table.do(ben, p.SayAside(aside(ben).handle, SECRET))
    assert refusal is not None
    assert (refusal.words, refusal.kept) == (asides.NOT_YET, SECRET)
    assert shares(chi) == shares(ana) == []


def test_what_is_typed_while_the_other_ends_it_is_kept(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    private(table, ben, ana)
    handle = aside(ben).handle
    assert table.do(ana, p.EndAside()) is None
    # It is over and still chosen: only Ben's own act lets Ben type to the room again.
    assert aside(ben).is_over
    assert aside(ben).is_chosen
    refusal = table.do(ben, p.SayAside(handle, SECRET))
    assert refusal is not None
    assert "nothing was sent" in refusal.words
    assert refusal.kept == SECRET
    assert shares(chi) == shares(ana) == shares(ben) == []
    assert table.do(ben, p.BackToRoom()) is None
    assert ben.view.asides == ()
    again = table.do(ben, p.SayAside(handle, SECRET))
    assert again is not None
    assert again.kept == SECRET


def test_words_on_their_way_when_it_ends_come_back_to_that_aside(
    table: Table, circle: Circle3
) -> None:
    ana, ben, chi = circle
    private(table, ben, ana)
    handle = aside(ben).handle
    table.disconnect(ben)
    say(table, ben)
    assert table.do(ana, p.EndAside()) is None
    table.connect(ben)
    kept = [notice for notice in ben.notices if notice.kept]
    assert [(one.kept, one.aside) for one in kept] == [(SECRET, handle)]
    assert shares(chi) == shares(ana) == shares(ben) == []


def test_only_an_own_act_changes_where_typing_goes(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    assert table.do(ana, p.AskAside(me(ben))) is None
    assert table.do(ana, p.BackToRoom()) is None
    assert table.do(ben, i.AnswerTheInvite(is_yes=True)) is None
    assert not aside(ana).is_chosen
    assert "You still type to the room" in ana.words[-1]
    assert table.do(ana, p.AskAside()) is None
    assert aside(ana).is_chosen
    assert table.do(chi, i.Say("for all")) is None
    assert aside(ana).is_chosen


@pytest.mark.parametrize("what", ["removed", "left"])
def test_it_ends_when_somebody_in_it_is_gone(table: Table, circle: Circle3, what: str) -> None:
    ana, ben, _ = circle
    private(table, ben, ana)
    if what == "removed":
        assert table.do(ana, i.Remove(me(ben))) is None
        assert ben.view.place is Place.REMOVED
    else:
        assert table.do(ben, i.Leave()) is None
    table.wait(2)
    assert aside(ana).is_over
    assert "Ben is not here any more." in aside(ana).composer_words


def test_words_that_came_before_it_ended_can_still_be_read_once(
    table: Table, circle: Circle3
) -> None:
    ana, ben, _ = circle
    private(table, ben, ana)
    assert table.do(ben, p.BackToRoom()) is None
    say(table, ana, "Take your time.")
    assert table.do(ana, p.EndAside()) is None
    assert not aside(ben).is_chosen
    assert table.do(ben, p.AskAside()) is None
    assert aside(ben).is_chosen
    assert texts(ben) == ["Take your time."]
    assert table.do(ben, p.BackToRoom()) is None
    assert ben.view.asides == ()


def test_many_that_ended_do_not_stand_in_the_way_of_the_next(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    for number in range(asides.MOST_ASIDES + 2):
        assert table.do(ben, p.AskAside(me(ana))) is None
        assert table.do(ana, i.AnswerTheInvite(is_yes=True)) is None
        handle = ben.view.chosen_aside
        assert handle is not None
        assert table.do(ben, p.SayAside(handle.handle, f"word {number}")) is None
        assert table.do(ben, p.BackToRoom()) is None
        assert table.do(ana, p.EndAside()) is None
    assert len(ben.view.asides) <= asides.MOST_ENDED


# On hold.

MUTUAL = FLOW.replace("[policy]", '[policy]\nprivate_messages = "mutual"')


@pytest.fixture
def mutual(table: Table, circle: Circle3) -> Circle3:
    assert table.do(circle[0], i.OpenTheFlow(MUTUAL)) is None
    for guest in circle[1:]:
        assert table.do(guest, p.OpenToMembers(is_yes=True)) is None
    return circle


def test_an_aside_with_a_facilitator_goes_on_while_the_room_is_held(
    table: Table, circle: Circle3
) -> None:
    ana, ben, _ = circle
    private(table, ben, ana)
    assert table.do(ana, i.HoldRoom()) is None
    say(table, ben)
    assert texts(ana) == [SECRET]


def test_an_aside_without_a_facilitator_rests_while_the_room_is_held(
    table: Table, mutual: Circle3
) -> None:
    ana, ben, chi = mutual
    private(table, ben, chi)
    table.disconnect(ben)
    say(table, ben, "too late")
    assert table.do(ana, i.HoldRoom()) is None
    table.connect(ben)
    # Void by its place in the log, on both clients alike; the words are Ben's again.
    assert texts(chi) == texts(ben) == []
    assert [(n.kept, n.words) for n in ben.notices if n.kept] == [("too late", asides.FROZEN)]
    assert aside(chi).is_frozen
    refusal = table.do(chi, p.SayAside(aside(chi).handle, SECRET))
    assert refusal is not None
    assert (refusal.words, refusal.kept) == (asides.FROZEN, SECRET)
    assert table.do(ana, i.ResumeRoom()) is None
    say(table, chi)
    assert texts(chi) == texts(ben) == [SECRET]


def test_a_pause_also_stops_private_words_among_members(table: Table, mutual: Circle3) -> None:
    ana, ben, chi = mutual
    private(table, ben, chi)
    table.disconnect(ben)
    say(table, ben, "too late")
    assert table.do(ana, i.PauseTheWriting(me(ben), 2, "A moment, please.")) is None
    table.connect(ben)
    assert texts(chi) == texts(ben) == []
    assert ("too late", PAUSED_APART) in [(n.kept, n.words) for n in ben.notices]
    refusal = table.do(ben, p.SayAside(aside(ben).handle, SECRET))
    assert refusal is not None
    assert (refusal.words, refusal.kept) == (PAUSED_APART, SECRET)
    # Chi is not paused, and Ben may read.
    say(table, chi, "I am here.")
    assert texts(ben) == ["I am here."]
    assert table.do(ana, i.LetThemWrite(me(ben))) is None
    say(table, ben)
    assert texts(chi) == ["I am here.", SECRET]


def test_who_is_paused_asks_no_member_and_can_always_reach_who_leads(
    table: Table, mutual: Circle3
) -> None:
    ana, ben, chi = mutual
    assert table.do(ana, i.PauseTheWriting(me(ben), 2, "A moment, please.")) is None
    refusal = table.do(ben, p.AskAside(me(chi)))
    assert refusal is not None
    assert refusal.words == PAUSED_APART
    # Nor can a changed client: the reader's own leaves it unread.
    moment = Moment.of(table.world())
    circle = Circle(bytes([0]) * 16, (me(ben), me(chi)), "word")
    ben.machine = replace(ben.seat, seat=asides.ask(seat_of(ben), circle, me(chi), moment))
    for frame in moment.frames:
        table._send(ben, frame)
    assert seat_of(chi).apart.asks == ()
    assert table.do(ben, p.SayNotOk("It is too much.")) is None
    assert any("Ben is not OK" in words for words in ana.words)
    private(table, ben, ana)
    say_to = next(one for one in ben.view.asides if me(ana) in {q.identity for q in one.people})
    assert table.do(ben, p.SayAside(say_to.handle, SECRET)) is None
    assert SECRET in texts(ana)


# Who may ask whom.


def test_members_have_private_words_with_facilitators_only(table: Table, circle: Circle3) -> None:
    _, ben, chi = circle
    assert table.do(ben, p.AskAside(me(chi))) == asides.MEMBERS_OFF
    assert table.do(ben, p.OpenToMembers(is_yes=True)) == doing_apart.NOT_MUTUAL


def test_members_among_themselves_need_both_to_have_said_yes(table: Table, mutual: Circle3) -> None:
    _, ben, chi = mutual
    assert table.do(chi, p.OpenToMembers(is_yes=False)) is None
    assert table.do(chi, p.AskAside(me(ben))) == asides.YOURS_IS_OFF
    assert table.do(ben, p.AskAside(me(chi))) is None
    assert chi.view.asking == ()
    assert aside(ben).is_over
    assert "Chi would rather not just now." in ben.words[-1]


def test_where_the_flow_says_off_only_facilitators_begin(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    assert table.do(ana, i.OpenTheFlow(MUTUAL.replace('"mutual"', '"off"'))) is None
    assert table.do(ben, p.AskAside()) == asides.FACILITATORS_BEGIN
    private(table, ana, ben)
    assert aside(ben).is_open


# Attacks.


def test_a_question_with_people_twice_or_not_here_is_not_put(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    for people in ((me(ben), me(ben)), (me(ben), bytes(32)), (me(chi), me(ben))):
        own = aside_groups.own_package(seat_of(ben), Circle(b"h" * 16, people), table.world())
        note = AsideAsk(b"h" * 16, "word", people, own.message)
        send_event(table, ben, Unsealed(me(ana), note))
    assert ana.view.asking == ()


# What cannot be, and what came to nothing.


def test_there_is_no_private_word_with_oneself_or_with_who_is_gone(
    table: Table, circle: Circle3
) -> None:
    ana, ben, chi = circle
    assert table.do(ben, p.AskAside(me(ben))) == asides.YOURSELF
    gone = me(chi)
    table.do(ana, i.Remove(gone))
    assert table.do(ana, p.AskAside(gone)) == asides.NOT_HERE
    assert ana.view.asides == ()


def test_who_asks_twice_goes_to_the_word_that_is_there(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    private(table, ben, ana)
    assert table.do(ben, p.BackToRoom()) is None
    assert table.do(ben, p.BackToRoom()) == doing_apart.IN_THE_ROOM
    assert table.do(ben, p.AskAside(me(ana))) is None
    assert aside(ben).is_chosen
    assert ana.view.asking == ()


def test_nobody_holds_more_private_words_than_they_can(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    private(table, ana, ben)
    apart = seat_of(ana).apart
    many = tuple(
        replace(apart.asides[0], handle=bytes([n]) * 16) for n in range(asides.MOST_ASIDES)
    )
    ana.machine = replace(
        ana.seat, seat=replace(seat_of(ana), apart=replace(apart, asides=many, chosen=b""))
    )
    assert table.do(ana, p.AskAside(me(ben))) == asides.TOO_MANY


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", asides.NOTHING_WRITTEN),
        (
            "x" * (MAX_TEXT + 7),
            "That is too long for one piece, by 7 characters. It is kept.",
        ),
    ],
    ids=["nothing", "too long"],
)
def test_what_cannot_be_said_in_private_is_kept(
    table: Table, circle: Circle3, text: str, words: str
) -> None:
    ana, ben, _ = circle
    private(table, ben, ana)
    refusal = table.do(ben, p.SayAside(aside(ben).handle, text))
    assert refusal is not None
    assert (refusal.words, refusal.kept) == (words, text.strip() and text)
    assert texts(ana) == texts(ben) == []


def test_there_is_nothing_to_end_where_nothing_was_begun(table: Table, circle: Circle3) -> None:
    refusal = table.do(circle[1], p.EndAside())
    assert refusal is not None
    assert refusal.words == "There is no private word to end."


def test_who_is_paused_cannot_say_yes_to_a_member_and_is_told_why(
    table: Table, mutual: Circle3
) -> None:
    ana, ben, chi = mutual
    assert table.do(chi, p.AskAside(me(ben))) is None
    assert table.do(ana, i.PauseTheWriting(me(ben))) is None
    refusal = table.do(ben, i.AnswerTheInvite(is_yes=True))
    assert refusal is not None
    assert refusal.words == PAUSED_APART
    # The question stands, for when the pause is over; and a no is always possible.
    assert len(ben.view.asking) == 1
    assert table.do(ben, i.AnswerTheInvite(is_yes=False)) is None
    assert "Ben would rather not just now." in chi.words[-1]


def test_a_question_goes_with_who_asked_it(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    assert table.do(ben, p.AskAside(me(ana))) is None
    assert table.do(chi, p.AskAside(me(ana))) is None
    assert table.do(ben, i.Leave()) is None
    table.wait(1)
    assert [ask.words.partition(" ")[0] for ask in ana.view.asking] == ["Chi"]


def test_where_typing_stays_is_said_when_another_word_opens(table: Table, circle: Circle3) -> None:
    ana, ben, chi = circle
    assert table.do(ana, p.AskAside(me(ben))) is None
    private(table, ana, chi)
    assert table.do(ben, i.AnswerTheInvite(is_yes=True)) is None
    assert ana.words[-1].endswith("You still type to Chi; /private goes there.")


def test_where_nobody_leads_there_is_nobody_to_ask(table: Table) -> None:
    ana = table.host()
    assert table.do(ana, p.AskAside()) == asides.NO_FACILITATOR


def test_many_questions_wait_and_no_more_than_can_be_read(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    assert table.do(ben, p.AskAside(me(ana))) is None
    [ask] = seat_of(ana).apart.asks
    many = tuple(replace(ask, aside=bytes([n]) * 16, by=bytes(32)) for n in range(asides.MOST_ASKS))
    ana.machine = replace(
        ana.seat, seat=replace(seat_of(ana), apart=replace(seat_of(ana).apart, asks=many))
    )
    assert table.do(ben, p.EndAside()) is None
    assert table.do(ben, p.AskAside(me(ana))) is None
    assert seat_of(ana).apart.asks == many


def test_what_is_over_can_be_put_away(table: Table, circle: Circle3) -> None:
    ana, ben, _ = circle
    private(table, ben, ana)
    mine = seat_of(ana).apart.asides[0]
    assert table.do(ana, p.EndAside()) is None
    assert aside(ben).is_over
    # A program of Ana's own making talks on: Ben, who has it in sight, reads nothing more.
    assert mine.group is not None
    _, sealed = aside_groups.sealed(mine.group, Said(SECRET), table.world())
    send_event(table, ana, ev.Whisper(mine.handle, sealed))
    assert texts(ben) == []
    sent = len(table.overheard)
    assert table.do(ben, p.EndAside()) is None
    assert ben.view.asides == ()
    assert len(table.overheard) == sent
