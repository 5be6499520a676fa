"""Pairs as each person reads them on their own screen (S1)."""

import pytest

from holdspace.client.exercises import guide
from holdspace.client.seat import aside_groups, asides, pair_words, pairs
from holdspace.client.seat import intents as i
from holdspace.client.seat.aside_groups import Circle as AsideCircle
from holdspace.client.seat.intents_apart import AskAside, BackToRoom, EndAside, SayAside
from holdspace.client.seat.sealing import Unsealed
from holdspace.client.seat.view import PairsView, Refusal
from holdspace.protocol import frames
from holdspace.protocol.meeting import pairing
from holdspace.protocol.meeting.letters import AsideAsk
from holdspace.protocol.meeting.values import Pair
from seat_forging import me, seat_of, send_event
from seat_table import Guest, Table
from small_flow import SMALL_FLOW

Circle = dict[str, Guest]


@pytest.fixture
def circle(table: Table) -> Circle:
    """Return a host and four people, in a stage that makes pairs."""
    ana = table.host()
    people = {"Ana": ana} | {name: table.join(name, ana) for name in ("Ben", "Chi", "Dua", "Eli")}
    table.do(ana, i.ChangeMode("pairs"))
    return people


def shown(guest: Guest) -> PairsView:
    assert guest.view.pairs
    return guest.view.pairs


def partners(guest: Guest) -> list[str]:
    return sorted(person.name for person in shown(guest).partners)


def told(guest: Guest, words: str) -> bool:
    return any(words in said for said in guest.words)


def typed(guest: Guest) -> str:
    """Return to whom what this person types goes."""
    aside = guest.view.chosen_aside
    return aside.names if aside else "the room"


def says(table: Table, guest: Guest, text: str) -> Refusal | None:
    """Let somebody type this where they type just now."""
    aside = guest.view.chosen_aside
    return table.do(guest, SayAside(aside.handle, text) if aside else i.Say(text))


def read(guest: Guest) -> list[str]:
    """Return what this person reads in private."""
    return [passage.text for aside in guest.view.asides for passage in aside.passages]


def pair_up(table: Table, circle: Circle, *names: str) -> None:
    for name in names:
        assert table.do(circle[name], i.BePaired()) is None
    assert table.do(circle["Ana"], i.MakePairs()) is None


def test_a_yes_is_a_count_and_nobody_s_name(table: Table, circle: Circle) -> None:
    before = circle["Chi"].lines
    table.do(circle["Ben"], i.BePaired())
    assert shown(circle["Ben"]).is_willing
    assert pairs.SAID_YES in circle["Ben"].words
    assert shown(circle["Ana"]).willing == shown(circle["Chi"]).willing == 1
    assert "1 has said yes to a pair." in circle["Ana"].words
    assert circle["Chi"].lines == before
    table.do(circle["Ben"], i.BePaired(is_willing=False))
    assert shown(circle["Ana"]).willing == 0


