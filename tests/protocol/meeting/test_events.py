"""Every event travels in one spelling, and whatever is not exactly an event is refused by name."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdspace.protocol.meeting import events as ev
from holdspace.protocol.meeting.kinds import MAX_TEXT
from holdspace.protocol.meeting.schedule import Schedule

WHO = bytes(32)
EVENTS: list[ev.Event] = [
    ev.Share("Hello"),
    ev.RaiseHand("respond", "to ask about sleep"),
    ev.LowerHand(),
    ev.Pass(7),
    ev.Nod(bytes(16), "me-too"),
    ev.Heartbeat(),
    ev.Leaving(fine=True),
    ev.Ready(is_ready=False),
    ev.Later(),
    ev.StepBack(),
    ev.AnswerInvite(is_yes=True),
    ev.TakeBack(bytes(16)),
    ev.Fold(bytes(16), "a hard story"),
    ev.Rest(),
    ev.Letter(b"sealed"),
    ev.Whisper(bytes(16), b"sealed"),
    ev.CoverSlot((ev.SlotPart(bytes(16), 1, is_last=True, data=b"part"),)),
    ev.OpenFlow("format = 1"),
    ev.GoToStage(3, 7),
    ev.SetTurnMode("gather", 7),
    ev.GiveFloor(WHO, 7),
    ev.NextTurn(7),
    ev.LowerHandOf(WHO),
    ev.AddTime(60, 7),
    ev.Hold(),
    ev.Resume(),
    ev.Release("round", 7),
    ev.SkipPause(7),
    ev.LowerAll(7),
    ev.RestoreHands(7),
    ev.CloseQueue(is_closed=True, basis=7),
    ev.MoveHand(WHO, 1),
    ev.LastWord(WHO, 7),
    ev.Invite(WHO),
    ev.SetOrder("not-yet-heard", 7),
    ev.PauseWriting(WHO, 120),
    ev.LetWrite(WHO),
    ev.SendBack(WHO),
    ev.HandOver(WHO, 7),
    ev.Undo(7),
    ev.StageClock(3, 90),
    ev.Replan(((4, 300), (6, 0)), 7),
    ev.Snapshot(9, bytes(32), b"state"),
    ev.BeWilling(is_willing=False),
    ev.FormPairs(7),
    ev.ReturnAll(),
    ev.ComeBack(),
    ev.CallFacilitator(is_calling=False),
    ev.JoinPair(3),
    ev.AskToOffer(bytes(16), WHO),
    ev.AnswerOffer(WHO, is_yes=True),
    ev.OpenOffer("What helped me"),
    ev.StepOverAway(WHO, 3, is_over=True),
    ev.OpenPoll("Which one?", ("breath", "rest"), is_anonymous=True, basis=7),
    ev.JoinCount(1, 0b101, bytes(32)),
    ev.LeaveCount(1),
    ev.CloseCount(1),
    ev.GiveVector(1, (0, 2**32 - 1)),
    ev.EndCount(1),
    ev.ShowHand(1, 2),
    ev.SetSchedule(Schedule(739_000, 18 * 60, "Europe/Berlin", "weekly")),
    ev.AskForIdeas("How do I sleep?"),
    ev.BeginList(7),
    ev.GiveIdea("Warm socks"),
    ev.EndList(7),
    ev.ChooseIdea(3, "try"),
    ev.PutBoardAway(),
]
ENVELOPE = ev.Envelope(bytes(16), bytes(16), 2, 5, bytes(16), 9, bytes(32), b"event")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_was(event: ev.Event) -> None:
    assert ev.decode_event(ev.encode_event(event)) == event


def test_every_event_is_among_these() -> None:
    assert {type(event) for event in EVENTS} == set(ev.AnyEvent.__args__)


HOSTILE = {
    "nothing": b"",
    "trailing bytes": ev.encode_event(ev.Hold()) + b"\x00",
    "another type": msgspec.msgpack.encode([99]),
    "a field too many": msgspec.msgpack.encode([27, 1]),
    "a field too few": msgspec.msgpack.encode([24]),
    "a longer spelling of a number": b"\x92\x18\xcc\x07",
    "an empty share": msgspec.msgpack.encode([1, ""]),
    "a share too long": msgspec.msgpack.encode([1, "a" * (MAX_TEXT + 1)]),
    "a note too long": msgspec.msgpack.encode([2, "share", "a" * (ev.MAX_NOTE + 1)]),
    "a hand of no kind": msgspec.msgpack.encode([2, "shout", ""]),
    "a negative basis": msgspec.msgpack.encode([4, -1]),
    "a basis without end": msgspec.msgpack.encode([4, 2**60]),
    "no time": msgspec.msgpack.encode([26, 0, 1]),
    "a label too long": msgspec.msgpack.encode([13, bytes(16), "a" * 61]),
    "a release of no kind": msgspec.msgpack.encode([29, "shout", 1]),
    "a place before the first": msgspec.msgpack.encode([34, bytes(32), 0]),
    "a pause of a day": msgspec.msgpack.encode([38, bytes(32), 86_400]),
    "a count of no number": msgspec.msgpack.encode([63, 0]),
    "a poll with one answer": msgspec.msgpack.encode([60, "Why?", ["so"], True, 7]),
    "a short key": msgspec.msgpack.encode([61, 1, 1, bytes(31)]),
    "a vector beyond the modulus": msgspec.msgpack.encode([64, 1, [2**32]]),
    "a vector of nothing": msgspec.msgpack.encode([64, 1, []]),
    "a vector too long": msgspec.msgpack.encode([64, 1, [0] * 33]),
    "a short identity": msgspec.msgpack.encode([25, b"short"]),
    "text that is not UTF-8": b"\x92\x01\xa2\xff\xfe",
    "half of a surrogate pair": b"\x92\x01\xa3\xed\xa0\x80",
    "nested without end": b"\x91" * 100_000,
    "an author of its own": msgspec.msgpack.encode([1, "Hello", b"Mara"]),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_not_exactly_an_event_is_refused(what: str) -> None:
    with pytest.raises(ev.NotAnEvent):
        ev.decode_event(HOSTILE[what])


def test_an_envelope_comes_back_as_it_was_and_only_so() -> None:
    data = ev.encode_envelope(ENVELOPE)
    assert ev.decode_envelope(data) == ENVELOPE
    for spoiled in (data + b"\x00", data[:-1], b"", b"\x91" * 9_999):
        with pytest.raises(ev.NotAnEvent):
            ev.decode_envelope(spoiled)


@given(st.sampled_from(EVENTS), st.integers(0, 200), st.binary(min_size=1, max_size=4))
def test_spoiled_bytes_are_refused_or_are_another_event(
    event: ev.Event, place: int, piece: bytes
) -> None:
    data = bytearray(ev.encode_event(event))
    at = place % len(data)
    data[at : at + len(piece)] = piece
    try:
        decoded = ev.decode_event(bytes(data))
    except ev.NotAnEvent:
        return
    assert ev.encode_event(decoded) == bytes(data)


def test_what_is_no_event_of_the_table_is_never_written() -> None:
    """What is still to be sealed for one person would be readable by all."""
    with pytest.raises(TypeError):
        ev.encode_event(ev.Event())


def test_an_envelope_has_one_spelling() -> None:
    data = ev.encode_envelope(ENVELOPE)
    at = data.index(b"\x02\x05")  # epoch and counter, each in one byte
    with pytest.raises(ev.NotAnEvent, match="the one way"):
        ev.decode_envelope(data[:at] + b"\xcc\x02" + data[at + 1 :])
