"""Official families key-schedule, psk_secret, transcript-hashes and secret-tree, suite 0x0001."""

from dataclasses import fields
from typing import Any

import pytest

from holdspace.protocol.mls import key_schedule
from holdspace.protocol.mls.ciphersuite import cipher_suite
from holdspace.protocol.mls.key_schedule import EpochSecrets
from holdspace.protocol.mls.messages import (
    AuthenticatedContent,
    ContentType,
    PreSharedKeyID,
    PrivateMessage,
    PSKType,
)
from holdspace.protocol.mls.secret_tree import RatchetKind, SecretTree
from holdspace.protocol.mls.structs import GroupContext
from holdspace.protocol.mls.treemath import LeafIndex


@pytest.mark.vectors("key-schedule", 1, suites=(1,))
def test_key_schedule(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    init_secret = bytes.fromhex(case["initial_init_secret"])
    assert len(case["epochs"]) == 5
    for number, epoch in enumerate(case["epochs"]):
        group_context = GroupContext(
            cipher_suite=suite.id,
            group_id=bytes.fromhex(case["group_id"]),
            epoch=number,
            tree_hash=bytes.fromhex(epoch["tree_hash"]),
            confirmed_transcript_hash=bytes.fromhex(epoch["confirmed_transcript_hash"]),
        )
        assert group_context.encode().hex() == epoch["group_context"]
        commit_secret = bytes.fromhex(epoch["commit_secret"])
        joiner = key_schedule.joiner_secret(suite, init_secret, commit_secret, group_context)
        assert joiner.hex() == epoch["joiner_secret"]
        psk = bytes.fromhex(epoch["psk_secret"])
        assert key_schedule.welcome_secret(suite, joiner, psk).hex() == epoch["welcome_secret"]
        secrets = key_schedule.epoch_secrets(suite, joiner, psk, group_context)
        for field in fields(EpochSecrets):
            assert getattr(secrets, field.name).hex() == epoch[field.name], field.name
        external = key_schedule.external_key_pair(suite, secrets.external_secret)
        assert external.public_key.hex() == epoch["external_pub"]
        exported = key_schedule.exporter(
            suite,
            secrets.exporter_secret,
            epoch["exporter"]["label"],
            context=bytes.fromhex(epoch["exporter"]["context"]),
            length=epoch["exporter"]["length"],
        )
        assert exported.hex() == epoch["exporter"]["secret"]
        init_secret = secrets.init_secret


@pytest.mark.vectors("psk_secret", 11, suites=(1,))
def test_psk_secret(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    psks = [
        (
            PreSharedKeyID(
                psktype=PSKType.external,
                psk_id=bytes.fromhex(psk["psk_id"]),
                psk_nonce=bytes.fromhex(psk["psk_nonce"]),
            ),
            bytes.fromhex(psk["psk"]),
        )
        for psk in case["psks"]
    ]
    assert key_schedule.psk_secret(suite, psks).hex() == case["psk_secret"]


@pytest.mark.vectors("transcript-hashes", 1, suites=(1,))
def test_transcript_hashes(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    commit = AuthenticatedContent.decode(bytes.fromhex(case["authenticated_content"]))
    before = bytes.fromhex(case["interim_transcript_hash_before"])
    confirmed = key_schedule.confirmed_transcript_hash(suite, before, commit)
    assert confirmed.hex() == case["confirmed_transcript_hash_after"]
    confirmation_key = bytes.fromhex(case["confirmation_key"])
    tag = key_schedule.confirmation_tag(suite, confirmation_key, confirmed)
    assert tag == commit.auth.confirmation_tag
    interim = key_schedule.interim_transcript_hash(suite, confirmed, tag)
    assert interim.hex() == case["interim_transcript_hash_after"]


@pytest.mark.vectors("secret-tree", 3, suites=(1,))
def test_secret_tree(case: dict[str, Any]) -> None:
    suite = cipher_suite(case["cipher_suite"])
    encryption_secret = bytes.fromhex(case["encryption_secret"])
    tree = SecretTree.create(suite, encryption_secret, len(case["leaves"]))
    for leaf, generations in enumerate(case["leaves"]):
        for expected in generations:
            for kind in RatchetKind:
                tree, taken = tree.take(LeafIndex(leaf), kind, expected["generation"])
                assert taken.key.hex() == expected[f"{kind.value}_key"]
                assert taken.nonce.hex() == expected[f"{kind.value}_nonce"]


@pytest.mark.vectors("secret-tree", 3, suites=(1,))
def test_sender_data_keys(case: dict[str, Any]) -> None:
    suite, given = cipher_suite(case["cipher_suite"]), case["sender_data"]
    message = PrivateMessage(
        group_id=b"",
        epoch=0,
        content_type=ContentType.application,
        encrypted_sender_data=b"",
        ciphertext=bytes.fromhex(given["ciphertext"]),
    )
    keys = key_schedule.sender_data_keys(
        suite, bytes.fromhex(given["sender_data_secret"]), message.ciphertext
    )
    assert [part.hex() for part in keys] == [given["key"], given["nonce"]]
