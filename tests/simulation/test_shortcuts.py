"""What one process remembers for all of a meeting's people spares work and changes no answer."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdspace.protocol.keys import SigningKey, verify
from holdspace.protocol.mls.errors import CryptoError
from holdspace.protocol.mls.signatures import ED25519
from plan import Decision, Plan
from shortcuts import Signatures, shortcuts
from world import World

SEED, OTHER = bytes(range(32)), bytes(range(1, 33))
SHORT = Plan(seed=4, people=3, seconds=4.0, decisions=(Decision(13.0, "say", 1, 1),))


def test_a_wrong_signature_is_wrong_however_often_the_right_one_was_seen() -> None:
    with shortcuts():
        key, other = SigningKey.from_seed(SEED), SigningKey.from_seed(OTHER)
        signature = key.sign(b"tea")
        assert verify(key.public, signature, b"tea")
        assert not verify(key.public, signature, b"coffee")
        assert not verify(other.public, signature, b"tea")
        assert not verify(key.public, signature[:-1] + b"\0", b"tea")


def test_a_signature_that_was_made_elsewhere_is_checked_by_the_library() -> None:
    made = Ed25519PrivateKey.from_private_bytes(SEED)
    with shortcuts():
        key = SigningKey.from_seed(SEED)
        assert verify(key.public, made.sign(b"tea"), b"tea")
        assert key.sign(b"tea") == made.sign(b"tea")


def test_the_engine_refuses_what_is_not_signed_after_it_took_what_is() -> None:
    with shortcuts():
        pair = ED25519.load(SEED)
        signature = ED25519.sign(pair, b"tea")
        ED25519.verify(pair.public_key, b"tea", signature)
        with pytest.raises(CryptoError):
            ED25519.verify(pair.public_key, b"coffee", signature)


@pytest.mark.parametrize("is_real", [False, True])
def test_a_meeting_without_the_memory_is_the_same_meeting(
    is_real: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = World(SHORT, is_real=is_real).run()
    monkeypatch.setattr(Signatures, "knows", lambda *_: False)
    monkeypatch.setattr("world.shortcuts", _without_kept_keys)
    checked = World(SHORT, is_real=is_real).run()
    assert not checked.law, checked.words
    assert checked == remembered


@contextmanager
def _without_kept_keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shortcuts._KEYS_KEPT", 0)
        with shortcuts():
            yield
