"""What cryptography alone costs: the least that any MLS of these primitives can take.

Two floors. The *model* counts what RFC 9420 demands: so many signatures, seals and derived keys for
a group of so many members. The *calls* are those that our engine really makes, counted in a run of
their own. Where both agree, the model is honest and nothing is computed twice; what remains above
them is Python. Long inputs are counted like short ones, so both floors are rather too low.
"""

import cProfile
import hashlib
import hmac
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TEXT = bytes(100)
SECRET = bytes(32)
CONTEXT = bytes(300)

# Name in our tables -> how the interpreter names the call.
CALLS = {
    "sign": "'sign' of",
    "verify": "'verify' of",
    "exchange": "'exchange' of",
    "key pair": "x25519.from_private_bytes",
    "hmac": "hmac_digest",
    "hash": "openssl_sha256",
    "encrypt": "'encrypt' of",
    "decrypt": "'decrypt' of",
    "encapsulate": "'encapsulate' of",
    "decapsulate": "'decapsulate' of",
    "ML-KEM key": "from_seed_bytes",
}
Model = Mapping[str, float]


@dataclass
class Costs:
    """The least time that each primitive took so far, in seconds."""

    kem: hpke.KEM
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.works = {**primitives(), **sealing(self.kem)}

    def measure(self) -> None:
        """Measure each primitive once more."""
        for name, work in self.works.items():
            took = min(seconds(work, 4) for _ in range(4))
            self.seconds[name] = min(took, self.seconds.get(name, math.inf))

    def floor(self, counts: Mapping[str, float]) -> float:
        """Return what so many calls cost."""
        return sum(count * self.seconds[name] for name, count in counts.items())


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """Return the processor time of one call; what others on the machine do counts least so."""
    started = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - started) / times


def primitives() -> dict[str, Callable[[], object]]:
    """Return the calls that are counted, as the library and Python offer them."""
    signer, agreeing = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    signature, verifier = signer.sign(CONTEXT), signer.public_key()
    other, aead = agreeing.public_key(), AESGCM(bytes(16))
    encrypted = aead.encrypt(bytes(12), TEXT, SECRET)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(bytes(64))
    _, encapsulated = mlkem.public_key().encapsulate()
    return {
        "sign": lambda: signer.sign(CONTEXT),
        "verify": lambda: verifier.verify(signature, CONTEXT),
        "exchange": lambda: agreeing.exchange(other),
        "key pair": lambda: (
            X25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
        ),
        "hmac": lambda: hmac.digest(SECRET, CONTEXT[:50], "sha256"),
        "hash": lambda: hashlib.sha256(CONTEXT).digest(),
        "encrypt": lambda: AESGCM(bytes(16)).encrypt(bytes(12), TEXT, SECRET),
        "decrypt": lambda: AESGCM(bytes(16)).decrypt(bytes(12), encrypted, SECRET),
        "encapsulate": lambda: mlkem.public_key().encapsulate(),
        "decapsulate": lambda: mlkem.decapsulate(encapsulated),
        "ML-KEM key": lambda: MLKEM768PrivateKey.from_seed_bytes(bytes(64)).public_key(),
    }


def sealing(kem: hpke.KEM) -> dict[str, Callable[[], object]]:
    """Return what the model is made of beside those: HPKE and its DeriveKeyPair."""
    suite = hpke.Suite(kem, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
    opener = X25519PrivateKey.generate()
    private: object = opener
    if kem is hpke.KEM.MLKEM768_X25519:
        mlkem = MLKEM768PrivateKey.from_seed_bytes(bytes(64))
        private = hpke.MLKEM768X25519PrivateKey(mlkem, opener)
    public = private.public_key()  # type: ignore[attr-defined]  # whichever of the two it is
    sealed = suite.encrypt(SECRET, public, CONTEXT)
    return {
        "seal": lambda: suite.encrypt(SECRET, public, CONTEXT),
        "open": lambda: suite.decrypt(sealed, private, CONTEXT),  # type: ignore[arg-type]
        "derive": _derive_xwing if kem is hpke.KEM.MLKEM768_X25519 else _derive_x25519,
    }


def _derive_x25519() -> bytes:
    prk = hmac.digest(SECRET, CONTEXT[:50], "sha256")
    private = hmac.digest(prk, CONTEXT[:50], "sha256")
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _derive_xwing() -> bytes:
    seed = hashlib.shake_256(CONTEXT[:60]).digest(32)
    expanded = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).public_key().public_bytes_raw()
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:]).public_key()
    return mlkem + x25519.public_bytes_raw()


def model(operation: str, members: int) -> Model:
    """Return how often RFC 9420 demands each primitive; 14 derivations make an epoch."""
    others, levels = members - 1, math.ceil(math.log2(members))
    tree_hash = {"hash": 2 * members}
    path = {"derive": levels + 1, "sign": 2}
    match operation:
        case "add all others":
            adding = {"verify": 2 * others, "seal": others, "derive": levels + 1, "sign": 3}
            return adding | tree_hash
        case "join":
            return {"open": 1, "verify": members + 1, "derive": levels} | tree_hash
        case "renew keys, cold tree":
            return {"seal": others} | path
        case "renew keys, warm tree":
            return {"seal": levels} | path
        case "follow a commit, cold tree" | "follow a commit, warm tree":
            return {"verify": 2, "open": 1, "derive": levels}
        case "send 100 bytes":
            return {"sign": 1, "hmac": 5, "encrypt": 2}
        case "receive 100 bytes":
            return {"verify": 1, "hmac": 5, "decrypt": 2}
        case "export a secret":
            return {"hmac": 2, "hash": 1}
    raise ValueError(operation)


def calls_made(work: Callable[[], object]) -> Counter[str]:
    """Run something once and count the primitives it calls."""
    profile = cProfile.Profile()
    profile.runcall(work)
    counted: Counter[str] = Counter()
    for entry in profile.getstats():
        for name, named in CALLS.items():
            if named in str(entry.code):
                counted[name] += entry.callcount
    return counted
