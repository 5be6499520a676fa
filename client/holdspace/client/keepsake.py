"""What somebody takes home: their own words of this meeting, in a file of their own, and nobody else's."""

import os
import time
from pathlib import Path

from holdspace.client.seat.view import Line, RoomView

HEAD = "My own words, {day}. Nobody else's words or names are in this file."
NOTHING = "You have not said anything yet, so there is nothing to keep. Nothing was written."
SAVED = (
    "Your own words are in {path}. Only you can read that file, and it is not encrypted: keep it where "
    "nobody looks, or delete it."
)


class NotKept(Exception):
    """The keepsake could not be written; the sentence says why. Nothing was changed."""


def keepsake(view: RoomView) -> str:
    """Return this person's own shares, in their order; "" if there are none."""
    mine = [p for p in view.transcript if p.line is Line.SHARE and p.is_mine]
    said = [p for p in mine if not (p.is_sending or p.is_ready)]
    if not said:
        return ""
    day = time.strftime("%Y-%m-%d", time.localtime(said[0].at))
    return "\n\n".join([HEAD.replace("{day}", day), *(p.text for p in said)]) + "\n"


def save(view: RoomView, name: str) -> str:
    """Write the keepsake into a new file, and return what to tell the person; raise NotKept."""
    text = keepsake(view)
    if not text:
        raise NotKept(NOTHING)
    path = Path(name.strip()).expanduser()
    try:
        # A new file, for this person alone: never over something that is there.
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise NotKept(
            f"{path} is there already. Choose another name; nothing was changed."
        ) from None
    except OSError as error:
        raise NotKept(f"{path} cannot be written: {error.strerror}. Nothing was changed.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return SAVED.replace("{path}", str(path))