def test_everybody_sees_the_same_pairs_and_who_is_with_whom(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi", "Dua", "Eli")
    others = {name: partners(circle[name]) for name in ("Ben", "Chi", "Dua", "Eli")}
    assert all(len(names) == 1 and others[names[0]] == [who] for who, names in others.items())
    assert partners(circle["Ana"]) == []
    assert shown(circle["Ana"]).paired == 4
    assert circle["Ben"].view.now_words.startswith(f"You are with {others['Ben'][0]}.")
    assert any("just the two of you" in words for words in circle["Ben"].words)


def test_whoever_said_nothing_stays_and_rests(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    assert partners(circle["Dua"]) == []
    refusal = table.do(circle["Dua"], i.Say("hello?"))
    assert refusal
    assert "pairs" in refusal.words
    assert refusal.kept == "hello?"
    assert table.do(circle["Dua"], i.Raise()) is None


def test_one_key_calls_and_a_facilitator_comes(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    before = circle["Dua"].lines
    table.do(circle["Ben"], i.CallIntoPair())
    assert [{p.name for p in one} for one in shown(circle["Ana"]).calls] == [{"Ben", "Chi"}]
    assert any(words.startswith("A pair calls") for words in circle["Ana"].words)
    assert any("Ben called a facilitator" in words for words in circle["Chi"].words)
    # Nobody else learns that somebody called.
    assert circle["Dua"].lines == before
    assert shown(circle["Dua"]).calls == ()
    table.do(circle["Ana"], i.GoToCaller())
    assert partners(circle["Ben"]) == ["Ana", "Chi"]
    assert any("stays with those who were there" in words for words in circle["Chi"].words)


def test_whoever_comes_back_takes_the_other_one_along(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    table.do(circle["Ben"], i.ComeBackFromPair())
    assert partners(circle["Chi"]) == []
    assert "Ben is back in the room." in circle["Dua"].lines
    assert told(circle["Ben"], pairs.BACK)
    refusal = table.do(circle["Chi"], i.ComeBackFromPair())
    assert refusal
    assert refusal.words == pairing.IN_NO_PAIR


def test_one_key_brings_everybody_back(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi", "Dua", "Eli")
    table.do(circle["Ana"], i.BringAllBack())
    assert all(partners(guest) == [] for guest in circle.values())
    assert all(told(circle[name], pairs.OVER) for name in ("Ben", "Chi", "Dua", "Eli"))


def test_time_to_change_over_is_said_once_and_softly(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    table.wait(200)
    assert circle["Ben"].words.count(pairs.SWAP) == 1
    assert pairs.SWAP not in circle["Dua"].words


def test_a_partner_whose_connection_is_gone_is_said_to_be(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    table.disconnect(circle["Chi"])
    table.wait(60)
    assert sum("Chi has gone quiet" in words for words in circle["Ben"].words) == 1
    table.connect(circle["Chi"])
    assert partners(circle["Chi"]) == ["Ben"]


def test_there_are_no_pairs_elsewhere(table: Table, circle: Circle) -> None:
    table.do(circle["Ana"], i.ChangeMode("hands"))
    for guest, intent in (
        (circle["Ben"], i.BePaired()),
        (circle["Ana"], i.MakePairs()),
        (circle["Ben"], i.CallIntoPair()),
    ):
        assert table.do(guest, intent)
    assert circle["Ben"].view.pairs is None


# ---- what is said in a pair


def test_what_is_said_in_a_pair_is_read_by_its_people_alone(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    ben, chi = circle["Ben"], circle["Chi"]
    assert (typed(ben), typed(chi)) == ("Chi", "Ben")
    says(table, ben, "The afternoons are hard.")
    says(table, chi, "What I hear is: the afternoons.")
    assert read(ben) == read(chi) == ["The afternoons are hard.", "What I hear is: the afternoons."]
    # A facilitator cannot read a pair they are not in, nor can anybody else.
    for name in ("Ana", "Dua", "Eli"):
        assert circle[name].view.asides == ()
        assert not any("afternoons" in line for line in circle[name].lines)


def test_three_read_one_another(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi", "Dua")
    for name in ("Ben", "Chi", "Dua"):
        says(table, circle[name], f"I am {name}.")
    assert all(
        read(circle[name]) == ["I am Ben.", "I am Chi.", "I am Dua."]
        for name in ("Ben", "Chi", "Dua")
    )


def test_whoever_has_gone_reads_nothing_more(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi", "Dua")
    table.do(circle["Ben"], i.ComeBackFromPair())
    assert typed(circle["Ben"]) == "the room"
    assert (typed(circle["Chi"]), typed(circle["Dua"])) == ("Dua", "Chi")
    says(table, circle["Chi"], "Now there are two of us.")
    assert read(circle["Dua"])[-1] == "Now there are two of us."
    assert "Now there are two of us." not in read(circle["Ben"])


def test_hold_freezes_all_pairs_in_the_order_of_the_log(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    ben, chi = circle["Ben"], circle["Chi"]
    table.disconnect(ben)
    assert says(table, ben, "said before, read after") is None
    table.do(circle["Ana"], i.HoldRoom())
    table.connect(ben)
    # It came into the log after the hold, so it counts nowhere, and is kept.
    assert "said before, read after" not in read(chi)
    assert [n.kept for n in ben.notices if n.kept] == ["said before, read after"]
    refusal = says(table, chi, "and I?")
    assert refusal
    assert refusal.words == asides.FROZEN
    table.do(circle["Ana"], i.ResumeRoom())
    assert says(table, chi, "on we go") is None
    assert read(ben)[-1] == "on we go"


def test_when_everybody_is_brought_back_nothing_typed_goes_to_the_room(
    table: Table, circle: Circle
) -> None:
    pair_up(table, circle, "Ben", "Chi")
    table.do(circle["Ana"], i.BringAllBack())
    refusal = says(table, circle["Ben"], "half a sentence for Chi")
    assert refusal
    assert refusal.kept == "half a sentence for Chi"
    assert refusal.words == asides.PAIR_OVER
    assert told(circle["Ben"], asides.GOES_NOWHERE)
    table.do(circle["Ben"], BackToRoom())
    assert typed(circle["Ben"]) == "the room"


def test_a_facilitator_who_came_reads_only_what_follows(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    ben, chi, ana = (circle[name] for name in ("Ben", "Chi", "Ana"))
    says(table, ben, "before")
    table.do(ben, i.CallIntoPair())
    table.do(ana, i.GoToCaller())
    assert typed(ana) == "Ben and Chi" or typed(ana) == "Chi and Ben"
    # Whoever called types to all three; the other one goes along by an act of their own.
    assert "Ana" in typed(ben)
    assert says(table, chi, "a word begun for Ben alone")
    table.do(chi, AskAside())
    says(table, chi, "after")
    assert read(ana) == ["after"]
    assert read(ben)[-1] == "after"


def test_to_end_a_pair_is_to_come_back(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    table.do(circle["Ben"], EndAside())
    assert partners(circle["Ben"]) == partners(circle["Chi"]) == []
    assert "Ben is back in the room." in circle["Dua"].lines


def test_a_pair_opens_when_somebody_s_connection_is_back(table: Table, circle: Circle) -> None:
    table.do(circle["Ben"], i.BePaired())
    table.do(circle["Chi"], i.BePaired())
    table.disconnect(circle["Chi"])
    table.do(circle["Ana"], i.MakePairs())
    table.connect(circle["Chi"])
    says(table, circle["Chi"], "here I am")
    assert read(circle["Ben"]) == ["here I am"]


def test_pairs_made_anew_are_other_pairs(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    says(table, circle["Ben"], "the first time")
    table.do(circle["Ana"], i.BringAllBack())
    for name in ("Ben", "Chi"):
        table.do(circle[name], BackToRoom())
    pair_up(table, circle, "Ben", "Chi")
    says(table, circle["Ben"], "the second time")
    assert read(circle["Chi"]) == ["the second time"]


PAIRS_STAGE = """
[[stage]]
id = "two"
kind = "pairs"
title = "In twos"
minutes = { base = 3 }
turn = "pairs"
[stage.pairs]
odd = "facilitator"
assign = "opt-in"
exercise = "rehearse"

[[stage]]
id = "closing\""""


def test_the_odd_one_meets_the_facilitator_where_the_stage_says_so(table: Table) -> None:
    flow = SMALL_FLOW.replace("minutes = 10", "minutes = 15")
    ana = table.host(flow=flow.replace('\n[[stage]]\nid = "closing"', PAIRS_STAGE))
    people = {name: table.join(name, ana) for name in ("Ben", "Chi", "Dua")}
    table.do(ana, i.ToStage(4))
    for guest in people.values():
        table.do(guest, i.BePaired())
    table.do(ana, i.MakePairs())
    [odd] = [name for name, guest in people.items() if partners(guest) == ["Ana"]]
    assert partners(ana) == [odd]
    # Who leads goes on typing to the room until they go to the pair themselves.
    assert (typed(ana), typed(people[odd])) == ("the room", "Ana")
    table.do(ana, AskAside())
    says(table, ana, "Here I am.")
    assert read(people[odd]) == ["Here I am."]
    exercise = guide(people[odd].view)
    assert exercise
    assert exercise.title == "Rehearse a talk"
    # On hold this pair rests as all pairs do.
    table.do(ana, i.HoldRoom())
    assert says(table, people[odd], "and now?")


def test_a_facilitator_can_come_to_three(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi", "Dua")
    table.do(circle["Chi"], i.CallIntoPair())
    table.do(circle["Ana"], i.GoToCaller())
    says(table, circle["Ana"], "I am with you.")
    assert all("I am with you." in read(circle[name]) for name in ("Ben", "Chi", "Dua"))
    # Meanwhile the exercise rests.
    assert guide(circle["Chi"].view) is None


def test_pairs_that_are_over_do_not_pile_up(table: Table, circle: Circle) -> None:
    ana, ben, chi = (circle[name] for name in ("Ana", "Ben", "Chi"))
    for _ in range(asides.MOST_ASIDES + 1):
        pair_up(table, circle, "Ben", "Chi")
        table.do(ben, BackToRoom())
        table.do(ana, i.BringAllBack())
        table.do(chi, BackToRoom())
    assert ben.view.asides == chi.view.asides == ()
    assert table.do(ben, AskAside(ana.seat.seat.facts.identity)) is None


def test_who_is_left_over_is_told_kindly(table: Table) -> None:
    flow = SMALL_FLOW.replace("minutes = 10", "minutes = 15")
    stage = PAIRS_STAGE.replace('"facilitator"', '"rest"')
    ana = table.host(flow=flow.replace('\n[[stage]]\nid = "closing"', stage))
    people = [table.join(name, ana) for name in ("Ben", "Chi", "Dua")]
    table.do(ana, i.ToStage(4))
    for guest in people:
        table.do(guest, i.BePaired())
    table.do(ana, i.MakePairs())
    [odd] = [guest for guest in people if not partners(guest)]
    assert [pairs.LEFT_OVER in guest.words for guest in people] == [
        guest is odd for guest in people
    ]


def test_a_pair_that_was_over_before_its_people_were_back_opens_for_nobody(
    table: Table, circle: Circle
) -> None:
    ben, chi = circle["Ben"], circle["Chi"]
    for guest in (ben, chi):
        table.do(guest, i.BePaired())
        table.disconnect(guest)
    table.do(circle["Ana"], i.MakePairs())
    table.do(circle["Ana"], i.BringAllBack())
    for guest in (ben, chi):
        table.connect(guest)
    table.wait(2)
    assert partners(ben) == partners(chi) == []
    assert (typed(ben), typed(chi)) == ("the room", "the room")
    assert not any(aside.is_open for guest in (ben, chi) for aside in guest.view.asides)


def first_and_second(circle: Circle, *names: str) -> list[Guest]:
    """Return the people of a pair in its order: the first makes the group."""
    state = seat_of(circle["Ana"]).state
    assert state is not None
    assert state.pairs is not None
    [pair] = state.pairs.pairs
    return [next(circle[name] for name in names if me(circle[name]) == who) for who in pair.people]


def test_keys_for_another_pair_open_nothing_in_this_one(table: Table, circle: Circle) -> None:
    pair_up(table, circle, "Ben", "Chi")
    first, second = first_and_second(circle, "Ben", "Chi")
    before = seat_of(first).apart
    name = pair_words.handle_of(seat_of(second), Pair(99, ()))
    about = AsideCircle(name, (me(first), me(second)), "pair")
    own = aside_groups.own_package(seat_of(second), about, table.world())
    note = AsideAsk(name, "pair", about.people, own.message)
    send_event(table, second, Unsealed(me(first), note))
    assert seat_of(first).apart == before
    assert says(table, second, "still between us") is None
    assert read(first) == ["still between us"]


def test_a_pair_whose_keys_grew_too_old_says_so(table: Table, circle: Circle) -> None:
    names = ("Ben", "Chi", "Dua")
    for name in names:
        table.do(circle[name], i.BePaired())
        table.disconnect(circle[name])
    table.do(circle["Ana"], i.MakePairs())
    first, second, third = first_and_second(circle, *names)
    table.connect(first)
    table.connect(second)
    late: list[frames.RelayFrame] = []
    first.tamper = late.append
    table.now += 11 * 3600
    table.connect(third)
    # The computer of the first one slept for hours before it read what the last one sent.
    table.now += 14 * 3600
    for frame in late:
        table._take(first, first.machine.receive(frame, table.world()))
    assert told(first, asides.BROKEN)
    assert not any(aside.is_open for aside in first.view.asides)


def test_a_wish_for_a_pair_is_read_where_typing_goes(table: Table, circle: Circle) -> None:
    ana = circle["Ana"]
    assert ana.view.now_words == "0 said yes to a pair. /formpairs puts them together."
    table.do(circle["Ben"], i.BePaired())
    assert "/unpair takes it back" in circle["Ben"].view.now_words
    assert circle["Chi"].view.now_words == pairs.MADE_NOW
