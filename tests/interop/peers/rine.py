"""rine's MLS core (mls-rs under another roof, with an X-Wing suite of its own), in the line protocol.

It decides who somebody is by their signature key: whatever identity is asked for, its own stands.
Its groups begin at epoch 1, application messages carry a tag byte in front, and every commit applies
at once; a held one is undone by loading the group as it was saved before.
"""

import os
import tempfile
from typing import Any

import rine_mls

from line_protocol import Answer, Unsupported, serve
from wire import group_context

TAG = bytes([rine_mls.APP_MESSAGE_TAG])
SUITES = [rine_mls.CIPHER_SUITE_CLASSICAL, rine_mls.CIPHER_SUITE_XWING]


class Peer:
    """One client of rine and its group."""

    client: Any = None
    group: Any = None
    is_held = False

    def __init__(self) -> None:
        self.store = tempfile.TemporaryDirectory()

    def info(self) -> Answer:
        return {"name": "rine-mls", "suites": SUITES}

    def start(self, identity: str, suite: int = 1, **options: object) -> Answer:
        if suite not in SUITES or options.get("extensions"):
            raise Unsupported("rine has two suites and no extensions")
        self.store.cleanup()
        self.store = tempfile.TemporaryDirectory()
        self.client = rine_mls.MlsClient(self.store.name, os.urandom(32), suite)
        self.group = None
        key = bytes(self.client.public_key()).hex()
        return {"signature_key": key, "identity": key}

    def key_package(self) -> Answer:
        return {"key_package": self.client.generate_key_package().hex()}

    def create_group(self, group_id: str, extensions: list[Any] | None = None) -> Answer:
        if extensions:
            raise Unsupported("rine cannot set extensions")
        self._entered(self.client.create_group(bytes.fromhex(group_id)))
        return {}

    def join(self, welcome: str) -> Answer:
        self._entered(self.client.join_from_welcome(bytes.fromhex(welcome)))
        return {}

    def external_join(self, group_info: str, resync: bool = False) -> Answer:
        info = bytes.fromhex(group_info)
        if resync:
            former = self.group.current_member_index()
            # What it had saved as the group's founder would stand in the way.
            self.client.delete_group_state(self.group.group_id())
            self._entered(self.client.resync_by_external_commit(info, former))
        else:
            self._entered(self.client.join_by_external_commit(info))
        return {"commit": self.group.last_commit().commit.hex()}

    def add(self, key_packages: list[str], **options: Any) -> Answer:
        self._before(options)
        return self._made(self.group.add_members([bytes.fromhex(k) for k in key_packages]), options)

    def remove(
        self, leaf: int | None = None, identity: str | None = None, **options: Any
    ) -> Answer:
        self._before(options)
        if leaf is None:
            leaf = self.group.member_index(bytes.fromhex(identity or ""))
        return self._made(self.group.remove_member(leaf), options)

    def merge(self) -> Answer:
        self.group.save()
        self.is_held = False
        return {}

    def drop(self) -> Answer:
        self.group = self.client.load_group(self.group.group_id())
        self.is_held = False
        return {}

    def recv(self, msg: str, **_: Any) -> Answer:
        data = bytes.fromhex(msg)
        # wire_format 2 with content_type 1 is what somebody said; rine wants it tagged.
        is_private = data[2:4] == b"\0\2"
        if is_private and data[5 + data[4] + 8] == 1:
            opened = self.group.decrypt_application_message(TAG + data)
            return {"kind": "application", "data": opened.envelope.hex()}
        if self.is_held:
            self.drop()
        try:
            self.group.apply_commit(data)
        except rine_mls.UnexpectedMessageError:
            # It notes a proposal, although it says that it wanted a commit; what is none of either has
            # another wire format.
            if data[2:4] not in (b"\0\1", b"\0\2"):
                raise
            return {"kind": "proposal"}
        self.group.save()
        return {"kind": "commit" if self.group.is_active() else "removed"}

    def send(self, data: str, aad: str = "") -> Answer:
        if aad:
            raise Unsupported("rine takes no authenticated data")
        tagged = self.group.encrypt_application_message(bytes.fromhex(data))
        return {"msg": tagged.removeprefix(TAG).hex()}

    def group_info(self) -> Answer:
        return {"group_info": self.group.group_info().hex()}

    def state(self) -> Answer:
        members = [
            {"leaf": member.index, "identity": member.identity.hex()}
            for member in self.group.member_identities()
        ]
        # A GroupInfo begins with its GroupContext, after version and wire format.
        return group_context(self.group.group_info(), 4) | {
            "members": members,
            "own_leaf": self.group.current_member_index(),
        }

    def _entered(self, group: Any) -> None:
        self.group, self.is_held = group, False
        group.save()

    def _before(self, options: dict[str, Any]) -> None:
        if options.get("public") is False or options.get("aad"):
            raise Unsupported("rine sends handshakes in the clear, without further data")
        self.group.save()

    def _made(self, bundle: Any, options: dict[str, Any]) -> Answer:
        self.is_held = bool(options.get("hold"))
        if not self.is_held:
            self.group.save()
        welcomes = [welcome.hex() for welcome in bundle.welcomes]
        return {"commit": bundle.commit.hex(), "welcomes": welcomes}


peer = Peer()
NAMES = "info key_package create_group join external_join add remove merge drop recv send group_info state"
serve(
    {name: getattr(peer, name) for name in NAMES.split()} | {"client": peer.start},
    (rine_mls.RineMlsError,),
)
