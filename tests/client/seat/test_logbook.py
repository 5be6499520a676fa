"""The log of facilitators' acts: the same lines for everybody who was there, and no words (T15, A20)."""

from holdspace.client.care.happened import HEAD, NOTHING, log_lines
from holdspace.client.seat import intents as i
from holdspace.client.seat.logbook import _WORDS, MOVED_ON, SILENT
from holdspace.protocol.meeting.events import CloseQueue
from holdspace.protocol.meeting.roles import MEMBER, may
from holdspace.protocol.meeting.state import _TABLE
from seat_table import Guest, Table


def me(guest: Guest) -> bytes:
    return guest.seat.seat.facts.identity


def logged(guest: Guest) -> list[str]:
    return [line.words for line in guest.view.log]


def test_everybody_reads_who_did_what_and_nobody_s_words(table: Table) -> None:
    ana = table.host()
    ben, chi = table.join("Ben", ana), table.join("Chi", ana)
    table.do(ana, i.ChangeMode("listen"))
    table.do(ben, i.Raise(note="a canary note"))
    table.do(ana, i.LowerFor(me(ben)))
    table.do(ana, i.AskToSpeak(me(chi)))
    table.do(ana, i.PauseTheWriting(me(chi)))
    table.do(ana, i.HoldRoom())
    table.do(ana, i.ResumeRoom())
    table.do(ana, i.FoldIt("a canary label"))
    table.do(ana, i.Remove(me(chi)))
    assert logged(ben)[-9:] == [
        "Ana changed how turns are taken, to listen.",
        "Ana took Ben's hand down.",
        "Ana asked somebody whether they would like to speak.",
        "Ana wrote to one person alone.",
        "Ana paused Chi's writing.",
        "Ana held the room.",
        "Ana let the room go on.",
        "Ana wrote to one person alone.",
        "Ana removed Chi.",
    ]
    # Ben came after he was let in; from there on the host reads the very same lines.
    assert logged(ana)[-len(logged(ben)) :] == logged(ben)
    assert not any("canary" in words for words in logged(ana))


def test_of_two_who_act_at_once_both_are_listed(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    table.do(ana, i.Promote(me(ben)))
    table.disconnect(ben)
    table.do(ben, i.ChangeMode("round"))
    table.do(ana, i.ChangeMode("listen"))
    table.connect(ben)
    assert logged(ana)[-2:] == [
        "Ana changed how turns are taken, to listen.",
        f"Ben changed how turns are taken, to round. {MOVED_ON}",
    ]


def test_what_members_do_is_not_listed(table: Table) -> None:
    ana = table.host()
    ben = table.join("Ben", ana)
    before = logged(ana)
    table.do(ben, i.Say("Good evening."))
    table.do(ben, i.RestNow())
    assert logged(ana) == before


def test_the_page_tells_the_time_of_each(table: Table) -> None:
    ana = table.host()
    assert list(log_lines(ana.view)) == [HEAD, NOTHING]
    table.do(ana, i.HoldRoom())
    head, line = log_lines(ana.view)
    assert head == HEAD
    assert line[2] == ":"
    assert line.endswith(" Ana held the room.")


def test_everything_that_only_facilitators_do_has_a_sentence() -> None:
    theirs = {event for event, (act, _) in _TABLE.items() if not may(MEMBER, act)}
    assert theirs <= {*_WORDS, *SILENT, CloseQueue}
