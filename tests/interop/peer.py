"""Our MLS engine as a program to talk to: one JSON object a line in, one answer a line out.

Other implementations speak the same lines (peers/), so that tests can mix them in one group.

    $ python tests/interop/peer.py
    {"op": "client", "identity": "616c696365", "suite": 1}
    {"signature_key": "5b0e…", "us": 214}

Bytes are in hex; what travels between clients is always a whole MLSMessage. Every answer has "us", the
microseconds spent. A refusal is {"error": reason} and has changed nothing; {"unsupported": what} says
that this peer cannot do it. A process holds one client and at most one group; `client` starts afresh.
Files named on the command line are run first: one may register a cipher suite.

    info                                        -> name, suites, operations
    client(identity, suite, extensions, lifetime)  types to list in capabilities; seconds -> signature_key
    key_package(suite)                          -> key_package
    create_group(group_id, extensions)          extensions: list of [type, data]
    join(welcome, ratchet_tree, continues)      by the key package that the Welcome is for; continues: the
                                                group is one that takes over from ours
    add(key_packages), update, remove(leaf | identity), gce(extensions), psk_commit(id | epoch)
                                                epoch: that epoch's resumption key
                                                -> commit, welcome (null where nobody joins)
    propose(kind, …)                            add(key_package), update, remove(leaf | identity),
                                                psk(id | epoch), gce(extensions),
                                                reinit(group_id, suite, extensions)
                                                -> proposal, reference
    merge, drop                                 what becomes of a held commit
    recv(msg)                                   -> kind: application (data, aad, epoch; leaf and identity of
                                                who sent it), proposal (reference), commit (aad, new state),
                                                removed, or own for what we have sent ourselves
    send(data, aad)                             -> msg
    export(label, context, length)              label is text -> secret
    group_info(ratchet_tree)                    -> group_info, with external key and, unless false, the tree
    external_join(group_info, resync, ratchet_tree, aad)
                                                by an external commit, in our place if we had one -> commit
    propose_self(group_info)                    ask to be added, from outside -> proposal
    propose_outside(group_info, sender, kind, …)
                                                propose as one of the group's external_senders, by its number:
                                                add(key_package), remove(leaf) -> proposal
    successor(key_packages, group_id)           leave for a group that continues ours: by its ReInit, or else
                                                a branch with this name -> commit, welcome
    psk_store(id, psk)                          an external pre-shared key
    state                                       -> group_id, epoch, epoch_authenticator, members (leaf,
                                                identity), own_leaf, tree_hash, confirmed_transcript_hash,
                                                required_capabilities (whether there are any), ratchet_tree

create_group, join, merge and drop answer the state too, without the tree.

Commits (the five, and update above all: it commits what was proposed) and proposals take public (framed in
the clear), and aad; commits take hold. A committer applies its commit at once unless hold is given. Commits,
and the proposal update, take new_signature_key: whether to sign with a fresh key once they are in force.
"""

import io
import os
import runpy
import sys
import time
from collections.abc import Sequence
from typing import Any

from holdspace.protocol.mls import (
    Add,
    ApplicationData,
    CipherSuite,
    EpochChange,
    Extension,
    ExtensionType,
    Group,
    GroupContextExtensions,
    MLSError,
    OwnKeyPackage,
    OwnMessage,
    PendingCommit,
    Proposal,
    ProposalReceived,
    Remove,
    Removed,
    Retention,
    UsageError,
    branch_group,
    cipher_suite,
    create_group,
    create_key_package,
    generate_signature_key,
    join_by_external_commit,
    join_group,
    propose_as_external_sender,
    propose_self,
    read_key_package,
    reinit_group,
    signature_public_key,
    unsafe_accept_everything,
)
from holdspace.protocol.mls.ciphersuite import supported_suites
from holdspace.protocol.mls.external import read_group_info
from holdspace.protocol.mls.messages import (
    PreSharedKey,
    PreSharedKeyID,
    PSKType,
    ReInit,
    ResumptionPSKUsage,
)
from holdspace.protocol.mls.welcome import read_welcome
from line_protocol import Answer, Operation, Unsupported, serve

DAY = 24 * 3600
# Others make key packages for a year.
LIFETIME: dict[str, Any] = {"longest_lifetime": 400.0 * DAY}
PAST = Retention(epochs=4, seconds=600)
Extensions = Sequence[tuple[int, str]]


