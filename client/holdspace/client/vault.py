"""The notebook on the disk: one encrypted file, and nothing else anywhere.

Sealed with AES-256-GCM under a key that Argon2id makes of the passphrase, padded to few sizes, and
replaced as a whole: a power cut leaves the old one or the new one. The lock is on the file itself
and moves on to each new one, so that two programs never write over each other's words.
"""

import fcntl
import os
import re
import secrets
import stat
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from holdspace.client.file_errors import why
from holdspace.protocol.text import clean_line
from holdspace.protocol.translation import N_, _, shown
from holdspace.protocol.values import value

from .notebook import Notebook
from .vault_errors import NoNotebook, VaultError, WrongPassphrase, check_passphrase

MAGIC = b"holdspace notebook"
VERSION = 1
SIZES = tuple(size * 1024 for size in (64, 256, 1024, 4096))
_SALT, _NONCE, _TAG, _LENGTH = 16, 12, 16, 4
_HEADER = struct.Struct(f">{len(MAGIC)}sHIHH{_SALT}s{_NONCE}s")
_ROOM = _HEADER.size + _TAG + _LENGTH


class Cost(NamedTuple):
    """How hard it is to try a passphrase (Argon2id, RFC 9106): memory in KiB, passes, lanes."""

    memory: int = 128 * 1024
    passes: int = 3
    lanes: int = 4


USUAL_COST = Cost()
# A file says what it costs; it must be neither nothing nor more than this computer can give.
LEAST_COST, MOST_COST = Cost(8 * 1024, 1, 1), Cost(1024 * 1024, 16, 16)

NOT_THERE = N_(
    "There is no notebook at {path}. Nothing was written; `holdspace notebook make` makes one."
)
THERE_ALREADY = N_("There is a file at {path} already. It was not touched.")
NO_LINK = N_("{path} leads to another file, so it was not used. Name the file itself.")
NOT_A_NOTEBOOK = N_("{path} is not a notebook of this program. It was not touched.")
NEWER = N_(
    "A newer version of this program wrote {path}. It was not touched; please use that version."
)
DAMAGED = N_("{path} is damaged, so it cannot be opened. It was not touched; a copy may be whole.")
NOT_OPENED = N_(
    "The notebook did not open: that is not its passphrase, or the file was changed. Nothing was "
    "written. You can try again."
)
IN_USE = N_(
    "The notebook is open in another window of yours. Nothing was changed. Close it there, or go "
    "on here without."
)
FULL = N_("The notebook is full, so the newest change is not in it. What was saved before is safe.")
NOT_TEXT = N_("Something in the notebook is no text, so the newest change is not saved.")
CHANGED_MEANWHILE = N_(
    "Something else replaced the notebook's file, so this change was not written over it. What you "
    "write is in memory only now."
)
OTHERS_CAN_READ = N_(
    "Others on this computer can read or change {path}, so it was not opened. Make it yours alone "
    "(chmod 600)."
)


@value()
class _Sealing:
    """The key of an opened notebook, and what it was made with."""

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    cost: Cost


