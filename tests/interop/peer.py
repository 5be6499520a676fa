"""Our engine as a peer for tests with other implementations: one JSON object a line, one answer a line.

    {"op": "client", "identity": "616461", "suite": 1}
    {"signature_key": "...", "us": 212}

Bytes are hex, messages whole MLSMessages, extensions lists of [type, data]. One client and at most
one group a process. A committer applies its commit at once, unless it was told to `hold` it; then
`merge` or `drop` says what became of it. What is not possible is answered by {"unsupported": ...},
what is refused by {"error": ...}; "us" is how long it took. OPERATIONS lists all there is.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from holdspace.protocol.mls import (
    Add,
    ApplicationData,
    CipherSuite,
    EpochChange,
    Extension,
    ExternalCommit,
    Group,
    GroupContextExtensions,
    KeyPackage,
    MLSError,
    OwnKeyPackage,
    OwnMessage,
    PendingCommit,
    Proposal,
    ProposalReceived,
    ReInit,
    Remove,
    Removed,
    Retention,
    UsageError,
    cipher_suite,
    create_group,
    create_key_package,
    generate_signature_key,
    join_by_external_commit,
    join_group,
    signature_public_key,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.ciphersuite import supported_suites
from holdspace.protocol.mls.key_package import DEFAULT_LIFETIME
from holdspace.protocol.mls.messages import MLSMessage, PreSharedKey, PreSharedKeyID, PSKType
from holdspace.protocol.mls.structs import ExtensionType
from holdspace.protocol.mls.welcome import read_welcome

Answer = dict[str, Any]
RETENTION = Retention(epochs=4, seconds=600)


@dataclass
class Client:
    """Who this process is, and the group it is in."""

    suite: CipherSuite
    identity: bytes
    signature_key: bytes = field(repr=False)
    extensions: tuple[int, ...]
    lifetime: float
    packages: list[OwnKeyPackage] = field(default_factory=list)
    psks: dict[bytes, bytes] = field(default_factory=dict)
    joined: Group | None = None
    pending: PendingCommit | None = None

    @property
    def group(self) -> Group:
        """The group, or a refusal where there is none."""
        if self.joined is None:
            raise UsageError("this client is in no group")
        return self.joined

    def find_psk(self, psk_id: PreSharedKeyID) -> bytes | None:
        """Return an external pre-shared key; the group itself knows those of its own epochs."""
        return None if psk_id.psk_id is None else self.psks.get(psk_id.psk_id)

    def new_package(self) -> OwnKeyPackage:
        """Return a fresh key package of this client."""
        return create_key_package(
            self.suite,
            identity=self.identity,
            signature_private_key=self.signature_key,
            now=time.time(),
            random=os.urandom,
            lifetime_seconds=self.lifetime,
            capabilities_extensions=self.extensions,
        )

    def commit(self, proposals: Sequence[Proposal], request: Answer) -> Answer:
        """Commit, and apply it at once unless it is to be held."""
        pending = self.group.commit(
            proposals,
            now=time.time(),
            random=os.urandom,
            authenticated_data=bytes.fromhex(request.get("aad", "")),
            psks=self.find_psk,
            public=request.get("public", False),
        )
        self.joined, self.pending = pending.current, pending
        if not request.get("hold", False):
            self.merge()
        welcome = None if pending.welcome is None else pending.welcome.hex()
        return {"commit": pending.message.hex(), "welcome": welcome}

    def merge(self) -> None:
        """Go on from our own commit."""
        if self.pending is None:
            raise UsageError("no commit is held")
        self.joined = self.group.accepted(self.pending, now=time.time())
        self.pending = None


def extensions_of(given: Sequence[Sequence[Any]]) -> tuple[Extension, ...]:
    """Read a list of extensions."""
    return tuple(Extension(int(kind), bytes.fromhex(data)) for kind, data in given)


class Peer:
    """Answers one request after another."""

    def __init__(self) -> None:
        self.client: Client | None = None

    def answer(self, request: Answer) -> Answer:
        """Return the answer to one request."""
        operation = OPERATIONS.get(str(request.get("op")))
        if operation is None:
            return {"unsupported": f"operation {request.get('op')!r}"}
        started = time.perf_counter()
        try:
            answer = operation(self, request)
        except MLSError as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        except (KeyError, TypeError, ValueError) as error:
            answer = {"error": f"bad request: {type(error).__name__}: {error}"}
        return answer | {"us": round((time.perf_counter() - started) * 1e6)}

    @property
    def me(self) -> Client:
        """The client, or a refusal where there is none yet."""
        if self.client is None:
            raise UsageError("say who you are first (operation client)")
        return self.client


def info(_: Peer, __: Answer) -> Answer:
    """Say what this peer can do."""
    suites = sorted(supported_suites())
    return {"name": "holdspace", "suites": suites, "operations": sorted(OPERATIONS)}


def client(peer: Peer, request: Answer) -> Answer:
    """Become somebody: identity, suite, and if wanted extension types and a lifetime in seconds."""
    number = request.get("suite", 1)
    if number not in supported_suites():
        return {"unsupported": f"suite {number}"}
    suite = cipher_suite(number)
    peer.client = Client(
        suite=suite,
        identity=bytes.fromhex(request["identity"]),
        signature_key=generate_signature_key(os.urandom, suite),
        extensions=tuple(request.get("extensions", ())),
        lifetime=request.get("lifetime", DEFAULT_LIFETIME),
    )
    public_key = signature_public_key(peer.client.signature_key, suite)
    return {"signature_key": public_key.hex()}


def key_package(peer: Peer, _: Answer) -> Answer:
    """Offer a key package; its private half is kept until it is used."""
    own = peer.me.new_package()
    peer.me.packages.append(own)
    return {"key_package": own.message.hex()}


def new_group(peer: Peer, request: Answer) -> Answer:
    """Start a group: group_id, and if wanted extensions."""
    group = create_group(
        peer.me.new_package(),
        group_id=bytes.fromhex(request["group_id"]),
        random=os.urandom,
        extensions=extensions_of(request.get("extensions", ())),
    )
    peer.me.joined = group.retaining(RETENTION)
    return state(peer, request)


def additions(given: Sequence[str]) -> list[Proposal]:
    """Return the proposals that add these key packages."""
    packages = [MLSMessage.decode(bytes.fromhex(text)).body for text in given]
    if not all(isinstance(package, KeyPackage) for package in packages):
        raise UsageError("only key packages can be added")
    return [Proposal.of(Add(package)) for package in packages if isinstance(package, KeyPackage)]


def add(peer: Peer, request: Answer) -> Answer:
    """Commit additions: key_packages."""
    return peer.me.commit(additions(request["key_packages"]), request)


def update(peer: Peer, request: Answer) -> Answer:
    """Commit fresh keys of our own, with whatever was proposed."""
    return peer.me.commit([], request)


def removal(peer: Peer, request: Answer) -> Proposal:
    """Return the proposal that removes a leaf or an identity."""
    if "leaf" in request:
        return Proposal.of(Remove(request["leaf"]))
    identity = bytes.fromhex(request["identity"])
    for member in peer.me.group.members:
        if member.identity == identity:
            return Proposal.of(Remove(member.leaf_index))
    raise UsageError("nobody has this identity")


def remove(peer: Peer, request: Answer) -> Answer:
    """Commit a removal: leaf or identity."""
    return peer.me.commit([removal(peer, request)], request)


def replacement(_: Peer, request: Answer) -> Proposal:
    """Return the proposal that replaces the group's extensions."""
    return Proposal.of(GroupContextExtensions(extensions_of(request["extensions"])))


