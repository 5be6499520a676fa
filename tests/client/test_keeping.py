"""The notebook beside a meeting: what is being written is on the disk soon, and comes back."""

import asyncio
import errno
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from holdspace.client import keeping
from holdspace.client.keeping import BACK_AGAIN, PERHAPS_READ, Keeper, draft_of, keep_drafts
from holdspace.client.notebook import Draft, Idea, Notebook
from holdspace.client.seat import outbox
from holdspace.client.seat.view import RoomView
from holdspace.client.vault import LEAST_COST, Vault

WORDS = "heron over quiet water"
ROOM = b"r" * 16


def raises(error: OSError) -> Callable[[int], None]:
    def fail(_: int) -> None:
        raise error

    return fail


class Writing:
    """A text field, and somebody who reads what is told about it."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.told: list[str] = []

    def begin(self, keeper: Keeper) -> str:
        return keeper.begin(ROOM, lambda: Draft(ROOM, self.text), self.told.append)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Vault.create(tmp_path / "notebook", WORDS, LEAST_COST).close()
    return tmp_path / "notebook"


def on_disk(path: Path) -> Notebook:
    """Return what somebody would find who came after a crash."""
    copy = path.with_name("copy")
    copy.touch(mode=0o600)
    copy.write_bytes(path.read_bytes())
    vault = Vault.open(copy, WORDS)
    vault.close()
    return vault.read()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


async def test_what_is_being_written_is_on_the_disk_soon(path: Path) -> None:
    keeper, writing = Keeper(Vault.open(path, WORDS)), Writing()
    async with keeper.saving():
        assert writing.begin(keeper) == ""
        writing.text = "It was a long ni"
        await until(lambda: on_disk(path).draft(ROOM).text == "It was a long ni")
        writing.text = ""
        await until(lambda: on_disk(path) == Notebook())
    keeper.close()


async def test_after_a_crash_it_is_there_again_and_nothing_is_said_twice(path: Path) -> None:
    first = Keeper(Vault.open(path, WORDS))
    first.change(
        lambda notebook: notebook.drafting(Draft(ROOM, "a line\n and more ", "ready words"))
    )
    first.close()
    keeper, writing = Keeper(Vault.open(path, WORDS)), Writing()
    assert writing.begin(keeper) == "ready words\n\na line\n and more "
    assert writing.told == [PERHAPS_READ]
    keeper.close()


async def test_a_plan_is_on_the_disk_before_anybody_is_told_so(path: Path) -> None:
    keeper = Keeper(Vault.open(path, WORDS))
    async with keeper.saving():
        keeper.change(lambda _: Notebook(ideas=(Idea(ROOM, 1.0, "tea"),)))
        assert on_disk(path).ideas[0].text == "tea"
    keeper.close()


async def test_until_it_is_taken_up_it_stays(path: Path) -> None:
    first = Keeper(Vault.open(path, WORDS))
    first.change(lambda notebook: notebook.drafting(Draft(ROOM, "mine")))
    first.close()
    keeper = Keeper(Vault.open(path, WORDS))
    async with keeper.saving():
        pass
    keeper.close()
    assert on_disk(path).draft(ROOM).text == "mine"


@pytest.mark.parametrize(("is_kept", "left"), [(False, ""), (True, "mine")])
async def test_a_quick_exit_drops_it_unless_it_is_to_be_kept(
    path: Path, is_kept: bool, left: str
) -> None:
    keeper, writing = Keeper(Vault.open(path, WORDS)), Writing("mine")
    keeper.change(lambda notebook: keep_drafts(notebook, is_kept=is_kept))
    async with keeper.saving():
        writing.begin(keeper)
        await until(lambda: on_disk(path).draft(ROOM).text == "mine")
        keeper.drop_draft()
    keeper.close()
    assert on_disk(path).draft(ROOM).text == left


async def test_who_leaves_finds_it_next_time(path: Path) -> None:
    keeper, writing = Keeper(Vault.open(path, WORDS)), Writing("mine")
    async with keeper.saving():
        writing.begin(keeper)
    keeper.close()
    assert on_disk(path).draft(ROOM).text == "mine"


async def test_what_cannot_be_saved_is_said_once(path: Path) -> None:
    keeper, writing = Keeper(Vault.open(path, WORDS)), Writing()
    async with keeper.saving():
        writing.begin(keeper)
        await asyncio.to_thread(path.unlink)
        for text in ("one", "two"):
            writing.text = text
            await until(lambda: bool(writing.told))
        assert len(writing.told) == 1
        assert "in memory only" in writing.told[0]
    keeper.close()
    assert not await asyncio.to_thread(path.exists)


async def test_what_a_full_disk_did_not_take_is_saved_when_there_is_room(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(Vault.open(path, WORDS))
    with monkeypatch.context() as full:
        full.setattr("os.fsync", raises(OSError(errno.ENOSPC, "No space left on device")))
        keeper.change(lambda _: Notebook(ideas=(Idea(ROOM, 1.0, "tea"),)))
    assert on_disk(path) == Notebook()
    keeper.close()
    assert on_disk(path).ideas[0].text == "tea"


def test_much_that_a_silent_relay_keeps_from_the_room_is_no_reason_not_to_save(path: Path) -> None:
    keeper, unsent = Keeper(Vault.open(path, WORDS)), ("long words " * 363,) * outbox.BOUND
    draft = draft_of(RoomView(room=ROOM, unsent=unsent), "long words " * 2000)
    keeper.change(lambda notebook: notebook.drafting(draft))
    keeper.close()
    assert on_disk(path).draft(ROOM) == draft


async def test_without_a_notebook_it_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("nothing is written")

    monkeypatch.setattr("holdspace.client.vault.Vault.write", never)
    keeper, writing = Keeper(), Writing("mine")
    async with keeper.saving():
        writing.begin(keeper)
        keeper.change(lambda notebook: Notebook(ideas=(Idea(ROOM, 1.0, "tea"),)))
    assert not keeper.is_kept
    assert keeper.where_words == keeping.ONLY_IN_MEMORY
    assert keeper.notebook.ideas[0].text == "tea"
    keeper.close()


def test_only_ones_own_unread_words_are_kept_with_it() -> None:
    view = RoomView(room=ROOM, unsent=("on its way", "ready"))
    assert draft_of(view, "typing") == Draft(ROOM, "typing", "on its way\n\nready")


def test_what_came_back_is_told_in_one_sentence() -> None:
    keeper, writing = Keeper(), Writing()
    keeper.change(lambda notebook: notebook.drafting(Draft(ROOM, "mine")))
    assert writing.begin(keeper) == "mine"
    assert writing.told == [BACK_AGAIN]


async def test_a_notebook_that_is_opened_in_the_room_takes_in_what_was_written_so_far(
    path: Path,
) -> None:
    vault = Vault.open(path, WORDS)
    vault.write(Notebook(ideas=(Idea(ROOM, 1.0, "tea"),), drafts=(Draft(ROOM, "last week"),)))
    vault.close()
    keeper, writing, opened = Keeper(place=path), Writing("now"), list[str]()
    keeper.when_opened(lambda: opened.append("opened"))
    async with keeper.saving():
        writing.begin(keeper)
        keeper.change(lambda _: Notebook(ideas=(Idea(ROOM, 2.0, "socks"),)))
        assert "passphrase" in (await keeper.open_with("wrong passphrase")).words
        assert (keeper.is_kept, opened) == (False, [])
        became = await keeper.open_with(WORDS)
        assert became == keeping.Opened(keeping.KEPT_HERE, "last week")
    keeper.close()
    assert opened == ["opened"]
    assert [idea.text for idea in on_disk(path).ideas] == ["tea", "socks"]
    assert on_disk(path).draft(ROOM).text == "now"


async def test_a_notebook_is_made_where_none_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Vault, "create", partial(Vault.create, cost=LEAST_COST))
    keeper = Keeper(place=tmp_path / "new" / "notebook")
    keeper.change(lambda _: Notebook(ideas=(Idea(ROOM, 2.0, "socks"),)))
    assert (await keeper.open_with(WORDS)).words == keeping.KEPT_HERE
    keeper.close()
    assert on_disk(tmp_path / "new" / "notebook").ideas[0].text == "socks"
