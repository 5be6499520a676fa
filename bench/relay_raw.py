"""The ceiling: what the same library does when it only broadcasts, and keeps and proves nothing.

The path says which room: "/3" is room 3. "/3/200" first sends the newcomer 200 frames, as a client
that reads on would be sent them.
"""

import asyncio
import logging
import sys
from collections import defaultdict

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.typing import Subprotocol

from relay_wire import FRAME

_SILENT = logging.Logger("raw", logging.CRITICAL + 1)  # noqa: LOG001
_ENTRY = bytes(5) + b"\x6a" + bytes(FRAME - 6)


async def main(loop_name: str) -> None:
    """Serve until the process is ended."""
    rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)

    async def attend(connection: ServerConnection) -> None:
        path = connection.request.path if connection.request else "/"
        _, room, *catch_up = path.split("/")
        for _ in range(int(catch_up[0]) if catch_up else 0):
            await connection.send(_ENTRY)
        readers = rooms[room]
        readers.add(connection)
        try:
            async for message in connection:
                broadcast(readers, message)
        finally:
            readers.discard(connection)

    async with serve(
        attend,
        "127.0.0.1",
        0,
        backlog=1024,
        compression=None,
        server_header=None,
        logger=_SILENT,
        subprotocols=[Subprotocol("holdspace.1")],
    ) as server:
        port = server.sockets[0].getsockname()[1]
        sys.stdout.write(f"listening on ws://127.0.0.1:{port} ({loop_name})\n")
        sys.stdout.flush()
        await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "uvloop":
        import uvloop

        uvloop.run(main("uvloop"))
    else:
        asyncio.run(main("asyncio"))