def gce(peer: Peer, request: Answer) -> Answer:
    """Commit other group extensions: extensions."""
    return peer.me.commit([replacement(peer, request)], request)


def pre_shared_key(peer: Peer, request: Answer) -> Proposal:
    """Return the proposal that mixes in a stored key."""
    nonce = os.urandom(peer.me.suite.n_h)
    psk_id = bytes.fromhex(request["id"])
    return Proposal.of(
        PreSharedKey(PreSharedKeyID(psktype=PSKType.external, psk_id=psk_id, psk_nonce=nonce))
    )


def psk_commit(peer: Peer, request: Answer) -> Answer:
    """Commit a pre-shared key that was stored: id."""
    return peer.me.commit([pre_shared_key(peer, request)], request)


def reinitialisation(peer: Peer, request: Answer) -> Proposal:
    """Return the proposal that ends the group for another."""
    return Proposal.of(
        ReInit(
            group_id=bytes.fromhex(request["group_id"]),
            cipher_suite=request.get("suite", peer.me.suite.id),
            extensions=extensions_of(request.get("extensions", ())),
        )
    )


def addition(_: Peer, request: Answer) -> Proposal:
    """Return the proposal that adds one key package."""
    [proposal] = additions([request["key_package"]])
    return proposal


PROPOSALS: dict[str, Callable[[Peer, Answer], Proposal]] = {
    "add": addition,
    "remove": removal,
    "gce": replacement,
    "psk": pre_shared_key,
    "reinit": reinitialisation,
}


