"""Credentials are read and used without another package, and shown to nobody."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdspace.server.log import UnusableLogError
from holdspace.server.log.jetstream.credentials import connect_options
from holdspace.server.log.jetstream.settings import JetStreamSettings

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
# Two bytes of prefix and two of checksum around the seed, as `nsc` writes it.
SEED = base64.b32encode(b"\x95\x00" + bytes(range(32)) + b"\xab\xcd").decode().rstrip("=")
CREDS = (
    "-----BEGIN NATS USER JWT-----\nheader.body.signature\n------END NATS USER JWT------\n\n"
    f"-----BEGIN USER NKEY SEED-----\n{SEED}\n------END USER NKEY SEED------\n"
)


def test_a_creds_file_signs_what_a_node_greets_with() -> None:
    options = connect_options(f"\n{CREDS}")
    assert bytes(options["user_jwt_cb"]()) == b"header.body.signature"
    signature = base64.b64decode(options["signature_cb"]("nonce"))
    KEY.public_key().verify(signature, b"nonce")
    assert options.keys() == {"user_jwt_cb", "signature_cb"}


def test_a_user_has_a_password_with_anything_in_it() -> None:
    assert connect_options(" user:pass:word \n") == {"user": "user", "password": "pass:word"}
    assert connect_options(" ") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no colon", "are neither a .creds file nor user:password"),
        # Half of a file, or one that was pasted wrong, must not go out as a password.
        (CREDS.partition("-----BEGIN USER")[0], "are neither a .creds file nor user:password"),
        (CREDS.partition("\n\n")[2] + "a: b", "are neither a .creds file nor user:password"),
        (CREDS.replace(SEED, "AAAA"), "is damaged"),
        (CREDS.replace(SEED, "0" + SEED[1:]), "is damaged"),
    ],
)
def test_what_are_no_credentials_is_said_and_not_repeated(text: str, said: str) -> None:
    with pytest.raises(UnusableLogError) as refused:
        connect_options(text)
    assert said in str(refused.value)
    assert "Nothing was changed." in str(refused.value)
    assert SEED[:8] not in str(refused.value)


def test_no_credentials_in_a_repr() -> None:
    shown = repr(JetStreamSettings(("nats://a",), "test", CREDS, "system:secret"))
    assert SEED not in shown
    assert "secret" not in shown
