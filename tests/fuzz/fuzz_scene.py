"""A small room for the fuzz targets: three members, somebody who was welcomed, and what they sent.

All seeds come from here, so no corpus needs to be kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from holdspace.protocol.mls import (
    Add,
    CipherSuite,
    Extension,
    ExtensionType,
    Group,
    GroupContextExtensions,
    MLSError,
    OwnKeyPackage,
    Proposal,
    ReInit,
    Remove,
    cipher_suite,
    join_by_external_commit,
    propose_self,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.codec import Struct
from holdspace.protocol.mls.messages import (
    MLSMessage,
    PreSharedKey,
    PreSharedKeyID,
    PSKType,
    ResumptionPSKUsage,
)
from holdspace.protocol.mls.structs import (
    ExternalSender,
    ExternalSenders,
    RatchetTreeExtension,
    RequiredCapabilities,
)
from holdspace.protocol.mls.testing import NOW, Circle

SUITE = cipher_suite(0x0001)
NAMES = ("ada", "ben", "cleo")


@dataclass(frozen=True)
class Scene:
    """What a target needs: who reads, who sends, and everything that was said on the way."""

    reader: Group
    sender: Group
    newcomer: OwnKeyPackage
    messages: tuple[bytes, ...]
    welcome: bytes
    group_info: bytes
    structs: tuple[Struct, ...]


@cache
def scene(suite: CipherSuite = SUITE) -> Scene:
    """Return the room, always the same one."""
    circle = Circle(suite)
    circle.found("ada", _extensions(suite))
    circle.add("ada", NAMES[1:])
    circle.commit("ben")
    sender, reader = circle.groups["ben"], circle.groups["cleo"]
    newcomer = circle.person("dora")
    added = sender.commit([Proposal.of(Add(newcomer.key_package))], now=NOW, random=circle.random)
    if added.welcome is None:
        raise AssertionError("somebody was added")
    group_info = sender.group_info()
    messages = tuple(_said(circle, sender, newcomer, group_info))
    own = (sender.group_context, added.group.group_context)
    found = [*own, *(MLSMessage.decode(m) for m in (*messages, added.welcome, newcomer.message))]
    return Scene(
        reader=reader,
        sender=sender,
        newcomer=newcomer,
        messages=messages,
        welcome=added.welcome,
        group_info=group_info,
        structs=(*found, *_inside(sender)),
    )


def _extensions(suite: CipherSuite) -> list[Extension]:
    key = suite.generate_signature_key_pair(lambda length: b"\7" * length).public_key
    credential = Circle(suite, seed=7).person("outsider").key_package.leaf_node.credential
    senders = ExternalSenders((ExternalSender(key, credential),))
    return [
        Extension(
            ExtensionType.required_capabilities,
            RequiredCapabilities(credential_types=(1,)).encode(),
        ),
        Extension(ExtensionType.external_senders, senders.encode()),
    ]


def proposals_of(group: Group, newcomer: OwnKeyPackage) -> list[Proposal]:
    """Return one proposal of each kind that anybody may make by value."""
    nonce = bytes(group.suite.n_h)
    external = PreSharedKeyID(psktype=PSKType.external, psk_id=b"psk", psk_nonce=nonce)
    resumption = PreSharedKeyID(
        psktype=PSKType.resumption,
        usage=ResumptionPSKUsage.application,
        psk_group_id=group.group_id,
        psk_epoch=group.epoch,
        psk_nonce=nonce,
    )
    return [
        Proposal.of(Add(newcomer.key_package)),
        Proposal.of(Remove(0)),
        Proposal.of(GroupContextExtensions(group.extensions)),
        Proposal.of(PreSharedKey(external)),
        Proposal.of(PreSharedKey(resumption)),
        Proposal.of(ReInit(group_id=b"next", cipher_suite=group.suite.id)),
    ]


def _said(
    circle: Circle, sender: Group, newcomer: OwnKeyPackage, group_info: bytes
) -> Iterator[bytes]:
    random = circle.random
    yield sender.protect(b"hello", random=random).message
    for public in (False, True):
        yield sender.propose_update(random=random, public=public).message
        yield sender.commit((), now=NOW, random=random, public=public).message
        for proposal in proposals_of(sender, newcomer):
            yield sender.propose(proposal, random=random, public=public).message
    yield sender.commit(
        proposals_of(sender, newcomer)[:3], now=NOW, random=random, public=True
    ).message
    yield propose_self(newcomer, group_id=sender.group_id, epoch=sender.epoch)
    yield join_by_external_commit(
        group_info, newcomer, now=NOW, random=random, policy=unsafe_accept_everything
    ).message
    yield group_info


def _inside(group: Group) -> Iterator[Struct]:
    """Yield what a message hides, or never carries alone."""
    yield RatchetTreeExtension.decode(group.tree.encode())
    yield from group.extensions
    insides: dict[int, type[Struct]] = {
        ExtensionType.required_capabilities: RequiredCapabilities,
        ExtensionType.external_senders: ExternalSenders,
    }
    for extension in group.extensions:
        yield insides[extension.extension_type].decode(extension.extension_data)


@cache
def harvest() -> Mapping[str, tuple[bytes, ...]]:
    """Return encodings of every kind of struct that occurs in the room, by its name."""
    found: dict[str, set[bytes]] = defaultdict(set)
    for struct in scene().structs:
        for part in _parts(struct):
            _note(found, part)
    return {name: tuple(sorted(encodings)) for name, encodings in found.items()}


def _note(found: dict[str, set[bytes]], part: Struct) -> None:
    try:
        found[type(part).__name__].add(part.encode())
    except MLSError:
        return  # its encoding depends on the struct around it


def _parts(value: Any) -> Iterator[Struct]:
    if isinstance(value, Struct):
        yield value
    if is_dataclass(value) and not isinstance(value, type):
        for spec in fields(value):
            yield from _parts(getattr(value, spec.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
