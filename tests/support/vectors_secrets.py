"""Check cases of the official families key-schedule, psk_secret, transcript-hashes and secret-tree."""

from dataclasses import fields

from holdspace.protocol.mls import key_schedule
from holdspace.protocol.mls.ciphersuite import CipherSuite, cipher_suite
from holdspace.protocol.mls.key_schedule import EpochSecrets
from holdspace.protocol.mls.messages import AuthenticatedContent, PreSharedKeyID, PSKType
from holdspace.protocol.mls.secret_tree import RatchetKind, SecretTree
from holdspace.protocol.mls.structs import GroupContext
from holdspace.protocol.mls.treemath import LeafIndex
from vectors_encoding import Case, unhex


def verify_key_schedule(case: Case) -> None:
    """Go through the epochs, each from the init secret of the one before."""
    suite = cipher_suite(case["cipher_suite"])
    init_secret = unhex(case, "initial_init_secret")
    assert case["epochs"]
    for number, epoch in enumerate(case["epochs"]):
        group_context = GroupContext(
            cipher_suite=suite.id,
            group_id=unhex(case, "group_id"),
            epoch=number,
            tree_hash=unhex(epoch, "tree_hash"),
            confirmed_transcript_hash=unhex(epoch, "confirmed_transcript_hash"),
        )
        assert group_context.encode() == unhex(epoch, "group_context")
        init_secret = turned(suite, init_secret, group_context, epoch)


def turned(
    suite: CipherSuite, init_secret: bytes, group_context: GroupContext, epoch: Case
) -> bytes:
    """Check one epoch's secrets; return its init secret."""
    commit_secret, psk = unhex(epoch, "commit_secret"), unhex(epoch, "psk_secret")
    joiner = key_schedule.joiner_secret(suite, init_secret, commit_secret, group_context)
    assert joiner == unhex(epoch, "joiner_secret")
    assert key_schedule.welcome_secret(suite, joiner, psk) == unhex(epoch, "welcome_secret")
    secrets = key_schedule.epoch_secrets(suite, joiner, psk, group_context)
    for field in fields(EpochSecrets):
        assert getattr(secrets, field.name) == unhex(epoch, field.name), field.name
    external = key_schedule.external_key_pair(suite, secrets.external_secret)
    assert external.public_key == unhex(epoch, "external_pub")
    exported = key_schedule.exporter(
        suite,
        secrets.exporter_secret,
        epoch["exporter"]["label"],
        context=unhex(epoch["exporter"], "context"),
        length=epoch["exporter"]["length"],
    )
    assert exported == unhex(epoch["exporter"], "secret")
    return secrets.init_secret


def verify_psk_secret(case: Case) -> None:
    """Mix the pre-shared keys."""
    suite = cipher_suite(case["cipher_suite"])
    psks = [
        (
            PreSharedKeyID(
                psktype=PSKType.external,
                psk_id=unhex(psk, "psk_id"),
                psk_nonce=unhex(psk, "psk_nonce"),
            ),
            unhex(psk, "psk"),
        )
        for psk in case["psks"]
    ]
    assert key_schedule.psk_secret(suite, psks) == unhex(case, "psk_secret")


def verify_transcript_hashes(case: Case) -> None:
    """Hash a commit into the transcript."""
    suite = cipher_suite(case["cipher_suite"])
    commit = AuthenticatedContent.decode(unhex(case, "authenticated_content"))
    before = unhex(case, "interim_transcript_hash_before")
    confirmed = key_schedule.confirmed_transcript_hash(suite, before, commit)
    assert confirmed == unhex(case, "confirmed_transcript_hash_after")
    tag = key_schedule.confirmation_tag(suite, unhex(case, "confirmation_key"), confirmed)
    assert tag == commit.auth.confirmation_tag
    interim = key_schedule.interim_transcript_hash(suite, confirmed, tag)
    assert interim == unhex(case, "interim_transcript_hash_after")


def verify_secret_tree(case: Case) -> None:
    """Take the keys of the named generations of every leaf, and a sender data key."""
    suite, given = cipher_suite(case["cipher_suite"]), case["sender_data"]
    sender_data_secret, ciphertext = unhex(given, "sender_data_secret"), unhex(given, "ciphertext")
    keys = key_schedule.sender_data_keys(suite, sender_data_secret, ciphertext)
    assert keys == (unhex(given, "key"), unhex(given, "nonce"))
    tree = SecretTree.create(suite, unhex(case, "encryption_secret"), len(case["leaves"]))
    for leaf, generations in enumerate(case["leaves"]):
        for expected in generations:
            for kind in RatchetKind:
                tree, taken = tree.take(LeafIndex(leaf), kind, expected["generation"])
                assert taken.key == unhex(expected, f"{kind.value}_key")
                assert taken.nonce == unhex(expected, f"{kind.value}_nonce")