class Vault:
    """An opened notebook file; made by `create` or `open`, ended by `close`. Locked meanwhile."""

    def __init__(self, path: Path, handle: int, sealing: _Sealing, notebook: Notebook) -> None:
        self.path = path
        self._handle = handle
        self._sealing = sealing
        self._notebook = notebook

    @classmethod
    def create(cls, path: Path, passphrase: str, cost: Cost = USUAL_COST) -> "Vault":
        """Make a new, empty notebook; raise VaultError if something is there already."""
        check_passphrase(passphrase)
        if os.path.lexists(path):
            raise VaultError(_of(path, THERE_ALREADY))
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(path, error) from None
        sealing = _sealing(passphrase, os.urandom(_SALT), cost)
        empty = Notebook()
        return cls(path, _put(path, _seal(empty, sealing), is_new=True), sealing, empty)

    @classmethod
    def open(cls, path: Path, passphrase: str) -> "Vault":
        """Open a notebook; raise VaultError, and change nothing, if it cannot be trusted."""
        handle = _locked(path)
        try:
            sealed = _read(path, handle)
            cost, salt = _header(path, sealed)
            sealing = _sealing(passphrase, salt, cost)
            notebook = _unseal(path, sealed, sealing)
            _sweep(path)
        except BaseException:
            os.close(handle)
            raise
        return cls(path, handle, sealing, notebook)

    def read(self) -> Notebook:
        """Return what is in it."""
        return self._notebook

    def write(self, notebook: Notebook) -> None:
        """Replace what is in it, as a whole and durably; raise VaultError if that failed."""
        self._replace(notebook, self._sealing)

    def change_passphrase(self, passphrase: str, cost: Cost = USUAL_COST) -> None:
        """Seal it under another passphrase; raise VaultError if that failed."""
        check_passphrase(passphrase)
        self._replace(self._notebook, _sealing(passphrase, os.urandom(_SALT), cost))

    def delete(self) -> None:
        """Remove the file; what a disk keeps of removed files is beyond us."""
        self._check_unchanged()
        self.path.unlink()
        _sync_folder(self.path)
        self.close()

    def close(self) -> None:
        """Let go of the file, so that it can be opened elsewhere."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1

    def _replace(self, notebook: Notebook, sealing: _Sealing) -> None:
        self._check_unchanged()
        handle = _put(self.path, _seal(notebook, sealing), is_new=False)
        self.close()
        self._handle, self._sealing, self._notebook = handle, sealing, notebook

    def _check_unchanged(self) -> None:
        if self._handle < 0 or not _is_same(self.path, self._handle):
            raise VaultError(_(CHANGED_MEANWHILE))


def usual_place(environment: Mapping[str, str]) -> Path:
    """Return where the notebook is when nobody names a file."""
    data = Path(environment.get("XDG_DATA_HOME", ""))
    return (data if data.is_absolute() else Path.home() / ".local/share") / "holdspace/notebook"


def remove(path: Path) -> None:
    """Remove a notebook without opening it, for who lost the passphrase; raise VaultError."""
    handle = _locked(path)
    try:
        _header(path, _read(path, handle))
        path.unlink()
        _sync_folder(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        os.close(handle)


def _sealing(passphrase: str, salt: bytes, cost: Cost) -> _Sealing:
    # The same letters can reach us as other bytes from another keyboard.
    secret = unicodedata.normalize("NFC", passphrase).encode(errors="surrogateescape")
    made = Argon2id(
        salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
    )
    return _Sealing(made.derive(secret), salt, cost)


def _seal(notebook: Notebook, sealing: _Sealing) -> bytes:
    try:
        inside = msgspec.msgpack.encode(notebook)
    except UnicodeEncodeError:
        raise VaultError(_(NOT_TEXT)) from None
    # Nothing is ever written that could not be read again.
    _decode(inside)
    size = next((size for size in SIZES if size >= len(inside) + _ROOM), 0)
    if not size:
        raise VaultError(_(FULL))
    nonce = os.urandom(_NONCE)
    header = _HEADER.pack(MAGIC, VERSION, *sealing.cost, sealing.salt, nonce)
    padded = len(inside).to_bytes(_LENGTH, "big") + inside.ljust(size - _ROOM, b"\0")
    return header + AESGCM(sealing.key).encrypt(nonce, padded, header)


def _decode(inside: bytes) -> Notebook:
    try:
        return msgspec.msgpack.decode(inside, type=Notebook)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise VaultError(_(FULL)) from None


def _header(path: Path, sealed: bytes) -> tuple[Cost, bytes]:
    """Return what the passphrase's key is made with; raise VaultError for what is no whole notebook."""
    if not sealed.startswith(MAGIC):
        raise VaultError(_of(path, NOT_A_NOTEBOOK))
    if len(sealed) < _HEADER.size:
        raise VaultError(_of(path, DAMAGED))
    _magic, version, memory, passes, lanes, salt, _nonce = _HEADER.unpack_from(sealed)
    if version > VERSION:
        raise VaultError(_of(path, NEWER))
    cost = Cost(memory, passes, lanes)
    is_bounded = all(
        least <= asked <= most
        for least, asked, most in zip(LEAST_COST, cost, MOST_COST, strict=True)
    )
    if version != VERSION or len(sealed) not in SIZES or not is_bounded:
        raise VaultError(_of(path, DAMAGED))
    return cost, salt


