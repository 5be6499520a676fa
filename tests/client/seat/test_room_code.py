"""A relay that asks for a room code gets a proof of one, and its no is told from every other."""

import pytest

from holdspace.client.seat.host import Opening, open_room
from holdspace.client.seat.view import Place
from holdspace.protocol import frames
from holdspace.protocol.keys import (
    Occasion,
    Purpose,
    SigningKey,
    check_proof,
    code_digest,
    room_code_key,
)
from holdspace.protocol.refusals import REFUSALS, Refusal
from seat_table import AGREEMENTS, RELAY, Guest, Table

CODE = room_code_key("0123a-bcdef-ghjkm-npqrs-tvwxy")


def opening_with(table: Table, code: SigningKey | None) -> tuple[Guest, frames.OpenRoom]:
    """Let a host open a room; return them and the frame that asks for it."""
    opening = Opening("Tuesday circle", "Ana", AGREEMENTS, code=code)
    ana = table._sit("Ana", open_room(table.relays, opening, table.world()))
    asked = map(frames.decode_client_frame, table.overheard)
    return ana, next(frame for frame in asked if isinstance(frame, frames.OpenRoom))


def test_a_room_code_is_proved_for_this_room_and_never_sent(table: Table) -> None:
    ana, asked = opening_with(table, CODE)
    assert asked.code_key == CODE.public
    occasion = Occasion(RELAY, asked.room, nonce=ana.seat.seat.wire.nonce)
    digest = code_digest(asked.root_key)
    assert check_proof(CODE.public, asked.code_proof, Purpose.CODE, occasion, digest=digest)
    _, without = opening_with(Table(2), None)
    assert (without.code_key, without.code_proof) == (b"", b"")


@pytest.mark.parametrize("refusal", [Refusal.NEEDS_CODE, Refusal.CODE_IN_USE])
def test_a_relay_that_wants_another_code_is_told_from_other_ends(
    table: Table, refusal: Refusal
) -> None:
    opening = Opening("Tuesday circle", "Ana", AGREEMENTS)
    machine = open_room(table.relays, opening, table.world())
    greeted = machine.receive(frames.Greeting(1, bytes(32)), table.world())
    asked = greeted.frames[0]
    assert isinstance(asked, frames.OpenRoom)
    refused = greeted.machine.receive(frames.Refuse(asked.ref, refusal), table.world())
    view = refused.machine.view()
    assert view.needs_code
    assert view.place is Place.ENDED
    assert view.ended_words == REFUSALS[refusal].sentence
    other = greeted.machine.receive(frames.Refuse(asked.ref, Refusal.RELAY_FULL), table.world())
    assert not other.machine.view().needs_code


@pytest.mark.parametrize("refusal", [Refusal.NOT_SAVED, Refusal.TOO_FAST])
def test_a_meeting_that_did_not_begin_is_not_said_to_be_kept_or_sent_again(
    table: Table, refusal: Refusal
) -> None:
    machine = open_room(table.relays, Opening("Tuesday circle", "Ana", AGREEMENTS), table.world())
    greeted = machine.receive(frames.Greeting(1, bytes(32)), table.world())
    asked = greeted.frames[0]
    assert isinstance(asked, frames.OpenRoom)
    view = greeted.machine.receive(frames.Refuse(asked.ref, refusal), table.world()).machine.view()
    assert view.place is Place.ENDED
    assert "the meeting did not begin. Nothing is lost: try again" in view.ended_words
