"""How records are put into messages of the stream, and read out of them again.

A message is one byte that says its kind, and a batch of records. A meeting's beginning carries a
fresh key; all later messages of the meeting are sealed with it and bound to their subject. The
nodes hold the key too: it hides nothing from them, it makes a meeting erasable.
"""

import os
from enum import IntEnum, unique
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdspace.server.log import records as r

VERSION = 1
KEY_BYTES = 32
_NONCE_BYTES = 12

AnyRecord = (
    r.RoomOpened | r.MeetingBegun | r.EntryAppended | r.EpochChanged | r.InvitationPut
    | r.InvitationRevoked | r.MeetingClosed | r.Forgotten
)  # fmt: skip
Batch = tuple[r.Record, ...]
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Batch] = msgspec.msgpack.Decoder(tuple[AnyRecord, ...])


@unique
class Kind(IntEnum):
    """Name what stands behind the first byte of a message."""

    OPEN = 1
    BEGINNING = 2
    SEALED = 3


class Opened(NamedTuple):
    """Hold a message's records, and the key if they begin a meeting."""

    records: Batch
    key: bytes | None = None


class NotOursError(Exception):
    """A message is not one that a relay of this version writes."""


class ErasedError(Exception):
    """A message is sealed with a key that was erased: it has no effect on any relay."""


def put_open(records: Batch) -> bytes:
    """Return a message that stands for itself."""
    return bytes([Kind.OPEN]) + _encoder.encode(records)


def put_beginning(records: Batch) -> bytes:
    """Return a message that begins a meeting, with the key for all that follow."""
    return bytes([Kind.BEGINNING]) + os.urandom(KEY_BYTES) + _encoder.encode(records)


def put_sealed(records: Batch, key: bytes, subject: str) -> bytes:
    """Return a message that can be read for as long as its meeting's beginning is there."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, _encoder.encode(records), subject.encode())
    return bytes([Kind.SEALED]) + nonce + sealed


def take(message: bytes, subject: str, key: bytes | None) -> Opened:
    """Return what a message holds; `key` is the one of its meeting, if that is known."""
    kind, body = message[:1], message[1:]
    if kind == bytes([Kind.OPEN]):
        return Opened(_records(body))
    if kind == bytes([Kind.BEGINNING]):
        return Opened(_records(body[KEY_BYTES:]), body[:KEY_BYTES])
    if kind != bytes([Kind.SEALED]):
        raise NotOursError
    if key is None:
        raise ErasedError
    nonce, sealed = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
    try:
        body = AESGCM(key).decrypt(nonce, sealed, subject.encode())
    except (InvalidTag, ValueError):
        # Sealed in a meeting that had the same handle before.
        raise ErasedError from None
    return Opened(_records(body))


def _records(body: bytes) -> Batch:
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise NotOursError from None
