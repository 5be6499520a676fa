"""The acts that are answered on this screen: pages, lists, one sentence, the way out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from holdspace.client.acts import BY_ID, Local
from holdspace.client.calendar_file import save as save_calendar
from holdspace.client.library import DataError, NotInLibrary, read_flow
from holdspace.client.mine import Own
from holdspace.client.own.keepsake import NotKept, save
from holdspace.client.own.talk import Step, Talk
from holdspace.client.questions import begin_with
from holdspace.client.seat.intents import GiveAnswers, OpenTheFlow
from holdspace.client.setting_rows import read_typed
from holdspace.client.settings_book import UNKNOWN
from holdspace.client.tui import between, editing, pages
from holdspace.client.tui.keyline import key_name
from holdspace.client.tui.screens.base import HoldScreen
from holdspace.client.tui.screens.board import BoardScreen
from holdspace.client.tui.screens.cards import CardsScreen
from holdspace.client.tui.screens.door import DoorScreen
from holdspace.client.tui.screens.hands import HandsScreen
from holdspace.client.tui.screens.invitation import InvitationScreen
from holdspace.client.tui.screens.lasting import LastingScreen
from holdspace.client.tui.screens.own import OwnScreen
from holdspace.client.tui.screens.page import CrisisScreen, Draw, HelpScreen, PageScreen
from holdspace.client.tui.screens.people import PeopleScreen
from holdspace.client.tui.screens.practice import PracticeScreen
from holdspace.client.tui.screens.questions import QuestionsScreen
from holdspace.client.tui.screens.room import RoomScreen
from holdspace.client.tui.screens.settings import ComfortScreen, SettingsScreen
from holdspace.client.tui.screens.sheet import SheetScreen
from holdspace.client.tui.screens.talk import TalkScreen
from holdspace.client.tui.screens.tryout import TryoutScreen
from holdspace.protocol.translation import N_, _, ngettext

if TYPE_CHECKING:
    from holdspace.client.tui.app import HoldspaceApp

MAX_FLOW_BYTES = 40_000


def open_local(app: "HoldspaceApp", command: Local) -> None:
    """Answer a command that is not sent to anybody."""
    _ANSWERS[command.act.id](app, command)


def _page(title: str, draw: Draw) -> "Callable[[HoldspaceApp, Local], None]":
    return lambda app, _local: app.open_screen(PageScreen(title, draw))


def _what(app: "HoldspaceApp", _local: Local) -> None:
    is_in_room = isinstance(app.screen, RoomScreen)
    app.tell(pages.what_now(app.view, app.now(), is_in_room=is_in_room))


def _repeat(app: "HoldspaceApp", _local: Local) -> None:
    app.tell(_("Esc, then the arrow keys or Page Up, read back; End comes back to now."))


def _ready(app: "HoldspaceApp", command: Local) -> None:
    phrases = app.view.stage.ready if app.view.stage else ()
    if 1 <= command.number <= len(phrases):
        app.copy_phrase(phrases[command.number - 1])
    else:
        app.tell(
            ngettext(
                "This stage has {number} ready phrase.",
                "This stage has {number} ready phrases.",
                len(phrases),
            ).format(number=len(phrases))
            if phrases
            else _("This stage has no ready phrases.")
        )


def _flow(app: "HoldspaceApp", command: Local) -> None:
    if not command.text:
        app.tell(_("Type /flow and the name of the file in the text field of the room."))
        return
    try:
        text = read_flow(command.text)
    except (NotInLibrary, DataError) as error:
        app.tell(_("{error} Nothing was changed.").format(error=error))
        return
    refusal = app.want(OpenTheFlow(text))
    if refusal:
        app.tell(refusal.words)


def _practice(app: "HoldspaceApp", command: Local) -> None:
    stage = app.view.stage
    app.open_screen(
        PracticeScreen(command.text or (stage.technique if stage else ""), app.view.lang)
    )


def _keepsake(app: "HoldspaceApp", command: Local) -> None:
    if not command.text:
        app.tell(_("Type /keepsake and the name of a new file in the text field of the room."))
        return
    try:
        app.tell(save(app.view, command.text, app.keeper.notebook))
    except NotKept as refused:
        app.tell(str(refused))


def _answer(app: "HoldspaceApp", command: Local) -> None:
    form = app.view.asked.form
    if form is None:
        app.tell(
            _("Nothing is asked just now. {key}, or /results, shows what was counted.").format(
                key=key_name(BY_ID["results"].key)
            )
        )
        return
    typed = begin_with(form, command.text)
    if isinstance(typed, GiveAnswers):
        refusal = app.want(typed)
        app.tell(refusal.words if refusal else app.notice)
        return
    if command.text:
        app.unfinished[form.key] = (typed, "")
    # What asked for it is done now, and a small window needs its rows for the questions.
    app.tell("")
    app.open_screen(QuestionsScreen(form, app.unfinished))


def _talk(name: str, first: "Callable[[Own], Step]") -> "Callable[[HoldspaceApp, Local], None]":
    """Return what opens a card for oneself, or goes on with one that was set aside."""

    def taken(app: "HoldspaceApp", step: Step) -> None:
        if step.change is not None:
            app.keeper.change(step.change)
        if isinstance(step, Talk):
            # A passphrase that was begun is not set aside for later.
            if not step.is_secret:
                app.cards[name] = step
            return
        app.cards.pop(name, None)
        if step.line:
            app.copy_phrase(step.line)
        app.tell(step.words)
        if step.passphrase:
            app.open_notebook(step.passphrase)

    def answer(app: "HoldspaceApp", _local: Local) -> None:
        step = app.cards.get(name) or first(_own(app))
        if isinstance(step, Talk):
            app.tell("")
            app.open_screen(TalkScreen(step, lambda after: taken(app, after)))
        else:
            taken(app, step)

    return answer


def _own(app: "HoldspaceApp") -> Own:
    return Own(app.keeper, app.view, app.now())


def _idea(app: "HoldspaceApp", command: Local) -> None:
    refused = _own(app).keep_idea(command.text)
    if refused and command.text:
        app.give_back(f"/idea {command.text}")
    app.tell(refused or _own(app).kept_words)


def _note(app: "HoldspaceApp", command: Local) -> None:
    refused = _own(app).keep_note(command.text)
    if refused and command.text:
        app.give_back(f"/note {command.text}")
    app.tell(refused or _own(app).kept_words)


def _calendar(app: "HoldspaceApp", command: Local) -> None:
    app.tell(save_calendar(app.view.keeping.schedule, command.text, app.now()))


def _help(app: "HoldspaceApp", _local: Local) -> None:
    here = app.screen
    words, acts = (here.help_words(), here.acts()) if isinstance(here, HoldScreen) else ("", ())
    app.lay_over(HelpScreen(lambda view, width: pages.help_page(view, width, words, acts)))


def _hands(app: "HoldspaceApp", _local: Local) -> None:
    page = HandsScreen() if app.view.is_facilitator else PageScreen(_("Hands"), pages.hands_page)
    app.open_screen(page)


def _unfold(app: "HoldspaceApp", _local: Local) -> None:
    app.unfold()


def _settings(app: "HoldspaceApp", command: Local) -> None:
    row, word = read_typed(app.book.settings, command.text)
    if row is not None and word:
        app.book.open()
        app.tell(app.book.choose_typed(row, word))
    elif command.text and row is None:
        app.tell(_(UNKNOWN))
    else:
        app.lay_over(SettingsScreen(app.book, row.name if row else ""))


_ANSWERS: "dict[str, Callable[[HoldspaceApp, Local], None]]" = {
    "what": _what,
    "repeat": _repeat,
    "ready": _ready,
    "flow": _flow,
    "unfold": _unfold,
    "practice": _practice,
    "keepsake": _keepsake,
    "calendar": _calendar,
    "answer": _answer,
    "results": _page(N_("What was counted"), pages.results_page),
    "goal": _talk("goal", Own.goal_card),
    "review": _talk("review", Own.look_back),
    "notebook": _talk("notebook", Own.notebook_card),
    "board": lambda app, _local: app.open_screen(BoardScreen()),
    "plans": lambda app, _local: app.open_screen(OwnScreen(app.keeper)),
    "idea": _idea,
    "note": _note,
    "exit": lambda app, _local: app.vanish(),
    "editor": editing.open_editor,
    "copy": editing.open_copies,
    "clipboard": editing.to_clipboard,
    "help": _help,
    "support": lambda app, _local: app.lay_over(CrisisScreen(pages.support_page)),
    "about": _page(N_("This room"), pages.about_page),
    "agenda": _page(N_("Agenda"), pages.agenda_page),
    "queue": _hands,
    "flags": _page(N_("Who is not OK"), between.flags_page),
    "log": _page(N_("What was done"), pages.log_page),
    "who": lambda app, _local: app.open_screen(PeopleScreen()),
    "sheet": lambda app, _local: app.open_screen(SheetScreen()),
    "room": lambda app, _local: app.open_screen(LastingScreen()),
    "cards": lambda app, _local: app.open_screen(CardsScreen(app.view.lang)),
    "settings": _settings,
    "tryout": lambda app, _local: app.lay_over(TryoutScreen()),
    "comfort": lambda app, _local: app.lay_over(ComfortScreen(app.book)),
    "door": lambda app, _local: app.open_screen(DoorScreen()),
    "invitation": lambda app, _local: app.open_screen(InvitationScreen()),
}
