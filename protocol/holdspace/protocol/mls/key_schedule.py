"""The key schedule: from one epoch's init secret to the next epoch's secrets (RFC 9420 section 8)."""

from collections.abc import Sequence

from holdspace.protocol.mls.ciphersuite import CipherSuite, HPKEKeyPair
from holdspace.protocol.mls.messages import (
    AuthenticatedContent,
    ConfirmedTranscriptHashInput,
    PreSharedKeyID,
    PSKLabel,
)
from holdspace.protocol.mls.structs import GroupContext
from holdspace.protocol.mls.wire import encode_opaque
from holdspace.protocol.values import value


@value(repr=False)
class EpochSecrets:
    """Hold the secrets of one epoch (table 4 of section 8); none of them shows in a repr."""

    sender_data_secret: bytes
    encryption_secret: bytes
    exporter_secret: bytes
    external_secret: bytes
    confirmation_key: bytes
    membership_key: bytes
    resumption_psk: bytes
    epoch_authenticator: bytes
    init_secret: bytes


# What somebody outside knows of an epoch.
NO_SECRETS = EpochSecrets(*[b""] * 9)
# Field of EpochSecrets -> label of DeriveSecret.
_LABELS = {
    "sender_data_secret": "sender data",
    "encryption_secret": "encryption",
    "exporter_secret": "exporter",
    "external_secret": "external",
    "confirmation_key": "confirm",
    "membership_key": "membership",
    "resumption_psk": "resumption",
    "epoch_authenticator": "authentication",
    "init_secret": "init",
}


# 8
def joiner_secret(
    suite: CipherSuite, init_secret: bytes, commit_secret: bytes, group_context: GroupContext
) -> bytes:
    """Return the secret that a Welcome hands to newcomers."""
    extracted = suite.extract(init_secret, commit_secret)
    return suite.expand_with_label(extracted, "joiner", group_context.encoded, suite.n_h)


# 8
def welcome_secret(suite: CipherSuite, joiner: bytes, psk: bytes) -> bytes:
    """Return the secret that encrypts the GroupInfo of a Welcome."""
    return suite.derive_secret(suite.extract(joiner, psk), "welcome")


# 12.4.3.1
def welcome_key_and_nonce(suite: CipherSuite, secret: bytes) -> tuple[bytes, bytes]:
    """Return the AEAD key and nonce that a welcome secret stands for."""
    key = suite.expand_with_label(secret, "key", b"", suite.aead.n_k)
    return key, suite.expand_with_label(secret, "nonce", b"", suite.aead.n_n)


# 8
def epoch_secrets(
    suite: CipherSuite, joiner: bytes, psk: bytes, group_context: GroupContext
) -> EpochSecrets:
    """Return all secrets of the epoch that `group_context` describes."""
    extracted = suite.extract(joiner, psk)
    epoch = suite.expand_with_label(extracted, "epoch", group_context.encoded, suite.n_h)
    return epoch_secrets_of(suite, epoch)


# 8
def epoch_secrets_of(suite: CipherSuite, epoch_secret: bytes) -> EpochSecrets:
    """Return all secrets derived from an epoch secret, which a new group draws at random (11)."""
    return EpochSecrets(
        **{name: suite.derive_secret(epoch_secret, label) for name, label in _LABELS.items()}
    )


# 6.3.2
def sender_data_keys(
    suite: CipherSuite, sender_data_secret: bytes, ciphertext: bytes
) -> tuple[bytes, bytes]:
    """Return the key and nonce that hide who sent a ciphertext."""
    # "If the length of the ciphertext is less than KDF.Nh, the whole ciphertext is used."
    sample = ciphertext[: suite.n_h]
    key = suite.expand_with_label(sender_data_secret, "key", sample, suite.aead.n_k)
    return key, suite.expand_with_label(sender_data_secret, "nonce", sample, suite.aead.n_n)


# 8
def external_key_pair(suite: CipherSuite, external_secret: bytes) -> HPKEKeyPair:
    """Return the key pair to whose public half an external commit is sealed."""
    return suite.derive_key_pair(external_secret)


# 8.5
def exporter(
    suite: CipherSuite, exporter_secret: bytes, label: str, *, context: bytes, length: int
) -> bytes:
    """MLS-Exporter: return key material for a use outside MLS."""
    # The context is hashed first: leaving that out is a known mistake that no self-test shows.
    derived = suite.derive_secret(exporter_secret, label)
    return suite.expand_with_label(derived, "exported", suite.hash(context), length)


# 8.4
def psk_secret(suite: CipherSuite, psks: Sequence[tuple[PreSharedKeyID, bytes]]) -> bytes:
    """Mix pre-shared keys, in their order, into one secret; none at all give zeros."""
    zeros = secret = bytes(suite.n_h)
    for index, (psk_id, psk) in enumerate(psks):
        label = PSKLabel(psk_id, index, len(psks)).encode()
        psk_extracted = suite.extract(zeros, psk)
        psk_input = suite.expand_with_label(psk_extracted, "derived psk", label, suite.n_h)
        secret = suite.extract(psk_input, secret)
    return secret


# 8.2
def confirmed_transcript_hash(
    suite: CipherSuite, interim_before: bytes, commit: AuthenticatedContent
) -> bytes:
    """Return the hash over the group's history up to and with this commit."""
    added = ConfirmedTranscriptHashInput(commit.wire_format, commit.content, commit.auth.signature)
    return suite.hash(interim_before + added.encode())


# 8.2
def interim_transcript_hash(suite: CipherSuite, confirmed: bytes, confirmation_tag: bytes) -> bytes:
    """Return the hash that the next commit goes on from."""
    return suite.hash(confirmed + encode_opaque(confirmation_tag))


# 8.1
def confirmation_tag(suite: CipherSuite, confirmation_key: bytes, confirmed: bytes) -> bytes:
    """Return the tag by which members see that they came to the same epoch."""
    return suite.mac(confirmation_key, confirmed)
