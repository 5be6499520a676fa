"""No secret and no word shows: in no repr of what the engine makes, in no error, and in no log.

The engine is watched at work: every secret is noted where keys are drawn and derived, and of every
kind of value that its functions return, the first few are looked at from outside.
"""

import ast
import logging
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from holdspace.protocol.mls import (
    DEFAULT_SUITE,
    Add,
    CipherSuite,
    MLSError,
    Proposal,
    Retention,
    cipher_suite,
    generate_signature_key,
    join_by_external_commit,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.hpke import HPKEKeyPair, Kdf
from holdspace.protocol.mls.past_epochs import NOTHING_KEPT
from holdspace.protocol.mls.signatures import SignatureKeyPair
from holdspace.protocol.mls.testing import NOW, Circle

ENGINE = Path(__file__).parents[3] / "protocol" / "holdspace" / "protocol" / "mls"
# Of each kind of value so many are looked at, and more of those that differ.
EACH = 12
SAID = b"what nobody else may read"
suites = pytest.mark.parametrize(
    "suite", [cipher_suite(1), cipher_suite(2), DEFAULT_SUITE], ids=lambda suite: suite.name
)


class Watch:
    """What was secret in a piece of work, and what could be seen of it."""

    def __init__(self) -> None:
        self.secrets: set[bytes] = set()
        self.shown: dict[type, set[str]] = defaultdict(set)

    def noting(self, derive: Callable[..., bytes]) -> Callable[..., bytes]:
        """Return a derivation that notes what goes in as a secret and what comes out."""

        def derived(kdf: Kdf, *given: Any) -> bytes:
            output = derive(kdf, *given)
            self.secrets |= {one for one in (given[0], output) if len(one.strip(b"\0")) > 15}
            return output

        return derived

    def returned(self, frame: FrameType, event: str, value: Any) -> None:
        """Look at what a function of the engine returns."""
        if event != "return" or "protocol/mls/" not in frame.f_code.co_filename:
            return
        for part in value if isinstance(value, tuple | list) else (value,):
            kind = type(part)
            if isinstance(part, HPKEKeyPair | SignatureKeyPair):
                self.secrets.add(part.private_key)
            if kind.__module__.startswith("holdspace.") and len(self.shown[kind]) < EACH:
                self.shown[kind].add(f"{part!r} {part!s}")


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watch what is done inside."""
    watch = Watch()
    monkeypatch.setattr(Kdf, "expand", watch.noting(Kdf.expand))
    monkeypatch.setattr(Kdf, "extract", watch.noting(Kdf.extract))
    before = sys.getprofile()
    sys.setprofile(watch.returned)
    try:
        yield watch
    finally:
        sys.setprofile(before)


def hidden(secrets: set[bytes], shown: str) -> bool:
    return not any(secret.hex() in shown or repr(secret)[2:-1] in shown for secret in secrets)


def live(circle: Circle) -> list[str]:
    """Do everything that a group can do, also what is refused; return what the refusals said."""
    random, ben = circle.random, circle.groups["ben"].retaining(Retention(2, 600))
    proposed = ben.propose_update(
        random=random, signature_private_key=generate_signature_key(random, circle.suite)
    )
    circle.groups["ben"] = proposed.group
    for name in ("ada", "cleo"):
        heard = circle.groups[name].process(proposed.message, policy=unsafe_accept_everything)
        circle.groups[name] = heard.group  # type: ignore[union-attr]
    pending = circle.groups["ada"].commit(now=NOW, random=random)
    for name in ("ben", "cleo"):
        heard = circle.groups[name].process(
            pending.message, policy=unsafe_accept_everything, now=NOW
        )
        circle.groups[name] = heard.group  # type: ignore[union-attr]
    circle.groups["ada"] = pending.group
    circle.groups["ben"] = circle.groups["ben"].retaining(NOTHING_KEPT)
    circle.add("cleo", ["dan"])
    circle.say("dan", SAID)
    told, eve = circle.groups["ada"].group_info(), circle.person("eve")
    join_by_external_commit(told, eve, now=NOW, random=random, policy=unsafe_accept_everything)
    said = [
        circle.groups["ada"].protect(SAID, random=random).message,
        circle.groups["ada"].commit(now=NOW, random=random).message,
        circle.groups["ada"]
        .commit([Proposal.of(Add(eve.key_package))], now=NOW, random=random, public=True)
        .message,
    ]
    return [refusal(circle, spoiled(message, at)) for message in said for at in range(-120, 0, 7)]


def spoiled(message: bytes, at: int) -> bytes:
    return message[:at] + bytes([message[at] ^ 1]) + message[at:][1:]


def refusal(circle: Circle, message: bytes) -> str:
    with pytest.raises(MLSError) as refused:
        circle.groups["ben"].process(message, policy=unsafe_accept_everything)
    causes = (refused.value, refused.value.__cause__)
    return " ".join(f"{one!s} {one!r} {getattr(one, 'args', ())!r}" for one in causes)


@suites
def test_no_secret_shows_in_anything_the_engine_makes_or_says(
    suite: CipherSuite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with watched(monkeypatch) as watch:
        circle = Circle.of(suite, ("ada", "ben", "cleo"))
        refusals = live(circle)
    secrets = watch.secrets | {SAID}
    assert len(secrets) > 200
    assert circle.groups["ada"].secrets.exporter_secret in secrets
    assert circle.groups["ada"].signer().private_key in secrets
    kinds = {kind.__name__ for kind in watch.shown}
    assert kinds >= {"Group", "EpochSecrets", "SecretTree", "MessageKey", "HPKEKeyPair", "Turn"}
    for shown in (one for several in watch.shown.values() for one in several):
        assert hidden(secrets, shown)
    assert all(hidden(secrets, said) for said in refusals)
    assert hidden(secrets, caplog.text)


def test_the_watch_sees_what_is_not_hidden() -> None:
    secret = bytes(range(200, 232))
    assert not hidden({secret}, f"Something(secret={secret!r})")
    assert not hidden({secret}, secret.hex())


def test_the_engine_has_nothing_to_log_with() -> None:
    for file in ENGINE.glob("*.py"):
        tree = ast.parse(file.read_text())
        imported = {
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not imported & {"logging", "warnings", "sys", "os", "traceback"}, file
        assert "print" not in called, file
