"""AWS mls-rs, through its UniFFI wheel, speaking the line protocol of peer.py.

The binding shows less than mls-rs can do: one suite, no exporting of epochs or members. What a state
says is read from the snapshot that mls-rs stores. A member is known by a handle that comes only
with a message of theirs, so `recv` may be told who a message is `from`, and `remove` needs that.
"""

from typing import Any

import mls_rs_uniffi as mls

from line_protocol import Answer, Unsupported, serve
from wire import group_context

SUITE = mls.CipherSuite.CURVE25519_AES128


class Store(mls.GroupStateStorage):  # type: ignore[misc]
    """Keep what mls-rs writes, so that it can be looked at."""

    def __init__(self) -> None:
        self.snapshot = b""
        self.epochs: dict[int, bytes] = {}

    def state(self, group_id: bytes) -> bytes | None:
        return self.snapshot or None

    def epoch(self, group_id: bytes, epoch_id: int) -> bytes | None:
        return self.epochs.get(epoch_id)

    def write(
        self, group_id: bytes, group_state: bytes, epoch_inserts: Any, epoch_updates: Any
    ) -> None:
        self.snapshot = group_state
        self.epochs |= {record.id: record.data for record in (*epoch_inserts, *epoch_updates)}

    def max_epoch_id(self, group_id: bytes) -> int | None:
        return max(self.epochs, default=None)


class Peer:
    """One client of mls-rs and its group."""

    client: Any
    group: Any
    held: Any

    def info(self) -> Answer:
        return {"name": "mls-rs", "suites": [1]}

    def start(self, identity: str, suite: int = 1, **options: object) -> Answer:
        if suite != 1 or options.get("extensions"):
            raise Unsupported("the binding has suite 1 and no extensions")
        self.identity = identity
        self.heard: dict[str, Any] = {}
        self.group = self.held = None
        key_pair = mls.generate_signature_keypair(SUITE)
        self.store = Store()
        config = mls.ClientConfig(group_state_storage=self.store, use_ratchet_tree_extension=True)
        self.client = mls.Client(bytes.fromhex(identity), key_pair, config)
        return {"signature_key": key_pair.public_key.bytes.hex()}

    def key_package(self) -> Answer:
        return {"key_package": self.client.generate_key_package_message().to_bytes().hex()}

    def create_group(self, group_id: str, extensions: list[Any] | None = None) -> Answer:
        if extensions:
            raise Unsupported("the binding cannot set extensions")
        self.group = self.client.create_group(bytes.fromhex(group_id))
        return {}

    def join(self, welcome: str, ratchet_tree: str | None = None) -> Answer:
        tree = mls.RatchetTree(bytes=bytes.fromhex(ratchet_tree)) if ratchet_tree else None
        self.group = self.client.join_group(tree, message(welcome)).group
        return {}

    def add(self, key_packages: list[str], **options: Any) -> Answer:
        return self._committed(self.group.add_members([message(k) for k in key_packages]), options)

    def update(self, **options: Any) -> Answer:
        return self._committed(self.group.commit(), options)

    def remove(self, identity: str | None = None, **options: Any) -> Answer:
        return self._committed(self.group.remove_members([self._member(identity)]), options)

    def propose(self, kind: str, **arguments: Any) -> Answer:
        if arguments.get("public") is False:
            raise Unsupported("the binding sends handshakes in the clear")
        match kind:
            case "add":
                package = message(arguments["key_package"])
                [proposal] = self.group.propose_add_members([package])
            case "remove":
                member = self._member(arguments.get("identity"))
                [proposal] = self.group.propose_remove_members([member])
            case _:
                raise Unsupported(f"the binding cannot propose {kind!r}")
        return {"proposal": proposal.to_bytes().hex()}

    def merge(self) -> Answer:
        self.group.process_incoming_message(self.held)
        self.held = None
        return {}

    def recv(self, msg: str, **sender: Any) -> Answer:
        received = self.group.process_incoming_message(message(msg))
        who = sender.get("from")
        if received.is_application_message():
            self._heard(who, received.sender)
            return {"kind": "application", "data": received.data.hex()}
        if received.is_received_proposal():
            self._heard(who, received.sender)
            return {"kind": "proposal"}
        self._heard(who, received.committer)
        self.held = None
        return {"kind": "removed" if received.effect.is_removed() else "commit"}

    def send(self, data: str, aad: str = "") -> Answer:
        if aad:
            raise Unsupported("the binding takes no authenticated data")
        sealed = self.group.encrypt_application_message(bytes.fromhex(data))
        return {"msg": sealed.to_bytes().hex()}

    def export(self, label: str, context: str, length: int) -> Answer:
        secret = self.group.export_secret(label.encode(), bytes.fromhex(context), length)
        return {"secret": secret.hex()}

    def state(self) -> Answer:
        self.group.write_to_storage()
        # The snapshot begins with its own version (16 bits) and the GroupContext.
        return group_context(self.store.snapshot, 2) | {
            "ratchet_tree": self.group.export_tree().bytes.hex()
        }

    def _member(self, identity: str | None) -> Any:
        if identity == self.identity:
            return self.client.signing_identity()
        if identity not in self.heard:
            raise Unsupported("the binding knows a member only by a message of theirs")
        return self.heard[identity]

    def _heard(self, who: str | None, handle: Any) -> None:
        if who is not None:
            self.heard[who] = handle

    def _committed(self, output: Any, options: dict[str, Any]) -> Answer:
        if options.pop("public", None) is False or options.pop("aad", ""):
            raise Unsupported("the binding sends handshakes in the clear, without further data")
        self.held = output.commit_message
        if not options.pop("hold", False):
            self.merge()
        welcome = output.welcome_message
        return {
            "commit": output.commit_message.to_bytes().hex(),
            "welcome": welcome.to_bytes().hex() if welcome else None,
        }


def message(data: str) -> Any:
    """Read an MLSMessage."""
    return mls.Message.from_bytes(bytes.fromhex(data))


peer = Peer()
NAMES = "info key_package create_group join add update remove propose merge recv send export state"
serve(
    {name: getattr(peer, name) for name in NAMES.split()} | {"client": peer.start},
    (mls.Error, mls.InternalError),
)
