"""Somebody's own editor: in memory only, nothing kept beside it, and nothing lost whatever it does."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdspace.client import editor
from holdspace.client.editor import (
    FAILED,
    FAILED_UNSAVED,
    NO_PLACE,
    NOT_NAMED,
    TOO_LONG,
    Editor,
    NoEditor,
    Written,
    find_editor,
    place_in_memory,
    taken_up,
    write_in,
)
from own_editor import APPENDS, make_editor

DRAFT = "My name is Sam. I hope to"
MOUNTS = """\
21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
24 21 0:22 / {memory} rw,nosuid - tmpfs tmpfs rw,size=1000k
25 24 8:2 / {memory}/disk rw,relatime - ext4 /dev/sdb1 rw
"""


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take a folder for one in memory, wherever the tests run; nothing is left in it, ever."""
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(editor, "place_in_memory", lambda _environment: folder)
    yield
    assert list(folder.iterdir()) == []


async def edited(folder: Path, does: str, text: str = DRAFT) -> Written:
    environment = make_editor(folder, does)
    return await write_in(find_editor(environment), text, environment)


@pytest.mark.usefixtures("memory")
async def test_what_was_written_comes_back_and_no_file_stays(tmp_path: Path) -> None:
    assert await edited(tmp_path, APPENDS) == Written(f"{DRAFT} and more")


