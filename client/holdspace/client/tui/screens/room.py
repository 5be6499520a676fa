"""The room: where we are, what is asked, what was said, who is here, and where you write."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import TextArea
from typing_extensions import override

from holdspace.client.acts import (
    BY_ID,
    Given,
    Local,
    Problem,
    Spot,
    is_spent,
    parse_command,
    same_key_now,
)
from holdspace.client.seat.intents import KeepReady
from holdspace.client.seat.too_long import reason_too_long
from holdspace.client.seat.view import RoomView
from holdspace.client.tui.agenda import agenda
from holdspace.client.tui.attending import moment_of
from holdspace.client.tui.clock import seconds_until_change
from holdspace.client.tui.composer import Composer
from holdspace.client.tui.header import header, status, trouble
from holdspace.client.tui.hints import hint
from holdspace.client.tui.keyline import keyline, keylines
from holdspace.client.tui.painted import Drawing
from holdspace.client.tui.plan import plan
from holdspace.client.tui.prompt import prompt
from holdspace.client.tui.rows import Row
from holdspace.client.tui.screens.base import HoldScreen, act_bindings, notice_rows
from holdspace.client.tui.side import side
from holdspace.client.tui.transcript import Transcript
from holdspace.protocol.translation import N_

# Acts whose words are typed: their key begins the command in the text field.
_BEGIN_IN_FIELD = frozenset({"fold", "idea", "offer", "poll"})
_IN_THE_FIELD = N_(
    "You are in the text field. Enter sends what you write, Ctrl+J makes a new line, and a paste never "
    "sends. Esc leaves the field; then single keys act."
)
_IN_WHAT_WAS_SAID = N_(
    "You are in what was said. The arrow keys, Page Up and Page Down read back; End comes back to now. "
    "Enter goes to the text field."
)
TALL = 30
NORMAL = 20
# From this width on the window has margins, and everything in it more air.
BROAD = 184
# The picture that is shown, the sentence for this person, and the dots of a quick exit begun.
_Shown = tuple[RoomView | None, str, int]
_BESIDES_WORDS = attrgetter(*(one.name for one in fields(RoomView) if one.name != "transcript"))


class RoomScreen(HoldScreen):
    """The meeting."""

    CSS_PATH = "room.tcss"
    HORIZONTAL_BREAKPOINTS = [*HoldScreen.HORIZONTAL_BREAKPOINTS, (BROAD, "-broad")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *act_bindings(Spot.ROOM, Spot.WRITING, Spot.ANYWHERE),
        ("slash", "command", "command"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.written = ""
        self._refusal = ""
        self._refused_at: object = None
        self._refused_text = ""
        self._takes_floor = False
        self._minute: Timer | None = None
        self._shown: _Shown = (None, "", 0)

    @override
    def compose(self) -> ComposeResult:
        """Lay the room out: the strip above, words and circle in the middle, the composer below."""
        with Vertical(id="top"):
            yield Drawing(lambda width, _: [header(self.view, width)], id="header")
            yield Drawing(lambda width, _: trouble(self.view, width), id="trouble")
            yield Drawing(self._agenda, id="agenda")
            yield Drawing(lambda width, _: status(self.view, width), id="status")
        with Horizontal(id="middle"):
            yield Drawing(self._plan, id="plan")
            with Vertical(id="left"):
                yield Drawing(self._prompt, id="prompt")
                yield Transcript(id="transcript")
            yield Drawing(self._side, id="side")
        with Vertical(id="bottom"):
            yield Drawing(lambda width, _: notice_rows(self, width), id="notice")
            yield Drawing(self._hint, id="hint")
            yield Composer(id="composer")
            yield Drawing(self._keys, id="keys")
        yield self.too_small()

    @override
    def help_words(self) -> str:
        """Return what the text field is for, or what was said."""
        return _IN_THE_FIELD if self.is_writing else _IN_WHAT_WAS_SAID

    @property
    def composer(self) -> Composer:
        """Return the text field."""
        return self.query_one(Composer)

    @property
    def transcript(self) -> Transcript:
        """Return what was said."""
        return self.query_one(Transcript)

    @property
    def _is_large(self) -> bool:
        """Return whether the evening stands beside what was said."""
        return self.query_one("#plan").display

    @property
    def is_writing(self) -> bool:
        """Return whether keys go into the text field."""
        return self.focused is self.composer

    @override
    def begin(self) -> None:
        """Begin in the text field, with what was being written here before."""
        self.composer.focus()
        self.home.take_up_draft()

    @override
    def show(self, view: RoomView) -> None:
        """Draw the new picture."""
        shown, self._shown = self._shown, (view, self.home.notice, self.home.escapes)
        if _is_only_more_said(shown, self._shown):
            self.transcript.show(view.transcript)
            self.query_one("#keys", Drawing).redraw()
            self.call_after_refresh(self.place_cursor)
            return
        if moment_of(view) != self._refused_at:
            self._refusal = ""
        self.query_one("#prompt").display = bool(view.is_held or view.stage)
        self.query_one("#prompt").set_class(view.is_held, "-held")
        self.query_one("#trouble").display = bool(trouble(view, 80))
        self.query_one("#notice").display = bool(notice_rows(self, 80))
        self.transcript.show(view.transcript)
        self.redraw()
        self._wake_when_time_words_change(view)
        self._write_if_taken(view)

    def _write_if_taken(self, view: RoomView) -> None:
        """Go to the text field when the floor was just taken by a key: what is typed next is words.

        Whoever has to wait in line gets it later from somebody else, and may be pressing other keys then.
        """
        me = view.me
        if not self._takes_floor or me is None:
            return
        if me.has_floor:
            self.composer.focus()
        self._takes_floor = not (me.has_floor or me.place_in_queue)

    def _wake_when_time_words_change(self, view: RoomView) -> None:
        """Nothing ticks: one timer sleeps until the soft words of the stage can change."""
        if self._minute:
            self._minute.stop()
        wait = seconds_until_change(view, self.home.now())
        self._minute = self.set_timer(wait + 0.5, lambda: self.show(self.view)) if wait else None

    def _agenda(self, width: int, height: int) -> list[Row]:
        del height
        lines = 2 if self.size.height >= TALL else 1
        return agenda(self.view, self.home.now(), width=width, height=lines)

    def _plan(self, width: int, height: int) -> list[Row]:
        return plan(self.view, self.home.now(), width, height)

    def _side(self, width: int, height: int) -> list[Row]:
        return side(self.view, width, height, has_circle=self.home.has_circle)

    def _prompt(self, width: int, height: int) -> list[Row]:
        del height
        most = 8 if self.size.height >= TALL else 5 if self.size.height >= NORMAL else 2
        # In a large window the run sheet stands beside it, with all of what to say.
        return prompt(self.view, width, most, has_say=not self._is_large)

    def _hint(self, width: int, height: int) -> list[Row]:
        del height
        return hint(
            self.view,
            self.composer.text,
            self._refusal,
            width,
            is_writing=self.is_writing,
            is_low=self.size.height < NORMAL,
        )

    def _keys(self, width: int, height: int) -> list[Row]:
        del height
        if self._is_large:
            return keylines(self.view, width, is_writing=self.is_writing)
        return [keyline(self.view, width, is_writing=self.is_writing)]

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self.written = self.composer.text
        # The text that was put back is not a new one: what is said about it stays.
        if self.composer.text != self._refused_text:
            self._refusal = ""
        self.query_one("#hint", Drawing).redraw()

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        command = parse_command(event.text, self.view)
        if isinstance(command, Problem):
            self._refuse(command.words, event.text)
        elif isinstance(command, Local):
            self.home.run_local(command)
        else:
            # Before anything is asked: once it was, what was typed is no longer in the field.
            refusal = reason_too_long(command) or self.home.want(command)
            if refusal:
                self._refuse(refusal.words, event.text)

    def _refuse(self, words: str, draft: str) -> None:
        """Say why nothing was sent; the draft is in the field again, before what was typed since."""
        # A command that stayed would stand before the next one that is typed.
        self._refused_text = ("" if is_spent(draft) else draft) + self.composer.text
        self.composer.write(self._refused_text)
        self._refusal, self._refused_at = words, moment_of(self.view)
        self.query_one("#hint", Drawing).redraw()

    def copy_phrase(self, words: str) -> None:
        """Put a ready phrase after what is already written; nothing is sent."""
        kept = self.composer.text.rstrip()
        self.composer.write(f"{kept} {words}" if kept else words)
        self.composer.focus()

    def give_back(self, words: str) -> None:
        """Put words that came back in front of what is being written; nothing is sent or lost."""
        draft = self.composer.text
        self.written = f"{words}\n\n{draft}" if draft.strip() else words
        self.composer.write(self.written)

    def take_up(self, text_of: Callable[[str], str]) -> None:
        """Go on with what became of the draft elsewhere; nothing is sent."""
        self.composer.write(text_of(self.composer.text))
        self.composer.focus()

    @override
    def step_back(self) -> None:
        """Leave the text field, so that single keys act."""
        if self.is_writing:
            self.transcript.focus()
            self.call_later(self.home.follow_typing)
        else:
            self.home.tell("")

    @override
    def action_act(self, act_id: str, key: str = "") -> None:
        """Do what the key says; Enter goes to the text field, digits copy ready phrases."""
        self._takes_floor = _takes_floor(act_id, self.view)
        if act_id == "ready" and not self.view.is_facilitator:
            # Ready phrases are for who leads: to others a digit means nothing, and needs no answer.
            return
        if act_id == "say":
            self.composer.focus()
        elif act_id in {"edit", "written"}:
            self._write_on()
        elif (now := same_key_now(BY_ID[act_id], self.view)).id in _BEGIN_IN_FIELD:
            self.begin_command(f"/{now.slash} ")
        elif act_id == "repeat":
            self.transcript.focus()
            self.transcript.scroll_page_up(animate=False)
        else:
            number = int(key) if key.isdigit() else 0
            self.home.want_act(act_id, Given(number=number))

    def action_command(self) -> None:
        """Begin a command in the text field."""
        self.begin_command("/")

    def begin_command(self, command: str) -> None:
        """Begin a command where nothing is written yet; it is not sent before somebody sends it."""
        if not self.composer.text:
            self.composer.write(command)
        self.composer.focus()

    def _write_on(self) -> None:
        """Take ready words back to write on, or keep the draft ready: one key for both sides."""
        draft = self.composer.text
        if same_key_now(BY_ID["edit"], self.view).id == "edit":
            self.home.want_act("edit")
        elif draft.strip():
            self.composer.clear()
            refusal = self.home.want(KeepReady(draft))
            if refusal:
                self._refuse(refusal.words, draft)
        self.composer.focus()


def _takes_floor(act_id: str, view: RoomView) -> bool:
    """Tell whether this act can give somebody the floor at once, because it is free."""
    is_asked = bool(view.me and view.me.is_asked)
    may = {"raise": view.can_raise, "yes": is_asked}.get(act_id, False)
    return may and view.floor is None


def _is_only_more_said(before: _Shown, after: _Shown) -> bool:
    """Tell whether nothing has changed but what was said: then the rest is not even drawn to compare."""
    old, new = before[0], after[0]
    if old is None or new is None or before[1:] != after[1:] or old.transcript is new.transcript:
        return False
    return bool(_BESIDES_WORDS(old) == _BESIDES_WORDS(new))
