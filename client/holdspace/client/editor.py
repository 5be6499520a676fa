"""Somebody's own editor for what they are writing, without a word of it on the disk.

An editor needs a file. It lies in a folder of this person's alone that is only in memory (a tmpfs,
checked), and is gone as soon as the editor is. Where there is no such place, no editor is opened:
nothing that is written in a room may lie on a disk unencrypted (design.md 6). Editors that are known
to us are started so that they keep no swap file, backup or history; others have to be wanted twice.

The editor runs beside the event loop: heartbeats and commits go on, and nobody loses their place.
"""

import asyncio
import os
import re
import shlex
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field
from pathlib import Path

from holdspace.client.passing_folder import Passing, clear_away, passing_folder
from holdspace.protocol.text import clean
from holdspace.protocol.translation import N_, _, shown
from holdspace.protocol.values import value

NOT_NAMED = N_(
    "No editor is named: the variable VISUAL or EDITOR says which, before holdspace is started. "
    "Nothing was changed."
)
NO_PLACE = N_(
    "There is no place here where an editor's file would only be in memory, and what you write must not "
    "lie on the disk. No editor was opened, and your words are as they were."
)
UNKNOWN = N_(
    "{name} is not an editor we know: it may keep copies of what you write on this computer. Nothing was "
    "opened. Ask for it once more, and it is."
)
NOT_STARTED = N_("{name} could not be started. Your words are as they were.")
FAILED = N_("The editor ended with a fault. What it had saved is back here; nothing was sent.")
FAILED_UNSAVED = N_(
    "The editor ended with a fault and had saved nothing. Your words are as they were."
)
CLEARED_UP = N_(
    "What your own editor had open when holdspace was ended suddenly was still in memory. It is removed "
    "now; it was never on the disk."
)
TOO_LONG = N_("That became far too long to be written in a room. Your words are as they were.")

# Far more than can be sent, so that everything that was typed comes back.
MOST_BYTES = 1_000_000
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
# So long an editor has to end by itself, when the program ends.
_PATIENCE = 2.0
_MEMORY = frozenset({"tmpfs", "ramfs"})
_MOUNTS = Path("/proc/self/mountinfo")
# A blank in the name of a place is written \040 there.
_ESCAPED = re.compile(r"\\([0-7]{3})")
_SHARED_MEMORY = "/dev/shm"  # noqa: S108  a folder of its own is made there, for this person alone
_VIM = (
    *("-n", "-i", "NONE"),
    *("-c", "silent! set noswapfile noundofile nobackup nowritebackup"),
)
_EMACS = (
    "--eval",
    "(setq make-backup-files nil auto-save-default nil create-lockfiles nil auto-save-list-file-prefix nil)",
)
_MICRO = tuple(
    word
    for option in ("backup", "permbackup", "savehistory", "savecursor", "saveundo")
    for word in (f"-{option}", "false")
)
# What keeps each of them from writing anything but the file it is given, by how its name begins.
_KEEPS_NOTHING: Mapping[str, tuple[str, ...]] = {
    "vim": _VIM,
    "nvim": _VIM,
    "nano": ("--ignorercfiles",),
    "emacs": _EMACS,
    "micro": _MICRO,
    "helix": (),
    "hx": (),
    "kak": (),
}


class NoEditor(Exception):
    """No editor was opened; the sentence says why, and nothing was changed."""


@value()
class Editor:
    """A program to write in, with what it is started with."""

    name: str
    arguments: tuple[str, ...]
    is_known: bool


@value()
class Written:
    """What is in the text field after the editor, and what to tell the person, if anything."""

    text: str = field(repr=False)
    words: str = ""


def find_editor(environment: Mapping[str, str]) -> Editor:
    """Return the editor that somebody named; raise NoEditor."""
    named = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        arguments = shlex.split(named)
    except ValueError:
        arguments = []
    program = shutil.which(arguments[0], path=environment.get("PATH")) if arguments else None
    if not arguments:
        raise NoEditor(shown(NOT_NAMED))
    if program is None:
        raise NoEditor(_(NOT_STARTED).format(name=Path(arguments[0]).name))
    # By what it really is: "vi" and "editor" are names for one of several.
    real = Path(program).resolve().name
    known = next((name for name in _KEEPS_NOTHING if _is(real, name)), "")
    flags = _KEEPS_NOTHING.get(known, ())
    # What stands behind "--" would be taken for files.
    end = arguments.index("--") if "--" in arguments else len(arguments)
    started = (program, *arguments[1:end], *flags, *arguments[end:])
    return Editor(Path(program).name, started, bool(known))


def _is(program: str, name: str) -> bool:
    return program == name or program.startswith((f"{name}.", f"{name}-"))


def place_in_memory(environment: Mapping[str, str], mounts: str | None = None) -> Path:
    """Return a folder that is only in memory; raise NoEditor."""
    if mounts is None:
        mounts = _MOUNTS.read_text("utf-8", "replace") if _MOUNTS.exists() else ""
    for place in _places_in_memory(environment, mounts):
        return place
    raise NoEditor(shown(NO_PLACE))


