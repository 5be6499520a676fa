"""The notebook during a meeting: open or not, what is written in it, and when it goes to the disk.

Without a notebook everything works alike and stays in memory. With one, what stands in the text
field is on the disk within a second of the last key, so that a crash costs no more than that.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from holdspace.client.notebook import SAVED_WITHIN, Draft, Notebook
from holdspace.client.own.notebook_card import NOT_HERE, OPEN_ALREADY, notebook_card
from holdspace.client.own.talk import Done, Step
from holdspace.client.seat.view import RoomView
from holdspace.client.vault_errors import VaultError, WrongPassphrase, check_passphrase, exists
from holdspace.protocol.translation import N_, _
from holdspace.protocol.values import value

if TYPE_CHECKING:
    from holdspace.client.vault import Vault

# Looked at so often that looking, sealing and writing together stay within what was promised.
LOOK_SECONDS = SAVED_WITHIN / 3

BACK_AGAIN = N_("What you were writing here is back; nothing was sent.")
PERHAPS_READ = N_(
    "What you were writing here is back. Some of it was ready or on its way, so it may have been read "
    "already; nothing was sent now."
)
KEPT_HERE = N_(
    "Your notebook is open: what you write and have not sent is saved in it, encrypted, and so are "
    "your plans and ideas."
)
ONLY_IN_MEMORY = N_(
    "No notebook is open: drafts, plans and ideas are in memory only, and gone when you leave. In the "
    "room, /notebook opens one."
)


@value()
class Opened:
    """What became of opening the notebook, in words, and what was being written in this room before.

    `asks_again`: it was another passphrase. Who types it once more must find a place for it at once:
    the next line goes to the room.
    """

    words: str
    was_writing: str = field(default="", repr=False)
    asks_again: bool = False


class Keeper:
    """Somebody's notebook while the program runs; without a vault, in memory only."""

    def __init__(self, vault: "Vault | None" = None, place: Path | None = None) -> None:
        self._vault = vault
        self._place = place
        self._opened: Callable[[], None] = lambda: None
        self._notebook = self._saved = vault.read() if vault else Notebook()
        self._writing: Callable[[], Draft] | None = None
        self._tell: Callable[[str], None] = lambda _words: None
        self._trouble = self._told = ""
        self._one_at_a_time = threading.Lock()

    @property
    def notebook(self) -> Notebook:
        """Return what is written in it."""
        return self._notebook

    @property
    def is_kept(self) -> bool:
        """Tell whether it is on the disk."""
        return self._vault is not None

    @property
    def where_words(self) -> str:
        """Say where what this person writes is kept."""
        return _(KEPT_HERE if self.is_kept else ONLY_IN_MEMORY)

    def notebook_card(self) -> Step:
        """Return the questions by which it comes onto the disk from now on, or why it does not."""
        if self._vault is not None:
            return Done(OPEN_ALREADY)
        if self._place is None:
            return Done(NOT_HERE)
        return notebook_card(_why_not, is_there=exists(self._place))

    def when_opened(self, opened: Callable[[], None]) -> None:
        """Call this once it is on the disk; at once if it is already."""
        self._opened = opened
        if self._vault is not None:
            opened()

    async def open_with(self, passphrase: str) -> "Opened":
        """Make or open the notebook, and put what was written so far into it."""
        if self._place is None or self._vault is not None:
            return Opened(self.where_words)
        # Only now: it costs a tenth of what the whole room takes to open.
        from holdspace.client.vault import Vault  # noqa: PLC0415

        open_or_make = Vault.open if exists(self._place) else Vault.create
        try:
            # In a thread: a passphrase is made costly to guess, for a second or two.
            vault = await asyncio.to_thread(open_or_make, self._place, passphrase)
        except VaultError as error:
            return Opened(str(error), asks_again=isinstance(error, WrongPassphrase))
        self._saved = vault.read()
        before = self._saved.draft(self._writing().room) if self._writing else Draft(b"")
        self._notebook = self._saved.joined(self._notebook)
        self._vault = vault
        await asyncio.to_thread(self._save)
        self._opened()
        return Opened(self._trouble or self.where_words, _words_of(before))

    def change(self, change: Callable[[Notebook], Notebook]) -> None:
        """Write something in it; it is on the disk when this returns, if that can be."""
        self._notebook = change(self._notebook)
        self._save()

    def begin(self, room: bytes, writing: Callable[[], Draft], tell: Callable[[str], None]) -> str:
        """Keep what `writing` shows from now on; return what was being written here before."""
        before = self._notebook.draft(room)
        self._writing, self._tell = writing, tell
        words = _words_of(before)
        if words:
            tell(_(PERHAPS_READ if before.ready else BACK_AGAIN))
        return words

    def drop_draft(self) -> None:
        """Let go of what is being written here, as a quick exit does, unless it is to be kept."""
        if self._writing is None or self._notebook.keep_drafts:
            return
        room = self._writing().room
        self._writing = None
        # Not saved here: the screen must be gone at once, and `saving` does it right after.
        self._notebook = self._notebook.drafting(Draft(room))

    @asynccontextmanager
    async def saving(self) -> AsyncIterator[None]:
        """Bring it to the disk, again and again meanwhile and once more at the end."""
        over = asyncio.Event()
        task = asyncio.create_task(self._save_until(over), name="holdspace notebook")
        try:
            yield
        finally:
            over.set()
            await task
            self._look()
            self._save()
            self._writing = None

    def close(self) -> None:
        """Save, and let go of the file."""
        self._save()
        if self._vault:
            self._vault.close()

    async def _save_until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            self._look()
            # In a thread: a slow disk must not make anybody wait for their own letters.
            await asyncio.to_thread(self._save)
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await over.wait()
            except TimeoutError:
                self._complain()

    def _look(self) -> None:
        if self._writing is None:
            return
        draft = self._writing()
        if draft != self._notebook.draft(draft.room):
            self._notebook = self._notebook.drafting(draft)

    def _save(self) -> None:
        with self._one_at_a_time:
            notebook = self._notebook
            if self._vault is None or notebook is self._saved:
                return
            try:
                self._vault.write(notebook)
            except VaultError as error:
                # Tried again with every look: a full disk may have room a minute later.
                self._trouble = str(error)
                return
            self._trouble = ""
            self._saved = notebook

    def _complain(self) -> None:
        """Say once why something could not be saved."""
        if self._trouble != self._told:
            self._told = self._trouble
            self._tell(self._trouble)


def _words_of(draft: Draft) -> str:
    return "\n\n".join(part for part in (draft.ready, draft.text) if part)


def _why_not(passphrase: str) -> str:
    try:
        check_passphrase(passphrase)
    except VaultError as refused:
        return str(refused)
    return ""


def draft_of(view: RoomView, text: str) -> Draft:
    """Return what somebody is writing: what stands in the text field, and what is not out yet."""
    return Draft(view.room, text, "\n\n".join(view.unsent))


def keep_drafts(notebook: Notebook, *, is_kept: bool) -> Notebook:
    """Return the notebook in which a quick exit keeps drafts, or drops them."""
    return replace(notebook, keep_drafts=is_kept)
