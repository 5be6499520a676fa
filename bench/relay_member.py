"""A person of a bench who knows a relay's requests: opens rooms, proves, walks on to the next epoch."""

import asyncio
import os
from typing import TypeVar

from msgspec.structs import replace

from holdspace.protocol.frames import (
    SLOT_COUNT,
    Attach,
    Attached,
    BeginMeeting,
    Bundle,
    ClientFrame,
    CloseMeeting,
    Done,
    Greeting,
    Hello,
    OpenRoom,
    Prove,
    RelayFrame,
    encode,
)
from holdspace.protocol.keys import (
    Occasion,
    Purpose,
    SigningKey,
    begin_digest,
    bundle_digest,
    prove,
)
from relay_people import Counts, Person
from relay_wire import FRAME, Wire

# One key for everything: what is measured is how long it takes to check, not who has it.
KEY = SigningKey.from_seed(bytes(32))
SLOTS = (KEY.public,) * SLOT_COUNT
_Answer = TypeVar("_Answer", bound=RelayFrame)


class Member(Person):
    """Somebody in a meeting of a relay."""

    def __init__(self, number: int, counts: Counts, url: str) -> None:
        super().__init__(number, counts)
        self.on_frame = self._note
        self._url = url
        self._nonce = b""
        self._meeting = b""
        self._answer: asyncio.Future[RelayFrame] | None = None

    async def come(self) -> None:
        """Connect and say hello."""
        self.wire = await Wire.connect(self._url, self.hear)
        self._nonce = (await self.ask(Hello(1, 1), Greeting)).nonce

    async def open(self, room: bytes, meeting: bytes) -> None:
        """Open a room and begin its meeting."""
        await self.ask(OpenRoom(0, room, KEY.public, self._proof(Purpose.OPEN, room=room)), Done)
        digest = begin_digest(KEY.public, SLOTS)
        proof = self._proof(Purpose.BEGIN, digest, room=room, meeting=meeting)
        await self.ask(BeginMeeting(0, room, meeting, KEY.public, SLOTS, proof), Done)

    async def attach(self, meeting: bytes, after: int = 0, epoch: int = 0) -> None:
        """Read a meeting from `after` on."""
        self._meeting, self.epoch = meeting, epoch
        proof = self._proof(Purpose.ATTACH, meeting=meeting, epoch=epoch)
        await self.ask(Attach(0, meeting, epoch, after, proof), Attached)

    async def walk(self) -> None:
        """Prove the next epoch."""
        epoch = self.epoch + 1
        proof = self._proof(Purpose.ATTACH, meeting=self._meeting, epoch=epoch)
        await self.ask(Prove(0, epoch, proof), Done)
        self.epoch = epoch

    async def commit(self) -> None:
        """Change the epoch."""
        draft = Bundle(
            ref=0,
            message_id=os.urandom(16),
            base_epoch=self.epoch,
            commit=bytes(64),
            welcomes=(),
            next_access_key=KEY.public,
            slots=SLOTS,
            slot_key=KEY.public,
            access_proof=bytes(64),
            slot_proof=bytes(64),
        )
        proof = self._proof(
            Purpose.BUNDLE, bundle_digest(draft), meeting=self._meeting, epoch=self.epoch
        )
        self.expects_ack()
        self.wire.send(encode(replace(draft, access_proof=proof, slot_proof=proof)))

    async def close(self) -> None:
        """End the meeting."""
        proof = self._proof(Purpose.CLOSE, meeting=self._meeting)
        self.wire.send(encode(CloseMeeting(0, self._meeting, KEY.public, proof)))
        await self.wire.closed

    async def ask(self, frame: ClientFrame, kind: type[_Answer]) -> _Answer:
        """Send a request and return its answer."""
        data = encode(frame)
        if len(data) != FRAME:
            raise ValueError("a bench sends frames of the smallest size only")
        self._answer = asyncio.get_running_loop().create_future()
        self.wire.send(data)
        await asyncio.wait((self._answer, self.wire.closed), return_when=asyncio.FIRST_COMPLETED)
        if not self._answer.done():
            raise ConnectionError(f"the relay hung up with {self.wire.closed.result()}")
        answer = self._answer.result()
        if not isinstance(answer, kind):
            raise ConnectionError(f"the relay answered {answer}")
        return answer

    def _note(self, frame: RelayFrame) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(frame)

    def _proof(
        self,
        purpose: Purpose,
        digest: bytes = b"",
        *,
        room: bytes = b"",
        meeting: bytes = b"",
        epoch: int = 0,
    ) -> bytes:
        return prove(KEY, purpose, Occasion(self._url, room, meeting, epoch, self._nonce), digest)
