"""The key schedule beyond its vectors: what they leave open, and what must not show."""

from dataclasses import fields
from random import Random

from holdspace.protocol.mls import key_schedule
from holdspace.protocol.mls.ciphersuite import DEFAULT_SUITE as SUITE
from holdspace.protocol.mls.key_schedule import EpochSecrets
from holdspace.protocol.mls.messages import PreSharedKeyID, PSKType, ResumptionPSKUsage
from holdspace.protocol.mls.structs import GroupContext

random = Random(7).randbytes


def group_context(epoch: int) -> GroupContext:
    return GroupContext(
        cipher_suite=SUITE.id,
        group_id=b"group",
        epoch=epoch,
        tree_hash=bytes(32),
        confirmed_transcript_hash=bytes(32),
    )


def test_every_secret_is_another_one() -> None:
    secrets = key_schedule.epoch_secrets_of(SUITE, random(32))
    values = {getattr(secrets, field.name) for field in fields(EpochSecrets)}
    assert len(values) == 9
    assert {len(value) for value in values} == {SUITE.n_h}


def test_secrets_depend_on_the_whole_context() -> None:
    joiner, psk = random(32), bytes(32)
    first, second = (
        key_schedule.epoch_secrets(SUITE, joiner, psk, group_context(epoch)) for epoch in (1, 2)
    )
    assert first == key_schedule.epoch_secrets(SUITE, joiner, psk, group_context(1))
    for field in fields(EpochSecrets):
        assert getattr(first, field.name) != getattr(second, field.name)


def test_secrets_do_not_show() -> None:
    secrets = key_schedule.epoch_secrets_of(SUITE, random(32))
    for field in fields(EpochSecrets):
        value = getattr(secrets, field.name)
        assert repr(value) not in repr(secrets)
        assert value.hex() not in repr(secrets)


def test_checklist_44_exports_are_kept_apart() -> None:
    secret = random(32)

    def exported(label: str, context: bytes, length: int = 32) -> bytes:
        return key_schedule.exporter(SUITE, secret, label, context=context, length=length)

    uses = [("relay", b""), ("relay", b"context"), ("outer", b""), ("relay", SUITE.hash(b""))]
    assert len({exported(*use) for use in uses}) == len(uses)
    assert exported("relay", b"", 16) != exported("relay", b"", 32)[:16]


def test_no_pre_shared_key_is_all_zero() -> None:
    assert key_schedule.psk_secret(SUITE, []) == bytes(SUITE.n_h)


def test_pre_shared_keys_count_by_name_place_and_value() -> None:
    external = PreSharedKeyID(psktype=PSKType.external, psk_id=b"one", psk_nonce=bytes(32))
    resumption = PreSharedKeyID(
        psktype=PSKType.resumption,
        usage=ResumptionPSKUsage.application,
        psk_group_id=b"group",
        psk_epoch=3,
        psk_nonce=bytes(32),
    )
    orders = [
        [(external, b"a"), (resumption, b"b")],
        [(resumption, b"b"), (external, b"a")],
        [(external, b"b"), (resumption, b"a")],
        [(external, b"a")],
    ]
    assert len({key_schedule.psk_secret(SUITE, order) for order in orders}) == len(orders)


def test_short_ciphertexts_give_sender_data_keys_too() -> None:
    keys = {key_schedule.sender_data_keys(SUITE, b"secret", bytes(length)) for length in (0, 1, 31)}
    assert len(keys) == 3
    long, longer = (
        key_schedule.sender_data_keys(SUITE, b"secret", bytes(length)) for length in (32, 33)
    )
    assert long == longer
