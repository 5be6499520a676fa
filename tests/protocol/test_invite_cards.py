"""The card behind a code: what a room's pass allows, and how long its words may be."""

import hashlib

import pytest
from msgspec.structs import replace

from holdspace.protocol.invite import (
    Invitation,
    InvitationError,
    RoomCard,
    hash_host_key,
    new_sealing_key,
    open_card,
    seal_card,
)
from holdspace.protocol.keys import SigningKey
from holdspace.protocol.refusals import LocalError

ROOT = SigningKey.from_seed(b"r" * 32)
UNTIL = 30_000_000


def random(size: int) -> bytes:
    """Return the same bytes every time."""
    return hashlib.shake_256(b"cards").digest(size)


PASS = Invitation(
    ("wss://relay.example",), b"room" * 4, hash_host_key(ROOT.public), b"s" * 16, UNTIL
)
CARD = RoomCard(
    host_key=ROOT.public,
    room=PASS.room,
    room_name="Tuesday circle",
    host_name="Mara",
    standing="Peer",
    agreements=("Passing is fine.",),
    agreements_version=1,
    about="",
    sealing_key=new_sealing_key(random).public_key,
    knock_key=PASS.knock_key.public,
    expires_minute=UNTIL,
)


def sealed(card: RoomCard) -> bytes:
    """Return the card as its host seals it."""
    return seal_card(card, ROOT, PASS.card_key, random)


def test_the_card_of_a_pass_is_new_with_every_meeting_and_says_until_when() -> None:
    later = replace(CARD, expires_minute=UNTIL + 7)
    assert open_card(sealed(later), PASS, is_pass=True) == later
    with pytest.raises(InvitationError, match="does not belong"):
        open_card(sealed(later), PASS)


@pytest.mark.parametrize(("part", "most"), [("room_name", 80), ("host_name", 96)])
def test_a_name_on_a_card_is_as_long_as_it_may_be(part: str, most: int) -> None:
    longest = replace(CARD, **{part: "n" * most})
    assert open_card(sealed(longest), PASS) == longest
    with pytest.raises(LocalError):
        sealed(replace(CARD, **{part: "n" * (most + 1)}))
