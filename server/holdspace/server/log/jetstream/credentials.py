"""Read NATS credentials, and sign the nonce a node greets with (Ed25519).

A .creds file holds a token (JWT) and the seed of a key, in base32 with a prefix of two bytes and a
checksum of two behind it. Both are read here, so that no other package has to be installed.
"""

import base64
import re
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdspace.server.log import UnusableLogError

_PART = "-----BEGIN {}-----\\s+([A-Za-z0-9_.=-]+)\\s+------?END {}------?"
_TOKEN = re.compile(_PART.format("NATS USER JWT", "NATS USER JWT"))
_SEED = re.compile(_PART.format("USER NKEY SEED", "USER NKEY SEED"))


def connect_options(text: str) -> dict[str, Any]:
    """Return what the NATS client has to be given for these credentials."""
    text = text.strip()
    if not text:
        return {}
    token, seed = _TOKEN.search(text), _SEED.search(text)
    if token is not None and seed is not None:
        key = _key(seed[1])
        jwt = token[1].encode()
        return {
            "user_jwt_cb": lambda: bytearray(jwt),
            "signature_cb": lambda nonce: base64.b64encode(key.sign(nonce.encode())),
        }
    user, colon, password = text.partition(":")
    if not colon or "\n" in text:
        raise UnusableLogError(
            "The credentials for the NATS cluster are neither a .creds file nor user:password. "
            "Nothing was changed. Ask whoever runs the cluster for a .creds file."
        )
    return {"user": user, "password": password}


def _key(seed: str) -> Ed25519PrivateKey:
    try:
        raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
        return Ed25519PrivateKey.from_private_bytes(raw[2:34])
    except ValueError:
        raise UnusableLogError(
            "The .creds file for the NATS cluster is damaged. Nothing was changed. Ask whoever "
            "runs the cluster for a new one."
        ) from None
