"""The notebook's file: opened whole by its passphrase, or refused and left as it is."""

import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdspace.client.notebook import Draft, Idea, Notebook
from holdspace.client.vault import LEAST_COST, Vault, remove, usual_place
from holdspace.client.vault_errors import NoNotebook, VaultError, WrongPassphrase

WORDS = "heron over quiet water"
ROOM = b"r" * 16
FULL_OF_WORDS = Notebook(drafts=(Draft(ROOM, "kestrel" * 50),), ideas=(Idea(ROOM, 5.0, "tea"),))


def made(path: Path, notebook: Notebook = FULL_OF_WORDS) -> Path:
    vault = Vault.create(path, WORDS, LEAST_COST)
    vault.write(notebook)
    vault.close()
    return path


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tmp_path_factory.mktemp("sealed") / "notebook").read_bytes()


@pytest.fixture
def path(tmp_path: Path, sealed: bytes) -> Path:
    return put(tmp_path / "notebook", sealed)


def put(path: Path, sealed: bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(sealed)
    return path


def test_what_is_written_is_read(path: Path) -> None:
    vault = Vault.open(path, WORDS)
    assert vault.read() == FULL_OF_WORDS
    vault.write(Notebook(keep_drafts=True))
    vault.close()
    again = Vault.open(path, WORDS)
    assert again.read() == Notebook(keep_drafts=True)
    again.close()


def test_it_is_ours_alone_and_says_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "new" / "notebook")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [kept.name for kept in path.parent.iterdir()] == ["notebook"]
    assert b"kestrel" not in path.read_bytes()


def test_its_size_does_not_say_how_much_is_in_it(path: Path) -> None:
    vault = Vault.open(path, WORDS)
    vault.write(Notebook())
    empty = path.stat().st_size
    vault.write(Notebook(drafts=(Draft(ROOM, "x" * 15_000),)))
    assert path.stat().st_size == empty == 64 * 1024
    vault.close()


def test_the_same_words_are_never_sealed_alike(path: Path, sealed: bytes) -> None:
    vault = Vault.open(path, WORDS)
    vault.write(FULL_OF_WORDS)
    assert path.read_bytes()[60:] != sealed[60:]
    vault.close()


def test_another_passphrase_opens_nothing(path: Path, sealed: bytes) -> None:
    with pytest.raises(WrongPassphrase, match="You can try again"):
        Vault.open(path, WORDS + "s")
    assert path.read_bytes() == sealed


def test_a_letter_with_its_mark_typed_either_way_is_the_same(tmp_path: Path) -> None:
    Vault.create(tmp_path / "n", "caf\u00e9 au lait", LEAST_COST).close()
    Vault.open(tmp_path / "n", "cafe\u0301 au lait").close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(0, 64 * 1024 - 1), flip=st.integers(1, 255))
def test_a_changed_byte_is_refused_and_nothing_written(
    tmp_path: Path, sealed: bytes, at: int, flip: int
) -> None:
    broken = bytearray(sealed)
    broken[at] ^= flip
    path = put(tmp_path / "broken", bytes(broken))
    with pytest.raises(VaultError):
        Vault.open(path, WORDS)
    assert path.read_bytes() == broken


@pytest.mark.parametrize("at", range(56))
def test_each_byte_of_the_header_counts(tmp_path: Path, sealed: bytes, at: int) -> None:
    broken = bytearray(sealed)
    broken[at] ^= 1
    with pytest.raises(VaultError):
        Vault.open(put(tmp_path / "broken", bytes(broken)), WORDS)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(length=st.integers(0, 64 * 1024 - 1) | st.sampled_from((0, 17, 18, 55, 56, 72)))
def test_a_cut_file_is_refused_and_nothing_written(
    tmp_path: Path, sealed: bytes, length: int
) -> None:
    path = put(tmp_path / "cut", sealed[:length])
    with pytest.raises(VaultError, match=r"damaged|not a notebook"):
        Vault.open(path, WORDS)
    assert path.read_bytes() == sealed[:length]


def test_a_longer_file_is_refused(tmp_path: Path, sealed: bytes) -> None:
    with pytest.raises(VaultError, match="damaged"):
        Vault.open(put(tmp_path / "long", sealed + b"\0"), WORDS)


def test_a_newer_version_is_left_to_the_newer_program(tmp_path: Path, sealed: bytes) -> None:
    newer = sealed[:18] + (2).to_bytes(2, "big") + sealed[20:]
    with pytest.raises(VaultError, match="newer version"):
        Vault.open(put(tmp_path / "newer", newer), WORDS)


@pytest.mark.parametrize("memory", [0, 1024, 2**31], ids=["nothing", "little", "too much"])
def test_a_file_cannot_ask_for_any_amount_of_memory(
    tmp_path: Path, sealed: bytes, memory: int
) -> None:
    hungry = sealed[:20] + memory.to_bytes(4, "big") + sealed[24:]
    with pytest.raises(VaultError, match="damaged"):
        Vault.open(put(tmp_path / "hungry", hungry), WORDS)


def test_no_link_is_followed(tmp_path: Path, path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(VaultError, match="another file"):
        Vault.open(link, WORDS)
    with pytest.raises(VaultError, match="already"):
        Vault.create(tmp_path / "link", WORDS, LEAST_COST)


def test_what_others_can_read_is_not_opened(path: Path) -> None:
    path.chmod(0o640)
    with pytest.raises(VaultError, match="Others on this computer"):
        Vault.open(path, WORDS)


def test_a_pipe_does_not_hang_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(VaultError, match="not a notebook"):
        Vault.open(tmp_path / "pipe", WORDS)


def test_where_there_is_none_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoNotebook, match="holdspace notebook make"):
        Vault.open(tmp_path / "nothing", WORDS)


