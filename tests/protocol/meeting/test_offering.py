"""Ideas that were asked for: first the question, then the idea, and never without a yes (S10)."""

import pytest

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting import offering
from holdspace.protocol.meeting.effects import OfferAnswered, OfferAsked, Offered, Spoke
from holdspace.protocol.meeting.rights import ASK_FIRST, LISTING, NO_RESPONSES, ON_HOLD, PAUSED
from meeting_room import FLOW, Meeting, has, identity, reason

SHARE = b"message id......"
TALK, CLOSING = 2, 3


def talking(response: str = "ask-first") -> Meeting:
    """Return a room that talks under a response rule; Ana has said something."""
    room = Meeting("Ana", "Ben", "Cem")
    stage = f'turn = "hands"\nresponse = "{response}"'
    room.does("Mara", ev.OpenFlow(FLOW.replace('turn = "hands"', stage)))
    room.does("Mara", ev.GoToStage(TALK, room.state.version))
    return room


def ask(room: Meeting, asker: str = "Ben", owner: str = "Ana") -> ev.AskToOffer:
    """Let somebody ask whoever shared."""
    event = ev.AskToOffer(SHARE, identity(owner))
    room.does(asker, event)
    return event


def test_an_idea_opens_after_a_yes_and_only_once() -> None:
    room = talking()
    idea = ev.OpenOffer("A cushion helped me.")
    assert reason(room.does("Ben", idea)) == offering.NOT_WELCOME_YET
    assert has(room.does("Ben", ev.AskToOffer(SHARE, identity("Ana"))), OfferAsked)
    assert reason(room.does("Ben", idea)) == offering.NOT_WELCOME_YET
    assert has(room.does("Ana", ev.AnswerOffer(identity("Ben"), is_yes=True)), OfferAnswered)
    assert has(room.does("Ben", idea), Offered)
    assert reason(room.does("Ben", idea)) == offering.NOT_WELCOME_YET
    assert room.state.people[2].spoken == 1


def test_a_no_ends_it_and_only_the_owner_can_say_yes() -> None:
    room = talking()
    ask(room)
    yes, no = (ev.AnswerOffer(identity("Ben"), is_yes=answer) for answer in (True, False))
    for other in ("Cem", "Mara", "Ben"):
        assert reason(room.does(other, yes)) == offering.NOTHING_ASKED
    room.does("Ana", no)
    assert reason(room.does("Ana", yes)) == offering.NOTHING_ASKED
    assert room.state.offers == ()


def test_the_asking_can_be_taken_back_by_who_asked() -> None:
    room = talking()
    ask(room)
    assert reason(room.does("Ben", ask(room))) == offering.ASKED_ALREADY
    room.does("Ben", ev.AnswerOffer(identity("Ben"), is_yes=False))
    assert room.state.offers == ()


@pytest.mark.parametrize("rule", ["none", "nods"])
def test_a_stage_without_responses_has_no_ideas_either(rule: str) -> None:
    room = talking(rule)
    assert reason(room.does("Ben", ev.AskToOffer(SHARE, identity("Ana")))) == NO_RESPONSES
    assert reason(room.raises("Ben", kind="respond")) == NO_RESPONSES


@pytest.mark.parametrize("rule", ["own-experience", "open"])
def test_where_people_may_respond_they_may_ask_too(rule: str) -> None:
    room = talking(rule)
    assert has(room.does("Ben", ev.AskToOffer(SHARE, identity("Ana"))), OfferAsked)
    room.raises("Cem")
    assert not has(room.raises("Ben", kind="respond"), OfferAsked)
    assert "Ben" in room.queue


def test_under_ask_first_nobody_responds_without_asking() -> None:
    room = talking()
    room.raises("Ana")
    assert reason(room.raises("Ben", kind="respond")) == ASK_FIRST


def test_nothing_is_asked_of_oneself_of_a_stranger_on_hold_or_while_paused() -> None:
    room = talking()
    assert reason(room.does("Ben", ev.AskToOffer(SHARE, identity("Ben")))) == offering.YOUR_OWN
    stranger = ev.AskToOffer(SHARE, identity("Zoe"))
    assert reason(room.does("Ben", stranger)) == offering.OWNER_IS_GONE
    event = ev.AskToOffer(SHARE, identity("Ana"))
    room.does("Mara", ev.PauseWriting(identity("Cem"), 60))
    assert reason(room.does("Cem", event)) == PAUSED
    room.does("Mara", ev.Hold())
    assert reason(room.does("Ben", event)) == ON_HOLD