@pytest.mark.usefixtures("memory")
async def test_only_this_person_can_read_the_file_while_it_is_there(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    look = f'ls -ld "$(dirname "$file")" "$file" | cut -c1-10 > {seen}; pwd > /dev/null'
    await edited(tmp_path, look)
    assert seen.read_text().split() == ["drwx------", "-rw-------"]


@pytest.mark.usefixtures("memory")
async def test_what_an_editor_keeps_elsewhere_goes_with_its_file(tmp_path: Path) -> None:
    does = 'printf "$TMPDIR|$XDG_STATE_HOME|$XDG_CACHE_HOME|$(dirname "$file")" > "$file"'
    places = (await edited(tmp_path, does)).text.split("|")
    assert len(places) == 4
    assert len(set(places)) == 1


@pytest.mark.parametrize(
    ("does", "back"),
    [
        ("true", Written(DRAFT)),
        ("exit 3", Written(DRAFT, FAILED_UNSAVED)),
        ("kill -9 $$", Written(DRAFT, FAILED_UNSAVED)),
        (f"{APPENDS}; kill -9 $$", Written(f"{DRAFT} and more", FAILED)),
        (': > "$file"; exit 1', Written(DRAFT, FAILED_UNSAVED)),
        (': > "$file"', Written("")),
        ('rm "$file"', Written(DRAFT, FAILED_UNSAVED)),
        ('mv "$file" "$file.new"; printf new > "$file"', Written("new")),
        ('head -c 1100000 /dev/zero > "$file"', Written(DRAFT, TOO_LONG)),
        (r'printf "a\033]52;c;aGk=\007b\r\nc\n" > "$file"', Written("a]52;c;aGk=b\nc")),
        (r'printf "\377 half" > "$file"', Written("\N{REPLACEMENT CHARACTER} half")),
    ],
)
@pytest.mark.usefixtures("memory")
async def test_whatever_an_editor_does_nothing_is_lost(
    does: str, back: Written, tmp_path: Path
) -> None:
    assert await edited(tmp_path, does) == back


@pytest.mark.usefixtures("memory")
async def test_the_meeting_goes_on_while_the_editor_is_open(tmp_path: Path) -> None:
    # The editor closes only after something has happened here meanwhile.
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    task = asyncio.create_task(edited(tmp_path, f"read line < {gate}; {APPENDS}"))
    await asyncio.to_thread(gate.write_text, "go on\n")
    assert (await task).text.endswith("and more")


@pytest.mark.usefixtures("memory")
async def test_an_editor_ends_with_the_program(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    task = asyncio.create_task(edited(tmp_path, f"echo begun > {gate}; exec sleep 600"))
    assert await asyncio.to_thread(gate.read_text) == "begun\n"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_editors_we_know_are_started_so_that_they_keep_nothing(tmp_path: Path) -> None:
    vim = find_editor(make_editor(tmp_path, name="vim"))
    assert vim.is_known
    assert "-n" in vim.arguments
    assert vim.arguments[2:4] == ("-i", "NONE")
    assert "noundofile nobackup nowritebackup" in vim.arguments[-1]
    assert find_editor(make_editor(tmp_path, name="nano")).arguments[1:] == ("--ignorercfiles",)
    assert "make-backup-files nil" in find_editor(make_editor(tmp_path, name="emacs")).arguments[-1]


def test_no_variable_turns_what_keeps_an_editor_silent_into_files(tmp_path: Path) -> None:
    environment = make_editor(tmp_path, name="vim")
    named = {**environment, "VISUAL": f"{tmp_path}/vim -y --"}
    arguments = find_editor(named).arguments
    assert arguments[1:3] == ("-y", "-n")
    assert arguments[-1] == "--"


def test_a_place_that_is_a_circle_of_links_is_none(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(NoEditor, match="only be in memory"):
        place_in_memory({"XDG_RUNTIME_DIR": str(tmp_path / "circle")}, "")


ENDS_BY_A_SIGNAL = """\
import asyncio, os, resource, signal, sys
from pathlib import Path
from holdspace.client import editor
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    # Whatever the tests were started by may have had them ignored.
    signal.signal(number, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
editor.place_in_memory = lambda _environment: Path(sys.argv[1])
asyncio.run(editor.write_in(editor.find_editor(os.environ), "what nobody else may read", os.environ))
"""


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
async def test_whatever_ends_the_program_meanwhile_no_word_stays(
    tmp_path: Path, number: signal.Signals
) -> None:
    begun, over = tmp_path / "begun", tmp_path / "over"
    os.mkfifo(begun)
    os.mkfifo(over)
    environment = make_editor(tmp_path, f'cat "$file" > {begun}; read line < {over}')
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ENDS_BY_A_SIGNAL,
        str(editor.place_in_memory(environment)),
        env={**environment, "COVERAGE_PROCESS_START": ""},
    )
    assert await asyncio.to_thread(begun.read_text) == "what nobody else may read"
    process.send_signal(number)
    assert await process.wait() == -number
    await asyncio.to_thread(over.write_text, "over\n")


VIMRC = """\
set undofile undodir=~/undo backup backupdir=~/backup directory=~/swap
autocmd VimEnter * execute "normal! A and more" | wq
"""


@pytest.mark.skipif(not shutil.which("vim"), reason="no vim here")
@pytest.mark.usefixtures("memory")
async def test_vim_keeps_nothing_even_where_it_is_told_to(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("undo", "backup", "swap"):
        (home / name).mkdir(parents=True)
    (home / ".vimrc").write_text(VIMRC, "utf-8")
    vim = "vim --not-a-term"
    environment = {**os.environ, "HOME": str(home), "VISUAL": vim, "TERM": "dumb"}
    written = await write_in(find_editor(environment), DRAFT, environment)
    assert written == Written(f"{DRAFT} and more")
    assert [str(one.relative_to(home)) for one in home.rglob("*") if one.is_file()] == [".vimrc"]


def test_an_editor_is_known_by_what_it_really_is(tmp_path: Path) -> None:
    environment = make_editor(tmp_path, name="vim.tiny")
    (tmp_path / "vi").symlink_to(tmp_path / "vim.tiny")
    found = find_editor({**environment, "VISUAL": f"{tmp_path}/vi -y"})
    assert found.name == "vi"
    assert found.is_known
    assert found.arguments[1:3] == ("-y", "-n")
    assert not find_editor(make_editor(tmp_path, name="vimpire")).is_known
    assert not find_editor(make_editor(tmp_path, name="jed")).is_known


def test_visual_comes_before_editor_and_one_of_them_is_needed(tmp_path: Path) -> None:
    environment = make_editor(tmp_path)
    assert find_editor({**environment, "EDITOR": "no-such"}).name == "vim"
    for nothing in ({}, {"VISUAL": ""}, {"EDITOR": "'"}):
        with pytest.raises(NoEditor, match=NOT_NAMED[:30]):
            find_editor(nothing)
    with pytest.raises(NoEditor, match="no-such could not be started"):
        find_editor({**environment, "VISUAL": "no-such --wait"})


@pytest.mark.usefixtures("memory")
async def test_an_editor_that_cannot_be_started_changes_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x00")
    broken.chmod(0o700)
    with pytest.raises(NoEditor, match="broken could not be started"):
        await write_in(Editor("broken", (str(broken),), is_known=True), DRAFT, os.environ)


@pytest.mark.parametrize(
    ("named", "is_memory"), [("", True), ("below", True), ("disk", False), ("..", False)]
)
def test_only_a_place_in_memory_will_do(
    named: str, is_memory: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "memory" / named
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(editor, "_SHARED_MEMORY", "/")
    mounts = MOUNTS.format(memory=tmp_path / "memory")
    environment = {"XDG_RUNTIME_DIR": str(folder)}
    if is_memory:
        assert place_in_memory(environment, mounts) == folder.resolve()
        return
    with pytest.raises(NoEditor) as refused:
        place_in_memory(environment, mounts)
    assert str(refused.value) == NO_PLACE


def test_a_disk_that_is_mounted_over_memory_is_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a place"
    folder.mkdir()
    monkeypatch.setattr(editor, "_SHARED_MEMORY", "/")
    place = str(folder).replace(" ", r"\040")
    over = f"1 0 0:1 / {tmp_path} rw - tmpfs none rw\n2 0 0:2 / {place} rw - tmpfs none rw\n"
    environment = {"XDG_RUNTIME_DIR": str(folder)}
    assert place_in_memory(environment, over) == folder.resolve()
    with pytest.raises(NoEditor):
        place_in_memory(environment, f"{over}3 0 0:3 / {place} rw - ext4 /dev/sda rw\n")


def test_a_system_that_does_not_say_what_is_in_memory_has_no_such_place() -> None:
    with pytest.raises(NoEditor):
        place_in_memory({"XDG_RUNTIME_DIR": "/dev/shm"}, "")


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="only Linux says it")
def test_what_this_machine_offers_is_a_tmpfs_or_nothing() -> None:
    try:
        place = place_in_memory(os.environ)
    except NoEditor:
        return
    kind = subprocess.run(
        ["df", "--output=fstype", place], capture_output=True, text=True, check=True
    )
    assert kind.stdout.split()[-1] in {"tmpfs", "ramfs"}


@pytest.mark.parametrize(
    ("now", "before", "after", "field"),
    [
        (DRAFT, DRAFT, "new words", "new words"),
        (DRAFT, DRAFT, "", ""),
        # Something came back into the field meanwhile, as it does: before the draft.
        (f"given back\n\n{DRAFT}", DRAFT, "new words", "given back\n\nnew words"),
        ("given back", "", "new words", "given back\n\nnew words"),
        ("quite another", DRAFT, "new words", "quite another\n\nnew words"),
        ("given back", "", "", "given back"),
    ],
)
def test_what_came_meanwhile_stays(now: str, before: str, after: str, field: str) -> None:
    assert taken_up(now, before, after) == field
