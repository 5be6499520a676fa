"""The official MLS vectors: every family, how its cases are checked, and where the files are.

Shared by the tests and by `./dev vectors`. The files come from mlswg/mls-implementations; on a
machine without them the project's own small set stands in (tests/vectors/own).
"""

import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from vectors_clients import verify_passive_client, verify_welcome
from vectors_encoding import (
    Case,
    verify_crypto_basics,
    verify_deserialization,
    verify_messages,
    verify_tree_math,
)
from vectors_framing import verify_message_protection
from vectors_secrets import (
    verify_key_schedule,
    verify_psk_secret,
    verify_secret_tree,
    verify_transcript_hashes,
)
from vectors_trees import verify_tree_operations, verify_tree_validation, verify_treekem

TESTS = Path(__file__).parent.parent
# Each raises, by an AssertionError or an MLSError, unless our engine agrees with the case.
FAMILIES: dict[str, Callable[[Case], None]] = {
    "tree-math": verify_tree_math,
    "deserialization": verify_deserialization,
    "messages": verify_messages,
    "crypto-basics": verify_crypto_basics,
    "key-schedule": verify_key_schedule,
    "psk_secret": verify_psk_secret,
    "transcript-hashes": verify_transcript_hashes,
    "secret-tree": verify_secret_tree,
    "message-protection": verify_message_protection,
    "tree-operations": verify_tree_operations,
    "tree-validation": verify_tree_validation,
    "treekem": verify_treekem,
    "welcome": verify_welcome,
    "passive-client-welcome": verify_passive_client,
    "passive-client-handling-commit": verify_passive_client,
    "passive-client-random": verify_passive_client,
    # Ours, recorded with other implementations (record_vectors.py).
    "passive-client-ts-mls": verify_passive_client,
    "passive-client-mls-rs": verify_passive_client,
    "passive-client-rine": verify_passive_client,
}
LIVE = {"passive-client-ts-mls": 7, "passive-client-mls-rs": 2, "passive-client-rine": 2}


class VectorSet(NamedTuple):
    """A folder of files, and how many cases each must hold, so that none is lost without a word."""

    name: str
    prefix: str
    folder: Path
    counts: Mapping[str, int]

    @property
    def is_here(self) -> bool:
        """Tell whether the folder is on this machine; what is in it is for the tests to say."""
        return self.folder.is_dir()

    def cases(self, family: str) -> list[Case]:
        """Return all cases of a family."""
        return load(self.folder / f"{family}.json")


OFFICIAL = VectorSet(
    "the official set",
    "",
    Path(os.environ.get("HOLDSPACE_MLS_VECTORS", TESTS.parent.parent / "shared" / "mls-vectors")),
    {
        "tree-math": 10,
        "deserialization": 14,
        "messages": 300,
        "crypto-basics": 7,
        "key-schedule": 7,
        "psk_secret": 77,
        "transcript-hashes": 7,
        "secret-tree": 21,
        "message-protection": 7,
        "tree-operations": 5,
        "tree-validation": 98,
        "treekem": 77,
        "welcome": 7,
        "passive-client-welcome": 56,
        "passive-client-handling-commit": 91,
    },
)
OWN = VectorSet(
    "the project's own small set",
    "own-",
    TESTS / "vectors" / "own",
    {
        "crypto-basics": 8,
        "tree-validation": 8,
        "passive-client-welcome": 8,
        "passive-client-handling-commit": 8,
        **LIVE,
    },
)


def chosen() -> VectorSet:
    """Return the official set, or ours where that is not on this machine."""
    return OFFICIAL if OFFICIAL.is_here else OWN


@cache
def load(file: Path) -> list[Case]:
    """Return the cases in a file."""
    cases: Any = json.loads(file.read_text())
    if not isinstance(cases, list) or not cases:
        raise TypeError(f"{file.name} is no list of cases")
    return cases