def _unseal(path: Path, sealed: bytes, sealing: _Sealing) -> Notebook:
    header, nonce = sealed[: _HEADER.size], sealed[_HEADER.size - _NONCE : _HEADER.size]
    try:
        padded = AESGCM(sealing.key).decrypt(nonce, sealed[_HEADER.size :], header)
    except InvalidTag:
        raise WrongPassphrase(_(NOT_OPENED)) from None
    length = int.from_bytes(padded[:_LENGTH], "big")
    try:
        return msgspec.msgpack.decode(padded[_LENGTH : _LENGTH + length], type=Notebook)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise VaultError(_of(path, DAMAGED)) from None


def _locked(path: Path) -> int:
    """Return the file, open and locked; what was replaced while we waited for it is opened anew."""
    while True:
        handle = _opened(path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise VaultError(_(IN_USE)) from None
        if _is_same(path, handle):
            return handle
        os.close(handle)


def _opened(path: Path) -> int:
    if path.is_symlink():
        raise VaultError(_of(path, NO_LINK))
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise NoNotebook(_of(path, NOT_THERE)) from None
    except OSError as error:
        raise VaultError(
            _("{name} cannot be read: {reason}.").format(name=_shown(path), reason=why(error))
        ) from None
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        words = NOT_A_NOTEBOOK
    elif found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        words = OTHERS_CAN_READ
    else:
        return handle
    os.close(handle)
    raise VaultError(_of(path, words))


def _read(path: Path, handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        sealed = file.read(SIZES[-1] + 1)
    if not sealed:
        raise VaultError(_of(path, DAMAGED))
    return sealed


def _put(path: Path, sealed: bytes, *, is_new: bool) -> int:
    """Put these bytes in the file's place, durably, and return the new file, open and locked."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(
            beside,
            os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
            0o600,
        )
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(sealed)
        os.fsync(handle)
        _rename(beside, path, is_new=is_new)
        _sync_folder(path)
    except BaseException as error:
        os.close(handle)
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritable(path, error) from None
        raise
    return handle


def _rename(beside: Path, path: Path, *, is_new: bool) -> None:
    if not is_new:
        beside.replace(path)
        return
    # A link, unlike a rename, never takes the place of what somebody else just put there.
    try:
        os.link(beside, path)
    except FileExistsError:
        raise VaultError(_of(path, THERE_ALREADY)) from None
    except OSError:
        # Some file systems have no links.
        beside.replace(path)
        return
    beside.unlink()


def _sweep(path: Path) -> None:
    """Remove what a crash left half written; only who holds the lock writes here."""
    half_written = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}")
    for beside in path.parent.iterdir():
        if half_written.fullmatch(beside.name):
            beside.unlink(missing_ok=True)


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_same(path: Path, handle: int) -> bool:
    try:
        there = path.lstat()
    except OSError:
        return False
    ours = os.fstat(handle)
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def _unwritable(path: Path, error: OSError) -> VaultError:
    return VaultError(
        _("{name} cannot be written: {reason}. What was there is safe.").format(
            name=_shown(path), reason=why(error)
        )
    )


def _shown(path: Path) -> str:
    return clean_line(str(path), 200)


def _of(path: Path, words: str) -> str:
    return shown(words).replace("{path}", _shown(path))
