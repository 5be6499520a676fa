"""What a relay has to be told about the cluster it keeps its log in."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class JetStreamSettings:
    """Say where the cluster is, and what its relays call themselves together.

    `credentials` and `system_credentials` are the text of a .creds file, or `user:password`. The
    second one is for a user of the system account, who can see how the nodes are set up; a cluster
    that may lose what it acknowledged is used for development only.
    """

    servers: tuple[str, ...]
    name: str = "relay"
    credentials: str = field(default="", repr=False)
    system_credentials: str = field(default="", repr=False)
    development: bool = False