def clear_up(environment: Mapping[str, str]) -> str:
    """Remove editors' files that are left of programs that were killed; return what to say of it, or ""."""
    mounts = _MOUNTS.read_text("utf-8", "replace") if _MOUNTS.exists() else ""
    places = dict.fromkeys(_places_in_memory(environment, mounts))
    return shown(CLEARED_UP) if sum(map(clear_away, places)) else ""


def _places_in_memory(environment: Mapping[str, str], mounts: str) -> Iterator[Path]:
    for named in (environment.get("XDG_RUNTIME_DIR"), _SHARED_MEMORY):
        # Not Path.resolve, which takes links in a circle for a fault of the program.
        folder = Path(os.path.realpath(named or "/"))
        if _kind_of(folder, mounts) in _MEMORY and os.access(folder, os.W_OK | os.X_OK):
            yield folder


def _kind_of(folder: Path, mounts: str) -> str:
    """Return what kind of file system a folder is on (proc_pid_mountinfo(5))."""
    found: tuple[int, str] = (0, "")
    for line in mounts.splitlines():
        before, _sign, after = line.partition(" - ")
        parts = before.split(" ")
        place = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), parts[4]) if parts[4:] else ""
        if place and after and folder.is_relative_to(place):
            # Of two that are mounted at one place the later one is seen.
            found = max((len(place), after.split(" ")[0]), found, key=lambda one: one[0])
    return found[1]


async def write_in(editor: Editor, text: str, environment: Mapping[str, str]) -> Written:
    """Open a text in the editor and return what came of it; raise NoEditor."""
    try:
        with passing_folder(place_in_memory(environment)) as folder:
            file = folder.path / "text.txt"
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                opened.write(text)
            before = file.read_bytes()
            is_well = await _run(editor, folder, environment)
            return _read(file, before, Written(text), is_well=is_well)
    except OSError:
        # The memory is full, or the folder was taken away.
        raise NoEditor(shown(NO_PLACE)) from None


async def _run(editor: Editor, folder: Passing, environment: Mapping[str, str]) -> bool:
    # What an editor keeps beside a file goes the same way as the file.
    elsewhere = dict.fromkeys(("TMPDIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"), str(folder.path))
    with _signals_for(folder.path):
        try:
            # With the handle: should only we be killed, the editor's file stays as long as it runs.
            process = await asyncio.create_subprocess_exec(
                *editor.arguments,
                str(folder.path / "text.txt"),
                env={**environment, **elsewhere},
                pass_fds=(folder.handle,),
            )
        except OSError:
            raise NoEditor(_(NOT_STARTED).format(name=editor.name)) from None
        try:
            return await process.wait() == 0
        finally:
            # The program ends meanwhile: nobody could bring the editor's words back.
            await _close(process)


async def _close(process: asyncio.subprocess.Process) -> None:
    for end in (process.terminate, process.kill):
        if process.returncode is None:
            with suppress(ProcessLookupError, TimeoutError):
                end()
                async with asyncio.timeout(_PATIENCE):
                    await process.wait()


@contextmanager
def _signals_for(folder: Path) -> Iterator[None]:
    """Let Ctrl-C be the editor's alone while it runs, and let an end from outside leave no file."""

    def swept(number: signal.Signals) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    loop, before = asyncio.get_running_loop(), None
    ending = [one for one in _ENDING if signal.getsignal(one) is signal.SIG_DFL]
    # Not the main thread, where signals are somebody else's.
    with suppress(ValueError, RuntimeError):
        # A function and not SIG_IGN, which the editor would inherit.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        for number in ending:
            # The loop's own way: a handler of Python's would wait for the next thing to happen, if
            # the signal came just as the loop began to wait.
            loop.add_signal_handler(number, swept, number)
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)
            for number in ending:
                loop.remove_signal_handler(number)


def _read(file: Path, before: bytes, unchanged: Written, *, is_well: bool) -> Written:
    """Return what the editor saved; whatever goes wrong, what was there is not lost."""
    try:
        with file.open("rb") as opened:
            after = opened.read(MOST_BYTES + 1)
    except OSError:
        after = b""
        is_well = False
    if len(after) > MOST_BYTES:
        return Written(unchanged.text, shown(TOO_LONG))
    if after == before:
        return unchanged if is_well else Written(unchanged.text, shown(FAILED_UNSAVED))
    text = after.decode("utf-8", "replace")
    text = clean(text, len(text))
    if is_well:
        return Written(text)
    return Written(text, shown(FAILED)) if text else Written(unchanged.text, shown(FAILED_UNSAVED))


def taken_up(now: str, before: str, after: str) -> str:
    """Return what the text field holds after the editor, with what came into it meanwhile."""
    if now == before:
        return after
    came = now.removesuffix(before).rstrip() if before and now.endswith(before) else now.rstrip()
    return f"{came}\n\n{after}" if came and after else came or after
