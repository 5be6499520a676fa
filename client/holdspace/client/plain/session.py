"""One meeting in plain lines: hear what is typed, say what happens, until it is over.

The thin shell around the pure parts: `narrator` has the words for what happens, `answers` for
what is asked, `client.acts` reads commands, and the attendance does everything else.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from holdspace.client.acts import (
    BY_ID,
    NOD_WORDS,
    Local,
    Problem,
    parse_command,
    takes_the_room,
    wants_a_choice,
)
from holdspace.client.clock import CLOCK, Clock
from holdspace.client.keeping import Keeper, draft_of
from holdspace.client.mine import Own
from holdspace.client.notebook import Draft as WrittenDraft
from holdspace.client.plain.answers import ANSWERS, OWN_ANSWERS
from holdspace.client.plain.asked import Asked
from holdspace.client.plain.asking import Asker
from holdspace.client.plain.confirming import Confirming
from holdspace.client.plain.door import Door
from holdspace.client.plain.doorstep import Doorstep
from holdspace.client.plain.heard_by import HeardBy
from holdspace.client.plain.here import Hands, HereActs
from holdspace.client.plain.kept_back import KeptBack
from holdspace.client.plain.labels import label_of, labelled
from holdspace.client.plain.narrator import narrate, nod_lines, speak, time_line
from holdspace.client.plain.own import OwnThings
from holdspace.client.plain.practice import Pacer
from holdspace.client.plain.talking import Ways
from holdspace.client.plain.terminal import Terminal, open_terminal
from holdspace.client.plain.urgent import is_urgent
from holdspace.client.plain.writing import Writing
from holdspace.client.process import run_evenly
from holdspace.client.seat.intents import Intent, Leave, NodTo, Say
from holdspace.client.seat.intents_apart import SayAside
from holdspace.client.seat.unsent import ROOM, meant, typing_goes_to, words_of
from holdspace.client.seat.view import CardView, Connection, Line, Notice, Place, Refusal, RoomView
from holdspace.client.settings_book import SettingsBook
from holdspace.protocol.translation import N_, _

# Nods are silent company: told together, never one by one.
NOD_SECONDS = 6.0
_GOODBYE = N_("room: You have left the meeting. Nothing of it is kept on this computer. Go gently.")
_GOODBYE_KEPT = N_(
    "room: You have left the meeting. Your own words are in your notebook; nothing else of it is kept "
    "on this computer. Go gently."
)
BEGUN_BEFORE = N_(
    "draft: You began that line before who reads it changed, so it was not sent. /draft reads it to you, "
    "/take takes it up."
)
WHILE_OPENING = N_(
    "draft: Your notebook is just being opened, so that line was not sent: it could be a passphrase typed "
    "twice. /draft reads it to you, /take takes it up."
)
_FAILED = frozenset({Place.ENDED})
_LEAVING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Attending(Protocol):
    """What a front end needs of an attendance."""

    @property
    def view(self) -> RoomView:
        """Return the newest picture of the meeting."""

    def do(self, intent: Intent) -> Refusal | None:
        """Do what the person wants, or say at once why not."""

    def changes(self) -> AsyncIterator[tuple[RoomView, tuple[Notice, ...]]]:
        """Yield the picture after each change, with what to tell the person."""

    async def leave(self, *, fine: bool = False) -> None:
        """Say goodbye if that is possible within a moment, and end."""

    async def aclose(self) -> None:
        """End at once; to others it looks like a lost connection."""


async def attend(
    attending: Attending,
    terminal: Terminal | None = None,
    *,
    keeper: Keeper | None = None,
    book: SettingsBook | None = None,
) -> int:
    """Hold a meeting in plain lines until it is over; return the exit code of the program."""
    used = terminal or open_terminal()
    session = Session(attending, used, keeper=keeper, book=book)
    if terminal is None:
        run_evenly()
    try:
        return await session.run()
    finally:
        if terminal is None:
            used.close()
        if session.is_abrupt:
            used.wipe()


class Session:
    """What the person was told last, what they were asked, and what they have not sent."""

    def __init__(
        self,
        attending: Attending,
        terminal: Terminal,
        clock: Clock = CLOCK,
        *,
        keeper: Keeper | None = None,
        book: SettingsBook | None = None,
    ) -> None:
        self._attending = attending
        self._terminal = terminal
        self._clock = clock
        self._keeper = keeper or Keeper()
        self._book = book or SettingsBook()
        self._told = RoomView()
        self._nods_told = attending.view
        self._nods_told_at = self._ticked = clock.now()
        self._door = Door(say=terminal.say, do=self._act, turn_away=lambda: self._go(Leave()))
        self._card: CardView | None = None
        self._kept = KeptBack(terminal.say, lambda: self._to)
        self._confirming = Confirming(
            terminal.say,
            lambda: attending.view,
            kept=self._kept,
            do=self._do,
            command=self._command,
        )
        self._pacer = Pacer(terminal.say, copy=self._kept.keep)
        self._asker = Asker(terminal.say, self._do, self._kept.keep_apart)
        self._doorstep = Doorstep(terminal.say, self._book, self._kept.keep_apart)
        self._here = HereActs(
            terminal.say,
            lambda: self._attending.view,
            self._keeper,
            now=self._clock.now,
            hands=Hands(self._do, self._prepare),
        )
        ways = Ways(self._keeper.change, self._prepare, self._open_notebook, terminal.conceal)
        self._mine = OwnThings(terminal.say, self._own, self._kept.keep_apart, ways)
        self._writing = Writing(terminal, self._kept, lambda: attending.view, self._read_draft)
        self._opening: asyncio.Task[None] | None = None
        self._unfinished = ""
        self._heard_by = HeardBy(attending.view, terminal)
        self._is_for_before = False
        self._early: list[str] = []
        self._last_refused = ""
        self._leaving: Leave | None = None
        self.is_abrupt = self._insists = False
        self._gone = asyncio.Event()
        self._arrived = asyncio.Event()

    async def run(self) -> int:
        """Say and hear until the meeting is over or the person is gone."""
        self._tell(self._attending.view, ())
        work = (
            self._watch(),
            self._listen(),
            self._tick(),
            self._pacer.run(),
            self._gone.wait(),
        )
        tasks = [asyncio.ensure_future(one) for one in work]
        with _leaving_on_signals(self._gone.set, interrupted=self._interrupted):
            done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._end()
        for task in done:
            # A fault of ours must not look like an ordinary end.
            task.result()
        return 1 if self._attending.view.place in _FAILED else 0

    async def _watch(self) -> None:
        async for view, notices in self._attending.changes():
            self._tell(view, notices)
            for notice in notices:
                if notice.kept:
                    self._kept.keep(notice.kept, notice.aside, first=True)

    async def _listen(self) -> None:
        while not self._gone.is_set():
            line = await self._terminal.read()
            if line is None:
                await self._arrived.wait()
                if self._may_go():
                    return
                continue
            # What a script sends at once waits until there is somebody to read it; help does not.
            if self._arrived.is_set() or is_urgent(line):
                self._hear(line)
            else:
                self._early.append(line)

    def _may_go(self) -> bool:
        """Ask first, once, where others would lose the room by it; whoever insists goes."""
        is_asked = self._terminal.is_asked and not self._insists
        if not (is_asked and takes_the_room(self._attending.view)):
            return True
        self._insists = True
        self._mine.drop_secret()
        self._confirming.begin(Leave())
        return False

    def _interrupted(self) -> None:
        if self._may_go():
            self._gone.set()

    def _hear_early(self) -> None:
        early, self._early = self._early, []
        for line in early:
            self._hear(line)

    async def _tick(self) -> None:
        while True:
            await self._clock.beat()
            view, now = self._attending.view, self._clock.now()
            mark = time_line(view, self._ticked, now)
            self._ticked = now
            self._say([mark] if mark else [])
            if now - self._nods_told_at >= NOD_SECONDS:
                self._say(nod_lines(self._nods_told, view))
                self._nods_told, self._nods_told_at = view, now

    async def _end(self) -> None:
        await self._writing.end(is_over=self._attending.view.place in _OVER)
        if self.is_abrupt or self._attending.view.place in _OVER:
            self._say([] if self.is_abrupt else self._kept.last_words(self._unfinished))
            await self._attending.aclose()
            return
        await self._attending.leave(fine=bool(self._leaving and self._leaving.fine))
        if self._opening is not None:
            await self._opening
        if self._attending.view.place is Place.CLOSED:
            self._say(speak(label_of("room"), self._attending.view.ended_words))
            return
        self._say([_(_GOODBYE_KEPT if self._keeper.is_kept else _GOODBYE)])

    def _say(self, lines: Iterable[str]) -> None:
        self._terminal.say(lines)

    def _tell(self, view: RoomView, notices: tuple[Notice, ...]) -> None:
        before, self._told = self._told, view
        self._heard_by.changes(view, is_begun=bool(self._unfinished))
        said = narrate(before, view, notices, reads_own_words=not self._terminal.echoes)
        if said.rings and self._book.settings.bell:
            self._terminal.bell()
        self._say(said.lines)
        if view.connection is Connection.CONNECTED and view.place is not Place.OUTSIDE:
            self._arrived.set()
        was_here = before.place is Place.LOBBY and before.card is not None
        if view.place is Place.LOBBY and view.card and not was_here:
            self._door.greet(view.card, view.door_name, kept_as=view.kept_as, why=view.door_words)
        self._card = view.card or self._card
        if view.place is Place.ROOM and before.place is not Place.ROOM:
            self._door.pass_through()
            if self._doorstep.let_in() and (self._unfinished or self._terminal.typing):
                self._heard_by.begun_before()
            self._take_up_draft(view.room)
        if self._arrived.is_set():
            self._hear_early()

    def _take_up_draft(self, room: bytes) -> None:
        words = self._keeper.begin(
            room,
            self._written,
            lambda words: self._say([labelled("draft", words)] if words else []),
        )
        if words:
            self._kept.keep(words, ROOM, first=True)

    def _written(self) -> WrittenDraft:
        # Only what is meant for the room is kept beyond this meeting, and offered to it again.
        typing = "" if self._to else self._unfinished + self._terminal.typing
        parts = (self._kept.of(ROOM), typing)
        return draft_of(self._attending.view, "\n".join(part for part in parts if part))

    def _hear(self, line: str) -> None:
        self._insists = False
        self._is_for_before |= self._heard_by.is_late(self._attending.view)
        if line.endswith("\\") and not self._mine.hears_a_secret:
            self._unfinished += line[:-1] + "\n"
            return
        # Before whoever else asks something: a passphrase is nobody's name, reason or draft.
        if self._mine.hears_a_secret and self._mine.hears(line):
            return
        line, self._unfinished = self._unfinished + line, ""
        was_for_before, self._is_for_before = self._is_for_before, False
        if was_for_before and _is_said(line):
            self._kept.keep_apart(line, _(BEGUN_BEFORE))
            return
        if self._is_opening and not line.lstrip().startswith("/"):
            self._kept.keep_apart(line, _(WHILE_OPENING))
            return
        if self._confirming.hears(line):
            return
        if self._doorstep.hears(line):
            return
        if self._door.is_asking and not line.startswith("/"):
            self._door.hear(line)
        elif not self._is_for_a_form(line) and line.strip():
            self._command(line)

    @property
    def _is_opening(self) -> bool:
        return self._opening is not None and not self._opening.done()

    def _is_for_a_form(self, line: str) -> bool:
        forms = (self._mine, self._asker, self._pacer)
        return any(form.hears(line) for form in forms)

    def _command(self, line: str) -> None:
        word, _space, _rest = line.strip().removeprefix("/").partition(" ")
        is_command = line.lstrip().startswith("/")
        if is_command and word.lower() in OWN_ANSWERS:
            self._say(OWN_ANSWERS[word.lower()](self._asked()))
        elif is_command and word.lower() in self._sending:
            self._sending[word.lower()]()
        else:
            self._do_typed(line)

    def _do_typed(self, line: str) -> None:
        if act := wants_a_choice(line, self._attending.view):
            self._confirming.choose(act)
            return
        command = parse_command(line, self._attending.view)
        match command:
            case Problem(words):
                self._say([labelled("room", words)])
                if _is_said(line):
                    self._kept.keep_apart(line)
            case Local():
                self._answer(command)
            case _:
                self._confirming.begin(meant(command, self._attending.view))

    def _do(self, intent: Intent) -> None:
        if isinstance(intent, Leave):
            self._go(intent)
            return
        refusal = self._act(intent)
        if refusal is not None:
            words, to = words_of(intent)
            # A pasted page is refused line by line: said once, and every line of it kept.
            if not (words and self._kept.of(to) and refusal.words == self._last_refused):
                self._say([labelled("room", refusal.words)])
            if words:
                self._last_refused = refusal.words
                self._kept.keep(words, to)
            elif refusal.kept:
                self._kept.keep_apart(refusal.kept)
        elif isinstance(intent, Say | SayAside):
            if self._attending.view.connection is not Connection.CONNECTED:
                self._say(
                    [labelled("room", _("It is kept here, and sent when the connection is back."))]
                )
        elif isinstance(intent, NodTo):
            self._say(
                [
                    labelled(
                        "room",
                        _("You nod to {name}: {words}.").format(
                            name=self._last_speaker(intent.to), words=_(NOD_WORDS[intent.kind])
                        ),
                    )
                ]
            )

    def _act(self, intent: Intent) -> Refusal | None:
        before = self._attending.view
        refusal = self._attending.do(intent)
        self._heard_by.acts(before, self._attending.view)
        return refusal

    def _last_speaker(self, to: bytes) -> str:
        """Return who said what a nod answers: what it names, or else the newest share of another."""
        shares = (p for p in reversed(self._attending.view.transcript) if p.line is Line.SHARE)
        said = next((p for p in shares if p.key == to or not (to or p.is_mine)), None)
        return said.author.name if said and said.author else _("them")

    @property
    def _to(self) -> bytes:
        """Return where typing goes: a private word, or the room."""
        return typing_goes_to(self._attending.view)

    def _go(self, leave: Leave) -> None:
        self._leaving = leave
        self._gone.set()

    def _answer(self, local: Local) -> None:
        special: dict[str, Callable[[Local], None]] = {
            "exit": self._exit,
            "practice": self._begin_practice,
            "answer": lambda given: self._asker.begin(self._attending.view.asked.form, given.text),
            **self._here.answers,
            **self._mine.answers,
            **self._doorstep.answers,
            **self._writing.answers,
        }
        if local.act.id in special:
            special[local.act.id](local)
        else:
            self._say(ANSWERS[local.act.id](self._asked(local.number)))

    def _asked(self, number: int = 0) -> Asked:
        view = self._attending.view
        card, kept = view.card or self._card, self._kept
        return Asked(view, self._clock.now(), number, kept.here, card, kept.elsewhere, kept.apart)

    @property
    def _sending(self) -> dict[str, Callable[[], None]]:
        return {"send": self._send_draft, "take": self._take_up}

    def _send_draft(self) -> None:
        text = self._kept.pop_here()
        if text:
            self._do(meant(Say(text), self._attending.view))
        else:
            self._read_draft()

    def _take_up(self) -> None:
        self._kept.take()
        self._read_draft()

    def _read_draft(self) -> None:
        self._say(OWN_ANSWERS["draft"](self._asked()))

    def _begin_practice(self, local: Local) -> None:
        stage = self._attending.view.stage
        name = local.text or (stage.technique if stage else "")
        self._pacer.begin(name, self._attending.view.lang)

    def _open_notebook(self, passphrase: str) -> None:
        async def opening() -> None:
            opened = await self._keeper.open_with(passphrase)
            self._say([labelled("notebook", opened.words)])
            if opened.was_writing:
                self._kept.keep(opened.was_writing, ROOM, first=True)
            if opened.asks_again and not self._terminal.typing:
                self._mine.ask_again()

        self._opening = asyncio.create_task(opening(), name="holdspace opening the notebook")

    def _own(self) -> Own:
        return Own(self._keeper, self._attending.view, self._clock.now())

    def _prepare(self, line: str) -> None:
        """Put a line of one's own where it can be sent from; nothing is sent."""
        self._kept.prepare(line)
        self._read_draft()

    def _exit(self, _local: Local) -> None:
        self._keeper.drop_draft()
        self.is_abrupt = True
        self._gone.set()


def _is_said(line: str) -> bool:
    """Return whether a line is words to say: without a command, behind two slashes, or behind /say."""
    text = line.strip()
    word = text.removeprefix("/").partition(" ")[0].lower()
    return not text.startswith("/") or text.startswith("//") or word == BY_ID["say"].slash


_OVER = frozenset({Place.REMOVED, Place.LEFT, Place.DECLINED, Place.CLOSED, Place.ENDED})


@contextmanager
def _leaving_on_signals(
    leave: Callable[[], None], *, interrupted: Callable[[], None]
) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for name in _LEAVING_SIGNALS:
        # ValueError, RuntimeError: not the main thread, where signals are somebody else's.
        with suppress(ValueError, RuntimeError):
            loop.add_signal_handler(name, interrupted if name is signal.SIGINT else leave)
    try:
        yield
    finally:
        for name in _LEAVING_SIGNALS:
            with suppress(ValueError, RuntimeError):
                loop.remove_signal_handler(name)
