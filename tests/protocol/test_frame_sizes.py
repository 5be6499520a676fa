"""R16 and I10: whatever a frame is and carries, it travels in one of five sizes, or not at all."""

from typing import get_args

import msgspec
import pytest

from holdspace.protocol import frames as f

KEY, PROOF, HANDLE = bytes(32), bytes(64), bytes(16)
LONGEST, SEALED = bytes(60 * 1024), bytes(12 * 1024)
SLOTS = (KEY,) * f.SLOT_COUNT
WELCOME = f.SealedWelcome(HANDLE, bytes(20_000))
CARD = f.OperatorCard("x" * 200, "x" * 200, "x" * 400, "x" * 800)

# The longest of each kind; a bundle with a commit and a Welcome as long as ours.
FRAMES: tuple[f.ClientFrame | f.RelayFrame, ...] = (
    f.Hello(1, 1),
    f.OpenRoom(1, HANDLE, KEY, PROOF, KEY, PROOF),
    f.BeginMeeting(1, HANDLE, HANDLE, KEY, SLOTS, PROOF),
    f.Attach(1, HANDLE, 2**47, 2**47, PROOF),
    f.Prove(1, 2**47, PROOF),
    f.Append(1, HANDLE, 2**47, LONGEST),
    f.Bundle(
        ref=1,
        message_id=HANDLE,
        base_epoch=2**47,
        commit=bytes(12_000),
        welcomes=(WELCOME, WELCOME),
        next_access_key=KEY,
        slots=SLOTS,
        slot_key=KEY,
        access_proof=PROOF,
        slot_proof=PROOF,
    ),
    f.PutInvitation(1, HANDLE, KEY, 2**39, SEALED, PROOF),
    f.RevokeInvitation(1, HANDLE, KEY, PROOF),
    f.GetCard(1, HANDLE, KEY, PROOF),
    f.Knock(1, HANDLE, KEY, HANDLE, SEALED, PROOF),
    f.WatchLobby(1, HANDLE, HANDLE, KEY, PROOF),
    f.DeclineKnock(1, HANDLE, SEALED),
    f.CloseMeeting(1, HANDLE, KEY, PROOF),
    f.Greeting(1, KEY, CARD),
    f.Done(1),
    f.Refuse(1, 99),
    f.Ack(1, 2**47),
    f.Attached(1, 2**47, 2**47, 2**47),
    f.Entry(2**47, 2**47, True, LONGEST),
    f.Card(1, SEALED),
    f.Knocking(HANDLE, KEY, SEALED),
    f.KnockGone(HANDLE),
    f.Welcomed(HANDLE, HANDLE, 2**47, LONGEST),
    f.Declined(HANDLE, SEALED),
    f.MeetingClosed(HANDLE),
)
# What carries something of any length, and the name of the field.
CARRIERS = {
    f.Append: "payload",
    f.Bundle: "commit",
    f.PutInvitation: "card",
    f.Knock: "sealed",
    f.DeclineKnock: "sealed",
    f.Entry: "payload",
    f.Card: "card",
    f.Knocking: "sealed",
    f.Welcomed: "sealed",
    f.Declined: "sealed",
}


def name(frame: f.ClientFrame | f.RelayFrame) -> str:
    return type(frame).__name__


def test_every_kind_of_frame_is_here() -> None:
    kinds = {*get_args(f.AnyClientFrame), *get_args(f.AnyRelayFrame)}
    assert {type(frame) for frame in FRAMES} == kinds


@pytest.mark.parametrize("frame", FRAMES, ids=name)
def test_the_longest_of_each_kind_has_one_of_the_five_sizes(
    frame: f.ClientFrame | f.RelayFrame,
) -> None:
    assert len(f.encode(frame)) in f.SIZE_CLASSES


@pytest.mark.parametrize("frame", [one for one in FRAMES if type(one) in CARRIERS], ids=name)
@pytest.mark.parametrize("length", [1, 700, 1_024, 4_096, 11_000])
def test_whatever_a_frame_carries_has_one_of_the_five_sizes(
    frame: f.ClientFrame | f.RelayFrame, length: int
) -> None:
    carrying = msgspec.structs.replace(frame, **{CARRIERS[type(frame)]: bytes(length)})
    assert len(f.encode(carrying)) in f.SIZE_CLASSES


def test_what_does_not_fit_the_largest_size_does_not_travel() -> None:
    too_much = (f.SealedWelcome(HANDLE, LONGEST),) * 3
    bundle = next(frame for frame in FRAMES if isinstance(frame, f.Bundle))
    with pytest.raises(f.FrameTooLong):
        f.encode(msgspec.structs.replace(bundle, welcomes=too_much))