def propose(peer: Peer, request: Answer) -> Answer:
    """Propose and do not commit: kind is update, add, remove, gce, psk or reinit."""
    framing: Any = {
        "random": os.urandom,
        "authenticated_data": bytes.fromhex(request.get("aad", "")),
        "public": request.get("public", False),
    }
    kind, group = request["kind"], peer.me.group
    if kind != "update" and kind not in PROPOSALS:
        return {"unsupported": f"proposal {kind}"}
    if kind == "update":
        proposed = group.propose_update(**framing)
    else:
        proposed = group.propose(PROPOSALS[kind](peer, request), **framing)
    peer.me.joined = proposed.group
    return {"proposal": proposed.message.hex(), "reference": proposed.reference.hex()}


def merge(peer: Peer, request: Answer) -> Answer:
    """Apply the commit that was held."""
    peer.me.merge()
    return state(peer, request)


def drop(peer: Peer, request: Answer) -> Answer:
    """Forget the commit that was held."""
    if peer.me.pending is None:
        raise UsageError("no commit is held")
    peer.me.pending = None
    return state(peer, request)


def join(peer: Peer, request: Answer) -> Answer:
    """Enter by a welcome, with a ratchet_tree beside it if it brings none."""
    welcome = bytes.fromhex(request["welcome"])
    named = {sealed.new_member for sealed in read_welcome(welcome).secrets}
    for own in peer.me.packages:
        if own.suite.key_package_ref(own.key_package.encode()) in named:
            break
    else:
        raise UsageError("the welcome is for no key package of this client")
    tree = request.get("ratchet_tree")
    group = join_group(
        welcome,
        own,
        now=time.time(),
        policy=unsafe_accept_everything,
        psks=peer.me.find_psk,
        ratchet_tree=None if tree is None else bytes.fromhex(tree),
    )
    # A key package is good once.
    peer.me.packages.remove(own)
    peer.me.joined = group.retaining(RETENTION)
    return state(peer, request)


def group_info(peer: Peer, request: Answer) -> Answer:
    """Return what an external commit starts from."""
    with_tree = request.get("ratchet_tree", True)
    return {"group_info": peer.me.group.group_info(with_ratchet_tree=with_tree).hex()}


