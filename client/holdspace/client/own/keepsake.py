"""What somebody takes home: their own words of this meeting, in a file of their own, and nobody else's."""

import os
import time
from pathlib import Path

from holdspace.client.file_errors import why
from holdspace.client.notebook import Notebook
from holdspace.client.own.words import of_room, own_chapters
from holdspace.client.seat.view import Line, RoomView
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _

HEAD = N_("My own words, {day}. Nobody else's words or names are in this file.")
NOTHING = N_(
    "You have not said or kept anything yet, so there is nothing to write. Nothing was written."
)
SAVED = N_(
    "Your own words are in {path}. Only you can read that file, and it is not encrypted: keep it where "
    "nobody looks, or delete it."
)


class NotKept(Exception):
    """The keepsake could not be written; the sentence says why. Nothing was changed."""


def keepsake(view: RoomView, notebook: Notebook | None = None) -> str:
    """Return this person's own shares, plans and ideas of this room; "" if there are none."""
    mine = [p for p in view.transcript if p.line is Line.SHARE and p.is_mine]
    said = [p for p in mine if not (p.is_sending or p.is_ready)]
    own = own_chapters(of_room(notebook, view.room)) if notebook else []
    if not (said or own):
        return ""
    day = time.strftime("%Y-%m-%d", time.localtime(said[0].at if said else None))
    return "\n\n".join([_(HEAD).replace("{day}", day), *(p.text for p in said), *own]) + "\n"


def save(view: RoomView, name: str, notebook: Notebook | None = None) -> str:
    """Write the keepsake into a new file, and return what to tell the person; raise NotKept."""
    text = keepsake(view, notebook)
    if not text:
        raise NotKept(_(NOTHING))
    return write_new(Path(name.strip()).expanduser(), text)


def write_new(path: Path, text: str) -> str:
    """Write somebody's own words into a new file, and return what to tell them; raise NotKept."""
    name = clean_line(str(path), 200)
    try:
        # A new file, for this person alone: never over something that is there.
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise NotKept(
            _("{name} is there already. Choose another name; nothing was changed.").format(
                name=name
            )
        ) from None
    except OSError as error:
        raise NotKept(
            _("{name} cannot be written: {reason}. Nothing was changed.").format(
                name=name, reason=why(error)
            )
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return _(SAVED).replace("{path}", name)
