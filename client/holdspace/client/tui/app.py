"""The full-screen app: follows an attendance, shows the screen of the place, carries wishes out.

It holds no rule about meetings. Textual's palette, screenshots, text selection, clipboard, crash
report and devtools are all off: each of them can let a confidential room out.
"""

import os
import time
from collections.abc import Callable, Sequence
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from typing_extensions import override

from holdspace.client.acts import (
    BY_ID,
    Given,
    Local,
    same_key_now,
)
from holdspace.client.care.reasons import asks_why, why_question
from holdspace.client.keeping import Keeper, draft_of
from holdspace.client.own.talk import Talk
from holdspace.client.process import run_evenly
from holdspace.client.seat.intents import Intent, Leave
from holdspace.client.seat.unsent import ROOM, Unsent
from holdspace.client.seat.view import Notice, Place, Refusal, RoomView, Urgency
from holdspace.client.settings import USUAL, Settings
from holdspace.client.settings_book import SettingsBook
from holdspace.client.tui import escapes, signals, terminal
from holdspace.client.tui.asking import (
    choice_options,
    is_over,
    is_quiet_at_the_door,
    leave_options,
    meant,
    question_of,
    why_not,
    why_options,
    yes_options,
)
from holdspace.client.tui.attending import Attending, moment_of
from holdspace.client.tui.crash import crash_words, incident_id
from holdspace.client.tui.environment import check_environment
from holdspace.client.tui.following import Following, stays
from holdspace.client.tui.last_filter import LastFilter, NoColourFilter, check_textual
from holdspace.client.tui.screens.base import HoldScreen
from holdspace.client.tui.screens.confirm import ConfirmScreen, Option
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.client.tui.screens.table import load_all, new_screen
from holdspace.client.tui.theme import ALL_THEMES, TERMINAL, theme_name
from holdspace.protocol.translation import _

if TYPE_CHECKING:
    from holdspace.client.tui.screens.questions import Unfinished

# The pages that open over the room: not loaded before the first picture is there.
_LATER = "holdspace.client.tui.locals"


class Ending(Enum):
    """How the screen was closed."""

    FINISHED = "finished"
    VANISHED = "vanished"
    CRASHED = "crashed"
    PLAIN = "plain"


