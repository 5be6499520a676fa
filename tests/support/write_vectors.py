"""Write the project's own vectors, tests/vectors/own/*.json, in the official formats.

They are recorded from groups of our own engine, one per suite. Run it where a change of the engine
is meant to change what is sent, and never to make a red test green:

    .venv/bin/python tests/support/write_vectors.py
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import vectors
from holdspace.protocol.mls import (
    CipherSuite,
    OwnKeyPackage,
    PendingCommit,
    Proposal,
    cipher_suite,
    treemath,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.ciphersuite import supported_suites
from holdspace.protocol.mls.messages import Add, PreSharedKey, PreSharedKeyID, PSKType
from holdspace.protocol.mls.ratchet_tree import resolution
from holdspace.protocol.mls.testing import NOW, Circle, seeded_random
from holdspace.protocol.mls.tree_hash import tree_hash
from holdspace.protocol.mls.treemath import NodeIndex
from vectors_encoding import Case

PSK_ID, PSK = b"agreed before", b"a secret agreed before"


def crypto_basics(suite: CipherSuite) -> Case:
    """Record one use of each labelled function."""
    random, label = seeded_random(suite.id), "a label"
    secret, content = random(suite.n_h), b"some content"
    signer, sealer = suite.generate_signature_key_pair(random), suite.generate_key_pair(random)
    sealed = suite.encrypt_with_label(
        sealer.public_key, label, b"context", plaintext=content, random=random
    )
    derived = {"secret": secret, "label": label, "length": suite.n_h}
    return {
        "cipher_suite": suite.id,
        "ref_hash": {"label": label, "value": content, "out": suite.ref_hash(label, content)},
        "expand_with_label": {
            **derived,
            "context": b"context",
            "out": suite.expand_with_label(secret, label, b"context", suite.n_h),
        },
        "derive_secret": {
            "secret": secret,
            "label": label,
            "out": suite.derive_secret(secret, label),
        },
        "derive_tree_secret": {
            **derived,
            "generation": 7,
            "out": suite.derive_tree_secret(secret, label, 7, suite.n_h),
        },
        "sign_with_label": {
            "priv": signer.private_key,
            "pub": signer.public_key,
            "label": label,
            "content": content,
            "signature": suite.sign_with_label(signer, label, content),
        },
        "encrypt_with_label": {
            "priv": sealer.private_key,
            "pub": sealer.public_key,
            "label": label,
            "context": b"context",
            "plaintext": content,
            "kem_output": sealed.kem_output,
            "ciphertext": sealed.ciphertext,
        },
    }


def tree_validation(suite: CipherSuite) -> Case:
    """Record a tree with blanks and unmerged leaves."""
    circle = Circle.of(suite, ["ana", "ben", "cho", "dan", "eve"], seed=suite.id)
    circle.commit("cho")
    circle.remove("ana", "ben")
    circle.add("dan", ["fay"])
    group = circle.groups["ana"]
    nodes = [
        group.tree.subtree(NodeIndex(node))
        for node in range(treemath.node_width(group.tree.leaf_count))
    ]
    return {
        "cipher_suite": suite.id,
        "tree": group.tree.encode(),
        "group_id": group.group_id,
        "resolutions": [list(resolution(node)) for node in nodes],
        "tree_hashes": [tree_hash(suite, node) for node in nodes],
    }


class Listener:
    """Somebody who joins a circle and only follows."""

    def __init__(self, suite: CipherSuite, psks: dict[bytes, bytes]) -> None:
        self.circle = Circle.of(suite, ["ana", "ben", "cho"], seed=suite.id)
        self.own = self.circle.person("listener")
        self.psks = psks

    def join(self) -> Case:
        """Be added by ana, with a pre-shared key if there is one; return the case so far."""
        psks = [self._psk(psk_id) for psk_id in self.psks]
        pending = self._commit("ana", [Proposal.of(Add(self.own.key_package)), *psks])
        return {
            "cipher_suite": self.circle.suite.id,
            "external_psks": [{"psk_id": key, "psk": psk} for key, psk in self.psks.items()],
            **private_keys(self.own),
            "key_package": self.own.message,
            "welcome": pending.welcome,
            "ratchet_tree": None,
            "initial_epoch_authenticator": pending.group.epoch_authenticator,
            "epochs": [],
        }

    def hear(self, by: str, proposals: list[Proposal]) -> Case:
        """Record one commit."""
        pending = self._commit(by, proposals)
        return {
            "proposals": [],
            "commit": pending.message,
            "epoch_authenticator": pending.group.epoch_authenticator,
        }

    def _commit(self, by: str, proposals: list[Proposal]) -> PendingCommit:
        pending = self.circle.groups[by].commit(
            proposals, now=NOW, random=self.circle.random, psks=self._found
        )
        for name, member in self.circle.groups.items():
            heard: Any = member.process(
                pending.message, policy=unsafe_accept_everything, psks=self._found
            )
            self.circle.groups[name] = pending.group if name == by else heard.group
        return pending

    def _psk(self, psk_id: bytes) -> Proposal:
        nonce = self.circle.random(self.circle.suite.n_h)
        named = PreSharedKeyID(psktype=PSKType.external, psk_id=psk_id, psk_nonce=nonce)
        return Proposal.of(PreSharedKey(named))

    def _found(self, psk_id: PreSharedKeyID) -> bytes | None:
        return None if psk_id.psk_id is None else self.psks.get(psk_id.psk_id)


def private_keys(own: OwnKeyPackage) -> Case:
    """Return the private halves that the official format lists."""
    return {
        "signature_priv": own.signature_private_key,
        "encryption_priv": own.encryption_private_key,
        "init_priv": own.init_private_key,
    }


def passive_client_welcome(suite: CipherSuite) -> Case:
    """Record how somebody joins with a pre-shared key."""
    return Listener(suite, {PSK_ID: PSK}).join()


def passive_client_handling_commit(suite: CipherSuite) -> Case:
    """Record how somebody joins and follows: an addition, then a renewal of keys."""
    listener = Listener(suite, {})
    case = listener.join()
    dan = listener.circle.person("dan")
    case["epochs"] = [
        listener.hear("ben", [Proposal.of(Add(dan.key_package))]),
        listener.hear("cho", []),
    ]
    return case


WRITERS: dict[str, Callable[[CipherSuite], Case]] = {
    "crypto-basics": crypto_basics,
    "tree-validation": tree_validation,
    "passive-client-welcome": passive_client_welcome,
    "passive-client-handling-commit": passive_client_handling_commit,
}


def hexed(value: Any) -> Any:
    """Return a case with its bytes as text."""
    match value:
        case bytes():
            return value.hex()
        case dict():
            return {name: hexed(item) for name, item in value.items()}
        case list():
            return [hexed(item) for item in value]
        case _:
            return value


def main(folder: Path) -> None:
    """Write every file of the own set; each case must pass before it is written."""
    for family, writer in WRITERS.items():
        cases = [hexed(writer(cipher_suite(number))) for number in sorted(supported_suites())]
        for case in cases:
            vectors.FAMILIES[family](case)
        (folder / f"{family}.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main(vectors.OWN.folder)