def external_join(peer: Peer, request: Answer) -> Answer:
    """Commit ourselves in: group_info; who is in the group already comes back (`resync`)."""
    tree = request.get("ratchet_tree")
    entered: ExternalCommit = join_by_external_commit(
        bytes.fromhex(request["group_info"]),
        peer.me.new_package(),
        now=time.time(),
        random=os.urandom,
        policy=unsafe_accept_everything,
        psks=peer.me.find_psk,
        ratchet_tree=None if tree is None else bytes.fromhex(tree),
        authenticated_data=bytes.fromhex(request.get("aad", "")),
    )
    peer.me.joined = entered.group.retaining(RETENTION)
    return {"commit": entered.message.hex()}


def recv(peer: Peer, request: Answer) -> Answer:
    """Take a message: msg. Answers its kind, and what was said."""
    heard = peer.me.group.process(
        bytes.fromhex(request["msg"]),
        policy=unsafe_accept_everything,
        psks=peer.me.find_psk,
        now=time.time(),
    )
    match heard:
        case ApplicationData():
            peer.me.joined = heard.group
            sender = {"leaf": heard.sender.leaf_index, "identity": heard.sender.identity.hex()}
            aad = heard.authenticated_data.hex()
            return {"kind": "application", "data": heard.data.hex(), "aad": aad, **sender}
        case ProposalReceived():
            peer.me.joined = heard.group
            return {"kind": "proposal", "reference": heard.reference.hex()}
        case EpochChange():
            # Another's commit was first: ours is void.
            peer.me.joined, peer.me.pending = heard.group, None
            return {"kind": "commit", "aad": heard.authenticated_data.hex(), **state(peer, request)}
        case Removed():
            peer.me.joined = peer.me.pending = None
            return {"kind": "removed"}
        case OwnMessage():
            return {"kind": "own"}


def send(peer: Peer, request: Answer) -> Answer:
    """Say something: data, and if wanted aad."""
    protected = peer.me.group.protect(
        bytes.fromhex(request["data"]),
        random=os.urandom,
        authenticated_data=bytes.fromhex(request.get("aad", "")),
    )
    peer.me.joined = protected.group
    return {"msg": protected.message.hex()}


def export(peer: Peer, request: Answer) -> Answer:
    """Export a secret: label (text), context, length."""
    context = bytes.fromhex(request["context"])
    secret = peer.me.group.export(request["label"], context, request["length"])
    return {"secret": secret.hex()}


def psk_store(peer: Peer, request: Answer) -> Answer:
    """Keep a pre-shared key: id, psk."""
    peer.me.psks[bytes.fromhex(request["id"])] = bytes.fromhex(request["psk"])
    return {}


def state(peer: Peer, _: Answer) -> Answer:
    """Say where we are."""
    group = peer.me.group
    members = [
        {"leaf": member.leaf_index, "identity": member.identity.hex()} for member in group.members
    ]
    return {
        "group_id": group.group_id.hex(),
        "epoch": group.epoch,
        "epoch_authenticator": group.epoch_authenticator.hex(),
        "leaf": group.own_leaf_index,
        "members": members,
        "tree_hash": group.group_context.tree_hash.hex(),
        "required_capabilities": group.extension(ExtensionType.required_capabilities) is not None,
    }


OPERATIONS: dict[str, Callable[[Peer, Answer], Answer]] = {
    "info": info,
    "client": client,
    "key_package": key_package,
    "create_group": new_group,
    "add": add,
    "join": join,
    "update": update,
    "remove": remove,
    "gce": gce,
    "psk_commit": psk_commit,
    "propose": propose,
    "merge": merge,
    "drop": drop,
    "recv": recv,
    "send": send,
    "export": export,
    "group_info": group_info,
    "external_join": external_join,
    "psk_store": psk_store,
    "state": state,
}


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer until the requests end."""
    peer = Peer()
    for line in requests:
        try:
            request = json.loads(line)
        except ValueError as error:
            request, answer = {}, {"error": f"bad request: {error}", "us": 0}
        else:
            known = isinstance(request, dict)
            answer = peer.answer(request) if known else {"error": "bad request: no object", "us": 0}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
