"""Under which names things stand in the cluster: what is erased together has a name together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subjects:
    """Name the streams and subjects of the relays that share one log."""

    name: str

    @property
    def log_stream(self) -> str:
        return f"holdspace_{self.name}"

    @property
    def lobby_stream(self) -> str:
        return f"holdspace_{self.name}_lobby"

    @property
    def log(self) -> str:
        return f"holdspace.{self.name}.log.>"

    @property
    def lobby(self) -> str:
        return f"holdspace.{self.name}.lobby.>"

    @property
    def forgotten(self) -> str:
        return f"holdspace.{self.name}.log.forgotten"

    def room(self, room: bytes) -> str:
        return f"holdspace.{self.name}.log.room.{room.hex()}"

    def words(self, meeting: bytes) -> str:
        return f"holdspace.{self.name}.log.meeting.{meeting.hex()}.words"

    def epochs(self, meeting: bytes) -> str:
        return f"holdspace.{self.name}.log.meeting.{meeting.hex()}.epochs"

    def meeting(self, meeting: bytes) -> str:
        return f"holdspace.{self.name}.log.meeting.{meeting.hex()}.>"

    def knock(self, room: bytes, knock: bytes) -> str:
        return f"holdspace.{self.name}.lobby.{room.hex()}.{knock.hex()}"


def meeting_in(subject: str) -> bytes | None:
    """Return the meeting whose log a subject belongs to, if it belongs to one."""
    words = subject.split(".")
    return bytes.fromhex(words[4]) if len(words) == 6 and words[3] == "meeting" else None
