"""Write the project's own vectors, tests/vectors/own/*.json, in the official formats.

They are recorded from groups of our own engine, one per suite. Run it where a change of the engine
is meant to change what is sent, and never to make a red test green:

    .venv/bin/python tests/support/write_vectors.py
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import vectors
from holdspace.protocol.mls import (
    CipherSuite,
    EpochChange,
    Group,
    OwnKeyPackage,
    PendingCommit,
    Proposal,
    ProposalReceived,
    Remove,
    Removed,
    cipher_suite,
    join_by_external_commit,
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

    def hear(
        self, by: str, *proposals: Proposal, waiting: Sequence[bytes] = (), public: bool = False
    ) -> Case:
        """Record one commit, of these proposals and of those that wait."""
        pending = self._commit(by, proposals, public=public)
        return self._epoch(pending.message, pending.group, waiting)

    def wait(self, by: str, proposal: Proposal | None, *, public: bool) -> bytes:
        """Return a proposal, or an Update, that all have heard and nobody has committed."""
        group, random = self.circle.groups[by], self.circle.random
        if proposal is None:
            proposed = group.propose_update(random=random, public=public)
        else:
            proposed = group.propose(proposal, random=random, public=public)
        self._follow(proposed.message, by, proposed.group)
        return proposed.message

    def enter(self, name: str) -> Case:
        """Record how somebody commits themselves in."""
        entered = join_by_external_commit(
            self.circle.groups["ana"].group_info(),
            self.circle.person(name),
            now=NOW,
            random=self.circle.random,
            policy=unsafe_accept_everything,
        )
        self._follow(entered.message, name, entered.group)
        return self._epoch(entered.message, entered.group, ())

    def _epoch(self, commit: bytes, group: Group, waiting: Sequence[bytes]) -> Case:
        return {
            "proposals": list(waiting),
            "commit": commit,
            "epoch_authenticator": group.epoch_authenticator,
        }

    def _commit(
        self, by: str, proposals: Sequence[Proposal], *, public: bool = False
    ) -> PendingCommit:
        pending = self.circle.groups[by].commit(
            proposals, now=NOW, random=self.circle.random, psks=self._found, public=public
        )
        self._follow(pending.message, by, pending.group)
        return pending

    def _follow(self, message: bytes, by: str, group: Group) -> None:
        for name, member in list(self.circle.groups.items()):
            heard = member.process(message, policy=unsafe_accept_everything, psks=self._found)
            if isinstance(heard, EpochChange | ProposalReceived):
                self.circle.groups[name] = heard.group
            elif isinstance(heard, Removed):
                del self.circle.groups[name]
        self.circle.groups[by] = group

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
    """Record how somebody joins and follows, in private and in public, and an external commit."""
    listener = Listener(suite, {})
    case, dan = listener.join(), listener.circle.person("dan")
    case["epochs"] = [listener.hear("ben", Proposal.of(Add(dan.key_package)))]
    remove = Proposal.of(Remove(4))  # dan, who came after the listener
    for public in (False, True):
        waiting = [listener.wait("ben", None, public=public)]
        if public:
            waiting.append(listener.wait("ana", remove, public=public))
        case["epochs"].append(listener.hear("cho", waiting=waiting, public=public))
    case["epochs"].append(listener.enter("eve"))
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
