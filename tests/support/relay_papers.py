"""What somebody needs to show a relay: made-up rooms with their keys, and frames with true proofs."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from msgspec.structs import replace

from holdspace.protocol.frames import (
    SLOT_COUNT,
    Append,
    Attach,
    BeginMeeting,
    Bundle,
    CloseMeeting,
    DeclineKnock,
    GetCard,
    Knock,
    OpenRoom,
    Prove,
    PutInvitation,
    RevokeInvitation,
    SealedWelcome,
    WatchLobby,
)
from holdspace.protocol.keys import (
    Occasion,
    Purpose,
    SigningKey,
    begin_digest,
    bundle_digest,
    code_digest,
    invitation_digest,
    knock_digest,
    prove,
    revocation_digest,
)

NO_PROOF = bytes(64)
# Two keys that no honest person has: of a small order, and not written as it has to be.
SMALL_ORDER = (1).to_bytes(32, "little")
NON_CANONICAL = (2**255 - 1).to_bytes(32, "little")


def seeded(*words: object) -> bytes:
    """Return 32 bytes that are always the same for the same words."""
    return hashlib.sha256(repr(words).encode()).digest()


def key(*words: object) -> SigningKey:
    """Return the key of these words."""
    return SigningKey.from_seed(seeded(*words))


def id16(*words: object) -> bytes:
    """Return the 16-byte id of these words."""
    return seeded(*words)[:16]


@dataclass(frozen=True)
class Circle:
    """A room, one of its meetings, and every key that opens anything in them."""

    name: str = "circle"
    time: int = 1

    @property
    def room(self) -> bytes:
        return id16("room", self.name)

    @property
    def root(self) -> SigningKey:
        return key("root", self.name)

    @property
    def meeting(self) -> bytes:
        return id16("meeting", self.name, self.time)

    @property
    def knock_key(self) -> SigningKey:
        return key("knock", self.name)

    @property
    def slots(self) -> tuple[bytes, ...]:
        return tuple(self.slot(number).public for number in range(SLOT_COUNT))

    def slot(self, number: int = 0) -> SigningKey:
        return key("slot", self.name, self.time, number)

    def access(self, epoch: int) -> SigningKey:
        return key("access", self.name, self.time, epoch)


@dataclass
class Papers:
    """Write frames for one connection: its proofs hold at `origin` and for `nonce` only."""

    origin: str
    nonce: bytes
    refs: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def proof(
        self,
        signer: SigningKey,
        purpose: Purpose,
        *,
        room: bytes = b"",
        meeting: bytes = b"",
        epoch: int = 0,
        digest: bytes = b"",
    ) -> bytes:
        occasion = Occasion(self.origin, room, meeting, epoch, self.nonce)
        return prove(signer, purpose, occasion, digest)

    def open(self, circle: Circle, code: SigningKey | None = None) -> OpenRoom:
        proof = self.proof(circle.root, Purpose.OPEN, room=circle.room)
        frame = OpenRoom(self.refs(), circle.room, circle.root.public, proof)
        if code is None:
            return frame
        digest = code_digest(circle.root.public)
        code_proof = self.proof(code, Purpose.CODE, room=circle.room, digest=digest)
        return replace(frame, code_key=code.public, code_proof=code_proof)

    def begin(self, circle: Circle) -> BeginMeeting:
        access, slots = circle.access(0).public, circle.slots
        proof = self.proof(
            circle.root,
            Purpose.BEGIN,
            room=circle.room,
            meeting=circle.meeting,
            digest=begin_digest(access, slots),
        )
        return BeginMeeting(self.refs(), circle.room, circle.meeting, access, slots, proof)

    def attach(self, circle: Circle, epoch: int = 0, after: int = 0) -> Attach:
        proof = self.proof(
            circle.access(epoch), Purpose.ATTACH, meeting=circle.meeting, epoch=epoch
        )
        return Attach(self.refs(), circle.meeting, epoch, after, proof)

    def prove(self, circle: Circle, epoch: int) -> Prove:
        proof = self.proof(
            circle.access(epoch), Purpose.ATTACH, meeting=circle.meeting, epoch=epoch
        )
        return Prove(self.refs(), epoch, proof)

    def append(self, words: str, epoch: int = 0, *, message: str | None = None) -> Append:
        return Append(self.refs(), id16("message", message or words), epoch, words.encode())

    def bundle(
        self,
        circle: Circle,
        base: int,
        *,
        commit: str = "",
        welcomes: tuple[SealedWelcome, ...] = (),
        next_access_key: bytes | None = None,
        slots: tuple[bytes, ...] | None = None,
        signer: SigningKey | None = None,
        slot: SigningKey | None = None,
    ) -> Bundle:
        commit = commit or f"commit of epoch {base}"
        slot = slot or circle.slot()
        draft = Bundle(
            self.refs(),
            id16("commit", commit, circle.name),
            base,
            commit.encode(),
            welcomes,
            next_access_key or circle.access(base + 1).public,
            slots or circle.slots,
            slot.public,
            NO_PROOF,
            NO_PROOF,
        )
        digest = bundle_digest(draft)
        signer = signer or circle.access(base)

        def signed(by: SigningKey) -> bytes:
            return self.proof(by, Purpose.BUNDLE, meeting=circle.meeting, epoch=base, digest=digest)

        return replace(draft, access_proof=signed(signer), slot_proof=signed(slot))

    def invite(
        self, circle: Circle, expires: int, *, knock_key: SigningKey | None = None
    ) -> PutInvitation:
        public, card = (knock_key or circle.knock_key).public, b"sealed card"
        digest = invitation_digest(public, expires, card)
        proof = self.proof(circle.root, Purpose.INVITE, room=circle.room, digest=digest)
        return PutInvitation(self.refs(), circle.room, public, expires, card, proof)

    def revoke(self, circle: Circle) -> RevokeInvitation:
        public = circle.knock_key.public
        proof = self.proof(
            circle.root, Purpose.REVOKE, room=circle.room, digest=revocation_digest(public)
        )
        return RevokeInvitation(self.refs(), circle.room, public, proof)

    def card(self, circle: Circle) -> GetCard:
        proof = self.proof(circle.knock_key, Purpose.CARD, room=circle.room)
        return GetCard(self.refs(), circle.room, circle.knock_key.public, proof)

    def knock(
        self,
        circle: Circle,
        who: str = "newcomer",
        *,
        knock_key: SigningKey | None = None,
        size: int = 0,
    ) -> Knock:
        signer = knock_key or circle.knock_key
        knock, sealed = id16("knock", who), f"sealed letter of {who}".encode().ljust(size)
        proof = self.proof(
            signer, Purpose.KNOCK, room=circle.room, digest=knock_digest(knock, sealed)
        )
        return Knock(self.refs(), circle.room, signer.public, knock, sealed, proof)

    def watch(self, circle: Circle, slot: SigningKey | None = None) -> WatchLobby:
        slot = slot or circle.slot()
        proof = self.proof(slot, Purpose.LOBBY, room=circle.room, meeting=circle.meeting)
        return WatchLobby(self.refs(), circle.room, circle.meeting, slot.public, proof)

    def decline(self, who: str = "newcomer") -> DeclineKnock:
        return DeclineKnock(self.refs(), id16("knock", who), b"sealed no")

    def close(self, circle: Circle, slot: SigningKey | None = None) -> CloseMeeting:
        slot = slot or circle.slot()
        proof = self.proof(slot, Purpose.CLOSE, meeting=circle.meeting)
        return CloseMeeting(self.refs(), circle.meeting, slot.public, proof)


def welcome(who: str = "newcomer") -> SealedWelcome:
    """Return the sealed yes to a knock."""
    return SealedWelcome(id16("knock", who), f"sealed welcome for {who}".encode())