class HoldspaceApp(App[Ending], inherit_bindings=False):
    """The room on the screen."""

    TITLE = "holdspace"
    # The room's with it: Textual reads all of them anew when a screen brings one more.
    CSS_PATH: ClassVar = ["app.tcss", "screens/room.tcss"]
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "step_back", "back", priority=True),
        Binding("f12", "vanish", "close at once", priority=True),
        Binding("f1", "open('help')", "help", priority=True),
        Binding("f2", "open('support')", "need help now", priority=True),
        Binding("ctrl+c,ctrl+q", "open('leave')", "leave", priority=True),
    ]

    def __init__(
        self,
        attendance: Attending,
        *,
        settings: Settings = USUAL,
        book: SettingsBook | None = None,
        clock: Callable[[], float] = time.time,
        keeper: Keeper | None = None,
    ) -> None:
        check_textual()
        check_environment(os.environ)
        self._is_colourless = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if self._is_colourless else None)
        self._last_filters: list[LineFilter] = [LastFilter()]
        if self._is_colourless:
            self._last_filters.append(NoColourFilter())
        for theme in ALL_THEMES:
            self.register_theme(theme)
        self.book: SettingsBook = book or SettingsBook(settings)
        self.book.when_changed(self._take_settings)
        self._theme_taken = ""
        self._take_theme(self.book.settings)
        self.stylesheet.set_variables(self.get_css_variables())
        self._theme_read = self._theme_taken
        self._title = signals.USUAL_TITLE
        self._signalled_at = 0.0
        self.animation_level = "none"
        self._attendance = attendance
        self._clock = clock
        self.keeper: Keeper = keeper or Keeper()
        self.cards: dict[str, Talk] = {}
        self._view = attendance.view
        # Who is alone in the room has not seen the code yet, though it may be there already.
        self._known_code = self._view.invitation if len(self._view.people) > 1 else ""
        self._notice = ""
        self._told_on: HoldScreen | None = None
        self._escapes = escapes.Escapes()
        self.unfinished: Unfinished = {}
        # Editors that may keep copies, and that somebody has asked for once.
        self.wanted_editors: set[str] = set()
        self._room = RoomScreen()
        self.unsent = Unsent()
        self._place: Place | None = None
        self._following = Following(self)

    # What screens may ask (attending.Home).

    @property
    def view(self) -> RoomView:
        """Return the newest picture of the meeting."""
        return self._view

    @property
    def notice(self) -> str:
        """Return the sentence for this person at this moment; an answer stays where it was given."""
        return self._notice if self._told_on in (None, self._top()) else ""

    @property
    def escapes(self) -> int:
        """Return how often Esc was just pressed."""
        return len(self._escapes)

    @property
    def motion(self) -> str:
        """Return whether exercises may move a little: none, or gentle."""
        return self.book.settings.motion

    @property
    def has_circle(self) -> bool:
        """Return whether people are drawn as a circle where it fits."""
        return self.book.settings.people == "circle"

    @property
    def is_kept(self) -> bool:
        """Return whether a notebook is open, in which something of the meeting stays."""
        return self.keeper.is_kept

    @property
    def has_unsent(self) -> bool:
        """Return whether there are words of this person's own that were not sent."""
        texts = (self._room.written, *self.unsent.all, *self._view.unsent)
        return any(text.strip() for text in texts)

    def now(self) -> float:
        """Return the wall-clock time."""
        return self._clock()

    def tell(self, words: str) -> None:
        """Show a sentence to this person; "" takes it away."""
        if words != self.notice:
            self._notice, self._told_on = words, self._top()
            self._show_all()

    def open_notebook(self, passphrase: str) -> None:
        """Make or open the notebook, and say where things are kept from now on."""

        async def opening() -> None:
            opened = await self.keeper.open_with(passphrase)
            # Never in place of something else that was opened meanwhile, help above all.
            if opened.asks_again and isinstance(self.screen, RoomScreen):
                self.run_local(Local(BY_ID["notebook"]))
            self.tell(opened.words)
            if opened.was_writing:
                self.give_back(opened.was_writing)

        self.run_worker(opening(), name="notebook", group="notebook")

    def want(self, intent: Intent) -> Refusal | None:
        """Do it, or ask first when it cannot be taken back."""
        intent = meant(intent, self._view)
        if isinstance(intent, Leave) and not intent.fine:
            self._ask(question_of(intent, self._view), leave_options(self._view))
            return None
        if asks_why(intent):
            options = why_options(intent, self._view.lang)
            self.push_screen(
                ConfirmScreen(why_question(intent, self._view), options), self._reasoned
            )
            return None
        question = question_of(intent, self._view)
        if question and not isinstance(intent, Leave):
            self._ask(question, yes_options(intent))
            return None
        return self._do(intent)

    def want_act(self, act_id: str, given: Given | None = None) -> None:
        """Do what the key of an act says now, whether it is sent or answered here."""
        given = given or Given()
        chosen = (one for one in self._view.people if one.identity == given.person)
        act = same_key_now(BY_ID[act_id], self._view, next(chosen, None))
        refused = why_not(act, self._view)
        if act_id == "leave" and is_over(self._view):
            self.finish()
        elif refused:
            self.tell(refused)
        elif act.build is None:
            self.run_local(Local(act, given.text, given.number))
        elif act.choices and not act.is_optional and not given.choice:
            self._ask(act.sentence, choice_options(act, self._view))
        else:
            refusal = self.want(act.build(given))
            if refusal:
                self.tell(refusal.words)

    def run_local(self, command: Local) -> None:
        """Answer a command that is not sent to anybody."""
        import_module(_LATER).open_local(self, command)

    def vanish(self) -> None:
        """Close the screen at once, like a lost connection."""
        # The terminal first: everything else can wait until nobody could be looking.
        terminal.leave_now(self)
        self.keeper.drop_draft()
        self.exit(Ending.VANISHED)

    def finish(self) -> None:
        """Close the screen after the meeting is over for this person."""
        self.exit(Ending.FINISHED)

    def take_up_draft(self) -> None:
        """Put back what was being written here before, and keep what is written from now on."""
        room = self._room
        words = self.keeper.begin(
            self._view.room, lambda: draft_of(self._attendance.view, room.written), self.tell
        )
        for text in filter(None, (words, self.unsent.pop(ROOM))):
            room.give_back(text)

    def copy_phrase(self, words: str) -> None:
        """Put a ready phrase into the room's text field; nothing is sent."""
        self._room.copy_phrase(words)

    def give_back(self, words: str) -> None:
        """Put words that were not taken into the room's text field again, or keep them for it."""
        if self._room.is_mounted:
            self._room.give_back(words)
        else:
            self.unsent.add(ROOM, words, first=True)

    def begin_command(self, command: str) -> None:
        """Close what lies over the room, and begin a command in its text field."""
        self.close_overlays()
        self._room.begin_command(command)

    def unfold(self) -> None:
        """Show what stands behind labels, or hide it again."""
        is_open = self._room.transcript.unfold()
        self.tell(_("What stands behind labels is shown; ) hides it.") if is_open else "")

    def open_screen(self, screen: HoldScreen) -> None:
        """Lay a screen over the room, in place of one that already lies there."""
        self.close_overlays()
        screen.fit_to(self.size)
        self.push_screen(screen)

    def lay_over(self, screen: HoldScreen) -> None:
        """Lay a screen over everything that is there, questions too; Esc comes back to it."""
        if not isinstance(self.screen, type(screen)):
            screen.fit_to(self.size)
            self.push_screen(screen)

    def steady(self) -> None:
        """Begin the exercise by the senses, over whatever is there."""
        self.lay_over(new_screen("practice", "senses", self._view.lang))

    # Life.

    def on_mount(self) -> None:
        """Show the first screen and follow the meeting."""
        terminal.set_title(self)
        self.install_screen(self._room, "room")
        self._show_view(self._view)
        self.run_worker(self._follow(), name="follow", group="follow", exclusive=True)
        self.call_after_refresh(self._load_later)

    def _load_later(self) -> None:
        """Load what opens over the room, beside the first picture; no key waits for that."""

        def load() -> None:
            load_all(_LATER)
            # In tests one process has many apps, and what is there does not stay.
            if not self.is_headless:
                run_evenly()

        self.run_worker(load, name="load", group="load", thread=True)

    def on_unmount(self) -> None:
        """Give the terminal back its title."""
        terminal.restore_title(self)

    async def _follow(self) -> None:
        async for view, notices in self._attendance.changes():
            # "It is your turn" must not stand there when it is somebody else's.
            if moment_of(view) != moment_of(self._view):
                self._notice = ""
            for notice in notices:
                self._hear(notice)
            is_new_code = view.invitation not in ("", self._known_code)
            self._known_code = view.invitation
            self._show_view(view)
            # A room that was just opened is of no use before somebody has the code.
            top = self.screen_stack[-1] if self.screen_stack else None
            if is_new_code and isinstance(top, RoomScreen):
                self.want_act("invitation")

    def _hear(self, notice: Notice) -> None:
        if notice.urgency is not Urgency.QUIET:
            self._notice, self._told_on = notice.words, None
        if notice.urgency is Urgency.BELL and self.book.settings.bell:
            self.bell()
        if notice.kept and notice.aside:
            self._give_back_in_private(notice)
        elif notice.kept:
            self.give_back(notice.kept)

    def _signal(self, before: RoomView, after: RoomView) -> None:
        """Let the title and a notification say what somebody may not be looking at (S14)."""
        settings = self.book.settings
        title = signals.title(after) if settings.title else signals.USUAL_TITLE
        if title != self._title:
            self._title = title
            terminal.change_title(self, title)
        signal, now = signals.due(before, after), self.now()
        if signal and settings.notify and now - self._signalled_at >= signals.APART_SECONDS:
            self._signalled_at = now
            terminal.notify(self, signal, os.environ)

    def _take_theme(self, settings: Settings) -> None:
        theme = TERMINAL if self._is_colourless else settings.theme
        if theme != self._theme_taken:
            self._theme_taken = theme
            self.theme = theme_name(theme)

    def _take_settings(self, settings: Settings) -> None:
        """Let what was changed count at once, wherever it can."""
        self._take_theme(settings)
        for screen in (self._room, *self.screen_stack):
            if isinstance(screen, HoldScreen):
                screen.take_keys()
        self._signal(self._view, self._view)
        self._show_all()

    def _give_back_in_private(self, notice: Notice) -> None:
        private = self._following.private_page()
        if private is not None and private.handle == notice.aside and private.is_mounted:
            private.give_back(notice.kept)
        else:
            self.unsent.add(notice.aside, notice.kept, first=True)

    @property
    def may_go_plain(self) -> bool:
        """Return whether plain lines can take over here, with nothing lost that is being written."""
        return is_quiet_at_the_door(self._view)

    def go_plain(self) -> None:
        """Close the screen, and go on in plain lines where this person is."""
        self.exit(Ending.PLAIN)

    def go_on(self) -> None:
        """Go from a page that stayed to where this person is by now."""
        self.close_overlays(all_of_them=True)
        self._show_view(self._view)

    def talk_at_door(self, knock: bytes) -> None:
        """Lay the page over the list of knocks on which the host talks with one who knocked."""
        self.lay_over(new_screen("door-talk", self.unsent, knock))

    def follow_typing(self) -> None:
        """Lay the page over this one that waited until nothing was being written here."""
        if self._place is self._view.place and self.screen_stack:
            self._following.follow(self._view)

    def _show_view(self, view: RoomView) -> None:
        self._signal(self._view, view)
        self._view = view
        if self._place is not view.place and not stays(self.screen_stack, view.place):
            self._place = view.place
            screens = (one for one in self.screen_stack if isinstance(one, HoldScreen))
            staying = [again for one in screens if (again := one.again())]
            self.close_overlays(all_of_them=True)
            # Textual's own blank screen stays at the bottom; ours lies on it, overlays on ours.
            show = self.switch_screen if len(self.screen_stack) > 1 else self.push_screen
            screen = self._screen_for(view)
            screen.fit_to(self.size)
            show(screen)
            for again in staying:
                self.lay_over(again)
        else:
            self._show_all()
        if self._place is view.place:
            self._following.follow(view)

    def _top(self) -> HoldScreen | None:
        """Return the screen that answers are shown on: a question lies over it for a moment only."""
        return next(
            (one for one in reversed(self.screen_stack) if isinstance(one, HoldScreen)), None
        )

    def _screen_for(self, view: RoomView) -> HoldScreen:
        if view.place is Place.ROOM:
            return self._room
        return new_screen("lobby") if view.place is Place.LOBBY else new_screen("still", view)

    def _show_all(self) -> None:
        """Draw anew what can be seen; screens that lie below are drawn when they come up again."""
        # While the screen closes there is none left, and the meeting may still be changing.
        screen = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(screen, HoldScreen) and screen.is_mounted:
            screen.show(self._view)

    def close_overlays(self, *, all_of_them: bool = False) -> None:
        """Take away what lies over the first screen; a private word only with all of them."""
        # A page that is read over a private word must not leave somebody in the room's text field.
        while len(self.screen_stack) > 2:
            top = self.screen_stack[-1]
            if isinstance(top, HoldScreen) and top.IS_APART and not all_of_them:
                return
            self.pop_screen()

    # Asking and doing.

    def _do(self, intent: Intent) -> Refusal | None:
        self._notice = ""
        refusal = self._attendance.do(intent)
        if refusal is None:
            self._view = self._attendance.view
            self._show_view(self._view)
        return refusal

    def _ask(self, question: str, options: Sequence[Option]) -> None:
        self.push_screen(ConfirmScreen(question, options), self._answered)

    def _answered(self, intent: Intent | None) -> None:
        if intent is None:
            return
        refusal = self._do(intent)
        if refusal:
            self.tell(refusal.words)

    def _reasoned(self, intent: Intent | None) -> None:
        """Go on with the words that were chosen: what cannot be taken back is asked once more."""
        refusal = self.want(intent) if intent is not None else None
        if refusal:
            self.tell(refusal.words)

    def action_open(self, act_id: str) -> None:
        """Do an act by a key that works everywhere; over a question it does nothing new."""
        if isinstance(self.screen, ConfirmScreen) and act_id == "leave":
            return
        self.want_act(act_id)

    def action_step_back(self) -> None:
        """Go one step back; three times in a row closes the screen at once (A22)."""
        screen = self.screen
        if not self.count_escape():
            return
        if isinstance(screen, HoldScreen | ConfirmScreen):
            screen.step_back()
        self._show_all()

    def count_escape(self) -> bool:
        """Count an Esc, and close the screen at once at the third; return whether it is still there."""
        if self._escapes.press(time.monotonic()):
            self.vanish()
            return False
        self.set_timer(escapes.WINDOW, self._forget_escapes)
        return True

    def _forget_escapes(self) -> None:
        if self._escapes.are_over(time.monotonic()):
            self._escapes.forget()
            self._show_all()

    def action_vanish(self) -> None:
        """Close the screen at once."""
        self.vanish()

    @override
    async def on_event(self, event: events.Event) -> None:
        """Take Esc and a letter apart that came as one key: the letter is no part of a draft."""
        letter = terminal.letter_after_escape(event)
        if isinstance(event, events.Key) and event.key != "escape" and not letter:
            self._escapes.forget()
            top = self.screen_stack[-1] if self.screen_stack else None
            if isinstance(top, HoldScreen) and not top.takes(event):
                return
        if not letter:
            await super().on_event(event)
            return
        await super().on_event(events.Key("escape", "\x1b"))
        # After the text field was left, which Textual does later.
        self.call_later(self.post_message, events.Key(letter, letter))

    # What Textual would do, and must not here.

    @override
    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters and, last, ours (R11)."""
        return [*super().get_line_filters(), *self._last_filters]

    @override
    def refresh_css(self, animate: bool = True) -> None:
        """Read the style sheets anew, but not at the start, where they were just read in these colours."""
        read, self._theme_read = self._theme_read, ""
        if self._theme_taken != read:
            super().refresh_css(animate=animate)

    @override
    def copy_to_clipboard(self, text: str) -> None:
        """Keep cut text within the program: OSC 52 would hand it to everything on the desktop."""
        self._clipboard = text

    @override
    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Take no picture of a confidential room."""

    @override
    def deliver_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> str | None:
        """Take no picture of a confidential room."""
        return None

    @override
    def panic(self, *renderables: RenderableType) -> None:
        """Say that the screen failed, and nothing that was on it."""
        self._fatal_error()

    @override
    def _fatal_error(self) -> None:
        self._exit_renderables[:] = [Text(crash_words(self._exception, incident_id()))]
        self._return_value = Ending.CRASHED
        self._close_messages_no_wait()


async def run_screen(
    attendance: Attending, book: SettingsBook | None = None, keeper: Keeper | None = None
) -> Ending:
    """Show the room until it is over or the person closes it; the caller ends the attendance."""
    app = HoldspaceApp(attendance, book=book, keeper=keeper)
    ending = await app.run_async()
    return ending or (Ending.CRASHED if app.return_code else Ending.FINISHED)