class Peer:
    """One client of our engine and its group; each operation is a method."""

    suite: CipherSuite
    joined: Group | None = None
    held: PendingCommit | None = None

    def __init__(self) -> None:
        self.packages: list[OwnKeyPackage] = []
        self.psks: dict[bytes, bytes] = {}

    @property
    def _group(self) -> Group:
        if self.joined is None:
            raise UsageError("this client is in no group")
        return self.joined

    def info(self) -> Answer:
        return {
            "name": "holdspace",
            "suites": list(supported_suites()),
            "operations": sorted(_operations(self)),
        }

    def client(
        self,
        identity: str,
        suite: int = 1,
        extensions: Sequence[int] = (),
        lifetime: float = 80 * DAY,
    ) -> Answer:
        if suite not in supported_suites():
            raise Unsupported(f"suite {suite}")
        self.suite, self.identity = cipher_suite(suite), bytes.fromhex(identity)
        self.extensions, self.lifetime = tuple(extensions), lifetime
        self.signature_key = generate_signature_key(os.urandom, self.suite)
        self.packages, self.psks = [], {}
        self.joined = self.held = None
        return {"signature_key": signature_public_key(self.signature_key, self.suite).hex()}

    def key_package(self, suite: int | None = None) -> Answer:
        self.packages.append(self._new_package(suite))
        return {"key_package": self.packages[-1].message.hex()}

    def create_group(self, group_id: str, extensions: Extensions = ()) -> Answer:
        group = create_group(
            self._new_package(),
            group_id=bytes.fromhex(group_id),
            random=os.urandom,
            extensions=_extensions(extensions),
        )
        return self._entered(group)

    def join(
        self, welcome: str, ratchet_tree: str | None = None, *, continues: bool = False
    ) -> Answer:
        message = bytes.fromhex(welcome)
        named = {secrets.new_member for secrets in read_welcome(message).secrets}
        own = next((own for own in self.packages if self._reference(own) in named), None)
        if own is None:
            raise UsageError("the welcome is for no key package of this client")
        group = join_group(
            message,
            own,
            now=time.time(),
            policy=unsafe_accept_everything,
            psks=self._psk,
            ratchet_tree=_bytes(ratchet_tree),
            former=self._group if continues else None,
        )
        # A key package is good once.
        self.packages.remove(own)
        return self._entered(group)

    def add(self, key_packages: Sequence[str], **options: Any) -> Answer:
        return self._commit([self._addition(package) for package in key_packages], **options)

    def update(self, **options: Any) -> Answer:
        return self._commit([], **options)

    def remove(
        self, leaf: int | None = None, identity: str | None = None, **options: Any
    ) -> Answer:
        return self._commit([self._removal(leaf, identity)], **options)

    def gce(self, extensions: Extensions, **options: Any) -> Answer:
        return self._commit([_replacement(extensions)], **options)

    def psk_commit(
        self,
        id: str | None = None,  # noqa: A002
        epoch: int | None = None,
        **options: Any,
    ) -> Answer:
        return self._commit([self._mixing(id, epoch)], **options)

    def propose(self, kind: str, *, public: bool = False, aad: str = "", **about: Any) -> Answer:
        options: dict[str, Any] = {
            "random": os.urandom,
            "authenticated_data": bytes.fromhex(aad),
            "public": public,
        }
        if kind == "update":
            signer = self._next_signature_key(**about)
            proposed = self._group.propose_update(signature_private_key=signer, **options)
        else:
            proposed = self._group.propose(self._proposal(kind, **about), **options)
        self.joined = proposed.group
        return {"proposal": proposed.message.hex(), "reference": proposed.reference.hex()}

    def merge(self) -> Answer:
        if self.held is None:
            raise UsageError("no commit is held")
        # `accepted` keeps what was read while the commit was under way.
        self.joined, self.held = self._group.accepted(self.held, now=time.time()), None
        return self._where()

    def drop(self) -> Answer:
        if self.held is None:
            raise UsageError("no commit is held")
        self.held = None
        return self._where()

    def recv(self, msg: str, **_: object) -> Answer:
        outcome = self._group.process(
            bytes.fromhex(msg), policy=unsafe_accept_everything, psks=self._psk, now=time.time()
        )
        match outcome:
            case ApplicationData():
                self.joined = outcome.group
                return {
                    "kind": "application",
                    "data": outcome.data.hex(),
                    "leaf": outcome.sender.leaf_index,
                    "identity": outcome.sender.identity.hex(),
                    "aad": outcome.authenticated_data.hex(),
                    "epoch": outcome.epoch,
                }
            case ProposalReceived():
                self.joined = outcome.group
                return {"kind": "proposal", "reference": outcome.reference.hex()}
            case EpochChange():
                # Another's commit of this epoch won: ours is void.
                self.joined, self.held = outcome.group, None
                aad = outcome.authenticated_data.hex()
                return {"kind": "commit", "aad": aad, **self._where()}
            case Removed():
                self.joined = self.held = None
                return {"kind": "removed"}
            case OwnMessage():
                return {"kind": "own"}

    def send(self, data: str, aad: str = "") -> Answer:
        protected = self._group.protect(
            bytes.fromhex(data), random=os.urandom, authenticated_data=bytes.fromhex(aad)
        )
        self.joined = protected.group
        return {"msg": protected.message.hex()}

    def export(self, label: str, context: str, length: int) -> Answer:
        return {"secret": self._group.export(label, bytes.fromhex(context), length).hex()}

    def group_info(self, *, ratchet_tree: bool = True) -> Answer:
        return {"group_info": self._group.group_info(with_ratchet_tree=ratchet_tree).hex()}

    def external_join(
        self,
        group_info: str,
        *,
        resync: bool = False,
        ratchet_tree: str | None = None,
        aad: str = "",
    ) -> Answer:
        joined = join_by_external_commit(
            bytes.fromhex(group_info),
            self._new_package(),
            now=time.time(),
            random=os.urandom,
            policy=unsafe_accept_everything,
            psks=self._psk,
            ratchet_tree=_bytes(ratchet_tree),
            authenticated_data=bytes.fromhex(aad),
        )
        self._entered(joined.group)
        return {"commit": joined.message.hex()}

    def propose_self(self, group_info: str) -> Answer:
        context = read_group_info(bytes.fromhex(group_info)).group_context
        own = self._new_package()
        self.packages.append(own)
        asked = propose_self(own, group_id=context.group_id, epoch=context.epoch)
        return {"proposal": asked.hex()}

    def propose_outside(self, group_info: str, sender: int, kind: str, **about: Any) -> Answer:
        context = read_group_info(bytes.fromhex(group_info)).group_context
        proposed = propose_as_external_sender(
            self.suite,
            self.signature_key,
            self._proposal(kind, **about),
            sender_index=sender,
            group_id=context.group_id,
            epoch=context.epoch,
        )
        return {"proposal": proposed.hex()}

    def successor(self, key_packages: Sequence[str], group_id: str = "") -> Answer:
        former, ending = self._group, self._group.reinit
        own = self._new_package(None if ending is None else ending.cipher_suite)
        options: dict[str, Any] = {"now": time.time(), "random": os.urandom, **LIFETIME}
        members = [
            read_key_package(own.suite, bytes.fromhex(package), now=time.time(), **LIFETIME)
            for package in key_packages
        ]
        if ending is None:
            name = bytes.fromhex(group_id)
            pending = branch_group(former, own, members, group_id=name, **options)
        else:
            pending = reinit_group(former, own, members, **options)
        made = self._committed(pending)
        self._entered(self._group)
        return made

    def psk_store(self, id: str, psk: str) -> Answer:  # noqa: A002
        self.psks[bytes.fromhex(id)] = bytes.fromhex(psk)
        return {}

    def state(self) -> Answer:
        return self._where() | {"ratchet_tree": self._group.tree.encode().hex()}

    def _where(self) -> Answer:
        group, context = self._group, self._group.group_context
        members = [
            {"leaf": member.leaf_index, "identity": member.identity.hex()}
            for member in group.members
        ]
        required = group.extension(ExtensionType.required_capabilities)
        return {
            "group_id": group.group_id.hex(),
            "epoch": group.epoch,
            "epoch_authenticator": group.epoch_authenticator.hex(),
            "members": members,
            "own_leaf": group.own_leaf_index,
            "tree_hash": context.tree_hash.hex(),
            "confirmed_transcript_hash": context.confirmed_transcript_hash.hex(),
            "required_capabilities": required is not None,
        }

    def _commit(
        self,
        proposals: Sequence[Proposal],
        *,
        public: bool = False,
        hold: bool = False,
        aad: str = "",
        new_signature_key: bool = False,
    ) -> Answer:
        pending = self._group.commit(
            proposals,
            now=time.time(),
            random=os.urandom,
            authenticated_data=bytes.fromhex(aad),
            psks=self._psk,
            public=public,
            references=self._ending_alone(),
            signature_private_key=self._next_signature_key(new_signature_key=new_signature_key),
            **LIFETIME,
        )
        return self._committed(pending, hold=hold)

    def _committed(self, pending: PendingCommit, *, hold: bool = False) -> Answer:
        self.joined, self.held = pending.current, pending
        if not hold:
            self.merge()
        welcome = None if pending.welcome is None else pending.welcome.hex()
        return {"commit": pending.message.hex(), "welcome": welcome}

    def _next_signature_key(self, *, new_signature_key: bool = False) -> bytes | None:
        return generate_signature_key(os.urandom, self.suite) if new_signature_key else None

    def _ending_alone(self) -> list[bytes] | None:
        # 12.2: a ReInit stands alone in its commit. Which of several proposals wins is the application's
        # matter; here it is the end.
        waiting = self._group.proposals.items()
        return [ref for ref, sent in waiting if isinstance(sent.body, ReInit)][:1] or None

    def _proposal(self, kind: str, **about: Any) -> Proposal:
        match kind:
            case "add":
                return self._addition(about["key_package"])
            case "remove":
                return self._removal(about.get("leaf"), about.get("identity"))
            case "psk":
                return self._mixing(about.get("id"), about.get("epoch"))
            case "gce":
                return _replacement(about["extensions"])
            case "reinit":
                return _ending(**about)
        raise Unsupported(f"proposal {kind}")

    def _addition(self, key_package: str) -> Proposal:
        message = bytes.fromhex(key_package)
        return Proposal.of(Add(read_key_package(self.suite, message, now=time.time(), **LIFETIME)))

    def _removal(self, leaf: int | None, identity: str | None) -> Proposal:
        if leaf is None:
            wanted = bytes.fromhex(identity or "")
            found = (m.leaf_index for m in self._group.members if m.identity == wanted)
            leaf = next(found, None)
        if leaf is None:
            raise UsageError("nobody has this identity")
        return Proposal.of(Remove(leaf))

    def _mixing(self, psk_id: str | None, epoch: int | None) -> Proposal:
        nonce = os.urandom(self.suite.n_h)
        if epoch is None:
            named = PreSharedKeyID(psktype=PSKType.external, psk_id=_bytes(psk_id), psk_nonce=nonce)
        else:
            named = PreSharedKeyID(
                psktype=PSKType.resumption,
                usage=ResumptionPSKUsage.application,
                psk_group_id=self._group.group_id,
                psk_epoch=epoch,
                psk_nonce=nonce,
            )
        return Proposal.of(PreSharedKey(named))

    def _psk(self, psk_id: PreSharedKeyID) -> bytes | None:
        return None if psk_id.psk_id is None else self.psks.get(psk_id.psk_id)

    def _new_package(self, suite: int | None = None) -> OwnKeyPackage:
        return create_key_package(
            self.suite if suite is None else cipher_suite(suite),
            identity=self.identity,
            # Whoever comes back in their own place is known by the key that the group has of them.
            signature_private_key=self._group.signer().private_key
            if self.joined
            else self.signature_key,
            now=time.time(),
            random=os.urandom,
            lifetime_seconds=self.lifetime,
            capabilities_extensions=self.extensions,
        )

    def _reference(self, own: OwnKeyPackage) -> bytes:
        return own.suite.key_package_ref(own.key_package.encode())

    def _entered(self, group: Group) -> Answer:
        self.joined, self.held, self.suite = group.retaining(PAST), None, group.suite
        return self._where()


def _operations(peer: Peer) -> dict[str, Operation]:
    """Return the methods that can be asked for."""
    names = [name for name, method in vars(Peer).items() if callable(method) and name[0] != "_"]
    return {name: getattr(peer, name) for name in names}


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def _extensions(pairs: Extensions) -> tuple[Extension, ...]:
    return tuple(Extension(number, bytes.fromhex(data)) for number, data in pairs)


def _replacement(extensions: Extensions) -> Proposal:
    return Proposal.of(GroupContextExtensions(_extensions(extensions)))


def _ending(group_id: str, suite: int = 1, extensions: Extensions = ()) -> Proposal:
    return Proposal.of(
        ReInit(
            group_id=bytes.fromhex(group_id),
            cipher_suite=suite,
            extensions=_extensions(extensions),
        )
    )


def main() -> None:
    """Speak until the input ends."""
    for path in sys.argv[1:]:
        runpy.run_path(path)
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A line that is no text is answered like any other that is no request.
        sys.stdin.reconfigure(errors="replace")
    serve(_operations(Peer()), (MLSError,))


if __name__ == "__main__":
    main()