def test_a_new_one_takes_nobodys_place(path: Path, sealed: bytes) -> None:
    with pytest.raises(VaultError, match="already"):
        Vault.create(path, WORDS, LEAST_COST)
    assert path.read_bytes() == sealed


@pytest.mark.parametrize("passphrase", ["", "short", "x" * 1001])
def test_a_passphrase_that_will_not_do(tmp_path: Path, passphrase: str) -> None:
    with pytest.raises(VaultError, match="letters or more"):
        Vault.create(tmp_path / "n", passphrase, LEAST_COST)
    assert not list(tmp_path.iterdir())


def test_two_programs_do_not_write_over_each_other(path: Path) -> None:
    first = Vault.open(path, WORDS)
    with pytest.raises(VaultError, match="another window"):
        Vault.open(path, WORDS)
    first.write(Notebook())
    with pytest.raises(VaultError, match="another window"):
        Vault.open(path, WORDS)
    first.close()
    Vault.open(path, WORDS).close()


def test_the_lock_ends_with_the_program(path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from holdspace.client.vault import Vault\n"
        "v = Vault.open(Path(sys.argv[1]), sys.stdin.readline().strip()); print('open', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", hold, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin
        assert other.stdout
        other.stdin.write(WORDS + "\n")
        other.stdin.flush()
        assert other.stdout.readline() == "open\n"
        with pytest.raises(VaultError, match="another window"):
            Vault.open(path, WORDS)
        other.kill()
        other.wait()
        Vault.open(path, WORDS).close()


def test_a_file_that_was_replaced_meanwhile_is_not_written_over(path: Path, sealed: bytes) -> None:
    vault = Vault.open(path, WORDS)
    path.unlink()
    put(path, sealed)
    with pytest.raises(VaultError, match="Something else replaced"):
        vault.write(Notebook())
    assert path.read_bytes() == sealed


def test_another_passphrase_from_now_on(path: Path) -> None:
    vault = Vault.open(path, WORDS)
    vault.change_passphrase("tea and toast", LEAST_COST)
    vault.close()
    with pytest.raises(WrongPassphrase):
        Vault.open(path, WORDS)
    again = Vault.open(path, "tea and toast")
    assert again.read() == FULL_OF_WORDS
    again.delete()
    assert not path.exists()


def test_a_lost_passphrase_can_still_be_removed(path: Path, tmp_path: Path) -> None:
    remove(path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(VaultError, match="not a notebook"):
        remove(put(tmp_path / "letter", b"Dear Mara"))
    assert (tmp_path / "letter").exists()


class PowerCutError(BaseException):
    """Everything stops here."""


def never(*_given: object, **_named: object) -> None:
    raise PowerCutError


def never_twice() -> Callable[[int], None]:
    """Return what ends everything when it is called again: the folder is synced after the file."""
    calls = iter((None,))

    def second(_handle: int) -> None:
        if next(calls, PowerCutError) is PowerCutError:
            raise PowerCutError

    return second


OLD, NEW = FULL_OF_WORDS, Notebook(keep_drafts=True)


@pytest.mark.parametrize(
    ("step", "cut", "left"),
    [
        ("os.open", never, OLD),
        ("os.fsync", never, OLD),
        ("holdspace.client.vault._rename", never, OLD),
        ("os.fsync", never_twice(), NEW),
    ],
    ids=["before", "half written", "written", "in its place"],
)
def test_a_power_cut_leaves_the_old_one_or_the_new_one(
    path: Path, step: str, cut: Callable[..., None], left: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault.open(path, WORDS)
    with monkeypatch.context() as patch:
        patch.setattr(step, cut)
        with pytest.raises(PowerCutError):
            vault.write(NEW)
    vault.close()
    found = Vault.open(path, WORDS)
    assert found.read() == left
    found.close()


def test_what_a_crash_left_beside_it_is_swept_away(path: Path) -> None:
    half = path.with_name(f".{path.name}.{'0' * 16}")
    half.touch()
    other = path.with_name(".notebook.of-somebody")
    other.touch()
    Vault.open(path, WORDS).close()
    assert not half.exists()
    assert other.exists()


def test_more_than_fits_is_refused_and_the_old_one_stays(path: Path, sealed: bytes) -> None:
    vault = Vault.open(path, WORDS)
    with pytest.raises(VaultError, match="full"):
        vault.write(Notebook(ideas=(Idea(ROOM, 1.0, "x" * 20_000),) * 999))
    with pytest.raises(VaultError, match="full"):
        vault.write(Notebook(ideas=(Idea(ROOM, 1.0, "x" * 20_001),)))
    assert path.read_bytes() == sealed
    assert vault.read() == FULL_OF_WORDS
    vault.close()


def test_what_is_no_text_is_refused_and_the_old_one_stays(path: Path, sealed: bytes) -> None:
    vault = Vault.open(path, WORDS)
    with pytest.raises(VaultError, match="no text"):
        vault.write(Notebook(drafts=(Draft(ROOM, "\ud800"),)))
    vault.close()
    assert path.read_bytes() == sealed


def test_nothing_of_it_is_handed_to_programs_it_starts(path: Path) -> None:
    vault = Vault.open(path, WORDS)
    assert fcntl.fcntl(vault._handle, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
    vault.write(Notebook())
    assert fcntl.fcntl(vault._handle, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
    vault.close()


def test_its_place_follows_the_persons_own_folders(tmp_path: Path) -> None:
    assert usual_place({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "holdspace/notebook"
    assert usual_place({"XDG_DATA_HOME": "relative"}).is_relative_to(Path.home())
