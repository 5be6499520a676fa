"""The judge of histories says yes to what a log can answer, and no to everything else."""

from dataclasses import replace

import pytest

from history import Act, BrokenHistoryError, History, Kind, check
from holdspace.protocol.frames import Entry
from holdspace.protocol.refusals import Refusal


def said(who: str, words: str, *, at: tuple[float, float], seq: int | None, epoch: int = 0) -> Act:
    """Return an append of these words; without a place nobody knows what became of it."""
    return Act(who, Kind.APPEND, epoch, at[0], words.encode(), ended=at[1], seq=seq)


def looked(who: str, *, at: tuple[float, float], length: int, epoch: int = 0) -> Act:
    return Act(who, Kind.ATTACH, epoch, at[0], ended=at[1], seq=length)


def ended_epoch(who: str, *, at: tuple[float, float], seq: int | None, epoch: int = 0) -> Act:
    return Act(who, Kind.BUNDLE, epoch, at[0], f"{who} {epoch}".encode(), ended=at[1], seq=seq)


def history(*acts: Act) -> History:
    """Return a history in which everybody's words are their message's name, too."""
    return History([*acts], {act.message: act.message for act in acts if act.message})


def log(*words: str) -> list[Entry]:
    """Return a log; a "!" ends the epoch."""
    entries, epoch = [], 0
    for seq, each in enumerate(words, 1):
        is_commit = each.startswith("!")
        entries.append(Entry(seq, epoch, is_commit, each.lstrip("!").encode()))
        epoch += is_commit
    return entries


A = said("Ana", "a", at=(0, 2), seq=1)
B = said("Ben", "b", at=(1, 3), seq=2)


def test_what_overlaps_may_be_in_either_order() -> None:
    counts = check(history(A, B), log("a", "b"))
    assert counts["acknowledged"] == 2
    check(history(replace(A, seq=2), replace(B, seq=1)), log("b", "a"))


def test_what_nobody_heard_of_may_be_there_or_not() -> None:
    unknown = said("Ana", "a", at=(0, float("inf")), seq=None)
    check(history(unknown, replace(B, seq=1)), log("b"))
    check(history(unknown, B), log("a", "b"))
    # Even after everything that was asked later.
    check(history(unknown, replace(B, seq=1)), log("b", "a"))


def test_who_looks_sees_what_there_was_at_some_moment() -> None:
    check(history(A, B, looked("Cy", at=(0, 1), length=0)), log("a", "b"))
    check(history(A, B, looked("Cy", at=(0, 9), length=1)), log("a", "b"))
    # The key of an epoch that is over reads no further, however late.
    check(
        history(ended_epoch("Ana", at=(0, 1), seq=1), looked("Cy", at=(8, 9), length=1)),
        log("!Ana 0"),
    )


def test_a_relay_that_has_fallen_behind_shows_less_and_never_more() -> None:
    late = history(A, B, looked("Cy", at=(8, 9), length=1))
    with pytest.raises(BrokenHistoryError):
        check(late, log("a", "b"))
    check(late, log("a", "b"), looks_may_lag=True)
    early = history(said("Ana", "a", at=(5, 6), seq=1), looked("Cy", at=(0, 1), length=1))
    with pytest.raises(BrokenHistoryError):
        check(early, log("a"), looks_may_lag=True)


def test_who_was_refused_lost_to_somebody() -> None:
    late = said("Ben", "b", at=(1, 3), seq=None)
    late.refusal = Refusal.STALE_EPOCH
    check(history(ended_epoch("Ana", at=(0, 9), seq=1), late), log("!Ana 0"))


def refused(act: Act, why: Refusal = Refusal.LOST_RACE) -> Act:
    return replace(act, seq=None, refusal=why)


BROKEN = {
    "it is nowhere": (history(A, B), log("a")),
    "it is at 2": (history(A, B), log("b", "a")),
    "is at 2 again": (history(A, B), log("a", "a")),
    "Nobody said": (history(A), log("a", "x")),
    "Where 2 belongs is 3": (history(A, B), [log("a")[0], Entry(3, 0, False, b"b")]),
    "At 2 is epoch 0, not 1": (
        history(ended_epoch("Ana", at=(0, 1), seq=1), ended_epoch("Ben", at=(0, 1), seq=2)),
        [Entry(1, 0, True, b"Ana 0"), Entry(2, 0, True, b"Ben 0")],
    ),
    "known before it can be there": (
        history(said("Ana", "a", at=(5, 6), seq=1), said("Ben", "b", at=(0, 1), seq=2)),
        log("a", "b"),
    ),
    "Cy saw 1 entries before": (
        history(said("Ana", "a", at=(5, 6), seq=1), looked("Cy", at=(0, 1), length=1)),
        log("a"),
    ),
    "What is at 1 was known before": (
        history(A, looked("Cy", at=(5, 6), length=0)),
        log("a"),
    ),
    "Somebody saw 3 entries": (history(A, looked("Cy", at=(0, 9), length=3)), log("a")),
    "Ben was refused in epoch 0": (history(A, refused(replace(B, kind=Kind.BUNDLE))), log("a")),
    "Nobody asked for what is at 2 in its epoch": (
        history(ended_epoch("Ana", at=(0, 1), seq=1), said("Ben", "b", at=(0, 9), seq=2)),
        log("!Ana 0", "b"),
    ),
    "Ana asked for 2 first": (
        history(said("Ana", "x", at=(0, 9), seq=2), said("Ana", "y", at=(0, 9), seq=1)),
        log("y", "x"),
    ),
}


@pytest.mark.parametrize("why", BROKEN)
def test_what_no_log_can_answer_is_seen(why: str) -> None:
    story, kept = BROKEN[why]
    with pytest.raises(BrokenHistoryError, match=why):
        check(story, kept)


def test_what_somebody_was_handed_had_its_place_by_then() -> None:
    story = history(said("Ana", "a", at=(5, 9), seq=1))
    story.hear(1, 6)
    check(story, log("a"))
    story = history(said("Ana", "a", at=(5, 9), seq=1))
    story.hear(1, 4)
    with pytest.raises(BrokenHistoryError, match="known before"):
        check(story, log("a"))


def test_a_message_sent_again_is_one_entry_whose_first_try_may_have_made_it() -> None:
    first = said("Ana", "a", at=(0, float("inf")), seq=None)
    again = said("Ana", "a", at=(5, 6), seq=1)
    check(history(first, again, looked("Cy", at=(1, 2), length=1)), log("a"))
    refused_first = replace(first, refusal=Refusal.STALE_EPOCH, ended=1.0)
    rival = ended_epoch("Ben", at=(0, float("inf")), seq=None)
    with pytest.raises(BrokenHistoryError, match="before there were"):
        check(history(refused_first, again, rival, looked("Cy", at=(1, 2), length=1)), log("a"))