def test_everybody_is_told_who_asks_whom_about_what_and_what_comes_of_it() -> None:
    ana, ben = identity("Ana"), identity("Ben")
    room = talking()
    assert room.does("Ben", ev.AskToOffer(SHARE, ana)).effects == (OfferAsked(ben, ana, SHARE),)
    yes = ev.AnswerOffer(ben, is_yes=True)
    assert room.does("Ana", yes).effects == (OfferAnswered(ana, ben, ana, True),)
    opened = room.does("Ben", ev.OpenOffer("A cushion helped me."))
    spoke = Spoke(ben, "A cushion helped me.", b"message id......")
    assert opened.effects == (Offered(ben, ana), spoke)


def test_nobody_else_takes_the_asking_back() -> None:
    room = talking()
    ask(room)
    no = ev.AnswerOffer(identity("Ben"), is_yes=False)
    assert reason(room.does("Cem", no)) == offering.NOTHING_ASKED
    assert len(room.state.offers) == 1


def test_the_first_stage_can_be_without_ideas_too() -> None:
    room = Meeting("Ana", "Ben")
    flow = FLOW.replace('turn = "silent"', 'turn = "silent"\nresponse = "none"')
    room.does("Mara", ev.OpenFlow(flow))
    room.stage(0)
    assert reason(room.does("Ben", ev.AskToOffer(SHARE, identity("Ana")))) == NO_RESPONSES


def test_who_was_paused_meanwhile_keeps_a_welcome_idea_for_later() -> None:
    room = talking()
    ask(room)
    room.does("Ana", ev.AnswerOffer(identity("Ben"), is_yes=True))
    room.does("Mara", ev.PauseWriting(identity("Ben"), 60))
    assert reason(room.does("Ben", ev.OpenOffer("…"))) == PAUSED
    assert [offer.is_welcome for offer in room.state.offers] == [True]


def test_an_idea_that_is_welcome_waits_out_a_hold() -> None:
    room = talking()
    ask(room)
    room.does("Ana", ev.AnswerOffer(identity("Ben"), is_yes=True))
    room.does("Mara", ev.Hold())
    assert reason(room.does("Ben", ev.OpenOffer("…"))) == ON_HOLD
    room.does("Mara", ev.Resume())
    assert has(room.does("Ben", ev.OpenOffer("…")), Offered)


@pytest.mark.parametrize("who", ["Ana", "Ben"])
def test_who_leaves_is_asked_nothing_and_asks_nothing(who: str) -> None:
    room = talking()
    ask(room)
    room.does(who, ev.Leaving())
    assert room.state.offers == ()


def test_the_next_stage_ends_all_asking() -> None:
    room = talking()
    ask(room)
    room.stage(CLOSING)
    assert room.state.offers == ()


def test_only_so_many_ask_at_once() -> None:
    names = [f"p{at}" for at in range(5)]
    room = Meeting("Ana", *names)
    for name in names[:4]:
        ask(room, name)
    last = ev.AskToOffer(SHARE, identity("Ana"))
    assert reason(room.does(names[4], last)) == offering.MANY_ASK


def test_an_idea_that_is_welcome_waits_while_ideas_are_listed() -> None:
    room = talking()
    ask(room)
    room.does("Ana", ev.AnswerOffer(identity("Ben"), is_yes=True))
    room.does("Cem", ev.AskForIdeas("How do I sleep?"))
    room.does("Mara", ev.BeginList(room.state.version))
    assert reason(room.does("Ben", ev.OpenOffer("A cushion."))) == LISTING


def test_an_offer_that_is_welcome_can_still_be_taken_back_by_both() -> None:
    for name in ("Ana", "Ben"):
        room = talking()
        ask(room)
        room.does("Ana", ev.AnswerOffer(identity("Ben"), is_yes=True))
        again = room.does("Ana", ev.AnswerOffer(identity("Ben"), is_yes=True))
        assert reason(again) == offering.NOTHING_ASKED
        assert has(room.does(name, ev.AnswerOffer(identity("Ben"), is_yes=False)), OfferAnswered)
        assert room.state.offers == ()


def test_before_the_first_stage_ideas_can_be_offered() -> None:
    room = Meeting("Ana", "Ben")
    room.does("Mara", ev.OpenFlow(FLOW.replace('title = "Closing"', 'title = "End"')))
    assert room.state.stage == -1
    assert offering.why_not_offer(room.state, identity("Ben")) == ""
