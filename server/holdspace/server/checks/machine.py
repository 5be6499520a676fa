"""The machine a relay runs on: its folder, disk, clock, and what the system allows."""

import ctypes
import errno
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from holdspace.server.checks import Finding, failure, warning, well
from holdspace.server.config import Config, folder_of
from holdspace.server.folder import checked_folder
from holdspace.server.limits import MIB
from holdspace.server.listeners import files_needed
from holdspace.server.log import UnusableLogError
from holdspace.server.tls import Certificates, Tls, UnusableCertificateError

_SYNCS = 20
_BLOCK = bytes(4096)
# Flash with a protected cache needs some 0.03 ms; what is faster has not been to any disk.
_HARDLY_REAL_MS, _SLOW_MS = 0.01, 50.0
_LEAST_SPACE = 64 * MIB
_IN_MEMORY = {"tmpfs", "ramfs"}
_ON_A_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs"}
# struct timex (Linux): `status` is the fifth of its machine words; STA_UNSYNC is one of its bits.
_STATUS_WORD, _TIMEX_WORDS, _UNSYNCHRONISED = 4, 64, 0x40
_BUILT = 1_790_000_000  # no clock is right that shows a time before this was written


def folder(config: Config) -> Iterator[Finding]:
    """Look at whose the relay's folder is, and what is under it."""
    path = folder_of(config)
    if path is None:
        yield warning(
            "folder",
            "The log is in memory: everything is gone when the relay ends.",
            "Set log.kind.",
        )
        return
    if not path.exists():
        yield well("folder", f"{path} is made when the relay starts.")
        return
    # Root looks after a relay that runs as somebody else.
    user = path.stat().st_uid if os.geteuid() == 0 else os.geteuid()
    try:
        checked_folder(path, user)
    except UnusableLogError as error:
        yield failure("folder", str(error), "As it says.")
        return
    yield well("folder", f"{path} belongs to user {user} alone.")
    if config.log.kind == "jetstream":
        return
    yield from _disk(path, config.limits.total_bytes)
    yield _sync(path)


def private_files(config: Config) -> Iterator[Finding]:
    """Look at who else may read keys and credentials, and whether the certificate can be used."""
    log, tls = config.log, config.tls
    for name, path in (
        ("tls.key", tls.key),
        ("log.credentials_file", log.credentials_file),
        ("log.system_credentials_file", log.system_credentials_file),
    ):
        # The group may read: so a service whose user exists only while it runs gets its key.
        if path is not None and path.exists() and path.stat().st_mode & 0o037:
            yield warning("secrets", f"Others may read what {name} names.", f"chmod 640 {path}")
    if tls.certificate is not None and tls.key is not None:
        try:
            Certificates(Tls(tls.certificate, tls.key))
        except UnusableCertificateError as error:
            yield failure("certificate", str(error), "As it says.")
        else:
            yield well("certificate", "The certificate and its key belong together.")


def _disk(path: Path, most: int) -> Iterator[Finding]:
    kind = filesystem_of(path, _mounts())
    if kind in _IN_MEMORY:
        yield warning(
            "disk", f"It is in memory ({kind}): gone when the machine restarts.", "Set log.folder."
        )
    if kind in _ON_A_NETWORK:
        yield failure(
            "disk",
            f"It is on another machine ({kind}), where locks and syncs cannot be relied on.",
            "Choose a disk of this machine with log.folder.",
        )
    free = shutil.disk_usage(path).free
    said = f"{free // MIB:,} MiB are free; all meetings together may take {most // MIB:,} MiB."
    if free < _LEAST_SPACE:
        yield failure("space", said, "Free some: a relay that cannot save sends everybody away.")
    elif free < most:
        yield warning("space", said, "Free some, or lower limits.total_bytes.")
    else:
        yield well("space", said)


def filesystem_of(path: Path, mounts: str) -> str:
    """Return the kind of file system a path is on, by the lines of /proc/mounts."""
    kind, longest = "", -1
    for fields in (line.split(" ") for line in mounts.splitlines()):
        if (
            len(fields) > 2
            and path.resolve().is_relative_to(fields[1])
            and len(fields[1]) >= longest
        ):
            kind, longest = fields[2], len(fields[1])
    return kind


def _mounts() -> str:
    try:
        return Path("/proc/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""


# What to do where asking as somebody else would not help.
_NO_SYNC = {
    errno.ENOSPC: "Free some space, and ask again.",
    errno.EROFS: "The relay needs a folder that it may write to.",
}


def _sync(path: Path) -> Finding:
    try:
        took = sync_milliseconds(path)
    except OSError as error:
        advice = _NO_SYNC.get(error.errno or 0, "Ask as root or as the relay's user.")
        return warning("sync", f"It could not be tried: {error.strerror}.", advice)
    said = f"Saving takes {took:.2f} ms on this disk (median of {_SYNCS})."
    if took < _HARDLY_REAL_MS:
        return warning("sync", f"{said} That is faster than any disk.", "Does it really sync?")
    if took > _SLOW_MS:
        return warning("sync", said, "Every word waits so long. Choose a faster disk.")
    return well("sync", said)


def sync_milliseconds(path: Path) -> float:
    """Return how long it takes until a small write would survive a power cut."""
    took = []
    with tempfile.NamedTemporaryFile(dir=path, prefix="doctor-") as file:
        for _ in range(_SYNCS):
            started = time.perf_counter()
            file.write(_BLOCK)
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - started)
    return statistics.median(took) * 1000


def clock(_config: Config) -> Iterator[Finding]:
    """Look at whether the clock is right; invitations and rooms expire by it."""
    if time.time() < _BUILT:
        yield failure("clock", "The clock is in the past.", "Set it, or have it set (timedatectl).")
    elif is_synchronised() is False:
        yield warning("clock", "Nobody keeps the clock right.", "timedatectl set-ntp true")
    else:
        yield well("clock", f"It is {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC.")


def is_synchronised() -> bool | None:
    """Ask the kernel whether the clock is kept right; None if it does not say."""
    if sys.platform != "linux":
        return None
    words = (ctypes.c_long * _TIMEX_WORDS)()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(words))
    except (OSError, AttributeError):
        return None
    status = int(words[_STATUS_WORD]) & 0xFFFFFFFF
    return None if state < 0 else not status & _UNSYNCHRONISED


def open_files(config: Config, reported: int | None) -> Iterator[Finding]:
    """Look at whether so many connections as are allowed can be open."""
    needed = files_needed(config.limits)
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1] if reported is None else reported
    if allowed != resource.RLIM_INFINITY and allowed < needed:
        yield warning(
            "files",
            f"{allowed:,} files may be open; {config.limits.connections:,} connections need {needed:,}.",
            f"LimitNOFILE={needed} in its systemd unit (ulimit -n), or lower limits.connections.",
        )
    else:
        yield well("files", f"{needed:,} files may be open, as many as the limits need.")


def memory_image(reported: bool | None) -> Iterator[Finding]:
    """Look at whether a crash would leave an image of the relay's memory."""
    if reported is False:
        yield failure(
            "core dumps", "A crash would leave an image of the memory.", "LimitCORE=0 in its unit."
        )
    else:
        yield well("core dumps", "A crash leaves no image of the relay's memory.")
